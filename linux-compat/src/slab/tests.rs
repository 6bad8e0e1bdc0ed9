// SPDX-License-Identifier: GPL-2.0-only
//! Memory: apart, aligned, counted.

use super::*;

#[test]
fn pieces_are_apart_and_aligned() {
    let sizes = [1, 8, 63, 64, 65, 100, 128, 192, 256, 500, 1000, 1344, 2048, 3000, 4096, 5000, 8192, 70_000];
    let mut held = Vec::new();
    for round in 0..6u8 {
        for &size in &sizes {
            let at = kmalloc(size, GFP_ZERO).cast::<u8>();
            assert!(!at.is_null());
            assert_eq!(at.addr() % 64, 0, "{size}");
            if size.is_power_of_two() {
                assert_eq!(at.addr() % size, 0, "{size}");
            }
            // SAFETY: so many bytes were given.
            unsafe {
                assert!((0..size).all(|i| *at.add(i) == 0), "{size} is not clear");
                at.write_bytes(round + 1, size);
            }
            held.push((at, size, round + 1));
        }
    }
    for &(at, size, value) in &held {
        // SAFETY: as above.
        unsafe { assert!((0..size).all(|i| *at.add(i) == value), "{size} bytes were overwritten") };
    }
    for (at, ..) in held {
        // SAFETY: not used any more.
        unsafe { kfree(at.cast()) };
    }
    // SAFETY: neither is memory.
    unsafe {
        kfree(core::ptr::null());
        kfree(kmalloc(0, 0));
    }
}

#[test]
fn growing_keeps_the_content() {
    // SAFETY: memory of the test's own.
    unsafe {
        let mut at = krealloc(core::ptr::null(), 10, 0).cast::<u8>();
        at.write_bytes(7, 10);
        for size in [64, 65, 5000, 200_000, 100] {
            at = krealloc(at.cast(), size, 0).cast();
            assert!(ksize(at.cast()) >= size);
            assert!((0..10).all(|i| *at.add(i) == 7), "{size}");
        }
        assert_eq!(krealloc(at.cast(), 0, 0).addr(), 16);
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "is freed twice")]
fn freeing_twice_is_caught() {
    let (at, _other) = (kmalloc(128, 0), kmalloc(128, 0));
    // SAFETY: that is what is tried.
    unsafe {
        kfree(at);
        kfree(at);
    }
}

#[test]
fn caches_count_their_objects() {
    let cache = cache::create(c"test".as_ptr(), 100, 32, 0, None);
    // SAFETY: a cache and its objects.
    unsafe {
        let objects: Vec<_> = (0..100).map(|_| cache::alloc(cache, GFP_ZERO)).collect();
        assert!(objects.iter().all(|o| o.addr() % 32 == 0));
        objects.into_iter().for_each(|o| cache::free(cache, o));
        cache::destroy(cache);
    }
}

#[test]
fn pages_have_descriptors() {
    let at = pages::get(GFP_ZERO, 2);
    assert_eq!(at % 0x4000, 0);
    let page = pages::descriptor(at).addr() as u64;
    assert_eq!(pages::descriptor(at + 4096).addr() as u64 - page, 64);
    // SAFETY: not used any more.
    unsafe { pages::free(at, 2) };
    assert_eq!(pages::get(0, 13), 0);
}
