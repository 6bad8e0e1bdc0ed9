// SPDX-License-Identifier: GPL-2.0-only
//! Guests on virtual switches, under Linux's own virtio_net.

use anyhow::{Result, ensure};

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::virtio::{load, with_modules};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "network_of_two_guests", limit: 300, profiles: BOTH, run: two },
    Test { name: "network_guest_destroyed_amid_traffic", limit: 300, profiles: BOTH, run: destroyed },
    Test {
        name: "network_of_the_hypervisor_and_a_guest",
        limit: 200,
        profiles: BOTH,
        run: of_the_hypervisor,
    },
];

/// The modules, in the order in which they are to be loaded.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
];

/// Two guests on one switch: the second has packed rings and two pairs of queues.
fn boot(context: &Context) -> Result<Running> {
    let net = |options: &str| {
        format!(
            "net {{ compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; {options} }};"
        )
    };
    let first = with_modules(context, "linux0", MODULES, &net("ferrovisor,mac = [52 54 00 00 00 01];"))?;
    let second = net("ferrovisor,mac = [52 54 00 00 00 02]; ferrovisor,packed; ferrovisor,queues = <2>;");
    let second = with_modules(context, "linux1", MODULES, &second)?;
    let mut machine = context.boot(Setup { guests: vec![first, second], ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for n in 0..2 {
        machine.type_line(&format!("console linux{n}"))?;
        up(&mut machine, n)?;
        machine.leave_console()?;
    }
    Ok(machine)
}

/// Waits for the guest at whose console we are, and gives it an address.
fn up(machine: &mut Running, n: usize) -> Result<()> {
    to_user_space(machine, 2)?;
    load(machine, MODULES)?;
    let said = ask(
        machine,
        &format!(
            "ifconfig lo 127.0.0.1; ifconfig eth0 10.0.0.{} up && cat /sys/class/net/eth0/address /sys/class/net/eth0/carrier",
            n + 1
        ),
    )?;
    let expected = format!("52:54:00:00:00:0{}", n + 1);
    ensure!(said.split_whitespace().eq([expected.as_str(), "1"]), "the interface: {said}");
    Ok(())
}

/// What a command says at a guest's console.
fn at(machine: &mut Running, guest: usize, command: &str) -> Result<String> {
    machine.type_line(&format!("console linux{guest}"))?;
    let said = ask(machine, command)?;
    machine.leave_console()?;
    Ok(said)
}

/// Guests reach each other; 32 MiB by TCP arrive as they are, both ways, with segments left to the receiver and without.
fn two(context: &Context) -> Result<()> {
    let mut machine = boot(context)?;
    let pings = at(&mut machine, 0, "ping -c 5 -i 0.2 -s 1400 10.0.0.2 | tail -n 2")?;
    ensure!(pings.contains("5 packets received"), "{pings}");
    let make = "dd if=/dev/urandom of=/tmp/a bs=64k count=512 2>/dev/null; md5sum </tmp/a";
    for (from, to) in [(0, 1), (1, 0)] {
        let sum = at(&mut machine, from, make)?;
        at(&mut machine, to, "rm -f /tmp/sum; (nc -l -p 999 | md5sum >/tmp/sum) & :")?;
        let send = format!("sleep 1; nc 10.0.0.{} 999 </tmp/a; echo sent", to + 1);
        let said = at(&mut machine, from, &send)?;
        ensure!(said.contains("sent"), "{said}");
        let got = at(
            &mut machine,
            to,
            "for i in $(seq 20); do [ -s /tmp/sum ] && break; sleep 0.5; done; cat /tmp/sum",
        )?;
        ensure!(got == sum, "what arrives from {from} at {to} is {got}, not {sum}");
    }
    let ports = machine.json("switch ports lan")?;
    let count = |n: usize, name: &str| ports[n][name].as_u64().unwrap_or(0);
    for n in 0..2 {
        ensure!(count(n, "bytes_in") > 32 << 20 && count(n, "bytes_out") > 32 << 20, "the ports: {ports}");
        // Most frames are of several segments: that is agreed on by both.
        ensure!(count(n, "frames_in") < 30_000, "segments are cut: {ports}");
    }
    let stations = machine.json("switch stations lan")?;
    ensure!(stations.as_array().is_some_and(|all| all.len() == 2), "the stations: {stations}");
    for n in 0..2 {
        let info = machine.command(&format!("guest info linux{n}"))?;
        ensure!(info.contains("0 malformed rings"), "{info}");
    }
    Ok(())
}

/// A guest is reset, and destroyed, while frames go to it: the other runs on, and finds it again.
fn destroyed(context: &Context) -> Result<()> {
    let mut machine = boot(context)?;
    at(&mut machine, 0, "(while :; do ping -c 1000 -A -q -s 8000 10.0.0.2; done) >/dev/null 2>&1 & :")?;
    for round in 0..3 {
        // A console shows its last lines again: those of the boot before must not be among them.
        at(&mut machine, 1, "seq 4000")?;
        if round < 2 {
            machine.done("guest reset linux1")?;
        } else {
            machine.done("guest destroy linux1")?;
            let ports = machine.json("switch ports lan")?;
            ensure!(ports.as_array().is_some_and(|all| all.len() == 1), "the ports: {ports}");
            machine.done("guest create linux1")?;
            machine.done("guest start linux1")?;
        }
        machine.type_line("console linux1")?;
        up(&mut machine, 1)?;
        let pings = ask(&mut machine, "ping -c 3 -i 0.2 10.0.0.1 | tail -n 2")?;
        ensure!(pings.contains("3 packets received"), "{pings}");
        machine.leave_console()?;
    }
    let said = at(&mut machine, 0, "dmesg | grep -ciE 'stall|lockup|BUG:|Oops'; killall ping; echo")?;
    ensure!(said.starts_with('0'), "the guest that stayed: {said}");
    Ok(())
}

/// The hypervisor's own stack: an address that the board gives at boot, pings both ways, an address by DHCP from a guest.
fn of_the_hypervisor(context: &Context) -> Result<()> {
    let net = "net { compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\";
        ferrovisor,mac = [52 54 00 00 00 01]; };";
    let guest = with_modules(context, "linux0", MODULES, net)?;
    let options = "net = { stack = true, switch = \"lan\", address = \"10.0.0.9/24\" }";
    let mut machine = context.boot(Setup { guests: vec![guest], options, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    up(&mut machine, 0)?;
    let pings = ask(&mut machine, "ping -c 5 -i 0.2 -s 1400 10.0.0.9 | tail -n 2")?;
    ensure!(pings.contains("5 packets received"), "{pings}");
    machine.leave_console()?;
    let said = machine.command("ping 10.0.0.1 3")?;
    ensure!(said.contains("3 sent, 3 answered"), "{said}");
    let said = machine.command("ping 10.0.0.77 1")?;
    ensure!(said.contains("no answer came"), "{said}");
    let said = machine.command("ping 10.1.0.1 1")?;
    ensure!(said.contains("there is no gateway"), "{said}");
    // The guest gives out addresses.
    let conf = "printf 'start 10.0.0.50\\nend 10.0.0.50\\ninterface eth0\\nopt router 10.0.0.1\\nopt subnet 255.255.255.0\\n'";
    at(
        &mut machine,
        0,
        &format!(
            "{conf} >/tmp/d; mkdir -p /var/lib/misc; : >/var/lib/misc/udhcpd.leases; udhcpd -S /tmp/d; echo"
        ),
    )?;
    machine.done("net dhcp")?;
    for _ in 0..30 {
        if machine.json("net show")?["mode"] == "dhcp" {
            break;
        }
        machine.command("sleep 1000")?;
    }
    let status = machine.json("net show")?;
    ensure!(status["address"] == "10.0.0.50/24" && status["gateway"] == "10.0.0.1", "{status}");
    let said = machine.command("ping 10.0.0.1 2")?;
    ensure!(said.contains("2 answered"), "{said}");
    machine.done("net down")?;
    let ports = machine.json("switch ports lan")?;
    ensure!(ports.as_array().is_some_and(|all| all.len() == 1), "the ports: {ports}");
    Ok(())
}
