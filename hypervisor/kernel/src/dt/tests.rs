// SPDX-License-Identifier: GPL-2.0-only
//! The readers of the host's tree against trees compiled by dtc, and against hundreds of damaged ones.
use super::machine::{self, EnableMethod};
use super::*;
use arch::PhysAddr;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Compiles a tree with dtc.
pub(crate) fn dtb(source: &str) -> Vec<u8> {
    let mut dtc = Command::new("dtc")
        .args(["-q", "-I", "dts", "-O", "dtb", "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("dtc (package device-tree-compiler) is needed for this test");
    dtc.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let out = dtc.wait_with_output().unwrap();
    assert!(out.status.success(), "dtc refused the tree of a test");
    out.stdout
}

const MACHINE: &str = r#"/dts-v1/;
/memreserve/ 0x48000000 0x1000;
/ {
    #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;
    compatible = "test,machine";
    aliases { serial0 = &uart; };
    chosen { stdout-path = "serial0:115200n8"; bootargs = "a=1 guests.from=x y= guests.from=mmc0p1:/b=c"; linux,initrd-start = <0x48000000>; linux,initrd-end = <0x0 0x4a000000>; };
    memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x10000000>, <0x1 0 0 0x20000000>; };
    memory@8000000000 { device_type = "memory"; reg = <0x80 0 0 0x1000000>; };
    memory@f000000000 { device_type = "memory"; reg = <0xf0 0 0 0x1000000>; status = "disabled"; };
    reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        fw@44000000 { reg = <0 0x44000000 0 0x100000>; no-map; };
        buf@45000000 { reg = <0 0x45000000 0 0x200000>; };
        pool { size = <0 0x400000>; };
    };
    cpus { #address-cells = <1>; #size-cells = <0>;
        cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; enable-method = "psci"; };
        cpu@100 { device_type = "cpu"; reg = <0x100>; enable-method = "spin-table"; cpu-release-addr = <0 0x4000fff8>; };
        cpu@101 { device_type = "cpu"; reg = <0x101>; enable-method = "magic"; };
        cpu@102 { device_type = "cpu"; reg = <0x102>; status = "fail"; };
        cpu-map { cluster0 { core0 { }; }; };
    };
    psci { compatible = "arm,psci-1.0", "arm,psci-0.2"; method = "smc"; };
    timer { compatible = "arm,armv8-timer"; interrupts = <1 13 0xf08>, <1 14 0xf08>, <1 11 0xf04>, <1 10 0xf01>; };
    gic: interrupt-controller@8000000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>;
        reg = <0 0x08000000 0 0x10000>, <0 0x080a0000 0 0xf60000>; interrupts = <1 9 4>; };
    intc: other { interrupt-controller; #interrupt-cells = <1>; phandle = <0x77>; };
    soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>;
        ranges = <0x1000000 0 0x09000000 0x100000>, <0x2000000 0x10 0 0x100000>;
        uart: serial@1000400 { compatible = "arm,pl011", "arm,primecell"; reg = <0x1000400 0x400>, <0x2000010 0x10>;
            reg-names = "regs", "extra"; interrupts = <0 1 4>, <0 2 1>; interrupt-names = "a", "b"; };
        bridge@1080000 { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x1080000 0x10000>;
            inner@20 { reg = <0x20 0x10>; interrupts-extended = <&intc 5>, <&gic 0 987 4>; };
            outside@20000 { reg = <0x20000 0x10>; interrupts = <2 0 4>; };
        };
        nobus { #address-cells = <1>; #size-cells = <1>; lost@0 { reg = <0 4>; }; };
        bad { interrupts = <0 988 4>; reg = <1>; interrupt-parent = <0x1234>; };
    };
};"#;

fn node<'a>(fdt: Fdt<'a>, path: &str) -> Node<'a> {
    find_path(fdt, path).unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn nodes_are_found_by_path_alias_compatible_and_phandle() {
    let blob = dtb(MACHINE);
    let fdt = check(&blob).unwrap();
    assert_eq!(node(fdt, "/soc/serial").to_string(), "/soc/serial@1000400");
    assert_eq!(node(fdt, "serial0").to_string(), "/soc/serial@1000400");
    assert_eq!(node(fdt, "/").to_string(), "/");
    assert!(find_path(fdt, "/soc/serial@2").is_none() && find_path(fdt, "nothing").is_none());
    assert_eq!(find_compatible(fdt, &["arm,primecell"]).unwrap().name(), "serial@1000400");
    let gic = machine::interrupt_controller(fdt).unwrap();
    assert_eq!(find_phandle(fdt, gic.u32("phandle").unwrap()).unwrap().name(), gic.name());
    let (console, options) = machine::stdout(fdt).unwrap();
    assert_eq!((console.name(), options), ("serial@1000400", "115200n8"));
    assert_eq!(console.parent().unwrap().parent().unwrap().name(), "/");
}

