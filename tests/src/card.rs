// SPDX-License-Identifier: GPL-2.0-only
//! The SD card through Linux's unmodified host driver: every bit of it, and what becomes of it when it fails.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};
use xtask::qemu::{Card, Overrides};
use xtask::{card, project};

use crate::harness::{Context, DEBUG, RELEASE, Running, Setup, Test};
use crate::linux::{ask, to_user_space};

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "card_64_mib_read_16_mib_written", limit: 240, profiles: RELEASE, run: bit_for_bit },
    Test { name: "card_errors_are_said_and_it_comes_back", limit: 400, profiles: DEBUG, run: faults },
    Test { name: "card_pulled_and_put_in_again", limit: 400, profiles: DEBUG, run: pulled },
];

/// On the ZCU102, whose controller tells that a card comes and goes.
pub const ZCU102: &[Test] =
    &[Test { name: "card_pulled_from_the_zcu102", limit: 400, profiles: DEBUG, run: pulled }];

const MIB: u64 = 1 << 20;
/// Blocks of a MiB.
const BLOCKS: u64 = MIB / 512;
/// How long a command may take until it gives an error, on a busy machine with a debug image.
const PATIENCE: Duration = Duration::from_secs(60);

/// The card that the board asks for.
pub fn image(context: &Context) -> Result<PathBuf> {
    card::of_board(&project::board(context.board)?)?.context("the board has no card")
}

/// Boots, and waits for the card.
fn boot(context: &Context, machine: Overrides) -> Result<Running> {
    let mut machine = context.boot(Setup { machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    until_ready(&mut machine)?;
    Ok(machine)
}

/// Waits until the slot has a card that works.
pub fn until_ready(machine: &mut Running) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let slots = machine.json("mmc list")?;
        if slots[0]["state"] == "ready" {
            return Ok(());
        }
        ensure!(Instant::now() < end, "no card is found: {slots}");
        machine.command("sleep 200")?;
    }
}

/// The SHA-256 of a part of a file.
pub fn sum(file: &Path, offset: u64, length: u64) -> Result<String> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut digest = Sha256::new();
    let mut left = length;
    let mut piece = vec![0; MIB as usize];
    while left > 0 {
        let now = left.min(MIB) as usize;
        file.read_exact(&mut piece[..now])?;
        digest.update(&piece[..now]);
        left -= now as u64;
    }
    Ok(format!("{:x}", digest.finalize()))
}

/// The SHA-256 that the machine finds of blocks.
fn hash(machine: &mut Running, volume: &str, first: u64, count: u64) -> Result<Value> {
    Ok(machine.json(&format!("block hash {volume} {first} {count}"))?["sha256"].take())
}

/// 64 MiB are read as they are in the card's file; 16 MiB that are written are read back, and are in the file afterwards.
/// What would damage a file system is refused.
fn bit_for_bit(context: &Context) -> Result<()> {
    let original = image(context)?;
    let file = context.folder().join("card.img");
    fs::copy(&original, &file)?;
    let overrides = Overrides { card: Card::File(file.clone()), ..Overrides::default() };
    let mut machine = boot(context, overrides)?;
    let read = hash(&mut machine, "mmc0", 0, 64 * BLOCKS)?;
    ensure!(read == sum(&file, 0, 64 * MIB)?.as_str(), "64 MiB of the card are read as {read}");
    for line in
        ["block fill mmc0p1 1000 8 0xff", "block write mmc0 0 0 00", "block copy mmc0p3 0 64 mmc0p2 64"]
    {
        let answer = machine.command(line)?;
        ensure!(answer.contains("would damage"), "`{line}` says: {answer}");
    }
    // From where a kernel lies to the partition without a file system.
    let (source, length) = (2 * MIB, 16 * MIB);
    machine.done(&format!("block fill mmc0p3 0 {} 0xa5", length / 512))?;
    let expected = sum(&file, source, length)?;
    let filled = hash(&mut machine, "mmc0p3", 0, length / 512)?;
    ensure!(filled != expected.as_str(), "nothing tells what is written from what was there");
    machine.done(&format!("block copy mmc0 {} {} mmc0p3 0", source / 512, length / 512))?;
    let back = hash(&mut machine, "mmc0p3", 0, length / 512)?;
    ensure!(back == expected.as_str(), "16 MiB are read back as {back}, not {expected}");
    fails(&mut machine, "block write mmc0p3 100000000 0 00", &["BLOCK"])?;
    machine.done("block write mmc0p3 40000 510 0123456789abcdef")?;
    let shown = machine.json("block read mmc0p3 40000 2")?;
    let bytes = shown["bytes"].as_str().context("no bytes")?;
    ensure!(bytes.get(1016..1040) == Some("00000123456789abcdef0000"), "after a write blocks hold {bytes}");
    machine.send("poweroff")?;
    machine.wait_for_exit()?;
    let end = fs::metadata(&file)?.len();
    let scratch = end - 32 * MIB;
    ensure!(sum(&file, scratch, length)? == expected, "the card's file has other bytes than were written");
    ensure!(sum(&file, 0, scratch)? == sum(&original, 0, scratch)?, "other blocks than those were written");
    fs::remove_file(&file)?;
    Ok(())
}

