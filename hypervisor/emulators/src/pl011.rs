// SPDX-License-Identifier: GPL-2.0-only
//! Arm PrimeCell UART (PL011), after its TRM (DDI 0183), r1p4: FIFOs of 16.
//!
//! What the guest transmits leaves at once, so the transmitter is never busy or full. What is received is handed over
//! by the serial multiplexer as fast as the FIFO has room; the line is taken to be silent after each piece, so the
//! receive time-out interrupt comes with it. Baud rate and line settings are kept but have no effect.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

use io::serial::Receiver;
use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger, Width};

use crate::fifo::Fifo;
use crate::regs::{self, Line, Unimplemented};
use crate::sync::Lock;
use crate::uart::{self, UartPort};

/// `arm,pl011`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,pl011"],
        title: "PL011 UART",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: uart::OPTIONS,
        children: &[],
        describe,
    },
    create,
};

/// Frequency of the clocks that the guest is told of, in hertz.
const CLOCK: u32 = 24_000_000;
/// PeriphID0..3: part 0x011, designer Arm, revision r1p4.
const PERIPHERAL_ID: u32 = 0x0014_1011;
/// Entries of the receive FIFO.
const DEPTH: usize = 16;

// Registers (TRM 3.2).
const DR: u64 = 0x00;
const RSR: u64 = 0x04;
const FR: u64 = 0x18;
const ILPR: u64 = 0x20;
const IBRD: u64 = 0x24;
const FBRD: u64 = 0x28;
const LCR_H: u64 = 0x2c;
const CR: u64 = 0x30;
const IFLS: u64 = 0x34;
const IMSC: u64 = 0x38;
const RIS: u64 = 0x3c;
const MIS: u64 = 0x40;
const ICR: u64 = 0x44;
const DMACR: u64 = 0x48;

bitflags::bitflags! {
    /// UARTFR, the flags (TRM 3.3.3).
    #[derive(Clone, Copy, PartialEq, Eq)]
    struct Flags: u32 {
        const CTS = 1 << 0;
        const DSR = 1 << 1;
        const DCD = 1 << 2;
        const RXFE = 1 << 4;
        const RXFF = 1 << 6;
        const TXFE = 1 << 7;
        const RI = 1 << 8;
    }

    /// UARTCR, the control register (TRM 3.3.8).
    #[derive(Clone, Copy, PartialEq, Eq)]
    struct Control: u32 {
        const UARTEN = 1 << 0;
        const LBE = 1 << 7;
        const TXE = 1 << 8;
        const RXE = 1 << 9;
        const DTR = 1 << 10;
        const RTS = 1 << 11;
        const OUT1 = 1 << 12;
        const OUT2 = 1 << 13;
    }

    /// The interrupts of UARTIMSC, UARTRIS, UARTMIS and UARTICR (TRM 3.3.10).
    #[derive(Clone, Copy, PartialEq, Eq)]
    struct Ints: u32 {
        const RI = 1 << 0;
        const CTS = 1 << 1;
        const DCD = 1 << 2;
        const DSR = 1 << 3;
        const RX = 1 << 4;
        const TX = 1 << 5;
        const RT = 1 << 6;
        const FE = 1 << 7;
        const PE = 1 << 8;
        const BE = 1 << 9;
        const OE = 1 << 10;
    }
}

/// UARTLCR_H: break, and FIFOs enabled (TRM 3.3.7).
const LCR_H_BRK: u32 = 1 << 0;
const LCR_H_FEN: u32 = 1 << 4;
/// UARTDR, error bits beside the character (TRM 3.3.1).
const DR_BREAK: u16 = 1 << 10;
const DR_OVERRUN: u16 = 1 << 11;

/// The registers and the receive FIFO.
struct Regs {
    /// Error bits of the character that was read last.
    rsr: u32,
    ilpr: u32,
    ibrd: u32,
    fbrd: u32,
    lcr_h: u32,
    cr: Control,
    ifls: u32,
    imsc: Ints,
    ris: Ints,
    dmacr: u32,
    fifo: Fifo,
    /// A character came while the FIFO was full: the next one that fits says so.
    overrun: bool,
    modem: Flags,
}

impl Regs {
    fn new() -> Self {
        let mut regs = Self {
            rsr: 0,
            ilpr: 0,
            ibrd: 0,
            fbrd: 0,
            lcr_h: 0,
            cr: Control::TXE | Control::RXE,
            ifls: 0x12,
            imsc: Ints::empty(),
            ris: Ints::empty(),
            dmacr: 0,
            fifo: Fifo::new(1),
            overrun: false,
            modem: Flags::empty(),
        };
        regs.modem = regs.modem_inputs();
        regs
    }

