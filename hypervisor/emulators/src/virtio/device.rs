// SPDX-License-Identifier: GPL-2.0-only
//! What every virtio device is, whatever it does and whatever bus it is on: queues, agreed features, an interrupt.

use crate::sync::Lock;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use kernel::sync::WaitQueue;
use kernel::time::NS_PER_SEC;
use vmm::device::IrqLine;
use vmm::ram::GuestRam;
use vmm::virtqueue::{Malformed, Queue};

/// Features of every device (virtio 1.2, 6).
pub(crate) mod feature {
    pub(crate) const INDIRECT: u64 = 1 << 28;
    pub(crate) const EVENT_INDEX: u64 = 1 << 29;
    pub(crate) const VERSION_1: u64 = 1 << 32;
    pub(crate) const PACKED: u64 = 1 << 34;
    pub(crate) const RING_RESET: u64 = 1 << 40;
}

/// Bits of the device status (2.1).
pub(crate) mod status {
    pub(crate) const FEATURES_OK: u32 = 8;
    pub(crate) const DRIVER_OK: u32 = 4;
    pub(crate) const NEEDS_RESET: u32 = 64;
    /// Those that a driver sets.
    pub(crate) const DRIVERS: u32 = 1 | 2 | DRIVER_OK | FEATURES_OK | 128;
}

/// Bits of the interrupt status (4.2.2).
pub(crate) const USED_BUFFER: u32 = 1;
pub(crate) const CONFIGURATION: u32 = 2;
/// Beside the causes of an interrupt, not for the guest: which queues have answers, from this bit on, and how many there are.
pub(crate) const FIRST_QUEUE: u32 = 8;
pub(crate) const QUEUE_BITS: usize = 24;
const QUEUES: u32 = u32::MAX << FIRST_QUEUE;

/// How long what is under way may take when the guest is reset.
const DRAIN_NS: u64 = 60 * NS_PER_SEC;

/// What a device does. Its functions run on the exit path but where they say otherwise.
pub(crate) trait Backend: Send + Sync {
    /// Its number (5).
    fn id(&self) -> u32;
    /// Features of its kind.
    fn features(&self) -> u64;
    /// Reads its configuration space; bytes behind the end stay as they are.
    fn config(&self, offset: usize, to: &mut [u8]);
    /// The driver writes its configuration space. Says whether there is anything to write.
    fn set_config(&self, _offset: usize, _from: &[u8]) -> bool {
        false
    }
    /// The driver is ready, having agreed on these features.
    fn start(&self, _features: u64) {}
    /// There may be something in a queue.
    fn notify(&self, queue: usize);
    /// The device is reset, its queues have been already; `guest`: with its whole guest, in an orphan, which may sleep.
    fn reset(&self, _guest: bool) {}
    /// The guest goes away. Context: orphan.
    fn stop(&self) {}
    /// What it says of itself.
    fn info(&self) -> String;
}

/// What the registers, the queues and the back end of a device share.
pub(crate) struct Shared {
    pub(crate) ram: Arc<GuestRam>,
    queues: Box<[Lock<Queue>]>,
    status: AtomicU32,
    /// The driver is ready and the device works: all queues may be used.
    live: AtomicBool,
    /// Causes of the interrupt.
    pending: AtomicU32,
    /// The guest has the interrupt level-triggered: the line follows the causes. Otherwise it has an edge with the first one.
    level: AtomicBool,
    line: IrqLine,
    generation: AtomicU32,
    /// Requests that somebody works on without a queue's lock, of all generations: in all, and of each queue.
    outstanding: AtomicU32,
    of_queue: Box<[AtomicU32]>,
    drained: WaitQueue,
    counts: Counts,
    reason: Lock<Malformed>,
}

#[derive(Default)]
struct Counts {
    malformed: AtomicU64,
    late: AtomicU64,
    interrupts: AtomicU64,
}

impl Shared {
    /// A device with `queues` queues. Context: may allocate.
    pub(crate) fn new(ram: Arc<GuestRam>, line: IrqLine, queues: usize) -> Arc<Self> {
        debug_assert!(queues <= QUEUE_BITS);
        Arc::new(Self {
            ram,
            queues: (0..queues).map(|_| Lock::new(Queue::new())).collect(),
            status: AtomicU32::new(0),
            live: AtomicBool::new(false),
            pending: AtomicU32::new(0),
            level: AtomicBool::new(false),
            line,
            generation: AtomicU32::new(0),
            outstanding: AtomicU32::new(0),
            of_queue: (0..queues).map(|_| AtomicU32::new(0)).collect(),
            drained: WaitQueue::new(),
            counts: Counts::default(),
            reason: Lock::new(""),
        })
    }

    /// A queue, if the device has it.
    #[inline]
    pub(crate) fn queue(&self, index: usize) -> Option<&Lock<Queue>> {
        self.queues.get(index)
    }

