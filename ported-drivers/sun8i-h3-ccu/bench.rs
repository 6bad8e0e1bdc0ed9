// SPDX-License-Identifier: GPL-2.0-only
//! The clocks and resets of the H5 on the bench: PLLs that lock after a while, dividers, gates.
//! drivers: clk-fixed-rate

use driver_bench::kernel::clk;
use driver_bench::kernel::reset::{self, Mode, Reset};
use driver_bench::{Bench, Fault, Handle, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("a_pll_is_set_and_locks", pll),
    Test::new("a_pll_that_never_locks_is_reported", no_lock),
    Test::new("rates_choose_parents_and_dividers", rates),
    Test::new("gates_and_resets_are_bits", gates),
];

const AT: u64 = 0x1c2_0000;
const PATH: &str = "/clock@1c20000";
const TREE: &str = r#"
/ {
	hosc: hosc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>;
		clock-output-names = "osc24M"; };
	losc: losc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <32768>;
		clock-output-names = "osc32k"; };
	clock@1c20000 {
		compatible = "allwinner,sun50i-h5-ccu";
		reg = <0x1c20000 0x400>;
		clocks = <&hosc>, <&losc>;
		clock-names = "hosc", "losc";
		#clock-cells = <1>;
		#reset-cells = <1>;
		phandle = <0x51>;
	};
};
"#;
const ON: u32 = 1 << 31;
const LOCKED: u32 = 1 << 28;
/// The first register that is no PLL's.
const BUSES: u64 = 0x50;

/// Registers; PLLs lock 20 us after they change.
struct Ccu(Plain);

impl Model for Ccu {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        self.0.load(offset, bytes)
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        self.0.store(offset, bytes, value);
        if offset < BUSES {
            self.0.set(offset, value as u32 & !LOCKED);
            io.cancel(offset as u32);
            if value as u32 & ON != 0 {
                io.after(20_000, offset as u32);
            }
        }
    }
    fn event(&mut self, _: &mut Io, pll: u32) {
        self.0.set(pll.into(), self.0.get(pll.into()) | LOCKED);
    }
}

fn start(bench: &mut Bench) -> Handle<Ccu> {
    // What firmware leaves: the CPU at 408 MHz, the peripherals' PLL at 600.
    let ccu = Ccu(Plain::with(&[(0, ON | LOCKED | 16 << 8), (0x28, ON | LOCKED | 0x1811), (0x54, 0x3180)]));
    let ccu = bench.add("ccu", AT, 0x400, ccu);
    bench.start(TREE);
    bench.expect_bound(PATH);
    ccu
}

fn clock(name: &str) -> clk::Clk {
    clk::find(name, "test").expect("the driver registers this clock")
}

fn pll(bench: &mut Bench) {
    let ccu = start(bench);
    assert_eq!(clock("pll-periph0").rate(), 600_000_000);
    let cpu = clock("pll-cpux");
    assert_eq!(cpu.rate(), 408_000_000);
    cpu.prepare_enable().expect("it is opened");
    let before = bench.now();
    cpu.set_rate(816_000_000).expect("there is such a rate");
    assert!(bench.now() - before >= 20_000, "it waits for the lock");
    let register = ccu.with(|ccu, _| ccu.0.get(0));
    let (n, k, m, p) = (register >> 8 & 31, register >> 4 & 3, register & 3, register >> 16 & 3);
    assert_eq!((24_000_000 * (n + 1) * (k + 1) / (m + 1)) >> p, 816_000_000, "{register:#x}");
    assert_eq!(register & (ON | LOCKED), ON | LOCKED);
}

fn no_lock(bench: &mut Bench) {
    start(bench);
    bench.fault(AT, 4, Fault::Stuck { mask: LOCKED.into(), value: 0 });
    let cpu = clock("pll-cpux");
    cpu.prepare_enable().expect("it is opened");
    let before = bench.now();
    let _ = cpu.set_rate(1_008_000_000);
    assert!(bench.now() - before >= 70_000_000, "it waits for 70 ms");
    assert!(
        bench.log().iter().any(|line| line.contains("ccu_common.c")),
        "and warns:\n{}",
        bench.log().join("\n")
    );
}

fn rates(bench: &mut Bench) {
    let ccu = start(bench);
    let mmc = clock("mmc0");
    mmc.set_rate(50_000_000).expect("there is such a rate");
    assert_eq!(mmc.rate(), 50_000_000);
    let register = ccu.with(|ccu, _| ccu.0.get(0x88));
    assert_eq!(register >> 24 & 3, 1, "from the peripherals' PLL");
    assert_eq!((1 << (register >> 16 & 3)) * ((register & 15) + 1), 12);
    mmc.set_rate(400_000).expect("there is such a rate");
    assert_eq!(ccu.with(|ccu, _| ccu.0.get(0x88)) >> 24 & 3, 0, "from the oscillator");
}

fn gates(bench: &mut Bench) {
    let ccu = start(bench);
    let bus = clock("bus-mmc0");
    bus.prepare_enable().expect("it is opened");
    assert_eq!(ccu.with(|ccu, _| ccu.0.get(0x60)), 1 << 8);
    bus.disable_unprepare();
    assert_eq!(ccu.with(|ccu, _| ccu.0.get(0x60)), 0);
    let controller = reset::by_phandle(0x51).expect("it is registered");
    // RST_BUS_MMC0.
    let reset = Reset::new(&controller, 7, Mode::Exclusive, "test").expect("it is free");
    reset.deassert().expect("it is released");
    assert_eq!(ccu.with(|ccu, _| ccu.0.get(0x2c0)), 1 << 8);
    reset.assert().expect("it is asserted");
    assert_eq!(ccu.with(|ccu, _| ccu.0.get(0x2c0)), 0);
}