    fn loops(&self) -> bool {
        self.cr.contains(Control::LBE)
    }

    fn flags(&self) -> Flags {
        let mut flags = self.modem | Flags::TXFE;
        flags.set(Flags::RXFE, self.fifo.is_empty());
        flags.set(Flags::RXFF, self.fifo.is_full());
        flags
    }

    fn mis(&self) -> Ints {
        self.ris & self.imsc
    }

    /// The modem inputs: a terminal that is ready, or our own outputs where they are looped back.
    fn modem_inputs(&self) -> Flags {
        if !self.loops() {
            return Flags::CTS | Flags::DSR | Flags::DCD;
        }
        let mut inputs = Flags::empty();
        inputs.set(Flags::CTS, self.cr.contains(Control::RTS));
        inputs.set(Flags::DSR, self.cr.contains(Control::DTR));
        inputs.set(Flags::DCD, self.cr.contains(Control::OUT1));
        inputs.set(Flags::RI, self.cr.contains(Control::OUT2));
        inputs
    }

    fn update_modem(&mut self) {
        let inputs = self.modem_inputs();
        let changed = inputs ^ self.modem;
        self.modem = inputs;
        let table = [
            (Flags::CTS, Ints::CTS),
            (Flags::DSR, Ints::DSR),
            (Flags::DCD, Ints::DCD),
            (Flags::RI, Ints::RI),
        ];
        for (flag, int) in table {
            if changed.contains(flag) {
                self.ris |= int;
            }
        }
    }

    /// Entries at which the receive interrupt comes (TRM 3.3.9).
    fn trigger(&self) -> usize {
        if self.fifo.depth() == 1 {
            return 1;
        }
        match self.ifls >> 3 & 7 {
            0 => DEPTH / 8,
            1 => DEPTH / 4,
            2 => DEPTH / 2,
            3 => DEPTH * 3 / 4,
            _ => DEPTH * 7 / 8,
        }
    }

    /// A character arrives, with error bits.
    fn arrive(&mut self, entry: u16) {
        let overrun = if self.overrun { DR_OVERRUN } else { 0 };
        if !self.fifo.push(entry | overrun) {
            self.overrun = true;
            self.rsr |= u32::from(DR_OVERRUN >> 8);
            self.ris |= Ints::OE;
            return;
        }
        self.overrun = false;
        if entry & DR_BREAK != 0 {
            self.ris |= Ints::BE;
        }
        if self.fifo.len() == self.trigger() {
            self.ris |= Ints::RX;
        }
    }

    /// The line is silent after what has arrived.
    fn silence(&mut self) {
        if !self.fifo.is_empty() {
            self.ris |= Ints::RT;
        }
    }

    fn read_data(&mut self) -> u32 {
        let Some(entry) = self.fifo.pop() else { return 0 };
        self.rsr = u32::from(entry >> 8) & 0xf;
        if self.fifo.len() < self.trigger() {
            self.ris -= Ints::RX;
        }
        if self.fifo.is_empty() {
            self.ris -= Ints::RT;
        }
        entry.into()
    }

    fn write_line_control(&mut self, value: u32) {
        let changed = self.lcr_h ^ value;
        self.lcr_h = value & 0xff;
        if changed & LCR_H_FEN != 0 {
            self.fifo.resize(if value & LCR_H_FEN != 0 { DEPTH } else { 1 });
            self.overrun = false;
            self.ris -= Ints::RX | Ints::RT;
        }
        if changed & value & LCR_H_BRK != 0 && self.loops() {
            self.arrive(DR_BREAK);
            self.silence();
        }
    }

    /// Reads a register other than the flags; `None` if there is none at `offset`.
    fn read(&mut self, offset: u64) -> Option<u32> {
        Some(match offset {
            DR => self.read_data(),
            RSR => self.rsr,
            ILPR => self.ilpr,
            IBRD => self.ibrd,
            FBRD => self.fbrd,
            LCR_H => self.lcr_h,
            CR => self.cr.bits(),
            IFLS => self.ifls,
            IMSC => self.imsc.bits(),
            RIS => self.ris.bits(),
            MIS => self.mis().bits(),
            ICR => 0,
            DMACR => self.dmacr,
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset),
        })
    }

    /// Writes a register; `None` if there is none at `offset`. Data goes no further than the loop, if there is one.
    fn write(&mut self, offset: u64, value: u32) -> Option<()> {
        match offset {
            DR => {
                if self.loops() {
                    self.arrive(value as u16 & 0xff);
                    self.silence();
                }
                // The FIFO has drained past its trigger level already.
                self.ris |= Ints::TX;
            }
            RSR => self.rsr = 0,
            ILPR => self.ilpr = value & 0xff,
            IBRD => self.ibrd = value & 0xffff,
            FBRD => self.fbrd = value & 0x3f,
            LCR_H => self.write_line_control(value),
            CR => {
                self.cr = Control::from_bits_retain(value & 0xff87);
                self.update_modem();
            }
            IFLS => self.ifls = value & 0x3f,
            IMSC => self.imsc = Ints::from_bits_truncate(value),
            ICR => self.ris -= Ints::from_bits_truncate(value),
            DMACR => self.dmacr = value & 7,
            FR | RIS | MIS => {}
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset).map(|_| ()),
        }
        Some(())
    }
}

