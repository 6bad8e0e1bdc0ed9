// SPDX-License-Identifier: GPL-2.0-only
//! Checks of the files in the repository: license heads and lengths.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{process, project};

/// The head that each source has in its first lines.
const HEAD: &str = "SPDX-License-Identifier: GPL-2.0-only";
/// Names that end so have a head; and so have files that start with `#!`.
const WITH_HEAD: &[&str] = &[".rs", ".toml", ".dts", ".dtsi", ".ld", ".S", ".s", ".c", ".h", ".sh", ".py"];
/// The most lines of a source.
const LENGTH: usize = 800;

/// Every file that is, or is about to be, part of the repository.
fn files() -> Result<Vec<String>> {
    let list = process::output(Command::new("git").current_dir(project::root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// Every source says its license.
pub fn spdx_heads() -> Result<()> {
    let without = |name: &str, text: &[u8]| {
        let source = WITH_HEAD.iter().any(|end| name.ends_with(end)) || text.starts_with(b"#!");
        source && !String::from_utf8_lossy(text).lines().take(3).any(|line| line.contains(HEAD))
    };
    report(&format!("without `{HEAD}` in the first lines"), without)
}

/// No Rust file is more than one room.
pub fn lengths() -> Result<()> {
    let long = |name: &str, text: &[u8]| {
        name.ends_with(".rs") && text.iter().filter(|byte| **byte == b'\n').count() > LENGTH
    };
    report(&format!("longer than {LENGTH} lines"), long)
}

/// Fails with the names of all files that are wrong.
fn report(what: &str, wrong: impl Fn(&str, &[u8]) -> bool) -> Result<()> {
    let root = project::root();
    let bad: Vec<String> = files()?
        .into_iter()
        // A file that is listed but deleted is no longer a source.
        .filter(|name| fs::read(root.join(name)).is_ok_and(|text| wrong(name, &text)))
        .collect();
    if !bad.is_empty() {
        bail!("{what}: {}", bad.join(", "));
    }
    Ok(())
}
