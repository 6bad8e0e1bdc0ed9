// SPDX-License-Identifier: GPL-2.0-only
//! The conversions of `%p`: what the letters behind it say the pointer points to.
//!
//! Pointers themselves are printed as they are: the log is read by whoever owns the machine. There is no table of
//! symbols, so functions are printed as addresses.

use super::format::{self, Out, Spec, invalid, number, padded, string};
use super::va;
use crate::bindings;
use core::ffi::c_void;

/// Letters behind `%p`; those that are used are taken.
struct Letters<'a>(&'a mut *const u8);

impl Letters<'_> {
    fn peek(&self) -> u8 {
        // SAFETY: within the format, whose zero is not passed.
        unsafe { **self.0 }
    }

    fn take(&mut self, any: &[u8]) -> Option<u8> {
        let byte = self.peek();
        (byte != 0 && any.contains(&byte)).then(|| {
            // SAFETY: behind a byte that is not the zero there is another.
            *self.0 = unsafe { self.0.add(1) };
            byte
        })
    }

    /// Letters, however many.
    fn all(&mut self, any: &[u8]) -> u128 {
        let mut seen = 0u128;
        while let Some(letter) = self.take(any) {
            seen |= 1 << (letter & 0x7f);
        }
        seen
    }
}

fn seen(set: u128, letter: u8) -> bool {
    set & 1 << (letter & 0x7f) != 0
}

/// # Safety
/// `value` points to what the letters at `rest` say, which are in a format.
pub unsafe fn format(out: &mut Out, value: *mut c_void, rest: &mut *const u8, spec: Spec) {
    let mut letters = Letters(rest);
    let Some(kind) = letters.take(b"SsBfFRrMmIiUVEeKNapdDtCOgGhb4xux") else {
        return plain(out, value, spec);
    };
    match kind {
        b'S' | b's' | b'B' | b'F' => {
            letters.all(b"Rb");
            address(out, value);
        }
        b'K' | b'x' | b'u' => plain(out, value, spec),
        b'e' => error(out, value, spec),
        // SAFETY: the caller's.
        _ => unsafe { pointed(out, value, kind, &mut letters, spec) },
    }
}

/// Those that follow the pointer.
unsafe fn pointed(out: &mut Out, value: *mut c_void, kind: u8, letters: &mut Letters<'_>, spec: Spec) {
    let bytes = value.cast::<u8>().cast_const();
    let letter_or = |letters: &mut Letters<'_>, any: &[u8]| letters.take(any).unwrap_or(0);
    // Letters are taken even where the pointer is none.
    let bad = invalid(value);
    let second = match kind {
        b'M' | b'm' => letter_or(letters, b"RF"),
        b'I' | b'i' => letter_or(letters, b"46S"),
        b'U' => letter_or(letters, b"bBlL"),
        b'a' => letter_or(letters, b"pd"),
        b't' => letter_or(letters, b"RT"),
        b'O' => letter_or(letters, b"F"),
        b'f' => letter_or(letters, b"w"),
        b'h' => letter_or(letters, b"CDN"),
        b'b' => letter_or(letters, b"l"),
        b'N' => letter_or(letters, b"F"),
        b'C' => letter_or(letters, b"nr"),
        b'd' | b'D' => letter_or(letters, b"1234"),
        b'G' => letter_or(letters, b"pgvq"),
        _ => 0,
    };
    let more = match kind {
        b'I' | b'i' => letters.all(b"cpfshnbl"),
        b't' => letters.all(b"dtrs"),
        b'O' => letters.all(b"fnpPcCF"),
        b'f' => letters.all(b"fP"),
        b'E' => letters.all(b"achnops"),
        b'4' => letters.all(b"c"),
        _ => 0,
    };
    if let Some(what) = bad
        && kind != b'f'
    {
        return padded(out, what, &Spec { precision: None, ..spec });
    }
    // SAFETY: the caller promises what the letters name.
    unsafe {
        match kind {
            b'R' | b'r' => resource(out, &*value.cast(), kind == b'R'),
            b'M' | b'm' => mac(out, bytes, kind == b'M', second),
            b'I' | b'i' => ip(out, bytes, second, kind == b'I', more),
            b'U' => uuid(out, bytes, second),
            b'V' => va::nested(value, |fmt, args| format::format(out, fmt, args)),
            b'E' => escaped(out, core::slice::from_raw_parts(bytes, spec.width)),
            b'a' => number(out, value.cast::<u64>().read_unaligned(), &Spec::hex(18)),
            b'N' => number(out, value.cast::<u64>().read_unaligned(), &Spec::hex(18)),
            b'h' => hex(out, core::slice::from_raw_parts(bytes, spec.width.clamp(1, 64)), second),
            b't' => time(out, value, second, more),
            b'O' => node(out, &*value.cast(), more),
            b'f' if second == b'w' => fwnode(out, value.cast(), more),
            b'f' => address(out, value),
            b'b' => bitmap(out, value.cast(), spec.width, second == b'l'),
            b'4' => fourcc(out, value.cast::<u32>().read_unaligned()),
            b'C' => clock(out, value.cast(), &spec),
            b'G' => number(out, value.cast::<u64>().read_unaligned(), &Spec::hex(0)),
            // Files, directories and block devices of Linux: there are none.
            _ => padded(out, b"(none)", &spec),
        }
    }
}

