// SPDX-License-Identifier: GPL-2.0-only
//! Consoles of drivers. The hypervisor's own one is where all text goes: a driver's may register, and stays off, as
//! a console of Linux that nobody has chosen.

use super::Port;
use super::termios::encode;
use crate::bindings::{self, console, device_node, ktermios, tty_driver, uart_port};
use crate::context::Guarded;
use crate::errno::Errno;
use core::ffi::{CStr, c_char, c_int, c_short, c_uint};

type PutChar = Option<unsafe extern "C" fn(*mut uart_port, u8)>;

crate::exports! {
    family "serial";
    [sleeps, partial, "serial::tests::consoles_stay_off"]
    fn register_console(con: *mut console) -> () = register;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn unregister_console(con: *mut console) -> c_int = unregister;
    [sleeps, partial, "serial::tests::consoles_stay_off"]
    fn add_preferred_console(name: *const c_char, idx: c_short, options: *mut c_char) -> c_int = add_preferred;
    [any, supported, "serial::tests::consoles_stay_off"]
    fn of_console_check(dn: *const device_node, name: *mut c_char, index: c_int) -> bool = check_node;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_list_lock() -> () = nothing;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_list_unlock() -> () = nothing;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_lock() -> () = nothing;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_trylock() -> c_int = one;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_unlock() -> () = nothing;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_stop(con: *mut console) -> () = stop;
    [sleeps, supported, "serial::tests::consoles_stay_off"]
    fn console_start(con: *mut console) -> () = stop;
    [any, supported, "serial::tests::consoles_stay_off"]
    fn uart_console_device(co: *mut console, index: *mut c_int) -> *mut tty_driver = device;
    [any, supported, "serial::tests::consoles_stay_off"]
    fn uart_console_write(port: *mut uart_port, s: *const c_char, count: c_uint, putchar: PutChar) -> () = write;
    [any, supported, "serial::tests::options_are_read_and_set"]
    fn uart_parse_options(options: *const c_char, baud: *mut c_int, parity: *mut c_int, bits: *mut c_int, flow: *mut c_int) -> () = parse;
    [sleeps, supported, "serial::tests::options_are_read_and_set"]
    fn uart_set_options(port: *mut uart_port, co: *mut console, baud: c_int, parity: c_int, bits: c_int, flow: c_int) -> c_int = set;
    [any, supported, "serial::tests::options_are_read_and_set"]
    fn uart_parse_earlycon(p: *mut c_char, iotype: *mut u8, addr: *mut u64, options: *mut *mut c_char) -> c_int = parse_early;
    [any, supported, "serial::tests::consoles_stay_off"]
    fn uart_get_console(ports: *mut uart_port, nr: c_int, co: *mut console) -> *mut uart_port = get;
}

crate::exports_data! {
    family "serial";
    [any, supported, "serial::tests::consoles_stay_off"]
    static console_suspend_enabled: bool = true;
}

pub(super) unsafe fn register(con: *mut console) {
    // SAFETY: the caller's console.
    let name = unsafe { CStr::from_ptr((&raw const (*con).name).cast()) }.to_string_lossy();
    log::debug!("the console {name} stays off: the hypervisor has its own");
}

/// None was ever taken.
pub(super) unsafe fn unregister(_con: *mut console) -> c_int {
    Errno::ENODEV.to_c()
}

pub(super) unsafe fn add_preferred(name: *const c_char, index: c_short, _options: *mut c_char) -> c_int {
    // SAFETY: the caller's string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    log::info!("the console {name}{index} is asked for, and stays off: the hypervisor has its own");
    0
}

/// The node of the hypervisor's console is its own driver's.
pub(super) unsafe fn check_node(_node: *const device_node, _name: *mut c_char, _index: c_int) -> bool {
    false
}

/// The list of consoles is empty and stays so.
pub(super) fn nothing() {}

pub(super) fn one() -> c_int {
    1
}

pub(super) unsafe fn stop(_con: *mut console) {}

pub(super) unsafe fn device(co: *mut console, index: *mut c_int) -> *mut tty_driver {
    // SAFETY: the caller's console and place.
    unsafe {
        *index = (*co).index.into();
        super::driver::of_console(co)
    }
}

/// Each new line begins at the left.
pub(super) unsafe fn write(port: *mut uart_port, s: *const c_char, count: c_uint, putchar: PutChar) {
    let Some(put) = putchar else { return };
    // SAFETY: the caller's text of that length, and its function with its own port.
    unsafe {
        for i in 0..count as usize {
            let ch = s.add(i).cast::<u8>().read();
            if ch == b'\n' {
                put(port, b'\r');
            }
            put(port, ch);
        }
    }
}

