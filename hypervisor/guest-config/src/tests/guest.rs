// SPDX-License-Identifier: GPL-2.0-only
//! What a right DTS gives: defaults, assignment, and the guest's own tree.

use super::*;
use arch::{GuestPhysAddr, PhysAddr};

#[test]
fn the_smallest_guest_gets_defaults() {
    let config = parse("").unwrap();
    assert_eq!(config.name, "test");
    assert!(!config.autostart);
    assert_eq!(config.vcpus, [VcpuConfig::default()]);
    assert_eq!(config.memory, [GuestRange::new(0x4000_0000, 0x1000_0000).unwrap()]);
    assert_eq!(config.gic.version, GicVersion::V3);
    assert_eq!(config.gic.distributor, GuestRange::new(0x0800_0000, 0x1_0000).unwrap());
    assert_eq!(config.gic.cpu, GuestRange::new(0x080a_0000, 0x2_0000).unwrap());
    assert_eq!(config.images.len(), 1);
    assert_eq!(config.images[0].role, Role::Kernel);
    assert_eq!(config.images[0].file, "Image");
    assert_eq!(config.images[0].format, Format::Auto);
    assert_eq!(config.bootargs, "");
}

#[test]
fn vcpus_inherit_and_override() {
    let config = parse(
        "autostart; vcpus { count = <3>; priority = <5>; affinity = <1 2 3>; slice-us = <2000>;
         edf { budget-us = <100>; period-us = <1000>; };
         vcpu1 { priority = <1>; edf { budget-us = <7>; period-us = <5000>; }; };
         vcpu2 { affinity = <0xc>; }; };",
    )
    .unwrap();
    assert!(config.autostart);
    let edf = |budget, period| Some(EdfConfig { budget_ns: budget, period_ns: period });
    let vcpu =
        |priority, mask, edf| VcpuConfig { priority, affinity: Some(mask), slice_ns: Some(2_000_000), edf };
    assert_eq!(
        config.vcpus,
        [
            vcpu(5, 1, edf(100_000, 1_000_000)),
            vcpu(1, 2, edf(7_000, 5_000_000)),
            vcpu(5, 0xc, edf(100_000, 1_000_000))
        ]
    );
}

