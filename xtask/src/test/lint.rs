// SPDX-License-Identifier: GPL-2.0-only
//! Lints: of what is compiled for this machine, and of what is for the bare one.

use std::process::Command;

use anyhow::Result;

use super::{CRATES, TOOLS, pass};
use crate::project;
use crate::toolchain::{Toolchain, host_cargo};

/// The newest compiler whose clippy this code is known to please; a newer one may have new lints.
const CLIPPY_MINOR: u32 = 96;

/// What compiles the project's own crates for this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiler {
    /// The plain one.
    Plain,
    /// That within clippy, which besides lints: what passed them need not be compiled again to be run.
    Clippy,
}

impl Compiler {
    /// Has a command of cargo compile by this one.
    pub fn of(self, command: &mut Command) -> &mut Command {
        if self == Compiler::Clippy {
            // As `cargo clippy` does it, but for whatever cargo is asked for.
            command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
            let lints: String = denied().iter().map(|word| format!("{word}__CLIPPY_HACKERY__")).collect();
            command.env("CLIPPY_ARGS", lints);
        }
        command
    }
}

/// What clippy is told. Lints are errors where the compiler is one that this code was written with; a newer one's new
/// lints only warn.
fn denied() -> &'static [&'static str] {
    let known = Toolchain::minor_of("rustc").is_some_and(|minor| minor <= CLIPPY_MINOR);
    if known { &["-D", "warnings"] } else { &[] }
}

/// The crates and their tests as they are compiled for running; the tools, which run already, for this alone.
pub fn check() -> Result<()> {
    let mut tools = host_cargo("clippy");
    tools.args(["--quiet", "--all-targets", "--package", "system-tests"]).args(TOOLS);
    pass(tools.arg("--").args(denied()))?;
    for (subcommand, what) in
        [("test", ["--no-run", "--no-fail-fast"]), ("build", ["--bins", "--keep-going"])]
    {
        let mut command = host_cargo(subcommand);
        pass(Compiler::Clippy.of(command.arg("--quiet").args(what).args(CRATES)))?;
    }
    crate::driver::linux()?;
    pass(Compiler::Clippy.of(&mut crate::driver::bench("build", &[])))
}

/// The image and our own guests.
pub fn bare_metal() -> Result<()> {
    let toolchain = Toolchain::choose()?;
    if toolchain == Toolchain::Distribution {
        println!("     (the compiler for the bare machine comes without clippy: checking only)");
    }
    let linted = toolchain == Toolchain::Rustup;
    // One after the other: together, the guests would get features of crates that only the image asks for.
    for package in ["ferrovisor", "guests"] {
        let mut command = toolchain.cargo(if linted { "clippy" } else { "check" });
        command.arg("--target-dir").arg(project::target().join("bare"));
        command.args(["--quiet", "--package", package]);
        if package == "ferrovisor" {
            command.args(["--features", "virtio"]);
        }
        if linted {
            command.arg("--").args(denied());
        }
        pass(&mut command)?;
    }
    Ok(())
}
