// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs and their interrupts by unmodified drivers of Linux.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::harness::{Context, OWN_IMAGE, Setup, Test, virt_drivers};

/// On QEMU's machine, whose PL061 has the power button on line 3.
pub const QEMU_VIRT: &[Test] =
    &[Test { name: "pins_power_button_interrupts", limit: 60, profiles: OWN_IMAGE, run: power_button }];

/// The button's pulse is seen by the chained handler of `gpio-pl061`, and by nobody without it.
fn power_button(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup { drivers: virt_drivers(), ..Setup::default() })?;
    let mut monitor = machine.monitor()?;
    machine.wait_for_prompt()?;
    let chips = machine.json("gpio list")?;
    let chip = chips[0]["chip"].as_str().context("`gpio list` shows no chip")?.to_owned();
    ensure!(chips[0]["lines"] == 8, "a PL061 has 8 lines: {chips}");
    let lines = machine.json("irq list")?;
    let parent = lines.as_array().into_iter().flatten().find(|l| l["driver"] == "(leads to others)");
    ensure!(parent.is_some_and(|l| l["state"] == "open"), "no open chained line: {lines}");
    // Nobody presses it: no edge.
    let still = machine.json(&format!("gpio watch {chip}:3 300"))?;
    ensure!(still["edges"] == 0, "edges without a press: {still}");
    machine.send(&format!("gpio watch {chip}:3 3000 --json"))?;
    std::thread::sleep(std::time::Duration::from_millis(800));
    monitor.ask("system_powerdown", json!({}))?;
    // Down and up again.
    machine.wait_for("\"edges\":2")?;
    machine.wait_for_prompt()?;
    let busy = machine.command(&format!("gpio set {chip}:0 1"))?;
    ensure!(!busy.contains("error"), "a free line cannot be set: {busy}");
    let set = machine.json(&format!("gpio get {chip}:0"))?;
    ensure!(set == 1, "an output reads back {set}");
    Ok(())
}
