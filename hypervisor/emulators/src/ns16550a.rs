// SPDX-License-Identifier: GPL-2.0-only
//! NS16550A, and the DesignWare APB UART (`snps,dw-apb-uart`) that is one with 32-bit registers and a few more.
//!
//! As in the PL011, what the guest transmits leaves at once, and the line is silent after each piece that is received.
//! So the transmitter is always empty, and the DesignWare UART never busy: its line control register can be written at
//! any time, and its busy-detect interrupt does not occur.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

use io::serial::Receiver;
use vmm::config::DeviceConfig;
use vmm::device::{Context, Emulator, Error, Factory, NodeExtras, Trigger, Width};

use crate::fifo::Fifo;
use crate::regs::{Line, Unimplemented};
use crate::sync::Lock;
use crate::uart::{self, UartPort};

/// `ns16550a`.
pub(crate) const FACTORY: Factory = Factory {
    compatible: &["ns16550a", "ns16550"],
    title: "NS16550A UART",
    reg_size: 0x100,
    irqs: 1,
    trigger: Trigger::Level,
    options: uart::OPTIONS,
    describe,
    create,
};

/// `snps,dw-apb-uart`.
pub(crate) const DW_FACTORY: Factory = Factory {
    compatible: &["snps,dw-apb-uart"],
    title: "DesignWare APB UART",
    reg_size: 0x100,
    irqs: 1,
    trigger: Trigger::Level,
    options: uart::OPTIONS,
    describe: describe_dw,
    create: create_dw,
};

/// Frequency of the clock that the guest is told of, in hertz: 115200 baud is a divisor of 13.
const CLOCK: u32 = 24_000_000;

// Registers, as numbers: the address is shifted by `reg-shift`.
const RBR_THR_DLL: u64 = 0;
const IER_DLM: u64 = 1;
const IIR_FCR: u64 = 2;
const LCR: u64 = 3;
const MCR: u64 = 4;
const LSR: u64 = 5;
const MSR: u64 = 6;
const SCR: u64 = 7;
// DesignWare only; offsets (databook 5.1).
const USR: u64 = 0x7c;
const TFL: u64 = 0x80;
const RFL: u64 = 0x84;
const SRR: u64 = 0x88;
const DLF: u64 = 0xc0;
const CPR: u64 = 0xf4;
const UCV: u64 = 0xf8;
const CTR: u64 = 0xfc;

/// Interrupt enables: receive data, transmitter empty, line status, modem status.
const IER_RDI: u8 = 1;
const IER_THRI: u8 = 2;
const IER_RLSI: u8 = 4;
const IER_MSI: u8 = 8;

/// Interrupt identification, in falling priority.
const IIR_LINE: u8 = 0x06;
const IIR_DATA: u8 = 0x04;
const IIR_TIMEOUT: u8 = 0x0c;
const IIR_EMPTY: u8 = 0x02;
const IIR_MODEM: u8 = 0x00;
const IIR_NONE: u8 = 0x01;
const IIR_FIFO: u8 = 0xc0;

const FCR_ENABLE: u8 = 1;
const FCR_CLEAR_RX: u8 = 2;
const LCR_BREAK: u8 = 0x40;
const LCR_DLAB: u8 = 0x80;
const MCR_LOOP: u8 = 0x10;

const LSR_DR: u8 = 0x01;
const LSR_OE: u8 = 0x02;
const LSR_BI: u8 = 0x10;
/// THRE and TEMT.
const LSR_EMPTY: u8 = 0x60;
const LSR_FIFO_ERROR: u8 = 0x80;
/// Error bits of the character at the head of the FIFO, and of an overrun.
const LSR_ERRORS: u8 = 0x1e;

/// Modem status of a terminal that is there and ready: CTS, DSR, DCD.
const MSR_READY: u8 = 0xb0;
const MSR_RI: u8 = 0x40;

/// What kind of 16550 it is.
#[derive(Clone, Copy)]
struct Kind {
    /// Distance of registers as a power of two.
    shift: u32,
    /// Entries of the FIFO.
    depth: usize,
    /// Receive levels that FCR selects.
    levels: [usize; 4],
    /// Has the DesignWare registers.
    dw: bool,
}

