// SPDX-License-Identifier: GPL-2.0-only
//! A host's slot: an orphan that identifies cards, serves their disk and notices that they come and go.

use super::bus::{Bus, Fault, Faults};
use super::engine::{Counters, Engine};
use super::host::{Can, Host};
use super::{CardKind, MmcError};
use crate::block::{self, Device, Driver, Info};
use crate::sync::Lock;
use crate::{Error, Result};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU64};
use kernel::sched::{self, Params};
use kernel::sync::{Completion, WaitQueue};
use kernel::time::{self, NS_PER_MS};

/// How often a slot that nothing watches is looked at, in ns.
const POLL_NS: u64 = 1000 * NS_PER_MS;
/// How long contacts may chatter before a card is looked for, in ms.
const SETTLE_MS: u32 = 50;
/// After how long a card that could not be used is tried again, in ms.
const RETRY_MS: u32 = 5000;
/// How often identification is tried for a card that is known to be there.
const TRIES: u32 = 3;
/// Most blocks that requests are merged to.
const MERGE_BLOCKS: u64 = 2048;

static SLOTS: Lock<Vec<Arc<Slot>>> = Lock::new(Vec::new());

/// What a slot is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// No card.
    Empty,
    /// A card is being identified.
    Busy,
    /// A card works.
    Ready,
    /// The card in it cannot be used: why.
    Failed(MmcError),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Empty => f.write_str("empty"),
            State::Busy => f.write_str("busy"),
            State::Ready => f.write_str("ready"),
            State::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}

/// What there is to know about a slot.
#[derive(Clone, Debug)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// What the card is.
    pub kind: Option<CardKind>,
    /// Product, maker, serial number.
    pub model: String,
    /// The mode, such as `high speed`.
    pub timing: String,
    /// Clock in Hz at most.
    pub clock: u32,
    /// Data lines.
    pub width: u64,
    /// Whether signals are at 1.8 V.
    pub low_voltage: bool,
    /// Errors so far: checksums, time-outs, others.
    pub errors: [u32; 3],
    /// Transfers tried again, cards started anew.
    pub recoveries: [u32; 2],
}

/// A slot.
pub struct Slot {
    host: Arc<dyn Host>,
    work: Arc<Work>,
    counters: Arc<Counters>,
    faults: Arc<Faults>,
    status: Lock<Status>,
    ended: Completion,
}

/// What wakes the orphan.
#[derive(Default)]
struct Work {
    queue: WaitQueue,
    requests: AtomicBool,
    /// When to look for a card, in ns; 0 for not at all.
    look_at: AtomicU64,
    stop: AtomicBool,
}

impl Work {
    fn look_due(&self) -> bool {
        let at = self.look_at.load(Relaxed);
        at != 0 && time::now_ns() >= at
    }
}

/// The disk's side: wakes the orphan.
struct Waker(Arc<Work>);

impl Driver for Waker {
    fn kick(&self, _: &Device) {
        self.0.requests.store(true, Release);
        self.0.queue.wake_all();
    }
}

/// Starts a slot for a host: cards in it become disks of the host's name. Context: orphans.
///
/// # Errors
/// There is a slot of this name, or memory is short.
pub fn add_host(host: Arc<dyn Host>) -> Result<Arc<Slot>> {
    let name = host.name().to_string();
    let no_memory = |_| Error::NoMemory { what: "an MMC host", bytes: 512 };
    let engine = Engine::new(Bus::new(host.clone()).map_err(no_memory)?);
    let status = Status {
        state: State::Empty,
        kind: None,
        model: String::new(),
        timing: String::new(),
        clock: 0,
        width: 0,
        low_voltage: false,
        errors: [0; 3],
        recoveries: [0; 2],
    };
    let slot = Arc::new(Slot {
        host,
        work: Arc::default(),
        counters: engine.counters.clone(),
        faults: engine.bus.faults.clone(),
        status: Lock::new(status),
        ended: Completion::new(),
    });
    {
        let mut slots = SLOTS.lock();
        if slots.iter().any(|other| other.host.name() == name) {
            return Err(Error::DiskExists { name });
        }
        slots.push(slot.clone());
    }
    let its = slot.clone();
    let params = Params::with_priority(sched::DEFAULT_PRIORITY + 1);
    if let Err(error) = sched::spawn(&name, params, move || its.run(engine)) {
        log::error!("{name}: {error}");
        SLOTS.lock().retain(|other| !Arc::ptr_eq(other, &slot));
        return Err(Error::NoMemory { what: "the orphan of an MMC host", bytes: 0 });
    }
    slot.detect(0);
    Ok(slot)
}

