// SPDX-License-Identifier: GPL-2.0-only
//! Physical memory: contiguous runs of 4 KiB frames, with the books kept by purpose.
//!
//! There is no table of frames: free memory is a short list of extents ([`super::extents`]). Small requests gather at
//! the high ends of the smallest extents, so that guest RAM finds large, aligned, contiguous ones.
//! RAM is mapped at its physical address, so a frame's address is usable as a pointer.
//! On the host (tests), a lazily made area of the test program's own memory stands in for RAM.

use super::MemError;
use super::extents::{Extent, ExtentError, Extents, Place};
use crate::error::Result;
use crate::sync::SpinLock;
use arch::{PAGE_SIZE, PhysAddr};
use core::ops::Range;

const PAGE: u64 = PAGE_SIZE as u64;

/// Requests from this size on are placed as large ones: where alignment wastes least, away from the small ones.
const LARGE: u64 = 1 << 20;

/// What memory is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Purpose {
    /// The hypervisor's image with its zero-initialised data and boot stack.
    Image,
    /// The host's device tree.
    DeviceTree,
    /// The bundle of guest device trees and images (the initrd).
    Bundle,
    /// Kept away by `/memreserve/`, `/reserved-memory` or page rounding.
    Reserved,
    /// The heap.
    Heap,
    /// Stage-1 tables of the hypervisor.
    PageTables,
    /// Stacks of CPUs and vCPUs.
    Stacks,
    /// RAM of guests.
    Guests,
    /// Stage-2 tables and other memory held on behalf of guests.
    GuestTables,
    /// Buffers of host devices.
    Devices,
    /// The frame allocator's own table.
    Frames,
}

impl Purpose {
    /// How many purposes there are.
    pub const COUNT: usize = 11;

    /// Every purpose, in the order of [`Stats::used`].
    pub const ALL: [Purpose; Self::COUNT] = [
        Purpose::Image,
        Purpose::DeviceTree,
        Purpose::Bundle,
        Purpose::Reserved,
        Purpose::Heap,
        Purpose::PageTables,
        Purpose::Stacks,
        Purpose::Guests,
        Purpose::GuestTables,
        Purpose::Devices,
        Purpose::Frames,
    ];

    /// A short name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Image => "image",
            Purpose::DeviceTree => "device tree",
            Purpose::Bundle => "bundle",
            Purpose::Reserved => "reserved",
            Purpose::Heap => "heap",
            Purpose::PageTables => "page tables",
            Purpose::Stacks => "stacks",
            Purpose::Guests => "guest RAM",
            Purpose::GuestTables => "guest tables",
            Purpose::Devices => "device buffers",
            Purpose::Frames => "frame table",
        }
    }
}

/// The state of physical memory, exact to the byte: `free` and all of `used` add up to `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of RAM in all banks.
    pub total: u64,
    /// Bytes free.
    pub free: u64,
    /// Bytes of the largest contiguous free run.
    pub largest: u64,
    /// Bytes used, in the order of [`Purpose::ALL`].
    pub used: [u64; Purpose::COUNT],
}

impl Stats {
    /// Bytes used for one purpose.
    pub fn used_for(&self, purpose: Purpose) -> u64 {
        self.used.get(purpose as usize).copied().unwrap_or(0)
    }

    /// Bytes the hypervisor holds for itself: all but free memory, guests, the bundle and what the firmware reserved.
    pub fn hypervisor(&self) -> u64 {
        let others = [Purpose::Bundle, Purpose::Reserved, Purpose::Guests, Purpose::GuestTables];
        self.used.iter().sum::<u64>() - others.iter().map(|&p| self.used_for(p)).sum::<u64>()
    }
}

struct Pool {
    extents: Extents,
    /// Allocations that may lie anywhere are put below this address if they can be.
    prefer_below: u64,
    total: u64,
    used: [u64; Purpose::COUNT],
}

impl Pool {
    const fn new() -> Self {
        Pool { extents: Extents::new(), prefer_below: u64::MAX, total: 0, used: [0; Purpose::COUNT] }
    }

    fn charge(&mut self, purpose: Purpose, bytes: u64) {
        self.used[purpose as usize] += bytes;
    }

    fn refund(&mut self, purpose: Purpose, bytes: u64) {
        let used = &mut self.used[purpose as usize];
        *used = used.saturating_sub(bytes);
    }