/// The registers and the receive FIFO.
struct Regs {
    kind: Kind,
    ier: u8,
    lcr: u8,
    mcr: u8,
    scr: u8,
    fcr: u8,
    dll: u8,
    dlm: u8,
    fifo: Fifo,
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
    fn new(kind: Kind) -> Self {
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

    fn loops(&self) -> bool {
        self.mcr & MCR_LOOP != 0
    }

    fn has_fifo(&self) -> bool {
        self.fcr & FCR_ENABLE != 0
    }

    fn level(&self) -> usize {
        self.kind.levels.get(usize::from(self.fcr >> 6)).copied().unwrap_or(1)
    }

    /// What IIR shows, without the FIFO bits.
    fn cause(&self) -> u8 {
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

    fn lsr(&mut self) -> u8 {
        let ready = if self.fifo.is_empty() { 0 } else { LSR_DR };
        if self.broken {
            self.broken = self.fifo.any(u16::from(LSR_ERRORS) << 8);
        }
        let in_fifo = if self.broken && self.has_fifo() { LSR_FIFO_ERROR } else { 0 };
        ready | LSR_EMPTY | self.errors | in_fifo
    }

    /// A character arrives; its error bits stand in bits 15:8 as they do in LSR.
    fn arrive(&mut self, entry: u16) {
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
    fn read(&mut self, register: u64) -> u8 {
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
    fn write(&mut self, register: u64, value: u8) -> bool {
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
    fn read_dw(&self, offset: u64) -> Option<u32> {
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
    fn write_dw(&mut self, offset: u64, value: u32) -> Option<()> {
        match offset {
            SRR if value & 1 != 0 => *self = Self::new(self.kind),
            SRR if value & 2 != 0 => self.fifo.clear(),
            SRR | USR | TFL | RFL | DLF | CPR | UCV | CTR => {}
            _ => return None,
        }
        Some(())
    }
}

struct State {
    regs: Regs,
    line: Line,
}

/// Where an access goes.
enum Place {
    /// One of the eight registers of a 16550.
    Register(u64),
    /// A register of a DesignWare UART, by its offset.
    DesignWare(u64),
    /// Nowhere.
    Nothing,
}

/// A 16550 of a guest.
pub struct Ns16550a {
    /// LSR as `state` has it: the register that drivers poll is read without the lock as long as it shows no error.
    lsr: AtomicU32,
    kind: Kind,
    state: Lock<State>,
    port: UartPort,
    unimplemented: Unimplemented,
}

impl Ns16550a {
    fn open(ctx: &Context<'_>, kind: Kind) -> Result<Arc<dyn Emulator>, Error> {
        let uart = Arc::new(Self {
            lsr: AtomicU32::new(LSR_EMPTY.into()),
            kind,
            state: Lock::new(State { regs: Regs::new(kind), line: Line::new(ctx.irq(0)?) }),
            port: UartPort::open(ctx)?,
            unimplemented: Unimplemented::default(),
        });
        uart.port.set_receiver(uart.clone());
        Ok(uart)
    }

    /// An access is as wide as a register's slot at most, and begins where the slot does.
    #[inline]
    fn place(&self, offset: u64, width: Width) -> Place {
        let slot = 1 << self.kind.shift;
        if width.bytes() > slot || width == Width::B8 || offset & (slot - 1) != 0 {
            return Place::Nothing;
        }
        match offset >> self.kind.shift {
            register @ 0..=7 => Place::Register(register),
            _ if self.kind.dw => Place::DesignWare(offset),
            _ => Place::Nothing,
        }
    }

    /// Makes interrupt line and flags follow the registers.
    #[inline]
    fn update(&self, state: &mut State) {
        state.line.set(state.regs.cause() != IIR_NONE);
        self.lsr.store(state.regs.lsr().into(), Ordering::Release);
    }

    #[inline(never)]
    fn read_register(&self, register: u64) -> u64 {
        let mut state = self.state.lock();
        let value = state.regs.read(register);
        self.update(&mut state);
        drop(state);
        if register == RBR_THR_DLL {
            self.port.ready();
        }
        value.into()
    }
}

impl Emulator for Ns16550a {
    fn read(&self, offset: u64, width: Width) -> u64 {
        match self.place(offset, width) {
            Place::Register(LSR) => {
                let lsr = self.lsr.load(Ordering::Acquire);
                match lsr & u32::from(LSR_ERRORS | LSR_FIFO_ERROR) {
                    0 => lsr.into(),
                    _ => self.read_register(LSR),
                }
            }
            Place::Register(register) => self.read_register(register),
            Place::DesignWare(offset) => {
                let value = self.state.lock().regs.read_dw(offset);
                value.map_or_else(|| self.unimplemented.note(), u64::from)
            }
            Place::Nothing => self.unimplemented.note(),
        }
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        let place = self.place(offset, width);
        let mut state = self.state.lock();
        let (send, done) = match place {
            Place::Register(register) => (state.regs.write(register, value as u8), true),
            Place::DesignWare(offset) => (false, state.regs.write_dw(offset, value as u32).is_some()),
            Place::Nothing => (false, false),
        };
        self.update(&mut state);
        drop(state);
        if send {
            self.port.write(&[value as u8]);
        } else if !done {
            self.unimplemented.note();
        } else {
            self.port.ready();
        }
    }

    fn reset(&self) {
        self.port.flush_input();
        let mut state = self.state.lock();
        state.regs = Regs::new(self.kind);
        self.update(&mut state);
    }

    fn stop(&self) {
        self.port.close();
        self.state.lock().line.release();
    }

    fn info(&self) -> String {
        let stats = self.port.stats();
        let state = self.state.lock();
        let regs = &state.regs;
        format!(
            "console {}, sent {}, received {}, waiting {}, IER {:#x}, LCR {:#x}, MCR {:#x}, line {}, unimplemented {}",
            self.port.name(),
            stats.written,
            stats.delivered,
            stats.waiting + regs.fifo.len(),
            regs.ier,
            regs.lcr,
            regs.mcr,
            if state.line.level() { "high" } else { "low" },
            self.unimplemented.count()
        )
    }
}

impl Receiver for Ns16550a {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut state = self.state.lock();
        let regs = &mut state.regs;
        if regs.loops() {
            return 0;
        }
        let taken = bytes.len().min(regs.fifo.depth() - regs.fifo.len());
        for &byte in bytes.iter().take(taken) {
            regs.arrive(byte.into());
        }
        self.update(&mut state);
        taken
    }

    fn receive_break(&self) -> bool {
        let mut state = self.state.lock();
        if !state.regs.loops() {
            state.regs.arrive(u16::from(LSR_BI) << 8);
            self.update(&mut state);
        }
        true
    }
}

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["ns16550a"]).cell("clock-frequency", CLOCK);
}

fn describe_dw(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["snps,dw-apb-uart"]).cell("reg-shift", 2).cell("reg-io-width", 4);
    extras.clock("baudclk", CLOCK).clock("apb_pclk", CLOCK);
}

/// `reg-shift` of the node: what the guest's driver will use.
fn reg_shift(ctx: &Context<'_>, default: u32, allowed: core::ops::RangeInclusive<u32>) -> Result<u32, Error> {
    if !ctx.node.properties.has("reg-shift") {
        return Ok(default);
    }
    match ctx.node.properties.u32("reg-shift") {
        Some(shift) if allowed.contains(&shift) => Ok(shift),
        other => Err(ctx.property_error(
            "reg-shift",
            &other.map_or("not one cell".to_string(), |shift| shift.to_string()),
            &format!("one cell, {} to {}", allowed.start(), allowed.end()),
        )),
    }
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    if ctx.node.properties.has("reg-offset") {
        return Err(ctx.property_error(
            "reg-offset",
            "a value",
            "no such property: registers begin at 'reg'",
        ));
    }
    let shift = reg_shift(ctx, 0, 0..=3)?;
    Ns16550a::open(ctx, Kind { shift, depth: 16, levels: [1, 4, 8, 14], dw: false })
}

fn create_dw(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let shift = reg_shift(ctx, 2, 2..=2)?;
    Ns16550a::open(ctx, Kind { shift, depth: 64, levels: [1, 16, 32, 62], dw: true })
}

#[cfg(test)]
#[path = "ns16550a_tests.rs"]
mod tests;
