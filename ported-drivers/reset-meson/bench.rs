// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines of Amlogic's SoCs on the bench: pulses that end by themselves, and levels.

use driver_bench::kernel::reset::{self, Mode, Reset};
use driver_bench::{Bench, Handle, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("pulses_and_levels", pulses),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/reset@4404";
const TREE: &str = "/ { reset@4404 { compatible = \"amlogic,meson8b-reset\"; reg = <0x4404 0x9c>; phandle = <0x51>; #reset-cells = <1>; }; };";
const LEVELS: u64 = 0x7c;

fn start(bench: &mut Bench) -> Handle<Plain> {
    let reset = bench.add("reset", 0x4404, 0x9c, Plain::with(&[(LEVELS + 4, u32::MAX)]));
    bench.start(TREE);
    bench.expect_bound(PATH);
    reset
}

fn line(id: u32) -> Reset {
    Reset::new(&reset::by_phandle(0x51).expect("it is registered"), id, Mode::Exclusive, "test")
        .expect("it is free")
}

fn pulses(bench: &mut Bench) {
    let model = start(bench);
    let reset = line(37);
    reset.reset().expect("it pulses");
    assert_eq!(model.with(|m, _| m.get(4)), 1 << 5);
    reset.assert().expect("it asserts");
    assert_eq!(model.with(|m, _| m.get(LEVELS + 4)), !(1 << 5));
    reset.deassert().expect("it deasserts");
    assert_eq!(model.with(|m, _| m.get(LEVELS + 4)), u32::MAX);
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| line(1).reset().expect("it pulses"));
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
