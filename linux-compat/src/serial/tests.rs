// SPDX-License-Identifier: GPL-2.0-only
//! A driver in C's way, whose UART keeps what it is told.

use super::{console as co, driver, flip, line, properties, termios};
use crate::bindings::{self, console, ktermios, tty_port, uart_driver, uart_ops, uart_port};
use crate::errno::Errno;
use crate::testing::{device_at, zeroed};
use core::ffi::{c_char, c_int, c_uint};
use io::Fault;
use io::serial::line::{Flow, Modem, Opened, Parity, Settings, find};
use std::sync::Mutex;

/// What the UART has been told.
#[derive(Clone, Default)]
struct Chip {
    running: bool,
    refuse: bool,
    sent: Vec<u8>,
    cflag: c_uint,
    mctrl: c_uint,
    on_break: bool,
    power: c_uint,
    released: bool,
    /// The signals of the other side.
    theirs: c_uint,
    /// Characters that it takes at a time.
    room: usize,
}

/// The chip of a port.
unsafe fn chip<'a>(port: *mut uart_port) -> std::sync::MutexGuard<'a, Chip> {
    // SAFETY: neither a port of these tests nor its chip is ever freed.
    unsafe { &*(*port).private_data.cast::<Mutex<Chip>>() }.lock().unwrap()
}

/// What it has been told so far.
unsafe fn seen(port: *mut uart_port) -> Chip {
    // SAFETY: as above.
    unsafe { chip(port) }.clone()
}

macro_rules! operations {
    ($(fn $name:ident($port:ident $(, $arg:ident: $type:ty)*) $(-> $ret:ty)? $body:block)*) => {
        $(unsafe extern "C" fn $name($port: *mut uart_port $(, $arg: $type)*) $(-> $ret)? {
            // SAFETY: the core calls it with a port of these tests, and arguments of its own.
            unsafe { $body }
        })*
    };
}

operations! {
    fn tx_empty(port) -> c_uint { chip(port).running.into() }
    fn set_mctrl(port, mctrl: c_uint) { chip(port).mctrl = mctrl; }
    fn get_mctrl(port) -> c_uint { chip(port).theirs }
    fn stop_tx(port) { chip(port).room = 0; }
    fn start_tx(port) {
        let count = chip(port).room;
        let mut taken = [0u8; 64];
        let mut n = 0;
        while n < count.min(64) && next(port, &mut taken[n]) {
            n += 1;
        }
        chip(port).sent.extend_from_slice(&taken[..n]);
        flip::write_wakeup(port);
    }
    fn break_ctl(port, on: c_int) { chip(port).on_break = on == -1; }
    fn startup(port) -> c_int {
        let mut chip = chip(port);
        if chip.refuse {
            return Errno::ETIMEDOUT.to_c();
        }
        chip.running = true;
        0
    }
    fn shutdown(port) { chip(port).running = false; }
    fn set_termios(port, new: *mut ktermios, old: *const ktermios) {
        let baud = termios::get_baud_rate(port, new, old, 50, 1_000_000);
        termios::update_timeout(port, (*new).c_cflag, baud);
        chip(port).cflag = (*new).c_cflag;
    }
    fn pm(port, to: c_uint, _from: c_uint) { chip(port).power = to; }
    fn release_port(port) { chip(port).released = true; }
    fn config_port(port, flags: c_int) {
        if flags & bindings::UART_CONFIG_TYPE as c_int != 0 {
            (*port).type_ = bindings::PORT_AMBA;
        }
    }
}

unsafe extern "C" fn stop_rx(_: *mut uart_port) {}

unsafe extern "C" fn kind(_: *mut uart_port) -> *const c_char {
    c"model".as_ptr()
}

/// The next character that waits.
unsafe fn next(port: *mut uart_port, to: &mut u8) -> bool {
    // SAFETY: a port that is open; its lock is held.
    unsafe {
        let taken = crate::library::kfifo::take(super::Port(port).fifo(), (&raw mut *to).cast(), 1);
        (*port).icount.tx += taken;
        taken == 1
    }
}

