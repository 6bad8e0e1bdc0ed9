// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask test`: the checks of the sources, the host tests of all crates, the system tests; one
//! sum at the end.

mod headers;
mod licenses;
mod lint;
mod sources;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::artifacts;
use crate::bench::programs;
use crate::image::{self, Profile};
use crate::toolchain::{Toolchain, host_cargo};
use crate::{process, project};
use lint::Compiler;

/// Arguments of `cargo xtask test`.
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// Only what has this in its name: checks, host tests and system tests
    pub filter: Option<String>,
    /// Every system test with both profiles of the image; else each with one of them, but those that FILTER names
    #[arg(long)]
    pub all: bool,
    /// Leave out the system tests
    #[arg(long, conflicts_with = "all")]
    pub no_system: bool,
}

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    passed: usize,
    failed: usize,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The package of the driver bench, which is built by itself: it asks for a feature of the shim that the host tests do
/// without.
const BENCH: &str = "driver-bench";

/// A check of the sources: a name and what does it.
type Check = (&'static str, fn() -> Result<()>);

/// The tools with tests of their own, as cargo calls them: compiled for the tests as they are for running.
const TOOLS: &[&str] = &["--package", "xtask", "--package", "board-config"];

/// The other packages with host tests.
const CRATES: &[&str] = &[
    "--workspace",
    "--exclude",
    "ferrovisor",
    "--exclude",
    "system-tests",
    "--exclude",
    BENCH,
    "--exclude",
    "xtask",
    "--exclude",
    "board-config",
];

/// The check whose compiler the host tests go on with.
const CLIPPY: Check = ("check_clippy", lint::check);

/// The other checks, in rows that go on at the same time: cargo lets only one command into a folder of its results. The first row
/// is in that of this machine, and the host tests follow it; the second is in that of the image, which is built after it; the
/// third has what hardly needs cargo.
const CHECKS: [&[Check]; 3] = [
    &[("check_docs", docs), ("check_licenses", licenses::check), ("check_cargo_deny", cargo_deny)],
    &[("check_clippy_bare_metal", lint::bare_metal), ("check_docs_bare_metal", docs_bare_metal)],
    &[
        ("check_format", format),
        ("check_spdx_heads", sources::spdx_heads),
        ("check_file_lengths", sources::lengths),
        ("check_headers", headers::check),
        ("check_drivers", crate::driver::folders),
        ("check_driver_reports", crate::driver::check_reports),
        ("check_driver_coverage", crate::driver::check_page),
        ("check_boards", boards),
    ],
];

/// Runs everything, prints the sum as the last line.
///
/// # Errors
/// When anything failed.
pub fn run(args: &TestArgs) -> Result<()> {
    let mut sum = Sum::default();
    let filter = args.filter.as_deref();
    let built = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let [here, bare, sources] = CHECKS;
        let here = scope.spawn(|| {
            let mut sum = run_checks(&[CLIPPY], filter);
            let compiler = if sum.passed == 1 { Compiler::Clippy } else { Compiler::Plain };
            sum.add(run_checks(here, filter));
            sum.add(host_tests(TOOLS, Compiler::Plain, filter));
            sum.add(host_tests(CRATES, compiler, filter));
            sum.add(bench_tests(compiler, filter));
            sum
        });
        let bare = scope.spawn(|| {
            let sum = run_checks(bare, filter);
            if !args.no_system && filter.is_none() {
                // If this fails, the system tests build them, and say what goes wrong.
                built.store(images().is_ok(), Ordering::Relaxed);
            }
            sum
        });
        let sources = scope.spawn(|| {
            let sum = run_checks(sources, filter);
            if !args.no_system && filter.is_none() {
                // If this fails, the tests that need it say so.
                let _ = downloads();
            }
            sum
        });
        for row in [here, bare, sources] {
            sum.add(row.join().unwrap_or(Sum { passed: 0, failed: 1 }));
        }
    });
    if !args.no_system {
        sum.add(counted("system tests", &mut system(args, built.into_inner()), system_result));
    }
    if let (0, 0, Some(filter)) = (sum.passed, sum.failed, &args.filter) {
        eprintln!("nothing has `{filter}` in its name");
        sum.failed = 1;
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 { Ok(()) } else { bail!("{} of {} failed", sum.failed, sum.passed + sum.failed) }
}