    fn alloc(
        &mut self,
        purpose: Purpose,
        bytes: u64,
        align: u64,
        within: Range<u64>,
    ) -> Result<PhysAddr, ExtentError> {
        if self.extents.needs_growth() {
            self.grow()?;
        }
        let place = if bytes >= LARGE { Place::Snug } else { Place::High };
        let preferred = within.start..within.end.min(self.prefer_below);
        let base = match self.extents.alloc(bytes, align, place, preferred) {
            Err(ExtentError::NoSpace { .. }) if self.prefer_below < within.end => {
                self.extents.alloc(bytes, align, place, within)?
            }
            other => other?,
        };
        self.charge(purpose, bytes);
        Ok(PhysAddr(base))
    }

    /// Moves the table of extents to twice its size. If memory is too short for that, the allocation that asked fails
    /// as soon as slots run out, with [`ExtentError::TableFull`].
    #[cold]
    fn grow(&mut self) -> Result<(), ExtentError> {
        let slots = self.extents.capacity() * 2;
        let bytes = ((slots * size_of::<Extent>()) as u64).next_multiple_of(PAGE);
        let Ok(base) = self.extents.alloc(bytes, PAGE, Place::High, 0..u64::MAX) else { return Ok(()) };
        self.charge(Purpose::Frames, bytes);
        let first = PhysAddr(base).to_virt().as_ptr::<Extent>();
        let slots = bytes as usize / size_of::<Extent>();
        // SAFETY: the frames were just taken out of the free memory, are mapped at their address and page aligned; any
        // bit pattern is an `Extent`. They are given back only after `install_table` returned them unused.
        let table = unsafe { core::slice::from_raw_parts_mut(first, slots) };
        table.fill(Extent::default());
        if let Some(old) = self.extents.install_table(table)? {
            let (base, bytes) = (old.as_ptr() as u64, size_of_val(old) as u64);
            self.extents.free(base, bytes)?;
            self.refund(Purpose::Frames, bytes);
        }
        Ok(())
    }
}

static POOL: SpinLock<Pool> = SpinLock::new(Pool::new());

fn with_pool<R>(f: impl FnOnce(&mut Pool) -> R) -> R {
    let mut pool = POOL.lock();
    #[cfg(not(target_os = "none"))]
    if pool.total == 0 {
        host::provide(&mut pool);
    }
    f(&mut pool)
}

/// Rounds a bank or reservation: `inward` for RAM that is given, outward for RAM that is taken.
fn round(range: Range<u64>, inward: bool) -> Range<u64> {
    let (up, down) =
        (|a: u64| a.checked_next_multiple_of(PAGE).unwrap_or(!(PAGE - 1)), |a: u64| a & !(PAGE - 1));
    if inward { up(range.start)..down(range.end) } else { down(range.start)..up(range.end) }
}

/// The frames of a bank that are given out. The one at address 0 is not: a pointer to it is null.
fn given(bank: Range<u64>) -> Range<u64> {
    let whole = round(bank, true);
    whole.start.max(PAGE)..whole.end
}

/// Adds a bank of RAM. Bytes outside whole frames, and the frame at address 0, count as reserved. Boot only.
///
/// # Errors
/// The bank overlaps one that was added before, or there are too many banks.
pub fn add_bank(bank: Range<PhysAddr>) -> Result<(), MemError> {
    let raw = bank.start.0..bank.end.0;
    let whole = given(raw.clone());
    if whole.start >= whole.end {
        return Ok(());
    }
    with_pool(|pool| {
        pool.extents.insert(whole.clone()).map_err(|_| MemError::BankOverlap(bank.start))?;
        pool.total += raw.end - raw.start;
        pool.charge(Purpose::Reserved, (raw.end - raw.start) - (whole.end - whole.start));
        Ok(())
    })
}

/// Until called again: keeps memory from `address` on free as long as there is some below. Boot only: so that nothing
/// lies in the way of the bundle before it moved.
pub fn prefer_below(address: PhysAddr) {
    with_pool(|pool| pool.prefer_below = address.0);
}

