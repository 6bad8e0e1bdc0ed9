// SPDX-License-Identifier: GPL-2.0-only
//! UARTs with the 16550A's registers (National Semiconductor PC16550D data sheet), among them Synopsys' DesignWare
//! UART of Allwinner's and other SoCs. `reg-shift`, `reg-io-width` and `reg-offset` of the node say how the registers
//! are laid out. Line settings are left as the firmware made them.

use super::wiring::{self, Uart, Wiring};
use alloc::boxed::Box;
use kernel::boot::{ConsoleDriver, EarlyDriver};
use kernel::console::{ConsoleDevice, EarlyConsole};
use kernel::dt::Node;
use kernel::error::{Error, Result};
use kernel::mm::space::{self, Mmio};
use kernel::sync::SpinLock;

const COMPATIBLE: &[&str] = &["ns16550a", "ns16550", "ns16450", "snps,dw-apb-uart"];

/// The polled transmitter.
pub const EARLY: EarlyDriver = EarlyDriver {
    name: "ns16550a",
    compatible: COMPATIBLE,
    // There is no identification register.
    check: |_| true,
    open: |node| EarlyConsole {
        name: "ns16550a",
        put: early_put,
        layout: node.map_or(Layout::DESIGNWARE.pack(), |n| Layout::of_node(n).pack() | reg_offset(n) << 16),
    },
};

/// The driver.
pub const CONSOLE: ConsoleDriver = ConsoleDriver { name: "ns16550a", compatible: COMPATIBLE, probe };

/// Receive buffer, and transmit holding register when written.
const DATA: usize = 0;
/// Interrupt enable.
const IER: usize = 1;
/// Interrupt identification when read, FIFO control when written.
const IIR_FCR: usize = 2;
/// Modem control.
const MCR: usize = 4;
/// Line status.
const LSR: usize = 5;
/// DesignWare's UART status register: reading it ends a "busy" interrupt.
const DW_USR: usize = 0x1f;

/// IER: received data available.
const IER_RX: u8 = 1;
/// IER: the transmit FIFO is empty.
const IER_TX: u8 = 1 << 1;
/// FCR: FIFOs on, both reset, interrupt from 14 bytes on.
const FCR_ON: u8 = 0xc7;
/// MCR: DTR, RTS, and OUT2 which lets interrupts out.
const MCR_ON: u8 = 0x0b;
/// LSR: a byte was received.
const LSR_DR: u8 = 1;
/// LSR: the transmit FIFO is empty.
const LSR_THRE: u8 = 1 << 5;
/// IIR 3:0: DesignWare's busy detect, raised by a write to LCR while busy.
const IIR_BUSY: u8 = 7;
/// IIR 3:0: bytes wait and the line is idle.
const IIR_TIMEOUT: u8 = 0xc;

/// Bytes of the transmit FIFO, at least: those with deeper ones are given as many.
const FIFO: usize = 16;

/// How registers are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Log2 of the distance of registers.
    shift: u8,
    /// Bytes of an access: 1, 2 or 4.
    width: u8,
}

impl Layout {
    /// What DesignWare's UARTs have.
    const DESIGNWARE: Layout = Layout { shift: 2, width: 4 };

    fn of_node(node: &Node<'_>) -> Self {
        let designware = node.is_compatible(&["snps,dw-apb-uart"]);
        let default = if designware { Self::DESIGNWARE } else { Layout { shift: 0, width: 1 } };
        let shift = node.u32("reg-shift").ok().filter(|&s| s <= 3).map_or(default.shift, |s| s as u8);
        let width = node.u32("reg-io-width").ok().filter(|w| matches!(w, 1 | 2 | 4));
        // A wider access than the distance of registers would reach the next one.
        let width = width.map_or(default.width, |w| w as u8).min(1 << shift);
        Layout { shift, width }
    }

    fn pack(self) -> u32 {
        u32::from(self.shift) | u32::from(self.width) << 8
    }

    fn unpack(layout: u32) -> Self {
        Layout { shift: layout as u8 & 3, width: (layout >> 8) as u8 }
    }

