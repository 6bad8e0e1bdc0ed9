// SPDX-License-Identifier: GPL-2.0-only
//! Amlogic's watchdog on the bench.

use driver_bench::io::watchdog;
use driver_bench::{Bench, Handle, Plain, Test, What};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("counts_in_units_of_its_chip", counts),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/watchdog@c1109900";
const TREE: &str = "/ { watchdog@c1109900 { compatible = \"amlogic,meson8b-wdt\"; reg = <0xc1109900 0x8>; interrupts = <0 0 1>; }; };";
const ON: u32 = 1 << 19;

fn start(bench: &mut Bench) -> Handle<Plain> {
    let wdt = bench.add("wdt", 0xc110_9900, 8, Plain::with(&[(0, ON)]));
    bench.start(TREE);
    bench.expect_bound(PATH);
    wdt
}

fn counts(bench: &mut Bench) {
    let model = start(bench);
    assert_eq!(model.with(|m, _| m.get(0) & ON), 0, "the probe stops it");
    let wdt = watchdog::list().pop().expect("the driver registers a watchdog");
    assert_eq!(wdt.set_timeout(5).ok(), Some(5));
    wdt.start(false).expect("it starts");
    assert_eq!(model.with(|m, _| m.get(0)), ON | (5 * 7812), "units of 128 us");
    bench.clear_trace();
    wdt.ping().expect("it is fed");
    assert!(bench.trace().iter().any(|e| e.offset == 4 && e.what == What::Write(4, 0)));
    wdt.stop().expect("it stops");
    assert_eq!(model.with(|m, _| m.get(0) & ON), 0);
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let wdt = watchdog::list().pop().expect("the driver registers a watchdog");
        wdt.start(false).and_then(|()| wdt.stop()).expect("it starts and stops");
    });
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
