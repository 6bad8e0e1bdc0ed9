// SPDX-License-Identifier: GPL-2.0-only
//! Arm's PL031 on the bench: a cell of the AMBA bus, matched by its identification registers.
//! drivers: clk-fixed-rate

use driver_bench::io::rtc;
use driver_bench::{Bench, Handle, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("keeps_time", time),
    Test::new("the_alarm_rings", alarm),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("a_stranger_is_left_alone", stranger),
];

const PATH: &str = "/pl031@9010000";
const TREE: &str = r#"
/ {
	apb: apb { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	pl031@9010000 {
		compatible = "arm,pl031", "arm,primecell";
		reg = <0x9010000 0x1000>;
		interrupts = <0 2 4>;
		clocks = <&apb>;
		clock-names = "apb_pclk";
	};
};
"#;
const START: u64 = 1_700_000_000;

/// Counts seconds of the bench's clock.
struct Pl031 {
    registers: Plain,
    offset: u64,
    part: u8,
}

impl Pl031 {
    fn now(&self, io: &Io) -> u64 {
        self.offset + io.now() / 1_000_000_000
    }
    fn signal(&self, io: &mut Io) {
        io.set_line(2, self.registers.get(0x14) & self.registers.get(0x10) & 1 != 0);
    }
}

impl Model for Pl031 {
    fn read(&mut self, io: &mut Io, offset: u64, bytes: usize) -> u64 {
        let id = [self.part, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
        match offset {
            0 => self.now(io),
            0x18 => (self.registers.get(0x14) & self.registers.get(0x10)).into(),
            0xfe0.. => id[(offset as usize - 0xfe0) / 4].into(),
            _ => self.registers.load(offset, bytes),
        }
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        self.registers.store(offset, bytes, value);
        match offset {
            4 => {
                io.cancel(0);
                if let Some(left) = value.checked_sub(self.now(io)) {
                    io.after(left * 1_000_000_000, 0);
                }
            }
            8 => self.offset = value - io.now() / 1_000_000_000,
            0x1c => self.registers.set(0x14, self.registers.get(0x14) & !(value as u32)),
            _ => {}
        }
        self.signal(io);
    }
    fn event(&mut self, io: &mut Io, _: u32) {
        self.registers.set(0x14, 1);
        self.signal(io);
    }
}

fn start(bench: &mut Bench) -> Handle<Pl031> {
    let model = Pl031 { registers: Plain::new(), offset: START, part: 0x31 };
    let rtc = bench.add("rtc", 0x901_0000, 0x1000, model);
    bench.start(TREE);
    bench.expect_bound(PATH);
    rtc
}

fn clock() -> std::sync::Arc<rtc::Rtc> {
    rtc::list().pop().expect("the driver registers a clock")
}

fn time(bench: &mut Bench) {
    start(bench);
    let now = clock().read().expect("it tells the time");
    bench.sleep_ms(90_000);
    assert_eq!(clock().read().ok(), Some(now + 90));
    clock().set(2_000_000_000).expect("it is set");
    bench.sleep_ms(2000);
    let now = clock().read().expect("it tells the time");
    assert!((2_000_000_002..=2_000_000_003).contains(&now), "{now}");
}

fn alarm(bench: &mut Bench) {
    start(bench);
    let clock = clock();
    let fired = clock.fired();
    clock.set_alarm(clock.read().expect("it tells the time") + 60, true).expect("it is set");
    bench.sleep_ms(58_000);
    assert_eq!(clock.fired(), fired);
    bench.sleep_ms(4000);
    assert_eq!(clock.fired(), fired + 1);
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| _ = clock().read().expect("it tells the time"));
}

fn stranger(bench: &mut Bench) {
    let model = Pl031 { registers: Plain::new(), offset: START, part: 0x32 };
    bench.add("other", 0x901_0000, 0x1000, model);
    bench.start(TREE);
    assert!(rtc::list().is_empty(), "it has another part number");
}
