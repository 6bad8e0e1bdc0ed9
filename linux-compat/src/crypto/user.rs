// SPDX-License-Identifier: GPL-2.0-only
//! Rust code as a user of a driver's algorithm: a handle, a request, a buffer for the device, and waiting.

use super::alg::{self, base_of};
use super::tfm::{self, Held, create, destroy, tfm_of};
use super::hash;
use crate::bindings::{
    ahash_alg, ahash_request, aead_alg, crypto_async_request, crypto_shash, rng_alg, scatterlist, shash_alg, shash_desc,
    skcipher_alg, skcipher_request,
};
use crate::context::Guarded;
use crate::errno::{Errno, Result};
use crate::scatterlist::fill;
use crate::slab::{self, GFP_KERNEL, GFP_ZERO};
use alloc::sync::Arc;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::{null, null_mut};
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::{Acquire, Release};
use io::Fault;
use io::crypto::{Cipher, Engine};
use kernel::mm::segment::Buffer;
use kernel::sync::Completion;

/// How long a device may take for a request, in nanoseconds.
const PATIENCE: u64 = 10 * kernel::time::NS_PER_SEC;

/// A driver's algorithm.
pub(super) struct Driver<A>(pub *mut A);

// SAFETY: the pointer is that of an algorithm that stays as long as it is registered; drivers expect any number of users.
unsafe impl<A> Send for Driver<A> {}
// SAFETY: as above.
unsafe impl<A> Sync for Driver<A> {}

/// Whoever waits for a request.
struct Waiter {
    done: Completion,
    error: AtomicI32,
}

unsafe extern "C" fn ended(data: *mut c_void, error: c_int) {
    // It has only left the backlog.
    if error == Errno::EINPROGRESS.to_c() {
        return;
    }
    // SAFETY: the reference of `Waiting::new`, given back once: a request ends once.
    let waiter = unsafe { Arc::from_raw(data.cast_const().cast::<Waiter>()) };
    waiter.error.store(error, Release);
    waiter.done.complete();
}

/// A request's memory: of the driver's size, and freed unless the device may still use it.
struct Request {
    at: *mut c_void,
    waiter: Arc<Waiter>,
}

impl Request {
    fn new(size: usize) -> Result<Self, Fault> {
        let at = slab::kmalloc(size, GFP_KERNEL | GFP_ZERO);
        if at.is_null() {
            return Err(Fault::NoMemory);
        }
        Ok(Request { at, waiter: Arc::new(Waiter { done: Completion::new(), error: AtomicI32::new(0) }) })
    }

    /// Has the end of the request told to this one.
    unsafe fn prepare(&self, base: *mut crypto_async_request, tfm: *mut crate::bindings::crypto_tfm) {
        // SAFETY: the request's own part.
        unsafe {
            (*base).tfm = tfm;
            (*base).complete = Some(ended);
            (*base).data = Arc::into_raw(Arc::clone(&self.waiter)).cast_mut().cast();
            (*base).flags = crate::bindings::CRYPTO_TFM_REQ_MAY_SLEEP | crate::bindings::CRYPTO_TFM_REQ_MAY_BACKLOG;
        }
    }

    /// Waits for the end of a request that was started with that result; `None`: it does not come.
    fn wait(&self, started: c_int) -> Option<Result<(), Fault>> {
        let error = if started == Errno::EINPROGRESS.to_c() || started == Errno::EBUSY.to_c() {
            if !self.waiter.done.wait_timeout(PATIENCE) {
                return None;
            }
            self.waiter.error.load(Acquire)
        } else {
            // SAFETY: of `prepare`; the driver has not kept the request.
            unsafe { drop(Arc::from_raw(Arc::as_ptr(&self.waiter))) };
            started
        };
        Some(Errno::check(error).map(drop).map_err(Fault::from))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        // SAFETY: of `new`; nobody uses it any more.
        unsafe { slab::kfree(self.at) };
    }
}

