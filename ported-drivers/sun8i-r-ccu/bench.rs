// SPDX-License-Identifier: GPL-2.0-only
//! The clocks and resets of the always-on domain of Allwinner's SoCs on the bench.
//! drivers: clk-fixed-rate

use driver_bench::kernel::clk;
use driver_bench::kernel::reset::{self, Mode, Reset};
use driver_bench::{Bench, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[Test::new("gates_dividers_and_resets", all)];

const TREE: &str = r#"
/ {
	hosc: hosc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; clock-output-names = "osc24M"; };
	losc: losc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <32768>; clock-output-names = "osc32k"; };
	iosc: iosc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <16000000>; };
	pll: pll { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <600000000>; };
	clock@1f01400 {
		compatible = "allwinner,sun8i-h3-r-ccu";
		reg = <0x1f01400 0x100>;
		clocks = <&hosc>, <&losc>, <&iosc>, <&pll>;
		clock-names = "hosc", "losc", "iosc", "pll-periph";
		#clock-cells = <1>;
		#reset-cells = <1>;
		phandle = <0x51>;
	};
};
"#;

fn all(bench: &mut Bench) {
    // AR100 and its buses from the oscillator, undivided; its bus by two.
    let ccu = bench.add("r-ccu", 0x1f0_1400, 0x100, Plain::with(&[(0, 1 << 16), (0x0c, 1)]));
    bench.start(TREE);
    bench.expect_bound("/clock@1f01400");
    let bus = clk::find("apb0", "test").expect("the driver registers it");
    assert_eq!(bus.rate(), 12_000_000, "the register divides by 2");
    let i2c = clk::find("apb0-i2c", "test").expect("the driver registers it");
    i2c.prepare_enable().expect("it is opened");
    assert_eq!(ccu.with(|m, _| m.get(0x28)), 1 << 6);
    i2c.disable_unprepare();
    assert_eq!(ccu.with(|m, _| m.get(0x28)), 0);
    let infrared = clk::find("ir", "test").expect("the driver registers it");
    infrared.set_rate(3_000_000).expect("there is such a rate");
    assert_eq!(infrared.rate(), 3_000_000);
    let controller = reset::by_phandle(0x51).expect("it is registered");
    // RST_APB0_IR.
    let reset = Reset::new(&controller, 0, Mode::Exclusive, "test").expect("it is free");
    reset.deassert().expect("it is released");
    assert_eq!(ccu.with(|m, _| m.get(0xb0)), 1 << 1);
}
