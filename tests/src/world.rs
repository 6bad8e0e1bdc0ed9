// SPDX-License-Identifier: GPL-2.0-only
//! Guests of the Orange Pi PC 2 whose disk is the board's card and whose network is its socket, both by unmodified drivers.

use std::fs;

use anyhow::{Result, ensure};
use xtask::card;
use xtask::qemu::{Card, Overrides};

use crate::harness::{BOTH, Context, RELEASE, Running, Setup, Test};
use crate::http::Server;
use crate::linux::ask;
use crate::root;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "world_download_of_32_mib", limit: 600, profiles: BOTH, run: download },
    Test { name: "world_two_guests_share_card_and_socket", limit: 900, profiles: RELEASE, run: both },
];

const MIB: u64 = 1 << 20;
/// Bytes of a root file system.
const ROOT: u64 = 64 * MIB;
/// Bytes of the card.
const CARD: u64 = 512 * MIB;
/// Where the second partition begins: behind the first, of 80 MiB.
const SECOND: u64 = card::START + 80 * MIB;

/// Boots guests that are on partitions of a card, each with a port of the switch that the board's socket is at, and waits until
/// they have addresses.
fn boot(context: &Context, guests: &[(&str, &str)]) -> Result<Running> {
    let file = context.folder().join("card.img");
    let image = root::small(context, "root", ROOT / MIB)?;
    card::make_with(&file, CARD, &[card::Entry::bytes("hello", b"world".to_vec())], Some(&image))?;
    // The second partition gets the same file system as the fourth.
    root::copy_within(&file, CARD - ROOT, SECOND, ROOT)?;
    let net =
        "net0 { compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; };";
    let sources = guests.iter().map(|(name, disk)| root::guest(context, name, disk, net));
    let machine = Overrides { card: Card::File(file), ..Overrides::default() };
    let setup = Setup { guests: sources.collect::<Result<_>>()?, machine, ..Setup::default() };
    let mut machine = context.boot(setup)?;
    machine.wait_for_prompt()?;
    crate::card::until_ready(&mut machine)?;
    for (guest, _) in guests {
        machine.done(&format!("guest create {guest}"))?;
        machine.done(&format!("guest start {guest}"))?;
    }
    for (guest, _) in guests {
        machine.type_line(&format!("console {guest}"))?;
        machine.wait_for("on the card: start 1, 2 CPUs")?;
        machine.wait_for("/ # ")?;
        let said = ask(&mut machine, "ifconfig eth0 up; udhcpc -i eth0 -n -q -t 20 -s /etc/dhcp.sh 2>&1")?;
        ensure!(said.contains("lease of 10.0.2."), "{guest} gets no address: {said}");
        machine.leave_console()?;
    }
    Ok(machine)
}

/// The file systems are whole, and the card's file goes.
fn end(context: &Context, machine: Running, places: &[u64]) -> Result<()> {
    drop(machine);
    let file = context.folder().join("card.img");
    for &place in places {
        root::whole(context, &file, place, ROOT)?;
    }
    Ok(fs::remove_file(file)?)
}

/// A guest on the card downloads 32 MiB from a server on the host, and they are right.
fn download(context: &Context) -> Result<()> {
    let server = Server::start(1, 32 << 20)?;
    let mut machine = boot(context, &[("linux0", "mmc0p4")])?;
    machine.type_line("console linux0")?;
    let said = ask(&mut machine, &format!("time wget -q -O - {} | sha256sum", server.url()))?;
    let sum = root::sum_in(64, &said)?;
    ensure!(sum == server.sha256(), "downloaded: {sum}, served: {}", server.sha256());
    ensure!(server.served() == 1, "it was served {} times", server.served());
    ask(&mut machine, "sync")?;
    machine.leave_console()?;
    let nic = machine.json("nic show eth0")?;
    ensure!(nic["rx_frames"].as_u64() > Some(20_000) && nic["rx_errors"] == 0, "the device: {nic}");
    let slots = machine.json("mmc list")?;
    ensure!(slots[0]["state"] == "ready", "the card: {slots}");
    end(context, machine, &[CARD - ROOT])
}

/// Two guests download at once, each to its own partition, and what they have written is right and stays.
fn both(context: &Context) -> Result<()> {
    let server = Server::start(2, 24 << 20)?;
    let guests = [("linux0", "mmc0p4"), ("linux1", "mmc0p2")];
    let mut machine = boot(context, &guests)?;
    let fetch =
        format!("(wget -q -O /data {}; sync; sha256sum </data >/sum; sync; mv /sum /end) & :", server.url());
    for (guest, _) in guests {
        machine.type_line(&format!("console {guest}"))?;
        ask(&mut machine, &fetch)?;
        machine.leave_console()?;
    }
    for (guest, _) in guests {
        machine.type_line(&format!("console {guest}"))?;
        let wait = "until [ -f /end ]; do sleep 1; done; cat /end; echo 3 >/proc/sys/vm/drop_caches; \
            sha256sum </data | sed 's/^/again /'; echo errors=$(dmesg | grep -ciE 'ext4-fs error|i/o error'); sync";
        let said = ask(&mut machine, wait)?;
        let sum = root::sum_in(64, &said)?;
        ensure!(sum == server.sha256(), "{guest} has {sum}, served was {}", server.sha256());
        ensure!(said.contains(&format!("again {sum}")) && said.contains("errors=0"), "{guest}: {said}");
        machine.leave_console()?;
    }
    ensure!(server.served() == 2, "it was served {} times", server.served());
    end(context, machine, &[CARD - ROOT, SECOND])
}
