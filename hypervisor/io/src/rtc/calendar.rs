// SPDX-License-Identifier: GPL-2.0-only
//! Dates of the Gregorian calendar and the seconds since 1970 that they stand for; without leap seconds, as clocks count.

use core::fmt;

/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// First second of year 1.
pub const EARLIEST: i64 = -62_135_596_800;
/// Last second of year 9999.
pub const LATEST: i64 = 253_402_300_799;

/// Days from 0000-03-01, when the years of this arithmetic begin, to 1970-01-01.
const EPOCH: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// A date and time of day, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime {
    /// Year, as written: 1970.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
}

/// Whether `year` has a 29th of February.
pub fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days in `month` (1 to 12) of `year`; 0 for another month.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Day of the year, 0 to 365, of a date.
pub fn day_of_year(year: i32, month: u8, day: u8) -> u16 {
    let before: u16 = (1..month).map(|m| u16::from(days_in_month(year, m))).sum();
    before + u16::from(day.saturating_sub(1))
}

/// Day of the week, 0 for Sunday, on which the second `seconds` since 1970 falls.
pub fn day_of_week(seconds: i64) -> u8 {
    (seconds.div_euclid(DAY) + 4).rem_euclid(7) as u8
}

impl DateTime {
    /// The date and time `seconds` after 1970 began; outside of the years 1 to 9999 the nearest that is inside.
    pub fn from_unix(seconds: i64) -> Self {
        let seconds = seconds.clamp(EARLIEST, LATEST);
        let (days, rest) = (seconds.div_euclid(DAY) + EPOCH, seconds.rem_euclid(DAY));
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        // Each fourth year has one more day, but for three of the four centuries.
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // March is month 0; five months have 153 days, whichever five.
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Self {
            year: (year_of_era + era * 400 + next) as i32,
            month: month as u8,
            day: day as u8,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
        }
    }

    /// Whether there is such a date and time, in the years 1 to 9999.
    pub fn is_valid(&self) -> bool {
        (1..=9999).contains(&self.year)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }

    /// The seconds since 1970, if there is such a date and time.
    pub fn to_unix(&self) -> Option<i64> {
        self.is_valid().then(|| {
            let day = unix_day(self.year, self.month, self.day);
            day * DAY + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
        })
    }

    /// Reads `2024-02-29T12:30:00`, with a space or a `T` in the middle, perhaps a `Z` at the end; or the date alone.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z').unwrap_or(text);
        let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
        let mut date = date.splitn(3, '-').map(digits);
        let mut time = time.splitn(3, ':').map(digits);
        let small = |numbers: &mut dyn Iterator<Item = Option<u16>>| {
            numbers.next().flatten().and_then(|n| u8::try_from(n).ok())
        };
        let year = i32::from(date.next().flatten()?);
        let (month, day) = (small(&mut date)?, small(&mut date)?);
        let (hour, minute) = (small(&mut time)?, small(&mut time)?);
        let second = small(&mut time)?;
        Some(Self { year, month, day, hour, minute, second }).filter(Self::is_valid)
    }
}

fn digits(text: &str) -> Option<u16> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Days from 1970-01-01 to a date.
fn unix_day(year: i32, month: u8, day: u8) -> i64 {
    // Years that begin in March have their odd day at the end.
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (i64::from(month) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - EPOCH
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_1600_to_2400_follows_the_one_before() {
        let mut expected = DateTime { year: 1600, month: 1, day: 1, ..DateTime::default() };
        let first = expected.to_unix().unwrap();
        assert_eq!(first, -11_676_096_000);
        for n in 0..292_194 {
            let seconds = first + n * DAY;
            assert_eq!(DateTime::from_unix(seconds), expected);
            assert_eq!(expected.to_unix(), Some(seconds));
            expected.day += 1;
            if expected.day > days_in_month(expected.year, expected.month) {
                (expected.day, expected.month) = (1, expected.month + 1);
            }
            if expected.month > 12 {
                (expected.month, expected.year) = (1, expected.year + 1);
            }
        }
    }

    #[test]
    fn known_moments() {
        for (seconds, text, weekday, yearday) in [
            (0, "1970-01-01T00:00:00Z", 4, 0),
            (-1, "1969-12-31T23:59:59Z", 3, 364),
            (951_827_696, "2000-02-29T12:34:56Z", 2, 59),
            (2_019_686_399, "2033-12-31T23:59:59Z", 6, 364),
            (4_102_444_800, "2100-01-01T00:00:00Z", 5, 0),
            (EARLIEST, "0001-01-01T00:00:00Z", 1, 0),
            (LATEST, "9999-12-31T23:59:59Z", 5, 364),
        ] {
            let date = DateTime::from_unix(seconds);
            assert_eq!(date.to_string(), text);
            assert_eq!(DateTime::parse(text), Some(date));
            assert_eq!(date.to_unix(), Some(seconds));
            assert_eq!(day_of_week(seconds), weekday, "{text}");
            assert_eq!(day_of_year(date.year, date.month, date.day), yearday, "{text}");
        }
        assert_eq!(DateTime::from_unix(i64::MAX), DateTime::from_unix(LATEST));
        assert_eq!(DateTime::from_unix(i64::MIN), DateTime::from_unix(EARLIEST));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-32",
            "2024-01-01T24:00:00",
            "2024-1-1T0:60:0",
            "2024-01-01T00:00:60",
            "0000-01-01",
            "-1-01-01",
            "2024-01-01T12:00",
            "2024-01-01T+1:00:00",
            "99999-01-01",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
        assert_eq!(
            DateTime::parse("2024-02-29 01:02:03").map(|d| d.to_string()).as_deref(),
            Some("2024-02-29T01:02:03Z")
        );
        assert_eq!(DateTime::parse("2024-02-29").and_then(|d| d.to_unix()), Some(1_709_164_800));
    }
}
