// SPDX-License-Identifier: GPL-2.0-only
//! Where a guest's accesses outside its RAM go: a table of register blocks sorted by address.

use crate::config::GuestRange;
use crate::device::Emulator;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

/// What answers at a block.
pub enum Target {
    /// The vGIC's distributor.
    Distributor,
    /// The vGIC's redistributors.
    Redistributors,
    /// An emulated device.
    Device(Arc<dyn Emulator>),
}

/// A register block.
pub struct Block {
    start: u64,
    end: u64,
    /// What answers there.
    pub target: Target,
    /// The device's name in its guest, such as `uart0`.
    pub name: String,
    /// How many accesses there were.
    pub accesses: AtomicU64,
}

impl Block {
    /// The block at `range`.
    pub fn new(range: GuestRange, name: String, target: Target) -> Self {
        Self { start: range.base().0, end: range.end().0, target, name, accesses: AtomicU64::new(0) }
    }

    /// The first address.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The address past the last.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Counts an access. Not exact when two vCPUs access at once; it costs no exclusive access.
    #[inline]
    pub fn count(&self) {
        self.accesses.store(self.accesses.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}

/// Entries of [`Bus::near`], a power of two.
const NEAR: usize = 64;

/// All blocks of a guest.
pub struct Bus {
    blocks: Box<[Block]>,
    /// For addresses that have the same [`place`]: the number of the block that one of them lies in.
    near: [u8; NEAR],
}

/// Where to look first for the block of an address: devices are small.
#[inline]
fn place(address: u64) -> usize {
    (address >> 9 ^ address >> 15) as usize % NEAR
}

impl Bus {
    /// From blocks that do not overlap (the configuration has seen to it).
    pub fn new(mut blocks: Vec<Block>) -> Self {
        kernel::sort::by(&mut blocks, |a, b| a.start < b.start);
        let mut near = [0; NEAR];
        for (index, block) in blocks.iter().enumerate() {
            for address in (block.start..block.end).step_by(1 << 9).take(NEAR) {
                if let (Some(near), Ok(index)) = (near.get_mut(place(address)), u8::try_from(index)) {
                    *near = index;
                }
            }
        }
        Self { blocks: blocks.into_boxed_slice(), near }
    }

    /// The block that `address` lies in, and its number; `hint` is the number of the block to try first. Context: exit
    /// path.
    #[inline]
    pub fn find(&self, address: u64, hint: usize) -> Option<(usize, &Block)> {
        if let Some(block) = self.blocks.get(hint)
            && address >= block.start
            && address < block.end
        {
            return Some((hint, block));
        }
        self.find_near(address)
    }

    #[inline(never)]
    fn find_near(&self, address: u64) -> Option<(usize, &Block)> {
        let near = usize::from(*self.near.get(place(address))?);
        let block = self.blocks.get(near).filter(|block| address >= block.start && address < block.end);
        block.map(|block| (near, block)).or_else(|| self.search(address))
    }

    #[cold]
    fn search(&self, address: u64) -> Option<(usize, &Block)> {
        let index = self.blocks.partition_point(|block| block.end <= address);
        self.blocks.get(index).filter(|block| address >= block.start).map(|block| (index, block))
    }

    /// All blocks by address.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The nearest block below or at `address`, to explain an access that hit nothing.
    pub fn below(&self, address: u64) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.start <= address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bus() -> Bus {
        let block = |base, size, name: &str| {
            Block::new(GuestRange::new(base, size).unwrap(), name.into(), Target::Distributor)
        };
        Bus::new(alloc::vec![
            block(0x3000, 0x1000, "c"),
            block(0x1000, 0x1000, "a"),
            block(0x2000, 0x800, "b")
        ])
    }

    #[test]
    fn finds_by_address_with_any_hint() {
        let bus = bus();
        for hint in 0..5 {
            let name = |at| bus.find(at, hint).map(|(_, b)| b.name.as_str());
            assert_eq!(name(0xfff), None);
            assert_eq!(name(0x1000), Some("a"));
            assert_eq!(name(0x1fff), Some("a"));
            assert_eq!(name(0x2000), Some("b"));
            assert_eq!(name(0x2800), None);
            assert_eq!(name(0x3fff), Some("c"));
            assert_eq!(name(0x4000), None);
        }
        assert_eq!(bus.below(0x2900).map(|b| b.name.as_str()), Some("b"));
        assert!(bus.below(0).is_none());
    }
}
