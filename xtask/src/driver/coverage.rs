// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver coverage --list FILE`: how many driver units of Linux compile and link, by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use driver_config::{Driver, Origin, Set};
use serde::Serialize;

use super::api;
use super::compile::Compiler;
use super::corpus::{Role, Unit};
use super::diagnose::Wrong;
use super::import;
use super::judge::{Built, Image, Symbols, Verdict, judge};
use super::parallel;
use super::text;
use super::tree::{self, Tree};
use crate::{process, project};

/// What was found out about one unit.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its name.
    pub unit: String,
    /// Whether each source compiles.
    pub compiled: bool,
    /// Whether it links with what the image offers.
    pub linked: bool,
    /// All that is missing.
    pub missing: Vec<String>,
    /// What kind of driver it is.
    #[serde(skip)]
    pub kind: String,
}

/// What was found out about a list.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Units that link.
    pub linked: usize,
    /// Units that compile.
    pub compiled: usize,
    /// Those that are counted, in the list's order.
    pub units: Vec<Row>,
    /// Units whose sources are not in the tree, with the list's line.
    #[serde(skip)]
    pub absent: Vec<String>,
}

/// The tree, the compiler and what the image offers.
struct Measure {
    tree: Tree,
    compiler: Compiler,
    /// What our headers declare.
    prototypes: BTreeSet<String>,
    offered: BTreeSet<String>,
}

/// Compiles and links every unit. `name` is what the folder is called in which that is done, and `file` the list's
/// name for messages.
///
/// # Errors
/// When there is no compiler, or no such tree.
pub fn measure(name: &str, linux: &Path, file: &str, units: &[Unit]) -> Result<Report> {
    if !linux.join("drivers").is_dir() {
        bail!("{} is no tree of Linux: it has no folder `drivers`", linux.display());
    }
    let compiler = Compiler::new(name, linux)?;
    let offered = compiler.implemented();
    let prototypes = api::prototypes(&project::root().join("include"));
    let tree = Tree { root: linux.into(), linux: true };
    let measure = Measure { tree, compiler, prototypes, offered };
    let bar = process::spinner("compiling and linking driver units");
    let report = measure.all(file, units);
    bar.finish_and_clear();
    measure.compiler.clean();
    report
}

impl Measure {
    fn all(&self, file: &str, units: &[Unit]) -> Result<Report> {
        let helpers = self.helpers()?;
        let by_name: BTreeMap<&str, &Unit> = units.iter().map(|unit| (unit.name.as_str(), unit)).collect();
        let built = parallel(units, |unit| self.build(unit, &by_name));
        let built = units.iter().map(|unit| unit.name.as_str()).zip(built);
        let built: BTreeMap<&str, Built> =
            built.map(|(name, built)| built.map(|built| (name, built))).collect::<Result<_>>()?;
        let image = Image { offered: self.offered.clone(), helpers };
        let mut report = Report::default();
        for unit in units {
            if let Some(path) = unit.sources.iter().find(|path| !self.tree.root.join(path).is_file()) {
                report.absent.push(format!("{file}:{}: the tree has no {path}", unit.line));
            }
        }
        for unit in units.iter().filter(|unit| unit.role == Role::Count) {
            let peers = closure(unit, &by_name).into_iter().filter_map(|name| Some((name, built.get(name)?)));
            let own = built.get(unit.name.as_str()).context("a unit was not built")?;
            let Verdict { compiled, linked, missing, .. } = judge(own, &peers.collect(), &image);
            report.compiled += usize::from(compiled);
            report.linked += usize::from(linked);
            let (unit, kind) = (unit.name.clone(), unit.kind.clone());
            report.units.push(Row { unit, kind, compiled, linked, missing: missing.into_iter().collect() });
        }
        Ok(report)
    }

