// SPDX-License-Identifier: GPL-2.0-only
//! The registers of Allwinner's SD/MMC host controller, with its DMA by descriptors.

use driver_bench::sd::{Answer, SdCard, Transfer};
use driver_bench::{Io, Model, Plain};

pub const GCTRL: u64 = 0x00;
const CLKCR: u64 = 0x04;
const BCNTR: u64 = 0x14;
pub const CMDR: u64 = 0x18;
const CARG: u64 = 0x1c;
const RESP0: u64 = 0x20;
const IMASK: u64 = 0x30;
const MISTA: u64 = 0x34;
const RINTR: u64 = 0x38;
const STAS: u64 = 0x3c;
const DMAC: u64 = 0x80;
const DLBA: u64 = 0x84;
const IDST: u64 = 0x88;
const IDIE: u64 = 0x8c;

/// Registers by name.
const NAMES: &[(u64, &str)] = &[
    (GCTRL, "GCTRL"),
    (CLKCR, "CLKCR"),
    (0x08, "TMOUT"),
    (0x0c, "WIDTH"),
    (0x10, "BLKSZ"),
    (BCNTR, "BCNTR"),
    (CMDR, "CMDR"),
    (CARG, "CARG"),
    (0x20, "RESP0"),
    (0x24, "RESP1"),
    (0x28, "RESP2"),
    (0x2c, "RESP3"),
    (IMASK, "IMASK"),
    (MISTA, "MISTA"),
    (RINTR, "RINTR"),
    (STAS, "STAS"),
    (0x40, "FTRGL"),
    (0x44, "FUNS"),
    (0x50, "DBGC"),
    (0x5c, "NTSR"),
    (DMAC, "DMAC"),
    (DLBA, "DLBA"),
    (IDST, "IDST"),
    (IDIE, "IDIE"),
    (0x144, "SAMP_DL"),
];

// GCTRL.
const RESETS: u32 = 7;
const INTERRUPTS: u32 = 1 << 4;
const DMA: u32 = 1 << 5;
// CMDR.
const LONG: u32 = 1 << 7;
const DATA: u32 = 1 << 9;
const AUTO_STOP: u32 = 1 << 12;
const CLOCK_ONLY: u32 = 1 << 21;
const START: u32 = 1 << 31;
// RINTR.
const COMMAND_DONE: u32 = 1 << 2;
const DATA_OVER: u32 = 1 << 3;
/// Data came damaged.
pub const DATA_CRC_ERROR: u32 = 1 << 7;
const RESPONSE_TIMEOUT: u32 = 1 << 8;
/// Data did not come.
pub const DATA_TIMEOUT: u32 = 1 << 9;
const AUTO_STOP_DONE: u32 = 1 << 14;
// Descriptors.
const CHAINED: u32 = 1 << 4;
const LAST: u32 = 1 << 2;
const OWN: u32 = 1 << 31;

// Events.
const RESPONSE: u32 = 0;
const NO_RESPONSE: u32 = 1;
const TRANSFERRED: u32 = 2;

/// The controller of the A64: descriptors hold addresses as they are, and up to 64 KiB.
pub struct Mmc {
    registers: Plain,
    raw: u32,
    dma: u32,
    line: u32,
    transfer: Transfer,
    /// The card in its slot.
    pub card: SdCard,
    /// How the next data transfers end: bits of `RINTR`.
    pub fail_data: u32,
    /// How many of them do.
    pub fail_count: u32,
    /// How many commands to come find no card.
    pub deaf: u32,
}

impl Mmc {
    /// A controller at an interrupt line.
    pub fn new(line: u32, card: SdCard) -> Self {
        Mmc {
            registers: Plain::new(),
            raw: 0,
            dma: 0,
            line,
            transfer: Transfer::None,
            card,
            fail_data: 0,
            fail_count: 0,
            deaf: 0,
        }
    }

    fn signal(&self, io: &mut Io) {
        let r = &self.registers;
        let wanted = self.raw & r.get(IMASK) != 0 || self.dma & r.get(IDIE) != 0;
        io.set_line(self.line, wanted && r.get(GCTRL) & INTERRUPTS != 0);
    }

