// SPDX-License-Identifier: GPL-2.0-only
//! Calls into drivers: who is called as what, and what becomes of a call that fails.

use super::fault::{self, Fault};
use super::{Role, quarantine, watch};
use crate::bindings::device;
use crate::locking::held;
use core::ffi::{CStr, c_char, c_int, c_long, c_uint, c_ulong};
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::{from_ref, null, null_mut};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;
use kernel::irq::soft;
use kernel::{percpu, timer};

use arch::landing::{Entry, Landing};

/// A call into a driver, on the stack of whoever makes it.
pub(super) struct Call {
    pub role: Role,
    /// The driver, the device or the interrupt; may be null.
    pub name: *const c_char,
    pub function: usize,
    /// The device that it is made for; null where that is not known.
    pub device: *const device,
    /// The work item, timer or tasklet that it is made for; 0 for none.
    pub object: usize,
    pub before: *mut Call,
    /// Where to go on if it fails.
    pub landing: Landing,
    /// What its caller holds.
    pub held: Held,
}

/// Where the innermost call of this context is noted.
pub(super) fn slot() -> &'static AtomicPtr<()> {
    let block = percpu::this_block();
    if block.irq_depth.load(Relaxed) != 0 {
        return &block.extension;
    }
    crate::work::task::calls()
}

/// The innermost call of this context. It stays on the stack below whoever asks.
pub(super) fn innermost<'a>() -> Option<&'a Call> {
    // SAFETY: null, or a call that whoever asks is part of.
    unsafe { slot().load(Relaxed).cast::<Call>().as_ref() }
}

/// The call that this one is part of.
pub(super) fn outer(call: &Call) -> Option<&Call> {
    // SAFETY: outer calls stay as long as inner ones.
    unsafe { call.before.as_ref() }
}

/// What a context holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub preempt: u32,
    /// Interrupts, by the hypervisor: in the CPU.
    pub masked: bool,
    /// Interrupts, by a driver.
    pub soft: bool,
    /// C's spinlocks of this CPU.
    pub spinlocks: usize,
    /// C's mutexes of this task.
    pub mutexes: usize,
    /// The hypervisor's own mutexes.
    pub own: u32,
}

impl Held {
    pub fn now() -> Self {
        Held {
            preempt: percpu::this_block().preempt_count.load(Relaxed),
            masked: arch::irq::masked(),
            soft: soft::masked(),
            spinlocks: held::spinlocks(),
            mutexes: crate::work::task::mutexes(),
            own: kernel::sync::mutexes_held(),
        }
    }

    /// Debug builds: what the call left behind.
    fn compare(self, call: &Call) {
        let after = Held::now();
        if (after.preempt, after.masked, after.soft) != (self.preempt, self.masked, self.soft) {
            super::fail(format_args!(
                "{call} returns with {}",
                match (after.preempt > self.preempt, after.soft && !self.soft) {
                    (_, true) => "interrupts masked",
                    (true, _) => "a spinlock held or preemption disabled",
                    _ => "a lock released or interrupts opened that its caller holds",
                }
            ));
        }
        if after.mutexes > self.mutexes {
            log::error!(target: "linux", "{call} returns with {} mutexes held", after.mutexes - self.mutexes);
        }
    }

    /// After a call that failed: releases what it took, and has the rest as it was. Interrupts stay masked.
    fn recover(self) {
        // SAFETY: of the call that is over: nobody else releases them.
        unsafe { held::release_spinlocks(self.spinlocks) };
        soft::force(self.soft);
        percpu::this_block().preempt_count.store(self.preempt, Relaxed);
    }
}

/// What a call gives that failed.
pub trait OnFault {
    /// The error, where the type has one.
    const FAULT: Self;
}

macro_rules! on_fault {
    ($($type:ty = $value:expr;)*) => { $(impl OnFault for $type { const FAULT: Self = $value; })* };
}

on_fault! {
    () = ();
    bool = false;
    u8 = 0;
    u16 = 0;
    c_int = -(crate::bindings::EIO as c_int);
    c_uint = 0;
    c_long = -(crate::bindings::EIO as c_long);
    c_ulong = 0;
}

impl<T> OnFault for *mut T {
    const FAULT: Self = null_mut();
}

impl<T> OnFault for *const T {
    const FAULT: Self = null();
}

/// Calls into a driver: `f`, which is `function` of the driver or device `name` (null, or a string that stays). A call that
/// fails, or that is not made since its driver has failed before, gives `otherwise`. Debug builds report what it leaves behind:
/// a spinlock, masked interrupts, a mutex. Context: any.
pub fn run<T>(role: Role, name: *const c_char, function: usize, otherwise: T, f: impl FnOnce() -> T) -> T {
    run_for(null(), role, name, function, otherwise, f)
}

