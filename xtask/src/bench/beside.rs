// SPDX-License-Identifier: GPL-2.0-only
//! `bench beside`: the micro-benchmarks of a guest from the SD card, alone and while the card is read at full speed.
//!
//! Counted time runs for all CPUs together, so a CPU that reads a card would be in the figures of all others. Here the
//! machine's CPUs run at the same time, and a plugin of the emulator counts the instructions of each by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::BenchArgs;
use super::machine;
use crate::qemu::{Card, Machine, Overrides};
use crate::session::Session;
use crate::{artifacts, card, image, process, project};

/// What is measured, in the guest's order: name, title, how often.
const OPERATIONS: [(&str, &str, u64); 10] = [
    ("hvc_psci_version", "HVC, PSCI_VERSION", TIMES),
    ("hvc_unknown", "HVC, unknown function", TIMES),
    ("id_register_read", "read of a trapped ID register", TIMES),
    ("cntp_ctl_read", "read of CNTP_CTL", TIMES),
    ("gicd_read", "read of a distributor register", TIMES),
    ("gicd_write", "write of a distributor register", TIMES),
    ("gicd_enable", "enable or disable an interrupt", TIMES),
    ("uart_read", "read of an emulated UART register", TIMES),
    ("first_touch", "first touch of a 4 KiB page", 4096),
    ("sgi_self", "SGI to itself, to handler and EOI", TIMES),
];
/// `iterations` of boards/*/guests/micro.dts.
const TIMES: u64 = 16384;
/// Blocks that are read by one command: 16 MiB.
const PIECE: u64 = 16 << 11;
/// How far a figure may be from what it is without the reading.
const BAR: f64 = 0.02;
/// The machine runs in real time: what else its CPU has to do may fall into a figure. So a bar counts as missed only if it is by
/// the least of so many rounds.
const ROUNDS: usize = 3;
/// The longest that a machine may run.
const LIMIT: Duration = Duration::from_secs(600);

/// A run: instructions per operation on the guest's CPU, and how many the other CPUs executed meanwhile.
struct Figures {
    each: Vec<f64>,
    others: u64,
}

impl Figures {
    /// The lower of both for each operation.
    fn least(self, other: Figures) -> Figures {
        let each = self.each.iter().zip(&other.each).map(|(a, b)| a.min(*b)).collect();
        Figures { each, others: self.others.max(other.others) }
    }
}

/// Measures and prints; gives the names of the missed bars.
///
/// # Errors
/// When something cannot be built or does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let folder = project::target().join("bench");
    let plugin = plugin(&folder)?;
    let disk = folder.join("beside.img");
    let guest = project::board_folder(&args.board).join("guests/micro.dts");
    card::make(&disk, card::MIN, &card::guests(&[guest])?)?;
    let measure = |reading| {
        let what = if reading { "the guest beside a card that is read" } else { "the guest alone" };
        measure(args, &plugin, &disk, reading).context(what)
    };
    let (mut alone, mut beside) = (measure(false)?, measure(true)?);
    for _ in 1..ROUNDS {
        if missed(&alone, &beside).is_empty() {
            break;
        }
        alone = alone.least(measure(false)?);
        beside = beside.least(measure(true)?);
    }
    fs::remove_file(&disk)?;
    if args.json {
        println!("{}", json(&alone, &beside));
    } else {
        print(&alone, &beside);
    }
    Ok(missed(&alone, &beside))
}

