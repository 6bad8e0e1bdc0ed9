// SPDX-License-Identifier: GPL-2.0-only
//! Unmodified Linux: on every kind of host, what it sees of the processor, two at once, in little memory.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, EACH, RELEASE, Running, Setup, Test};

/// Boots `linux0` on a host CPU type, GIC version and number of CPUs.
macro_rules! boots {
    ($name:literal, $cpu:literal, $gic:literal, $cpus:literal, $profiles:expr) => {
        Test {
            name: $name,
            limit: 180,
            profiles: $profiles,
            run: |context| boots(context, $cpu, $gic, $cpus),
        }
    };
}

/// The tests of this file. In debug, every pair of CPU type, GIC version and number of CPUs comes up.
pub const TESTS: &[Test] = &[
    boots!("linux_a53_gicv2_1_cpu", "cortex-a53", 2, 1, RELEASE),
    boots!("linux_a53_gicv2_2_cpus", "cortex-a53", 2, 2, RELEASE),
    boots!("linux_a53_gicv2_4_cpus", "cortex-a53", 2, 4, EACH),
    boots!("linux_a53_gicv3_1_cpu", "cortex-a53", 3, 1, EACH),
    boots!("linux_a53_gicv3_2_cpus", "cortex-a53", 3, 2, EACH),
    boots!("linux_a53_gicv3_4_cpus", "cortex-a53", 3, 4, RELEASE),
    boots!("linux_a72_gicv2_1_cpu", "cortex-a72", 2, 1, RELEASE),
    boots!("linux_a72_gicv2_2_cpus", "cortex-a72", 2, 2, EACH),
    boots!("linux_a72_gicv2_4_cpus", "cortex-a72", 2, 4, RELEASE),
    boots!("linux_a72_gicv3_1_cpu", "cortex-a72", 3, 1, EACH),
    boots!("linux_a72_gicv3_2_cpus", "cortex-a72", 3, 2, RELEASE),
    boots!("linux_a72_gicv3_4_cpus", "cortex-a72", 3, 4, EACH),
    boots!("linux_max_gicv2_1_cpu", "max", 2, 1, EACH),
    boots!("linux_max_gicv2_2_cpus", "max", 2, 2, RELEASE),
    boots!("linux_max_gicv2_4_cpus", "max", 2, 4, EACH),
    boots!("linux_max_gicv3_1_cpu", "max", 3, 1, RELEASE),
    boots!("linux_max_gicv3_2_cpus", "max", 3, 2, EACH),
    boots!("linux_max_gicv3_4_cpus", "max", 3, 4, RELEASE),
    Test { name: "linux_two_at_once", limit: 240, profiles: BOTH, run: two_at_once },
    Test { name: "linux_128_mib_in_176_mib", limit: 180, profiles: RELEASE, run: little_memory },
    Test { name: "linux_passthrough_rtc", limit: 180, profiles: DEBUG, run: passthrough },
    Test {
        name: "linux_console_ns16550a",
        limit: 180,
        profiles: BOTH,
        run: |context| serial(context, "ns16550a"),
    },
    Test {
        name: "linux_console_dw_uart",
        limit: 180,
        profiles: DEBUG,
        run: |context| serial(context, "snps,dw-apb-uart"),
    },
    Test { name: "linux_6_boots_in_a_row", limit: 300, profiles: RELEASE, run: in_a_row },
];

/// Features of the CPU that are not saved for guests and so must not be shown to them.
pub const HIDDEN: [&str; 7] = ["sve", "sve2", "mte", "paca", "pacg", "sme", "mte3"];