fn plain(out: &mut Out, value: *mut c_void, spec: Spec) {
    let width = if spec.width == 0 { 16 } else { spec.width };
    let spec = Spec { base: 16, zero: spec.width == 0 || spec.zero, width, precision: None, ..spec };
    number(out, value.addr() as u64, &spec);
}

fn address(out: &mut Out, value: *mut c_void) {
    number(out, value.addr() as u64, &Spec { alternate: true, base: 16, ..Spec::default() });
}

const ERRORS: &str = "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT \
    ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS \
    EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC \
    EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA \
    ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ \
    EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ \
    EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE \
    EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN \
    ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL \
    EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD \
    ENOTRECOVERABLE ERFKILL EHWPOISON";
const INNER: &str = "ERESTARTSYS ERESTARTNOINTR ERESTARTNOHAND ENOIOCTLCMD ERESTART_RESTARTBLOCK EPROBE_DEFER \
    EOPENSTALE ENOPARAM - EBADHANDLE ENOTSYNC EBADCOOKIE ENOTSUPP ETOOSMALL ESERVERFAULT EBADTYPE EJUKEBOX \
    EIOCBQUEUED ERECALLCONFLICT ENOGRACE";

/// Linux's name of an error number.
pub fn error_name(errno: usize) -> Option<&'static str> {
    let name = match errno {
        1..512 => ERRORS.split_ascii_whitespace().nth(errno - 1),
        512.. => INNER.split_ascii_whitespace().nth(errno - 512),
        0 => None,
    };
    name.filter(|&name| name != "-")
}

fn error(out: &mut Out, value: *mut c_void, spec: Spec) {
    let errno = value.addr().wrapping_neg();
    match (1..=crate::errno::MAX_ERRNO).contains(&errno).then(|| error_name(errno)) {
        None => plain(out, value, spec),
        Some(Some(name)) => {
            let fill = spec.width.saturating_sub(name.len() + 1);
            out.pad(b' ', if spec.left { 0 } else { fill });
            out.put(b'-');
            out.bytes(name.as_bytes());
            out.pad(b' ', if spec.left { fill } else { 0 });
        }
        Some(None) => number(out, value.addr() as u64, &Spec { signed: true, base: 10, ..spec }),
    }
}

