// SPDX-License-Identifier: GPL-2.0-only
//! Toy algorithms of a driver: a cipher that adds its key to each byte, hashes that add all bytes up.

use super::{alg, copy, engine, hash, queue, tfm};
use crate::bindings::{
    self, aead_alg, aead_request, ahash_alg, ahash_engine_alg, ahash_request, crypto_ahash, crypto_alg, crypto_async_request,
    crypto_engine, crypto_queue, crypto_rng, crypto_skcipher, crypto_tfm, rng_alg, scatter_walk, scatterlist, shash_alg,
    shash_desc, skcipher_alg, skcipher_engine_alg, skcipher_request,
};
use crate::errno::Errno;
use crate::scatterlist::{address, fill};
use crate::testing::{device_at, release_managed};
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::{self, null_mut};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, Ordering::SeqCst};
use io::Fault;
use io::crypto::{self as registry, Cipher, Kind};
use kernel::mm::segment::Buffer;
use std::sync::{Mutex, MutexGuard};

/// One registry for all tests.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// An algorithm for which zeroes are a start; it stays.
fn blank<T>() -> &'static mut T {
    // SAFETY: structures of C, for which zeroes are valid.
    Box::leak(Box::new(unsafe { core::mem::zeroed() }))
}

/// A request and what its driver has for it.
#[repr(C, align(64))]
struct RequestMemory([u64; 64]);

fn name(base: &mut crypto_alg, name: &CStr, driver: &CStr, priority: i32) {
    let write = |to: &mut [c_char], from: &CStr| to.iter_mut().zip(from.to_bytes()).for_each(|(t, f)| *t = *f as c_char);
    write(&mut base.cra_name, name);
    write(&mut base.cra_driver_name, driver);
    base.cra_priority = priority;
    base.cra_blocksize = 4;
    base.cra_ctxsize = 8;
    base.cra_refcnt.refs.counter = 0;
}

/// What the driver keeps of a key.
unsafe fn key_of<'a>(tfm: *mut crypto_tfm) -> &'a mut u8 {
    // SAFETY: the context lies behind what all handles have.
    unsafe { &mut *tfm.byte_add(size_of::<crypto_tfm>()).cast() }
}

unsafe extern "C" fn set_key(handle: *mut crypto_skcipher, key: *const u8, _: c_uint) -> c_int {
    // SAFETY: a handle of the toy, and a key of at least a byte.
    unsafe { *key_of(&raw mut (*handle).base) = *key };
    0
}

/// Adds to the bytes of a request.
unsafe fn shift(req: *mut skcipher_request, by: u8) -> c_int {
    // SAFETY: a request of a test or of `user`, with one list for both sides.
    unsafe {
        let mut bytes = vec![0u8; (*req).cryptlen as usize];
        copy::copy(bytes.as_mut_ptr().cast(), (*req).src, 0, (*req).cryptlen, 0);
        bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_add(by));
        copy::copy(bytes.as_mut_ptr().cast(), (*req).dst, 0, (*req).cryptlen, 1);
        if !(*req).iv.is_null() {
            *(*req).iv = (*req).iv.read().wrapping_add(1);
        }
    }
    0
}

unsafe extern "C" fn encrypt(req: *mut skcipher_request) -> c_int {
    // SAFETY: as above.
    unsafe { shift(req, *key_of((*req).base.tfm)) }
}

unsafe extern "C" fn decrypt(req: *mut skcipher_request) -> c_int {
    // SAFETY: as above.
    unsafe { shift(req, key_of((*req).base.tfm).wrapping_neg()) }
}

fn cipher(driver: &CStr, priority: i32) -> &'static mut skcipher_engine_alg {
    let whole: &'static mut skcipher_engine_alg = blank();
    let toy = &mut whole.base;
    // SAFETY: one view of the union.
    let common = unsafe { &mut toy.__bindgen_anon_1.co };
    name(&mut common.base, c"cbc(toy)", driver, priority);
    common.min_keysize = 1;
    common.max_keysize = 4;
    common.ivsize = 4;
    toy.setkey = Some(set_key);
    toy.encrypt = Some(encrypt);
    toy.decrypt = Some(decrypt);
    whole
}

