// SPDX-License-Identifier: GPL-2.0-only
//! Formats against what Linux's documentation shows (core-api/printk-formats), through the C entry points.

use crate::bindings;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::null;

unsafe extern "C" {
    fn fv_host_snprintf(buf: *mut c_char, size: usize, fmt: *const c_char, ...) -> c_int;
    fn fv_host_scnprintf(buf: *mut c_char, size: usize, fmt: *const c_char, ...) -> c_int;
    fn fv_host_kasprintf(gfp: u32, fmt: *const c_char, ...) -> *mut c_char;
    fn fv_host_sscanf(buf: *const c_char, fmt: *const c_char, ...) -> c_int;
}

macro_rules! text {
    ($fmt:literal $(, $arg:expr)*) => {{
        let mut buf = [0 as c_char; 256];
        // SAFETY: the buffer, and arguments of the types that the format names.
        let n = unsafe { fv_host_snprintf(buf.as_mut_ptr(), buf.len(), $fmt.as_ptr() $(, $arg)*) };
        // SAFETY: ended with a zero.
        let text = unsafe { CStr::from_ptr(buf.as_ptr()) }.to_str().unwrap().to_owned();
        assert_eq!(n as usize, text.len(), "the length of {text}");
        text
    }};
}

fn pointer<T>(value: &T) -> *const c_void {
    core::ptr::from_ref(value).cast()
}

#[test]
fn integers() {
    assert_eq!(text!(c"%d %i %u", -5i32, 7i32, 9u32), "-5 7 9");
    assert_eq!(text!(c"%x %X %#x %#o %o", 255u32, 255u32, 255u32, 8u32, 8u32), "ff FF 0xff 010 10");
    assert_eq!(text!(c"%08x|%-6d|%6d|%+d|% d", 0xbeefu32, 42i32, 42i32, 1i32, 1i32), "0000beef|42    |    42|+1| 1");
    assert_eq!(text!(c"%lld %llu %lx %zu", i64::MIN, u64::MAX, 1u64 << 40, 5usize), "-9223372036854775808 18446744073709551615 10000000000 5");
    assert_eq!(text!(c"%hhd %hhx %hd %hu", 0x1ffi32, 0x1ffi32, 0x1ffffi32, 0x1ffffi32), "-1 ff -1 65535");
    assert_eq!(text!(c"%.4d|%6.3d|%*d|%-*d|%.*s", 7i32, 7i32, 4i32, 3i32, 4i32, 3i32, 2i32, c"abc".as_ptr()), "0007|   007|   3|3   |ab");
    assert_eq!(text!(c"%c%3c%-3c|%%", 'x' as c_int, 'y' as c_int, 'z' as c_int), "x  yz  |%");
    assert_eq!(text!(c"%#06x", 0x1fu32), "0x001f");
}

#[test]
fn strings() {
    assert_eq!(text!(c"%s|%5s|%-5s|%.2s", c"abc".as_ptr(), c"abc".as_ptr(), c"abc".as_ptr(), c"abc".as_ptr()), "abc|  abc|abc  |ab");
    assert_eq!(text!(c"%s %s", null::<c_char>(), 5usize), "(null) (efault)");
}

#[test]
fn errors_and_plain_pointers() {
    assert_eq!(text!(c"%pe", crate::errno::Errno::ENOSPC.to_ptr::<u8>()), "-ENOSPC");
    assert_eq!(text!(c"%pe", crate::errno::Errno::EPROBE_DEFER.to_ptr::<u8>()), "-EPROBE_DEFER");
    assert_eq!(text!(c"%10pe|%-10pe|", crate::errno::Errno::EIO.to_ptr::<u8>(), crate::errno::Errno::EIO.to_ptr::<u8>()), "      -EIO|-EIO      |");
    assert_eq!(text!(c"%p %px", 0x1234_5678usize, 0xabcdusize), "0000000012345678 000000000000abcd");
    assert_eq!(text!(c"%pS %ps %pB", 0x1000usize, 0x1000usize, 0x1000usize), "0x1000 0x1000 0x1000");
}

#[test]
fn every_error_number_has_its_name() {
    for (number, name) in [(1, "EPERM"), (22, "EINVAL"), (35, "EDEADLK"), (42, "ENOMSG"), (61, "ENODATA"), (110, "ETIMEDOUT"), (133, "EHWPOISON"), (512, "ERESTARTSYS"), (524, "ENOTSUPP"), (531, "ENOGRACE")] {
        assert_eq!(super::pointer::error_name(number), Some(name), "{number}");
    }
    assert_eq!(super::pointer::error_name(134), None);
    assert_eq!(super::pointer::error_name(41), None);
}

