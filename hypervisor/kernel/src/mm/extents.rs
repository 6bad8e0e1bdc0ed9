// SPDX-License-Identifier: GPL-2.0-only
//! Free extents of an address range: the bookkeeping under the frame allocator and the address-space windows.
//!
//! A sorted table of free extents, without a descriptor per page. Allocation is best fit: the smallest extent that
//! serves the request is used, so that the largest one stays whole for a guest's RAM. The table lives inline at first
//! and can be moved to a larger one; [`Extents::alloc`] refuses while a slot that a later [`Extents::free`] may need is
//! missing, so freeing never fails and nothing is ever lost.

use core::fmt;
use core::ops::Range;

/// Slots that are part of every [`Extents`].
pub const INLINE_SLOTS: usize = 64;

/// One free extent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Extent {
    /// First address.
    pub base: u64,
    /// Bytes, never 0 in a used slot.
    pub size: u64,
}

impl Extent {
    const EMPTY: Extent = Extent { base: 0, size: 0 };

    /// First address beyond the extent.
    #[inline]
    pub fn end(&self) -> u64 {
        self.base + self.size
    }
}

/// Where in the chosen extent an allocation is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the highest aligned address: for small things, which then gather at one end.
    High,
    /// At the end of the extent where alignment leaves the smaller stub: for large things.
    Snug,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtentError {
    /// No free extent serves the request; the largest free extent is given.
    NoSpace {
        /// Bytes of the largest free extent.
        largest: u64,
    },
    /// The table has no slot left for this allocation: it must grow first.
    TableFull,
    /// The size is 0, the alignment is no power of two, or the range wraps around or overlaps free space.
    BadRequest,
}

impl fmt::Display for ExtentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExtentError::NoSpace { largest } => {
                write!(f, "the largest free extent has {} KiB", largest >> 10)
            }
            ExtentError::TableFull => f.write_str("the table of free extents is full"),
            ExtentError::BadRequest => f.write_str("size, alignment or range makes no sense"),
        }
    }
}

/// The free extents of one address range, sorted by address and never adjacent.
pub struct Extents {
    inline: [Extent; INLINE_SLOTS],
    grown: Option<&'static mut [Extent]>,
    len: usize,
    /// Allocations not yet freed.
    live: usize,
    /// Upper bound of the extents there would be without allocations.
    roots: usize,
    free: u64,
}

impl Default for Extents {
    fn default() -> Self {
        Self::new()
    }
}

impl Extents {
    /// No free space at all.
    pub const fn new() -> Self {
        Extents { inline: [Extent::EMPTY; INLINE_SLOTS], grown: None, len: 0, live: 0, roots: 0, free: 0 }
    }

    fn slots(&mut self) -> &mut [Extent] {
        match &mut self.grown {
            Some(table) => table,
            None => &mut self.inline,
        }
    }

    /// The free extents, by rising address.
    pub fn as_slice(&self) -> &[Extent] {
        let slots = match &self.grown {
            Some(table) => table,
            None => &self.inline[..],
        };
        slots.get(..self.len).unwrap_or(&[])
    }

    /// Bytes free in all extents.
    pub fn free_bytes(&self) -> u64 {
        self.free
    }

    /// Bytes of the largest free extent.
    pub fn largest(&self) -> u64 {
        self.as_slice().iter().map(|e| e.size).max().unwrap_or(0)
    }

    /// How many slots the table has.
    pub fn capacity(&self) -> usize {
        self.grown.as_ref().map_or(INLINE_SLOTS, |t| t.len())
    }

    /// Whether the table should move to a larger one before the next allocation. One allocation is still possible
    /// then: that of the larger table.
    pub fn needs_growth(&self) -> bool {
        self.roots + self.live + 2 > self.capacity()
    }

