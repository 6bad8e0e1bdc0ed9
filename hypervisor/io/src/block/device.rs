// SPDX-License-Identifier: GPL-2.0-only
//! A disk: what it is, its queue, its books, and reading and writing it from code that may sleep.

use super::claim::Entry;
use super::queue::{Batch, Queue};
use super::{BlockError, Op, Request};
use crate::partition::Table;
use crate::sync::Lock;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicU64};
use kernel::mm::segment::{Buffer, Segment};
use kernel::sync::Completion;
use kernel::time;

/// Bytes of the buffer for copies: reads and writes of slices go through it piece by piece.
const BOUNCE: usize = 128 << 10;
/// Largest block of a disk that is taken, in bytes.
const MAX_BLOCK: u32 = 64 << 10;

/// What a disk is.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its name, such as `mmc0`.
    pub name: String,
    /// What it is, for people: kind, maker, product.
    pub model: String,
    /// Bytes of a block, a power of two from 512 on.
    pub block_size: u32,
    /// How many blocks it has.
    pub blocks: u64,
    /// Whether writes are refused.
    pub read_only: bool,
    /// Whether it can go at any time.
    pub removable: bool,
    /// Whether [`Op::Discard`] and [`Op::Erase`] work.
    pub erase: bool,
    /// Blocks that merged requests have at most.
    pub max_blocks: u64,
}

/// Serves a disk's queue.
pub trait Driver: Send + Sync {
    /// There is something in the queue: have it taken by [`Device::next`], here and now or elsewhere soon.
    /// Context: that of those who submit.
    fn kick(&self, device: &Device);

    /// The disk itself, where it is nothing but memory: then [`Device::resident`] works.
    fn memory(&self) -> Option<&Segment> {
        None
    }
}

/// What a disk has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests to read that ended well.
    pub reads: u64,
    /// Requests to write, discard or erase that ended well.
    pub writes: u64,
    /// Flushes that ended well.
    pub flushes: u64,
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written.
    pub written_bytes: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Requests that were merged with another.
    pub merged: u64,
    /// Nanoseconds from submission to end, of all requests together.
    pub waited_ns: u64,
    /// Most requests that ever waited.
    pub deepest: u64,
    /// Requests that wait.
    pub queued: u64,
}

#[derive(Default)]
struct Counters {
    reads: AtomicU64,
    writes: AtomicU64,
    flushes: AtomicU64,
    read_bytes: AtomicU64,
    written_bytes: AtomicU64,
    errors: AtomicU64,
    merged: AtomicU64,
    waited_ns: AtomicU64,
}

impl Counters {
    #[inline]
    fn note(&self, op: Op, bytes: u64, ok: bool) {
        let (count, sum) = match (ok, op) {
            (false, _) => (&self.errors, None),
            (true, Op::Read) => (&self.reads, Some(&self.read_bytes)),
            (true, Op::Flush) => (&self.flushes, None),
            (true, _) => (&self.writes, Some(&self.written_bytes)),
        };
        count.fetch_add(1, Relaxed);
        if let Some(sum) = sum {
            sum.fetch_add(bytes, Relaxed);
        }
    }
}

/// A disk.
pub struct Device {
    info: Info,
    driver: Box<dyn Driver>,
    queue: Lock<Queue>,
    counters: Arc<Counters>,
    gone: AtomicBool,
    /// Who uses which of its blocks.
    pub(super) claims: Lock<Vec<Entry>>,
    /// The partitions, once somebody asked.
    pub(crate) table: Lock<Option<Arc<Table>>>,
}