/// Encrypts by the registry, as Rust code does.
fn run(name: &str, key: &[u8], iv: &mut [u8], data: &mut [u8], encrypt: bool) -> Result<(), Fault> {
    registry::find(name).ok_or(Fault::NoDevice)?.cipher(&mut Cipher { key, iv, data, encrypt })
}

#[test]
fn a_cipher_is_registered_and_used() {
    let _alone = alone();
    let (slow, fast) = (&mut cipher(c"toy-soft", 100).base, &mut cipher(c"toy-chip", 300).base);
    // SAFETY: the test's algorithms, names and keys.
    unsafe {
        let nothing: &mut skcipher_alg = blank();
        assert_eq!(alg::register(nothing), Err(Errno::EINVAL));
        assert_eq!((alg::register(slow), alg::register(fast)), (Ok(()), Ok(())));
        assert_eq!(alg::register(&mut cipher(c"toy-chip", 1).base), Err(Errno::EEXIST));
        let found = registry::find("cbc(toy)").unwrap();
        assert_eq!((found.info().driver.as_str(), found.info().block), ("toy-chip", 4));
        assert_eq!(found.info().kind, Kind::Cipher { keys: (1, 4), iv: 4 });
        let (mut data, mut iv) = (*b"abcdefgh", [1, 0, 0, 0]);
        assert_eq!(run("cbc(toy)", &[3], &mut iv, &mut data, true), Ok(()));
        assert_eq!((&data, iv), (b"defghijk", [2, 0, 0, 0]));
        assert_eq!(run("toy-soft", &[3], &mut iv, &mut data, false), Ok(()));
        assert_eq!((&data, iv), (b"abcdefgh", [3, 0, 0, 0]));
        assert_eq!(run("cbc(toy)", &[0; 5], &mut iv, &mut data, true), Err(Fault::Invalid));

        // As C does it.
        let handle = tfm::alloc::<skcipher_alg>(c"cbc(toy)".as_ptr(), 0, 0);
        let req: &mut skcipher_request = blank();
        req.base.tfm = &raw mut (*handle).base;
        assert_eq!(tfm::skcipher_encrypt(req), Errno::ENOKEY.to_c());
        assert_eq!(tfm::skcipher_setkey(handle, [0; 8].as_ptr(), 8), Errno::EINVAL.to_c());
        assert_eq!(tfm::skcipher_setkey(handle, [9].as_ptr(), 1), 0);
        assert_eq!((tfm::skcipher_encrypt(req), tfm::skcipher_decrypt(req)), (0, 0));
        assert_eq!(*key_of(&raw mut (*handle).base), 9);
        // Its driver cannot take it away meanwhile.
        alg::unregister::<skcipher_alg>(fast);
        assert!(registry::find("toy-chip").is_some());
        tfm::destroy(handle.cast(), &raw mut (*handle).base);
        let missing = tfm::alloc::<skcipher_alg>(c"ecb(toy)".as_ptr(), 0, 0);
        assert_eq!(missing, Errno::ENOENT.to_ptr());
        // None of ours does without a fallback that is not there, none is asynchronous.
        let asynchronous = bindings::CRYPTO_ALG_ASYNC;
        assert_eq!(tfm::alloc::<ahash_alg>(c"cbc(toy)".as_ptr(), 0, 0), Errno::ENOENT.to_ptr());
        assert_eq!(tfm::alloc::<skcipher_alg>(c"cbc(toy)".as_ptr(), asynchronous, asynchronous), Errno::ENOENT.to_ptr());
        tfm::destroy(missing.cast(), null_mut());
        alg::unregister::<skcipher_alg>(fast);
        assert_eq!(registry::find("cbc(toy)").unwrap().info().driver, "toy-soft");
        alg::unregister::<skcipher_alg>(slow);
        assert!(registry::list().is_empty());
        // One that is gone is not used, even if somebody has kept it.
        assert_eq!(found.cipher(&mut Cipher { key: &[1], iv: &mut iv, data: &mut data, encrypt: true }), Err(Errno::ENOENT.into()));
    }
}

