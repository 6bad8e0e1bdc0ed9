// SPDX-License-Identifier: GPL-2.0-only
//! A regulator whose voltage a GPIO chooses, on the bench.
//! drivers: clk-fixed-rate, gpio-cadence

use driver_bench::kernel::regulator::{Exclusive, Regulator, by_name};
use driver_bench::models::cadence_gpio::Gpio;
use driver_bench::{Bench, Handle, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("voltages_are_levels", voltages),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/vdd-cpu";
const TREE: &str = r#"
/ {
	vdd-cpu {
		compatible = "regulator-gpio";
		regulator-name = "cpu";
		regulator-type = "voltage";
		regulator-min-microvolt = <1100000>;
		regulator-max-microvolt = <1300000>;
		gpios = <&gpio 6 0>;
		gpios-states = <1>;
		states = <1100000 0>, <1300000 1>;
	};
};
"#;

fn start(bench: &mut Bench) -> Handle<Gpio> {
    Gpio::start(bench, TREE, PATH)
}

fn check(gpio: &Handle<Gpio>) {
    let node = by_name("cpu").expect("the driver registers a regulator");
    let cpu = Regulator::new(&node, "test", Exclusive::No).expect("it can be used");
    cpu.set_voltage(1_000_000, 1_150_000).expect("there is such a voltage");
    assert_eq!(gpio.with(|m, _| m.levels() >> 6 & 1), 0);
    cpu.set_voltage(1_250_000, 1_300_000).expect("there is such a voltage");
    assert_eq!(gpio.with(|m, _| m.levels() >> 6 & 1), 1);
    assert_eq!(cpu.voltage().ok(), Some(1_300_000));
    assert!(cpu.set_voltage(1_150_000, 1_200_000).is_err(), "there is none between");
}

fn voltages(bench: &mut Bench) {
    let gpio = start(bench);
    assert_eq!(gpio.with(|m, _| m.levels() >> 6 & 1), 1, "as the tree says");
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
