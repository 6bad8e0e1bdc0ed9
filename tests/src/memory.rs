// SPDX-License-Identifier: GPL-2.0-only
//! Memory: how little the hypervisor takes, what it says where there is too little, what it leaves alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use xtask::image::{self, Image};
use xtask::qemu::Overrides;
use xtask::{process, project, size};

use crate::harness::{BOTH, Context, RELEASE, Setup, Test};

/// Without a machine, but with an image to build: what may take long begins early.
const LONG: u64 = 300;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test {
        name: "memory_image_size",
        limit: LONG,
        profiles: RELEASE,
        run: |c| image_size(&without(c, &[])?, 600),
    },
    Test {
        name: "memory_image_with_virtio",
        limit: 60,
        profiles: RELEASE,
        run: |c| image_size(&c.image()?, 720),
    },
    Test { name: "memory_held_without_a_guest", limit: 60, profiles: RELEASE, run: held },
    Test { name: "memory_too_little_is_said", limit: 60, profiles: BOTH, run: too_little },
    Test { name: "memory_banks_and_reservations", limit: 60, profiles: BOTH, run: banks },
];

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test {
        name: "memory_image_with_linux_drivers",
        limit: LONG,
        profiles: RELEASE,
        run: |c| image_size(&without(c, &["dwmac-sun8i"])?, 1228),
    },
    Test {
        name: "memory_image_with_linux_drivers_and_network",
        limit: 60,
        profiles: RELEASE,
        run: |c| image_size(&c.image()?, 2048),
    },
];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The board's image without virtio devices and these drivers.
fn without(context: &Context, drivers: &[&str]) -> Result<Image> {
    let drivers: Vec<String> = drivers.iter().map(ToString::to_string).collect();
    image::build_less(context.board, context.profile, &[], &drivers, false)
}

/// Text and data of an image have at most so many KiB.
fn image_size(image: &Image, most: u64) -> Result<()> {
    let size = size::loaded(image)?;
    ensure!(size <= most * KIB, "the image has {size} bytes, {} KiB of at most {most}", size / KIB);
    Ok(())
}

/// With no guest on 2 CPUs the hypervisor holds at most 3 MiB, and `host mem` accounts for every byte.
fn held(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    machine.wait_for_prompt()?;
    let memory = machine.json("host mem")?;
    let number = |name: &str| memory[name].as_u64().with_context(|| format!("no {name}: {memory}"));
    let (total, hypervisor, free) = (number("total")?, number("hypervisor")?, number("free")?);
    ensure!(hypervisor <= 3 * MIB, "it holds {} KiB: {memory}", hypervisor / KIB);
    ensure!(total == 1024 * MIB && free > 1015 * MIB, "{memory}");
    let purposes = memory["by_purpose"].as_array().map(Vec::as_slice).unwrap_or_default();
    let sum: u64 = purposes.iter().filter_map(|purpose| purpose["kib"].as_u64()).sum();
    ensure!(sum * KIB == total, "the purposes add up to {sum} KiB: {memory}");
    Ok(())
}

