// SPDX-License-Identifier: GPL-2.0-only
//! A guest's RAM as its emulated devices reach it. What a guest calls an address is an allegation: here it becomes
//! memory, or nothing.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

use alloc::boxed::Box;
use arch::GuestPhysAddr;
use kernel::mm::segment::Segment;

/// The RAM of one guest: it stays allocated as long as this, or a segment of it, is there.
pub struct GuestRam(Box<[(u64, Segment)]>);

impl GuestRam {
    /// RAM of these regions, each with its first guest address.
    pub fn new(regions: impl Iterator<Item = (GuestPhysAddr, Segment)>) -> Self {
        Self(regions.map(|(start, memory)| (start.0, memory)).collect())
    }

    /// All of its bytes. Context: any.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(_, memory)| memory.len() as u64).sum()
    }

    /// The region that all of the `bytes` from `start` on lie in, and where in it they begin. Context: any.
    #[inline(always)]
    pub fn find(&self, start: u64, bytes: u64) -> Option<(&Segment, usize)> {
        // Most guests have one region, which all that they name lies in.
        let first = self.0.first()?;
        within(first, start, bytes).or_else(|| self.find_further(start, bytes))
    }

    #[cold]
    #[inline(never)]
    fn find_further(&self, start: u64, bytes: u64) -> Option<(&Segment, usize)> {
        self.0.iter().skip(1).find_map(|region| within(region, start, bytes))
    }

    /// The `bytes` from `start` on, if they lie in one region; keeps the memory alive. Context: any.
    pub fn slice(&self, start: u64, bytes: u64) -> Option<Segment> {
        self.find(start, bytes).map(|(memory, offset)| memory.part(offset, bytes as usize))
    }
}

/// The place of `bytes` bytes from `start` on in a region, if all of them lie in it.
#[inline(always)]
fn within((base, memory): &(u64, Segment), start: u64, bytes: u64) -> Option<(&Segment, usize)> {
    let (offset, len) = (start.wrapping_sub(*base), memory.len() as u64);
    // What lies below the region is far above its length.
    (offset <= len && bytes <= len - offset).then_some((memory, offset as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::mm::segment::Buffer;

    #[test]
    fn only_what_lies_in_one_region_is_memory() {
        let (low, high) = (Buffer::new(0x2000).unwrap(), Buffer::new(0x1000).unwrap());
        let regions = [(0x4000_0000, low.segment(0, 0x2000)), (0x4000_2000, high.segment(0, 0x1000))];
        let ram = GuestRam::new(regions.into_iter().map(|(at, memory)| (GuestPhysAddr(at), memory)));
        assert_eq!(ram.find(0x4000_0000, 0x2000).map(|(_, offset)| offset), Some(0));
        assert_eq!(ram.find(0x4000_2ff8, 8).map(|(_, offset)| offset), Some(0xff8));
        assert_eq!(ram.slice(0x4000_1000, 0x800).map(|part| part.len()), Some(0x800));
        for (start, bytes) in [
            (0x3fff_ffff, 2),
            (0x4000_1fff, 2),
            (0x4000_2fff, 2),
            (u64::MAX, 1),
            (u64::MAX, u64::MAX),
            (0, 1),
        ] {
            assert!(ram.find(start, bytes).is_none(), "{bytes:#x} at {start:#x}");
        }
    }
}
