// SPDX-License-Identifier: GPL-2.0-only
//! Arm's PL011 on the bench, with a line whose other side is the test.
//! drivers: clk-fixed-rate

use std::collections::VecDeque;
use std::sync::Arc;

use driver_bench::io::serial::line::{self, Flow, Line, Settings};
use driver_bench::{Bench, Handle, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("bytes_go_both_ways", both_ways),
    Test::new("parameters_become_registers", parameters),
    Test::new("bad_characters_are_counted", errors),
    Test::new("the_other_side_stops_the_transmitter", flow),
    Test::new("a_storm_of_characters_overruns", storm),
    Test::new("goes_while_it_is_open", goes),
    Test::new("a_probe_without_memory_fails", memory),
    Test::new("comes_and_goes_without_a_leak", leak),
];

const PATH: &str = "/serial@9040000";
const TREE: &str = r#"
/ {
	apb: apb { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	serial@9040000 {
		compatible = "arm,pl011", "arm,primecell";
		reg = <0x9040000 0x1000>;
		interrupts = <0 8 4>;
		clocks = <&apb>, <&apb>;
		clock-names = "uartclk", "apb_pclk";
	};
};
"#;
/// The FIFOs of revision 3.
const FIFO: usize = 32;
/// A character's time on the line.
const TIME: u64 = 87_000;
/// Registers.
const DR: u64 = 0x00;
const FR: u64 = 0x18;
const IBRD: u64 = 0x24;
const FBRD: u64 = 0x28;
const LCRH: u64 = 0x2c;
const CR: u64 = 0x30;
const IMSC: u64 = 0x38;
const RIS: u64 = 0x3c;
const MIS: u64 = 0x40;
const ICR: u64 = 0x44;
/// Interrupts: of CTS, of the receive FIFO, the transmit FIFO, and of characters that wait.
const CTSI: u32 = 1 << 1;
const RXI: u32 = 1 << 4;
const TXI: u32 = 1 << 5;
const RTI: u32 = 1 << 6;
/// What a character brings along.
const FRAME: u16 = 1 << 8;
const PARITY: u16 = 1 << 9;
const BREAK: u16 = 1 << 10;
const OVERRUN: u16 = 1 << 11;

struct Pl011 {
    registers: Plain,
    to_send: VecDeque<u8>,
    received: VecDeque<u16>,
    sent: Vec<u8>,
    cts: bool,
}

impl Pl011 {
    fn new() -> Self {
        let (to_send, received) = (VecDeque::new(), VecDeque::new());
        Self { registers: Plain::new(), to_send, received, sent: Vec::new(), cts: true }
    }
    fn raise(&mut self, io: &mut Io, set: u32, clear: u32) {
        let raw = self.registers.get(RIS) & !clear | set;
        self.registers.set(RIS, raw);
        io.set_line(8, raw & self.registers.get(IMSC) != 0);
    }
    /// Characters come, each with its flags.
    fn receive(&mut self, io: &mut Io, characters: &[u16]) {
        for character in characters {
            if self.received.len() == FIFO {
                // The last one knows that others are missing.
                if let Some(last) = self.received.back_mut() {
                    *last |= OVERRUN;
                }
                continue;
            }
            self.received.push_back(*character);
        }
        self.raise(io, RXI | RTI, 0);
    }
    fn set_cts(&mut self, io: &mut Io, cts: bool) {
        self.cts = cts;
        self.raise(io, CTSI, 0);
    }
}

impl Model for Pl011 {
    fn read(&mut self, io: &mut Io, offset: u64, bytes: usize) -> u64 {
        let id = [0x11_u8, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
        match offset {
            DR => {
                let character = self.received.pop_front().unwrap_or(0);
                if self.received.is_empty() {
                    self.raise(io, 0, RXI | RTI);
                }
                character.into()
            }
            FR => {
                let bits = [
                    (self.cts, 0),
                    (!self.to_send.is_empty(), 3),
                    (self.received.is_empty(), 4),
                    (self.to_send.len() >= FIFO, 5),
                    (self.to_send.is_empty(), 7),
                ];
                bits.iter().map(|(set, bit)| u64::from(*set) << bit).sum()
            }
            MIS => (self.registers.get(RIS) & self.registers.get(IMSC)).into(),
            0xfe0.. => id[(offset as usize - 0xfe0) / 4].into(),
            _ => self.registers.load(offset, bytes),
        }
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        match offset {
            DR => {
                assert!(self.to_send.len() < FIFO, "a character is written into a full FIFO");
                self.to_send.push_back(value as u8);
                io.after(TIME, 0);
            }
            ICR => return self.raise(io, 0, value as u32),
            _ => self.registers.store(offset, bytes, value),
        }
        self.raise(io, 0, 0);
    }
    fn event(&mut self, io: &mut Io, _: u32) {
        self.sent.extend(self.to_send.pop_front());
        if !self.to_send.is_empty() {
            io.after(TIME, 0);
        }
        if self.to_send.len() == FIFO / 2 || self.to_send.is_empty() {
            self.raise(io, TXI, 0);
        }
    }
}

fn start(bench: &mut Bench) -> (Handle<Pl011>, Arc<Line>) {
    let uart = bench.add("uart", 0x904_0000, 0x1000, Pl011::new());
    bench.start(TREE);
    bench.expect_bound(PATH);
    (uart, the_line())
}

fn the_line() -> Arc<Line> {
    line::list().pop().expect("the driver registers a line")
}

fn characters(text: &str) -> Vec<u16> {
    text.bytes().map(u16::from).collect()
}

/// What has come within a tenth of a second.
fn read(opened: &line::Opened) -> String {
    let mut bytes = [0; 256];
    let count = opened.read(&mut bytes, 100_000_000).expect("it can be read");
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

fn both_ways(bench: &mut Bench) {
    let (uart, line) = start(bench);
    assert_eq!((line.info().name.as_str(), line.info().fifo), ("ttyAMA0", FIFO as u32));
    let opened = line.open().expect("it opens");
    let text: Vec<u8> = (0..6000_u32).map(|n| (n % 251) as u8).collect();
    assert_eq!(opened.write(&text, 10_000_000_000), Ok(text.len()), "more than its ring holds");
    assert_eq!(opened.drain(10_000_000_000), Ok(true));
    assert!(uart.with(|uart, _| uart.sent == text), "the same in the same order");
    uart.with(|uart, io| uart.receive(io, &characters("typed")));
    assert_eq!(read(&opened), "typed");
    let counters = line.counters().expect("it is there");
    assert_eq!((counters.tx, counters.rx), (6000, 5));
}

fn parameters(bench: &mut Bench) {
    let (uart, line) = start(bench);
    let opened = line.open().expect("it opens");
    // 24 MHz / 16 / 115200 is 13 and 1/64.
    let seen = |uart: &Handle<Pl011>| {
        uart.with(|uart, _| [IBRD, FBRD, LCRH].map(|register| uart.registers.get(register)))
    };
    assert_eq!(seen(&uart), [13, 1, 0x70]);
    let wanted = Settings { baud: 9600, bits: 7, parity: line::Parity::Even, stop: 2, flow: Flow::Hardware };
    assert_eq!(line.configure(&wanted), Ok(wanted));
    assert_eq!(seen(&uart), [156, 16, 0x40 | 0x10 | 0x08 | 0x04 | 0x02]);
    assert_eq!(uart.with(|uart, _| uart.registers.get(CR)) >> 14, 0b11, "RTS and CTS by the UART itself");
    opened.set_break(true).expect("it can");
    assert_eq!(seen(&uart)[2] & 1, 1);
    opened.set_break(false).expect("it can");
    assert_eq!(seen(&uart)[2] & 1, 0);
    // Faster than its clock: it stays what it was.
    assert_eq!(line.configure(&Settings { baud: 4_000_000, ..wanted }).map(|got| got.baud), Ok(9600));
}

fn errors(bench: &mut Bench) {
    let (uart, line) = start(bench);
    let opened = line.open().expect("it opens");
    let bad = [b'a'.into(), FRAME | 0x55, b'b'.into(), PARITY | 0x55, BREAK, OVERRUN | u16::from(b'c')];
    uart.with(|uart, io| uart.receive(io, &bad));
    assert_eq!(read(&opened), "abc", "what is not in order does not reach the readers");
    let counters = line.counters().expect("it is there");
    let seen = (counters.frame, counters.parity, counters.breaks, counters.overrun, counters.rx);
    assert_eq!(seen, (1, 1, 1, 1, 6));
}

fn flow(bench: &mut Bench) {
    let (uart, line) = start(bench);
    line.configure(&Settings { flow: Flow::Hardware, ..Settings::default() }).expect("it takes them");
    let opened = line.open().expect("it opens");
    uart.with(|uart, io| uart.set_cts(io, false));
    assert!(line.modem().is_ok_and(|modem| !modem.cts && modem.rts && modem.dtr));
    uart.with(|uart, io| uart.set_cts(io, true));
    assert!(line.modem().is_ok_and(|modem| modem.cts));
    assert_eq!(opened.write(b"x", 1_000_000), Ok(1));
    assert_eq!(opened.drain(1_000_000_000), Ok(true));
}

fn storm(bench: &mut Bench) {
    let (uart, line) = start(bench);
    let opened = line.open().expect("it opens");
    uart.with(|uart, io| uart.receive(io, &[u16::from(b'x'); 3 * FIFO]));
    assert_eq!(read(&opened).len(), FIFO);
    assert_eq!(line.counters().map(|counters| counters.overrun), Ok(1));
    // Nobody reads: the ring of the line is full one day.
    for _ in 0..2 * line::RECEIVE_SIZE / FIFO {
        uart.with(|uart, io| uart.receive(io, &[u16::from(b'y'); FIFO]));
        bench.sleep_ms(1);
    }
    assert_eq!((line.waiting(), line.dropped()), (line::RECEIVE_SIZE, line::RECEIVE_SIZE as u64));
}

fn goes(bench: &mut Bench) {
    let (_, line) = start(bench);
    let opened = line.open().expect("it opens");
    bench.unbind(PATH);
    assert!(line::list().is_empty());
    assert_eq!(opened.write(b"x", 1_000_000), Err(driver_bench::io::Fault::NoDevice));
    drop(opened);
    bench.bind(PATH);
    assert_eq!(the_line().open().map(|_| ()), Ok(()));
}

fn memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}

fn leak(bench: &mut Bench) {
    let (uart, line) = start(bench);
    drop(line);
    bench.rebind_without_leak(PATH, |_| {
        let opened = the_line().open().expect("it opens");
        assert_eq!(opened.write(b"again", 1_000_000_000), Ok(5));
        assert_eq!(opened.drain(1_000_000_000), Ok(true));
        uart.with(|uart, io| uart.receive(io, &characters("there")));
        assert_eq!(read(&opened), "there");
    });
}