/// A handle that goes when this does.
struct Handle<A: Held>(*mut A::Handle);

impl<A: Held> Handle<A> {
    unsafe fn new(alg: *mut A) -> Result<Self, Fault> {
        // SAFETY: registered, or `get_exact` refuses.
        unsafe {
            alg::get_exact(base_of(alg))?;
            Ok(Handle(create::<A>(base_of(alg))?))
        }
    }

    fn tfm(&self) -> *mut crate::bindings::crypto_tfm {
        // SAFETY: a handle of that kind.
        unsafe { tfm_of::<A>(self.0) }
    }
}

impl<A: Held> Drop for Handle<A> {
    fn drop(&mut self) {
        // SAFETY: of `create`.
        unsafe { destroy(self.0.cast(), self.tfm()) };
    }
}

/// A buffer, and a list with that one entry, which a device reads or writes.
struct Data {
    buffer: Buffer,
    list: *mut scatterlist,
}

impl Data {
    fn new(bytes: &[u8]) -> Result<Self, Fault> {
        let buffer = Buffer::new(bytes.len()).map_err(|_| Fault::NoMemory)?;
        buffer.write(0, bytes);
        let list: *mut scatterlist = slab::kmalloc(size_of::<scatterlist>(), GFP_KERNEL | GFP_ZERO).cast();
        if list.is_null() {
            return Err(Fault::NoMemory);
        }
        // SAFETY: new, of that size.
        fill(core::slice::from_mut(unsafe { &mut *list }), &[buffer.segment(0, bytes.len())]);
        Ok(Data { buffer, list })
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        // SAFETY: of `new`.
        unsafe { slab::kfree(self.list.cast()) };
    }
}

/// What the device may still use is never freed.
fn lost(what: impl Sized) -> Fault {
    core::mem::forget(what);
    log::error!(target: "linux", "crypto: a device does not answer a request; its memory is lost");
    Fault::TimedOut
}

fn code(result: c_int) -> Result<(), Fault> {
    Errno::check(result).map(drop).map_err(Fault::from)
}

impl Engine for Driver<skcipher_alg> {
    fn cipher(&self, job: &mut Cipher<'_>) -> Result<(), Fault> {
        // SAFETY: a registered algorithm; the handle, the request and its data stay until it is over, or for ever.
        unsafe {
            let handle = Handle::new(self.0)?;
            code(tfm::skcipher_setkey(handle.0, job.key.as_ptr(), job.key.len() as c_uint))?;
            let request = Request::new(size_of::<skcipher_request>() + (*handle.0).reqsize as usize)?;
            let vector = Request::new(job.iv.len().max(1))?;
            vector.at.cast::<u8>().copy_from_nonoverlapping(job.iv.as_ptr(), job.iv.len());
            let data = Data::new(job.data)?;
            let req: *mut skcipher_request = request.at.cast();
            request.prepare(&raw mut (*req).base, handle.tfm());
            ((*req).src, (*req).dst) = (data.list, data.list);
            ((*req).cryptlen, (*req).iv) = (job.data.len() as c_uint, vector.at.cast());
            let started = if job.encrypt { tfm::skcipher_encrypt(req) } else { tfm::skcipher_decrypt(req) };
            let Some(result) = request.wait(started) else { return Err(lost((handle, request, vector, data))) };
            result?;
            data.buffer.read(0, job.data);
            job.iv.as_mut_ptr().copy_from_nonoverlapping(vector.at.cast(), job.iv.len());
            Ok(())
        }
    }
}