/// `115200n8r`: what is not there stays as it is.
pub(super) unsafe fn parse(options: *const c_char, baud: *mut c_int, parity: *mut c_int, bits: *mut c_int, flow: *mut c_int) {
    // SAFETY: the caller's string and places.
    unsafe {
        let text = CStr::from_ptr(options).to_bytes();
        let digits = text.iter().take_while(|ch| ch.is_ascii_digit()).count();
        let (number, rest) = text.split_at(digits);
        *baud = number.iter().fold(0, |sum: c_int, ch| sum.wrapping_mul(10).wrapping_add((ch - b'0').into()));
        if let Some(ch) = rest.first() {
            *parity = (*ch).into();
        }
        if let Some(ch) = rest.get(1) {
            *bits = c_int::from(*ch) - c_int::from(b'0');
        }
        if let Some(ch) = rest.get(2) {
            *flow = (*ch).into();
        }
    }
}

pub(super) unsafe fn set(port: *mut uart_port, co: *mut console, baud: c_int, parity: c_int, bits: c_int, flow: c_int) -> c_int {
    // SAFETY: zeroes are values of numbers.
    let (mut termios, before): (ktermios, ktermios) = unsafe { (core::mem::zeroed(), core::mem::zeroed()) };
    termios.c_cflag = bindings::CREAD | bindings::HUPCL | bindings::CLOCAL;
    termios.c_cflag |= if bits == 7 { bindings::CS7 } else { bindings::CS8 };
    termios.c_cflag |= match u8::try_from(parity).map(|parity| parity.to_ascii_lowercase()) {
        Ok(b'o') => bindings::PARENB | bindings::PARODD,
        Ok(b'e') => bindings::PARENB,
        _ => 0,
    };
    if flow == c_int::from(b'r') {
        termios.c_cflag |= bindings::CRTSCTS;
    }
    let speed = baud.max(0) as c_uint;
    encode(&mut termios, speed, speed);
    // SAFETY: the caller's port and console; the parameters are for the call only.
    unsafe {
        (*port).mctrl |= bindings::TIOCM_DTR;
        if let Some(set) = (*(*port).ops).set_termios {
            set.guarded(Port(port).device(), (port, &raw mut termios, &raw const before));
        }
        if let Some(co) = co.as_mut() {
            co.cflag = termios.c_cflag as c_int;
            (co.ispeed, co.ospeed) = (termios.c_ispeed, termios.c_ospeed);
        }
    }
    0
}

/// The port that a console asks for, or the first that has registers.
pub(super) unsafe fn get(ports: *mut uart_port, count: c_int, co: *mut console) -> *mut uart_port {
    // SAFETY: as many ports as the caller says, and its console.
    unsafe {
        let there = |index: c_int| {
            let port = &*ports.add(index as usize);
            port.iobase != 0 || !port.membase.is_null()
        };
        let mut index = c_int::from((*co).index);
        if !(0..count).contains(&index) || !there(index) {
            index = (0..count).find(|index| there(*index)).unwrap_or(count);
        }
        (*co).index = index as c_short;
        ports.add(index as usize)
    }
}

/// How registers are reached, by the words before an address.
const WAYS: &[(&[u8], u32)] = &[
    (b"mmio,", bindings::SERIAL_IO_MEM),
    (b"mmio16,", bindings::SERIAL_IO_MEM16),
    (b"mmio32,", bindings::SERIAL_IO_MEM32),
    (b"mmio32be,", bindings::SERIAL_IO_MEM32BE),
    (b"mmio32native,", bindings::SERIAL_IO_MEM32),
    (b"io,", bindings::SERIAL_IO_PORT),
    (b"", bindings::SERIAL_IO_MEM),
];

/// `mmio32,0x9000000,115200`: the options are what follows the address, null for none.
pub(super) unsafe fn parse_early(p: *mut c_char, iotype: *mut u8, addr: *mut u64, options: *mut *mut c_char) -> c_int {
    // SAFETY: the caller's string and places; offsets are within the string.
    unsafe {
        let text = CStr::from_ptr(p).to_bytes();
        let Some((way, kind)) = WAYS.iter().find(|(way, _)| text.starts_with(way)) else {
            return Errno::EINVAL.to_c();
        };
        let rest = text.get(way.len()..).unwrap_or_default();
        if way.is_empty() && !rest.starts_with(b"0x") {
            return Errno::EINVAL.to_c();
        }
        let end = rest.iter().position(|ch| *ch == b',');
        let number = core::str::from_utf8(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()).unwrap_or("");
        let parsed = match number.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => number.parse(),
        };
        let Ok(address) = parsed else { return Errno::EINVAL.to_c() };
        *iotype = *kind as u8;
        *addr = address;
        *options = end.map_or(core::ptr::null_mut(), |end| p.add(way.len() + end + 1));
        0
    }
}
