// SPDX-License-Identifier: GPL-2.0-only
//! Strings as Linux treats them.

use super::{copy, duplicate, number, options, search};
use core::ffi::{CStr, c_char, c_int};
use core::ptr::null_mut;
use std::ffi::CString;

fn owned(text: &str) -> Vec<c_char> {
    CString::new(text).unwrap().as_bytes_with_nul().iter().map(|&b| b as c_char).collect()
}

fn shown(buf: *const c_char) -> String {
    // SAFETY: the tests' strings.
    unsafe { CStr::from_ptr(buf) }.to_str().unwrap().to_owned()
}

#[test]
fn copying() {
    let mut buf = [1 as c_char; 8];
    let p = buf.as_mut_ptr();
    // SAFETY: eight bytes.
    unsafe {
        assert_eq!(copy::strscpy(p, c"abc".as_ptr(), 8), 3);
        assert_eq!(copy::strscpy(p, c"abcdefgh".as_ptr(), 8), -7);
        assert_eq!(shown(p), "abcdefg");
        assert_eq!(copy::strscpy(p, c"x".as_ptr(), 0), -7);
        assert_eq!(copy::strscpy_pad(p, c"ab".as_ptr(), 8), 2);
        assert!(buf[2..].iter().all(|&b| b == 0));
        assert_eq!(copy::strlcat(p, c"cdefghij".as_ptr(), 8), 10);
        assert_eq!(shown(p), "abcdefg");
        copy::strncpy(p, c"zz".as_ptr(), 8);
        assert_eq!(buf[..3], [b'z' as c_char, b'z' as c_char, 0]);
    }
}

#[test]
fn comparing() {
    // SAFETY: strings.
    unsafe {
        assert_eq!(search::strncmp(c"abc".as_ptr(), c"abd".as_ptr(), 2), 0);
        assert_eq!(search::strncmp(c"abc".as_ptr(), c"abd".as_ptr(), 3), -1);
        assert_eq!(search::strcasecmp(c"AbC".as_ptr(), c"aBc".as_ptr()), 0);
        assert!(search::sysfs_streq(c"on\n".as_ptr(), c"on".as_ptr()));
        assert!(!search::sysfs_streq(c"on\n\n".as_ptr(), c"on".as_ptr()));
        let list = [c"a".as_ptr(), c"bb".as_ptr(), core::ptr::null()];
        assert_eq!(search::match_string(list.as_ptr(), usize::MAX, c"bb".as_ptr()), 1);
        assert_eq!(search::match_string(list.as_ptr(), 1, c"bb".as_ptr()), -22);
    }
}

#[test]
fn finding() {
    let text = c"hello world";
    let p = text.as_ptr();
    // SAFETY: a string.
    unsafe {
        assert_eq!(search::strrchr(p, c_int::from(b'o')).offset_from(p), 7);
        assert!(search::strnchr(p, 4, c_int::from(b'o')).is_null());
        assert_eq!(search::strnstr(p, c"wor".as_ptr(), 9).offset_from(p), 6);
        assert!(search::strnstr(p, c"wor".as_ptr(), 8).is_null());
        assert_eq!(search::memchr_inv(c"aab".as_ptr().cast(), c_int::from(b'a'), 3).addr(), c"aab".as_ptr().addr() + 2);
    }
}

#[test]
fn splitting() {
    let mut text = owned("a,bc,,d");
    let mut at = text.as_mut_ptr();
    let mut parts = Vec::new();
    // SAFETY: a string of the test's own.
    unsafe {
        while !at.is_null() {
            parts.push(shown(search::strsep(&raw mut at, c",".as_ptr())));
        }
        let mut text = owned("  trim me\t\n");
        assert_eq!(shown(search::strim(text.as_mut_ptr())), "trim me");
    }
    assert_eq!(parts, ["a", "bc", "", "d"]);
}

#[test]
fn duplicating() {
    // SAFETY: strings, and memory of the test's own.
    unsafe {
        let copy = duplicate::kstrdup(c"text".as_ptr(), 0);
        assert_eq!(shown(copy), "text");
        crate::slab::kfree(copy.cast());
        assert!(duplicate::kstrdup(core::ptr::null(), 0).is_null());
        let part = duplicate::kmemdup_nul(c"text".as_ptr(), 2, 0);
        assert_eq!(shown(part), "te");
        crate::slab::kfree(part.cast());
    }
}

