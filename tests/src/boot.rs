// SPDX-License-Identifier: GPL-2.0-only
//! The image boots on every machine that it is for, with and without a guest.

use anyhow::{Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, Setup, Test};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "boot_without_a_guest", limit: 60, profiles: BOTH, run: without_a_guest },
    Test { name: "boot_linux0", limit: 120, profiles: BOTH, run: linux0 },
    Test { name: "boot_linux0_gicv2", limit: 120, profiles: BOTH, run: linux0_gicv2 },
];

fn without_a_guest(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    machine.wait_for_prompt()?;
    let version = machine.command("version")?;
    ensure!(version.to_lowercase().contains("ferrovisor"), "`version` says: {version}");
    machine.send("poweroff")?;
    let status = machine.wait_for_exit()?;
    ensure!(status.success(), "after `poweroff` the machine ended with {status}");
    Ok(())
}

fn linux0(context: &Context) -> Result<()> {
    reaches_user_space(context, Overrides::default())
}

fn linux0_gicv2(context: &Context) -> Result<()> {
    reaches_user_space(context, Overrides { gic: Some(2), ..Overrides::default() })
}

/// Boots `linux0`, goes to its console, and comes back.
fn reaches_user_space(context: &Context, machine: Overrides) -> Result<()> {
    let guests = vec![context.guest_file("linux0.dts")];
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    machine.wait_for("ferrovisor-guest: user space up, 2 CPUs")?;
    machine.wait_for("/ # ")?;
    machine.send("echo $((6 * 7)) is the answer")?;
    machine.wait_for("42 is the answer")?;
    machine.send_bytes(b"\x1d")?;
    machine.wait_for_prompt()?;
    let list = machine.command("guest list")?;
    ensure!(list.contains("linux0"), "`guest list` says: {list}");
    Ok(())
}