/// Boots, looks at the CPUs from inside, at the guest from outside, and lets both live on.
fn boots(context: &Context, cpu: &str, gic: u32, cpus: u32) -> Result<()> {
    let machine =
        Overrides { cpu: Some(cpu.into()), gic: Some(gic), cpus: Some(cpus), ..Overrides::default() };
    let guests = vec![context.guest_file("linux0.dts")];
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    to_user_space(&mut machine, 2)?;
    let shown = ask(&mut machine, "grep -m1 Features /proc/cpuinfo")?;
    let features: Vec<&str> = shown.split_whitespace().collect();
    ensure!(features.contains(&"fp") && features.contains(&"asimd"), "no floating point: {shown}");
    for hidden in HIDDEN {
        ensure!(!features.contains(&hidden), "the guest sees `{hidden}`: {shown}");
    }
    let interrupts = ask(&mut machine, "grep -cE 'GICv[23]|arch_timer' /proc/interrupts")?;
    ensure!(interrupts.trim() != "0", "no interrupt of a GIC: {interrupts}");
    machine.leave_console()?;
    let host = machine.json("host cpus")?;
    let up = host.as_array().map_or(0, |all| all.iter().filter(|cpu| cpu["state"] == "up").count());
    ensure!(up == cpus as usize, "{up} of {cpus} CPUs are up: {host}");
    let info = machine.json("guest info linux0")?;
    ensure!(info["state"] == "running", "`guest info` says: {info}");
    let version = format!("GICv{gic}");
    ensure!(info["interrupt_controller"]["version"] == version.as_str(), "no {version}: {info}");
    machine.send("poweroff")?;
    machine.wait_for_exit()?;
    Ok(())
}

/// Waits at a guest's console until its shell takes commands.
pub fn to_user_space(machine: &mut Running, vcpus: u32) -> Result<()> {
    machine.wait_for(&format!("ferrovisor-guest: user space up, {vcpus} CPUs"))?;
    machine.wait_for("/ # ")?;
    Ok(())
}

/// Has the shell at a guest's console run a command, and gives what that printed.
pub fn ask(machine: &mut Running, command: &str) -> Result<String> {
    // Marks that were never there before, since a console shows its last lines again, and that are
    // computed, since the shell shows the command.
    static NEXT: AtomicU64 = AtomicU64::new(1000);
    let mark = NEXT.fetch_add(1, Ordering::Relaxed);
    let (begin, end) = (format!("beg{}in", mark + 1), format!("en{}d", mark + 1));
    let start = machine.log().len();
    // What the kernel says meanwhile would come between.
    machine
        .send(&format!("dmesg -n 1; echo; echo beg$(({mark} + 1))in; {command}; echo en$(({mark} + 1))d"))?;
    machine.wait_for(&end)?;
    machine.wait_for("/ # ")?;
    let log = machine.log();
    let said = log.get(start..).unwrap_or_default();
    let said = said.split_once(&begin).map_or(said, |(_, after)| after);
    Ok(said.split_once(&end).map_or(said, |(before, _)| before).trim().to_owned())
}

/// `linux0` and the PREEMPT_RT kernel, 2 vCPUs each, both at work on 2 CPUs.
fn two_at_once(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts"), context.guest_file("linux0-rt.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for (guest, kernel) in [("linux0", "SMP"), ("linux0-rt", "PREEMPT_RT")] {
        machine.type_line(&format!("console {guest}"))?;
        to_user_space(&mut machine, 2)?;
        let version = ask(&mut machine, "uname -v")?;
        ensure!(version.contains(kernel), "{guest} is `{version}`");
        let started = ask(&mut machine, "for i in 1 2; do (while :; do :; done) & done; jobs | wc -l")?;
        ensure!(!started.is_empty(), "no load: {started}");
        machine.leave_console()?;
    }
    let before = times(&mut machine)?;
    machine.command("sleep 3000")?;
    let after = times(&mut machine)?;
    for (before, after) in before.iter().zip(&after) {
        ensure!(after > before, "a vCPU stands still: {before} ns, {after} ns");
    }
    ensure!(after.len() == 4, "4 vCPUs, not {}", after.len());
    for guest in ["linux0", "linux0-rt"] {
        machine.type_line(&format!("console {guest}"))?;
        let answer = ask(&mut machine, "echo $((6 * 111)); dmesg | grep -ciE 'stall|lockup|BUG:|Oops'")?;
        let lines: Vec<&str> = answer.split_whitespace().collect();
        ensure!(lines.first() == Some(&"666"), "{guest} says: {answer}");
        ensure!(lines.last() == Some(&"0"), "{guest} complains in its kernel log: {answer}");
        machine.leave_console()?;
    }
    Ok(())
}