    /// The folders of `ported-drivers/` that come from Linux: helpers of others, or none.
    fn helpers(&self) -> Result<BTreeMap<String, Built>> {
        let drivers = Set::all(&project::root().join("ported-drivers"))?.drivers;
        let drivers: Vec<Driver> =
            drivers.into_iter().filter(|driver| driver.origin == Origin::Linux).collect();
        let built = parallel(&drivers, |driver| {
            let there = driver.sources.iter().all(|path| self.tree.root.join(path).is_file());
            let config: BTreeSet<&str> = driver.config.iter().map(String::as_str).collect();
            there.then(|| Ok((driver.name.clone(), self.compile(driver, &config)?))).transpose()
        });
        built.into_iter().filter_map(Result::transpose).collect()
    }

    /// Compiles a unit.
    fn build(&self, unit: &Unit, units: &BTreeMap<&str, &Unit>) -> Result<Built> {
        let absent = unit.sources.iter().filter(|path| !self.tree.root.join(path).is_file());
        let absent: BTreeSet<String> = absent.cloned().collect();
        if !absent.is_empty() {
            return Ok(Built { sources: unit.sources.clone(), wrong: absent, ..Built::default() });
        }
        let mut driver = import::of_sources(&self.tree, &unit.sources)?;
        driver.name = unit.name.replace('/', "-");
        // As in Linux, a driver is built where the options of all that it calls are set.
        let options =
            closure(unit, units).into_iter().filter_map(|peer| units.get(peer)).filter_map(|peer| {
                let (module, _) = self.tree.module(peer.sources.first()?);
                module.option
            });
        let mut config: BTreeSet<String> = options.collect();
        // What an option brings into the module asks for that option.
        for source in &unit.sources {
            let (folder, _) = tree::split(source);
            let (module, _) = self.tree.module(source);
            let is_part = |part: &str| unit.sources.contains(&tree::join(folder, &format!("{part}.c")));
            config.extend(
                module.optional.into_iter().filter(|(part, _)| is_part(part)).map(|(_, option)| option),
            );
        }
        config.extend(driver.config.iter().cloned());
        self.compile(&driver, &config.iter().map(String::as_str).collect())
    }

    /// Compiles the sources of a driver, and reads the symbols of the objects.
    fn compile(&self, driver: &Driver, config: &BTreeSet<&str>) -> Result<Built> {
        let folder = self.compiler.stage(driver, &self.tree.root)?;
        let mut built = Built { sources: driver.sources.clone(), ..Built::default() };
        let mut objects: Vec<PathBuf> = Vec::new();
        for source in &driver.sources {
            let outcome = self.compiler.compile(driver, source, &folder, config)?;
            built.wrong.extend(outcome.headers);
            built.wrong.extend(outcome.wrong.into_iter().map(|wrong| match wrong {
                Wrong::Function(name) | Wrong::Name(name) | Wrong::Type(name) => name,
                Wrong::Field(name) | Wrong::Other(name) => name,
            }));
            objects.extend(outcome.object);
        }
        if built.compiled() {
            for object in objects {
                let bytes = fs::read(&object).with_context(|| format!("cannot read {}", object.display()))?;
                let twice = built.symbols.join(Symbols::of(&bytes)?);
                built.wrong.extend(twice.into_iter().map(|name| format!("{name} is defined twice")));
            }
        } else {
            self.estimate(driver, &mut built);
        }
        let _ = fs::remove_dir_all(folder);
        Ok(built)
    }

    /// For sources that do not compile: what they seem to define, and what they call that our headers declare and
    /// nothing defines.
    fn estimate(&self, driver: &Driver, built: &mut Built) {
        let texts: Vec<String> = driver.sources.iter().filter_map(|path| self.tree.text(path)).collect();
        built.symbols.defined = texts.iter().flat_map(|text| text::definitions(text)).collect();
        let all = text::without_comments(&texts.concat());
        let called = text::words(&all).into_iter().filter(|name| self.prototypes.contains(*name));
        built.symbols.undefined =
            called.filter(|name| !built.symbols.defined.contains(*name)).map(str::to_owned).collect();
    }
}

