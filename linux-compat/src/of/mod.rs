// SPDX-License-Identifier: GPL-2.0-only
//! The device tree as drivers see it: `struct device_node`s that are made once from the host's tree and never freed.
//! [`Node`] is the safe view of one; Linux: Documentation/devicetree/kernel-api.rst.

use crate::export::Export;

mod address;
mod find;
mod fwnode;
pub(crate) use fwnode::is_of as is_of_node;
mod node;
mod phandle;
mod property;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use address::to_resource;
pub use address::{Span, address_count, address_to_resource, is_coherent, translate};
pub(crate) use find::by_phandle;
pub use find::match_table;
pub(crate) use find::alias_id;
pub use fwnode::from_fwnode;
pub use node::{Node, Property};
pub use phandle::{PhandleArgs, parse_phandle_with_args};
pub use tree::{init, root};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    address::EXPORTS,
    find::EXPORTS,
    fwnode::EXPORTS,
    phandle::EXPORTS,
    property::EXPORTS,
    tree::DATA,
];