/// The engine of the tests, and how many requests its device has at most, at once.
static ENGINE: AtomicPtr<crypto_engine> = AtomicPtr::new(null_mut());
static DONE: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn hand_over(req: *mut skcipher_request) -> c_int {
    // SAFETY: a request of the toy.
    unsafe { engine::transfer(ENGINE.load(SeqCst), &raw mut (*req).base) }
}

/// The request of its common part.
fn request_of(areq: *mut c_void) -> *mut skcipher_request {
    areq.wrapping_byte_sub(core::mem::offset_of!(skcipher_request, base)).cast()
}

unsafe extern "C" fn do_cipher(engine: *mut crypto_engine, areq: *mut c_void) -> c_int {
    // SAFETY: a request of the toy.
    unsafe {
        let req = request_of(areq);
        if (*req).cryptlen == 8 {
            // The device refuses it.
            return Errno::EIO.to_c();
        }
        shift(req, *key_of((*req).base.tfm));
        DONE.fetch_add(1, SeqCst);
        engine::finalize(engine, areq.cast(), 0);
    }
    0
}

#[test]
fn requests_wait_their_turn() {
    crate::machine::machine().run(|| {
        let _alone = alone();
        let dev = device_at("crypto-engine", None);
        let toy = cipher(c"toy-engine", 300);
        // SAFETY: the test's device, algorithm and requests.
        unsafe {
            let made = engine::new_with(dev, false, None, false, 1);
            ENGINE.store(made, SeqCst);
            toy.base.encrypt = Some(hand_over);
            assert_eq!(engine::register::<skcipher_alg>(toy), Err(Errno::EINVAL), "it has no function for its engine");
            toy.op.do_one_request = Some(do_cipher);
            assert_eq!(engine::register::<skcipher_alg>(toy), Ok(()));
            let (mut data, mut iv) = (*b"abcd", [0; 4]);
            assert_eq!(run("toy-engine", &[1], &mut iv, &mut data, true), Err(Errno::ESHUTDOWN.into()));
            assert_eq!((engine::start(made), engine::start(made)), (0, Errno::EBUSY.to_c()));
            for _ in 0..3 {
                assert_eq!(run("toy-engine", &[1], &mut iv, &mut data, true), Ok(()));
            }
            assert_eq!((&data, iv, DONE.load(SeqCst)), (b"defg", [3, 0, 0, 0], 3));
            assert_eq!(run("toy-engine", &[1], &mut iv, &mut [0; 8], true), Err(Fault::Io));
            assert_eq!(run("toy-engine", &[1], &mut iv, &mut data, true), Ok(()));
            assert_eq!(engine::stop(made), 0);
            assert_eq!(run("toy-engine", &[1], &mut iv, &mut data, true), Err(Errno::ESHUTDOWN.into()));
            engine::exit(made);
            alg::unregister::<skcipher_alg>(&mut toy.base);
            release_managed(dev);
        }
    });
}

/// The sum so far, behind the request.
unsafe fn sum_of<'a>(req: *mut ahash_request) -> &'a mut u8 {
    // SAFETY: the toy's requests have room for it.
    unsafe { &mut *req.byte_add(size_of::<ahash_request>()).cast() }
}

unsafe extern "C" fn hash_init(req: *mut ahash_request) -> c_int {
    // SAFETY: as above.
    unsafe { *sum_of(req) = 0 };
    0
}

unsafe extern "C" fn hash_update(req: *mut ahash_request) -> c_int {
    // SAFETY: as above; a list of that many bytes.
    unsafe {
        let mut bytes = vec![0u8; (*req).nbytes as usize];
        copy::copy(bytes.as_mut_ptr().cast(), (*req).src, 0, (*req).nbytes, 0);
        bytes.iter().for_each(|byte| *sum_of(req) = sum_of(req).wrapping_add(*byte));
    }
    0
}

