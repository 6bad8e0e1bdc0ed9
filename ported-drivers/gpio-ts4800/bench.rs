// SPDX-License-Identifier: GPL-2.0-only
//! The GPIO of the TS-4800's FPGA on the bench: registers of 16 bits.

use driver_bench::kernel::gpio::{self, Gpio, Init, LineFlags};
use driver_bench::{Bench, Handle, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("lines_are_bits", lines),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/gpio@10020";
const TREE: &str = "/ { gpio@10020 { compatible = \"technologic,ts4800-gpio\"; reg = <0x10020 6>; ngpios = <8>; gpio-controller; #gpio-cells = <2>; }; };";

fn start(bench: &mut Bench) -> Handle<Plain> {
    let gpio = bench.add("gpio", 0x1_0020, 6, Plain::new());
    bench.start(TREE);
    bench.expect_bound(PATH);
    gpio
}

fn request(offset: u32, init: Init) -> Gpio {
    let bank = gpio::find(&|bank| bank.node() == Some(PATH)).expect("the bank is there");
    Gpio::request(bank.line(offset).expect("so is the line"), "test", LineFlags::empty(), init)
        .expect("it is free")
}

fn lines(bench: &mut Bench) {
    let model = start(bench);
    let out = request(5, Init::Output(true));
    assert_eq!(model.with(|m, _| (m.load(2, 2), m.load(4, 2))), (1 << 5, 1 << 5));
    out.set(false).expect("it is set");
    assert_eq!(model.with(|m, _| m.load(2, 2)), 0);
    let input = request(7, Init::Input);
    model.with(|m, _| m.store(0, 2, 1 << 7));
    assert!(input.get().expect("it is read"));
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| drop(request(0, Init::Output(true))));
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
