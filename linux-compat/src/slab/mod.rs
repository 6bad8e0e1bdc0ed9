// SPDX-License-Identifier: GPL-2.0-only
//! Memory of drivers: `kmalloc` and its kin, caches of objects, whole pages.
//!
//! Small pieces are cut from 64 KiB chunks of contiguous frames, by size class; large ones are runs of frames. So all
//! of it is contiguous, aligned to a cache line at least and to its size if that is a power of two, and its physical
//! address is its own, as devices need. Debug builds fill what is freed, and report memory that is asked for with
//! `GFP_KERNEL` where sleeping is forbidden.

mod cache;
#[cfg_attr(feature = "bench", path = "host.rs")]
mod chunks;
mod pages;
#[cfg(test)]
mod tests;

use crate::bindings::gfp_t;
use crate::context::ledger::{self, Kind};
use crate::export::Export;
use core::ffi::c_void;
use core::ptr::null_mut;

#[cfg(feature = "bench")]
pub use chunks::fail_after;
pub use chunks::{Usage, usage};
pub use pages::is_ram;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[EXPORTS, cache::EXPORTS, pages::EXPORTS];

crate::exports! {
    family "slab";
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kmalloc(size: usize, flags: gfp_t) -> *mut c_void = kmalloc;
    [any, supported, "slab::tests::growing_keeps_the_content"]
    fn krealloc(p: *const c_void, size: usize, flags: gfp_t) -> *mut c_void = krealloc;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kfree(p: *const c_void) -> () = kfree;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kfree_sensitive(p: *const c_void) -> () = kfree_sensitive;
    [any, supported, "slab::tests::growing_keeps_the_content"]
    fn ksize(p: *const c_void) -> usize = ksize;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kvmalloc(size: usize, flags: gfp_t) -> *mut c_void = kmalloc;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kvfree(p: *const c_void) -> () = kfree;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn kvfree_sensitive(p: *const c_void, len: usize) -> () = kvfree_sensitive;
    [any, supported, "slab::tests::growing_keeps_the_content"]
    fn kvrealloc(p: *const c_void, size: usize, flags: gfp_t) -> *mut c_void = krealloc;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn vmalloc(size: u64) -> *mut c_void = vmalloc;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn vzalloc(size: u64) -> *mut c_void = vzalloc;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn __vmalloc(size: u64, flags: gfp_t) -> *mut c_void = vmalloc_flags;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn vfree(p: *const c_void) -> () = kfree;
}

/// The flags of `linux/gfp_types.h` that change anything here.
pub const GFP_ZERO: gfp_t = 1 << 8;
/// The caller may sleep.
pub const GFP_DIRECT_RECLAIM: gfp_t = 1 << 10;
/// Want of memory is not worth a line in the log.
pub const GFP_NOWARN: gfp_t = 1 << 13;
/// The caller may not sleep.
pub const GFP_ATOMIC: gfp_t = 1 << 5 | 1 << 11;
/// The caller may sleep.
pub const GFP_KERNEL: gfp_t = GFP_DIRECT_RECLAIM | 1 << 11 | 1 << 6 | 1 << 7;

/// What `kmalloc(0)` gives: no memory, but not null.
const ZERO_SIZE: usize = 16;

/// Whether there is memory behind a pointer of [`kmalloc`].
fn is_piece(p: *const c_void) -> bool {
    p.addr() > ZERO_SIZE
}

/// `size` bytes, or null. Context: any; with `GFP_KERNEL` the caller may sleep.
pub fn kmalloc(size: usize, flags: gfp_t) -> *mut c_void {
    if cfg!(debug_assertions) && flags & GFP_DIRECT_RECLAIM != 0 && kernel::percpu::in_atomic_context() {
        log::warn!(target: "linux", "GFP_KERNEL in atomic context, in {}", crate::context::describe());
    }
    if size == 0 {
        return core::ptr::without_provenance_mut(ZERO_SIZE);
    }
    let at = chunks::alloc(size, 0);
    if at.is_null() && flags & GFP_NOWARN == 0 {
        log::warn!(target: "linux", "no memory for {size} bytes, in {}", crate::context::describe());
    }
    if !at.is_null() && flags & GFP_ZERO != 0 {
        // SAFETY: these bytes were just given to this function.
        unsafe { at.write_bytes(0, size) };
    }
    if !at.is_null() {
        ledger::took(Kind::Memory, at.addr(), size);
    }
    at.cast()
}

/// Gives memory of [`kmalloc`] back; null is fine. Context: any.
///
/// # Safety
/// Nobody uses it any more.
pub unsafe fn kfree(p: *const c_void) {
    if is_piece(p) {
        ledger::gave(Kind::Memory, p.addr());
        // SAFETY: the caller's.
        unsafe { chunks::free(p.cast_mut().cast()) };
    }
}

/// # Safety
/// As [`kfree`].
unsafe fn kfree_sensitive(p: *const c_void) {
    // SAFETY: so many bytes belong to the caller.
    unsafe {
        p.cast_mut().cast::<u8>().write_bytes(0, ksize(p));
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
        kfree(p);
    }
}

unsafe fn kvfree_sensitive(p: *const c_void, _len: usize) {
    // SAFETY: the caller's.
    unsafe { kfree_sensitive(p) };
}

/// Bytes that may be used. Context: any.
///
/// # Safety
/// Null, or memory of [`kmalloc`].
pub unsafe fn ksize(p: *const c_void) -> usize {
    // SAFETY: the caller's.
    if is_piece(p) { unsafe { chunks::size_of(p.cast_mut().cast()) } } else { 0 }
}

/// Another size; the old memory stays if there is none. Context: as [`kmalloc`].
///
/// # Safety
/// Null, or memory of [`kmalloc`] that nobody else uses.
pub unsafe fn krealloc(p: *const c_void, size: usize, flags: gfp_t) -> *mut c_void {
    if !is_piece(p) {
        return kmalloc(size, flags);
    }
    // SAFETY: the caller's memory; the new one has room for what is copied.
    unsafe {
        if size == 0 {
            kfree(p);
            return core::ptr::without_provenance_mut(ZERO_SIZE);
        }
        let room = ksize(p);
        if size <= room && size >= room / 2 {
            return p.cast_mut();
        }
        let new = kmalloc(size, flags);
        if !new.is_null() {
            new.cast::<u8>().copy_from_nonoverlapping(p.cast(), room.min(size));
            kfree(p);
        }
        new
    }
}

fn vmalloc(size: u64) -> *mut c_void {
    vmalloc_flags(size, GFP_DIRECT_RECLAIM)
}

fn vzalloc(size: u64) -> *mut c_void {
    vmalloc_flags(size, GFP_DIRECT_RECLAIM | GFP_ZERO)
}

/// Like Linux's, null for no bytes.
fn vmalloc_flags(size: u64, flags: gfp_t) -> *mut c_void {
    if size == 0 { null_mut() } else { kmalloc(size as usize, flags) }
}
