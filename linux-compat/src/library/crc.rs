// SPDX-License-Identifier: GPL-2.0-only
//! Check sums, bit by bit: drivers use them for a few bytes.

use core::ffi::c_uchar;

crate::exports! {
    family "library";
    [any, supported, "library::tests::check_sums"]
    fn crc32_le(crc: u32, p: *const c_uchar, len: usize) -> u32 = crc32_le;
    [any, supported, "library::tests::check_sums"]
    fn crc32_be(crc: u32, p: *const c_uchar, len: usize) -> u32 = crc32_be;
    [any, supported, "library::tests::check_sums"]
    fn __crc32c_le(crc: u32, p: *const c_uchar, len: usize) -> u32 = crc32c;
    [any, supported, "library::tests::check_sums"]
    fn crc16(crc: u16, p: *const u8, len: usize) -> u16 = crc16;
    [any, supported, "library::tests::check_sums"]
    fn crc_ccitt(crc: u16, p: *const u8, len: usize) -> u16 = ccitt;
    [any, supported, "library::tests::check_sums"]
    fn crc_itu_t(crc: u16, p: *const u8, len: usize) -> u16 = itu_t;
    [any, supported, "library::tests::check_sums"]
    fn crc7_be(crc: u8, p: *const u8, len: usize) -> u8 = crc7;
    [any, supported, "library::tests::check_sums"]
    fn crc8_populate_lsb(table: *mut u8, polynomial: u8) -> () = table_lsb;
    [any, supported, "library::tests::check_sums"]
    fn crc8_populate_msb(table: *mut u8, polynomial: u8) -> () = table_msb;
    [any, supported, "library::tests::check_sums"]
    fn crc8(table: *const u8, p: *const u8, len: usize, crc: u8) -> u8 = crc8;
}

unsafe fn each<T>(p: *const u8, len: usize, first: T, step: impl Fn(T, u8) -> T) -> T {
    // SAFETY: the caller's bytes.
    (0..len).fold(first, |crc, i| step(crc, unsafe { *p.add(i) }))
}

/// Bits from the low end.
fn reflected(crc: u32, polynomial: u32) -> u32 {
    (0..8).fold(crc, |crc, _| crc >> 1 ^ if crc & 1 != 0 { polynomial } else { 0 })
}

/// Bits from the high end of `bits`.
fn straight(crc: u32, polynomial: u32, bits: u32) -> u32 {
    let mask = u32::MAX >> (32 - bits);
    (0..8).fold(crc, |crc, _| (crc << 1 ^ if crc >> (bits - 1) & 1 != 0 { polynomial } else { 0 }) & mask)
}

pub(super) unsafe fn crc32_le(crc: u32, p: *const u8, len: usize) -> u32 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| reflected(crc ^ u32::from(b), 0xedb8_8320)) }
}

pub(super) unsafe fn crc32_be(crc: u32, p: *const u8, len: usize) -> u32 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| straight(crc ^ u32::from(b) << 24, 0x04c1_1db7, 32)) }
}

pub(super) unsafe fn crc32c(crc: u32, p: *const u8, len: usize) -> u32 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| reflected(crc ^ u32::from(b), 0x82f6_3b78)) }
}

pub(super) unsafe fn crc16(crc: u16, p: *const u8, len: usize) -> u16 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| reflected(u32::from(crc ^ u16::from(b)), 0xa001) as u16) }
}

pub(super) unsafe fn ccitt(crc: u16, p: *const u8, len: usize) -> u16 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| reflected(u32::from(crc ^ u16::from(b)), 0x8408) as u16) }
}

pub(super) unsafe fn itu_t(crc: u16, p: *const u8, len: usize) -> u16 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| straight(u32::from(crc ^ u16::from(b) << 8), 0x1021, 16) as u16) }
}

/// In the upper seven bits.
pub(super) unsafe fn crc7(crc: u8, p: *const u8, len: usize) -> u8 {
    // SAFETY: the caller's bytes.
    unsafe { each(p, len, crc, |crc, b| straight(u32::from(crc ^ b), 0x09 << 1, 8) as u8) }
}

pub(super) unsafe fn table_lsb(table: *mut u8, polynomial: u8) {
    // SAFETY: the caller's table of 256 bytes.
    (0..256u32).for_each(|i| unsafe { table.add(i as usize).write(reflected(i, polynomial.into()) as u8) });
}

pub(super) unsafe fn table_msb(table: *mut u8, polynomial: u8) {
    // SAFETY: the caller's table of 256 bytes.
    (0..256u32).for_each(|i| unsafe { table.add(i as usize).write(straight(i, polynomial.into(), 8) as u8) });
}

pub(super) unsafe fn crc8(table: *const u8, p: *const u8, len: usize, crc: u8) -> u8 {
    // SAFETY: the caller's table and bytes.
    unsafe { each(p, len, crc, |crc, b| *table.add(usize::from(crc ^ b))) }
}
