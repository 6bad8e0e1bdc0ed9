// SPDX-License-Identifier: GPL-2.0-only
//! The random number generator of the BCM2835 on the bench.

use driver_bench::io::hwrng;
use driver_bench::{Bench, Io, Model, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("gives_what_the_device_gives", reads),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/rng@3f104000";
const TREE: &str = "/ { rng@3f104000 { compatible = \"brcm,bcm2835-rng\"; reg = <0x3f104000 0x10>; }; };";

/// Numbers that are not random at all: each is one more.
#[derive(Default)]
struct Rng {
    on: bool,
    ready: u32,
    next: u32,
}

impl Model for Rng {
    fn read(&mut self, io: &mut Io, offset: u64, _: usize) -> u64 {
        match offset {
            0 => self.on.into(),
            4 => {
                if self.on && self.ready == 0 {
                    io.after(50_000, 0);
                }
                (self.ready << 24).into()
            }
            8 => {
                assert!(self.ready > 0, "a number is taken that is not there");
                self.ready -= 1;
                self.next += 1;
                self.next.into()
            }
            _ => 0,
        }
    }
    fn write(&mut self, _: &mut Io, offset: u64, _: usize, value: u64) {
        if offset == 0 {
            self.on = value & 1 != 0;
        }
    }
    fn event(&mut self, _: &mut Io, _: u32) {
        self.ready = 4;
    }
}

fn start(bench: &mut Bench) -> driver_bench::Handle<Rng> {
    let rng = bench.add("rng", 0x3f10_4000, 0x10, Rng::default());
    bench.start(TREE);
    bench.expect_bound(PATH);
    rng
}

fn take(_: &mut Bench) {
    let mut bytes = [0; 16];
    let count = hwrng::read(&mut bytes, true).expect("it gives some");
    assert!(count >= 4, "{count} bytes");
    let words: Vec<u32> = bytes.chunks(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect();
    assert!(words[0] > 0 && (1..count / 4).all(|n| words[n] == words[n - 1] + 1), "{words:?}");
}

fn reads(bench: &mut Bench) {
    let rng = start(bench);
    (0..5).for_each(|_| take(bench));
    assert!(rng.with(|rng, _| rng.on));
    bench.unbind(PATH);
    assert!(!rng.with(|rng, _| rng.on), "it is off when nobody has it");
    assert!(hwrng::read(&mut [0; 4], true).is_err(), "nobody is there to ask");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, take);
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
