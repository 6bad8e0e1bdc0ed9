// SPDX-License-Identifier: GPL-2.0-only
//! Translation tables with the 4 KiB granule (Arm ARM D8): one walker for both stages; what differs, the
//! attributes, is in [`stage1`] and [`stage2`].
//!
//! Tables are reached at their physical address (the hypervisor's map is the identity; on the host a "physical"
//! address is the address of the test's memory). Mapping picks the largest blocks that both addresses allow.

pub mod stage1;
pub mod stage2;

use crate::{PAGE_SIZE, PhysAddr};
use core::fmt;
use core::ops::Range;

const VALID: u64 = 1;
/// At levels 0 to 2 a table, at level 3 a page.
const TABLE_OR_PAGE: u64 = 2;
const ADDRESS: u64 = 0x0000_ffff_ffff_f000;
const ENTRIES: u64 = 512;
const LAST_LEVEL: u8 = 3;

/// Whence tables come. A frame is 4 KiB and zeroed.
pub trait TableFrames {
    /// A zeroed frame, or `None` if memory is short.
    fn alloc(&mut self) -> Option<PhysAddr>;
    /// Takes a frame back.
    fn free(&mut self, frame: PhysAddr);
}

/// Why a mapping was refused; nothing was changed below the address that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableError {
    /// An address or the length is not a multiple of the page size, or the range leaves the tables' reach.
    Range(u64),
    /// There is a mapping at the address.
    Mapped(u64),
    /// There is no mapping at the address, or only a part of a block is meant.
    NotMapped(u64),
    /// No frame for a table.
    NoMemory,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(at) => write!(f, "address {at:#x} is not page aligned or out of reach of the tables"),
            Self::Mapped(at) => write!(f, "address {at:#x} is mapped already"),
            Self::NotMapped(at) => write!(f, "address {at:#x} is not mapped by whole pages or blocks"),
            Self::NoMemory => write!(f, "no memory for a translation table"),
        }
    }
}

/// A mapping found by [`Tables::lookup`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The output address of the very address that was looked up.
    pub output: PhysAddr,
    /// Bytes of the block or page.
    pub size: u64,
    /// The descriptor.
    pub descriptor: u64,
}

/// How many leaves of each size a map has, for reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockCounts {
    /// 1 GiB blocks.
    pub gib: u64,
    /// 2 MiB blocks.
    pub two_mib: u64,
    /// 4 KiB pages.
    pub page: u64,
    /// Frames of the tables themselves.
    pub tables: u64,
}

/// A tree of tables.
#[derive(Debug)]
pub struct Tables {
    root: PhysAddr,
    start_level: u8,
    input_bits: u8,
}

const fn level_shift(level: u8) -> u32 {
    12 + 9 * (LAST_LEVEL - level) as u32
}

const fn level_size(level: u8) -> u64 {
    1 << level_shift(level)
}

fn entry_ptr(table: PhysAddr, address: u64, level: u8) -> *mut u64 {
    let index = address >> level_shift(level) & (ENTRIES - 1);
    core::ptr::with_exposed_provenance_mut((table.0 + index * 8) as usize)
}

impl Tables {
    /// An empty tree over `input_bits` of address that starts at `start_level`.
    pub fn new(start_level: u8, input_bits: u8, frames: &mut dyn TableFrames) -> Result<Self, TableError> {
        Ok(Self { root: frames.alloc().ok_or(TableError::NoMemory)?, start_level, input_bits })
    }

    /// The first table, for `TTBR0_EL2` or `VTTBR_EL2`.
    pub fn root(&self) -> PhysAddr {
        self.root
    }

    fn check(&self, range: &Range<u64>) -> Result<(), TableError> {
        let mask = PAGE_SIZE as u64 - 1;
        if range.start & mask != 0 || range.end & mask != 0 || range.start > range.end {
            return Err(TableError::Range(range.start));
        }
        if range.end > 1 << self.input_bits {
            return Err(TableError::Range(range.end));
        }
        Ok(())
    }

