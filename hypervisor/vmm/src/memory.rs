// SPDX-License-Identifier: GPL-2.0-only
//! A guest's memory: contiguous host RAM for each region, mapped in stage 2 at creation by the largest blocks.

use crate::config::GuestRange;
use crate::ram::GuestRam;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::table::{BlockCounts, TableFrames, Tables, stage2};
use arch::{GuestPhysAddr, PAGE_SIZE, PhysAddr};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use kernel::mm::frames::{self, Frames, Purpose};
use kernel::mm::segment::Segment;

const GIB: u64 = 1 << 30;
const MIB2: u64 = 2 << 20;

/// Why a guest's memory could not be made or reached.
#[derive(Debug)]
pub enum MemoryError {
    /// Host RAM is short.
    NoRam {
        /// Bytes of the region that was wanted.
        wanted: u64,
        /// What the allocator says.
        why: alloc::string::String,
    },
    /// All VMIDs are in use.
    NoVmid,
    /// The stage-2 map was refused.
    Map(arch::table::TableError),
    /// An address range is not in RAM.
    Outside {
        /// Its first address.
        start: GuestPhysAddr,
        /// Its bytes.
        bytes: u64,
    },
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRam { wanted, why } => {
                write!(f, "no contiguous host RAM for {} MiB: {why}", wanted >> 20)
            }
            Self::NoVmid => write!(f, "all VMIDs are in use: destroy a guest first"),
            Self::Map(error) => write!(f, "stage 2: {error}"),
            Self::Outside { start, bytes } => {
                write!(f, "{bytes:#x} bytes at {start} are not in the guest's RAM")
            }
        }
    }
}

/// Tables from the frame allocator.
struct TablePool;

impl TableFrames for TablePool {
    fn alloc(&mut self) -> Option<PhysAddr> {
        frames::alloc_zeroed(Purpose::GuestTables, PAGE_SIZE as u64, PAGE_SIZE as u64).ok().map(Frames::leak)
    }

    fn free(&mut self, frame: PhysAddr) {
        // SAFETY: a frame that `alloc` leaked, and that no table refers to any more.
        drop(unsafe { Frames::from_raw(frame, PAGE_SIZE as u64, Purpose::GuestTables) });
    }
}

/// VMIDs 1 to 255: bit set is in use. VMID 0 is nobody's.
static VMIDS: [AtomicU64; 4] = [AtomicU64::new(1), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];

fn claim_vmid() -> Option<u8> {
    VMIDS.iter().enumerate().find_map(|(i, word)| {
        let old = word
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |bits| {
                (bits != u64::MAX).then(|| bits | (bits + 1))
            })
            .ok()?;
        Some((i as u32 * 64 + old.trailing_ones()) as u8)
    })
}

fn release_vmid(vmid: u8) {
    if let Some(word) = VMIDS.get(usize::from(vmid / 64)) {
        word.fetch_and(!(1 << (vmid % 64)), Ordering::AcqRel);
    }
}

/// One region of RAM.
struct Region {
    range: GuestRange,
    /// Devices that still work on a request have them too.
    frames: Arc<Frames>,
}

/// A guest's RAM and its stage-2 map.
pub struct GuestMemory {
    regions: Vec<Region>,
    tables: Option<Tables>,
    vmid: u8,
}

/// The alignment of host RAM for a region, so that blocks as large as possible can map it: as the guest address is
/// aligned, up to 1 GiB where the region holds one whole.
fn alignment(range: &GuestRange) -> u64 {
    let holds = |block: u64| {
        let first = range.base().align_up(block);
        range.end().0.checked_sub(first.0).is_some_and(|left| left >= block)
    };
    [GIB, MIB2].into_iter().find(|&block| holds(block)).unwrap_or(PAGE_SIZE as u64)
}

/// A host range for `range` whose addresses agree with it modulo the block size: a few more bytes in front if the guest
/// address itself is not aligned.
fn allocate(range: GuestRange) -> Result<Region, MemoryError> {
    let align = alignment(&range);
    let wanted = range.size();
    let no_ram = |error: kernel::error::Error| MemoryError::NoRam { wanted, why: alloc::format!("{error}") };
    let align = if range.base().is_aligned(align) { align } else { MIB2.min(align) };
    let align = if range.base().is_aligned(align) { align } else { PAGE_SIZE as u64 };
    // 1 GiB alignment is a wish; 2 MiB blocks do as well where memory is small.
    let frames = match frames::alloc(wanted, align) {
        Err(_) if align == GIB => frames::alloc(wanted, MIB2).map_err(no_ram)?,
        other => other.map_err(no_ram)?,
    };
    Ok(Region { range, frames: Arc::new(frames) })
}

impl GuestMemory {
    /// Allocates and zeroes RAM for `ram` and maps it, and the host's `devices` (guest range, host address), in stage 2
    /// of `input_bits`. May take long for much RAM.
    pub fn new(
        ram: &[GuestRange],
        devices: &[(GuestRange, PhysAddr)],
        input_bits: u8,
    ) -> Result<Self, MemoryError> {
        let mut pool = TablePool;
        let mut memory = Self { regions: Vec::new(), tables: None, vmid: 0 };
        for range in ram {
            memory.regions.push(allocate(*range)?);
        }
        memory.vmid = claim_vmid().ok_or(MemoryError::NoVmid)?;
        let tables = memory
            .tables
            .insert(Tables::new(stage2::START_LEVEL, input_bits, &mut pool).map_err(MemoryError::Map)?);
        for region in &memory.regions {
            let input = region.range.base().0..region.range.end().0;
            tables
                .map(input, region.frames.base(), stage2::attributes(stage2::Use::Ram), &mut pool)
                .map_err(MemoryError::Map)?;
        }
        for (guest, host) in devices {
            tables
                .map(guest.base().0..guest.end().0, *host, stage2::attributes(stage2::Use::Device), &mut pool)
                .map_err(MemoryError::Map)?;
        }
        // Makes the tables visible to the walkers.
        memory.flush_tlb();
        memory.clear();
        Ok(memory)
    }

