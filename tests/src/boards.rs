// SPDX-License-Identifier: GPL-2.0-only
//! The other boards: the image comes up on all their CPUs, their consoles carry everything in both directions,
//! and an unmodified Linux runs.

use anyhow::{Result, bail, ensure};

use xtask::card;
use xtask::qemu::{Card, Overrides};

use crate::harness::{BOTH, Context, DEBUG, Running, Setup, Test};
use crate::linux::{HIDDEN, ask, to_user_space};

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "boards_orangepi_pc2_linux", limit: 180, profiles: BOTH, run: |c| linux(c, "ns16550a") },
    Test { name: "boards_orangepi_pc2_card", limit: 60, profiles: DEBUG, run: card },
];

/// On the ZCU102.
pub const ZCU102: &[Test] = &[
    Test { name: "boards_zcu102_linux", limit: 180, profiles: BOTH, run: |c| linux(c, "cadence") },
    Test { name: "boards_zcu102_card", limit: 60, profiles: DEBUG, run: card },
    Test { name: "boards_zcu102_dma_copies_memory", limit: 90, profiles: BOTH, run: dma },
];

/// CPUs of either board.
const CPUS: usize = 4;

fn linux(context: &Context, console: &str) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    host(&mut machine, console)?;
    machine.type_line("console linux0")?;
    to_user_space(&mut machine, 2)?;
    features(&mut machine)?;
    output(&mut machine)?;
    input(&mut machine)?;
    machine.leave_console()?;
    let info = machine.json("guest info linux0")?;
    ensure!(info["state"] == "running", "`guest info` says: {info}");
    ensure!(info["interrupt_controller"]["version"] == "GICv2", "no GICv2: {info}");
    machine.send("poweroff")?;
    machine.wait_for("switching off")?;
    let status = machine.wait_for_exit()?;
    ensure!(status.success(), "after `poweroff` the machine ended with {status}");
    Ok(())
}

/// All CPUs are up, and the console has its driver.
fn host(machine: &mut Running, console: &str) -> Result<()> {
    let cpus = machine.json("host cpus")?;
    let up = cpus.as_array().map_or(0, |all| all.iter().filter(|cpu| cpu["state"] == "up").count());
    ensure!(up == CPUS, "{up} of {CPUS} CPUs are up: {cpus}");
    let interrupts = machine.command("host irqs")?;
    ensure!(interrupts.contains(console), "no interrupt of `{console}`: {interrupts}");
    Ok(())
}

/// The guest sees none of the features that are not saved for it: the H5's CPUs are QEMU's `max` here.
fn features(machine: &mut Running) -> Result<()> {
    let shown = ask(machine, "grep -m1 Features /proc/cpuinfo")?;
    let features: Vec<&str> = shown.split_whitespace().collect();
    ensure!(features.contains(&"fp") && features.contains(&"asimd"), "no floating point: {shown}");
    let hidden = HIDDEN.iter().find(|hidden| features.contains(hidden));
    ensure!(hidden.is_none(), "the guest sees `{}`: {shown}", hidden.unwrap_or(&""));
    Ok(())
}

/// Many times what a UART's FIFO holds comes through whole, as often as wanted. (More than the hypervisor's rings hold
/// would be lost where whoever reads the line is slow.)
fn output(machine: &mut Running) -> Result<()> {
    for _ in 0..4 {
        numbers(machine)?;
    }
    Ok(())
}

fn numbers(machine: &mut Running) -> Result<()> {
    const LINES: usize = 1000;
    let said = ask(machine, &format!("seq 1 {LINES}"))?;
    let numbers = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let wrong = numbers.clone().zip(1..).find(|(line, number)| *line != number.to_string());
    ensure!(wrong.is_none(), "line {wrong:?} is not the number after the one before");
    ensure!(numbers.count() == LINES, "lines are missing of {LINES}");
    Ok(())
}

/// Many times what a UART's FIFO holds is typed at once, and arrives.
fn input(machine: &mut Running) -> Result<()> {
    let typed: String = ('a'..='z').cycle().take(600).collect();
    let said = ask(machine, &format!("echo {typed} | wc -c"))?;
    ensure!(said.trim() == "601", "of 600 letters, `wc -c` counts: {said}");
    Ok(())
}

/// The card that the board asks for is in its slot, can be pulled and put back, and another one in its place.
fn card(context: &Context) -> Result<()> {
    let other = context.folder().join("other.img");
    card::make(&other, card::MIN, &[card::Entry::bytes("hello", b"world".to_vec())])?;
    for choice in [Card::Board, Card::File(other.clone()), Card::None] {
        let overrides = Overrides { card: choice.clone(), ..Overrides::default() };
        let mut machine = context.boot(Setup { machine: overrides, ..Setup::default() })?;
        let mut monitor = machine.monitor()?;
        machine.wait_for_prompt()?;
        match &choice {
            Card::Board => {
                // What is written goes to a file of the emulator's own, on top of this one.
                ensure!(monitor.card()?.is_some(), "there is no card");
                monitor.pull_card()?;
                ensure!(monitor.card()?.is_none(), "the card is still there");
                monitor.insert_card(&other)?;
                ensure!(monitor.card()? == Some(other.display().to_string()), "the card is not back");
            }
            Card::File(path) => {
                ensure!(monitor.card()? == Some(path.display().to_string()), "another card is in the slot");
            }
            Card::None => ensure!(monitor.card().is_err() || monitor.card()?.is_none(), "there is a card"),
        }
    }
    std::fs::remove_file(other)?;
    Ok(())
}

/// Both DMA channels copy a MiB, each by interrupts of its own, and come back when their driver has let go of them.
fn dma(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    machine.wait_for_prompt()?;
    for controller in ["fd500000.dma-controller", "ffa80000.dma-controller"] {
        let before = dma_interrupts(&mut machine)?;
        copies(&mut machine, controller)?;
        let after = dma_interrupts(&mut machine)?;
        ensure!(after > before, "{controller} copied without an interrupt: {before} before, {after} after");
    }
    let path = "/axi/dma-controller@fd500000";
    machine.done(&format!("device unbind {path}"))?;
    let left = machine.json("dma list")?;
    ensure!(left.as_array().is_some_and(|all| all.len() == 1), "a channel is left of two: {left}");
    machine.done(&format!("device bind {path}"))?;
    for _ in 0..3 {
        copies(&mut machine, "fd500000.dma-controller")?;
        machine.done(&format!("device rebind {path}"))?;
    }
    copies(&mut machine, "fd500000.dma-controller")
}

/// A MiB by the channel of a controller. (The command compares it.)
fn copies(machine: &mut Running, controller: &str) -> Result<()> {
    let channels = machine.json("dma list")?;
    let found = channels.as_array().into_iter().flatten().find(|channel| channel["controller"] == controller);
    let Some(name) = found.and_then(|channel| channel["channel"].as_str()) else {
        bail!("no channel of {controller}: {channels}");
    };
    for size in [1, 4095, 1 << 20] {
        let said = machine.json(&format!("dma test {name} {size}"))?;
        ensure!(said["copied"] == size, "`dma test` of {size} bytes says: {said}");
    }
    Ok(())
}

/// How many interrupts the DMA channels have had.
fn dma_interrupts(machine: &mut Running) -> Result<u64> {
    let lines = machine.json("irq list")?;
    let of_dma = lines.as_array().into_iter().flatten().filter(|line| line["driver"] == "zynqmp-dma");
    Ok(of_dma.filter_map(|line| line["count"].as_u64()).sum())
}
