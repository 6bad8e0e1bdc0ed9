// SPDX-License-Identifier: GPL-2.0-only
//! The pin controller of the H5 on the bench: functions, drive and bias of pins, GPIOs, and their interrupts.
//! drivers: clk-fixed-rate, sunxi-wdt

use driver_bench::kernel::device::State;
use driver_bench::kernel::gpio::{Gpio, Init, Line, LineFlags};
use driver_bench::kernel::irq::virq::request::{Flags, Outcome, Request, release, request};
use driver_bench::{Bench, Fault, Handle, Io, Model, Plain, Test, What};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("pins_get_function_drive_and_bias", functions),
    Test::new("lines_are_read_and_set", lines),
    Test::new("edges_and_levels_interrupt", interrupts),
    Test::new("a_storm_at_the_parent_changes_nothing", storm),
    Test::new("a_level_that_stays_is_a_storm_that_ends_with_its_user", level_storm),
    Test::new("writes_that_are_lost_are_seen_where_the_driver_looks", faults),
    Test::new("a_tree_with_a_wrong_number_of_interrupts_is_refused", refused),
];

const AT: u64 = 0x1c2_0800;
const PATH: &str = "/pinctrl@1c20800";
/// Lines of the banks with interrupts: A, F, G.
const LINES: [u32; 3] = [11, 17, 23];
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	losc: losc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <32768>; };
	pio: pinctrl@1c20800 {
		compatible = "allwinner,sun50i-h5-pinctrl";
		reg = <0x1c20800 0x400>;
		interrupts = <0 11 4>, <0 17 4>, <0 23 4>;
		clocks = <&osc>, <&osc>, <&losc>;
		clock-names = "apb", "hosc", "losc";
		input-debounce = <0 1000 0>;
		gpio-controller;
		#gpio-cells = <3>;
		interrupt-controller;
		#interrupt-cells = <3>;
		uart: uart2-pins {
			pins = "PA0", "PA1";
			function = "uart2";
			drive-strength = <30>;
			bias-pull-up;
		};
	};
	watchdog@1c20ca0 {
		compatible = "allwinner,sun6i-a31-wdt";
		reg = <0x1c20ca0 0x20>;
		pinctrl-names = "default";
		pinctrl-0 = <&uart>;
	};
};
"#;

const BANK: u64 = 0x24;
const DATA: u64 = 0x10;
const DRIVE: u64 = 0x14;
const PULL: u64 = 0x1c;
const CONFIG: u64 = 0x200;
const CONTROL: u64 = 0x210;
const STATUS: u64 = 0x214;

/// The banks with interrupts, in the order of their registers.
const EDGE_BANKS: [u32; 3] = [0, 5, 6];

/// Registers, and what is on the wires from outside.
struct Pio {
    registers: Plain,
    wires: [u32; 8],
}

impl Pio {
    fn new() -> Self {
        Pio { registers: Plain::new(), wires: [0; 8] }
    }

    /// The function of a pin.
    fn function(&self, bank: u32, pin: u32) -> u32 {
        let at = u64::from(bank) * BANK + u64::from(pin / 8 * 4);
        self.registers.get(at) >> (pin % 8 * 4) & 7
    }

    /// What the data register of a bank reads as: inputs from outside, outputs as they are driven. Pins of other
    /// functions read as 0, so interrupts must be made inputs for a look.
    fn data(&self, bank: u32) -> u32 {
        let latch = self.registers.get(u64::from(bank) * BANK + DATA);
        let bit = |pin: u32| match self.function(bank, pin) {
            0 => self.wires[bank as usize] & 1 << pin,
            1 => latch & 1 << pin,
            _ => 0,
        };
        (0..32).map(bit).sum()
    }

    fn trigger(&self, index: u64, pin: u32) -> u32 {
        self.registers.get(CONFIG + index * 0x20 + u64::from(pin / 8 * 4)) >> (pin % 8 * 4) & 7
    }

    /// Levels keep their bits set; then the lines follow.
    fn signal(&mut self, io: &mut Io) {
        for (index, bank) in (0..).zip(EDGE_BANKS) {
            let mut status = self.registers.get(STATUS + index * 0x20);
            for pin in (0..32).filter(|pin| self.function(bank, *pin) == 6) {
                let high = self.wires[bank as usize] >> pin & 1 != 0;
                let asserted = matches!((self.trigger(index, pin), high), (2, true) | (3, false));
                status |= u32::from(asserted) << pin;
            }
            self.registers.set(STATUS + index * 0x20, status);
            io.set_line(LINES[index as usize], status & self.registers.get(CONTROL + index * 0x20) != 0);
        }
    }

