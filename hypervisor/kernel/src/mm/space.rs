// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor's own address space at EL2: RAM at its physical address, and above [`WINDOW`] a window for device
//! registers, guarded stacks and the heap.
//!
//! On the host, devices and stacks are plain memory of the test program.

use super::MemError;
use super::extents::{Extent, ExtentError, Extents, Place};
use super::frames::{self, Frames, Purpose};
use crate::error::Result;
use crate::sync::SpinLock;
use arch::table::stage1::{self, Use, attributes};
use arch::table::{TableFrames, Tables};
use arch::{PAGE_SIZE, PhysAddr, STACK_SIZE, VirtAddr};
use core::ops::Range;

const PAGE: u64 = PAGE_SIZE as u64;
const MIB: usize = 1 << 20;

/// Where the window starts. Its parts share one GiB, so that they share tables.
pub const WINDOW: usize = 0x8000_0000_0000;
const DEVICE_WINDOW: Range<usize> = WINDOW..WINDOW + 256 * MIB;
const STACK_WINDOW: Range<usize> = DEVICE_WINDOW.end..DEVICE_WINDOW.end + 256 * MIB;
/// Addresses of the heap.
pub const HEAP_WINDOW: Range<usize> = STACK_WINDOW.end..STACK_WINDOW.end + 512 * MIB;

/// Frames for translation tables: zeroed, and clean in every cache. What is given back is chained up (the first word
/// of a frame is the address of the next) and freed when dropped: after the caller has flushed the TLB.
#[derive(Default)]
struct TableMemory {
    returned: Option<PhysAddr>,
}

impl TableFrames for TableMemory {
    fn alloc(&mut self) -> Option<PhysAddr> {
        let mut frame = frames::alloc_for(Purpose::PageTables, PAGE, PAGE).ok()?;
        // Before the final map is in force, this memory is written past the caches, in which a stale line may lie.
        arch::cache::clean_invalidate(frame.base().to_virt(), PAGE_SIZE);
        frame.zero();
        Some(frame.leak())
    }

    fn free(&mut self, frame: PhysAddr) {
        let next = self.returned.replace(frame).map_or(0, |f| f.0);
        // SAFETY: an empty table that was taken out of the tree: ours alone. A walk that still holds it reads a page
        // aligned value, whose valid bit is clear.
        unsafe { frame.to_virt().as_ptr::<u64>().write(next) };
    }
}

impl Drop for TableMemory {
    fn drop(&mut self) {
        while let Some(frame) = self.returned {
            // SAFETY: `free` wrote the word.
            let next = unsafe { frame.to_virt().as_ptr::<u64>().read() };
            self.returned = (next != 0).then_some(PhysAddr(next));
            // SAFETY: leaked by `alloc`, given back once, and no table walk can reach it any more.
            drop(unsafe { Frames::from_raw(frame, PAGE, Purpose::PageTables) });
        }
    }
}

struct Space {
    tables: Option<Tables>,
    devices: Extents,
    stacks: Extents,
}

static SPACE: SpinLock<Space> =
    SpinLock::new(Space { tables: None, devices: Extents::new(), stacks: Extents::new() });

impl Space {
    fn tables(&mut self) -> Result<&mut Tables, MemError> {
        self.tables.as_mut().ok_or(MemError::NotReady)
    }
}

/// Takes addresses from a window, whose table grows as needed.
fn take(window: &mut Extents, name: &'static str, bytes: u64, align: u64) -> Result<u64, MemError> {
    if window.needs_growth() {
        let slots = window.capacity() * 2;
        let run = frames::alloc_zeroed(Purpose::Frames, (slots * size_of::<Extent>()) as u64, PAGE);
        if let Ok(run) = run {
            let slots = run.size() as usize / size_of::<Extent>();
            let first = run.leak().to_virt().as_ptr::<Extent>();
            // SAFETY: zeroed frames of this size, which now belong to the table for good.
            let table = unsafe { core::slice::from_raw_parts_mut(first, slots) };
            if let Ok(Some(old)) = window.install_table(table) {
                let (base, bytes) = (PhysAddr(old.as_ptr() as u64), size_of_val(old) as u64);
                // SAFETY: the old table was leaked here too, and is not used any more.
                drop(unsafe { Frames::from_raw(base, bytes, Purpose::Frames) });
            }
        }
    }
    window.alloc(bytes, align, Place::Snug, 0..u64::MAX).map_err(|error| match error {
        ExtentError::BadRequest => MemError::BadRequest { bytes, align },
        _ => MemError::Window(name),
    })
}

