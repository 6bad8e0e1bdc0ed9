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

/// Measures and prints; gives the names of the missed bars.
///
/// # Errors
/// When the board has no card, something cannot be fetched, or it does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let native = native(args)?;
    if args.json {
        println!("{{\"read_64M_native_ns\": {native}}}");
    } else {
        println!(
            "64 MiB of the SD card, counted time: the stock kernel's dd takes {:.3} ms",
            native as f64 / 1e6
        );
    }
    Ok(Vec::new())
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

/// The best of the times that the script says.
fn read(session: &mut Session) -> Result<u64> {
    session.wait_for("bench: done")?;
    let log = session.log();
    let times = log.lines().filter_map(|line| {
        let (turn, time) = line.trim().strip_prefix("bench: read ")?.split_once(' ')?;
        (turn != "0").then(|| time.trim().parse::<u64>().ok()).flatten()
    });
    times.min().context("the script gives no time")
}
