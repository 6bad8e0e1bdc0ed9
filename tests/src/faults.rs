// SPDX-License-Identifier: GPL-2.0-only
//! Drivers that go wrong: `tests/drivers/faulty.c` does in every context everything that a driver must not do, while a
//! guest runs on.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use xtask::project;
use xtask::qemu::Overrides;

use crate::harness::{Context, OWN_IMAGE, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::ported::drop_in;

/// The tests of this file.
pub const TESTS: &[Test] =
    &[Test { name: "faults_are_contained", limit: 400, profiles: OWN_IMAGE, run: contained }];

/// The device that is asked.
const DEVICE: &str = "/virtio_mmio@a000000";
/// Another one of the driver.
const OTHER: &str = "/virtio_mmio@a000200";

/// Where the driver does it: its number there, and how the report calls it.
const PLACES: [(u32, &str); 8] = [
    (0, "the operation"),
    (1, "the work"),
    (2, "the timer"),
    (3, "the high-resolution timer"),
    (4, "the kthread of faulty"),
    (5, "the interrupt thread of faulty"),
    (6, "the interrupt handler of faulty"),
    (7, "the probe of faulty"),
];

/// What it does: its number there, and what the report says.
const WAYS: [(u32, &str); 15] = [
    (1, "a read at 0x0: nothing is mapped there"),
    (2, "a write at 0x7e0000000000: nothing is mapped there"),
    (3, "it is not allowed there"),
    (4, "a call to 0x0, where no code is"),
    (5, "where no code is"),
    (6, "BUG at faulty.c:"),
    (7, "in atomic context"),
    (8, "it runs without end"),
    (9, "its stack is used up"),
    (10, "panic: faulty wants to end"),
    // With locks held, which the next probe and the next read take.
    (11, "a read at 0x0: nothing is mapped there"),
    // Within a function of ours.
    (12, "a write at 0x10: nothing is mapped there"),
    (13, "is freed but was never allocated"),
    // With a spinlock held and interrupts masked; and nearly all the time in a function of ours.
    (14, "it runs without end"),
    (15, "it runs without end"),
];

/// What is tried: all ways in a work item and in a hard handler, the most different ones elsewhere.
fn cases() -> Vec<(u32, u32)> {
    let mut cases = Vec::new();
    for (place, _) in PLACES {
        for (way, _) in WAYS {
            let everything = matches!(place, 1 | 6);
            // Sleeping is what these may do, but for the spinlock that the driver holds.
            let loops = matches!(way, 14 | 15) && place == 3;
            if everything || loops || matches!(way, 1 | 6 | 8 | 11) {
                cases.push((place, way));
            }
        }
    }
    cases
}

/// Whether `device list` has the device as failed.
fn has_failed(machine: &mut Running, path: &str) -> Result<bool> {
    let devices = machine.json("device list")?;
    let mut devices = devices.as_array().into_iter().flatten();
    let device = devices.find(|device| device["path"] == path).context("the driver has no such device")?;
    Ok(device["state"] == "failed")
}

/// Has the driver go wrong, and looks at the report.
fn go_wrong(machine: &mut Running, place: u32, way: u32) -> Result<()> {
    let start = machine.log().len();
    let what = format!("nvmem read faulty0 {} 1", 16 * place + way);
    machine.command(&what)?;
    if place == 7 {
        // Only its next probe does it.
        machine.command(&format!("device rebind {DEVICE}"))?;
    }
    let end = Instant::now() + Duration::from_secs(20);
    while !has_failed(machine, DEVICE)? {
        ensure!(Instant::now() < end, "`{what}`: the device has not failed");
        sleep(Duration::from_millis(100));
    }
    // Everything that fails here is part of one device's memory, or was called for one device.
    ensure!(!has_failed(machine, OTHER)?, "`{what}`: the driver's other device is stopped, too");
    let log = machine.log();
    let log = log.get(start..).unwrap_or_default();
    let named =
        |list: &[(u32, &'static str)], n| list.iter().find(|entry| entry.0 == n).map_or("", |entry| entry.1);
    for text in [named(&PLACES, place), named(&WAYS, way), "[faulty-one-of-a-"] {
        ensure!(log.contains(text), "`{what}`: the report does not say `{text}`: {log}");
    }
    let names = ["faulty_do+0x", "faulty_deeper+0x"];
    ensure!(
        names.iter().any(|name| log.contains(name)),
        "`{what}`: the report does not name the function: {log}"
    );
    Ok(())
}

/// On 1 and on 2 CPUs, with either interrupt controller: its priorities let the timer into hard handlers.
fn contained(context: &Context) -> Result<()> {
    // The test of the other profile may run beside this one.
    let name = format!("faulty-one-of-a-{}-test", context.profile);
    let _folder = drop_in(&name, &project::root().join("tests/drivers/faulty.c"), "virtio,mmio")?;
    [(1, 2), (2, 3)].into_iter().try_for_each(|(cpus, gic)| all_cases(context, &name, cpus, gic))
}

/// Whatever the driver does, its device fails and works again when it is bound again; the guest runs on.
fn all_cases(context: &Context, driver: &str, cpus: u32, gic: u32) -> Result<()> {
    let mut machine = context.boot(Setup {
        drivers: vec![driver.into()],
        guests: vec![context.guest_file("linux0.dts")],
        machine: Overrides { cpus: Some(cpus), gic: Some(gic), ..Overrides::default() },
        ..Setup::default()
    })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    to_user_space(&mut machine, 2)?;
    ask(&mut machine, "i=0; (while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.1; done) & true")?;
    machine.leave_console()?;
    for (place, way) in cases() {
        go_wrong(&mut machine, place, way)?;
        for device in [DEVICE, OTHER] {
            machine.done(&format!("device rebind {device}"))?;
        }
        // In the same context, nothing: probes have none.
        let again = machine.done(&format!("nvmem read faulty0 {} 1", 16 * (place % 7)))?;
        ensure!(again.contains("5a"), "after case {way} in {place} the device does not work again: {again}");
    }
    let devices = machine.json("device list")?;
    let bound = devices.as_array().is_some_and(|all| all.iter().all(|device| device["state"] == "bound"));
    ensure!(bound, "in the end not all devices are bound: {devices}");
    machine.type_line("console linux0")?;
    let count = |text: String| text.trim().parse::<u64>().with_context(|| format!("not a number: {text}"));
    let before = count(ask(&mut machine, "cat /tmp/count")?)?;
    ask(&mut machine, "sleep 1")?;
    let after = count(ask(&mut machine, "cat /tmp/count")?)?;
    ensure!(after > before, "the guest's counter stands still at {before}");
    let complaints = ask(&mut machine, "dmesg | grep -cE 'stall|lockup|BUG|Oops'; true")?;
    ensure!(complaints.trim() == "0", "the guest complains: {}", ask(&mut machine, "dmesg | tail -n 40")?);
    machine.leave_console()?;
    Ok(())
}