#[test]
fn addresses_are_translated_through_every_bus() {
    let blob = dtb(MACHINE);
    let fdt = check(&blob).unwrap();
    let uart = node(fdt, "serial0");
    assert_eq!(uart.reg(0).unwrap(), Reg { base: PhysAddr(0x0900_0400), size: 0x400 });
    assert_eq!(uart.reg_by_name("extra").unwrap().base, PhysAddr(0x10_0000_0010));
    assert_eq!(node(fdt, "/soc/bridge/inner").reg(0).unwrap().base, PhysAddr(0x0908_0020));
    let kind = |path: &str| node(fdt, path).reg(0).unwrap_err().kind;
    assert_eq!(kind("/soc/bridge/outside"), DtErrorKind::NotTranslated { address: 0x20000 });
    assert_eq!(kind("/soc/nobus/lost"), DtErrorKind::NotTranslated { address: 0 });
    assert!(matches!(kind("/soc/bad"), DtErrorKind::Length { found: 4, .. }));
    assert_eq!(uart.reg(2).unwrap_err().kind, DtErrorKind::Index { index: 2, count: 2 });
    assert_eq!(node(fdt, "/cpus").reg_count().unwrap(), 0);
    let text = node(fdt, "/soc/bridge/outside").reg(0).unwrap_err().to_string();
    assert!(text.contains("bridge@1080000") && text.contains("ranges") && text.contains("0x20000"), "{text}");
}

#[test]
fn interrupts_are_decoded() {
    let blob = dtb(MACHINE);
    let fdt = check(&blob).unwrap();
    let uart = node(fdt, "serial0");
    assert_eq!(uart.interrupt(0).unwrap(), Interrupt { intid: 33, trigger: Trigger::Level });
    assert_eq!(uart.interrupt_by_name("b").unwrap(), Interrupt { intid: 34, trigger: Trigger::Edge });
    let inner = node(fdt, "/soc/bridge/inner");
    assert_eq!(inner.interrupt(1).unwrap().intid, 32 + 987);
    assert!(matches!(inner.interrupt(0).unwrap_err().kind, DtErrorKind::Value { found: 0x77, .. }));
    assert!(matches!(inner.interrupt(2).unwrap_err().kind, DtErrorKind::Index { index: 2, count: 2 }));
    assert!(matches!(
        node(fdt, "/soc/bridge/outside").interrupt(0).unwrap_err().kind,
        DtErrorKind::Value { .. }
    ));
    assert_eq!(
        node(fdt, "/soc/bad").interrupt(0).unwrap_err().kind,
        DtErrorKind::Dangling { phandle: 0x1234 }
    );
    assert_eq!(machine::hypervisor_timer(fdt).unwrap().intid, 26);
    assert_eq!(machine::virtual_timer(fdt).unwrap().intid, 27);
}

#[test]
fn the_machine_is_read() {
    let blob = dtb(MACHINE);
    let fdt = check(&blob).unwrap();
    let mut banks = Vec::new();
    machine::memory_banks(fdt, &mut |b| -> Result<(), DtError> {
        banks.push((b.start.0, b.end.0));
        Ok(())
    })
    .unwrap();
    assert_eq!(
        banks,
        [(0x4000_0000, 0x5000_0000), (0x1_0000_0000, 0x1_2000_0000), (0x80_0000_0000, 0x80_0100_0000)]
    );
    let mut reserved = Vec::new();
    machine::reservations(fdt, &mut |r| -> Result<(), DtError> {
        reserved.push((r.range.start.0, r.range.end.0, r.no_map));
        Ok(())
    })
    .unwrap();
    assert_eq!(
        reserved,
        [
            (0x4800_0000, 0x4800_1000, false),
            (0x4400_0000, 0x4410_0000, true),
            (0x4500_0000, 0x4520_0000, false)
        ]
    );
    assert_eq!(machine::boot_argument(fdt, "guests.from"), Some("mmc0p1:/b=c"));
    assert_eq!(machine::boot_argument(fdt, "y"), Some(""));
    assert_eq!(machine::boot_argument(fdt, "guests"), None);
    assert_eq!(machine::initrd(fdt).unwrap(), Some(PhysAddr(0x4800_0000)..PhysAddr(0x4a00_0000)));
    let mut cpus = Vec::new();
    machine::cpus(fdt, &mut |c| cpus.push(c.unwrap())).unwrap();
    assert_eq!(cpus.iter().map(|c| c.mpidr.0).collect::<Vec<_>>(), [0, 0x100, 0x101]);
    assert_eq!(cpus[0].enable, Ok(EnableMethod::Psci));
    assert_eq!(cpus[1].enable, Ok(EnableMethod::SpinTable(PhysAddr(0x4000_fff8))));
    // An unknown method, but there is a PSCI node... which the method overrules.
    assert!(cpus[2].enable.is_err());
    let psci = machine::psci(fdt).unwrap().unwrap();
    assert_eq!((psci.hvc, psci.cpu_on, psci.v0_2), (false, Some(0xc400_0003), true));
}

