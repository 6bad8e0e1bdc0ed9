// SPDX-License-Identifier: GPL-2.0-only
//! The split ring (virtio 1.2, 2.7): a table of descriptors, a ring of heads from the driver, a ring of used ones back.

use super::chain::{Links, Sums};
use super::{Chain, Descriptor, INDIRECT, Layout, Malformed, NEXT};
use crate::ram::GuestRam;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::fence;
use kernel::mm::segment::Array;

/// Words at the beginning of the driver's and of the device's ring.
const FLAGS: usize = 0;
const INDEX: usize = 1;
/// Where the entries of a ring begin, in bytes.
const ENTRIES: usize = 4;
/// In the flags of the driver's ring: no interrupt is wanted.
const NO_INTERRUPT: u16 = 1;

/// What a ring says that lies in no memory.
const GONE: Malformed = "a ring outside of the guest's RAM";

/// A split ring in the guest's RAM.
pub(super) struct Split {
    /// The descriptors, in words.
    table: Array<u64>,
    /// What the driver writes: flags and index, the heads of chains, and at which index it wants an interrupt.
    driver: Array<u16>,
    heads: Array<u16>,
    interrupt_at: Array<u16>,
    /// What the device writes: flags and index, the chains that are complete with their lengths, and at which index it wants to be
    /// notified.
    device: Array<u16>,
    used: Array<u32>,
    notify_at: Array<u16>,
    size: u16,
    event_index: bool,
    indirect: bool,
    /// Which head comes next.
    next: u16,
    /// Which entry of the used ring comes next, and which came next when an interrupt was considered last.
    used_next: u16,
    signalled: u16,
}

impl Split {
    pub(super) fn new(ram: &GuestRam, layout: &Layout) -> Result<Self, Malformed> {
        let size = usize::from(layout.size);
        if !layout.size.is_power_of_two() {
            return Err("a split ring whose size is no power of two");
        }
        let [table, avail, used] = layout.addresses;
        if table & 15 != 0 || avail & 1 != 0 || used & 3 != 0 {
            return Err("a ring at an unaligned address");
        }
        let part = |start, bytes: usize| ram.slice(start, bytes as u64).ok_or(GONE);
        let table = part(table, 16 * size)?;
        let (avail, used) = (part(avail, 6 + 2 * size)?, part(used, 6 + 8 * size)?);
        Ok(Self {
            table: Array::new(&table, 0, 2 * size).ok_or(GONE)?,
            driver: Array::new(&avail, 0, 2).ok_or(GONE)?,
            heads: Array::new(&avail, ENTRIES, size).ok_or(GONE)?,
            interrupt_at: Array::new(&avail, ENTRIES + 2 * size, 1).ok_or(GONE)?,
            device: Array::new(&used, 0, 2).ok_or(GONE)?,
            used: Array::new(&used, ENTRIES, 2 * size).ok_or(GONE)?,
            notify_at: Array::new(&used, ENTRIES + 8 * size, 1).ok_or(GONE)?,
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

    /// Entries of the driver's ring that have not been looked at.
    #[inline(always)]
    fn waiting(&self) -> u16 {
        self.driver.load(INDEX, Acquire).wrapping_sub(self.next)
    }

    /// The descriptor with this number, which is below the size.
    #[inline(always)]
    fn descriptor(&self, index: u16) -> Descriptor {
        let at = 2 * usize::from(index);
        Descriptor::of([self.table.load(at, Relaxed), self.table.load(at + 1, Relaxed)])
    }

    /// The common cases of [`pop`](Self::pop): nothing is there and nobody has to be told, or a chain of one descriptor. `None`
    /// if it is neither, and nothing has changed.
    #[inline(always)]
    pub(super) fn pop_one(&mut self, ram: &GuestRam, chain: &mut Chain) -> Option<bool> {
        let waiting = self.waiting();
        if waiting == 0 && !self.event_index {
            return Some(false);
        }
        let head = self.heads.load(self.next.into(), Relaxed);
        if waiting == 0 || waiting > self.size || head >= self.size {
            return None;
        }
        let one = self.descriptor(head);
        if one.flags & (NEXT | INDIRECT) != 0 || !chain.tie_one(ram, head, &one) {
            return None;
        }
        self.next = self.next.wrapping_add(1);
        Some(true)
    }

    #[inline(always)]
    pub(super) fn pop(&mut self, ram: &GuestRam, chain: &mut Chain) -> Result<bool, Malformed> {
        let mut waiting = self.waiting();
        if waiting == 0 {
            if !self.event_index {
                return Ok(false);
            }
            // What comes after this is notified of, what came before is seen now.
            self.notify_at.store(0, self.next, Release);
            fence(SeqCst);
            waiting = self.waiting();
            if waiting == 0 {
                return Ok(false);
            }
        }
        if waiting > self.size {
            return Err("an available index that runs away");
        }
        let head = self.heads.load(self.next.into(), Relaxed);
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
            let one = self.descriptor(index);
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
    pub(super) fn push(&mut self, id: u16, len: u32) {
        let at = 2 * usize::from(self.used_next);
        self.used.store(at, id.into(), Relaxed);
        self.used.store(at + 1, len, Relaxed);
        self.used_next = self.used_next.wrapping_add(1);
        self.device.store(INDEX, self.used_next, Release);
    }

    #[inline(always)]
    pub(super) fn wants_interrupt(&mut self) -> bool {
        // The driver's wish is read after it can see the index.
        fence(SeqCst);
        if !self.event_index {
            return self.driver.load(FLAGS, Relaxed) & NO_INTERRUPT == 0;
        }
        let (new, old) = (self.used_next, core::mem::replace(&mut self.signalled, self.used_next));
        super::passes(self.interrupt_at.load(0, Relaxed), new, old)
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
        let one = Descriptor::indirect(memory, start + 16 * usize::from(index)).ok_or(GONE)?;
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
