// SPDX-License-Identifier: GPL-2.0-only
//! Regions, mappings (plain memory on the host) and copies.

use super::{copy, map, regions, request_and_map};
use crate::bindings::{device, resource};
use crate::device as core_device;
use crate::errno::Errno;
use crate::of::Span;
use core::ptr;

fn new_device(name: &str) -> *mut device {
    // SAFETY: all fields may be zero; a device that nobody uses yet.
    unsafe {
        let dev: *mut device = Box::into_raw(Box::new(core::mem::zeroed()));
        core_device::initialize(dev);
        core_device::set_name(dev, std::ffi::CString::new(name).unwrap());
        dev
    }
}

#[test]
fn regions_do_not_overlap() {
    assert_eq!(regions::request(0x1000..0x1fff, b"a"), Ok(()));
    assert_eq!(regions::request(0x1fff..0x2000, b"b"), Err(Errno::EBUSY));
    assert_eq!(regions::request(core::ops::Range { start: 0x2000, end: 0x1000 }, b"b"), Err(Errno::EINVAL));
    let none = ptr::null_mut();
    // SAFETY: names are C strings; a resource of this test.
    unsafe {
        assert!(regions::request_c(none, 0x1800, 0x10, c"c".as_ptr(), 0).is_null());
        let claimed = regions::request_c(none, 0x2000, 0x10, c"c".as_ptr(), 0);
        assert_eq!(((*claimed).start, (*claimed).end), (0x2000, 0x200f));
        assert_eq!([0x1fff, 0x200f, 0x2010].map(regions::owner), [Some("a".into()), Some("c".into()), None]);
        regions::release_c(none, 0x2000, 0x10);
        regions::release(0x1000..0x1fff);
        let mut own: resource = core::mem::zeroed();
        (own.start, own.end) = (0x1000, 0x100f);
        own.name = c"own".as_ptr();
        assert_eq!(regions::request_resource_c(none, &raw mut own), 0);
        assert_eq!(regions::owner(0x1000).as_deref(), Some("own"));
        assert_eq!(regions::request_resource_c(none, &raw mut own), Errno::EBUSY.to_c());
        assert_eq!(regions::release_resource_c(&raw mut own), 0);
        assert_eq!(regions::release_resource_c(&raw mut own), Errno::EINVAL.to_c());
    }
}

#[test]
fn pages_are_mapped_once() {
    let first = map(0x7000_0010, 0x20);
    assert_eq!(first.addr() & 0xfff, 0x10);
    assert_eq!(map(0x7000_0040, 4).addr(), first.addr() + 0x30);
    assert_ne!(map(0x7000_1000, 4).addr() & !0xfff, first.addr() & !0xfff);
    assert!(map(u64::MAX - 4, 8).is_null());
}

#[test]
fn resources_are_claimed_and_given_back() {
    let (a, b) = (new_device("a"), new_device("b"));
    let span = Span { start: 0x7100_0000, size: 0x100 };
    // SAFETY: devices of this test.
    unsafe {
        assert!(super::claim_and_map(a, span).is_ok());
        assert_eq!(super::claim_and_map(b, span), Err(Errno::EBUSY));
        core_device::devres::release_all(a);
        assert!(super::claim_and_map(b, span).is_ok());
        core_device::devres::release_all(b);
    }
}

#[test]
fn nodes_are_mapped() {
    let uart = crate::testing::node("/soc/uart@1000");
    let span = crate::of::address_to_resource(uart, 0).unwrap();
    assert!(request_and_map(span, b"uart").is_ok());
    assert_eq!(request_and_map(span, b"uart"), Err(Errno::EBUSY));
    regions::release(span.start..span.start + span.size - 1);
}

#[test]
fn copies() {
    let from: [u8; 64] = core::array::from_fn(|i| i as u8);
    for (start, count) in [(0, 64), (1, 30), (3, 3), (7, 9), (5, 0)] {
        let mut to = [0xee_u8; 64];
        // SAFETY: parts of the arrays.
        unsafe {
            let target = to.as_mut_ptr().add(start).cast();
            copy::to_io(target, from.as_ptr().cast(), count);
            assert_eq!(to[start..start + count], from[..count]);
            copy::from_io(target, from.as_ptr().add(start).cast(), count);
            assert_eq!(to[start..start + count], from[start..start + count]);
            copy::set_io(target, 0x5a, count);
        }
        assert!(to[start..start + count].iter().all(|b| *b == 0x5a));
        assert!(to[..start].iter().chain(&to[start + count..]).all(|b| *b == 0xee));
    }
    let (words, mut copied) = ([1_u32, 2, 3, 4], [0_u32; 4]);
    // SAFETY: the arrays.
    unsafe { copy::write32(copied.as_mut_ptr().cast(), words.as_ptr().cast(), 3) };
    assert_eq!(copied, [1, 2, 3, 0]);
}
