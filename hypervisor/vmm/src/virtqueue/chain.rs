// SPDX-License-Identifier: GPL-2.0-only
//! A chain of descriptors: what a driver hands over in one go, as memory that was found to be the guest's.

use super::Descriptor;
use crate::ram::GuestRam;
use alloc::boxed::Box;
use alloc::vec::Vec;
use kernel::mm::segment::Segment;

/// What is wrong with a ring, in words.
pub type Malformed = &'static str;

/// A piece of the guest's RAM.
#[derive(Clone, Copy, Default)]
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
    /// Room for the longest; the first `count` are there.
    parts: Box<[Part]>,
    count: usize,
    /// How many of them the device reads.
    readable: usize,
    read_bytes: u64,
    write_bytes: u64,
}

/// A chain that is being gathered.
pub(super) struct Links<'a> {
    parts: &'a mut [Part],
    sums: Sums,
}

/// What is kept of a chain besides its parts, at most 256 of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    count: usize,
    readable: usize,
    read_bytes: u64,
    write_bytes: u64,
}

impl Links<'_> {
    /// Adds a piece that a descriptor names.
    #[inline(always)]
    pub(super) fn add(&mut self, ram: &GuestRam, one: &Descriptor) -> Result<(), Malformed> {
        if ram.find(one.at, one.len.into()).is_none() {
            return Err("a buffer outside of the guest's RAM");
        }
        let sums = &mut self.sums;
        let Some(place) = self.parts.get_mut(sums.count) else {
            return Err("a chain longer than its queue");
        };
        *place = Part { at: one.at, len: one.len };
        let bytes = u64::from(one.len);
        if one.is_writable() {
            sums.write_bytes += bytes;
        } else if sums.readable == sums.count {
            sums.readable += 1;
            sums.read_bytes += bytes;
        } else {
            return Err("a buffer to be read behind one to be written");
        }
        sums.count += 1;
        Ok(())
    }

    /// What was gathered.
    #[inline(always)]
    pub(super) fn sums(self) -> Sums {
        self.sums
    }
}

impl Chain {
    /// An empty chain of at most `most` parts. Context: may allocate; nothing does afterwards.
    pub fn new(most: usize) -> Self {
        let parts = alloc::vec![Part::default(); most].into_boxed_slice();
        Self { id: 0, slots: 0, parts, count: 0, readable: 0, read_bytes: 0, write_bytes: 0 }
    }

    /// Begins a chain anew, to be finished by [`tie`](Self::tie).
    #[inline(always)]
    pub(super) fn begin(&mut self) -> Links<'_> {
        Links { parts: &mut self.parts, sums: Sums::default() }
    }

    /// Has what was gathered be the chain that the driver knows as `id` and that takes `slots` places.
    #[inline(always)]
    pub(super) fn tie(&mut self, id: u16, slots: u16, sums: Sums) -> Result<(), Malformed> {
        let Sums { count, readable, read_bytes, write_bytes } = sums;
        if read_bytes + write_bytes > u64::from(u32::MAX) {
            return Err("a chain of 4 GiB or more");
        }
        (self.id, self.slots) = (id, slots);
        (self.count, self.readable) = (count, readable);
        (self.read_bytes, self.write_bytes) = (read_bytes, write_bytes);
        Ok(())
    }

    /// Has a single descriptor be the chain that the driver knows as `id`; says whether what it names is the guest's. If not,
    /// the chain is as before.
    #[inline(always)]
    pub(super) fn tie_one(&mut self, ram: &GuestRam, id: u16, one: &Descriptor) -> bool {
        let Some(place) = self.parts.first_mut() else { return false };
        if ram.find(one.at, one.len.into()).is_none() {
            return false;
        }
        *place = Part { at: one.at, len: one.len };
        let (bytes, writable) = (u64::from(one.len), one.is_writable());
        (self.id, self.slots) = (id, 1);
        (self.count, self.readable) = (1, usize::from(!writable));
        (self.read_bytes, self.write_bytes) = if writable { (0, bytes) } else { (bytes, 0) };
        true
    }

    /// The parts that the device writes, or those that it reads.
    #[inline(always)]
    fn parts(&self, writable: bool) -> &[Part] {
        let all = self.parts.get(..self.count).unwrap_or_default();
        let (read, write) = all.split_at_checked(self.readable).unwrap_or_default();
        if writable { write } else { read }
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
        let (mut skip, mut left) = (offset, bytes);
        for part in self.parts(writable) {
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

    /// Where `bytes` bytes from `offset` on of what the device may write (`writable`) or read are, if they lie in the first
    /// buffer. Context: any.
    #[inline(always)]
    pub fn run<'a>(
        &self,
        ram: &'a GuestRam,
        writable: bool,
        offset: usize,
        bytes: usize,
    ) -> Option<(&'a Segment, usize)> {
        let part = self.parts.get(if writable { self.readable } else { 0 })?;
        let there = if writable { self.write_bytes } else { self.read_bytes };
        let len = part.len as usize;
        let fits = there != 0 && offset <= len && bytes <= len - offset;
        let (memory, at) = ram.find(part.at, len as u64).filter(|_| fits)?;
        Some((memory, at + offset))
    }

    /// All that the device may write (`writable`) or read, if it is one buffer: where it is, and its bytes. Context: any.
    #[inline(always)]
    pub fn whole<'a>(&self, ram: &'a GuestRam, writable: bool) -> Option<(&'a Segment, usize, usize)> {
        let (first, count) = if writable {
            (self.readable, self.count.wrapping_sub(self.readable))
        } else {
            (0, self.readable)
        };
        let part = self.parts.get(first).filter(|_| count == 1)?;
        let (memory, at) = ram.find(part.at, part.len.into())?;
        Some((memory, at, part.len as usize))
    }

    /// The first 16 bytes that the device may read, as two words; `None` if there are fewer.
    #[inline(always)]
    pub fn head(&self, ram: &GuestRam) -> Option<[u64; 2]> {
        if let Some(part) = self.parts.first()
            && part.len >= 16
            && self.readable != 0
            && let Some((memory, at)) = ram.find(part.at, 16)
            && let Some(both) = memory.load_pair(at)
        {
            return Some(both);
        }
        self.head_in_pieces(ram)
    }

    #[cold]
    #[inline(never)]
    fn head_in_pieces(&self, ram: &GuestRam) -> Option<[u64; 2]> {
        let mut bytes = [[0; 8]; 2];
        let whole = self.read(ram, 0, bytes.as_flattened_mut());
        whole.then(|| bytes.map(u64::from_le_bytes))
    }

    /// Writes the last byte that the device may write; says whether there is one.
    #[inline(always)]
    pub fn set_last(&self, ram: &GuestRam, value: u8) -> bool {
        if let Some(part) = self.parts.get(self.count.wrapping_sub(1))
            && part.len == 1
            && self.write_bytes != 0
            && let Some((memory, at)) = ram.find(part.at, 1)
        {
            return memory.store_u8(at, value).is_some();
        }
        self.set_last_in_pieces(ram, value)
    }

    #[cold]
    #[inline(never)]
    fn set_last_in_pieces(&self, ram: &GuestRam, value: u8) -> bool {
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
    #[inline(never)]
    pub fn fill(&self, ram: &GuestRam, offset: usize, from: &Segment, mut at: usize, bytes: usize) -> bool {
        // Mostly it is one piece.
        if let Some((memory, to)) = self.run(ram, true, offset, bytes) {
            return memory.copy(to, from, at, bytes);
        }
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