/// A part of the address space for [`init`].
pub struct Region {
    /// Physical, and hence virtual, addresses; whole pages.
    pub range: Range<PhysAddr>,
    /// What is there.
    pub kind: Use,
}

/// Builds the map from `regions` (identity) with an empty window. Boot only; [`activate`] puts it in force.
///
/// # Errors
/// Regions overlap or are not page aligned, or memory for tables is short.
pub fn init(regions: &mut dyn Iterator<Item = Region>) -> Result<(), MemError> {
    let mut tables = Tables::new(stage1::START_LEVEL, stage1::INPUT_BITS, &mut TableMemory::default())?;
    for region in regions {
        let range = region.range.start.0..region.range.end.0;
        tables.map(range, region.range.start, attributes(region.kind), &mut TableMemory::default())?;
    }
    let mut space = SPACE.lock();
    let window_full = |_| MemError::TooManyExtents;
    space.devices.insert(DEVICE_WINDOW.start as u64..DEVICE_WINDOW.end as u64).map_err(window_full)?;
    space.stacks.insert(STACK_WINDOW.start as u64..STACK_WINDOW.end as u64).map_err(window_full)?;
    space.tables = Some(tables);
    Ok(())
}

/// Maps pages of `range` at their own address, read-only, where nothing is mapped yet. Boot only.
///
/// # Errors
/// Memory for tables is short.
pub fn map_readonly(range: Range<PhysAddr>) -> Result<(), MemError> {
    let mut space = SPACE.lock();
    let tables = space.tables()?;
    let mut at = range.start.align_down(PAGE);
    while at < range.end {
        if tables.lookup(at.0).is_none() {
            tables.map(at.0..at.0 + PAGE, at, attributes(Use::ReadOnly), &mut TableMemory::default())?;
        }
        at = at + PAGE;
    }
    Ok(())
}

/// The first table of the map; `None` before [`init`].
pub fn root() -> Option<PhysAddr> {
    SPACE.lock().tables.as_ref().map(Tables::root)
}

/// Puts the map in force on this CPU. Boot only.
///
/// # Errors
/// There is no map yet.
///
/// # Safety
/// The regions given to [`init`] must hold the running code, stack and data. Interrupts are masked.
pub unsafe fn activate() -> Result<(), MemError> {
    let root = root().ok_or(MemError::NotReady)?;
    // SAFETY: as the caller promises.
    unsafe { arch::mmu::activate(root) };
    Ok(())
}

/// What the hypervisor's map consists of, for reports.
pub fn counts() -> arch::table::BlockCounts {
    SPACE.lock().tables.as_ref().map(Tables::counts).unwrap_or_default()
}

/// Maps a run of frames at `at` in the heap's window.
pub(super) fn map_heap(at: usize, run: &Frames) -> Result<(), MemError> {
    let input = at as u64..at as u64 + run.size();
    Ok(SPACE.lock().tables()?.map(input, run.base(), attributes(Use::Data), &mut TableMemory::default())?)
}

/// Takes what is mapped of `bytes` from `start` on out of the heap's window again, and hands each frame to `release`.
pub(super) fn unmap_heap(start: usize, bytes: usize, release: &mut dyn FnMut(PhysAddr)) {
    let mut space = SPACE.lock();
    let Ok(tables) = space.tables() else { return };
    for at in (start..start + bytes).step_by(PAGE_SIZE) {
        let Some(leaf) = tables.lookup(at as u64) else { continue };
        let mut freed = TableMemory::default();
        if leaf.size == PAGE && tables.unmap(at as u64..at as u64 + PAGE, &mut freed).is_ok() {
            flush(at, PAGE_SIZE);
            release(leaf.output);
        }
    }
}

/// Makes every CPU forget `bytes` from `at` on.
fn flush(at: usize, bytes: usize) {
    for page in (at..at + bytes).step_by(PAGE_SIZE) {
        arch::tlb::flush_page(VirtAddr(page));
    }
}

/// Registers of a device, mapped nGnRE. Unmapped when dropped.
#[derive(Debug)]
pub struct Mmio {
    base: VirtAddr,
    len: usize,
    physical: PhysAddr,
}

