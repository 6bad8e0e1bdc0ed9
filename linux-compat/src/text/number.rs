// SPDX-License-Identifier: GPL-2.0-only
//! Numbers from text: `kstrto*`, `simple_strto*`.

use super::bytes;
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_char, c_int, c_long, c_longlong, c_uint, c_ulong, c_ulonglong};

crate::exports! {
    family "text";
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtoull(s: *const c_char, base: c_uint, res: *mut c_ulonglong) -> c_int = unsigned;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtoll(s: *const c_char, base: c_uint, res: *mut c_longlong) -> c_int = signed;
    [any, supported, "text::tests::strict_numbers"]
    fn _kstrtoul(s: *const c_char, base: c_uint, res: *mut c_ulong) -> c_int = unsigned;
    [any, supported, "text::tests::strict_numbers"]
    fn _kstrtol(s: *const c_char, base: c_uint, res: *mut c_long) -> c_int = signed;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtouint(s: *const c_char, base: c_uint, res: *mut c_uint) -> c_int = unsigned;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtoint(s: *const c_char, base: c_uint, res: *mut c_int) -> c_int = signed;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtou16(s: *const c_char, base: c_uint, res: *mut u16) -> c_int = unsigned;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtos16(s: *const c_char, base: c_uint, res: *mut i16) -> c_int = signed;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtou8(s: *const c_char, base: c_uint, res: *mut u8) -> c_int = unsigned;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtos8(s: *const c_char, base: c_uint, res: *mut i8) -> c_int = signed;
    [any, supported, "text::tests::strict_numbers"]
    fn kstrtobool(s: *const c_char, res: *mut bool) -> c_int = boolean;
    [any, refused, "text::tests::users_are_refused"]
    fn kstrtoull_from_user(s: *const c_char, n: usize, base: c_uint, res: *mut c_ulonglong) -> c_int = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn kstrtoul_from_user(s: *const c_char, n: usize, base: c_uint, res: *mut c_ulong) -> c_int = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn kstrtouint_from_user(s: *const c_char, n: usize, base: c_uint, res: *mut c_uint) -> c_int = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn kstrtoint_from_user(s: *const c_char, n: usize, base: c_uint, res: *mut c_int) -> c_int = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn kstrtobool_from_user(s: *const c_char, n: usize, res: *mut bool) -> c_int = bool_from_user;
    [any, supported, "text::tests::lenient_numbers"]
    fn simple_strtoul(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> c_ulong = simple_unsigned;
    [any, supported, "text::tests::lenient_numbers"]
    fn simple_strtol(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> c_long = simple_signed;
    [any, supported, "text::tests::lenient_numbers"]
    fn simple_strtoull(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> c_ulonglong = simple_unsigned;
    [any, supported, "text::tests::lenient_numbers"]
    fn simple_strtoll(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> c_longlong = simple_signed;
}

/// The digits at the start: their value, whether it was too large, and how many bytes they are with their prefix.
/// `base` 0 finds out: 0x, 0, or decimal.
pub fn digits(text: &[u8], base: u32) -> (u64, bool, usize) {
    let hex = matches!(text, [b'0', b'x' | b'X', d, ..] if d.is_ascii_hexdigit());
    let base = match (base, text.first()) {
        (0, _) if hex => 16,
        (0, Some(b'0')) => 8,
        (0, _) => 10,
        (base, _) => base.clamp(2, 36),
    };
    let skip = if base == 16 && hex { 2 } else { 0 };
    let (mut value, mut over, mut n) = (0u64, false, skip);
    while let Some(digit) = text.get(n).and_then(|&b| char::from(b).to_digit(base)) {
        match value.checked_mul(base.into()).and_then(|v| v.checked_add(digit.into())) {
            Some(next) => value = next,
            None => {
                over = true;
                value = value.wrapping_mul(base.into()).wrapping_add(digit.into());
            }
        }
        n += 1;
    }
    (value, over, n)
}

/// A number at the start of `text`, perhaps signed: its value in two's complement, and its bytes. `None` without digits.
pub fn parse(text: &[u8], base: u32, signed: bool) -> Option<(u64, usize)> {
    let (negative, sign) = match text.first() {
        Some(b'-') if signed => (true, 1),
        Some(b'+') => (false, 1),
        _ => (false, 0),
    };
    let (value, _, n) = digits(text.get(sign..)?, base);
    (n > 0).then(|| (if negative { value.wrapping_neg() } else { value }, sign + n))
}

/// The whole text but for one newline: sign and value.
fn whole(text: &[u8], base: u32, signed: bool) -> Result<(bool, u64)> {
    let (negative, rest) = match text.split_first() {
        Some((b'-', rest)) if signed => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let (value, over, n) = digits(rest, base);
    match rest.get(n..) {
        Some([] | [b'\n']) if n > 0 && over => Err(Errno::ERANGE),
        Some([] | [b'\n']) if n > 0 => Ok((negative, value)),
        _ => Err(Errno::EINVAL),
    }
}

unsafe fn unsigned<T: TryFrom<u64>>(s: *const c_char, base: c_uint, res: *mut T) -> c_int {
    // SAFETY: the caller's string.
    let result = whole(unsafe { bytes(s) }, base, false)
        .and_then(|(_, value)| T::try_from(value).map_err(|_| Errno::ERANGE));
    // SAFETY: the caller's place.
    to_c(result.map(|value| unsafe { res.write(value) }))
}

unsafe fn signed<T: TryFrom<i64>>(s: *const c_char, base: c_uint, res: *mut T) -> c_int {
    // SAFETY: the caller's string.
    let result = whole(unsafe { bytes(s) }, base, true).and_then(|(negative, value)| {
        let value = if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
        value.and_then(|value| T::try_from(value).ok()).ok_or(Errno::ERANGE)
    });
    // SAFETY: the caller's place.
    to_c(result.map(|value| unsafe { res.write(value) }))
}

pub(crate) unsafe fn boolean(s: *const c_char, res: *mut bool) -> c_int {
    if s.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's string.
    let value = match unsafe { bytes(s) } {
        [b'e' | b'E' | b'y' | b'Y' | b't' | b'T' | b'1', ..] | [b'o' | b'O', b'n' | b'N', ..] => true,
        [b'd' | b'D' | b'n' | b'N' | b'f' | b'F' | b'0', ..] | [b'o' | b'O', b'f' | b'F', ..] => false,
        _ => return Errno::EINVAL.to_c(),
    };
    // SAFETY: the caller's place.
    unsafe { res.write(value) };
    0
}

pub(super) fn from_user<T>(_s: *const c_char, _n: usize, _base: c_uint, _res: *mut T) -> c_int {
    Errno::EFAULT.to_c()
}

fn bool_from_user(_s: *const c_char, _n: usize, _res: *mut bool) -> c_int {
    Errno::EFAULT.to_c()
}

unsafe fn simple(s: *const c_char, end: *mut *mut c_char, base: u32, signed: bool) -> u64 {
    // SAFETY: the caller's string.
    let text = unsafe { bytes(s) };
    let signed = signed && text.first() == Some(&b'-');
    let (value, n) = match text {
        [b'+', ..] => (0, 0),
        _ => parse(text, base, signed).unwrap_or((0, 0)),
    };
    if !end.is_null() {
        // SAFETY: the caller's place.
        unsafe { end.write(s.wrapping_add(n).cast_mut()) };
    }
    value
}

pub(super) unsafe fn simple_unsigned(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> u64 {
    // SAFETY: the caller's.
    unsafe { simple(s, end, base, false) }
}

pub(super) unsafe fn simple_signed(s: *const c_char, end: *mut *mut c_char, base: c_uint) -> i64 {
    // SAFETY: the caller's.
    unsafe { simple(s, end, base, true) }.cast_signed()
}