struct State {
    regs: Regs,
    line: Line,
}

/// A PL011 of a guest.
pub struct Pl011 {
    /// UARTFR as `state` has it: the register that drivers poll is read without the lock.
    flags: AtomicU32,
    state: Lock<State>,
    port: UartPort,
    unimplemented: Unimplemented,
}

impl Pl011 {
    /// Makes interrupt line and flags follow the registers.
    #[inline]
    fn update(&self, state: &mut State) {
        state.line.set(!state.regs.mis().is_empty());
        self.flags.store(state.regs.flags().bits(), Ordering::Release);
    }

    #[inline(never)]
    fn read_register(&self, offset: u64, width: Width) -> u64 {
        if !regs::is_slot(offset, width) {
            return self.unimplemented.note();
        }
        let mut state = self.state.lock();
        let value = state.regs.read(offset);
        if offset == DR {
            self.update(&mut state);
            drop(state);
            self.port.ready();
        }
        match value {
            Some(value) => value.into(),
            None => self.unimplemented.note(),
        }
    }
}

impl Emulator for Pl011 {
    #[inline]
    fn read(&self, offset: u64, width: Width) -> u64 {
        if offset == FR && width != Width::B8 {
            return self.flags.load(Ordering::Acquire).into();
        }
        self.read_register(offset, width)
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        if !regs::is_slot(offset, width) {
            self.unimplemented.note();
            return;
        }
        let mut state = self.state.lock();
        let done = state.regs.write(offset, value as u32);
        self.update(&mut state);
        let loops = state.regs.loops();
        drop(state);
        match offset {
            DR if !loops => self.port.write(&[value as u8]),
            CR | LCR_H => self.port.ready(),
            _ if done.is_none() => {
                self.unimplemented.note();
            }
            _ => {}
        }
    }

    fn reset(&self) {
        self.port.flush_input();
        let mut state = self.state.lock();
        state.regs = Regs::new();
        self.update(&mut state);
    }

    fn stop(&self) {
        self.port.close();
        self.state.lock().line.release();
    }

    fn info(&self) -> String {
        let stats = self.port.stats();
        let state = self.state.lock();
        let (regs, line) = (&state.regs, state.line.level());
        format!(
            "console {}, sent {}, received {}, waiting {}, CR {:#x}, IMSC {:#x}, RIS {:#x}, line {}, unimplemented {}",
            self.port.name(),
            stats.written,
            stats.delivered,
            stats.waiting + regs.fifo.len(),
            regs.cr.bits(),
            regs.imsc.bits(),
            regs.ris.bits(),
            if line { "high" } else { "low" },
            self.unimplemented.count()
        )
    }
}

impl Receiver for Pl011 {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut state = self.state.lock();
        let regs = &mut state.regs;
        if regs.loops() || !regs.cr.contains(Control::RXE) {
            return 0;
        }
        let room = regs.fifo.depth() - regs.fifo.len();
        let taken = bytes.len().min(room);
        for &byte in bytes.iter().take(taken) {
            regs.arrive(byte.into());
        }
        regs.silence();
        self.update(&mut state);
        taken
    }

    fn receive_break(&self) -> bool {
        let mut state = self.state.lock();
        if !state.regs.loops() && state.regs.cr.contains(Control::RXE) {
            state.regs.arrive(DR_BREAK);
            state.regs.silence();
            self.update(&mut state);
        }
        true
    }
}

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl011", "arm,primecell"]).clock("uartclk", CLOCK).clock("apb_pclk", CLOCK);
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let regs = Regs::new();
    let uart = Arc::new(Pl011 {
        flags: AtomicU32::new(regs.flags().bits()),
        state: Lock::new(State { regs, line: Line::new(ctx.irq(0)?) }),
        port: UartPort::open(ctx)?,
        unimplemented: Unimplemented::default(),
    });
    uart.port.set_receiver(uart.clone());
    Ok(uart)
}

#[cfg(test)]
#[path = "pl011_tests.rs"]
mod tests;