fn resource(out: &mut Out, res: &bindings::resource, decode: bool) {
    use bindings::*;
    let flags = res.flags;
    let (name, spec): (&[u8], Spec) = match flags & u64::from(IORESOURCE_TYPE_BITS) {
        kind if kind == u64::from(IORESOURCE_IO) => (b"io ", Spec::hex(6)),
        kind if kind == u64::from(IORESOURCE_MEM) => (b"mem ", Spec::hex(10)),
        kind if kind == u64::from(IORESOURCE_IRQ) => (b"irq ", Spec { base: 10, ..Spec::default() }),
        kind if kind == u64::from(IORESOURCE_DMA) => (b"dma ", Spec { base: 10, ..Spec::default() }),
        kind if kind == u64::from(IORESOURCE_BUS) => {
            (b"bus ", Spec { base: 16, zero: true, width: 2, ..Spec::default() })
        }
        _ => (if decode { b"??? " } else { b"" }, Spec::hex(10)),
    };
    out.put(b'[');
    out.bytes(name);
    if decode && flags & u64::from(IORESOURCE_UNSET) != 0 {
        out.bytes(b"size ");
        number(out, res.end.wrapping_sub(res.start).wrapping_add(1), &spec);
    } else {
        number(out, res.start, &spec);
        if res.start != res.end {
            out.put(b'-');
            number(out, res.end, &spec);
        }
    }
    if decode {
        for (bit, text) in [
            (IORESOURCE_MEM_64, &b" 64bit"[..]),
            (IORESOURCE_PREFETCH, b" pref"),
            (IORESOURCE_WINDOW, b" window"),
            (IORESOURCE_DISABLED, b" disabled"),
        ] {
            if flags & u64::from(bit) != 0 {
                out.bytes(text);
            }
        }
        if name == b"??? " {
            out.bytes(b" flags ");
            number(out, flags, &Spec::hex(0));
        }
    } else {
        out.bytes(b" flags ");
        number(out, flags, &Spec::hex(0));
    }
    out.put(b']');
}

/// # Safety
/// Six bytes.
unsafe fn mac(out: &mut Out, bytes: *const u8, separate: bool, order: u8) {
    for i in 0..6 {
        if i > 0 && separate {
            out.put(if order == b'F' { b'-' } else { b':' });
        }
        let at = if order == b'R' { 5 - i } else { i };
        // SAFETY: the caller's six bytes.
        byte(out, unsafe { *bytes.add(at) });
    }
}

fn byte(out: &mut Out, value: u8) {
    number(out, value.into(), &Spec { base: 16, zero: true, width: 2, ..Spec::default() });
}

fn decimal(out: &mut Out, value: u64, width: usize) {
    number(out, value, &Spec { base: 10, zero: true, width, ..Spec::default() });
}

/// # Safety
/// An address of that family.
unsafe fn ip(out: &mut Out, bytes: *const u8, family: u8, standard: bool, more: u128) {
    // SAFETY: the caller's address.
    unsafe {
        match family {
            b'4' => ip4(out, &bytes.cast::<[u8; 4]>().read(), standard, more),
            b'6' => ip6(out, &bytes.cast::<[u8; 16]>().read(), standard, more),
            b'S' => {
                let (kind, port) = (bytes.cast::<u16>().read_unaligned(), bytes.add(2).cast::<[u8; 2]>().read());
                let with_port = seen(more, b'p');
                if kind == 2 {
                    ip4(out, &bytes.add(4).cast::<[u8; 4]>().read(), standard, 0);
                } else {
                    out.bytes(if with_port { b"[" } else { b"" });
                    ip6(out, &bytes.add(8).cast::<[u8; 16]>().read(), standard, more);
                    out.bytes(if with_port { b"]" } else { b"" });
                }
                if with_port {
                    out.put(b':');
                    decimal(out, u16::from_be_bytes(port).into(), 0);
                }
            }
            _ => out.bytes(b"(none)"),
        }
    }
}

