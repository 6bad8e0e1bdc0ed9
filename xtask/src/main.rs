// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask`: build, run, test, check, size and bench.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::bench::{self, BenchArgs};
use xtask::image::{self, Profile};
use xtask::project;
use xtask::run::{self, RunArgs};

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
    /// Build all, start the board's machine and leave you at the management terminal
    Run(Box<RunArgs>),
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
}

fn build(args: &BuildArgs) -> Result<()> {
    let image = image::build(&args.board, args.profile)?;
    println!("{}\n{}", project::shown(&image.elf), project::shown(&image.bin));
    Ok(())
}

fn main() -> ExitCode {
    let outcome = match &Cli::parse().task {
        Task::Build(args) => build(args),
        Task::Run(args) => run::run(args),
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