impl Mmio {
    /// Where the first register is.
    #[inline]
    pub fn base(&self) -> VirtAddr {
        self.base
    }

    /// Bytes mapped.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is mapped, which never is so.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The physical address of the first register.
    pub fn physical(&self) -> PhysAddr {
        self.physical
    }

    /// Keeps the mapping for good.
    pub fn leak(self) -> &'static Mmio {
        alloc::boxed::Box::leak(alloc::boxed::Box::new(self))
    }

    /// The registers as a structure, at `offset`; `None` if it does not fit or is not aligned.
    ///
    /// # Safety
    /// `T` must describe the device's registers: any access it offers must be harmless to memory safety, and any bit
    /// pattern be valid.
    #[inline]
    pub unsafe fn registers<T>(&self, offset: usize) -> Option<&T> {
        let fits = offset.checked_add(size_of::<T>())? <= self.len;
        let at = self.base.0 + offset;
        if !fits || !at.is_multiple_of(align_of::<T>()) {
            return None;
        }
        // SAFETY: mapped as long as `self` lives, aligned, and fit for `T` as the caller promises.
        Some(unsafe { &*VirtAddr(at).as_ptr::<T>() })
    }

    /// A stand-in for device registers in host tests: `len` zero bytes that stay for good.
    #[cfg(not(target_os = "none"))]
    pub fn fake(len: usize) -> Mmio {
        let memory = std::vec![0u128; len.div_ceil(16)].leak();
        let base = VirtAddr(memory.as_mut_ptr().expose_provenance());
        Mmio { base, len, physical: PhysAddr(base.0 as u64) }
    }
}

/// Maps device registers: `len` bytes from `physical` on, both of any alignment. May be mapped several times.
///
/// # Errors
/// The range wraps around, or memory for tables or the window is used up.
pub fn map_device(physical: PhysAddr, len: u64) -> Result<Mmio> {
    Ok(try_map_device(physical, len)?)
}

/// As [`map_device`], with the error that never allocates.
///
/// # Errors
/// As [`map_device`].
pub fn try_map_device(physical: PhysAddr, len: u64) -> Result<Mmio, MemError> {
    map_window(physical, len, Use::Device)
}

/// Maps `len` bytes from `physical` on in the window for devices.
fn map_window(physical: PhysAddr, len: u64, kind: Use) -> Result<Mmio, MemError> {
    const BLOCK: u64 = 2 << 20;
    let bad = MemError::BadRequest { bytes: len, align: 1 };
    let end = physical.0.checked_add(len.max(1)).and_then(|e| e.checked_next_multiple_of(PAGE)).ok_or(bad)?;
    let first = physical.align_down(PAGE);
    let bytes = end - first.0;
    // Addresses that agree below 2 MiB allow blocks.
    let (slack, align) = if bytes >= BLOCK { (first.0 & (BLOCK - 1), BLOCK) } else { (0, PAGE) };
    let mut space = SPACE.lock();
    space.tables()?;
    let window = take(&mut space.devices, "devices", bytes + slack, align)?;
    let at = window + slack;
    let input = at..at + bytes;
    // On an error a part may stay mapped; its addresses are not used again.
    space.tables()?.map(input, first, attributes(kind), &mut TableMemory::default())?;
    let base = VirtAddr((at + (physical.0 - first.0)) as usize);
    Ok(Mmio { base, len: len as usize, physical })
}

impl Drop for Mmio {
    fn drop(&mut self) {
        if !DEVICE_WINDOW.contains(&self.base.0) {
            return;
        }
        let first = self.base.align_down(PAGE_SIZE).0 as u64;
        let end = (self.base + self.len.max(1)).align_up(PAGE_SIZE).0 as u64;
        let slack = if end - first >= 2 << 20 { first & ((2 << 20) - 1) } else { 0 };
        let mut space = SPACE.lock();
        let Ok(tables) = space.tables() else { return };
        let mut freed = TableMemory::default();
        if tables.unmap(first..end, &mut freed).is_ok() {
            flush(first as usize, (end - first) as usize);
            let _ = space.devices.free(first - slack, end - first + slack);
        }
    }
}

/// Memory that this CPU and devices share without caches between them. Freed when dropped.
#[derive(Debug)]
pub struct Uncached {
    /// `None` on the host, where the frames are used as they are.
    window: Option<Mmio>,
    frames: Frames,
}

