// SPDX-License-Identifier: GPL-2.0-only
//! What tests of guests have in common: guests written as DTS text and compiled by `dtc`, as a user's are, and stand-ins
//! for the emulated devices, which are further up.
//!
//! Host only, since files and programs are used; a program or file that is missing panics.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Binding, DeviceConfig, NodeExtras, Trigger};

fn describe_uart(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl011", "arm,primecell"]);
    extras.clock("uartclk", 24_000_000).clock("apb_pclk", 24_000_000);
}

fn describe_gpio(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl061", "arm,primecell"]).flag("gpio-controller").cell("#gpio-cells", 2);
    extras.flag("interrupt-controller").cell("#interrupt-cells", 2);
    extras.clock("apb_pclk", 24_000_000);
}

fn describe_bus(device: &DeviceConfig, extras: &mut NodeExtras) {
    let base = device.base.0 as u32 + 0x10_0000;
    extras.strings("device_type", &["pci"]).registers(0x10_0000).cells("bus-range", &[0, 0]);
    extras.cell("#address-cells", 3).cell("#size-cells", 2).cell("#interrupt-cells", 1);
    extras.cells("ranges", &[0x200_0000, 0, base, 0, base, 0, 0x10_0000]);
    extras.cells("interrupt-map-mask", &[0x800, 0, 0, 7]);
    extras.interrupt_map([0, 0, 0, 1], 0).interrupt_map([0x800, 0, 0, 1], 1);
}

/// Stand-ins of the shape that the real emulators have.
pub static BINDINGS: &[&Binding] = &[
    &Binding {
        compatible: &["arm,pl011"],
        title: "PL011 UART",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &["ferrovisor,console"],
        children: &[],
        describe: describe_uart,
    },
    &Binding {
        compatible: &["arm,pl061"],
        title: "PL061 GPIO",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &[],
        children: &[],
        describe: describe_gpio,
    },
    &Binding {
        compatible: &["pci-host-ecam-generic"],
        title: "PCI host bridge",
        reg_size: 0x20_0000,
        irqs: 2,
        trigger: Trigger::Level,
        options: &[],
        children: &[
            "ferrovisor,device",
            "ferrovisor,mac",
            "ferrovisor,ramdisk",
            "ferrovisor,size",
            "ferrovisor,slot",
            "ferrovisor,switch",
        ],
        describe: describe_bus,
    },
    &Binding {
        compatible: &["virtio,mmio"],
        title: "virtio",
        reg_size: 0x200,
        irqs: 1,
        trigger: Trigger::Edge,
        options: &[
            "ferrovisor,device",
            "ferrovisor,disk",
            "ferrovisor,mac",
            "ferrovisor,ramdisk",
            "ferrovisor,size",
            "ferrovisor,switch",
        ],
        children: &[],
        describe: |_, _| {},
    },
];

/// Runs `dtc` with `input`, from one format to another; the second value is what it said on its error output.
pub fn dtc(from: &str, to: &str, input: &[u8]) -> (Vec<u8>, String) {
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

/// The DTB of a guest: `body` in the root of a guest's DTS.
pub fn guest_dts(body: &str) -> Vec<u8> {
    let text = format!(
        "/dts-v1/;\n/ {{ compatible = \"ferrovisor,guest\"; #address-cells = <2>; #size-cells = <2>;\n{body}\n}};"
    );
    dtc("dts", "dtb", text.as_bytes()).0
}

/// The top of the source tree.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All `.dts` files of guests of all boards.
pub fn guests() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for board in std::fs::read_dir(top().join("boards")).unwrap().flatten() {
        let Ok(folder) = std::fs::read_dir(board.path().join("guests")) else {
            continue;
        };
        for file in folder.flatten().map(|entry| entry.path()) {
            if file.extension().is_some_and(|extension| extension == "dts") {
                let name = file.file_stem().unwrap().to_string_lossy().to_string();
                files.push((name, std::fs::read(file).unwrap()));
            }
        }
    }
    files.sort();
    files
}
