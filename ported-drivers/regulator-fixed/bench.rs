// SPDX-License-Identifier: GPL-2.0-only
//! A regulator that a GPIO switches, on the bench.
//! drivers: clk-fixed-rate, gpio-cadence

use driver_bench::kernel::regulator::{Exclusive, Regulator, by_name};
use driver_bench::models::cadence_gpio::Gpio;
use driver_bench::{Bench, Handle, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("is_switched_by_its_line", switches),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/usb-vbus";
const TREE: &str = r#"
/ {
	usb-vbus {
		compatible = "regulator-fixed";
		regulator-name = "vbus";
		regulator-min-microvolt = <5000000>;
		regulator-max-microvolt = <5000000>;
		gpio = <&gpio 3 0>;
		enable-active-high;
		startup-delay-us = <5000>;
	};
};
"#;

fn start(bench: &mut Bench) -> Handle<Gpio> {
    Gpio::start(bench, TREE, PATH)
}

fn vbus() -> Regulator {
    let node = by_name("vbus").expect("the driver registers a regulator");
    Regulator::new(&node, "test", Exclusive::No).expect("it can be used")
}

fn check(bench: &mut Bench, gpio: &Handle<Gpio>) {
    let vbus = vbus();
    let before = bench.now();
    vbus.enable().expect("it is switched on");
    assert!(bench.now() - before >= 5_000_000, "5 ms until it is up");
    assert_eq!(gpio.with(|m, _| m.levels() & 8), 8);
    assert_eq!(vbus.voltage().ok(), Some(5_000_000));
    vbus.disable().expect("it is switched off");
    assert_eq!(gpio.with(|m, _| m.levels() & 8), 0);
}

fn switches(bench: &mut Bench) {
    let gpio = start(bench);
    check(bench, &gpio);
}

fn leak(bench: &mut Bench) {
    let gpio = start(bench);
    bench.rebind_without_leak(PATH, |bench| check(bench, &gpio));
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
