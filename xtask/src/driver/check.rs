// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver check`: what keeps a driver from being built into the image.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};
use driver_config::{Driver, Origin, Set};
use serde::Serialize;

use super::compile::{Compiler, defined_by, starts};
use super::diagnose::Wrong;
use super::family::Declarations;
use super::tree::{self, Tree};
use super::{family, import, text};
use crate::project;

/// What something missing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A header.
    Header,
    /// A function that no header declares.
    Function,
    /// A constant, variable or macro.
    Name,
    /// A type, or the fields of a type of which only the name is there.
    Type,
    /// A field of a struct.
    Field,
    /// A function or variable that a header declares and nothing defines.
    Definition,
}

impl Kind {
    /// What several of them are called.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Header => "headers",
            Kind::Function => "functions",
            Kind::Name => "names",
            Kind::Type => "types",
            Kind::Field => "fields",
            Kind::Definition => "not exported",
        }
    }
}

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    /// The family of Linux's interface that it belongs to.
    pub family: String,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The header of Linux that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

/// What was found out about one driver.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The folder of `ported-drivers/`, or the file that was asked for.
    pub driver: String,
    /// All sources that were compiled, with those of other drivers that it needs.
    pub sources: Vec<String>,
    /// Other drivers of `ported-drivers/` that it needs.
    pub needs: Vec<String>,
    /// Drivers of `ported-drivers/` that define some of what is missing: `needs` could name them.
    pub helpers: Vec<String>,
    /// Whether it would link into the image.
    pub links: bool,
    /// What is missing, by family.
    pub missing: Vec<Missing>,
    /// What clang or the linker has to say besides.
    pub errors: Vec<String>,
}

/// The most sources that are looked at together with a file.
const MOST: usize = 40;

/// Drivers to be checked together, and where the files of each come from.
pub(super) struct Unit {
    pub(super) drivers: Vec<(Driver, PathBuf)>,
    /// Whether helpers may be added, as `import` would.
    open: bool,
}

/// Checks drivers one after the other, sharing what they have in common.
pub struct Checker {
    linux: PathBuf,
    ported: Vec<Driver>,
    pub(super) compiler: Compiler,
    /// What takes seconds to be read, once somebody asks for it.
    read: Read,
}

/// What the files tell that every report is made with.
#[derive(Default)]
struct Read {
    /// Where the headers of Linux, and ours, declare what.
    linux: OnceLock<Declarations>,
    ours: OnceLock<Declarations>,
    /// The functions that our headers have prototypes of.
    prototypes: OnceLock<BTreeSet<String>>,
    /// What each of `ported-drivers/` defines, by its name.
    drivers: OnceLock<BTreeMap<String, BTreeSet<String>>>,
}

impl Checker {
    /// A checker that works in a folder named `name`.
    ///
    /// # Errors
    /// When there is no clang, or a driver's folder has mistakes.
    pub fn new(name: &str, linux: &Path) -> Result<Checker> {
        let ported = Set::all(&project::root().join("ported-drivers"))?.drivers;
        let compiler = Compiler::new(name, linux)?;
        Ok(Checker { linux: linux.into(), ported, compiler, read: Read::default() })
    }

    /// Checks a driver by its name, or a file by its path.
    ///
    /// # Errors
    /// When there is no such driver or file.
    pub fn check(&self, what: &str) -> Result<Report> {
        let unit = if self.ported.iter().any(|driver| driver.name == what) {
            self.ported_unit(what)?
        } else {
            self.file_unit(what)?
        };
        self.examine(what, unit)
    }

    /// A driver of `ported-drivers/` with those that it needs, itself last.
    fn ported_unit(&self, name: &str) -> Result<Unit> {
        let set = Set::resolve(&project::root().join("ported-drivers"), [name], "check")?;
        let drivers = set.drivers.into_iter().map(|driver| {
            let tree = self.origin(&driver);
            (driver, tree)
        });
        Ok(Unit { drivers: drivers.collect(), open: false })
    }

    fn origin(&self, driver: &Driver) -> PathBuf {
        match driver.origin {
            Origin::Linux => self.linux.clone(),
            Origin::Local => project::root().join("ported-drivers").join(&driver.name),
        }
    }