/// The units whose symbols a unit may use, directly or through them.
fn closure<'a>(unit: &'a Unit, units: &BTreeMap<&'a str, &'a Unit>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = unit.peers.iter().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        if name != unit.name && found.insert(name) {
            let peers = units.get(name).map(|peer| peer.peers.as_slice()).unwrap_or_default();
            open.extend(peers.iter().map(String::as_str));
        }
    }
    found
}

/// Numbers of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    units: usize,
    compiled: usize,
    linked: usize,
}

impl Report {
    /// The numbers by kind, and at the end of all.
    fn counts(&self) -> Vec<(String, Count)> {
        let mut kinds: BTreeMap<&str, Count> = BTreeMap::new();
        let mut all = Count::default();
        for row in &self.units {
            for count in [kinds.entry(&row.kind).or_default(), &mut all] {
                count.units += 1;
                count.compiled += usize::from(row.compiled);
                count.linked += usize::from(row.linked);
            }
        }
        let kinds = kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count));
        kinds.chain([("all".to_owned(), all)]).collect()
    }

    /// The table by kind.
    pub fn table(&self) -> String {
        let mut out = format!("{:<14}{:>7}{:>10}{:>8}\n", "kind", "units", "compiled", "linked");
        for (kind, Count { units, compiled, linked }) in self.counts() {
            // Writing to a text does not fail.
            let _ = writeln!(out, "{kind:<14}{units:>7}{compiled:>10}{linked:>8}");
        }
        out
    }

    /// The page of the documentation that says this; `list` is the list's name.
    pub fn page(&self, list: &str) -> String {
        let mut out = format!(
            "# Linux drivers that link\n\n<!-- Written by `cargo xtask driver coverage --list {list} --page`: do not \
             edit. -->\n\n\
             How many driver units of Linux 6.12 compile against our headers and link with what the image offers,\n\
             unmodified. A unit is what Linux builds into one module, or one object of its own; the list of them is\n\
             [`{list}`](../{list}).\n\n\
             *Compiled*: each source does, where calls without a declaration and pointers of another type are\n\
             errors. *Linked*: besides, every name that the unit uses is defined once: by the image, by the units that\n\
             it may use, or by a helper of Linux that is a folder of `ported-drivers/`. A name that the table of\n\
             [exports](driver-coverage.md) calls `refused` counts as not there.\n\n\
             | kind | units | compiled | linked |\n|---|---|---|---|\n"
        );
        for (kind, Count { units, compiled, linked }) in self.counts() {
            let _ = writeln!(out, "| {kind} | {units} | {compiled} | {linked} |");
        }
        out += "\n## Units that link\n";
        for (kind, _) in self.counts() {
            let names: Vec<String> = self
                .units
                .iter()
                .filter(|row| row.linked && row.kind == kind)
                .map(|row| format!("`{}`", row.unit))
                .collect();
            if !names.is_empty() {
                let _ = write!(out, "\n### {kind}\n\n{}\n", names.join(", "));
            }
        }
        out
    }
}

/// Writes the page.
///
/// # Errors
/// When it cannot be written.
pub fn write_page(report: &Report, list: &Path) -> Result<()> {
    const PAGE: &str = "docs/driver-units.md";
    let list = list.canonicalize().unwrap_or_else(|_| list.into());
    fs::write(project::root().join(PAGE), report.page(&project::shown(&list)))
        .with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE}");
    Ok(())
}

