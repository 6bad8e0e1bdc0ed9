// SPDX-License-Identifier: GPL-2.0-only
//! Memory that devices read and write: runs of physical addresses, which keep what they point into alive.

use super::frames::{self, Frames, Purpose};
use crate::error::Result;
use alloc::sync::Arc;
use arch::{PAGE_SIZE, PhysAddr};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// The addresses that a device with 32 address lines reaches.
const LOW: Range<PhysAddr> = PhysAddr(0)..PhysAddr(1 << 32);

/// A contiguous buffer for devices, zeroed at first. Clones are the same memory.
///
/// Reads and writes by the CPU are copies. A device may write at the same time: then any bytes may come out, and no
/// harm is done otherwise.
#[derive(Clone)]
pub struct Buffer {
    frames: Arc<Frames>,
}

impl Buffer {
    /// A buffer of at least `bytes`, below 4 GiB if there is room. Context: may allocate.
    ///
    /// # Errors
    /// Memory is short.
    pub fn new(bytes: usize) -> Result<Self> {
        let (bytes, page) = (bytes.max(1) as u64, PAGE_SIZE as u64);
        let mut frames = match frames::alloc_within(Purpose::Devices, bytes, page, LOW) {
            Ok(frames) => frames,
            Err(_) => frames::alloc_for(Purpose::Devices, bytes, page)?,
        };
        frames.zero();
        Ok(Self { frames: Arc::new(frames) })
    }

    /// Bytes of it, a multiple of the page size.
    pub fn size(&self) -> usize {
        self.frames.size() as usize
    }

    /// The part from `offset` on as a segment of at most `bytes`, cut off at the end. Context: any.
    pub fn segment(&self, offset: usize, bytes: usize) -> Segment {
        let offset = offset.min(self.size());
        let len = bytes.min(self.size() - offset);
        Segment { at: self.frames.base() + offset as u64, len, keep: Some(self.frames.clone()) }
    }

    /// Copies out of the buffer; says whether all of it lies inside. Context: any.
    pub fn read(&self, offset: usize, to: &mut [u8]) -> bool {
        self.segment(offset, to.len()).read(0, to)
    }

    /// Copies into the buffer; says whether all of it lies inside. Context: any.
    pub fn write(&self, offset: usize, from: &[u8]) -> bool {
        self.segment(offset, from.len()).write(0, from)
    }
}

/// Single accesses to words of a segment.
macro_rules! words {
    ($($load:ident, $store:ident, $word:ty, $atomic:ty, $name:literal, $bytes:literal;)*) => {$(
        #[doc = concat!("The ", $name, " byte(s) at `offset` as one access, in the machine's order of bytes; what is read")]
        #[doc = "after it is no older. `None` outside of the segment and at an address that is no multiple of the bytes."]
        /// Context: any.
        #[inline(always)]
        pub fn $load(&self, offset: usize) -> Option<$word> {
            let at = self.inside(offset, $bytes)?.cast::<$word>();
            // SAFETY: inside of the segment, which is mapped RAM for any bytes, and aligned.
            at.is_aligned().then(|| unsafe { <$atomic>::from_ptr(at) }.load(Ordering::Acquire))
        }

        #[doc = concat!("Sets the ", $name, " byte(s) at `offset` as one access, after whatever was written before it.")]
        /// `None` as for the load. Context: any.
        #[inline(always)]
        pub fn $store(&self, offset: usize, value: $word) -> Option<()> {
            let at = self.inside(offset, $bytes)?.cast::<$word>();
            // SAFETY: as in the load.
            at.is_aligned().then(|| unsafe { <$atomic>::from_ptr(at) }.store(value, Ordering::Release))
        }
    )*};
}

/// A run of physical memory for a device to read or write.
#[derive(Clone)]
pub struct Segment {
    at: PhysAddr,
    len: usize,
    /// What must not be freed before the segment is.
    keep: Option<Arc<Frames>>,
}

