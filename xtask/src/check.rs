// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask check`: explains a board and finds what is wrong with it, without building anything.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, anyhow, ensure};
use board_config::{Board, Origin, Value};
use clap::Args;
use dtoolkit::fdt::Fdt;
use dtoolkit::{Node, Property};

use crate::bundle::Guest;
use crate::devicetree::{self, DeviceTree};
use crate::toolchain::host_cargo;
use crate::{artifacts, card, process, project, qemu};

/// Arguments of `cargo xtask check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// The board: a folder of boards/
    #[arg(default_value = "qemu-virt")]
    pub board: String,
    /// Also say what each option does
    #[arg(long, short)]
    pub verbose: bool,
    /// Check this guest too; may be given more than once
    #[arg(long = "guest", value_name = "FILE.dts")]
    pub guests: Vec<PathBuf>,
}

/// What there is to know about a board.
pub struct Report {
    board: Board,
    tree: Option<Tree>,
    /// Its guests.
    pub guests: Vec<Guest>,
}

/// What the board's own device tree says.
struct Tree {
    file: String,
    model: String,
    compatible: Vec<String>,
    cpus: usize,
    memory: Vec<(u64, u64)>,
    console: String,
    warnings: String,
}

/// Reads everything about a board.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn examine(id: &str) -> Result<Report> {
    let board = project::board(id)?;
    let folder = project::board_folder(id);
    if let Some(Value::Size(size)) = board.get("machine.sd") {
        ensure!(
            *size == 0 || size.is_power_of_two() && *size >= card::MIN,
            "boards/{id}/board.toml: machine.sd must be a power of two of at least {}M, or 0",
            card::MIN >> 20
        );
    }
    let tree = devicetree::of_board(&board)?.map(read_tree).transpose()?;
    let guests: Vec<Guest> =
        guest_sources(&folder)?.iter().map(|path| Guest::read(path)).collect::<Result<_>>()?;
    Ok(Report { board, tree, guests })
}

/// The sources of a board's guests, in order of their names.
fn guest_sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let guests = folder.join("guests");
    if !guests.is_dir() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(&guests).with_context(|| format!("cannot list {}", project::shown(&guests)))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut sources: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "dts")).collect();
    sources.sort();
    Ok(sources)
}

/// Checks that the hypervisor would find what it needs first in a board's device tree.
fn read_tree(tree: DeviceTree) -> Result<Tree> {
    let DeviceTree { origin: file, compiled } = tree;
    let fdt = Fdt::new(&compiled.dtb).map_err(|error| anyhow!("{file}: {error}"))?;
    let root = fdt.root();
    let text = |path: &str, property: &str| -> Option<String> {
        let node = fdt.find_node(path)?;
        let value = node.property(property)?;
        value.value_as::<&str>().ok().map(str::to_owned)
    };
    let compatible = root.property("compatible").with_context(|| format!("{file}: /: no `compatible`"))?;
    let compatible = String::from_utf8_lossy(compatible.value()).trim_end_matches('\0').to_owned();
    let is = |kind: &str, node: &str| text(node, "device_type").is_some_and(|found| found == kind);
    let cpus = fdt.find_node("/cpus").with_context(|| format!("{file}: there is no /cpus"))?;
    let cpus = cpus.children().filter(|cpu| is("cpu", &format!("/cpus/{}", cpu.name()))).count();
    ensure!(cpus > 0, "{file}: /cpus: no node with device_type = \"cpu\"");
    let cells = |property: &str, default: u32| {
        root.property(property).and_then(|value| value.value_as::<u32>().ok()).unwrap_or(default) as usize
    };
    let (address, size) = (cells("#address-cells", 2), cells("#size-cells", 1));
    let mut memory = Vec::new();
    for node in root.children().filter(|node| is("memory", &format!("/{}", node.name()))) {
        let name = node.name().to_owned();
        let reg = node.property("reg").with_context(|| format!("{file}: /{name}: no `reg`"))?;
        memory.extend(pairs(reg.value(), address, size).with_context(|| {
            format!("{file}: /{name}: `reg` is no list of {address} address and {size} size cells")
        })?);
    }
    let console =
        text("/chosen", "stdout-path").with_context(|| format!("{file}: /chosen: no `stdout-path`"))?;
    let node = console.split(':').next().unwrap_or_default();
    let alias = text("/aliases", node);
    let target = alias.as_deref().unwrap_or(node);
    ensure!(
        fdt.find_node(target).is_some(),
        "{file}: /chosen: `stdout-path` names `{target}`, which is not there"
    );
    Ok(Tree {
        file,
        model: text("/", "model").unwrap_or_default(),
        compatible: compatible.split('\0').map(str::to_owned).collect(),
        cpus,
        memory,
        console,
        warnings: compiled.warnings,
    })
}