fn ops() -> *const uart_ops {
    let ops = uart_ops {
        tx_empty: Some(tx_empty),
        set_mctrl: Some(set_mctrl),
        get_mctrl: Some(get_mctrl),
        stop_tx: Some(stop_tx),
        start_tx: Some(start_tx),
        stop_rx: Some(stop_rx),
        break_ctl: Some(break_ctl),
        startup: Some(startup),
        shutdown: Some(shutdown),
        set_termios: Some(set_termios),
        pm: Some(pm),
        type_: Some(kind),
        release_port: Some(release_port),
        config_port: Some(config_port),
        ..zeroed()
    };
    Box::into_raw(Box::new(ops))
}

/// A driver of two ports, and its first port.
fn setup(name: &'static core::ffi::CStr) -> (*mut uart_driver, *mut uart_port) {
    let drv = Box::into_raw(Box::new(uart_driver {
        driver_name: c"model-uart".as_ptr(),
        dev_name: name.as_ptr(),
        nr: 2,
        ..zeroed()
    }));
    let port = Box::into_raw(Box::new(uart_port {
        ops: ops(),
        mapbase: 0x9000,
        uartclk: 24_000_000,
        fifosize: 16,
        flags: 1 << 28,
        private_data: Box::into_raw(Box::new(Mutex::new(Chip { room: 64, ..Chip::default() }))).cast(),
        ..zeroed()
    }));
    // SAFETY: a driver and a port that are never freed.
    unsafe {
        assert_eq!(driver::register_c(drv), 0);
        assert_eq!(driver::add_c(drv, port), 0);
    }
    (drv, port)
}

fn open(name: &str) -> Opened {
    find(name).expect("the port is registered").open().expect("it opens")
}

/// The port's receiving end.
unsafe fn tty_port(port: *mut uart_port) -> *mut tty_port {
    // SAFETY: a registered port.
    unsafe { super::Port(port).tty_port() }
}

/// Removes port and driver.
fn end(drv: *mut uart_driver, port: *mut uart_port) {
    // SAFETY: those of `setup`.
    unsafe {
        driver::remove(drv, port);
        driver::unregister(drv);
        assert!((*drv).state.is_null());
    }
}

#[test]
fn a_port_comes_and_goes() {
    let (drv, port) = setup(c"ttyCOME");
    // SAFETY: the driver and port of this test.
    unsafe {
        assert_eq!(driver::register_c(drv), Errno::EBUSY.to_c());
        assert_eq!(driver::add_c(drv, port), Errno::EINVAL.to_c(), "its place is taken");
        let line = find("ttyCOME0").unwrap();
        assert_eq!((line.info().kind.as_str(), line.info().driver.as_str()), ("model", "model-uart"));
        assert_eq!((line.info().address, line.info().fifo), (0x9000, 16));
        assert_eq!(seen(port).power, bindings::UART_PM_STATE_OFF);
        assert!(flip::tty_get(tty_port(port)).is_null());
        chip(port).refuse = true;
        assert_eq!(line.open().err(), Some(Fault::TimedOut));
        assert!((*tty_port(port)).xmit_buf.is_null() && (*tty_port(port)).tty.is_null());
        chip(port).refuse = false;
        let first = open("ttyCOME0");
        {
            let chip = seen(port);
            assert!(chip.running);
            assert_eq!((chip.power, chip.mctrl), (bindings::UART_PM_STATE_ON, bindings::TIOCM_DTR | bindings::TIOCM_RTS));
        }
        let tty = flip::tty_get(tty_port(port));
        assert_eq!(core::ffi::CStr::from_ptr(flip::tty_name_of(tty)).to_bytes(), b"ttyCOME0");
        flip::tty_put(tty);
        drop(first);
        assert_eq!((seen(port).running, seen(port).mctrl), (false, 0));
        assert!((*tty_port(port)).xmit_buf.is_null());
        let left = open("ttyCOME0");
        driver::unregister(drv);
        assert!(!(*drv).state.is_null(), "a driver with ports stays");
        let other = uart_port { mapbase: 0x9000, ..zeroed() };
        assert!(driver::matches(port, &raw const other));
        driver::remove(drv, port);
        assert!(!seen(port).running && seen(port).released);
        assert!(find("ttyCOME0").is_none() && (*port).name.is_null());
        assert_eq!(left.write(b"x", 0), Err(Fault::NoDevice));
        (*port).type_ = bindings::PORT_UNKNOWN;
        assert_eq!(driver::add_c(drv, port), 0, "once more");
        end(drv, port);
    }
}

