// SPDX-License-Identifier: GPL-2.0-only
//! The boards' own network sockets, by unmodified MAC drivers over Linux's phylib and phylink.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::harness::{BOTH, Context, Running, Setup, Test};

/// On the Orange Pi PC 2: `dwmac-sun8i`.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "nic_orangepi_gets_an_address", limit: 120, profiles: BOTH, run: |c| socket(c, 100) }];

/// On the ZCU102: `macb`.
pub const ZCU102: &[Test] =
    &[Test { name: "nic_zcu102_gets_an_address", limit: 120, profiles: BOTH, run: |c| socket(c, 100) }];

/// The PHY that a network device uses.
fn used(machine: &mut Running) -> Result<Option<Value>> {
    let phys = machine.json("mdio list")?;
    Ok(phys.as_array().and_then(|all| all.iter().find(|phy| phy["user"] == "eth0").cloned()))
}

/// Waits for a link of this speed.
fn link(machine: &mut Running, speed: u32) -> Result<()> {
    let expected = format!("{speed} Mbit/s full");
    let mut last = None;
    for _ in 0..20 {
        last = used(machine)?;
        if last.as_ref().is_some_and(|phy| phy["link"] == expected.as_str() && phy["state"] == "running") {
            return Ok(());
        }
        machine.command("sleep 500")?;
    }
    ensure!(false, "no link of {expected}: {last:?}");
    Ok(())
}

/// Waits for the device, and takes it off the switch that the board has it at from boot on, if it has.
fn at_rest(machine: &mut Running) -> Result<()> {
    for _ in 0..30 {
        let list = machine.json("nic list")?;
        if list[0]["nic"] == "eth0" {
            if list[0]["switch"].is_string() {
                machine.done("nic detach eth0")?;
            }
            return Ok(());
        }
        machine.command("sleep 500")?;
    }
    ensure!(false, "there is no eth0");
    Ok(())
}

/// The socket as a port of a switch: its link, an address by DHCP from QEMU's network, pings, frames counted by the driver.
/// Taken off the switch it rests, and comes back.
fn socket(context: &Context, speed: u32) -> Result<()> {
    let mut machine = context.boot(Setup::default())?;
    machine.wait_for_prompt()?;
    at_rest(&mut machine)?;
    ensure!(used(&mut machine)?.is_none(), "a PHY is used before its device is a port");
    machine.done("net up lan")?;
    machine.done("net dhcp")?;
    for round in 0..2 {
        machine.done("nic attach eth0 lan")?;
        link(&mut machine, speed)?;
        for _ in 0..30 {
            if machine.json("net show")?["mode"] == "dhcp" {
                break;
            }
            machine.command("sleep 1000")?;
        }
        let status = machine.json("net show")?;
        ensure!(
            status["address"] == "10.0.2.15/24" && status["gateway"] == "10.0.2.2",
            "round {round}: {status}"
        );
        let said = machine.command("ping 10.0.2.2 5")?;
        ensure!(said.contains("5 sent, 5 answered"), "round {round}: {said}");
        let counted = machine.json("nic show eth0")?;
        for name in ["rx_frames", "tx_frames"] {
            ensure!(counted[name].as_u64().is_some_and(|n| n >= 5), "round {round}: {counted}");
        }
        machine.done("nic detach eth0")?;
        ensure!(used(&mut machine)?.is_none(), "its PHY is still used");
    }
    Ok(())
}