/// In 8 MiB it runs without guests; what a guest lacks is said; the others start.
fn too_little(context: &Context) -> Result<()> {
    let small = |size: &str| Overrides { memory: Some(size.into()), ..Overrides::default() };
    let mut machine = context.boot(Setup { machine: small("8M"), ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("host mem")?;
    drop(machine);
    let guests = vec![context.guest_file("linux0.dts"), context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests, machine: small("100M"), ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.console("ticker", "ticker: ")?;
    let answer = machine.command("guest create linux0")?;
    let says = answer.contains("error: ") && answer.contains("256 MiB") && answer.contains("memory");
    ensure!(says, "`guest create` says: {answer}");
    ensure!(machine.log().contains("linux0: no contiguous host RAM"), "no word of it at boot");
    Ok(())
}

/// The machine's own device tree as source.
///
/// # Errors
/// When a tool fails.
pub fn machine_tree(context: &Context, cpus: u32, memory: &str) -> Result<String> {
    let blob = context.folder().join("machine.dtb");
    let machine = format!("virt,virtualization=on,gic-version=3,dumpdtb={}", blob.display());
    let mut command = Command::new("qemu-system-aarch64");
    command.args(["-M", &machine, "-cpu", "cortex-a53", "-smp", &cpus.to_string(), "-m", memory]);
    // Without the network device that it would have by itself, whose ROM may not be installed.
    process::output(command.args(["-display", "none", "-nic", "none"]))?;
    let mut command = Command::new("dtc");
    command.args(["-q", "-I", "dtb", "-O", "dts"]).arg(&blob);
    Ok(String::from_utf8(process::output(&mut command)?)?)
}

/// Compiles a device tree's source.
///
/// # Errors
/// When it has mistakes.
pub fn compiled(context: &Context, name: &str, source: &str) -> Result<PathBuf> {
    let dts = context.file(&format!("{name}.dts"), source.as_bytes())?;
    let blob = context.folder().join(format!("{name}.dtb"));
    let mut command = Command::new("dtc");
    process::output(command.args(["-q", "-I", "dts", "-O", "dtb", "-o"]).arg(&blob).arg(&dts))?;
    ensure!(fs::metadata(&blob)?.len() > 0, "{} is empty", project::shown(&blob));
    Ok(blob)
}

/// What `/memreserve/` and `/reserved-memory` name is never free and never a guest's, and a gap between
/// two banks is no RAM.
fn banks(context: &Context) -> Result<()> {
    let source = machine_tree(context, 2, "1G")?;
    let whole = "reg = <0x00 0x40000000 0x00 0x40000000>;";
    ensure!(source.contains(whole), "the machine's tree has no `{whole}`");
    // Two banks with a gap: 0x40000000..0x58000000 and 0x60000000..0x80000000.
    let two = "reg = <0x00 0x40000000 0x00 0x18000000 0x00 0x60000000 0x00 0x20000000>;";
    let reserved = "reserved-memory {
            #address-cells = <2>; #size-cells = <2>; ranges;
            secure@68000000 { reg = <0x0 0x68000000 0x0 0x800000>; no-map; };
            shared@6a000000 { reg = <0x0 0x6a000000 0x0 0x100000>; };
        };
        chosen {";
    let source = source.replace(whole, two).replacen("chosen {", reserved, 1);
    let source = source.replace("/dts-v1/;", "/dts-v1/;\n/memreserve/ 0x70000000 0x200000;");
    let tree = compiled(context, "banks", &source)?;
    // The emulator would write one bank of its own over a /memory of the file: it is not shown the file.
    const TREE: u64 = 0x4a00_0000;
    let extra = ["-device".into(), format!("loader,file={},addr={TREE:#x},force-raw=on", tree.display())];
    let machine = Overrides { extra: extra.into(), ..Overrides::default() };
    let entry = crate::harness::Entry::Tree(TREE);
    let mut machine = context.boot(Setup { machine, entry, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    let memory = machine.json("host mem")?;
    let total = memory["total"].as_u64().with_context(|| format!("no total: {memory}"))?;
    ensure!(total == 896 * MIB, "the banks have 896 MiB: {memory}");
    let free = memory["free_memory"].as_array().map(Vec::as_slice).unwrap_or_default();
    ensure!(!free.is_empty(), "nothing is free: {memory}");
    for range in free {
        let from = range["free_from"].as_str().unwrap_or_default().trim_start_matches("0x");
        let from = u64::from_str_radix(from, 16).with_context(|| format!("{range}"))?;
        let end = from + range["size"].as_u64().with_context(|| format!("{range}"))?;
        for (start, stop) in [
            (0x5800_0000, 0x6000_0000),
            (0x6800_0000, 0x6880_0000),
            (0x6a00_0000, 0x6a10_0000),
            (0x7000_0000, 0x7020_0000),
            (0x8000_0000, u64::MAX),
        ] {
            ensure!(end <= start || from >= stop, "{range} is said to be free");
        }
    }
    let purposes = memory["by_purpose"].as_array().map(Vec::as_slice).unwrap_or_default();
    let kib = purposes.iter().find(|purpose| purpose["purpose"] == "reserved").map(|p| p["kib"].clone());
    let least = (8 + 1 + 2) * KIB;
    ensure!(kib.as_ref().and_then(Value::as_u64) >= Some(least), "reserved: {kib:?}: {memory}");
    Ok(())
}
