// SPDX-License-Identifier: GPL-2.0-only
//! SD cards through unmodified host drivers of Linux.

use anyhow::{Result, ensure};

use crate::harness::{Context, DEBUG, Setup, Test};

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "storage_a_guest_from_the_h5s_card", limit: 150, profiles: DEBUG, run: from_card }];

/// The guest on the card's ext4 partition starts by itself, and the one on its FAT partition when told. Files (but for
/// the biggest, which takes a debug image long) have the sums that were written beside them.
fn from_card(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup { guests_from_disk: true, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.wait_for("starting mmc0p2:/boot/guests/linux0.dtb")?;
    machine.wait_for("guest linux0 entered")?;
    machine.console("linux0", "user space up")?;
    machine.done("guest destroy linux0")?;
    let sums = machine.command("fs cat mmc0p2:/test/SHA256SUMS")?;
    let mut files = 0;
    for line in sums.lines() {
        let Some((sum, file)) =
            line.split_once("  ").filter(|(sum, file)| sum.len() == 64 && !file.contains("64M"))
        else {
            continue;
        };
        let read = machine.json(&format!("fs hash mmc0p2:/test/{}", file.trim()))?;
        ensure!(read["sha256"] == sum, "{file} was written with {sum}, and is read as {read}");
        files += 1;
    }
    ensure!(files > 0, "no sums on the card: {sums}");
    machine.done("guest create mmc0p1:/boot/guests/linux0.dtb")?;
    machine.done("guest start linux0")?;
    machine.console("linux0", "user space up")?;
    Ok(())
}