impl Engine for Driver<ahash_alg> {
    fn digest(&self, key: Option<&[u8]>, bytes: &[u8], to: &mut [u8]) -> Result<(), Fault> {
        // SAFETY: as above.
        unsafe {
            let handle = Handle::new(self.0)?;
            if let Some(key) = key {
                code(hash::set_key(handle.0, key.as_ptr(), key.len() as c_uint))?;
            }
            let request = Request::new(size_of::<ahash_request>() + (*handle.0).reqsize as usize)?;
            let result = Request::new(to.len().max(1))?;
            let data = Data::new(bytes)?;
            let req: *mut ahash_request = request.at.cast();
            request.prepare(&raw mut (*req).base, handle.tfm());
            ((*req).src, (*req).nbytes, (*req).result) = (data.list, bytes.len() as c_uint, result.at.cast());
            let started = hash::digest(req);
            let Some(outcome) = request.wait(started) else { return Err(lost((handle, request, result, data))) };
            outcome?;
            to.as_mut_ptr().copy_from_nonoverlapping(result.at.cast(), to.len());
            Ok(())
        }
    }
}

impl Engine for Driver<shash_alg> {
    fn digest(&self, key: Option<&[u8]>, bytes: &[u8], to: &mut [u8]) -> Result<(), Fault> {
        // SAFETY: a registered algorithm, whose functions are done when they return; its handle and state are made here.
        unsafe {
            let (alg, base) = (&*self.0, base_of(self.0));
            let size = size_of::<crypto_shash>() + (*base).cra_ctxsize as usize;
            let memory = Request::new(size)?;
            let handle: *mut crypto_shash = memory.at.cast();
            (*handle).descsize = alg.descsize;
            (*handle).base.__crt_alg = base;
            (*handle).base.refcnt.refs.counter = 1;
            code((*base).cra_init.map_or(0, |init| init.guarded(null(), (&raw mut (*handle).base,))))?;
            let result = match alg.init_tfm.map_or(0, |init| init.guarded(null(), (handle,))) {
                0 => {
                    let result = shash(alg, handle, key, bytes, to);
                    if let Some(exit) = alg.exit_tfm {
                        exit.guarded(null(), (handle,));
                    }
                    result
                }
                error => code(error),
            };
            if let Some(exit) = (*base).cra_exit {
                exit.guarded(null(), (&raw mut (*handle).base,));
            }
            result
        }
    }
}

/// Key, first state, data, digest.
unsafe fn shash(
    alg: &shash_alg,
    handle: *mut crypto_shash,
    key: Option<&[u8]>,
    bytes: &[u8],
    to: &mut [u8],
) -> Result<(), Fault> {
    // SAFETY: the caller's handle; the driver's functions.
    unsafe {
        if let Some(key) = key {
            let set = alg.setkey.ok_or(Fault::NotSupported)?;
            code(set.guarded(null(), (handle, key.as_ptr(), key.len() as c_uint)))?;
        }
        let state = Request::new(size_of::<shash_desc>() + (*handle).descsize as usize)?;
        let desc: *mut shash_desc = state.at.cast();
        (*desc).tfm = handle;
        let (Some(init), Some(update), Some(last)) = (alg.init, alg.update, alg.final_) else {
            return Err(Fault::NotSupported);
        };
        code(init.guarded(null(), (desc,)))?;
        code(update.guarded(null(), (desc, bytes.as_ptr(), bytes.len() as c_uint)))?;
        code(last.guarded(null(), (desc, to.as_mut_ptr())))
    }
}

impl Engine for Driver<rng_alg> {
    fn random(&self, to: &mut [u8]) -> Result<(), Fault> {
        // SAFETY: a registered algorithm; its handle is made here.
        unsafe {
            let handle = Handle::new(self.0)?;
            let alg = &*self.0;
            if alg.seedsize > 0 {
                code(tfm::reset(handle.0, null(), alg.seedsize))?;
            }
            let generate = alg.generate.ok_or(Fault::NotSupported)?;
            code(generate.guarded(null(), (handle.0, null_mut(), 0, to.as_mut_ptr(), to.len() as c_uint)))
        }
    }
}

/// Only for users in C: nothing of the hypervisor needs it.
impl Engine for Driver<aead_alg> {}
