// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask size`: how large the release image is, and what makes it so.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use clap::Args;
use object::{Object, ObjectSection, ObjectSymbol, SectionKind};
use serde::Serialize;

use crate::image::{self, Image, Profile};

/// Arguments of `cargo xtask size`.
#[derive(Debug, Clone, Args)]
pub struct SizeArgs {
    /// The board
    #[arg(default_value = "qemu-virt")]
    pub board: String,
    /// The board, said in another way
    #[arg(long = "board", value_name = "BOARD", conflicts_with = "board")]
    pub named_board: Option<String>,
    /// Linux drivers besides those of the board, by commas: folders of ported-drivers/
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub drivers: Vec<String>,
    /// Leave out the virtio devices that the board has for guests, and the IP stack of the hypervisor
    #[arg(long)]
    pub no_virtio: bool,
    /// Leave out drivers that the board has, by commas
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub without: Vec<String>,
    /// Print JSON, for machines
    #[arg(long)]
    pub json: bool,
    /// How many of the biggest symbols to show
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub symbols: usize,
}

/// Bytes of the image by what they are for.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
struct Size {
    /// Code.
    text: u64,
    /// Constants, relocations and what else is only read.
    rodata: u64,
    /// Data that is written, with its first values.
    data: u64,
    /// Data that starts as zero: memory, but not part of the file.
    bss: u64,
    /// `text`, `rodata` and `data`: what is loaded.
    image: u64,
    /// The flat file, with padding between sections.
    file: u64,
    /// Code and constants by crate.
    crates: BTreeMap<String, u64>,
    /// The biggest symbols.
    symbols: Vec<(String, u64)>,
}

/// Builds the release image and prints its size.
///
/// # Errors
/// When it does not build.
pub fn run(args: &SizeArgs) -> Result<()> {
    let board = args.named_board.as_ref().unwrap_or(&args.board);
    let image = image::build_less(board, Profile::Release, &args.drivers, &args.without, !args.no_virtio)?;
    let mut size = measure(&elf_of(&image)?, args.symbols)?;
    size.file = fs::metadata(&image.bin)?.len();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&size)?);
    } else {
        show(&size);
    }
    Ok(())
}

/// Bytes of an image that are loaded: text and data.
///
/// # Errors
/// When it cannot be read.
pub fn loaded(image: &Image) -> Result<u64> {
    Ok(measure(&elf_of(image)?, 0)?.image)
}

fn elf_of(image: &Image) -> Result<Vec<u8>> {
    fs::read(&image.elf).with_context(|| format!("cannot read {}", image.elf.display()))
}

/// Measures an ELF image.
fn measure(elf: &[u8], symbols: usize) -> Result<Size> {
    let file = object::File::parse(elf).context("the image is no ELF file")?;
    let mut size = Size::default();
    for section in file.sections() {
        // Relocated constants are marked as written; the name says what they are.
        let constant = section.name().is_ok_and(|name| name.starts_with(".rodata"));
        let place = match section.kind() {
            _ if constant => &mut size.rodata,
            SectionKind::Text => &mut size.text,
            SectionKind::Data => &mut size.data,
            SectionKind::UninitializedData => &mut size.bss,
            _ if section.address() != 0 => &mut size.rodata,
            _ => continue,
        };
        *place += section.size();
    }
    size.image = size.text + size.rodata + size.data;
    let mut all = Vec::new();
    for symbol in file.symbols() {
        let allocated = symbol.section_index().is_some_and(|index| {
            file.section_by_index(index).is_ok_and(|section| section.kind() != SectionKind::UninitializedData)
        });
        if symbol.size() == 0 || !allocated {
            continue;
        }
        let name = rustc_demangle::demangle(symbol.name().unwrap_or("?"));
        *size.crates.entry(owner(&format!("{name:#}"))).or_default() += symbol.size();
        all.push((format!("{name:#}"), symbol.size()));
    }
    all.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    all.truncate(symbols);
    size.symbols = all;
    Ok(size)
}

/// The crate that a symbol's name starts with: `vmm` for `<vmm::guest::Guest as Drop>::drop`.
fn owner(symbol: &str) -> String {
    let start = symbol.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
    let start = start.strip_prefix("dyn ").unwrap_or(start);
    let name: String =
        start.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    let rest = &start[name.len()..];
    if rest.starts_with("::") && !name.is_empty() { name } else { "(no crate)".into() }
}

fn show(size: &Size) {
    let line =
        |name: &str, bytes: u64| println!("{name:<10} {bytes:>9} bytes  {:>7.1} KiB", bytes as f64 / 1024.0);
    line("text", size.text);
    line("rodata", size.rodata);
    line("data", size.data);
    line("image", size.image);
    line("bss", size.bss);
    line("file", size.file);
    println!("\nBy crate:");
    let mut crates: Vec<_> = size.crates.iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    crates.iter().for_each(|(name, bytes)| println!("  {bytes:>9}  {name}"));
    println!("\nBiggest symbols:");
    size.symbols.iter().for_each(|(name, bytes)| println!("  {bytes:>9}  {name}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners() {
        assert_eq!(owner("vmm::guest::create"), "vmm");
        assert_eq!(owner("<kernel::sync::Mutex<T> as core::fmt::Debug>::fmt"), "kernel");
        assert_eq!(owner("<&mut W as core::fmt::Write>::write_str"), "(no crate)");
        assert_eq!(owner("<dyn emulators::X>::y"), "emulators");
        assert_eq!(owner("memcpy"), "(no crate)");
    }

    #[test]
    fn measures_an_elf() {
        let elf = fs::read(std::env::current_exe().unwrap()).unwrap();
        let size = measure(&elf, 3).unwrap();
        assert!(size.text > 10_000 && size.data > 0 && size.bss > 0);
        assert_eq!(size.image, size.text + size.rodata + size.data);
        assert_eq!(size.symbols.len(), 3);
        assert!(size.crates.contains_key("xtask"), "{:?}", size.crates);
        assert!(measure(b"no ELF", 1).is_err());
    }
}
