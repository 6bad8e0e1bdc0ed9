// SPDX-License-Identifier: GPL-2.0-only
//! The Cadence UART of Xilinx' Zynq SoCs (UG1087, module UART). Line settings are left as the firmware made them.

use super::wiring::{self, Uart, Wiring};
use alloc::boxed::Box;
use kernel::boot::{ConsoleDriver, EarlyDriver};
use kernel::console::{ConsoleDevice, EarlyConsole};
use kernel::dt::Node;
use kernel::error::{Error, Result};
use kernel::mm::space::{self, Mmio};
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite, WriteOnly};
use tock_registers::{register_bitfields, register_structs};

const COMPATIBLE: &[&str] = &["cdns,uart-r1p12", "cdns,uart-r1p8", "xlnx,xuartps"];

/// The polled transmitter.
pub const EARLY: EarlyDriver = EarlyDriver {
    name: "cadence",
    compatible: COMPATIBLE,
    check: plausible,
    open: |_| EarlyConsole { name: "cadence", put: early_put, layout: 0 },
};

/// The driver.
pub const CONSOLE: ConsoleDriver = ConsoleDriver { name: "cadence", compatible: COMPATIBLE, probe };

register_bitfields! { u32,
    /// Control (Control).
    Control [
        /// The receiver is enabled.
        RXEN 2,
        /// The receiver is disabled, whatever RXEN says.
        RXDIS 3,
        /// The transmitter is enabled.
        TXEN 4,
        /// The transmitter is disabled, whatever TXEN says.
        TXDIS 5
    ],
    /// Interrupt bits, the same in Intrpt_en, Intrpt_dis, Intrpt_mask and Chnl_int_sts.
    Interrupts [
        /// The receive FIFO has reached its level.
        RTRIG 0,
        /// The transmit FIFO is empty.
        TEMPTY 3
    ],
    /// State now (Channel_sts).
    State [
        /// The receive FIFO is empty.
        REMPTY 1,
        /// The transmit FIFO is full.
        TFUL 4
    ]
}

register_structs! {
    /// Register map.
    Registers {
        /// Control.
        (0x00 => control: ReadWrite<u32, Control::Register>),
        (0x04 => _reserved0),
        /// Unmasks the interrupts of the bits that are 1.
        (0x08 => enable: WriteOnly<u32, Interrupts::Register>),
        /// Masks the interrupts of the bits that are 1.
        (0x0c => disable: WriteOnly<u32, Interrupts::Register>),
        (0x10 => _reserved1),
        /// What has happened; 1 clears.
        (0x14 => happened: ReadWrite<u32, Interrupts::Register>),
        (0x18 => _reserved2),
        /// Bytes in the receive FIFO from which on RTRIG comes.
        (0x20 => receive_level: ReadWrite<u32>),
        (0x24 => _reserved3),
        /// State now.
        (0x2c => state: ReadOnly<u32, State::Register>),
        /// Data.
        (0x30 => fifo: ReadWrite<u32>),
        (0x34 => @END),
    }
}

/// Bytes of the transmit FIFO.
const FIFO: usize = 64;

/// There is no identification register; but bits 31:15 of Channel_sts are reserved and read as zero.
fn plausible(base: usize) -> bool {
    // SAFETY: boot passes an address that it has mapped; the offset is aligned.
    let state = || unsafe { core::ptr::with_exposed_provenance::<u32>(base + 0x2c).read_volatile() };
    base.is_multiple_of(4) && state() >> 15 == 0
}

/// Sends one byte. A UART that does not drain within many polls loses it rather than hang the machine.
fn early_put(base: usize, _layout: u32, byte: u8) {
    let registers = core::ptr::with_exposed_provenance::<Registers>(base);
    // SAFETY: boot passes the address at which it has the registers mapped.
    let registers = unsafe { &*registers };
    for _ in 0..1_000_000 {
        if !registers.state.is_set(State::TFUL) {
            return registers.fifo.set(byte.into());
        }
        arch::cpu::relax();
    }
}

/// A UART in use.
pub struct Cadence {
    mmio: Mmio,
    wiring: Wiring,
}