    /// Somebody outside drives a wire.
    fn drive(&mut self, io: &mut Io, bank: u32, pin: u32, high: bool) {
        let before = self.wires[bank as usize] >> pin & 1 != 0;
        self.wires[bank as usize] = self.wires[bank as usize] & !(1 << pin) | u32::from(high) << pin;
        if let Some(index) = EDGE_BANKS.iter().position(|b| *b == bank)
            && self.function(bank, pin) == 6
        {
            let index = index as u64;
            let edge = matches!(
                (self.trigger(index, pin), before, high),
                (0 | 4, false, true) | (1 | 4, true, false)
            );
            let status = self.registers.get(STATUS + index * 0x20) | u32::from(edge) << pin;
            self.registers.set(STATUS + index * 0x20, status);
        }
        self.signal(io);
    }
}

impl Model for Pio {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        match offset {
            at if at < 7 * BANK && at % BANK == DATA => self.data((at / BANK) as u32).into(),
            _ => self.registers.load(offset, bytes),
        }
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        if (CONFIG..CONFIG + 0x60).contains(&offset) && offset & 0x1f == STATUS & 0x1f {
            self.registers.set(offset, self.registers.get(offset) & !(value as u32));
        } else {
            self.registers.store(offset, bytes, value);
        }
        self.signal(io);
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        Some(match offset {
            CONFIG.. => match offset & 0x1f {
                0x10 => "INT_CTL",
                0x14 => "INT_STA",
                0x18 => "INT_DEB",
                _ => "INT_CFG",
            },
            _ => match offset % BANK {
                DATA => "DAT",
                0x14 | 0x18 => "DRV",
                0x1c | 0x20 => "PUL",
                _ => "CFG",
            },
        })
    }
}

fn start(bench: &mut Bench) -> Handle<Pio> {
    let pio = bench.add("pio", AT, 0x400, Pio::new());
    bench.add("wdt", 0x1c2_0ca0, 0x20, Plain::new());
    bench.start(TREE);
    bench.expect_bound(PATH);
    pio
}

/// A line by the letter of its bank, and its number there.
fn line(bank: char, pin: u32) -> Arc<Line> {
    Bench::gpio_line(PATH, (bank as u32 - 'A' as u32) * 32 + pin)
}

fn functions(bench: &mut Bench) {
    let pio = start(bench);
    bench.expect_bound("/watchdog@1c20ca0");
    pio.with(|pio, _| {
        assert_eq!(
            (pio.function(0, 0), pio.function(0, 1), pio.function(0, 2)),
            (2, 2, 0),
            "uart2 at PA0 and PA1"
        );
        assert_eq!(pio.registers.get(DRIVE) & 0x3f, 2 << 2 | 2, "30 mA");
        assert_eq!(pio.registers.get(PULL) & 0x3f, 1 << 2 | 1, "pulled up");
        assert_ne!(pio.registers.get(CONFIG + 0x20 + 0x18), 0, "the second bank filters");
    });
}

fn lines(bench: &mut Bench) {
    let pio = start(bench);
    let out =
        Gpio::request(&line('C', 4), "test", LineFlags::empty(), Init::Output(true)).expect("PC4 is free");
    pio.with(|pio, _| {
        assert_eq!(pio.function(2, 4), 1);
        assert_eq!(pio.registers.get(2 * BANK + DATA), 1 << 4);
    });
    out.set(false).expect("it is set");
    assert!(pio.with(|pio, _| pio.registers.get(2 * BANK + DATA) == 0));
    let input =
        Gpio::request(&line('A', 7), "test", LineFlags::ACTIVE_LOW, Init::Input).expect("PA7 is free");
    pio.with(|pio, io| pio.drive(io, 0, 7, true));
    assert!(!input.get().expect("it is read"), "high is false where low is active");
    pio.with(|pio, io| pio.drive(io, 0, 7, false));
    assert!(input.get().expect("it is read"));
    assert!(
        Gpio::request(&line('C', 4), "other", LineFlags::empty(), Init::Input).is_err(),
        "PC4 has its user"
    );
    drop(out);
    Gpio::request(&line('C', 4), "other", LineFlags::empty(), Init::Input).expect("now it is free");
}

