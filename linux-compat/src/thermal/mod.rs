// SPDX-License-Identifier: GPL-2.0-only
//! Thermal zones: `linux/thermal.h` (Linux: Documentation/driver-api/thermal). The registry is `kernel::thermal`; this is
//! its border to C. `struct thermal_zone_device` is opaque to drivers, and ours. There are no governors, so nothing that
//! cools is told to.

use crate::export::Export;

mod of;
#[cfg(test)]
mod tests;
mod zone;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[of::EXPORTS, zone::EXPORTS];