    /// Whether queues may be used.
    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        self.live.load(Acquire)
    }

    /// How many queues there are.
    pub(crate) fn queues(&self) -> usize {
        self.queues.len()
    }

    pub(crate) fn status(&self) -> u32 {
        self.status.load(Acquire)
    }

    /// Adds bits to the status.
    pub(crate) fn add_status(&self, bits: u32) {
        let now = self.status.fetch_or(bits, AcqRel) | bits;
        self.live.store(now & (status::DRIVER_OK | status::NEEDS_RESET) == status::DRIVER_OK, Release);
    }

    /// Changes with every change of the configuration space by the device.
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Acquire)
    }

    /// Interrupts the driver: there are answers in a queue. Context: any.
    #[inline(always)]
    pub(crate) fn answered(&self, queue: usize) {
        self.raise(USED_BUFFER | (1u32 << FIRST_QUEUE).wrapping_shl(queue as u32));
    }

    /// Interrupts the driver. Context: any.
    #[inline(always)]
    pub(crate) fn raise(&self, cause: u32) {
        let before = self.pending.fetch_or(cause, AcqRel);
        self.counts.interrupts.store(self.counts.interrupts.load(Relaxed).wrapping_add(1), Relaxed);
        if before == 0 || self.level.load(Relaxed) {
            self.signal();
        }
    }

    /// The line says that there are causes, or is as they are.
    #[inline(always)]
    fn signal(&self) {
        let level = self.level.load(Relaxed);
        if level || !self.line.edge() {
            if !level {
                self.level.store(true, Relaxed);
            }
            self.line.follow(&self.pending);
        }
    }

    /// The configuration space has changed: the driver, if it is ready, is to read it anew. Context: any.
    #[cold]
    pub(crate) fn changed(&self) {
        self.generation.fetch_add(1, AcqRel);
        if self.status() & status::DRIVER_OK != 0 {
            self.raise(CONFIGURATION);
        }
    }

    /// Causes of the interrupt.
    pub(crate) fn pending(&self) -> u32 {
        self.pending.load(Acquire) & !QUEUES
    }

    /// The driver has seen these causes.
    pub(crate) fn acknowledge(&self, causes: u32) {
        let queues = if causes & USED_BUFFER != 0 { QUEUES } else { 0 };
        let causes = causes & !QUEUES | queues;
        let left = self.pending.fetch_and(!causes, AcqRel) & !causes;
        // What came since the driver looked had no edge of its own.
        if left != 0 || self.level.load(Relaxed) {
            self.signal();
        }
    }

    /// A ring breaks the rules: the device does nothing more until it is reset. Not with the queue's lock held. Context:
    /// any.
    #[cold]
    pub(crate) fn fail(&self, why: Malformed) {
        self.counts.malformed.fetch_add(1, Relaxed);
        *self.reason.lock() = why;
        let driver = self.status() & status::DRIVER_OK != 0;
        self.add_status(status::NEEDS_RESET);
        if driver {
            self.raise(CONFIGURATION);
        }
    }

    /// How many rings broke the rules.
    pub(crate) fn malformed(&self) -> u64 {
        self.counts.malformed.load(Relaxed)
    }

    /// All queues are as after power-on, and nothing that is under way reaches them any more. Context: any.
    pub(crate) fn reset(&self) {
        self.live.store(false, Release);
        for queue in &self.queues {
            queue.lock().reset();
        }
        self.status.store(0, Release);
        self.acknowledge(u32::MAX);
    }

    /// The guest is reset, and its interrupt controller with it: how it will have the interrupt is not known. Context: orphan.
    pub(crate) fn forget_trigger(&self) {
        self.level.store(false, Relaxed);
    }

    /// A request of a queue, whose lock is held, is handed on, to be answered without the lock in between. Context: any.
    pub(crate) fn begin(&self, queue: usize) {
        self.outstanding.fetch_add(1, Relaxed);
        self.of_queue.get(queue).into_iter().for_each(|count| _ = count.fetch_add(1, Relaxed));
    }

    /// Whether nobody works on a request of a queue any more, and so on its buffers. Context: any.
    pub(crate) fn is_idle(&self, queue: usize) -> bool {
        self.of_queue.get(queue).is_none_or(|count| count.load(Acquire) == 0)
    }

    /// The end of a request that was handed on when its queue's generation was `generation`. `answer` is called only if the
    /// queue has not been reset since; it gives the bytes that were written. Context: any.
    pub(crate) fn end(&self, ticket: &Ticket, answer: impl FnOnce(&GuestRam) -> u32) {
        if let Some(queue) = self.queue(ticket.queue) {
            let mut queue = queue.lock();
            if queue.generation() == ticket.generation && self.is_live() {
                let len = answer(&self.ram);
                queue.push(ticket.id, ticket.slots, len);
                if queue.wants_interrupt() {
                    self.answered(ticket.queue);
                }
            } else {
                self.counts.late.fetch_add(1, Relaxed);
            }
        }
        self.of_queue.get(ticket.queue).into_iter().for_each(|count| _ = count.fetch_sub(1, Release));
        if self.outstanding.fetch_sub(1, SeqCst) == 1 {
            self.drained.wake_all();
        }
    }

    /// Waits until nothing is under way. Context: orphan; may sleep.
    pub(crate) fn drain(&self) {
        let idle = || self.outstanding.load(SeqCst) == 0;
        // The tests of the host have no vCPUs that sleep.
        #[cfg(test)]
        while !idle() {
            std::thread::yield_now();
        }
        if !idle() && !self.drained.wait_until_timeout(DRAIN_NS, idle) {
            log::error!("virtio: requests of a guest that is reset do not end");
        }
    }

    /// For `guest info`.
    pub(crate) fn info(&self) -> String {
        let (mut ready, mut in_flight) = (0, 0);
        for queue in &self.queues {
            let queue = queue.lock();
            ready += u32::from(queue.is_ready());
            in_flight += u32::from(queue.in_flight());
        }
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        let mut text = alloc::format!(
            "status {:#x}, {ready} of {} queues ready, {in_flight} requests under way, {} interrupts, {} late ends, {} malformed rings",
            self.status(),
            self.queues.len(),
            count(&self.counts.interrupts),
            count(&self.counts.late),
            self.malformed(),
        );
        let reason = *self.reason.lock();
        if !reason.is_empty() {
            text += ", the last: ";
            text += reason;
        }
        text
    }
}

/// What it takes to answer a request later.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    pub(crate) queue: usize,
    pub(crate) generation: u32,
    pub(crate) id: u16,
    pub(crate) slots: u16,
}