#[test]
fn network_addresses() {
    let mac = [0u8, 1, 2, 3, 4, 5];
    assert_eq!(text!(c"%pM %pMR %pMF %pm %pmR", pointer(&mac), pointer(&mac), pointer(&mac), pointer(&mac), pointer(&mac)), "00:01:02:03:04:05 05:04:03:02:01:00 00-01-02-03-04-05 000102030405 050403020100");
    let ip = [1u8, 2, 3, 4];
    assert_eq!(text!(c"%pI4 %pi4 %pI4l", pointer(&ip), pointer(&ip), pointer(&ip)), "1.2.3.4 001.002.003.004 4.3.2.1");
    let ip6 = [0u8, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8];
    assert_eq!(text!(c"%pI6 %pi6 %pI6c", pointer(&ip6), pointer(&ip6), pointer(&ip6)), "0001:0002:0003:0004:0005:0006:0007:0008 00010002000300040005000600070008 1:2:3:4:5:6:7:8");
}

/// As the standard library, which is the judge, writes them.
#[test]
fn addresses_are_compressed_as_rfc_5952_says() {
    let texts = [
        "::", "::1", "1::", "fe80::1:0:0:1", "2001:db8::8:800:200c:417a", "1:0:2:0:3:0:4:0", "1:0:0:2::3", "0:1::",
        "::ffff:192.0.2.128", "::fffe:192.0.2.128", "1:2:3:4:5:6:7:0", "::2:0:0:0:3", "0:0:1::", "64:ff9b::c000:201",
    ];
    for text in texts {
        let address: std::net::Ipv6Addr = text.parse().unwrap();
        let bytes = address.octets();
        assert_eq!(text!(c"%pI6c", pointer(&bytes)), address.to_string(), "{text}");
    }
}