impl Uncached {
    /// Where it is, for CPUs. Nobody may use its physical address.
    pub fn base(&self) -> VirtAddr {
        self.window.as_ref().map_or(self.frames.base().to_virt(), Mmio::base)
    }

    /// Where it is, for devices.
    pub fn physical(&self) -> PhysAddr {
        self.frames.base()
    }

    /// Bytes, a multiple of the page size.
    pub fn size(&self) -> u64 {
        self.frames.size()
    }
}

/// Takes frames out of the caches and maps them past these. What they hold stays.
///
/// # Errors
/// Memory for tables or the window is used up.
pub fn map_uncached(frames: Frames) -> Result<Uncached> {
    arch::cache::clean_invalidate(frames.base().to_virt(), frames.size() as usize);
    let window = match cfg!(target_os = "none") {
        true => Some(map_window(frames.base(), frames.size(), Use::Uncached)?),
        false => None,
    };
    Ok(Uncached { window, frames })
}

/// The physical address of `at`, if it is mapped: RAM is at its own address, and what lies in the window is looked up.
/// Context: any.
pub fn to_physical(at: VirtAddr) -> Option<PhysAddr> {
    if at.0 < WINDOW || cfg!(not(target_os = "none")) {
        return Some(PhysAddr(at.0 as u64));
    }
    SPACE.lock().tables.as_ref()?.lookup(at.0 as u64).map(|leaf| leaf.output)
}

/// A stack with an unmapped guard below it; freed when dropped.
#[derive(Debug)]
pub struct Stack {
    bottom: VirtAddr,
    memory: Option<Frames>,
}

impl Stack {
    /// The address just above the stack: the first stack pointer.
    #[inline]
    pub fn top(&self) -> VirtAddr {
        self.bottom + STACK_SIZE
    }

    /// The lowest usable address.
    #[inline]
    pub fn bottom(&self) -> VirtAddr {
        self.bottom
    }

    /// Bytes.
    #[inline]
    pub fn size(&self) -> usize {
        STACK_SIZE
    }
}

/// Allocates a stack of [`STACK_SIZE`] bytes, which `bytes` must not exceed: the vectors know that size. The stack is
/// the upper half of an aligned block, whose lower half is the guard.
///
/// # Errors
/// `bytes` is too large, or memory or the window is used up.
pub fn alloc_stack(bytes: usize) -> Result<Stack> {
    if bytes > STACK_SIZE {
        return Err(MemError::BadRequest { bytes: bytes as u64, align: STACK_SIZE as u64 }.into());
    }
    let memory = frames::alloc_for(Purpose::Stacks, STACK_SIZE as u64, PAGE)?;
    let bottom =
        if cfg!(target_os = "none") { map_stack(&memory)? } else { VirtAddr(memory.as_ptr().addr()) };
    Ok(Stack { bottom, memory: Some(memory) })
}

fn map_stack(memory: &Frames) -> Result<VirtAddr, MemError> {
    let block = 2 * STACK_SIZE as u64;
    let mut space = SPACE.lock();
    space.tables()?;
    let window = take(&mut space.stacks, "stacks", block, block)?;
    let at = window + STACK_SIZE as u64;
    let input = at..at + STACK_SIZE as u64;
    if let Err(error) =
        space.tables()?.map(input.clone(), memory.base(), attributes(Use::Data), &mut TableMemory::default())
    {
        // A part may be mapped: take that back, since the caller frees the memory.
        for page in input.step_by(PAGE_SIZE) {
            let _ = space.tables()?.unmap(page..page + PAGE, &mut TableMemory::default());
            flush(page as usize, PAGE_SIZE);
        }
        return Err(error.into());
    }
    Ok(VirtAddr(at as usize))
}

impl Drop for Stack {
    fn drop(&mut self) {
        if !STACK_WINDOW.contains(&self.bottom.0) {
            return;
        }
        let at = self.bottom.0 as u64;
        let mut space = SPACE.lock();
        let mut freed = TableMemory::default();
        let unmapped = space.tables().is_ok_and(|t| t.unmap(at..at + STACK_SIZE as u64, &mut freed).is_ok());
        if unmapped {
            flush(self.bottom.0, STACK_SIZE);
            let _ = space.stacks.free(at - STACK_SIZE as u64, 2 * STACK_SIZE as u64);
        } else if let Some(memory) = self.memory.take() {
            // Still mapped: it must not be used for anything else.
            memory.leak();
        }
    }
}
