// SPDX-License-Identifier: GPL-2.0-only
//! The queue of a disk: requests in the order of their coming, neighbours merged when the driver takes them.

use super::{BlockError, Op, Request};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use kernel::mm::segment::Segment;

/// Requests that a driver carries out in one go: one operation on blocks that follow one another.
///
/// The driver tells its end with [`finish`](Self::finish); if it drops a batch, the requests fail.
#[derive(Debug)]
pub struct Batch {
    requests: Vec<Request>,
    op: Op,
    lba: u64,
    blocks: u64,
}

impl Batch {
    fn new(request: Request) -> Self {
        let (op, lba, blocks) = (request.op, request.lba, request.blocks);
        Self { requests: alloc::vec![request], op, lba, blocks }
    }

    /// What to do.
    pub fn op(&self) -> Op {
        self.op
    }

    /// The first block.
    pub fn lba(&self) -> u64 {
        self.lba
    }

    /// How many blocks.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// How many requests were merged into it.
    pub fn merged(&self) -> usize {
        self.requests.len()
    }

    /// The memory, in the order of the blocks; runs that touch are joined. Context: may allocate.
    pub fn segments(&self) -> Vec<Segment> {
        let mut all: Vec<Segment> = Vec::new();
        for segment in self.requests.iter().flat_map(|request| &request.segments) {
            if !all.last_mut().is_some_and(|last| last.join(segment)) {
                all.push(segment.clone());
            }
        }
        all
    }

    /// Adds a neighbour, in front or behind; gives it back if it is none, or the batch would be larger than `most` blocks.
    fn merge(&mut self, request: Request, most: u64) -> Result<(), Request> {
        let fits = self.blocks.saturating_add(request.blocks) <= most;
        if request.op != self.op || self.op == Op::Flush || !fits {
            return Err(request);
        }
        if request.lba == self.lba.saturating_add(self.blocks) {
            self.blocks += request.blocks;
            self.requests.push(request);
        } else if request.end() == self.lba {
            self.lba = request.lba;
            self.blocks += request.blocks;
            self.requests.insert(0, request);
        } else {
            return Err(request);
        }
        Ok(())
    }

    /// Tells the requests how it went: those that lie within the first `good` blocks succeeded, the others failed with
    /// `error`, if there is one. Context: orphans.
    pub fn finish(mut self, good: u64, error: Option<BlockError>) {
        let reached = self.lba.saturating_add(good);
        for request in core::mem::take(&mut self.requests) {
            let whole = request.end() <= reached && request.op != Op::Flush;
            let result = match error {
                Some(error) if !whole => Err(error),
                _ => Ok(()),
            };
            (request.done)(result);
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for request in core::mem::take(&mut self.requests) {
            (request.done)(Err(BlockError::Device));
        }
    }
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Request>,
    pub(super) deepest: usize,
    pub(super) gone: bool,
}

impl Queue {
    /// Adds a request at the end.
    pub(super) fn push(&mut self, request: Request) {
        self.waiting.push_back(request);
        self.deepest = self.deepest.max(self.waiting.len());
    }

    /// Takes the first request with those behind it that are its neighbours, up to `most` blocks.
    pub(super) fn next(&mut self, most: u64) -> Option<Batch> {
        let mut batch = Batch::new(self.waiting.pop_front()?);
        while let Some(request) = self.waiting.pop_front() {
            if let Err(other) = batch.merge(request, most) {
                self.waiting.push_front(other);
                break;
            }
        }
        Some(batch)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Closes the queue; gives what waited.
    pub(super) fn close(&mut self) -> VecDeque<Request> {
        self.gone = true;
        core::mem::take(&mut self.waiting)
    }
}