    /// Maps `input` to `output..` with the leaf `attributes` (without the type bits). Nothing in the range may be
    /// mapped. On an error the part before the address of the error stays mapped.
    pub fn map(
        &mut self,
        input: Range<u64>,
        output: PhysAddr,
        attributes: u64,
        frames: &mut dyn TableFrames,
    ) -> Result<(), TableError> {
        self.check(&input)?;
        if output.0 & (PAGE_SIZE as u64 - 1) != 0 {
            return Err(TableError::Range(output.0));
        }
        map_level(self.root, self.start_level, input, output.0, attributes, frames)
    }

    /// Takes away the mappings in `input`, which must be made of whole blocks; empties tables are freed. The caller
    /// flushes the TLB afterwards, before the memory is used otherwise.
    pub fn unmap(&mut self, input: Range<u64>, frames: &mut dyn TableFrames) -> Result<(), TableError> {
        self.check(&input)?;
        unmap_level(self.root, self.start_level, input, frames).map(|_| ())
    }

    /// The mapping of `input`.
    pub fn lookup(&self, input: u64) -> Option<Leaf> {
        if input >> self.input_bits != 0 {
            return None;
        }
        let mut table = self.root;
        for level in self.start_level..=LAST_LEVEL {
            // SAFETY: `table` is a live table of this tree.
            let descriptor = unsafe { entry_ptr(table, input, level).read_volatile() };
            if descriptor & VALID == 0 {
                return None;
            }
            if level == LAST_LEVEL || descriptor & TABLE_OR_PAGE == 0 {
                let size = level_size(level);
                let output = PhysAddr((descriptor & ADDRESS & !(size - 1)) | (input & (size - 1)));
                return Some(Leaf { output, size, descriptor });
            }
            table = PhysAddr(descriptor & ADDRESS);
        }
        None
    }

    /// Counts leaves and tables.
    pub fn counts(&self) -> BlockCounts {
        let mut counts = BlockCounts::default();
        count_level(self.root, self.start_level, &mut counts);
        counts
    }

    /// Frees every table. No CPU may use the tree any more.
    pub fn free(self, frames: &mut dyn TableFrames) {
        free_level(self.root, self.start_level, frames);
    }
}

fn map_level(
    table: PhysAddr,
    level: u8,
    input: Range<u64>,
    output: u64,
    attributes: u64,
    frames: &mut dyn TableFrames,
) -> Result<(), TableError> {
    let size = level_size(level);
    let mut at = input.start;
    while at < input.end {
        let end = ((at | (size - 1)) + 1).min(input.end);
        let out = output + (at - input.start);
        let entry = entry_ptr(table, at, level);
        // SAFETY: an entry of a live table that only this `&mut` tree changes.
        let old = unsafe { entry.read_volatile() };
        let whole = end - at == size && out & (size - 1) == 0;
        if whole && (1..=LAST_LEVEL).contains(&level) && old & VALID == 0 {
            let kind = if level == LAST_LEVEL { VALID | TABLE_OR_PAGE } else { VALID };
            // SAFETY: as above; the entry was invalid, so no TLB holds it.
            unsafe { entry.write_volatile(out | attributes | kind) };
        } else {
            let next = if old & VALID == 0 {
                let frame = frames.alloc().ok_or(TableError::NoMemory)?;
                // SAFETY: as above.
                unsafe { entry.write_volatile(frame.0 | VALID | TABLE_OR_PAGE) };
                frame
            } else if level < LAST_LEVEL && old & TABLE_OR_PAGE != 0 {
                PhysAddr(old & ADDRESS)
            } else {
                return Err(TableError::Mapped(at));
            };
            map_level(next, level + 1, at..end, out, attributes, frames)?;
        }
        at = end;
    }
    Ok(())
}