    /// A file, with the rest of its module and the modules beside it that it calls, as `import` would
    /// take them.
    pub(super) fn file_unit(&self, path: &str) -> Result<Unit> {
        let (tree, source) = Tree::locate(path, Some(&self.linux))?;
        let mut drivers: Vec<(Driver, PathBuf)> = Vec::new();
        let mut open = vec![source];
        while let Some(source) = open.pop() {
            if drivers.iter().any(|(driver, _)| driver.sources.contains(&source)) {
                continue;
            }
            let known = self.ported.iter().find(|driver| driver.sources.contains(&source));
            if let Some(known) = known.filter(|known| known.origin == Origin::Linux && !drivers.is_empty()) {
                drivers.splice(0..0, self.ported_unit(&known.name)?.drivers);
                continue;
            }
            let mut described = import::describe(&tree, std::slice::from_ref(&source), true)?;
            let sources: usize = drivers.iter().map(|(driver, _)| driver.sources.len()).sum();
            if sources + described.driver.sources.len() > MOST {
                // A module too large to be looked at in seconds: the file alone shows what it lacks.
                if !drivers.is_empty() {
                    continue;
                }
                described = import::describe(&tree, &[source], false)?;
                described.others.clear();
            }
            open.extend(described.others);
            drivers.insert(0, (described.driver, tree.root.clone()));
        }
        let mut seen = BTreeSet::new();
        drivers.retain(|(driver, _)| seen.insert(driver.sources.clone()));
        Ok(Unit { drivers, open: true })
    }

    fn examine(&self, what: &str, mut unit: Unit) -> Result<Report> {
        let mut wrong: BTreeSet<(Kind, String)> = BTreeSet::new();
        let mut errors = BTreeSet::new();
        let mut objects = Vec::new();
        let mut done = 0;
        // Helpers that turn out to be needed come in at the end and are compiled in the next round.
        let undefined = loop {
            let config: BTreeSet<String> =
                unit.drivers.iter().flat_map(|(driver, _)| driver.config.clone()).collect();
            let config = config.iter().map(String::as_str).collect();
            for (driver, tree) in &unit.drivers[done..] {
                self.compile(driver, tree, &config, &mut wrong, &mut errors, &mut objects)?;
            }
            done = unit.drivers.len();
            if !wrong.is_empty() || !errors.is_empty() {
                break self.not_exported(&unit);
            }
            // A helper starts nothing itself: all that it defines is there for others.
            let roots = if starts(&objects) { BTreeSet::new() } else { self.defined(&unit) };
            let undefined = match self.compiler.link(&objects, &roots) {
                Ok(undefined) => undefined,
                Err(error) => {
                    errors.insert(error.to_string());
                    break BTreeSet::new();
                }
            };
            let helpers = if unit.open { self.helpers(&unit, &undefined)? } else { Vec::new() };
            if helpers.is_empty() {
                break undefined;
            }
            unit.drivers.extend(helpers);
        };
        let helpers = self.helpers(&unit, &undefined)?.into_iter().map(|(driver, _)| driver.name).collect();
        wrong.extend(undefined.into_iter().map(|name| (Kind::Definition, name)));
        let last = unit.drivers.iter().position(|(driver, _)| driver.name == what).unwrap_or(done - 1);
        let needs = unit.drivers.iter().enumerate().filter(|(index, (driver, _))| {
            *index != last && self.ported.iter().any(|known| known.name == driver.name)
        });
        Ok(Report {
            driver: what.into(),
            sources: unit.drivers.iter().flat_map(|(driver, _)| driver.sources.clone()).collect(),
            needs: needs.map(|(_, (driver, _))| driver.name.clone()).collect(),
            helpers,
            links: wrong.is_empty() && errors.is_empty(),
            missing: self.sorted(wrong),
            errors: errors.into_iter().collect(),
        })
    }

    /// All that the sources define for others.
    fn defined(&self, unit: &Unit) -> BTreeSet<String> {
        let mut defined = BTreeSet::new();
        for (driver, tree) in &unit.drivers {
            let tree = Tree { root: tree.clone(), linux: true };
            let texts = driver.sources.iter().filter_map(|path| tree.text(path));
            defined.extend(texts.flat_map(|text| text::definitions(&text)));
        }
        defined
    }

    fn compile(
        &self,
        driver: &Driver,
        tree: &Path,
        config: &BTreeSet<&str>,
        wrong: &mut BTreeSet<(Kind, String)>,
        errors: &mut BTreeSet<String>,
        objects: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let folder = self.compiler.stage(driver, tree)?;
        for outcome in
            parallel(&driver.sources, |source| self.compiler.compile(driver, source, &folder, config))
        {
            let outcome = outcome?;
            wrong.extend(outcome.headers.into_iter().map(|header| (Kind::Header, header)));
            for found in outcome.wrong {
                match found {
                    Wrong::Function(name) => _ = wrong.insert((Kind::Function, name)),
                    Wrong::Name(name) => _ = wrong.insert((Kind::Name, name)),
                    Wrong::Type(name) => _ = wrong.insert((Kind::Type, name)),
                    Wrong::Field(name) => _ = wrong.insert((Kind::Field, name)),
                    Wrong::Other(message) => _ = errors.insert(message),
                }
            }
            objects.extend(outcome.object);
        }
        Ok(())
    }

