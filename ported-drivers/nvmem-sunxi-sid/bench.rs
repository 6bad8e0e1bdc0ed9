// SPDX-License-Identifier: GPL-2.0-only
//! The fuses of Allwinner's SoCs on the bench: read from memory (A64), and word by word through a register (H3).

use driver_bench::io::nvmem;
use driver_bench::{Bench, Fault, Io, Model, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("reads_what_is_mapped", reads_what_is_mapped),
    Test::new("reads_word_by_word", reads_word_by_word),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const AT: u64 = 0x1c1_4000;
const PATH: &str = "/eeprom@1c14000";
const CONTROL: u64 = 0x40;
const KEY: u64 = 0x60;

fn tree(chip: &str) -> String {
    format!(
        "/ {{ eeprom@1c14000 {{ compatible = \"allwinner,{chip}-sid\"; reg = <0x1c14000 0x400>;
         #address-cells = <1>; #size-cells = <1>; temp@34 {{ reg = <0x34 4>; }}; }}; }};"
    )
}

/// Fuses whose word at an offset is its complement, seen at 0x200 and through two registers.
#[derive(Default)]
struct Sid {
    control: u32,
    registers: Plain,
}

impl Model for Sid {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        match offset {
            CONTROL => self.control.into(),
            KEY => (!(self.control >> 16 & 0x1ff)).into(),
            0x200.. => (!((offset - 0x200) as u32)).into(),
            _ => self.registers.load(offset, bytes),
        }
    }
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        if offset != CONTROL {
            return self.registers.store(offset, bytes, value);
        }
        self.control = value as u32;
        if value & 2 != 0 {
            assert_eq!(value >> 8 & 0xff, 0xac, "the lock's key");
            io.after(150_000, 0);
        }
    }
    fn event(&mut self, _: &mut Io, _: u32) {
        self.control &= !2;
    }
}

fn check(_: &mut Bench) {
    let fuses = nvmem::list().pop().expect("the driver registers a memory");
    assert_eq!(fuses.info().size, 0x100);
    let mut bytes = [0; 12];
    assert_eq!(fuses.read(0x34, &mut bytes).ok(), Some(12));
    assert_eq!(bytes[..4], (!0x34u32).to_le_bytes());
    assert_eq!(bytes[8..], (!0x3cu32).to_le_bytes());
    assert!(fuses.write(0x34, &[0; 4]).is_err(), "fuses are read only");
    let cell = fuses.cells().into_iter().find(|cell| cell.offset == 0x34).expect("the tree's cell is there");
    assert_eq!(fuses.read_cell(&cell).ok(), Some((!0x34u32).to_le_bytes().to_vec()));
}

fn reads_what_is_mapped(bench: &mut Bench) {
    bench.add("sid", AT, 0x400, Sid::default());
    bench.start(&tree("sun50i-a64"));
    bench.expect_bound(PATH);
    check(bench);
}

fn reads_word_by_word(bench: &mut Bench) {
    bench.add("sid", AT, 0x400, Sid::default());
    bench.start(&tree("sun8i-h3"));
    bench.expect_bound(PATH);
    check(bench);
    bench.fault(AT + CONTROL, 4, Fault::Stuck { mask: 2, value: 2 });
    let fuses = nvmem::list().pop().expect("it is still there");
    let before = bench.now();
    assert!(fuses.read(0, &mut [0; 4]).is_err(), "the command never ends");
    assert!(bench.now() - before >= 250_000_000, "it waits for 250 ms");
    bench.repair(AT + CONTROL);
    check(bench);
}

fn leak(bench: &mut Bench) {
    bench.add("sid", AT, 0x400, Sid::default());
    bench.start(&tree("sun8i-h3"));
    bench.rebind_without_leak(PATH, check);
}

fn no_memory(bench: &mut Bench) {
    bench.add("sid", AT, 0x400, Sid::default());
    bench.start(&tree("sun50i-a64"));
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
