// SPDX-License-Identifier: GPL-2.0-only
//! Malformed device trees and bundles: an error line or a boot, never a hang or a panic without a word.
//! All mutations come from seeds; a failure names its seed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use xtask::bundle::Archive;
use xtask::process;
use xtask::qemu::Overrides;
use xtask::session::PROMPT;

use crate::harness::{BOTH, Context, Entry, RELEASE, Running, Setup, Test};
use crate::memory::machine_tree;

/// The tests of this file: 160 host trees, 240 guest trees and 80 bundles in release, fewer in debug.
pub const TESTS: &[Test] = &[
    Test {
        name: "malformed_host_trees_1",
        limit: 30,
        profiles: RELEASE,
        run: |context| host_trees(context, 0..80),
    },
    Test {
        name: "malformed_host_trees_2",
        limit: 30,
        profiles: BOTH,
        run: |context| host_trees(context, 80..160),
    },
    Test { name: "malformed_guest_trees", limit: 180, profiles: BOTH, run: guest_trees },
    Test { name: "malformed_bundles", limit: 30, profiles: BOTH, run: bundles },
];

/// A small generator of pseudo-random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }

    /// A value that often breaks something.
    fn word(&mut self) -> u32 {
        let edges = [0, 1, 2, 3, 4, 9, 0x7fff_ffff, 0x8000_0000, u32::MAX, u32::MAX - 3, 0x4000_0000, 0x1000];
        if self.below(2) == 0 { edges[self.below(edges.len())] } else { self.next() as u32 }
    }
}

/// Changes a file in one to six ways: bytes, words, parts left out, repeated or moved, the end cut off.
/// Most changes of a device tree are past its header.
fn mutated(original: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5eed);
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(6) {
        let length = bytes.len();
        let at = if random.below(5) == 0 { random.below(64.min(length)) } else { random.below(length) };
        match random.below(10) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 | 2 => bytes[at] = random.next() as u8,
            3..=5 => {
                let word = random.word().to_be_bytes();
                let place = (at & !3).min(length.saturating_sub(4));
                bytes.iter_mut().skip(place).zip(word).for_each(|(byte, new)| *byte = new);
            }
            6 => {
                let end = (at + 4 * (1 + random.below(16))).min(length);
                drop(bytes.drain(at & !3..end & !3));
            }
            7 => {
                let end = (at + 4 * (1 + random.below(64))).min(length);
                let part = bytes[at & !3..end & !3].to_vec();
                bytes.splice(at & !3..at & !3, part);
            }
            8 => {
                let (from, end) = (random.below(length), at);
                let part: Vec<u8> = bytes.iter().skip(from).take(32).copied().collect();
                bytes.iter_mut().skip(end).zip(part).for_each(|(byte, new)| *byte = new);
            }
            _ if random.below(3) == 0 => bytes.truncate(at.max(8)),
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
        if bytes.len() < 8 {
            return original.to_vec();
        }
    }
    bytes
}

/// How a boot from malformed input ended.
#[derive(Default, Debug)]
struct Tally {
    boots: usize,
    refused: usize,
}

