// SPDX-License-Identifier: GPL-2.0-only
//! Real-time clocks of the host, for the wall-clock time that guests start from.

mod pl031;

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use kernel::device::Driver;

/// All drivers of this kind, for [`kernel::device::probe_all`].
pub const DRIVERS: &[Driver] = &[pl031::DRIVER];

/// Seconds since 1970 when the last clock was probed, less the seconds since boot then; 0 for no clock.
static BOOT_TIME: AtomicU64 = AtomicU64::new(0);

/// A driver has read its clock: `seconds` since 1970.
fn note_time(seconds: u64) {
    BOOT_TIME.store(seconds.saturating_sub(kernel::time::now_ns() / kernel::time::NS_PER_SEC), Relaxed);
}

/// The time, in nanoseconds since 1970, if the host has a clock. Context: any.
pub fn now_unix_ns() -> Option<u64> {
    let boot = BOOT_TIME.load(Relaxed);
    (boot != 0).then(|| boot.saturating_mul(kernel::time::NS_PER_SEC).saturating_add(kernel::time::now_ns()))
}
