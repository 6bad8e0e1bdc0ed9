// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver import`: makes a folder of `ported-drivers/` of a source, reading what it serves
//! and what belongs to it from the sources, makefiles and Kconfig files around it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use driver_config::{Driver, Origin, Set};

use super::makefile::{self, Module};
use super::text;
use super::tree::{self, Tree};
use crate::{artifacts, project};

/// A driver as it would be imported.
#[derive(Debug)]
pub struct Described {
    /// Its `driver.toml`; without what it needs.
    pub driver: Driver,
    /// Sources of other modules that define what it calls by its private headers.
    pub others: Vec<String>,
    /// Sources of its module that only an option brings in, with that option.
    pub optional: Vec<(String, String)>,
}

/// Describes the driver that exactly these sources of a tree of Linux make, whatever their makefiles say.
///
/// # Errors
/// When the sources cannot be read.
pub fn of_sources(tree: &Tree, paths: &[String]) -> Result<Driver> {
    let (mut driver, _) = driver(tree, paths, false)?;
    let folders: BTreeSet<&str> = paths.iter().map(|path| tree::split(path).0).collect();
    let others = folders.into_iter().filter(|folder| *folder != tree::split(&paths[0]).0);
    for folder in others {
        let (_, include) = tree.module(&tree::join(folder, "x.c"));
        driver.include.extend(include);
    }
    driver.headers = tree.private_headers(paths, &driver.include);
    if driver.headers.iter().any(|path| path.starts_with("include/"))
        && !driver.include.iter().any(|path| path == "include")
    {
        driver.include.push("include".into());
    }
    Ok(driver)
}

/// Describes the driver that these sources of one tree make. `whole` takes in all sources of the module
/// that the first belongs to.
///
/// # Errors
/// When the sources cannot be read.
pub fn describe(tree: &Tree, paths: &[String], whole: bool) -> Result<Described> {
    let (driver, module) = driver(tree, paths, whole)?;
    let (folder, _) = tree::split(paths.first().context("no source is named")?);
    let mut others = if tree.linux { others(tree, folder, &driver)? } else { Vec::new() };
    // What an option would bring in is no other module's.
    others.retain(|path| {
        module.optional.iter().all(|(part, _)| tree::join(folder, &format!("{part}.c")) != *path)
    });
    Ok(Described { driver, others, optional: module.optional })
}

/// The driver of these sources, and the module of the first of them.
fn driver(tree: &Tree, paths: &[String], whole: bool) -> Result<(Driver, Module)> {
    let first = paths.first().context("no source is named")?;
    let (folder, file) = tree::split(first);
    let (module, include) = tree.module(first);
    let mut sources: Vec<String> = paths.to_vec();
    if whole && tree.linux {
        let parts = module.parts.iter().map(|part| tree::join(folder, &format!("{part}.c")));
        sources.extend(parts.filter(|part| !paths.contains(part) && tree.root.join(part).is_file()));
        // As the makefile has them.
        sources.sort_by_key(|source| {
            module.parts.iter().position(|part| format!("{part}.c") == tree::split(source).1)
        });
    }
    let headers = tree.private_headers(&sources, &include);
    let texts = texts(tree, sources.iter().chain(&headers))?;
    let all = texts.concat();
    let kconfig = tree.kconfig(folder);
    let option = module.option.as_deref();
    let module_name = module.name.replace('-', "_");
    let stem = file.trim_end_matches(".c");
    let summary = text::description(&all)
        .or_else(|| option.and_then(|option| makefile::prompt(&kconfig, option)))
        .unwrap_or_else(|| format!("The driver {stem}"));
    let driver = Driver {
        name: module.name.replace('_', "-"),
        summary,
        origin: if tree.linux { Origin::Linux } else { Origin::Local },
        include: include
            .into_iter()
            // Of Linux's own, only what is named is there.
            .chain(["include".to_owned()])
            .filter(|folder| headers.iter().any(|path| path.starts_with(folder)))
            .collect(),
        needs: Vec::new(),
        compatible: texts[..sources.len()].iter().flat_map(|text| text::compatibles(text)).fold(
            Vec::new(),
            |mut list, value| {
                if !list.contains(&value) {
                    list.push(value);
                }
                list
            },
        ),
        config: config(&kconfig, option, &all),
        module: (module_name != stem.replace('-', "_")).then_some(module_name),
        own_names: Vec::new(),
        sources,
        headers,
    };
    Ok((driver, module))
}

