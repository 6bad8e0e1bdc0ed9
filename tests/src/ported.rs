// SPDX-License-Identifier: GPL-2.0-only
//! Drivers beyond those of the boards: the worked example of the guide, and an unmodified driver of Linux that
//! is dropped in by hand as the guide says.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xtask::project;
use xtask::qemu::Overrides;

use crate::harness::{Context, DEBUG, OWN_IMAGE, Running, Setup, Test, virt_drivers};

/// On QEMU's machine.
pub const QEMU_VIRT: &[Test] = &[
    Test { name: "ported_example_reads_its_device", limit: 60, profiles: OWN_IMAGE, run: example },
    Test { name: "ported_drivers_are_heard", limit: 60, profiles: DEBUG, run: heard },
];

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "ported_driver_dropped_in_by_hand", limit: 90, profiles: DEBUG, run: dropped_in }];

/// CPUs of the machine with the example: not what the board has by default.
const CPUS: u32 = 3;

/// What a memory holds, as digits.
fn bytes(machine: &mut Running, memory: &str, offset: u32, count: u32) -> Result<String> {
    let answer = machine.json(&format!("nvmem read {memory} {offset} {count}"))?;
    Ok(answer["bytes"].as_str().with_context(|| format!("`nvmem read` says: {answer}"))?.to_owned())
}

/// The example's memory holds what the machine was started with.
fn example(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup {
        drivers: virt_drivers(),
        machine: Overrides { cpus: Some(CPUS), ..Overrides::default() },
        ..Setup::default()
    })?;
    machine.wait_for_prompt()?;
    let signature = bytes(&mut machine, "fw-cfg", 0, 4)?;
    ensure!(signature == "51454d55", "the signature is {signature}, not QEMU");
    // Across the border of two items: the end of one, and the signature's follower.
    let cpus = bytes(&mut machine, "fw-cfg", 5 * 256, 2)?;
    ensure!(cpus == format!("{CPUS:02x}00"), "the number of CPUs reads as {cpus}, not {CPUS}");
    let border = bytes(&mut machine, "fw-cfg", 5 * 256 - 2, 4)?;
    ensure!(border == format!("0000{CPUS:02x}00"), "across two items it reads {border}");
    let end = machine.command("nvmem read fw-cfg 16384 1")?;
    ensure!(end.contains("error"), "reading past the end says: {end}");
    Ok(())
}

/// A folder of `ported-drivers/` that goes away with this.
pub struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A fresh folder with a driver's file in it, and the few lines that describe it.
pub fn drop_in(name: &str, source: &Path, compatible: &str) -> Result<Folder> {
    let folder = Folder(project::root().join("ported-drivers").join(name));
    let _ = fs::remove_dir_all(&folder.0);
    fs::create_dir_all(&folder.0)?;
    let file = source.file_name().context("a path without a name")?.to_string_lossy().into_owned();
    fs::copy(source, folder.0.join(&file)).with_context(|| format!("cannot copy {}", source.display()))?;
    let text = format!(
        "# SPDX-License-Identifier: GPL-2.0-only\nsummary = \"Dropped in by a test\"\norigin = \"local\"\n\
         sources = [{file:?}]\ncompatible = [{compatible:?}]\n"
    );
    fs::write(folder.0.join("driver.toml"), text)?;
    Ok(folder)
}

/// No board names the driver of the fuses: its file in a folder is all that it takes. The fuses read as the
/// emulator was told.
fn dropped_in(context: &Context) -> Result<()> {
    const NAME: &str = "dropped-in-by-a-test";
    let source = xtask::driver::linux()?.join("drivers/nvmem/sunxi_sid.c");
    let _folder = drop_in(NAME, &source, "allwinner,sun8i-h3-sid")?;
    let identifier = ["-global", "allwinner-sid.identifier=12345678-9abc-def0-0123-456789abcdef"];
    let mut machine = context.boot(Setup {
        drivers: vec![NAME.into()],
        machine: Overrides { extra: identifier.map(str::to_owned).into(), ..Overrides::default() },
        ..Setup::default()
    })?;
    machine.wait_for_prompt()?;
    let fuses = bytes(&mut machine, "sunxi-sid0", 0, 16)?;
    // Words with their first byte last, as the chip has them.
    ensure!(fuses == "78563412f0debc9a67452301efcdab89", "the fuses read as {fuses}");
    Ok(())
}

/// Whatever a driver says is in the log with its level, its device and, where that is asked for, who said it; what it
/// takes for hopeless stops the machine with the place.
fn heard(context: &Context) -> Result<()> {
    const NAME: &str = "loud-one-of-a-test";
    let source = project::root().join("tests/drivers/loud.c");
    let _folder = drop_in(NAME, &source, "qemu,fw-cfg-mmio")?;
    let mut machine = context.boot(Setup { drivers: vec![NAME.into()], ..Setup::default() })?;
    machine.wait_for_prompt()?;
    let log = machine.command("log")?;
    let device = "loud 9020000.fw-cfg:";
    let mut said: Vec<String> = (0..4).map(|level| format!("error: {device} level {level}")).collect();
    said.push(format!("warning: {device} level 4"));
    said.extend([5, 6].map(|level| format!("0 {device} level {level}")));
    said.push(format!("error: {device} a level of its own"));
    said.push("warning: without a device: 9020000.fw-cfg".into());
    said.push("error: a list of 1 and two".into());
    said.push("warning: warned of 9020000.fw-cfg".into());
    said.push("in the probe of loud".into());
    // The stack that it asks for.
    said.push("loud_probe+0x".into());
    said.push(format!("error: {device} error -EIO: in the end"));
    said.push("(taint 6)".into());
    for text in said {
        ensure!(log.contains(&text), "`{text}` is not in the log: {log}");
    }
    ensure!(log.matches("WARNING at loud.c:").count() == 1, "one of two warnings was due: {log}");
    // What it takes for hopeless ends its call: the device fails, with the place, and the machine runs on.
    for (byte, says) in [(0, "panic: asked for 1 byte at 0"), (1, "BUG at loud.c:")] {
        let start = machine.log().len();
        machine.command(&format!("nvmem read loud {byte} 1"))?;
        // Another thread says so, before or after the prompt.
        let stopped = |machine: &Running| {
            machine
                .log()
                .get(start..)
                .is_some_and(|log| log.contains("the device is stopped until it is bound again"))
        };
        while !stopped(&machine) {
            machine.command("sleep 100")?;
        }
        let log = machine.log();
        let report = log.get(start..).unwrap_or_default();
        for text in [says, "the operation (loud_read [", "loud_read+0x"] {
            ensure!(report.contains(text), "`{text}` is not in the report: {report}");
        }
        machine.done("device rebind /fw-cfg@9020000")?;
    }
    Ok(())
}
