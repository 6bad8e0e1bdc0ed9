// SPDX-License-Identifier: GPL-2.0-only
//! The heap: a linked-list allocator over a window of addresses that is backed with frames as it grows.
//!
//! On the target this is the global allocator; interrupts are masked inside. Any context that does not hold the frame
//! allocator's or the address space's lock. On the host the system's allocator serves instead.

use super::frames::{self, Frames, Purpose};
use super::space;
use crate::sync::SpinLock;
use arch::PAGE_SIZE;
use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;
use linked_list_allocator::Heap;

/// The heap grows by this much, or by what a single larger request needs.
const STEP: usize = 128 << 10;

/// What a heap lies on: memory that is made usable piece by piece, upwards.
trait Backing {
    /// Makes `bytes` (whole pages) behind the present end usable. Returns whether it could.
    fn extend(&mut self, end: usize, bytes: usize) -> bool;
}

/// The books of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes backed with memory.
    pub size: usize,
    /// Bytes in use, with the allocator's rounding.
    pub used: usize,
    /// Most bytes that were ever in use.
    pub peak: usize,
    /// Allocations since boot.
    pub allocations: u64,
    /// Requests that failed.
    pub failures: u64,
}

struct Growing<B> {
    heap: Heap,
    backing: B,
    /// Where the window starts; 0 before `init`.
    start: usize,
    /// Bytes the window has.
    limit: usize,
    stats: Stats,
}

impl<B: Backing> Growing<B> {
    const fn new(backing: B) -> Self {
        let stats = Stats { size: 0, used: 0, peak: 0, allocations: 0, failures: 0 };
        Growing { heap: Heap::empty(), backing, start: 0, limit: 0, stats }
    }

    /// Starts the heap with `bytes` at the beginning of the window.
    fn init(&mut self, start: usize, limit: usize, bytes: usize) -> bool {
        if self.start != 0 || bytes > limit || !self.backing.extend(start, bytes) {
            return false;
        }
        self.start = start;
        self.limit = limit;
        // SAFETY: `extend` made these bytes usable; they belong to the heap from here on.
        unsafe { self.heap.init(core::ptr::with_exposed_provenance_mut(start), bytes) };
        self.stats.size = bytes;
        true
    }

    fn alloc(&mut self, layout: Layout) -> *mut u8 {
        let result = match self.heap.allocate_first_fit(layout) {
            Ok(at) => Ok(at),
            Err(()) => self.grow_for(layout),
        };
        match result {
            Ok(at) => {
                self.stats.allocations += 1;
                self.stats.used = self.heap.used();
                self.stats.peak = self.stats.peak.max(self.stats.used);
                at.as_ptr()
            }
            Err(()) => {
                self.stats.failures += 1;
                core::ptr::null_mut()
            }
        }
    }

    #[cold]
    fn grow_for(&mut self, layout: Layout) -> Result<NonNull<u8>, ()> {
        if self.start == 0 {
            return Err(());
        }
        // The end of the heap may be in use: room for the request, its alignment and the allocator's own rounding.
        let need = layout.size().checked_add(layout.align()).and_then(|n| n.checked_add(64)).ok_or(())?;
        let wanted = need.checked_next_multiple_of(PAGE_SIZE).ok_or(())?;
        // A whole step if there is memory for it, else just what is needed.
        for bytes in [wanted.max(STEP), wanted] {
            if bytes <= self.limit - self.stats.size
                && self.backing.extend(self.start + self.stats.size, bytes)
            {
                // SAFETY: the bytes behind the heap's end were just made usable for it.
                unsafe { self.heap.extend(bytes) };
                self.stats.size += bytes;
                return self.heap.allocate_first_fit(layout);
            }
        }
        Err(())
    }

    /// # Safety
    /// `at` came from `alloc` with the same layout and is not used any more.
    unsafe fn dealloc(&mut self, at: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.heap.deallocate(at, layout) };
        self.stats.used = self.heap.used();
    }
}

/// Frames mapped behind each other into the heap's window.
struct Window;

impl Backing for Window {
    fn extend(&mut self, end: usize, bytes: usize) -> bool {
        // One contiguous run is best; where memory is in pieces, single frames serve as well.
        one_run(end, bytes) || (bytes > PAGE_SIZE && single_frames(end, bytes))
    }
}

fn one_run(at: usize, bytes: usize) -> bool {
    let Ok(run) = frames::alloc_for(Purpose::Heap, bytes as u64, PAGE_SIZE as u64) else { return false };
    if space::map_heap(at, &run).is_err() {
        space::unmap_heap(at, bytes, &mut |_| ());
        return false;
    }
    run.leak();
    true
}

