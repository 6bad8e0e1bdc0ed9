// SPDX-License-Identifier: GPL-2.0-only
//! `bench micro`: the guest `micro` natively, and under Ferrovisor with 2 vCPUs on 1 and 2 CPUs.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::BenchArgs;
use super::kvm;
use super::machine::{self, Bare};
use crate::run::Bundle;
use crate::session::Session;
use crate::{image, project};

/// Figures by name.
type Figures = BTreeMap<String, u64>;

/// An operation, what its figure may be at most, and what others need (PEERS: Xen 4.17, KVM 6.1 nVHE;
/// for an operation that depends on the number of CPUs: on 1 and on 2).
struct Operation {
    name: &'static str,
    title: &'static str,
    bar: Bar,
    xen: &'static str,
    kvm: &'static str,
}

/// What a figure may be at most.
#[derive(Clone, Copy)]
enum Bar {
    /// Shown only.
    None,
    /// With 1 CPU, with 2 CPUs.
    Most(u64, u64),
    /// As natively: nothing may be added.
    Native,
    /// What may be added to the native figure.
    Added(u64),
}

const fn row(
    name: &'static str,
    title: &'static str,
    bar: Bar,
    xen: &'static str,
    kvm: &'static str,
) -> Operation {
    Operation { name, title, bar, xen, kvm }
}

const OPERATIONS: [Operation; 24] = [
    row("hvc_psci_version", "HVC, PSCI_VERSION", Bar::Most(150, 150), "479", "1551"),
    row("hvc_unknown", "HVC, unknown function", Bar::None, "1655", "1467"),
    row("id_register_read", "read of a trapped ID register", Bar::Most(145, 145), "435", "1890"),
    row("cntp_ctl_read", "read of CNTP_CTL", Bar::None, "459", "3262"),
    row("gicd_read", "read of a distributor register", Bar::Most(200, 200), "585", "2330"),
    row("gicd_write", "write of a distributor register", Bar::Most(200, 200), "", ""),
    row("gicd_enable", "enable or disable an interrupt", Bar::Most(200, 200), "", ""),
    row("gicr_read", "read of a redistributor register", Bar::None, "", ""),
    row("uart_read", "read of an emulated UART register", Bar::Most(220, 220), "626", "7189"),
    row("virtio_mmio_read", "read of a virtio-mmio register", Bar::None, "", "6912"),
    row("virtio_blk_read_4k", "read of 4 KiB of a RAM disk", Bar::Added(1720), "", "110750/100227"),
    row("virtio_pci_blk_read_4k", "  on a PCI bus, with messages", Bar::Most(1500, 1500), "", ""),
    row("virtio_net_frame", "frame between two network devices", Bar::Added(1600), "", "69206/63487"),
    row("virtio_pci_net_frame", "  on a PCI bus, with messages", Bar::Most(1290, 1290), "", ""),
    row("first_touch", "first touch of a 4 KiB page", Bar::Native, "4", "875"),
    row("sgi_self", "SGI to itself, to handler and EOI", Bar::None, "1154", "3078"),
    row("sgi_self_entry", "SGI to itself, to handler entry", Bar::Most(400, 400), "", ""),
    row("timer_late_busy", "virtual timer late by, busy", Bar::Most(400, 400), "1084", "2879"),
    row("timer_late_busy_max", "  at most", Bar::None, "", ""),
    row("timer_late_idle", "virtual timer late by, in WFI", Bar::Most(1400, 1400), "4192", "9695"),
    row("timer_late_idle_max", "  at most", Bar::None, "", ""),
    row("ipi_round_trip", "IPI round trip, both in WFI", Bar::Most(4000, 5000), "11038/15654", "24504/22495"),
    row("cpu_on", "CPU_ON to the first instruction", Bar::Most(20_000, 20_000), "2.2M-4.6M", "66k-256k"),
    row("cpu_on_max", "  at most", Bar::None, "", ""),
];

/// Measures, prints, and gives the names of the missed bars.
///
/// # Errors
/// When something cannot be built or does not run.
pub fn run(args: &BenchArgs) -> Result<Vec<String>> {
    let native = native(args)?;
    let mut columns = vec![("native", native)];
    if !args.native {
        let dts = project::board_folder(&args.board).join("guests/micro.dts");
        let bundle = Bundle::pack(&[dts])?.context("no guest")?;
        columns.push(("h1g2", under_ferrovisor(args, 1, &bundle)?));
        columns.push(("h2g2", under_ferrovisor(args, 2, &bundle)?));
    }
    if args.kvm {
        columns.push(("kvm_h1g2", under_kvm(args, 1)?));
        columns.push(("kvm_h2g2", under_kvm(args, 2)?));
    }
    let missed = missed(&columns);
    if args.json {
        println!("{}", serde_json::to_string(&json(&columns))?);
    } else {
        print(&columns);
    }
    Ok(missed)
}