impl Segment {
    /// The `len` bytes at `at`, whose owner is not noted in the segment.
    ///
    /// # Safety
    /// They are RAM in the hypervisor's map, fit for any bytes, and stay so until the segment and its clones are gone
    /// and every request made with them is complete.
    pub unsafe fn new(at: PhysAddr, len: usize) -> Self {
        Self { at, len, keep: None }
    }

    /// All of `frames`.
    pub fn of(frames: Arc<Frames>) -> Self {
        Self { at: frames.base(), len: frames.size() as usize, keep: Some(frames) }
    }

    /// The first address.
    #[inline]
    pub fn at(&self) -> PhysAddr {
        self.at
    }

    /// Bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A part of it, cut off at its end. Context: any.
    pub fn part(&self, offset: usize, bytes: usize) -> Self {
        let offset = offset.min(self.len);
        Self { at: self.at + offset as u64, len: bytes.min(self.len - offset), keep: self.keep.clone() }
    }

    /// Adds `next` to the end if it follows without a gap and has the same owner; says whether it did.
    pub fn join(&mut self, next: &Segment) -> bool {
        let same = match (&self.keep, &next.keep) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let follows = same && self.at.checked_add(self.len as u64) == Some(next.at);
        if follows {
            self.len += next.len;
        }
        follows
    }

    /// Copies out of the memory; says whether all of it lies inside. Context: any.
    pub fn read(&self, offset: usize, to: &mut [u8]) -> bool {
        let fits = offset.checked_add(to.len()).is_some_and(|end| end <= self.len);
        if fits {
            let from = (self.at + offset as u64).to_virt();
            // SAFETY: inside of the segment, which is mapped RAM for any bytes; `to` is elsewhere, being borrowed.
            unsafe { arch::cache::copy(to.as_mut_ptr(), from.as_ptr(), to.len()) };
        }
        fits
    }

    /// Copies into the memory; says whether all of it lies inside. Context: any.
    pub fn write(&self, offset: usize, from: &[u8]) -> bool {
        let fits = offset.checked_add(from.len()).is_some_and(|end| end <= self.len);
        if fits {
            let to = (self.at + offset as u64).to_virt();
            // SAFETY: inside of the segment, which is mapped RAM for any bytes; `from` is elsewhere, being borrowed.
            unsafe { arch::cache::copy(to.as_ptr(), from.as_ptr(), from.len()) };
        }
        fits
    }

    /// Where `bytes` bytes from `offset` on are mapped, if all of them lie inside.
    #[inline(always)]
    fn inside(&self, offset: usize, bytes: usize) -> Option<*mut u8> {
        let fits = bytes <= self.len && offset <= self.len - bytes;
        fits.then(|| PhysAddr(self.at.0.wrapping_add(offset as u64)).to_virt().as_ptr())
    }

    /// Copies `bytes` from `from_offset` of `from` to `offset`, memory to memory; says whether all of it lies inside of
    /// both. Where they overlap, any of the bytes may come out. Context: any.
    #[inline(always)]
    pub fn copy(&self, offset: usize, from: &Segment, from_offset: usize, bytes: usize) -> bool {
        let (Some(to), Some(from)) = (self.inside(offset, bytes), from.inside(from_offset, bytes)) else {
            return false;
        };
        // SAFETY: both lie inside of their segments, which are mapped RAM for any bytes.
        unsafe { arch::cache::copy(to, from, bytes) };
        true
    }

    /// Sets `bytes` bytes from `offset` on to zero; says whether all of them lie inside. Context: any.
    pub fn zero(&self, offset: usize, bytes: usize) -> bool {
        let Some(to) = self.inside(offset, bytes) else { return false };
        // SAFETY: inside of the segment, which is mapped RAM for any bytes.
        unsafe { to.write_bytes(0, bytes) };
        true
    }

    /// The 32 bytes at `offset` as words in the machine's order of bytes, in no order; `offset` may be any. `None` outside of the
    /// segment. Context: any.
    #[inline(always)]
    pub fn load_words(&self, offset: usize) -> Option<[u64; 4]> {
        let at = self.inside(offset, 32)?;
        // SAFETY: inside of the segment, which is mapped RAM for any bytes.
        Some(unsafe { arch::cache::load_words(at) })
    }

