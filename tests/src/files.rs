// SPDX-License-Identifier: GPL-2.0-only
//! Files of the card's file systems as disks of guests.

use std::fs;

use anyhow::{Result, bail, ensure};
use xtask::card::{self, Entry};
use xtask::process;
use xtask::qemu::{Card, Overrides};

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::ask;
use crate::lives::{Balance, heap};
use crate::root;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "files_of_the_card_are_disks", limit: 400, profiles: BOTH, run: disks }];

const MIB: u64 = 1 << 20;
/// Where the second partition begins, behind the first of 80 MiB, and how long it is, up to the third of 32.
const SECOND: u64 = card::START + 80 * MIB;
const LENGTH: u64 = card::MIN - SECOND - 32 * MIB;

/// A command that must be refused for this reason.
fn refused(machine: &mut Running, line: &str, why: &str) -> Result<()> {
    let said = machine.command(line)?;
    ensure!(said.contains("error: ") && said.contains(why), "`{line}` says: {said}");
    Ok(())
}

/// A guest has its root file system in a file of the card's FAT partition and another disk in one of its ext4 partition. It
/// finds there what it has written before a reset. Nobody else gets them meanwhile, and the card's file systems stay whole.
fn disks(context: &Context) -> Result<()> {
    let file = context.folder().join("card.img");
    let image = root::small(context, "root", 16)?;
    let data = card::pseudo_random(9, 4 * MIB as usize);
    // The tool that makes the ext4 partition leaves holes where the first file is zero.
    let entries =
        [Entry::bytes("disks/root.img", fs::read(&image)?), Entry::bytes("disks/data.img", data.clone())];
    card::make(&file, card::MIN, &entries)?;
    let expected = root::sum_of(&data);
    let more = "disk1 { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,disk = \"mmc0p2:/disks/data.img\"; };";
    let guest = |name, disk, nodes| root::guest(context, name, disk, nodes);
    let guests = vec![
        guest("linux0", "mmc0p1:/disks/root.img", more)?,
        guest("same", "mmc0p1:/disks/root.img", "")?,
        guest("below", "mmc0p2", "")?,
        guest("holes", "mmc0p2:/disks/root.img", "")?,
    ];
    let machine = Overrides { card: Card::File(file.clone()), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    crate::card::until_ready(&mut machine)?;
    machine.done("guest create linux0")?;
    refused(&mut machine, "guest create same", "linux0/disk0 writes it")?;
    refused(&mut machine, "guest create below", "linux0/disk1 writes it")?;
    refused(&mut machine, "guest create holes", "it has holes")?;
    machine.done("guest start linux0")?;
    machine.console("linux0", "on the card: start 1, 2 CPUs")?;
    machine.type_line("console linux0")?;
    let sum = root::sum_in(64, &ask(&mut machine, "sha256sum </dev/vdb")?)?;
    ensure!(sum == expected, "the file has {expected}, the guest's disk {sum}");
    let write = "mke2fs -F /dev/vdb >/dev/null; mkdir -p /mnt; mount -t ext4 /dev/vdb /mnt; \
        dd if=/dev/urandom of=/data bs=64k count=32 2>/dev/null; cp /data /mnt; sync; md5sum </mnt/data";
    let sum = root::sum_in(32, &ask(&mut machine, write)?)?;
    machine.leave_console()?;
    machine.done("guest reset linux0")?;
    machine.console("linux0", "on the card: start 2, 2 CPUs")?;
    machine.type_line("console linux0")?;
    let look = "mount -t ext4 /dev/vdb /mnt; md5sum </data; md5sum </mnt/data; umount /mnt; sync; \
        echo errors=$(dmesg | grep -ciE 'ext4-fs error|i/o error')";
    let said = ask(&mut machine, look)?;
    ensure!(said.matches(&sum).count() == 2 && said.contains("errors=0"), "{sum} was written: {said}");
    machine.leave_console()?;
    machine.done("guest destroy linux0")?;
    machine.done("guest create same")?;
    machine.done("guest start same")?;
    machine.console("same", "on the card: start 3, 2 CPUs")?;
    machine.done("guest destroy same")?;
    nothing_stays(&mut machine)?;
    drop(machine);
    let copy = root::whole(context, &file, SECOND, LENGTH)?;
    let inner = context.folder().join("data.img");
    let command = format!("dump /disks/data.img {}", inner.display());
    process::output(process::admin("debugfs").args(["-R", &command]).arg(&copy))?;
    root::whole(context, &inner, 0, 4 * MIB)?;
    Ok(fs::remove_file(file)?)
}

/// Of lives with files as disks nothing stays: not the files, nor what was remembered of where they are. What a worker of
/// the shim makes at its first work, its `task_struct`, is no leak: the same lives once more leave the heap as it was.
fn nothing_stays(machine: &mut Running) -> Result<()> {
    let (mut balance, mut used) = (Balance(None), Vec::new());
    for cycle in 0..4 {
        for wait in [2300, 1500, 900, 0, 300] {
            machine.done("guest create linux0")?;
            if wait > 0 {
                machine.done("guest start linux0")?;
                machine.command(&format!("sleep {wait}"))?;
            }
            machine.done("guest destroy linux0")?;
            balance.check(machine, cycle, false)?;
        }
        used.push(heap(machine)?);
        if let [.., before, now] = used[..]
            && before == now
        {
            return Ok(());
        }
    }
    bail!("after each five lives these bytes of the heap are used: {used:?}")
}