/// Addresses and sizes of a `reg`.
fn pairs(bytes: &[u8], address: usize, size: usize) -> Option<Vec<(u64, u64)>> {
    let (address, size) = (address * 4, size * 4);
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    if bytes.is_empty() || !(4..=8).contains(&address) || !(4..=8).contains(&size) {
        return None;
    }
    let entries = bytes.chunks_exact(address + size);
    if !entries.remainder().is_empty() {
        return None;
    }
    Some(entries.map(|entry| (number(&entry[..address]), number(&entry[address..]))).collect())
}

/// Explains a board.
///
/// # Errors
/// When something is wrong with it.
pub fn run(args: &CheckArgs) -> Result<()> {
    let mut report = examine(&args.board)?;
    for dts in &args.guests {
        report.guests.push(Guest::read(dts)?);
    }
    let board = &report.board;
    println!("{}: {}", board.name, board.summary);
    println!("\nOptions of boards/{}/board.toml:", board.id);
    for setting in &board.settings {
        let origin = match setting.origin {
            Origin::Default => "default".to_owned(),
            Origin::Board(line) => format!("line {line}"),
        };
        println!("  {:<20} = {:<28} ({origin})", setting.option.name, setting.value.to_string());
        if args.verbose {
            setting.option.help.lines().for_each(|line| println!("      {line}"));
            println!("      {}", setting.option.kind);
        }
    }
    match &report.tree {
        Some(tree) => show_tree(tree),
        None => println!("\nNo device tree of its own: the boot loader's is used."),
    }
    show_guests(&report.guests)?;
    let has_card = !matches!(board.get("machine.sd"), None | Some(Value::Size(0)));
    let card = if has_card { qemu::Card::File("CARD".into()) } else { qemu::Card::None };
    let overrides = qemu::Overrides { card, ..qemu::Overrides::default() };
    let machine = qemu::Machine::new(board, &overrides, "IMAGE".into(), Some("BUNDLE".into()));
    match board.get("machine.qemu") {
        Some(Value::Strings(words)) if !words.is_empty() => {
            println!("\nEmulated by:\n  {}", process::shown(&machine?.interactive()));
        }
        _ => println!("\nNothing emulates it."),
    }
    println!("\nIn order.");
    Ok(())
}

fn show_tree(tree: &Tree) {
    println!("\nDevice tree {}: {} ({})", tree.file, tree.model, tree.compatible.join(", "));
    println!("  {} CPUs, console {}", tree.cpus, tree.console);
    if tree.memory.is_empty() {
        println!("  no RAM in it: the boot loader puts in what there is");
    }
    for (base, size) in &tree.memory {
        println!("  RAM {base:#x}, {} MiB", size >> 20);
    }
    tree.warnings.lines().for_each(|line| println!("  {line}"));
}

/// Says of every guest's images where they come from, and has the hypervisor's own code explain the rest.
fn show_guests(guests: &[Guest]) -> Result<()> {
    println!("\nImages of its guests:");
    let named = guests.iter().flat_map(|guest| guest.images.iter().map(move |(name, _)| (name, guest)));
    for (name, guest) in named.collect::<BTreeMap<_, _>>() {
        println!("  {name}: {}", image_origin(guest, name));
    }
    guests.iter().flat_map(|guest| guest.warnings.lines()).for_each(|line| println!("  {line}"));
    println!("\nGuests:");
    check_guests(guests, &mut std::io::stdout())
}

/// Has the hypervisor's own code read the guests' device trees, and passes on what it says of them.
///
/// # Errors
/// When one of them does not fit the binding, with all that is wrong.
pub fn check_guests(guests: &[Guest], out: &mut dyn Write) -> Result<()> {
    let folder = project::target().join("guest-dtbs");
    fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    for guest in guests {
        let file = folder.join(format!("{}.dtb", guest.name));
        artifacts::store(&file, &guest.dtb)?;
        files.push(file);
    }
    let mut command = host_cargo("run");
    command.args(["--quiet", "--package", "guest-check", "--"]).args(files);
    let output = command.stdin(Stdio::null()).output().context("cannot run cargo")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    out.write_all(said.as_bytes())?;
    Ok(())
}

/// Where an image comes from, without getting it.
fn image_origin(guest: &Guest, name: &str) -> String {
    if guest.dts.parent().is_some_and(|folder| folder.join(name).is_file()) {
        return "a file beside it".into();
    }
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    match artifacts::list().find(|(known, _)| *known == plain) {
        Some((_, what)) => what.to_owned(),
        None => "to be put beside it: no image that we can get or make".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reg_is_cut_by_its_cells() {
        let bytes = [0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        assert_eq!(pairs(&bytes, 2, 2), Some(vec![(0x4000_0000, 0x1_0000_0000)]));
        assert_eq!(pairs(&bytes, 1, 1), Some(vec![(0, 0x4000_0000), (1, 0)]));
        assert_eq!(pairs(&bytes, 2, 1), None);
        assert_eq!(pairs(&bytes, 0, 3), None);
        assert_eq!(pairs(&[], 2, 2), None);
    }

    #[test]
    fn every_board_is_in_order() {
        for board in project::board_names().unwrap() {
            examine(&board).unwrap();
        }
    }
}
