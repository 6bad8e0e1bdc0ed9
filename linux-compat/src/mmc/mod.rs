// SPDX-License-Identifier: GPL-2.0-only
//! MMC hosts of C drivers, as hosts of the core in `io::mmc` (Linux: Documentation/driver-api/mmc).
//!
//! * `host`: `struct mmc_host` and its life. * `wrap`: its operations as [`io::mmc::Host`]. * `of`: properties.
//! * `gpio`: lines for card detection and write protection. * `power`: regulators. * `tuning`: tuning blocks.
//!
//! A host sees no card (`mmc_host.card` stays null), SDIO functions are not served, and requests come one at a time.

mod gpio;
mod host;
mod of;
mod power;
#[cfg(test)]
mod power_tests;
#[cfg(test)]
mod slot_tests;
#[cfg(test)]
mod tests;
mod tuning;
mod wrap;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[host::EXPORTS, wrap::EXPORTS, of::EXPORTS, gpio::EXPORTS, power::EXPORTS, tuning::EXPORTS];
