// SPDX-License-Identifier: GPL-2.0-only
//! A virtqueue (virtio 1.2, 2.6): the ring that a driver has set up, and how much of it the device is at work on.
//!
//! Whatever a ring says is an allegation. Memory is looked up for every address, chains have an end, and no more is
//! taken than the ring has places; what breaks the rules is [`Malformed`] and changes nothing. The devices behind queues are
//! in the crate `emulators`.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

mod chain;
mod packed;
mod split;

pub use chain::{Chain, Malformed};

use crate::ram::GuestRam;
use kernel::mm::segment::Segment;
use packed::Packed;
use split::Split;

/// Most entries of a queue.
pub const MAX_SIZE: u16 = 256;

/// Flags of a descriptor (2.7.5, 2.8.1).
const NEXT: u16 = 1;
pub(super) const WRITE: u16 = 2;
const INDIRECT: u16 = 4;

/// A descriptor as it was read, once.
struct Descriptor {
    at: u64,
    len: u32,
    flags: u16,
    /// The next descriptor of the chain in a split ring, the identifier in a packed one.
    other: u16,
}

impl Descriptor {
    /// The descriptor of a split ring in these two words.
    #[inline(always)]
    fn of([at, rest]: [u64; 2]) -> Self {
        Self { at, len: rest as u32, flags: (rest >> 32) as u16, other: (rest >> 48) as u16 }
    }

    /// The descriptor of a split ring at `offset` of an indirect table; `None` if there is no memory.
    #[inline(always)]
    fn indirect(table: &Segment, offset: usize) -> Option<Self> {
        table.load_pair(offset).or_else(|| unaligned(table, offset)).map(Self::of)
    }

    /// The descriptor of a packed ring at `offset`; `None` if there is no memory.
    #[inline]
    fn packed(table: &Segment, offset: usize) -> Option<Self> {
        let one = Self::indirect(table, offset)?;
        Some(Self { flags: one.other, other: one.flags, ..one })
    }

    fn has_next(&self) -> bool {
        self.flags & NEXT != 0
    }

    fn is_writable(&self) -> bool {
        self.flags & WRITE != 0
    }

    fn is_indirect(&self) -> bool {
        self.flags & INDIRECT != 0
    }
}

/// The two words of a descriptor: indirect tables may lie anywhere.
#[cold]
#[inline(never)]
fn unaligned(table: &Segment, offset: usize) -> Option<[u64; 2]> {
    let mut bytes = [[0; 8]; 2];
    let whole = table.read(offset, bytes.as_flattened_mut());
    whole.then(|| bytes.map(u64::from_le_bytes))
}

/// The indirect table that `from` names: memory, where it begins there, and how many descriptors it has, at most `most`.
fn table<'a>(
    ram: &'a GuestRam,
    from: &Descriptor,
    most: u16,
) -> Result<(&'a Segment, usize, u16), Malformed> {
    let count = from.len / 16;
    if !from.len.is_multiple_of(16) || count == 0 || count > u32::from(most) {
        return Err("an indirect table of a length that cannot be");
    }
    let (memory, start) =
        ram.find(from.at, from.len.into()).ok_or("an indirect table outside of the guest's RAM")?;
    Ok((memory, start, count as u16))
}

/// Whether going from `old` to `new` passes `event` (2.7.10).
fn passes(event: u16, new: u16, old: u16) -> bool {
    new.wrapping_sub(event).wrapping_sub(1) < new.wrapping_sub(old)
}

/// Where a driver has put a ring, and what it is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Entries.
    pub size: u16,
    /// Guest addresses of the descriptors, the driver's area and the device's.
    pub addresses: [u64; 3],
    /// Whether the event index was agreed on.
    pub event_index: bool,
    /// Whether indirect descriptors were.
    pub indirect: bool,
    /// Whether it is a packed ring.
    pub packed: bool,
}

enum Ring {
    Split(Split),
    Packed(Packed),
}

/// How far a ring was read, to go back to.
#[derive(Clone, Copy)]
pub struct Mark((u16, bool));

/// A virtqueue. Lives behind a lock.
pub struct Queue {
    /// What the driver is setting up, or has.
    pub layout: Layout,
    ring: Option<Ring>,
    /// Requests that were taken and are not complete.
    in_flight: u16,
    /// Changes with each reset: what was asked before has no place to be answered in any more.
    generation: u32,
    mark: Mark,
    /// For whoever handles requests with the lock held.
    pub chain: Chain,
}

impl Queue {
    /// A queue that is not ready. Context: may allocate.
    #[expect(clippy::new_without_default, reason = "it allocates")]
    pub fn new() -> Self {
        let layout = Layout { size: MAX_SIZE, ..Layout::default() };
        let (mark, chain) = (Mark((0, false)), Chain::new(MAX_SIZE.into()));
        Self { layout, ring: None, in_flight: 0, generation: 0, mark, chain }
    }

