// SPDX-License-Identifier: GPL-2.0-only
//! System tests: the image with its guests on the emulated boards. `cargo xtask test` runs them after
//! the host tests; `cargo run -p system-tests -- FILTER` runs some of them alone.

mod bars;
mod boards;
mod boot;
mod card;
mod clocks;
mod crash;
mod debian;
mod entry;
mod faults;
mod files;
mod harness;
mod host_nic;
mod hostile;
mod http;
mod inside;
mod linux;
mod lives;
mod malformed;
mod memory;
mod monitor;
mod network;
mod nic;
mod pci;
mod peripherals;
mod pins;
mod ported;
mod power;
mod registers;
mod root;
mod scheduling;
mod serial;
mod storage;
mod stuck;
mod terminal;
mod u_boot;
mod virtio;
mod vsock;
mod world;

use std::process::ExitCode;

use clap::Parser;
use harness::{Group, Test, Wishes};
use xtask::image::Profile;

/// Every group of tests, with the board that it runs on.
const ALL: &[Group] = &[
    on("qemu-virt", boot::TESTS),
    on("qemu-virt", entry::TESTS),
    on("qemu-virt", crash::TESTS),
    on("qemu-virt", faults::TESTS),
    on("qemu-virt", memory::TESTS),
    on("qemu-virt", terminal::TESTS),
    on("qemu-virt", lives::TESTS),
    on("qemu-virt", scheduling::TESTS),
    on("qemu-virt", inside::TESTS),
    on("qemu-virt", linux::TESTS),
    on("qemu-virt", virtio::TESTS),
    on("qemu-virt", pci::TESTS),
    on("qemu-virt", vsock::TESTS),
    on("qemu-virt", u_boot::TESTS),
    on("qemu-virt", host_nic::TESTS),
    on("qemu-virt", network::TESTS),
    on("qemu-virt", hostile::TESTS),
    on("qemu-virt", malformed::TESTS),
    on("qemu-virt", bars::TESTS),
    on("qemu-virt", pins::QEMU_VIRT),
    on("qemu-virt", ported::QEMU_VIRT),
    on("qemu-virt", peripherals::QEMU_VIRT),
    on("orangepi-pc2", ported::ORANGEPI_PC2),
    on("qemu-virt", serial::QEMU_VIRT),
    on("orangepi-pc2", peripherals::ORANGEPI_PC2),
    on("orangepi-pc2", boards::ORANGEPI_PC2),
    on("orangepi-pc2", clocks::ORANGEPI_PC2),
    on("orangepi-pc2", storage::ORANGEPI_PC2),
    on("orangepi-pc2", registers::ORANGEPI_PC2),
    on("orangepi-pc2", memory::ORANGEPI_PC2),
    on("orangepi-pc2", card::ORANGEPI_PC2),
    on("orangepi-pc2", bars::ORANGEPI_PC2),
    on("orangepi-pc2", nic::ORANGEPI_PC2),
    on("orangepi-pc2", world::ORANGEPI_PC2),
    on("orangepi-pc2", files::ORANGEPI_PC2),
    on("orangepi-pc2", power::ORANGEPI_PC2),
    on("orangepi-pc2", debian::ORANGEPI_PC2),
    on("zcu102", boards::ZCU102),
    on("zcu102", storage::ZCU102),
    on("zcu102", card::ZCU102),
    on("zcu102", virtio::ZCU102),
    on("zcu102", nic::ZCU102),
];

const fn on(board: &'static str, tests: &'static [Test]) -> Group {
    Group { board, tests }
}

/// Run the image with its guests on emulated boards.
#[derive(Parser)]
struct Cli {
    /// Only tests whose name contains this
    filter: Option<String>,
    /// Only this profile of the image
    #[arg(long, value_enum)]
    profile: Option<Profile>,
    /// Each test with one profile of the image, by turns, where one is enough
    #[arg(long)]
    once: bool,
    /// How many at a time; one of the short ones goes on beside them where it is more than one
    #[arg(long, short, default_value_t = 2)]
    jobs: usize,
    /// Take the boards' images as they were built last; what single tests ask for is built all the same
    #[arg(long)]
    no_build: bool,
    /// List the names and run nothing
    #[arg(long)]
    list: bool,
    /// Make the image of Debian, which takes some ten minutes, if it is not there: the tests of it are left out otherwise
    #[arg(long)]
    debian: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Cli { filter, profile, once, jobs, no_build, .. } = cli;
    let wishes = Wishes { filter, profile, once, jobs, no_build };
    let mut tests = harness::select(ALL, &wishes);
    let image = cli.debian || xtask::artifacts::is_there(debian::IMAGE);
    if !image && tests.iter().any(|choice| choice.name.starts_with("debian_")) {
        tests.retain(|choice| !choice.name.starts_with("debian_"));
        println!("debian_*: left out, the image is not there; --debian makes it");
    }
    if cli.list {
        tests.iter().for_each(|choice| println!("{}", choice.name));
        return ExitCode::SUCCESS;
    }
    let (passed, failed) = harness::run(&tests, &wishes);
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
