// SPDX-License-Identifier: GPL-2.0-only
//! Boot: what of the machine's RAM is free, what is mapped, and moving the bundle out of the middle of it.

use super::MemError;
use super::extents::Extents;
use super::frames::{self, Purpose};
use super::space::Region;
use crate::dt::machine::{memory_banks, reservations};
use crate::dt::{DtError, Fdt};
use arch::boot::BootInfo;
use arch::table::stage1::Use;
use arch::{PAGE_SIZE, PhysAddr};
use core::fmt;
use core::ops::Range;

const PAGE: u64 = PAGE_SIZE as u64;

/// Why memory could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// The device tree is wrong.
    Tree(DtError),
    /// A request failed.
    Memory(MemError),
    /// The tree names no RAM at all.
    NoMemory,
    /// The image is not in the RAM that the tree names: the tree cannot be this machine's.
    ImageOutside {
        /// Where the image starts.
        start: PhysAddr,
        /// Where it ends.
        end: PhysAddr,
    },
}

impl From<DtError> for LayoutError {
    fn from(error: DtError) -> Self {
        LayoutError::Tree(error)
    }
}

impl From<MemError> for LayoutError {
    fn from(error: MemError) -> Self {
        LayoutError::Memory(error)
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutError::Tree(error) => error.fmt(f),
            LayoutError::Memory(error) => error.fmt(f),
            LayoutError::NoMemory => f.write_str("the device tree has no memory node with a size"),
            LayoutError::ImageOutside { start, end } => write!(
                f,
                "this program lies at {start} to {end}, but the device tree's memory nodes have no RAM there"
            ),
        }
    }
}

/// What lies in RAM at boot, and may be given back after it moved.
#[derive(Clone, Debug)]
pub struct Occupied {
    /// The addresses.
    pub range: Range<PhysAddr>,
    /// Whether nothing else claims a part of the same pages: only then may they be freed.
    pub sole: bool,
}

/// RAM as found at boot.
pub struct Layout {
    /// What is mapped as data: RAM without `no-map` ranges and without the image.
    mapped: Extents,
    /// The initrd.
    pub bundle: Option<Occupied>,
    /// The device tree blob, unless it is part of the image.
    pub tree: Option<Occupied>,
}

fn pages(range: &Range<PhysAddr>) -> Range<u64> {
    range.start.align_down(PAGE).0..range.end.0.checked_next_multiple_of(PAGE).unwrap_or(!(PAGE - 1))
}

/// Takes `range` for `purpose` and says whether all of its pages were free.
fn occupy(range: Range<PhysAddr>, purpose: Purpose) -> Result<Occupied, MemError> {
    let bytes = pages(&range);
    let taken = frames::reserve(range.clone(), purpose)?;
    Ok(Occupied { range, sole: taken == bytes.end - bytes.start })
}

/// Whether all of `range` lies in free or taken RAM that is mapped.
fn is_mapped(mapped: &Extents, range: &Range<PhysAddr>) -> bool {
    mapped.as_slice().iter().any(|e| e.base <= range.start.0 && range.end.0 <= e.end())
}

impl Layout {
    /// Reads banks and reservations from the tree and fills the frame allocator. `tree` is where the blob lies, unless
    /// it is part of the image. Boot only, once.
    ///
    /// # Errors
    /// A malformed tree; overlapping banks; or no RAM.
    pub fn discover(
        fdt: Fdt<'_>,
        boot: &BootInfo,
        tree: Option<Range<PhysAddr>>,
        initrd: Option<Range<PhysAddr>>,
    ) -> Result<Self, LayoutError> {
        let mut mapped = Extents::new();
        let reach = 1 << arch::cpu::physical_address_bits();
        memory_banks(fdt, &mut |bank: Range<PhysAddr>| -> Result<(), LayoutError> {
            if bank.end.0 > reach {
                log::error!(
                    "memory at {} to {} is beyond this CPU's addresses: not used",
                    bank.start,
                    bank.end
                );
                return Ok(());
            }
            let whole = bank.start.align_up(PAGE).0..bank.end.align_down(PAGE).0;
            if whole.start < whole.end {
                mapped.insert(whole).map_err(|_| MemError::BankOverlap(bank.start))?;
                frames::add_bank(bank)?;
            }
            Ok(())
        })?;
        if frames::stats().total == 0 {
            return Err(LayoutError::NoMemory);
        }
        let image = boot.image();
        if !is_mapped(&mapped, &image) {
            return Err(LayoutError::ImageOutside { start: image.start, end: image.end });
        }
        // First, so that the image counts as such even where the tree reserves it too.
        frames::reserve(image.clone(), Purpose::Image)?;
        reservations(fdt, &mut |r| -> Result<(), LayoutError> {
            frames::reserve(r.range.clone(), Purpose::Reserved)?;
            if r.no_map {
                mapped.remove(pages(&r.range)).map_err(|_| MemError::TooManyExtents)?;
            }
            Ok(())
        })?;
        let bundle = match initrd {
            Some(range) if !is_mapped(&mapped, &range) => {
                let (start, end) = (range.start, range.end);
                log::error!(
                    "/chosen, linux,initrd-start and -end: {start} to {end} is not in usable RAM: no bundle of guests"
                );
                None
            }
            Some(range) => Some(occupy(range, Purpose::Bundle)?),
            None => None,
        };
        let tree = tree.map(|range| occupy(range, Purpose::DeviceTree)).transpose()?;
        mapped.remove(pages(&image)).map_err(|_| MemError::TooManyExtents)?;
        // Where RAM starts at 0, an access through a null pointer faults all the same.
        let at_zero = |kept: &Option<Occupied>| kept.as_ref().is_some_and(|kept| kept.range.start.0 < PAGE);
        if !at_zero(&bundle) && !at_zero(&tree) {
            mapped.remove(0..PAGE).map_err(|_| MemError::TooManyExtents)?;
        }
        Ok(Layout { mapped, bundle, tree })
    }

