// SPDX-License-Identifier: GPL-2.0-only
//! Caches of objects of one size.

use super::chunks;
use super::GFP_ZERO;
use crate::bindings::{gfp_t, slab_flags_t};
use alloc::boxed::Box;
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

crate::exports! {
    family "slab";
    [sleeps, supported, "slab::tests::caches_count_their_objects"]
    fn fv_kmem_cache_create(name: *const c_char, size: c_uint, align: c_uint, flags: slab_flags_t, ctor: Ctor) -> *mut crate::bindings::kmem_cache = create;
    [sleeps, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_destroy(s: *mut crate::bindings::kmem_cache) -> () = destroy;
    [sleeps, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_shrink(s: *mut crate::bindings::kmem_cache) -> c_int = shrink;
    [any, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_size(s: *mut crate::bindings::kmem_cache) -> c_uint = size;
    [any, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_alloc(s: *mut crate::bindings::kmem_cache, flags: gfp_t) -> *mut c_void = alloc;
    [any, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_free(s: *mut crate::bindings::kmem_cache, p: *mut c_void) -> () = free;
    [any, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_free_bulk(s: *mut crate::bindings::kmem_cache, n: usize, p: *mut *mut c_void) -> () = free_bulk;
    [any, supported, "slab::tests::caches_count_their_objects"]
    fn kmem_cache_alloc_bulk(s: *mut crate::bindings::kmem_cache, flags: gfp_t, n: usize, p: *mut *mut c_void) -> c_int = alloc_bulk;
}

type Ctor = Option<unsafe extern "C" fn(*mut c_void)>;
type Opaque = crate::bindings::kmem_cache;

/// What C sees as `struct kmem_cache`.
struct Cache {
    size: usize,
    align: usize,
    ctor: Ctor,
    objects: AtomicUsize,
}

unsafe fn cache<'a>(s: *mut Opaque) -> &'a Cache {
    // SAFETY: only `create` makes these.
    unsafe { &*s.cast() }
}

pub(super) fn create(
    _name: *const c_char,
    size: c_uint,
    align: c_uint,
    _flags: slab_flags_t,
    ctor: Ctor,
) -> *mut Opaque {
    let align = (align as usize).max(8).next_power_of_two();
    let size = (size as usize).max(8).next_multiple_of(align);
    Box::into_raw(Box::new(Cache { size, align, ctor, objects: AtomicUsize::new(0) })).cast()
}

pub(super) unsafe fn destroy(s: *mut Opaque) {
    if s.is_null() {
        return;
    }
    // SAFETY: the caller's cache, which it does not use again.
    let cache = unsafe { Box::from_raw(s.cast::<Cache>()) };
    let left = cache.objects.load(Relaxed);
    if left != 0 {
        log::warn!(target: "linux", "a cache is destroyed with {left} objects, in {}", crate::context::describe());
    }
}

/// Nothing is kept back. Always 0.
unsafe fn shrink(_s: *mut Opaque) -> c_int {
    0
}

unsafe fn size(s: *mut Opaque) -> c_uint {
    // SAFETY: the caller's cache.
    unsafe { cache(s) }.size as c_uint
}

pub(super) unsafe fn alloc(s: *mut Opaque, flags: gfp_t) -> *mut c_void {
    // SAFETY: the caller's cache.
    let cache = unsafe { cache(s) };
    let at = chunks::alloc(cache.size, cache.align);
    if at.is_null() {
        return at.cast();
    }
    cache.objects.fetch_add(1, Relaxed);
    // SAFETY: new memory of that size; the driver's constructor takes an object.
    unsafe {
        if flags & GFP_ZERO != 0 {
            at.write_bytes(0, cache.size);
        }
        if let Some(ctor) = cache.ctor {
            ctor(at.cast());
        }
    }
    at.cast()
}

pub(super) unsafe fn free(s: *mut Opaque, p: *mut c_void) {
    if p.is_null() {
        return;
    }
    // SAFETY: the caller's cache and an object of it.
    unsafe {
        cache(s).objects.fetch_sub(1, Relaxed);
        chunks::free(p.cast());
    }
}

unsafe fn free_bulk(s: *mut Opaque, n: usize, p: *mut *mut c_void) {
    // SAFETY: the caller's cache and objects.
    (0..n).for_each(|i| unsafe { free(s, *p.add(i)) });
}

unsafe fn alloc_bulk(s: *mut Opaque, flags: gfp_t, n: usize, p: *mut *mut c_void) -> c_int {
    for i in 0..n {
        // SAFETY: the caller's cache, and array of `n`.
        unsafe {
            let at = alloc(s, flags);
            if at.is_null() {
                free_bulk(s, i, p);
                return 0;
            }
            p.add(i).write(at);
        }
    }
    n as c_int
}