#[test]
fn what_is_received_reaches_the_line() {
    let (drv, port) = setup(c"ttyRECV");
    let opened = open("ttyRECV0");
    let mut to = [0; 16];
    // SAFETY: the driver and port of this test, its interrupt played by the test.
    unsafe {
        let at = tty_port(port);
        (*port).ignore_status_mask = 0x100;
        for (status, ch, flag) in [(0, b'a', 0), (2, b'?', 3), (0x100, b'#', 0), (4, b'b', 0)] {
            flip::insert_char(port, status, 4, ch, flag);
        }
        assert_eq!(flip::insert_c(at, b"cd!".as_ptr(), [0, 0, 2].as_ptr(), true, 3), 3);
        let normal = 0;
        assert_eq!(flip::insert_c(at, b"ef".as_ptr(), &raw const normal, false, 2), 2);
        flip::push(at);
        assert_eq!((opened.read(&mut to, 1), &to[..6]), (Ok(6), &b"abcdef"[..]));
        let room = flip::space(at);
        assert_eq!(flip::request_room(at, 100_000), room as c_int);
        assert_eq!((flip::set_limit(at, 10), flip::set_limit(at, 65536)), (Errno::EINVAL.to_c(), 0));
        let many = vec![b'x'; room as usize];
        assert_eq!(flip::insert_c(at, many.as_ptr(), &raw const normal, false, many.len()), many.len());
        flip::insert_char(port, 0, 4, b'y', 0);
        assert_eq!(((*port).icount.buf_overrun, opened.line().dropped()), (1, 1));
        assert!(line(at).is_some());
    }
    end(drv, port);
}

#[test]
fn bytes_go_out_and_signals_stop_them() {
    let (drv, port) = setup(c"ttySEND");
    let opened = open("ttySEND0");
    // SAFETY: the driver and port of this test, its interrupt played by the test.
    unsafe {
        assert_eq!(opened.write(b"hello", 0), Ok(5));
        assert_eq!((seen(port).sent.as_slice(), opened.drain(0)), (&b"hello"[..], Ok(true)));
        let wanted = Settings { flow: Flow::Hardware, ..Settings::default() };
        opened.line().configure(&wanted).unwrap();
        assert!((*port).hw_stopped, "the other side is not ready");
        chip(port).room = 64;
        assert_eq!((opened.write(b" you", 0), opened.drain(0)), (Ok(4), Ok(false)));
        chip(port).theirs = bindings::TIOCM_CTS;
        flip::cts_change(port, true);
        assert_eq!((seen(port).sent.as_slice(), (*port).icount.cts), (&b"hello you"[..], 1));
        flip::cts_change(port, false);
        assert!((*port).hw_stopped);
        assert_eq!(opened.write(&[b'z'; 5000], 0), Ok(4096), "a page waits");
        opened.discard().unwrap();
        assert_eq!(opened.write(b"z", 0), Ok(1));
        flip::dcd_change(port, true);
        flip::tty_wake((*tty_port(port)).tty);
        let modem = opened.line().modem().unwrap();
        assert_eq!(modem, Modem { cts: true, rts: true, dtr: true, ..Modem::default() });
        opened.set_modem(false, true).unwrap();
        assert_eq!(seen(port).mctrl, bindings::TIOCM_DTR);
        opened.set_break(true).unwrap();
        assert!(seen(port).on_break);
        opened.set_break(false).unwrap();
        assert!(!seen(port).on_break);
        assert_eq!(opened.line().counters().unwrap().tx, 9);
    }
    drop(opened);
    end(drv, port);
}

#[test]
fn a_port_sleeps_and_goes_on() {
    let (drv, port) = setup(c"ttyREST");
    // SAFETY: the driver and port of this test.
    unsafe {
        assert_eq!(driver::suspend(drv, port), 0);
        assert_eq!(driver::resume(drv, port), 0);
        assert!(!seen(port).running, "nobody has opened it");
        let opened = open("ttyREST0");
        assert_eq!(driver::suspend(drv, port), 0);
        assert!(!seen(port).running);
        assert_eq!(opened.write(b"later", 0), Ok(5));
        chip(port).room = 64;
        assert_eq!(driver::resume(drv, port), 0);
        assert_eq!((seen(port).running, seen(port).sent.as_slice()), (true, &b"later"[..]));
        assert_eq!(driver::suspend(drv, port), 0);
        drop(opened);
        assert!((*tty_port(port)).xmit_buf.is_null(), "it was closed in its sleep");
        assert_eq!(driver::resume(drv, port), 0);
        assert!(!seen(port).running);
    }
    end(drv, port);
}