    /// A command is written.
    fn start(&mut self, io: &mut Io, command: u32) {
        if command & START == 0 {
            return;
        }
        self.registers.set(CMDR, command & !START);
        if command & CLOCK_ONLY != 0 {
            return;
        }
        assert!(self.registers.get(CLKCR) >> 16 & 1 != 0, "a command is sent without clock");
        if self.deaf > 0 {
            self.deaf -= 1;
            return io.after(1_000_000, NO_RESPONSE);
        }
        let (answer, transfer) = self.card.command((command & 0x3f) as u8, self.registers.get(CARG));
        self.transfer = transfer;
        match answer {
            // Without one expected, the command is over when it is sent.
            Answer::None if command & 1 << 6 == 0 => return io.after(2000, RESPONSE),
            Answer::None => return io.after(1_000_000, NO_RESPONSE),
            Answer::Short(value) => self.registers.set(RESP0, value),
            Answer::Long(words) => {
                assert!(command & LONG != 0, "CMD{} has a long response", command & 0x3f);
                for (n, word) in (0..).zip(words.into_iter().rev()) {
                    self.registers.set(RESP0 + 4 * n, word);
                }
            }
        }
        io.after(2000, RESPONSE);
    }

    /// The pieces of memory of the descriptors, from `DLBA` on.
    fn pieces(&mut self, io: &mut Io) -> Vec<(u64, usize)> {
        assert!(self.registers.get(GCTRL) & DMA != 0 && self.registers.get(DMAC) >> 7 & 1 != 0, "DMA is off");
        let (mut at, mut found) = (u64::from(self.registers.get(DLBA)), Vec::new());
        loop {
            let config = io.dma_read32(at);
            assert!(config & OWN != 0, "the descriptor at {at:#x} is not the controller's: {config:#x}");
            let size = match io.dma_read32(at + 4) & 0xffff {
                0 => 0x10000,
                size => size as usize,
            };
            found.push((io.dma_read32(at + 8).into(), size));
            io.dma_write32(at, config & !OWN);
            if config & LAST != 0 || config & CHAINED == 0 {
                return found;
            }
            at = io.dma_read32(at + 12).into();
        }
    }

    /// The data go.
    fn move_data(&mut self, io: &mut Io) {
        let bytes = self.registers.get(BCNTR) as usize;
        let pieces = self.pieces(io);
        assert_eq!(
            pieces.iter().map(|(_, size)| size).sum::<usize>(),
            bytes,
            "BCNTR and the descriptors agree"
        );
        if let Transfer::Write(first) = self.transfer {
            let mut data = vec![0; bytes];
            let mut at = 0;
            for (address, size) in pieces {
                io.dma_read(address, &mut data[at..at + size]);
                at += size;
            }
            self.card.take(first, &data);
        } else {
            let data = self.card.send(&self.transfer, bytes);
            let mut rest = &data[..];
            for (address, size) in pieces {
                let (piece, after) = rest.split_at(size.min(rest.len()));
                io.dma_write(address, piece);
                rest = after;
            }
            self.dma |= 1 << 1;
        }
        let stops = self.registers.get(CMDR) & AUTO_STOP != 0;
        if stops {
            self.card.command(12, 0);
        }
        self.raw |= DATA_OVER | if stops { AUTO_STOP_DONE } else { 0 };
    }
}

impl Model for Mmc {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        match offset {
            MISTA => (self.raw & self.registers.get(IMASK)).into(),
            RINTR => self.raw.into(),
            IDST => self.dma.into(),
            STAS => u64::from(self.card.inserted) << 8 | 1 << 2,
            _ => self.registers.load(offset, bytes),
        }
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        let word = value as u32;
        match offset {
            RINTR => self.raw &= !word,
            IDST => self.dma &= !word,
            GCTRL => {
                if word & 1 != 0 {
                    (self.raw, self.dma) = (0, 0);
                    io.cancel(RESPONSE);
                    io.cancel(NO_RESPONSE);
                    io.cancel(TRANSFERRED);
                }
                // Resets end by themselves.
                self.registers.set(GCTRL, word & !RESETS);
            }
            CMDR => self.start(io, word),
            DMAC => self.registers.set(DMAC, word & !1),
            _ => self.registers.store(offset, bytes, value),
        }
        self.signal(io);
    }

    fn event(&mut self, io: &mut Io, what: u32) {
        match what {
            NO_RESPONSE if self.raw & RESPONSE_TIMEOUT == 0 => {
                self.raw |= RESPONSE_TIMEOUT;
                // The command's end follows.
                io.after(1000, NO_RESPONSE);
            }
            RESPONSE | NO_RESPONSE => {
                self.raw |= COMMAND_DONE;
                if what == RESPONSE && self.registers.get(CMDR) & DATA != 0 {
                    io.after(20_000, TRANSFERRED);
                }
            }
            _ if self.fail_count > 0 => {
                self.fail_count -= 1;
                self.raw |= self.fail_data;
            }
            _ => self.move_data(io),
        }
        self.signal(io);
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        NAMES.iter().find(|(at, _)| *at == offset).map(|(_, name)| *name)
    }
}
