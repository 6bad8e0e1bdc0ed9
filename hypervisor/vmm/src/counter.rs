// SPDX-License-Identifier: GPL-2.0-only
//! Event counts that cost the exit path no exclusive access.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A count. Two CPUs that count the same thing at the same moment may lose one: it informs, nothing depends on it.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Zero.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// One more. Context: any.
    #[inline]
    pub fn bump(&self) {
        self.0.store(self.0.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Back to zero.
    pub fn clear(&self) {
        self.0.store(0, Relaxed);
    }
}