unsafe extern "C" fn hash_final(req: *mut ahash_request) -> c_int {
    // SAFETY: as above; there is room for a digest of two bytes.
    unsafe { (*req).result.write_bytes(*sum_of(req), 2) };
    0
}

unsafe extern "C" fn hash_digest(req: *mut ahash_request) -> c_int {
    // SAFETY: as above.
    unsafe { engine::transfer(ENGINE.load(SeqCst), &raw mut (*req).base) }
}

unsafe extern "C" fn do_hash(engine: *mut crypto_engine, areq: *mut c_void) -> c_int {
    // A hash's common part is its first.
    let req: *mut ahash_request = areq.cast();
    // SAFETY: as above.
    unsafe {
        hash_init(req);
        hash_update(req);
        hash_final(req);
        engine::finalize(engine, areq.cast(), 0);
    }
    0
}

unsafe extern "C" fn hash_export(req: *mut ahash_request, out: *mut c_void) -> c_int {
    // SAFETY: as above.
    unsafe { *out.cast() = *sum_of(req) };
    0
}

unsafe extern "C" fn hash_import(req: *mut ahash_request, from: *const c_void) -> c_int {
    // SAFETY: as above.
    unsafe { *sum_of(req) = *from.cast() };
    0
}

unsafe extern "C" fn hash_begin(handle: *mut crypto_ahash) -> c_int {
    // SAFETY: a new handle of the toy.
    unsafe { (*handle).reqsize = 8 };
    0
}

#[test]
fn a_hash_by_its_engine() {
    crate::machine::machine().run(|| {
        let _alone = alone();
        let dev = device_at("crypto-hash", None);
        let toy: &'static mut ahash_engine_alg = blank();
        let sum = &mut toy.base;
        name(&mut sum.halg.base, c"sum", c"sum-chip", 300);
        sum.init = Some(hash_init);
        sum.update = Some(hash_update);
        sum.final_ = Some(hash_final);
        sum.digest = Some(hash_digest);
        sum.export = Some(hash_export);
        sum.import = Some(hash_import);
        sum.init_tfm = Some(hash_begin);
        sum.halg.digestsize = 2;
        sum.halg.statesize = 0;
        toy.op.do_one_request = Some(do_hash);
        // SAFETY: the test's device, algorithm and requests.
        unsafe {
            assert_eq!(engine::register::<ahash_alg>(toy), Err(Errno::EINVAL), "it has no size of its state");
            toy.base.halg.statesize = 1;
            assert_eq!(engine::register::<ahash_alg>(toy), Ok(()));
            let made = engine::new(dev, true);
            ENGINE.store(made, SeqCst);
            assert_eq!(engine::start(made), 0);
            assert_eq!(registry::find("sum").unwrap().digest(None, &[1, 2, 250]), Ok(vec![253, 253]));
            assert_eq!(registry::find("sum").unwrap().digest(Some(&[1]), &[1]), Err(Errno::ENOSYS.into()));
            // By steps, as C does it.
            let handle = tfm::alloc::<ahash_alg>(c"sum".as_ptr(), 0, 0);
            let memory: &mut RequestMemory = blank();
            let req: *mut ahash_request = core::ptr::from_mut(memory).cast();
            let (buffer, mut digest) = (Buffer::new(4).unwrap(), [0u8; 2]);
            buffer.write(0, &[5, 6]);
            let mut list: scatterlist = core::mem::zeroed();
            fill(core::slice::from_mut(&mut list), &[buffer.segment(0, 2)]);
            (*req).base.tfm = &raw mut (*handle).base;
            ((*req).src, (*req).nbytes, (*req).result) = (&raw mut list, 2, digest.as_mut_ptr());
            assert_eq!((hash::init(req), hash::update(req), hash::update(req)), (0, 0, 0));
            let mut state = 0u8;
            assert_eq!(hash::export(req, (&raw mut state).cast()), 0);
            assert_eq!((state, hash::import(req, (&raw const state).cast())), (22, 0));
            assert_eq!((hash::last(req), digest, hash::finish_up(req)), (0, [22, 22], Errno::ENOSYS.to_c()));
            tfm::destroy(handle.cast(), &raw mut (*handle).base);
            engine::exit(made);
            alg::unregister::<ahash_alg>(&mut toy.base);
            release_managed(dev);
        }
        assert!(registry::list().is_empty());
    });
}

