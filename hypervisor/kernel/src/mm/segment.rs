// SPDX-License-Identifier: GPL-2.0-only
//! Memory that devices read and write: runs of physical addresses, which keep what they point into alive.

use super::frames::{self, Frames, Purpose};
use crate::error::Result;
use alloc::sync::Arc;
use arch::{PAGE_SIZE, PhysAddr};
use core::fmt;
use core::ops::Range;

/// The addresses that a device with 32 address lines reaches.
const LOW: Range<PhysAddr> = PhysAddr(0)..PhysAddr(1 << 32);

/// A contiguous buffer for devices, zeroed at first. Clones are the same memory.
///
/// Reads and writes by the CPU are copies. A device may write at the same time: then any bytes may come out, and no
/// harm is done otherwise.
#[derive(Clone)]
pub struct Buffer {
    frames: Arc<Frames>,
}

impl Buffer {
    /// A buffer of at least `bytes`, below 4 GiB if there is room. Context: may allocate.
    ///
    /// # Errors
    /// Memory is short.
    pub fn new(bytes: usize) -> Result<Self> {
        let (bytes, page) = (bytes.max(1) as u64, PAGE_SIZE as u64);
        let mut frames = match frames::alloc_within(Purpose::Devices, bytes, page, LOW) {
            Ok(frames) => frames,
            Err(_) => frames::alloc_for(Purpose::Devices, bytes, page)?,
        };
        frames.zero();
        Ok(Self { frames: Arc::new(frames) })
    }

    /// Bytes of it, a multiple of the page size.
    pub fn size(&self) -> usize {
        self.frames.size() as usize
    }

    /// The part from `offset` on as a segment of at most `bytes`, cut off at the end. Context: any.
    pub fn segment(&self, offset: usize, bytes: usize) -> Segment {
        let offset = offset.min(self.size());
        let len = bytes.min(self.size() - offset);
        Segment { at: self.frames.base() + offset as u64, len, keep: Some(self.frames.clone()) }
    }

    /// Copies out of the buffer; says whether all of it lies inside. Context: any.
    pub fn read(&self, offset: usize, to: &mut [u8]) -> bool {
        self.segment(offset, to.len()).read(0, to)
    }

    /// Copies into the buffer; says whether all of it lies inside. Context: any.
    pub fn write(&self, offset: usize, from: &[u8]) -> bool {
        self.segment(offset, from.len()).write(0, from)
    }
}

/// A run of physical memory for a device to read or write.
#[derive(Clone)]
pub struct Segment {
    at: PhysAddr,
    len: usize,
    /// What must not be freed before the segment is.
    keep: Option<Arc<Frames>>,
}

impl Segment {
    /// The `len` bytes at `at`, whose owner is not noted in the segment.
    ///
    /// # Safety
    /// They are RAM in the hypervisor's map, fit for any bytes, and stay so until the segment and its clones are gone
    /// and every request made with them is complete.
    pub unsafe fn new(at: PhysAddr, len: usize) -> Self {
        Self { at, len, keep: None }
    }

    /// The first address.
    #[inline]
    pub fn at(&self) -> PhysAddr {
        self.at
    }

    /// Bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A part of it, cut off at its end. Context: any.
    pub fn part(&self, offset: usize, bytes: usize) -> Self {
        let offset = offset.min(self.len);
        Self { at: self.at + offset as u64, len: bytes.min(self.len - offset), keep: self.keep.clone() }
    }

    /// Adds `next` to the end if it follows without a gap and has the same owner; says whether it did.
    pub fn join(&mut self, next: &Segment) -> bool {
        let same = match (&self.keep, &next.keep) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let follows = same && self.at.checked_add(self.len as u64) == Some(next.at);
        if follows {
            self.len += next.len;
        }
        follows
    }

    /// Copies out of the memory; says whether all of it lies inside. Context: any.
    pub fn read(&self, offset: usize, to: &mut [u8]) -> bool {
        let fits = offset.checked_add(to.len()).is_some_and(|end| end <= self.len);
        if fits {
            let from = (self.at + offset as u64).to_virt();
            // SAFETY: inside of the segment, which is mapped RAM for any bytes; `to` is elsewhere, being borrowed.
            unsafe { arch::cache::copy(to.as_mut_ptr(), from.as_ptr(), to.len()) };
        }
        fits
    }

    /// Copies into the memory; says whether all of it lies inside. Context: any.
    pub fn write(&self, offset: usize, from: &[u8]) -> bool {
        let fits = offset.checked_add(from.len()).is_some_and(|end| end <= self.len);
        if fits {
            let to = (self.at + offset as u64).to_virt();
            // SAFETY: inside of the segment, which is mapped RAM for any bytes; `from` is elsewhere, being borrowed.
            unsafe { arch::cache::copy(to.as_ptr(), from.as_ptr(), from.len()) };
        }
        fits
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {:#x}", self.at, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_bounds_hold() {
        let buffer = Buffer::new(5000).unwrap();
        assert_eq!(buffer.size(), 8192);
        assert!(buffer.write(4090, b"across a page"));
        let mut back = [0; 13];
        assert!(buffer.read(4090, &mut back));
        assert_eq!(&back, b"across a page");
        assert!(!buffer.write(8190, b"abc"));
        assert!(!buffer.read(usize::MAX, &mut back));
        let segment = buffer.segment(4090, 10_000);
        assert_eq!(segment.len(), 8192 - 4090);
        assert!(!segment.part(4, 4).read(0, &mut back));
    }

    #[test]
    fn neighbours_join_only_with_one_owner() {
        let (a, b) = (Buffer::new(4096).unwrap(), Buffer::new(4096).unwrap());
        let mut first = a.segment(0, 512);
        assert!(first.join(&a.segment(512, 512)));
        assert_eq!(first.len(), 1024);
        assert!(!first.join(&a.segment(2048, 512)));
        assert!(!first.join(&b.segment(1024, 512)));
    }
}
