// SPDX-License-Identifier: GPL-2.0-only
//! Transfers, erasing and flushing on one card, and getting it going again when something fails.

use super::bus::{Bus, READ_TIMEOUT_NS, WRITE_TIMEOUT_NS};
use super::command::{self as cmd, STATUS_ERRORS};
use super::host::{Can, Data, Power, Request};
use super::registers::{BLOCK, CLASS_ERASE, CLASS_WRITE, CardKind, Cid, Csd, EXT_FLUSH_CACHE, ExtCsd};
use super::{MmcError, Result, emmc, sd};
use crate::block::{Batch, BlockError, Op};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;
use kernel::mm::segment::Segment;

/// How often a transfer is tried.
const TRIES: u32 = 5;
/// From this try on, blocks are transferred one by one.
const SINGLES: u32 = 2;
/// At this failure the card is started anew in a slower mode.
const SLOWER: u32 = 3;
/// The most careful mode: default speed, one data line.
const MAX_CAUTION: u8 = 3;
/// How long a card may be busy after a write, in ms.
const PROGRAM_MS: u32 = 5000;
/// How long a cache may take to flush, in ms (eMMC 6.6.32 sets no limit).
const FLUSH_MS: u32 = 30_000;
/// Bits of a status that no retry helps against: address, range, protection.
const HOPELESS: u32 = 0xe400_0000;

/// An identified card.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) kind: CardKind,
    pub(super) cid: Cid,
    pub(super) csd: Csd,
    pub(super) ext: ExtCsd,
    /// Its address, in the upper half.
    pub(super) rca: u32,
    pub(super) blocks: u64,
    /// Whether addresses count blocks.
    pub(super) by_blocks: bool,
    /// Whether it knows SET_BLOCK_COUNT.
    pub(super) cmd23: bool,
    /// Blocks that are erased together; 0 if unknown.
    pub(super) erase_blocks: u64,
    /// Whether it has a cache that is on.
    pub(super) cache: bool,
    /// The command that tunes the mode it is in.
    pub(super) tuning: Option<u8>,
}

impl Card {
    /// Whether it may be written, as far as the card says.
    pub(super) fn writable(&self) -> bool {
        !self.csd.protected && self.csd.classes & CLASS_WRITE != 0
    }

    /// Whether it can be erased.
    pub(super) fn can_erase(&self) -> bool {
        self.csd.classes & CLASS_ERASE != 0 && self.erase_blocks != 0
    }

    fn address(&self, lba: u64) -> u32 {
        (if self.by_blocks { lba } else { lba * BLOCK }) as u32
    }
}

/// What went wrong so far.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) crc: AtomicU32,
    pub(super) timeouts: AtomicU32,
    pub(super) others: AtomicU32,
    pub(super) retries: AtomicU32,
    pub(super) restarts: AtomicU32,
}

impl Counters {
    fn note(&self, error: MmcError) {
        let counter = match error {
            MmcError::Crc => &self.crc,
            MmcError::Timeout => &self.timeouts,
            _ => &self.others,
        };
        counter.fetch_add(1, Relaxed);
    }
}

/// A slot's controller and card.
pub(super) struct Engine {
    pub(super) bus: Bus,
    pub(super) card: Option<Card>,
    pub(super) counters: Arc<Counters>,
    /// How careful identification is to be: rises with failures, 0 for each new card.
    caution: u8,
}

impl Engine {
    pub(super) fn new(bus: Bus) -> Self {
        Self { bus, card: None, counters: Arc::default(), caution: 0 }
    }

    /// Whether the slot may hold a card.
    pub(super) fn may_be_there(&self) -> bool {
        !self.bus.faults.pulled() && self.bus.host.card_present() != Some(false)
    }

    /// Identifies the card in the slot. On failure the slot is without power.
    pub(super) fn identify(&mut self) -> Result<()> {
        self.card = None;
        self.caution = 0;
        self.start()
    }

    /// Identifies the card in the slot, more carefully with each failure.
    fn start(&mut self) -> Result<()> {
        loop {
            let result = self.start_once();
            match result {
                Ok(card) => {
                    self.card = Some(card);
                    return Ok(());
                }
                Err(error) => {
                    self.bus.power_off();
                    if error == MmcError::NoCard || self.caution >= MAX_CAUTION {
                        // The next start is one of a card that may be well again.
                        self.caution = 0;
                        return Err(error);
                    }
                    self.counters.note(error);
                    self.caution += 1;
                }
            }
        }
    }

