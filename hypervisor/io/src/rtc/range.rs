// SPDX-License-Identifier: GPL-2.0-only
//! The times that a clock can hold, and a shift of them: a clock that counts to 2069 may be told to begin in 2000.

use crate::Fault;

use super::calendar;

/// The times that a clock can hold, in seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    limits: Option<(i64, i64)>,
    start: Option<i64>,
    /// What a time of the device lacks, in the part of the range that is shifted.
    offset: i64,
}

impl Range {
    /// Any time.
    pub const ANY: Self = Self { limits: None, start: None, offset: 0 };

    /// From `min` to `max`, both included; any time if they are equal. With `start`, the device's times stand for as many
    /// others that begin there.
    pub fn new(min: i64, max: i64, start: Option<i64>) -> Self {
        if min == max || max < min {
            return Self::ANY;
        }
        let limits = Some((min, max));
        let Some(start) = start else { return Self { limits, ..Self::ANY } };
        let span = max.saturating_sub(min).saturating_add(1);
        let offset = if start > max || start.saturating_add(span - 1) < min {
            start.saturating_sub(min)
        } else if start > min {
            span
        } else if start < min {
            -span
        } else {
            0
        };
        Self { limits, start: Some(start), offset }
    }

    /// First and last time, if there are limits.
    pub fn limits(&self) -> Option<(i64, i64)> {
        let (min, max) = self.limits?;
        Some(self.start.map_or((min, max), |start| (start, start.saturating_add(max - min))))
    }

    /// The real time that a time of the device stands for.
    pub fn to_real(&self, raw: i64) -> i64 {
        let (Some((min, max)), Some(start)) = (self.limits, self.start) else { return raw };
        let straight =
            (start > min && raw >= start) || (start < min && raw <= start.saturating_add(max - min));
        if self.offset == 0 || straight { raw } else { raw.saturating_add(self.offset) }
    }

    /// The device's time for a real one.
    ///
    /// # Errors
    /// [`Fault::Range`]: the device cannot hold it, or it is outside of the years 1 to 9999.
    pub fn to_raw(&self, real: i64) -> Result<i64, Fault> {
        let (first, last) = self.limits().unwrap_or((calendar::EARLIEST, calendar::LATEST));
        if !(first..=last).contains(&real) {
            return Err(Fault::Range);
        }
        Ok(match self.limits {
            Some((min, max)) if !(min..=max).contains(&real) => real.saturating_sub(self.offset),
            _ => real,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each real time in the range has a time of the device, and comes back.
    fn round_trip(range: Range, min: i64, max: i64) {
        let (first, last) = range.limits().unwrap();
        for real in first..=last {
            let raw = range.to_raw(real).unwrap();
            assert!((min..=max).contains(&raw), "{range:?} {real} -> {raw}");
            assert_eq!(range.to_real(raw), real, "{range:?} {raw}");
        }
        assert_eq!(range.to_raw(first - 1), Err(Fault::Range));
        assert_eq!(range.to_raw(last + 1), Err(Fault::Range));
    }

    #[test]
    fn a_shifted_range_keeps_every_time_apart() {
        for start in [-500, -101, -100, -50, -1, 0, 1, 50, 99, 100, 101, 500] {
            round_trip(Range::new(0, 99, Some(start)), 0, 99);
            round_trip(Range::new(-40, 59, Some(start)), -40, 59);
        }
        round_trip(Range::new(7, 90, None), 7, 90);
    }

    #[test]
    fn without_limits_any_time_goes() {
        for range in [Range::ANY, Range::new(0, 0, Some(5)), Range::new(4, 2, None)] {
            assert_eq!(range.to_raw(-5), Ok(-5));
            assert_eq!(range.to_real(1 << 40), 1 << 40);
            assert_eq!(range.to_raw(i64::MAX), Err(Fault::Range));
        }
    }
}
