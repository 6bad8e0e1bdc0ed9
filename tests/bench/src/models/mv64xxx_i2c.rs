// SPDX-License-Identifier: GPL-2.0-only
//! The I2C controller of Allwinner's A31 and later, with devices of registers on its bus.

use crate::{Bench, Handle, Io, Model, Plain};

const DATA: u64 = 0x08;
const CONTROL: u64 = 0x0c;
const STATUS: u64 = 0x10;

const ACK: u32 = 1 << 2;
const FLAG: u32 = 1 << 3;
const STOP: u32 = 1 << 4;
const START: u32 = 1 << 5;
const ENABLE: u32 = 1 << 7;

/// Its node: one controller at interrupt 6, `&i2c`, with its clock.
const NODES: &str = r#"
/ {
	i2cclk: i2cclk { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	i2c: i2c@1c2ac00 {
		compatible = "allwinner,sun6i-a31-i2c";
		reg = <0x1c2ac00 0x400>;
		interrupts = <0 6 4>;
		clocks = <&i2cclk>;
		#address-cells = <1>;
		#size-cells = <0>;
	};
};
"#;
/// Its interrupt line.
pub const LINE: u32 = 6;

/// How long a byte takes.
const BYTE: u64 = 90_000;

/// A device: registers behind a pointer that goes on by itself.
pub struct Device {
    /// Its address.
    pub address: u8,
    /// Its registers.
    pub registers: [u8; 64],
    pointer: usize,
    addressed: bool,
}

impl Device {
    /// All zero.
    pub fn new(address: u8) -> Self {
        Device { address, registers: [0; 64], pointer: 0, addressed: false }
    }
    fn take(&mut self, byte: u8) {
        if std::mem::take(&mut self.addressed) {
            self.pointer = usize::from(byte);
        } else {
            self.registers[self.pointer % 64] = byte;
            self.pointer += 1;
        }
    }
    fn give(&mut self) -> u8 {
        self.pointer += 1;
        self.registers[(self.pointer - 1) % 64]
    }
}

/// Where a transfer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Started,
    Writing,
    Reading,
}

/// The controller.
pub struct I2c {
    registers: Plain,
    status: u32,
    state: State,
    start: bool,
    flag: bool,
    chosen: Option<usize>,
    /// What is on the bus.
    pub devices: Vec<Device>,
    /// The next starts lose the bus to somebody else.
    pub lost: u32,
    /// Nothing ever ends.
    pub hangs: bool,
}

impl I2c {
    /// Adds the controller with these devices on its bus, and starts the bench with its node and those of `tree`.
    ///
    /// # Panics
    /// If no driver is bound to the node at `path`.
    pub fn start(bench: &mut Bench, devices: Vec<Device>, tree: &str, path: &str) -> Handle<Self> {
        let i2c = bench.add("i2c", 0x1c2_ac00, 0x400, I2c::new(devices));
        bench.start(&format!("{NODES}{tree}"));
        bench.expect_bound(path);
        i2c
    }

    fn new(devices: Vec<Device>) -> Self {
        I2c {
            registers: Plain::new(),
            status: 0xf8,
            state: State::Idle,
            start: false,
            flag: false,
            chosen: None,
            devices,
            lost: 0,
            hangs: false,
        }
    }

    fn control(&self) -> u32 {
        self.registers.get(CONTROL)
    }

    fn signal(&self, io: &mut Io) {
        io.set_line(LINE, self.flag && self.control() & ENABLE != 0);
    }

    /// The next step, at its end.
    fn step(&mut self) {
        let again = self.state != State::Idle;
        let byte = self.registers.get(DATA) as u8;
        let device = self.chosen.and_then(|n| self.devices.get_mut(n));
        self.status = match (std::mem::take(&mut self.start), self.state, device) {
            (true, ..) if self.lost > 0 => {
                self.lost -= 1;
                0x38
            }
            (true, ..) => {
                self.state = State::Started;
                if again { 0x10 } else { 0x08 }
            }
            (_, State::Started, _) => {
                self.chosen = self.devices.iter().position(|device| device.address == byte >> 1);
                self.state = if byte & 1 != 0 { State::Reading } else { State::Writing };
                if let Some(device) = self.chosen.and_then(|n| self.devices.get_mut(n)) {
                    device.addressed = byte & 1 == 0;
                }
                match (byte & 1, self.chosen) {
                    (0, Some(_)) => 0x18,
                    (0, None) => 0x20,
                    (_, Some(_)) => 0x40,
                    (_, None) => 0x48,
                }
            }
            (_, State::Writing, Some(device)) => {
                device.take(byte);
                0x28
            }
            (_, State::Reading, Some(device)) => {
                let byte = device.give();
                self.registers.set(DATA, byte.into());
                if self.control() & ACK != 0 { 0x50 } else { 0x58 }
            }
            _ => 0xf8,
        };
        self.flag = true;
    }
}

impl Model for I2c {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        match offset {
            CONTROL => (self.control() | if self.flag { FLAG } else { 0 }).into(),
            STATUS => self.status.into(),
            _ => self.registers.load(offset, bytes),
        }
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        if offset != CONTROL {
            return self.registers.store(offset, bytes, value);
        }
        let word = value as u32;
        self.registers.set(CONTROL, word & !(FLAG | START | STOP));
        self.start |= word & START != 0;
        let cleared = self.flag && word & FLAG != 0;
        if cleared {
            self.flag = false;
        }
        if word & STOP != 0 {
            (self.state, self.status, self.chosen, self.start) = (State::Idle, 0xf8, None, false);
        } else if !self.flag && (cleared && self.state != State::Idle || self.start) && !self.hangs {
            io.cancel(0);
            io.after(BYTE, 0);
        }
        self.signal(io);
    }

    fn event(&mut self, io: &mut Io, _: u32) {
        self.step();
        self.signal(io);
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        [(0, "ADDR"), (DATA, "DATA"), (CONTROL, "CNTR"), (STATUS, "STAT"), (0x14, "CCR"), (0x18, "SRST")]
            .into_iter()
            .find(|(at, _)| *at == offset)
            .map(|(_, name)| name)
    }
}