/// What each vCPU has run, in nanoseconds.
fn times(machine: &mut Running) -> Result<Vec<u64>> {
    let list = machine.json("vcpu list")?;
    let vcpus = list.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(vcpus.iter().filter_map(|vcpu| vcpu["time"].as_u64()).collect())
}

/// A guest with 128 MiB in a machine of 176 MiB.
fn little_memory(context: &Context) -> Result<()> {
    let guests = vec![context.variant("linux0", "linux0", &[("0x10000000", "0x08000000")])?];
    let machine = Overrides { memory: Some("176M".into()), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    to_user_space(&mut machine, 2)?;
    let total = ask(&mut machine, "awk '/MemTotal/ {print $2}' /proc/meminfo")?;
    let total: u64 = total.trim().parse()?;
    ensure!((64_000..131_072).contains(&total), "the guest has {total} KiB");
    Ok(())
}

/// Linux finds the machine's own clock where it is passed through, and reads the time from it.
fn passthrough(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("passthrough-rtc.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create passthrough-rtc")?;
    machine.done("guest start passthrough-rtc")?;
    machine.type_line("console passthrough-rtc")?;
    to_user_space(&mut machine, 1)?;
    let year = ask(&mut machine, "ls /sys/class/rtc; cat /sys/class/rtc/rtc0/date; dmesg | grep -i pl031")?;
    ensure!(year.contains("rtc0") && year.contains("20"), "no clock: {year}");
    Ok(())
}

/// The guest's console is a 16550 of this kind: Linux finds it, says all of its log and of a long output there, and takes a
/// line that is longer than the FIFO.
fn serial(context: &Context, compatible: &str) -> Result<()> {
    let changes = [("arm,pl011", compatible), ("ttyAMA0", "ttyS0")];
    let guests = vec![context.variant("linux0", "linux0", &changes)?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    to_user_space(&mut machine, 2)?;
    let driver = ask(&mut machine, "grep '^0: ' /proc/tty/driver/serial; cat /proc/consoles")?;
    ensure!(
        driver.contains("uart:16550A") && driver.contains("ttyS0"),
        "not the console, or no 16550: {driver}"
    );
    ensure!(!driver.contains("oe:") && !driver.contains("fe:"), "characters came to harm: {driver}");
    // 600 characters typed at once, and more than a FIFO of them back, all in order.
    let typed: String = (100..300).map(|n| format!("{n}")).collect();
    let back = ask(&mut machine, &format!("echo {typed} | wc -c; seq 1 2000"))?;
    let lines: Vec<&str> = back.lines().map(str::trim).collect();
    ensure!(lines.first() == Some(&"601"), "of 600 characters came {:?}", lines.first());
    let shown = lines.iter().skip(1);
    let gap = shown.enumerate().find(|(n, line)| **line != (n + 1).to_string());
    ensure!(gap.is_none() && lines.len() == 2001, "{} lines of 2001, wrong from {gap:?} on", lines.len());
    // By interrupts, not by the kernel's timer that polls a UART without any.
    let interrupts = ask(&mut machine, "awk '/ttyS0/ {print $2 + $3}' /proc/interrupts")?;
    ensure!(interrupts.trim().parse::<u64>().is_ok_and(|n| n > 10), "interrupts of the UART: {interrupts}");
    machine.leave_console()?;
    let info = machine.json("guest info linux0")?.to_string();
    ensure!(
        info.contains("IER 0x") && info.contains("unimplemented 0"),
        "no 16550, or registers were missed: {info}"
    );
    Ok(())
}

/// The guest shuts itself down and is started again; its own reboot comes back by itself.
fn in_a_row(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for round in 1..=3 {
        machine.type_line("console linux0")?;
        to_user_space(&mut machine, 2)?;
        machine.send("reboot -f")?;
        to_user_space(&mut machine, 2)?;
        machine.send("poweroff -f")?;
        std::thread::sleep(std::time::Duration::from_secs(1));
        machine.leave_console()?;
        let info = machine.json("guest info linux0")?;
        ensure!(info["state"] == "off", "round {round}: after poweroff `guest info` says: {info}");
        machine.done("guest start linux0")?;
    }
    Ok(())
}