    /// Sets the 24 bytes at `offset` to words in the machine's order of bytes, in no order; `offset` may be any. `None` outside of
    /// the segment. Context: any.
    #[inline(always)]
    pub fn store_words(&self, offset: usize, words: [u64; 3]) -> Option<()> {
        let at = self.inside(offset, 24)?;
        // SAFETY: inside of the segment, which is mapped RAM for any bytes.
        unsafe { arch::cache::store_words(at, words) };
        Some(())
    }

    /// Two words of eight bytes at `offset`, each read as one access, in no order. `None` outside of the segment and at an
    /// address that is no multiple of eight. Context: any.
    #[inline(always)]
    pub fn load_pair(&self, offset: usize) -> Option<[u64; 2]> {
        let at = self.inside(offset, 16)?.cast::<u64>();
        if !at.is_aligned() {
            return None;
        }
        // SAFETY: both inside of the segment, which is mapped RAM for any bytes, and aligned.
        let [first, second] = unsafe { [AtomicU64::from_ptr(at), AtomicU64::from_ptr(at.add(1))] };
        Some([first.load(Ordering::Relaxed), second.load(Ordering::Relaxed)])
    }

    words! {
        load_u8, store_u8, u8, AtomicU8, "one", 1;
        load_u16, store_u16, u16, AtomicU16, "two", 2;
        load_u32, store_u32, u32, AtomicU32, "four", 4;
        load_u64, store_u64, u64, AtomicU64, "eight", 8;
    }
}

/// A word of an [`Array`].
pub trait Word: Copy + sealed::Word {}

mod sealed {
    use core::sync::atomic::Ordering;

    /// Words that are read and written by single accesses.
    pub trait Word: Sized {
        /// Reads the word.
        ///
        /// # Safety
        /// `at` is aligned and can be read and written for as long as it is used.
        unsafe fn load(at: *mut Self, order: Ordering) -> Self;
        /// Writes the word.
        ///
        /// # Safety
        /// As for `load`.
        unsafe fn store(at: *mut Self, value: Self, order: Ordering);
    }
}

macro_rules! array_words {
    ($($word:ty: $atomic:ty),*) => {$(
        impl Word for $word {}
        impl sealed::Word for $word {
            #[inline(always)]
            unsafe fn load(at: *mut Self, order: Ordering) -> Self {
                // SAFETY: as the caller says.
                unsafe { <$atomic>::from_ptr(at) }.load(order)
            }
            #[inline(always)]
            unsafe fn store(at: *mut Self, value: Self, order: Ordering) {
                // SAFETY: as the caller says.
                unsafe { <$atomic>::from_ptr(at) }.store(value, order);
            }
        }
    )*};
}

array_words!(u16: AtomicU16, u32: AtomicU32, u64: AtomicU64);

/// Words in a run of memory, as many as a power of two. An index counts modulo their number: each one is inside.
#[derive(Clone, Debug)]
pub struct Array<T> {
    memory: Segment,
    mask: usize,
    word: PhantomData<T>,
}

impl<T: Word> Array<T> {
    /// The `count` words at `offset` of `memory`, which it keeps alive. `None` if they are not all inside, not aligned, or their
    /// number is no power of two. Context: any.
    pub fn new(memory: &Segment, offset: usize, count: usize) -> Option<Self> {
        let bytes = count.checked_mul(size_of::<T>())?;
        let at = memory.inside(offset, bytes)?.cast::<T>();
        let fits = count.is_power_of_two() && at.is_aligned();
        fits.then(|| Self { memory: memory.part(offset, bytes), mask: count - 1, word: PhantomData })
    }

    #[inline(always)]
    fn word(&self, index: usize) -> *mut T {
        let offset = (index & self.mask) * size_of::<T>();
        PhysAddr(self.memory.at.0.wrapping_add(offset as u64)).to_virt().as_ptr()
    }

    /// A word, read by one access, in the machine's order of bytes. `order` as for [`AtomicU64::load`]. Context: any.
    #[inline(always)]
    pub fn load(&self, index: usize, order: Ordering) -> T {
        // SAFETY: inside of the segment, which is mapped RAM for any bytes, and aligned.
        unsafe { T::load(self.word(index), order) }
    }

