// SPDX-License-Identifier: GPL-2.0-only
//! Where the memory comes from: chunks of 64 KiB, cut into pages, cut into pieces of one size.
//!
//! A chunk is aligned to its size; its first page describes it, so a piece finds its size without a table. Runs of more
//! than one page have a chunk-like header in a map of their own.

use alloc::collections::BTreeMap;
use core::ptr::null_mut;
use kernel::sync::SpinLock;

/// Sizes that pages are cut into. Powers of two lie at multiples of themselves.
const CLASSES: [u16; 9] = [64, 128, 192, 256, 512, 1024, 1344, 2048, 4096];
const PAGE: usize = 4096;
const CHUNK: usize = 64 << 10;
const PAGES: usize = CHUNK / PAGE;
/// A page that is not cut yet.
const FREE: u8 = 0xff;

/// The first page of a chunk.
struct Header {
    next: *mut Header,
    /// Of each page: its class, or [`FREE`].
    class: [u8; PAGES],
    /// Of each page: pieces in use.
    used: [u16; PAGES],
    /// Of each page: its first free piece, each of which begins with the address of the next.
    first: [*mut u8; PAGES],
}

struct Pool {
    chunks: *mut Header,
    /// Runs of pages: address to bytes.
    runs: BTreeMap<usize, usize>,
    usage: Usage,
}

/// What drivers hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Pieces in use.
    pub pieces: usize,
    /// Their bytes, with rounding.
    pub bytes: usize,
}

// SAFETY: the pointers are to memory of the pool's own.
unsafe impl Send for Pool {}

static POOL: SpinLock<Pool> =
    SpinLock::new(Pool { chunks: null_mut(), runs: BTreeMap::new(), usage: Usage { pieces: 0, bytes: 0 } });

/// What drivers hold now. Context: any.
pub fn usage() -> Usage {
    POOL.lock().usage
}

/// Contiguous frames, or null. `bytes` are whole pages.
#[cfg(target_os = "none")]
fn frames(bytes: usize, align: usize) -> *mut u8 {
    use kernel::mm::frames;
    let align = align.max(PAGE) as u64;
    match frames::alloc_for(frames::Purpose::Heap, bytes as u64, align) {
        Ok(run) => core::ptr::with_exposed_provenance_mut(run.leak().0 as usize),
        Err(_) => null_mut(),
    }
}

/// # Safety
/// From [`frames`], with the same size, and not in use.
#[cfg(target_os = "none")]
unsafe fn give_back(at: *mut u8, bytes: usize) {
    use kernel::mm::frames::{Frames, Purpose};
    // SAFETY: the caller's.
    drop(unsafe { Frames::from_raw(arch::PhysAddr(at.expose_provenance() as u64), bytes as u64, Purpose::Heap) });
}

#[cfg(not(target_os = "none"))]
fn frames(bytes: usize, align: usize) -> *mut u8 {
    match core::alloc::Layout::from_size_align(bytes, align.max(PAGE)) {
        // SAFETY: not of size 0.
        Ok(layout) => unsafe { alloc::alloc::alloc(layout) },
        Err(_) => null_mut(),
    }
}

#[cfg(not(target_os = "none"))]
unsafe fn give_back(at: *mut u8, bytes: usize) {
    // What the allocator of the host does not look at is the alignment's exact value.
    if let Ok(layout) = core::alloc::Layout::from_size_align(bytes, PAGE) {
        // SAFETY: the caller's.
        unsafe { alloc::alloc::dealloc(at, layout) };
    }
}

fn class_of(size: usize) -> Option<u8> {
    CLASSES.iter().position(|&class| size <= usize::from(class)).map(|i| i as u8)
}

fn bytes_of(class: u8) -> usize {
    CLASSES.get(usize::from(class)).copied().map_or(PAGE, usize::from)
}

/// `size` bytes (not 0), at a multiple of `align` (a power of two or 0); null without memory. Context: any.
pub fn alloc(size: usize, align: usize) -> *mut u8 {
    // A power of two lies at a multiple of itself.
    let wanted = if align > 64 { size.max(align).next_power_of_two() } else { size };
    match class_of(wanted) {
        Some(class) => POOL.lock().piece(class),
        None => run(size, align),
    }
}

/// Whole pages.
fn run(size: usize, align: usize) -> *mut u8 {
    let Some(bytes) = size.checked_next_multiple_of(PAGE) else { return null_mut() };
    let natural = if size.is_power_of_two() { size.min(4 << 20) } else { PAGE };
    let at = frames(bytes, align.max(natural));
    if !at.is_null() {
        let mut pool = POOL.lock();
        pool.runs.insert(at.addr(), bytes);
        pool.usage.pieces += 1;
        pool.usage.bytes += bytes;
    }
    at
}

/// # Safety
/// From [`alloc`], not in use.
pub unsafe fn free(at: *mut u8) {
    let freed = {
        let mut pool = POOL.lock();
        match at.addr().is_multiple_of(PAGE).then(|| pool.runs.remove(&at.addr())).flatten() {
            Some(bytes) => {
                pool.usage.pieces -= 1;
                pool.usage.bytes -= bytes;
                Ok(Some(bytes))
            }
            // SAFETY: the caller's piece.
            None => unsafe { pool.put(at) }.map(|()| None),
        }
    };
    match freed {
        // SAFETY: a run that nobody uses.
        Ok(Some(bytes)) => unsafe { give_back(at, bytes) },
        Ok(None) => {}
        // Without the lock: the driver's call may end here.
        Err(mistake) => crate::context::fail(format_args!("{at:p} is freed {mistake}")),
    }
}

