// SPDX-License-Identifier: GPL-2.0-only
//! What takes too long for the exit path, or has to allocate: one worker does it for all devices.

use alloc::sync::Arc;
use kernel::sched::Params;
use kernel::sync::Once;
use kernel::work::{Work, WorkQueue};

/// The worker, once a device wants it.
static WORKER: Once<Option<WorkQueue>> = Once::new();

/// Something that the worker is to do.
pub(super) struct Later {
    work: Arc<Work>,
    /// The tests of the host have no worker: they do it at once.
    #[cfg(test)]
    now: Arc<dyn Fn() + Send + Sync>,
}

impl Later {
    /// `work`, whenever it is asked for. Context: may allocate.
    pub(super) fn new(work: impl Fn() + Send + Sync + 'static) -> Self {
        #[cfg(test)]
        {
            let now = Arc::new(work);
            let work = now.clone();
            Self { work: Work::new(move || work()), now }
        }
        #[cfg(not(test))]
        Self { work: Work::new(work) }
    }

    /// Asks for it. Without a lock that it takes. Context: any.
    #[cold]
    pub(super) fn submit(&self) {
        #[cfg(test)]
        (self.now)();
        if let Some(Some(worker)) = WORKER.get() {
            worker.submit(&self.work);
        }
    }

    /// Waits until nothing of it is under way or will be. Context: orphan; may sleep.
    pub(super) fn cancel(&self) {
        self.work.cancel();
    }
}

/// Makes the worker, if there is none; says whether there is one. Context: orphan; may allocate.
pub(super) fn start() -> bool {
    if cfg!(test) {
        return true;
    }
    WORKER.call_once(|| WorkQueue::new("virtio", Params::default()).ok()).is_some()
}
