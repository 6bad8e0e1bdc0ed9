// SPDX-License-Identifier: GPL-2.0-only
//! Benchmarks: what virtualization costs, in counted instructions.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Single operations of a bare-metal guest, natively and under Ferrovisor.
    Micro,
    /// Programs in a Linux guest, natively and under Ferrovisor.
    Linux,
}

/// Arguments of `cargo xtask bench`.
#[derive(Debug, Clone, Args)]
pub struct BenchArgs {
    /// What to measure.
    pub suite: Suite,
    /// The board to measure on.
    #[arg(default_value = "qemu-virt")]
    pub board: String,
    /// Print the results as JSON, for machines.
    #[arg(long)]
    pub json: bool,
}

/// Measures and prints.
///
/// # Errors
/// When something cannot be built or does not run.
pub fn run(args: &BenchArgs) -> Result<()> {
    bail!("there is no benchmark `{:?}` yet", args.suite)
}