fn ip4(out: &mut Out, bytes: &[u8; 4], standard: bool, more: u128) {
    let little = seen(more, b'l') || (seen(more, b'h') && cfg!(target_endian = "little"));
    let mut bytes = *bytes;
    if little {
        bytes.reverse();
    }
    for (i, value) in bytes.into_iter().enumerate() {
        if i > 0 {
            out.put(b'.');
        }
        // %I4 has no leading zeros, %i4 has.
        decimal(out, value.into(), if standard { 0 } else { 3 });
    }
}

/// An address as RFC 5952 has it. The standard library's own text would be 2.5 KiB of image.
fn compressed(out: &mut Out, groups: &[u16; 8]) {
    // The first of the longest runs of zeros, if it is longer than one.
    let (mut longest, mut run) = (0..0, 0..0);
    for (i, &group) in groups.iter().enumerate() {
        run = match group {
            0 if run.end == i => run.start..i + 1,
            0 => i..i + 1,
            _ => 0..0,
        };
        if run.len() > longest.len() {
            longest = run.clone();
        }
    }
    if longest.len() < 2 {
        longest = groups.len()..groups.len();
    }
    let [.., 0xffff, high, low] = *groups else { return hexadecimal(out, groups, &longest) };
    if longest != (0..5) {
        return hexadecimal(out, groups, &longest);
    }
    // An IPv4 address in an IPv6 one.
    out.bytes(b"::ffff:");
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    ip4(out, &[a, b, c, d], true, 0);
}

/// The groups with `::` for those in `left_out`.
fn hexadecimal(out: &mut Out, groups: &[u16; 8], left_out: &core::ops::Range<usize>) {
    for (i, &group) in groups.iter().enumerate() {
        if i == left_out.start {
            out.bytes(b"::");
        }
        if left_out.contains(&i) {
            continue;
        }
        if i > 0 && i != left_out.end {
            out.put(b':');
        }
        number(out, group.into(), &Spec { base: 16, ..Spec::default() });
    }
}

fn ip6(out: &mut Out, bytes: &[u8; 16], standard: bool, more: u128) {
    let groups = core::array::from_fn::<u16, 8, _>(|i| {
        u16::from_be_bytes([bytes.get(2 * i).copied().unwrap_or(0), bytes.get(2 * i + 1).copied().unwrap_or(0)])
    });
    if standard && seen(more, b'c') {
        compressed(out, &groups);
        return;
    }
    for (i, group) in groups.into_iter().enumerate() {
        if i > 0 && standard {
            out.put(b':');
        }
        number(out, group.into(), &Spec { base: 16, zero: true, width: 4, ..Spec::default() });
    }
}

/// # Safety
/// Sixteen bytes.
unsafe fn uuid(out: &mut Out, bytes: *const u8, order: u8) {
    const BIG: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const LITTLE: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let upper = matches!(order, b'B' | b'L');
    let places = if matches!(order, b'l' | b'L') { LITTLE } else { BIG };
    for (i, at) in places.into_iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.put(b'-');
        }
        // SAFETY: the caller's sixteen bytes.
        let value = unsafe { *bytes.add(at) };
        number(out, value.into(), &Spec { base: 16, zero: true, width: 2, upper, ..Spec::default() });
    }
}

fn escaped(out: &mut Out, bytes: &[u8]) {
    for &b in bytes {
        match b {
            b'\n' => out.bytes(b"\\n"),
            b'\r' => out.bytes(b"\\r"),
            b'\t' => out.bytes(b"\\t"),
            b'\\' => out.bytes(b"\\\\"),
            b'"' => out.bytes(b"\\\""),
            0x20..0x7f => out.put(b),
            _ => {
                out.put(b'\\');
                number(out, b.into(), &Spec { base: 8, zero: true, width: 3, ..Spec::default() });
            }
        }
    }
}

fn hex(out: &mut Out, bytes: &[u8], separator: u8) {
    for (i, &value) in bytes.iter().enumerate() {
        match (i, separator) {
            (0, _) | (_, b'N') => {}
            (_, b'C') => out.put(b':'),
            (_, b'D') => out.put(b'-'),
            _ => out.put(b' '),
        }
        byte(out, value);
    }
}