    /// Zeroes all RAM, in memory and not only in caches, so that a guest with its MMU off reads zeroes.
    pub fn clear(&self) {
        for region in &self.regions {
            let (start, bytes) = (region.frames.base().to_virt(), region.frames.size() as usize);
            // SAFETY: the guest does not run, and nothing else uses its frames.
            unsafe { arch::cache::zero_pages(start, bytes) };
            arch::cache::clean_invalidate(start, bytes);
        }
    }

    fn flush_tlb(&self) {
        let flags = arch::irq::save();
        // SAFETY: interrupts are masked.
        unsafe { arch::tlb::flush_guest(self.vttbr()) };
        arch::irq::restore(flags);
    }

    /// `VTTBR_EL2` of the guest.
    pub fn vttbr(&self) -> u64 {
        u64::from(self.vmid) << 48 | self.tables.as_ref().map_or(0, |t| t.root().0)
    }

    /// Where the `bytes` from `start` lie in the host, if they are in one region of RAM.
    pub fn host_range(&self, start: GuestPhysAddr, bytes: u64) -> Result<PhysAddr, MemoryError> {
        let outside = MemoryError::Outside { start, bytes };
        let end = start.checked_add(bytes).ok_or(MemoryError::Outside { start, bytes })?;
        let region =
            self.regions.iter().find(|r| start >= r.range.base() && end <= r.range.end()).ok_or(outside)?;
        Ok(region.frames.base() + (start - region.range.base()))
    }

    /// Copies `from` into RAM, to memory itself as well (the guest may read it with its MMU off).
    pub fn write(&self, to: GuestPhysAddr, from: &[u8]) -> Result<(), MemoryError> {
        let host = self.host_range(to, from.len() as u64)?.to_virt();
        // SAFETY: the range is guest RAM, checked above; what the guest makes of it meanwhile concerns it alone.
        unsafe { arch::cache::copy(host.as_ptr(), from.as_ptr(), from.len()) };
        arch::cache::clean_invalidate(host, from.len());
        Ok(())
    }

    /// Copies RAM into `to`.
    pub fn read(&self, from: GuestPhysAddr, to: &mut [u8]) -> Result<(), MemoryError> {
        let host = self.host_range(from, to.len() as u64)?.to_virt();
        // SAFETY: the range is guest RAM, checked above; any bytes are valid.
        unsafe { arch::cache::copy(to.as_mut_ptr(), host.as_ptr(), to.len()) };
        Ok(())
    }

    /// Zeroes RAM, to memory itself as well.
    pub fn zero(&self, start: GuestPhysAddr, bytes: u64) -> Result<(), MemoryError> {
        let host = self.host_range(start, bytes)?.to_virt();
        // SAFETY: the range is guest RAM, checked above.
        unsafe { core::ptr::write_bytes(host.as_ptr::<u8>(), 0, bytes as usize) };
        arch::cache::clean_invalidate(host, bytes as usize);
        Ok(())
    }

    /// Writes all of the guest's RAM back from the caches, `chunk` after `chunk`: what set/way maintenance by the guest
    /// asks for. `step` counts from 0; returns whether there is more.
    pub fn flush_step(&self, step: u64, chunk: u64) -> bool {
        let mut skip = step * chunk;
        for region in &self.regions {
            let size = region.frames.size();
            if skip < size {
                let bytes = chunk.min(size - skip);
                arch::cache::clean_invalidate((region.frames.base() + skip).to_virt(), bytes as usize);
                return true;
            }
            skip -= size;
        }
        false
    }

    /// The guest's RAM: its addresses and where it lies in the host.
    pub fn regions(&self) -> impl Iterator<Item = (GuestRange, PhysAddr)> + '_ {
        self.regions.iter().map(|r| (r.range, r.frames.base()))
    }

    /// The guest's RAM for its devices.
    pub fn ram(&self) -> Arc<GuestRam> {
        let region =
            |r: &Region| (r.range.base(), Segment::of(r.frames.clone()).part(0, r.range.size() as usize));
        Arc::new(GuestRam::new(self.regions.iter().map(region)))
    }

    /// Blocks and pages of the stage-2 map.
    pub fn block_counts(&self) -> BlockCounts {
        self.tables.as_ref().map(Tables::counts).unwrap_or_default()
    }
}

impl Drop for GuestMemory {
    fn drop(&mut self) {
        // No vCPU of this guest is loaded any more.
        self.flush_tlb();
        if let Some(tables) = self.tables.take() {
            tables.free(&mut TablePool);
        }
        if self.vmid != 0 {
            release_vmid(self.vmid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_follows_what_fits() {
        let range = |base, size| GuestRange::new(base, size).unwrap();
        assert_eq!(alignment(&range(GIB, 4 * GIB)), GIB);
        assert_eq!(alignment(&range(GIB, 256 << 20)), MIB2);
        assert_eq!(alignment(&range(GIB + 0x1000, MIB2)), 0x1000);
        assert_eq!(alignment(&range(GIB, 0x3000)), 0x1000);
    }

    #[test]
    fn vmids_are_unique_and_come_back() {
        let all: Vec<u8> = core::iter::from_fn(claim_vmid).collect();
        let mut sorted = all.clone();
        sorted.dedup();
        assert_eq!(sorted.len(), all.len());
        assert!(!all.contains(&0) && all.len() >= 250);
        release_vmid(77);
        assert_eq!(claim_vmid(), Some(77));
        all.into_iter().for_each(release_vmid);
    }
}
