// SPDX-License-Identifier: GPL-2.0-only
//! Cadence's GPIO controller.

use crate::{Bench, Handle, Io, Model, Plain};

const DIRECTION: u64 = 0x04;
const OUTPUT: u64 = 0x0c;
const INPUT: u64 = 0x10;
const MASK: u64 = 0x14;
const ENABLE: u64 = 0x18;
const DISABLE: u64 = 0x1c;
const STATUS: u64 = 0x20;
const TYPE: u64 = 0x24;
const VALUE: u64 = 0x28;

/// Its nodes, `&gpio` and its clock, for the start of a tree.
const NODES: &str = r#"
/ {
	gpioclk: gpioclk { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <50000000>; };
	gpio: gpio@8000 {
		compatible = "cdns,gpio-r1p02";
		reg = <0x8000 0x30>;
		interrupts = <0 20 4>;
		clocks = <&gpioclk>;
		gpio-controller;
		#gpio-cells = <2>;
		interrupt-controller;
		#interrupt-cells = <2>;
	};
};
"#;

/// 32 lines: inputs from outside, levels as interrupts.
pub struct Gpio {
    registers: Plain,
    wires: u32,
    masked: u32,
}

impl Gpio {
    fn new() -> Self {
        Gpio { registers: Plain::new(), wires: 0, masked: u32::MAX }
    }

    /// Adds the controller, with all wires low, and starts the bench with its nodes and those of `tree`.
    ///
    /// # Panics
    /// If no driver is bound to the node at `path`.
    pub fn start(bench: &mut Bench, tree: &str, path: &str) -> Handle<Self> {
        let gpio = bench.add("gpio", 0x8000, 0x30, Gpio::new());
        bench.start(&format!("{NODES}{tree}"));
        bench.expect_bound(path);
        gpio
    }

    /// The level of every wire.
    pub fn levels(&self) -> u32 {
        let inputs = self.registers.get(DIRECTION);
        self.wires & inputs | self.registers.get(OUTPUT) & !inputs
    }

    /// Which lines are driven by the controller.
    pub fn outputs(&self) -> u32 {
        !self.registers.get(DIRECTION)
    }

    /// Somebody outside drives a wire.
    pub fn drive(&mut self, io: &mut Io, line: u32, high: bool) {
        self.wires = self.wires & !(1 << line) | u32::from(high) << line;
        self.signal(io);
    }

    fn status(&self) -> u32 {
        !(self.levels() ^ self.registers.get(VALUE)) & self.registers.get(TYPE)
    }

    fn signal(&self, io: &mut Io) {
        io.set_line(20, self.status() & !self.masked != 0);
    }
}

impl Model for Gpio {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        match offset {
            INPUT => self.levels().into(),
            MASK => self.masked.into(),
            STATUS => self.status().into(),
            _ => self.registers.load(offset, bytes),
        }
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        match offset {
            ENABLE => self.masked &= !(value as u32),
            DISABLE => self.masked |= value as u32,
            _ => self.registers.store(offset, bytes, value),
        }
        self.signal(io);
    }
}
