// SPDX-License-Identifier: GPL-2.0-only
//! `printf` of the kernel: text into a buffer that may be too short.

use super::pointer;
use super::va::{Args, Va};
use core::ffi::{c_char, c_int, c_void};

/// A buffer that text goes into; what does not fit is counted only.
pub struct Out {
    buffer: *mut u8,
    room: usize,
    len: usize,
}

impl Out {
    /// # Safety
    /// `room` bytes at `buffer` can be written while this is used; `buffer` may be null if `room` is 0.
    pub unsafe fn new(buffer: *mut c_char, room: usize) -> Self {
        Out { buffer: buffer.cast(), room, len: 0 }
    }

    /// One byte.
    pub fn put(&mut self, byte: u8) {
        if self.len < self.room {
            // SAFETY: within the room that `new` was promised.
            unsafe { self.buffer.add(self.len).write(byte) };
        }
        self.len += 1;
    }

    /// Some bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&b| self.put(b));
    }

    /// A byte, `n` times.
    pub fn pad(&mut self, byte: u8, n: usize) {
        (0..n).for_each(|_| self.put(byte));
    }

    /// Bytes that the whole text has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no text yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes the zero behind the text, or over its end. The length of the whole text.
    pub fn finish(self) -> usize {
        if self.room > 0 {
            // SAFETY: within the room.
            unsafe { self.buffer.add(self.len.min(self.room - 1)).write(0) };
        }
        self.len
    }
}

/// What stands between `%` and the conversion.
#[derive(Clone, Copy, Default)]
pub struct Spec {
    /// `-`: at the left of the width.
    pub left: bool,
    /// `+`.
    pub plus: bool,
    /// A space.
    pub space: bool,
    /// `#`: 0x or 0 in front.
    pub alternate: bool,
    /// `0`: zeros up to the width.
    pub zero: bool,
    /// Capital letters.
    pub upper: bool,
    /// Signed.
    pub signed: bool,
    /// Bytes at least.
    pub width: usize,
    /// Digits at least; bytes of strings at most.
    pub precision: Option<usize>,
    /// 10, 16, 8 or 2.
    pub base: u8,
}

impl Spec {
    /// For a number as `%#0WIDTHx`.
    pub fn hex(width: usize) -> Self {
        Spec { alternate: true, zero: true, width, base: 16, ..Self::default() }
    }
}

/// Sizes of arguments.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Char,
    Short,
    Int,
    Long,
}

/// Bytes of C strings, one by one.
struct Text(*const u8);

impl Text {
    fn peek(&self) -> u8 {
        // SAFETY: the string's zero is not passed.
        unsafe { *self.0 }
    }

    fn next(&mut self) -> u8 {
        let byte = self.peek();
        if byte != 0 {
            // SAFETY: behind a byte that is not the zero there is another.
            self.0 = unsafe { self.0.add(1) };
        }
        byte
    }

    fn number(&mut self) -> usize {
        let mut value = 0usize;
        while self.peek().is_ascii_digit() {
            value = (value * 10 + usize::from(self.next() - b'0')).min(0xffff);
        }
        value
    }
}

/// Formats `fmt` with `args` into `out`.
///
/// # Safety
/// `fmt` is a C string; the arguments are of the types that it names.
pub unsafe fn format(out: &mut Out, fmt: *const c_char, args: &mut Args<'_>) {
    let mut text = Text(fmt.cast());
    loop {
        match text.next() {
            0 => return,
            b'%' => {
                // SAFETY: the caller's.
                if unsafe { !conversion(out, &mut text, args) } {
                    return;
                }
            }
            byte => out.put(byte),
        }
    }
}

/// Reads what stands before the letter of a conversion.
fn spec(text: &mut Text, args: &mut Args<'_>) -> Spec {
    let mut spec = Spec { base: 10, ..Spec::default() };
    loop {
        match text.peek() {
            b'-' => spec.left = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'#' => spec.alternate = true,
            b'0' => spec.zero = true,
            _ => break,
        }
        text.next();
    }
    if text.peek() == b'*' {
        text.next();
        let width = args.int().cast_signed();
        spec.left |= width < 0;
        spec.width = width.unsigned_abs().min(0xffff) as usize;
    } else {
        spec.width = text.number();
    }
    if text.peek() == b'.' {
        text.next();
        spec.precision = Some(if text.peek() == b'*' {
            text.next();
            args.int().cast_signed().clamp(0, 0xffff) as usize
        } else {
            text.number()
        });
    }
    spec
}

fn size(text: &mut Text) -> Size {
    let mut size = Size::Int;
    loop {
        size = match (text.peek(), size) {
            (b'h', Size::Short) => Size::Char,
            (b'h', _) => Size::Short,
            (b'l' | b'L' | b'z' | b'Z' | b't' | b'j', _) => Size::Long,
            _ => return size,
        };
        text.next();
    }
}