#[test]
fn several_regions_of_ram_come_in_order() {
    let dtb = guest_dts(
        "memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0x1000 1 0 0 0x200000>; };
         memory { size = <0x2000000>; }; images { kernel { file = \"a\"; }; };",
    );
    let config = GuestConfig::from_dtb("ram", &dtb, BINDINGS).unwrap();
    let bases: Vec<u64> = config.memory.iter().map(|range| range.base().0).collect();
    assert_eq!(bases, [0x4000_0000, 0x8000_0000, 0x1_0000_0000]);
    assert_eq!(config.memory[0].size(), 0x200_0000);
}

#[test]
fn devices_get_places_around_given_ones() {
    let config = parse(
        "first { compatible = \"arm,pl011\"; };
         second { compatible = \"arm,pl011\"; reg = <0 0x9010000 0 0x1000>; interrupts = <0 0 4>; };
         gpio { compatible = \"arm,pl061\"; };
         twin@1 { compatible = \"virtio,mmio\"; };
         twin@2 { compatible = \"virtio,mmio\"; interrupts = <0 2 1>; };
         off { compatible = \"arm,pl011\"; status = \"disabled\"; };",
    )
    .unwrap();
    let seen: Vec<(&str, u64, u64, Vec<u32>)> = config
        .devices
        .iter()
        .map(|d| (d.name.as_str(), d.base.0, d.size, d.interrupts.iter().map(|i| i.intid).collect()))
        .collect();
    assert_eq!(
        seen,
        [
            ("first", 0x900_0000, 0x1000, vec![33]),
            ("second", 0x901_0000, 0x1000, vec![32]),
            ("gpio", 0x902_0000, 0x1000, vec![35]),
            ("twin@1", 0x903_0000, 0x200, vec![36]),
            ("twin@2", 0x904_0000, 0x200, vec![34]),
        ]
    );
    assert_eq!(config.devices[3].interrupts[0].trigger, Trigger::Edge);
    assert_eq!(config.devices[0].interrupts[0].trigger, Trigger::Level);
}

#[test]
fn pass_through_is_read() {
    let config = parse(
        "sram@1000000 { ferrovisor,passthrough; reg = <0 0x1000000 0 0x2000 0 0x5000000 0 0x1000>;
           ferrovisor,guest-address = <0 0xa000000 0 0xa010000>; interrupts = <0 100 4>;
           compatible = \"vendor,thing\"; child { x = <1>; }; };",
    )
    .unwrap();
    let device = &config.passthrough[0];
    assert_eq!(device.name, "sram");
    assert_eq!(device.regions[0].host, PhysAddr(0x100_0000));
    assert_eq!(device.regions[1].guest, GuestRange::new(0xa01_0000, 0x1000).unwrap());
    assert_eq!(device.interrupts[0].intid, 132);
    let tree = guest_tree(&config);
    assert!(tree.contains("sram@a000000 {"), "{tree}");
    assert!(tree.contains("reg = <0x00 0xa000000 0x00 0x2000 0x00 0xa010000 0x00 0x1000>;"), "{tree}");
    assert!(tree.contains("vendor,thing") && tree.contains("child {"), "{tree}");
}

#[test]
fn images_are_read() {
    let dtb = guest_dts(
        "memory { size = <0x10000000>; }; images {
           kernel { file = \"fw.elf\"; format = \"elf\"; entry = <0x0 0x40080000>; };
           initrd { file = \"dir/initrd\"; load-address = <0x48000000>; };
           blob { file = \"data\"; load-address = <0 0x49000000>; format = \"raw\"; };
         };",
    );
    let config = GuestConfig::from_dtb("images", &dtb, BINDINGS).unwrap();
    assert_eq!(config.images[0].format, Format::Elf);
    assert_eq!(config.images[0].entry, Some(GuestPhysAddr(0x4008_0000)));
    assert_eq!(config.images[1].role, Role::Initrd);
    assert_eq!(config.images[2].role, Role::Blob);
    assert_eq!(config.images[2].load, Some(GuestPhysAddr(0x4900_0000)));
}

#[test]
fn the_guests_tree_has_what_linux_needs() {
    let config = parse(
        "vcpus { count = <2>; };
         uart0: uart0 { compatible = \"arm,pl011\"; ferrovisor,console = \"x\"; current-speed = <115200>; };
         gpio: gpio { compatible = \"arm,pl061\"; };
         keys { compatible = \"gpio-keys\"; key { gpios = <&gpio 3 0>; linux,code = <116>; }; };
         aliases { serial0 = &uart0; };
         chosen { bootargs = \"console=ttyAMA0 quiet\"; stdout-path = \"/uart0:115200n8\"; my-prop = <7>; };",
    )
    .unwrap();
    assert_eq!(config.bootargs, "console=ttyAMA0 quiet");
    let tree = guest_tree(&config);
    for expected in [
        "compatible = \"ferrovisor,guest\";",
        "model = \"Ferrovisor guest test\";",
        "interrupt-parent = <0x8000>;",
        "cpu@1 {\n\t\t\tdevice_type = \"cpu\";\n\t\t\tcompatible = \"arm,armv8\";\n\t\t\treg = <0x01>;\n\t\t\tenable-method = \"psci\";",
        "compatible = \"arm,psci-1.0\\0arm,psci-0.2\";\n\t\tmethod = \"hvc\";",
        "interrupts = <0x01 0x0d 0x04 0x01 0x0e 0x04 0x01 0x0b 0x04 0x01 0x0a 0x04>;",
        "interrupt-controller@8000000 {\n\t\tcompatible = \"arm,gic-v3\";\n\t\treg = <0x00 0x8000000 0x00 0x10000 0x00 0x80a0000 0x00 0x40000>;",
        "memory@40000000 {\n\t\tdevice_type = \"memory\";\n\t\treg = <0x00 0x40000000 0x00 0x10000000>;",
        "uart0@9000000 {\n\t\tcompatible = \"arm,pl011\\0arm,primecell\";",
        "clock-names = \"uartclk\\0apb_pclk\";",
        "interrupts = <0x00 0x00 0x04>;",
        "#gpio-cells = <0x02>;",
        "gpio-controller;",
        "clock-24000000 {",
        "clock-frequency = <0x16e3600>;",
        "serial0 = \"/uart0@9000000\";",
        "stdout-path = \"/uart0@9000000:115200n8\";",
        "my-prop = <0x07>;",
        "linux,initrd-start = <0x00 0x48000000>;",
        "linux,initrd-end = <0x00 0x48123456>;",
        "rng-seed = <0xa5a5a5a5",
        "current-speed = <0x1c200>;",
        "keys {",
    ] {
        assert!(tree.contains(expected), "{expected} is not in\n{tree}");
    }
    for absent in ["ferrovisor,console", "autostart", "images", "vcpus"] {
        assert!(!tree.contains(absent), "{absent} is in\n{tree}");
    }
    assert_eq!(tree.matches("fixed-clock").count(), 1);
}

#[test]
fn a_seed_of_the_user_stays() {
    let config = parse("chosen { rng-seed = <1 2 3 4>; };").unwrap();
    assert!(guest_tree(&config).contains("rng-seed = <0x01 0x02 0x03 0x04>;"));
}

#[test]
fn gicv2_is_described() {
    let config = parse(
        "vcpus { count = <4>; }; gic: intc { compatible = \"arm,cortex-a15-gic\"; interrupt-controller; };
         uart { compatible = \"arm,pl011\"; interrupt-parent = <&gic>; };",
    )
    .unwrap();
    assert_eq!(config.gic.version, GicVersion::V2);
    assert_eq!(config.gic.cpu, GuestRange::new(0x801_0000, 0x2000).unwrap());
    let tree = guest_tree(&config);
    assert!(tree.contains("intc@8000000 {\n\t\tcompatible = \"arm,cortex-a15-gic\";"), "{tree}");
    assert!(tree.contains("0x01 0x0b 0xf04"), "{tree}");
    assert!(tree.contains("interrupt-parent = <0x01>;"), "{tree}");
}

#[test]
fn the_gic_moves_with_its_reg() {
    let config = parse(
        "intc@2f000000 { compatible = \"arm,gic-v3\"; reg = <0 0x2f000000 0 0x10000 0 0x2f100000 0 0x200000>; };",
    )
    .unwrap();
    assert_eq!(config.gic.cpu, GuestRange::new(0x2f10_0000, 0x2_0000).unwrap());
}

#[test]
fn the_tree_is_the_same_every_time() {
    let body = "a { compatible = \"arm,pl011\"; }; b { compatible = \"arm,pl061\"; };";
    let (one, two) = (parse(body).unwrap(), parse(body).unwrap());
    assert_eq!(one, two);
    let placement = Placement::default();
    assert_eq!(one.guest_dtb(&placement).unwrap(), two.guest_dtb(&placement).unwrap());
}

#[test]
fn reserved_memory_is_taken_over() {
    let config = parse(
        "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
           hole@41000000 { reg = <0 0x41000000 0 0x100000>; no-map; }; };",
    )
    .unwrap();
    assert_eq!(config.reserved, [GuestRange::new(0x4100_0000, 0x10_0000).unwrap()]);
    assert!(guest_tree(&config).contains("hole@41000000 {"));
}

#[test]
fn devices_behind_a_bus_are_the_hosts_business() {
    let config = parse(
        "gic: gic { compatible = \"arm,gic-v3\"; };
         pci { compatible = \"pci-host-ecam-generic\"; interrupts = <0 7 4>, <0 9 4>;
           disk { ferrovisor,device = \"blk\"; ferrovisor,ramdisk; }; net@2 { ferrovisor,slot = <2>; }; };
         uart { compatible = \"arm,pl011\"; child { x = <1>; }; };",
    )
    .unwrap();
    let pci = &config.devices[0];
    assert_eq!((pci.size, config.devices[1].base.0), (0x20_0000, 0x920_0000));
    let children: Vec<_> =
        pci.children.iter().map(|child| (child.name.as_str(), child.path.as_str())).collect();
    assert_eq!(children, [("disk", "/pci/disk"), ("net@2", "/pci/net@2")]);
    assert_eq!(pci.children[1].properties.u32("ferrovisor,slot"), Some(2));
    assert!(config.devices[1].children.is_empty());
    let tree = guest_tree(&config);
    for expected in [
        "pci@9000000 {",
        "reg = <0x00 0x9000000 0x00 0x100000>;",
        "ranges = <0x2000000 0x00 0x9100000 0x00 0x9100000 0x00 0x100000>;",
        "interrupt-map = <0x00 0x00 0x00 0x01 0x8000 0x00 0x07 0x04 0x800 0x00 0x00 0x01 0x8000 0x00 0x09 0x04>;",
        "child {",
    ] {
        assert!(tree.contains(expected), "{expected} is not in\n{tree}");
    }
    for absent in ["disk", "net@2", "interrupts = <0x00 0x07"] {
        assert!(!tree.contains(absent), "{absent} is in\n{tree}");
    }
    let text = parse(
        "pci { compatible = \"pci-host-ecam-generic\"; a { reg = <1>; ferrovisor,slo = <1>; b { }; }; };",
    );
    let text = text.unwrap_err().to_string();
    assert!(text.contains("(did you mean 'ferrovisor,slot'?)") && text.contains("/pci/a/b: "), "{text}");
}

#[test]
fn memory_can_be_hidden() {
    let config = parse("memory@4000000 { ferrovisor,hidden; reg = <0 0x4000000 0 0x40000>; };").unwrap();
    assert_eq!((config.memory.len(), config.memory[0].base().0), (2, 0x400_0000));
    assert_eq!(config.reserved, [GuestRange::new(0x400_0000, 0x4_0000).unwrap()]);
    let tree = guest_tree(&config);
    assert!(
        tree.contains("memory@40000000")
            && !tree.contains("4000000 {\n\t\tdevice_type = \"memory\";\n\t\treg = <0x00 0x4000000 "),
        "{tree}"
    );
    assert_eq!(tree.matches("device_type = \"memory\"").count(), 1);
}

#[test]
fn affinities_follow_the_vcpu_number() {
    assert_eq!(mpidr(0), 0);
    assert_eq!(mpidr(15), 15);
    assert_eq!(mpidr(16), 0x100);
    assert_eq!(mpidr(33), 0x201);
}
