// SPDX-License-Identifier: GPL-2.0-only
//! The example guests of the boards and the examples in the documentation are right.

use super::*;
use crate::testing::{guests, top};

/// Added to examples that have none.
const MINIMAL_IMAGES: &str = "images { kernel { file = \"Image\"; }; };";

/// A table that has an emulator for every device of the examples: stand-ins, since the real ones are further up.
fn lenient() -> Vec<Binding> {
    let others: &[&[&str]] =
        &[&["arm,pl031"], &["ns16550a"], &["arm,sp804"], &["arm,sp805"], &["snps,dw-apb-uart"]];
    let others = others.iter().map(|compatible| Binding {
        compatible,
        title: "stand-in",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &[],
        children: &[],
        describe: |_, _| {},
    });
    others.collect()
}

#[test]
fn the_boards_guests_are_right() {
    let lenient = lenient();
    let bindings: Vec<&Binding> = BINDINGS.iter().copied().chain(&lenient).collect();
    let files = guests();
    assert!(files.len() >= 3, "{files:?}");
    for (name, text) in &files {
        let (dtb, warnings) = dtc("dts", "dtb", text);
        assert_no_warnings(&warnings, name);
        let config =
            GuestConfig::parse(name, &dtb, &Environment::any(&bindings)).unwrap_or_else(|e| panic!("{e}"));
        guest_tree(&config);
    }
}

#[test]
fn every_option_is_understood() {
    let (_, text) = guests().into_iter().find(|(name, _)| name == "every-option").unwrap();
    let config = GuestConfig::from_dtb("every", &dtc("dts", "dtb", &text).0, BINDINGS).unwrap();
    assert!(config.autostart);
    let priorities: Vec<u8> = config.vcpus.iter().map(|vcpu| vcpu.priority).collect();
    assert_eq!(priorities, [5, 3, 3, 3]);
    assert_eq!(config.vcpus[0].affinity, Some(1));
    assert_eq!(config.vcpus[3].edf, Some(EdfConfig { budget_ns: 500_000, period_ns: 5_000_000 }));
    assert_eq!(config.memory.len(), 2);
    assert_eq!(config.images.len(), 3);
    assert_eq!(config.devices.len(), 2);
    assert_eq!(config.devices[1].name, "gpio");
    // SPIs 1 and 2 are taken by uart0 and the forwarded rtc.
    assert_eq!(config.devices[1].interrupts[0].intid, 32);
    assert_eq!(config.passthrough[0].regions[0].guest.base().0, 0x0a00_0000);
    assert_eq!(config.reserved.len(), 1);
    let tree = guest_tree(&config);
    for expected in
        ["Every option", "window@47f00000", "rtc@a000000", "serial0:115200n8", "rng-seed = [00 01 02 03"]
    {
        assert!(
            tree.contains(expected) || tree.contains("rng-seed = <0x10203"),
            "{expected} is not in\n{tree}"
        );
    }
    assert!(!tree.contains("ferrovisor,copy") && !tree.contains("spare"), "{tree}");
}

#[test]
fn the_documentations_examples_are_right() {
    let text = std::fs::read_to_string(top().join("docs/guest-dts.md")).unwrap();
    let blocks: Vec<&str> =
        text.split("```dts\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 5, "{} examples in the documentation", blocks.len());
    let lenient = lenient();
    let bindings: Vec<&Binding> = BINDINGS.iter().copied().chain(&lenient).collect();
    for block in blocks {
        let mut text = block.to_string();
        if !block.contains("/dts-v1/") {
            for (node, line) in [("memory", "memory { size = <0x10000000>; };"), ("images", MINIMAL_IMAGES)] {
                if !block.contains(&format!("{node} {{")) && !block.contains(&format!("{node}@")) {
                    text.push_str(line);
                }
            }
            text = format!("/dts-v1/; / {{ compatible = \"ferrovisor,guest\"; {text} }};");
        }
        let dtb = dtc("dts", "dtb", text.as_bytes()).0;
        GuestConfig::parse("doc", &dtb, &Environment::any(&bindings))
            .unwrap_or_else(|e| panic!("{e}\n{block}"));
    }
}
