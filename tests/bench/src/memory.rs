// SPDX-License-Identifier: GPL-2.0-only
//! Memory of the bench: RAM below 2 GiB, which devices of 32 bits reach, and the host's own heap.

use arch::PhysAddr;
use std::ffi::c_void;
use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Bytes of RAM.
const BYTES: usize = 64 << 20;

static RAM: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    /// The first byte of a range that nobody may touch, or null.
    fn __asan_region_is_poisoned(start: *mut c_void, bytes: usize) -> *mut c_void;
}

/// Gives the kernel its RAM. Once, before anything is allocated from it.
pub(crate) fn init() {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: addresses near the hint that are free; the hint is below what the address sanitizer uses.
    let at = unsafe {
        let hint = with_exposed_provenance_mut(0x1000_0000);
        libc::mmap(hint, BYTES, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    let start = at.expose_provenance() as u64;
    assert!(at != libc::MAP_FAILED && start < 1 << 31, "no memory below 2 GiB for devices");
    RAM.store(start, Relaxed);
    let bank = PhysAddr(start)..PhysAddr(start + BYTES as u64);
    kernel::mm::frames::add_bank(bank).expect("the bank is the bench's own");
}

/// Addresses that nobody can touch; null if there are none.
pub(crate) fn reserve(bytes: usize) -> *mut c_void {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: anywhere.
    let at = unsafe { libc::mmap(null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
    if at == libc::MAP_FAILED { null_mut() } else { at }
}

/// The memory behind an address of a device.
pub(crate) fn at(address: u64) -> *mut u8 {
    with_exposed_provenance_mut(address as usize)
}

/// A device accesses memory: is it there, and somebody's?
pub(crate) fn check(address: u64, bytes: usize, does: &str) {
    let ram = RAM.load(Relaxed);
    let end = address.checked_add(bytes as u64);
    let inside = end.is_some_and(|end| address >= ram && end <= ram + BYTES as u64);
    assert!(
        inside || address >= 1 << 32 && end.is_some(),
        "the device {does} {bytes} bytes at {address:#x}, where there is no memory"
    );
    // SAFETY: only the sanitizer's books are read.
    let bad = unsafe { __asan_region_is_poisoned(at(address).cast(), bytes) };
    assert!(
        bad.is_null(),
        "the device {does} {bytes} bytes at {address:#x}: those at {bad:p} belong to nobody (freed, or beyond the end)"
    );
}
