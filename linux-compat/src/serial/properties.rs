// SPDX-License-Identifier: GPL-2.0-only
//! What the tree says of a port: bindings `serial.yaml` and `rs485.yaml`.

use super::rs485;
use crate::bindings::{self, uart_port};
use crate::errno::{Errno, Result, to_c};
use crate::irq::of_irq_get;
use crate::of::Node;
use core::ffi::{c_int, c_uint};

crate::exports! {
    family "serial";
    [sleeps, supported, "serial::tests::the_tree_describes_a_port"]
    fn uart_read_port_properties(port: *mut uart_port) -> c_int = read_c;
    [sleeps, supported, "serial::tests::the_tree_describes_a_port"]
    fn uart_read_and_validate_port_properties(port: *mut uart_port) -> c_int = validate_c;
    [sleeps, supported, "serial::tests::the_tree_describes_a_port"]
    fn uart_get_rs485_mode(port: *mut uart_port) -> c_int = rs485_c;
}

/// Flags of a port that are no numbers for bindgen.
const SHARE_IRQ: u64 = 1 << 24;
/// How registers are reached if the tree names a width that there is not.
const UNKNOWN: u8 = u8::MAX;
/// What the tree says of an RS-485 bus.
const CHANGED: u32 = rs485::RX_DURING_TX | rs485::ENABLED | rs485::TERMINATE_BUS | rs485::RTS_AFTER_SEND;
/// The longest delay of RTS in milliseconds.
const LONGEST: u32 = 100;

pub(super) unsafe fn read(port: *mut uart_port, defaults: bool) -> Result<()> {
    // SAFETY: the caller's port with its device.
    unsafe {
        let port = &mut *port;
        let dev = port.dev.as_ref().ok_or(Errno::ENODEV)?;
        let Some(node) = Node::from_raw(dev.of_node) else {
            return if defaults { Err(Errno::ENXIO) } else { Ok(()) };
        };
        if let Some(clock) = node.u32(b"clock-frequency") {
            port.uartclk = clock;
        }
        match node.u32(b"reg-shift") {
            Some(shift) => port.regshift = shift as u8,
            None if defaults => port.regshift = 0,
            None => {}
        }
        let big = node.property(b"big-endian").is_some();
        port.iotype = match node.u32(b"reg-io-width") {
            None if port.iobase != 0 => bindings::SERIAL_IO_PORT as u8,
            None | Some(1) => bindings::SERIAL_IO_MEM as u8,
            Some(2) => bindings::SERIAL_IO_MEM16 as u8,
            Some(4) if big => bindings::SERIAL_IO_MEM32BE as u8,
            Some(4) => bindings::SERIAL_IO_MEM32 as u8,
            Some(_) if defaults => UNKNOWN,
            Some(_) => return Err(Errno::EINVAL),
        };
        let offset = u64::from(node.u32(b"reg-offset").unwrap_or(0));
        if !defaults && port.mapsize < offset {
            return Err(Errno::EINVAL);
        }
        port.mapbase += offset;
        port.mapsize = port.mapsize.wrapping_sub(offset);
        if let Some(size) = node.u32(b"fifo-size") {
            port.fifosize = size;
        }
        if node.property(b"no-loopback-test").is_some() {
            port.flags |= u64::from(bindings::ASYNC_SKIP_TEST);
        }
        let alias = crate::of::alias_id(node.as_raw(), c"serial".as_ptr());
        if let Ok(line) = c_uint::try_from(alias) {
            port.line = line;
        }
        port.irq = match of_irq_get(node, 0) {
            Ok(irq) => irq as c_uint,
            Err(Errno::EPROBE_DEFER) => return Err(Errno::EPROBE_DEFER),
            Err(_) if defaults => return Err(Errno::ENXIO),
            Err(_) => 0,
        };
        port.flags |= SHARE_IRQ;
        Ok(())
    }
}

pub(super) unsafe fn read_c(port: *mut uart_port) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { read(port, true) })
}

pub(super) unsafe fn validate_c(port: *mut uart_port) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { read(port, false) })
}

/// The mode of a port that can be on an RS-485 bus, and the GPIOs that belong to it.
unsafe fn read_rs485(port: *mut uart_port) -> Result<()> {
    // SAFETY: the caller's port with its device; lines are given back with the device.
    unsafe {
        let port = &mut *port;
        if port.rs485_supported.flags & rs485::ENABLED == 0 {
            return Ok(());
        }
        let dev = port.dev.as_ref().ok_or(Errno::ENODEV)?;
        let node = Node::from_raw(dev.of_node);
        let has = |name: &[u8]| node.is_some_and(|node| node.property(name).is_some());
        let delays = node.and_then(|node| node.property(b"rs485-rts-delay"));
        let mut delays = delays.iter().flat_map(|delays| delays.cells());
        let mut delay = |possible: u32| if possible == 0 { 0 } else { delays.next().unwrap_or(0).min(LONGEST) };
        let (before, after) =
            (port.rs485_supported.delay_rts_before_send, port.rs485_supported.delay_rts_after_send);
        port.rs485.delay_rts_before_send = delay(before);
        port.rs485.delay_rts_after_send = delay(after);
        let mut flags = port.rs485.flags & !CHANGED | rs485::RTS_ON_SEND;
        if has(b"rs485-rx-during-tx") {
            flags |= rs485::RX_DURING_TX;
        }
        if has(b"linux,rs485-enabled-at-boot-time") {
            flags |= rs485::ENABLED;
        }
        if has(b"rs485-rts-active-low") {
            flags = flags & !rs485::RTS_ON_SEND | rs485::RTS_AFTER_SEND;
        }
        port.rs485.flags = flags;
        let get = |name: &core::ffi::CStr, level: c_uint| {
            Errno::check_ptr(crate::gpio::devm_get_optional(port.dev, name.as_ptr(), level))
        };
        port.rs485_term_gpio = get(c"rs485-term", bindings::GPIOD_OUT_LOW)?;
        let level = if flags & rs485::RX_DURING_TX != 0 { bindings::GPIOD_OUT_HIGH } else { bindings::GPIOD_OUT_LOW };
        port.rs485_rx_during_tx_gpio = get(c"rs485-rx-during-tx", level)?;
        if !port.rs485_term_gpio.is_null() {
            port.rs485_supported.flags |= rs485::TERMINATE_BUS;
        }
        if !port.rs485_rx_during_tx_gpio.is_null() {
            port.rs485_supported.flags |= rs485::RX_DURING_TX;
        }
        Ok(())
    }
}

pub(super) unsafe fn rs485_c(port: *mut uart_port) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { read_rs485(port) })
}
