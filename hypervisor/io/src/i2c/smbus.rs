// SPDX-License-Identifier: GPL-2.0-only
//! SMBus commands (System Management Bus 3.2, section 6.5), by the adapter's own means or made of I2C messages.

use super::{Adapter, Flags, Msg};
use crate::Fault;

/// Most bytes of a block.
pub const BLOCK_MAX: usize = 32;

/// Flag of a client that wants packet error checks; Linux's `I2C_CLIENT_PEC`.
pub const PEC: Flags = Flags::from_bits_retain(0x0004);

/// What a command carries: a byte, a word of two bytes (low one first), or a block with its length before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block(pub [u8; BLOCK_MAX + 2]);

impl Default for Block {
    fn default() -> Self {
        Self([0; BLOCK_MAX + 2])
    }
}

impl Block {
    /// A byte.
    pub fn of_byte(value: u8) -> Self {
        Self::of(&[value])
    }

    /// A word.
    pub fn of_word(value: u16) -> Self {
        Self::of(&value.to_le_bytes())
    }

    /// A block; `None` if it is too long.
    pub fn of_block(bytes: &[u8]) -> Option<Self> {
        let mut block = Self::default();
        let (len, rest) = block.0.split_first_mut()?;
        if bytes.len() > BLOCK_MAX {
            return None;
        }
        *len = bytes.len() as u8;
        rest.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(block)
    }

    fn of(bytes: &[u8]) -> Self {
        let mut block = Self::default();
        block.0.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        block
    }

    /// The byte.
    pub fn byte(&self) -> u8 {
        self.0.first().copied().unwrap_or(0)
    }

    /// The word.
    pub fn word(&self) -> u16 {
        let [low, high, ..] = self.0;
        u16::from_le_bytes([low, high])
    }

    /// The block, without its length.
    pub fn block(&self) -> &[u8] {
        let len = usize::from(self.byte()).min(BLOCK_MAX);
        self.0.get(1..=len).unwrap_or_default()
    }
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From host to device.
    Write,
    /// From device to host.
    Read,
}

/// The command; values as in Linux's `I2C_SMBUS_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The direction bit alone.
    Quick = 0,
    /// A byte without a command.
    Byte = 1,
    /// A byte.
    ByteData = 2,
    /// A word.
    WordData = 3,
    /// A word there, a word back.
    ProcCall = 4,
    /// A block.
    BlockData = 5,
    /// A block whose length does not go over the bus, old form; the same as [`I2cBlockData`](Self::I2cBlockData), but
    /// reads of any length ask for 32 bytes.
    I2cBlockBroken = 6,
    /// A block there, a block back.
    BlockProcCall = 7,
    /// A block whose length does not go over the bus.
    I2cBlockData = 8,
}

impl Kind {
    /// The command of this number.
    pub fn from_number(number: u32) -> Option<Self> {
        use Kind::*;
        let kinds = [
            Quick,
            Byte,
            ByteData,
            WordData,
            ProcCall,
            BlockData,
            I2cBlockBroken,
            BlockProcCall,
            I2cBlockData,
        ];
        kinds.into_iter().find(|k| *k as u32 == number)
    }
}

/// The packet error check of `bytes` behind those that gave `crc`: CRC-8, polynomial 0x107.
pub fn pec(crc: u8, bytes: &[u8]) -> u8 {
    bytes.iter().fold(crc, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { (crc << 1) ^ 0x07 } else { crc << 1 })
    })
}

/// The packet error check of a message: its address byte, then what counts of its buffer.
fn message_pec(crc: u8, address: u16, read: bool, bytes: &[u8]) -> u8 {
    let address = ((address & 0x7f) as u8) << 1 | u8::from(read);
    pec(pec(crc, &[address]), bytes)
}

/// Longest message that a command is made of: command, length, block, check.
const LONGEST: usize = BLOCK_MAX + 3;

/// A command as messages: what is written, if anything, and what is read, if anything.
struct Plan {
    out: [u8; LONGEST],
    /// `None`: nothing is written.
    out_len: Option<usize>,
    /// `None`: nothing is read.
    in_len: Option<usize>,
    /// The device announces the length.
    announced: bool,
}

/// Makes messages of a command.
fn plan(direction: Direction, command: u8, kind: Kind, data: &Block) -> Result<Plan, Fault> {
    let mut plan = Plan { out: [0; LONGEST], out_len: Some(1), in_len: None, announced: false };
    let reading = direction == Direction::Read;
    let mut put = |from: usize, count: usize| {
        let to = plan.out.iter_mut().skip(1);
        to.zip(data.0.iter().skip(from).take(count)).for_each(|(to, from)| *to = *from);
        Some(1 + count)
    };
    let block = usize::from(data.byte());
    let too_long = block > BLOCK_MAX;
    match kind {
        Kind::Quick if reading => (plan.out_len, plan.in_len) = (None, Some(0)),
        Kind::Quick => plan.out_len = Some(0),
        Kind::Byte if reading => (plan.out_len, plan.in_len) = (None, Some(1)),
        Kind::Byte => {}
        Kind::ByteData if reading => plan.in_len = Some(1),
        Kind::ByteData => plan.out_len = put(0, 1),
        Kind::WordData if reading => plan.in_len = Some(2),
        Kind::WordData => plan.out_len = put(0, 2),
        Kind::ProcCall => (plan.out_len, plan.in_len) = (put(0, 2), Some(2)),
        Kind::BlockData if reading => (plan.in_len, plan.announced) = (Some(1), true),
        _ if too_long => return Err(Fault::Invalid),
        Kind::BlockData => plan.out_len = put(0, block + 1),
        Kind::BlockProcCall => {
            (plan.out_len, plan.in_len, plan.announced) = (put(0, block + 1), Some(1), true);
        }
        Kind::I2cBlockData | Kind::I2cBlockBroken if reading => plan.in_len = Some(block),
        Kind::I2cBlockData | Kind::I2cBlockBroken => plan.out_len = put(1, block),
    }
    if let Some(first) = plan.out.first_mut() {
        *first = command;
    }
    Ok(plan)
}

