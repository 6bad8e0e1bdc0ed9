// SPDX-License-Identifier: GPL-2.0-only
//! Non-volatile memories: drivers' operations become an [`io::nvmem::Memory`]; cells are found by the device tree.

mod cell;
mod consumer;
mod provider;
#[cfg(test)]
mod tests;

use crate::export::Export;

pub(crate) use cell::read_of_node as read_cell;
pub(crate) use provider::register_managed;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[provider::EXPORTS, cell::EXPORTS, consumer::EXPORTS];
