// SPDX-License-Identifier: GPL-2.0-only
//! The host's network device as a port of a switch: Linux's virtio_net, unmodified, in the hypervisor; guests behind it.

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{Context, OWN_IMAGE, Running, Setup, Test, virt_drivers};
use crate::linux::{ask, to_user_space};
use crate::virtio::{load, with_modules};

/// The tests of this file.
pub const TESTS: &[Test] =
    &[Test { name: "host_nic_takes_guests_outside", limit: 420, profiles: OWN_IMAGE, run: outside }];

/// The modules of guests, in the order in which they are to be loaded.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
];

/// Two guests on the switch that the host's device is to be a port of.
fn boot(context: &Context) -> Result<Running> {
    let node = |mac: u8| {
        format!(
            "net {{ compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; \
             ferrovisor,mac = [52 54 00 00 00 0{mac}]; }};"
        )
    };
    let guests = vec![
        with_modules(context, "linux0", MODULES, &node(1))?,
        with_modules(context, "linux1", MODULES, &node(2))?,
    ];
    let extra =
        ["-device", "virtio-net-device,netdev=n0", "-netdev", "user,id=n0", "-append", "net.uplink=lan"];
    let machine = Overrides { extra: extra.map(String::from).to_vec(), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests, machine, drivers: virt_drivers(), ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for n in 0..2 {
        machine.type_line(&format!("console linux{n}"))?;
        to_user_space(&mut machine, 2)?;
        load(&mut machine, MODULES)?;
        ask(&mut machine, &format!("ifconfig eth0 10.0.2.{} up; echo", 20 + n))?;
        machine.leave_console()?;
    }
    Ok(machine)
}

/// What a command says at a guest's console.
fn at(machine: &mut Running, guest: usize, command: &str) -> Result<String> {
    machine.type_line(&format!("console linux{guest}"))?;
    let said = ask(machine, command)?;
    machine.leave_console()?;
    Ok(said)
}

/// Both guests reach the gateway of the emulator's network; the device is taken off and put back, its driver unbound and
/// bound again amid traffic, and they reach it still.
fn outside(context: &Context) -> Result<()> {
    let mut machine = boot(context)?;
    let reach = |machine: &mut Running, guest: usize| -> Result<()> {
        let pings = at(machine, guest, "ping -c 5 -i 0.3 -s 1000 10.0.2.2 | tail -n 2")?;
        ensure!(pings.contains("5 packets received") || pings.contains("4 packets received"), "{pings}");
        Ok(())
    };
    let list = machine.json("nic list")?;
    let nic = &list[0];
    ensure!(nic["nic"] == "eth0" && nic["link"] == "up" && nic["switch"] == "lan", "the device: {list}");
    (0..2).try_for_each(|guest| reach(&mut machine, guest))?;
    at(&mut machine, 0, "(while :; do ping -c 1000 -A -q -s 1400 10.0.2.2; done) >/dev/null 2>&1 & :")?;
    for _ in 0..3 {
        machine.done("nic detach eth0")?;
        machine.done("nic attach eth0 lan")?;
    }
    reach(&mut machine, 1)?;
    let devices = machine.json("device list")?;
    let mut devices = devices.as_array().into_iter().flatten();
    let path = devices.find(|d| d["driver"] == "virtio-mmio" && d["state"] == "bound");
    let path = path.and_then(|d| d["path"].as_str()).context("no virtio-mmio device")?.to_owned();
    for _ in 0..2 {
        machine.done(&format!("device unbind {path}"))?;
        let list = machine.json("nic list")?;
        ensure!(list.as_array().is_some_and(|all| all.is_empty()), "the device is there still: {list}");
        machine.done(&format!("device bind {path}"))?;
    }
    reach(&mut machine, 1)?;
    let counts = machine.json("nic show eth0")?;
    ensure!(counts["rx_frames"].as_u64() > Some(5) && counts["tx_errors"] == 0, "the counts: {counts}");
    Ok(())
}