/// Runs a row of checks.
fn run_checks(row: &[Check], filter: Option<&str>) -> Sum {
    let mut sum = Sum::default();
    for (name, check) in row {
        if filter.is_none_or(|filter| name.contains(filter)) {
            sum.add(run_check(name, *check));
        }
    }
    sum
}

/// Runs one check and says how it went.
fn run_check(name: &str, check: fn() -> Result<()>) -> Sum {
    let start = Instant::now();
    let outcome = check();
    let seconds = start.elapsed().as_secs_f64();
    match outcome {
        Ok(()) => {
            println!("ok   {name} ({seconds:.1} s)");
            Sum { passed: 1, failed: 0 }
        }
        Err(error) => {
            println!("FAIL {name} ({seconds:.1} s): {error:#}");
            Sum { passed: 0, failed: 1 }
        }
    }
}

fn format() -> Result<()> {
    pass(host_cargo("fmt").args(["--all", "--check"]))?;
    // Cargo does not see those of drivers.
    let mut command = Command::new("rustfmt");
    pass(command.args(["--check", "--edition", "2024"]).args(crate::driver::bench_files()?))
}

/// The crates whose sources differ between this machine and the bare one: `arch` has its fakes here.
const BARE_DOCS: &[&str] = &["arch", "kernel", "drivers", "vmm", "linux-compat", "guests"];

/// Lints of the documentation are errors, broken links above all.
const DENY_DOCS: (&str, &str) = ("RUSTDOCFLAGS", "-D warnings");

/// The documentation of every crate can be made, and all links in it lead somewhere.
fn docs() -> Result<()> {
    let mut command = host_cargo("doc");
    command.args(["--quiet", "--no-deps", "--keep-going", "--workspace", "--exclude", "ferrovisor"]);
    pass(command.args(["--exclude", BENCH]).env(DENY_DOCS.0, DENY_DOCS.1))?;
    crate::driver::linux()?;
    let mut command = host_cargo("doc");
    command.args(["--quiet", "--no-deps", "--package", BENCH, "--lib"]);
    pass(command.env(DENY_DOCS.0, DENY_DOCS.1))
}

/// The same for what is only there on the bare machine.
fn docs_bare_metal() -> Result<()> {
    let toolchain = Toolchain::choose()?;
    if toolchain == Toolchain::Distribution {
        println!("     (the compiler for the bare machine comes without rustdoc: left out)");
        return Ok(());
    }
    let mut command = toolchain.cargo("doc");
    command.arg("--target-dir").arg(project::target().join("bare")).args([
        "--quiet",
        "--no-deps",
        "--keep-going",
    ]);
    command.args(BARE_DOCS.iter().flat_map(|package| ["--package", package]));
    pass(command.env(DENY_DOCS.0, DENY_DOCS.1))
}

/// `cargo deny` says more than our own check of the licenses; it is used where it is installed.
fn cargo_deny() -> Result<()> {
    let there =
        Command::new("cargo-deny").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("     (cargo-deny is not installed: check_licenses stands for it)");
        return Ok(());
    }
    pass(host_cargo("deny").args(["check", "licenses", "bans", "sources"]))
}

/// Builds the images and guests that the system tests begin with.
fn images() -> Result<()> {
    for board in project::board_names()? {
        for profile in [Profile::Release, Profile::Debug] {
            image::build(&board, profile)?;
        }
    }
    image::guest("ticker").map(drop)
}

/// Fetches what no check needs and the system tests would wait for.
fn downloads() -> Result<()> {
    for image in ["busybox.cpio", "linux-6.1-rt/Image", "u-boot.bin"] {
        artifacts::get(image)?;
    }
    programs::fetch_libraries()
}

/// Every board is in order, with its guests.
fn boards() -> Result<()> {
    for board in project::board_names()? {
        let report = crate::check::examine(&board)?;
        crate::check::check_guests(&report.guests, &mut std::io::sink())?;
    }
    Ok(())
}

/// Runs a command whose output is its own account.
fn pass(command: &mut Command) -> Result<()> {
    process::run(command.stdin(Stdio::null()))
}