fn native(args: &BenchArgs) -> Result<Figures> {
    let kernel = image::guest("micro")?;
    let extra = machine::devices(args, 1 << 20)?;
    let what = Bare { kernel, initrd: None, append: None, memory: "128M".into(), cpus: 2, extra };
    read(&mut machine::bare(args, what)?).context("micro on the bare machine")
}

fn under_kvm(args: &BenchArgs, cpus: u32) -> Result<Figures> {
    let guest = kvm::Guest {
        kernel: image::guest("micro")?,
        initrd: None,
        append: "",
        memory: "128M",
        vcpus: 2,
        disk: 1,
    };
    read(&mut kvm::start(args, cpus, &guest, Vec::new())?)
        .with_context(|| format!("micro under KVM on {cpus} CPUs"))
}

fn under_ferrovisor(args: &BenchArgs, cpus: u32, bundle: &Bundle) -> Result<Figures> {
    let mut session = machine::hypervisor(args, cpus, bundle)?;
    let figures = (|| {
        session.wait_for_prompt()?;
        session.send("console micro")?;
        session.wait_for("micro: ready")?;
        session.send("")?;
        read(&mut session)
    })();
    let mut figures = figures.with_context(|| format!("micro under Ferrovisor on {cpus} CPUs"))?;
    if let Some(time) = machine::boot_time(&session.log(), "micro") {
        figures.insert("boot_us".into(), time);
    }
    Ok(figures)
}

/// Waits for the end and takes the figures out of the log.
fn read(session: &mut Session) -> Result<Figures> {
    session.wait_for("micro: end")?;
    parse(&session.log())
}

fn parse(log: &str) -> Result<Figures> {
    let line =
        log.lines().rev().find_map(|line| line.split_once("micro: json ")).map(|(_, json)| json.trim());
    let line = line.context("the guest printed no line `micro: json ...`")?;
    serde_json::from_str(line)
        .with_context(|| format!("the guest printed `{line}`, expected an object of numbers"))
}

/// The bar of an operation in a column.
fn limit(operation: &Operation, column: &str, native: Option<u64>) -> Option<u64> {
    match (operation.bar, column) {
        (Bar::Most(one, _), "h1g2") => Some(one),
        (Bar::Most(_, two), "h2g2") => Some(two),
        (Bar::Native, "h1g2" | "h2g2") => native,
        (Bar::Added(most), "h1g2" | "h2g2") => native.map(|native| native + most),
        _ => None,
    }
}

/// What a column adds to the native figure must be at most a quarter of what KVM adds, where KVM was measured.
fn above_a_quarter(columns: &[(&str, Figures)], operation: &Operation) -> Vec<String> {
    let added = |wanted: &str| {
        let of = |name| columns.iter().find(|(column, _)| *column == name)?.1.get(operation.name).copied();
        Some(of(wanted)?.saturating_sub(of("native")?))
    };
    let above = |column: &str| {
        let (ours, kvm) = (added(column)?, added(&format!("kvm_{column}"))?);
        let name = operation.name;
        (ours * 4 > kvm).then(|| format!("{name} {column} adds {ours} > a quarter of {kvm}"))
    };
    ["h1g2", "h2g2"].into_iter().filter_map(above).collect()
}

/// Names of the figures above their bar, or without a figure.
fn missed(columns: &[(&str, Figures)]) -> Vec<String> {
    let mut missed = Vec::new();
    for operation in &OPERATIONS {
        let native = columns.first().and_then(|(_, figures)| figures.get(operation.name)).copied();
        if matches!(operation.bar, Bar::Added(_)) {
            missed.extend(above_a_quarter(columns, operation));
        }
        for (column, figures) in columns {
            let Some(limit) = limit(operation, column, native) else { continue };
            match figures.get(operation.name) {
                Some(figure) if *figure <= limit => {}
                Some(figure) => missed.push(format!("{} {column} {figure} > {limit}", operation.name)),
                None => missed.push(format!("{} {column} has no figure", operation.name)),
            }
        }
    }
    missed
}