    /// Takes the ring into use.
    ///
    /// # Errors
    /// It cannot be: its size, or where it lies.
    pub fn enable(&mut self, ram: &GuestRam) -> Result<(), Malformed> {
        if self.layout.size == 0 || self.layout.size > MAX_SIZE {
            return Err("a ring of an impossible size");
        }
        self.ring = Some(match self.layout.packed {
            true => Ring::Packed(Packed::new(ram, &self.layout)?),
            false => Ring::Split(Split::new(ram, &self.layout)?),
        });
        self.in_flight = 0;
        Ok(())
    }

    /// Lets go of the ring; what is under way is not told to it any more.
    pub fn disable(&mut self) {
        self.ring = None;
        self.generation = self.generation.wrapping_add(1);
    }

    /// As after power-on.
    pub fn reset(&mut self) {
        self.disable();
        self.layout = Layout { size: MAX_SIZE, ..Layout::default() };
    }

    /// Whether a ring is in use.
    pub fn is_ready(&self) -> bool {
        self.ring.is_some()
    }

    /// Changes with each [`disable`](Self::disable) and [`reset`](Self::reset).
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Requests that were taken and are not complete.
    pub fn in_flight(&self) -> u16 {
        self.in_flight
    }

    /// Takes the next request into [`chain`](Self::chain); says whether there was one. If there was none, the driver is asked
    /// to notify of the next. Context: any.
    ///
    /// # Errors
    /// The ring breaks the rules; nothing was taken.
    #[inline(always)]
    pub fn pop(&mut self, ram: &GuestRam) -> Result<bool, Malformed> {
        if let Some(Ring::Split(ring)) = &mut self.ring
            && self.in_flight < self.layout.size
        {
            let mark = ring.mark();
            if let Some(found) = ring.pop_one(ram, &mut self.chain) {
                self.mark = Mark(mark);
                self.in_flight += u16::from(found);
                return Ok(found);
            }
        }
        self.take(ram)
    }

    /// [`pop`](Self::pop), whatever comes.
    #[inline(never)]
    fn take(&mut self, ram: &GuestRam) -> Result<bool, Malformed> {
        let (mark, found) = match &mut self.ring {
            Some(Ring::Split(ring)) => (ring.mark(), ring.pop(ram, &mut self.chain)?),
            Some(Ring::Packed(ring)) => (ring.mark(), ring.pop(ram, &mut self.chain)?),
            None => return Ok(false),
        };
        if !found {
            return Ok(false);
        }
        self.mark = Mark(mark);
        if self.in_flight >= self.layout.size {
            return Err("more requests than the queue has places");
        }
        self.in_flight += 1;
        Ok(true)
    }

    /// Where the ring was read before the request that was taken last, for [`go_back`](Self::go_back).
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Puts the request in [`chain`](Self::chain) back; the last that was taken.
    pub fn go_back(&mut self) {
        self.go_back_by(self.mark, 1, self.chain.slots);
    }

    /// Puts the last `count` requests back, which took `slots` places together; `mark` is from before the first of them.
    pub fn go_back_by(&mut self, mark: Mark, count: u16, slots: u16) {
        self.in_flight = self.in_flight.saturating_sub(count);
        match &mut self.ring {
            Some(Ring::Split(ring)) => ring.go_back(mark.0),
            Some(Ring::Packed(ring)) => ring.go_back(mark.0, slots),
            None => (),
        }
    }

    /// Tells the driver that the request in [`chain`](Self::chain) is complete; `len` bytes were written.
    #[inline(always)]
    pub fn answer(&mut self, len: u32) {
        self.push(self.chain.id, self.chain.slots, len);
    }

    /// Tells the driver that request `id`, which took `slots` places, is complete; `len` bytes were written.
    #[inline]
    pub fn push(&mut self, id: u16, slots: u16, len: u32) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match &mut self.ring {
            Some(Ring::Split(ring)) => ring.push(id, len),
            _ => self.push_elsewhere(id, slots, len),
        }
    }

    /// [`push`](Self::push) to a ring that is not split.
    #[inline(never)]
    fn push_elsewhere(&mut self, id: u16, slots: u16, len: u32) {
        if let Some(Ring::Packed(ring)) = &mut self.ring {
            // The ring lies in memory, or it would not be there.
            let _ = ring.push(id, len, slots);
        }
    }

    /// Whether the driver wants an interrupt for what was pushed since the last call.
    #[inline]
    pub fn wants_interrupt(&mut self) -> bool {
        match &mut self.ring {
            Some(Ring::Split(ring)) => ring.wants_interrupt(),
            Some(Ring::Packed(ring)) => ring.wants_interrupt(),
            None => false,
        }
    }
}
