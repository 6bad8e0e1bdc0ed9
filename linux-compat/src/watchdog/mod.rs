// SPDX-License-Identifier: GPL-2.0-only
//! Watchdogs: drivers' operations become an [`io::watchdog::Device`].

mod device;
#[cfg(test)]
mod tests;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[device::EXPORTS];
