// SPDX-License-Identifier: GPL-2.0-only
//! Copies between memory and registers: single accesses of 8 bytes where both sides allow, as arm64's Linux does.

use super::raw;
use core::ffi::{c_int, c_void};
use core::ptr;

crate::exports! {
    family "io_memory";
    [any, supported, "io_memory::tests::copies"]
    fn memcpy_fromio(to: *mut c_void, from: *const c_void, count: usize) -> () = from_io;
    [any, supported, "io_memory::tests::copies"]
    fn memcpy_toio(to: *mut c_void, from: *const c_void, count: usize) -> () = to_io;
    [any, supported, "io_memory::tests::copies"]
    fn memset_io(to: *mut c_void, value: c_int, count: usize) -> () = set_io;
    [any, supported, "io_memory::tests::copies"]
    fn __ioread32_copy(to: *mut c_void, from: *const c_void, count: usize) -> () = read32;
    [any, supported, "io_memory::tests::copies"]
    fn __iowrite32_copy(to: *mut c_void, from: *const c_void, count: usize) -> () = write32;
    [any, supported, "io_memory::tests::copies"]
    fn __iowrite64_copy(to: *mut c_void, from: *const c_void, count: usize) -> () = write64;
}

/// Bytes before the first address that is a multiple of 8.
pub(super) fn head(address: usize, count: usize) -> usize {
    (address.wrapping_neg() & 7).min(count)
}

pub(super) unsafe fn from_io(to: *mut c_void, from: *const c_void, count: usize) {
    let (mut to, mut from) = (to.cast::<u8>(), from.cast::<u8>());
    let head = head(from.addr(), count);
    // SAFETY: the caller's ranges of `count` bytes; words are read at multiples of 8 only.
    unsafe {
        let byte = |to: &mut *mut u8, from: &mut *const u8| {
            to.write(raw::load(*from));
            (*to, *from) = (to.add(1), from.add(1));
        };
        (0..head).for_each(|_| byte(&mut to, &mut from));
        for _ in 0..(count - head) / 8 {
            to.cast::<u64>().write_unaligned(raw::load(from.cast::<u64>()));
            (to, from) = (to.add(8), from.add(8));
        }
        (0..(count - head) % 8).for_each(|_| byte(&mut to, &mut from));
    }
}

pub(super) unsafe fn to_io(to: *mut c_void, from: *const c_void, count: usize) {
    let (mut to, mut from) = (to.cast::<u8>(), from.cast::<u8>());
    let head = head(to.addr(), count);
    // SAFETY: the caller's ranges of `count` bytes; words are written at multiples of 8 only.
    unsafe {
        let byte = |to: &mut *mut u8, from: &mut *const u8| {
            raw::store(*to, from.read());
            (*to, *from) = (to.add(1), from.add(1));
        };
        (0..head).for_each(|_| byte(&mut to, &mut from));
        for _ in 0..(count - head) / 8 {
            raw::store(to.cast::<u64>(), from.cast::<u64>().read_unaligned());
            (to, from) = (to.add(8), from.add(8));
        }
        (0..(count - head) % 8).for_each(|_| byte(&mut to, &mut from));
    }
}

pub(super) unsafe fn set_io(to: *mut c_void, value: c_int, count: usize) {
    let mut to = to.cast::<u8>();
    let head = head(to.addr(), count);
    let byte = value as u8;
    // SAFETY: the caller's range of `count` bytes; words are written at multiples of 8 only.
    unsafe {
        let one = |to: &mut *mut u8| {
            raw::store(*to, byte);
            *to = to.add(1);
        };
        (0..head).for_each(|_| one(&mut to));
        for _ in 0..(count - head) / 8 {
            raw::store(to.cast::<u64>(), u64::from_ne_bytes([byte; 8]));
            to = to.add(8);
        }
        (0..(count - head) % 8).for_each(|_| one(&mut to));
    }
}

macro_rules! words {
    ($($name:ident: $type:ty, $load:path, $store:path;)*) => {$(
        /// Copies `count` words, one access each.
        pub(super) unsafe fn $name(to: *mut c_void, from: *const c_void, count: usize) {
            let (to, from) = (to.cast::<$type>(), from.cast::<$type>());
            for i in 0..count {
                // SAFETY: the caller's ranges of `count` words.
                unsafe { $store(to.add(i), $load(from.add(i))) };
            }
        }
    )*};
}

words! {
    read32: u32, raw::load, ptr::write_volatile;
    write32: u32, ptr::read_volatile, raw::store;
    write64: u64, ptr::read_volatile, raw::store;
}