/// The list that the project holds.
pub fn own_list() -> PathBuf {
    project::root().join(tree::join("tests/data", "public-units.tsv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::corpus;

    /// A tree of Linux with these files.
    fn tree(test: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("xtask-{}-coverage-{test}", std::process::id()));
        for (path, text) in files {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        root
    }

    #[test]
    fn units_are_compiled_linked_and_counted() {
        let root = tree(
            "units",
            &[
                (
                    "drivers/a/whole.c",
                    "#include <linux/printk.h>\nint whole(void)\n{\n\treturn printk(\"x\");\n}\n",
                ),
                ("drivers/a/user.c", "int core(void);\nint user(void)\n{\n\treturn core();\n}\n"),
                ("drivers/a/core.c", "int core(void);\nint core(void)\n{\n\treturn 1;\n}\n"),
                ("drivers/a/lacks.c", "int nobody(void);\nint lacks(void)\n{\n\treturn nobody();\n}\n"),
                ("drivers/a/implicit.c", "int implicit(void)\n{\n\treturn unheard_of();\n}\n"),
                (
                    "drivers/a/pointer.c",
                    "int pointer(long *x);\nint pointer(long *x)\n{\n\tint *y = x;\n\treturn *y;\n}\n",
                ),
                ("drivers/a/header.c", "#include <linux/no-such.h>\n"),
            ],
        );
        let list = "whole\tone\tcount\tdrivers/a/whole.c\n\
                    user\tone\tcount\tdrivers/a/user.c\tcore\n\
                    core\tone\tpeer\tdrivers/a/core.c\n\
                    alone\tone\tcount\tdrivers/a/user.c\n\
                    lacks\ttwo\tcount\tdrivers/a/lacks.c\n\
                    implicit\ttwo\tcount\tdrivers/a/implicit.c\n\
                    pointer\ttwo\tcount\tdrivers/a/pointer.c\n\
                    header\ttwo\tcount\tdrivers/a/header.c\n\
                    gone\ttwo\tcount\tdrivers/a/gone.c\n";
        let units = corpus::parse("l", list).unwrap();
        let report = measure(&format!("coverage-test-{}", std::process::id()), &root, "l", &units).unwrap();
        fs::remove_dir_all(root).unwrap();
        let row = |name: &str| report.units.iter().find(|row| row.unit == name).unwrap();
        for (name, compiled, linked, missing) in [
            ("whole", true, true, ""),
            ("user", true, true, ""),
            ("alone", true, false, "core"),
            ("lacks", true, false, "nobody"),
            ("implicit", false, false, "unheard_of"),
            ("header", false, false, "linux/no-such.h"),
            ("gone", false, false, "drivers/a/gone.c"),
        ] {
            let row = row(name);
            assert_eq!(
                (row.compiled, row.linked, row.missing.join(" ").as_str()),
                (compiled, linked, missing),
                "{row:?}"
            );
        }
        assert!(!row("pointer").compiled && row("pointer").missing[0].contains("incompatible pointer"));
        assert_eq!((report.units.len(), report.compiled, report.linked), (8, 4, 2));
        assert_eq!(report.absent, ["l:9: the tree has no drivers/a/gone.c"]);
        let table: Vec<Vec<&str>> =
            Vec::from_iter(report.table().leak().lines().map(|l| l.split_whitespace().collect()));
        assert_eq!(table[1], ["one", "3", "3", "2"]);
        assert_eq!(table[2], ["two", "5", "1", "0"]);
        assert_eq!(table[3], ["all", "8", "4", "2"]);
    }

    #[test]
    fn json_has_the_keys_that_it_is_asked_for() {
        let row = Row {
            unit: "u".into(),
            compiled: true,
            linked: false,
            missing: vec!["x".into()],
            kind: "k".into(),
        };
        let report = Report { linked: 0, compiled: 1, units: vec![row], absent: Vec::new() };
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"linked":0,"compiled":1,"units":[{"unit":"u","compiled":true,"linked":false,"missing":["x"]}]}"#
        );
    }

    #[test]
    fn a_folder_that_is_no_tree_is_refused() {
        let error = measure("coverage-none", Path::new("/nowhere"), "l", &[]).unwrap_err().to_string();
        assert!(error.contains("/nowhere is no tree of Linux"), "{error}");
    }

    #[test]
    fn the_list_of_the_project_is_in_order() {
        let units = corpus::read(&own_list()).unwrap();
        assert_eq!(units.len(), 1197);
    }
}
