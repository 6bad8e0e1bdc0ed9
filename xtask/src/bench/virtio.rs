// SPDX-License-Identifier: GPL-2.0-only
//! `bench virtio`: disk and network of Debian's kernel, on the bare machine with the emulator's devices and under
//! Ferrovisor with its own, and the network of two guests beside each other.
//!
//! The emulator's devices answer later, while the machine waits, and counted time goes on when all wait. So a plugin of
//! the emulator counts instructions, between marks that the program sets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::BenchArgs;
use super::beside::plugin;
use super::kvm;
use super::linux::seed;
use super::machine::{self, Bare};
use super::programs;
use crate::run::Bundle;
use crate::session::Session;
use crate::{artifacts, project};

/// Instructions of all CPUs for all of a work, by its name.
type Counts = BTreeMap<String, u64>;

/// What is measured, in the words of guests/linux/io.c.
struct Work {
    name: &'static str,
    title: &'static str,
    /// How many operations it is.
    count: u64,
    /// What Ferrovisor may add to the bare machine's instructions per operation.
    bar: u64,
    /// Whether it is of the network.
    network: bool,
}

const fn work(name: &'static str, title: &'static str, count: u64, bar: u64, network: bool) -> Work {
    Work { name, title, count, bar, network }
}

const WORKS: [Work; 5] = [
    work("random_4k", "random read of 4 KiB", 4096, 3_000, false),
    work("sequential_64M", "sequential read, per 128 KiB", 512, 20_000, false),
    work("udp_64", "UDP round trip of 64 bytes", 4096, 6_000, true),
    work("tcp_plain_64M", "TCP stream in frames, per MiB", 64, 1_900_000, true),
    work("tcp_64M", "TCP stream as offered, per MiB", 64, 0, true),
];

/// Bytes of the disk.
const DISK: u64 = 64 << 20;
/// The stock kernel's drivers, in the order in which they are loaded.
const MODULES: [&str; 5] = [
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/virtio/virtio_mmio",
    "drivers/block/virtio_blk",
    "drivers/net/virtio_net",
];
/// Ferrovisor in the same set-up as the bare machine.
const OURS: &str = "h1g1";
/// At most this part of what KVM adds.
const QUARTER: f64 = 0.25;
const MEMORY: &str = "256M";
/// As in `bench linux`; without IPv6, whose own frames come when they like.
const BOOTARGS: &str = "console=ttyAMA0 nokaslr ipv6.disable=1 fv_run=/root/io.sh";

/// Waiting takes as long as it takes, instead of until the next timer. The last `-icount` holds.
const WAITING: [&str; 2] = ["-icount", "shift=0,sleep=on"];

/// What counts, and where it writes its marks.
struct Counter {
    plugin: PathBuf,
    marks: PathBuf,
}

impl Counter {
    fn new(folder: &Path) -> Result<Counter> {
        Ok(Counter { plugin: plugin(folder)?, marks: folder.join("io.marks") })
    }

    /// Arguments of the emulator with so many CPUs. With plugins it fails when CPUs take turns: for several, counted time
    /// must do, which is the same where nobody waits for the emulator.
    fn arguments(&self, cpus: u32) -> Vec<String> {
        if cpus > 1 {
            return machine::COUNTED.map(str::to_owned).into();
        }
        let plugin = format!("{},out={}", self.plugin.display(), self.marks.display());
        WAITING.map(str::to_owned).into_iter().chain(["-plugin".into(), plugin]).collect()
    }

    /// Waits for the end of all work and gives what it took.
    fn read(&self, session: &mut Session, cpus: u32) -> Result<Counts> {
        session.wait_for("bench: end")?;
        let log = session.log();
        if cpus > 1 { times(&log) } else { parse(&log, &fs::read_to_string(&self.marks)?) }
    }
}

/// A machine or a pair of guests, and what it took.
struct Column {
    name: &'static str,
    counts: Counts,
}

