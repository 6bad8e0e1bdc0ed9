// SPDX-License-Identifier: GPL-2.0-only
//! `bench linux`: programs in Debian's kernel, on the bare machine and as guest `linux0` under
//! Ferrovisor, with 1 CPU and 1 vCPU and with 2 of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::BenchArgs;
use super::machine::{self, Bare};
use super::programs;
use crate::run::Bundle;
use crate::session::Session;
use crate::{artifacts, project};

/// Nanoseconds of counted time by the name of the work.
type Times = BTreeMap<String, u64>;

/// The most that a guest may take, as a ratio to the bare machine: for computing, and for hackbench.
const COMPUTING: f64 = 1.0005;
const HACKBENCH: f64 = 1.02;
/// The most time from the image's entry to the guest's first instruction, in microseconds.
const BOOT: u64 = 60_000;
const MEMORY: &str = "256M";
/// No address randomization: it would choose other code (page table isolation) and other alignments.
const BOOTARGS: &str = "console=ttyAMA0 nokaslr fv_run=/root/bench.sh";
/// What the work is called in the machine's words, in the order in which it is shown.
const WORK: [(&str, &str); 11] = [
    ("dhrystone", "Dhrystone 2.1"),
    ("copy_1.5M", "memory copy, 1.5 MiB"),
    ("copy_4M", "memory copy, 4 MiB"),
    ("copy_16M", "memory copy, 16 MiB"),
    ("rmw_1.5M", "read-modify-write, 1.5 MiB"),
    ("rmw_4M", "read-modify-write, 4 MiB"),
    ("rmw_16M", "read-modify-write, 16 MiB"),
    ("scale_16M", "STREAM scale, 16 MiB"),
    ("hackbench_4", "hackbench, 4 groups"),
    ("hackbench_7", "hackbench, 7 groups"),
    ("hackbench_10", "hackbench, 10 groups"),
];

/// One number of CPUs.
struct Column {
    name: &'static str,
    native: Times,
    guest: Times,
    boot_us: Option<u64>,
}

/// Measures, prints, and gives the names of the missed bars.
///
/// # Errors
/// When something cannot be fetched, built or does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let folder = project::target().join("bench");
    let initrd = folder.join("bench.cpio");
    artifacts::store(&initrd, &programs::initramfs()?)?;
    let mut columns = Vec::new();
    for (name, cpus) in [("h1g1", 1), ("h2g2", 2)] {
        let what = Bare {
            kernel: artifacts::get("linux-6.1/Image")?,
            initrd: Some(initrd.clone()),
            append: Some(BOOTARGS.into()),
            memory: MEMORY.into(),
            cpus,
            extra: Vec::new(),
        };
        let native = read(&mut machine::bare(args, what)?)
            .with_context(|| format!("the bare machine with {cpus} CPUs"))?;
        let (guest, boot_us) = if args.native {
            Default::default()
        } else {
            let bundle = Bundle::pack(&[guest(&folder, cpus)?])?.context("no guest")?;
            let mut session = machine::hypervisor(args, cpus, &bundle)?;
            let times = (|| {
                session.wait_for_prompt()?;
                session.send("console linux0")?;
                read(&mut session)
            })();
            let times = times.with_context(|| format!("linux0 under Ferrovisor with {cpus} CPUs"))?;
            (times, machine::boot_time(&session.log(), "linux0"))
        };
        columns.push(Column { name, native, guest, boot_us });
    }
    if args.json {
        println!("{}", serde_json::to_string(&json(&columns))?);
    } else {
        print(&columns, args.native);
    }
    Ok(if args.native { Vec::new() } else { missed(&columns) })
}

