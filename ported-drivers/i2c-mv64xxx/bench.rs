// SPDX-License-Identifier: GPL-2.0-only
//! Allwinner's I2C controller on the bench.
//! drivers: clk-fixed-rate

use driver_bench::io::i2c::{self, Msg};
use driver_bench::models::mv64xxx_i2c::{Device, I2c, LINE};
use driver_bench::{Bench, Handle, Test};
use std::sync::Arc;

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("writes_and_reads", transfers),
    Test::new("nobody_answers", nobody),
    Test::new("a_lost_bus_is_reported", lost),
    Test::new("a_controller_that_hangs_is_a_time_out", hangs),
    Test::new("a_storm_of_interrupts_changes_nothing", storm),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/i2c@1c2ac00";

fn start(bench: &mut Bench) -> Handle<I2c> {
    I2c::start(bench, vec![Device::new(0x50)], "", PATH)
}

fn adapter() -> Arc<i2c::Adapter> {
    i2c::list().pop().expect("the driver registers an adapter")
}

fn check(model: &Handle<I2c>) {
    let adapter = adapter();
    adapter.transfer(&mut [Msg::write(0x50, &mut [8, 0x11, 0x22, 0x33])]).expect("it writes");
    assert_eq!(model.with(|m, _| m.devices[0].registers[8..11].to_vec()), [0x11, 0x22, 0x33]);
    let mut into = [0; 2];
    adapter.write_read(0x50, &mut [9], &mut into).expect("it reads");
    assert_eq!(into, [0x22, 0x33]);
}

fn transfers(bench: &mut Bench) {
    let model = start(bench);
    check(&model);
    let mut all = [0; 60];
    adapter().write_read(0x50, &mut [0], &mut all).expect("it reads much");
    assert_eq!(all[8..11], [0x11, 0x22, 0x33]);
}

fn nobody(bench: &mut Bench) {
    let model = start(bench);
    assert!(adapter().transfer(&mut [Msg::write(0x51, &mut [0])]).is_err());
    assert!(adapter().transfer(&mut [Msg::read(0x51, &mut [0])]).is_err());
    check(&model);
}

fn lost(bench: &mut Bench) {
    let model = start(bench);
    model.with(|m, _| m.lost = 100);
    assert!(adapter().transfer(&mut [Msg::write(0x50, &mut [0])]).is_err());
    assert!(bench.said("Ctlr Error"), "{}", bench.log().join("\n"));
    model.with(|m, _| m.lost = 0);
    check(&model);
}

fn hangs(bench: &mut Bench) {
    let model = start(bench);
    model.with(|m, _| m.hangs = true);
    let before = bench.now();
    assert!(adapter().transfer(&mut [Msg::write(0x50, &mut [0])]).is_err());
    assert!(bench.now() - before >= 1_000_000_000, "it waits for a second");
    model.with(|m, _| m.hangs = false);
    check(&model);
}

fn storm(bench: &mut Bench) {
    let model = start(bench);
    bench.storm(LINE, 1000);
    for _ in 0..3 {
        check(&model);
        bench.storm(LINE, 100);
    }
}

fn leak(bench: &mut Bench) {
    let model = start(bench);
    bench.rebind_without_leak(PATH, |_| check(&model));
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