    fn start_once(&mut self) -> Result<Card> {
        if !self.may_be_there() {
            return Err(MmcError::NoCard);
        }
        let can = self.bus.caps.can;
        let mut result = Err(MmcError::NoCard);
        if !can.contains(Can::NO_SD) {
            result = sd::identify(&mut self.bus, self.caution);
        }
        if result.as_ref().err() == Some(&MmcError::NoCard)
            && !can.contains(Can::NO_MMC)
            && self.may_be_there()
        {
            result = emmc::identify(&mut self.bus, self.caution);
        }
        let card = result?;
        // Registers came through; now a block has to, in the mode that was chosen.
        if card.blocks > 0 {
            self.bus.read(cmd::with_data(cmd::READ_SINGLE, 0), BLOCK as u32)?;
        }
        Ok(card)
    }

    /// Whether the card that was identified is still there, as far as that can be told.
    pub(super) fn alive(&self) -> bool {
        let Some(card) = &self.card else { return false };
        if self.bus.faults.pulled() {
            return false;
        }
        match self.bus.host.card_present() {
            Some(there) => there,
            None => (0..3).any(|_| self.bus.status(card.rca).is_ok()),
        }
    }

    fn card(&self) -> Result<&Card> {
        self.card.as_ref().ok_or(MmcError::NoCard)
    }

    /// Carries out a batch of requests and ends them.
    pub(super) fn serve(&mut self, batch: Batch) {
        let (lba, blocks) = (batch.lba(), batch.blocks());
        let (good, result) = match (self.wake(), batch.op()) {
            (Err(error), _) => (0, Err(error)),
            (_, Op::Read | Op::Write) => self.transfer(batch.op() == Op::Write, lba, batch.segments()),
            (_, Op::Flush) => (0, self.flush()),
            (_, Op::Erase | Op::Discard) => match self.erase(lba, blocks) {
                Ok(()) => (blocks, Ok(())),
                Err(error) => (0, Err(error)),
            },
        };
        let error = result.err().map(|error| match error {
            MmcError::Card(bits) if bits & 1 << 26 != 0 => BlockError::ReadOnly,
            other => BlockError::from(other),
        });
        batch.finish(good, error);
    }

    /// A card that was there, but could not be started anew, is without power: without clock, some controllers would
    /// wait for ever for the end of a command.
    fn wake(&mut self) -> Result<()> {
        if self.card.is_some() && self.bus.ios.power == Power::Off { self.restart() } else { Ok(()) }
    }

    /// Reads or writes blocks from `lba` on; says how many were transferred, and how it ended.
    pub(super) fn transfer(&mut self, write: bool, lba: u64, segments: Vec<Segment>) -> (u64, Result<()>) {
        let mut cursor = Cursor { segments, index: 0, offset: 0 };
        let mut done = 0u64;
        loop {
            let piece = match cursor.take(&self.bus) {
                Ok(piece) if piece.is_empty() => return (done, Ok(())),
                Ok(piece) => piece,
                Err(error) => return (done, Err(error)),
            };
            let blocks = piece.iter().map(|s| s.len() as u64).sum::<u64>() / BLOCK;
            if let Err(error) = self.stubborn(write, lba + done, &piece) {
                return (done, Err(error));
            }
            done += blocks;
        }
    }

    /// Transfers what one request can hold, again and again if it fails.
    fn stubborn(&mut self, write: bool, lba: u64, piece: &[Segment]) -> Result<()> {
        let mut attempt = 0;
        loop {
            let result = if attempt >= SINGLES {
                self.one_by_one(write, lba, piece)
            } else {
                self.once(write, lba, piece)
            };
            let Err(error) = result else { return Ok(()) };
            self.counters.note(error);
            attempt += 1;
            if attempt >= TRIES {
                log::error!("{}: block {lba}: {error}, {TRIES} times", self.bus.host.name());
                return Err(error);
            }
            self.recover(error, attempt)?;
            self.counters.retries.fetch_add(1, Relaxed);
        }
    }