impl Cadence {
    /// Takes mapped registers into use.
    ///
    /// # Errors
    /// The mapping is too small or not aligned.
    fn new(mmio: Mmio, wiring: Wiring) -> Result<Self> {
        let uart = Cadence { mmio, wiring };
        let Some(registers) = uart.registers() else {
            let why = "its registers are smaller than 0x34 bytes".into();
            return Err(Error::Invalid { what: "Cadence UART", why });
        };
        registers.disable.set(u32::MAX);
        registers.happened.set(u32::MAX);
        registers.receive_level.set(1);
        registers.control.write(Control::RXEN::SET + Control::TXEN::SET);
        Ok(uart)
    }

    fn registers(&self) -> Option<&Registers> {
        // SAFETY: the structure describes a Cadence UART, none of whose registers makes it touch memory.
        unsafe { self.mmio.registers(0) }
    }

    fn enable(&self, interrupt: tock_registers::fields::FieldValue<u32, Interrupts::Register>, on: bool) {
        if let Some(registers) = self.registers() {
            let register = if on { &registers.enable } else { &registers.disable };
            register.write(interrupt);
        }
    }
}

impl ConsoleDevice for Cadence {
    fn send(&self, bytes: &[u8]) -> usize {
        let Some(registers) = self.registers() else { return bytes.len() };
        // It was empty before: the interrupt shall tell of the next time.
        registers.happened.write(Interrupts::TEMPTY::SET);
        let room = || !registers.state.is_set(State::TFUL);
        let sent = bytes.iter().take(FIFO).take_while(|_| room()).map(|&b| registers.fifo.set(b.into()));
        sent.count()
    }

    fn read(&self) -> Option<u8> {
        let registers = self.registers()?;
        (!registers.state.is_set(State::REMPTY)).then(|| registers.fifo.get() as u8)
    }

    fn set_handler(&self, handler: fn()) -> Result<()> {
        wiring::connect(self, handler)
    }

    fn set_rx_enabled(&self, enabled: bool) {
        self.enable(Interrupts::RTRIG::SET, enabled);
    }

    fn set_tx_enabled(&self, enabled: bool) {
        self.enable(Interrupts::TEMPTY::SET, enabled);
    }

    fn name(&self) -> &str {
        Self::NAME
    }
}

impl Uart for Cadence {
    const NAME: &'static str = "cadence";

    fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    fn interrupted(&self) {
        // What happens from here on counts as new: nothing that the handler leaves is forgotten.
        if let Some(registers) = self.registers() {
            registers.happened.set(registers.happened.get());
        }
        self.wiring.tell();
    }
}

fn probe(node: &Node<'static>) -> Result<&'static dyn ConsoleDevice> {
    let reg = node.reg(0)?;
    Ok(Box::leak(Box::new(Cadence::new(space::map_device(reg.base, reg.size)?, Wiring::of(node))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_where_the_manual_says() {
        let mmio = Mmio::fake(0x1000);
        let words = mmio.base().as_ptr::<u32>();
        // SAFETY: inside the fake registers.
        let word = |offset: usize| unsafe { words.byte_add(offset).read_volatile() };
        // SAFETY: inside the fake registers.
        let put = |offset: usize, value: u32| unsafe { words.byte_add(offset).write_volatile(value) };
        let uart = Cadence::new(mmio, Wiring::new(None)).unwrap();
        assert_eq!((word(0x00), word(0x0c), word(0x20)), (1 << 2 | 1 << 4, u32::MAX, 1));
        assert_eq!(uart.send(b"ab"), 2);
        assert_eq!((word(0x30), word(0x14)), (u32::from(b'b'), 1 << 3));
        assert_eq!(uart.send(&[b'x'; 100]), 64, "no more than a FIFO full");
        assert_eq!(uart.read(), Some(b'x'));
        put(0x2c, 1 << 4 | 1 << 1);
        assert_eq!(uart.send(b"c"), 0, "a full FIFO takes nothing");
        assert_eq!(uart.read(), None);
        uart.set_rx_enabled(true);
        assert_eq!(word(0x08), 1);
        uart.set_tx_enabled(false);
        assert_eq!(word(0x0c), 1 << 3);
        assert!(uart.set_handler(|| ()).is_err(), "without an interrupt there is no input");
        assert!(Cadence::new(Mmio::fake(0x30), Wiring::new(None)).is_err());
    }
}