/// Compiles the plugin that counts the instructions of each CPU.
///
/// # Errors
/// When there is no compiler.
pub fn plugin(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (source, file) = (project::root().join("xtask/src/bench/count.c"), folder.join("count.so"));
    let mut clang = Command::new("clang-19");
    clang.args(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", "-o"]);
    clang.arg(&file).arg(source);
    process::output(&mut clang).context("cannot compile the plugin of the emulator")?;
    Ok(file)
}

/// Has the guest measure, once, with the terminal reading the card all the time or at rest.
fn measure(args: &BenchArgs, plugin: &Path, disk: &Path, reading: bool) -> Result<Figures> {
    let out = disk.with_extension("marks");
    let image = image::build(&args.board, image::Profile::Release)?;
    let overrides = Overrides {
        card: Card::File(disk.into()),
        extra: vec!["-plugin".into(), format!("{},out={}", plugin.display(), out.display())],
        ..Overrides::default()
    };
    let mut machine = Machine::new(&project::board(&args.board)?, &overrides, image.bin, None)?;
    machine.append = Some("guests.from=".into());
    let mut session = Session::start(&mut machine.piped(), LIMIT, machine::copy(args))?;
    session.wait_for_prompt()?;
    super::card::until_ready(&mut session)?;
    for line in ["guest create mmc0p2:/boot/guests/micro.dtb", "guest start micro"] {
        let said = session.command(line)?;
        ensure!(!said.contains("error: "), "`{line}` says: {said}");
    }
    session.send("console micro")?;
    session.wait_for("micro: ready")?;
    session.send("")?;
    session.send_bytes(b"\x1d")?;
    session.wait_for_prompt()?;
    let mut turns = 0;
    // What the guest measures after the last mark is of no interest here.
    while fs::read_to_string(&out)?.lines().count() < 2 * OPERATIONS.len() {
        let line = if reading { format!("block scan mmc0 0 {PIECE}") } else { "sleep 200".into() };
        let said = session.command(&line)?;
        ensure!(!said.contains("error: "), "`{line}` says: {said}");
        turns += 1;
        ensure!(turns < 2000, "the guest does not come to its end");
    }
    drop(session);
    let marks = fs::read_to_string(&out)?;
    artifacts::store(&out, b"")?;
    let figures = parse(&marks)?;
    ensure!(!reading || figures.others > 1_000_000, "the card was hardly read while the guest measured");
    Ok(figures)
}

/// The figures out of the plugin's lines: two for each operation, the CPU and what each CPU has executed.
fn parse(marks: &str) -> Result<Figures> {
    let lines: Option<Vec<Vec<u64>>> =
        marks.lines().map(|line| line.split(' ').map(|word| word.parse().ok()).collect()).collect();
    let lines = lines.context("the plugin wrote something else than numbers")?;
    ensure!(lines.len() == 2 * OPERATIONS.len(), "{} marks, not {}", lines.len(), 2 * OPERATIONS.len());
    let mut figures = Figures { each: Vec::new(), others: 0 };
    for (pair, (name, _, times)) in lines.chunks_exact(2).zip(OPERATIONS) {
        let (begin, end) = (&pair[0], &pair[1]);
        let cpu = begin[0] as usize + 1;
        ensure!(
            begin[0] == end[0] && end.len() == begin.len() && cpu < end.len(),
            "`{name}` changed its CPU"
        );
        let of = |column: usize| end[column].saturating_sub(begin[column]);
        figures.each.push(of(cpu) as f64 / times as f64);
        figures.others += (1..end.len()).filter(|column| *column != cpu).map(of).sum::<u64>();
    }
    Ok(figures)
}

fn missed(alone: &Figures, beside: &Figures) -> Vec<String> {
    let rows = OPERATIONS.iter().zip(alone.each.iter().zip(&beside.each));
    rows.filter(|(_, (alone, beside))| (*beside - *alone).abs() > BAR * *alone)
        .map(|((name, ..), (alone, beside))| format!("{name} {beside:.1} instead of {alone:.1}"))
        .collect()
}

fn json(alone: &Figures, beside: &Figures) -> serde_json::Value {
    let rows = OPERATIONS.iter().zip(alone.each.iter().zip(&beside.each));
    let mut all: serde_json::Map<_, _> = rows
        .flat_map(|((name, ..), (alone, beside))| {
            [(format!("{name}_alone"), (*alone).into()), (format!("{name}_beside"), (*beside).into())]
        })
        .collect();
    all.insert("others".into(), beside.others.into());
    all.into()
}

fn print(alone: &Figures, beside: &Figures) {
    println!("{:<36}{:>10}{:>12}{:>9}", "instructions per operation", "alone", "card read", "ratio");
    for ((_, title, _), (alone, beside)) in OPERATIONS.iter().zip(alone.each.iter().zip(&beside.each)) {
        println!("{title:<36}{alone:>10.1}{beside:>12.1}{:>9.4}", beside / alone);
    }
    println!("other CPUs meanwhile: {:.1} million instructions", beside.others as f64 / 1e6);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks on CPU 2 with this many instructions for each operation of 16384.
    fn marks(each: u64, others: u64) -> String {
        let mut text = String::new();
        let (mut own, mut other) = (0, 0);
        for (_, _, times) in OPERATIONS {
            text += &format!("2 {other} 7 {own} 9\n");
            own += each * times;
            other += others;
            text += &format!("2 {other} 7 {own} 9\n");
        }
        text
    }

    #[test]
    fn marks_become_figures_and_bars_hold_both_ways() {
        let alone = parse(&marks(1000, 5)).unwrap();
        assert!(alone.each.iter().all(|each| *each == 1000.0));
        assert_eq!(alone.others, 50);
        assert!(missed(&alone, &parse(&marks(1020, 5)).unwrap()).is_empty());
        assert_eq!(missed(&alone, &parse(&marks(1021, 5)).unwrap()).len(), 10);
        assert_eq!(missed(&alone, &parse(&marks(979, 5)).unwrap()).len(), 10);
        let least = parse(&marks(1100, 5)).unwrap().least(parse(&marks(1010, 9)).unwrap());
        assert!(missed(&alone, &least).is_empty() && least.others == 90);
        assert!(parse("").is_err() && parse("x").is_err());
        assert!(parse(&marks(1, 1).replacen("2 ", "3 ", 1)).is_err());
    }
}