/// Returns whether the table is empty afterwards.
fn unmap_level(
    table: PhysAddr,
    level: u8,
    input: Range<u64>,
    frames: &mut dyn TableFrames,
) -> Result<bool, TableError> {
    let size = level_size(level);
    let mut at = input.start;
    while at < input.end {
        let end = ((at | (size - 1)) + 1).min(input.end);
        let entry = entry_ptr(table, at, level);
        // SAFETY: an entry of a live table that only this `&mut` tree changes.
        let old = unsafe { entry.read_volatile() };
        if old & VALID == 0 {
            return Err(TableError::NotMapped(at));
        }
        if level < LAST_LEVEL && old & TABLE_OR_PAGE != 0 {
            let next = PhysAddr(old & ADDRESS);
            if unmap_level(next, level + 1, at..end, frames)? {
                // SAFETY: as above; the table below is empty.
                unsafe { entry.write_volatile(0) };
                frames.free(next);
            }
        } else if end - at == size {
            // SAFETY: as above.
            unsafe { entry.write_volatile(0) };
        } else {
            return Err(TableError::NotMapped(at));
        }
        at = end;
    }
    // SAFETY: all entries of a live table.
    Ok((0..ENTRIES)
        .all(|i| unsafe { entry_ptr(table, i << level_shift(level), level).read_volatile() } & VALID == 0))
}

fn for_tables(table: PhysAddr, level: u8, leaf: &mut dyn FnMut(u8), below: &mut dyn FnMut(PhysAddr)) {
    for i in 0..ENTRIES {
        // SAFETY: an entry of a live table.
        let descriptor = unsafe { entry_ptr(table, i << level_shift(level), level).read_volatile() };
        if descriptor & VALID == 0 {
            continue;
        }
        if level < LAST_LEVEL && descriptor & TABLE_OR_PAGE != 0 {
            below(PhysAddr(descriptor & ADDRESS));
        } else {
            leaf(level);
        }
    }
}

fn count_level(table: PhysAddr, level: u8, counts: &mut BlockCounts) {
    counts.tables += 1;
    let mut found = [0u64; 4];
    let mut inner = BlockCounts::default();
    for_tables(table, level, &mut |l| found[l as usize & 3] += 1, &mut |next| {
        count_level(next, level + 1, &mut inner)
    });
    counts.gib += found[1] + inner.gib;
    counts.two_mib += found[2] + inner.two_mib;
    counts.page += found[3] + inner.page;
    counts.tables += inner.tables;
}

