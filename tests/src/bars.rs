// SPDX-License-Identifier: GPL-2.0-only
//! The numbers that the hypervisor promises, in counted instructions.

use anyhow::{Context as _, Result, ensure};
use xtask::bench::{self, BenchArgs, Suite};
use xtask::qemu::Overrides;

use crate::harness::{Context, RELEASE, Setup, Test};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "bars_micro_benchmarks", limit: 300, profiles: RELEASE, run: micro },
    Test { name: "bars_boot_time", limit: 300, profiles: RELEASE, run: boot },
];

/// Every operation of the micro-benchmark is within its bar.
fn micro(context: &Context) -> Result<()> {
    let args = BenchArgs {
        suite: Suite::Micro,
        board: context.board.into(),
        json: false,
        native: false,
        verbose: false,
    };
    bench::run(&args)
}

/// From the image's first instruction to that of `linux0`: at most 60 ms of counted time.
fn boot(context: &Context) -> Result<()> {
    for cpus in [1, 2, 4] {
        let extra = ["-icount", "shift=0,sleep=off"].map(str::to_owned).into();
        let machine = Overrides { cpus: Some(cpus), extra, ..Overrides::default() };
        let guests = vec![context.guest_file("linux0.dts")];
        let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
        machine.wait_for("boot: guest linux0 entered after ")?;
        machine.wait_for(" us")?;
        let log = machine.log();
        let number =
            log.split_once("boot: guest linux0 entered after ").and_then(|(_, n)| n.split_once(" us"));
        let time: u64 = number.context("no time")?.0.trim().parse()?;
        ensure!(time <= 60_000, "on {cpus} CPUs the guest is entered after {time} us");
    }
    Ok(())
}
