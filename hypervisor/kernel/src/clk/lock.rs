// SPDX-License-Identifier: GPL-2.0-only
//! The two locks of the framework. Who holds one may take it again: providers' functions and notifiers call back.

use crate::percpu;
use crate::sched;
use crate::sync::{Mutex, MutexGuard, RawSpinLock, RawSpinLockGuard};
use arch::irq::Flags;
use core::marker::PhantomData;
use core::ptr::from_ref;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

static PREPARE: Mutex<()> = Mutex::new(());
/// Who holds [`PREPARE`], see [`who`]; 0 for nobody.
static PREPARE_OWNER: AtomicUsize = AtomicUsize::new(0);

static ENABLE: RawSpinLock<()> = RawSpinLock::new(());
/// The per-CPU block of the CPU that holds [`ENABLE`]; 0 for none.
static ENABLE_OWNER: AtomicUsize = AtomicUsize::new(0);

/// Holds the prepare lock.
pub struct PrepareGuard {
    /// `None` where the same vCPU took it further up.
    outermost: Option<MutexGuard<'static, ()>>,
    not_send: PhantomData<*const ()>,
}

/// What runs: a vCPU, or a CPU that boots. Blocks are aligned, so the two cannot be mistaken for one another.
fn who() -> usize {
    match sched::try_current() {
        Some(me) if !me.is_idle() => ((me.id() as usize) << 1) | 1,
        _ => from_ref(percpu::this_block()).addr(),
    }
}

/// Keeps tree, rates and prepare counts as they are. Context: orphan vCPUs; may sleep.
#[track_caller]
pub fn prepare_lock() -> PrepareGuard {
    let me = who();
    // Only this vCPU writes its own number there.
    let outermost = (PREPARE_OWNER.load(Relaxed) != me).then(|| {
        let guard = PREPARE.lock();
        PREPARE_OWNER.store(me, Relaxed);
        guard
    });
    PrepareGuard { outermost, not_send: PhantomData }
}

impl Drop for PrepareGuard {
    fn drop(&mut self) {
        if self.outermost.is_some() {
            PREPARE_OWNER.store(0, Relaxed);
        }
    }
}

/// Holds the enable lock, with interrupts masked.
pub(super) struct EnableGuard {
    /// `None` where the same CPU took it further up.
    outermost: Option<RawSpinLockGuard<'static, ()>>,
    flags: Flags,
}

/// Keeps the enable counts as they are; interrupts are masked. Context: any.
pub(super) fn enable_lock() -> EnableGuard {
    // Masked, lest the caller moves to another CPU between learning which one it is and asking who holds the lock.
    let flags = arch::irq::save();
    let me = from_ref(percpu::this_block()).addr();
    let outermost = (ENABLE_OWNER.load(Relaxed) != me).then(|| {
        let guard = ENABLE.lock();
        ENABLE_OWNER.store(me, Relaxed);
        guard
    });
    EnableGuard { outermost, flags }
}

impl Drop for EnableGuard {
    fn drop(&mut self) {
        if let Some(guard) = self.outermost.take() {
            ENABLE_OWNER.store(0, Relaxed);
            drop(guard);
        }
        arch::irq::restore(self.flags);
        sched::preempt_if_needed();
    }
}