#[test]
fn strict_numbers() {
    assert_eq!(number::digits(b"0x1fz", 0), (31, false, 4));
    assert_eq!(number::digits(b"017", 0), (15, false, 3));
    assert_eq!(number::digits(b"0x", 0), (0, false, 1));
    assert!(number::digits(b"18446744073709551616", 10).1);
    assert_eq!(number::parse(b"-5 ", 10, true), Some((5u64.wrapping_neg(), 2)));
    assert_eq!(number::parse(b"-5", 10, false), None);
    let mut value = false;
    // SAFETY: strings.
    unsafe {
        assert_eq!(number::boolean(c"on".as_ptr(), &mut value), 0);
        assert!(value);
        assert_eq!(number::boolean(c"maybe".as_ptr(), &mut value), -22);
    }
}

#[test]
fn options() {
    let mut end = null_mut();
    let mut ints = [0; 8];
    // SAFETY: strings, and the array.
    unsafe {
        assert_eq!(options::memparse(c"64K rest".as_ptr(), &mut end), 65536);
        assert_eq!(shown(end), " rest");
        options::get_options(c"1,3-5,9".as_ptr(), 8, ints.as_mut_ptr());
        assert_eq!(ints[..6], [5, 1, 3, 4, 5, 9]);
        let mut line = owned("quiet name=\"two words\" last=1");
        let (mut param, mut val) = (null_mut(), null_mut());
        let rest = options::next_arg(line.as_mut_ptr(), &mut param, &mut val);
        assert_eq!((shown(param).as_str(), val.is_null()), ("quiet", true));
        let rest = options::next_arg(rest, &mut param, &mut val);
        assert_eq!((shown(param), shown(val)), ("name".into(), "two words".into()));
        options::next_arg(rest, &mut param, &mut val);
        assert_eq!((shown(param), shown(val)), ("last".into(), "1".into()));
    }
}

#[test]
fn lenient_numbers() {
    let mut end = null_mut();
    // SAFETY: strings, and a place.
    unsafe {
        assert_eq!(number::simple_unsigned(c"12ab".as_ptr(), &mut end, 10), 12);
        assert_eq!(shown(end), "ab");
        assert_eq!(number::simple_signed(c"-0x10".as_ptr(), null_mut(), 0), -16);
        assert_eq!(number::simple_unsigned(c"none".as_ptr(), &mut end, 10), 0);
        assert_eq!(shown(end), "none");
    }
}

#[test]
fn sizes() {
    let mut buf = [0 as c_char; 24];
    let mut size = |n: u64, units: u32| {
        // SAFETY: the buffer.
        unsafe { options::get_size(n, 1, units, buf.as_mut_ptr(), 24) };
        shown(buf.as_ptr())
    };
    assert_eq!(size(512, crate::bindings::STRING_UNITS_2), "512 B");
    assert_eq!(size(8192, crate::bindings::STRING_UNITS_2), "8.00 KiB");
    assert_eq!(size(8_000_000_000, crate::bindings::STRING_UNITS_10), "8.00 GB");
    assert_eq!(size(123_456, crate::bindings::STRING_UNITS_10), "123 kB");
}

#[test]
fn filling() {
    let mut words = [0u32; 4];
    let mut bytes = [9u8; 6];
    let mut at = 2i64;
    // SAFETY: the arrays.
    unsafe {
        copy::fill(words.as_mut_ptr(), 0x1234_5678, 3);
        assert_eq!(words, [0x1234_5678, 0x1234_5678, 0x1234_5678, 0]);
        copy::copy_and_pad(bytes.as_mut_ptr().cast(), 6, b"ab".as_ptr().cast(), 2, 7);
        assert_eq!(bytes, [b'a', b'b', 7, 7, 7, 7]);
        assert_eq!(copy::read_from(bytes.as_mut_ptr().cast(), 6, &mut at, b"hello".as_ptr().cast(), 5), 3);
        assert_eq!((at, &bytes[..3]), (5, &b"llo"[..]));
    }
}

#[test]
fn users_are_refused() {
    let mut value = 7;
    assert_eq!(number::from_user(core::ptr::null(), 3, 10, &mut value), -14);
    assert_eq!(duplicate::from_user(core::ptr::null(), 3).addr() as isize, -14);
    assert_eq!(value, 7);
}

#[test]
fn names_with_numbers() {
    use super::arrays;
    use crate::testing::{device_at, release_managed};
    // SAFETY: strings and a device of the test.
    unsafe {
        let names = arrays::make(crate::slab::GFP_KERNEL, c"PA".as_ptr(), 11);
        assert_eq!(CStr::from_ptr(*names), c"PA-0");
        assert_eq!(CStr::from_ptr(*names.add(10)), c"PA-10");
        assert!((*names.add(11)).is_null(), "the end");
        arrays::free(names, 11);
        arrays::free(null_mut(), 3);
        let dev = device_at("text-names", None);
        let names = arrays::devm(dev, c"PB".as_ptr(), 1);
        assert_eq!(CStr::from_ptr(*names), c"PB-0");
        release_managed(dev);
    }
}
