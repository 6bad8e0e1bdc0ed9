// SPDX-License-Identifier: GPL-2.0-only
//! `bench card`: reading 64 MiB of the SD card, by the stock kernel on the bare board and by the hypervisor.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::BenchArgs;
use super::machine::{self, Bare};
use crate::artifacts::initramfs::{self, Extra};
use crate::session::Session;
use crate::{artifacts, project};

/// Drivers of the stock kernel for the boards' SD hosts, and what they need: by folder of the package.
const MODULES: [&str; 7] = [
    "regulator/fixed",
    "regulator/gpio-regulator",
    "mmc/host/sunxi-mmc",
    "mmc/host/cqhci",
    "mmc/host/sdhci",
    "mmc/host/sdhci-pltfm",
    "mmc/host/sdhci-of-arasan",
];

/// No address randomization: every run is then the same.
const BOOTARGS: &str = "nokaslr fv_run=/card.sh";

/// Blocks that are read: 64 MiB.
const BLOCKS: u64 = 64 << 11;

/// Measures and prints; gives the names of the missed bars.
///
/// # Errors
/// When the board has no card, something cannot be fetched, or it does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let native = native(args)?;
    let ours = if args.native { None } else { Some(hypervisor(args)?) };
    if args.json {
        let ours = ours.map_or(String::new(), |ours| format!(", \"read_64M_ns\": {ours}"));
        println!("{{\"read_64M_native_ns\": {native}{ours}}}");
    } else {
        let ms = |ns: u64| ns as f64 / 1e6;
        println!("64 MiB of the SD card, counted time:");
        println!("{:<40}{:>10.3} ms", "stock kernel on the bare board, dd", ms(native));
        if let Some(ours) = ours {
            println!("{:<40}{:>10.3} ms", "hypervisor, block scan", ms(ours));
        }
    }
    Ok(ours.into_iter().flat_map(|ours| missed(ours, native)).collect())
}

/// The hypervisor must not take longer than the stock kernel.
fn missed(ours: u64, native: u64) -> Option<String> {
    (ours > native).then(|| format!("read_64M {ours} ns > {native} ns"))
}

/// Nanoseconds that the hypervisor takes.
fn hypervisor(args: &BenchArgs) -> Result<u64> {
    let mut session = machine::alone(args)?;
    session.wait_for_prompt()?;
    until_ready(&mut session)?;
    let mut scan = || {
        let said = session.command(&format!("block scan mmc0 0 {BLOCKS} --json"))?;
        time(&said).with_context(|| format!("`block scan` says: {said}"))
    };
    // The first time warms up the code. Counted time is the same each time after that.
    scan()?;
    scan()
}

/// Waits for the card, which is looked for while the rest starts.
///
/// # Errors
/// When it does not come.
pub fn until_ready(session: &mut Session) -> Result<()> {
    let mut looks = 0;
    while !session.command("mmc list --json")?.contains("\"ready\"") {
        looks += 1;
        ensure!(looks < 100, "the hypervisor finds no card: {}", session.log());
        session.command("sleep 100")?;
    }
    Ok(())
}

/// The time in the answer of `block scan`.
fn time(said: &str) -> Option<u64> {
    let object = said.lines().find_map(|line| serde_json::from_str::<serde_json::Value>(line.trim()).ok())?;
    object["time"].as_u64()
}

/// Nanoseconds that the stock kernel takes.
fn native(args: &BenchArgs) -> Result<u64> {
    let board = project::board(&args.board)?;
    ensure!(
        crate::card::of_board(&board)?.is_some(),
        "the board `{}` has no SD card (machine.sd in its board.toml)",
        args.board
    );
    let initrd = project::target().join("bench").join("card.cpio");
    artifacts::store(&initrd, &files()?)?;
    let what = Bare {
        kernel: artifacts::get("linux-6.1/Image")?,
        initrd: Some(initrd),
        append: Some(BOOTARGS.into()),
        memory: "1G".into(),
        cpus: 4,
        extra: Vec::new(),
    };
    let mut session = machine::bare(args, what)?;
    read(&mut session).context("the stock kernel on the bare board")
}

/// The initramfs with the modules and the script.
fn files() -> Result<Vec<u8>> {
    let script = fs::read(project::root().join("guests/linux/card.sh"))?;
    let drivers = artifacts::linux_modules()?.join("kernel/drivers");
    let mut modules = Vec::new();
    for module in MODULES {
        let path: PathBuf = drivers.join(format!("{module}.ko"));
        // What is built into the kernel has no file.
        if let Ok(bytes) = fs::read(path) {
            let name = module.rsplit('/').next().unwrap_or(module);
            modules.push((format!("{name}.ko"), bytes));
        }
    }
    let mut extra = vec![Extra { path: "card.sh", bytes: &script, executable: true }];
    extra.extend(modules.iter().map(|(path, bytes)| Extra { path, bytes, executable: false }));
    initramfs::busybox(&extra)
}

/// The time of the second reading, out of what the script says.
fn read(session: &mut Session) -> Result<u64> {
    session.wait_for("bench: done")?;
    let log = session.log();
    let time = log.lines().find_map(|line| line.trim().strip_prefix("bench: read 1 ")?.trim().parse().ok());
    time.context("the script gives no time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_the_stock_kernels_time() {
        assert_eq!(missed(100, 100), None);
        assert_eq!(missed(101, 100).as_deref(), Some("read_64M 101 ns > 100 ns"));
        assert_eq!(time("block scan\n{\"name\":\"mmc0\",\"bytes\":1,\"time\":77}\n"), Some(77));
        assert_eq!(time("error: block scan: mmc0: the device is gone"), None);
    }
}
