// SPDX-License-Identifier: GPL-2.0-only
//! Limits of rates: the generic cell rate algorithm (ITU-T I.371, A.1), one number of state.

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

/// A rate that is not to be passed, and how much may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Units (bytes, frames) a second; at least 1.
    pub per_second: u64,
    /// Units that may come at once after a pause; at least one frame of the largest size always may.
    pub burst: u64,
}

/// What has come so far against a rate.
#[derive(Debug)]
pub(super) struct Limit {
    rate: Rate,
    /// When all that came so far would have come at the rate, in ns.
    until: u64,
}

impl Limit {
    pub fn new(rate: Rate) -> Self {
        Self { rate, until: 0 }
    }

    /// Whether `units` may come now; if so they have.
    pub fn take(&mut self, now_ns: u64, units: u64) -> bool {
        let ns = |units: u64| {
            let ns = u128::from(units) * u128::from(SECOND) / u128::from(self.rate.per_second.max(1));
            u64::try_from(ns).unwrap_or(u64::MAX)
        };
        if self.until > now_ns.saturating_add(ns(self.rate.burst)) {
            return false;
        }
        self.until = self.until.max(now_ns).saturating_add(ns(units));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_over_time_and_lets_bursts_pass() {
        let mut limit = Limit::new(Rate { per_second: 1_000_000, burst: 3000 });
        let mut passed = 0;
        for n in 0..10_000 {
            // 1,500 bytes each 100 us: fifteen times the rate.
            passed += u64::from(limit.take(n * 100_000, 1500)) * 1500;
        }
        assert!((1_000_000..=1_006_000).contains(&passed), "{passed} bytes in a second");
        // After a pause a burst passes, and a frame that begins in it.
        let late = 10 * SECOND;
        assert_eq!((0..9).filter(|_| limit.take(late, 1500)).count(), 3);
    }

    #[test]
    fn numbers_at_their_ends_do_no_harm() {
        let mut limit = Limit::new(Rate { per_second: 0, burst: u64::MAX });
        assert!(limit.take(0, u64::MAX) && limit.take(0, u64::MAX));
        let mut limit = Limit::new(Rate { per_second: u64::MAX, burst: 0 });
        assert!(limit.take(5, 1500) && limit.take(5, 1500));
    }
}