    /// The parts of the hypervisor's map: the image by its sections, without the boot stack's guard, and RAM.
    pub fn regions(&self, boot: &BootInfo) -> impl Iterator<Item = Region> {
        let guard = boot.stack_guard;
        let image = [
            (boot.text.clone(), Use::Text),
            (boot.rodata.clone(), Use::ReadOnly),
            (boot.data.start..guard, Use::Data),
            (guard + PAGE..boot.data.end, Use::Data),
        ];
        let image = image.into_iter().map(|(range, kind)| Region { range, kind });
        let ram = self.mapped.as_slice().iter();
        let ram = ram.map(|e| Region { range: PhysAddr(e.base)..PhysAddr(e.end()), kind: Use::Data });
        image.chain(ram).filter(|r| r.range.start < r.range.end)
    }
}

/// Where a block should move so that the free memory around it becomes one run: to the end of that run, if the largest
/// free run grows by a quarter at least; `None` to leave it. `free` calls back for each free run: base and bytes.
fn better_place(block: &Range<u64>, free: impl Fn(&mut dyn FnMut(u64, u64))) -> Option<u64> {
    let (mut largest, mut below, mut above) = (0, 0, 0);
    free(&mut |base, bytes| {
        largest = largest.max(bytes);
        if base + bytes == block.start {
            below = bytes;
        }
        if base == block.end {
            above = bytes;
        }
    });
    let joined = below + above;
    (below > 0 && above > 0 && joined >= largest + largest / 4).then(|| block.start + above)
}

/// Moves the bundle within RAM if that makes room for a larger guest, and returns where it lies. Boot only, with the
/// final map in force and nothing else allocated next to the bundle.
///
/// # Errors
/// The books do not agree; nothing else.
pub fn settle_bundle(bundle: &Occupied) -> Result<Range<PhysAddr>, MemError> {
    let block = pages(&bundle.range);
    let free = |f: &mut dyn FnMut(u64, u64)| frames::for_each_free(&mut |base, bytes| f(base.0, bytes));
    let Some(target) = better_place(&block, free).filter(|_| bundle.sole) else {
        return Ok(bundle.range.clone());
    };
    let offset = target - block.start;
    // SAFETY: source and target are RAM, mapped at their addresses; the target's pages are the bundle's own or free,
    // and boot is the only one to allocate.
    unsafe { move_up(block.start as usize, target as usize, (block.end - block.start) as usize) };
    frames::unreserve(PhysAddr(block.start)..PhysAddr(block.end), Purpose::Bundle)?;
    frames::reserve(PhysAddr(target)..PhysAddr(target + (block.end - block.start)), Purpose::Bundle)?;
    Ok(bundle.range.start + offset..bundle.range.end + offset)
}

/// Moves `bytes` from `from` up to `to`, from the end on, in pieces that do not overlap with where they go.
///
/// # Safety
/// Both ranges must be mapped and used by nothing else, and `to` above `from`.
unsafe fn move_up(from: usize, to: usize, bytes: usize) {
    let mut left = bytes;
    while left > 0 {
        let piece = left.min(to - from);
        left -= piece;
        let source = core::ptr::with_exposed_provenance::<u8>(from + left);
        let target = core::ptr::with_exposed_provenance_mut::<u8>(to + left);
        // SAFETY: within the ranges that the caller vouches for; `piece` is at most their distance.
        unsafe { arch::cache::copy(target, source, piece) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(list: &'static [(u64, u64)]) -> impl Fn(&mut dyn FnMut(u64, u64)) {
        move |f| list.iter().for_each(|&(base, bytes)| f(base, bytes))
    }

    #[test]
    fn the_bundle_moves_only_where_that_helps() {
        // In the middle: to the end of the joined run.
        assert_eq!(better_place(&(100..130), runs(&[(10, 90), (130, 70)])), Some(170));
        // At one end already, or with little to gain beside a larger run.
        assert_eq!(better_place(&(100..130), runs(&[(10, 90)])), None);
        assert_eq!(better_place(&(100..130), runs(&[(130, 70)])), None);
        assert_eq!(better_place(&(100..130), runs(&[(10, 90), (130, 10)])), None);
        assert_eq!(better_place(&(100..130), runs(&[(10, 90), (130, 70), (1000, 150)])), None);
        // Runs that do not touch it do not count.
        assert_eq!(better_place(&(100..130), runs(&[(10, 80), (131, 70)])), None);
    }

    #[test]
    fn moving_up_keeps_every_byte_of_overlapping_ranges() {
        for shift in [4096usize, 8192, 40960, 65536] {
            let mut memory = vec![0u64; 200_000 / 8];
            let bytes = 65536;
            for (i, word) in memory.iter_mut().enumerate() {
                *word = i as u64 * 0x9e37_79b9;
            }
            let expected = memory[..bytes / 8].to_vec();
            let base = memory.as_mut_ptr().expose_provenance();
            // SAFETY: inside `memory`.
            unsafe { move_up(base, base + shift, bytes) };
            assert_eq!(&memory[shift / 8..(shift + bytes) / 8], &expected[..]);
        }
    }
}
