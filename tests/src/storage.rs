// SPDX-License-Identifier: GPL-2.0-only
//! SD cards through unmodified host drivers of Linux.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest, Sha256};
use xtask::qemu::{Card, Overrides};
use xtask::{card, project};

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::ask;
use crate::root;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "storage_a_guest_from_the_h5s_card", limit: 150, profiles: BOTH, run: from_card },
    Test { name: "storage_root_file_system_on_the_h5s_card", limit: 300, profiles: BOTH, run: roots },
];

/// On the ZCU102.
pub const ZCU102: &[Test] =
    &[Test { name: "storage_a_guest_from_the_zcu102s_card", limit: 150, profiles: BOTH, run: from_card }];

/// Bytes of a block.
const BLOCK: u64 = 512;
/// The most of a partition that is read: an emulated host moves about 2 MB/s on a busy machine.
const SOME: u64 = 4 << 20;

/// The guest on the card's ext4 partition starts by itself, and the one on its FAT partition when told. Files (but for
/// the biggest, which takes an emulated host long) have the sums that were written beside them, and blocks are those of
/// the card's file.
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
    blocks(context, &mut machine)?;
    machine.done("guest create mmc0p1:/boot/guests/linux0.dtb")?;
    machine.done("guest start linux0")?;
    machine.console("linux0", "user space up")?;
    Ok(())
}

/// Two guests at once have their root file systems on the card: one on a partition, one on another. They write, are reset and
/// find again what they wrote; the file systems are whole in the end.
fn roots(context: &Context) -> Result<()> {
    let card = context.folder().join("root.img");
    let image = root::small(context, "root", 16)?;
    card::make_with(&card, card::MIN, &[card::Entry::bytes("hello", b"world".to_vec())], Some(&image))?;
    let guests =
        vec![root::guest(context, "linux0", "mmc0p4", "")?, root::guest(context, "linux1", "mmc0p3", "")?];
    let machine = Overrides { card: Card::File(card.clone()), ..Overrides::default() };
    // The third partition gets the same file system as the fourth.
    let length = fs::metadata(&image)?.len();
    root::copy_within(&card, card::MIN - length, card::MIN - length - (32 << 20), length)?;
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    crate::card::until_ready(&mut machine)?;
    for guest in ["linux0", "linux1"] {
        machine.done(&format!("guest create {guest}"))?;
        machine.done(&format!("guest start {guest}"))?;
    }
    for guest in ["linux0", "linux1"] {
        machine.console(guest, "on the card: start 1, 2 CPUs")?;
    }
    let write = "dd if=/dev/urandom of=/data bs=64k count=32 2>/dev/null; sync; md5sum </data";
    let mut sums = Vec::new();
    for guest in ["linux0", "linux1"] {
        machine.type_line(&format!("console {guest}"))?;
        sums.push(root::sum_in(32, &ask(&mut machine, write)?)?);
        machine.leave_console()?;
        machine.done(&format!("guest reset {guest}"))?;
    }
    for (guest, sum) in ["linux0", "linux1"].into_iter().zip(sums) {
        machine.console(guest, "on the card: start 2, 2 CPUs")?;
        machine.type_line(&format!("console {guest}"))?;
        let again = root::sum_in(32, &ask(&mut machine, "md5sum </data; sync")?)?;
        ensure!(again == sum, "{guest} wrote {sum}, and finds {again}");
        let errors = ask(&mut machine, "echo errors=$(dmesg | grep -ciE 'ext4-fs error|i/o error')")?;
        ensure!(errors.contains("errors=0"), "{guest}: {errors}");
        machine.leave_console()?;
        machine.done(&format!("guest destroy {guest}"))?;
    }
    drop(machine);
    for at in [card::MIN - length, card::MIN - length - (32 << 20)] {
        root::whole(context, &card, at, length)?;
    }
    fs::remove_file(card)?;
    Ok(())
}

/// Blocks are those of the card's file: from the start of the disk with its table, from within, and the first
/// partition. The host's driver got interrupts for them.
fn blocks(context: &Context, machine: &mut Running) -> Result<()> {
    let path = card::of_board(&project::board(context.board)?)?.context("the board has no card")?;
    let volumes = machine.json("block list")?;
    let first = volumes.as_array().into_iter().flatten().find(|volume| volume["name"] == "mmc0p1");
    let size = first.and_then(|volume| volume["size"].as_u64()).context("`block list` has no mmc0p1")?;
    let partition = card::START / BLOCK;
    for (volume, at, from, count) in
        [("mmc0", 0, 0, 64), ("mmc0", 0, 2000, 333), ("mmc0p1", partition, 0, size.min(SOME) / BLOCK)]
    {
        let mut file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        file.seek(SeekFrom::Start((at + from) * BLOCK))?;
        let mut bytes = vec![0; (count * BLOCK) as usize];
        file.read_exact(&mut bytes)?;
        let read = machine.json(&format!("block hash {volume} {from} {count}"))?;
        let sum = format!("{:x}", Sha256::digest(&bytes));
        ensure!(read["sha256"] == sum, "{count} blocks of {volume} from {from} have {sum}, read as {read}");
    }
    let lines = machine.json("irq list")?;
    let mut of_card = lines
        .as_array()
        .into_iter()
        .flatten()
        .filter(|line| line["driver"].as_str().is_some_and(|name| name.contains("mmc")));
    ensure!(
        of_card.any(|line| line["count"].as_u64() > Some(0)),
        "the card was read without its driver's interrupts: {lines}"
    );
    Ok(())
}
