// SPDX-License-Identifier: GPL-2.0-only
//! Options in text: numbers with suffixes, lists, `name=value`; and sizes as text.

use super::{bytes, number};
use crate::bindings::string_size_units;
use core::ffi::{c_char, c_int, c_ulonglong};
use core::ptr::null_mut;

crate::exports! {
    family "text";
    [any, supported, "text::tests::options"]
    fn memparse(s: *const c_char, end: *mut *mut c_char) -> c_ulonglong = memparse;
    [any, supported, "text::tests::options"]
    fn get_option(s: *mut *mut c_char, value: *mut c_int) -> c_int = get_option;
    [any, supported, "text::tests::options"]
    fn get_options(s: *const c_char, n: c_int, ints: *mut c_int) -> *mut c_char = get_options;
    [any, supported, "text::tests::options"]
    fn parse_option_str(s: *const c_char, option: *const c_char) -> bool = has_option;
    [any, supported, "text::tests::options"]
    fn next_arg(args: *mut c_char, param: *mut *mut c_char, val: *mut *mut c_char) -> *mut c_char = next_arg;
    [any, supported, "text::tests::sizes"]
    fn string_get_size(size: u64, block: u64, units: string_size_units, buf: *mut c_char, len: c_int) -> c_int = get_size;
}

/// A number with K, M, G, T, P or E behind it.
pub(super) unsafe fn memparse(s: *const c_char, end: *mut *mut c_char) -> c_ulonglong {
    // SAFETY: the caller's string.
    let text = unsafe { bytes(s) };
    let (value, _, mut n) = number::digits(text, 0);
    let shift = match text.get(n).map(u8::to_ascii_uppercase) {
        Some(b'K') => 10,
        Some(b'M') => 20,
        Some(b'G') => 30,
        Some(b'T') => 40,
        Some(b'P') => 50,
        Some(b'E') => 60,
        _ => 0,
    };
    n += usize::from(shift != 0);
    if !end.is_null() {
        // SAFETY: the caller's place.
        unsafe { end.write(s.wrapping_add(n).cast_mut()) };
    }
    value << shift
}

/// 0: no number; 1: the last one; 2: a comma follows, which is taken; 3: a minus follows, a range.
pub(super) unsafe fn get_option(s: *mut *mut c_char, value: *mut c_int) -> c_int {
    // SAFETY: the caller's string and place.
    unsafe {
        let start = *s;
        if start.is_null() || *start == 0 {
            return 0;
        }
        let Some((found, n)) = number::parse(bytes(start), 0, true) else { return 0 };
        if !value.is_null() {
            value.write(found as c_int);
        }
        *s = start.add(n);
        match **s as u8 {
            b',' => {
                *s = (*s).add(1);
                2
            }
            b'-' => 3,
            _ => 1,
        }
    }
}

/// Numbers and ranges into `ints[1..n]`, their count into `ints[0]`.
pub(super) unsafe fn get_options(s: *const c_char, n: c_int, ints: *mut c_int) -> *mut c_char {
    let mut at = s.cast_mut();
    let most = n.max(1) as usize;
    let mut i = 1;
    // SAFETY: the caller's string, and array of `n`.
    unsafe {
        while i < most {
            let slot = ints.add(i);
            let kind = get_option(&mut at, slot);
            if kind == 0 {
                break;
            }
            i += 1;
            if kind == 3 {
                at = at.add(1);
                let mut last = 0;
                let first = *slot;
                let kind = get_option(&mut at, &mut last);
                if kind == 0 || last < first {
                    break;
                }
                for value in first.saturating_add(1)..=last {
                    if i < most {
                        ints.add(i).write(value);
                        i += 1;
                    }
                }
                if kind < 2 {
                    break;
                }
                continue;
            }
            if kind == 1 {
                break;
            }
        }
        ints.write(i as c_int - 1);
    }
    at
}

unsafe fn has_option(s: *const c_char, option: *const c_char) -> bool {
    // SAFETY: the caller's strings.
    let (s, option) = unsafe { (bytes(s), bytes(option)) };
    s.split(|&b| b == b',').any(|part| part == option)
}

/// The next `name` or `name=value`, perhaps quoted; where the rest starts.
pub(super) unsafe fn next_arg(args: *mut c_char, param: *mut *mut c_char, val: *mut *mut c_char) -> *mut c_char {
    // SAFETY: the caller's string, which is cut into pieces.
    unsafe {
        let mut start = args;
        let all = bytes(args);
        let (mut i, mut quoted, mut equals) = (0, false, 0);
        let whole = all.first() == Some(&b'"');
        if whole {
            start = start.add(1);
            quoted = true;
            i = 1;
        }
        let skipped = i;
        while let Some(&b) = all.get(i) {
            if b.is_ascii_whitespace() && !quoted {
                break;
            }
            if equals == 0 && b == b'=' {
                equals = i;
            }
            if b == b'"' {
                quoted = !quoted;
            }
            i += 1;
        }
        let more = i < all.len();
        *param = start;
        *val = null_mut();
        let mut end = i;
        if equals > skipped || (equals == skipped && equals != 0) {
            args.add(equals).write(0);
            let mut value = args.add(equals + 1);
            if all.get(equals + 1) == Some(&b'"') {
                value = value.add(1);
                if all.get(end.wrapping_sub(1)) == Some(&b'"') && end > equals + 2 {
                    end -= 1;
                }
            }
            *val = value;
        }
        if whole && end == i && end > 0 && all.get(end - 1) == Some(&b'"') {
            end -= 1;
        }
        args.add(end).write(0);
        let rest = args.add(if more { i + 1 } else { i });
        let spaces = bytes(rest).iter().take_while(|b| b.is_ascii_whitespace()).count();
        rest.add(spaces)
    }
}

/// Three digits and a unit: "1.50 GiB".
pub(super) unsafe fn get_size(size: u64, block: u64, units: string_size_units, buf: *mut c_char, len: c_int) -> c_int {
    use crate::printk::Out;
    let binary = units & crate::bindings::STRING_UNITS_2 != 0;
    let (step, names): (u128, [&str; 9]) = if binary {
        (1024, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
    } else {
        (1000, ["", "k", "M", "G", "T", "P", "E", "Z", "Y"])
    };
    let bytes = u128::from(size) * u128::from(block);
    let (mut scale, mut unit) = (1u128, 0);
    while bytes / scale >= step && unit < 8 {
        scale *= step;
        unit += 1;
    }
    // SAFETY: the caller's buffer.
    let mut out = unsafe { Out::new(buf, len.max(0) as usize) };
    let whole = bytes / scale;
    let places = if unit == 0 { 0 } else { [2u32, 1, 0][whole.checked_ilog10().unwrap_or(0).min(2) as usize] };
    let factor = 10u128.pow(places);
    let rounded = (bytes * factor + scale / 2) / scale;
    let text = if places == 0 {
        alloc::format!("{rounded}")
    } else {
        alloc::format!("{}.{:0width$}", rounded / factor, rounded % factor, width = places as usize)
    };
    out.bytes(text.as_bytes());
    if units & crate::bindings::STRING_UNITS_NO_SPACE == 0 {
        out.put(b' ');
    }
    out.bytes(names.get(unit).unwrap_or(&"?").as_bytes());
    if units & crate::bindings::STRING_UNITS_NO_BYTES == 0 {
        out.put(b'B');
    }
    out.finish() as c_int
}