    /// Drivers of `ported-drivers/` that define some of these names.
    fn helpers(&self, unit: &Unit, undefined: &BTreeSet<String>) -> Result<Vec<(Driver, PathBuf)>> {
        let mut found: Vec<(Driver, PathBuf)> = Vec::new();
        let known = self.read.drivers.get_or_init(|| defined_by(&self.ported, &self.linux));
        for (name, defined) in known {
            let there = |name: &str| unit.drivers.iter().any(|(driver, _)| driver.name == name);
            if there(name) || defined.is_disjoint(undefined) {
                continue;
            }
            for (driver, tree) in self.ported_unit(name)?.drivers {
                if !there(&driver.name) && !found.iter().any(|(known, _)| known.name == driver.name) {
                    found.push((driver, tree));
                }
            }
        }
        Ok(found)
    }

    /// What the sources call, our headers declare, and nothing defines: an estimate for sources that do
    /// not compile, which the linker cannot look at.
    fn not_exported(&self, unit: &Unit) -> BTreeSet<String> {
        let include = || project::root().join("include");
        let prototypes = self.read.prototypes.get_or_init(|| super::api::prototypes(&include()));
        let own = self.defined(unit);
        let mut called = BTreeSet::new();
        for (driver, tree) in &unit.drivers {
            let tree = Tree { root: tree.clone(), linux: true };
            for text in driver.sources.iter().filter_map(|path| tree.text(path)) {
                called.extend(text::words(&text::without_comments(&text)).into_iter().map(str::to_owned));
            }
        }
        called
            .retain(|name| prototypes.contains(name) && !own.contains(name) && !self.compiler.provides(name));
        called
    }

    /// What is missing, with families, sorted by them.
    fn sorted(&self, wrong: BTreeSet<(Kind, String)>) -> Vec<Missing> {
        let plain = |name: &str| {
            let name = name.split('.').next().unwrap_or(name);
            name.rsplit(' ').next().unwrap_or(name).to_owned()
        };
        let names =
            wrong.iter().filter(|(kind, _)| *kind != Kind::Header).map(|(_, name)| plain(name)).collect();
        let linux = self.read.linux.get_or_init(|| Declarations::read(&self.linux));
        let mut headers: BTreeMap<String, String> = linux.of(&names);
        // Names that are ours alone stand behind a macro or an inline function of Linux.
        let ours: BTreeSet<String> = names.into_iter().filter(|name| !headers.contains_key(name)).collect();
        headers.extend(self.read.ours.get_or_init(|| Declarations::read(&project::root())).of(&ours));
        // Where headers are missing, names that Linux's do not have are but consequences.
        let cause = wrong.iter().any(|(kind, _)| *kind == Kind::Header);
        let real = |kind: Kind, name: &str| {
            !cause || !matches!(kind, Kind::Name | Kind::Type) || headers.contains_key(&plain(name))
        };
        let mut missing: Vec<Missing> = wrong
            .into_iter()
            .filter(|(kind, name)| real(*kind, name))
            .map(|(kind, name)| {
                let header = if kind == Kind::Header { None } else { headers.get(&plain(&name)).cloned() };
                let family = match (kind, &header) {
                    (Kind::Header, _) => family::of_header(&name),
                    (_, Some(header)) => family::of_header(header),
                    _ => "others".into(),
                };
                Missing { family, kind, name, header }
            })
            .collect();
        missing.sort();
        missing
    }
}

/// Does something with each item, as many at a time as there are CPUs, and keeps their order.
pub fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, item)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|index| Some((index, items.get(index)?)))
                {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Drop for Checker {
    fn drop(&mut self) {
        self.compiler.clean();
    }
}

/// Prints a report for people.
pub fn print(report: &Report) {
    let sources = report.sources.iter().filter(|path| tree::split(path).1 != tree::split(&report.driver).1);
    println!("{}: {}", report.driver, if report.links { "would link" } else { "would not link" });
    let others: Vec<&str> = sources.map(String::as_str).collect();
    if !others.is_empty() {
        println!("  with {}", others.join(" "));
    }
    if !report.needs.is_empty() {
        println!("  needs {}", report.needs.join(", "));
    }
    if !report.helpers.is_empty() {
        println!("  `needs` could name {}", report.helpers.join(", "));
    }
    let mut last = ("", None);
    for Missing { family, kind, name, header } in &report.missing {
        if last.0 != family {
            println!("  {family}");
        }
        if last != (family, Some(*kind)) {
            println!("    {}", kind.plural());
        }
        match header {
            Some(header) => println!("      {name}  <{header}>"),
            None => println!("      {name}"),
        }
        last = (family, Some(*kind));
    }
    for error in &report.errors {
        println!("  error: {error}");
    }
}

/// Prints reports as JSON.
///
/// # Errors
/// Never, unless the reports cannot be written down.
pub fn print_json(reports: &[Report]) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(reports).context("cannot write JSON")?);
    Ok(())
}
