// SPDX-License-Identifier: GPL-2.0-only
//! Real-time clocks: drivers' operations become an [`io::rtc::Clock`], and Linux's functions act on the registered one.

mod device;
mod time;
#[cfg(test)]
mod tests;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[time::EXPORTS, device::EXPORTS];