/// Measures, prints, and gives the names of the missed bars.
///
/// # Errors
/// When something cannot be fetched, built or does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let folder = project::target().join("bench");
    let initrd = folder.join("io.cpio");
    artifacts::store(&initrd, &programs::io_initramfs(&MODULES, Vec::new())?)?;
    let counter = Counter::new(&folder)?;
    let mut columns = vec![Column { name: "native", counts: native(args, &counter, initrd.clone())? }];
    if !args.native {
        let bundle = Bundle::pack(&[guest(&folder, "all", "all", 1)?])?.context("no guest")?;
        columns.push(Column { name: OURS, counts: under_ferrovisor(args, &counter, 1, &bundle, "all")? });
        for (name, cpus) in [("two_h1", 1), ("two_h2", 2)] {
            let server = guest(&folder, "server", "server", 1)?;
            let client = guest(&folder, "client", "client", cpus)?;
            let bundle = Bundle::pack(&[server, client])?.context("no guests")?;
            columns.push(Column { name, counts: under_ferrovisor(args, &counter, cpus, &bundle, "client")? });
        }
    }
    if args.kvm {
        columns.push(Column { name: "kvm", counts: under_kvm(args, &counter, &initrd)? });
    }
    if args.json {
        println!("{}", serde_json::to_string(&json(&columns))?);
    } else {
        print(&columns);
    }
    Ok(if args.native { Vec::new() } else { missed(&columns) })
}

fn native(args: &BenchArgs, counter: &Counter, initrd: PathBuf) -> Result<Counts> {
    let mut extra = machine::devices(args, DISK)?;
    extra.extend(counter.arguments(1));
    let what = Bare {
        kernel: artifacts::get("linux-6.1/Image")?,
        initrd: Some(initrd),
        append: Some(format!("{BOOTARGS} fv_io=all")),
        memory: MEMORY.into(),
        cpus: 1,
        extra,
    };
    counter.read(&mut machine::bare(args, what)?, 1).context("the bare machine")
}

fn under_kvm(args: &BenchArgs, counter: &Counter, initrd: &Path) -> Result<Counts> {
    let guest = kvm::Guest {
        kernel: artifacts::get("linux-6.1/Image")?,
        initrd: Some(initrd),
        append: &format!("{BOOTARGS} fv_io=all"),
        memory: MEMORY,
        vcpus: 1,
        disk: DISK >> 20,
    };
    counter.read(&mut kvm::start(args, 1, &guest, counter.arguments(1))?, 1).context("the guest under KVM")
}

fn under_ferrovisor(
    args: &BenchArgs,
    counter: &Counter,
    cpus: u32,
    bundle: &Bundle,
    name: &str,
) -> Result<Counts> {
    let mut session = machine::hypervisor_with(args, cpus, bundle, counter.arguments(cpus))?;
    let counts = (|| {
        session.wait_for_prompt()?;
        session.send(&format!("console {name}"))?;
        counter.read(&mut session, cpus)
    })();
    counts.with_context(|| format!("guest `{name}` under Ferrovisor with {cpus} CPUs"))
}

