// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts from CPU to CPU, and of a CPU to itself: software-generated interrupts 0 to 4.

use super::{Handler, Options, STATE, TIMER_PRIORITY, request};
use crate::error::{Error, Result};
use crate::percpu::{self, CpuId, MAX_CPUS, PerCpu};
use crate::smp;
use alloc::format;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use spin::Once;

/// What one CPU asks another for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Ipi {
    /// To pass the exit path or the scheduler: what it shall do there is noted elsewhere.
    Reschedule = 0,
    /// To run a function.
    Call = 1,
    /// To stop for good.
    Stop = 2,
    /// To look at once whether what it runs has run for too long, even where a driver has interrupts masked.
    Watch = 3,
    /// Itself: to run what was [deferred](defer).
    Deferred = 4,
}

/// A function that a CPU is asked to run. One sender at a time.
struct Mailbox {
    taken: AtomicBool,
    func: AtomicPtr<()>,
    arg: AtomicUsize,
}

static MAILBOXES: PerCpu<Mailbox> = PerCpu::new(
    [const {
        Mailbox {
            taken: AtomicBool::new(false),
            func: AtomicPtr::new(core::ptr::null_mut()),
            arg: AtomicUsize::new(0),
        }
    }; MAX_CPUS],
);

/// Requests the interrupts.
pub(super) fn init() -> Result<()> {
    let usual = Options::default();
    let urgent = Options { priority: TIMER_PRIORITY, ..usual };
    // What the watch looks at is asked at the end of the interrupt, whichever it is.
    let all: [(_, fn(usize), _); _] = [
        ("reschedule", reschedule, usual),
        ("call", call, usual),
        ("stop", stop, usual),
        ("watch", |_| {}, urgent),
        ("deferred", deferred, usual),
    ];
    for (sgi, (name, handler, options)) in (0..).zip(all) {
        request(sgi, name, options, Handler::Function(handler, 0))?;
    }
    Ok(())
}

static DEFERRED: Once<fn()> = Once::new();

/// Has `run` run in an interrupt of its own after each [`defer`]. Context: boot; the first call counts.
pub fn set_deferred(run: fn()) {
    DEFERRED.call_once(|| run);
}

/// Has what was set by [`set_deferred`] run on this CPU: in an interrupt that is less urgent than the timer's, which may so
/// find that it never ends. Context: any.
pub fn defer() {
    ipi(percpu::this_cpu(), Ipi::Deferred);
}

fn deferred(_: usize) {
    if let Some(run) = DEFERRED.get() {
        run();
    }
}

fn reschedule(_: usize) {
    crate::sched::handle_ipi();
}

/// Runs what is in this CPU's mailbox.
fn call(_: usize) {
    let mailbox = MAILBOXES.here();
    let func = mailbox.func.load(Acquire);
    if !func.is_null() {
        // SAFETY: `call_on` stores `fn(usize)`s only.
        let func: fn(usize) = unsafe { core::mem::transmute(func) };
        func(mailbox.arg.load(Relaxed));
        mailbox.func.store(core::ptr::null_mut(), Release);
    }
}

fn stop(_: usize) {
    smp::set_offline(percpu::this_cpu());
    arch::cpu::halt()
}

/// Sends an interrupt to a CPU that is up; nothing happens if it is not. Context: any.
#[inline]
pub fn ipi(cpu: CpuId, what: Ipi) {
    if let Some(state) = STATE.get() {
        state.chip.send_sgi(cpu, what as u32);
    }
}

/// Sends an interrupt to every other CPU that is up. Context: any.
pub fn ipi_others(what: Ipi) {
    let me = percpu::this_cpu();
    smp::for_each_online(|cpu| {
        if cpu != me {
            ipi(cpu, what);
        }
    });
}

/// Runs `func(arg)` on `cpu` in interrupt context, and returns when it is done. Context: any without locks that the
/// other CPU may wait for; interrupts may be masked: calls to this CPU are served meanwhile.
///
/// # Errors
/// The CPU is not up, or did not answer within a second.
pub fn call_on(cpu: CpuId, func: fn(usize), arg: usize) -> Result<()> {
    let flags = arch::irq::save();
    let result = call_masked(cpu, func, arg);
    arch::irq::restore(flags);
    result
}

fn call_masked(cpu: CpuId, func: fn(usize), arg: usize) -> Result<()> {
    if cpu == percpu::this_cpu() {
        func(arg);
        return Ok(());
    }
    if !smp::is_online(cpu) {
        return Err(Error::Invalid { what: "CPU", why: format!("{cpu} is not up") });
    }
    let mailbox = MAILBOXES.of(cpu);
    let deadline = arch::counter::now().saturating_add(arch::counter::frequency());
    let wait = |done: &dyn Fn() -> bool| {
        while !done() {
            call(0);
            arch::cpu::relax();
            if arch::counter::now() > deadline {
                return Err(Error::Invalid { what: "CPU", why: format!("{cpu} does not answer") });
            }
        }
        Ok(())
    };
    wait(&|| mailbox.taken.compare_exchange(false, true, Acquire, Relaxed).is_ok())?;
    mailbox.arg.store(arg, Relaxed);
    mailbox.func.store(func as *mut (), Release);
    ipi(cpu, Ipi::Call);
    wait(&|| mailbox.func.load(Acquire).is_null())?;
    mailbox.taken.store(false, Release);
    Ok(())
}

/// Runs `func(arg)` on every other CPU that is up, one after the other; those that do not answer are reported in the
/// log. Context: as [`call_on`].
pub fn call_others(func: fn(usize), arg: usize) {
    let me = percpu::this_cpu();
    smp::for_each_online(|cpu| {
        if cpu != me
            && let Err(error) = call_on(cpu, func, arg)
        {
            log::error!("{error}");
        }
    });
}
