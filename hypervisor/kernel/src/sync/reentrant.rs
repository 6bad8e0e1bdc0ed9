// SPDX-License-Identifier: GPL-2.0-only
//! A mutex that its holder may take again, for frameworks whose providers call back.

use super::{Mutex, MutexGuard};
use crate::percpu;
use crate::sched;
use core::marker::PhantomData;
use core::ptr::from_ref;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

/// A [`Mutex`] around nothing that its holder may take again. What it guards is for its owner to say.
pub struct ReentrantMutex {
    mutex: Mutex<()>,
    /// Who holds it, see [`who`]; 0 for nobody.
    owner: AtomicUsize,
}

/// Holds a [`ReentrantMutex`].
pub struct ReentrantGuard<'a> {
    lock: &'a ReentrantMutex,
    /// `None` where the same vCPU took it further up.
    outermost: Option<MutexGuard<'a, ()>>,
    not_send: PhantomData<*const ()>,
}

/// What runs: a vCPU, or a CPU that boots. Blocks are aligned, so the two cannot be mistaken for one another.
fn who() -> usize {
    match sched::try_current() {
        Some(me) if !me.is_idle() => ((me.id() as usize) << 1) | 1,
        _ => from_ref(percpu::this_block()).addr(),
    }
}

impl ReentrantMutex {
    /// An open mutex.
    pub const fn new() -> Self {
        Self { mutex: Mutex::new(()), owner: AtomicUsize::new(0) }
    }

    /// Sleeps until the mutex is free, or the caller's own, and takes it. Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn lock(&self) -> ReentrantGuard<'_> {
        let me = who();
        // Only this vCPU writes its own number there.
        let outermost = (self.owner.load(Relaxed) != me).then(|| {
            let guard = self.mutex.lock();
            self.owner.store(me, Relaxed);
            guard
        });
        ReentrantGuard { lock: self, outermost, not_send: PhantomData }
    }
}

impl Default for ReentrantMutex {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ReentrantGuard<'_> {
    fn drop(&mut self) {
        if self.outermost.is_some() {
            self.lock.owner.store(0, Relaxed);
        }
    }
}