    /// Sets a word by one access. `order` as for [`AtomicU64::store`]. Context: any.
    #[inline(always)]
    pub fn store(&self, index: usize, value: T, order: Ordering) {
        // SAFETY: as in the load.
        unsafe { T::store(self.word(index), value, order) }
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {:#x}", self.at, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_bounds_hold() {
        let buffer = Buffer::new(5000).unwrap();
        assert_eq!(buffer.size(), 8192);
        assert!(buffer.write(4090, b"across a page"));
        let mut back = [0; 13];
        assert!(buffer.read(4090, &mut back));
        assert_eq!(&back, b"across a page");
        assert!(!buffer.write(8190, b"abc"));
        assert!(!buffer.read(usize::MAX, &mut back));
        let segment = buffer.segment(4090, 10_000);
        assert_eq!(segment.len(), 8192 - 4090);
        assert!(!segment.part(4, 4).read(0, &mut back));
    }

    #[test]
    fn words_are_aligned_and_inside() {
        let (a, b) =
            (Buffer::new(4096).unwrap().segment(0, 4096), Buffer::new(4096).unwrap().segment(0, 100));
        assert_eq!(a.store_u64(8, 0x1122_3344_5566_7788), Some(()));
        assert_eq!((a.load_u16(8), a.load_u16(14), a.load_u16(9)), (Some(0x7788), Some(0x1122), None));
        assert_eq!((a.load_u32(12), a.load_u32(10)), (Some(0x1122_3344), None));
        assert_eq!(a.store_u16(4094, 0xabcd), Some(()));
        assert_eq!((a.load_u16(4095), a.load_u16(4096), a.load_u64(4092)), (None, None, None));
        assert_eq!((a.store_u64(4, 0), a.store_u64(4096, 0), a.store_u16(usize::MAX, 0)), (None, None, None));
        assert!(b.copy(92, &a, 8, 8) && !b.copy(93, &a, 8, 8) && !b.copy(0, &a, 4090, 8));
        assert!(b.part(92, 8).read(0, &mut [0; 8]));
        assert!(a.zero(8, 4) && !a.zero(4090, 8));
        assert_eq!(a.load_u64(8), Some(0x1122_3344_0000_0000));
        assert_eq!((a.store_words(4069, [1, 2, 3]), a.store_words(4073, [0; 3])), (Some(()), None));
        assert_eq!(a.load_words(4061), Some([0, 1, 2, 3]));
        assert_eq!((a.load_words(4065), a.load_words(usize::MAX)), (None, None));
    }

    #[test]
    fn arrays_are_inside_and_indices_wrap() {
        let memory = Buffer::new(4096).unwrap().segment(0, 100);
        let array = Array::<u32>::new(&memory, 4, 8).unwrap();
        array.store(1, 0x1122_3344, Ordering::Relaxed);
        array.store(15, 7, Ordering::Release);
        assert_eq!((memory.load_u32(8), memory.load_u32(32)), (Some(0x1122_3344), Some(7)));
        assert_eq!(
            (array.load(9, Ordering::Relaxed), array.load(usize::MAX, Ordering::Acquire)),
            (0x1122_3344, 7)
        );
        for (offset, count) in [(2, 8), (4, 7), (4, 0), (100, 1), (72, 8), (4, usize::MAX / 2 + 1)] {
            assert!(Array::<u32>::new(&memory, offset, count).is_none(), "{count} at {offset}");
        }
        assert!(Array::<u64>::new(&memory, 96, 1).is_none() && Array::<u16>::new(&memory, 98, 1).is_some());
    }

    #[test]
    fn neighbours_join_only_with_one_owner() {
        let (a, b) = (Buffer::new(4096).unwrap(), Buffer::new(4096).unwrap());
        let mut first = a.segment(0, 512);
        assert!(first.join(&a.segment(512, 512)));
        assert_eq!(first.len(), 1024);
        assert!(!first.join(&a.segment(2048, 512)));
        assert!(!first.join(&b.segment(1024, 512)));
    }
}
