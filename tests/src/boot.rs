// SPDX-License-Identifier: GPL-2.0-only
//! The image boots on every machine that it is for, with and without a guest.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use xtask::image;
use xtask::process;
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, Entry, PEN, RELEASE_WORD, Setup, Test};
use crate::lives::ticks_on;
use crate::memory::{compiled, machine_tree};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "boot_without_a_guest", limit: 60, profiles: BOTH, run: without_a_guest },
    Test { name: "boot_linux0", limit: 120, profiles: BOTH, run: linux0 },
    Test { name: "boot_linux0_gicv2", limit: 120, profiles: BOTH, run: linux0_gicv2 },
    Test { name: "boot_spin_table", limit: 60, profiles: DEBUG, run: spin_table },
    Test { name: "boot_gzip_and_elf", limit: 60, profiles: DEBUG, run: formats },
    // The last one: it builds an image of its own.
    Test { name: "boot_options", limit: 60, profiles: DEBUG, run: options },
];

fn without_a_guest(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    machine.wait_for_prompt()?;
    let version = machine.command("version")?;
    ensure!(version.to_lowercase().contains("ferrovisor"), "`version` says: {version}");
    machine.send("poweroff")?;
    let status = machine.wait_for_exit()?;
    ensure!(status.success(), "after `poweroff` the machine ended with {status}");
    Ok(())
}

fn linux0(context: &Context) -> Result<()> {
    reaches_user_space(context, Overrides::default())
}

fn linux0_gicv2(context: &Context) -> Result<()> {
    reaches_user_space(context, Overrides { gic: Some(2), ..Overrides::default() })
}

/// Boots `linux0`, goes to its console, and comes back.
fn reaches_user_space(context: &Context, machine: Overrides) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts")];
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    machine.wait_for("ferrovisor-guest: user space up, 2 CPUs")?;
    machine.wait_for("/ # ")?;
    machine.send("echo $((6 * 7)) is the answer")?;
    machine.wait_for("42 is the answer")?;
    machine.send_bytes(b"\x1d")?;
    machine.wait_for_prompt()?;
    let list = machine.command("guest list")?;
    ensure!(list.contains("linux0"), "`guest list` says: {list}");
    Ok(())
}

/// CPU 1 waits at a spin table, as below firmware without PSCI's CPU_ON; a guest then runs there.
fn spin_table(context: &Context) -> Result<()> {
    const TREE: u64 = 0x4a00_0000;
    const BUNDLE: u64 = 0x4b00_0000;
    let ticker =
        context.variant("ticker", "ticker", &[("count = <1>;", "count = <1>; affinity = <0x2>;")])?;
    let bundle = context.pack(&[ticker])?;
    let end = BUNDLE + bundle.len() as u64;
    let source = machine_tree(context, 2, "1G")?;
    let (before, cpu) = source.split_once("cpu@1 {").context("no cpu@1")?;
    let table = format!("cpu-release-addr = <0x0 {RELEASE_WORD:#x}>; enable-method = \"spin-table\";");
    ensure!(cpu.contains("enable-method = \"psci\";"), "{cpu}");
    let source = format!("{before}cpu@1 {{{}", cpu.replacen("enable-method = \"psci\";", &table, 1));
    let reserved = format!("/dts-v1/;\n/memreserve/ {PEN:#x} 0x1000;");
    let initrd = format!("chosen {{ linux,initrd-start = <{BUNDLE:#x}>; linux,initrd-end = <{end:#x}>;");
    let source = source.replacen("/dts-v1/;", &reserved, 1).replacen("chosen {", &initrd, 1);
    let tree = compiled(context, "spin", &source)?;
    let bundle = context.file("bundle.cpio", &bundle)?;
    let mut extra = Vec::new();
    for (file, address) in [(tree, TREE), (bundle, BUNDLE)] {
        extra.push("-device".to_owned());
        extra.push(format!("loader,file={},addr={address:#x},force-raw=on", file.display()));
    }
    let machine = Overrides { extra, ..Overrides::default() };
    let mut machine = context.boot(Setup { machine, entry: Entry::SpinTable(TREE), ..Setup::default() })?;
    machine.wait_for("2 CPUs up")?;
    machine.wait_for_prompt()?;
    ticks_on(&mut machine, "ticker")?;
    let list = machine.json("vcpu list")?;
    let vcpu = list.as_array().and_then(|all| all.iter().find(|entry| entry["vcpu"] == "ticker/0"));
    ensure!(vcpu.is_some_and(|entry| entry["cpu"] == 1), "{list}");
    Ok(())
}

/// Guests from a kernel in gzip, and from an ELF file.
fn formats(context: &Context) -> Result<()> {
    let image = image::guest("ticker")?;
    let bytes = std::fs::read(&image)?;
    let mut gzip = Command::new("gzip");
    let packed = process::output(gzip.args(["-9", "--stdout"]).arg(&image))?;
    ensure!(packed.len() < bytes.len(), "gzip does not pack");
    context.file("ticker.gz", &packed)?;
    context.file("ticker.elf", &elf(&bytes, 0x4020_0000))?;
    let guests = vec![
        context.variant("ticker", "packed", &[("ticker.bin", "ticker.gz")])?,
        context.variant("ticker", "linked", &[("ticker.bin", "ticker.elf")])?,
    ];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    ticks_on(&mut machine, "packed")?;
    ticks_on(&mut machine, "linked")?;
    let registers = machine.command("guest info linked")?;
    ensure!(registers.contains("linked"), "{registers}");
    Ok(())
}

/// An ELF file with these bytes as its one segment at this address, with a MiB of zeroes behind, entered at its start.
fn elf(bytes: &[u8], address: u64) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    // Executable, AArch64, version 1.
    file.extend([2, 0, 183, 0, 1, 0, 0, 0]);
    // Entry; program headers at 64, no section headers.
    [address, 64, 0].iter().for_each(|word| file.extend(word.to_le_bytes()));
    file.extend([0; 4]);
    // Sizes of this header and of a program header, of which there is 1.
    [64u16, 56, 1, 0, 0, 0].iter().for_each(|half| file.extend(half.to_le_bytes()));
    // PT_LOAD, readable, writable, executable.
    [1u32, 7].iter().for_each(|word| file.extend(word.to_le_bytes()));
    let size = bytes.len() as u64;
    let fields = [0x1000, address, address, size, size + (1 << 20), 0x1000];
    fields.iter().for_each(|word: &u64| file.extend(word.to_le_bytes()));
    file.resize(0x1000, 0);
    file.extend(bytes);
    file
}

/// With the device tree that is built in, since there is none in x0; and with a policy of its own on CPU 1 from the start.
fn options(context: &Context) -> Result<()> {
    let options = "dtb.builtin = true\nsched.edf-cpus = 2";
    let mut machine = context.boot(Setup { entry: Entry::Tree(0), options, ..Setup::default() })?;
    machine.wait_for("2 CPUs up")?;
    machine.wait_for_prompt()?;
    // The board's own tree has this model, the emulator's has none.
    let tree = machine.command("host dt /")?;
    ensure!(tree.contains("model = \"QEMU virt\""), "{tree}");
    let memory = machine.json("host mem")?;
    ensure!(memory["total"] == 1u64 << 30, "{memory}");
    let list = machine.json("sched policy")?;
    ensure!(list[0]["policy"] == "priority" && list[1]["policy"] == "edf", "{list}");
    // With a whole tree in x0, that one is used.
    let guests = vec![context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests, options, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    ticks_on(&mut machine, "ticker")?;
    Ok(())
}
