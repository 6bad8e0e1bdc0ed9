// SPDX-License-Identifier: GPL-2.0-only
//! The multiplexer against consoles and UARTs that the tests make up.

use std::cell::{Cell, RefCell};
use std::sync::Mutex;

use super::*;

thread_local! {
    /// What the console of this test's thread has shown.
    static SHOWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// Room in the FIFO of this test's polled console.
    static FIFO: Cell<usize> = const { Cell::new(0) };
    /// How often a pump was asked for.
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

fn fast(bytes: &[u8]) {
    assert!(bytes.len() <= output::PIECE);
    SHOWN.with_borrow_mut(|shown| shown.extend_from_slice(bytes));
}

fn slow(bytes: &[u8]) -> usize {
    let taken = bytes.len().min(FIFO.get());
    FIFO.set(FIFO.get() - taken);
    fast(&bytes[..taken]);
    taken
}

fn shown() -> String {
    SHOWN.with_borrow_mut(|shown| String::from_utf8(std::mem::take(shown)).unwrap())
}

fn hub_with(write: fn(&[u8])) -> &'static Hub {
    let hub = Box::leak(Box::new(Hub::new()));
    hub.output.set_write(write);
    hub
}

/// A UART with a FIFO of a given depth.
struct Uart {
    depth: usize,
    fifo: Mutex<Vec<u8>>,
}

impl Uart {
    fn new(depth: usize) -> Arc<Self> {
        Arc::new(Self { depth, fifo: Mutex::new(Vec::new()) })
    }
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.fifo.lock().unwrap())
    }
}

impl Receiver for Uart {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut fifo = self.fifo.lock().unwrap();
        let taken = bytes.len().min(self.depth - fifo.len());
        fifo.extend_from_slice(&bytes[..taken]);
        taken
    }
}

#[test]
fn only_the_attached_port_is_shown() {
    let hub = hub_with(fast);
    let a = hub.open("a/uart0", 64).unwrap();
    let b = hub.open("b/uart0", 64).unwrap();
    a.write(b"one\r\n");
    b.write(b"two\r\n");
    assert_eq!(shown(), "");
    assert_eq!(hub.attach("a").unwrap().name(), "a/uart0");
    assert_eq!(shown(), "one\r\n");
    a.write(b"three\r\n");
    b.write(b"four\r\n");
    assert_eq!(shown(), "three\r\n");
    hub.attach("b/uart0").unwrap();
    assert!(b.is_attached() && !a.is_attached());
    assert_eq!(shown(), "two\r\nfour\r\n");
    hub.detach();
    a.write(b"x");
    b.write(b"y");
    assert_eq!(shown(), "");
    assert!(hub.attached().is_none());
    assert_eq!(a.scrollback(), b"one\r\nthree\r\nx");
    assert_eq!(b.stats(), Stats { written: 12, delivered: 0, waiting: 0 });
}

#[test]
fn the_ring_keeps_the_newest() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", 8).unwrap();
    for byte in b"0123456789abcdef" {
        port.write(&[*byte]);
    }
    assert_eq!(port.scrollback(), b"89abcdef");
    port.write(b"a piece longer than the ring");
    assert_eq!(port.scrollback(), b"the ring");
    assert_eq!(port.stats().written, 44);
}

#[test]
fn attach_replays_the_last_lines() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", DEFAULT_SCROLLBACK).unwrap();
    for line in 0..100 {
        port.write(format!("line {line}\n").as_bytes());
    }
    hub.attach("a/uart0").unwrap();
    let text = shown();
    assert_eq!(text.lines().count(), REPLAY_LINES);
    assert!(text.starts_with("line 76\n") && text.ends_with("line 99\n"));
    hub.detach();
    port.write(&[b'x'; 2 * REPLAY_BYTES]);
    hub.attach("a/uart0").unwrap();
    assert_eq!(shown().len(), REPLAY_BYTES);
}

#[test]
fn names_are_unique_and_known() {
    let hub = hub_with(fast);
    hub.open("a/uart0", 8).unwrap();
    assert_eq!(hub.open("a/uart0", 8).unwrap_err(), Error::PortExists { name: "a/uart0".into() });
    for name in ["b", "", "a/", "a/uart", "a/uart0/x"] {
        assert_eq!(hub.attach(name).unwrap_err(), Error::NoSuchPort { name: name.into() });
    }
    assert!(matches!(hub.open("big", usize::MAX), Err(Error::NoMemory { .. })));
    assert!(hub.find("a").is_ok());
}

