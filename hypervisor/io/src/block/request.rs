// SPDX-License-Identifier: GPL-2.0-only
//! What can be asked of a disk.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use kernel::mm::segment::Segment;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// From the disk to memory.
    Read,
    /// From memory to the disk; may stay in the disk's cache until a flush.
    Write,
    /// Everything that was written before is on the medium afterwards.
    Flush,
    /// The blocks' contents are not needed any more: what is read later is undefined.
    Discard,
    /// The blocks are erased: they read as all zeroes or all ones, as the medium has it.
    Erase,
}

impl Op {
    /// Whether blocks may change.
    pub fn changes(self) -> bool {
        matches!(self, Op::Write | Op::Discard | Op::Erase)
    }

    /// Whether memory belongs to it.
    pub fn has_data(self) -> bool {
        matches!(self, Op::Read | Op::Write)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Read => "read",
            Op::Write => "write",
            Op::Flush => "flush",
            Op::Discard => "discard",
            Op::Erase => "erase",
        })
    }
}

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockError {
    /// The device is gone.
    Removed,
    /// The device did not answer in time.
    Timeout,
    /// Data or a command arrived damaged, every time that it was tried.
    Crc,
    /// The device reports an error of its medium or its own.
    Device,
    /// The medium is write protected.
    ReadOnly,
    /// Some of the blocks are not there.
    OutOfRange,
    /// The memory is not a whole number of blocks.
    Misaligned,
    /// The device cannot do this.
    Unsupported,
    /// Memory for the request is short.
    NoMemory,
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BlockError::Removed => "the device is gone",
            BlockError::Timeout => "the device does not answer in time",
            BlockError::Crc => "checksum errors on the bus, repeatedly",
            BlockError::Device => "the device reports an error",
            BlockError::ReadOnly => "write protected",
            BlockError::OutOfRange => "beyond the end of the device",
            BlockError::Misaligned => "not a whole number of blocks",
            BlockError::Unsupported => "the device cannot do this",
            BlockError::NoMemory => "no memory for the request",
        })
    }
}

impl core::error::Error for BlockError {}

/// What is called when a request ends, once. Context: that of the device's driver: an orphan, or within
/// [`submit`](super::Device::submit); it must be short and must not wait for the same device.
pub type Done = Box<dyn FnOnce(core::result::Result<(), BlockError>) + Send>;

/// A request. It must be handed to a device: its end is told to `done` in any case.
pub struct Request {
    /// What to do.
    pub op: Op,
    /// The first block, in blocks of the device.
    pub lba: u64,
    /// How many blocks; 0 for a flush.
    pub blocks: u64,
    /// Memory of a read or write, in the order of the blocks; together as many bytes as the blocks have.
    pub segments: Vec<Segment>,
    /// Called at the end.
    pub done: Done,
}

impl Request {
    /// The block behind the last.
    pub(super) fn end(&self) -> u64 {
        self.lba.saturating_add(self.blocks)
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.segments.iter().map(Segment::len).sum()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} blocks at {}", self.op, self.blocks, self.lba)
    }
}