/// All slots. Context: may allocate.
pub fn list() -> Vec<Arc<Slot>> {
    SLOTS.lock().clone()
}

/// The slot of this name. Context: may allocate.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Arc<Slot>> {
    let slots = list();
    slots.iter().find(|slot| slot.name() == name).cloned().ok_or_else(|| {
        let known: Vec<_> = slots.iter().map(|slot| slot.name()).collect();
        Error::NoDisk { name: name.to_string(), known: known.join(", ") }
    })
}

impl Slot {
    /// Its host's name.
    pub fn name(&self) -> &str {
        self.host.name()
    }

    /// Has the slot looked at in `ms`: a card may have come or gone. Context: any.
    pub fn detect(&self, ms: u32) {
        let at = time::now_ns().saturating_add(u64::from(ms) * NS_PER_MS).max(1);
        self.work.look_at.store(at, Relaxed);
        self.work.queue.wake_all();
    }

    /// Has the next `count` requests fail, in debug builds. [`Fault::Pulled`] holds until it is set to 0. Context: any.
    pub fn inject(&self, fault: Fault, count: u32) {
        self.faults.set(fault, count);
        if fault == Fault::Pulled {
            self.detect(0);
        }
    }

    /// What there is to know. Context: may allocate.
    pub fn status(&self) -> Status {
        let c = &self.counters;
        let mut status = self.status.lock().clone();
        status.errors = [c.crc.load(Relaxed), c.timeouts.load(Relaxed), c.others.load(Relaxed)];
        status.recoveries = [c.retries.load(Relaxed), c.restarts.load(Relaxed)];
        status
    }

    /// Ends the slot: its disk goes, and the host is not called any more. Context: orphans; may sleep.
    pub fn remove(&self) {
        self.work.stop.store(true, Release);
        self.work.queue.wake_all();
        self.ended.wait();
        SLOTS.lock().retain(|slot| !core::ptr::eq(&**slot, self));
    }

    /// The orphan.
    fn run(&self, mut engine: Engine) {
        let mut disk: Option<Arc<Device>> = None;
        while !self.work.stop.load(Acquire) {
            self.wait(engine.bus.caps.can);
            let looked = self.work.look_due() || (disk.is_none() && self.polled(engine.bus.caps.can));
            if looked {
                self.work.look_at.store(0, Relaxed);
                self.look(&mut engine, &mut disk);
            }
            self.serve(&mut engine, &mut disk);
        }
        if let Some(disk) = disk.take() {
            block::unregister(&disk);
        }
        engine.bus.power_off();
        self.ended.complete_all();
    }

    fn polled(&self, can: Can) -> bool {
        can.contains(Can::NEEDS_POLL) && !can.contains(Can::NON_REMOVABLE)
    }

    /// Sleeps until there is something to do.
    fn wait(&self, can: Can) {
        let work = &self.work;
        let due = || work.stop.load(Acquire) || work.requests.load(Acquire) || work.look_due();
        let at = work.look_at.load(Relaxed);
        let left = at.saturating_sub(time::now_ns());
        match (at, self.polled(can)) {
            (0, false) => {
                work.queue.wait_until(|| due() || work.look_at.load(Relaxed) != 0);
            }
            (0, true) => {
                let asked = || due() || work.look_at.load(Relaxed) != 0;
                if !work.queue.wait_until_timeout(POLL_NS, asked) {
                    work.look_at.store(time::now_ns().max(1), Relaxed);
                }
            }
            _ => {
                work.queue.wait_until_timeout(left, due);
            }
        }
    }

    /// Carries out what waits in the disk's queue.
    fn serve(&self, engine: &mut Engine, disk: &mut Option<Arc<Device>>) {
        self.work.requests.store(false, Release);
        let Some(device) = disk.clone() else { return };
        while let Some(batch) = device.next() {
            engine.serve(batch);
            if engine.card.is_none() || self.work.look_due() || self.work.stop.load(Acquire) {
                break;
            }
        }
        if engine.card.is_none() {
            self.gone(engine, disk);
            self.detect(SETTLE_MS);
        } else {
            self.note_mode(engine);
            if device.has_requests() {
                self.work.requests.store(true, Release);
            }
        }
    }

