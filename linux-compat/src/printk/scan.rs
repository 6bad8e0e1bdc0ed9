// SPDX-License-Identifier: GPL-2.0-only
//! `sscanf` of the kernel: values from text.

use super::va::{Args, Va};
use core::ffi::{c_char, c_int, c_void};

/// What a conversion of `fmt` asks for.
struct Wanted {
    skip: bool,
    width: Option<usize>,
    size: u8,
    letter: u8,
}

/// The C entry points' way here: how many conversions were stored.
#[unsafe(no_mangle)]
unsafe extern "C" fn fv_scan(buffer: *const c_char, fmt: *const c_char, va: &mut Va) -> c_int {
    // SAFETY: the C caller's strings, and pointers of the types that the format names.
    unsafe {
        let text = core::ffi::CStr::from_ptr(buffer).to_bytes();
        let fmt = core::ffi::CStr::from_ptr(fmt).to_bytes();
        scan(text, fmt, &mut Args::new(va))
    }
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let n = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    text.get(n..).unwrap_or(&[])
}

unsafe fn scan(mut text: &[u8], mut fmt: &[u8], args: &mut Args<'_>) -> c_int {
    let start = text.len();
    let mut stored = 0;
    while let Some((&first, rest)) = fmt.split_first() {
        fmt = rest;
        if first.is_ascii_whitespace() {
            (fmt, text) = (skip_spaces(fmt), skip_spaces(text));
            continue;
        }
        if first != b'%' || fmt.first() == Some(&b'%') {
            if first == b'%' {
                fmt = fmt.get(1..).unwrap_or(&[]);
            }
            match text.split_first() {
                Some((&byte, rest)) if byte == first => text = rest,
                _ => return stored,
            }
            continue;
        }
        let Some(wanted) = wanted(&mut fmt) else { return stored };
        if wanted.letter == b'n' {
            // SAFETY: the caller's pointer to an int.
            unsafe { args.pointer().cast::<c_int>().write((start - text.len()) as c_int) };
            continue;
        }
        let target = if wanted.skip { core::ptr::null_mut() } else { args.pointer() };
        // SAFETY: the caller's pointer is of the type that the conversion names.
        if unsafe { !convert(&mut text, &wanted, &mut fmt, target) } {
            return stored;
        }
        stored += c_int::from(!wanted.skip);
    }
    stored
}

fn wanted(fmt: &mut &[u8]) -> Option<Wanted> {
    let mut wanted = Wanted { skip: false, width: None, size: b'i', letter: 0 };
    loop {
        let (&byte, rest) = fmt.split_first()?;
        *fmt = rest;
        match byte {
            b'*' => wanted.skip = true,
            b'0'..=b'9' => {
                let width = wanted.width.unwrap_or(0) * 10 + usize::from(byte - b'0');
                wanted.width = Some(width.min(0xffff));
            }
            b'h' => wanted.size = if wanted.size == b'h' { b'c' } else { b'h' },
            b'l' | b'L' | b'z' | b'j' | b't' => wanted.size = b'l',
            letter => {
                wanted.letter = letter;
                return Some(wanted);
            }
        }
    }
}

/// One conversion; false where the text does not fit.
unsafe fn convert(text: &mut &[u8], wanted: &Wanted, fmt: &mut &[u8], target: *mut c_void) -> bool {
    match wanted.letter {
        b'c' => {
            let n = wanted.width.unwrap_or(1);
            let Some((bytes, rest)) = text.split_at_checked(n) else { return false };
            *text = rest;
            // SAFETY: the caller's array of that width.
            unsafe { store(target, bytes, false) };
            n > 0
        }
        b's' => {
            let from = skip_spaces(text);
            let n = from.iter().take(wanted.width.unwrap_or(usize::MAX));
            let n = n.take_while(|b| !b.is_ascii_whitespace()).count();
            let (word, rest) = from.split_at(n);
            *text = rest;
            // SAFETY: the caller's array, large enough for the width and a zero.
            unsafe { store(target, word, true) };
            n > 0
        }
        b'[' => {
            let Some(set) = set(fmt) else { return false };
            let n = text.iter().take(wanted.width.unwrap_or(usize::MAX));
            let n = n.take_while(|&&b| set.contains(b)).count();
            let (word, rest) = text.split_at(n);
            *text = rest;
            // SAFETY: as above.
            unsafe { store(target, word, true) };
            n > 0
        }
        b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => {
            let from = skip_spaces(text);
            let base = match wanted.letter {
                b'i' => 0,
                b'x' | b'X' => 16,
                b'o' => 8,
                _ => 10,
            };
            let from = from.get(..wanted.width.unwrap_or(usize::MAX).min(from.len())).unwrap_or(from);
            let signed = matches!(wanted.letter, b'd' | b'i');
            let Some((value, used)) = crate::text::number::parse(from, base, signed) else { return false };
            let before = text.len() - skip_spaces(text).len();
            *text = text.get(before + used..).unwrap_or(&[]);
            // SAFETY: the caller's integer of that size.
            unsafe { store_number(target, wanted.size, value) };
            true
        }
        _ => false,
    }
}

/// The bytes between `[` and `]`, or all others.
struct Set {
    bits: [u64; 4],
    inverted: bool,
}

impl Set {
    fn contains(&self, byte: u8) -> bool {
        let bit = self.bits.get(usize::from(byte >> 6)).is_some_and(|word| word & 1 << (byte & 63) != 0);
        bit != self.inverted
    }
}

fn set(fmt: &mut &[u8]) -> Option<Set> {
    let mut set = Set { bits: [0; 4], inverted: fmt.first() == Some(&b'^') };
    if set.inverted {
        *fmt = fmt.get(1..)?;
    }
    let mut first = true;
    loop {
        let (&byte, rest) = fmt.split_first()?;
        *fmt = rest;
        if byte == b']' && !first {
            return Some(set);
        }
        first = false;
        let last = match fmt {
            [b'-', last, ..] if *last != b']' => *last,
            _ => byte,
        };
        if last != byte || matches!(fmt, [b'-', b, ..] if *b == byte) {
            *fmt = fmt.get(2..)?;
        }
        for b in byte..=last {
            if let Some(word) = set.bits.get_mut(usize::from(b >> 6)) {
                *word |= 1 << (b & 63);
            }
        }
    }
}

/// # Safety
/// `target` is null or has room for the bytes and, with `end`, a zero.
unsafe fn store(target: *mut c_void, bytes: &[u8], end: bool) {
    let target = target.cast::<u8>();
    if target.is_null() {
        return;
    }
    // SAFETY: the caller's room.
    unsafe {
        target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        if end {
            target.add(bytes.len()).write(0);
        }
    }
}

/// # Safety
/// `target` is null or an integer of that size.
unsafe fn store_number(target: *mut c_void, size: u8, value: u64) {
    if target.is_null() {
        return;
    }
    // SAFETY: the caller's integer.
    unsafe {
        match size {
            b'c' => target.cast::<u8>().write(value as u8),
            b'h' => target.cast::<u16>().write(value as u16),
            b'l' => target.cast::<u64>().write(value),
            _ => target.cast::<u32>().write(value as u32),
        }
    }
}