/// Writes a guest beside its initramfs. It has one vCPU, on host CPU `cpu` counted from 1, and does this work.
fn guest(folder: &Path, name: &str, does: &str, cpu: u32) -> Result<PathBuf> {
    let net = |node: &str, last: u8| {
        format!(
            "\t{node} {{\n\t\tcompatible = \"virtio,mmio\";\n\t\tferrovisor,device = \"net\";\n\
             \t\tferrovisor,switch = \"lan\";\n\t\tferrovisor,mac = [02 00 00 00 00 {last:02x}];\n\t}};\n"
        )
    };
    let devices = match does {
        "server" => net("net0", 1),
        "client" => net("net0", 2),
        _ => format!(
            "\tdisk0 {{\n\t\tcompatible = \"virtio,mmio\";\n\t\tferrovisor,device = \"blk\";\n\
             \t\tferrovisor,ramdisk;\n\t\tferrovisor,size = <{DISK:#x}>;\n\t}};\n{}{}",
            net("net0", 1),
            net("net1", 2)
        ),
    };
    let text = format!(
        "// Made by cargo xtask bench virtio.\n/dts-v1/;\n\n/ {{\n\
         \tcompatible = \"ferrovisor,guest\";\n\tautostart;\n\
         \tvcpus {{ count = <1>; affinity = <{:#x}>; }};\n\
         \tmemory {{ size = <0x0 0x10000000>; }};\n\
         \timages {{\n\t\tkernel {{ file = \"linux-6.1/Image\"; }};\n\t\tinitrd {{ file = \"io.cpio\"; }};\n\t}};\n\
         \tchosen {{\n\t\tbootargs = \"{BOOTARGS} fv_io={does}\";\n\t\tstdout-path = \"/uart0\";\n\
         \t\trng-seed = <{}>;\n\t}};\n\
         \tuart0 {{ compatible = \"arm,pl011\"; }};\n{devices}}};\n",
        1 << (cpu - 1),
        seed()
    );
    let path = folder.join(format!("{name}.dts"));
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The works that are done, with the nanoseconds that each took by the guest's clock.
fn done(log: &str) -> Result<Vec<(&str, u64)>> {
    let said = |start: &'static str| {
        log.lines().filter_map(move |line| line.split_once(start)).map(|(_, rest)| rest.trim())
    };
    if let Some(what) = said("bench: failed").next() {
        bail!("the guest says: {what}");
    }
    let pairs = said("bench: done ").map(|rest| {
        let (name, time) = rest.split_once(' ')?;
        Some((name, time.parse().ok()?))
    });
    let done: Option<Vec<_>> = pairs.collect();
    let done = done.context("a line `bench: done` without a name and a number")?;
    ensure!(!done.is_empty(), "the guest has done nothing");
    Ok(done)
}

fn times(log: &str) -> Result<Counts> {
    Ok(done(log)?.into_iter().map(|(name, time)| (name.to_owned(), time)).collect())
}

/// The works that are done, with the instructions between their two marks: a mark is a line of the CPU's number and the
/// count of each CPU.
fn parse(log: &str, marks: &str) -> Result<Counts> {
    let sum =
        |line: &str| -> Option<u64> { line.split(' ').skip(1).map(|word| word.parse::<u64>().ok()).sum() };
    let sums: Option<Vec<u64>> = marks.lines().map(sum).collect();
    let sums = sums.context("the plugin wrote something else than numbers")?;
    let done = done(log)?;
    ensure!(sums.len() == 2 * done.len(), "{} marks for {done:?}", sums.len());
    let pairs = done.iter().zip(sums.chunks_exact(2));
    Ok(pairs.map(|((name, _), pair)| ((*name).to_owned(), pair[1].saturating_sub(pair[0]))).collect())
}

/// Instructions per operation.
fn each(column: &Column, work: &Work) -> Option<u64> {
    Some(*column.counts.get(work.name)? / work.count)
}

/// What a hypervisor adds per operation, in the same set-up; below zero if its devices offer what the emulator's do not.
fn added(columns: &[Column], by: &str, work: &Work) -> Option<i64> {
    let of = |name| columns.iter().find(|column| column.name == name).and_then(|column| each(column, work));
    Some(of(by)?.cast_signed() - of("native")?.cast_signed())
}

/// What is added, as a part of what KVM adds.
fn part(columns: &[Column], work: &Work) -> Option<f64> {
    Some(added(columns, OURS, work)? as f64 / added(columns, "kvm", work)? as f64)
}

/// Works that add too much or have no figure.
fn missed(columns: &[Column]) -> Vec<String> {
    let pairs = columns.iter().filter(|column| column.name.starts_with("two"));
    let silent = pairs.flat_map(|column| {
        let without = WORKS.iter().filter(|work| work.network && each(column, work).is_none());
        without.map(|work| format!("{} {} has no figure", work.name, column.name))
    });
    let over = |work: &Work| match added(columns, OURS, work) {
        Some(added) if added <= work.bar.cast_signed() => None,
        Some(added) => Some(format!("{} adds {added} > {}", work.name, work.bar)),
        None => Some(format!("{} has no figure", work.name)),
    };
    let above = WORKS.iter().filter_map(|work| {
        let part = part(columns, work).filter(|part| *part > QUARTER)?;
        Some(format!("{} adds {part:.3} of what KVM adds > {QUARTER}", work.name))
    });
    WORKS.iter().filter_map(over).chain(silent).chain(above).collect()
}

