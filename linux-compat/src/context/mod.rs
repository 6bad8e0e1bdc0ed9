// SPDX-License-Identifier: GPL-2.0-only
//! Which context the calling code runs in, whose it is, and what it may do there.
//!
//! Whoever calls into a driver does it by [`run`] or [`Guarded`]: so reports name the driver, the function and what it was
//! called as, a failure ends the call and not the machine, and debug builds see what is left behind: a spinlock, masked
//! interrupts, a mutex. See docs/contexts-and-memory.md and docs/when-a-driver-fails.md.

mod atomic;
mod call;
mod fault;
pub mod ledger;
mod quarantine;
mod symbols;
mod watch;
#[cfg(test)]
mod tests;

use crate::export::Export;
use call::Call;
use core::fmt;
use core::ptr::null_mut;
use kernel::{percpu, sched};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[atomic::EXPORTS, atomic::DATA];

pub(crate) use atomic::init_cpus;
pub use call::{Guarded, OnFault, Word, run, run_for};
pub(crate) use call::run_object;
pub(crate) use quarantine::{is_stopped, lift};
pub(crate) use symbols::{Place, find as symbol};
pub(crate) use watch::Seen;
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

/// Whoever runs, for reports.
pub struct Caller<'a>(Option<&'a Call>);

/// The driver whose code runs, and as what. Context: any; use it at once.
pub fn describe<'a>() -> Caller<'a> {
    Caller(call::innermost())
}

impl fmt::Display for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(call) => call.fmt(f),
            None => match sched::try_current() {
                Some(me) => write!(f, "vCPU {}", me.name()),
                None => f.write_str("boot code"),
            },
        }
    }
}

/// The function of the outermost call into a driver of this context: the initcall, while drivers register. Context: any.
pub(crate) fn outermost_function() -> Option<usize> {
    let mut call = call::innermost()?;
    while let Some(outer) = call::outer(call) {
        call = outer;
    }
    Some(call.function)
}

/// The device that the code which runs was called for, if it is known; null else. Context: any.
pub(crate) fn device() -> *const crate::bindings::device {
    call::innermost().and_then(quarantine::device_of).unwrap_or(core::ptr::null())
}

/// From now on failures of drivers are contained. Context: boot, once.
pub(crate) fn init() {
    symbols::init();
    // On the driver bench a failure is what is looked for: it ends the test, with a report.
    if cfg!(not(feature = "bench")) {
        kernel::panic::set_contain(fault::contain);
    }
    watch::init();
}

/// A driver broke a rule, in a function that holds no lock: its call ends as failed, and without one the machine panics.
/// Context: any.
pub fn fail(what: fmt::Arguments<'_>) -> ! {
    if cfg!(target_os = "none") && call::innermost().is_some() {
        // The report says who it was.
        kernel::panic::broken(&what)
    }
    panic!("{what}, in {}", describe())
}

/// Fails where the calling code may not sleep: a driver that sleeps in an interrupt handler, or with a spinlock held,
/// would hang the CPU sooner or later. Debug builds call it at the head of every export that sleeps.
///
/// # Panics
/// In atomic context, where no driver is to blame.
pub fn might_sleep(function: &str) {
    if percpu::in_atomic_context() {
        fail(format_args!("{function} may sleep, but was called in atomic context"));
    }
}

/// Calls `f` with the calls that led to the caller, innermost first, up to where the driver was called. Context: any.
pub(crate) fn trace(f: impl FnMut(u64)) {
    if let Some(call) = call::innermost() {
        fault::calls_up_to(call).for_each(f);
    }
}

/// No calls yet.
pub(crate) const NO_CALLS: *mut () = null_mut();