#[test]
fn old_psci_gives_its_own_numbers() {
    let blob =
        dtb("/dts-v1/; / { psci { compatible = \"arm,psci\"; method = \"hvc\"; cpu_on = <0x95c1ba60>; }; };");
    let psci = machine::psci(check(&blob).unwrap()).unwrap().unwrap();
    assert_eq!((psci.hvc, psci.cpu_on, psci.v0_2), (true, Some(0x95c1_ba60), false));
    let blob = dtb("/dts-v1/; / { psci { compatible = \"arm,psci-1.0\"; method = \"mail\"; }; };");
    assert!(machine::psci(check(&blob).unwrap()).unwrap_err().to_string().contains("smc or hvc"));
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth: usize| {
        let open: String = (0..depth).map(|i| format!("n{i} {{ ")).collect();
        dtb(&format!("/dts-v1/; / {{ {open} {} }};", "};".repeat(depth)))
    };
    assert!(check(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(check(&nested(MAX_DEPTH)).unwrap_err().kind, DtErrorKind::TooDeep);
    assert_eq!(check(&nested(400)).unwrap_err().kind, DtErrorKind::TooDeep);
}

#[test]
fn padding_can_be_cut_off() {
    let mut blob = dtb(MACHINE);
    let size = blob.len();
    blob.resize(1 << 20, 0);
    set_total_size(&mut blob, 1 << 20);
    let fdt = check(&blob).unwrap();
    let used = used_size(fdt);
    assert!(used <= size.next_multiple_of(8), "{used} of {size}");
    let mut copy = blob[..used].to_vec();
    set_total_size(&mut copy, used as u32);
    assert_eq!(node(check(&copy).unwrap(), "serial0").reg(0).unwrap().base, PhysAddr(0x0900_0400));
}

/// Everything the boot reads of a tree, so that a damaged one meets every reader. Returns what could be read.
pub(crate) fn read_everything(blob: &[u8]) -> Result<usize, DtError> {
    let fdt = check(blob)?;
    let mut good = 0;
    let mut count = |ok: bool| good += usize::from(ok);
    count(machine::memory_banks(fdt, &mut |_| Ok::<(), DtError>(())).is_ok());
    count(machine::reservations(fdt, &mut |_| Ok::<(), DtError>(())).is_ok());
    count(machine::initrd(fdt).is_ok());
    count(machine::stdout(fdt).is_ok());
    count(machine::cpus(fdt, &mut |c| drop(c.map_err(|e| e.to_string()))).is_ok());
    count(machine::psci(fdt).is_ok());
    count(machine::hypervisor_timer(fdt).is_ok());
    count(machine::virtual_timer(fdt).is_ok());
    count(machine::interrupt_controller(fdt).is_some());
    let _ = used_size(fdt);
    let none: Option<()> = walk(fdt, &mut |n| {
        let _ = (n.to_string(), n.available(), n.is_compatible(&["x"]));
        for i in 0..3 {
            let _ = n.reg(i).map_err(|e| e.to_string());
            let _ = n.interrupt(i).map_err(|e| e.to_string());
        }
        let _ = (n.reg_count(), n.reg_by_name("extra"), n.interrupt_by_name("b"), n.number("reg"));
        ControlFlow::Continue(())
    });
    assert!(none.is_none());
    Ok(good)
}

#[test]
fn damaged_trees_give_errors_and_never_a_panic() {
    let good = dtb(MACHINE);
    assert_eq!(read_everything(&good), Ok(9));
    let mut seed = 0x5eed_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as usize % below
    };
    let (mut refused, mut read, mut partly) = (0, 0, 0);
    for round in 0..4000 {
        let mut bad = good.clone();
        match round % 5 {
            // Single bits; whole words of tell-tale values; cuts; copies of parts elsewhere; many bytes.
            0 => bad[random(good.len())] ^= 1 << random(8),
            1 => {
                let value: u32 = [0, 1, 2, 3, 4, 9, u32::MAX, 0x8000_0000, 0x7fff_fffc][random(9)];
                let at = random(good.len() / 4) * 4;
                bad[at..at + 4].copy_from_slice(&value.to_be_bytes());
            }
            2 => bad.truncate(random(good.len())),
            3 => {
                let (from, to, len) = (random(good.len() - 64), random(good.len() - 64), random(64));
                bad.copy_within(from..from + len, to);
            }
            _ => (0..1 + random(16)).for_each(|_| bad[40 + random(good.len() - 40)] = random(256) as u8),
        }
        match read_everything(&bad) {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
            Ok(9) => read += 1,
            Ok(_) => partly += 1,
        }
    }
    assert!(refused > 500 && partly > 50 && read > 50, "{refused} refused, {partly} partly, {read} whole");
}

#[test]
fn claimed_sizes() {
    assert_eq!(claimed_size([0xd0, 0x0d, 0xfe, 0xed, 0, 0x10, 0, 0]), Some(0x10_0000));
    assert_eq!(claimed_size([0; 8]), None);
}
