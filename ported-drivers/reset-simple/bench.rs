// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines that are bits of registers, on the bench: low and high ones.

use driver_bench::kernel::reset::{self, Mode, Reset};
use driver_bench::{Bench, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("lines_are_bits", bits),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const LOW: &str = "/reset@1000";
const TREE: &str = r#"
/ {
	reset@1000 { compatible = "snps,dw-low-reset"; reg = <0x1000 0x8>; phandle = <0x51>; #reset-cells = <1>; };
	reset@2000 { compatible = "snps,dw-high-reset"; reg = <0x2000 0x4>; phandle = <0x52>; #reset-cells = <1>; };
};
"#;

/// A handle to a line of the controller with that phandle.
fn line(phandle: u32, id: u32) -> Reset {
    let controller = reset::by_phandle(phandle).expect("the controller is registered");
    Reset::new(&controller, id, Mode::Exclusive, "test").expect("the line is free")
}

fn bits(bench: &mut Bench) {
    let low = bench.add("low", 0x1000, 8, Plain::with(&[(0, u32::MAX), (4, u32::MAX)]));
    let high = bench.add("high", 0x2000, 4, Plain::new());
    bench.start(TREE);
    bench.expect_bound(LOW);
    bench.expect_bound("/reset@2000");
    let reset = line(0x51, 35);
    reset.assert().expect("it asserts");
    assert_eq!(low.with(|m, _| (m.get(0), m.get(4))), (u32::MAX, !(1 << 3)));
    assert_eq!(reset.status().ok(), Some(true));
    reset.deassert().expect("it deasserts");
    assert_eq!(low.with(|m, _| m.get(4)), u32::MAX);
    assert_eq!(reset.status().ok(), Some(false));
    let reset = line(0x52, 7);
    reset.assert().expect("it asserts");
    assert_eq!(high.with(|m, _| m.get(0)), 1 << 7);
}

fn leak(bench: &mut Bench) {
    bench.add("low", 0x1000, 8, Plain::new());
    bench.add("high", 0x2000, 4, Plain::new());
    bench.start(TREE);
    bench.rebind_without_leak(LOW, |_| line(0x51, 1).deassert().expect("it deasserts"));
}

fn no_memory(bench: &mut Bench) {
    bench.add("low", 0x1000, 8, Plain::new());
    bench.add("high", 0x2000, 4, Plain::new());
    bench.start(TREE);
    bench.unbind(LOW);
    bench.probe_without_memory(LOW);
}
