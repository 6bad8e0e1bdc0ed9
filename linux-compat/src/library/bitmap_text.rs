// SPDX-License-Identifier: GPL-2.0-only
//! Arrays of bits from text, and as text.

use super::bitmap::{clear, get, put};
use crate::errno::{Errno, Result, to_c};
use crate::text::{bytes, number};
use core::ffi::{c_char, c_int, c_uint, c_ulong};

crate::exports! {
    family "library";
    [any, supported, "library::tests::bitmap_text"]
    fn bitmap_parse(buf: *const c_char, len: c_uint, a: *mut c_ulong, n: c_int) -> c_int = parse_c;
    [any, supported, "library::tests::bitmap_text"]
    fn bitmap_parselist(buf: *const c_char, a: *mut c_ulong, n: c_int) -> c_int = parse_list_c;
    [any, supported, "library::tests::bitmap_text"]
    fn bitmap_print_to_pagebuf(list: bool, buf: *mut c_char, a: *const c_ulong, n: c_int) -> c_int = print;
}

pub(super) unsafe fn parse_c(buf: *const c_char, len: c_uint, a: *mut u64, n: c_int) -> c_int {
    // SAFETY: the caller's text, of that length or ended before, and bitmap.
    unsafe {
        let text = core::slice::from_raw_parts(buf.cast::<u8>(), len as usize);
        let end = text.iter().position(|&b| b == 0 || b == b'\n').unwrap_or(text.len());
        to_c(parse(text.get(..end).unwrap_or(text), a, n.max(0) as usize))
    }
}

/// Groups of 32 bits in hexadecimal, the highest first.
pub(super) unsafe fn parse(text: &[u8], a: *mut u64, n: usize) -> Result<()> {
    // SAFETY: the caller's bitmap.
    unsafe { clear(a, 0, n as c_int) };
    for (i, group) in text.trim_ascii().rsplit(|&b| b == b',').enumerate() {
        let mut value = 0u32;
        if group.is_empty() || group.len() > 8 {
            return Err(if group.len() > 8 { Errno::EOVERFLOW } else { Errno::EINVAL });
        }
        for &b in group {
            value = value << 4 | char::from(b).to_digit(16).ok_or(Errno::EINVAL)?;
        }
        for bit in (0..32).filter(|bit| value >> bit & 1 != 0) {
            if i * 32 + bit >= n {
                return Err(Errno::EOVERFLOW);
            }
            // SAFETY: within the bitmap.
            unsafe { put(a, i * 32 + bit, true) };
        }
    }
    Ok(())
}

pub(super) unsafe fn parse_list_c(buf: *const c_char, a: *mut u64, n: c_int) -> c_int {
    // SAFETY: the caller's string and bitmap.
    unsafe { to_c(parse_list(bytes(buf), a, n.max(0) as usize)) }
}

/// Numbers and ranges, `1-3,8,N`; `start-end:used/group` sets the first `used` of every `group`.
pub(super) unsafe fn parse_list(text: &[u8], a: *mut u64, n: usize) -> Result<()> {
    // SAFETY: the caller's bitmap.
    unsafe { clear(a, 0, n as c_int) };
    let takes = |text: &mut &[u8]| -> Result<usize> {
        if let Some(rest) = text.strip_prefix(b"N") {
            *text = rest;
            return Ok(n.saturating_sub(1));
        }
        let (value, over, used) = number::digits(text, 10);
        if used == 0 || over {
            return Err(Errno::EINVAL);
        }
        *text = text.get(used..).unwrap_or(&[]);
        usize::try_from(value).map_err(|_| Errno::ERANGE)
    };
    for part in text.split(|&b| b == b',' || b == b'\n' || b == b' ').filter(|part| !part.is_empty()) {
        let mut rest = part;
        let (first, mut last);
        if part == b"all" {
            (first, last, rest) = (0, n.saturating_sub(1), &[]);
        } else {
            first = takes(&mut rest)?;
            last = first;
            if let Some(after) = rest.strip_prefix(b"-") {
                rest = after;
                last = takes(&mut rest)?;
            }
        }
        let (mut used, mut group) = (1, 1);
        if let Some(after) = rest.strip_prefix(b":") {
            rest = after;
            used = takes(&mut rest)?;
            rest = rest.strip_prefix(b"/").ok_or(Errno::EINVAL)?;
            group = takes(&mut rest)?;
        }
        if !rest.is_empty() || last < first || group == 0 || used > group {
            return Err(Errno::EINVAL);
        }
        if last >= n {
            return Err(Errno::ERANGE);
        }
        for bit in (first..=last).filter(|bit| (bit - first) % group < used) {
            // SAFETY: within the bitmap.
            unsafe { put(a, bit, true) };
        }
    }
    Ok(())
}

/// With a newline; the length.
unsafe fn print(list: bool, buf: *mut c_char, a: *const u64, n: c_int) -> c_int {
    use crate::printk::Out;
    let n = n.max(0) as usize;
    // SAFETY: the caller's bitmap, and the rest of its page.
    unsafe {
        let mut out = Out::new(buf, 4096 - buf.addr() % 4096);
        crate::printk::bits(&mut out, n, list, |bit| get(a, bit));
        out.put(b'\n');
        out.finish().min(4095) as c_int
    }
}
