// SPDX-License-Identifier: GPL-2.0-only
//! Algorithms with a key, for one user each.

use super::alg::{self, Class, whole_of};
use crate::bindings::{
    self, aead_alg, aead_request, ahash_alg, crypto_aead, crypto_ahash, crypto_alg, crypto_rng, crypto_skcipher, crypto_tfm,
    rng_alg, skcipher_alg, skcipher_request,
};
use crate::context::Guarded;
use crate::errno::{Errno, Result, ptr_to_c};
use crate::slab::{self, GFP_KERNEL, GFP_ZERO};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::ptr::{self, null};

crate::exports! {
    family "crypto";
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_alloc_skcipher(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_skcipher = alloc_skcipher;
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_has_skcipher(name: *const c_char, kind: u32, mask: u32) -> c_int = has_skcipher;
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_skcipher_setkey(tfm: *mut crypto_skcipher, key: *const u8, keylen: c_uint) -> c_int = skcipher_setkey;
    [any, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_skcipher_encrypt(req: *mut skcipher_request) -> c_int = skcipher_encrypt;
    [any, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_skcipher_decrypt(req: *mut skcipher_request) -> c_int = skcipher_decrypt;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_alloc_ahash(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_ahash = alloc_ahash;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_has_ahash(name: *const c_char, kind: u32, mask: u32) -> c_int = has_ahash;
    [sleeps, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_alloc_aead(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_aead = alloc_aead;
    [sleeps, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_aead_setkey(tfm: *mut crypto_aead, key: *const u8, keylen: c_uint) -> c_int = aead_setkey;
    [any, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_aead_setauthsize(tfm: *mut crypto_aead, authsize: c_uint) -> c_int = set_auth_size;
    [any, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_aead_encrypt(req: *mut aead_request) -> c_int = aead_encrypt;
    [any, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_aead_decrypt(req: *mut aead_request) -> c_int = aead_decrypt;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_alloc_rng(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_rng = alloc_rng;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_rng_reset(tfm: *mut crypto_rng, seed: *const u8, slen: c_uint) -> c_int = reset;
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_destroy_tfm(mem: *mut c_void, tfm: *mut crypto_tfm) -> () = destroy;
}

const NEED_KEY: u32 = bindings::CRYPTO_TFM_NEED_KEY;

/// Algorithms that users hold.
pub(super) trait Held: Class {
    /// What they hold.
    type Handle;
    /// Prepares a new one, whose memory is zeroed.
    unsafe fn begin(alg: &Self, handle: *mut Self::Handle) -> c_int;
    /// Ends it.
    unsafe fn finish(alg: &Self, handle: *mut Self::Handle);
}

/// The common part of what a user holds.
pub(super) unsafe fn tfm_of<A: Held>(handle: *mut A::Handle) -> *mut crypto_tfm {
    handle.wrapping_byte_add(A::TFM).cast()
}

/// What a user holds, of its common part.
pub(super) fn handle_of<A: Held>(tfm: *mut crypto_tfm) -> *mut A::Handle {
    tfm.wrapping_byte_sub(A::TFM).cast()
}

/// The algorithm of what a user holds.
pub(super) unsafe fn algorithm<'a, A: Held>(tfm: *mut crypto_tfm) -> &'a A {
    // SAFETY: the caller's, made by `create` of that kind.
    unsafe { &*whole_of::<A>((*tfm).__crt_alg) }
}

impl Held for skcipher_alg {
    type Handle = crypto_skcipher;
    unsafe fn begin(alg: &Self, handle: *mut crypto_skcipher) -> c_int {
        // SAFETY: a new handle; the driver's function.
        unsafe {
            if alg.__bindgen_anon_1.co.max_keysize > 0 {
                (*handle).base.crt_flags |= NEED_KEY;
            }
            alg.init.map_or(0, |init| init.guarded(null(), (handle,)))
        }
    }
    unsafe fn finish(alg: &Self, handle: *mut crypto_skcipher) {
        if let Some(exit) = alg.exit {
            // SAFETY: the driver's function and its handle.
            unsafe { exit.guarded(null(), (handle,)) };
        }
    }
}

impl Held for ahash_alg {
    type Handle = crypto_ahash;
    unsafe fn begin(alg: &Self, handle: *mut crypto_ahash) -> c_int {
        // SAFETY: a new handle; the driver's function.
        unsafe {
            (*handle).statesize = alg.halg.statesize;
            (*handle).reqsize = alg.reqsize;
            if alg.setkey.is_some() && alg.halg.base.cra_flags & bindings::CRYPTO_ALG_OPTIONAL_KEY == 0 {
                (*handle).base.crt_flags |= NEED_KEY;
            }
            alg.init_tfm.map_or(0, |init| init.guarded(null(), (handle,)))
        }
    }
    unsafe fn finish(alg: &Self, handle: *mut crypto_ahash) {
        if let Some(exit) = alg.exit_tfm {
            // SAFETY: the driver's function and its handle.
            unsafe { exit.guarded(null(), (handle,)) };
        }
    }
}

impl Held for aead_alg {
    type Handle = crypto_aead;
    unsafe fn begin(alg: &Self, handle: *mut crypto_aead) -> c_int {
        // SAFETY: a new handle; the driver's function.
        unsafe {
            (*handle).authsize = alg.maxauthsize;
            (*handle).base.crt_flags |= NEED_KEY;
            alg.init.map_or(0, |init| init.guarded(null(), (handle,)))
        }
    }
    unsafe fn finish(alg: &Self, handle: *mut crypto_aead) {
        if let Some(exit) = alg.exit {
            // SAFETY: the driver's function and its handle.
            unsafe { exit.guarded(null(), (handle,)) };
        }
    }
}

impl Held for rng_alg {
    type Handle = crypto_rng;
    unsafe fn begin(_: &Self, _: *mut crypto_rng) -> c_int {
        0
    }
    unsafe fn finish(_: &Self, _: *mut crypto_rng) {}
}

/// Makes what a user holds; the algorithm's reference is given to it, or back.
pub(super) unsafe fn create<A: Held>(base: *mut crypto_alg) -> Result<*mut A::Handle> {
    // SAFETY: an algorithm that the caller has taken; new memory of the size.
    unsafe {
        let size = size_of::<A::Handle>() + (*base).cra_ctxsize as usize + (*base).cra_alignmask as usize;
        let handle: *mut A::Handle = slab::kmalloc(size, GFP_KERNEL | GFP_ZERO).cast();
        if handle.is_null() {
            alg::put(base);
            return Err(Errno::ENOMEM);
        }
        let tfm = tfm_of::<A>(handle);
        (*tfm).refcnt.refs.counter = 1;
        (*tfm).__crt_alg = base;
        let started = match A::begin(&*whole_of::<A>(base), handle) {
            0 => (*base).cra_init.map_or(0, |init| init.guarded(null(), (tfm,))),
            error => error,
        };
        if started < 0 {
            slab::kfree(handle.cast());
            alg::put(base);
            return Err(Errno(-started));
        }
        Ok(handle)
    }
}

pub(super) unsafe fn alloc<A: Held>(name: *const c_char, kind: u32, mask: u32) -> *mut A::Handle {
    // SAFETY: the C caller's name.
    ptr_to_c(unsafe { alg::get::<A>(name, kind, mask).and_then(|base| create::<A>(base)) })
}

unsafe fn alloc_skcipher(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_skcipher {
    // SAFETY: as the C caller says.
    unsafe { alloc::<skcipher_alg>(name, kind, mask) }
}

unsafe fn alloc_ahash(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_ahash {
    // SAFETY: as the C caller says.
    unsafe { alloc::<ahash_alg>(name, kind, mask) }
}

unsafe fn alloc_aead(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_aead {
    // SAFETY: as the C caller says.
    unsafe { alloc::<aead_alg>(name, kind, mask) }
}

unsafe fn alloc_rng(name: *const c_char, kind: u32, mask: u32) -> *mut crypto_rng {
    // SAFETY: as the C caller says.
    unsafe { alloc::<rng_alg>(name, kind, mask) }
}

unsafe fn has<A: Class>(name: *const c_char, kind: u32, mask: u32) -> c_int {
    // SAFETY: the C caller's name.
    unsafe { alg::get::<A>(name, kind, mask).map(|base| alg::put(base)) }.is_ok().into()
}

unsafe fn has_skcipher(name: *const c_char, kind: u32, mask: u32) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { has::<skcipher_alg>(name, kind, mask) }
}

unsafe fn has_ahash(name: *const c_char, kind: u32, mask: u32) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { has::<ahash_alg>(name, kind, mask) }
}

/// With the last reference the driver's part ends, and the memory is wiped and freed.
pub(super) unsafe fn destroy(mem: *mut c_void, tfm: *mut crypto_tfm) {
    if mem.is_null() || Errno::check_ptr(mem).is_err() {
        return;
    }
    // SAFETY: the C caller's, which it does not use any more.
    unsafe {
        (*tfm).refcnt.refs.counter -= 1;
        if (*tfm).refcnt.refs.counter > 0 {
            return;
        }
        let base = (*tfm).__crt_alg;
        match (*base).cra_flags & bindings::CRYPTO_ALG_TYPE_MASK {
            bindings::CRYPTO_ALG_TYPE_SKCIPHER => skcipher_alg::finish(algorithm(tfm), mem.cast()),
            bindings::CRYPTO_ALG_TYPE_AHASH => ahash_alg::finish(algorithm(tfm), mem.cast()),
            bindings::CRYPTO_ALG_TYPE_AEAD => aead_alg::finish(algorithm(tfm), mem.cast()),
            _ => {}
        }
        if let Some(exit) = (*base).cra_exit {
            exit.guarded(null(), (tfm,));
        }
        mem.cast::<u8>().write_bytes(0, slab::ksize(mem));
        slab::kfree(mem);
        alg::put(base);
    }
}

/// Gives a driver a key, at an address that it takes.
pub(super) unsafe fn with_key(
    tfm: *mut crypto_tfm,
    key: *const u8,
    length: c_uint,
    set: impl FnOnce(*const u8) -> c_int,
) -> c_int {
    // SAFETY: the C caller's key; new memory of its size.
    unsafe {
        let mask = (*(*tfm).__crt_alg).cra_alignmask as usize;
        let result = if key.addr() & mask == 0 {
            set(key)
        } else {
            let copy: *mut u8 = slab::kmalloc(length as usize, GFP_KERNEL).cast();
            if copy.is_null() {
                return Errno::ENOMEM.to_c();
            }
            ptr::copy_nonoverlapping(key, copy, length as usize);
            let result = set(copy);
            copy.write_bytes(0, length as usize);
            slab::kfree(copy.cast());
            result
        };
        if result == 0 {
            (*tfm).crt_flags &= !NEED_KEY;
        }
        result
    }
}

pub(super) unsafe fn skcipher_setkey(handle: *mut crypto_skcipher, key: *const u8, length: c_uint) -> c_int {
    // SAFETY: the C caller's handle and key; the driver's function.
    unsafe {
        let tfm = tfm_of::<skcipher_alg>(handle);
        let alg = algorithm::<skcipher_alg>(tfm);
        let common = &alg.__bindgen_anon_1.co;
        let Some(set) = alg.setkey else { return Errno::EINVAL.to_c() };
        if !(common.min_keysize..=common.max_keysize).contains(&length) {
            return Errno::EINVAL.to_c();
        }
        let result = with_key(tfm, key, length, |key| set.guarded(null(), (handle, key, length)));
        if result != 0 && common.max_keysize > 0 {
            (*tfm).crt_flags |= NEED_KEY;
        }
        result
    }
}

/// Whether a request's algorithm has the key that it needs.
pub(super) unsafe fn has_key(tfm: *mut crypto_tfm) -> bool {
    // SAFETY: the C caller's.
    unsafe { (*tfm).crt_flags & NEED_KEY == 0 }
}

pub(super) unsafe fn skcipher_encrypt(req: *mut skcipher_request) -> c_int {
    // SAFETY: the C caller's request; the driver's function.
    unsafe {
        let tfm = (*req).base.tfm;
        match algorithm::<skcipher_alg>(tfm).encrypt.filter(|_| has_key(tfm)) {
            Some(encrypt) => encrypt.guarded(null(), (req,)),
            None => Errno::ENOKEY.to_c(),
        }
    }
}

pub(super) unsafe fn skcipher_decrypt(req: *mut skcipher_request) -> c_int {
    // SAFETY: as above.
    unsafe {
        let tfm = (*req).base.tfm;
        match algorithm::<skcipher_alg>(tfm).decrypt.filter(|_| has_key(tfm)) {
            Some(decrypt) => decrypt.guarded(null(), (req,)),
            None => Errno::ENOKEY.to_c(),
        }
    }
}

pub(super) unsafe fn aead_setkey(handle: *mut crypto_aead, key: *const u8, length: c_uint) -> c_int {
    // SAFETY: the C caller's handle and key; the driver's function.
    unsafe {
        let tfm = tfm_of::<aead_alg>(handle);
        let Some(set) = algorithm::<aead_alg>(tfm).setkey else { return Errno::ENOSYS.to_c() };
        let result = with_key(tfm, key, length, |key| set.guarded(null(), (handle, key, length)));
        if result != 0 {
            (*tfm).crt_flags |= NEED_KEY;
        }
        result
    }
}

pub(super) unsafe fn set_auth_size(handle: *mut crypto_aead, size: c_uint) -> c_int {
    // SAFETY: the C caller's handle; the driver's function.
    unsafe {
        let alg = algorithm::<aead_alg>(tfm_of::<aead_alg>(handle));
        if size > alg.maxauthsize || size == 0 && alg.maxauthsize > 0 {
            return Errno::EINVAL.to_c();
        }
        let result = alg.setauthsize.map_or(0, |set| set.guarded(null(), (handle, size)));
        if result == 0 {
            (*handle).authsize = size;
        }
        result
    }
}

pub(super) unsafe fn aead_encrypt(req: *mut aead_request) -> c_int {
    // SAFETY: the C caller's request; the driver's function.
    unsafe {
        let tfm = (*req).base.tfm;
        match algorithm::<aead_alg>(tfm).encrypt.filter(|_| has_key(tfm)) {
            Some(encrypt) => encrypt.guarded(null(), (req,)),
            None => Errno::ENOKEY.to_c(),
        }
    }
}

pub(super) unsafe fn aead_decrypt(req: *mut aead_request) -> c_int {
    // SAFETY: as above.
    unsafe {
        let tfm = (*req).base.tfm;
        if (*req).cryptlen < (*handle_of::<aead_alg>(tfm)).authsize {
            return Errno::EINVAL.to_c();
        }
        match algorithm::<aead_alg>(tfm).decrypt.filter(|_| has_key(tfm)) {
            Some(decrypt) => decrypt.guarded(null(), (req,)),
            None => Errno::ENOKEY.to_c(),
        }
    }
}

/// Without a seed one of random bytes is made.
pub(super) unsafe fn reset(handle: *mut crypto_rng, seed: *const u8, length: c_uint) -> c_int {
    // SAFETY: the C caller's handle and seed; the driver's function.
    unsafe {
        let alg = algorithm::<rng_alg>(tfm_of::<rng_alg>(handle));
        let Some(set) = alg.seed else { return Errno::ENOSYS.to_c() };
        if !seed.is_null() || length == 0 {
            return set.guarded(null(), (handle, seed, length));
        }
        let mut made = alloc::vec![0u8; length as usize];
        kernel::random::fill(&mut made);
        let result = set.guarded(null(), (handle, made.as_ptr(), length));
        made.fill(0);
        result
    }
}
