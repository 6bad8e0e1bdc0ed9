// SPDX-License-Identifier: GPL-2.0-only
//! A guest that does everything wrong brings down itself at most: another one keeps ticking beside it,
//! and the terminal answers.

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, RELEASE, Running, Setup, Test};
use crate::lives::{tick_times, ticks_on};

/// The tests of this file. Together the guest does some 2.4 million operations in each profile, with
/// different seeds on both kinds of interrupt controller.
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

/// Operations of one run.
const OPERATIONS: u64 = 800_000;

/// Lets the hostile guest run to its end beside `ticker`, with this period and tolerance in tenths of it.
fn beside_ticker(context: &Context, seed: u64, ticks: &str, machine: Overrides) -> Result<Running> {
    let options = format!("seed={seed} ops={OPERATIONS}");
    let changes = [("seed=1 ops=1500000", options.as_str()), ("autostart;", "")];
    let ticker = context.variant("ticker", "ticker", &[("period=100", ticks)])?;
    let guests = vec![context.variant("hostile", "hostile", &changes)?, ticker];
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.console("ticker", "ticker: 3 at")?;
    machine.done("guest create hostile")?;
    machine.done("guest start hostile")?;
    machine.type_line("console hostile")?;
    machine.wait_for(&format!("hostile: begin: 2 CPUs seed {seed}"))?;
    machine.wait_for("hostile: end: ")?;
    machine.wait_for(&format!(" operations seed {seed}"))?;
    machine.leave_console()?;
    let log = machine.log();
    let done = log.rsplit_once("hostile: end: ").and_then(|(_, rest)| rest.split_once(" operations"));
    let done: u64 = done.context("no number")?.0.trim().parse()?;
    ensure!(done >= OPERATIONS, "only {done} operations");
    // The guest has switched itself off, or was stopped for what it did; it can be had again.
    let list = machine.json("guest list")?;
    let hostile = list.as_array().and_then(|all| all.iter().find(|guest| guest["name"] == "hostile"));
    let state = hostile.context("it is not listed")?["state"].as_str().unwrap_or_default().to_owned();
    ensure!(["off", "failed"].contains(&state.as_str()), "after its end it is {state}");
    machine.done("guest info hostile")?;
    machine.done("guest destroy hostile")?;
    machine.done("guest create hostile")?;
    Ok(machine)
}

/// In counted time, where nothing but the guests makes a tick late: by at most 2 ms, when a tick is due
/// every 10 ms.
fn counted(context: &Context) -> Result<()> {
    let extra = ["-icount", "shift=0,sleep=off"].map(str::to_owned).into();
    let overrides = Overrides { extra, ..Overrides::default() };
    let mut machine = beside_ticker(context, 1, "period=10 late=2", overrides)?;
    let worst = worst_gap(&mut machine)?;
    ensure!(!machine.log().contains("ticker: late:"), "late; the longest time without a tick was {worst} us");
    Ok(())
}

/// In real time on all CPUs at once. The tolerance is for a busy computer below the emulator.
fn threads(context: &Context, gic: u32, cpu: &str, seed: u64) -> Result<()> {
    let machine = Overrides { gic: Some(gic), cpu: Some(cpu.into()), ..Overrides::default() };
    let mut machine = beside_ticker(context, seed, "period=100 late=100", machine)?;
    let worst = worst_gap(&mut machine)?;
    ensure!(worst < 1_500_000, "the other guest stood still for {worst} us");
    Ok(())
}

/// The longest time between two ticks, out of all that the console of the ticker keeps.
fn worst_gap(machine: &mut Running) -> Result<u64> {
    let shown = ticks_on(machine, "ticker")?;
    ensure!(!shown.contains("ticker: late:"), "the other guest was late: {shown}");
    let times = tick_times(&shown);
    Ok(times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or(0))
}