fn free_level(table: PhysAddr, level: u8, frames: &mut dyn TableFrames) {
    for_tables(table, level, &mut |_| (), &mut |next| free_level(next, level + 1, frames));
    frames.free(table);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::collections::BTreeSet;

    /// Frames from the host's heap; remembers which are out.
    #[derive(Default)]
    struct HostFrames(BTreeSet<u64>, Option<usize>);

    const LAYOUT: Layout = Layout::new::<[u64; 512]>();

    impl TableFrames for HostFrames {
        fn alloc(&mut self) -> Option<PhysAddr> {
            if self.1.is_some_and(|limit| self.0.len() >= limit) {
                return None;
            }
            let layout = LAYOUT.align_to(4096).unwrap();
            // SAFETY: the layout has a size.
            let at = unsafe { alloc_zeroed(layout) }.expose_provenance() as u64;
            assert!(self.0.insert(at));
            Some(PhysAddr(at))
        }
        fn free(&mut self, frame: PhysAddr) {
            assert!(self.0.remove(&frame.0), "freed twice or never allocated");
            // SAFETY: allocated above with the same layout.
            unsafe { dealloc(frame.0 as usize as *mut u8, LAYOUT.align_to(4096).unwrap()) };
        }
    }

    const MIB2: u64 = 2 << 20;
    const GIB: u64 = 1 << 30;

    #[test]
    fn picks_the_largest_blocks() {
        let mut frames = HostFrames::default();
        let mut map = Tables::new(1, 39, &mut frames).unwrap();
        map.map(GIB..3 * GIB, PhysAddr(4 * GIB), 0, &mut frames).unwrap();
        map.map(4 * GIB..4 * GIB + 3 * MIB2 + 0x3000, PhysAddr(MIB2), 0, &mut frames).unwrap();
        // Input and output differ below 2 MiB: pages.
        map.map(5 * GIB..5 * GIB + MIB2, PhysAddr(0x1000), 0, &mut frames).unwrap();
        let counts = map.counts();
        assert_eq!((counts.gib, counts.two_mib, counts.page), (2, 3, 3 + 512));
        assert_eq!(counts.tables as usize, frames.0.len());
        let leaf = map.lookup(4 * GIB + 5).unwrap();
        assert_eq!((leaf.output, leaf.size), (PhysAddr(MIB2 + 5), MIB2));
        assert_eq!(map.lookup(5 * GIB + 0x1fff).unwrap().output, PhysAddr(0x2fff));
        assert_eq!(map.lookup(0), None);
        map.free(&mut frames);
        assert!(frames.0.is_empty());
    }

    #[test]
    fn refuses_overlap_misalignment_and_partial_unmap() {
        let mut frames = HostFrames::default();
        let mut map = Tables::new(0, 48, &mut frames).unwrap();
        map.map(0..MIB2, PhysAddr(0), 0, &mut frames).unwrap();
        assert_eq!(map.map(0x1000..0x2000, PhysAddr(0), 0, &mut frames), Err(TableError::Mapped(0x1000)));
        assert_eq!(map.map(0x10..0x2000, PhysAddr(0), 0, &mut frames), Err(TableError::Range(0x10)));
        assert_eq!(map.map(0..1 << 49, PhysAddr(0), 0, &mut frames), Err(TableError::Range(1 << 49)));
        assert_eq!(map.unmap(0..0x1000, &mut frames), Err(TableError::NotMapped(0)));
        map.unmap(0..MIB2, &mut frames).unwrap();
        assert_eq!(frames.0.len(), 1, "tables below the root are freed");
        map.free(&mut frames);
    }

    #[test]
    fn says_when_memory_is_short() {
        let mut frames = HostFrames(BTreeSet::new(), Some(2));
        let mut map = Tables::new(1, 39, &mut frames).unwrap();
        assert_eq!(map.map(0..0x1000, PhysAddr(0), 0, &mut frames), Err(TableError::NoMemory));
        map.free(&mut frames);
        assert!(frames.0.is_empty());
    }

    #[test]
    fn random_maps_agree_with_a_list() {
        let mut seed = 0x1234_5678_9abc_def1u64;
        let mut random = move |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        let mut frames = HostFrames::default();
        let mut map = Tables::new(1, 39, &mut frames).unwrap();
        let mut model: std::collections::BTreeMap<u64, u64> = Default::default();
        for _ in 0..300 {
            let at = random(4096) << 12;
            let len = (1 + random(1100)) << 12;
            let out = random(1 << 20) << 12;
            let free = !(at..at + len).step_by(4096).any(|p| model.contains_key(&p));
            let result = map.map(at..at + len, PhysAddr(out), 0, &mut frames);
            assert_eq!(result.is_ok(), free);
            let done = match result {
                Ok(()) => at + len,
                Err(TableError::Mapped(stop)) => stop,
                Err(other) => panic!("{other}"),
            };
            for page in (at..done).step_by(4096) {
                model.insert(page, out + (page - at));
            }
        }
        for page in (0..8192 << 12).step_by(4096) {
            assert_eq!(map.lookup(page).map(|l| l.output.0), model.get(&page).copied(), "page {page:#x}");
        }
        map.free(&mut frames);
        assert!(frames.0.is_empty());
    }
}
