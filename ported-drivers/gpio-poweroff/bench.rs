// SPDX-License-Identifier: GPL-2.0-only
//! Switching off by a GPIO, on the bench.
//! drivers: clk-fixed-rate, gpio-cadence

use driver_bench::kernel::power;
use driver_bench::models::cadence_gpio::Gpio;
use driver_bench::{Bench, Handle, Test, What};

/// The tests.
pub const TESTS: &[Test] =
    &[Test::new("pulses_its_line", pulses), Test::new("comes_and_goes_without_a_leak", leak)];

const PATH: &str = "/poweroff";
const TREE: &str =
    "/ { poweroff { compatible = \"gpio-poweroff\"; gpios = <&gpio 9 0>; timeout-ms = <50>; }; };";

fn start(bench: &mut Bench) -> Handle<Gpio> {
    Gpio::start(bench, TREE, PATH)
}

fn pulses(bench: &mut Bench) {
    let gpio = start(bench);
    assert_eq!(gpio.with(|m, _| m.levels() >> 9 & 1), 0);
    bench.clear_trace();
    // Nothing is switched off here, so it returns.
    let _ = power::poweroff();
    let levels = bench.trace().into_iter().filter_map(|entry| match (entry.offset, entry.what) {
        (0xc, What::Write(_, value)) => Some(value >> 9 & 1),
        _ => None,
    });
    assert_eq!(levels.collect::<Vec<_>>(), [1, 0, 1]);
    bench.clear_trace();
    bench.unbind(PATH);
    let _ = power::poweroff();
    assert!(!bench.trace().iter().any(|entry| entry.offset == 0xc), "nobody is asked that is gone");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| ());
}
