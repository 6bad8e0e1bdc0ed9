// SPDX-License-Identifier: GPL-2.0-only
//! The registers of a 16550 and its receive FIFO: what reads and writes of the guest, and characters from the line, do to
//! them.

use crate::fifo::Fifo;

// Registers, as numbers: the address is shifted by `reg-shift`.
pub(super) const RBR_THR_DLL: u64 = 0;
pub(super) const IER_DLM: u64 = 1;
pub(super) const IIR_FCR: u64 = 2;
pub(super) const LCR: u64 = 3;
pub(super) const MCR: u64 = 4;
pub(super) const LSR: u64 = 5;
pub(super) const MSR: u64 = 6;
pub(super) const SCR: u64 = 7;
// DesignWare only; offsets (databook 5.1).
pub(super) const USR: u64 = 0x7c;
pub(super) const TFL: u64 = 0x80;
pub(super) const RFL: u64 = 0x84;
pub(super) const SRR: u64 = 0x88;
pub(super) const DLF: u64 = 0xc0;
pub(super) const CPR: u64 = 0xf4;
pub(super) const UCV: u64 = 0xf8;
pub(super) const CTR: u64 = 0xfc;

/// Interrupt enables: receive data, transmitter empty, line status, modem status.
pub(super) const IER_RDI: u8 = 1;
pub(super) const IER_THRI: u8 = 2;
pub(super) const IER_RLSI: u8 = 4;
pub(super) const IER_MSI: u8 = 8;

/// Interrupt identification, in falling priority.
pub(super) const IIR_LINE: u8 = 0x06;
pub(super) const IIR_DATA: u8 = 0x04;
pub(super) const IIR_TIMEOUT: u8 = 0x0c;
pub(super) const IIR_EMPTY: u8 = 0x02;
pub(super) const IIR_MODEM: u8 = 0x00;
pub(super) const IIR_NONE: u8 = 0x01;
pub(super) const IIR_FIFO: u8 = 0xc0;

pub(super) const FCR_ENABLE: u8 = 1;
pub(super) const FCR_CLEAR_RX: u8 = 2;
pub(super) const LCR_BREAK: u8 = 0x40;
pub(super) const LCR_DLAB: u8 = 0x80;
pub(super) const MCR_LOOP: u8 = 0x10;

pub(super) const LSR_DR: u8 = 0x01;
pub(super) const LSR_OE: u8 = 0x02;
pub(super) const LSR_BI: u8 = 0x10;
/// THRE and TEMT.
pub(super) const LSR_EMPTY: u8 = 0x60;
pub(super) const LSR_FIFO_ERROR: u8 = 0x80;
/// Error bits of the character at the head of the FIFO, and of an overrun.
pub(super) const LSR_ERRORS: u8 = 0x1e;

/// Modem status of a terminal that is there and ready: CTS, DSR, DCD.
pub(super) const MSR_READY: u8 = 0xb0;
pub(super) const MSR_RI: u8 = 0x40;

/// What kind of 16550 it is.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// Distance of registers as a power of two.
    pub(super) shift: u32,
    /// Entries of the FIFO.
    pub(super) depth: usize,
    /// Receive levels that FCR selects.
    pub(super) levels: [usize; 4],
    /// Has the DesignWare registers.
    pub(super) dw: bool,
}

/// The registers and the receive FIFO.
pub(super) struct Regs {
    kind: Kind,
    pub(super) ier: u8,
    pub(super) lcr: u8,
    pub(super) mcr: u8,
    scr: u8,
    fcr: u8,
    dll: u8,
    dlm: u8,
    pub(super) fifo: Fifo,
    /// The FIFO may hold a character with an error: a hint that spares looking through it.
    broken: bool,
    /// Errors to show in LSR until it is read.
    errors: u8,
    /// The transmitter ran empty and nobody has read so in IIR.
    empty: bool,
    /// Changes of the modem inputs since MSR was read.
    delta: u8,
    /// The modem inputs, bits 7:4 of MSR.
    inputs: u8,
}

