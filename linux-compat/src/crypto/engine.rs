// SPDX-License-Identifier: GPL-2.0-only
//! Engines: requests wait in a queue, and a driver's device gets one after the other.

use super::alg::{self, base_of, whole_of};
use super::queue;
use super::user::Driver;
use crate::bindings::{
    self, aead_alg, aead_engine_alg, aead_request, ahash_alg, ahash_engine_alg, ahash_request, crypto_async_request,
    crypto_engine, crypto_engine_op, crypto_queue, device, skcipher_alg, skcipher_engine_alg, skcipher_request,
};
use crate::context::Guarded;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ffi::{c_int, c_void};
use core::ptr::{eq, null_mut, with_exposed_provenance_mut};
use io::crypto::Engine as Registered;
use kernel::sync::{Once, SpinLock};
use kernel::work::{self, Work};

crate::exports! {
    family "crypto";
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_alloc_init(dev: *mut device, rt: bool) -> *mut crypto_engine = new;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_alloc_init_and_set(dev: *mut device, retry: bool, batch: Batch, rt: bool, qlen: c_int) -> *mut crypto_engine = new_with;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_start(engine: *mut crypto_engine) -> c_int = start;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_stop(engine: *mut crypto_engine) -> c_int = stop;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_exit(engine: *mut crypto_engine) -> () = exit;
    [any, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_transfer_skcipher_request_to_engine(engine: *mut crypto_engine, req: *mut skcipher_request) -> c_int = transfer_skcipher;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_transfer_hash_request_to_engine(engine: *mut crypto_engine, req: *mut ahash_request) -> c_int = transfer_hash;
    [any, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_transfer_aead_request_to_engine(engine: *mut crypto_engine, req: *mut aead_request) -> c_int = transfer_aead;
    [any, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_finalize_skcipher_request(engine: *mut crypto_engine, req: *mut skcipher_request, err: c_int) -> () = finalize_skcipher;
    [any, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_finalize_hash_request(engine: *mut crypto_engine, req: *mut ahash_request, err: c_int) -> () = finalize_hash;
    [any, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_finalize_aead_request(engine: *mut crypto_engine, req: *mut aead_request, err: c_int) -> () = finalize_aead;
    [sleeps, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_engine_register_skcipher(alg: *mut skcipher_engine_alg) -> c_int = one::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::requests_wait_their_turn"]
    fn crypto_engine_unregister_skcipher(alg: *mut skcipher_engine_alg) -> () = end::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_register_skciphers(algs: *mut skcipher_engine_alg, count: c_int) -> c_int = many::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_unregister_skciphers(algs: *mut skcipher_engine_alg, count: c_int) -> () = end_many::<skcipher_alg>;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_register_ahash(alg: *mut ahash_engine_alg) -> c_int = one::<ahash_alg>;
    [sleeps, supported, "crypto::tests::a_hash_by_its_engine"]
    fn crypto_engine_unregister_ahash(alg: *mut ahash_engine_alg) -> () = end::<ahash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_register_ahashes(algs: *mut ahash_engine_alg, count: c_int) -> c_int = many::<ahash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_unregister_ahashes(algs: *mut ahash_engine_alg, count: c_int) -> () = end_many::<ahash_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_register_aead(alg: *mut aead_engine_alg) -> c_int = one::<aead_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_unregister_aead(alg: *mut aead_engine_alg) -> () = end::<aead_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_register_aeads(algs: *mut aead_engine_alg, count: c_int) -> c_int = many::<aead_alg>;
    [sleeps, supported, "crypto::tests::all_or_none_are_registered"]
    fn crypto_engine_unregister_aeads(algs: *mut aead_engine_alg, count: c_int) -> () = end_many::<aead_alg>;
}

type Batch = Option<unsafe extern "C" fn(*mut crypto_engine) -> c_int>;

/// In `cra_flags`: the algorithm has a function for its engine behind it. Linux's private flag of that number.
const HAS_OP: u32 = 0x200;
/// How many requests wait at most, unless the driver says otherwise.
const USUAL: c_int = 10;

/// What is guarded by the engine's lock.
struct State {
    queue: crypto_queue,
    running: bool,
    /// The request that the device has, where it takes one at a time.
    current: *mut crypto_async_request,
}

// SAFETY: the pointers are those of requests, which stay until they are complete.
unsafe impl Send for State {}

/// What C knows as `struct crypto_engine`.
struct Engine {
    dev: *mut device,
    /// The device takes as many as it can, and says `-ENOSPC`.
    retry: bool,
    batch: Batch,
    state: SpinLock<State>,
    pump: Once<Arc<Work>>,
}

/// The engine behind C's pointer.
unsafe fn engine_of<'a>(engine: *mut crypto_engine) -> &'a Engine {
    // SAFETY: the C caller's engine, of `new_with`.
    unsafe { &*engine.cast::<Engine>() }
}

pub(super) unsafe fn new(dev: *mut device, rt: bool) -> *mut crypto_engine {
    // SAFETY: as the C caller says.
    unsafe { new_with(dev, false, None, rt, USUAL) }
}

/// It goes with its device. (`rt`: all engines have the priority of drivers' work.)
pub(super) unsafe fn new_with(dev: *mut device, retry: bool, batch: Batch, _rt: bool, most: c_int) -> *mut crypto_engine {
    if dev.is_null() {
        return null_mut();
    }
    // SAFETY: all fields may be zero; the queue stays where it is in the allocation.
    unsafe {
        let state = SpinLock::new(State { queue: core::mem::zeroed(), running: false, current: null_mut() });
        let made = Box::into_raw(Box::new(Engine { dev, retry, batch, state, pump: Once::new() }));
        queue::init(&raw mut (*made).state.lock().queue, most.max(0) as u32);
        let address = made.expose_provenance();
        (*made).pump.call_once(|| Work::new(move || pump(with_exposed_provenance_mut(address))));
        let release = move || {
            let engine = Box::from_raw(with_exposed_provenance_mut::<Engine>(address));
            if let Some(pump) = engine.pump.get() {
                pump.cancel();
            }
        };
        match devres::add(dev, Key("crypto_engine", address), release) {
            Ok(()) => made.cast(),
            Err(_) => null_mut(),
        }
    }
}

impl Engine {
    fn kick(&self) {
        if let Some(pump) = self.pump.get() {
            work::system().submit(pump);
        }
    }

    /// The next request for the device, and one whose user may go on since it is not in the backlog any more.
    fn next(&self) -> Option<(*mut crypto_async_request, *mut crypto_async_request)> {
        let mut state = self.state.lock();
        if !state.running || !state.current.is_null() {
            return None;
        }
        let waiting = &raw mut state.queue;
        // SAFETY: the engine's queue, under its lock.
        let (told, request) = unsafe { (queue::backlog(waiting), queue::dequeue(waiting)) };
        if request.is_null() {
            return None;
        }
        if !self.retry {
            state.current = request;
        }
        Some((request, told))
    }

    /// The device does not have it any more.
    fn leave(&self, request: *mut crypto_async_request) {
        let mut state = self.state.lock();
        if eq(state.current, request) {
            state.current = null_mut();
        }
    }
}

/// Tells a request's user.
unsafe fn tell(request: *mut crypto_async_request, error: c_int) {
    // SAFETY: a request whose user waits for this.
    unsafe {
        if let Some(complete) = (*request).complete {
            complete((*request).data, error);
        }
    }
}

/// The driver's function for requests of an algorithm.
unsafe fn op_of(request: *mut crypto_async_request) -> Option<unsafe extern "C" fn(*mut crypto_engine, *mut c_void) -> c_int> {
    // SAFETY: a request with an algorithm; the flag says that there is more behind it.
    unsafe {
        let base = (*(*request).tfm).__crt_alg;
        let flags = (*base).cra_flags;
        if flags & HAS_OP == 0 {
            return None;
        }
        let op: &crypto_engine_op = match flags & bindings::CRYPTO_ALG_TYPE_MASK {
            bindings::CRYPTO_ALG_TYPE_SKCIPHER => &(*whole_of::<skcipher_alg>(base).cast::<skcipher_engine_alg>()).op,
            bindings::CRYPTO_ALG_TYPE_AHASH => &(*whole_of::<ahash_alg>(base).cast::<ahash_engine_alg>()).op,
            bindings::CRYPTO_ALG_TYPE_AEAD => &(*whole_of::<aead_alg>(base).cast::<aead_engine_alg>()).op,
            _ => return None,
        };
        op.do_one_request
    }
}

/// Gives the device what waits. The system's work queue.
unsafe fn pump(engine: *mut crypto_engine) {
    // SAFETY: an engine that cancels this before it goes; its requests, and the driver's functions.
    unsafe {
        let me = engine_of(engine);
        while let Some((request, told)) = me.next() {
            if !told.is_null() {
                tell(told, Errno::EINPROGRESS.to_c());
            }
            let result = match op_of(request) {
                Some(op) => op.guarded(me.dev, (engine, request.cast())),
                None => Errno::EINVAL.to_c(),
            };
            if me.retry && result == Errno::ENOSPC.to_c() {
                queue::enqueue_head(&raw mut me.state.lock().queue, request);
                break;
            }
            if result < 0 {
                me.leave(request);
                tell(request, result);
            }
        }
        if let Some(batch) = me.batch {
            let result = batch.guarded(me.dev, (engine,));
            if result < 0 {
                log::error!(target: "linux", "crypto: a batch of requests failed with error {}", -result);
            }
        }
    }
}

pub(super) unsafe fn transfer(engine: *mut crypto_engine, request: *mut crypto_async_request) -> c_int {
    // SAFETY: the C caller's engine and request.
    unsafe {
        let me = engine_of(engine);
        let mut state = me.state.lock();
        if !state.running {
            return Errno::ESHUTDOWN.to_c();
        }
        let result = queue::enqueue(&raw mut state.queue, request);
        drop(state);
        me.kick();
        result
    }
}

pub(super) unsafe fn finalize(engine: *mut crypto_engine, request: *mut crypto_async_request, error: c_int) {
    // SAFETY: the C caller's engine and request, which its device has done.
    unsafe {
        let me = engine_of(engine);
        me.leave(request);
        tell(request, error);
        me.kick();
    }
}

macro_rules! requests {
    ($($request:ty: $transfer:ident $finalize:ident;)*) => { $(
        unsafe fn $transfer(engine: *mut crypto_engine, req: *mut $request) -> c_int {
            // SAFETY: as the C caller says.
            unsafe { transfer(engine, &raw mut (*req).base) }
        }
        unsafe fn $finalize(engine: *mut crypto_engine, req: *mut $request, err: c_int) {
            // SAFETY: as the C caller says.
            unsafe { finalize(engine, &raw mut (*req).base, err) }
        }
    )* };
}

requests! {
    skcipher_request: transfer_skcipher finalize_skcipher;
    ahash_request: transfer_hash finalize_hash;
    aead_request: transfer_aead finalize_aead;
}

pub(super) unsafe fn start(engine: *mut crypto_engine) -> c_int {
    // SAFETY: the C caller's engine.
    let me = unsafe { engine_of(engine) };
    let mut state = me.state.lock();
    if state.running || !state.current.is_null() {
        return Errno::EBUSY.to_c();
    }
    state.running = true;
    drop(state);
    me.kick();
    0
}

/// Waits up to ten seconds for what is under way.
pub(super) unsafe fn stop(engine: *mut crypto_engine) -> c_int {
    // SAFETY: the C caller's engine.
    let me = unsafe { engine_of(engine) };
    for _ in 0..500 {
        {
            let mut state = me.state.lock();
            if state.queue.qlen == 0 && state.current.is_null() {
                state.running = false;
                return 0;
            }
        }
        kernel::sched::sleep_ns(20 * kernel::time::NS_PER_MS);
    }
    log::warn!(target: "linux", "crypto: an engine is to stop, and has requests still");
    Errno::EBUSY.to_c()
}

pub(super) unsafe fn exit(engine: *mut crypto_engine) {
    // SAFETY: the C caller's engine, which its device frees.
    unsafe {
        if stop(engine) == 0
            && let Some(pump) = engine_of(engine).pump.get()
        {
            pump.cancel();
        }
    }
}

/// Algorithms with a function for their engine behind them.
pub(super) trait WithEngine: alg::Class {
    /// The two together.
    type Whole;
    /// The function.
    unsafe fn op(whole: *mut Self::Whole) -> crypto_engine_op;
}

macro_rules! with_engine {
    ($($alg:ty: $whole:ty;)*) => { $(
        impl WithEngine for $alg {
            type Whole = $whole;
            unsafe fn op(whole: *mut $whole) -> crypto_engine_op {
                // SAFETY: the caller's.
                unsafe { (*whole).op }
            }
        }
    )* };
}

with_engine! {
    skcipher_alg: skcipher_engine_alg;
    ahash_alg: ahash_engine_alg;
    aead_alg: aead_engine_alg;
}

pub(super) unsafe fn register<A: WithEngine>(whole: *mut A::Whole) -> Result<()>
where
    Driver<A>: Registered + 'static,
{
    // SAFETY: the C caller's algorithm, whose first field is that without the engine.
    unsafe {
        if whole.is_null() || A::op(whole).do_one_request.is_none() {
            return Err(Errno::EINVAL);
        }
        (*base_of(whole.cast::<A>())).cra_flags |= HAS_OP;
        alg::register(whole.cast::<A>())
    }
}

unsafe fn one<A: WithEngine>(whole: *mut A::Whole) -> c_int
where
    Driver<A>: Registered + 'static,
{
    // SAFETY: as the C caller says.
    to_c(unsafe { register::<A>(whole) })
}

unsafe fn end<A: WithEngine>(whole: *mut A::Whole) {
    // SAFETY: as the C caller says.
    unsafe { alg::unregister(whole.cast::<A>()) };
}

/// All of them, or none.
pub(super) unsafe fn many<A: WithEngine>(algs: *mut A::Whole, count: c_int) -> c_int
where
    Driver<A>: Registered + 'static,
{
    for at in 0..count.max(0) as usize {
        // SAFETY: the C caller's array.
        unsafe {
            if let Err(error) = register::<A>(algs.add(at)) {
                (0..at).rev().for_each(|done| end::<A>(algs.add(done)));
                return error.to_c();
            }
        }
    }
    0
}

pub(super) unsafe fn end_many<A: WithEngine>(algs: *mut A::Whole, count: c_int) {
    // SAFETY: the C caller's array.
    (0..count.max(0) as usize).rev().for_each(|at| unsafe { end::<A>(algs.add(at)) });
}