/// The tests of these crates, on this machine.
fn host_tests(packages: &[&str], compiler: Compiler, filter: Option<&str>) -> Sum {
    let mut command = host_cargo("test");
    command.args(packages).arg("--no-fail-fast").args(filter);
    counted("host tests", compiler.of(&mut command), host_result)
}

/// The drivers on the bench.
fn bench_tests(compiler: Compiler, filter: Option<&str>) -> Sum {
    match crate::driver::linux() {
        Ok(_) => {
            let mut command = crate::driver::bench("run", &[]);
            counted("driver bench", compiler.of(&mut command).arg("--").args(filter), system_result)
        }
        Err(error) => {
            println!("FAIL driver bench: {error:#}");
            Sum { passed: 0, failed: 1 }
        }
    }
}

/// The command that runs the tests on emulated machines. What is `built` is not built again: cargo would, since it keeps
/// the image of one board only.
fn system(args: &TestArgs, built: bool) -> Command {
    let mut command = host_cargo("run");
    command.args(["--quiet", "--package", "system-tests", "--"]).args(&args.filter);
    if !args.all && args.filter.is_none() {
        command.arg("--once");
    }
    command.args(built.then_some("--no-build"));
    command
}

/// Runs a command, passes on what it prints, and sums the results in it. One that fails without saying
/// of a failed test, such as for a mistake in the source, counts as one failure.
fn counted(what: &str, command: &mut Command, result: fn(&str) -> Option<Sum>) -> Sum {
    match count(command, result) {
        Ok((sum, success)) if success || sum.failed > 0 => sum,
        Ok((mut sum, _)) => {
            println!("FAIL {what} did not run to their end");
            sum.failed += 1;
            sum
        }
        Err(error) => {
            println!("FAIL {what}: {error:#}");
            Sum { passed: 0, failed: 1 }
        }
    }
}

/// Sums the results in what a command prints, and says whether it succeeded.
fn count(command: &mut Command, result: fn(&str) -> Option<Sum>) -> Result<(Sum, bool)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", process::shown(command)))?;
    let mut sum = Sum::default();
    let mut reader = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        match result(text.trim_end()) {
            Some(found) => sum.add(found),
            None if !is_noise(text.trim_end()) => print!("{text}"),
            None => {}
        }
        line.clear();
    }
    Ok((sum, child.wait()?.success()))
}

/// Lines of the host tests that say nothing: there are hundreds.
fn is_noise(line: &str) -> bool {
    line.is_empty() || line.starts_with("running ") || line.starts_with("test ") && line.ends_with("... ok")
}

/// The result in a line such as `test result: ok. 3 passed; 0 failed; ...`.
fn host_result(line: &str) -> Option<Sum> {
    let rest = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let mut parts = rest.split("; ");
    let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
    let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
    Some(Sum { passed, failed })
}

/// The result in a line such as `3 passed, 0 failed`.
fn system_result(line: &str) -> Option<Sum> {
    let (passed, failed) = line.split_once(", ")?;
    let passed = passed.strip_suffix(" passed")?.parse().ok()?;
    let failed = failed.strip_suffix(" failed")?.parse().ok()?;
    Some(Sum { passed, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_in_lines() {
        let host = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(host_result(host), Some(Sum { passed: 12, failed: 3 }));
        assert_eq!(host_result("running 3 tests"), None);
        assert_eq!(system_result("7 passed, 0 failed"), Some(Sum { passed: 7, failed: 0 }));
        assert_eq!(system_result("ok   x (1 s)"), None);
    }

    #[test]
    fn a_command_that_dies_counts_as_a_failure() {
        let mut command = Command::new("bash");
        let sum = counted("x", command.args(["-c", "echo 2 passed, 0 failed; exit 3"]), system_result);
        assert_eq!(sum, Sum { passed: 2, failed: 1 });
        let mut command = Command::new("bash");
        let sum = counted("x", command.args(["-c", "echo 2 passed, 4 failed; exit 3"]), system_result);
        assert_eq!(sum, Sum { passed: 2, failed: 4 });
        let mut command = Command::new("no-such-command");
        assert_eq!(counted("x", &mut command, system_result), Sum { passed: 0, failed: 1 });
    }
}