/// # Safety
/// A `struct rtc_time` (R) or a `time64_t` (T).
unsafe fn time(out: &mut Out, value: *mut c_void, kind: u8, more: u128) {
    // SAFETY: the caller's.
    let fields = unsafe {
        if kind == b'T' {
            let tm = crate::time::calendar::from_seconds(value.cast::<i64>().read_unaligned());
            [tm.year as i32, tm.month as i32, tm.day as i32, tm.hour as i32, tm.minute as i32, tm.second as i32]
        } else {
            // Its first fields are those of `struct tm`.
            let tm = value.cast::<[i32; 6]>().read_unaligned();
            let raw = seen(more, b'r');
            let (year, month) = if raw { (tm[5], tm[4]) } else { (tm[5] + 1900, tm[4] + 1) };
            [year, month, tm[3], tm[2], tm[1], tm[0]]
        }
    };
    let [year, month, day, hour, minute, second] = fields.map(|f| u64::from(f.unsigned_abs()));
    let both = seen(more, b'd') == seen(more, b't');
    if both || seen(more, b'd') {
        decimal(out, year, 4);
        out.put(b'-');
        decimal(out, month, 2);
        out.put(b'-');
        decimal(out, day, 2);
    }
    if both {
        out.put(if seen(more, b's') { b' ' } else { b'T' });
    }
    if both || seen(more, b't') {
        decimal(out, hour, 2);
        out.put(b':');
        decimal(out, minute, 2);
        out.put(b':');
        decimal(out, second, 2);
    }
}

/// # Safety
/// A node of the tree.
unsafe fn node(out: &mut Out, node: &bindings::device_node, more: u128) {
    let mut first = true;
    for letter in [b'f', b'n', b'p', b'P', b'F', b'c', b'C'] {
        if !(seen(more, letter) || (more == 0 && letter == b'f')) {
            continue;
        }
        if !core::mem::take(&mut first) {
            out.put(b':');
        }
        // SAFETY: the caller's node.
        unsafe { node_part(out, node, letter) };
    }
}

unsafe fn node_part(out: &mut Out, node: &bindings::device_node, letter: u8) {
    let any = Spec::default();
    // SAFETY: names of nodes are strings, properties are chained.
    unsafe {
        match letter {
            b'f' => path(out, node),
            b'n' => {
                let name = base_name(node);
                let end = name.iter().position(|&b| b == b'@').unwrap_or(name.len());
                out.bytes(name.get(..end).unwrap_or(name));
            }
            b'p' => number(out, node.phandle.into(), &Spec { base: 10, ..any }),
            b'P' => out.bytes(base_name(node)),
            b'F' => {
                let flag = |bit: u32, letter: u8| if node._flags & 1 << bit != 0 { letter } else { b'-' };
                out.bytes(&[
                    flag(1, b'D'),
                    flag(2, b'd'),
                    flag(3, b'P'),
                    flag(4, b'B'),
                ]);
            }
            _ => compatible(out, node, letter == b'C'),
        }
    }
}

unsafe fn base_name<'a>(node: &bindings::device_node) -> &'a [u8] {
    if node.full_name.is_null() {
        return b"";
    }
    // SAFETY: a string of the tree, which stays.
    let full = unsafe { core::ffi::CStr::from_ptr(node.full_name) }.to_bytes();
    full.rsplit(|&b| b == b'/').next().unwrap_or(full)
}

unsafe fn path(out: &mut Out, node: &bindings::device_node) {
    // SAFETY: a node's parents are nodes.
    unsafe {
        let Some(parent) = node.parent.as_ref() else { return out.put(b'/') };
        if !parent.parent.is_null() {
            path(out, parent);
        }
        out.put(b'/');
        out.bytes(base_name(node));
    }
}

