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
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger, Width};

use crate::regs::{Line, Unimplemented};
use crate::sync::Lock;
use crate::uart::{self, UartPort};

mod regs;

use regs::{IIR_NONE, Kind, LSR, LSR_BI, LSR_EMPTY, LSR_ERRORS, LSR_FIFO_ERROR, RBR_THR_DLL, Regs};

/// `ns16550a`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["ns16550a", "ns16550"],
        title: "NS16550A UART",
        reg_size: 0x100,
        irqs: 1,
        trigger: Trigger::Level,
        options: uart::OPTIONS,
        children: &[],
        describe,
    },
    create,
};

/// `snps,dw-apb-uart`.
pub(crate) const DW_FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["snps,dw-apb-uart"],
        title: "DesignWare APB UART",
        reg_size: 0x100,
        irqs: 1,
        trigger: Trigger::Level,
        options: uart::OPTIONS,
        children: &[],
        describe: describe_dw,
    },
    create: create_dw,
};

/// Frequency of the clock that the guest is told of, in hertz: 115200 baud is a divisor of 13.
const CLOCK: u32 = 24_000_000;

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