/// Writes the guest `linux0` with this many vCPUs beside its initramfs.
fn guest(folder: &std::path::Path, cpus: u32) -> Result<PathBuf> {
    let text = format!(
        "// Made by cargo xtask bench linux.\n/dts-v1/;\n\n/ {{\n\
         \tcompatible = \"ferrovisor,guest\";\n\tautostart;\n\
         \tvcpus {{ count = <{cpus}>; }};\n\
         \tmemory {{ size = <0x0 0x10000000>; }};\n\
         \timages {{\n\t\tkernel {{ file = \"linux-6.1/Image\"; }};\n\t\tinitrd {{ file = \"bench.cpio\"; }};\n\t}};\n\
         \tchosen {{\n\t\tbootargs = \"{BOOTARGS}\";\n\t\tstdout-path = \"/uart0\";\n\t\trng-seed = <{}>;\n\t}};\n\
         \tuart0 {{ compatible = \"arm,pl011\"; }};\n\
         \trtc {{ compatible = \"arm,pl031\"; }};\n\
         \tgpio {{ compatible = \"arm,pl061\"; }};\n}};\n",
        seed()
    );
    let path = folder.join("linux0.dts");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The cells of `rng-seed`: the same each time; without a seed, Linux waits for entropy in every fork.
pub fn seed() -> String {
    let seed: Vec<String> = (1u32..=16).map(|n| format!("{:#x}", n.wrapping_mul(0x9e37_79b9))).collect();
    seed.join(" ")
}

/// Waits for the end of all work and takes the times out of the log.
fn read(session: &mut Session) -> Result<Times> {
    session.wait_for("bench: end")?;
    parse(&session.log())
}

fn parse(log: &str) -> Result<Times> {
    let mut times = Times::new();
    for line in log.lines() {
        let Some((_, rest)) = line.split_once("bench: ") else { continue };
        if let Some((name, value)) = rest.trim().split_once(' ')
            && let Ok(time) = value.parse()
        {
            times.insert(name.into(), time);
        }
    }
    for (name, _) in WORK {
        ensure!(
            times.get(name).is_some_and(|time| *time != 0),
            "`{name}` failed: no line `bench: {name} TIME`"
        );
    }
    Ok(times)
}

fn ratio(column: &Column, name: &str) -> Option<f64> {
    Some(*column.guest.get(name)? as f64 / *column.native.get(name)? as f64)
}

fn limit(name: &str) -> f64 {
    if name.starts_with("hackbench") { HACKBENCH } else { COMPUTING }
}

/// The work that takes too long in the guest, and a boot that does.
fn missed(columns: &[Column]) -> Vec<String> {
    let mut missed = Vec::new();
    for column in columns {
        for (name, _) in WORK {
            match ratio(column, name) {
                Some(ratio) if ratio <= limit(name) => {}
                Some(ratio) => missed.push(format!("{name} {} {ratio:.5} > {}", column.name, limit(name))),
                None => missed.push(format!("{name} {} has no figure", column.name)),
            }
        }
        match column.boot_us {
            Some(time) if time <= BOOT => {}
            Some(time) => missed.push(format!("boot {} {time} us > {BOOT} us", column.name)),
            None => missed.push(format!("boot {} has no figure", column.name)),
        }
    }
    missed
}

/// `{"name": ratio}`, and the times in nanoseconds that it comes from.
fn json(columns: &[Column]) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for column in columns {
        for (name, time) in &column.native {
            all.insert(format!("{name}_{}_native_ns", column.name), *time as f64);
        }
        for (name, time) in &column.guest {
            all.insert(format!("{name}_{}_guest_ns", column.name), *time as f64);
            if let Some(ratio) = ratio(column, name) {
                all.insert(format!("{name}_{}", column.name), ratio);
            }
        }
        if let Some(time) = column.boot_us {
            all.insert(format!("boot_{}_us", column.name), time as f64);
        }
    }
    all
}

fn print(columns: &[Column], native_only: bool) {
    let mut head = format!("{:<28}", "counted time");
    for column in columns {
        head += &format!("{:>16}", format!("bare ms {}", column.name));
        if !native_only {
            head += &format!("{:>16}", format!("guest/bare {}", column.name));
        }
    }
    println!("{head}{:>10}", "at most");
    for (name, title) in WORK {
        let mut line = format!("{title:<28}");
        for column in columns {
            let time = column.native.get(name).map_or(0.0, |time| *time as f64 / 1e6);
            line += &format!("{time:>16.3}");
            if !native_only {
                let ratio = ratio(column, name).map_or("-".into(), |ratio| format!("{ratio:.5}"));
                line += &format!("{ratio:>16}");
            }
        }
        println!("{line}{:>10}", limit(name));
    }
    for column in columns {
        if let Some(time) = column.boot_us {
            println!(
                "{}: from image entry to the guest's first instruction {time} us, at most {BOOT}",
                column.name
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(time: u64) -> String {
        WORK.iter().map(|(name, _)| format!("[ 1.0] bench: {name} {time}\n")).collect::<String>()
            + "bench: end\n"
    }

    #[test]
    fn all_work_must_have_a_time() {
        assert_eq!(parse(&log(5)).unwrap().len(), WORK.len());
        let error = parse(&log(5).replace("bench: copy_4M 5", "bench: copy_4M 0")).unwrap_err();
        assert!(error.to_string().contains("copy_4M"), "{error}");
        assert!(parse(&log(5).replace("hackbench_7 5", "hackbench_7 ")).is_err());
    }

    #[test]
    fn bars_are_ratios() {
        let column = |guest: u64, boot_us| Column {
            name: "h1g1",
            native: parse(&log(100_000)).unwrap(),
            guest: parse(&log(guest)).unwrap(),
            boot_us,
        };
        assert!(missed(&[column(100_050, Some(60_000))]).is_empty());
        let over = missed(&[column(100_060, Some(60_001))]);
        assert_eq!(over.len(), 9, "{over:?}");
        assert!(over[0].contains("dhrystone h1g1 1.00060"), "{over:?}");
        let json = json(&[column(102_000, None)]);
        assert!((json["hackbench_4_h1g1"] - 1.02).abs() < 1e-9);
    }

    #[test]
    fn the_guest_compiles() {
        let folder = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let dts = guest(&folder, 2).unwrap();
        let guest = crate::bundle::Guest::read(&dts).unwrap();
        assert_eq!(guest.name, "linux0");
        assert_eq!(guest.images.len(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
