// SPDX-License-Identifier: GPL-2.0-only
//! On the driver bench each piece is one of the host's own `malloc`, so that the address sanitizer knows where it ends
//! and when it went.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicIsize, AtomicUsize};
use core::sync::atomic::Ordering::Relaxed;

/// The least alignment: a cache line, which devices may own.
const LINE: usize = 64;
/// From here on memory is whole pages in the image.
const PAGE: usize = 4096;

static PIECES: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" {
    fn posix_memalign(at: *mut *mut c_void, align: usize, size: usize) -> c_int;
    #[link_name = "free"]
    fn host_free(at: *mut c_void);
    fn malloc_usable_size(at: *mut c_void) -> usize;
}

/// What drivers hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Pieces in use.
    pub pieces: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// What drivers hold now. Context: any.
pub fn usage() -> Usage {
    Usage { pieces: PIECES.load(Relaxed), bytes: BYTES.load(Relaxed) }
}

/// Which allocation fails, counted from the next (0); none if it is negative.
static FAILS: AtomicIsize = AtomicIsize::new(-1);

/// Has the `n`th allocation from now on fail, once; what was left to count of the one before, if it did not fail yet.
pub fn fail_after(n: Option<usize>) -> Option<usize> {
    let n = n.map_or(-1, |n| n as isize);
    usize::try_from(FAILS.swap(n, Relaxed)).ok()
}

/// `size` bytes (not 0), at a multiple of `align` (a power of two or 0); null without memory. Context: any.
pub fn alloc(size: usize, align: usize) -> *mut u8 {
    if FAILS.load(Relaxed) >= 0 && FAILS.fetch_sub(1, Relaxed) == 0 {
        return null_mut();
    }
    let natural = if size.is_power_of_two() { size.min(4 << 20) } else { LINE };
    let pages = if size > PAGE { PAGE } else { LINE };
    let mut at = null_mut();
    // SAFETY: the alignment is a power of two and a multiple of a pointer's size.
    let error = unsafe { posix_memalign(&mut at, align.max(natural).max(pages), size) };
    if error != 0 {
        return null_mut();
    }
    PIECES.fetch_add(1, Relaxed);
    // SAFETY: just allocated.
    BYTES.fetch_add(unsafe { size_of(at.cast()) }, Relaxed);
    at.cast()
}

/// # Safety
/// From [`alloc`], not in use.
pub unsafe fn free(at: *mut u8) {
    // SAFETY: the caller's; a piece that is not one is the sanitizer's to report.
    unsafe {
        PIECES.fetch_sub(1, Relaxed);
        BYTES.fetch_sub(size_of(at), Relaxed);
        host_free(at.cast());
    }
}

/// # Safety
/// From [`alloc`].
pub unsafe fn size_of(at: *mut u8) -> usize {
    // SAFETY: the caller's.
    unsafe { malloc_usable_size(at.cast()) }
}
