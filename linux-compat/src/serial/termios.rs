// SPDX-License-Identifier: GPL-2.0-only
//! Line parameters: Linux's form of them, speeds, divisors and times.

use crate::bindings::{self, ktermios, tty_struct, uart_port};
use core::ffi::{c_uchar, c_uint};
use io::serial::line::{Flow, Parity, Settings};
use kernel::time::NS_PER_SEC;

crate::exports! {
    family "serial";
    [any, supported, "serial::tests::speeds_have_codes"]
    fn tty_termios_baud_rate(termios: *const ktermios) -> c_uint = baud_rate_c;
    [any, supported, "serial::tests::speeds_have_codes"]
    fn tty_termios_encode_baud_rate(termios: *mut ktermios, ibaud: c_uint, obaud: c_uint) -> () = encode_c;
    [any, supported, "serial::tests::speeds_have_codes"]
    fn tty_encode_baud_rate(tty: *mut tty_struct, ibaud: c_uint, obaud: c_uint) -> () = encode_tty;
    [any, supported, "serial::tests::frames_have_sizes"]
    fn tty_termios_copy_hw(new: *mut ktermios, old: *const ktermios) -> () = copy_hw;
    [any, supported, "serial::tests::frames_have_sizes"]
    fn tty_termios_hw_change(a: *const ktermios, b: *const ktermios) -> bool = hw_change;
    [any, supported, "serial::tests::frames_have_sizes"]
    fn tty_get_char_size(cflag: c_uint) -> c_uchar = char_size;
    [any, supported, "serial::tests::frames_have_sizes"]
    fn tty_get_frame_size(cflag: c_uint) -> c_uchar = frame_size;
    [any, supported, "serial::tests::frames_have_sizes"]
    fn uart_update_timeout(port: *mut uart_port, cflag: c_uint, baud: c_uint) -> () = update_timeout;
    [any, supported, "serial::tests::a_speed_fits_the_uart"]
    fn uart_get_baud_rate(port: *mut uart_port, termios: *mut ktermios, old: *const ktermios, min: c_uint, max: c_uint) -> c_uint = get_baud_rate;
    [any, supported, "serial::tests::a_speed_fits_the_uart"]
    fn uart_get_divisor(port: *mut uart_port, baud: c_uint) -> c_uint = get_divisor;
}

/// The speeds that have a code: first those below `CBAUDEX`, then those above.
const SPEEDS: &[c_uint] = &[
    0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400,
    460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000,
    4_000_000,
];
/// Speeds below `CBAUDEX`.
const LOW: usize = 16;
/// What does not concern the hardware.
const SOFT: c_uint = bindings::HUPCL | bindings::CREAD | bindings::CLOCAL;

/// The code of the speed at this place of the table.
pub(super) fn code(index: usize) -> c_uint {
    if index < LOW { index as c_uint } else { bindings::CBAUDEX | (index - LOW + 1) as c_uint }
}

/// The speed in bits a second; 0 asks to hang up.
pub(super) fn baud_rate(termios: &ktermios) -> c_uint {
    let bits = termios.c_cflag & bindings::CBAUD;
    if bits == bindings::BOTHER {
        return termios.c_ospeed;
    }
    let index = (0..SPEEDS.len()).find(|index| code(*index) == bits);
    index.and_then(|index| SPEEDS.get(index)).copied().unwrap_or(0)
}

pub(super) unsafe fn baud_rate_c(termios: *const ktermios) -> c_uint {
    // SAFETY: the caller's parameters.
    baud_rate(unsafe { &*termios })
}

