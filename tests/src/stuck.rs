// SPDX-License-Identifier: GPL-2.0-only
//! What a machine does whose test ran out of time: what its CPUs run, and what the management terminal still says.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::harness::Running;
use crate::monitor::Monitor;

/// How often the CPUs are looked at, to tell one that goes on from one that stands.
const LOOKS: usize = 3;
/// How long lies between.
const BETWEEN: Duration = Duration::from_millis(200);
/// How many callers are followed on each stack.
const CALLERS: usize = 16;
/// How long the terminal may take for all its answers.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the terminal is asked.
const COMMANDS: &[&str] = &[
    "guest list",
    "vcpu list",
    "sched list",
    "host timers",
    "host irqs",
    "net show",
    "nic list",
    "mmc list",
    "block list",
];
/// What it is asked of each guest, and of each vCPU.
const OF_GUEST: &[&str] = &["guest info", "guest irqs"];
const OF_VCPU: &[&str] = &["vcpu info", "vcpu regs"];

/// What the CPUs do, as the emulator shows it.
pub fn look(machine: &Running) -> String {
    let mut seen = String::from("\n---- time is up: the CPUs ----\n");
    if let Err(error) = cpus(machine, &mut seen) {
        let _ = writeln!(seen, "they cannot be seen: {error:#}");
    }
    seen.push_str("---- time is up: the management terminal ----\n");
    seen
}

/// Asks the management terminal, whose answers go to the log.
///
/// # Errors
/// When it does not answer.
pub fn ask(machine: &mut Running) -> Result<()> {
    machine.set_limit(PATIENCE);
    machine.leave_console()?;
    for command in COMMANDS {
        machine.command(command)?;
    }
    for (list, name, commands) in [("guest list", "name", OF_GUEST), ("vcpu list", "vcpu", OF_VCPU)] {
        for item in machine.json(list)?.as_array().into_iter().flatten() {
            let Some(name) = item[name].as_str() else { continue };
            for command in commands {
                machine.command(&format!("{command} {name}"))?;
            }
        }
    }
    Ok(())
}

fn cpus(machine: &Running, seen: &mut String) -> Result<()> {
    let mut monitor = machine.monitor()?;
    for look in 0..LOOKS {
        for cpu in 0..monitor.cpus()? {
            let registers = monitor.human(cpu, "info registers")?;
            if look == 0 {
                // Without the vector registers.
                let lines = registers.lines().filter(|line| !line.starts_with('Q'));
                for line in lines {
                    writeln!(seen, "{line}")?;
                }
            }
            let callers = callers(&mut monitor, cpu, &registers)?;
            let shown: Vec<String> = callers.iter().map(|address| format!("{address:x}")).collect();
            writeln!(seen, "CPU {cpu} in {}", shown.join(" < "))?;
        }
        std::thread::sleep(BETWEEN);
    }
    Ok(())
}

/// Where a CPU is, and where it came from, by the chain of frame records.
fn callers(monitor: &mut Monitor, cpu: u64, registers: &str) -> Result<Vec<u64>> {
    let value = |name: &str| {
        let (_, rest) = registers.split_once(name)?;
        u64::from_str_radix(rest.split_whitespace().next()?, 16).ok()
    };
    let mut callers = vec![value("PC=").context("no PC")?];
    callers.extend(value("X30="));
    let mut frame = value("X29=").unwrap_or(0);
    while frame != 0 && frame % 8 == 0 && callers.len() < CALLERS {
        // `ADDRESS: 0xNEXT 0xRETURN`; an address that is not mapped is refused in words.
        let record = monitor.human(cpu, &format!("x /2gx {frame:#x}"))?;
        let words = record.split_whitespace().filter_map(|word| word.strip_prefix("0x"));
        let words: Vec<u64> = words.filter_map(|word| u64::from_str_radix(word, 16).ok()).collect();
        let [next, from] = words[..] else { break };
        callers.push(from);
        frame = next;
    }
    Ok(callers)
}
