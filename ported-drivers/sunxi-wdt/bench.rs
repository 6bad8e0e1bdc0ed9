// SPDX-License-Identifier: GPL-2.0-only
//! The watchdog on the bench.

use driver_bench::io::watchdog;
use driver_bench::{Bench, Fault, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("counts_down_and_is_fed", counts_down_and_is_fed),
    Test::new("comes_and_goes_without_a_leak", comes_and_goes_without_a_leak),
    Test::new("fails_where_there_is_no_memory", fails_where_there_is_no_memory),
];

const AT: u64 = 0x1c2_0ca0;
const PATH: &str = "/watchdog@1c20ca0";
const TREE: &str = r#"
/ {
	watchdog@1c20ca0 {
		compatible = "allwinner,sun6i-a31-wdt";
		reg = <0x1c20ca0 0x20>;
		interrupts = <0 25 4>;
	};
};
"#;

const CTRL: u64 = 0x10;
const CFG: u64 = 0x14;
const MODE: u64 = 0x18;
/// What must be written to `CTRL` to begin anew: the key, and the order.
const RELOAD: u64 = 0xa57 << 1 | 1;

/// Seconds for the values of `MODE`, bits 7:4, in half seconds.
const HALVES: [u64; 12] = [1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32];

/// The watchdog of the A31 and later.
#[derive(Default)]
struct Wdt {
    registers: Plain,
    feeds: u32,
    expired: bool,
}

impl Wdt {
    fn restart(&mut self, io: &mut Io) {
        io.cancel(0);
        let mode = self.registers.get(MODE);
        if mode & 1 != 0 {
            let halves = HALVES.get(mode as usize >> 4 & 15).copied().unwrap_or(32);
            io.after(halves * 500_000_000, 0);
        }
    }
}

impl Model for Wdt {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        self.registers.load(offset, bytes)
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        if offset == CTRL {
            // It is written only.
            if value == RELOAD {
                self.feeds += 1;
                self.restart(io);
            }
            return;
        }
        let before = self.registers.get(MODE);
        self.registers.store(offset, bytes, value);
        if offset == MODE && before != self.registers.get(MODE) {
            self.restart(io);
        }
    }

    fn event(&mut self, io: &mut Io, _: u32) {
        io.note("the watchdog expires");
        self.expired = true;
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        [(0, "IRQ_EN"), (4, "IRQ_STA"), (CTRL, "CTRL"), (CFG, "CFG"), (MODE, "MODE")]
            .into_iter()
            .find(|(at, _)| *at == offset)
            .map(|(_, name)| name)
    }
}

fn counts_down_and_is_fed(bench: &mut Bench) {
    let model = bench.add("wdt", AT, 0x20, Wdt::default());
    bench.start(TREE);
    bench.expect_bound(PATH);
    let wdt = watchdog::list().pop().expect("the driver registers a watchdog");
    assert_eq!(wdt.set_timeout(4).expect("4 s can be had"), 4);
    wdt.start(false).expect("it starts");
    model.with(|m, _| {
        assert_eq!(m.registers.get(MODE), 4 << 4 | 1, "4 s, enabled");
        assert_eq!(m.registers.get(CFG) & 3, 1, "it resets the system");
    });
    let fed = model.with(|m, _| m.feeds);
    for _ in 0..5 {
        bench.sleep_ms(3000);
        wdt.ping().expect("it is fed");
    }
    assert!(model.with(|m, _| m.feeds >= fed + 5 && !m.expired), "it does not bark while it is fed");
    bench.sleep_ms(4001);
    assert!(model.with(|m, _| m.expired), "it expires when nobody feeds it");
}

fn comes_and_goes_without_a_leak(bench: &mut Bench) {
    let model = bench.add("wdt", AT, 0x20, Wdt::default());
    bench.start(TREE);
    bench.rebind_without_leak(PATH, |bench| {
        let wdt = watchdog::list().pop().expect("the driver registers a watchdog");
        wdt.start(false).expect("it starts");
        assert!(model.with(|m, _| m.registers.get(MODE) & 1 == 1));
        bench.sleep_ms(100);
        wdt.stop().expect("it stops");
        assert!(model.with(|m, _| m.registers.get(MODE) & 1 == 0));
    });
    // A device that has gone away takes nobody with it.
    bench.fault(AT, 0x20, Fault::Gone);
    let wdt = watchdog::list().pop().expect("the driver registers a watchdog");
    let _ = wdt.start(false);
    bench.repair(AT);
}

/// Each allocation of the probe fails once: the probe fails or does without, and leaves nothing behind.
fn fails_where_there_is_no_memory(bench: &mut Bench) {
    bench.add("wdt", AT, 0x20, Wdt::default());
    bench.start(TREE);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
