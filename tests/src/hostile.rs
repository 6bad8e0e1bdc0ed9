// SPDX-License-Identifier: GPL-2.0-only
//! A guest that does everything wrong brings down itself at most: another one keeps ticking beside it,
//! and the terminal answers.

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, RELEASE, Running, Setup, Test};
use crate::lives::{tick_times, ticks_on};

/// The tests of this file. Together the guest does 1,750,000 operations, with different seeds on both kinds of
/// interrupt controller: a million of them in counted time.
pub const TESTS: &[Test] = &[
    Test { name: "hostile_gicv3_counted", limit: 400, profiles: RELEASE, run: counted },
    Test {
        name: "hostile_gicv3_max",
        limit: 400,
        profiles: BOTH,
        run: |context| threads(context, 3, "max", 2),
    },
    Test {
        name: "hostile_gicv2",
        limit: 400,
        profiles: RELEASE,
        run: |context| threads(context, 2, "cortex-a53", 3),
    },
    Test {
        name: "hostile_gicv2_max",
        limit: 400,
        profiles: DEBUG,
        run: |context| threads(context, 2, "max", 4),
    },
];

/// Operations of the run in counted time, and of each other run.
const COUNTED: u64 = 1_000_000;
const THREADS: u64 = 250_000;

/// Lets the hostile guest run to its end beside `ticker`, which has these changes of its source. Gives
/// what `ticker` said all the while.
fn beside_ticker(
    context: &Context,
    seed: u64,
    operations: u64,
    changes: &[(&str, &str)],
    machine: Overrides,
) -> Result<(Running, String)> {
    let options = format!("seed={seed} ops={operations}");
    let ticker = context.variant("ticker", "ticker", changes)?;
    let changes = [("seed=1 ops=1500000", options.as_str()), ("autostart;", "")];
    let guests = vec![context.variant("hostile", "hostile", &changes)?, ticker];
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    // Any tick: in counted time many may have passed before this is typed, and only the last lines are shown.
    machine.console("ticker", "ticker: ")?;
    machine.done("guest create hostile")?;
    machine.done("guest start hostile")?;
    // Whatever the hostile guest does, the hypervisor tells here that it switched itself off.
    let start = machine.type_line("console ticker")?;
    machine.wait_for("guest hostile: PSCI SYSTEM_OFF")?;
    machine.wait_for("ticker: ")?;
    machine.leave_console()?;
    let said = machine.log().get(start..).unwrap_or_default().to_owned();
    machine.type_line("console hostile")?;
    machine.wait_for(&format!(" operations seed {seed} mode finale"))?;
    machine.wait_for("hostile: end: ")?;
    machine.wait_for(&format!(" operations seed {seed}"))?;
    machine.leave_console()?;
    let log = machine.log();
    let done = log.rsplit_once("hostile: end: ").and_then(|(_, rest)| rest.split_once(" operations"));
    let done: u64 = done.context("no number")?.0.trim().parse()?;
    ensure!(done >= operations, "only {done} operations");
    let info = machine.json("guest info hostile")?;
    ensure!(info["state"] == "off", "after its end: {info}");
    machine.done("guest destroy hostile")?;
    machine.done("guest create hostile")?;
    ticks_on(&mut machine, "ticker")?;
    Ok((machine, said))
}

/// In counted time on one CPU, where nothing but the guests and the hypervisor can make a tick late: by at
/// most 1 ms, if it is due every 10 ms in a guest of higher priority.
fn counted(context: &Context) -> Result<()> {
    let extra = ["-icount", "shift=0,sleep=off"].map(str::to_owned).into();
    let overrides = Overrides { cpus: Some(1), extra, ..Overrides::default() };
    let changes = [("period=100", "period=10 late=1"), ("count = <1>;", "count = <1>; priority = <5>;")];
    let (_machine, said) = beside_ticker(context, 1, COUNTED, &changes, overrides)?;
    let late: Vec<&str> = said.lines().filter(|line| line.contains("ticker: late:")).collect();
    ensure!(late.is_empty(), "of {} ticks {} were late: {late:?}", tick_times(&said).len(), late.len());
    Ok(())
}

/// In real time on all CPUs at once, with equal priorities. The tolerance is for a busy computer below the
/// emulator.
fn threads(context: &Context, gic: u32, cpu: &str, seed: u64) -> Result<()> {
    let machine = Overrides { gic: Some(gic), cpu: Some(cpu.into()), ..Overrides::default() };
    let (_machine, said) =
        beside_ticker(context, seed, THREADS, &[("period=100", "period=100 late=100")], machine)?;
    let times = tick_times(&said);
    let worst = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or(0);
    ensure!(worst < 1_500_000, "the other guest stood still for {worst} us");
    Ok(())
}
