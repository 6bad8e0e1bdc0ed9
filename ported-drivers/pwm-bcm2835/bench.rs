// SPDX-License-Identifier: GPL-2.0-only
//! The pulse width modulators of the BCM2835 on the bench.
//! drivers: clk-fixed-rate

use driver_bench::kernel::pwm::{self, Pwm, State};
use driver_bench::{Bench, Handle, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("periods_become_cycles", cycles),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/pwm@3f20c000";
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <10000000>; };
	pwm@3f20c000 { compatible = "brcm,bcm2835-pwm"; reg = <0x3f20c000 0x28>; clocks = <&osc>; #pwm-cells = <3>; };
};
"#;

fn start(bench: &mut Bench) -> Handle<Plain> {
    let pwm = bench.add("pwm", 0x3f20_c000, 0x28, Plain::new());
    bench.start(TREE);
    bench.expect_bound(PATH);
    pwm
}

fn take(line: u32) -> Pwm {
    let chip = pwm::list().pop().expect("the driver registers a chip");
    Pwm::take(&chip, line, "test").expect("the line is free")
}

fn cycles(bench: &mut Bench) {
    let model = start(bench);
    let pwm = take(1);
    let state = State { period: 1_000_000, duty: 250_000, enabled: true, ..State::default() };
    pwm.apply(&state).expect("it is set");
    model.with(|m, _| {
        assert_eq!((m.get(0x20), m.get(0x24)), (10_000, 2_500), "1 ms at 10 MHz");
        assert_eq!(m.get(0), 0x8100, "on, by marks and spaces");
    });
    pwm.apply(&State { inversed: true, enabled: false, ..state }).expect("it is set");
    assert_eq!(model.with(|m, _| m.get(0)), 0x9000, "off, inverted");
    assert!(pwm.apply(&State { period: 1, duty: 0, ..state }).is_err(), "a cycle is too short");
    assert!(pwm.apply(&State { period: 1000, duty: 2000, ..state }).is_err(), "more than all");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let state = State { period: 1000, duty: 500, enabled: true, ..State::default() };
        take(0).apply(&state).expect("it is set");
    });
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
