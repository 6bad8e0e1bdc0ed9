// SPDX-License-Identifier: GPL-2.0-only
//! A chain of descriptors: what a driver hands over in one go, as memory that was found to be the guest's.

use alloc::vec::Vec;
use kernel::mm::segment::Segment;
use vmm::ram::GuestRam;

/// What is wrong with a ring, in words.
pub(crate) type Malformed = &'static str;

/// A piece of the guest's RAM.
#[derive(Clone, Copy)]
struct Part {
    at: u64,
    len: u32,
}

/// The buffers of one request: first those that the device reads, then those that it writes.
pub(crate) struct Chain {
    /// What the driver knows it by.
    pub(crate) id: u16,
    /// Places of a packed ring that it takes.
    pub(crate) slots: u16,
    parts: Vec<Part>,
    most: usize,
    /// How many of `parts` the device reads.
    readable: usize,
    read_bytes: u64,
    write_bytes: u64,
}

impl Chain {
    /// An empty chain of at most `most` parts. Context: may allocate; nothing does afterwards.
    pub(crate) fn new(most: usize) -> Self {
        let parts = Vec::with_capacity(most);
        Self { id: 0, slots: 0, parts, most, readable: 0, read_bytes: 0, write_bytes: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.parts.clear();
        (self.id, self.slots, self.readable, self.read_bytes, self.write_bytes) = (0, 0, 0, 0, 0);
    }

    /// Adds a piece that a descriptor names.
    #[inline]
    pub(super) fn add(&mut self, ram: &GuestRam, at: u64, len: u32, writable: bool) -> Result<(), Malformed> {
        if ram.find(at, len.into()).is_none() {
            return Err("a buffer outside of the guest's RAM");
        }
        if self.parts.len() >= self.most {
            return Err("a chain longer than its queue");
        }
        let bytes = u64::from(len);
        if writable {
            self.write_bytes += bytes;
        } else if self.readable == self.parts.len() {
            self.readable += 1;
            self.read_bytes += bytes;
        } else {
            return Err("a buffer to be read behind one to be written");
        }
        if self.read_bytes + self.write_bytes > u64::from(u32::MAX) {
            return Err("a chain of 4 GiB or more");
        }
        self.parts.push(Part { at, len });
        Ok(())
    }

    /// Bytes that the device may read; below 4 GiB.
    #[inline]
    pub(crate) fn readable(&self) -> usize {
        self.read_bytes as usize
    }

    /// Bytes that the device may write; below 4 GiB.
    #[inline]
    pub(crate) fn writable(&self) -> usize {
        self.write_bytes as usize
    }

    /// Goes through `bytes` bytes from `offset` on of what the device may write (`writable`) or read: memory, where in it,
    /// how many bytes. Says whether all of them were there.
    #[inline]
    pub(crate) fn each(
        &self,
        ram: &GuestRam,
        writable: bool,
        offset: usize,
        bytes: usize,
        mut f: impl FnMut(&Segment, usize, usize),
    ) -> bool {
        let (read, write) = self.parts.split_at_checked(self.readable).unwrap_or_default();
        let (mut skip, mut left) = (offset, bytes);
        for part in if writable { write } else { read } {
            if left == 0 {
                break;
            }
            let len = part.len as usize;
            if skip >= len {
                skip -= len;
                continue;
            }
            let take = (len - skip).min(left);
            let Some((memory, at)) = ram.find(part.at, len as u64) else { return false };
            f(memory, at + skip, take);
            left -= take;
            skip = 0;
        }
        left == 0
    }

    /// Copies from `offset` on of what the device may read; says whether all of it was there.
    pub(crate) fn read(&self, ram: &GuestRam, offset: usize, to: &mut [u8]) -> bool {
        let mut rest = &mut *to;
        let bytes = rest.len();
        let mut whole = true;
        self.each(ram, false, offset, bytes, |memory, at, len| {
            let (piece, more) = core::mem::take(&mut rest).split_at_mut_checked(len).unwrap_or_default();
            whole &= memory.read(at, piece);
            rest = more;
        }) && whole
    }

    /// Copies to `offset` on of what the device may write; says whether all of it had room.
    pub(crate) fn write(&self, ram: &GuestRam, offset: usize, from: &[u8]) -> bool {
        let mut rest = from;
        let mut whole = true;
        self.each(ram, true, offset, from.len(), |memory, at, len| {
            let (piece, more) = rest.split_at_checked(len).unwrap_or_default();
            whole &= memory.write(at, piece);
            rest = more;
        }) && whole
    }

    /// The memory of `bytes` bytes from `offset` on, which it keeps alive; neighbours are joined. Context: may allocate.
    pub(crate) fn segments(
        &self,
        ram: &GuestRam,
        writable: bool,
        offset: usize,
        bytes: usize,
    ) -> Vec<Segment> {
        let mut all: Vec<Segment> = Vec::new();
        self.each(ram, writable, offset, bytes, |memory, at, len| {
            let next = memory.part(at, len);
            if !all.last_mut().is_some_and(|last| last.join(&next)) {
                all.push(next);
            }
        });
        all
    }
}
