// SPDX-License-Identifier: GPL-2.0-only
//! Benchmarks: what virtualization costs, in counted instructions.
//!
//! Everything runs on the emulated machine with `-icount shift=0,sleep=off`: a nanosecond of guest time
//! is then one executed instruction, on every run and every computer. docs/benchmarks.md says what is
//! measured and how to read it.

mod beside;
mod card;
mod kvm;
mod linux;
mod machine;
mod micro;
pub mod programs;
mod virtio;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Single operations of a bare-metal guest, natively and under Ferrovisor.
    Micro,
    /// Programs in a Linux guest, natively and under Ferrovisor.
    Linux,
    /// Disk and network of a Linux guest, natively and under Ferrovisor.
    Virtio,
    /// Reading the SD card of a board that has one.
    Card,
    /// The operations of Micro beside a host that reads its SD card.
    Beside,
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
    /// Measure on the bare machine only.
    #[arg(long)]
    pub native: bool,
    /// Measure KVM with QEMU, too (micro and virtio; some minutes more).
    #[arg(long, conflicts_with = "native")]
    pub kvm: bool,
    /// Show all that the machines say, on standard error.
    #[arg(long)]
    pub verbose: bool,
}

/// Measures and prints. A missed bar is an error.
///
/// # Errors
/// When something cannot be built or does not run, or a bar is missed.
pub fn run(args: &BenchArgs) -> Result<()> {
    let missed = match args.suite {
        Suite::Micro => micro::run(args)?,
        Suite::Linux => linux::run(args)?,
        Suite::Virtio => virtio::run(args)?,
        Suite::Card => card::run(args)?,
        Suite::Beside => beside::run(args)?,
    };
    if !missed.is_empty() {
        bail!("bars missed: {}", missed.join(", "));
    }
    Ok(())
}
