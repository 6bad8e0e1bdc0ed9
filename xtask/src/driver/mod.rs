// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver`: drivers of Linux, from their sources to what they lack.

mod agree;
mod api;
mod bench;
mod check;
#[cfg(test)]
mod check_tests;
mod compile;
mod corpus;
mod coverage;
mod diagnose;
mod family;
mod import;
mod judge;
mod list;
mod makefile;
mod missing;
mod rank;
mod source;
mod text;
mod tree;

use std::path::{Path, PathBuf};

pub use agree::sample as check_reports;
use anyhow::{Context, Result, ensure};
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
    /// Write docs/driver-coverage.md anew; or, with a list, say how many driver units of Linux compile and link
    Coverage(CoverageArgs),
    /// Sum up what drivers lack, by family
    Missing(MissingArgs),
    /// Run drivers on this machine, against the register models of their benches
    Test(bench::BenchArgs),
}

/// Which driver units of Linux to look at.
#[derive(Debug, Clone, Args)]
struct UnitArgs {
    /// A tree of Linux 6.12 [default: Debian's, as for `import`]
    #[arg(long, value_name = "TREE")]
    linux: Option<PathBuf>,
    /// A list of units: name, kind, role (`count` or `peer`), sources, and the units that it may use; tabs between
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Only units of these kinds, by commas, and what they use
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,
}

/// Arguments of `cargo xtask driver coverage`.
#[derive(Debug, Clone, Args)]
struct CoverageArgs {
    #[command(flatten)]
    units: UnitArgs,
    /// Print JSON
    #[arg(long, requires = "list")]
    json: bool,
    /// Name what each unit lacks
    #[arg(long, requires = "list", conflicts_with = "json")]
    all: bool,
    /// Write docs/driver-units.md
    #[arg(long, requires = "list", conflicts_with_all = ["json", "kind"])]
    page: bool,
}

/// Arguments of `cargo xtask driver missing`.
#[derive(Debug, Clone, Args)]
struct MissingArgs {
    /// Say which headers and functions would let most driver units of Linux link [default list: the project's own]
    #[arg(long, conflicts_with_all = ["what", "corpus"])]
    rank: bool,
    #[command(flatten)]
    units: UnitArgs,
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
        Task::Missing(args) if args.rank => rank(args),
        Task::Missing(args) => missing(args),
        Task::List { json: true } => {
            println!("{}", serde_json::to_string_pretty(&list::entries()?)?);
            Ok(())
        }
        Task::List { json: false } => {
            list::print(&list::entries()?);
            Ok(())
        }
        Task::Test(args) => bench::run(args),
        Task::Coverage(args) => match &args.units.list {
            Some(list) => coverage(args, list),
            None => {
                ensure!(
                    args.units.linux.is_none() && args.units.kind.is_empty(),
                    "--linux and --kind need a --list of units; the project's own is {}",
                    project::shown(&coverage::own_list())
                );
                list::write_page()
            }
        },
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

/// Compiles and links the units of a list.
fn measure(args: &UnitArgs, list: &Path) -> Result<coverage::Report> {
    let units = corpus::of_kinds(corpus::read(list)?, &args.kind)?;
    let linux = match &args.linux {
        Some(tree) => tree.clone(),
        None => source::fetch()?,
    };
    let linux = linux.canonicalize().with_context(|| format!("cannot find {}", linux.display()))?;
    coverage::measure(
        &format!("coverage-{}", std::process::id()),
        &linux,
        &list.display().to_string(),
        &units,
    )
}

/// Says how many units of a list compile and link.
fn coverage(args: &CoverageArgs, list: &Path) -> Result<()> {
    let report = measure(&args.units, list)?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else if args.page {
        coverage::write_page(&report, list)?;
    } else {
        for row in report.units.iter().filter(|row| args.all && !row.linked) {
            let how = if row.compiled { "compiles" } else { "does not compile" };
            println!("{} {how}: {}", row.unit, row.missing.join(", "));
        }
        print!("{}", report.table());
    }
    ensure!(report.absent.is_empty(), "{}", report.absent.join("\n"));
    Ok(())
}

/// Says what would let most units of a list link.
fn rank(args: &MissingArgs) -> Result<()> {
    let own = coverage::own_list();
    let list = args.units.list.as_deref().unwrap_or(&own);
    let report = measure(&args.units, list)?;
    let linux = args.units.linux.clone().map_or_else(source::fetch, Ok)?;
    let rank = rank::rank(&report, |names| family::Declarations::read(&linux).of(names));
    if args.json {
        println!("{}", serde_json::to_string(&rank)?);
    } else {
        rank.print(args.all);
    }
    ensure!(report.absent.is_empty(), "{}", report.absent.join("\n"));
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
/// All that is wrong, or that the sources of Linux cannot be had.
pub fn folders() -> Result<()> {
    let folder = project::root().join("ported-drivers");
    let set = Set::all(&folder)?;
    source::fetch()?;
    let linux = LinuxTree::open(&project::root())?;
    let mut bad = Vec::new();
    for driver in &set.drivers {
        for path in driver.sources.iter().chain(&driver.headers) {
            let there = match driver.origin {
                Origin::Local => folder.join(&driver.name).join(path).is_file(),
                Origin::Linux => linux.has(path),
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
