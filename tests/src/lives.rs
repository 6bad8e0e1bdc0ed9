// SPDX-License-Identifier: GPL-2.0-only
//! The lives of guests: pause, reset, stop, destroy and create again at any time; failures that are
//! shown with their reason and leave the others alone; nothing is lost over many lives.

use anyhow::{Context as _, Result, ensure};

use crate::harness::{BOTH, Context, RELEASE, Running, SPIN, Setup, Test};
use crate::linux::{ask, to_user_space};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "lives_pause_stops_the_clock", limit: 60, profiles: BOTH, run: pause },
    Test { name: "lives_reset_stop_start_destroy_create", limit: 90, profiles: BOTH, run: commands },
    Test { name: "lives_failures_are_explained", limit: 90, profiles: BOTH, run: failures },
    Test { name: "lives_50_of_linux_beside_load", limit: 420, profiles: RELEASE, run: fifty_linux },
    Test { name: "lives_200_of_small_guests", limit: 240, profiles: BOTH, run: two_hundred },
];

/// A paused guest does not run, and its clock stands still.
fn pause(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.console("ticker", " at ")?;
    machine.done("guest pause ticker")?;
    let state = machine.json("guest info ticker")?;
    ensure!(state["state"] == "paused", "`guest info` says: {state}");
    machine.command("sleep 200")?;
    let before = machine.json("vcpu list ticker")?;
    machine.command("sleep 3000")?;
    let later = machine.json("vcpu list ticker")?;
    // Neither the guest nor its thread in the hypervisor does anything, though its timer is due.
    for what in ["exits", "time"] {
        let (before, later) = (&before[0][what], &later[0][what]);
        ensure!(before == later && before.is_u64(), "{what} of a paused guest: {before}, then {later}");
    }
    machine.done("guest resume ticker")?;
    machine.command("sleep 1000")?;
    let shown = ticks_on(&mut machine, "ticker")?;
    let times = tick_times(&shown);
    ensure!(times.len() > 6, "too few ticks: {times:?}");
    let longest = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max();
    // Far below the 3 s of the pause, far above what a busy computer does to an emulator.
    ensure!(longest < Some(1_500_000), "the guest's clock went on while it was paused: {times:?}");
    Ok(())
}

/// Goes to the console of a `ticker` and waits until three ticks have passed from now on. Gives what the
/// console showed.
pub fn ticks_on(machine: &mut Running, guest: &str) -> Result<String> {
    let start = machine.type_line(&format!("console {guest}"))?;
    machine.wait_for("ticker: ")?;
    // The last of the ticks before, or between two of them the next.
    machine.wait_for(" at ")?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    let log = machine.log();
    let before = log.get(start..).unwrap_or_default().rsplit_once(" at ").map_or("", |(before, _)| before);
    let tick = before.rsplit_once("ticker: ").and_then(|(_, tick)| tick.trim().parse::<u64>().ok());
    let tick = tick.with_context(|| format!("no number of a tick: {before}"))?;
    machine.wait_for(&format!("ticker: {} at ", tick + 3))?;
    machine.leave_console()?;
    Ok(machine.log().get(start..).unwrap_or_default().to_owned())
}

/// The microseconds of each tick that a console shows.
pub fn tick_times(shown: &str) -> Vec<u64> {
    let lines = shown.lines().filter_map(|line| line.split_once("ticker: ")?.1.split_once(" at "));
    lines.filter_map(|(_, time)| time.trim().strip_suffix(" us")?.parse().ok()).collect()
}

/// What each command does, and what it refuses.
fn commands(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts"), context.variant("ticker", "other", &[])?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.console("ticker", " at ")?;
    machine.done("guest reset ticker")?;
    machine.console("ticker", "ticker: begin")?;
    let info = machine.json("guest info ticker")?;
    ensure!(info["resets"] == 1, "`guest info` after one reset: {info}");
    machine.done("guest stop ticker")?;
    ensure!(state(&mut machine, "ticker")? == "off", "after `guest stop`");
    machine.done("guest start ticker")?;
    ensure!(state(&mut machine, "ticker")? == "running", "after `guest start`");
    machine.done("guest destroy ticker")?;
    ensure!(state(&mut machine, "ticker")? == "not created", "after `guest destroy`");
    machine.done("guest create ticker")?;
    machine.done("guest start ticker")?;
    machine.console("ticker", "ticker: 2 at ")?;
    machine.done("guest pause ticker")?;
    machine.done("guest reset ticker")?;
    machine.console("ticker", "ticker: 1 at ")?;
    machine.done("guest pause ticker")?;
    machine.done("guest destroy ticker")?;
    for refused in [
        "guest start ticker",
        "guest destroy ticker",
        "guest resume other",
        "guest create other",
        "guest start other",
        "guest create nobody",
        "guest info nobody",
        "guest dump other 0xzz",
        "vcpu info other/9",
        "vcpu info other",
    ] {
        let answer = machine.command(refused)?;
        ensure!(answer.contains("error: "), "`{refused}` says: {answer}");
    }
    ticks_on(&mut machine, "other")?;
    Ok(())
}

/// The state of a guest.
fn state(machine: &mut Running, guest: &str) -> Result<String> {
    let list = machine.json("guest list")?;
    let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let found = all.iter().find(|entry| entry["name"] == guest).with_context(|| format!("{list}"))?;
    Ok(found["state"].as_str().unwrap_or_default().to_owned())
}