/// Sets a speed: by its code if there is one for it or for one that differs by less than a 50th, else as it is.
pub(super) fn encode(termios: &mut ktermios, input: c_uint, output: c_uint) {
    let input = if output == 0 { 0 } else { input };
    let other = |flags: c_uint| flags & bindings::CBAUD == bindings::BOTHER;
    let apart = termios.c_cflag >> bindings::IBSHIFT & bindings::CBAUD != bindings::B0;
    let find = |speed: c_uint, exact: bool| {
        let near = if exact { 0 } else { speed / 50 };
        SPEEDS.iter().rposition(|known| known.abs_diff(speed) <= near).map_or(bindings::BOTHER, code)
    };
    let (exact_out, exact_in) = (other(termios.c_cflag), other(termios.c_cflag >> bindings::IBSHIFT));
    (termios.c_ispeed, termios.c_ospeed) = (input, output);
    termios.c_cflag &= !(bindings::CBAUD | bindings::CBAUD << bindings::IBSHIFT);
    termios.c_cflag |= find(output, exact_out);
    if apart || input != output {
        termios.c_cflag |= find(input, exact_in) << bindings::IBSHIFT;
    }
}

pub(super) unsafe fn encode_c(termios: *mut ktermios, input: c_uint, output: c_uint) {
    // SAFETY: the caller's parameters.
    encode(unsafe { &mut *termios }, input, output);
}

pub(super) unsafe fn encode_tty(tty: *mut tty_struct, input: c_uint, output: c_uint) {
    // SAFETY: the caller's terminal.
    encode(unsafe { &mut (*tty).termios }, input, output);
}

pub(super) unsafe fn copy_hw(new: *mut ktermios, old: *const ktermios) {
    // SAFETY: the caller's parameters.
    let (new, old) = unsafe { (&mut *new, &*old) };
    new.c_cflag = new.c_cflag & SOFT | old.c_cflag & !SOFT;
    (new.c_ispeed, new.c_ospeed) = (old.c_ispeed, old.c_ospeed);
}

pub(super) unsafe fn hw_change(a: *const ktermios, b: *const ktermios) -> bool {
    // SAFETY: the caller's parameters.
    let (a, b) = unsafe { (&*a, &*b) };
    (a.c_ispeed, a.c_ospeed) != (b.c_ispeed, b.c_ospeed) || (a.c_cflag ^ b.c_cflag) & !SOFT != 0
}

/// Data bits.
pub(super) fn char_size(cflag: c_uint) -> c_uchar {
    match cflag & bindings::CSIZE {
        bindings::CS5 => 5,
        bindings::CS6 => 6,
        bindings::CS7 => 7,
        _ => 8,
    }
}

/// All bits of a character: a start bit, the data, what else is asked for, and stop bits.
pub(super) fn frame_size(cflag: c_uint) -> c_uchar {
    let more = [bindings::CSTOPB, bindings::PARENB, bindings::ADDRB];
    char_size(cflag) + 2 + more.iter().filter(|flag| cflag & **flag != 0).count() as c_uchar
}

pub(super) unsafe fn update_timeout(port: *mut uart_port, cflag: c_uint, baud: c_uint) {
    let bits = u64::from(frame_size(cflag));
    let time = (bits * NS_PER_SEC).div_ceil(u64::from(baud.max(1)));
    // SAFETY: the caller's port.
    unsafe { (*port).frame_time = c_uint::try_from(time).unwrap_or(c_uint::MAX) };
}

/// What the flags of a port make of 38400, an old way to ask for other speeds.
pub(super) fn alternative(flags: u64) -> c_uint {
    let is = |bits: c_uint| flags & u64::from(bindings::ASYNC_SPD_MASK) == u64::from(bits);
    let table = [
        (bindings::ASYNC_SPD_HI, 57_600),
        (bindings::ASYNC_SPD_VHI, 115_200),
        (bindings::ASYNC_SPD_SHI, 230_400),
        (bindings::ASYNC_SPD_WARP, 460_800),
    ];
    table.iter().find(|(bits, _)| is(*bits)).map_or(38_400, |(_, speed)| *speed)
}