/// As [`run`], on behalf of a device. Debug builds note what its probe takes, until
/// [`settle`](super::ledger::settle). Context: any.
pub fn run_for<T>(
    device: *const device,
    role: Role,
    name: *const c_char,
    function: usize,
    otherwise: T,
    f: impl FnOnce() -> T,
) -> T {
    run_whose((device, 0), role, name, function, otherwise, f)
}

/// As [`run`], for a work item, a timer or a tasklet: if the call fails, the device that manages the memory in which
/// `object` lies is the one. Context: any.
pub(crate) fn run_object<T, R>(
    object: *const T,
    role: Role,
    function: usize,
    otherwise: R,
    f: impl FnOnce() -> R,
) -> R {
    run_whose((null(), object.addr()), role, null(), function, otherwise, f)
}

/// A call for a device or an object.
fn run_whose<T>(
    whose: (*const device, usize),
    role: Role,
    name: *const c_char,
    function: usize,
    otherwise: T,
    f: impl FnOnce() -> T,
) -> T {
    /// A closure and its result.
    struct Job<F, T>(Option<F>, Option<T>);

    unsafe fn work<F: FnOnce() -> T, T>(job: *mut ()) {
        // SAFETY: `run_whose`'s, below.
        let job = unsafe { &mut *job.cast::<Job<F, T>>() };
        job.1 = job.0.take().map(|f| f());
    }

    fn entry<F: FnOnce() -> T, T>(_: &Job<F, T>) -> Entry {
        work::<F, T>
    }

    let mut job = Job(Some(f), None);
    let entry = entry(&job);
    // SAFETY: the job is of the entry's type, and stays until the call is over.
    unsafe { enter(whose, role, name, function, entry, (&raw mut job).cast()) };
    job.1.unwrap_or(otherwise)
}

/// Makes a call; whether it came to its end.
unsafe fn enter(
    (device, object): (*const device, usize),
    role: Role,
    name: *const c_char,
    function: usize,
    entry: Entry,
    argument: *mut (),
) -> bool {
    let slot = slot();
    let mut call = Call {
        role,
        name,
        function,
        device,
        object,
        before: slot.load(Relaxed).cast(),
        landing: Landing::new(),
        held: Held::now(),
    };
    if quarantine::refuses(&call) {
        return false;
    }
    let landing = &raw mut call.landing;
    slot.store(from_ref(&call).cast_mut().cast(), Relaxed);
    watch::begin();
    let opened = Opened::for_call(&call);
    let inside = if cfg!(debug_assertions) { Held::now() } else { call.held };
    // SAFETY: the landing is left alone until the call is over; the caller's entry and argument.
    let failed = unsafe { arch::landing::catch(landing, entry, argument) };
    if failed {
        recover(&call);
    } else {
        if cfg!(debug_assertions) {
            inside.compare(&call);
        }
        opened.close(call.held);
    }
    slot.store(call.before.cast(), Relaxed);
    !failed
}

/// What was done so that the watch sees a call that is made with interrupts masked in the CPU: by a handler, or with one of
/// our spinlocks held. They are masked as by a driver instead, which lets in nothing but the timer.
struct Opened {
    opened: bool,
    /// The call is a handler's.
    hard: bool,
}

impl Opened {
    fn for_call(call: &Call) -> Self {
        // A CPU that panics wants no interrupt at all.
        let opened = cfg!(target_os = "none") && call.held.masked && kernel::log::panicking().is_none();
        let hard = opened && call.before.is_null() && super::hard_interrupt();
        if opened {
            soft::mask();
            if hard {
                watch::begin_hard();
            }
            arch::irq::unmask();
        }
        Opened { opened, hard }
    }

    /// The call has returned to a caller that held this.
    fn close(self, held: Held) {
        if self.opened {
            arch::irq::mask();
            if !held.soft {
                soft::unmask();
            }
        }
        if self.hard {
            timer::catch_up();
        }
    }
}

/// Where calls that failed go on, with interrupts masked.
#[cold]
fn recover(call: &Call) {
    let fault: Fault = fault::take();
    call.held.recover();
    slot().store(call.before.cast(), Relaxed);
    if !call.held.masked {
        arch::irq::unmask();
    }
    // SAFETY: of the call that is over.
    unsafe { crate::work::task::release_mutexes(call.held.mutexes) };
    quarantine::failed(call, &fault);
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {}", self.role)?;
        if !self.name.is_null() {
            // SAFETY: `run`'s caller promises a string that stays.
            let name = unsafe { CStr::from_ptr(self.name) };
            write!(f, " of {}", name.to_str().unwrap_or("?"))?;
        }
        match super::symbols::find(self.function as u64) {
            Some(symbol) => write!(f, " ({} [{}])", symbol.name(), symbol.driver),
            None => write!(f, " ({:#x})", self.function),
        }
    }
}

/// A value that fits a register: what C functions take and give.
pub trait Word: Copy {
    /// As a register has it.
    fn to_word(self) -> u64;
    /// From a register.
    fn from_word(word: u64) -> Self;
}