/// `{"name": instructions}`: a plain name is the worse of both numbers of CPUs; each column besides, as
/// `name_h1g2`, `name_h2g2` and `name_native`.
fn json(columns: &[(&str, Figures)]) -> Figures {
    let mut all = Figures::new();
    for (column, figures) in columns {
        for (name, figure) in figures {
            all.insert(format!("{name}_{column}"), *figure);
            if column.starts_with('h') || columns.len() == 1 {
                let worst = all.get(name).copied().unwrap_or(0).max(*figure);
                all.insert(name.clone(), worst);
            }
        }
    }
    all
}

fn print(columns: &[(&str, Figures)]) {
    let mut head = format!("{:<36}", "instructions per operation");
    for (column, _) in columns {
        head += &format!("{column:>9}");
    }
    println!("{head}{:>12}{:>13}{:>13}", "at most", "Xen", "KVM");
    for operation in &OPERATIONS {
        let figure = |figures: &Figures| figures.get(operation.name).map_or("-".into(), u64::to_string);
        if columns.iter().all(|(_, figures)| !figures.contains_key(operation.name)) {
            continue;
        }
        let mut line = format!("{:<36}", operation.title);
        for (_, figures) in columns {
            line += &format!("{:>9}", figure(figures));
        }
        let bar = match operation.bar {
            Bar::None => String::new(),
            Bar::Most(one, two) if one == two => one.to_string(),
            Bar::Most(one, two) => format!("{one}/{two}"),
            Bar::Native => "native".into(),
            Bar::Added(most) => format!("native+{most}"),
        };
        println!("{}", format!("{line}{bar:>12}{:>13}{:>13}", operation.xen, operation.kvm).trim_end());
    }
    for (column, figures) in columns {
        if let Some(time) = figures.get("boot_us") {
            println!("{column}: from image entry to the guest's first instruction {time} us");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(pairs: &[(&str, u64)]) -> Figures {
        pairs.iter().map(|(name, figure)| ((*name).into(), *figure)).collect()
    }

    #[test]
    fn the_guests_line_is_read() {
        let log = "micro: json {\"old\": 1}\nx\nmicro: json {\"hvc_psci_version\": 7, \"first_touch\": 4}\nmicro: end";
        assert_eq!(parse(log).unwrap(), figures(&[("hvc_psci_version", 7), ("first_touch", 4)]));
        assert!(parse("micro: json {broken").is_err());
        assert!(parse("nothing").is_err());
    }

    #[test]
    fn bars_are_checked_per_column() {
        let all = |ipi: u64, touch: u64| {
            let mut all: Figures = OPERATIONS.iter().map(|o| (o.name.to_owned(), 1)).collect();
            all.insert("ipi_round_trip".into(), ipi);
            all.insert("first_touch".into(), touch);
            all
        };
        let good = [("native", all(100, 4)), ("h1g2", all(4000, 4)), ("h2g2", all(5000, 4))];
        assert!(missed(&good).is_empty(), "{:?}", missed(&good));
        let bad = [("native", all(9000, 4)), ("h1g2", all(4001, 4)), ("h2g2", all(5000, 5))];
        assert_eq!(missed(&bad), ["first_touch h2g2 5 > 4", "ipi_round_trip h1g2 4001 > 4000"]);
        let slow: Figures = [("virtio_net_frame".into(), 9000)].into();
        let slow = [("native", all(100, 4)), ("h1g2", slow), ("h2g2", all(5000, 4))];
        assert!(missed(&slow).contains(&"virtio_net_frame h1g2 9000 > 1601".into()), "{:?}", missed(&slow));
        let empty = [("native", all(1, 4)), ("h1g2", figures(&[]))];
        assert!(missed(&empty).iter().any(|m| m == "hvc_psci_version h1g2 has no figure"));
    }

    #[test]
    fn kvm_has_four_times_as_much() {
        let read = |figure| figures(&[("virtio_blk_read_4k", figure)]);
        let beside =
            |kvm| missed(&[("native", read(90)), ("h1g2", read(1090)), ("kvm_h1g2", read(kvm))]).join(", ");
        assert!(beside(4089).contains("virtio_blk_read_4k h1g2 adds 1000 > a quarter of 3999"));
        assert!(!beside(4090).contains("a quarter"));
    }

    #[test]
    fn json_shows_the_worse() {
        let columns = [
            ("native", figures(&[("a", 1)])),
            ("h1g2", figures(&[("a", 9)])),
            ("h2g2", figures(&[("a", 7)])),
        ];
        let json = json(&columns);
        assert_eq!((json["a"], json["a_native"], json["a_h2g2"]), (9, 1, 7));
    }
}