fn texts<'a>(tree: &Tree, paths: impl Iterator<Item = &'a String>) -> Result<Vec<String>> {
    let read = |path: &String| tree.text(path).with_context(|| format!("cannot read {path}"));
    paths.map(read).collect()
}

/// The driver's own option, and those that it selects, as far as its sources ask for them.
fn config(kconfig: &str, option: Option<&str>, texts: &str) -> Vec<String> {
    let words = text::words(texts);
    let asked = |name: &String| words.contains(format!("CONFIG_{name}").as_str());
    let mut options: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = option.map(str::to_owned).into_iter().collect();
    while let Some(option) = open.pop() {
        if options.insert(option.clone()) {
            open.extend(makefile::selects(kconfig, &option));
        }
    }
    options.into_iter().filter(asked).collect()
}

/// Sources of the same folder, of other modules, that define what the driver calls and its private
/// headers declare.
fn others(tree: &Tree, folder: &str, driver: &Driver) -> Result<Vec<String>> {
    let headers = texts(tree, driver.headers.iter())?.concat();
    let headers = text::without_comments(&headers);
    let sources = text::without_comments(&texts(tree, driver.sources.iter())?.concat());
    let own = text::definitions(&sources);
    let declared = text::words(&headers);
    let called = text::with_macros(text::words(&sources), &headers);
    let mut found = Vec::new();
    for source in tree.sources_in(folder) {
        if driver.sources.contains(&source) {
            continue;
        }
        let defined = tree.text(&source).map(|text| text::definitions(&text)).unwrap_or_default();
        let needed = |name: &String| {
            let name = name.as_str();
            !own.contains(name) && declared.contains(name) && called.contains(name)
        };
        if defined.iter().any(needed) {
            found.push(source);
        }
    }
    Ok(found)
}

/// Imports a driver and, first, those of Linux that it needs. Gives the folders' names that it made.
///
/// # Errors
/// When a source cannot be found, or the folder is there already.
pub fn import(paths: &[String], name: Option<&str>, needs: &[String], linux: &Path) -> Result<Vec<String>> {
    let mut located = Vec::new();
    for path in paths {
        located.push(Tree::locate(path, Some(linux))?);
    }
    let (tree, _) = located.first().context("no source is named")?.clone();
    ensure!(
        located.iter().all(|(other, _)| other.root == tree.root),
        "the sources of one driver must be in one folder, or in one tree of Linux"
    );
    let ours = tree.root == linux;
    let sources: Vec<String> = located.into_iter().map(|(_, path)| path).collect();
    if let Some(bad) = sources.iter().find(|path| !path.ends_with(".c")) {
        bail!("{bad} is no C source");
    }
    let mut described = describe(&tree, &sources, true)?;
    if let Some(name) = name {
        described.driver.name = name.into();
    }
    let folder = project::root().join("ported-drivers").join(&described.driver.name);
    ensure!(!folder.exists(), "{} is there already", project::shown(&folder));
    let mut made = Vec::new();
    described.driver.needs = needs.to_vec();
    for other in if ours { described.others.as_slice() } else { &[] } {
        let known = having(other)?;
        let other = match known {
            Some(name) => name,
            None => {
                made.extend(import(std::slice::from_ref(other), None, &[], linux)?);
                made.last().cloned().context("nothing was imported")?
            }
        };
        if !described.driver.needs.contains(&other) {
            described.driver.needs.push(other);
        }
    }
    if !ours {
        copy(&tree, &mut described.driver, &folder)?;
    }
    artifacts::store(&folder.join("driver.toml"), described.driver.to_toml().as_bytes())?;
    for (source, option) in &described.optional {
        eprintln!("{source}.c belongs to it with CONFIG_{option}: name it too if you want it");
    }
    made.push(described.driver.name);
    Ok(made)
}

/// The driver that has this source of Linux.
fn having(source: &str) -> Result<Option<String>> {
    let set = Set::all(&project::root().join("ported-drivers"))?;
    let has =
        |driver: &&Driver| driver.origin == Origin::Linux && driver.sources.iter().any(|path| path == source);
    Ok(set.drivers.iter().find(has).map(|driver| driver.name.clone()))
}

/// Copies the sources and headers of a driver that is not Debian's to its folder.
fn copy(tree: &Tree, driver: &mut Driver, folder: &Path) -> Result<()> {
    driver.origin = Origin::Local;
    for path in driver.sources.iter().chain(&driver.headers) {
        let bytes = fs::read(tree.root.join(path)).with_context(|| format!("cannot read {path}"))?;
        artifacts::store(&folder.join(path), &bytes)?;
    }
    Ok(())
}