fn single_frames(start: usize, bytes: usize) -> bool {
    if frames::stats().free < bytes as u64 {
        return false;
    }
    for at in (start..start + bytes).step_by(PAGE_SIZE) {
        if !one_run(at, PAGE_SIZE) {
            // SAFETY: `one_run` leaked each of these frames as a run of its own, and they are mapped no more.
            let free = |frame| drop(unsafe { Frames::from_raw(frame, PAGE_SIZE as u64, Purpose::Heap) });
            space::unmap_heap(start, at - start, &mut { free });
            return false;
        }
    }
    true
}

/// The global allocator's type.
pub struct GlobalHeap(SpinLock<Growing<Window>>);

#[cfg_attr(target_os = "none", global_allocator)]
static HEAP: GlobalHeap = GlobalHeap(SpinLock::new(Growing::new(Window)));

// SAFETY: `Growing` hands out memory that nothing else uses, of the layout asked for, until it is given back.
unsafe impl GlobalAlloc for GlobalHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.lock().alloc(layout)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if let Some(at) = NonNull::new(at) {
            // SAFETY: the caller of `GlobalAlloc::dealloc` promises what is needed.
            unsafe { self.0.lock().dealloc(at, layout) };
        }
    }
}

/// Starts the heap with `bytes`, rounded up to pages. Boot only, after the address space.
///
/// # Errors
/// No memory for that much.
pub fn init(bytes: usize) -> Result<(), super::MemError> {
    let bytes = bytes.next_multiple_of(PAGE_SIZE);
    let largest = frames::stats().largest;
    if HEAP.0.lock().init(space::HEAP_WINDOW.start, space::HEAP_WINDOW.len(), bytes) {
        return Ok(());
    }
    Err(super::MemError::NoMemory { what: Purpose::Heap.name(), wanted: bytes as u64, largest })
}

/// The books, at this moment; all 0 on the host.
pub fn stats() -> Stats {
    HEAP.0.lock().stats
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plain buffer of which a growing part counts as usable.
    struct Buffer {
        usable: usize,
        limit: usize,
    }

    impl Backing for Buffer {
        fn extend(&mut self, _end: usize, bytes: usize) -> bool {
            if self.usable + bytes > self.limit {
                return false;
            }
            self.usable += bytes;
            true
        }
    }

    fn heap(limit: usize, initial: usize) -> Growing<Buffer> {
        let memory = vec![0u64; (1 << 20) / 8].leak();
        let mut heap = Growing::new(Buffer { usable: 0, limit });
        assert!(heap.init(memory.as_mut_ptr().expose_provenance(), 1 << 20, initial));
        heap
    }

    #[test]
    fn grows_when_full_and_stops_at_the_limit() {
        let mut heap = heap(512 << 10, 4096);
        let layout = Layout::from_size_align(3000, 16).unwrap();
        let mut held = Vec::new();
        loop {
            let at = heap.alloc(layout);
            if at.is_null() {
                break;
            }
            assert_eq!(at as usize % 16, 0);
            // SAFETY: the allocator gave these 3000 bytes.
            unsafe { at.write_bytes(held.len() as u8, 3000) };
            held.push(at);
        }
        assert!(held.len() * 3000 > 500 << 10, "{} blocks only", held.len());
        assert!(heap.stats.size <= 512 << 10 && heap.stats.failures == 1);
        for (i, at) in held.iter().enumerate() {
            for offset in [0, 1, 1500, 2999] {
                // SAFETY: inside the live block.
                assert_eq!(unsafe { at.add(offset).read() }, i as u8, "block {i} was overwritten");
            }
        }
        for at in held {
            // SAFETY: allocated above with this layout.
            unsafe { heap.dealloc(NonNull::new(at).unwrap(), layout) };
        }
        assert_eq!(heap.stats.used, 0);
    }

    #[test]
    fn a_request_larger_than_a_step_is_served() {
        let mut heap = heap(1 << 20, 4096);
        let layout = Layout::from_size_align(300 << 10, 4096).unwrap();
        let at = heap.alloc(layout);
        assert!(!at.is_null() && (at as usize).is_multiple_of(4096));
        assert!(heap.alloc(Layout::from_size_align(2 << 20, 8).unwrap()).is_null());
        assert!(
            !heap.alloc(Layout::from_size_align(64, 8).unwrap()).is_null(),
            "still usable after a refusal"
        );
    }

    #[test]
    fn short_memory_serves_what_is_needed() {
        // Less than a step is left, but enough for the request.
        let mut heap = heap(4096 + (64 << 10), 4096);
        assert!(!heap.alloc(Layout::from_size_align(50_000, 8).unwrap()).is_null());
    }

    #[test]
    fn nothing_before_init() {
        let mut heap = Growing::new(Buffer { usable: 0, limit: 1 << 20 });
        assert!(heap.alloc(Layout::new::<u64>()).is_null());
    }
}