#[test]
fn speeds_have_codes() {
    let mut t: ktermios = zeroed();
    for (speed, code) in [(9600, bindings::B9600), (115_200, bindings::B115200), (4_000_000, bindings::B4000000), (0, 0)] {
        termios::encode(&mut t, speed, speed);
        assert_eq!((t.c_cflag & bindings::CBAUD, termios::baud_rate(&t)), (code, speed));
    }
    termios::encode(&mut t, 115_300, 115_300);
    assert_eq!(termios::baud_rate(&t), 115_200, "near enough");
    termios::encode(&mut t, 250_000, 250_000);
    assert_eq!((t.c_cflag & bindings::CBAUD, termios::baud_rate(&t)), (bindings::BOTHER, 250_000));
    termios::encode(&mut t, 115_300, 115_300);
    assert_eq!(termios::baud_rate(&t), 115_300, "whoever asks for an exact one gets it");
    termios::encode(&mut t, 300, 9600);
    assert_eq!(t.c_cflag >> bindings::IBSHIFT & bindings::CBAUD, bindings::B300);
}

#[test]
fn frames_have_sizes() {
    let all = Settings { baud: 9600, bits: 7, parity: Parity::Mark, stop: 2, flow: Flow::Software };
    let t = termios::from_settings(&all);
    assert_eq!(termios::to_settings(&t), all);
    assert_eq!((termios::char_size(t.c_cflag), termios::frame_size(t.c_cflag)), (7, 11));
    assert_eq!(termios::frame_size(bindings::CS8), 10);
    // SAFETY: structures of this test.
    unsafe {
        let mut port: uart_port = zeroed();
        termios::update_timeout(&raw mut port, bindings::CS8, 9600);
        assert_eq!(port.frame_time, 1_041_667);
        let mut new = ktermios { c_cflag: bindings::CLOCAL | bindings::CS5, ..zeroed() };
        assert!(termios::hw_change(&raw const new, &raw const t));
        termios::copy_hw(&raw mut new, &raw const t);
        assert!(!termios::hw_change(&raw const new, &raw const t));
        assert_eq!(new.c_cflag & (bindings::CLOCAL | bindings::CREAD), bindings::CLOCAL);
    }
}

#[test]
fn a_speed_fits_the_uart() {
    let mut port: uart_port = uart_port { uartclk: 24_000_000, ..zeroed() };
    let get = |port: &mut uart_port, wanted: c_uint, old: Option<c_uint>, max: c_uint| {
        let mut new: ktermios = zeroed();
        termios::encode(&mut new, wanted, wanted);
        let mut before: ktermios = zeroed();
        termios::encode(&mut before, old.unwrap_or(0), old.unwrap_or(0));
        let before = if old.is_some() { &raw const before } else { core::ptr::null() };
        // SAFETY: structures of this test.
        let got = unsafe { termios::get_baud_rate(port, &raw mut new, before, 300, max) };
        (got, termios::baud_rate(&new))
    };
    assert_eq!(get(&mut port, 115_200, None, 1_000_000), (115_200, 115_200));
    assert_eq!(get(&mut port, 4_000_000, Some(9600), 1_000_000), (9600, 9600));
    assert_eq!(get(&mut port, 4_000_000, None, 1_500_000), (1_500_000, 1_500_000));
    assert_eq!(get(&mut port, 0, None, 1_000_000), (9600, 0), "who hangs up gets some speed");
    port.flags = bindings::ASYNC_SPD_VHI.into();
    assert_eq!(get(&mut port, 38_400, None, 1_000_000).0, 115_200);
    // SAFETY: a structure of this test.
    unsafe {
        assert_eq!(termios::get_divisor(&raw mut port, 115_200), 13);
        port.flags = bindings::ASYNC_SPD_CUST.into();
        port.custom_divisor = 5;
        assert_eq!(termios::get_divisor(&raw mut port, 38_400), 5);
    }
}

