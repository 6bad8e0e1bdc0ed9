// SPDX-License-Identifier: GPL-2.0-only
//! Which context the calling code runs in, whose it is, and what it may do there.
//!
//! Whoever calls into a driver does it by [`run`]: so reports name the driver, the function and what it was called as,
//! and debug builds see what it leaves behind: a spinlock, masked interrupts, a mutex. See
//! docs/contexts-and-memory.md.

mod atomic;
pub mod ledger;
#[cfg(test)]
mod tests;

use crate::bindings::device;
use crate::export::Export;
use core::ffi::{CStr, c_char};
use core::fmt;
use core::ptr::{from_ref, null, null_mut};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;
use kernel::{percpu, sched};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[atomic::EXPORTS, atomic::DATA];

pub(crate) use atomic::init_cpus;
pub use atomic::{hard_interrupt, masked, restore, save};

/// As what a driver is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An initcall.
    Init,
    /// The probe of a device.
    Probe,
    /// The remove of a device.
    Remove,
    /// A hard interrupt handler.
    Interrupt,
    /// A threaded interrupt handler.
    Thread,
    /// A tasklet.
    Tasklet,
    /// A timer of jiffies.
    Timer,
    /// A timer of nanoseconds.
    HrTimer,
    /// A work item.
    Work,
    /// A task of the driver's own.
    Kthread,
    /// An operation of a device: a request, a setting.
    Operation,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Init => "initcall",
            Role::Probe => "probe",
            Role::Remove => "remove",
            Role::Interrupt => "interrupt handler",
            Role::Thread => "interrupt thread",
            Role::Tasklet => "tasklet",
            Role::Timer => "timer",
            Role::HrTimer => "high-resolution timer",
            Role::Work => "work",
            Role::Kthread => "kthread",
            Role::Operation => "operation",
        })
    }
}

/// A call into a driver, on the stack of whoever makes it.
struct Call {
    role: Role,
    /// The driver, the device or the interrupt; may be null.
    name: *const c_char,
    function: usize,
    /// The device that is probed or removed, else null.
    device: *const device,
    before: *mut Call,
}

/// Where the innermost call of this context is noted.
fn slot() -> &'static AtomicPtr<()> {
    let block = percpu::this_block();
    if block.irq_depth.load(Relaxed) != 0 {
        return &block.extension;
    }
    crate::work::task::calls()
}

/// Calls into a driver: `f`, which is `function` of the driver or device `name` (null, or a string that stays). Debug
/// builds panic where it returns with a spinlock held, interrupts masked or preemption off, and report mutexes that it
/// holds. Context: any.
pub fn run<T>(role: Role, name: *const c_char, function: usize, f: impl FnOnce() -> T) -> T {
    run_for(null(), role, name, function, f)
}

/// As [`run`], for the probe of a device: debug builds note what it takes, until [`ledger::settle`]. Context: any.
pub fn run_for<T>(
    device: *const device,
    role: Role,
    name: *const c_char,
    function: usize,
    f: impl FnOnce() -> T,
) -> T {
    let slot = slot();
    let call = Call { role, name, function, device, before: slot.load(Relaxed).cast() };
    slot.store(from_ref(&call).cast_mut().cast(), Relaxed);
    let before = Held::now();
    let result = f();
    if cfg!(debug_assertions) {
        before.compare(&call);
    }
    slot.store(call.before.cast(), Relaxed);
    result
}

/// What a context holds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    preempt: u32,
    masked: bool,
    mutexes: u32,
}

impl Held {
    fn now() -> Self {
        Held {
            preempt: percpu::this_block().preempt_count.load(Relaxed),
            masked: arch::irq::masked(),
            mutexes: crate::work::task::mutexes(),
        }
    }

    fn compare(self, call: &Call) {
        let after = Held::now();
        if after.preempt != self.preempt || after.masked != self.masked {
            panic!(
                "{call} returns with {}",
                match (after.preempt > self.preempt, after.masked && !self.masked) {
                    (true, _) => "a spinlock held or preemption disabled",
                    (_, true) => "interrupts masked",
                    _ => "a lock released or interrupts opened that its caller holds",
                }
            );
        }
        if after.mutexes > self.mutexes {
            log::error!(target: "linux", "{call} returns with {} mutexes held", after.mutexes - self.mutexes);
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {}", self.role)?;
        if !self.name.is_null() {
            // SAFETY: `run`'s caller promises a string that stays.
            let name = unsafe { CStr::from_ptr(self.name) };
            write!(f, " of {}", name.to_str().unwrap_or("?"))?;
        }
        write!(f, " ({:#x})", self.function)
    }
}

/// Whoever runs, for reports.
pub struct Caller(*mut Call);

/// The driver whose code runs, and as what. Context: any; use it at once.
pub fn describe() -> Caller {
    Caller(slot().load(Relaxed).cast())
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: calls stay on the stack below whoever asks.
        match unsafe { self.0.as_ref() } {
            Some(call) => call.fmt(f),
            None => match sched::try_current() {
                Some(me) => write!(f, "vCPU {}", me.name()),
                None => f.write_str("boot code"),
            },
        }
    }
}

/// Panics where the calling code may not sleep: a driver that sleeps in an interrupt handler, or with a spinlock held,
/// would hang the CPU sooner or later. Debug builds call it at the head of every export that sleeps.
///
/// # Panics
/// In atomic context.
pub fn might_sleep(function: &str) {
    assert!(
        !percpu::in_atomic_context(),
        "{function} may sleep, but was called in atomic context, in {}",
        describe()
    );
}

/// No calls yet.
pub(crate) const NO_CALLS: *mut () = null_mut();
