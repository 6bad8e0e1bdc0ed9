// SPDX-License-Identifier: GPL-2.0-only
//! PHYs: `linux/phy/phy.h` (Linux: Documentation/driver-api/phy/phy.rst). The registry is `kernel::phy`, which counts
//! the uses; this is its border to C. `struct phy` is allocated here; its field `core` leads to the registry's entry.

use crate::export::Export;

mod device;
mod get;
mod provider;
mod uses;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[device::EXPORTS, get::EXPORTS, provider::EXPORTS, uses::EXPORTS];
