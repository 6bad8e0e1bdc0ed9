// SPDX-License-Identifier: GPL-2.0-only
//! A clock that a GPIO gates, on the bench.
//! drivers: clk-fixed-rate, gpio-cadence

use driver_bench::kernel::clk;
use driver_bench::models::cadence_gpio::Gpio;
use driver_bench::{Bench, Handle, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("is_gated_by_its_line", gates),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/gated";
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <12000000>; };
	gated { compatible = "gpio-gate-clock"; clocks = <&osc>; #clock-cells = <0>; enable-gpios = <&gpio 2 0>; };
};
"#;

fn start(bench: &mut Bench) -> Handle<Gpio> {
    Gpio::start(bench, TREE, PATH)
}

fn check(gpio: &Handle<Gpio>) {
    let clk = clk::find("gated", "test").expect("the driver registers a clock");
    assert_eq!(clk.rate(), 12_000_000);
    clk.prepare_enable().expect("it is opened");
    assert_eq!(gpio.with(|m, _| m.levels() & 4), 4);
    clk.disable_unprepare();
    assert_eq!(gpio.with(|m, _| m.levels() & 4), 0);
}

fn gates(bench: &mut Bench) {
    let gpio = start(bench);
    check(&gpio);
}

fn leak(bench: &mut Bench) {
    let gpio = start(bench);
    bench.rebind_without_leak(PATH, |_| check(&gpio));
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