    fn one_by_one(&mut self, write: bool, lba: u64, piece: &[Segment]) -> Result<()> {
        let mut cursor = Cursor { segments: piece.to_vec(), index: 0, offset: 0 };
        let mut lba = lba;
        while let Some(block) = cursor.take_bytes(BLOCK as usize, 1 << 9, usize::MAX)? {
            self.once(write, lba, &block)?;
            lba += 1;
        }
        Ok(())
    }

    /// One request (SD 4.3.3, 4.3.4).
    fn once(&mut self, write: bool, lba: u64, piece: &[Segment]) -> Result<()> {
        let card = self.card()?;
        let blocks = (piece.iter().map(Segment::len).sum::<usize>() as u64 / BLOCK) as u32;
        let counted = blocks > 1 && card.cmd23 && self.bus.caps.can.contains(Can::CMD23);
        let opcode = match (write, blocks > 1) {
            (false, false) => cmd::READ_SINGLE,
            (false, true) => cmd::READ_MULTIPLE,
            (true, false) => cmd::WRITE_SINGLE,
            (true, true) => cmd::WRITE_MULTIPLE,
        };
        let mut request = Request::new(cmd::with_data(opcode, card.address(lba)));
        request.count = counted.then(|| cmd::to_card(cmd::SET_BLOCK_COUNT, blocks));
        request.stop = (blocks > 1).then(|| match write {
            true => cmd::busy(cmd::STOP, 0, PROGRAM_MS),
            false => cmd::to_card(cmd::STOP, 0),
        });
        request.data = Some(Data {
            write,
            block_size: BLOCK as u32,
            blocks,
            segments: piece.to_vec(),
            timeout_ns: if write { WRITE_TIMEOUT_NS } else { READ_TIMEOUT_NS },
            done: 0,
            error: None,
        });
        self.bus.run(&mut request)?;
        let mut status = request.command.answer[0];
        if write {
            status |= self.bus.wait_ready(card.rca, PROGRAM_MS)?;
        }
        match status & STATUS_ERRORS {
            0 => Ok(()),
            errors => Err(MmcError::Card(errors)),
        }
    }

    /// Gets the card ready after a failure; the error if nothing more can be done.
    fn recover(&mut self, error: MmcError, attempt: u32) -> Result<()> {
        match error {
            MmcError::Card(bits) if bits & HOPELESS != 0 => return Err(error),
            MmcError::Unsupported | MmcError::NoMemory | MmcError::Unknown(_) => return Err(error),
            _ if !self.may_be_there() => {
                self.card = None;
                return Err(MmcError::NoCard);
            }
            _ => {}
        }
        if attempt == SLOWER {
            self.caution = (self.caution + 1).min(MAX_CAUTION);
            return self.restart();
        }
        if self.settle().is_err() {
            return self.restart();
        }
        if let (MmcError::Crc, Some(opcode)) = (error, self.card()?.tuning) {
            // If it fails, the next transfer fails too.
            let _ = self.bus.host.tune(opcode);
        }
        Ok(())
    }

    /// Brings the card back to the state in which it takes commands.
    fn settle(&mut self) -> Result<()> {
        let rca = self.card()?.rca;
        let status = || self.bus.status(rca).inspect_err(|&error| self.counters.note(error)).ok();
        let status = (0..3).find_map(|_| status()).ok_or(MmcError::Timeout)?;
        if matches!(cmd::state(status), cmd::STATE_DATA | cmd::STATE_RECEIVE) {
            // That it was not needed is no failure.
            let _ = self.bus.send(cmd::busy(cmd::STOP, 0, PROGRAM_MS));
        }
        self.bus.wait_ready(rca, PROGRAM_MS).map(|_| ())
    }

    /// Starts the card anew; it must be the same.
    fn restart(&mut self) -> Result<()> {
        let before = self.card()?.clone();
        self.counters.restarts.fetch_add(1, Relaxed);
        log::warn!("{}: the card is started anew", self.bus.host.name());
        if let Err(error) = self.start() {
            // Whatever is put in next is to be looked at from the beginning. One that is there, but fails, stays.
            if error == MmcError::NoCard {
                self.card = None;
            }
            return Err(error);
        }
        let after = self.card()?;
        if after.cid != before.cid || after.blocks != before.blocks {
            self.card = None;
            self.bus.power_off();
            return Err(MmcError::Changed);
        }
        Ok(())
    }