unsafe fn compatible(out: &mut Out, node: &bindings::device_node, all: bool) {
    let mut at = node.properties;
    // SAFETY: properties are chained, their names are strings, their values as long as they say.
    unsafe {
        while let Some(property) = at.as_ref() {
            at = property.next;
            if core::ffi::CStr::from_ptr(property.name).to_bytes() != b"compatible" {
                continue;
            }
            let value = core::slice::from_raw_parts(property.value.cast::<u8>(), property.length.max(0) as usize);
            for (i, text) in value.split(|&b| b == 0).filter(|text| !text.is_empty()).enumerate() {
                if i > 0 {
                    out.put(b',');
                }
                out.bytes(if all { b"\"" } else { b"" });
                out.bytes(text);
                out.bytes(if all { b"\"" } else { b"" });
                if !all {
                    return;
                }
            }
        }
    }
}

/// # Safety
/// Null, or a firmware node.
unsafe fn fwnode(out: &mut Out, fwnode: *mut bindings::fwnode_handle, more: u128) {
    if let Some(what) = invalid(fwnode.cast()) {
        return out.bytes(what);
    }
    // SAFETY: the caller's; the function says null for other kinds of nodes.
    unsafe {
        let of = fwnode.wrapping_byte_sub(core::mem::offset_of!(bindings::device_node, fwnode)).cast();
        let of: *const bindings::device_node = if crate::of::is_of_node(fwnode) { of } else { core::ptr::null() };
        match of.as_ref() {
            Some(of) if seen(more, b'P') => node_part(out, of, b'P'),
            Some(of) => path(out, of),
            None => out.bytes(b"(software node)"),
        }
    }
}

/// # Safety
/// So many bits.
unsafe fn bitmap(out: &mut Out, words: *const u64, count: usize, list: bool) {
    // SAFETY: the caller's bits.
    bits(out, count, list, |n| unsafe { *words.add(n / 64) } & 1 << (n % 64) != 0);
}

/// Bits as groups of 32 in hexadecimal, or as a list of ranges.
pub fn bits(out: &mut Out, bits: usize, list: bool, bit: impl Fn(usize) -> bool) {
    if !list {
        let groups = bits.div_ceil(32).max(1);
        for group in (0..groups).rev() {
            let top = bits.min((group + 1) * 32);
            let value = (group * 32..top).fold(0u64, |value, n| value | u64::from(bit(n)) << (n % 32));
            number(out, value, &Spec { base: 16, zero: true, width: (top - group * 32).div_ceil(4), ..Spec::default() });
            if group > 0 {
                out.put(b',');
            }
        }
        return;
    }
    let (mut n, mut first) = (0, true);
    while n < bits {
        if !bit(n) {
            n += 1;
            continue;
        }
        let start = n;
        while n < bits && bit(n) {
            n += 1;
        }
        if !core::mem::take(&mut first) {
            out.put(b',');
        }
        decimal(out, start as u64, 0);
        if n - start > 1 {
            out.put(b'-');
            decimal(out, n as u64 - 1, 0);
        }
    }
}

fn fourcc(out: &mut Out, value: u32) {
    for b in (value & 0x7fff_ffff).to_le_bytes() {
        out.put(if (0x20..0x7f).contains(&b) { b } else { b'.' });
    }
    out.bytes(if value >> 31 == 0 { b" little-endian (" } else { b" big-endian (" });
    number(out, value.into(), &Spec::hex(10));
    out.put(b')');
}

/// # Safety
/// A clock handle.
unsafe fn clock(out: &mut Out, clk: *mut bindings::clk, spec: &Spec) {
    // SAFETY: the caller's clock; its name is a string.
    unsafe {
        #[cfg(linked)]
        let name = bindings::__clk_get_name(clk);
        #[cfg(not(linked))]
        let name = { let _ = clk; c"clock".as_ptr() };
        string(out, name.cast(), spec);
    }
}
