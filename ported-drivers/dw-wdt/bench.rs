// SPDX-License-Identifier: GPL-2.0-only
//! Synopsys' watchdog on the bench: timeouts by powers of two, and a reset line.
//! drivers: clk-fixed-rate, reset-simple

use driver_bench::io::watchdog;
use driver_bench::{Bench, Handle, Plain, Test, What};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("counts_by_powers_of_two", counts),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/watchdog@ffd02000";
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <65536>; };
	rst: reset@1000 { compatible = "snps,dw-low-reset"; reg = <0x1000 0x4>; #reset-cells = <1>; };
	watchdog@ffd02000 {
		compatible = "snps,dw-wdt";
		reg = <0xffd02000 0x100>;
		interrupts = <0 34 1>;
		clocks = <&osc>;
		resets = <&rst 4>;
	};
};
"#;

fn start(bench: &mut Bench) -> (Handle<Plain>, Handle<Plain>) {
    // All timeouts are powers of two: so says its parameter register.
    let wdt = bench.add("wdt", 0xffd0_2000, 0x100, Plain::with(&[(0xf4, 1 << 6)]));
    let reset = bench.add("reset", 0x1000, 4, Plain::new());
    bench.start(TREE);
    bench.expect_bound(PATH);
    (wdt, reset)
}

fn counts(bench: &mut Bench) {
    let (wdt, reset) = start(bench);
    assert_eq!(reset.with(|m, _| m.get(0)), 1 << 4, "its reset is released");
    let dog = watchdog::list().pop().expect("the driver registers a watchdog");
    dog.set_timeout(60).expect("it is set");
    assert_eq!(wdt.with(|m, _| m.get(4) & 15), 6, "64 s are the next power of two");
    bench.clear_trace();
    dog.start(false).expect("it starts");
    assert_eq!(wdt.with(|m, _| m.get(0) & 1), 1);
    dog.ping().expect("it is fed");
    assert!(bench.trace().iter().any(|e| e.offset == 0xc && e.what == What::Write(4, 0x76)), "by its key");
    dog.stop().expect("its reset stops it");
    assert!(bench.trace().iter().any(|e| e.model == "reset" && e.what == What::Write(4, 0)));
}

fn leak(bench: &mut Bench) {
    let (_, reset) = start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let dog = watchdog::list().pop().expect("the driver registers a watchdog");
        dog.start(false).and_then(|()| dog.ping()).and_then(|()| dog.stop()).expect("it starts and stops");
    });
    bench.unbind(PATH);
    assert_eq!(reset.with(|m, _| m.get(0)), 0, "it is held in reset when nobody has it");
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
