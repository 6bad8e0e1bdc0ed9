// SPDX-License-Identifier: GPL-2.0-only
//! Seconds since 1970 as dates of the Gregorian calendar, and back.

use super::clock;
use crate::bindings::{time64_t, timespec64, tm};
use core::ffi::{c_int, c_uint};

crate::exports! {
    family "time";
    [any, supported, "time::tests::dates"]
    fn mktime64(year: c_uint, mon: c_uint, day: c_uint, hour: c_uint, min: c_uint, sec: c_uint) -> time64_t = to_seconds;
    [any, supported, "time::tests::dates"]
    fn time64_to_tm(seconds: time64_t, offset: c_int, result: *mut tm) -> () = to_tm;
    [any, supported, "time::tests::clocks_agree"]
    fn set_normalized_timespec64(ts: *mut timespec64, sec: time64_t, nsec: i64) -> () = normalize;
    [any, supported, "time::tests::clocks_agree"]
    fn ns_to_timespec64(nsec: i64) -> timespec64 = clock::split;
}

/// A moment of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 (Sunday) to 6.
    pub weekday: u32,
    /// 0 to 365.
    pub day_of_year: u32,
}

/// Days from 1970 to the first of March of a year, as the calendar repeats every 400 years.
fn days_to_march(year: i64) -> i64 {
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 - 719_468
}

/// Days between the first of March and that of a month, counted from March.
fn days_to_month(from_march: i64) -> i64 {
    (153 * from_march + 2) / 5
}

/// The date of a number of seconds since 1970. Context: any.
pub fn from_seconds(seconds: i64) -> Date {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // The year that begins in March.
    let mut year = (days + 719_468).div_euclid(146_097) * 400 + (days + 719_468).rem_euclid(146_097) * 400 / 146_097;
    while days_to_march(year + 1) <= days {
        year += 1;
    }
    while days_to_march(year) > days {
        year -= 1;
    }
    let of_year = days - days_to_march(year);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - days_to_month(from_march) + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + i64::from(month <= 2);
    let first = days_to_march(year - 1) + days_to_month(10);
    Date {
        year,
        month: month as u32,
        day: day as u32,
        hour: (rest / 3600) as u32,
        minute: (rest / 60 % 60) as u32,
        second: (rest % 60) as u32,
        weekday: (days + 4).rem_euclid(7) as u32,
        day_of_year: (days - first) as u32,
    }
}

/// Seconds since 1970 of a date; hours, minutes and seconds may be beyond their ranges. Context: any.
pub fn to_seconds(year: c_uint, mon: c_uint, day: c_uint, hour: c_uint, min: c_uint, sec: c_uint) -> time64_t {
    let (mon, year) = (i64::from(mon), i64::from(year));
    let (from_march, year) = if mon > 2 { (mon - 3, year) } else { (mon + 9, year - 1) };
    let days = days_to_march(year) + days_to_month(from_march) + i64::from(day) - 1;
    ((days * 24 + i64::from(hour)) * 60 + i64::from(min)) * 60 + i64::from(sec)
}

unsafe fn to_tm(seconds: time64_t, offset: c_int, result: *mut tm) {
    let date = from_seconds(seconds.saturating_add(offset.into()));
    // SAFETY: the caller's place.
    unsafe {
        result.write(tm {
            tm_sec: date.second as c_int,
            tm_min: date.minute as c_int,
            tm_hour: date.hour as c_int,
            tm_mday: date.day as c_int,
            tm_mon: date.month as c_int - 1,
            tm_year: date.year - 1900,
            tm_wday: date.weekday as c_int,
            tm_yday: date.day_of_year as c_int,
        });
    }
}

unsafe fn normalize(ts: *mut timespec64, sec: time64_t, nsec: i64) {
    let mut rest = clock::split(nsec);
    rest.tv_sec = rest.tv_sec.wrapping_add(sec);
    // SAFETY: the caller's place.
    unsafe { ts.write(rest) };
}
