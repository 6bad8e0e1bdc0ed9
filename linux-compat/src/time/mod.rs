// SPDX-License-Identifier: GPL-2.0-only
//! Time: jiffies and clocks computed from the counter, delays, timers of jiffies and of nanoseconds.

pub mod calendar;
mod clock;
mod delay;
pub mod hrtimer;
mod queue;
#[cfg(test)]
mod tests;
pub mod timer;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    calendar::EXPORTS,
    clock::EXPORTS,
    clock::DATA,
    delay::EXPORTS,
    delay::DATA,
    hrtimer::EXPORTS,
    timer::EXPORTS,
];

pub(crate) use delay::msleep as sleep_ms;
pub use clock::{jiffies, real_ns, set_real_ns};

/// Jiffies in a second, `HZ` of C.
pub const HZ: u64 = 1000;
/// Nanoseconds in a jiffy.
pub const NS_PER_JIFFY: u64 = kernel::time::NS_PER_SEC / HZ;