    /// Bytes up to the end of the line status register.
    fn bytes(self) -> usize {
        (LSR + 1) << self.shift
    }

    /// # Safety
    /// Registers of a 16550 with this layout are mapped at `base`, `register` among them.
    unsafe fn read(self, base: usize, register: usize) -> u8 {
        let at = base + (register << self.shift);
        // SAFETY: as the caller promises; aligned since the width is at most the registers' distance.
        unsafe {
            match self.width {
                4 => core::ptr::with_exposed_provenance::<u32>(at).read_volatile() as u8,
                2 => core::ptr::with_exposed_provenance::<u16>(at).read_volatile() as u8,
                _ => core::ptr::with_exposed_provenance::<u8>(at).read_volatile(),
            }
        }
    }

    /// # Safety
    /// As for [`Layout::read`].
    unsafe fn write(self, base: usize, register: usize, value: u8) {
        let at = base + (register << self.shift);
        // SAFETY: as in `read`.
        unsafe {
            match self.width {
                4 => core::ptr::with_exposed_provenance_mut::<u32>(at).write_volatile(value.into()),
                2 => core::ptr::with_exposed_provenance_mut::<u16>(at).write_volatile(value.into()),
                _ => core::ptr::with_exposed_provenance_mut::<u8>(at).write_volatile(value),
            }
        }
    }
}

/// `reg-offset` of the node, below 64 KiB.
fn reg_offset(node: &Node<'_>) -> u32 {
    node.u32("reg-offset").ok().filter(|&o| o < 1 << 16).unwrap_or(0)
}

/// Sends one byte; bits 31:16 of `layout` are an offset to the first register. A UART that does not drain within many polls loses it rather than hang the machine.
fn early_put(base: usize, layout: u32, byte: u8) {
    let base = base + (layout >> 16) as usize;
    let layout = Layout::unpack(layout);
    for _ in 0..1_000_000 {
        // SAFETY: boot passes the address at which it has the registers mapped.
        if unsafe { layout.read(base, LSR) } & LSR_THRE != 0 {
            // SAFETY: as above.
            return unsafe { layout.write(base, DATA, byte) };
        }
        arch::cpu::relax();
    }
}

/// A UART in use.
pub struct Ns16550a {
    mmio: Mmio,
    layout: Layout,
    designware: bool,
    wiring: Wiring,
    /// What is in IER: it is changed for either direction by itself.
    enabled: SpinLock<u8>,
}

impl Ns16550a {
    fn new(mmio: Mmio, layout: Layout, designware: bool, wiring: Wiring) -> Result<Self> {
        let needed = if designware { (DW_USR + 1) << layout.shift } else { layout.bytes() };
        if mmio.len() < needed || !mmio.base().0.is_multiple_of(layout.width.into()) {
            let why =
                alloc::format!("its registers need {needed:#x} aligned bytes, reg has {:#x}", mmio.len());
            return Err(Error::Invalid { what: "16550 UART", why });
        }
        let uart = Ns16550a { mmio, layout, designware, wiring, enabled: SpinLock::new(0) };
        uart.set(IER, 0);
        uart.set(IIR_FCR, FCR_ON);
        uart.set(MCR, MCR_ON);
        Ok(uart)
    }

    fn get(&self, register: usize) -> u8 {
        // SAFETY: `new` checked that the mapping holds all registers.
        unsafe { self.layout.read(self.mmio.base().0, register) }
    }

    fn set(&self, register: usize, value: u8) {
        // SAFETY: as in `get`; none of the registers makes the device touch memory.
        unsafe { self.layout.write(self.mmio.base().0, register, value) }
    }

    fn enable(&self, interrupt: u8, on: bool) {
        let mut enabled = self.enabled.lock();
        *enabled = if on { *enabled | interrupt } else { *enabled & !interrupt };
        self.set(IER, *enabled);
    }
}