/// # Safety
/// From [`alloc`].
pub unsafe fn size_of(at: *mut u8) -> usize {
    let pool = POOL.lock();
    match pool.runs.get(&at.addr()) {
        Some(&bytes) if at.addr().is_multiple_of(PAGE) => bytes,
        // SAFETY: a piece lies in a chunk, whose header describes its page.
        _ => unsafe {
            let (header, page) = place(at);
            bytes_of((*header).class.get(page).copied().unwrap_or(0))
        },
    }
}

/// The chunk and the page of a piece.
fn place(at: *mut u8) -> (*mut Header, usize) {
    let offset = at.addr() % CHUNK;
    (at.wrapping_sub(offset).cast(), offset / PAGE)
}

impl Pool {
    fn piece(&mut self, class: u8) -> *mut u8 {
        let mut page = self.page_of(class);
        if page.is_none() {
            page = self.fresh_page(class);
        }
        let Some((header, page)) = page else { return null_mut() };
        // SAFETY: chunks are the pool's own; a page of a class has a free piece where `first` is not null.
        unsafe {
            let (Some(first), Some(used)) = ((*header).first.get_mut(page), (*header).used.get_mut(page)) else {
                return null_mut();
            };
            let at = *first;
            *first = at.cast::<*mut u8>().read();
            *used += 1;
            self.usage.pieces += 1;
            self.usage.bytes += bytes_of(class);
            at
        }
    }

    /// A page of the class with a free piece.
    fn page_of(&self, class: u8) -> Option<(*mut Header, usize)> {
        let mut chunk = self.chunks;
        // SAFETY: chunks are the pool's own, and chained.
        while let Some(header) = unsafe { chunk.as_ref() } {
            let pages = header.class.iter().zip(&header.first);
            if let Some(page) = { pages }.position(|(&c, first)| c == class && !first.is_null()) {
                return Some((chunk, page));
            }
            chunk = header.next;
        }
        None
    }

    /// Cuts a page into pieces of the class.
    fn fresh_page(&mut self, class: u8) -> Option<(*mut Header, usize)> {
        let (header, page) = match self.page_free() {
            Some(found) => found,
            None => {
                self.grow()?;
                self.page_free()?
            }
        };
        let size = bytes_of(class);
        let base = header.cast::<u8>().wrapping_add(page * PAGE);
        let mut next: *mut u8 = null_mut();
        for i in (0..PAGE / size).rev() {
            let at = base.wrapping_add(i * size);
            // SAFETY: within a page that nobody uses.
            unsafe { at.cast::<*mut u8>().write(next) };
            next = at;
        }
        // SAFETY: the pool's own header.
        unsafe {
            *(*header).class.get_mut(page)? = class;
            *(*header).first.get_mut(page)? = next;
        }
        Some((header, page))
    }

    fn page_free(&self) -> Option<(*mut Header, usize)> {
        let mut chunk = self.chunks;
        // SAFETY: as in `page_of`.
        while let Some(header) = unsafe { chunk.as_ref() } {
            if let Some(page) = header.class.iter().skip(1).position(|&c| c == FREE) {
                return Some((chunk, page + 1));
            }
            chunk = header.next;
        }
        None
    }

    fn grow(&mut self) -> Option<()> {
        let chunk = frames(CHUNK, CHUNK).cast::<Header>();
        if chunk.is_null() {
            return None;
        }
        let header =
            Header { next: self.chunks, class: [FREE; PAGES], used: [0; PAGES], first: [null_mut(); PAGES] };
        // SAFETY: the first page of new memory.
        unsafe { chunk.write(header) };
        self.chunks = chunk;
        Some(())
    }

    /// Whether this is one of the pool's chunks.
    fn owns(&self, header: *mut Header) -> bool {
        let mut chunk = self.chunks;
        while !chunk.is_null() && chunk != header {
            // SAFETY: chunks are the pool's own, and chained.
            chunk = unsafe { (*chunk).next };
        }
        !chunk.is_null()
    }

    /// Takes a piece back; says what is wrong with it otherwise.
    ///
    /// # Safety
    /// A piece that is not in use.
    unsafe fn put(&mut self, at: *mut u8) -> Result<(), &'static str> {
        let (header, page) = place(at);
        if !self.owns(header) {
            return Err("but was never allocated");
        }
        // SAFETY: the caller's piece; its chunk is the pool's.
        unsafe {
            let Some(class) = (*header).class.get(page).copied().filter(|&c| usize::from(c) < CLASSES.len()) else {
                return Err("but was never allocated");
            };
            let size = bytes_of(class);
            if cfg!(debug_assertions) {
                let poison = crate::bindings::POISON_FREE as u8;
                let tail = core::slice::from_raw_parts(at.add(8), size - 8);
                if tail.iter().all(|&b| b == poison) && self.is_free(header, page, at) {
                    return Err("twice");
                }
                at.write_bytes(poison, size);
            }
            if let (Some(first), Some(used)) = ((*header).first.get_mut(page), (*header).used.get_mut(page)) {
                at.cast::<*mut u8>().write(*first);
                *first = at;
                *used -= 1;
                if *used == 0 {
                    // Any class may have it now.
                    *first = null_mut();
                    if let Some(class) = (*header).class.get_mut(page) {
                        *class = FREE;
                    }
                }
            }
            self.usage.pieces -= 1;
            self.usage.bytes -= size;
        }
        Ok(())
    }

    /// Whether a piece is among the free ones of its page.
    unsafe fn is_free(&self, header: *mut Header, page: usize, at: *mut u8) -> bool {
        // SAFETY: free pieces are chained.
        unsafe {
            let mut next = (*header).first.get(page).copied().unwrap_or(null_mut());
            while !next.is_null() {
                if next == at {
                    return true;
                }
                next = next.cast::<*mut u8>().read();
            }
        }
        false
    }
}
