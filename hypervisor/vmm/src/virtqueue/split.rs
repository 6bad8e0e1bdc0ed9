// SPDX-License-Identifier: GPL-2.0-only
//! The split ring (virtio 1.2, 2.7): a table of descriptors, a ring of heads from the driver, a ring of used ones back.

use super::chain::{Links, Sums};
use super::{Chain, Descriptor, Layout, Malformed};
use crate::ram::GuestRam;
use core::sync::atomic::{Ordering, fence};
use kernel::mm::segment::Segment;

/// Offsets in the available and the used ring.
const INDEX: usize = 2;
const ENTRIES: usize = 4;
/// In the flags of the available ring: no interrupt is wanted.
const NO_INTERRUPT: u16 = 1;

/// What a ring says that lies in no memory.
const GONE: Malformed = "a ring outside of the guest's RAM";

/// A split ring in the guest's RAM.
pub(super) struct Split {
    table: Segment,
    avail: Segment,
    used: Segment,
    size: u16,
    event_index: bool,
    indirect: bool,
    /// Which entry of the available ring comes next.
    next: u16,
    /// Which entry of the used ring comes next, and which came next when an interrupt was considered last.
    used_next: u16,
    signalled: u16,
}

impl Split {
    pub(super) fn new(ram: &GuestRam, layout: &Layout) -> Result<Self, Malformed> {
        let size = u64::from(layout.size);
        if !layout.size.is_power_of_two() {
            return Err("a split ring whose size is no power of two");
        }
        let [table, avail, used] = layout.addresses;
        if table & 15 != 0 || avail & 1 != 0 || used & 3 != 0 {
            return Err("a ring at an unaligned address");
        }
        Ok(Self {
            table: ram.slice(table, 16 * size).ok_or(GONE)?,
            avail: ram.slice(avail, 6 + 2 * size).ok_or(GONE)?,
            used: ram.slice(used, 6 + 8 * size).ok_or(GONE)?,
            size: layout.size,
            event_index: layout.event_index,
            indirect: layout.indirect,
            next: 0,
            used_next: 0,
            signalled: 0,
        })
    }

    pub(super) fn mark(&self) -> (u16, bool) {
        (self.next, false)
    }

    pub(super) fn go_back(&mut self, mark: (u16, bool)) {
        self.next = mark.0;
    }

    fn slot(&self, index: u16) -> usize {
        usize::from(index & (self.size - 1))
    }

    /// Whether there is nothing and nobody has to be told.
    #[inline(always)]
    pub(super) fn is_quiet(&self) -> bool {
        !self.event_index && self.waiting() == Some(0)
    }

    /// Entries of the available ring that have not been looked at.
    #[inline(always)]
    fn waiting(&self) -> Option<u16> {
        Some(self.avail.load_u16(INDEX)?.wrapping_sub(self.next))
    }

    #[inline(always)]
    pub(super) fn pop(&mut self, ram: &GuestRam, chain: &mut Chain) -> Result<bool, Malformed> {
        let mut waiting = self.waiting().ok_or(GONE)?;
        if waiting == 0 {
            if !self.event_index {
                return Ok(false);
            }
            // What comes after this is notified of, what came before is seen now.
            self.used.store_u16(ENTRIES + 8 * usize::from(self.size), self.next);
            fence(Ordering::SeqCst);
            waiting = self.waiting().ok_or(GONE)?;
            if waiting == 0 {
                return Ok(false);
            }
        }
        if waiting > self.size {
            return Err("an available index that runs away");
        }
        let head = self.avail.load_u16(ENTRIES + 2 * self.slot(self.next)).ok_or(GONE)?;
        let sums = self.walk(ram, head, chain.begin())?;
        chain.tie(head, 1, sums)?;
        self.next = self.next.wrapping_add(1);
        Ok(true)
    }

    /// Follows a chain through the table, and through an indirect one at its end.
    #[inline(always)]
    fn walk(&self, ram: &GuestRam, head: u16, mut links: Links<'_>) -> Result<Sums, Malformed> {
        let (mut index, mut left) = (head, self.size);
        loop {
            if index >= self.size {
                return Err("a descriptor outside of the table");
            }
            let one = Descriptor::split(&self.table, 16 * usize::from(index)).ok_or(GONE)?;
            if one.is_indirect() {
                return match self.indirect && !one.has_next() {
                    true => indirect(ram, &one, self.size, links),
                    false => Err("an indirect descriptor that was not agreed on, or with another behind it"),
                };
            }
            links.add(ram, &one)?;
            if !one.has_next() {
                return Ok(links.sums());
            }
            index = one.other;
            left = left.wrapping_sub(1);
            if left == 0 {
                return Err("a chain longer than its queue");
            }
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, id: u16, len: u32) -> Option<()> {
        let at = ENTRIES + 8 * self.slot(self.used_next);
        self.used.store_u32_pair(at, [id.into(), len])?;
        self.used_next = self.used_next.wrapping_add(1);
        self.used.store_u16(INDEX, self.used_next)
    }

    #[inline(always)]
    pub(super) fn wants_interrupt(&mut self) -> bool {
        // The driver's wish is read after it can see the index.
        fence(Ordering::SeqCst);
        if !self.event_index {
            return self.avail.load_u16(0).is_some_and(|flags| flags & NO_INTERRUPT == 0);
        }
        let (new, old) = (self.used_next, core::mem::replace(&mut self.signalled, self.used_next));
        let event = self.avail.load_u16(ENTRIES + 2 * usize::from(self.size)).unwrap_or(old);
        super::passes(event, new, old)
    }
}

/// Follows the chain of an indirect table.
#[inline(never)]
fn indirect(ram: &GuestRam, from: &Descriptor, most: u16, mut links: Links<'_>) -> Result<Sums, Malformed> {
    let (memory, start, count) = super::table(ram, from, most)?;
    let mut index = 0;
    for _ in 0..count {
        if index >= count {
            return Err("a descriptor outside of its indirect table");
        }
        let one = Descriptor::split(memory, start + 16 * usize::from(index)).ok_or(GONE)?;
        if one.is_indirect() {
            return Err("an indirect descriptor in an indirect table");
        }
        links.add(ram, &one)?;
        if !one.has_next() {
            return Ok(links.sums());
        }
        index = one.other;
    }
    Err("a chain longer than its indirect table")
}
