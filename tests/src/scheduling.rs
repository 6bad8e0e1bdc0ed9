// SPDX-License-Identifier: GPL-2.0-only
//! The scheduler from the terminal: policies changed while guests run, the balancer, affinity.

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, Running, SPIN, Setup, Test};
use crate::lives::ticks_on;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "scheduling_policy_at_run_time", limit: 90, profiles: BOTH, run: policy },
    Test { name: "scheduling_balancer_and_affinity", limit: 90, profiles: BOTH, run: balancer },
    Test { name: "scheduling_priorities", limit: 90, profiles: BOTH, run: priorities },
];

/// What each vCPU has run, by name.
fn time(machine: &mut Running, vcpu: &str) -> Result<u64> {
    entry(machine, vcpu)?["time"].as_u64().with_context(|| format!("no time of {vcpu}"))
}

fn entry(machine: &mut Running, vcpu: &str) -> Result<serde_json::Value> {
    let list = machine.json("vcpu list")?;
    let found = list.as_array().and_then(|all| all.iter().find(|entry| entry["vcpu"] == vcpu));
    found.cloned().with_context(|| format!("no vCPU {vcpu}: {list}"))
}

/// What vCPUs run in the next seconds.
fn shares(machine: &mut Running, vcpus: &[&str]) -> Result<Vec<u64>> {
    let mut before = Vec::new();
    for vcpu in vcpus {
        before.push(time(machine, vcpu)?);
    }
    machine.command("sleep 3000")?;
    let mut shares = Vec::new();
    for (vcpu, before) in vcpus.iter().zip(before) {
        shares.push(time(machine, vcpu)?.saturating_sub(before) / 1_000_000);
    }
    Ok(shares)
}

/// From priorities to EDF and back, with guests that never wait, and one that needs its ticks.
fn policy(context: &Context) -> Result<()> {
    let edf = "count = <1>; edf { budget-us = <20000>; period-us = <100000>; };";
    let guests = vec![
        context.variant("ticker", "ticker", &[("count = <1>;", edf)])?,
        context.program("spin", SPIN, "count = <4>;")?,
    ];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create spin")?;
    machine.done("guest start spin")?;
    for policy in ["edf", "priority", "edf", "priority"] {
        machine.done(&format!("sched policy {policy}"))?;
        let list = machine.json("sched policy")?;
        let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
        ensure!(all.len() == 2 && all.iter().all(|cpu| cpu["policy"] == policy), "{list}");
        ticks_on(&mut machine, "ticker")?;
        let shares = shares(&mut machine, &["spin/0", "spin/1", "spin/2", "spin/3"])?;
        ensure!(shares.iter().all(|share| *share > 0), "{policy}: a vCPU stands still: {shares:?} ms");
    }
    machine.done("sched policy edf 1")?;
    let list = machine.json("sched policy")?;
    ensure!(list[0]["policy"] == "priority" && list[1]["policy"] == "edf", "{list}");
    ticks_on(&mut machine, "ticker")?;
    Ok(())
}

/// The balancer spreads vCPUs over idle CPUs, but never against their affinity; off, it moves nothing.
fn balancer(context: &Context) -> Result<()> {
    let guests = vec![
        context.program("free", SPIN, "count = <2>;")?,
        context.program("bound", SPIN, "count = <2>; affinity = <0x2>;")?,
    ];
    let machine = Overrides { cpus: Some(4), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for command in ["guest create free", "guest start free", "guest create bound", "guest start bound"] {
        machine.done(command)?;
    }
    machine.command("sleep 1000")?;
    for vcpu in ["bound/0", "bound/1"] {
        let entry = entry(&mut machine, vcpu)?;
        ensure!(entry["cpu"] == 1, "affinity 0x2: {entry}");
    }
    let all = ["free/0", "free/1", "bound/0", "bound/1"];
    let spread = shares(&mut machine, &all)?;
    ensure!(spread.iter().all(|share| *share > 0), "a vCPU stands still: {spread:?} ms");
    let (free, bound) = (spread[0].min(spread[1]), spread[2].max(spread[3]));
    // Two on a CPU each, two on one: about twice as much, the emulator's noise aside.
    ensure!(free * 10 > bound * 11, "no balance between CPUs: {spread:?} ms");
    machine.done("sched balance off")?;
    let moves = machine.json("sched balance")?["moves"].clone();
    machine.command("sleep 1000")?;
    let later = machine.json("sched balance")?;
    ensure!(later["balancer"] == "off" && later["moves"] == moves, "it was off at {moves} moves: {later}");
    machine.done("sched balance least-loaded")?;
    let spread = shares(&mut machine, &all)?;
    ensure!(spread.iter().all(|share| *share > 0), "a vCPU stands still: {spread:?} ms");
    Ok(())
}

/// A higher priority always runs first; equal ones share.
fn priorities(context: &Context) -> Result<()> {
    let guests = vec![
        context.program("low", SPIN, "count = <1>; priority = <2>; affinity = <1>;")?,
        context.program("high", SPIN, "count = <1>; priority = <4>; affinity = <1>;")?,
        context.program("peer", SPIN, "count = <1>; priority = <4>; affinity = <1>;")?,
    ];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for guest in ["low", "high", "peer"] {
        machine.done(&format!("guest create {guest}"))?;
        machine.done(&format!("guest start {guest}"))?;
    }
    machine.command("sleep 500")?;
    let all = shares(&mut machine, &["low/0", "high/0", "peer/0"])?;
    ensure!(all[0] < 50, "the lower priority ran beside two higher ones: {all:?} ms");
    ensure!(all[1] * 2 > all[2] && all[2] * 2 > all[1], "equal priorities do not share: {all:?} ms");
    machine.done("guest pause high")?;
    machine.done("guest destroy peer")?;
    let low = shares(&mut machine, &["low/0"])?;
    ensure!(low[0] > 500, "the CPU is free, but the lower priority ran {low:?} ms only");
    Ok(())
}