const HOLE: u32 = 0xd2ae_0000; // movz x0, #0x7000, lsl #16
const STAY: u32 = 0x1400_0000; // b .
/// Guests that fail: name, instructions, what the reason has to name.
const FAILING: [(&str, &[u32], &str); 3] = [
    // ldr x1, [x0]: nothing is there, and no vectors to hear of it
    ("reader", &[HOLE, 0xf940_0001, STAY], "0x"),
    // msr vbar_el1, x0; isb; svc #0: the vectors are where nothing is
    ("lost", &[HOLE, 0xd518_c000, 0xd503_3fdf, 0xd400_0001, STAY], "0x70000"),
    // br x0: runs where nothing is
    ("jumper", &[HOLE, 0xd61f_0000], "0x"),
];

/// Each of the failing guests is shown as failed, with the reason; a good one beside them runs on.
fn failures(context: &Context) -> Result<()> {
    let mut guests = vec![context.guest_file("ticker.dts")];
    for (name, code, _) in FAILING {
        guests.push(context.program(name, code, "count = <1>;")?);
    }
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for (name, _, wanted) in FAILING {
        machine.done(&format!("guest create {name}"))?;
        machine.done(&format!("guest start {name}"))?;
        machine.command("sleep 500")?;
        let info = machine.json(&format!("guest info {name}"))?;
        let reason = info["reason"].as_str().unwrap_or_default().to_owned();
        ensure!(info["state"] == "failed", "{name}: {info}");
        ensure!(reason.contains(wanted) && reason.contains("vCPU 0"), "{name}: the reason is `{reason}`");
        machine.done(&format!("vcpu regs {name}/0"))?;
        machine.done(&format!("guest destroy {name}"))?;
    }
    ticks_on(&mut machine, "ticker")?;
    Ok(())
}

/// What is free of the machine's memory, in bytes.
fn free(machine: &mut Running) -> Result<u64> {
    let memory = machine.json("host mem")?;
    memory["free"].as_u64().with_context(|| format!("no number of free bytes: {memory}"))
}

/// What of the heap is used, in bytes. The terminal keeps the last lines that were typed, so it is first
/// given as many of the same length as it keeps.
///
/// # Errors
/// When the prompt does not come back.
pub fn heap(machine: &mut Running) -> Result<u64> {
    for line in 10..50 {
        machine.command(&format!("echo {line}"))?;
    }
    let heap = machine.json("heap")?;
    heap["used"].as_u64().with_context(|| format!("no number of used bytes: {heap}"))
}

/// Compares what there is after a life with what there was after the first. The heap is looked at in some
/// rounds only.
pub struct Balance(pub Option<(u64, u64)>);

impl Balance {
    /// Looks at what there is after this round; `whole`: at the heap, too.
    ///
    /// # Errors
    /// When it is not what it was.
    pub fn check(&mut self, machine: &mut Running, round: u64, whole: bool) -> Result<()> {
        let now = free(machine)?;
        let Some((free, used)) = self.0 else {
            self.0 = Some((now, heap(machine)?));
            return Ok(());
        };
        ensure!(free == now, "round {round}: {free} bytes were free, now {now}");
        if whole {
            let now = heap(machine)?;
            ensure!(used == now, "round {round}: {used} bytes of the heap were used, now {now}");
        }
        Ok(())
    }
}

/// 50 rounds of destroy, create and start of a Linux guest at different moments of its life, with load
/// on both vCPUs of another.
fn fifty_linux(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts"), context.guest_file("linux0-rt.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0-rt")?;
    to_user_space(&mut machine, 2)?;
    ask(&mut machine, "for i in 1 2; do (while :; do :; done) & done")?;
    ask(&mut machine, "dd if=/dev/zero of=/dev/null bs=64k & true")?;
    machine.leave_console()?;
    let mut balance = Balance(None);
    for round in 1..=50u64 {
        machine.done("guest destroy linux0")?;
        balance.check(&mut machine, round, round % 10 == 0)?;
        machine.done("guest create linux0")?;
        machine.done("guest start linux0")?;
        match round {
            // Now and then it gets as far as user space.
            25 | 50 => {
                machine.type_line("console linux0")?;
                to_user_space(&mut machine, 2)?;
                machine.leave_console()?;
            }
            _ => drop(machine.command(&format!("sleep {}", round * 37 % 500))?),
        }
    }
    machine.done("guest destroy linux0")?;
    balance.check(&mut machine, 51, true)?;
    machine.type_line("console linux0-rt")?;
    let answer = ask(&mut machine, "echo $((6 * 111)); dmesg | grep -ciE 'BUG:|Oops'")?;
    ensure!(answer.starts_with("666") && answer.ends_with('0'), "the other guest says: {answer}");
    Ok(())
}

/// Many lives of small guests, two CPUs busy with another, ended in every state.
fn two_hundred(context: &Context) -> Result<()> {
    let spin = context.program("spin", SPIN, "count = <2>;")?;
    let bad = context.program("reader", FAILING[0].1, "count = <1>;")?;
    let tick = context.variant("ticker", "ticker", &[("autostart;", "")])?;
    let mut machine = context.boot(Setup { guests: vec![spin, bad, tick], ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create spin")?;
    machine.done("guest start spin")?;
    let mut balance = Balance(None);
    for round in 0..100 {
        for guest in ["ticker", "reader"] {
            machine.done(&format!("guest create {guest}"))?;
            if round % 5 != 0 {
                machine.done(&format!("guest start {guest}"))?;
            }
            let then = match round % 5 {
                2 if guest == "ticker" => "guest pause ticker",
                3 if guest == "ticker" => "guest stop ticker",
                4 => "sleep 20",
                _ => "version",
            };
            machine.done(then)?;
            machine.done(&format!("guest destroy {guest}"))?;
        }
        // From the end of the first cycle on: what is made once and kept (timers of threads that sleep for the first
        // time, room in buffers) is there then.
        if round >= 4 {
            balance.check(&mut machine, round, round % 20 == 19)?;
        }
    }
    Ok(())
}
