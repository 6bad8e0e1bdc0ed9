// SPDX-License-Identifier: GPL-2.0-only
//! Counters and timers with C drivers (Linux: Documentation/timers/timekeeping.rst). They are in
//! [`kernel::clocksource`], too; time is the CPU's own counter's affair.

use crate::export::Export;

mod counter;
mod event;
mod scale;

#[cfg(test)]
mod tests;

pub use event::probe;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[counter::EXPORTS, event::EXPORTS, scale::EXPORTS];