/// `{"NAME_COLUMN": instructions per operation}`, and `NAME` for what Ferrovisor adds.
fn json(columns: &[Column]) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for work in &WORKS {
        for column in columns {
            if let Some(each) = each(column, work) {
                all.insert(format!("{}_{}", work.name, column.name), each.cast_signed());
            }
        }
        if let Some(added) = added(columns, OURS, work) {
            all.insert(work.name.into(), added);
        }
    }
    all
}

fn print(columns: &[Column]) {
    let mut head = format!("{:<32}", "instructions per operation");
    for column in columns {
        head += &format!("{:>12}", column.name);
    }
    println!("{head}{:>12}{:>12}{:>9}", "added", "at most", "of KVM");
    for work in &WORKS {
        let mut line = format!("{:<32}", work.title);
        for column in columns {
            line += &format!("{:>12}", each(column, work).map_or("-".into(), |each| each.to_string()));
        }
        let added = added(columns, OURS, work).map_or("-".into(), |added| added.to_string());
        let part = part(columns, work).map_or(String::new(), |part| format!("{part:>9.3}"));
        println!("{line}{added:>12}{:>12}{part}", work.bar);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a guest says that has done all, and the marks of two CPUs with so many instructions for each operation.
    fn said(each: u64) -> (String, String) {
        let (mut log, mut marks, mut sum) = (String::new(), String::new(), 7);
        for work in &WORKS {
            log += &format!("[ 1.0] bench: done {} {}\r\n", work.name, 3 * work.count);
            marks += &format!("1 {sum} 5\n");
            sum += each * work.count - 1;
            marks += &format!("0 {sum} 6\n");
        }
        (log, marks)
    }

    fn column(name: &'static str, each: u64) -> Column {
        let (log, marks) = said(each);
        Column { name, counts: parse(&log, &marks).unwrap() }
    }

    #[test]
    fn marks_become_counts() {
        let (log, marks) = said(5);
        assert_eq!(parse(&log, &marks).unwrap()["random_4k"], 5 * 4096);
        assert_eq!(times(&log).unwrap()["udp_64"], 3 * 4096);
        assert!(parse(&log, marks.split_once('\n').unwrap().1).is_err());
        assert!(parse("bench: end", "").is_err() && parse(&log, "x").is_err());
        let failed = parse("bench: failed pread: Input/output error\nbench: end", &marks).unwrap_err();
        assert!(failed.to_string().contains("pread"), "{failed}");
    }

    #[test]
    fn bars_are_for_what_is_added() {
        let bar = WORKS.iter().map(|work| work.bar).min().unwrap();
        assert!(missed(&[column("native", 1000), column("h1g1", 1000 + bar)]).is_empty());
        let over = missed(&[column("native", 1000), column("h1g1", 1001 + bar)]);
        assert!(
            !over.is_empty() && over.iter().all(|o| o.contains(&format!("adds {}", bar + 1))),
            "{over:?}"
        );
        assert_eq!(missed(&[column("native", 1)]).len(), WORKS.len());
        let beside = |kvm| missed(&[column("native", 1000), column(OURS, 3000), column("kvm", kvm)]);
        let quarters = |kvm| beside(kvm).iter().filter(|missed| missed.contains("of what KVM adds")).count();
        assert_eq!((quarters(9000), quarters(8999)), (0, WORKS.len()));
        let json = json(&[column("native", 1000), column("h1g1", 900)]);
        assert_eq!((json["udp_64"], json["udp_64_h1g1"], json["udp_64_native"]), (-100, 900, 1000));
    }

    #[test]
    fn the_guests_compile() {
        let folder = std::env::temp_dir().join(format!("xtask-virtio-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, cpu) in [("all", 1), ("server", 1), ("client", 2)] {
            let guest = crate::bundle::Guest::read(&guest(&folder, name, name, cpu).unwrap()).unwrap();
            assert_eq!((guest.name.as_str(), guest.images.len()), (name, 2));
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