static SEEN: AtomicU32 = AtomicU32::new(0);

/// Requests the interrupt of a line.
fn watch(line: &Arc<Line>, flags: u32) -> u32 {
    let virq = line.irq().expect("the line has an interrupt");
    let handler = Box::new(|_| {
        SEEN.fetch_add(1, SeqCst);
        Outcome::Handled
    });
    let flags = Flags::from_bits_truncate(flags);
    let wish = Request { name: "test", flags, id: 1, handler: Some(handler), thread: None };
    request(virq, wish).expect("it is free");
    virq
}

fn interrupts(bench: &mut Bench) {
    let pio = start(bench);
    let rises = line('G', 8);
    let virq = watch(&rises, 1);
    for n in 1..=5 {
        pio.with(|pio, io| pio.drive(io, 6, 8, true));
        assert_eq!(SEEN.load(SeqCst), n, "each rise is seen at once");
        pio.with(|pio, io| pio.drive(io, 6, 8, false));
    }
    assert_eq!(SEEN.swap(0, SeqCst), 5, "no fall is");
    assert_eq!(bench.interrupts(LINES[2]), 5);
    release(virq, 1).expect("it is given back");
    pio.with(|pio, io| pio.drive(io, 6, 8, true));
    assert_eq!(SEEN.load(SeqCst), 0, "nobody listens any more");
    watch(&line('A', 3), 3);
    pio.with(|pio, io| pio.drive(io, 0, 3, true));
    pio.with(|pio, io| pio.drive(io, 0, 3, false));
    assert_eq!(SEEN.load(SeqCst), 2, "both edges");
}

fn storm(bench: &mut Bench) {
    let pio = start(bench);
    watch(&line('G', 8), 1);
    bench.storm(LINES[2], 5000);
    assert_eq!(bench.interrupts(LINES[2]), 5000);
    assert_eq!(SEEN.load(SeqCst), 0, "no pin says that it was it");
    pio.with(|pio, io| pio.drive(io, 6, 8, true));
    assert_eq!(SEEN.load(SeqCst), 1, "what comes afterwards is seen");
}

fn level_storm(bench: &mut Bench) {
    static LEFT: AtomicU32 = AtomicU32::new(3000);
    let pio = start(bench);
    let virq = line('A', 9).irq().expect("the line has an interrupt");
    let wire = pio.clone();
    // The device lets go of its line after a while only.
    let handler = Box::new(move |_| {
        if LEFT.fetch_sub(1, SeqCst) == 1 {
            wire.with(|pio, io| pio.drive(io, 0, 9, false));
        }
        Outcome::Handled
    });
    let flags = Flags::from_bits_truncate(4);
    request(virq, Request { name: "test", flags, id: 1, handler: Some(handler), thread: None })
        .expect("it is free");
    pio.with(|pio, io| pio.drive(io, 0, 9, true));
    bench.sleep_ms(10);
    assert_eq!(LEFT.load(SeqCst), 0);
    assert!(bench.line_open(LINES[0]), "a line that is handled stays open");
}

fn faults(bench: &mut Bench) {
    let pio = start(bench);
    bench.fault(AT + 2 * BANK, 0x10, Fault::WritesLost);
    let output =
        Gpio::request(&line('C', 4), "test", LineFlags::empty(), Init::Output(true)).expect("PC4 is free");
    assert_eq!(pio.with(|pio, _| pio.function(2, 4)), 0, "the function never arrived");
    assert!(!output.get().expect("it is read"), "so the wire does not follow");
    bench.repair(AT + 2 * BANK);
    output.line().set_output(true).expect("it is an output");
    assert!(output.get().expect("it is read"));
    let trace = bench.trace();
    let lost =
        trace.iter().filter(|e| e.register == Some("CFG") && matches!(e.what, What::Write(..))).count();
    assert!(lost > 1, "the trace has the writes");
}

fn refused(bench: &mut Bench) {
    bench.add("pio", AT, 0x400, Pio::new());
    bench.add("wdt", 0x1c2_0ca0, 0x20, Plain::new());
    bench.start(&TREE.replace(", <0 17 4>, <0 23 4>", ""));
    assert!(matches!(bench.state(PATH), Some(State::Failed(_))), "{:?}", bench.state(PATH));
}
