// SPDX-License-Identifier: GPL-2.0-only
//! Fills an image's table of the names of its drivers' functions: see `driver_config::symbols`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use driver_config::symbols::{self, Function};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

/// Fills the table in the flat image `bin`, which was made of `elf`. An image without drivers has none.
///
/// # Errors
/// A file cannot be read or written.
pub fn fill(elf: &Path, bin: &Path) -> Result<()> {
    let shown = || elf.display().to_string();
    let bytes = fs::read(elf).with_context(shown)?;
    let file = object::File::parse(&*bytes).with_context(shown)?;
    let Some(section) = file.section_by_name(symbols::SECTION) else { return Ok(()) };
    let list = String::from_utf8_lossy(section.data().with_context(shown)?).into_owned();
    let table =
        file.symbol_by_name(symbols::TABLE).with_context(|| format!("{}: no table of symbols", shown()))?;
    let mut functions = Vec::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0) {
        let name = symbol.name().with_context(shown)?.to_owned();
        functions.push(Function { start: symbol.address(), size: symbol.size(), name });
    }
    functions.sort();
    let encoded = symbols::pack(&symbols::encode(&list, &functions));
    if encoded.len() as u64 > table.size() {
        // The image works without: its reports give addresses.
        let (has, wants) = (table.size(), encoded.len());
        eprintln!(
            "warning: the names of the drivers' functions take {wants} bytes, the image has {has}: left out"
        );
        return Ok(());
    }
    let mut image = fs::read(bin).with_context(|| bin.display().to_string())?;
    let start = table.address() as usize;
    let room = image.get_mut(start..start + encoded.len());
    room.with_context(|| format!("{}: the table of symbols is not in the image", shown()))?
        .copy_from_slice(&encoded);
    fs::write(bin, image).with_context(|| bin.display().to_string())
}