#[test]
fn bytes_and_identifiers() {
    let bytes = [0u8, 1, 2, 0xff];
    assert_eq!(text!(c"%*ph|%*phC|%*phD|%*phN|%3ph", 4i32, pointer(&bytes), 4i32, pointer(&bytes), 4i32, pointer(&bytes), 4i32, pointer(&bytes), pointer(&bytes)), "00 01 02 ff|00:01:02:ff|00-01-02-ff|000102ff|00 01 02");
    let uuid: [u8; 16] = core::array::from_fn(|i| i as u8);
    assert_eq!(text!(c"%pUb", pointer(&uuid)), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    assert_eq!(text!(c"%pUB", pointer(&uuid)), "00010203-0405-0607-0809-0A0B0C0D0E0F");
    assert_eq!(text!(c"%pUl", pointer(&uuid)), "03020100-0504-0706-0809-0a0b0c0d0e0f");
    assert_eq!(text!(c"%pUL", pointer(&uuid)), "03020100-0504-0706-0809-0A0B0C0D0E0F");
    assert_eq!(text!(c"%4pE", pointer(&[b'a', b'\n', 7u8, b'"'])), "a\\n\\007\\\"");
}

#[test]
fn addresses_and_resources() {
    let address = 0x0123_4567_89ab_cdefu64;
    assert_eq!(text!(c"%pa %pap %pad", pointer(&address), pointer(&address), pointer(&address)), "0x0123456789abcdef 0x0123456789abcdef 0x0123456789abcdef");
    // SAFETY: all zero is a resource.
    let mut res: bindings::resource = unsafe { core::mem::zeroed() };
    (res.start, res.end) = (0x6000_0000, 0x6fff_ffff);
    res.flags = u64::from(bindings::IORESOURCE_MEM | bindings::IORESOURCE_PREFETCH);
    assert_eq!(text!(c"%pR", pointer(&res)), "[mem 0x60000000-0x6fffffff pref]");
    assert_eq!(text!(c"%pr", pointer(&res)), "[mem 0x60000000-0x6fffffff flags 0x2200]");
    (res.start, res.end, res.flags) = (5, 5, u64::from(bindings::IORESOURCE_IRQ));
    assert_eq!(text!(c"%pR", pointer(&res)), "[irq 5]");
}

#[test]
fn times() {
    let mut tm = [0i32; 9];
    tm[..6].copy_from_slice(&[45, 34, 12, 3, 5, 118]);
    assert_eq!(text!(c"%ptR %ptRd %ptRt %ptRs", pointer(&tm), pointer(&tm), pointer(&tm), pointer(&tm)), "2018-06-03T12:34:45 2018-06-03 12:34:45 2018-06-03 12:34:45");
    assert_eq!(text!(c"%ptRr", pointer(&tm)), "0118-05-03T12:34:45");
    assert_eq!(text!(c"%ptT", pointer(&1_528_029_285i64)), "2018-06-03T12:34:45");
}

#[test]
fn bitmaps_and_codes() {
    let bits = [0x0000_0001_0000_0138u64];
    assert_eq!(text!(c"%*pb %*pbl", 40i32, pointer(&bits), 40i32, pointer(&bits)), "01,00000138 3-5,8,32");
    assert_eq!(text!(c"%p4cc", pointer(&0x3432_564eu32)), "NV24 little-endian (0x3432564e)");
}

#[test]
fn nodes_of_the_tree() {
    // SAFETY: all zero is a node without anything.
    let mut root: bindings::device_node = unsafe { core::mem::zeroed() };
    root.full_name = c"".as_ptr();
    // SAFETY: as above.
    let mut node: bindings::device_node = unsafe { core::mem::zeroed() };
    node.full_name = c"mmc@1c0f000".as_ptr();
    node.name = c"mmc".as_ptr();
    node.phandle = 7;
    // SAFETY: as above.
    let mut bus: bindings::device_node = unsafe { core::mem::zeroed() };
    bus.full_name = c"soc".as_ptr();
    bus.parent = &raw mut root;
    node.parent = &raw mut bus;
    assert_eq!(text!(c"%pOF %pOFn %pOFp %pOFP", pointer(&node), pointer(&node), pointer(&node), pointer(&node)), "/soc/mmc@1c0f000 mmc 7 mmc@1c0f000");
    assert_eq!(text!(c"%pOF", pointer(&root)), "/");
    assert_eq!(text!(c"%pOFfp %pOFF", pointer(&node), pointer(&node)), "/soc/mmc@1c0f000:7 ----");
    assert_eq!(text!(c"%pOF", null::<c_void>()), "(null)");
}

#[test]
fn cut_text_is_ended() {
    let mut buf = [1 as c_char; 4];
    // SAFETY: the buffer, and arguments of the types that the format names.
    unsafe {
        assert_eq!(fv_host_snprintf(buf.as_mut_ptr(), 4, c"%s".as_ptr(), c"abcdef".as_ptr()), 6);
        assert_eq!(CStr::from_ptr(buf.as_ptr()), c"abc");
        assert_eq!(fv_host_scnprintf(buf.as_mut_ptr(), 4, c"%d".as_ptr(), 12345i32), 3);
        assert_eq!(fv_host_snprintf(core::ptr::null_mut(), 0, c"%d".as_ptr(), 12345i32), 5);
    }
}

#[test]
fn allocated_text() {
    let long = std::ffi::CString::new("x".repeat(1000)).unwrap();
    // SAFETY: a string argument.
    unsafe {
        let text = fv_host_kasprintf(0, c"<%s %d>".as_ptr(), long.as_ptr(), 5i32);
        assert_eq!(CStr::from_ptr(text).to_str().unwrap(), format!("<{} 5>", "x".repeat(1000)));
        crate::slab::kfree(text.cast());
    }
}

#[test]
fn scanning() {
    let (mut a, mut b, mut c, mut d) = (0i32, 0u32, 0u64, 0u8);
    let mut word = [0 as c_char; 16];
    // SAFETY: pointers to what the format names.
    unsafe {
        let text = c"-12 0x1f,255 77 word-x end";
        let n = fv_host_sscanf(text.as_ptr(), c"%d %i,%llu %hhu %[a-z]".as_ptr(), &raw mut a, &raw mut b, &raw mut c, &raw mut d, word.as_mut_ptr());
        assert_eq!((n, a, b, c, d), (5, -12, 31, 255, 77));
        assert_eq!(CStr::from_ptr(word.as_ptr()), c"word");
        assert_eq!(fv_host_sscanf(c"abc".as_ptr(), c"%d".as_ptr(), &raw mut a), 0);
        let n = fv_host_sscanf(c"12:34".as_ptr(), c"%2d:%*d%n".as_ptr(), &raw mut a, &raw mut b);
        assert_eq!((n, a, b), (1, 12, 5));
        assert_eq!(fv_host_sscanf(c"  hello world".as_ptr(), c"%4s".as_ptr(), word.as_mut_ptr()), 1);
        assert_eq!(CStr::from_ptr(word.as_ptr()), c"hell");
    }
}

#[test]
fn hex_dumps() {
    let bytes: Vec<u8> = (0x40..0x50).collect();
    let mut line = [0 as c_char; 100];
    let mut dump = |len: usize, group: c_int, ascii: bool| {
        // SAFETY: the bytes and the line.
        unsafe {
            super::hexdump::to_buffer(bytes.as_ptr().cast(), len, 16, group, line.as_mut_ptr(), line.len(), ascii);
            CStr::from_ptr(line.as_ptr()).to_str().unwrap().to_owned()
        }
    };
    assert_eq!(dump(16, 1, true), "40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO");
    assert_eq!(dump(8, 4, true), "43424140 47464544                    @ABCDEFG");
    assert_eq!(dump(8, 8, false), "4746454443424140");
    assert_eq!(dump(3, 2, false), "40 41 42");
}

#[test]
fn hex_digits() {
    assert_eq!(super::hexdump::digit(b'a'), 10);
    assert_eq!(super::hexdump::digit(b'F'), 15);
    assert_eq!(super::hexdump::digit(b'g'), -1);
}

#[test]
fn rates_are_limited() {
    // SAFETY: all zero is a state that never ran.
    let mut state: bindings::ratelimit_state = unsafe { core::mem::zeroed() };
    (state.interval, state.burst) = (60_000, 3);
    // SAFETY: the state, and a string.
    let tries: Vec<c_int> = (0..5).map(|_| unsafe { super::ratelimit::check(&mut state, c"test".as_ptr()) }).collect();
    assert_eq!(tries, [1, 1, 1, 0, 0]);
    assert_eq!(state.missed, 2);
}

#[test]
fn a_panic_is_in_progress() {
    // SAFETY: a whole word.
    let read = || unsafe { (&raw const super::emit::oops_in_progress).read_volatile() };
    assert_eq!(read(), 0);
    super::panic_begins();
    assert_eq!(read(), 1);
}
