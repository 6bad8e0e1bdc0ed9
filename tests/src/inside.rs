// SPDX-License-Identifier: GPL-2.0-only
//! What a guest finds when it checks its machine from inside (guests/src/bin/checker): calls, CPUs that come and go,
//! debug exceptions, faults, devices and their interrupts, registers of vCPUs that share a CPU.

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{Context, DEBUG, RELEASE, Running, Setup, Test};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test {
        name: "inside_two_guests_gicv3",
        limit: 120,
        profiles: DEBUG,
        run: |context| two_guests(context, 3, "cortex-a53"),
    },
    Test {
        name: "inside_two_guests_gicv2_max",
        limit: 120,
        profiles: RELEASE,
        run: |context| two_guests(context, 2, "max"),
    },
];

/// Fewest checks that a guest makes.
const CHECKS: u64 = 66;

/// Guests that ask for what is not to be had: name, pass-through node, what the refusal says.
const TAKEN: [(&str, &str, &str); 6] = [
    ("take-uart", "reg = <0x0 0x9000000 0x0 0x1000>;", "pl011@9000000"),
    ("take-gic", "reg = <0x0 0x8000000 0x0 0x1000>;", "intc@8000000"),
    ("take-ram", "reg = <0x0 0x60000000 0x0 0x1000>;", "RAM"),
    // The hypervisor's UART has SPI 1, the guest `other` SPI 2.
    ("take-irq", "interrupts = <0 1 4>;", "pl011"),
    ("take-others-irq", "interrupts = <0 2 4>;", "other"),
    ("take-part", "reg = <0x0 0x9000800 0x0 0x1000>;", "whole pages"),
];

/// One of them.
fn taker(context: &Context, name: &str, node: &str) -> Result<std::path::PathBuf> {
    let text = format!(
        "/dts-v1/;
        / {{
            compatible = \"ferrovisor,guest\";
            #address-cells = <2>;
            #size-cells = <2>;
            memory {{ size = <0x0 0x1000000>; }};
            images {{ kernel {{ file = \"checker.bin\"; }}; }};
            wanted {{ ferrovisor,passthrough; {node} }};
        }};"
    );
    context.guest(name, &text)
}

/// None of them is created; the error names what is there.
fn refusals(context: &Context, machine: &mut Running) -> Result<()> {
    let free = machine.json("host mem")?["free"].clone();
    for (name, _, says) in TAKEN {
        let answer = machine.command(&format!("guest create {name}"))?;
        ensure!(answer.contains("error: ") && answer.contains(says), "{}: {name}: {answer}", context.profile);
    }
    let now = machine.json("host mem")?["free"].clone();
    ensure!(free == now, "{free} bytes were free, now {now}");
    Ok(())
}

/// What the guest's console says up to its last line; all must hold.
fn passed(machine: &mut Running, guest: &str) -> Result<()> {
    let said = machine.console(guest, " failed")?;
    let failed: Vec<&str> = said.lines().filter(|line| line.contains("checker: FAIL")).collect();
    ensure!(failed.is_empty(), "{guest}: {failed:#?}");
    let end =
        said.lines().find_map(|line| line.split_once("checker: end: ")?.1.split_once(" passed, 0 failed"));
    let count: u64 = end.map_or("0", |(number, _)| number).trim().parse()?;
    ensure!(count >= CHECKS, "{guest} made {count} checks only");
    // Registers are compared often enough that many switches came between.
    let rounds = said.lines().filter_map(|line| line.split_once("checker: ")?.1.split_once(" rounds"));
    let rounds: Vec<u64> = rounds.filter_map(|(number, _)| number.trim().parse().ok()).collect();
    ensure!(rounds.len() == 2 && rounds.iter().all(|n| *n >= 200), "{guest}: {rounds:?} rounds");
    Ok(())
}

/// Two guests with two vCPUs each on two CPUs; the second has the machine's own PL031, whose interrupt is forwarded.
fn two_guests(context: &Context, gic: u32, cpu: &str) -> Result<()> {
    let machine = Overrides { gic: Some(gic), cpu: Some(cpu.into()), ..Overrides::default() };
    let trng = u32::from(cpu == "max");
    let (one, two) = (format!("seed=1 trng={trng}"), format!("seed=2 trng={trng}"));
    let own = "ferrovisor,passthrough;\n\t\tcompatible = \"arm,pl031\";";
    let mut guests = vec![
        context.variant("checker", "checker", &[("seed=1", &one)])?,
        context.variant("checker", "other", &[("seed=1", &two), ("compatible = \"arm,pl031\";", own)])?,
    ];
    for (name, node, _) in TAKEN {
        guests.push(taker(context, name, node)?);
    }
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for guest in ["checker", "other"] {
        passed(&mut machine, guest)?;
    }
    // The machine's own PL031 has interrupted twice, and each was forwarded.
    let irqs = machine.json("host irqs")?;
    let all = irqs["interrupts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = all.iter().find(|irq| irq["intid"] == 34).with_context(|| format!("{irqs}"))?;
    ensure!(own["name"] == "other" && own["forwarded"] == true && own["cpu0"] == 2, "{own}");
    refusals(context, &mut machine)?;
    // Resets that the guest asks for begin it anew, with all as it was.
    resets(&mut machine, "w", "watchdog")?;
    machine.wait_for(" failed")?;
    ensure!(machine.log().trim_end().ends_with(" passed, 0 failed"), "it fails after a reset");
    machine.leave_console()?;
    resets(&mut machine, "r", "guest checker: PSCI SYSTEM_RESET2")?;
    machine.leave_console()?;
    machine.done("guest destroy other")?;
    Ok(())
}

/// Presses a key at the console of `checker`; it begins anew after the hypervisor has said why.
fn resets(machine: &mut Running, key: &str, why: &str) -> Result<()> {
    machine.type_line("console checker")?;
    machine.send_bytes(key.as_bytes())?;
    machine.wait_for(why)?;
    machine.wait_for("checker: begin: ")?;
    Ok(())
}
