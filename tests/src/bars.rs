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

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "bars_reading_the_card", limit: 300, profiles: RELEASE, run: card },
    Test { name: "bars_a_guest_beside_reads_of_the_card", limit: 300, profiles: RELEASE, run: beside },
];

/// Every operation of the micro-benchmark is within its bar.
fn micro(context: &Context) -> Result<()> {
    bench::run(&args(context, Suite::Micro))
}

/// 64 MiB of the card are read in no more counted time than the stock kernel's `dd` takes on the bare board.
fn card(context: &Context) -> Result<()> {
    bench::run(&args(context, Suite::Card))
}

/// A guest's operations take what they take without it while the card is read, within 2 %.
fn beside(context: &Context) -> Result<()> {
    bench::run(&args(context, Suite::Beside))
}

/// What to measure on the test's board.
fn args(context: &Context, suite: Suite) -> BenchArgs {
    BenchArgs { suite, board: context.board.into(), json: false, native: false, verbose: false, kvm: false }
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