    /// The card is gone, or of no use any more.
    fn gone(&self, engine: &mut Engine, disk: &mut Option<Arc<Device>>) {
        // First: who finds the disk gone finds the slot empty.
        self.set_state(State::Empty);
        if let Some(disk) = disk.take() {
            log::info!("{}: the card is gone", self.name());
            block::unregister(&disk);
        }
        engine.card = None;
        engine.bus.power_off();
    }

    /// Looks whether a card has come or gone.
    fn look(&self, engine: &mut Engine, disk: &mut Option<Arc<Device>>) {
        if disk.is_some() {
            if engine.alive() {
                return;
            }
            self.gone(engine, disk);
        }
        if !engine.may_be_there() {
            return self.set_state(State::Empty);
        }
        let before = self.status.lock().state.clone();
        self.set_state(State::Busy);
        let tries = if engine.bus.host.card_present() == Some(true) { TRIES } else { 1 };
        let mut result = Err(MmcError::NoCard);
        for n in 0..tries {
            if n > 0 {
                engine.bus.sleep_ms(100);
            }
            result = engine.identify();
            if result.is_ok() || !engine.may_be_there() {
                break;
            }
        }
        match result {
            Ok(()) => match self.make_disk(engine) {
                Ok(made) => *disk = Some(made),
                Err(error) => log::error!("{}: {error}", self.name()),
            },
            Err(MmcError::NoCard) => {
                self.set_state(State::Empty);
                if tries > 1 {
                    // What tells whether a card is in is mistaken, and will not tell when one comes.
                    self.detect((POLL_NS / NS_PER_MS) as u32);
                }
            }
            Err(error) => {
                if before != State::Failed(error) {
                    log::error!("{}: the card cannot be used: {error}", self.name());
                }
                self.set_state(State::Failed(error));
                // It may be of use again without having been pulled.
                self.detect(RETRY_MS);
            }
        }
    }

    /// Registers the disk of the card that was identified.
    fn make_disk(&self, engine: &Engine) -> Result<Arc<Device>> {
        let nothing = || Error::Disk { name: self.name().to_string(), why: block::BlockError::Removed };
        let card = engine.card.as_ref().ok_or_else(nothing)?;
        let can = engine.bus.caps.can;
        let switch = !can.contains(Can::NO_WRITE_PROTECT) && self.host.read_only() == Some(true);
        let model = card.cid.describe(card.kind == CardKind::Mmc);
        let info = Info {
            name: self.name().to_string(),
            model: alloc::format!("{} {model}", card.kind.name()),
            block_size: 512,
            blocks: card.blocks,
            read_only: switch || !card.writable(),
            removable: !can.contains(Can::NON_REMOVABLE),
            erase: card.can_erase(),
            max_blocks: MERGE_BLOCKS,
        };
        let protected = if info.read_only { ", write protected" } else { "" };
        let device = Device::new(info, Box::new(Waker(self.work.clone())));
        block::register(device.clone())?;
        {
            let mut status = self.status.lock();
            status.state = State::Ready;
            status.kind = Some(card.kind);
            status.model = model;
        }
        self.note_mode(engine);
        let (ios, mib) = (&engine.bus.ios, device.bytes() >> 20);
        log::info!(
            "{}: {}, {mib} MiB, {}, {} data lines, {} kHz{protected}",
            self.name(),
            device.info().model,
            ios.timing,
            ios.width.lines(),
            ios.clock / 1000
        );
        Ok(device)
    }

    fn note_mode(&self, engine: &Engine) {
        let ios = &engine.bus.ios;
        let mut status = self.status.lock();
        if status.clock != ios.clock || status.width != ios.width.lines() || status.timing.is_empty() {
            status.timing = ios.timing.to_string();
            status.clock = ios.clock;
            status.width = ios.width.lines();
            status.low_voltage = ios.voltage == super::host::Voltage::V180;
        }
    }

    fn set_state(&self, state: State) {
        let mut status = self.status.lock();
        if state != State::Busy {
            *status = Status {
                state,
                kind: None,
                model: String::new(),
                timing: String::new(),
                clock: 0,
                width: 0,
                low_voltage: false,
                ..status.clone()
            };
        } else {
            status.state = state;
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({})", self.name())
    }
}
