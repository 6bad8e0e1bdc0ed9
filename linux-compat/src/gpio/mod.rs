// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs: chips and their consumers (Linux: Documentation/driver-api/gpio). All of it sits on [`kernel::gpio`].

use crate::bindings::fwnode_handle;
use crate::export::Export;
use crate::of::Node;

pub(crate) mod chip;
mod consumer;
mod hierarchy;
mod irqchip;
mod lookup;
mod misc;
pub(crate) mod ranges;

#[cfg(test)]
mod hierarchy_tests;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    chip::EXPORTS,
    consumer::EXPORTS,
    consumer::many::EXPORTS,
    consumer::old::EXPORTS,
    hierarchy::EXPORTS,
    irqchip::EXPORTS,
    lookup::EXPORTS,
    misc::EXPORTS,
    ranges::EXPORTS,
];

/// The node of a firmware node; `None` for null and other kinds.
fn node_of(fwnode: *const fwnode_handle) -> Option<Node> {
    crate::of::from_fwnode(fwnode)
}
