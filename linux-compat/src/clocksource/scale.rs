// SPDX-License-Identifier: GPL-2.0-only
//! From ticks to nanoseconds and back, by a multiplication and a shift.

use crate::bindings::clock_event_device;
use core::ffi::c_ulong;

crate::exports! {
    family "clocksource";
    [any, supported, "clocksource::tests::factors"]
    fn clocks_calc_mult_shift(mult: *mut u32, shift: *mut u32, from: u32, to: u32, seconds: u32) -> () = calc;
    [any, supported, "clocksource::tests::factors"]
    fn clocks_calc_max_nsecs(mult: u32, shift: u32, maxadj: u32, mask: u64, cycles: *mut u64) -> u64 = most_ns;
    [any, supported, "clocksource::tests::factors"]
    fn clockevent_delta2ns(latch: c_ulong, evt: *mut clock_event_device) -> u64 = delta_to_ns;
}

/// The factor and shift that turn units of which `from` are a second into such of which `to` are: as exact as 32 bits
/// allow, if values of up to as many seconds are not to overflow 64 bits.
pub(super) fn factor(from: u32, to: u32, seconds: u32) -> (u32, u32) {
    let from = u64::from(from.max(1));
    // Bits of the largest value beyond 32 are not there for the factor.
    let large = (u64::from(seconds) * from) >> 32;
    let room = 32 - (64 - large.leading_zeros()).min(32);
    let at = |shift: u32| ((u64::from(to) << shift) + from / 2) / from;
    let shift = (1..=32).rev().find(|shift| at(*shift) >> room == 0).unwrap_or(0);
    (at(shift) as u32, shift)
}

pub(super) unsafe fn calc(mult: *mut u32, shift: *mut u32, from: u32, to: u32, seconds: u32) {
    let (m, s) = factor(from, to, seconds);
    // SAFETY: the C caller's places for the answer.
    unsafe {
        mult.write(m);
        shift.write(s);
    }
}

/// How long a counter can be left alone, in nanoseconds: half of the time after which it or the product overflows.
pub(super) unsafe fn most_ns(mult: u32, shift: u32, maxadj: u32, mask: u64, cycles: *mut u64) -> u64 {
    let largest = u64::MAX / u64::from(mult.saturating_add(maxadj).max(1));
    let largest = largest.min(mask);
    // SAFETY: null or the C caller's place for the answer.
    if let Some(cycles) = unsafe { cycles.as_mut() } {
        *cycles = largest;
    }
    let ns = (u128::from(largest) * u128::from(mult.saturating_sub(maxadj))) >> shift;
    u64::try_from(ns).unwrap_or(u64::MAX) / 2
}

/// Ticks of a timer in nanoseconds: rounded up, or down for its most; at least 1000.
pub(super) fn ns_of(ticks: u64, mult: u32, shift: u32, most: bool) -> u64 {
    let mult = u64::from(mult.max(1));
    let scaled = if shift < 64 && ticks << shift >> shift == ticks { ticks << shift } else { u64::MAX };
    // The most, where a tick is less than a nanosecond, must not come out too long.
    let round = if !most || mult <= 1 << shift { mult - 1 } else { 0 };
    (scaled.checked_add(round).unwrap_or(scaled) / mult).max(1000)
}

pub(super) unsafe fn delta_to_ns(latch: c_ulong, evt: *mut clock_event_device) -> u64 {
    // SAFETY: the C caller's timer.
    unsafe { ns_of(latch, (*evt).mult, (*evt).shift, false) }
}
