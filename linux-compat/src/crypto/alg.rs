// SPDX-License-Identifier: GPL-2.0-only
//! Registering algorithms.

use super::user::Driver;
use crate::bindings::{
    self, aead_alg, ahash_alg, crypto_aead, crypto_ahash, crypto_alg, crypto_rng, crypto_shash, crypto_skcipher, rng_alg,
    shash_alg, skcipher_alg,
};
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::mem::offset_of;
use core::ptr::with_exposed_provenance_mut;
use io::crypto::{self as registry, Algorithm, Info, Kind};
use kernel::sync::Mutex;

crate::exports! {
    family "crypto";
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_register_skcipher(alg: *mut skcipher_alg) -> c_int = one::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_unregister_skcipher(alg: *mut skcipher_alg) -> () = end::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_register_skciphers(algs: *mut skcipher_alg, count: c_int) -> c_int = many::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_unregister_skciphers(algs: *mut skcipher_alg, count: c_int) -> () = end_many::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_register_ahash(alg: *mut ahash_alg) -> c_int = one::<ahash_alg>;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_unregister_ahash(alg: *mut ahash_alg) -> () = end::<ahash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_register_ahashes(algs: *mut ahash_alg, count: c_int) -> c_int = many::<ahash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_unregister_ahashes(algs: *mut ahash_alg, count: c_int) -> () = end_many::<ahash_alg>;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_register_shash(alg: *mut shash_alg) -> c_int = one::<shash_alg>;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_unregister_shash(alg: *mut shash_alg) -> () = end::<shash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_register_shashes(algs: *mut shash_alg, count: c_int) -> c_int = many::<shash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_unregister_shashes(algs: *mut shash_alg, count: c_int) -> () = end_many::<shash_alg>;
    [sleeps, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_register_aead(alg: *mut aead_alg) -> c_int = one::<aead_alg>;
    [sleeps, supported, "crypto::tests::ciphers_that_authenticate"]
    fn crypto_unregister_aead(alg: *mut aead_alg) -> () = end::<aead_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_register_aeads(algs: *mut aead_alg, count: c_int) -> c_int = many::<aead_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_unregister_aeads(algs: *mut aead_alg, count: c_int) -> () = end_many::<aead_alg>;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_register_rng(alg: *mut rng_alg) -> c_int = one::<rng_alg>;
    [sleeps, supported, "crypto::tests::hashes_of_memory_and_random_numbers"]
    fn crypto_unregister_rng(alg: *mut rng_alg) -> () = end::<rng_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_register_rngs(algs: *mut rng_alg, count: c_int) -> c_int = many::<rng_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_unregister_rngs(algs: *mut rng_alg, count: c_int) -> () = end_many::<rng_alg>;
    [sleeps, supported, "crypto::tests::a_cipher_is_registered_and_used"]
    fn crypto_has_alg(name: *const c_char, kind: u32, mask: u32) -> c_int = has;
}

/// Algorithms that are of one kind.
pub(super) trait Class: Sized {
    /// Their type in `cra_flags`.
    const TYPE: u32;
    /// Where the part is that all algorithms have.
    const BASE: usize;
    /// Where what a user holds has the part that all have.
    const TFM: usize;
    /// What there is to say of one, if its driver has filled in what it must.
    fn check(&mut self) -> Option<Kind>;
}

/// The largest vector, digest state or block: an eighth of a page, as in Linux.
const MOST: u32 = arch::PAGE_SIZE as u32 / 8;

impl Class for skcipher_alg {
    const TYPE: u32 = bindings::CRYPTO_ALG_TYPE_SKCIPHER;
    const BASE: usize = offset_of!(skcipher_alg, __bindgen_anon_1.co.base);
    const TFM: usize = offset_of!(crypto_skcipher, base);
    fn check(&mut self) -> Option<Kind> {
        // SAFETY: both views of the union are the same fields.
        let common = unsafe { &mut self.__bindgen_anon_1.co };
        if common.chunksize == 0 {
            common.chunksize = common.base.cra_blocksize;
        }
        if self.walksize == 0 {
            self.walksize = common.chunksize;
        }
        let whole = self.encrypt.is_some() && self.decrypt.is_some();
        let keyed = common.max_keysize == 0 || self.setkey.is_some();
        let fits = [common.ivsize, common.chunksize, self.walksize].into_iter().all(|size| size <= MOST);
        let keys = (common.min_keysize as usize, common.max_keysize as usize);
        (whole && keyed && fits).then_some(Kind::Cipher { keys, iv: common.ivsize as usize })
    }
}

/// The longest digest.
const DIGEST: u32 = bindings::HASH_MAX_DIGESTSIZE;

fn hash(digest: u32, keyed: bool, flags: u32) -> Option<Kind> {
    let keyed = keyed && flags & bindings::CRYPTO_ALG_OPTIONAL_KEY == 0;
    (digest <= DIGEST).then_some(Kind::Hash { digest: digest as usize, keyed })
}

impl Class for ahash_alg {
    const TYPE: u32 = bindings::CRYPTO_ALG_TYPE_AHASH;
    const BASE: usize = offset_of!(ahash_alg, halg.base);
    const TFM: usize = offset_of!(crypto_ahash, base);
    fn check(&mut self) -> Option<Kind> {
        let whole = self.init.is_some() && self.update.is_some() && self.final_.is_some();
        let state = 1..=MOST;
        let kind = hash(self.halg.digestsize, self.setkey.is_some(), self.halg.base.cra_flags);
        kind.filter(|_| whole && state.contains(&self.halg.statesize))
    }
}

impl Class for shash_alg {
    const TYPE: u32 = bindings::CRYPTO_ALG_TYPE_SHASH;
    const BASE: usize = offset_of!(shash_alg, __bindgen_anon_1.halg.base);
    const TFM: usize = offset_of!(crypto_shash, base);
    fn check(&mut self) -> Option<Kind> {
        // SAFETY: both views of the union are the same fields.
        let common = unsafe { &self.__bindgen_anon_1.halg };
        let whole = self.init.is_some() && self.update.is_some() && self.final_.is_some();
        hash(common.digestsize, self.setkey.is_some(), common.base.cra_flags).filter(|_| whole && self.descsize <= MOST)
    }
}

impl Class for aead_alg {
    const TYPE: u32 = bindings::CRYPTO_ALG_TYPE_AEAD;
    const BASE: usize = offset_of!(aead_alg, base);
    const TFM: usize = offset_of!(crypto_aead, base);
    fn check(&mut self) -> Option<Kind> {
        if self.chunksize == 0 {
            self.chunksize = self.base.cra_blocksize;
        }
        let whole = self.encrypt.is_some() && self.decrypt.is_some() && self.setkey.is_some();
        let fits = [self.ivsize, self.maxauthsize, self.chunksize].into_iter().all(|size| size <= MOST);
        (whole && fits).then_some(Kind::Aead { iv: self.ivsize as usize, tag: self.maxauthsize as usize })
    }
}

impl Class for rng_alg {
    const TYPE: u32 = bindings::CRYPTO_ALG_TYPE_RNG;
    const BASE: usize = offset_of!(rng_alg, base);
    const TFM: usize = offset_of!(crypto_rng, base);
    fn check(&mut self) -> Option<Kind> {
        let whole = self.generate.is_some() && self.seed.is_some() && self.seedsize <= MOST;
        whole.then_some(Kind::Random { seed: self.seedsize as usize })
    }
}

/// A registered algorithm, by the address of its common part.
struct Known {
    alg: usize,
    shown: Arc<Algorithm>,
}

static ALL: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// A name in a structure of C's.
pub(super) fn text(name: &[c_char]) -> String {
    let bytes: Vec<u8> = name.iter().map(|c| *c as u8).take_while(|c| *c != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The common part of an algorithm.
pub(super) fn base_of<A: Class>(alg: *mut A) -> *mut crypto_alg {
    alg.wrapping_byte_add(A::BASE).cast()
}

/// The algorithm that has this common part.
pub(super) fn whole_of<A: Class>(base: *mut crypto_alg) -> *mut A {
    base.wrapping_byte_sub(A::BASE).cast()
}

/// Whether the parts that all have are as they must be.
fn usable(base: &crypto_alg) -> bool {
    base.cra_name.first().is_some_and(|c| *c != 0)
        && base.cra_driver_name.first().is_some_and(|c| *c != 0)
        && base.cra_alignmask.wrapping_add(1).is_power_of_two()
        && base.cra_alignmask <= MOST
        && base.cra_blocksize <= MOST
        && base.cra_priority >= 0
}

pub(super) unsafe fn register<A: Class>(alg: *mut A) -> Result<()>
where
    Driver<A>: registry::Engine + 'static,
{
    // SAFETY: the C caller's algorithm, which stays as long as it is registered.
    unsafe {
        let kind = alg.as_mut().ok_or(Errno::EINVAL)?.check().ok_or(Errno::EINVAL)?;
        let base = &mut *base_of(alg);
        if !usable(base) {
            return Err(Errno::EINVAL);
        }
        base.cra_flags = base.cra_flags & !bindings::CRYPTO_ALG_TYPE_MASK | A::TYPE;
        base.cra_refcnt.refs.counter = 1;
        let info = Info {
            name: text(&base.cra_name),
            driver: text(&base.cra_driver_name),
            priority: base.cra_priority,
            block: base.cra_blocksize as usize,
            needs_fallback: base.cra_flags & bindings::CRYPTO_ALG_NEED_FALLBACK != 0,
            kind,
        };
        let mut all = ALL.lock();
        let shown = registry::register(info, Box::new(Driver(alg)));
        let shown = shown.map_err(|fault| if fault == io::Fault::Busy { Errno::EEXIST } else { fault.into() })?;
        all.push(Known { alg: base_of(alg).expose_provenance(), shown });
    }
    Ok(())
}

pub(super) unsafe fn unregister<A: Class>(alg: *mut A) {
    let base = base_of(alg);
    let mut all = ALL.lock();
    let Some(at) = all.iter().position(|known| known.alg == base.addr()) else { return };
    // SAFETY: registered.
    let users = unsafe { (*base).cra_refcnt.refs.counter } - 1;
    if users > 0 {
        // As in Linux it stays: its driver must not go before them.
        log::error!(target: "linux", "crypto: {users} still use an algorithm that its driver takes away");
        return;
    }
    let known = all.swap_remove(at);
    drop(all);
    registry::unregister(&known.shown);
}

unsafe fn one<A: Class>(alg: *mut A) -> c_int
where
    Driver<A>: registry::Engine + 'static,
{
    // SAFETY: as the C caller says.
    to_c(unsafe { register(alg) })
}

unsafe fn end<A: Class>(alg: *mut A) {
    // SAFETY: as the C caller says.
    unsafe { unregister(alg) };
}

/// All of them, or none.
pub(super) unsafe fn many<A: Class>(algs: *mut A, count: c_int) -> c_int
where
    Driver<A>: registry::Engine + 'static,
{
    let count = count.max(0) as usize;
    for at in 0..count {
        // SAFETY: the C caller's array.
        unsafe {
            if let Err(error) = register(algs.add(at)) {
                (0..at).rev().for_each(|done| unregister(algs.add(done)));
                return error.to_c();
            }
        }
    }
    0
}

pub(super) unsafe fn end_many<A: Class>(algs: *mut A, count: c_int) {
    // SAFETY: the C caller's array.
    (0..count.max(0) as usize).rev().for_each(|at| unsafe { unregister(algs.add(at)) });
}

/// The best algorithm of that name, or the one of that driver's name, whose flags are those of `kind` where `mask` has ones.
unsafe fn search(all: &[Known], name: &CStr, kind: u32, mask: u32) -> Option<*mut crypto_alg> {
    let name = name.to_string_lossy();
    let bases = all.iter().map(|known| (known, with_exposed_provenance_mut::<crypto_alg>(known.alg)));
    bases
        // SAFETY: registered.
        .filter(|(_, base)| unsafe { ((**base).cra_flags ^ kind) & mask } == 0)
        .filter(|(known, _)| known.shown.info().name == name || known.shown.info().driver == name)
        .max_by_key(|(known, _)| (known.shown.info().driver == name, known.shown.info().priority))
        .map(|(_, base)| base)
}

/// Takes an algorithm, for one more user.
pub(super) unsafe fn get<A: Class>(name: *const c_char, kind: u32, mask: u32) -> Result<*mut crypto_alg> {
    if name.is_null() {
        return Err(Errno::ENOENT);
    }
    let all = ALL.lock();
    let types = bindings::CRYPTO_ALG_TYPE_MASK;
    // SAFETY: the C caller's name; registered algorithms.
    unsafe {
        let found = search(&all, CStr::from_ptr(name), kind & !types | A::TYPE, mask | types).ok_or(Errno::ENOENT)?;
        (*found).cra_refcnt.refs.counter += 1;
        Ok(found)
    }
}

/// Takes a registered algorithm, for one more user, by its address.
pub(super) unsafe fn get_exact(base: *mut crypto_alg) -> Result<()> {
    let all = ALL.lock();
    if !all.iter().any(|known| known.alg == base.addr()) {
        return Err(Errno::ENOENT);
    }
    // SAFETY: registered.
    unsafe { (*base).cra_refcnt.refs.counter += 1 };
    Ok(())
}

/// Gives an algorithm back.
pub(super) unsafe fn put(base: *mut crypto_alg) {
    let _all = ALL.lock();
    // SAFETY: of `get`.
    unsafe { (*base).cra_refcnt.refs.counter -= 1 };
}

pub(super) unsafe fn has(name: *const c_char, kind: u32, mask: u32) -> c_int {
    // SAFETY: the C caller's name; registered algorithms.
    (!name.is_null() && unsafe { search(&ALL.lock(), CStr::from_ptr(name), kind, mask) }.is_some()).into()
}