macro_rules! words {
    ($($type:ty),*) => { $(
        impl Word for $type {
            fn to_word(self) -> u64 {
                self as u64
            }
            fn from_word(word: u64) -> Self {
                word as Self
            }
        }
    )* };
}

words!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl Word for () {
    fn to_word(self) -> u64 {
        0
    }
    fn from_word(_: u64) {}
}

impl Word for bool {
    fn to_word(self) -> u64 {
        self.into()
    }
    fn from_word(word: u64) -> Self {
        word as u8 != 0
    }
}

impl<T> Word for *mut T {
    fn to_word(self) -> u64 {
        self.expose_provenance() as u64
    }
    fn from_word(word: u64) -> Self {
        core::ptr::with_exposed_provenance_mut(word as usize)
    }
}

impl<T> Word for *const T {
    fn to_word(self) -> u64 {
        self.expose_provenance() as u64
    }
    fn from_word(word: u64) -> Self {
        core::ptr::with_exposed_provenance(word as usize)
    }
}

/// Arguments that an operation has at most: with what else is handed over they fit the registers of a call.
const ARGUMENTS: usize = 6;

/// An argument; one that the function does not take may be anything.
type Register = MaybeUninit<u64>;

/// A function with its arguments in registers.
#[repr(C)]
struct Raw {
    function: usize,
    arguments: [Register; ARGUMENTS],
    result: u64,
}

unsafe fn call_raw(raw: *mut ()) {
    type Any = unsafe extern "C" fn(Register, Register, Register, Register, Register, Register) -> u64;
    // SAFETY: `operation`'s; registers that the function does not take are its own to change.
    unsafe {
        let raw = &mut *raw.cast::<Raw>();
        let function: Any = core::mem::transmute(raw.function);
        let [a, b, c, d, e, f] = raw.arguments;
        raw.result = function(a, b, c, d, e, f);
    }
}

/// What an operation gave, if it came to its end.
#[repr(C)]
struct Outcome {
    result: u64,
    done: bool,
}

/// Calls an operation of a driver. Its arguments come first: they are where the operation wants them, so that whoever calls
/// it has little more to do than to call the operation itself.
#[cfg_attr(not(target_os = "none"), expect(dead_code, reason = "host functions take their arguments as they like"))]
#[inline(never)]
unsafe extern "C" fn operation(
    a: Register,
    b: Register,
    c: Register,
    d: Register,
    e: Register,
    f: Register,
    function: usize,
    device: *const device,
) -> Outcome {
    let mut raw = Raw { function, arguments: [a, b, c, d, e, f], result: 0 };
    // SAFETY: the caller's function; `raw` stays until the call is over.
    let done = unsafe { enter((device, 0), Role::Operation, null(), function, call_raw, (&raw mut raw).cast()) };
    Outcome { result: raw.result, done }
}

/// Operations of drivers, called so that they may fail: `ops.enable.guarded(device, (hw,))`.
pub trait Guarded {
    /// What it takes: a tuple.
    type Arguments;
    /// What it gives.
    type Output: OnFault;

    /// Calls it on behalf of a device, null where that is not known; [`OnFault::FAULT`] if it fails, or is not called since the
    /// device's driver has failed. Context: as for the operation.
    ///
    /// # Safety
    /// As for the operation.
    unsafe fn guarded(self, device: *const device, arguments: Self::Arguments) -> Self::Output;
}

#[cfg(target_os = "none")]
macro_rules! no_argument {
    (_) => {
        Register::uninit()
    };
}

macro_rules! guarded {
    ($(($($name:ident $type:ident),*; $($none:tt)*);)*) => { $(
        impl<R: Word + OnFault, $($type: Word),*> Guarded for unsafe extern "C" fn($($type),*) -> R {
            type Arguments = ($($type,)*);
            type Output = R;
            #[inline]
            unsafe fn guarded(self, device: *const device, ($($name,)*): ($($type,)*)) -> R {
                #[cfg(target_os = "none")]
                {
                    // SAFETY: the caller's promise; all arguments fit registers.
                    let outcome = unsafe { operation($(Register::new($name.to_word()),)* $(no_argument!($none),)* self as usize, device) };
                    if outcome.done { R::from_word(outcome.result) } else { R::FAULT }
                }
                #[cfg(not(target_os = "none"))]
                // SAFETY: the caller's promise.
                run_for(device, Role::Operation, null(), self as usize, R::FAULT, || unsafe { self($($name),*) })
            }
        }
    )* };
}

guarded! {
    (; _ _ _ _ _ _);
    (a A; _ _ _ _ _);
    (a A, b B; _ _ _ _);
    (a A, b B, c C; _ _ _);
    (a A, b B, c C, d D; _ _);
    (a A, b B, c C, d D, e E; _);
    (a A, b B, c C, d D, e E, g G;);
}
