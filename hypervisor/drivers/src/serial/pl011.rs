// SPDX-License-Identifier: GPL-2.0-only
//! The Arm PL011 UART (PrimeCell UART TRM, DDI 0183). Line settings are left as the firmware made them.

use super::wiring::{self, Uart, Wiring};
use alloc::boxed::Box;
use kernel::boot::{ConsoleDriver, EarlyDriver};
use kernel::console::{ConsoleDevice, EarlyConsole};
use kernel::dt::Node;
use kernel::error::{Error, Result};
use kernel::mm::space::{self, Mmio};
use kernel::sync::SpinLock;
use tock_registers::fields::FieldValue;
use tock_registers::interfaces::{ReadWriteable, Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite, WriteOnly};
use tock_registers::{register_bitfields, register_structs};

const COMPATIBLE: &[&str] = &["arm,pl011", "arm,sbsa-uart"];

/// The polled transmitter.
pub const EARLY: EarlyDriver = EarlyDriver {
    name: "pl011",
    compatible: COMPATIBLE,
    check: is_pl011,
    open: |_| EarlyConsole { name: "pl011", put: early_put, layout: 0 },
};

/// The driver.
pub const CONSOLE: ConsoleDriver = ConsoleDriver { name: "pl011", compatible: COMPATIBLE, probe };

register_bitfields! { u32,
    /// Flag register (3.3.3).
    Flags [
        /// Receive FIFO empty.
        RXFE 4,
        /// Transmit FIFO full.
        TXFF 5
    ],
    /// Interrupt bits, the same in IMSC, RIS, MIS and ICR (3.3.10 to 3.3.13).
    Interrupts [
        /// Receive FIFO has reached its level.
        RX 4,
        /// Transmit FIFO has fallen to its level.
        TX 5,
        /// Bytes wait in the receive FIFO and the line is idle.
        RT 6
    ],
    /// Control register (3.3.8).
    Control [
        /// The UART is enabled.
        UARTEN 0,
        /// The transmitter is enabled.
        TXE 8,
        /// The receiver is enabled.
        RXE 9
    ]
}

register_structs! {
    /// Register map (table 3-1).
    Registers {
        /// Data: byte in bits 7:0, errors above.
        (0x00 => data: ReadWrite<u32>),
        (0x04 => _reserved0),
        /// Flags.
        (0x18 => flags: ReadOnly<u32, Flags::Register>),
        (0x1c => _reserved1),
        /// Control.
        (0x30 => control: ReadWrite<u32, Control::Register>),
        (0x34 => _reserved2),
        /// Interrupt mask: 1 lets through.
        (0x38 => mask: ReadWrite<u32, Interrupts::Register>),
        (0x3c => _reserved3),
        /// Interrupt clear.
        (0x44 => clear: WriteOnly<u32, Interrupts::Register>),
        (0x48 => @END),
    }
}

/// Whether the identification registers (3.3.15) say part 0x011: UARTPeriphID0 is 0x11, UARTPeriphID1 ends in 0. An
/// SBSA UART need not have them.
fn is_pl011(base: usize) -> bool {
    // SAFETY: boot passes an address that it has mapped; these offsets are aligned.
    let read =
        |offset: usize| unsafe { core::ptr::with_exposed_provenance::<u32>(base + offset).read_volatile() };
    base.is_multiple_of(4) && read(0xfe0) & 0xff == 0x11 && read(0xfe4) & 0xf == 0
}

/// Sends one byte. A UART that does not drain within many polls loses it rather than hang the machine.
fn early_put(base: usize, _layout: u32, byte: u8) {
    let registers = core::ptr::with_exposed_provenance::<Registers>(base);
    // SAFETY: boot passes the address at which it has the registers mapped.
    put(unsafe { &*registers }, byte);
}

/// Bytes of the transmit FIFO, at most.
const FIFO: usize = 32;

fn put(registers: &Registers, byte: u8) {
    for _ in 0..1_000_000 {
        if !registers.flags.is_set(Flags::TXFF) {
            return registers.data.set(byte.into());
        }
        arch::cpu::relax();
    }
}

/// A UART in use.
pub struct Pl011 {
    mmio: Mmio,
    wiring: Wiring,
    /// The interrupt mask register is changed for either direction by itself.
    mask: SpinLock<()>,
}