/// One conversion behind its `%`; false where the text ends or an unknown one makes the arguments unknown.
///
/// # Safety
/// As [`format`].
unsafe fn conversion(out: &mut Out, text: &mut Text, args: &mut Args<'_>) -> bool {
    let mut spec = spec(text, args);
    let size = size(text);
    let letter = text.next();
    match letter {
        b'%' => out.put(b'%'),
        b'c' => {
            let byte = args.int() as u8;
            let fill = spec.width.saturating_sub(1);
            out.pad(b' ', if spec.left { 0 } else { fill });
            out.put(byte);
            out.pad(b' ', if spec.left { fill } else { 0 });
        }
        // SAFETY: the format's author promises a string.
        b's' => unsafe { string(out, args.pointer().cast(), &spec) },
        b'p' => {
            let value = args.pointer();
            let mut rest = text.0;
            // SAFETY: the format's author promises what the letters behind name; `rest` is within the format.
            unsafe { pointer::format(out, value, &mut rest, spec) };
            text.0 = rest;
        }
        b'n' => _ = args.pointer(),
        b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => {
            spec.signed = matches!(letter, b'd' | b'i');
            spec.upper = letter == b'X';
            spec.base = match letter {
                b'x' | b'X' => 16,
                b'o' => 8,
                _ => 10,
            };
            let value = match (size, spec.signed) {
                (Size::Long, _) => args.long(),
                (Size::Int, false) => args.int().into(),
                (Size::Int, true) => i64::from(args.int().cast_signed()).cast_unsigned(),
                (Size::Short, false) => (args.int() as u16).into(),
                (Size::Short, true) => i64::from(args.int() as i16).cast_unsigned(),
                (Size::Char, false) => (args.int() as u8).into(),
                (Size::Char, true) => i64::from(args.int() as i8).cast_unsigned(),
            };
            number(out, value, &spec);
        }
        _ => {
            out.put(b'%');
            if letter != 0 {
                out.put(letter);
            }
            return false;
        }
    }
    true
}

/// A number, as `spec` says.
pub fn number(out: &mut Out, value: u64, spec: &Spec) {
    let negative = spec.signed && value.cast_signed() < 0;
    let mut rest = if negative { value.wrapping_neg() } else { value };
    let mut digits = [0u8; 64];
    let mut count = 0;
    let base = u64::from(spec.base.max(2));
    let letters = if spec.upper { b'A' } else { b'a' };
    while rest != 0 || count == 0 {
        let digit = (rest % base) as u8;
        if let Some(slot) = digits.get_mut(count) {
            *slot = if digit < 10 { b'0' + digit } else { letters + digit - 10 };
        }
        rest /= base;
        count += 1;
    }
    let sign: &[u8] = match (negative, spec.signed && spec.plus, spec.signed && spec.space) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (.., true) => b" ",
        _ => b"",
    };
    let prefix: &[u8] = match (spec.alternate, spec.base, spec.upper) {
        (true, 16, false) => b"0x",
        (true, 16, true) => b"0X",
        (true, 8, _) if value != 0 => b"0",
        _ => b"",
    };
    let used = sign.len() + prefix.len();
    let mut zeros = spec.precision.unwrap_or(1).saturating_sub(count);
    if spec.zero && !spec.left && spec.precision.is_none() {
        zeros = spec.width.saturating_sub(used + count);
    }
    let fill = spec.width.saturating_sub(used + zeros + count);
    out.pad(b' ', if spec.left { 0 } else { fill });
    out.bytes(sign);
    out.bytes(prefix);
    out.pad(b'0', zeros);
    digits.iter().take(count).rev().for_each(|&digit| out.put(digit));
    out.pad(b' ', if spec.left { fill } else { 0 });
}

/// Bytes within a width.
pub fn padded(out: &mut Out, bytes: &[u8], spec: &Spec) {
    let bytes = bytes.get(..spec.precision.unwrap_or(usize::MAX).min(bytes.len())).unwrap_or(bytes);
    let fill = spec.width.saturating_sub(bytes.len());
    out.pad(b' ', if spec.left { 0 } else { fill });
    out.bytes(bytes);
    out.pad(b' ', if spec.left { fill } else { 0 });
}

/// A C string; null and pointers that cannot be one are named.
///
/// # Safety
/// `text` is null, an error, or a string, which needs no zero within the precision.
pub unsafe fn string(out: &mut Out, text: *const u8, spec: &Spec) {
    if let Some(what) = invalid(text.cast()) {
        return padded(out, what, &Spec { precision: None, ..*spec });
    }
    let most = spec.precision.unwrap_or(usize::MAX);
    let mut len = 0;
    // SAFETY: the caller's string.
    while len < most && unsafe { *text.add(len) } != 0 {
        len += 1;
    }
    // SAFETY: these bytes were just read.
    padded(out, unsafe { core::slice::from_raw_parts(text, len) }, spec);
}

/// What is printed for pointers that must not be followed.
pub fn invalid(pointer: *const c_void) -> Option<&'static [u8]> {
    match pointer.addr() {
        0 => Some(b"(null)"),
        at if !(4096..=usize::MAX - crate::errno::MAX_ERRNO).contains(&at) => Some(b"(efault)"),
        _ => None,
    }
}

/// The C entry points' way here.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_format(buffer: *mut c_char, size: usize, fmt: *const c_char, va: &mut Va) -> c_int {
    // SAFETY: the C caller's buffer, format and arguments.
    unsafe {
        let mut out = Out::new(buffer, size);
        format(&mut out, fmt, &mut Args::new(va));
        out.finish().min(c_int::MAX as usize) as c_int
    }
}
