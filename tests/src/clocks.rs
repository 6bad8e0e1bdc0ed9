// SPDX-License-Identifier: GPL-2.0-only
//! Allwinner's clock controller driven by Linux's own driver: what the hypervisor says of clocks is compared with the
//! registers, which the emulator's monitor reads.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::harness::{Context, DEBUG, Running, Setup, Test};
use crate::monitor::Monitor;

/// On the Orange Pi PC 2. Rates are set by debug images only.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "clocks_h5_follow_the_registers", limit: 90, profiles: DEBUG, run: follow }];

/// The clock controller, and the registers that the test looks at (Allwinner H5 user manual, section 4.3).
const CCU: u64 = 0x01c2_0000;
const PLL_CPUX: u64 = 0x000;
const PLL_PERIPH0: u64 = 0x028;
const SDMMC2: u64 = 0x090;
/// The board's crystal.
const OSC24M: u64 = 24_000_000;

/// Reads a register behind the hypervisor's back.
fn register(monitor: &mut Monitor, offset: u64) -> Result<u64> {
    monitor.word(CCU + offset)
}

/// A field of a register.
fn field(value: u64, first: u32, width: u32) -> u64 {
    (value >> first) & ((1 << width) - 1)
}

/// The rate that the registers stand for, by the manual's formulas.
fn pll_cpux(value: u64) -> u64 {
    let (n, k) = (field(value, 8, 5) + 1, field(value, 4, 2) + 1);
    OSC24M * n * k / ((field(value, 0, 2) + 1) << field(value, 16, 2))
}

fn pll_periph0(value: u64) -> u64 {
    OSC24M * (field(value, 8, 5) + 1) * (field(value, 4, 2) + 1) / 2
}

fn sdmmc(value: u64, periph0: u64) -> Option<u64> {
    let parent = match field(value, 24, 2) {
        0 => OSC24M,
        1 => periph0,
        _ => return None,
    };
    Some((parent >> field(value, 16, 2)) / (field(value, 0, 4) + 1))
}

/// The rate of a clock in the tree.
fn rate(tree: &Value, name: &str) -> Result<u64> {
    let clocks = tree.as_array().context("`clk tree` is no list")?;
    let clock =
        clocks.iter().find(|c| c["name"] == name).with_context(|| format!("no clock {name}: {tree}"))?;
    clock["rate"].as_u64().with_context(|| format!("{name} has no rate: {clock}"))
}

/// Asks for a rate of the clock of a card controller without a card: the register holds what the terminal says.
fn set(machine: &mut Running, monitor: &mut Monitor, wanted: u64, periph0: u64) -> Result<u64> {
    let answer = machine.json(&format!("clk set mmc2 {wanted}"))?;
    let value = register(monitor, SDMMC2)?;
    let stands_for = sdmmc(value, periph0).with_context(|| format!("{value:#x} names a third parent"))?;
    ensure!(answer["rate"] == stands_for, "mmc2 is said to run at {answer}, its register says {stands_for}");
    ensure!(stands_for <= wanted && stands_for * 2 > wanted, "asked for {wanted}, got {stands_for}");
    Ok(value)
}

fn follow(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    let mut monitor = machine.monitor()?;
    machine.wait_for_prompt()?;
    let tree = machine.json("clk tree")?;
    let periph0 = pll_periph0(register(&mut monitor, PLL_PERIPH0)?);
    let cpux = pll_cpux(register(&mut monitor, PLL_CPUX)?);
    for (name, expected) in [("osc24M", OSC24M), ("pll-periph0", periph0), ("pll-cpux", cpux)] {
        let found = rate(&tree, name)?;
        ensure!(found == expected, "{name} is said to run at {found}, its registers say {expected}");
    }
    let slow = set(&mut machine, &mut monitor, 400_000, periph0)?;
    let fast = set(&mut machine, &mut monitor, 50_000_000, periph0)?;
    ensure!(slow != fast, "the register stayed {slow:#x}");
    let info = machine.json("clk info mmc2")?;
    ensure!(info["parent"] == "pll-periph0", "50 MHz come from the PLL: {info}");
    Ok(())
}