unsafe fn state<'a>(desc: *mut shash_desc) -> &'a mut u8 {
    // SAFETY: the toy's state lies behind the description.
    unsafe { &mut *desc.byte_add(size_of::<shash_desc>()).cast() }
}

unsafe extern "C" fn sh_init(desc: *mut shash_desc) -> c_int {
    // SAFETY: as above.
    unsafe { *state(desc) = 1 };
    0
}

unsafe extern "C" fn sh_update(desc: *mut shash_desc, data: *const u8, len: c_uint) -> c_int {
    // SAFETY: as above, and `len` bytes.
    let bytes = unsafe { core::slice::from_raw_parts(data, len as usize) };
    // SAFETY: as above.
    bytes.iter().for_each(|byte| unsafe { *state(desc) = state(desc).wrapping_mul(*byte) });
    0
}

unsafe extern "C" fn sh_final(desc: *mut shash_desc, out: *mut u8) -> c_int {
    // SAFETY: as above, and room for a byte.
    unsafe { *out = *state(desc) };
    0
}

static SEED: AtomicI32 = AtomicI32::new(-1);

unsafe extern "C" fn seed(_: *mut crypto_rng, bytes: *const u8, len: c_uint) -> c_int {
    // SAFETY: `len` bytes.
    let sum: i32 = unsafe { core::slice::from_raw_parts(bytes, len as usize) }.iter().map(|b| i32::from(*b)).sum();
    SEED.store(sum, SeqCst);
    0
}

unsafe extern "C" fn generate(_: *mut crypto_rng, _: *const u8, _: c_uint, to: *mut u8, len: c_uint) -> c_int {
    // SAFETY: room for `len` bytes.
    unsafe { to.write_bytes(42, len as usize) };
    0
}

fn random(driver: &CStr) -> &'static mut rng_alg {
    let toy: &'static mut rng_alg = blank();
    name(&mut toy.base, c"stdrng", driver, 300);
    toy.generate = Some(generate);
    toy.seed = Some(seed);
    toy.seedsize = 64;
    toy
}

#[test]
fn hashes_of_memory_and_random_numbers() {
    let _alone = alone();
    let product: &'static mut shash_alg = blank();
    // SAFETY: one view of the union.
    let common = unsafe { &mut product.__bindgen_anon_1.halg };
    name(&mut common.base, c"product", c"product-chip", 1);
    common.digestsize = 1;
    product.init = Some(sh_init);
    product.update = Some(sh_update);
    product.final_ = Some(sh_final);
    product.descsize = 1;
    let toy = random(c"toy-rng");
    // SAFETY: the test's algorithms.
    unsafe {
        assert_eq!((alg::register(product), alg::register(toy)), (Ok(()), Ok(())));
        assert_eq!(registry::find("product").unwrap().digest(None, &[2, 3, 7]), Ok(vec![42]));
        let mut bytes = [0; 3];
        assert_eq!(registry::find("stdrng").unwrap().random(&mut bytes), Ok(()));
        assert!(bytes == [42; 3] && SEED.load(SeqCst) > 0);
        let handle = tfm::alloc::<rng_alg>(c"stdrng".as_ptr(), 0, 0);
        assert_eq!((tfm::reset(handle, [1, 2].as_ptr(), 2), SEED.load(SeqCst)), (0, 3));
        tfm::destroy(handle.cast(), &raw mut (*handle).base);
        alg::unregister::<shash_alg>(product);
        alg::unregister::<rng_alg>(toy);
    }
    assert!(registry::list().is_empty());
}