    /// Moves the table into `table`, which must be larger, and returns the one that was used before, unless that was
    /// the inline one.
    pub fn install_table(
        &mut self,
        table: &'static mut [Extent],
    ) -> Result<Option<&'static mut [Extent]>, ExtentError> {
        if table.len() <= self.capacity() {
            return Err(ExtentError::BadRequest);
        }
        let len = self.len;
        if let (Some(to), Some(from)) = (table.get_mut(..len), self.slots().get(..len)) {
            to.copy_from_slice(from);
        }
        Ok(self.grown.replace(table))
    }

    fn insert_slot(&mut self, at: usize, extent: Extent) -> Result<(), ExtentError> {
        let len = self.len;
        let slots = self.slots();
        if len >= slots.len() || at > len {
            return Err(ExtentError::TableFull);
        }
        slots.copy_within(at..len, at + 1);
        slots[at] = extent;
        self.len += 1;
        Ok(())
    }

    fn remove_slot(&mut self, at: usize) {
        let len = self.len;
        self.slots().copy_within(at + 1..len, at);
        self.len -= 1;
    }

    /// Adds `range` to the free space, for the first time. It may touch free extents but not overlap them.
    pub fn insert(&mut self, range: Range<u64>) -> Result<(), ExtentError> {
        if self.roots + self.live + 1 > self.capacity() {
            return Err(ExtentError::TableFull);
        }
        self.release(range)?;
        self.roots += 1;
        Ok(())
    }

    /// Takes whatever of `range` is free out of the free space for good. Returns the bytes taken.
    pub fn remove(&mut self, range: Range<u64>) -> Result<u64, ExtentError> {
        let mut taken = 0;
        let mut index = 0;
        while let Some(&extent) = self.as_slice().get(index) {
            let (start, end) = (extent.base.max(range.start), extent.end().min(range.end));
            if start >= end {
                index += 1;
                continue;
            }
            if start > extent.base && end < extent.end() {
                if self.roots + self.live + 1 > self.capacity() {
                    return Err(ExtentError::TableFull);
                }
                self.roots += 1;
            }
            self.cut(index, start, end - start)?;
            taken += end - start;
        }
        Ok(taken)
    }

    /// Removes `[base, base + size)`, which lies in the extent of slot `index`.
    fn cut(&mut self, index: usize, base: u64, size: u64) -> Result<(), ExtentError> {
        let Some(&extent) = self.as_slice().get(index) else { return Err(ExtentError::BadRequest) };
        let front = Extent { base: extent.base, size: base - extent.base };
        let back = Extent { base: base + size, size: extent.end() - (base + size) };
        match (front.size > 0, back.size > 0) {
            (false, false) => self.remove_slot(index),
            (true, false) => self.slots()[index] = front,
            (false, true) => self.slots()[index] = back,
            (true, true) => {
                self.insert_slot(index + 1, back)?;
                self.slots()[index] = front;
            }
        }
        self.free -= size;
        Ok(())
    }

    /// Takes `size` bytes aligned to `align` (a power of two) out of the part of the free space inside `within`.
    pub fn alloc(
        &mut self,
        size: u64,
        align: u64,
        place: Place,
        within: Range<u64>,
    ) -> Result<u64, ExtentError> {
        if size == 0 || !align.is_power_of_two() {
            return Err(ExtentError::BadRequest);
        }
        if self.roots + self.live + 1 > self.capacity() {
            return Err(ExtentError::TableFull);
        }
        let mut best: Option<(u64, usize, u64)> = None;
        for (index, extent) in self.as_slice().iter().enumerate() {
            if best.is_some_and(|(best_size, ..)| best_size <= extent.size) {
                continue;
            }
            if let Some(base) = fit(extent, size, align, place, &within) {
                best = Some((extent.size, index, base));
            }
        }
        let Some((_, index, base)) = best else {
            return Err(ExtentError::NoSpace { largest: self.largest() });
        };
        self.cut(index, base, size)?;
        self.live += 1;
        Ok(base)
    }

    /// Gives an allocation back. Fails, and changes nothing, if the range was not allocated.
    pub fn free(&mut self, base: u64, size: u64) -> Result<(), ExtentError> {
        if self.live == 0 {
            return Err(ExtentError::BadRequest);
        }
        self.release(base..base.checked_add(size).ok_or(ExtentError::BadRequest)?)?;
        self.live -= 1;
        Ok(())
    }

    fn release(&mut self, range: Range<u64>) -> Result<(), ExtentError> {
        if range.start >= range.end {
            return Err(ExtentError::BadRequest);
        }
        let at = self.as_slice().partition_point(|e| e.base < range.start);
        let before = at.checked_sub(1).and_then(|i| self.as_slice().get(i)).copied();
        let after = self.as_slice().get(at).copied();
        if before.is_some_and(|e| e.end() > range.start) || after.is_some_and(|e| e.base < range.end) {
            return Err(ExtentError::BadRequest);
        }
        let joins_before = before.is_some_and(|e| e.end() == range.start);
        let joins_after = after.is_some_and(|e| e.base == range.end);
        let size = range.end - range.start;
        match (joins_before, joins_after) {
            (true, true) => {
                let tail = after.map_or(0, |e| e.size);
                self.slots()[at - 1].size += size + tail;
                self.remove_slot(at);
            }
            (true, false) => self.slots()[at - 1].size += size,
            (false, true) => {
                let slot = &mut self.slots()[at];
                slot.base = range.start;
                slot.size += size;
            }
            (false, false) => self.insert_slot(at, Extent { base: range.start, size })?,
        }
        self.free += size;
        Ok(())
    }
}