#[test]
fn options_are_read_and_set() {
    let (mut baud, mut parity, mut bits, mut flow) = (1, b'n'.into(), 8, b'n'.into());
    let (drv, port) = setup(c"ttyOPTS");
    // SAFETY: places, a console and a port of this test.
    unsafe {
        co::parse(c"9600e7r".as_ptr(), &raw mut baud, &raw mut parity, &raw mut bits, &raw mut flow);
        assert_eq!((baud, parity, bits, flow), (9600, b'e'.into(), 7, b'r'.into()));
        co::parse(c"57600".as_ptr(), &raw mut baud, &raw mut parity, &raw mut bits, &raw mut flow);
        assert_eq!((baud, bits), (57600, 7));
        let (mut kind, mut address, mut rest) = (0, 0, core::ptr::null_mut());
        let early = |text: &std::ffi::CStr, kind: &mut u8, address: &mut u64, rest: &mut *mut c_char| {
            co::parse_early(text.as_ptr().cast_mut(), kind, address, rest)
        };
        assert_eq!(early(c"mmio32,0x9000,9600n8", &mut kind, &mut address, &mut rest), 0);
        assert_eq!((u32::from(kind), address), (bindings::SERIAL_IO_MEM32, 0x9000));
        assert_eq!(std::ffi::CStr::from_ptr(rest).to_bytes(), b"9600n8");
        assert_eq!(early(c"0x10", &mut kind, &mut address, &mut rest), 0);
        assert!(rest.is_null() && address == 16);
        assert_eq!(early(c"pci,1", &mut kind, &mut address, &mut rest), Errno::EINVAL.to_c());
        let mut con: console = zeroed();
        assert_eq!(co::set(port, &raw mut con, baud, parity, bits, flow), 0);
        let expected = bindings::PARENB | bindings::CS7 | bindings::CRTSCTS | bindings::B57600;
        assert_eq!((seen(port).cflag & expected, con.ospeed), (expected, 57600));
    }
    end(drv, port);
}

#[test]
fn consoles_stay_off() {
    unsafe extern "C" fn put(port: *mut uart_port, ch: u8) {
        // SAFETY: the port of the test below.
        unsafe { chip(port).sent.push(ch) }
    }
    let (drv, port) = setup(c"ttyCONS");
    let mut con: console = zeroed();
    con.data = drv.cast();
    con.index = 1;
    // SAFETY: a console, a driver and a port of this test.
    unsafe {
        co::register(&raw mut con);
        assert_eq!(con.flags, 0);
        assert_eq!(co::unregister(&raw mut con), Errno::ENODEV.to_c());
        let mut index = 0;
        assert_eq!((co::device(&raw mut con, &raw mut index), index), ((*drv).tty_driver, 1));
        co::write(port, c"a\nb".as_ptr(), 3, Some(put));
        assert_eq!(seen(port).sent, b"a\r\nb");
        let mut ports = [uart_port { ..zeroed() }, uart_port { iobase: 1, ..zeroed() }];
        con.index = 0;
        assert_eq!(co::get(ports.as_mut_ptr(), 2, &raw mut con), &raw mut ports[1]);
    }
    end(drv, port);
}

#[test]
fn the_tree_describes_a_port() {
    let mut port: uart_port = uart_port { mapbase: 0x1000, mapsize: 0x100, ..zeroed() };
    port.dev = device_at("uart", Some("/soc/uart@1000"));
    // SAFETY: a port and a device of this test.
    unsafe {
        assert_eq!(properties::validate_c(&raw mut port), 0, "no interrupt: it is polled");
        assert_eq!((port.uartclk, port.line, port.irq), (24_000_000, 0, 0));
        assert_eq!(u32::from(port.iotype), bindings::SERIAL_IO_MEM);
        assert_eq!(properties::read_c(&raw mut port), Errno::ENXIO.to_c());
        assert_eq!(properties::rs485_c(&raw mut port), 0, "it cannot");
        port.rs485_supported.flags = super::rs485::ENABLED;
        assert_eq!(properties::rs485_c(&raw mut port), 0);
        assert_eq!(port.rs485.flags, super::rs485::RTS_ON_SEND);
    }
}
