// SPDX-License-Identifier: GPL-2.0-only
//! Cadence's GPIO controller on the bench: lines upon `gpio-mmio`, levels as interrupts.
//! drivers: clk-fixed-rate

use driver_bench::kernel::gpio::{self, Init, Line, LineFlags};
use driver_bench::kernel::irq::virq::request::{Flags, Outcome, Request, release, request};
use driver_bench::models::cadence_gpio as model;
use driver_bench::{Bench, Handle, Test};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("lines_are_read_and_set", lines),
    Test::new("levels_interrupt", levels),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/gpio@8000";

fn start(bench: &mut Bench) -> Handle<model::Gpio> {
    model::Gpio::start(bench, "", PATH)
}

fn line(n: u32) -> Arc<Line> {
    Bench::gpio_line(PATH, n)
}

fn lines(bench: &mut Bench) {
    let model = start(bench);
    let out =
        gpio::Gpio::request(&line(3), "test", LineFlags::empty(), Init::Output(true)).expect("it is free");
    assert_eq!(model.with(|m, _| (m.levels(), m.outputs())), (8, 8));
    out.set(false).expect("it is set");
    assert_eq!(model.with(|m, _| m.levels()), 0);
    let input = gpio::Gpio::request(&line(31), "test", LineFlags::empty(), Init::Input).expect("it is free");
    model.with(|m, io| m.drive(io, 31, true));
    assert!(input.get().expect("it is read"));
}

fn levels(bench: &mut Bench) {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    let model = start(bench);
    let virq = line(5).irq().expect("lines have interrupts");
    let device = model.clone();
    let handler = Box::new(move |_| {
        SEEN.fetch_add(1, SeqCst);
        device.with(|m, io| m.drive(io, 5, false));
        Outcome::Handled
    });
    let flags = Flags::from_bits_truncate(4);
    request(virq, Request { name: "test", flags, id: 1, handler: Some(handler), thread: None })
        .expect("it is free");
    for n in 1..=3 {
        model.with(|m, io| m.drive(io, 5, true));
        assert_eq!(SEEN.load(SeqCst), n);
    }
    release(virq, 1).expect("it is given back");
    model.with(|m, io| m.drive(io, 5, true));
    assert_eq!(SEEN.load(SeqCst), 3, "nobody listens any more");
}

fn leak(bench: &mut Bench) {
    let model = start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let out = gpio::Gpio::request(&line(0), "test", LineFlags::empty(), Init::Output(true))
            .expect("it is free");
        assert_eq!(model.with(|m, _| m.levels() & 1), 1);
        out.set(false).expect("it is set");
    });
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
