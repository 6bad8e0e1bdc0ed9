// SPDX-License-Identifier: GPL-2.0-only
//! A disk made of pieces of another: what is asked of it is asked of the other, piece by piece.

use super::claim::Piece;
use super::{Batch, BlockError, Claim, Device, Driver, Info, Op, Request};
use crate::Result;
use crate::sync::Lock;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::mm::segment::Segment;

/// The disk's driver.
struct Pieces {
    device: Arc<Device>,
    /// Each with its first block on this disk.
    pieces: Box<[(u64, Piece)]>,
    /// Keeps others from the blocks.
    _claim: Claim,
}

/// A batch of which some pieces are under way.
struct Whole(Lock<State>);

struct State {
    batch: Option<Batch>,
    /// Pieces that have not ended.
    left: usize,
    /// The first blocks that were done, all of them.
    good: u64,
    error: Option<BlockError>,
}

impl Whole {
    /// A piece that begins at a block of the batch has ended.
    fn end(&self, at: u64, result: core::result::Result<(), BlockError>) {
        let ended = {
            let mut state = self.0.lock();
            if let Err(error) = result {
                state.good = state.good.min(at);
                state.error = Some(error);
            }
            state.left -= 1;
            if state.left == 0 {
                state.batch.take().map(|batch| (batch, state.good, state.error))
            } else {
                None
            }
        };
        if let Some((batch, good, error)) = ended {
            batch.finish(good, error);
        }
    }
}

impl Pieces {
    /// The pieces of the other disk that blocks of this one are; each with its place among the blocks.
    fn places(&self, lba: u64, blocks: u64) -> Vec<(u64, Piece)> {
        let end = lba.saturating_add(blocks);
        let start = self.pieces.partition_point(|(at, piece)| at + piece.blocks <= lba);
        let rest = self.pieces.get(start..).unwrap_or_default();
        let inside = rest.iter().take_while(|(at, _)| *at < end);
        inside
            .map(|(at, piece)| {
                let (from, to) = ((*at).max(lba), (at + piece.blocks).min(end));
                (from - lba, Piece { first: piece.first + (from - at), blocks: to - from })
            })
            .collect()
    }

    /// Asks the other disk.
    fn serve(&self, batch: Batch) {
        let op = batch.op();
        let places = match op {
            Op::Flush => alloc::vec![(0, Piece { first: 0, blocks: 0 })],
            _ => self.places(batch.lba(), batch.blocks()),
        };
        let segments = if op.has_data() { batch.segments() } else { Vec::new() };
        let (left, good) = (places.len(), batch.blocks());
        let state = State { batch: Some(batch), left, good, error: None };
        let whole = Arc::new(Whole(Lock::new(state)));
        let size = self.device.info().block_size as usize;
        let mut data = Cursor { segments: &segments, offset: 0 };
        for (at, piece) in places {
            let segments = if op.has_data() { data.take(piece.blocks as usize * size) } else { Vec::new() };
            let whole = whole.clone();
            let done = Box::new(move |result| whole.end(at, result));
            self.device.submit(Request { op, lba: piece.first, blocks: piece.blocks, segments, done });
        }
    }
}

/// Memory that is handed out from front to back.
struct Cursor<'a> {
    segments: &'a [Segment],
    /// Bytes of the first segment that are gone.
    offset: usize,
}

impl Cursor<'_> {
    /// The next `bytes` bytes.
    fn take(&mut self, mut bytes: usize) -> Vec<Segment> {
        let mut taken = Vec::new();
        while bytes > 0
            && let [first, rest @ ..] = self.segments
        {
            let part = first.part(self.offset, bytes);
            bytes -= part.len();
            self.offset += part.len();
            if self.offset >= first.len() {
                (self.segments, self.offset) = (rest, 0);
            }
            taken.push(part);
        }
        taken
    }
}

impl Driver for Pieces {
    fn kick(&self, device: &Device) {
        while let Some(batch) = device.next() {
            self.serve(batch);
        }
    }
}

/// A disk of these pieces of `device`, which nobody else writes as long as it is there, nor reads if `writes`. It is not
/// registered. Context: may allocate.
///
/// # Errors
/// Somebody else uses some of the blocks.
pub(crate) fn new(
    name: &str,
    device: &Arc<Device>,
    pieces: Vec<Piece>,
    owner: &str,
    writes: bool,
) -> Result<Arc<Device>> {
    let its = device.info();
    let writes = writes && !its.read_only;
    let mut sorted = pieces.clone();
    kernel::sort::by(&mut sorted, |a, b| a.first < b.first);
    let claim = Claim::of(device, name, sorted, owner, writes)?;
    let mut blocks = 0;
    let place = |piece: Piece| {
        let at = blocks;
        blocks += piece.blocks;
        (at, piece)
    };
    let pieces = pieces.into_iter().map(place).collect();
    let info = Info {
        name: name.to_string(),
        model: "file".to_string(),
        block_size: its.block_size,
        blocks,
        read_only: !writes,
        removable: its.removable,
        erase: its.erase,
        max_blocks: its.max_blocks,
    };
    Ok(Device::new(info, Box::new(Pieces { device: device.clone(), pieces, _claim: claim })))
}
