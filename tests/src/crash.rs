// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor's own failures, made on purpose: each ends in a report that leads to the place, and in a halt.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use xtask::project;
use xtask::session::Failure;

use crate::harness::{Context, DEBUG, Running, Setup, Test};

/// The tests of this file. Only debug images can be made to fail.
pub const TESTS: &[Test] = &[
    Test { name: "crash_write_to_text", limit: 30, profiles: DEBUG, run: text },
    Test { name: "crash_run_data", limit: 30, profiles: DEBUG, run: data },
    Test { name: "crash_null_pointer", limit: 30, profiles: DEBUG, run: null },
    Test { name: "crash_stack_overflow", limit: 30, profiles: DEBUG, run: stack },
    Test { name: "crash_panic", limit: 30, profiles: DEBUG, run: panic },
];

/// The report that ends the machine after `host crash HOW`, with a guest that runs beside.
fn report(context: &Context, how: &str) -> Result<String> {
    let mut machine =
        context.boot(Setup { guests: vec![context.guest_file("ticker.dts")], ..Setup::default() })?;
    machine.wait_for_prompt()?;
    let start = machine.log().len();
    machine.send(&format!("host crash {how}"))?;
    ended(&mut machine)?;
    let log = machine.log();
    let (_, report) =
        log.get(start..).and_then(|new| new.split_once("ferrovisor panic: ")).context("none")?;
    Ok(report.to_owned())
}

/// Waits until the machine has said that it halts, and nothing more.
pub fn ended(machine: &mut Running) -> Result<()> {
    let limit = Instant::now() + Duration::from_secs(20);
    while !machine.log().contains("ferrovisor panic: halted") {
        match machine.wait_for("ferrovisor panic: halted") {
            Ok(()) | Err(Failure::Panic { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        ensure!(Instant::now() < limit, "it panicked, but does not say that it halts");
    }
    std::thread::sleep(Duration::from_millis(300));
    ensure!(machine.log().trim_end().ends_with("ferrovisor panic: halted"), "something goes on");
    Ok(())
}

/// The numbers behind `image + ` in a text.
fn addresses(text: &str) -> Vec<u64> {
    let numbers = text.split("image + 0x").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        u64::from_str_radix(&rest[..end], 16)
    });
    numbers.filter_map(Result::ok).collect()
}

/// The functions of the image that the addresses of a report lie in.
fn functions(context: &Context, report: &str) -> Result<Vec<String>> {
    let elf = project::target().join(context.board).join(context.profile.to_string()).join("ferrovisor");
    let output = Command::new("llvm-nm-19").args(["--demangle", "--print-size"]).arg(&elf).output()?;
    ensure!(output.status.success(), "llvm-nm-19 cannot read {}", elf.display());
    let text = String::from_utf8_lossy(&output.stdout);
    let mut symbols = Vec::new();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        let mut number = || words.next().and_then(|word| u64::from_str_radix(word, 16).ok());
        if let (Some(start), Some(size)) = (number(), number()) {
            symbols.push((start..start + size, words.nth(1).unwrap_or_default()));
        }
    }
    let name = |address: u64| symbols.iter().find(|(range, _)| range.contains(&address)).map(|(_, n)| *n);
    Ok(addresses(report).into_iter().map(|a| name(a).unwrap_or("?").to_owned()).collect())
}

/// The report has these words; what follows `place` in the chain of calls is the command.
fn check(context: &Context, how: &str, words: &[&str], place: &str) -> Result<()> {
    let report = report(context, how)?;
    for word in words.iter().chain(&["CPU ", "called from (image at 0x"]) {
        ensure!(report.contains(word), "no `{word}` in: {report}");
    }
    let functions = functions(context, &report)?;
    let place = functions.iter().position(|name| name.contains(place));
    let place = place.with_context(|| format!("the calls do not lead there: {functions:#?}"))?;
    let deep = how == "stack";
    ensure!(
        deep || functions[place..].iter().any(|name| name.contains("terminal::command")),
        "the calls do not lead to the terminal: {functions:#?}"
    );
    Ok(())
}

const REGISTERS: [&str; 4] = ["  pc 0x", "  x0  0x", "  x30 0x", "spsr 0x"];

fn text(context: &Context) -> Result<()> {
    let words = [&REGISTERS[..], &["synchronous exception in the hypervisor at image + ", "far 0x"]].concat();
    check(context, "text", &words, "kernel::crash::provoke")
}

fn data(context: &Context) -> Result<()> {
    let words = [&REGISTERS[..], &["synchronous exception in the hypervisor at image + "]].concat();
    // The last call before the jump to data leaves no frame.
    check(context, "data", &words, "host::crash::run")
}

fn null(context: &Context) -> Result<()> {
    let words =
        [&REGISTERS[..], &["synchronous exception in the hypervisor", "far 0x0000000000000008"]].concat();
    check(context, "null", &words, "kernel::crash::provoke")
}

fn stack(context: &Context) -> Result<()> {
    let words = [&REGISTERS[..], &["stack overflow in the hypervisor at image + "]].concat();
    check(context, "stack", &words, "kernel::crash::deeper")
}

fn panic(context: &Context) -> Result<()> {
    check(context, "panic", &["crash.rs:", "on purpose"], "kernel::crash::provoke")
}
