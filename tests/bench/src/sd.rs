// SPDX-License-Identifier: GPL-2.0-only
//! An SD card behind a model of a host controller: SDHC, with high speed, 4 lines, and faults on demand.

use std::collections::BTreeMap;

/// Bytes of a block.
pub const BLOCK: usize = 512;

const IDLE: u32 = 0;
const READY: u32 = 1;
const IDENT: u32 = 2;
const STANDBY: u32 = 3;
const TRANSFER: u32 = 4;

/// What a card says to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing: the controller waits in vain.
    None,
    /// A response of 48 bits: its 32 bits of content.
    Short(u32),
    /// A response of 136 bits: the register, its most significant word first.
    Long([u32; 4]),
}

/// What a command does with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// There are none.
    None,
    /// The card sends these.
    Register(Vec<u8>),
    /// The card sends blocks, from this one on.
    Read(u64),
    /// The card takes blocks, from this one on.
    Write(u64),
}

/// A card.
pub struct SdCard {
    /// How many blocks it has: a multiple of 1024.
    pub blocks: u64,
    /// What was written; other blocks hold [`SdCard::pattern`].
    pub written: BTreeMap<u64, [u8; BLOCK]>,
    /// Whether it is in its slot.
    pub inserted: bool,
    /// The commands that it got.
    pub commands: Vec<u8>,
    /// Whether 4 lines are used.
    pub wide: bool,
    /// Whether high speed is on.
    pub fast: bool,
    state: u32,
    app: bool,
    polls: u32,
}

impl SdCard {
    /// A card of that many blocks.
    pub fn new(blocks: u64) -> Self {
        SdCard {
            blocks,
            written: BTreeMap::new(),
            inserted: true,
            commands: Vec::new(),
            wide: false,
            fast: false,
            state: IDLE,
            app: false,
            polls: 0,
        }
    }

    /// What a block holds that was never written.
    pub fn pattern(block: u64) -> [u8; BLOCK] {
        std::array::from_fn(|n| (block as u8).wrapping_mul(31).wrapping_add(n as u8) ^ (n >> 8) as u8)
    }

    /// A block.
    pub fn block(&self, block: u64) -> [u8; BLOCK] {
        self.written.get(&block).copied().unwrap_or_else(|| Self::pattern(block))
    }

    fn status(&self) -> u32 {
        self.state << 9 | 1 << 8 | u32::from(self.app) << 5
    }

    /// A command comes.
    pub fn command(&mut self, opcode: u8, arg: u32) -> (Answer, Transfer) {
        if !self.inserted {
            return (Answer::None, Transfer::None);
        }
        self.commands.push(opcode);
        let app = std::mem::take(&mut self.app);
        let plain = (Answer::Short(self.status()), Transfer::None);
        let none = (Answer::None, Transfer::None);
        match (opcode, app, self.state) {
            (0, ..) => {
                *self = SdCard {
                    written: std::mem::take(&mut self.written),
                    commands: std::mem::take(&mut self.commands),
                    ..Self::new(self.blocks)
                };
                none
            }
            (8, _, IDLE) => (Answer::Short(arg & 0xfff), Transfer::None),
            (55, ..) => {
                self.app = true;
                (Answer::Short(self.status()), Transfer::None)
            }
            (41, true, IDLE) => (Answer::Short(self.conditions(arg)), Transfer::None),
            (2, _, READY) => {
                self.state = IDENT;
                (Answer::Long([0x0353_4442, 0x454e_4348, 0x1012_3456, 0x7801_6401]), Transfer::None)
            }
            (3, _, IDENT) => {
                self.state = STANDBY;
                (Answer::Short(0x1234_0500), Transfer::None)
            }
            (9, _, STANDBY) => (Answer::Long(self.csd()), Transfer::None),
            (7, _, STANDBY) => {
                self.state = TRANSFER;
                plain
            }
            (13, false, STANDBY..) | (12 | 23, ..) | (16, ..) => plain,
            (6, true, TRANSFER) => {
                self.wide = arg == 2;
                plain
            }
            (51, true, TRANSFER) => (plain.0, Transfer::Register(vec![0x02, 0x35, 0x80, 0x02, 0, 0, 0, 0])),
            (13, true, TRANSFER) => (plain.0, Transfer::Register(vec![0; 64])),
            (6, false, TRANSFER) => (plain.0, Transfer::Register(self.switch(arg))),
            (17 | 18, false, TRANSFER) => (plain.0, Transfer::Read(arg.into())),
            (24 | 25, false, TRANSFER) => (plain.0, Transfer::Write(arg.into())),
            _ => none,
        }
    }

    /// The card needs a while to come up.
    fn conditions(&mut self, arg: u32) -> u32 {
        const VOLTAGES: u32 = 0x00ff_8000;
        if arg & VOLTAGES == 0 {
            return VOLTAGES;
        }
        self.polls += 1;
        if self.polls < 3 {
            return VOLTAGES;
        }
        self.state = READY;
        VOLTAGES | 1 << 31 | 1 << 30
    }

    fn csd(&self) -> [u32; 4] {
        let size = self.blocks / 1024 - 1;
        let csd: u128 =
            1 << 126 | 0x0e << 112 | 0x32 << 96 | 0x5b5 << 84 | 9 << 80 | u128::from(size) << 48 | 1;
        [(csd >> 96) as u32, (csd >> 64) as u32, (csd >> 32) as u32, csd as u32]
    }

    /// The answer to CMD6: functions 0 and 1 of group 1 are there.
    fn switch(&mut self, arg: u32) -> Vec<u8> {
        let mut answer = vec![0; 64];
        answer[13] = 0x3;
        let function = (arg & 0xf) as u8;
        answer[16] = match function {
            0 | 0xf => u8::from(self.fast),
            1 => 1,
            _ => 0xf,
        };
        if arg >> 31 != 0 && function < 2 {
            self.fast = function == 1;
        }
        answer
    }

    /// Bytes of a transfer of `bytes` that the card sends.
    pub fn send(&self, transfer: &Transfer, bytes: usize) -> Vec<u8> {
        match transfer {
            Transfer::Register(register) => register.clone(),
            Transfer::Read(first) => {
                (0..bytes.div_ceil(BLOCK) as u64).flat_map(|n| self.block(first + n)).take(bytes).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The card takes whole blocks.
    pub fn take(&mut self, first: u64, bytes: &[u8]) {
        for (n, block) in (first..).zip(bytes.chunks_exact(BLOCK)) {
            let mut all = [0; BLOCK];
            all.copy_from_slice(block);
            self.written.insert(n, all);
        }
    }
}
