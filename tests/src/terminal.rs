// SPDX-License-Identifier: GPL-2.0-only
//! The management terminal and the scripts that are typed at it.

use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};
use xtask::toolchain::host_cargo;

use crate::harness::{BOTH, Context, RELEASE, SPIN, Setup, Test};
use crate::lives::ticks_on;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "terminal_scripts_exit_status", limit: 60, profiles: RELEASE, run: scripts },
    Test { name: "terminal_paste_of_1000_characters", limit: 60, profiles: BOTH, run: paste },
    Test { name: "terminal_keys_and_completion", limit: 60, profiles: RELEASE, run: keys },
    Test { name: "terminal_console_there_and_back", limit: 60, profiles: BOTH, run: console },
    Test { name: "terminal_reset_and_poweroff", limit: 60, profiles: BOTH, run: reset },
    Test { name: "terminal_every_command_answers", limit: 120, profiles: BOTH, run: commands },
];

/// `cargo xtask run` with a script and the guest `ticker`.
fn script(context: &Context, name: &str, text: &str, timeout: &str) -> Result<Output> {
    let file = context.file(name, text.as_bytes())?;
    let guest = context.guest_file("ticker.dts");
    let mut command: Command = host_cargo("run");
    command.args(["--quiet", "--package", "xtask", "--", "run", context.board, "--timeout", timeout]);
    command.arg("--guest").arg(guest).arg("--script").arg(file);
    command.output().context("cannot run cargo")
}

/// 0 only if the last line ran; what went wrong is said, with the line.
fn scripts(context: &Context) -> Result<()> {
    let good = script(context, "good", "version\n@sleep 0.5\nguest list\npoweroff\n", "60")?;
    let log = String::from_utf8_lossy(&good.stdout).into_owned();
    ensure!(good.status.success(), "{}: {log}{}", good.status, String::from_utf8_lossy(&good.stderr));
    ensure!(log.contains("Ferrovisor") && log.contains("ticker"), "the serial log is not complete: {log}");
    let stuck = script(context, "stuck", "version\n@wait this never comes\n", "8")?;
    let errors = String::from_utf8_lossy(&stuck.stderr).into_owned();
    ensure!(!stuck.status.success(), "a script that got stuck succeeded");
    ensure!(errors.contains(":2: ") && errors.contains("timed out"), "it says: {errors}");
    let early = script(context, "early", "poweroff\nversion\n", "60")?;
    let errors = String::from_utf8_lossy(&early.stderr).into_owned();
    ensure!(!early.status.success() && errors.contains(":2: "), "{}: {errors}", early.status);
    let wrong = script(context, "wrong", "@wiat x\n", "60")?;
    ensure!(!wrong.status.success(), "an unknown directive was taken");
    Ok(())
}

/// What is pasted arrives whole, also when guests print and CPUs are busy.
fn paste(context: &Context) -> Result<()> {
    let spin = context.program("spin", SPIN, "count = <2>;")?;
    let guests = vec![context.guest_file("ticker.dts"), spin];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create spin")?;
    machine.done("guest start spin")?;
    // 1000 characters in 20 lines, at once.
    let lines: Vec<String> = (0..20).map(|n| format!("echo {n:02}-{}", "abcdefghij".repeat(4))).collect();
    let text = lines.join("\r") + "\r";
    ensure!(text.len() >= 960, "the paste has {} characters", text.len());
    machine.send_bytes(text.as_bytes())?;
    for n in 0..20 {
        machine.wait_for(&format!("\n{n:02}-{}", "abcdefghij".repeat(4)))?;
    }
    machine.wait_for_prompt()?;
    // One long line.
    let long: String = (0..240).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    machine.send(&format!("echo {long}"))?;
    machine.wait_for(&format!("\n{long}"))?;
    machine.wait_for_prompt()?;
    Ok(())
}

/// Editing, history, completion.
fn keys(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for (typed, shown) in [
        // a letter deleted, one inserted at the start
        ("cho fivve\x7f\x7fe\x01e\r", "\nfive"),
        // the line before, with a word more
        ("\x10 six\r", "\nfive six"),
        // nothing of a line that was dropped
        ("echo seven\x15echo eight\r", "\neight"),
        // guest list, by completion of each word
        ("gue\tli\t\r", "\nticker"),
        // the name of the guest
        ("guest in\tti\t\r", "boot arguments:"),
        ("echo \"a b\"  'c  d' e\\ f # nothing\r", "\na b c  d e f"),
    ] {
        machine.send_bytes(typed.as_bytes())?;
        machine.wait_for(shown)?;
        machine.wait_for_prompt()?;
    }
    machine.send_bytes(b"sleep 60000\r")?;
    machine.wait_for("sleep 60000")?;
    std::thread::sleep(std::time::Duration::from_millis(500));
    machine.send_bytes(b"\x03")?;
    machine.wait_for_prompt()?;
    machine.done("version")?;
    Ok(())
}

/// To a console and back, by command and by key, many times; what a guest prints stays on its console.
fn console(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts"), context.variant("ticker", "other", &[])?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for _ in 0..5 {
        ticks_on(&mut machine, "ticker")?;
        ticks_on(&mut machine, "other/uart0")?;
        machine.send_bytes(b"\x1d")?;
        machine.wait_for("console of other/uart0")?;
        machine.leave_console()?;
    }
    let quiet = machine.command("sleep 1000")?;
    ensure!(!quiet.contains("ticker: "), "a guest prints on the terminal: {quiet}");
    let list = machine.json("console")?;
    ensure!(list.as_array().is_some_and(|all| all.len() == 2), "`console --json` says: {list}");
    let answer = machine.command("console nobody")?;
    ensure!(answer.contains("error: "), "`console nobody` says: {answer}");
    Ok(())
}

fn reset(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests: guests.clone(), ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.send("reset")?;
    machine.wait_for("Ferrovisor 0")?;
    machine.wait_for_prompt()?;
    ticks_on(&mut machine, "ticker")?;
    machine.send("poweroff")?;
    let status = machine.wait_for_exit()?;
    ensure!(status.success(), "after `poweroff` the machine ended with {status}");
    let mut machine = context.boot(Setup { guests, no_reboot: true, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.send("reset")?;
    machine.wait_for_exit()?;
    Ok(())
}

/// Every command of the reference answers, in text and in JSON, with a guest that runs.
fn commands(context: &Context) -> Result<()> {
    let guests = vec![context.guest_file("ticker.dts")];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for command in [
        "host info",
        "host cpus",
        "host mem",
        "host irqs",
        "host timers",
        "host devices",
        "guest list",
        "guest info ticker",
        "guest irqs ticker",
        "guest dump ticker 0x40000000 64",
        "vcpu list",
        "vcpu list ticker",
        "vcpu info ticker/0",
        "vcpu regs ticker/0",
        "sched list",
        "sched policy",
        "sched balance",
        "console",
        "log 5",
        "log level",
        "heap",
        "version",
        "help",
        "help guest create",
    ] {
        let answer = machine.done(command)?;
        ensure!(answer.trim().len() > 5, "`{command}` says: {answer}");
        machine.json(command)?;
    }
    for command in ["host dt", "host dt /cpus", "guest dt ticker"] {
        let answer = machine.done(command)?;
        ensure!(answer.contains('{') && answer.contains("};"), "`{command}` says: {answer}");
    }
    for command in ["nonsense", "guest", "guest frobnicate", "host mem extra", "sched policy best", "sleep x"]
    {
        let answer = machine.command(command)?;
        ensure!(answer.contains("error: "), "`{command}` says: {answer}");
    }
    machine.done("log clear")?;
    Ok(())
}
