// SPDX-License-Identifier: GPL-2.0-only
//! Debian from its packages, on the Orange Pi PC 2: `./scripts/run orangepi-pc2 --debian`. Its image takes long to be made, so
//! these tests are left out where it is not there yet.

use std::fs;

use anyhow::{Result, ensure};
use xtask::qemu::{Card, Overrides};
use xtask::{artifacts, card, project};

use crate::harness::{Context, RELEASE, Running, Setup, Test};
use crate::http::Server;
use crate::linux::ask;
use crate::root;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "debian_boots_to_its_login", limit: 600, profiles: RELEASE, run: login }];

/// The image of the root file system.
pub const IMAGE: &str = "debian.ext4";

/// Logs in as root at a console that asks for it.
fn log_in(machine: &mut Running) -> Result<()> {
    machine.wait_for("debian login:")?;
    machine.send("root")?;
    machine.wait_for("root@debian:")?;
    // What the other tests' shells show.
    machine.send("cd /; PS1='/ ''# '")?;
    Ok(machine.wait_for("/ # ")?)
}

/// It boots from the card to the prompt of its login, all of its services with it, gets an address and a name server, reaches
/// the world, and finds again what it wrote before a reboot.
fn login(context: &Context) -> Result<()> {
    let board = project::board(context.board)?;
    let file = context.folder().join("debian.img");
    fs::rename(card::with_debian(&board)?, &file)?;
    let server = Server::start(3, 8 << 20)?;
    let machine = Overrides { card: Card::File(file.clone()), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests_from_disk: true, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.wait_for("guest debian entered")?;
    machine.type_line("console debian")?;
    log_in(&mut machine)?;
    let state = ask(&mut machine, "systemctl is-system-running --wait; systemctl --failed --no-legend")?;
    ensure!(state == "running", "its services: {state}");
    let disk = ask(
        &mut machine,
        "findmnt -n -o SOURCE,FSTYPE /; cat /sys/block/vda/device/../driver/*/uevent 2>/dev/null",
    )?;
    ensure!(disk.starts_with("/dev/vda") && disk.contains("ext4"), "its root file system: {disk}");
    let world = ask(&mut machine, "ip -4 addr show eth0; ip route; ping -c 3 10.0.2.2; getent passwd root")?;
    for text in ["inet 10.0.2.", "default via 10.0.2.2", "3 received", "root:"] {
        ensure!(world.contains(text), "its network has no `{text}`: {world}");
    }
    let names = ask(
        &mut machine,
        "cat /etc/resolv.conf; resolvectl dns eth0; getent hosts localhost; getent hosts debian",
    )?;
    for text in ["nameserver 127.0.0.53", ": 10.0.2.3", "localhost", "127.0.1.1"] {
        ensure!(names.contains(text), "its names have no `{text}`: {names}");
    }
    let fetch = format!("wget -q -O /root/data {}; sha256sum </root/data; sync", server.url());
    let sum = root::sum_in(64, &ask(&mut machine, &fetch)?)?;
    ensure!(sum == server.sha256(), "downloaded: {sum}, served: {}", server.sha256());
    machine.send("reboot")?;
    log_in(&mut machine)?;
    let again = root::sum_in(64, &ask(&mut machine, "sha256sum </root/data; sync")?)?;
    ensure!(again == sum, "after a reboot it finds {again}, not {sum}");
    machine.leave_console()?;
    machine.done("guest destroy debian")?;
    drop(machine);
    let length = fs::metadata(artifacts::get(IMAGE)?)?.len();
    root::whole(context, &file, fs::metadata(&file)?.len() - length, length)?;
    Ok(fs::remove_file(file)?)
}