impl ConsoleDevice for Ns16550a {
    fn send(&self, bytes: &[u8]) -> usize {
        if self.get(LSR) & LSR_THRE == 0 {
            return 0;
        }
        let count = bytes.len().min(FIFO);
        bytes.iter().take(count).for_each(|&b| self.set(DATA, b));
        count
    }

    fn read(&self) -> Option<u8> {
        (self.get(LSR) & LSR_DR != 0).then(|| self.get(DATA))
    }

    fn set_handler(&self, handler: fn()) -> Result<()> {
        wiring::connect(self, handler)
    }

    fn set_rx_enabled(&self, enabled: bool) {
        self.enable(IER_RX, enabled);
    }

    fn set_tx_enabled(&self, enabled: bool) {
        self.enable(IER_TX, enabled);
    }

    fn name(&self) -> &str {
        Self::NAME
    }
}

impl Uart for Ns16550a {
    const NAME: &'static str = "ns16550a";

    fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    fn interrupted(&self) {
        let cause = self.get(IIR_FCR) & 0xf;
        if self.designware && cause == IIR_BUSY {
            self.get(DW_USR);
        }
        // Some DesignWare UARTs raise the timeout with an empty FIFO; only a read of the data ends it. Not once the handler
        // has emptied it: a byte that came meanwhile would be lost.
        if self.designware && cause == IIR_TIMEOUT && self.get(LSR) & LSR_DR == 0 {
            self.get(DATA);
        }
        self.wiring.tell();
    }
}

fn probe(node: &Node<'static>) -> Result<&'static dyn ConsoleDevice> {
    let reg = node.reg(0)?;
    let offset = u64::from(reg_offset(node)).min(reg.size);
    let mmio = space::map_device(reg.base + offset, reg.size - offset)?;
    let designware = node.is_compatible(&["snps,dw-apb-uart"]);
    Ok(Box::leak(Box::new(Ns16550a::new(mmio, Layout::of_node(node), designware, Wiring::of(node))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_reaches_the_right_register() {
        for (shift, width) in [(0u8, 1u8), (1, 1), (1, 2), (2, 1), (2, 2), (2, 4)] {
            let layout = Layout { shift, width };
            assert_eq!(Layout::unpack(layout.pack()), layout);
            let mmio = Mmio::fake(0x400);
            let base = mmio.base().as_ptr::<u8>();
            // SAFETY: inside the fake registers.
            let byte = |register: usize| unsafe { base.add(register << shift).read_volatile() };
            // SAFETY: inside the fake registers.
            let put = |register: usize, v: u8| unsafe { base.add(register << shift).write_volatile(v) };
            let uart = Ns16550a::new(mmio, layout, false, Wiring::new(None)).unwrap();
            assert_eq!((byte(IER), byte(IIR_FCR), byte(MCR)), (0, FCR_ON, MCR_ON));
            put(LSR, 0);
            assert_eq!(uart.send(b"x"), 0, "the FIFO is not empty");
            put(LSR, LSR_THRE);
            assert_eq!(uart.send(&[b'x'; 100]), FIFO);
            assert_eq!(uart.send(b"xy"), 2);
            assert_eq!(byte(DATA), b'y');
            assert_eq!(uart.read(), None);
            put(LSR, LSR_DR);
            assert_eq!(uart.read(), Some(b'y'));
            uart.set_rx_enabled(true);
            uart.set_tx_enabled(true);
            assert_eq!(byte(IER), IER_RX | IER_TX);
            uart.set_rx_enabled(false);
            assert_eq!(byte(IER), IER_TX);
        }
    }

    #[test]
    fn small_or_misaligned_registers_are_refused() {
        let wide = Layout::DESIGNWARE;
        assert!(Ns16550a::new(Mmio::fake(0x7f), wide, true, Wiring::new(None)).is_err());
        assert!(Ns16550a::new(Mmio::fake(0x80), wide, true, Wiring::new(None)).is_ok());
        assert!(
            Ns16550a::new(Mmio::fake(5), Layout { shift: 0, width: 1 }, false, Wiring::new(None)).is_err()
        );
    }
}
