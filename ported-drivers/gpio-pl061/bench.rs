// SPDX-License-Identifier: GPL-2.0-only
//! Arm's PL061 on the bench: a register whose address says which lines are meant, edges and levels.
//! drivers: clk-fixed-rate

use driver_bench::kernel::gpio::{Gpio, Init, Line, LineFlags};
use driver_bench::kernel::irq::virq::request::{Flags, Outcome, Request, request};
use driver_bench::{Bench, Handle, Io, Model, Plain, Test};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("lines_are_read_and_set", lines),
    Test::new("edges_interrupt", edges),
    Test::new("a_storm_changes_nothing", storm),
];

const PATH: &str = "/pl061@9030000";
const LINE: u32 = 7;
const TREE: &str = r#"
/ {
	apb: apb { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	pl061@9030000 {
		compatible = "arm,pl061", "arm,primecell";
		reg = <0x9030000 0x1000>;
		interrupts = <0 7 4>;
		clocks = <&apb>;
		clock-names = "apb_pclk";
		gpio-controller;
		#gpio-cells = <2>;
		interrupt-controller;
		#interrupt-cells = <2>;
	};
};
"#;
const DIRECTION: u64 = 0x400;
const LEVELS: u64 = 0x404;
const BOTH: u64 = 0x408;
const RISING: u64 = 0x40c;
const ENABLE: u64 = 0x410;
const RAW: u64 = 0x414;
const MASKED: u64 = 0x418;
const CLEAR: u64 = 0x41c;

/// Eight lines.
#[derive(Default)]
struct Pl061 {
    registers: Plain,
    latch: u32,
    wires: u32,
}

impl Pl061 {
    fn levels(&self) -> u32 {
        let outputs = self.registers.get(DIRECTION);
        self.latch & outputs | self.wires & !outputs
    }
    fn signal(&self, io: &mut Io) {
        io.set_line(LINE, self.registers.get(RAW) & self.registers.get(ENABLE) != 0);
    }
    fn drive(&mut self, io: &mut Io, line: u32, high: bool) {
        let r = &self.registers;
        let before = self.wires >> line & 1 != 0;
        let wanted = r.get(BOTH) >> line & 1 != 0 || (r.get(RISING) >> line & 1 != 0) == high;
        if before != high && wanted && r.get(LEVELS) >> line & 1 == 0 {
            self.registers.set(RAW, self.registers.get(RAW) | 1 << line);
        }
        self.wires = self.wires & !(1 << line) | u32::from(high) << line;
        self.signal(io);
    }
}

impl Model for Pl061 {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        const ID: [u8; 8] = [0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
        match offset {
            0..0x400 => u64::from(self.levels()) & offset >> 2,
            MASKED => (self.registers.get(RAW) & self.registers.get(ENABLE)).into(),
            0xfe0.. => ID[(offset as usize - 0xfe0) / 4].into(),
            _ => self.registers.load(offset, bytes),
        }
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        let mask = (offset >> 2) as u32;
        match offset {
            0..0x400 => self.latch = self.latch & !mask | value as u32 & mask,
            CLEAR => self.registers.set(RAW, self.registers.get(RAW) & !(value as u32)),
            _ => self.registers.store(offset, bytes, value),
        }
        self.signal(io);
    }
}

fn start(bench: &mut Bench) -> Handle<Pl061> {
    let gpio = bench.add("gpio", 0x903_0000, 0x1000, Pl061::default());
    bench.start(TREE);
    bench.expect_bound(PATH);
    gpio
}

fn line(n: u32) -> Arc<Line> {
    Bench::gpio_line(PATH, n)
}

fn lines(bench: &mut Bench) {
    let model = start(bench);
    let out = Gpio::request(&line(3), "test", LineFlags::empty(), Init::Output(true)).expect("it is free");
    assert_eq!(model.with(|m, _| m.levels()), 8);
    out.set(false).expect("it is set");
    assert_eq!(model.with(|m, _| m.levels()), 0);
    let input = Gpio::request(&line(6), "test", LineFlags::empty(), Init::Input).expect("it is free");
    model.with(|m, io| m.drive(io, 6, true));
    assert!(input.get().expect("it is read"));
}

static SEEN: AtomicU32 = AtomicU32::new(0);

fn watch(n: u32, flags: u32) {
    let virq = line(n).irq().expect("lines have interrupts");
    let handler = Box::new(|_| {
        SEEN.fetch_add(1, SeqCst);
        Outcome::Handled
    });
    let flags = Flags::from_bits_truncate(flags);
    request(virq, Request { name: "test", flags, id: 1, handler: Some(handler), thread: None })
        .expect("it is free");
}

fn edges(bench: &mut Bench) {
    let model = start(bench);
    watch(2, 2);
    watch(5, 3);
    for n in [2, 5] {
        model.with(|m, io| m.drive(io, n, true));
        model.with(|m, io| m.drive(io, n, false));
    }
    assert_eq!(SEEN.load(SeqCst), 3, "a fall of one, both edges of the other");
}

fn storm(bench: &mut Bench) {
    let model = start(bench);
    watch(2, 1);
    bench.storm(LINE, 3000);
    assert_eq!((SEEN.load(SeqCst), bench.interrupts(LINE)), (0, 3000));
    model.with(|m, io| m.drive(io, 2, true));
    assert_eq!(SEEN.load(SeqCst), 1);
}