impl Pl011 {
    /// Takes mapped registers into use.
    ///
    /// # Errors
    /// The mapping is too small or not aligned.
    fn new(mmio: Mmio, wiring: Wiring) -> Result<Self> {
        let uart = Pl011 { mmio, wiring, mask: SpinLock::new(()) };
        let Some(registers) = uart.registers() else {
            return Err(Error::Invalid {
                what: "PL011",
                why: "its registers are smaller than 0x48 bytes".into(),
            });
        };
        registers.mask.set(0);
        registers.clear.set(0x7ff);
        registers.control.modify(Control::UARTEN::SET + Control::TXE::SET + Control::RXE::SET);
        Ok(uart)
    }

    fn change_mask(&self, change: FieldValue<u32, Interrupts::Register>) {
        let _alone = self.mask.lock();
        if let Some(registers) = self.registers() {
            registers.mask.modify(change);
        }
    }

    fn registers(&self) -> Option<&Registers> {
        // SAFETY: the structure describes a PL011, none of whose registers makes it touch memory.
        unsafe { self.mmio.registers(0) }
    }
}

impl ConsoleDevice for Pl011 {
    fn send(&self, bytes: &[u8]) -> usize {
        let Some(registers) = self.registers() else { return bytes.len() };
        let room = || !registers.flags.is_set(Flags::TXFF);
        let sent = bytes.iter().take(FIFO).take_while(|_| room()).map(|&b| registers.data.set(b.into()));
        sent.count()
    }

    fn read(&self) -> Option<u8> {
        let registers = self.registers()?;
        (!registers.flags.is_set(Flags::RXFE)).then(|| registers.data.get() as u8)
    }

    fn set_handler(&self, handler: fn()) -> Result<()> {
        wiring::connect(self, handler)
    }

    fn set_rx_enabled(&self, enabled: bool) {
        let (on, off) =
            (Interrupts::RX::SET + Interrupts::RT::SET, Interrupts::RX::CLEAR + Interrupts::RT::CLEAR);
        self.change_mask(if enabled { on } else { off });
    }

    fn set_tx_enabled(&self, enabled: bool) {
        self.change_mask(if enabled { Interrupts::TX::SET } else { Interrupts::TX::CLEAR });
    }

    fn name(&self) -> &str {
        Self::NAME
    }
}

impl Uart for Pl011 {
    const NAME: &'static str = "pl011";

    fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    fn interrupted(&self) {
        // Cleared before sending, after which it comes again when the FIFO has drained.
        if let Some(registers) = self.registers() {
            registers.clear.write(Interrupts::TX::SET);
        }
        self.wiring.tell();
        // Cleared after reading: the timeout interrupt comes again for bytes that arrived meanwhile.
        if let Some(registers) = self.registers()
            && registers.flags.is_set(Flags::RXFE)
        {
            registers.clear.write(Interrupts::RT::SET);
        }
    }
}

fn probe(node: &Node<'static>) -> Result<&'static dyn ConsoleDevice> {
    let reg = node.reg(0)?;
    Ok(Box::leak(Box::new(Pl011::new(space::map_device(reg.base, reg.size)?, Wiring::of(node))?)))
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
        let uart = Pl011::new(mmio, Wiring::new(None)).unwrap();
        assert_eq!(word(0x30), 1 << 0 | 1 << 8 | 1 << 9);
        assert_eq!((word(0x38), word(0x44)), (0, 0x7ff));
        assert_eq!(uart.send(b"ab"), 2);
        assert_eq!(word(0x00), u32::from(b'b'));
        assert_eq!(uart.send(&[b'x'; 100]), 32, "no more than a FIFO full");
        uart.set_rx_enabled(true);
        assert_eq!(word(0x38), 1 << 4 | 1 << 6);
        uart.set_tx_enabled(true);
        assert_eq!(word(0x38), 1 << 4 | 1 << 5 | 1 << 6);
        uart.set_rx_enabled(false);
        assert_eq!(word(0x38), 1 << 5);
        uart.set_tx_enabled(false);
        assert_eq!(word(0x38), 0);
        assert_eq!(uart.read(), Some(b'x'));
        // SAFETY: inside the fake registers.
        unsafe { words.byte_add(0x18).write_volatile(1 << 5) };
        assert_eq!(uart.send(b"c"), 0, "a full FIFO takes nothing");
        // SAFETY: inside the fake registers.
        unsafe { words.byte_add(0x18).write_volatile(1 << 4) };
        assert_eq!(uart.read(), None);
        assert!(uart.set_handler(|| ()).is_err(), "without an interrupt there is no input");
        assert!(Pl011::new(Mmio::fake(0x40), Wiring::new(None)).is_err());
    }
}