impl Device {
    /// A disk that `driver` serves; users find it once it is [`register`](super::register)ed.
    pub fn new(info: Info, driver: Box<dyn Driver>) -> Arc<Self> {
        let block_size = info.block_size.clamp(512, MAX_BLOCK).next_power_of_two();
        let info = Info { block_size, max_blocks: info.max_blocks.max(1), ..info };
        Arc::new(Self {
            info,
            driver,
            queue: Lock::new(Queue::default()),
            counters: Arc::default(),
            gone: AtomicBool::new(false),
            claims: Lock::default(),
            table: Lock::new(None),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// What it is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> u64 {
        self.info.blocks.saturating_mul(u64::from(self.info.block_size))
    }

    /// Whether it was taken out. Context: any.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Relaxed)
    }

    /// What it has done. Context: any.
    pub fn stats(&self) -> Stats {
        let c = &self.counters;
        let (deepest, queued) = {
            let queue = self.queue.lock();
            (queue.deepest as u64, queue.len() as u64)
        };
        Stats {
            reads: c.reads.load(Relaxed),
            writes: c.writes.load(Relaxed),
            flushes: c.flushes.load(Relaxed),
            read_bytes: c.read_bytes.load(Relaxed),
            written_bytes: c.written_bytes.load(Relaxed),
            errors: c.errors.load(Relaxed),
            merged: c.merged.load(Relaxed),
            waited_ns: c.waited_ns.load(Relaxed),
            deepest,
            queued,
        }
    }

    /// Why blocks cannot be worked on.
    #[inline]
    fn cannot(&self, op: Op, lba: u64, blocks: u64) -> Option<BlockError> {
        let inside = blocks <= self.info.blocks && lba <= self.info.blocks - blocks;
        let plain = op == Op::Read || op == Op::Write && !self.info.read_only;
        if inside && plain && !self.is_gone() { None } else { self.refuse(op, lba, blocks) }
    }

    /// [`cannot`](Self::cannot), but for the plain case.
    #[cold]
    #[inline(never)]
    fn refuse(&self, op: Op, lba: u64, blocks: u64) -> Option<BlockError> {
        let inside = lba.checked_add(blocks).is_some_and(|end| end <= self.info.blocks);
        if self.is_gone() {
            Some(BlockError::Removed)
        } else if op.changes() && self.info.read_only {
            Some(BlockError::ReadOnly)
        } else if matches!(op, Op::Discard | Op::Erase) && !self.info.erase {
            Some(BlockError::Unsupported)
        } else if !inside {
            Some(BlockError::OutOfRange)
        } else {
            None
        }
    }

    /// Whether [`resident`](Self::resident) gives anything. Context: any.
    pub fn is_resident(&self) -> bool {
        self.driver.memory().is_some()
    }

    /// For a disk that is nothing but memory: where the blocks from `lba` on are, for the caller to read or write at once,
    /// instead of submitting a request. It counts as one. `None` for any other disk. Context: any.
    ///
    /// # Errors
    /// As for a request.
    pub fn resident(&self, op: Op, lba: u64, blocks: u64) -> Option<Result<(&Segment, usize), BlockError>> {
        let memory = self.driver.memory()?;
        Some(self.reside(op, lba, blocks).map(|at| (memory, at)))
    }

    /// The memory of a disk that is nothing but memory. Context: any.
    pub fn memory(&self) -> Option<&Segment> {
        self.driver.memory()
    }

    /// [`resident`](Self::resident) for who has the [`memory`](Self::memory) already: where in it.
    ///
    /// # Errors
    /// As for a request.
    #[inline]
    pub fn reside(&self, op: Op, lba: u64, blocks: u64) -> core::result::Result<usize, BlockError> {
        let size = u64::from(self.info.block_size);
        let refusal = self.cannot(op, lba, blocks);
        self.counters.note(op, blocks.wrapping_mul(size), refusal.is_none());
        refusal.map_or(Ok(lba.wrapping_mul(size) as usize), Err)
    }

    /// Why a request cannot be taken.
    fn refusal(&self, request: &Request) -> Option<BlockError> {
        let size = request.blocks.checked_mul(u64::from(self.info.block_size));
        if let Some(error) = self.cannot(request.op, request.lba, request.blocks) {
            Some(error)
        } else if request.op.has_data() && (size != Some(request.bytes() as u64) || size == Some(0)) {
            Some(BlockError::Misaligned)
        } else {
            None
        }
    }

    /// Hands over a request; its end is told by its `done`, at once if it cannot be taken. Context: may allocate; not
    /// with a lock held that `done` takes.
    pub fn submit(&self, mut request: Request) {
        let (op, since) = (request.op, time::now_ns());
        let bytes = request.blocks.saturating_mul(u64::from(self.info.block_size));
        let (counters, done) = (self.counters.clone(), request.done);
        request.done = Box::new(move |result| {
            counters.note(op, bytes, result.is_ok());
            counters.waited_ns.fetch_add(time::now_ns().saturating_sub(since), Relaxed);
            done(result);
        });
        if let Some(error) = self.refusal(&request) {
            return (request.done)(Err(error));
        }
        let refused = {
            let mut queue = self.queue.lock();
            if queue.gone {
                Some(request)
            } else {
                queue.push(request);
                None
            }
        };
        match refused {
            Some(request) => (request.done)(Err(BlockError::Removed)),
            None => self.driver.kick(self),
        }
    }

    /// Takes what is to be done next. For the driver; context: may allocate.
    pub fn next(&self) -> Option<Batch> {
        let batch = self.queue.lock().next(self.info.max_blocks)?;
        if let Some(more) = (batch.merged() as u64).checked_sub(1) {
            self.counters.merged.fetch_add(more, Relaxed);
        }
        Some(batch)
    }

    /// Whether requests wait. Context: any.
    pub fn has_requests(&self) -> bool {
        self.queue.lock().len() != 0
    }

    /// The device is gone: ends all requests that wait. Context: may allocate.
    pub(super) fn remove(&self) {
        self.gone.store(true, Relaxed);
        let waiting = self.queue.lock().close();
        for request in waiting {
            (request.done)(Err(BlockError::Removed));
        }
    }

    /// Submits a request and sleeps until it ends. Context: orphans but the device's own; may sleep.
    ///
    /// # Errors
    /// Why it failed.
    pub fn transfer(&self, op: Op, lba: u64, blocks: u64, segments: Vec<Segment>) -> Result<(), BlockError> {
        let end = Arc::new((Completion::new(), Lock::new(Err(BlockError::Device))));
        let its = end.clone();
        let done = Box::new(move |result| {
            *its.1.lock() = result;
            its.0.complete();
        });
        self.submit(Request { op, lba, blocks, segments, done });
        end.0.wait();
        *end.1.lock()
    }

    /// Reads the blocks from `lba` on into `to`, which is a whole number of blocks. Context: orphans; may sleep.
    ///
    /// # Errors
    /// Why it failed; then the contents of `to` are undefined.
    pub fn read(&self, lba: u64, to: &mut [u8]) -> Result<(), BlockError> {
        let buffer = self.bounce(to.len())?;
        let mut at = lba;
        for piece in to.chunks_mut(buffer.size()) {
            let count = (piece.len() / self.info.block_size as usize) as u64;
            self.transfer(Op::Read, at, count, alloc::vec![buffer.segment(0, piece.len())])?;
            buffer.read(0, piece);
            at = at.saturating_add(count);
        }
        Ok(())
    }

    /// Writes `from`, a whole number of blocks, to the blocks from `lba` on. Context: orphans; may sleep.
    ///
    /// # Errors
    /// Why it failed; then any of the blocks may have changed.
    pub fn write(&self, lba: u64, from: &[u8]) -> Result<(), BlockError> {
        let buffer = self.bounce(from.len())?;
        let mut at = lba;
        for piece in from.chunks(buffer.size()) {
            buffer.write(0, piece);
            let count = (piece.len() / self.info.block_size as usize) as u64;
            self.transfer(Op::Write, at, count, alloc::vec![buffer.segment(0, piece.len())])?;
            at = at.saturating_add(count);
        }
        Ok(())
    }

    /// A buffer for copies of `len` bytes, piece by piece.
    fn bounce(&self, len: usize) -> Result<Buffer, BlockError> {
        if !len.is_multiple_of(self.info.block_size as usize) {
            return Err(BlockError::Misaligned);
        }
        Buffer::new(len.clamp(MAX_BLOCK as usize, BOUNCE)).map_err(|_| BlockError::NoMemory)
    }

    /// Has everything written so far reach the medium. Context: orphans; may sleep.
    ///
    /// # Errors
    /// Why it failed.
    pub fn flush(&self) -> Result<(), BlockError> {
        self.transfer(Op::Flush, 0, 0, Vec::new())
    }

    /// Erases blocks. Context: orphans; may sleep.
    ///
    /// # Errors
    /// Why it failed.
    pub fn erase(&self, lba: u64, blocks: u64) -> Result<(), BlockError> {
        self.transfer(Op::Erase, lba, blocks, Vec::new())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("info", &self.info).finish_non_exhaustive()
    }
}