/// The speed that is asked for if the UART has it, else that of before, else the nearest that it has; the parameters say
/// which. 9600 for one that asks to hang up. 0 if there is none.
pub(super) unsafe fn get_baud_rate(
    port: *mut uart_port,
    termios: *mut ktermios,
    old: *const ktermios,
    min: c_uint,
    max: c_uint,
) -> c_uint {
    // SAFETY: the caller's port and parameters.
    let (flags, termios, mut old) = unsafe { ((*port).flags, &mut *termios, old.as_ref()) };
    let mut hung_up = false;
    for first in [true, false] {
        let mut baud = baud_rate(termios);
        if first && baud == 38_400 {
            baud = alternative(flags);
        }
        if baud == 0 {
            (hung_up, baud) = (true, 9600);
        }
        if (min..=max).contains(&baud) {
            return baud;
        }
        // 0: to hang up, if that was asked for.
        termios.c_cflag &= !bindings::CBAUD;
        let instead = match old.take() {
            Some(old) => baud_rate(old),
            None if baud <= min => min.saturating_add(1),
            None => max.saturating_sub(1),
        };
        if !hung_up {
            encode(termios, instead, instead);
        }
    }
    0
}

pub(super) unsafe fn get_divisor(port: *mut uart_port, baud: c_uint) -> c_uint {
    // SAFETY: the caller's port.
    let port = unsafe { &*port };
    if baud == 38_400 && port.flags & u64::from(bindings::ASYNC_SPD_MASK) == u64::from(bindings::ASYNC_SPD_CUST) {
        return port.custom_divisor;
    }
    let step = baud.saturating_mul(16).max(1);
    (u64::from(port.uartclk) + u64::from(step / 2)).checked_div(u64::from(step)).unwrap_or(0) as c_uint
}

/// Linux's form of the parameters of a line: raw bytes, those with errors marked.
pub(super) fn from_settings(settings: &Settings) -> ktermios {
    // SAFETY: zeroes are values of numbers.
    let mut termios: ktermios = unsafe { core::mem::zeroed() };
    termios.c_iflag = bindings::INPCK | bindings::BRKINT;
    termios.c_cflag = bindings::CREAD | bindings::HUPCL | bindings::CLOCAL;
    termios.c_cflag |= match settings.bits {
        5 => bindings::CS5,
        6 => bindings::CS6,
        7 => bindings::CS7,
        _ => bindings::CS8,
    };
    termios.c_cflag |= match settings.parity {
        Parity::None => 0,
        Parity::Even => bindings::PARENB,
        Parity::Odd => bindings::PARENB | bindings::PARODD,
        Parity::Space => bindings::PARENB | bindings::CMSPAR,
        Parity::Mark => bindings::PARENB | bindings::PARODD | bindings::CMSPAR,
    };
    if settings.stop == 2 {
        termios.c_cflag |= bindings::CSTOPB;
    }
    match settings.flow {
        Flow::None => {}
        Flow::Hardware => termios.c_cflag |= bindings::CRTSCTS,
        Flow::Software => termios.c_iflag |= bindings::IXON | bindings::IXOFF,
    }
    for (place, value) in [(bindings::VSTART, b'Q' - b'@'), (bindings::VSTOP, b'S' - b'@'), (bindings::VMIN, 1)] {
        if let Some(slot) = termios.c_cc.get_mut(place as usize) {
            *slot = value;
        }
    }
    encode(&mut termios, settings.baud, settings.baud);
    termios
}

/// The parameters that a driver has left.
pub(super) fn to_settings(termios: &ktermios) -> Settings {
    let has = |flag: c_uint| termios.c_cflag & flag != 0;
    let parity = match (has(bindings::PARENB), has(bindings::CMSPAR), has(bindings::PARODD)) {
        (false, _, _) => Parity::None,
        (true, false, false) => Parity::Even,
        (true, false, true) => Parity::Odd,
        (true, true, false) => Parity::Space,
        (true, true, true) => Parity::Mark,
    };
    let flow = match (has(bindings::CRTSCTS), termios.c_iflag & bindings::IXOFF != 0) {
        (true, _) => Flow::Hardware,
        (false, true) => Flow::Software,
        (false, false) => Flow::None,
    };
    Settings {
        baud: baud_rate(termios).max(1),
        bits: char_size(termios.c_cflag),
        parity,
        stop: if has(bindings::CSTOPB) { 2 } else { 1 },
        flow,
    }
}
