// SPDX-License-Identifier: GPL-2.0-only
//! Locks and what vCPUs wait on.
//!
//! | type | context of the holder | waits by |
//! |---|---|---|
//! | [`RawSpinLock`] | interrupts already masked: the exit path, interrupt handlers | spinning |
//! | [`SpinLock`] | any; masks interrupts and so preemption while held | spinning |
//! | [`Mutex`], [`ReentrantMutex`] | orphan vCPUs | sleeping |
//! | [`Completion`], [`WaitQueue`] | waiting: orphan vCPUs; waking: any | sleeping |
//!
//! Debug builds panic, naming the type behind the lock, where a CPU takes a spinlock that it holds, and naming the
//! place where code in atomic context sleeps.

mod completion;
mod mutex;
mod reentrant;
mod spinlock;
mod waitqueue;

pub use completion::Completion;
pub use mutex::{Mutex, MutexGuard, mutexes_held};
pub use reentrant::{ReentrantGuard, ReentrantMutex};
pub use spin::Once;
pub use spinlock::{RawSpinLock, RawSpinLockGuard, SpinLock, SpinLockGuard};
pub use waitqueue::WaitQueue;
