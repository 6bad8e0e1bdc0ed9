// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver`: drivers of Linux, from their sources to what they lack.

mod agree;
mod api;
mod bench;
mod check;
#[cfg(test)]
mod check_tests;
mod compile;
mod diagnose;
mod family;
mod import;
mod list;
mod makefile;
mod missing;
mod source;
mod text;
mod tree;

use std::path::PathBuf;

pub use agree::sample as check_reports;
use anyhow::{Result, ensure};
pub use bench::{command as bench, files as bench_files};
pub use check::parallel;
pub use list::check_page;
pub use text::without_comments;

use board_config::{Board, Value};
use clap::{Args, Subcommand};
use driver_config::{LinuxTree, Origin, Set};

use crate::project;

/// Arguments of `cargo xtask driver`.
#[derive(Debug, Clone, Args)]
pub struct DriverArgs {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Clone, Subcommand)]
enum Task {
    /// Get the sources of Linux 6.12 from Debian's package, unless they are there
    Fetch,
    /// Make a folder of ported-drivers/ of a source of Linux, or of your own
    Import(ImportArgs),
    /// Say what keeps drivers from being built into the image
    Check(CheckArgs),
    /// List the drivers of ported-drivers/, with what they serve and the boards that have them
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write docs/driver-coverage.md anew
    Coverage,
    /// Sum up what drivers lack, by family
    Missing(MissingArgs),
    /// Run drivers on this machine, against the register models of their benches
    Test(bench::BenchArgs),
}

/// Arguments of `cargo xtask driver missing`.
#[derive(Debug, Clone, Args)]
struct MissingArgs {
    /// Folders of ported-drivers/, or C files [default: all folders]
    #[arg(value_name = "NAME|FILE.c")]
    what: Vec<String>,
    /// A text that names a C file in each line
    #[arg(long, value_name = "FILE", conflicts_with = "what")]
    corpus: Option<PathBuf>,
    /// Name everything, not only the numbers
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `cargo xtask driver check`.
#[derive(Debug, Clone, Args)]
struct CheckArgs {
    /// Folders of ported-drivers/, or C files: of Linux's tree, or your own
    #[arg(required = true, value_name = "NAME|FILE.c")]
    what: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `cargo xtask driver import`.
#[derive(Debug, Clone, Args)]
struct ImportArgs {
    /// C files: from the root of Linux's tree, or of your own
    #[arg(required = true, value_name = "FILE.c")]
    paths: Vec<String>,
    /// The folder's name [default: the module's]
    #[arg(long)]
    name: Option<String>,
    /// Another driver that it needs; may be given more than once
    #[arg(long)]
    needs: Vec<String>,
}

/// Carries out a task.
///
/// # Errors
/// What keeps it from being done.
pub fn run(args: &DriverArgs) -> Result<()> {
    match &args.task {
        Task::Fetch => {
            println!("{}", project::shown(&source::fetch()?));
            Ok(())
        }
        Task::Import(args) => {
            let made = import::import(&args.paths, args.name.as_deref(), &args.needs, &source::fetch()?)?;
            made.iter().for_each(|name| println!("ported-drivers/{name}/driver.toml"));
            Ok(())
        }
        Task::Check(args) => check(args),
        Task::Missing(args) => missing(args),
        Task::List { json: true } => {
            println!("{}", serde_json::to_string_pretty(&list::entries()?)?);
            Ok(())
        }
        Task::List { json: false } => {
            list::print(&list::entries()?);
            Ok(())
        }
        Task::Coverage => list::write_page(),
        Task::Test(args) => bench::run(args),
    }
}

/// Checks each of the drivers.
fn check(args: &CheckArgs) -> Result<()> {
    let checker = check::Checker::new(&format!("check-{}", std::process::id()), &source::fetch()?)?;
    let mut reports = Vec::new();
    for what in &args.what {
        let report = checker.check(what)?;
        if !args.json {
            check::print(&report);
        }
        reports.push(report);
    }
    if args.json {
        check::print_json(&reports)?;
    }
    let bad = reports.iter().filter(|report| !report.links).count();
    ensure!(bad == 0, "{bad} of {} would not link", reports.len());
    Ok(())
}

/// Sums up what drivers lack.
fn missing(args: &MissingArgs) -> Result<()> {
    let checker = check::Checker::new(&format!("missing-{}", std::process::id()), &source::fetch()?)?;
    let what = match &args.corpus {
        Some(file) => missing::corpus(file)?,
        None if args.what.is_empty() => driver_config::names(&project::root().join("ported-drivers"))?,
        None => args.what.clone(),
    };
    let sum = missing::missing(&checker, &what);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&sum)?);
    } else {
        sum.print(args.all);
    }
    Ok(())
}

/// The root of the tree of Linux 6.12; it is fetched if it is not there yet.
///
/// # Errors
/// When it cannot be had.
pub fn linux() -> Result<PathBuf> {
    source::fetch()
}

/// Every folder of ported-drivers/ is in order: its `driver.toml` has no mistakes, names files that are
/// there, and serves what its sources say.
///
/// # Errors
/// All that is wrong.
pub fn folders() -> Result<()> {
    let folder = project::root().join("ported-drivers");
    let set = Set::all(&folder)?;
    let linux = LinuxTree::open(&project::root()).ok();
    let mut bad = Vec::new();
    for driver in &set.drivers {
        for path in driver.sources.iter().chain(&driver.headers) {
            let there = match (driver.origin, &linux) {
                (Origin::Local, _) => folder.join(&driver.name).join(path).is_file(),
                (Origin::Linux, Some(linux)) => linux.has(path),
                // Without the sources, the build will tell.
                (Origin::Linux, None) => true,
            };
            if !there {
                bad.push(format!("ported-drivers/{}/driver.toml: there is no `{path}`", driver.name));
            }
        }
    }
    ensure!(bad.is_empty(), "{}", bad.join("\n"));
    Ok(())
}

/// The C drivers that a board asks for.
pub fn of_board(board: &Board) -> Vec<String> {
    match board.get("drivers.ported") {
        Some(Value::Strings(names)) => names.clone(),
        _ => Vec::new(),
    }
}

/// Sees to it that these drivers can be built: their folders are in order, and the sources of Linux are
/// there if one of them needs those.
///
/// # Errors
/// When a driver does not exist or has mistakes, or the sources cannot be had.
pub fn prepare(drivers: &[String]) -> Result<Set> {
    let folder = project::root().join("ported-drivers");
    let set = Set::resolve(&folder, drivers.iter().map(String::as_str), "drivers.ported")?;
    if set.drivers.iter().any(|driver| driver.origin == Origin::Linux) {
        source::fetch()?;
    }
    Ok(set)
}
