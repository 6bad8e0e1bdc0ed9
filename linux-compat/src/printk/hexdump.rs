// SPDX-License-Identifier: GPL-2.0-only
//! Memory as hexadecimal text.

use super::emit;
use super::format::{Out, Spec, number};
use core::ffi::{c_char, c_int, c_uchar, c_void};

crate::exports! {
    family "printk";
    [any, supported, "printk::tests::hex_dumps"]
    fn hex_dump_to_buffer(buf: *const c_void, len: usize, row: c_int, group: c_int, line: *mut c_char, room: usize, ascii: bool) -> c_int = to_buffer;
    [any, supported, "printk::tests::hex_dumps"]
    fn print_hex_dump(level: *const c_char, prefix: *const c_char, kind: c_int, row: c_int, group: c_int, buf: *const c_void, len: usize, ascii: bool) -> () = print;
    [any, supported, "printk::tests::hex_digits"]
    fn hex_to_bin(ch: c_uchar) -> c_int = digit;
    [any, supported, "printk::tests::hex_digits"]
    fn hex2bin(dst: *mut u8, src: *const c_char, count: usize) -> c_int = from_hex;
    [any, supported, "printk::tests::hex_digits"]
    fn bin2hex(dst: *mut c_char, src: *const c_void, count: usize) -> *mut c_char = to_hex;
}

crate::exports_data! {
    family "printk";
    [any, supported, "printk::tests::hex_digits"]
    static hex_asc: [c_char; 17] = digits(b"0123456789abcdef\0");
    [any, supported, "printk::tests::hex_digits"]
    static hex_asc_upper: [c_char; 17] = digits(b"0123456789ABCDEF\0");
}

const fn digits(text: &[u8; 17]) -> [c_char; 17] {
    let mut out = [0; 17];
    let mut i = 0;
    while i < 17 {
        out[i] = text[i] as c_char;
        i += 1;
    }
    out
}

/// One line, as Linux lays it out: groups in the CPU's byte order, then the characters. The length that the whole line
/// has. Context: any.
///
/// # Safety
/// `len` bytes at `buf`, `room` bytes at `line`.
pub unsafe fn to_buffer(
    buf: *const c_void,
    len: usize,
    row: c_int,
    group: c_int,
    line: *mut c_char,
    room: usize,
    ascii: bool,
) -> c_int {
    let row: usize = if row == 32 { 32 } else { 16 };
    let len = len.min(row);
    let mut group = if matches!(group, 2 | 4 | 8) { group as usize } else { 1 };
    if !len.is_multiple_of(group) {
        group = 1;
    }
    // SAFETY: the caller's room and bytes.
    let (mut out, bytes) = unsafe { (Out::new(line, room), core::slice::from_raw_parts(buf.cast::<u8>(), len)) };
    for (i, chunk) in bytes.chunks_exact(group).enumerate() {
        if i > 0 {
            out.put(b' ');
        }
        let value = chunk.iter().rev().fold(0u64, |value, &b| value << 8 | u64::from(b));
        number(&mut out, value, &Spec { base: 16, zero: true, width: 2 * group, ..Spec::default() });
    }
    if ascii && len > 0 {
        let column = row * 2 + row / group + 1;
        out.pad(b' ', column.saturating_sub(out.len()));
        for &b in bytes {
            out.put(if (0x20..0x7f).contains(&b) { b } else { b'.' });
        }
    }
    out.finish() as c_int
}

/// Prints memory, a line for every `row` bytes. Context: any.
///
/// # Safety
/// Strings, and `len` bytes at `buf`.
#[expect(clippy::too_many_arguments, reason = "Linux's prototype")]
unsafe fn print(
    level: *const c_char,
    prefix: *const c_char,
    kind: c_int,
    row: c_int,
    group: c_int,
    buf: *const c_void,
    len: usize,
    ascii: bool,
) {
    let row = if row == 32 { 32 } else { 16 };
    let mut line = [0u8; 32 * 3 + 2 + 32 + 1];
    for at in (0..len).step_by(row as usize) {
        let mut text = [0u8; 200];
        // SAFETY: within the caller's bytes; both buffers are this function's own.
        unsafe {
            let bytes = buf.byte_add(at);
            to_buffer(bytes, len - at, row, group, line.as_mut_ptr().cast(), line.len(), ascii);
            let mut out = Out::new(text.as_mut_ptr().cast(), text.len());
            super::format::string(&mut out, prefix.cast(), &Spec::default());
            let hex = Spec { base: 16, zero: true, ..Spec::default() };
            match kind as u32 {
                crate::bindings::DUMP_PREFIX_ADDRESS => number(&mut out, bytes.addr() as u64, &Spec { width: 16, ..hex }),
                crate::bindings::DUMP_PREFIX_OFFSET => number(&mut out, at as u64, &Spec { width: 8, ..hex }),
                _ => {}
            }
            if kind as u32 != crate::bindings::DUMP_PREFIX_NONE {
                out.bytes(b": ");
            }
            super::format::string(&mut out, line.as_ptr(), &Spec::default());
            let n = out.finish().min(text.len() - 1);
            emit::line(emit::level_of(level), text.get(..n).unwrap_or(&[]));
        }
    }
}

/// The value of a hexadecimal digit, or -1. Context: any.
pub fn digit(ch: c_uchar) -> c_int {
    char::from(ch).to_digit(16).map_or(-1, |d| d as c_int)
}

/// # Safety
/// `count` bytes at `dst`, twice as many digits at `src`.
unsafe fn from_hex(dst: *mut u8, src: *const c_char, count: usize) -> c_int {
    for i in 0..count {
        // SAFETY: the caller's.
        let (high, low) = unsafe { (digit(*src.add(2 * i).cast()), digit(*src.add(2 * i + 1).cast())) };
        if high < 0 || low < 0 {
            return crate::errno::Errno::EINVAL.to_c();
        }
        // SAFETY: the caller's.
        unsafe { dst.add(i).write((high << 4 | low) as u8) };
    }
    0
}

/// # Safety
/// `count` bytes at `src`, twice as many at `dst`.
unsafe fn to_hex(dst: *mut c_char, src: *const c_void, count: usize) -> *mut c_char {
    // SAFETY: the caller's.
    unsafe {
        let mut out = Out::new(dst, 2 * count);
        for i in 0..count {
            let b = *src.cast::<u8>().add(i);
            number(&mut out, b.into(), &Spec { base: 16, zero: true, width: 2, ..Spec::default() });
        }
        dst.add(2 * count)
    }
}
