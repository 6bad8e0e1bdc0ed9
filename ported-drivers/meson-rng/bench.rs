// SPDX-License-Identifier: GPL-2.0-only
//! The random number generator of Amlogic's S4 on the bench: a seed, a run, a number.

use driver_bench::io::hwrng;
use driver_bench::{Bench, Fault, Io, Model, Test};

/// The tests.
pub const TESTS: &[Test] =
    &[Test::new("runs_for_each_number", runs), Test::new("comes_and_goes_without_a_leak", leak)];

const AT: u64 = 0x44_0788;
const PATH: &str = "/rng@440788";
const TREE: &str = "/ { rng@440788 { compatible = \"amlogic,meson-s4-rng\"; reg = <0x440788 0xc>; }; };";

/// The seed's bit and the run's fall one after the other.
#[derive(Default)]
struct Rng {
    config: u32,
    number: u32,
}

impl Model for Rng {
    fn read(&mut self, _: &mut Io, offset: u64, _: usize) -> u64 {
        if offset == 0 { self.config.into() } else { self.number.into() }
    }
    fn write(&mut self, io: &mut Io, _: u64, _: usize, value: u64) {
        self.config = value as u32;
        if value >> 31 != 0 {
            self.config |= 1;
            io.after(30_000, 31);
        }
    }
    fn event(&mut self, io: &mut Io, bit: u32) {
        self.config &= !(1 << bit);
        if bit == 31 {
            return io.after(30_000, 0);
        }
        self.number += 0x0101_0101;
    }
}

fn take(_: &mut Bench) {
    let mut bytes = [0; 4];
    assert_eq!(hwrng::read(&mut bytes, true).ok(), Some(4));
    assert!(bytes[0] > 0 && bytes[0] == bytes[3]);
}

fn runs(bench: &mut Bench) {
    let rng = bench.add("rng", AT, 0xc, Rng::default());
    bench.start(TREE);
    bench.expect_bound(PATH);
    (0..3).for_each(|_| take(bench));
    assert!(rng.with(|rng, _| rng.number >= 0x0303_0303), "each number is a new one");
    bench.fault(AT, 4, Fault::Stuck { mask: 1 << 31, value: 1 << 31 });
    assert!(hwrng::read(&mut [0; 4], true).is_err(), "the seed never comes");
    assert!(bench.said("Seed isn't ready"));
    bench.repair(AT);
    take(bench);
}

fn leak(bench: &mut Bench) {
    bench.add("rng", AT, 0xc, Rng::default());
    bench.start(TREE);
    bench.rebind_without_leak(PATH, take);
}
