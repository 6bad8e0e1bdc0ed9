// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the binding: guests are written as DTS text and compiled by `dtc`, as a user's are.

mod errors;
pub(crate) mod examples;
mod guest;

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::device::{Context, Emulator, Error, Factory, NodeExtras, Trigger};
use alloc::sync::Arc;

fn refuse(context: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    Err(context.property_error("compatible", "a table for tests", "a device"))
}

fn describe_uart(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl011", "arm,primecell"]);
    extras.clock("uartclk", 24_000_000).clock("apb_pclk", 24_000_000);
}

fn describe_gpio(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl061", "arm,primecell"]).flag("gpio-controller").cell("#gpio-cells", 2);
    extras.flag("interrupt-controller").cell("#interrupt-cells", 2);
    extras.clock("apb_pclk", 24_000_000);
}

/// Stand-ins of the shape that the real emulators have.
pub(crate) static FACTORIES: &[Factory] = &[
    Factory {
        compatible: &["arm,pl011"],
        title: "PL011 UART",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &["ferrovisor,console"],
        describe: describe_uart,
        create: refuse,
    },
    Factory {
        compatible: &["arm,pl061"],
        title: "PL061 GPIO",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &[],
        describe: describe_gpio,
        create: refuse,
    },
    Factory {
        compatible: &["virtio,mmio"],
        title: "virtio",
        reg_size: 0x200,
        irqs: 1,
        trigger: Trigger::Edge,
        options: &[
            "ferrovisor,device",
            "ferrovisor,mac",
            "ferrovisor,ramdisk",
            "ferrovisor,size",
            "ferrovisor,switch",
        ],
        describe: |_, _| {},
        create: refuse,
    },
];

/// Runs `dtc` with `input`, from one format to another; the second value is what it said on its error output.
pub(crate) fn dtc(from: &str, to: &str, input: &[u8]) -> (Vec<u8>, String) {
    let mut child = Command::new("dtc")
        // The interrupt controller may be left out of a guest's DTS.
        .args(["-I", from, "-O", to, "-W", "no-interrupts_property", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("dtc must be there: install the package device-tree-compiler");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    assert!(output.status.success(), "dtc: {}", String::from_utf8_lossy(&output.stderr));
    (output.stdout, String::from_utf8_lossy(&output.stderr).to_string())
}

/// Asserts that `dtc` had nothing to say. Only of the version that this was written with: later ones may look for more.
#[track_caller]
pub(crate) fn assert_no_warnings(warnings: &str, what: &str) {
    let version = Command::new("dtc").arg("--version").output().unwrap().stdout;
    if String::from_utf8_lossy(&version).contains(" 1.6.") {
        assert_eq!(warnings, "", "dtc has something against {what}");
    }
}

/// The DTB of a guest: `body` in the root of a guest's DTS.
pub(crate) fn guest_dts(body: &str) -> Vec<u8> {
    let text = format!(
        "/dts-v1/;\n/ {{ compatible = \"ferrovisor,guest\"; #address-cells = <2>; #size-cells = <2>;\n{body}\n}};"
    );
    dtc("dts", "dtb", text.as_bytes()).0
}

/// The smallest body of a guest, to which tests add.
pub(crate) const MINIMAL: &str =
    "memory { size = <0x0 0x10000000>; }; images { kernel { file = \"Image\"; }; };";

/// The configuration of a guest with this body besides the smallest.
pub(crate) fn parse(body: &str) -> Result<GuestConfig, ConfigError> {
    GuestConfig::from_dtb("test", &guest_dts(&format!("{body}{MINIMAL}")), FACTORIES)
}

/// The text of the guest's own tree.
pub(crate) fn guest_tree(config: &GuestConfig) -> String {
    let seed = [0xa5u8; 32];
    let placement = Placement { initrd: GuestRange::new(0x4800_0000, 0x12_3456), rng_seed: &seed };
    let (text, warnings) = dtc("dtb", "dts", &config.guest_dtb(&placement).unwrap());
    assert_no_warnings(&warnings, "the generated tree");
    String::from_utf8(text).unwrap()
}
