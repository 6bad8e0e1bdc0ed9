// SPDX-License-Identifier: GPL-2.0-only
//! Random numbers, from the hypervisor's generator ([`kernel::random`]), which has the boot loader's seed, the CPU's and the
//! firmware's numbers, and what drivers give. Where there is none of these, drivers get numbers that differ from start to
//! start but can be foretold: the log says so once, `rng_is_initialized()` is false, and `wait_for_random_bytes()` fails.

use crate::bindings;
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

crate::exports! {
    family "library";
    [any, supported, "library::tests::random_numbers"]
    fn get_random_bytes(buf: *mut c_void, len: usize) -> () = bytes;
    [any, supported, "library::tests::random_numbers"]
    fn get_random_u8() -> u8 = byte;
    [any, supported, "library::tests::random_numbers"]
    fn get_random_u16() -> u16 = short;
    [any, supported, "library::tests::random_numbers"]
    fn get_random_u32() -> u32 = word;
    [any, supported, "library::tests::random_numbers"]
    fn get_random_u64() -> u64 = next;
    [any, supported, "library::tests::random_numbers"]
    fn get_random_u32_below(ceil: u32) -> u32 = below;
    [any, supported, "library::tests::random_numbers"]
    fn add_device_randomness(buf: *const c_void, len: usize) -> () = stir;
    [any, supported, "library::tests::random_numbers"]
    fn add_hwgenerator_randomness(buf: *const c_void, len: usize, entropy: usize, sleep_after: bool) -> () = stir_from;
    [any, supported, "library::tests::random_numbers"]
    fn rng_is_initialized() -> bool = is_initialized;
    [any, supported, "library::tests::random_numbers"]
    fn wait_for_random_bytes() -> c_int = wait;
}

/// Fills `bytes`.
fn fill(bytes: &mut [u8]) {
    static ASKED: AtomicBool = AtomicBool::new(false);
    kernel::random::fill(bytes);
    if !ASKED.swap(true, Relaxed) && !kernel::random::is_seeded() {
        log::warn!("drivers ask for random numbers, and nothing makes any: theirs can be foretold");
    }
}

pub(super) fn next() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

pub(super) fn is_initialized() -> bool {
    kernel::random::is_seeded()
}

/// There is nothing that could still come: all sources are asked at the first use.
pub(super) fn wait() -> c_int {
    if kernel::random::is_seeded() { 0 } else { -(bindings::ERESTARTSYS as c_int) }
}

fn byte() -> u8 {
    next() as u8
}

fn short() -> u16 {
    next() as u16
}

fn word() -> u32 {
    next() as u32
}

/// Each as likely as the other; 0 for a `ceil` of 0.
pub(super) fn below(ceil: u32) -> u32 {
    if ceil == 0 {
        return 0;
    }
    loop {
        let product = (next() & 0xffff_ffff) * u64::from(ceil);
        if product as u32 >= ceil.wrapping_neg() % ceil {
            return (product >> 32) as u32;
        }
    }
}

pub(super) unsafe fn bytes(buf: *mut c_void, len: usize) {
    if len != 0 {
        // SAFETY: the caller's room, which nobody else uses meanwhile.
        fill(unsafe { core::slice::from_raw_parts_mut(buf.cast(), len) });
    }
}

/// Adds bytes of which `bits` cannot be foreseen.
unsafe fn add(buf: *const c_void, len: usize, bits: u32) {
    if len != 0 {
        // SAFETY: the caller's bytes, which nobody changes meanwhile.
        kernel::random::add(unsafe { core::slice::from_raw_parts(buf.cast(), len) }, bits);
    }
}

pub(super) unsafe fn stir(buf: *const c_void, len: usize) {
    // SAFETY: as the caller says.
    unsafe { add(buf, len, 0) };
}

/// `entropy` is in bits. The caller need not sleep for long: it is not asked for more than it gives.
pub(super) unsafe fn stir_from(buf: *const c_void, len: usize, entropy: usize, _sleep_after: bool) {
    // SAFETY: as the caller says.
    unsafe { add(buf, len, u32::try_from(entropy).unwrap_or(u32::MAX)) };
}
