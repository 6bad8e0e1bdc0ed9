// SPDX-License-Identifier: GPL-2.0-only
//! Something that happens once, or a number of times, and is waited for.

use super::WaitQueue;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// How often something has happened and was not yet waited for.
pub struct Completion {
    done: AtomicU32,
    waiters: WaitQueue,
}

/// Stands for "for ever, for all".
const ALL: u32 = u32::MAX;

impl Completion {
    /// Nothing has happened yet.
    pub const fn new() -> Self {
        Self { done: AtomicU32::new(0), waiters: WaitQueue::new() }
    }

    /// It happened: one waiter, present or future, goes on. Context: any.
    pub fn complete(&self) {
        self.waiters.change_and_wake(1, || {
            let _ = self.done.fetch_update(Release, Relaxed, |n| (n < ALL - 1).then_some(n + 1));
        });
    }

    /// It happened: all waiters, present and future, go on. Context: any.
    pub fn complete_all(&self) {
        self.waiters.change_and_wake(usize::MAX, || self.done.store(ALL, Release));
    }

    /// Forgets what happened. Nobody may wait. Context: any.
    pub fn reset(&self) {
        self.done.store(0, Release);
    }

    /// Whether it happened; takes note of it like a wait does. Context: any.
    pub fn try_wait(&self) -> bool {
        self.done
            .fetch_update(AcqRel, Acquire, |n| match n {
                0 => None,
                ALL => Some(ALL),
                n => Some(n - 1),
            })
            .is_ok()
    }

    /// Whether a wait would return at once. Context: any.
    pub fn is_done(&self) -> bool {
        self.done.load(Acquire) != 0
    }

    /// Sleeps until it happens; afterwards the side that completed does not touch this any more, so it may go.
    /// Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn wait(&self) {
        self.waiters.wait_until(|| self.try_wait());
        self.waiters.settle();
    }

    /// Sleeps until it happens, at most `ns` nanoseconds; says whether it did. Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn wait_timeout(&self, ns: u64) -> bool {
        let done = self.waiters.wait_until_timeout(ns, || self.try_wait());
        self.waiters.settle();
        done
    }
}

impl Default for Completion {
    fn default() -> Self {
        Self::new()
    }
}
