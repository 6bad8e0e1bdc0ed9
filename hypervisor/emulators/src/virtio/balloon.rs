// SPDX-License-Identifier: GPL-2.0-only
//! Memory balloon device (virtio 1.2, 5.5): a guest is asked to use less of its RAM, and says how it fares.
//!
//! The pages that it gives up are erased and stay its own: a guest's RAM is contiguous and its devices reach it as a whole, so
//! nothing is given to others, and a guest that touches a page that it gave finds zeroes.

use super::Made;
use super::device::{Backend, Shared, Ticket};
use super::later::{self, Later};
use crate::sync::Lock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use kernel::sync::Mutex;
use vmm::device::{Context, Error, IrqLine};
use vmm::virtqueue::{Chain, MAX_SIZE, Malformed};

/// Options of the device's node: none of its own.
pub(super) const OPTIONS: &[&str] = &[];

// Features (5.5.3).
const STATISTICS: u64 = 1 << 1;
const DEFLATE_ON_OOM: u64 = 1 << 2;

/// The queues (5.5.2): pages given, pages taken back, statistics.
const INFLATE: usize = 0;
const DEFLATE: usize = 1;
const NUMBERS: usize = 2;
const QUEUES: usize = 3;
/// Pages are of 4 KiB, whatever the guest's are.
const PAGE: u64 = 4096;
/// Pages that one request names at most, and bytes of the list that are read at once.
const MOST_PAGES: usize = 4096;
const PIECE: usize = 64;
/// Bytes of one of the numbers, and how many kinds are known (5.5.6.3).
const NUMBER: usize = 10;
const KINDS: usize = 8;

/// What a guest says of its memory, by what the specification calls it; bytes or counts.
pub type Statistics = [Option<u64>; KINDS];

/// A balloon of a guest.
pub struct Balloon {
    shared: Arc<Shared>,
    guest: String,
    /// Pages that it is to have, that the driver says it has, and that were given and not taken back.
    target: AtomicU32,
    actual: AtomicU32,
    held: AtomicU32,
    erased: AtomicU64,
    statistics: Lock<Statistics>,
    /// The buffer that is given back when numbers are wanted.
    waiting: Lock<Option<Ticket>>,
    updates: AtomicU32,
    later: Later,
}

static ALL: Mutex<Vec<Weak<Balloon>>> = Mutex::new(Vec::new());

/// The balloon of a guest, if it has one. Context: may sleep.
pub fn find_balloon(guest: &str) -> Option<Arc<Balloon>> {
    ALL.lock().iter().filter_map(Weak::upgrade).find(|balloon| balloon.guest == guest)
}

impl Balloon {
    /// Bytes of the guest's RAM. Context: any.
    pub fn ram(&self) -> u64 {
        self.shared.ram.bytes()
    }

    /// Bytes that the guest is to give up, that it says it has, and that the device knows of. Context: any.
    pub fn bytes(&self) -> [u64; 3] {
        [&self.target, &self.actual, &self.held].map(|pages| u64::from(pages.load(Relaxed)) * PAGE)
    }

    /// Asks the guest to give up all but `keep` bytes; all of its RAM is what it has anyway. It does so when it likes.
    /// Context: any.
    pub fn set_target(&self, keep: u64) {
        let pages = self.ram().saturating_sub(keep) / PAGE;
        self.target.store(pages.min(u32::MAX.into()) as u32, Relaxed);
        self.shared.changed();
    }

    /// What the guest said last of its memory: swapped in, swapped out, major faults, minor faults, free, total, available,
    /// caches. Context: any.
    pub fn statistics(&self) -> Statistics {
        *self.statistics.lock()
    }

    /// How often it has said something. Context: any.
    pub fn updates(&self) -> u32 {
        self.updates.load(Relaxed)
    }

    /// Asks the guest for new statistics; whether it can be asked. Context: any.
    pub fn ask(&self) -> bool {
        // Linux puts the first up before it says that it is ready, and does not notify of it again.
        self.notify(NUMBERS);
        let Some(ticket) = self.waiting.lock().take() else { return false };
        if let Some(queue) = self.shared.queue(NUMBERS) {
            let mut queue = queue.lock();
            if queue.generation() == ticket.generation && self.shared.is_live() {
                queue.push(ticket.id, ticket.slots, 0);
                if queue.wants_interrupt() {
                    self.shared.answered(NUMBERS);
                }
            }
        }
        true
    }

