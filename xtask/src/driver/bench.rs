// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver test`: drivers on the bench (`tests/bench`), on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::source;
use crate::process;
use crate::project;
use crate::toolchain::host_cargo;

/// Arguments of `cargo xtask driver test`.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// Drivers with a bench.rs beside their driver.toml: folders of ported-drivers/ by name, others by path; one of
    /// their tests as NAME::TEST [default: all]
    #[arg(value_name = "NAME|DIR")]
    what: Vec<String>,
    /// Print every access to a register, every interrupt and all DMA
    #[arg(long)]
    trace: bool,
    /// Only list the tests
    #[arg(long)]
    list: bool,
}

/// The folders whose drivers the bench knows by name.
fn homes() -> [PathBuf; 2] {
    [project::root().join("ported-drivers"), project::root().join("tests/bench/drivers")]
}

/// What names a driver: a name as it is, a folder by its whole path.
fn driver(word: &str) -> Result<String> {
    if homes().iter().any(|home| home.join(word).join("driver.toml").is_file()) {
        return Ok(word.into());
    }
    let folder = Path::new(word);
    if folder.join("driver.toml").is_file() {
        let folder = folder.canonicalize().with_context(|| format!("{word} cannot be read"))?;
        return Ok(folder.display().to_string());
    }
    let known: Vec<String> = files()?.iter().filter_map(|file| name_of(file)).collect();
    bail!(
        "no driver `{word}`: neither a folder of ported-drivers/ nor one with a driver.toml\nThere are benches of {}",
        known.join(", ")
    )
}

/// The name of the driver that a `bench.rs` belongs to.
fn name_of(file: &Path) -> Option<String> {
    Some(file.parent()?.file_name()?.to_string_lossy().into_owned())
}

/// Every `bench.rs` of the project's drivers.
///
/// # Errors
/// When the folders cannot be read.
pub fn files() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for home in homes() {
        for entry in home.read_dir().with_context(|| format!("{} cannot be read", home.display()))? {
            found.push(entry?.path().join("bench.rs"));
        }
    }
    found.retain(|file| file.is_file());
    found.sort();
    Ok(found)
}

/// What builds, or builds and runs the bench with these drivers: all if there are none.
pub fn command(subcommand: &str, drivers: &[String]) -> Command {
    let mut command = host_cargo(subcommand);
    command.args(["--quiet", "--package", "driver-bench"]).env("FERROVISOR_BENCH", drivers.join(","));
    command
}

/// Builds and runs the bench.
///
/// # Errors
/// When a driver is unknown or does not compile, or a test failed.
pub fn run(args: &BenchArgs) -> Result<()> {
    source::fetch()?;
    let (mut drivers, mut tests) = (Vec::new(), Vec::new());
    for word in &args.what {
        let (name, test) =
            word.split_once("::").map_or((word.as_str(), None), |(name, test)| (name, Some(test)));
        let driver = driver(name)?;
        let folder = Path::new(&driver).file_name().unwrap_or_default().to_string_lossy();
        tests.push(format!("{folder}::{}", test.unwrap_or("")));
        drivers.push(driver);
    }
    let mut command = command("run", &drivers);
    command.arg("--").args(args.trace.then_some("--trace")).args(args.list.then_some("--list")).args(tests);
    process::run(&mut command)
}