impl Regs {
    /// As after a reset.
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            ier: 0,
            lcr: 0,
            mcr: 0,
            scr: 0,
            fcr: 0,
            dll: 0,
            dlm: 0,
            fifo: Fifo::new(1),
            broken: false,
            errors: 0,
            empty: false,
            delta: 0,
            inputs: MSR_READY,
        }
    }

    /// Whether what is sent comes back.
    pub(super) fn loops(&self) -> bool {
        self.mcr & MCR_LOOP != 0
    }

    fn has_fifo(&self) -> bool {
        self.fcr & FCR_ENABLE != 0
    }

    fn level(&self) -> usize {
        self.kind.levels.get(usize::from(self.fcr >> 6)).copied().unwrap_or(1)
    }

    /// What IIR shows, without the FIFO bits.
    pub(super) fn cause(&self) -> u8 {
        let on = |bit| self.ier & bit != 0;
        match () {
            _ if on(IER_RLSI) && self.errors != 0 => IIR_LINE,
            _ if on(IER_RDI) && !self.fifo.is_empty() => {
                match self.has_fifo() && self.fifo.len() < self.level() {
                    true => IIR_TIMEOUT,
                    false => IIR_DATA,
                }
            }
            _ if on(IER_THRI) && self.empty => IIR_EMPTY,
            _ if on(IER_MSI) && self.delta != 0 => IIR_MODEM,
            _ => IIR_NONE,
        }
    }

    /// What LSR shows; looking changes nothing that the guest sees.
    pub(super) fn lsr(&mut self) -> u8 {
        let ready = if self.fifo.is_empty() { 0 } else { LSR_DR };
        if self.broken {
            self.broken = self.fifo.any(u16::from(LSR_ERRORS) << 8);
        }
        let in_fifo = if self.broken && self.has_fifo() { LSR_FIFO_ERROR } else { 0 };
        ready | LSR_EMPTY | self.errors | in_fifo
    }

    /// A character arrives; its error bits stand in bits 15:8 as they do in LSR.
    pub(super) fn arrive(&mut self, entry: u16) {
        if self.fifo.is_full() {
            self.errors |= LSR_OE;
            if self.has_fifo() {
                return;
            }
            self.fifo.clear();
        }
        if self.fifo.is_empty() {
            self.errors |= (entry >> 8) as u8;
        }
        self.broken |= entry >> 8 != 0;
        self.fifo.push(entry);
    }

    fn read_data(&mut self) -> u8 {
        let Some(entry) = self.fifo.pop() else { return 0 };
        if let Some(next) = self.fifo.front() {
            self.errors |= (next >> 8) as u8;
        }
        entry as u8
    }

    fn read_iir(&mut self) -> u8 {
        let cause = self.cause();
        if cause == IIR_EMPTY {
            self.empty = false;
        }
        cause | if self.has_fifo() { IIR_FIFO } else { 0 }
    }

    fn read_lsr(&mut self) -> u8 {
        let lsr = self.lsr();
        self.errors = 0;
        self.fifo.strip_front(u16::from(LSR_ERRORS) << 8);
        lsr
    }

    fn write_ier(&mut self, value: u8) {
        // Enabling the interrupt of an empty transmitter raises it.
        if value & !self.ier & IER_THRI != 0 {
            self.empty = true;
        }
        self.ier = value & 0x0f;
    }

    fn write_fcr(&mut self, value: u8) {
        let switched = (value ^ self.fcr) & FCR_ENABLE != 0;
        if switched || value & FCR_CLEAR_RX != 0 {
            self.fifo.clear();
        }
        if switched {
            self.fifo.resize(if value & FCR_ENABLE != 0 { self.kind.depth } else { 1 });
        }
        self.fcr = if value & FCR_ENABLE != 0 { value & (0xc0 | FCR_ENABLE) } else { 0 };
    }

    fn write_lcr(&mut self, value: u8) {
        if value & !self.lcr & LCR_BREAK != 0 && self.loops() {
            self.arrive(u16::from(LSR_BI) << 8);
        }
        self.lcr = value;
    }

    fn write_mcr(&mut self, value: u8) {
        self.mcr = value & 0x3f;
        let inputs = match self.loops() {
            false => MSR_READY,
            // RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD.
            true => (value & 2) << 3 | (value & 1) << 5 | (value & 0x0c) << 4,
        };
        let changed = (inputs ^ self.inputs) >> 4;
        // RI counts where it ends.
        let ring_ended = self.inputs & !inputs & MSR_RI != 0;
        self.delta |= changed & 0x0b | if ring_ended { 4 } else { 0 };
        self.inputs = inputs;
    }

    fn write_data(&mut self, value: u8) {
        if self.loops() {
            self.arrive(value.into());
        }
        self.empty = true;
    }

    /// Reads one of the eight registers.
    pub(super) fn read(&mut self, register: u64) -> u8 {
        let divisor = self.lcr & LCR_DLAB != 0;
        match register {
            RBR_THR_DLL if divisor => self.dll,
            RBR_THR_DLL => self.read_data(),
            IER_DLM if divisor => self.dlm,
            IER_DLM => self.ier,
            IIR_FCR => self.read_iir(),
            LCR => self.lcr,
            MCR => self.mcr,
            LSR => self.read_lsr(),
            MSR => self.inputs | core::mem::take(&mut self.delta),
            _ => self.scr,
        }
    }

    /// Writes one of the eight registers. Whether it was data for the line.
    pub(super) fn write(&mut self, register: u64, value: u8) -> bool {
        let divisor = self.lcr & LCR_DLAB != 0;
        match register {
            RBR_THR_DLL if divisor => self.dll = value,
            RBR_THR_DLL => {
                self.write_data(value);
                return !self.loops();
            }
            IER_DLM if divisor => self.dlm = value,
            IER_DLM => self.write_ier(value),
            IIR_FCR => self.write_fcr(value),
            LCR => self.write_lcr(value),
            MCR => self.write_mcr(value),
            SCR => self.scr = value,
            // LSR and MSR are read-only.
            _ => {}
        }
        false
    }

    /// Reads a DesignWare register; `None` if there is none at `offset`.
    pub(super) fn read_dw(&self, offset: u64) -> Option<u32> {
        Some(match offset {
            // Transmitter not full and empty; receiver not empty; receiver full. Never busy.
            USR => 0x6 | u32::from(!self.fifo.is_empty()) << 3 | u32::from(self.fifo.is_full()) << 4,
            RFL => self.fifo.len() as u32,
            // No fraction of the divisor.
            TFL | SRR | DLF => 0,
            // 32-bit APB, additional features, FIFO status registers, encoded parameters, FIFO depth in units of 16.
            CPR => 2 | 1 << 8 | 1 << 10 | 1 << 12 | (self.kind.depth as u32 / 16) << 16,
            // "3.14*" and the component type.
            UCV => 0x3331_342a,
            CTR => 0x4457_0110,
            _ => return None,
        })
    }

    /// Writes a DesignWare register; `None` if there is none at `offset`.
    pub(super) fn write_dw(&mut self, offset: u64, value: u32) -> Option<()> {
        match offset {
            SRR if value & 1 != 0 => *self = Self::new(self.kind),
            SRR if value & 2 != 0 => self.fifo.clear(),
            SRR | USR | TFL | RFL | DLF | CPR | UCV | CTR => {}
            _ => return None,
        }
        Some(())
    }
}
