// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines: `linux/reset.h` for the devices at their ends, `linux/reset-controller.h` for those who provide them
//! (Linux: Documentation/driver-api/reset.rst). The registry is `kernel::reset`; this is its border to C.
//!
//! `struct reset_control` is a `control::Control` on the heap: one line, or an array of lines that are used
//! together.

use crate::export::Export;

mod bulk;
mod consumer;
mod control;
mod get;
mod provider;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[bulk::EXPORTS, consumer::EXPORTS, get::EXPORTS, provider::EXPORTS];
