// SPDX-License-Identifier: GPL-2.0-only
//! The fuses of Amlogic's older SoCs on the bench: an address, a start, a busy bit.
//! drivers: clk-fixed-rate

use driver_bench::io::nvmem;
use driver_bench::kernel::clk;
use driver_bench::{Bench, Fault, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("reads_words", reads),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const AT: u64 = 0xc111_0000;
const PATH: &str = "/efuse@c1110000";
const TREE: &str = r#"
/ {
	core: core { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1000000>; };
	efuse@c1110000 {
		compatible = "amlogic,meson8-efuse";
		reg = <0xc1110000 0x14>;
		clocks = <&core>;
		clock-names = "core";
	};
};
"#;
const CONTROL: u64 = 4;
const DATA: u64 = 8;
const OFF: u32 = 1 << 27;
const BUSY: u32 = 1 << 26;
const START: u32 = 1 << 25;
const SET: u32 = 1 << 11;

/// A word is its address, thrice.
#[derive(Default)]
struct Efuse {
    registers: Plain,
    address: u32,
    busy: bool,
}

impl Model for Efuse {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        let busy = if self.busy && offset == CONTROL { BUSY } else { 0 };
        self.registers.load(offset, bytes) | u64::from(busy)
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        let (before, now) = (self.registers.get(CONTROL), value as u32);
        self.registers.store(offset, bytes, value & !u64::from(BUSY));
        if offset != CONTROL {
            return;
        }
        if now & SET != 0 {
            self.address = now & 0x7ff;
        }
        if now & !before & START != 0 {
            assert_eq!(now & OFF, 0, "it is read while it has no power");
            self.busy = true;
            io.after(3000, 0);
        }
    }
    fn event(&mut self, _: &mut Io, _: u32) {
        self.busy = false;
        self.registers.set(DATA, self.address * 0x010101);
    }
}

fn check(_: &mut Bench) {
    let fuses = nvmem::list().pop().expect("the driver registers a memory");
    let mut bytes = [0; 8];
    assert_eq!(fuses.read(0x20, &mut bytes).ok(), Some(8));
    assert_eq!(bytes, [8, 8, 8, 0, 9, 9, 9, 0]);
    let report = clk::info("core").expect("the clock is there");
    assert_eq!(report.enabled, 0, "its clock rests afterwards");
}

fn reads(bench: &mut Bench) {
    bench.add("efuse", AT, 0x14, Efuse::default());
    bench.start(TREE);
    bench.expect_bound(PATH);
    check(bench);
    bench.fault(AT + CONTROL, 4, Fault::Stuck { mask: BUSY.into(), value: BUSY.into() });
    let fuses = nvmem::list().pop().expect("it is still there");
    assert!(fuses.read(0, &mut [0; 4]).is_err() && bench.said("Timeout while reading efuse address 0"));
    bench.repair(AT + CONTROL);
    check(bench);
}

fn leak(bench: &mut Bench) {
    bench.add("efuse", AT, 0x14, Efuse::default());
    bench.start(TREE);
    bench.rebind_without_leak(PATH, check);
}

fn no_memory(bench: &mut Bench) {
    bench.add("efuse", AT, 0x14, Efuse::default());
    bench.start(TREE);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
