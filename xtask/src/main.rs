// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask`: build, run, test, check, docs, size and bench.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::bench::{self, BenchArgs};
use xtask::check::{self, CheckArgs};
use xtask::driver::{self, DriverArgs};
use xtask::image::{self, Profile};
use xtask::run::{self, RunArgs};
use xtask::size::{self, SizeArgs};
use xtask::test::{self, TestArgs};
use xtask::{artifacts, bundle, docs, project};

/// Build, run, test and measure Ferrovisor.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the image of a board
    Build(BuildArgs),
    /// Write a bundle of guests and their images, to boot it by other means than `run`
    Bundle(BundleArgs),
    /// Build all, start the board's machine and leave you at the management terminal
    Run(Box<RunArgs>),
    /// Check the sources, run the host tests and the system tests
    Test(TestArgs),
    /// Explain a board and find what is wrong with it
    Check(CheckArgs),
    /// Write the pages of docs/ that are made of the sources
    Docs,
    /// Import drivers of Linux, list them, say what they lack
    Driver(DriverArgs),
    /// Show how large the release image is, and what makes it so
    Size(SizeArgs),
    /// Measure what virtualization costs
    Bench(BenchArgs),
}

#[derive(Args)]
struct BuildArgs {
    /// The board: a folder of boards/
    #[arg(default_value = "qemu-virt")]
    board: String,
    /// How to compile
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
    /// Linux drivers besides those of the board, by commas: folders of ported-drivers/
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    drivers: Vec<String>,
}

#[derive(Args)]
struct BundleArgs {
    /// The guests' device tree sources
    #[arg(required = true, value_name = "FILE.dts")]
    guests: Vec<PathBuf>,
    /// Where to write it [default: bundle.cpio in the target folder]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn build(args: &BuildArgs) -> Result<()> {
    let image = image::build_with(&args.board, args.profile, &args.drivers)?;
    println!("{}\n{}", project::shown(&image.elf), project::shown(&image.bin));
    Ok(())
}

fn bundle(args: &BundleArgs) -> Result<()> {
    let path = args.output.clone().unwrap_or_else(|| project::target().join("bundle.cpio"));
    artifacts::store(&path, &bundle::pack(&args.guests)?)?;
    println!("{}", project::shown(&path));
    Ok(())
}

fn main() -> ExitCode {
    let outcome = match &Cli::parse().task {
        Task::Build(args) => build(args),
        Task::Bundle(args) => bundle(args),
        Task::Run(args) => run::run(args),
        Task::Test(args) => test::run(args),
        Task::Check(args) => check::run(args),
        Task::Docs => docs::write(),
        Task::Driver(args) => driver::run(args),
        Task::Size(args) => size::run(args),
        Task::Bench(args) => bench::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
