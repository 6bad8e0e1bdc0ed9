// SPDX-License-Identifier: GPL-2.0-only
//! Reset by a system controller, on the bench.

use driver_bench::kernel::power;
use driver_bench::{Bench, Plain, Test};

/// The tests: the driver cannot be removed, in Linux neither, since nobody takes its handler back.
pub const TESTS: &[Test] = &[Test::new("writes_its_value", writes)];

const TREE: &str = r#"
/ {
	control: control@2000 { compatible = "test,control", "syscon"; reg = <0x2000 0x100>; };
	reboot { compatible = "syscon-reboot"; regmap = <&control>; offset = <0x40>; mask = <0xf0>; value = <0x50>; };
};
"#;

fn writes(bench: &mut Bench) {
    let control = bench.add("control", 0x2000, 0x100, Plain::with(&[(0x40, 0x1234)]));
    bench.start(TREE);
    bench.expect_bound("/reboot");
    let before = bench.now();
    // Nothing is reset here, so it returns.
    let _ = power::reset();
    assert_eq!(control.with(|m, _| m.get(0x40)), 0x1254, "the other bits stay");
    assert!(bench.now() - before >= 1_000_000_000 && bench.said("Unable to restart system"));
}
