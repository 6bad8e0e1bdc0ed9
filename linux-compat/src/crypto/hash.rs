// SPDX-License-Identifier: GPL-2.0-only
//! The steps of a hash, for users in C.

use super::tfm::{algorithm, has_key, tfm_of, with_key};
use crate::bindings::{ahash_alg, ahash_request, crypto_ahash};
use crate::context::Guarded;
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null;

crate::exports! {
    family "crypto";
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_setkey(tfm: *mut crypto_ahash, key: *const u8, keylen: c_uint) -> c_int = set_key;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_init(req: *mut ahash_request) -> c_int = init;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_update(req: *mut ahash_request) -> c_int = update;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_final(req: *mut ahash_request) -> c_int = last;
    [any, partial, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_finup(req: *mut ahash_request) -> c_int = finish_up;
    [any, partial, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_digest(req: *mut ahash_request) -> c_int = digest;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_export(req: *mut ahash_request, out: *mut c_void) -> c_int = export;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_ahash_import(req: *mut ahash_request, from: *const c_void) -> c_int = import;
}

type Step = Option<unsafe extern "C" fn(*mut ahash_request) -> c_int>;

/// Has the driver do a step; `-ENOSYS` if it has none of that kind: steps are not made of others.
unsafe fn step(req: *mut ahash_request, begins: bool, which: impl FnOnce(&ahash_alg) -> Step) -> c_int {
    // SAFETY: the C caller's request; the driver's function.
    unsafe {
        let tfm = (*req).base.tfm;
        if begins && !has_key(tfm) {
            return Errno::ENOKEY.to_c();
        }
        which(algorithm::<ahash_alg>(tfm)).map_or(Errno::ENOSYS.to_c(), |f| f.guarded(null(), (req,)))
    }
}

pub(super) unsafe fn init(req: *mut ahash_request) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { step(req, true, |alg| alg.init) }
}

pub(super) unsafe fn update(req: *mut ahash_request) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { step(req, false, |alg| alg.update) }
}

pub(super) unsafe fn last(req: *mut ahash_request) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { step(req, false, |alg| alg.final_) }
}

pub(super) unsafe fn finish_up(req: *mut ahash_request) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { step(req, false, |alg| alg.finup) }
}

pub(super) unsafe fn digest(req: *mut ahash_request) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { step(req, true, |alg| alg.digest) }
}

pub(super) unsafe fn export(req: *mut ahash_request, out: *mut c_void) -> c_int {
    // SAFETY: the C caller's request and place for the state; the driver's function.
    unsafe {
        let alg = algorithm::<ahash_alg>((*req).base.tfm);
        alg.export.map_or(Errno::ENOSYS.to_c(), |f| f.guarded(null(), (req, out)))
    }
}

pub(super) unsafe fn import(req: *mut ahash_request, from: *const c_void) -> c_int {
    // SAFETY: as above; the state is one of `export`.
    unsafe {
        let tfm = (*req).base.tfm;
        if !has_key(tfm) {
            return Errno::ENOKEY.to_c();
        }
        algorithm::<ahash_alg>(tfm).import.map_or(Errno::ENOSYS.to_c(), |f| f.guarded(null(), (req, from)))
    }
}

pub(super) unsafe fn set_key(handle: *mut crypto_ahash, key: *const u8, length: c_uint) -> c_int {
    // SAFETY: the C caller's handle and key; the driver's function.
    unsafe {
        let tfm = tfm_of::<ahash_alg>(handle);
        let Some(set) = algorithm::<ahash_alg>(tfm).setkey else { return Errno::ENOSYS.to_c() };
        with_key(tfm, key, length, |key| set.guarded(null(), (handle, key, length)))
    }
}