unsafe extern "C" fn aead_key(_: *mut bindings::crypto_aead, key: *const u8, _: c_uint) -> c_int {
    // SAFETY: a key of a byte.
    if unsafe { *key } == 0 { Errno::EINVAL.to_c() } else { 0 }
}

unsafe extern "C" fn aead_crypt(req: *mut aead_request) -> c_int {
    // SAFETY: a request of the test.
    unsafe { (*req).cryptlen as c_int }
}

#[test]
fn ciphers_that_authenticate() {
    let _alone = alone();
    let toy: &'static mut aead_alg = blank();
    name(&mut toy.base, c"gcm(toy)", c"gcm-toy-chip", 1);
    toy.setkey = Some(aead_key);
    toy.encrypt = Some(aead_crypt);
    toy.decrypt = Some(aead_crypt);
    toy.ivsize = 12;
    toy.maxauthsize = 16;
    // SAFETY: the test's algorithm, handle and request.
    unsafe {
        assert_eq!(alg::register(toy), Ok(()));
        assert_eq!(registry::find("gcm(toy)").unwrap().info().kind, Kind::Aead { iv: 12, tag: 16 });
        assert_eq!(run("gcm(toy)", &[1], &mut [0; 12], &mut [0; 4], true), Err(Fault::NotSupported));
        let handle = tfm::alloc::<aead_alg>(c"gcm(toy)".as_ptr(), 0, 0);
        assert_eq!((tfm::set_auth_size(handle, 17), tfm::set_auth_size(handle, 8)), (Errno::EINVAL.to_c(), 0));
        let req: &mut aead_request = blank();
        req.base.tfm = &raw mut (*handle).base;
        req.cryptlen = 7;
        assert_eq!(tfm::aead_encrypt(req), Errno::ENOKEY.to_c());
        assert_eq!(tfm::aead_setkey(handle, [0].as_ptr(), 1), Errno::EINVAL.to_c());
        assert_eq!(tfm::aead_setkey(handle, [1].as_ptr(), 1), 0);
        // Less than the tag cannot be decrypted.
        assert_eq!((tfm::aead_encrypt(req), tfm::aead_decrypt(req)), (7, Errno::EINVAL.to_c()));
        req.cryptlen = 8;
        assert_eq!(tfm::aead_decrypt(req), 8);
        tfm::destroy(handle.cast(), &raw mut (*handle).base);
        alg::unregister::<aead_alg>(toy);
    }
}

#[test]
fn all_or_none_are_registered() {
    let _alone = alone();
    // SAFETY: the test's algorithms, in arrays that stay.
    unsafe {
        let mut two = [ptr::read(random(c"rng-a")), ptr::read(random(c"rng-a"))];
        assert_eq!(alg::many(two.as_mut_ptr(), 2), Errno::EEXIST.to_c());
        assert!(registry::list().is_empty());
        two[1] = ptr::read(random(c"rng-b"));
        assert_eq!(alg::many(two.as_mut_ptr(), 2), 0);
        assert_eq!((registry::list().len(), alg::has(c"stdrng".as_ptr(), 0, 0), alg::has(c"none".as_ptr(), 0, 0)), (2, 1, 0));
        alg::end_many(two.as_mut_ptr(), 2);
        let mut two = [ptr::read(cipher(c"toy-a", 1)), ptr::read(cipher(c"toy-b", 1))];
        two[0].op.do_one_request = Some(do_cipher);
        assert_eq!(engine::many::<skcipher_alg>(two.as_mut_ptr(), 2), Errno::EINVAL.to_c());
        assert!(registry::list().is_empty());
        two[1].op.do_one_request = Some(do_cipher);
        assert_eq!((engine::many::<skcipher_alg>(two.as_mut_ptr(), 2), registry::list().len()), (0, 2));
        engine::end_many::<skcipher_alg>(two.as_mut_ptr(), 2);
    }
    assert!(registry::list().is_empty());
}

