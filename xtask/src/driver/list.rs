// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver list` and the coverage page of the documentation.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, ensure};
use driver_config::{Driver, Export, Set, Status, scan_exports};
use serde::Serialize;

use super::of_board;
use crate::project;

/// What there is to say of a ported driver.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The folder's name.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// `linux-6.12` or `local`.
    pub origin: &'static str,
    /// What it is made of.
    pub sources: Vec<String>,
    /// The drivers that it needs.
    pub needs: Vec<String>,
    /// The devices that it serves.
    pub compatible: Vec<String>,
    /// The boards whose image has it.
    pub boards: Vec<String>,
}

/// Every driver, by name.
///
/// # Errors
/// When a driver's or a board's file has mistakes.
pub fn entries() -> Result<Vec<Entry>> {
    let folder = project::root().join("ported-drivers");
    let mut boards: Vec<(String, Set)> = Vec::new();
    for board in project::board_names()? {
        let wanted = of_board(&project::board(&board)?);
        let file = format!("boards/{board}/board.toml");
        boards.push((board, Set::resolve(&folder, wanted.iter().map(String::as_str), &file)?));
    }
    let entry = |driver: Driver| Entry {
        boards: boards
            .iter()
            .filter(|(_, set)| set.drivers.iter().any(|other| other.name == driver.name))
            .map(|(board, _)| board.clone())
            .collect(),
        origin: driver.origin.name(),
        name: driver.name,
        summary: driver.summary,
        sources: driver.sources,
        needs: driver.needs,
        compatible: driver.compatible,
    };
    let mut entries: Vec<Entry> = Set::all(&folder)?.drivers.into_iter().map(entry).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Prints the drivers for people.
pub fn print(entries: &[Entry]) {
    for entry in entries {
        let boards = if entry.boards.is_empty() { "no board".into() } else { entry.boards.join(", ") };
        println!("{:<24} {:<10}  {} [{boards}]", entry.name, entry.origin, entry.summary);
        if !entry.compatible.is_empty() {
            println!("    {}", entry.compatible.join(" "));
        }
    }
}

/// The page that is made.
const PAGE: &str = "docs/driver-coverage.md";

/// The text of the coverage page.
fn page() -> Result<String> {
    let mut exports = scan_exports(&project::root().join("linux-compat/src"))?;
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    let mut families: BTreeMap<&str, Vec<&Export>> = BTreeMap::new();
    for export in &exports {
        families.entry(&export.family).or_default().push(export);
    }
    let mut out = String::from(
        "# Driver coverage\n\n<!-- Written by `cargo xtask driver coverage`: do not edit. -->\n\n\
         What the image offers to drivers of Linux 6.12. Macros and inline functions are in the headers\n\
         (`include/`) and not listed. `cargo xtask driver check FILE.c` tells what a driver would lack.\n\n\
         *Context*: `any` may be called from hard interrupt handlers too, `atomic` where one must not sleep,\n\
         `sleeps` only from an orphan vCPU. *Status*: `supported` does what Linux documents, `partial` a part of\n\
         it, `refused` always gives the documented error.\n\n## Drivers\n\n\
         | driver | origin | boards | what |\n|---|---|---|---|\n",
    );
    for entry in entries()? {
        writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            entry.name,
            entry.origin,
            entry.boards.join(", "),
            entry.summary
        )?;
    }
    write!(out, "\n## Functions and variables\n\n{} in {} families.\n\n", exports.len(), families.len())?;
    out += "| family | supported | partial | refused |\n|---|---|---|---|\n";
    for (family, exports) in &families {
        let count = |status| exports.iter().filter(|export| export.status == status).count();
        let counts = [Status::Supported, Status::Partial, Status::Refused].map(count);
        writeln!(out, "| [{family}](#{}) | {} | {} | {} |", anchor(family), counts[0], counts[1], counts[2])?;
    }
    for (family, exports) in &families {
        write!(out, "\n### {family}\n\n| name | context | status | proved by |\n|---|---|---|---|\n")?;
        for export in exports {
            let Export { name, context, status, test, .. } = export;
            writeln!(out, "| `{name}` | {} | {} | `{test}` |", context.name(), status.name())?;
        }
    }
    Ok(out)
}

/// What links to a heading are called.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

/// Writes the coverage page.
///
/// # Errors
/// When the exports have mistakes, or it cannot be written.
pub fn write_page() -> Result<()> {
    fs::write(project::root().join(PAGE), page()?).with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE}");
    Ok(())
}

/// The coverage page is what the sources say.
///
/// # Errors
/// When it is not.
pub fn check_page() -> Result<()> {
    let there =
        fs::read_to_string(project::root().join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    ensure!(there == page()?, "{PAGE} is not up to date: cargo xtask driver coverage");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_driver_has_an_entry() {
        let entries = entries().unwrap();
        let sunxi = entries.iter().find(|entry| entry.name == "sunxi-mmc").unwrap();
        assert_eq!(sunxi.origin, "linux-6.12");
        assert!(sunxi.compatible.contains(&"allwinner,sun50i-a64-mmc".into()));
    }

    #[test]
    fn the_page_lists_exports_by_family() {
        let page = page().unwrap();
        assert!(page.contains("| `sunxi-mmc` | linux-6.12 |"), "{page}");
        assert!(page.contains("## Functions and variables"), "{page}");
    }
}
