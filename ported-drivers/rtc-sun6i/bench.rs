// SPDX-License-Identifier: GPL-2.0-only
//! The clock of Allwinner's SoCs on the bench: time of day, alarm, its oscillator's clocks.
//! drivers: clk-fixed-rate

use driver_bench::io::rtc::{self, DateTime};
use driver_bench::{Bench, Fault, Handle, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("keeps_time", keeps_time),
    Test::new("the_alarm_rings", alarm),
    Test::new("a_busy_bit_that_sticks_is_a_time_out", busy),
    Test::new("comes_and_goes_without_a_leak", leak),
];

const AT: u64 = 0x1f0_0000;
const PATH: &str = "/rtc@1f00000";
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <32768>; };
	rtc@1f00000 {
		compatible = "allwinner,sun50i-h5-rtc", "allwinner,sun8i-h3-rtc";
		reg = <0x1f00000 0x400>;
		interrupts = <0 40 4>, <0 41 4>;
		clock-output-names = "osc32k", "osc32k-out", "iosc";
		clocks = <&osc>;
		#clock-cells = <1>;
	};
};
"#;
const CONTROL: u64 = 0;
const DATE: u64 = 0x10;
const TIME: u64 = 0x14;
const LEFT: u64 = 0x20;
const ALARM_ON: u64 = 0x28;
const ALARM_IRQ: u64 = 0x2c;
const ALARM_STATE: u64 = 0x30;
const SECOND: i64 = 1_000_000_000;

/// Counts on the bench's clock.
struct Rtc {
    registers: Plain,
    /// What the time was when the bench started, in seconds since 1970.
    offset: i64,
}

impl Rtc {
    fn now(&self, io: &Io) -> DateTime {
        DateTime::from_unix(self.offset + io.now() as i64 / SECOND)
    }
    fn set(&mut self, io: &Io, now: DateTime) {
        self.offset = now.to_unix().expect("a driver sets dates that there are") - io.now() as i64 / SECOND;
    }
    fn signal(&self, io: &mut Io) {
        io.set_line(40, self.registers.get(ALARM_STATE) & self.registers.get(ALARM_IRQ) & 1 != 0);
    }
}

impl Model for Rtc {
    fn read(&mut self, io: &mut Io, offset: u64, bytes: usize) -> u64 {
        let now = self.now(io);
        match offset {
            DATE => (now.year as u64 - 1970) << 16 | u64::from(now.month) << 8 | u64::from(now.day),
            TIME => u64::from(now.hour) << 16 | u64::from(now.minute) << 8 | u64::from(now.second),
            _ => self.registers.load(offset, bytes),
        }
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        let now = self.now(io);
        let field = |shift: u64, bits: u64| (value >> shift & bits) as u8;
        match offset {
            DATE => {
                let year = 1970 + i32::from(field(16, 0x3f));
                self.set(io, DateTime { year, month: field(8, 15), day: field(0, 31), ..now });
            }
            TIME => self
                .set(io, DateTime { hour: field(16, 31), minute: field(8, 63), second: field(0, 63), ..now }),
            ALARM_STATE => self.registers.set(offset, self.registers.get(offset) & !(value as u32)),
            _ => self.registers.store(offset, bytes, value),
        }
        if offset == ALARM_ON {
            io.cancel(0);
            if value & 1 != 0 {
                io.after(u64::from(self.registers.get(LEFT)) * SECOND as u64, 0);
            }
        }
        self.signal(io);
    }

    fn event(&mut self, io: &mut Io, _: u32) {
        self.registers.set(ALARM_STATE, 1);
        self.signal(io);
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        let names = [
            (CONTROL, "LOSC_CTRL"),
            (DATE, "YMD"),
            (TIME, "HMS"),
            (LEFT, "ALM_CNT"),
            (ALARM_STATE, "ALM_STA"),
        ];
        names.into_iter().find(|(at, _)| *at == offset).map(|(_, name)| name)
    }
}

/// Midnight of the 29th of February 2024.
const LEAP: i64 = 1_709_164_800;

fn start(bench: &mut Bench) -> Handle<Rtc> {
    let rtc = bench.add("rtc", AT, 0x400, Rtc { registers: Plain::new(), offset: LEAP - 10 });
    bench.start(TREE);
    bench.expect_bound(PATH);
    rtc
}

fn clock() -> std::sync::Arc<rtc::Rtc> {
    rtc::list().pop().expect("the driver registers a clock")
}

fn keeps_time(bench: &mut Bench) {
    start(bench);
    let now = clock().read().expect("it tells the time");
    assert!((LEAP - 10..LEAP).contains(&now), "{now}");
    bench.sleep_ms(12_000);
    assert_eq!(clock().read().ok().map(|t| t - now), Some(12), "across midnight, to a leap day");
    clock().set(1_900_000_000).expect("it is set");
    bench.sleep_ms(5000);
    assert!((1_900_000_005..=1_900_000_006).contains(&clock().read().expect("it tells the time")));
    assert!(clock().set(4_000_000_000).is_err(), "the year does not fit");
}

fn alarm(bench: &mut Bench) {
    start(bench);
    let (clock, fired) = (clock(), clock().fired());
    let at = clock.read().expect("it tells the time") + 30;
    clock.set_alarm(at, true).expect("it is set");
    bench.sleep_ms(29_000);
    assert_eq!(clock.fired(), fired, "not yet");
    bench.sleep_ms(2000);
    assert_eq!(clock.fired(), fired + 1);
    assert_eq!(bench.interrupts(40), 1);
}

fn busy(bench: &mut Bench) {
    start(bench);
    bench.fault(AT + CONTROL, 4, Fault::Stuck { mask: 1 << 8, value: 1 << 8 });
    let before = bench.now();
    assert!(clock().set(LEAP).is_err());
    assert!(bench.said("rtc is still busy") && bench.now() - before >= 45_000_000);
    bench.repair(AT + CONTROL);
    clock().set(LEAP).expect("now it is set");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |bench| {
        clock().read().expect("it tells the time");
        bench.sleep_ms(10);
    });
}
