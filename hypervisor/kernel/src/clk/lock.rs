// SPDX-License-Identifier: GPL-2.0-only
//! The two locks of the framework. Who holds one may take it again: providers' functions and notifiers call back.

use crate::percpu;
use crate::sched;
use crate::sync::{RawSpinLock, RawSpinLockGuard, ReentrantGuard, ReentrantMutex};
use arch::irq::Flags;
use core::ptr::from_ref;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

static PREPARE: ReentrantMutex = ReentrantMutex::new();

/// Holds the prepare lock.
pub type PrepareGuard = ReentrantGuard<'static>;

/// Keeps tree, rates and prepare counts as they are. Context: orphan vCPUs; may sleep.
#[track_caller]
pub fn prepare_lock() -> PrepareGuard {
    PREPARE.lock()
}

static ENABLE: RawSpinLock<()> = RawSpinLock::new(());
/// The per-CPU block of the CPU that holds [`ENABLE`]; 0 for none.
static ENABLE_OWNER: AtomicUsize = AtomicUsize::new(0);

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