    /// Takes the next list of pages, to be worked on without the queue's lock. Context: orphan.
    fn take(&self, index: usize) -> Result<bool, Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(index) else { return Ok(false) };
        let mut queue = queue.lock();
        if !shared.is_live() || !queue.pop(&shared.ram)? {
            return Ok(false);
        }
        let mut chain = Chain::new(MAX_SIZE.into());
        core::mem::swap(&mut chain, &mut queue.chain);
        let ticket =
            Ticket { queue: index, generation: queue.generation(), id: chain.id, slots: chain.slots };
        shared.begin(index);
        drop(queue);
        let result = self.pages(&chain, index == INFLATE);
        shared.end(&ticket, |_| 0);
        result.map(|()| true)
    }

    /// Goes through a list of pages: they are given up, or taken back.
    fn pages(&self, chain: &Chain, given: bool) -> Result<(), Malformed> {
        let ram = &self.shared.ram;
        let len = chain.readable();
        if !len.is_multiple_of(4) || len > 4 * MOST_PAGES {
            return Err("a list of pages of a length that cannot be");
        }
        let mut at = 0;
        while at < len {
            let mut piece = [0; PIECE];
            let now = piece.get_mut(..PIECE.min(len - at)).unwrap_or_default();
            chain.read(ram, at, now);
            at += now.len();
            let (words, _) = now.as_chunks();
            for word in words {
                let page = u64::from(u32::from_le_bytes(*word)) * PAGE;
                let (memory, offset) = ram.find(page, PAGE).ok_or("a page outside of the guest's RAM")?;
                if given {
                    memory.zero(offset, PAGE as usize);
                }
            }
        }
        let count = (len / 4) as u32;
        let change =
            |held: u32| Some(if given { held.saturating_add(count) } else { held.saturating_sub(count) });
        // It always gives a new value.
        let _ = self.held.fetch_update(Relaxed, Relaxed, change);
        if given {
            self.erased.fetch_add(count.into(), Relaxed);
        }
        Ok(())
    }

    /// The worker's part: one list of each queue, and then others have their turn.
    fn work(&self) {
        let mut more = false;
        for index in [INFLATE, DEFLATE] {
            match self.take(index) {
                Ok(taken) => more |= taken,
                Err(why) => self.shared.fail(why),
            }
        }
        if more {
            self.later.submit();
        }
    }

    /// The guest has put up its numbers.
    fn take_numbers(&self) -> Result<(), Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(NUMBERS).filter(|_| shared.is_live()) else { return Ok(()) };
        let mut queue = queue.lock();
        // As many as a ring has: a driver that goes on meanwhile notifies again.
        for _ in 0..MAX_SIZE {
            if !queue.pop(&shared.ram)? {
                break;
            }
            let mut statistics = Statistics::default();
            for n in 0..(queue.chain.readable() / NUMBER).min(2 * KINDS) {
                let mut number = [0; 16];
                let (bytes, _) = number.split_at_mut(NUMBER);
                queue.chain.read(&shared.ram, n * NUMBER, bytes);
                let number = u128::from_le_bytes(number);
                let place = statistics.get_mut(usize::from(number as u16));
                place.into_iter().for_each(|place| *place = Some((number >> 16) as u64));
            }
            *self.statistics.lock() = statistics;
            self.updates.fetch_add(1, Relaxed);
            let (id, slots) = (queue.chain.id, queue.chain.slots);
            let ticket = Ticket { queue: NUMBERS, generation: queue.generation(), id, slots };
            let before = self.waiting.lock().replace(ticket);
            if let Some(before) = before {
                // Two of them: the one before is not kept.
                if before.generation == ticket.generation {
                    queue.push(before.id, before.slots, 0);
                }
            }
        }
        if queue.wants_interrupt() {
            shared.answered(NUMBERS);
        }
        Ok(())
    }
}

impl Backend for Balloon {
    fn id(&self) -> u32 {
        5
    }

    fn features(&self) -> u64 {
        STATISTICS | DEFLATE_ON_OOM
    }

    fn config(&self, offset: usize, to: &mut [u8]) {
        let space = [&self.target, &self.actual].map(|pages| pages.load(Relaxed).to_le_bytes());
        let from = space.as_flattened().get(offset..).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }

    fn set_config(&self, offset: usize, from: &[u8]) -> bool {
        let pages = <[u8; 4]>::try_from(from).ok().filter(|_| offset == 4).map(u32::from_le_bytes);
        pages.into_iter().for_each(|pages| self.actual.store(pages, Relaxed));
        pages.is_some()
    }

    fn notify(&self, queue: usize) {
        if queue != NUMBERS {
            self.later.submit();
        } else if let Err(why) = self.take_numbers() {
            self.shared.fail(why);
        }
    }

    fn reset(&self, guest: bool) {
        self.actual.store(0, Relaxed);
        self.held.store(0, Relaxed);
        *self.waiting.lock() = None;
        *self.statistics.lock() = Statistics::default();
        if guest {
            self.later.cancel();
        }
    }

    fn stop(&self) {
        self.later.cancel();
    }

    fn info(&self) -> String {
        let [target, actual, held] = self.bytes().map(|bytes| bytes >> 10);
        let erased = self.erased.load(Relaxed);
        format!("balloon, wanted {target} KiB, said {actual} KiB, holds {held} KiB, {erased} pages erased")
    }
}

/// Makes the device of a node.
pub(super) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let unavailable = |what: &str| Error::Unavailable { node: ctx.node.path.clone(), what: what.to_string() };
    if find_balloon(ctx.guest).is_some() {
        return Err(unavailable("the guest has a balloon already"));
    }
    if !later::start() {
        return Err(unavailable("there is no memory for the worker of virtio devices"));
    }
    let shared = Shared::new(ctx.ram.clone(), line, QUEUES);
    let balloon = Arc::new_cyclic(|balloon: &Weak<Balloon>| {
        let balloon = balloon.clone();
        let later = Later::new(move || balloon.upgrade().iter().for_each(|balloon| balloon.work()));
        Balloon {
            shared: shared.clone(),
            guest: ctx.guest.to_string(),
            target: AtomicU32::new(0),
            actual: AtomicU32::new(0),
            held: AtomicU32::new(0),
            erased: AtomicU64::new(0),
            statistics: Lock::default(),
            waiting: Lock::default(),
            updates: AtomicU32::new(0),
            later,
        }
    });
    let mut all = ALL.lock();
    all.retain(|one| one.strong_count() != 0);
    all.push(Arc::downgrade(&balloon));
    Ok((shared, balloon))
}
