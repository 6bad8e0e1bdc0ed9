// SPDX-License-Identifier: GPL-2.0-only
//! What a wrong DTS gives: a message that names node and property.

use super::*;
use arch::PhysAddr;

/// Asserts that the guest with `body` besides the smallest is refused with exactly these lines.
#[track_caller]
fn refused(body: &str, lines: &[&str]) {
    refused_whole(&format!("{MINIMAL}{body}"), lines);
}

/// Asserts that the guest with `body` is refused with exactly these lines.
#[track_caller]
fn refused_whole(body: &str, lines: &[&str]) {
    let error = GuestConfig::from_dtb("t", &guest_dts(body), BINDINGS).unwrap_err();
    let expected: Vec<String> = lines.iter().map(|line| format!("guest t: {line}")).collect();
    assert_eq!(error.to_string(), expected.join("\n"));
}

#[test]
fn a_file_without_anything() {
    refused_whole(
        "",
        &[
            "/: found no memory node, expected memory { size = <0x0 0x10000000>; } or the like",
            "/: found no images node, expected images { kernel { file = \"...\"; }; }",
        ],
    );
    assert!(GuestConfig::from_dtb("t", &[], BINDINGS).is_err());
    assert!(GuestConfig::from_dtb("t", &[0; 4096], BINDINGS).is_err());
}

