// SPDX-License-Identifier: GPL-2.0-only
//! Times in Linux's broken-down form and in seconds.

use core::ffi::{c_int, c_uint};

use io::rtc::{DateTime, day_of_week, day_of_year, days_in_month};

use crate::bindings::{ktime_t, rtc_time, time64_t};
use crate::errno::{Errno, Result, to_c};

crate::exports! {
    family "rtc";
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_month_days(month: c_uint, year: c_uint) -> c_int = month_days;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_year_days(day: c_uint, month: c_uint, year: c_uint) -> c_int = year_days;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_valid_tm(tm: *mut rtc_time) -> c_int = valid;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_tm_to_time64(tm: *mut rtc_time) -> time64_t = to_time64;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_time64_to_tm(time: time64_t, tm: *mut rtc_time) -> () = from_time64;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_tm_to_ktime(tm: rtc_time) -> ktime_t = to_ktime;
    [any, supported, "rtc::tests::times_are_converted"]
    fn rtc_ktime_to_tm(kt: ktime_t) -> rtc_time = from_ktime;
}

const NS_PER_SEC: i64 = 1_000_000_000;

/// Days of a month that counts from 0.
fn month_days(month: c_uint, year: c_uint) -> c_int {
    days_in_month(year as i32, month as u8 + 1).into()
}

/// Day of the year, from 0, of a day that counts from 1 in a month that counts from 0.
fn year_days(day: c_uint, month: c_uint, year: c_uint) -> c_int {
    day_of_year(year as i32, month as u8 + 1, day as u8).into()
}

/// The date, if `tm` is one that Linux takes: from 1970 on.
fn date(tm: &rtc_time) -> Result<DateTime> {
    let small = |n: c_int| u8::try_from(n).map_err(|_| Errno::EINVAL);
    let date = DateTime {
        year: tm.tm_year.checked_add(1900).filter(|y| *y >= 1970).ok_or(Errno::EINVAL)?,
        month: small(tm.tm_mon)?.checked_add(1).ok_or(Errno::EINVAL)?,
        day: small(tm.tm_mday)?,
        hour: small(tm.tm_hour)?,
        minute: small(tm.tm_min)?,
        second: small(tm.tm_sec)?,
    };
    if date.is_valid() { Ok(date) } else { Err(Errno::EINVAL) }
}

/// The seconds since 1970, if `tm` is a date that Linux takes.
pub(super) fn seconds(tm: &rtc_time) -> Result<i64> {
    date(tm)?.to_unix().ok_or(Errno::EINVAL)
}

/// Linux's form of a time.
pub(super) fn broken_down(seconds: i64) -> rtc_time {
    let date = DateTime::from_unix(seconds);
    rtc_time {
        tm_sec: date.second.into(),
        tm_min: date.minute.into(),
        tm_hour: date.hour.into(),
        tm_mday: date.day.into(),
        tm_mon: c_int::from(date.month) - 1,
        tm_year: date.year - 1900,
        tm_wday: day_of_week(seconds).into(),
        tm_yday: day_of_year(date.year, date.month, date.day).into(),
        tm_isdst: 0,
    }
}

pub(super) unsafe fn valid(tm: *mut rtc_time) -> c_int {
    // SAFETY: the C caller's variable.
    to_c(seconds(unsafe { &*tm }).map(|_| ()))
}

/// Like Linux's `mktime64`, this takes any numbers: a 13th month is the next year's first.
pub(super) unsafe fn to_time64(tm: *mut rtc_time) -> time64_t {
    // SAFETY: the C caller's variable.
    let tm = unsafe { &*tm };
    let months = i64::from(tm.tm_year) * 12 + i64::from(tm.tm_mon);
    let (year, month) = (months.div_euclid(12) + 1900, months.rem_euclid(12) as u8 + 1);
    let first = DateTime { year: year as i32, month, day: 1, ..DateTime::default() };
    let days = first.to_unix().unwrap_or(0) / 86_400 + i64::from(tm.tm_mday) - 1;
    ((days * 24 + i64::from(tm.tm_hour)) * 60 + i64::from(tm.tm_min)) * 60 + i64::from(tm.tm_sec)
}

pub(super) unsafe fn from_time64(time: time64_t, tm: *mut rtc_time) {
    // SAFETY: the C caller's variable.
    unsafe { tm.write(broken_down(time)) };
}

fn to_ktime(mut tm: rtc_time) -> ktime_t {
    // SAFETY: our own variable.
    unsafe { to_time64(&raw mut tm) }.saturating_mul(NS_PER_SEC)
}

/// Rounded up to a whole second.
fn from_ktime(kt: ktime_t) -> rtc_time {
    broken_down(kt.div_euclid(NS_PER_SEC) + i64::from(kt.rem_euclid(NS_PER_SEC) != 0))
}

