// SPDX-License-Identifier: GPL-2.0-only
//! Counter and timer of the fake CPU.

use super::state::FREQUENCY;
use super::this_cpu;

/// The counter in ticks, as the test moves it.
pub fn now() -> u64 {
    this_cpu().now()
}

/// 62.5 MHz.
pub fn frequency() -> u64 {
    FREQUENCY
}

/// Programs the fake timer, or stops it.
pub fn set_deadline(ticks: Option<u64>) {
    this_cpu().set_deadline(ticks);
}