#[test]
fn queues_keep_order_and_bounds() {
    let list: &mut crypto_queue = blank();
    let mut requests: Vec<*mut crypto_async_request> = (0..4).map(|_| &raw mut *blank()).collect();
    let (going, full, later) = (Errno::EINPROGRESS.to_c(), Errno::ENOSPC.to_c(), Errno::EBUSY.to_c());
    // SAFETY: the test's queue and requests.
    unsafe {
        queue::init(list, 2);
        assert!(queue::dequeue(list).is_null());
        assert_eq!((queue::enqueue(list, requests[0]), queue::enqueue(list, requests[1])), (going, going));
        assert_eq!((queue::enqueue(list, requests[2]), queue::backlog(list)), (full, null_mut()));
        (*requests[2]).flags = bindings::CRYPTO_TFM_REQ_MAY_BACKLOG;
        assert_eq!((queue::enqueue(list, requests[2]), queue::backlog(list), list.qlen), (later, requests[2], 3));
        assert_eq!((queue::dequeue(list), queue::backlog(list)), (requests[0], null_mut()));
        queue::enqueue_head(list, requests[3]);
        assert_eq!([queue::dequeue(list), queue::dequeue(list), queue::dequeue(list)], [requests[3], requests[1], requests[2]]);
        assert_eq!((list.qlen, queue::dequeue(list)), (0, null_mut()));
    }
}

#[test]
fn lists_are_copied() {
    let buffer = Buffer::new(64).unwrap();
    // SAFETY: zeroes are valid; the list is filled below, from memory that stays.
    unsafe {
        let mut list: [scatterlist; 3] = core::mem::zeroed();
        fill(&mut list, &[buffer.segment(0, 3), buffer.segment(16, 5), buffer.segment(32, 4)]);
        let mut text = *b"0123456789ab";
        copy::copy(text.as_mut_ptr().cast(), list.as_mut_ptr(), 0, 12, 1);
        assert_eq!(core::slice::from_raw_parts(address(&list[1]).as_ptr::<u8>(), 5), b"34567");
        let mut some = [0u8; 6];
        copy::copy(some.as_mut_ptr().cast(), list.as_mut_ptr(), 4, 6, 0);
        assert_eq!(&some, b"456789");
        let mut walk = scatter_walk { sg: list.as_mut_ptr(), offset: list[0].offset };
        copy::copy_chunks(some.as_mut_ptr().cast(), &raw mut walk, 2, 0);
        copy::copy_chunks(some.as_mut_ptr().add(2).cast(), &raw mut walk, 4, 0);
        assert_eq!(&some, b"012345");
        // A list that is too short ends the copy.
        let mut more = [b'x'; 4];
        copy::copy(more.as_mut_ptr().cast(), list.as_mut_ptr(), 10, 4, 0);
        assert_eq!(&more, b"abxx");
    }
}

#[test]
fn small_things() {
    let mut counter = [0, 0xff, 0xff];
    // SAFETY: the test's bytes.
    unsafe {
        copy::increment(counter.as_mut_ptr(), 3);
        assert_eq!(counter, [1, 0, 0]);
        assert!(copy::is_weak([0x00; 8].as_ptr()) && copy::is_weak([0xff; 8].as_ptr()));
        assert!(copy::is_weak(0x1ffe_1ffe_0efe_0efe_u64.to_be_bytes().as_ptr()));
        assert!(!copy::is_weak(0x0123_4567_89ab_cdef_u64.to_be_bytes().as_ptr()));
        assert_eq!((&raw const copy::sha1_zero_message_hash).read()[..4], [0xda, 0x39, 0xa3, 0xee]);
        assert_eq!((&raw const copy::sha256_zero_message_hash).read()[28..], [0x78, 0x52, 0xb8, 0x55]);
    }
}
