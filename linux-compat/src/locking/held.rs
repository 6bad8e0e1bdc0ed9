// SPDX-License-Identifier: GPL-2.0-only
//! Which spinlocks of C each CPU holds: those of a call into a driver that failed are released for it, lest whoever
//! comes to the lock next spins for ever.

use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicUsize, compiler_fence};
use kernel::percpu::{MAX_CPUS, PerCpu};

/// How a lock is held; in the low bits of its address, which are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Mode {
    /// A spinlock.
    Spin = 0,
    /// A read-write lock, for reading.
    Read = 1,
    /// A read-write lock, for writing.
    Write = 2,
}

/// Locks that a CPU holds at once, at most, and has noted; further ones are counted.
const MOST: usize = 8;

/// The locks of a CPU, the newest last.
struct Locks {
    count: AtomicUsize,
    locks: [AtomicUsize; MOST],
}

static HELD: PerCpu<Locks> = PerCpu::new(
    [const { Locks { count: AtomicUsize::new(0), locks: [const { AtomicUsize::new(0) }; MOST] } }; MAX_CPUS],
);

/// How many locks this CPU holds. Context: any.
pub(crate) fn spinlocks() -> usize {
    HELD.here().count.load(Relaxed)
}

/// This CPU has taken a lock. Preemption is disabled.
pub(super) fn took(lock: usize, mode: Mode) {
    // Threads of host tests are not CPUs.
    if cfg!(target_os = "none") {
        let held = HELD.here();
        let at = held.count.load(Relaxed);
        // First the place, then what is in it: an interrupt in between leaves both as they were.
        held.count.store(at + 1, Relaxed);
        compiler_fence(core::sync::atomic::Ordering::SeqCst);
        if let Some(place) = held.locks.get(at) {
            place.store(lock | mode as usize, Relaxed);
        }
    }
}

/// This CPU releases a lock. Preemption is disabled.
pub(super) fn gave(lock: usize, mode: Mode) {
    if cfg!(target_os = "none") {
        let held = HELD.here();
        let count = held.count.load(Relaxed);
        let noted = held.locks.get(..count.min(MOST)).unwrap_or_default();
        // Locks are mostly released in the reverse order.
        if let Some(at) = noted.iter().rposition(|l| l.load(Relaxed) == lock | mode as usize) {
            for pair in noted.get(at..).unwrap_or_default().windows(2) {
                if let [to, from] = pair {
                    to.store(from.load(Relaxed), Relaxed);
                }
            }
        }
        compiler_fence(core::sync::atomic::Ordering::SeqCst);
        held.count.store(count.saturating_sub(1), Relaxed);
    }
}

/// Releases all but the oldest `keep` locks of this CPU; the preemption count is left alone. Interrupts are masked.
///
/// # Safety
/// Whoever took them does not go on.
pub(crate) unsafe fn release_spinlocks(keep: usize) {
    let held = HELD.here();
    let count = held.count.load(Relaxed);
    for lock in held.locks.get(keep.min(MOST)..count.min(MOST)).unwrap_or_default() {
        // SAFETY: noted when it was taken; the caller's promise.
        unsafe { super::spin::force(lock.load(Relaxed)) };
    }
    held.count.store(count.min(keep), Relaxed);
}
