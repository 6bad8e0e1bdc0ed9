// SPDX-License-Identifier: GPL-2.0-only
//! SD cards through unmodified host drivers of Linux.

use anyhow::{Result, ensure};

use crate::harness::{Context, DEBUG, Setup, Test};

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "storage_a_guest_from_the_h5s_card", limit: 150, profiles: DEBUG, run: from_card }];

/// `sunxi-mmc`, and what its device in the tree waits for.
const DRIVERS: &[&str] = &[
    "sun8i-h3-ccu",
    "sun8i-r-ccu",
    "irq-sun6i-r",
    "rtc-sun6i",
    "pinctrl-sun50i-h5",
    "pinctrl-sun8i-h3-r",
    "regulator-fixed",
    "sunxi-mmc",
];

/// Files on the card (but for the biggest, which takes a debug image long) have the sums that were written beside them, and a guest of the card's runs.
fn from_card(context: &Context) -> Result<()> {
    let drivers = DRIVERS.iter().map(|name| (*name).to_owned()).collect();
    let mut machine = context.boot(Setup { drivers, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    // The card shows up when it is ready, whatever else goes on.
    machine.command("sleep 3000")?;
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
    machine.done("guest create mmc0p2:/boot/guests/linux0.dtb")?;
    machine.done("guest start linux0")?;
    machine.console("linux0", "user space up")?;
    Ok(())
}