    /// Has the card write its cache to the medium (eMMC 6.6.33). Without a cache, writes have reached it already.
    fn flush(&mut self) -> Result<()> {
        let card = self.card()?;
        match card.cache {
            true => self.bus.switch(card.rca, EXT_FLUSH_CACHE, 1, FLUSH_MS),
            false => Ok(()),
        }
    }

    /// Erases blocks (SD 4.3.5, eMMC 6.6.9).
    pub(super) fn erase(&mut self, lba: u64, blocks: u64) -> Result<()> {
        let card = self.card()?;
        if blocks == 0 {
            return Ok(());
        }
        let mmc = card.kind == CardKind::Mmc;
        let group = card.erase_blocks.max(1);
        // An eMMC erases whole groups: never more than was asked for.
        if mmc && !(lba.is_multiple_of(group) && blocks.is_multiple_of(group)) {
            return Err(MmcError::Unsupported);
        }
        let (first, last) = match mmc {
            true => (cmd::MMC_ERASE_FIRST, cmd::MMC_ERASE_LAST),
            false => (cmd::SD_ERASE_FIRST, cmd::SD_ERASE_LAST),
        };
        let each = if mmc { card.ext.erase_ms.max(300) } else { 250 };
        let groups = u32::try_from(blocks.div_ceil(group)).unwrap_or(u32::MAX);
        let limit = each.saturating_mul(groups).saturating_add(10_000);
        self.bus.send(cmd::to_card(first, card.address(lba)))?;
        self.bus.send(cmd::to_card(last, card.address(lba + blocks - 1)))?;
        // Without waiting for busy: the controller's own limit may be shorter than what erasing takes.
        self.bus.send(cmd::to_card(cmd::ERASE, 0))?;
        let status = self.bus.wait_ready(card.rca, limit)?;
        match status & STATUS_ERRORS {
            0 => Ok(()),
            errors => Err(MmcError::Card(errors)),
        }
    }
}

/// Cuts memory into pieces for requests.
struct Cursor {
    segments: Vec<Segment>,
    index: usize,
    offset: usize,
}

impl Cursor {
    /// The next piece that a controller can take at once: whole blocks; empty at the end.
    fn take(&mut self, bus: &Bus) -> Result<Vec<Segment>> {
        let caps = &bus.caps;
        let bytes = (u64::from(caps.max_blocks) * BLOCK).min(u64::from(caps.max_bytes)).max(BLOCK) as usize;
        let bytes = bytes / BLOCK as usize * BLOCK as usize;
        let piece =
            self.take_bytes(bytes, caps.max_segments.max(1) as usize, caps.max_segment.max(1) as usize)?;
        Ok(piece.unwrap_or_default())
    }

    /// At most `bytes` in at most `count` segments of at most `size` bytes, cut to whole blocks; `None` at the end.
    fn take_bytes(&mut self, bytes: usize, count: usize, size: usize) -> Result<Option<Vec<Segment>>> {
        let mut piece: Vec<Segment> = Vec::new();
        let mut sum = 0;
        while sum < bytes && piece.len() < count {
            let Some(segment) = self.segments.get(self.index) else { break };
            let part = segment.part(self.offset, size.min(bytes - sum));
            if part.is_empty() {
                self.index += 1;
                self.offset = 0;
                continue;
            }
            self.offset += part.len();
            sum += part.len();
            piece.push(part);
        }
        let mut surplus = sum % BLOCK as usize;
        if sum == 0 {
            return Ok(None);
        }
        if surplus == sum {
            // Less than a block in as many segments as the controller takes.
            return Err(MmcError::Unsupported);
        }
        while surplus > 0
            && let Some(last) = piece.pop()
        {
            let cut = surplus.min(last.len());
            surplus -= cut;
            self.back(cut);
            if last.len() > cut {
                piece.push(last.part(0, last.len() - cut));
            }
        }
        Ok(Some(piece))
    }

    /// Goes back by `bytes`, which were taken before.
    fn back(&mut self, mut bytes: usize) {
        while bytes > self.offset {
            bytes -= self.offset;
            self.index = self.index.saturating_sub(1);
            self.offset = self.segments.get(self.index).map_or(0, Segment::len);
        }
        self.offset -= bytes;
    }
}
