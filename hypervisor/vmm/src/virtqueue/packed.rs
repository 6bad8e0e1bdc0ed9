// SPDX-License-Identifier: GPL-2.0-only
//! The packed ring (virtio 1.2, 2.8): one ring of descriptors, which the device overwrites with what it has used.

use super::chain::Links;
use super::{Chain, Descriptor, Layout, Malformed};
use crate::ram::GuestRam;
use core::sync::atomic::{Ordering, fence};
use kernel::mm::segment::Segment;

/// Flags of a descriptor that say whose it is.
const AVAIL: u16 = 1 << 7;
const USED: u16 = 1 << 15;
/// Where a descriptor has its flags, its identifier and its length.
const FLAGS: usize = 14;
const ID: usize = 12;
const LEN: usize = 8;
/// In an event suppression structure: where the flags are, and their values.
const EVENT_FLAGS: usize = 2;
const DISABLE: u16 = 1;
const AT_DESCRIPTOR: u16 = 2;
/// In its first half: the wrap counter.
const WRAP: u16 = 1 << 15;

const GONE: Malformed = "a ring outside of the guest's RAM";

/// A place in the ring, and the lap.
#[derive(Clone, Copy)]
struct Place {
    index: u16,
    wrap: bool,
}

impl Place {
    fn step(&mut self, by: u16, size: u16) {
        self.index += by;
        if self.index >= size {
            self.index -= size;
            self.wrap = !self.wrap;
        }
    }
}

/// A packed ring in the guest's RAM.
pub(super) struct Packed {
    ring: Segment,
    driver: Segment,
    device: Segment,
    size: u16,
    event_index: bool,
    indirect: bool,
    next: Place,
    used: Place,
    /// Places used since an interrupt was considered last.
    since: u16,
    /// Places that are handed over and not yet used.
    taken: u16,
}

impl Packed {
    pub(super) fn new(ram: &GuestRam, layout: &Layout) -> Result<Self, Malformed> {
        let [ring, driver, device] = layout.addresses;
        if ring & 15 != 0 || driver & 3 != 0 || device & 3 != 0 {
            return Err("a ring at an unaligned address");
        }
        let first = Place { index: 0, wrap: true };
        Ok(Self {
            ring: ram.slice(ring, 16 * u64::from(layout.size)).ok_or(GONE)?,
            driver: ram.slice(driver, 4).ok_or(GONE)?,
            device: ram.slice(device, 4).ok_or(GONE)?,
            size: layout.size,
            event_index: layout.event_index,
            indirect: layout.indirect,
            next: first,
            used: first,
            since: 0,
            taken: 0,
        })
    }

    pub(super) fn mark(&self) -> (u16, bool) {
        (self.next.index, self.next.wrap)
    }

    pub(super) fn go_back(&mut self, mark: (u16, bool), slots: u16) {
        self.next = Place { index: mark.0, wrap: mark.1 };
        self.taken -= slots;
    }

    /// Whether the next descriptor is the device's.
    fn is_available(&self) -> Option<bool> {
        let flags = self.ring.load_u16(16 * usize::from(self.next.index) + FLAGS)?;
        Some((flags & AVAIL != 0) == self.next.wrap && (flags & USED != 0) != self.next.wrap)
    }

    pub(super) fn pop(&mut self, ram: &GuestRam, chain: &mut Chain) -> Result<bool, Malformed> {
        if !self.is_available().ok_or(GONE)? && !self.listen() {
            return Ok(false);
        }
        let (mut at, mut slots, mut links) = (self.next, 0, chain.begin());
        let room = self.size - self.taken;
        while slots < room {
            let one = Descriptor::packed(&self.ring, 16 * usize::from(at.index)).ok_or(GONE)?;
            slots += 1;
            at.step(1, self.size);
            if one.is_indirect() {
                if !self.indirect || one.has_next() || slots != 1 {
                    return Err("an indirect descriptor that was not agreed on, or in a chain");
                }
                indirect(ram, &one, self.size, &mut links)?;
            } else {
                links.add(ram, &one)?;
            }
            if !one.has_next() {
                let sums = links.sums();
                chain.tie(one.other, slots, sums)?;
                self.next = at;
                self.taken += slots;
                return Ok(true);
            }
        }
        Err("a chain longer than its queue")
    }

    pub(super) fn push(&mut self, id: u16, len: u32, slots: u16) -> Option<()> {
        let at = 16 * usize::from(self.used.index);
        self.ring.store_u32(at + LEN, len)?;
        self.ring.store_u16(at + ID, id)?;
        let mine = if self.used.wrap { AVAIL | USED } else { 0 };
        let write = if len != 0 { super::WRITE } else { 0 };
        self.ring.store_u16(at + FLAGS, mine | write)?;
        self.used.step(slots, self.size);
        self.since = self.since.wrapping_add(slots);
        self.taken = self.taken.saturating_sub(slots);
        Some(())
    }

    pub(super) fn wants_interrupt(&mut self) -> bool {
        fence(Ordering::SeqCst);
        let since = core::mem::take(&mut self.since);
        let wish = (self.driver.load_u16(EVENT_FLAGS), self.driver.load_u16(0));
        let (Some(flags), Some(at)) = wish else { return false };
        match flags & 3 {
            DISABLE => false,
            AT_DESCRIPTOR if self.event_index => {
                let lap = if (at & WRAP != 0) == self.used.wrap { 0 } else { self.size };
                let event = (at & !WRAP).wrapping_sub(lap);
                super::passes(event, self.used.index, self.used.index.wrapping_sub(since))
            }
            _ => true,
        }
    }

    /// Asks to be notified of the next request; says whether there is one already.
    fn listen(&mut self) -> bool {
        if !self.event_index {
            return false;
        }
        let wrap = if self.next.wrap { WRAP } else { 0 };
        self.device.store_u16(0, self.next.index | wrap);
        self.device.store_u16(EVENT_FLAGS, AT_DESCRIPTOR);
        fence(Ordering::SeqCst);
        self.taken < self.size && self.is_available() == Some(true)
    }
}

/// Takes all buffers of an indirect table: here they follow one another.
fn indirect(ram: &GuestRam, from: &Descriptor, most: u16, links: &mut Links<'_>) -> Result<(), Malformed> {
    let (memory, start, count) = super::table(ram, from, most)?;
    for index in 0..usize::from(count) {
        let one = Descriptor::packed(memory, start + 16 * index).ok_or(GONE)?;
        if one.is_indirect() {
            return Err("an indirect descriptor in an indirect table");
        }
        links.add(ram, &one)?;
    }
    Ok(())
}