/// Waits until the machine has come to an end that a user understands: a prompt, or a line that says why
/// there is none.
fn judge(machine: &Running, what: &str, tally: &mut Tally) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let log = machine.log();
        let whole = |line: &&str| line.ends_with('\n');
        if log.ends_with(PROMPT) {
            tally.boots += 1;
            return Ok(());
        }
        let end = ["boot failed: ", "ferrovisor: ", "panic: "];
        if let Some(line) =
            log.split_inclusive('\n').filter(whole).find(|line| end.iter().any(|sign| line.contains(sign)))
        {
            ensure!(explains(line), "{what}: it says no more than `{}`", line.trim());
            tally.refused += 1;
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{what}: neither a prompt nor a reason for none");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A message that says more than that something went wrong inside: not an index out of bounds, an
/// unwrapped nothing, or an exception.
fn explains(line: &str) -> bool {
    let inside =
        ["out of range", "out of bounds", "unwrap", "overflow", "unreachable", "exception", "abort", ".rs:"];
    line.len() > 30 && !inside.iter().any(|sign| line.contains(sign))
}

/// One machine for each tree. The emulator is not shown it: it would refuse most of them itself.
fn host_trees(context: &Context, seeds: std::ops::Range<u64>) -> Result<()> {
    const TREE: u64 = 0x4a00_0000;
    machine_tree(context, 2, "256M")?;
    let blob = fs::read(context.folder().join("machine.dtb"))?;
    // Without the free space that the emulator leaves in it, where changes would be without effect.
    let size = blob.get(4..8).and_then(|size| size.try_into().ok()).map_or(0, u32::from_be_bytes);
    let mut command = Command::new("dtc");
    let source = context.folder().join("machine.dtb");
    let blob = process::output(command.args(["-q", "-I", "dtb", "-O", "dtb"]).arg(&source))?;
    ensure!(!blob.is_empty() && size > 0, "no device tree of the machine");
    let mut tally = Tally::default();
    for seed in seeds {
        let tree = context.file("mutated.dtb", &mutated(&blob, seed))?;
        let loader = format!("loader,file={},addr={TREE:#x},force-raw=on", tree.display());
        let extra = vec!["-device".into(), loader];
        let machine = Overrides { memory: Some("256M".into()), extra, ..Overrides::default() };
        let machine = context.boot(Setup { machine, entry: Entry::Tree(TREE), ..Setup::default() })?;
        judge(&machine, &format!("seed {seed}, tree {}", tree.display()), &mut tally)?;
        drop(machine);
        context.forget();
    }
    ensure!(tally.boots > 0 && tally.refused > 0, "the mutations are too weak or too strong: {tally:?}");
    Ok(())
}

/// A bundle full of mutated guests, created, started and destroyed one by one.
fn guest_trees(context: &Context) -> Result<()> {
    let sources = ["ticker", "hostile", "every-option", "linux0"];
    let mut blobs = Vec::new();
    for name in sources {
        let text = fs::read_to_string(context.guest_file(&format!("{name}.dts")))?;
        // The big images are not needed: another kernel does as well.
        let text = text
            .replace("autostart;", "")
            .replace("linux-6.1/Image", "ticker.bin")
            .replace("busybox.cpio", "calibration.bin")
            .replace("hostile.bin", "ticker.bin");
        let dts = context.guest(name, &text)?;
        blobs.push(board_blob(context, &dts, name)?);
    }
    let count: usize = if context.profile == xtask::image::Profile::Release { 240 } else { 80 };
    let mut archive = Archive::default();
    for seed in 0..count {
        let blob = &blobs[seed % blobs.len()];
        archive.file(&format!("guests/m{seed}.dtb"), &mutated(blob, 1000 + seed as u64))?;
    }
    let ticker = xtask::artifacts::get("ticker.bin")?;
    archive.file("ticker.bin", &fs::read(ticker)?)?;
    archive.file("calibration.bin", b"0123456789abcdef")?;
    let mut machine = context.boot(Setup { bundle: Some(archive.finish()?), ..Setup::default() })?;
    machine.wait_for_prompt()?;
    let mut tally = Tally::default();
    for seed in 0..count {
        let name = format!("m{seed}");
        let answer = machine.command(&format!("guest create {name}")).with_context(|| name.clone())?;
        if answer.contains("error: ") {
            tally.refused += 1;
            continue;
        }
        ensure!(answer.contains("created"), "{name}: `guest create` says: {answer}");
        machine.command(&format!("guest start {name}")).with_context(|| name.clone())?;
        machine.command(&format!("guest info {name}")).with_context(|| name.clone())?;
        machine.done(&format!("guest destroy {name}")).with_context(|| name.clone())?;
        tally.boots += 1;
    }
    ensure!(tally.boots > 0 && tally.refused > 0, "the mutations are too weak or too strong: {tally:?}");
    Ok(())
}

/// Compiles a guest's source.
fn board_blob(context: &Context, dts: &PathBuf, name: &str) -> Result<Vec<u8>> {
    let blob = context.folder().join(format!("{name}.dtb"));
    let mut command = Command::new("dtc");
    process::output(command.args(["-q", "-I", "dts", "-O", "dtb", "-o"]).arg(&blob).arg(dts))?;
    Ok(fs::read(&blob)?)
}

/// One machine for each bundle: what is whole in it is used, the rest told.
fn bundles(context: &Context) -> Result<()> {
    let whole = context.pack(&[context.guest_file("ticker.dts"), context.guest_file("hostile.dts")])?;
    let count = if context.profile == xtask::image::Profile::Release { 80 } else { 30 };
    let mut tally = Tally::default();
    for seed in 0..count {
        let bundle = mutated(&whole, 5000 + seed);
        let mut machine = context.boot(Setup { bundle: Some(bundle), ..Setup::default() })?;
        let what = format!("seed {seed}");
        judge(&machine, &what, &mut tally)?;
        if machine.command("guest list").is_err() {
            bail!("{what}: the terminal does not answer");
        }
        drop(machine);
        context.forget();
    }
    // A bad bundle is no reason not to boot.
    ensure!(tally.boots == usize::try_from(count)?, "not every machine came to its prompt: {tally:?}");
    Ok(())
}