#[test]
fn closing_detaches_and_frees() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", 8).unwrap();
    hub.attach("a").unwrap();
    hub.close(|port| port.name() == "a/uart1");
    hub.close(|port| port.name() == "a/uart0");
    assert_eq!(shown(), "\r\n[console of a/uart0 closed]\r\n");
    assert!(hub.attached().is_none() && hub.find("a").is_err());
    port.write(b"late");
    assert_eq!(shown(), "");
    assert_eq!(Arc::strong_count(&port), 1);
    assert!(hub.open("a/uart0", 8).is_ok());
}

#[test]
fn input_waits_for_the_uart() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", 8).unwrap();
    let typed: Vec<u8> = (0..=255).cycle().take(400).collect();
    // Without a UART the queue takes what it can.
    assert_eq!(port.input(&typed), 256);
    let uart = Uart::new(16);
    port.set_receiver(uart.clone());
    assert_eq!(port.stats(), Stats { written: 0, delivered: 16, waiting: 240 });
    let mut sent = 256 + port.input(&typed[256..]);
    assert_eq!(sent, 272);
    let mut got = Vec::new();
    while got.len() < typed.len() {
        let piece = uart.take();
        assert!(!piece.is_empty());
        got.extend(piece);
        port.ready();
        sent += port.input(&typed[sent..]);
    }
    assert_eq!(got, typed);
    assert_eq!(port.stats().waiting, 0);
}

#[test]
fn a_port_does_not_keep_its_uart() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", 8).unwrap();
    let uart = Uart::new(1);
    port.set_receiver(uart.clone());
    assert_eq!(port.input(b"abc"), 3);
    assert_eq!(uart.take(), b"a");
    assert!(!port.send_break());
    let weak = Arc::downgrade(&uart);
    drop(uart);
    assert!(weak.upgrade().is_none());
    port.ready();
    assert_eq!(port.stats().waiting, 2);
    port.flush_input();
    let uart = Uart::new(1);
    port.set_receiver(uart.clone());
    assert_eq!(uart.take(), b"");
}

#[test]
fn a_slow_console_costs_the_guest_nothing_and_loses_nothing_in_silence() {
    let hub = Box::leak(Box::new(Hub::new()));
    hub.output.set_poll(slow);
    hub.output.set_request(|| REQUESTS.set(REQUESTS.get() + 1));
    let port = hub.open("a/uart0", 64).unwrap();
    hub.attach("a").unwrap();
    FIFO.set(4);
    port.write(b"0123456789");
    assert_eq!(shown(), "0123");
    assert_eq!((hub.output.waiting(), REQUESTS.get()), (6, 1));
    port.write(b"ab");
    // Order is kept though the console has room again.
    FIFO.set(7);
    port.write(b"cd");
    assert_eq!(shown(), "456789a");
    assert_eq!(REQUESTS.get(), 1);
    FIFO.set(100);
    assert!(hub.output.pump());
    assert_eq!(shown(), "bcd");
    FIFO.set(0);
    for _ in 0..output::RING_SIZE + 5 {
        port.write(b"x");
    }
    assert_eq!(hub.output.dropped(), 5);
    assert_eq!(REQUESTS.get(), 2);
    // As fast as the console is, all goes out in one call: the clock stands still.
    FIFO.set(usize::MAX);
    assert!(hub.output.pump());
    assert_eq!(shown().len(), output::RING_SIZE);
}

/// A console that waits for each byte, as a UART of 115200 baud with a full FIFO does.
fn blocking(bytes: &[u8]) {
    fast(bytes);
    arch::fake::this_cpu().advance(time::ns_to_ticks(87_000) * bytes.len() as u64);
}

#[test]
fn a_console_that_blocks_is_written_to_by_the_pump_only() {
    let hub = hub_with(blocking);
    hub.output.set_request(|| REQUESTS.set(REQUESTS.get() + 1));
    let port = hub.open("a/uart0", 64).unwrap();
    hub.attach("a").unwrap();
    port.write(b"0");
    assert_eq!((shown().as_str(), REQUESTS.get()), ("0", 1));
    let start = time::now();
    for _ in 0..20 {
        port.write(b"x");
    }
    assert_eq!((shown().as_str(), hub.output.waiting(), time::now()), ("", 20, start));
    // Each call hands over one small piece, since that takes longer than its time.
    assert!(!hub.output.pump());
    assert_eq!(shown(), "xxxxxxxx");
    assert!(!hub.output.pump() && hub.output.pump());
    assert_eq!((shown().len(), REQUESTS.get()), (12, 1));
    // With nothing waiting it is given a chance again.
    port.write(b"y");
    assert_eq!((shown().as_str(), REQUESTS.get()), ("y", 2));
}

