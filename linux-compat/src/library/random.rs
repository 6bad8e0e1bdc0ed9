// SPDX-License-Identifier: GPL-2.0-only
//! Random numbers: a generator that is stirred with the counter and whatever drivers give.
//!
//! It serves drivers (back-off times, hash keys, addresses); it is not meant for keys that have to stay secret for long.

use core::ffi::c_void;
use kernel::sync::SpinLock;

crate::exports! {
    family "library";
    [any, partial, "library::tests::random_numbers"]
    fn get_random_bytes(buf: *mut c_void, len: usize) -> () = bytes;
    [any, partial, "library::tests::random_numbers"]
    fn get_random_u8() -> u8 = byte;
    [any, partial, "library::tests::random_numbers"]
    fn get_random_u16() -> u16 = short;
    [any, partial, "library::tests::random_numbers"]
    fn get_random_u32() -> u32 = word;
    [any, partial, "library::tests::random_numbers"]
    fn get_random_u64() -> u64 = next;
    [any, partial, "library::tests::random_numbers"]
    fn get_random_u32_below(ceil: u32) -> u32 = below;
    [any, supported, "library::tests::random_numbers"]
    fn add_device_randomness(buf: *const c_void, len: usize) -> () = stir;
    [any, supported, "library::tests::random_numbers"]
    fn add_hwgenerator_randomness(buf: *const c_void, len: usize, entropy: usize, sleep_after: bool) -> () = stir_from;
}

static STATE: SpinLock<u64> = SpinLock::new(0x9e37_79b9_7f4a_7c15);

/// Spreads every bit over all others.
fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

pub(super) fn next() -> u64 {
    let mut state = STATE.lock();
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ arch::counter::now().rotate_left(32);
    mix(*state)
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
    for at in (0..len).step_by(8) {
        let value = next().to_le_bytes();
        // SAFETY: the caller's room.
        unsafe { buf.cast::<u8>().add(at).copy_from_nonoverlapping(value.as_ptr(), (len - at).min(8)) };
    }
}

unsafe fn stir(buf: *const c_void, len: usize) {
    let mut state = STATE.lock();
    for i in 0..len {
        // SAFETY: the caller's bytes.
        *state = mix(*state ^ u64::from(unsafe { *buf.cast::<u8>().add(i) }));
    }
}

unsafe fn stir_from(buf: *const c_void, len: usize, _entropy: usize, _sleep_after: bool) {
    // SAFETY: the caller's bytes.
    unsafe { stir(buf, len) };
}