/// A command that must fail with this, within bounds.
fn fails(machine: &mut Running, line: &str, with: &[&str]) -> Result<()> {
    let start = Instant::now();
    let answer = machine.command(line)?;
    let said = answer
        .lines()
        .any(|line| line.trim_start().starts_with("error: ") && with.iter().any(|text| line.contains(text)));
    ensure!(said, "`{line}` says: {answer}; expected one of {with:?}");
    ensure!(start.elapsed() < PATIENCE, "`{line}` took {:?}", start.elapsed());
    Ok(())
}

/// A Linux guest from the card runs.
fn start_guest(machine: &mut Running) -> Result<()> {
    machine.done("guest create mmc0p2:/boot/guests/linux0.dtb")?;
    machine.done("guest start linux0")?;
    machine.type_line("console linux0")?;
    to_user_space(machine, 2)?;
    machine.leave_console()?;
    Ok(())
}

/// The guest still does what it is told, and has nothing to complain of.
fn guest_runs(machine: &mut Running) -> Result<()> {
    machine.type_line("console linux0")?;
    let answer = ask(machine, "echo $((6 * 111)); dmesg | grep -ciE 'stall|lockup|BUG:|Oops'")?;
    machine.leave_console()?;
    let words: Vec<&str> = answer.split_whitespace().collect();
    ensure!(words == ["666", "0"], "the guest says: {answer}");
    Ok(())
}

/// Checksum errors and time-outs: a few are recovered from, many end in an error; afterwards the card works again.
fn faults(context: &Context) -> Result<()> {
    let expected = sum(&image(context)?, 0, MIB)?;
    let mut machine = boot(context, Overrides::default())?;
    start_guest(&mut machine)?;
    for (fault, count, error) in [
        ("crc", "crc_errors", "checksum errors on the bus"),
        ("timeout", "timeouts", "does not answer in time"),
    ] {
        machine.done(&format!("mmc fault mmc0 {fault} 2"))?;
        let read = hash(&mut machine, "mmc0", 0, BLOCKS)?;
        ensure!(read == expected.as_str(), "after two faults ({fault}) a MiB is read as {read}");
        let info = machine.json("mmc info mmc0")?;
        ensure!(info[count].as_u64() >= Some(2), "two faults ({fault}) are not counted: {info}");
        ensure!(info["retries"].as_u64() >= Some(1), "two faults ({fault}) were not recovered from: {info}");
        machine.done(&format!("mmc fault mmc0 {fault} 100000"))?;
        fails(&mut machine, "block scan mmc0 0 2048", &[error, "the device is gone"])?;
        guest_runs(&mut machine)?;
        machine.done(&format!("mmc fault mmc0 {fault} 0"))?;
        until_ready(&mut machine)?;
        let read = hash(&mut machine, "mmc0", 0, BLOCKS)?;
        ensure!(read == expected.as_str(), "when the faults ({fault}) end, a MiB is read as {read}");
    }
    guest_runs(&mut machine)
}

/// A card that is pulled, at rest and in the middle of reading, gives errors; its disk goes. Put in again it is found.
fn pulled(context: &Context) -> Result<()> {
    let image = image(context)?;
    let expected = sum(&image, 0, MIB)?;
    let mut machine = boot(context, Overrides::default())?;
    let mut monitor = machine.monitor()?;
    start_guest(&mut machine)?;
    for reading in [false, true] {
        let errors = ["the device is gone", "does not answer in time", "there are no disks"];
        if reading {
            machine.type_line("block scan mmc0")?;
            std::thread::sleep(Duration::from_millis(200));
            monitor.pull_card()?;
            machine.wait_for("error: block scan: ")?;
            machine.wait_for_prompt()?;
        } else {
            monitor.pull_card()?;
            fails(&mut machine, "block scan mmc0 0 2048", &errors)?;
        }
        // The disk is gone, and so are its partitions.
        fails(&mut machine, "fs ls mmc0p1:/", &errors)?;
        let disks = machine.json("block list")?;
        ensure!(disks.as_array().is_some_and(Vec::is_empty), "without a card there are disks: {disks}");
        let slots = machine.json("mmc list")?;
        ensure!(slots[0]["state"] != "ready", "without a card the slot is ready: {slots}");
        guest_runs(&mut machine)?;
        monitor.insert_card(&image)?;
        until_ready(&mut machine)?;
        let read = hash(&mut machine, "mmc0", 0, BLOCKS)?;
        ensure!(read == expected.as_str(), "the card, put in again, is read as {read}");
        machine.done("fs ls mmc0p1:/")?;
    }
    guest_runs(&mut machine)
}
