// SPDX-License-Identifier: GPL-2.0-only
//! Time: the system counter in ticks and nanoseconds.
//!
//! The counter starts at 0 when the machine does. Conversions multiply by a fixed-point factor that is computed once;
//! the error of a conversion is below one unit of its result.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

/// Nanoseconds in a second.
pub const NS_PER_SEC: u64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const NS_PER_MS: u64 = 1_000_000;
/// Nanoseconds in a microsecond.
pub const NS_PER_US: u64 = 1_000;

/// ns per tick, times 2^`TO_NS_SHIFT`: room for a counter of 61 kHz and more.
static TO_NS: AtomicU64 = AtomicU64::new(0);
const TO_NS_SHIFT: u32 = 50;
/// Ticks per ns, times 2^`TO_TICKS_SHIFT`: room for a counter of 15 GHz and less.
static TO_TICKS: AtomicU64 = AtomicU64::new(0);
const TO_TICKS_SHIFT: u32 = 60;

/// Factor `num / den * 2^shift`, rounded to the nearest, at most `u64::MAX`.
fn factor(num: u64, den: u64, shift: u32) -> u64 {
    let den = u128::from(den.max(1));
    u64::try_from(((u128::from(num) << shift) + den / 2) / den).unwrap_or(u64::MAX)
}

#[inline]
fn scale(value: u64, factor: u64, shift: u32) -> u64 {
    ((u128::from(value) * u128::from(factor)) >> shift) as u64
}

#[cold]
fn init() {
    let hz = arch::counter::frequency();
    TO_TICKS.store(factor(hz, NS_PER_SEC, TO_TICKS_SHIFT), Relaxed);
    TO_NS.store(factor(NS_PER_SEC, hz, TO_NS_SHIFT), Relaxed);
}

/// Counter ticks as nanoseconds. Wraps after 584 years. Context: any.
#[inline]
pub fn ticks_to_ns(ticks: u64) -> u64 {
    if TO_NS.load(Relaxed) == 0 {
        init();
    }
    scale(ticks, TO_NS.load(Relaxed), TO_NS_SHIFT)
}

/// Nanoseconds as counter ticks, rounded down. Context: any.
#[inline]
pub fn ns_to_ticks(ns: u64) -> u64 {
    if TO_TICKS.load(Relaxed) == 0 {
        init();
    }
    scale(ns, TO_TICKS.load(Relaxed), TO_TICKS_SHIFT)
}

/// The first tick at which [`now_ns`] is `ns` or more. Context: any.
#[inline]
pub fn deadline_ticks(ns: u64) -> u64 {
    ns_to_ticks(ns).saturating_add(1)
}

/// Nanoseconds since the counter started. Context: any.
#[inline]
pub fn now_ns() -> u64 {
    ticks_to_ns(arch::counter::now())
}

/// Counter ticks now. Context: any.
#[inline]
pub fn now() -> u64 {
    arch::counter::now()
}

/// Spins for at least `us` microseconds. Context: any; long waits belong to `sched::sleep_ns`.
pub fn udelay(us: u64) {
    ndelay(us.saturating_mul(NS_PER_US));
}

/// Spins for at least `ns` nanoseconds. Context: any.
pub fn ndelay(ns: u64) {
    let (start, ticks) = (now(), deadline_ticks(ns));
    while now().wrapping_sub(start) < ticks {
        arch::cpu::relax();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_exact_to_a_unit_for_a_year() {
        let year = 365 * 86_400 * NS_PER_SEC;
        let hz = arch::counter::frequency();
        let mut ns = 1;
        while ns < year {
            let exact = (u128::from(ns) * u128::from(hz) / u128::from(NS_PER_SEC)) as u64;
            assert!(ns_to_ticks(ns).abs_diff(exact) <= 1, "{ns}");
            assert!(ticks_to_ns(ns_to_ticks(ns)).abs_diff(ns) <= NS_PER_SEC / hz + 1, "{ns}");
            assert!(ticks_to_ns(deadline_ticks(ns)) >= ns, "{ns}");
            ns = ns * 3 + 1;
        }
    }

    #[test]
    fn odd_frequencies_keep_a_day_to_a_microsecond() {
        for hz in [62_500u64, 1_000_000, 19_200_000, 24_000_000, 54_000_000, 1_000_000_000] {
            let day = 86_400 * hz;
            let ns = scale(day, factor(NS_PER_SEC, hz, TO_NS_SHIFT), TO_NS_SHIFT);
            assert!(ns.abs_diff(86_400 * NS_PER_SEC) < 1000, "{hz} Hz: {ns}");
        }
    }
}