/// The address in `extent` and `within` at which the request would be put, if it fits.
fn fit(extent: &Extent, size: u64, align: u64, place: Place, within: &Range<u64>) -> Option<u64> {
    let (start, end) = (extent.base.max(within.start), extent.end().min(within.end));
    let high = end.checked_sub(size)? & !(align - 1);
    if high < start {
        return None;
    }
    match place {
        Place::High => Some(high),
        Place::Snug => {
            let low = start.checked_add(align - 1)? & !(align - 1);
            let stub_low = low - extent.base;
            let stub_high = extent.end() - (high + size);
            Some(if stub_low <= stub_high { low } else { high })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Range<u64> = 0..u64::MAX;
    const MIB: u64 = 1 << 20;

    /// A small deterministic generator (xorshift64*), for the property tests.
    struct Rng(u64);
    impl Rng {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
        }
    }

    fn check(e: &Extents, live: &[(u64, u64)], total: u64) {
        let mut last_end = None;
        for x in e.as_slice() {
            assert!(x.size > 0);
            if let Some(end) = last_end {
                assert!(x.base > end, "extents overlap or touch: {:?}", e.as_slice());
            }
            last_end = Some(x.end());
        }
        let used: u64 = live.iter().map(|a| a.1).sum();
        assert_eq!(e.free_bytes() + used, total);
        assert_eq!(e.as_slice().iter().map(|x| x.size).sum::<u64>(), e.free_bytes());
        let mut all: Vec<(u64, u64)> = live.to_vec();
        all.extend(e.as_slice().iter().map(|x| (x.base, x.size)));
        all.sort_unstable();
        for pair in all.windows(2) {
            assert!(pair[0].0 + pair[0].1 <= pair[1].0, "overlap of {pair:?}");
        }
    }

    #[test]
    fn random_work_keeps_the_books_exact() {
        for seed in 1..=40u64 {
            let mut rng = Rng(seed * 0x9e37_79b9);
            let mut e = Extents::new();
            let banks = [(0x4000_0000u64, 64 * MIB), (0x8000_0000, 32 * MIB + 4096), (0x8300_0000, 4096)];
            for (base, size) in banks {
                e.insert(base..base + size).unwrap();
            }
            let total: u64 = banks.iter().map(|b| b.1).sum();
            let before = e.as_slice().to_vec();
            let mut live: Vec<(u64, u64)> = Vec::new();
            for _ in 0..2000 {
                if rng.next().is_multiple_of(3) && !live.is_empty() {
                    let (base, size) = live.swap_remove(rng.next() as usize % live.len());
                    e.free(base, size).unwrap();
                } else {
                    if e.needs_growth() {
                        let bigger = vec![Extent::EMPTY; e.capacity() * 2].leak();
                        e.install_table(bigger).unwrap();
                    }
                    let size = (1 + rng.next() % 64) * 4096;
                    let align = 4096u64 << (rng.next() % 9);
                    let place = if rng.next().is_multiple_of(2) { Place::High } else { Place::Snug };
                    match e.alloc(size, align, place, ALL) {
                        Ok(base) => {
                            assert_eq!(base % align, 0);
                            live.push((base, size));
                        }
                        Err(ExtentError::NoSpace { largest }) => assert_eq!(largest, e.largest()),
                        Err(other) => panic!("{other}"),
                    }
                }
                check(&e, &live, total);
            }
            for (base, size) in live.drain(..) {
                e.free(base, size).unwrap();
            }
            assert_eq!(e.as_slice(), before, "all free again must coalesce to the banks");
        }
    }

    #[test]
    fn freeing_never_needs_a_slot_that_is_missing() {
        let mut e = Extents::new();
        e.insert(0..1 << 30).unwrap();
        let mut live = Vec::new();
        loop {
            match e.alloc(4096, 4096, Place::High, ALL) {
                Ok(base) => live.push(base),
                Err(error) => {
                    assert_eq!(error, ExtentError::TableFull);
                    break;
                }
            }
        }
        assert_eq!(live.len(), INLINE_SLOTS - 1);
        // The worst order: every other one first, so that each makes an extent of its own.
        for base in live.iter().step_by(2).chain(live.iter().skip(1).step_by(2)) {
            e.free(*base, 4096).unwrap();
        }
        assert_eq!(e.as_slice(), [Extent { base: 0, size: 1 << 30 }]);
    }

    #[test]
    fn small_requests_leave_the_largest_extent_whole() {
        let mut e = Extents::new();
        e.insert(0x4000_0000..0x4008_0000).unwrap();
        e.insert(0x4100_0000..0x5000_0000).unwrap();
        for _ in 0..16 {
            let base = e.alloc(4096, 4096, Place::High, ALL).unwrap();
            assert!(base < 0x4008_0000);
        }
        assert_eq!(e.largest(), 0x0f00_0000);
        let guest = e.alloc(128 * MIB, 2 * MIB, Place::Snug, ALL).unwrap();
        assert_eq!(guest, 0x4100_0000);
    }

    #[test]
    fn snug_takes_the_end_that_wastes_less() {
        let mut e = Extents::new();
        e.insert(0x1000..0x80_0000).unwrap();
        assert_eq!(e.alloc(0x20_0000, 0x20_0000, Place::Snug, ALL).unwrap(), 0x60_0000);
        let mut e = Extents::new();
        e.insert(0x20_0000..0x7f_f000).unwrap();
        assert_eq!(e.alloc(0x20_0000, 0x20_0000, Place::Snug, ALL).unwrap(), 0x20_0000);
    }

    #[test]
    fn limits_and_removal() {
        let mut e = Extents::new();
        e.insert(0..0x10_0000).unwrap();
        assert_eq!(e.remove(0x4000..0x8000).unwrap(), 0x4000);
        assert_eq!(e.remove(0x6000..0x9000).unwrap(), 0x1000);
        assert_eq!(e.free_bytes(), 0x10_0000 - 0x5000);
        assert_eq!(e.alloc(0x1000, 0x1000, Place::High, 0..0x4000).unwrap(), 0x3000);
        assert!(matches!(
            e.alloc(0x1000, 0x1000, Place::High, 0x5000..0x8000),
            Err(ExtentError::NoSpace { .. })
        ));
    }

    #[test]
    fn nonsense_is_refused_and_changes_nothing() {
        let mut e = Extents::new();
        e.insert(0x1000..0x9000).unwrap();
        let a = e.alloc(0x1000, 0x1000, Place::High, ALL).unwrap();
        assert_eq!(e.free(0x1000, 0x1000), Err(ExtentError::BadRequest));
        assert_eq!(e.free(a, u64::MAX), Err(ExtentError::BadRequest));
        assert_eq!(e.insert(0x7000..0xa000), Err(ExtentError::BadRequest));
        assert_eq!(e.alloc(0, 1, Place::High, ALL), Err(ExtentError::BadRequest));
        assert_eq!(e.alloc(1, 3, Place::High, ALL), Err(ExtentError::BadRequest));
        assert!(e.alloc(u64::MAX, 1 << 63, Place::Snug, ALL).is_err());
        e.free(a, 0x1000).unwrap();
        assert_eq!(e.free(a, 0x1000), Err(ExtentError::BadRequest));
        assert_eq!(e.free_bytes(), 0x8000);
    }
}