/// Takes a fixed range out of the free memory, as far as it lies there, and returns the bytes taken. Boot only.
///
/// # Errors
/// The table of extents is full.
pub fn reserve(range: Range<PhysAddr>, purpose: Purpose) -> Result<u64, MemError> {
    let range = round(range.start.0..range.end.0, false);
    with_pool(|pool| {
        if pool.extents.needs_growth() {
            pool.grow().map_err(|_| MemError::TooManyExtents)?;
        }
        let taken = pool.extents.remove(range).map_err(|_| MemError::TooManyExtents)?;
        pool.charge(purpose, taken);
        Ok(taken)
    })
}

/// Gives back a range that [`reserve`] took, for instance where the bundle was before it moved. The range must
/// consist of whole frames of RAM that were all taken for `purpose`. Boot only.
///
/// # Errors
/// A part of the range is free already.
pub fn unreserve(range: Range<PhysAddr>, purpose: Purpose) -> Result<(), MemError> {
    let range = round(range.start.0..range.end.0, false);
    with_pool(|pool| {
        pool.extents.insert(range.clone()).map_err(|_| MemError::BankOverlap(PhysAddr(range.start)))?;
        pool.refund(purpose, range.end - range.start);
        Ok(())
    })
}

/// A contiguous run of frames, owned: given back when dropped. Not zeroed, unless asked for.
#[derive(Debug)]
pub struct Frames {
    base: PhysAddr,
    bytes: u64,
    purpose: Purpose,
}

impl Frames {
    /// Address of the first byte.
    #[inline]
    pub fn base(&self) -> PhysAddr {
        self.base
    }

    /// Size in bytes, a multiple of the page size.
    #[inline]
    pub fn size(&self) -> u64 {
        self.bytes
    }

    /// The memory as a pointer: RAM is mapped at its physical address. Valid as long as `self` lives.
    #[inline]
    pub fn as_ptr(&self) -> *mut u8 {
        self.base.to_virt().as_ptr()
    }

    /// Fills the memory with zeroes.
    pub fn zero(&mut self) {
        // SAFETY: the frames belong to `self`, are mapped as normal memory, and any byte is valid.
        unsafe { self.as_ptr().write_bytes(0, self.bytes as usize) }
    }

    /// Gives up ownership without freeing: the memory stays taken for good, or until [`Frames::from_raw`].
    pub fn leak(self) -> PhysAddr {
        let base = self.base;
        core::mem::forget(self);
        base
    }

    /// Takes ownership again of what [`Frames::leak`] gave up.
    ///
    /// # Safety
    /// `base`, `bytes` and `purpose` are those of one leaked `Frames`, and nothing uses the memory any more.
    pub unsafe fn from_raw(base: PhysAddr, bytes: u64, purpose: Purpose) -> Self {
        Frames { base, bytes, purpose }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        with_pool(|pool| match pool.extents.free(self.base.0, self.bytes) {
            Ok(()) => pool.refund(self.purpose, self.bytes),
            // Only a broken owner can cause this; the books keep the memory as used, so it shows.
            Err(_) => debug_assert!(false, "frames at {} freed twice", self.base),
        });
    }
}

/// Allocates `bytes` (rounded up to pages) of contiguous memory, aligned to `align` (a power of two, at least a page),
/// for a guest's RAM. Any context but inside another allocator call.
///
/// # Errors
/// Out of memory.
pub fn alloc(bytes: u64, align: u64) -> Result<Frames> {
    alloc_for(Purpose::Guests, bytes, align)
}

/// As [`alloc()`], for a purpose of its own.
///
/// # Errors
/// As [`alloc()`].
pub fn alloc_for(purpose: Purpose, bytes: u64, align: u64) -> Result<Frames> {
    Ok(alloc_within(purpose, bytes, align, PhysAddr(0)..PhysAddr(u64::MAX))?)
}

/// As [`alloc_for`], with all of the memory inside `within`, and an error that says how much there is.
///
/// # Errors
/// [`MemError::NoMemory`] with the size of the largest free run, or [`MemError::BadRequest`].
pub fn alloc_within(
    purpose: Purpose,
    bytes: u64,
    align: u64,
    within: Range<PhysAddr>,
) -> Result<Frames, MemError> {
    let rounded = bytes.checked_next_multiple_of(PAGE).unwrap_or(!(PAGE - 1));
    let align = align.max(PAGE);
    let no_memory = |largest| MemError::NoMemory { what: purpose.name(), wanted: rounded, largest };
    with_pool(|pool| match pool.alloc(purpose, rounded, align, within.start.0..within.end.0) {
        Ok(base) => Ok(Frames { base, bytes: rounded, purpose }),
        Err(ExtentError::NoSpace { largest }) => Err(no_memory(largest)),
        Err(ExtentError::TableFull) => Err(no_memory(0)),
        Err(ExtentError::BadRequest) => Err(MemError::BadRequest { bytes, align }),
    })
}

