// SPDX-License-Identifier: GPL-2.0-only
//! Power cuts: the emulator is killed while a guest writes to its partition of the card.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use xtask::qemu::{Card, Overrides};
use xtask::{card, process};

use crate::harness::{Context, RELEASE, Setup, Test};
use crate::linux::ask;
use crate::root;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] =
    &[Test { name: "power_20_cuts_amid_writes", limit: 240, profiles: RELEASE, run: cuts }];

/// How many times the power goes.
const CUTS: u32 = 20;
/// Bytes of the root file system.
const ROOT: u64 = 64 << 20;
/// When the power goes at the latest, in milliseconds after the first record.
const LATEST: u64 = 2500;

/// The bytes of a record: what `yes "record CUT NUMBER"` says, cut off.
fn record(cut: u32, number: u32) -> Vec<u8> {
    let line = format!("record {cut} {number}\n");
    let length = length(number);
    line.bytes().cycle().take(length).collect()
}

fn length(number: u32) -> usize {
    (number * 997 % 20_000 + 1) as usize
}

/// What has the guest write records and tell of each that is flushed, beside what is written and not flushed.
fn work(cut: u32) -> String {
    format!(
        "mkdir -p /rec; sync; (while :; do dd if=/dev/urandom of=/junk bs=64k count=48 2>/dev/null; rm /junk; done) & \
         n=0; while :; do yes \"record {cut} $n\" | head -c $((n * 997 % 20000 + 1)) | \
         dd of=/rec/{cut}-$n bs=32k iflag=fullblock conv=fsync 2>/dev/null && echo \"flu\"\"shed {cut} $n.\"; n=$((n + 1)); done"
    )
}

/// The numbers of the records that a guest has said are flushed.
fn flushed(said: &str, cut: u32) -> u32 {
    let start = format!("flushed {cut} ");
    let numbers = said.split(&start).skip(1).filter_map(|rest| rest.split_once('.')?.0.parse::<u32>().ok());
    numbers.max().map_or(0, |last| last + 1)
}

/// The records that a file system has, by their names.
fn records(context: &Context, image: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = context.folder().join("records");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let command = format!("rdump /rec {}", folder.display());
    process::output(process::admin("debugfs").args(["-R", &command]).arg(image))?;
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder.join("rec")).context("there are no records")? {
        let entry = entry?;
        all.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(all)
}

/// The power goes at any time, again and again. Each time the file system is whole once its journal is replayed, and every
/// record that was flushed is there.
fn cuts(context: &Context) -> Result<()> {
    let file = context.folder().join("card.img");
    let image = root::small(context, "root", ROOT >> 20)?;
    card::make_with(&file, card::MIN, &[card::Entry::bytes("hello", b"world".to_vec())], Some(&image))?;
    let guest = root::guest(context, "linux0", "mmc0p4", "")?;
    let mut state = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as u64;
    let mut counts = Vec::new();
    for cut in 0..CUTS {
        // One thread for all CPUs: they would wait for each other at every byte of the card.
        let extra = ["-accel", "tcg,thread=single"].map(str::to_owned).into();
        let machine = Overrides { card: Card::File(file.clone()), extra, ..Overrides::default() };
        let setup = Setup { guests: vec![guest.clone()], machine, ..Setup::default() };
        context.forget();
        let mut machine = context.boot(setup)?;
        machine.wait_for_prompt()?;
        crate::card::until_ready(&mut machine)?;
        machine.done("guest create linux0")?;
        machine.done("guest start linux0")?;
        machine.type_line("console linux0")?;
        machine.wait_for("on the card: start")?;
        machine.wait_for("/ # ")?;
        ask(&mut machine, "dmesg -n 3")?;
        machine.send(&work(cut))?;
        machine.wait_for(&format!("flushed {cut} 0."))?;
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let delay = (state >> 33) % LATEST;
        std::thread::sleep(Duration::from_millis(delay));
        let said = machine.kill()?;
        drop(machine);
        counts.push(flushed(&said, cut));
        let place = card::MIN - ROOT;
        let copy = root::whole(context, &file, place, ROOT)
            .with_context(|| format!("cut {cut}, after {delay} ms"))?;
        let found = records(context, &copy)?;
        for (cut, &count) in (0..).zip(&counts) {
            for number in 0..count {
                let name = format!("{cut}-{number}");
                let bytes = found.get(&name).with_context(|| format!("record {name} of {count} is lost"))?;
                ensure!(*bytes == record(cut, number), "record {name} has {} other bytes", bytes.len());
            }
        }
    }
    ensure!(counts.iter().sum::<u32>() > CUTS * 3, "there were few records: {counts:?}");
    Ok(fs::remove_file(file)?)
}