impl Adapter {
    /// Carries out an SMBus command; `flags` are `TEN` and [`PEC`]. What is read comes back in `data`. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if a block is too long, [`Fault::Corrupt`] if a check is wrong, [`Fault::Protocol`] if the
    /// device announces too long a block, or what the adapter answers.
    pub fn smbus(
        &self,
        address: u16,
        flags: Flags,
        direction: Direction,
        command: u8,
        kind: Kind,
        data: &mut Block,
    ) -> Result<(), Fault> {
        self.lock();
        let result = self.smbus_unlocked(address, flags, direction, command, kind, data);
        self.unlock();
        result
    }

    /// As [`smbus`](Self::smbus), for one who holds the bus.
    ///
    /// # Errors
    /// As [`smbus`](Self::smbus).
    pub fn smbus_unlocked(
        &self,
        address: u16,
        flags: Flags,
        direction: Direction,
        command: u8,
        kind: Kind,
        data: &mut Block,
    ) -> Result<(), Fault> {
        if kind == Kind::I2cBlockBroken && direction == Direction::Read {
            data.0.iter_mut().take(1).for_each(|len| *len = BLOCK_MAX as u8);
        }
        match self.bus()?.smbus(address, flags, direction, command, kind, data) {
            Some(Err(Fault::NotSupported)) | None => {}
            Some(done) => return done,
        }
        let plan = plan(direction, command, kind, data)?;
        self.emulate(address, flags, kind, plan, data)
    }

    fn emulate(
        &self,
        address: u16,
        flags: Flags,
        kind: Kind,
        mut plan: Plan,
        data: &mut Block,
    ) -> Result<(), Fault> {
        let checked =
            flags.contains(PEC) && !matches!(kind, Kind::Quick | Kind::I2cBlockData | Kind::I2cBlockBroken);
        let flags = flags & Flags::TEN;
        let mut crc = 0;
        if let (true, Some(len)) = (checked, plan.out_len) {
            crc = message_pec(0, address, false, plan.out.get(..len).unwrap_or_default());
            if let (None, Some(place)) = (plan.in_len, plan.out.get_mut(len)) {
                *place = crc;
                plan.out_len = Some(len + 1);
            }
        }
        let mut input = [0; LONGEST];
        let mut read_flags = flags | Flags::READ;
        read_flags.set(Flags::RECV_LEN, plan.announced);
        let out = plan.out_len.map(|len| Msg { address, flags, buffer: &mut plan.out, len });
        let wanted = plan.in_len.map(|len| len + usize::from(checked));
        let input = wanted.map(|len| Msg { address, flags: read_flags, buffer: &mut input, len });
        let received = match (out, input) {
            (Some(out), None) => {
                return if self.transfer_unlocked(&mut [out])? == 1 { Ok(()) } else { Err(Fault::Io) };
            }
            (None, Some(input)) => {
                let mut messages = [input];
                let done = self.transfer_unlocked(&mut messages)? == 1;
                let [input] = messages;
                done.then_some(input)
            }
            (Some(out), Some(input)) => {
                let mut messages = [out, input];
                let done = self.transfer_unlocked(&mut messages)? == 2;
                let [_, input] = messages;
                done.then_some(input)
            }
            (None, None) => return Err(Fault::Invalid),
        };
        let received = received.ok_or(Fault::Io)?;
        let mut bytes = received.bytes();
        if checked {
            let (check, rest) = bytes.split_last().ok_or(Fault::Protocol)?;
            if message_pec(crc, address, true, rest) != *check {
                return Err(Fault::Corrupt);
            }
            bytes = rest;
        }
        store(kind, plan.announced, bytes, data)
    }
}

/// Puts what was read where the caller expects it.
fn store(kind: Kind, announced: bool, bytes: &[u8], data: &mut Block) -> Result<(), Fault> {
    if announced {
        let len = bytes.first().map_or(0, |len| usize::from(*len));
        if len > BLOCK_MAX || len >= bytes.len() {
            return Err(Fault::Protocol);
        }
    }
    let skip = usize::from(matches!(kind, Kind::I2cBlockData | Kind::I2cBlockBroken));
    data.0.iter_mut().skip(skip).zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(())
}