#[test]
fn nothing_of_a_guest_is_shown_after_detaching() {
    let hub = Box::leak(Box::new(Hub::new()));
    hub.output.set_poll(slow);
    let a = hub.open("a/uart0", 64).unwrap();
    let b = hub.open("b/uart0", 64).unwrap();
    hub.attach("a").unwrap();
    FIFO.set(3);
    a.write(b"0123456789");
    hub.detach();
    FIFO.set(100);
    assert!(hub.output.pump());
    assert_eq!((shown().as_str(), hub.output.waiting(), hub.output.dropped()), ("012", 0, 0));
    // The same when the console goes from one guest to another.
    hub.attach("b").unwrap();
    FIFO.set(1);
    b.write(b"xyz");
    hub.attach("a").unwrap();
    FIFO.set(100);
    assert!(hub.output.pump());
    assert_eq!(shown(), "x0123456789");
}

#[test]
fn the_timer_pumps() {
    let _global = GLOBAL.lock();
    let cpu = arch::fake::this_cpu();
    set_polled_output(slow);
    let port = open("timer/uart0").unwrap();
    attach("timer").unwrap();
    port.write(b"hello");
    assert_eq!(output_waiting(), 5);
    for expected in ["", "hel", "lo"] {
        let deadline = cpu.deadline().expect("a timer is armed");
        cpu.set_counter(deadline);
        kernel::timer::handle_irq();
        assert_eq!(shown(), expected);
        FIFO.set(3);
    }
    assert_eq!((output_waiting(), output_dropped(), cpu.deadline()), (0, 0, None));
    detach();
    close("timer/uart0");
}

#[test]
fn a_long_write_goes_out_in_pieces() {
    let hub = hub_with(fast);
    let port = hub.open("a/uart0", 8).unwrap();
    hub.attach("a").unwrap();
    let text: String = ('a'..='z').cycle().take(200).collect();
    port.write(text.as_bytes());
    assert_eq!(hub.output.waiting(), 200 - output::PIECE);
    while !hub.output.pump() {}
    assert_eq!(shown(), text);
    assert_eq!(hub.output.dropped(), 0);
}

#[test]
fn the_tap_shows_lines_of_unattended_ports() {
    let hub = hub_with(fast);
    let a = hub.open("a/uart0", 8).unwrap();
    let b = hub.open("b/uart0", 8).unwrap();
    a.write(b"before\n");
    hub.tap.store(true, Ordering::Relaxed);
    for byte in b"he\x1b[2Jllo\r\n\r\n" {
        a.write(&[*byte]);
    }
    assert_eq!(shown(), "[a/uart0] he[2Jllo\r\n");
    a.write(&[b'y'; 130]);
    assert_eq!(shown(), format!("[a/uart0] {}\r\n", "y".repeat(120)));
    hub.attach("b").unwrap();
    a.write(b"quiet\n");
    b.write(b"loud\n");
    assert_eq!(shown(), "loud\n");
}

/// Held by tests that use the one hub that there is.
static GLOBAL: Mutex<()> = Mutex::new(());

#[test]
fn the_global_functions_reach_one_hub() {
    let _global = GLOBAL.lock();
    set_output(fast);
    set_default_scrollback(4);
    let port = open("global/uart0").unwrap();
    port.write(b"abcdef");
    assert_eq!(scrollback("global").unwrap(), b"cdef");
    assert_eq!(attach("global").unwrap().name(), attached().unwrap().name());
    detach();
    assert_eq!(find("global").unwrap().name(), ports()[0].name());
    set_tap(false);
    assert_eq!((output_waiting(), output_dropped()), (0, 0));
    close("global/uart0");
    assert!(ports().is_empty());
    let again = open_with("global/uart0", 1).unwrap();
    assert_eq!(again.stats(), Stats::default());
    close_port(&port);
    assert!(find("global").is_ok());
    close_port(&again);
    assert!(find("global").is_err());
}