#[test]
fn all_problems_of_a_file_are_told() {
    refused(
        "vcpus { count = <17>; prioritty = <2>; };
         uart { compatible = \"arm,pl11\"; reg = <0 0x9000000 0 0x1000>; };
         chosen { stdout-path = \"/nowhere\"; linux,initrd-start = <1>; };",
        &[
            "/uart: property 'compatible': found 'arm,pl11', for which there is no emulator, expected 'arm,pl011' perhaps; for a node to be copied as it is, add 'ferrovisor,copy;'",
            "/vcpus: property 'prioritty': found a property that has no meaning here, expected one of count, priority, affinity, slice-us (did you mean 'priority'?)",
            "/vcpus: property 'count': found 17, expected one number from 1 to 16",
            "/chosen: property 'linux,initrd-start': found this property, expected none: it is written when the guest is created",
            "/chosen: property 'stdout-path': found '/nowhere', expected the path of a node or a name in /aliases",
        ],
    );
}

#[test]
fn vcpus() {
    refused(
        "vcpus { count = <2>; affinity = <1 2 3>; priority = <8>; slice-us = <1>; edf { budget-us = <200>; }; };",
        &[
            "/vcpus: property 'affinity': found 3 cells, expected one mask of host CPUs, or 2, one for each vCPU",
            "/vcpus: property 'priority': found 8, expected one number from 0 to 7",
            "/vcpus: property 'slice-us': found 1, expected one number from 100 to 1000000",
            "/vcpus/edf: property 'period-us': found nothing, expected a time in microseconds",
        ],
    );
    refused(
        "vcpus { count = <2>; vcpu2 { }; edf { budget-us = <200>; period-us = <100>; }; };",
        &[
            "/vcpus/edf: property 'budget-us': found 200, expected one number from 1 to 100",
            "/vcpus/vcpu2: found a node that has no meaning here, expected 'edf' or 'vcpu0' to 'vcpu1'",
        ],
    );
}

#[test]
fn affinity_needs_a_cpu_of_the_host() {
    let dtb = guest_dts(&format!("{MINIMAL} vcpus {{ affinity = <4>; }};"));
    let env = Environment { host_cpus: 2, ..Environment::any(&[]) };
    let error = GuestConfig::parse("t", &dtb, &env).unwrap_err();
    assert_eq!(
        error.to_string(),
        "guest t: /vcpus: property 'affinity': found 0x4, expected a bit of the host's CPUs 0 to 1 (bit n is host CPU n)"
    );
}

#[test]
fn memory() {
    refused_whole(
        "memory { size = <0x1001>; }; images { kernel { file = \"k\"; }; };",
        &[
            "/memory: property 'size': found 0x1001 bytes at 0x40000000, expected a size that is not zero, and address and size multiples of 4096 below 2^64",
        ],
    );
    refused(
        "memory@48000000 { reg = <0 0x48000000 0 0x1000>; };",
        &[
            "/memory: property 'reg': found 0x48000000..0x48001000, expected a place of its own: /memory is at 0x40000000..0x50000000",
        ],
    );
    refused(
        "memory@10000000000 { reg = <0x100 0 0 0x1000>; };",
        &[
            "/memory: property 'reg': found 0x10000000000..0x10000001000, expected addresses below 0x10000000000, all that a guest can have",
        ],
    );
}

#[test]
fn images() {
    refused_whole(
        "memory { size = <0x10000000>; }; images { initrd { file = \"../x\"; fil = \"y\"; }; b { file = \"z\"; format = \"elv\"; }; };",
        &[
            "/images/initrd: property 'fil': found a property that has no meaning here, expected one of file, load-address (did you mean 'file'?)",
            "/images/initrd: property 'file': found '../x', expected a relative name without '..', of at most 255 bytes",
            "/images/b: property 'format': found 'elv', expected one of auto, image, elf, raw (did you mean 'elf'?)",
            "/images/b: property 'load-address': found nothing, expected the address of the file's first byte (only format = \"elf\" needs none)",
            "/images: found no node 'kernel', expected kernel { file = \"...\"; }, which the guest starts in",
        ],
    );
}

#[test]
fn devices() {
    refused(
        "a { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x800>; };
         b { compatible = \"arm,pl011\"; interrupts = <1 5 4>; };
         c { compatible = \"arm,pl011\"; ferrovisor,consol = \"x\"; };
         d { compatible = \"arm,pl011\"; interrupts = <0 988 4>; };",
        &[
            "/a: property 'reg': found 0x800 bytes at 0x9000000, expected at least 0x1000 bytes for the PL011 UART, at a multiple of 8",
            "/b: property 'interrupts': found <1 5 4>, expected <0 N F> with N from 0 to 987 (SPI N is INTID N + 32) and F 4 (level) or 1 (rising edge)",
            "/c: property 'ferrovisor,consol': found an option that the PL011 UART does not have, expected 'ferrovisor,console' (did you mean 'ferrovisor,console'?)",
            "/d: property 'interrupts': found <0 988 4>, expected <0 N F> with N from 0 to 987 (SPI N is INTID N + 32) and F 4 (level) or 1 (rising edge)",
        ],
    );
    refused(
        "a { compatible = \"arm,pl011\"; reg = <0 0x8000000 0 0x1000>; interrupts = <0 3 4>; };
         b { compatible = \"arm,pl011\"; reg = <0 0x40001000 0 0x1000>; interrupts = <0 3 4>; };",
        &[
            "/interrupt-controller: property 'reg': found 0x8000000..0x8010000, expected a place of its own: /a is at 0x8000000..0x8001000",
            "/b: property 'reg': found 0x40001000..0x40002000, expected a place of its own: /memory is at 0x40000000..0x50000000",
            "/b: property 'interrupts': found SPI 3, expected one that /a does not have",
        ],
    );
    refused(
        "soc { #address-cells = <1>; #size-cells = <1>; uart { compatible = \"arm,pl011\"; }; };",
        &[
            "/soc/uart: property 'compatible': found 'arm,pl011' inside another node, expected emulated devices at the root of the tree",
        ],
    );
}

#[test]
fn nodes_that_are_made_for_the_guest() {
    refused(
        "cpus { }; timer { compatible = \"arm,armv8-timer\"; };
         one { compatible = \"arm,gic-v3\"; }; two { compatible = \"arm,gic-v3\"; };",
        &[
            "/cpus: found this node, expected /vcpus, from which the guest's /cpus is made",
            "/timer: found the architected timer, expected none: it is made for every guest",
            "/two: found a second interrupt controller, expected one interrupt controller (/one)",
        ],
    );
}

#[test]
fn the_host_may_lack_the_guests_gic() {
    let dtb = guest_dts(&format!("{MINIMAL} gic {{ compatible = \"arm,gic-v3\"; }};"));
    let env = Environment { gics: &[GicVersion::V2], ..Environment::any(&[]) };
    let error = GuestConfig::parse("t", &dtb, &env).unwrap_err().to_string();
    assert_eq!(
        error,
        "guest t: /gic: property 'compatible': found 'arm,gic-v3', expected what the host can offer: arm,cortex-a15-gic"
    );
    refused(
        "vcpus { count = <9>; }; gic { compatible = \"arm,gic-400\"; };",
        &["/vcpus: property 'count': found 9, expected at most 8 with a GICv2"],
    );
}

#[test]
fn pass_through_asks_the_host() {
    struct Host;
    impl HostResources for Host {
        fn check_region(&self, base: PhysAddr, _: u64) -> Result<(), String> {
            if base.0 == 0x4000_0000 { Err("RAM".to_string()) } else { Ok(()) }
        }
        fn check_interrupt(&self, intid: u32) -> Result<(), String> {
            if intid == 33 { Err("the host's console".to_string()) } else { Ok(()) }
        }
    }
    let body = "a { ferrovisor,passthrough; reg = <0 0x40000000 0 0x1000>; };
        b { ferrovisor,passthrough; reg = <0 0x1000800 0 0x1000>; interrupts = <0 1 4>; };
        c { ferrovisor,passthrough; ferrovisor,guest-addres = <0 0>; };";
    let dtb = guest_dts(&format!("{MINIMAL}{body}"));
    let env = Environment { host: Some(&Host), ..Environment::any(&[]) };
    let error = GuestConfig::parse("t", &dtb, &env).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 4, "{error}");
    assert!(lines[0].starts_with("guest t: /a: property 'reg': found RAM at 0x40000000..0x40001000"));
    assert!(lines[1].starts_with("guest t: /b: property 'reg': found 0x1000 bytes of the host's 0x1000800"));
    assert!(
        lines[2].starts_with("guest t: /b: property 'interrupts': found SPI 1, which has the host's console")
    );
    assert!(lines[3].ends_with("(did you mean 'ferrovisor,guest-address'?)"), "{error}");
}

#[test]
fn trees_that_are_too_deep_or_too_big() {
    let mut body = String::from("a {");
    (0..20).for_each(|_| body.push_str("a {"));
    (0..20).for_each(|_| body.push_str("};"));
    body.push_str("};");
    let error = parse(&body).unwrap_err().to_string();
    assert!(error.contains("nodes nested deeper than 10"), "{error}");
    let many: String = (0..1100).map(|n| format!("n{n} {{ }};")).collect();
    let error = parse(&many).unwrap_err().to_string();
    assert!(error.contains("more than 1024 nodes or 4096 properties"), "{error}");
    let many: String = (0..4100).map(|n| format!("p{n};")).collect();
    let error = GuestConfig::from_dtb("t", &guest_dts(&format!("{MINIMAL} a {{ {many} }};")), BINDINGS);
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("guest t: /a: found more than 1024 nodes or 4096 properties")
    );
}

#[test]
fn a_name_that_is_made_for_the_guest() {
    refused(
        "clock-24000000 { }; uart { compatible = \"arm,pl011\"; };",
        &["/clock-24000000: found a node of a name that is made for the guest, expected another name"],
    );
}
