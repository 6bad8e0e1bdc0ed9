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

    /// The region that all of the `bytes` from `start` on lie in, and where in it they begin. Context: any.
    #[inline]
    pub fn find(&self, start: u64, bytes: u64) -> Option<(&Segment, usize)> {
        self.0.iter().find_map(|(base, memory)| {
            let offset = start.checked_sub(*base)?;
            let end = offset.checked_add(bytes)?;
            (end <= memory.len() as u64).then_some((memory, offset as usize))
        })
    }

    /// The `bytes` from `start` on, if they lie in one region; keeps the memory alive. Context: any.
    pub fn slice(&self, start: u64, bytes: u64) -> Option<Segment> {
        self.find(start, bytes).map(|(memory, offset)| memory.part(offset, bytes as usize))
    }
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
