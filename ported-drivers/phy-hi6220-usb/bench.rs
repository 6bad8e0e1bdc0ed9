// SPDX-License-Identifier: GPL-2.0-only
//! The USB phy of the HI6220 on the bench: bits of a system controller.

use driver_bench::kernel::phy;
use driver_bench::{Bench, Handle, Plain, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("is_set_up_and_put_to_sleep", sets_up),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const PATH: &str = "/usbphy";
const TREE: &str = r#"
/ {
	control: control@f7030000 { compatible = "hisilicon,hi6220-sysctrl", "syscon"; reg = <0xf7030000 0x2000>; };
	usbphy { compatible = "hisilicon,hi6220-usb-phy"; #phy-cells = <0>; hisilicon,peripheral-syscon = <&control>; };
};
"#;
const SIDDQ: u32 = 1 << 6;

fn start(bench: &mut Bench) -> Handle<Plain> {
    let control = bench.add("control", 0xf703_0000, 0x2000, Plain::with(&[(0xc, SIDDQ)]));
    bench.start(TREE);
    bench.expect_bound(PATH);
    control
}

fn sets_up(bench: &mut Bench) {
    let control = start(bench);
    assert_eq!(control.with(|m, _| (m.get(0x300), m.get(0x304))), (0xf0, 0xf0), "its resets were pulsed");
    let phy = phy::list().pop().expect("the driver registers a phy");
    phy.init().expect("it begins");
    control.with(|m, _| {
        assert_eq!(m.get(0x18), 0x7053_348c, "the eye pattern");
        assert_eq!(m.get(0xc) & SIDDQ, 0, "it is awake");
    });
    phy.init().expect("a second user changes nothing");
    phy.exit().expect("one ends");
    assert_eq!(control.with(|m, _| m.get(0xc) & SIDDQ), 0);
    phy.exit().expect("the other ends");
    assert_eq!(control.with(|m, _| m.get(0xc) & SIDDQ), SIDDQ, "it sleeps");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let phy = phy::list().pop().expect("the driver registers a phy");
        phy.init().and_then(|_| phy.exit()).expect("it begins and ends");
    });
}

fn no_memory(bench: &mut Bench) {
    start(bench);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
