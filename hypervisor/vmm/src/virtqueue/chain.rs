// SPDX-License-Identifier: GPL-2.0-only
//! A chain of descriptors: what a driver hands over in one go, as memory that was found to be the guest's.

use crate::ram::GuestRam;
use alloc::vec::Vec;
use kernel::mm::segment::Segment;

/// What is wrong with a ring, in words.
pub type Malformed = &'static str;

/// A piece of the guest's RAM.
#[derive(Clone, Copy)]
struct Part {
    at: u64,
    len: u32,
}

/// The buffers of one request: first those that the device reads, then those that it writes.
pub struct Chain {
    /// What the driver knows it by.
    pub id: u16,
    /// Places of a packed ring that it takes.
    pub slots: u16,
    parts: Vec<Part>,
    most: usize,
    /// How many of `parts` the device reads.
    readable: usize,
    read_bytes: u64,
    write_bytes: u64,
}

impl Chain {
    /// An empty chain of at most `most` parts. Context: may allocate; nothing does afterwards.
    pub fn new(most: usize) -> Self {
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
    pub fn readable(&self) -> usize {
        self.read_bytes as usize
    }

    /// Bytes that the device may write; below 4 GiB.
    #[inline]
    pub fn writable(&self) -> usize {
        self.write_bytes as usize
    }

    /// Goes through `bytes` bytes from `offset` on of what the device may write (`writable`) or read: memory, where in it,
    /// how many bytes. Says whether all of them were there.
    #[inline]
    pub fn each(
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

    /// The first 16 bytes that the device may read, as two words; `None` if there are fewer.
    #[inline]
    pub fn head(&self, ram: &GuestRam) -> Option<[u64; 2]> {
        if let Some(part) = self.parts.first()
            && part.len >= 16
            && self.readable != 0
            && let Some((memory, at)) = ram.find(part.at, 16)
            && let (Some(first), Some(second)) = (memory.load_u64(at), memory.load_u64(at + 8))
        {
            return Some([first, second]);
        }
        self.head_in_pieces(ram)
    }

    #[cold]
    fn head_in_pieces(&self, ram: &GuestRam) -> Option<[u64; 2]> {
        let mut bytes = [[0; 8]; 2];
        let whole = self.read(ram, 0, bytes.as_flattened_mut());
        whole.then(|| bytes.map(u64::from_le_bytes))
    }

    /// Writes the last byte that the device may write; says whether there is one.
    #[inline]
    pub fn set_last(&self, ram: &GuestRam, value: u8) -> bool {
        if let Some(part) = self.parts.last()
            && part.len == 1
            && self.write_bytes != 0
            && let Some((memory, at)) = ram.find(part.at, 1)
        {
            return memory.store_u8(at, value).is_some();
        }
        self.writable().checked_sub(1).is_some_and(|last| self.write(ram, last, &[value]))
    }

    /// Copies from `offset` on of what the device may read; says whether all of it was there.
    pub fn read(&self, ram: &GuestRam, offset: usize, to: &mut [u8]) -> bool {
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
    pub fn write(&self, ram: &GuestRam, offset: usize, from: &[u8]) -> bool {
        let mut rest = from;
        let mut whole = true;
        self.each(ram, true, offset, from.len(), |memory, at, len| {
            let (piece, more) = rest.split_at_checked(len).unwrap_or_default();
            whole &= memory.write(at, piece);
            rest = more;
        }) && whole
    }

    /// Copies `bytes` bytes from `at` of `from` to `offset` on of what the device may write; says whether all of it was there.
    pub fn fill(&self, ram: &GuestRam, offset: usize, from: &Segment, mut at: usize, bytes: usize) -> bool {
        let mut whole = true;
        self.each(ram, true, offset, bytes, |memory, to, len| {
            whole &= memory.copy(to, from, at, len);
            at += len;
        }) && whole
    }

    /// Copies `bytes` bytes from `offset` on of what the device may read to `at` of `to`; says whether all of it was there.
    pub fn drain(&self, ram: &GuestRam, offset: usize, to: &Segment, mut at: usize, bytes: usize) -> bool {
        let mut whole = true;
        self.each(ram, false, offset, bytes, |memory, from, len| {
            whole &= to.copy(at, memory, from, len);
            at += len;
        }) && whole
    }

    /// The memory of `bytes` bytes from `offset` on, which it keeps alive; neighbours are joined. Context: may allocate.
    pub fn segments(&self, ram: &GuestRam, writable: bool, offset: usize, bytes: usize) -> Vec<Segment> {
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
