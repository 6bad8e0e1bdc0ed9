// SPDX-License-Identifier: GPL-2.0-only
//! Register maps: checked, locked and perhaps cached access to a device's registers, over memory, I2C, a bus of the
//! driver's, or functions of the driver's; and those that several drivers share (`syscon`).

mod access;
mod bulk;
mod cache;
mod field;
mod init;
mod map;
mod single;
mod syscon;
#[cfg(test)]
mod syscon_tests;
#[cfg(test)]
mod tests;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    bulk::EXPORTS,
    cache::EXPORTS,
    field::EXPORTS,
    init::EXPORTS,
    single::EXPORTS,
    syscon::EXPORTS,
];