/// As [`alloc_for`], filled with zeroes.
///
/// # Errors
/// As [`alloc()`].
pub fn alloc_zeroed(purpose: Purpose, bytes: u64, align: u64) -> Result<Frames> {
    let mut frames = alloc_for(purpose, bytes, align)?;
    frames.zero();
    Ok(frames)
}

/// The books, at this moment.
pub fn stats() -> Stats {
    with_pool(|pool| Stats {
        total: pool.total,
        free: pool.extents.free_bytes(),
        largest: pool.extents.largest(),
        used: pool.used,
    })
}

/// Calls `f` for every free extent, by rising address: first address and bytes. `f` must not allocate.
pub fn for_each_free(f: &mut dyn FnMut(PhysAddr, u64)) {
    with_pool(|pool| pool.extents.as_slice().iter().for_each(|e| f(PhysAddr(e.base), e.size)));
}

#[cfg(not(target_os = "none"))]
mod host {
    //! Stand-in RAM for host tests.
    use super::Pool;
    use std::alloc::{Layout, alloc_zeroed};

    const BYTES: usize = 256 << 20;
    const ALIGN: usize = 2 << 20;

    /// Puts 256 MiB of the test program's memory into the pool; the operating system backs what is touched. Aligned here:
    /// the allocator would clear what it aligns, and so touch all of it.
    pub(super) fn provide(pool: &mut Pool) {
        let layout = Layout::from_size_align(BYTES + ALIGN, size_of::<u64>()).expect("constant layout");
        // SAFETY: the layout is not empty.
        let got = unsafe { alloc_zeroed(layout) }.expose_provenance();
        assert_ne!(got, 0, "no memory for the stand-in RAM");
        let base = got.next_multiple_of(ALIGN) as u64;
        pool.extents.insert(base..base + BYTES as u64).expect("an empty pool takes a bank");
        pool.total = BYTES as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The pool is one for all tests: those that look at its totals take turns.
    static TURN: Mutex<()> = Mutex::new(());

    #[test]
    fn books_add_up_and_come_back() {
        let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        let before = stats();
        let mut held = Vec::new();
        for i in 1..200u64 {
            let purpose = Purpose::ALL[(i % 11) as usize];
            held.push(alloc_for(purpose, i * 100, PAGE << (i % 6)).unwrap());
            let s = stats();
            assert_eq!(s.free + s.used.iter().sum::<u64>(), s.total);
        }
        for f in &held {
            assert_eq!(f.size() % PAGE, 0);
        }
        drop(held);
        let after = stats();
        // The table of extents may have grown; nothing else may differ.
        let table = after.used_for(Purpose::Frames) - before.used_for(Purpose::Frames);
        assert_eq!(after.free + table, before.free);
        for p in Purpose::ALL.into_iter().filter(|&p| p != Purpose::Frames) {
            assert_eq!(after.used_for(p), before.used_for(p), "{}", p.name());
        }
    }

    #[test]
    fn too_much_says_how_much_there_is() {
        let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
        match alloc_within(Purpose::Guests, 1 << 40, PAGE, PhysAddr(0)..PhysAddr(u64::MAX)) {
            Err(MemError::NoMemory { wanted, largest, .. }) => {
                assert_eq!(wanted, 1 << 40);
                assert!(largest > 0 && largest < 1 << 40);
            }
            other => panic!("{other:?}"),
        }
        assert!(alloc(u64::MAX, PAGE).is_err());
    }

    #[test]
    fn no_frame_is_null() {
        assert_eq!(given(0..0x3fff), 0x1000..0x3000);
        assert_eq!(given(0x4000..0x6000), 0x4000..0x6000);
        let alone = given(0..0x1000);
        assert!(alone.start >= alone.end);
    }

    #[test]
    fn rounding() {
        assert_eq!(round(0x1001..0x2fff, true), 0x2000..0x2000);
        assert_eq!(round(0x1001..0x2fff, false), 0x1000..0x3000);
        assert_eq!(round(0..u64::MAX, false), 0..!(PAGE - 1));
    }
}
