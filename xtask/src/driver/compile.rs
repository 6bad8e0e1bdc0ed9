// SPDX-License-Identifier: GPL-2.0-only
//! Compiles drivers as the image's build does, and gathers what clang and the linker find missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use driver_config::{
    Clang, Driver, LinuxTree, Origin, Status, c_flags, copy_stand_ins, scan_exports, unit_flags,
};

use super::diagnose::{self, Wrong};
use super::{text, tree};
use crate::{process, project};

/// How often clang is asked for one more missing header before giving up.
const HEADERS: usize = 200;

/// The compiler, and a folder to work in.
pub struct Compiler {
    clang: Clang,
    flags: Vec<String>,
    root: PathBuf,
    work: PathBuf,
    linux: PathBuf,
    package: Option<LinuxTree>,
    provided: BTreeSet<String>,
    refused: BTreeSet<String>,
    next: AtomicUsize,
}

/// What became of one source.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Headers that are not there, as the source or our headers name them.
    pub headers: BTreeSet<String>,
    /// What clang says is wrong.
    pub wrong: BTreeSet<Wrong>,
    /// The object, if there is nothing wrong.
    pub object: Option<PathBuf>,
}

impl Compiler {
    /// A compiler that works in a folder named `name`, which is emptied.
    ///
    /// # Errors
    /// When there is no clang, or the exports cannot be read.
    pub fn new(name: &str, linux: &Path) -> Result<Compiler> {
        let root = project::root();
        let work = project::target().join("driver-check").join(name);
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).with_context(|| format!("cannot create {}", project::shown(&work)))?;
        let (clang, flags) = (Clang::find()?, c_flags(&root));
        let provided = provided(&clang, &flags, &root, &work)?;
        let exports = scan_exports(&root.join("linux-compat/src"))?.into_iter();
        let refused =
            exports.filter(|export| export.status == Status::Refused).map(|export| export.name).collect();
        let compiler = Compiler {
            clang,
            flags,
            work,
            linux: linux.into(),
            // Only that tree has a list of what its files must be.
            package: LinuxTree::open(&root).ok().filter(|package| package.root == linux),
            root,
            provided,
            refused,
            next: AtomicUsize::new(0),
        };
        compiler.write_providers()?;
        Ok(compiler)
    }

    /// The names that the image offers to C, but for those that the tables of exports call refused: there is
    /// nothing behind them.
    pub fn implemented(&self) -> BTreeSet<String> {
        self.provided.difference(&self.refused).cloned().collect()
    }

    /// Whether the image offers a function or variable of this name to C.
    pub fn provides(&self, name: &str) -> bool {
        self.provided.contains(name)
    }

    /// Copies a driver's files to where they are compiled: what it names and our stand-ins, nothing else.
    /// `tree` is where they come from.
    ///
    /// # Errors
    /// When one of them is not there, or is not what Debian's package holds.
    pub fn stage(&self, driver: &Driver, tree: &Path) -> Result<PathBuf> {
        // Several may be looked at at the same time, and need the same helpers.
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.work.join(number.to_string()).join(&driver.name);
        if driver.origin == Origin::Linux {
            copy_stand_ins(&self.root, &folder)?;
        }
        let own = tree == self.linux && driver.origin == Origin::Linux;
        for path in driver.sources.iter().chain(&driver.headers) {
            let bytes = match self.package.as_ref().filter(|_| own) {
                Some(package) => package.read(&driver.name, path)?,
                None => fs::read(tree.join(path)).with_context(|| format!("cannot read {path}"))?,
            };
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(&file, bytes)?;
        }
        Ok(folder)
    }

    /// Compiles one source of a driver that was put in `folder`.
    ///
    /// # Errors
    /// When clang cannot be run.
    pub fn compile(
        &self,
        driver: &Driver,
        source: &str,
        folder: &Path,
        config: &BTreeSet<&str>,
    ) -> Result<Outcome> {
        // Most of what is looked at is whole.
        if let Some(object) = self.plain(driver, source, folder, config)? {
            return Ok(Outcome { object: Some(object), ..Outcome::default() });
        }
        let stubs = folder.join(".stubs");
        let mut outcome = Outcome::default();
        let mut said = String::new();
        self.stub_all(driver, source, folder, &stubs, config, &mut outcome.headers)?;
        for _ in 0..HEADERS {
            let mut command = self.command(driver, source, folder, config);
            command.arg("-idirafter").arg(&stubs);
            let object = folder.join(source).with_extension("o");
            command.args(["-c", "-o"]).arg(&object).arg(folder.join(source));
            let output = command.output().context("cannot run clang")?;
            said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() {
                outcome.object = Some(object).filter(|_| outcome.headers.is_empty());
                return Ok(outcome);
            }
            let Some((from, header)) = diagnose::missing_header(&said) else { break };
            if !self.stub(folder, &stubs, &from, &header, &mut outcome.headers) {
                break;
            }
        }
        let text = fs::read(folder.join(source)).unwrap_or_default();
        let shown = |path: &str| path.replace(&format!("{}/", folder.display()), "");
        outcome.wrong = diagnose::read(&said, &String::from_utf8_lossy(&text), source, shown);
        if outcome.wrong.is_empty() && outcome.headers.is_empty() {
            outcome.wrong.insert(Wrong::Other(format!("{source}: clang fails: {}", said.trim_end())));
        }
        Ok(outcome)
    }

    /// Compiles one source with nothing put where headers are missing; none if clang refuses.
    ///
    /// # Errors
    /// When clang cannot be run.
    pub fn plain(
        &self,
        driver: &Driver,
        source: &str,
        folder: &Path,
        config: &BTreeSet<&str>,
    ) -> Result<Option<PathBuf>> {
        let mut command = self.command(driver, source, folder, config);
        let object = folder.join(source).with_extension("o");
        command.args(["-c", "-o"]).arg(&object).arg(folder.join(source));
        let output = command.output().context("cannot run clang")?;
        Ok(Some(object).filter(|_| output.status.success()))
    }

    /// Names that objects use, and neither they nor the image define.
    ///
    /// # Errors
    /// When the objects cannot be read.
    pub fn lacking(&self, objects: &[PathBuf]) -> Result<BTreeSet<String>> {
        let symbols = |which: &str| -> Result<BTreeSet<String>> {
            let mut command = Command::new(self.clang.tool("llvm-nm")?);
            command.args([which, "--extern-only", "--format=just-symbols", "--quiet"]).args(objects);
            let said = String::from_utf8_lossy(&process::output(&mut command)?).into_owned();
            Ok(said.lines().map(str::to_owned).filter(|name| !name.is_empty()).collect())
        };
        let defined = symbols("--defined-only")?;
        let mut used = symbols("--undefined-only")?;
        used.retain(|name| !defined.contains(name) && !self.provides(name));
        Ok(used)
    }

    /// Puts something where headers of Linux are missing, all that clang can name at once.
    fn stub_all(
        &self,
        driver: &Driver,
        source: &str,
        folder: &Path,
        stubs: &Path,
        config: &BTreeSet<&str>,
        missing: &mut BTreeSet<String>,
    ) -> Result<()> {
        let file = folder.join(source);
        loop {
            let mut command = self.command(driver, source, folder, config);
            command.arg("-idirafter").arg(stubs).args(["-M", "-MG", "-MT", "x"]).arg(&file);
            let output = command.output().context("cannot run clang")?;
            let listed = String::from_utf8_lossy(&output.stdout).replace('\\', " ");
            // A path that leads out of its folder is put where it leads, when clang comes to it.
            let plain = |path: &&str| !path.split('/').any(|part| part == "..");
            let new: BTreeSet<&str> = listed
                .split_whitespace()
                .skip(1)
                .filter(|path| !path.starts_with('/') && !missing.contains(*path))
                .filter(plain)
                .collect();
            if new.is_empty() {
                return Ok(());
            }
            for header in new {
                self.stub(folder, stubs, "", header, missing);
            }
        }
    }

    /// Puts something where a header is missing, so that the rest can be looked at: the headers that
    /// Linux's own includes, as far as there are any.
    ///
    /// False if there is nothing more to be done about it: it was put there already, or cannot be.
    fn stub(
        &self,
        folder: &Path,
        stubs: &Path,
        from: &str,
        header: &str,
        missing: &mut BTreeSet<String>,
    ) -> bool {
        let beside = Path::new(from).parent().and_then(|parent| parent.strip_prefix(folder).ok());
        let beside = beside.and_then(|parent| tree::normalize(&parent.join(header).display().to_string()));
        let quoted = fs::read(from).is_ok_and(|bytes| {
            text::quoted_includes(&String::from_utf8_lossy(&bytes)).iter().any(|path| path == header)
        });
        let (name, file) = match (beside.filter(|_| quoted), tree::normalize(header)) {
            (Some(path), _) => (path.clone(), Some(folder.join(path))),
            (None, path) => (header.to_owned(), path.map(|path| stubs.join(path))),
        };
        let new = missing.insert(name.clone());
        let own = ["include", "arch/arm64/include", "include/uapi"]
            .into_iter()
            .find_map(|folder| fs::read(self.linux.join(folder).join(&name)).ok());
        let mut text = "#pragma once\n".to_owned();
        for path in text::angled_includes(&String::from_utf8_lossy(&own.unwrap_or_default())) {
            text += &format!("#if __has_include(<{path}>)\n#include <{path}>\n#endif\n");
        }
        let write = |file: &Path| {
            fs::create_dir_all(file.parent().unwrap_or(stubs)).and_then(|()| fs::write(file, &text))
        };
        new && file.is_some_and(|file| write(&file).is_ok())
    }

    fn command(&self, driver: &Driver, source: &str, folder: &Path, config: &BTreeSet<&str>) -> Command {
        let mut command = self.clang.command();
        command.args(&self.flags).args(unit_flags(driver, source, folder, config));
        // Only errors are looked for, and each of them; `-w` would let those pass that are warnings by default.
        command.arg("-Wno-everything").args(self.flags.iter().filter(|flag| flag.starts_with("-Werror=")));
        command.args(["-ferror-limit=0", "-fno-caret-diagnostics", "-fno-color-diagnostics"]);
        command
    }

    /// Links objects as the image is, and gives the names that nobody defines. What is called by nobody is
    /// left out; `roots` are called by others.
    ///
    /// # Errors
    /// When the linker cannot be run, or finds something else wrong.
    pub fn link(&self, objects: &[PathBuf], roots: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        let mut command = Command::new(self.clang.tool("ld.lld").unwrap_or_else(|_| "ld.lld-19".into()));
        // As in the image's build.rs.
        command.args(["-pie", "--no-dynamic-linker", "--pack-dyn-relocs=relr", "-znotext", "-znorelro"]);
        command.args(["-zmax-page-size=4096", "--gc-sections", "--error-limit=0"]);
        command.arg("-T").arg(self.root.join("hypervisor/arch/image.ld"));
        // Where the image starts there is nothing here; the drivers' initcalls keep them.
        command.args(["--entry=0", "--no-warnings", "-o", "/dev/null"]);
        command.args(roots.iter().map(|name| format!("--undefined={name}")));
        command.arg(self.work.join("providers.o")).args(objects);
        let output = command.output().context("cannot run the linker; ./scripts/setup installs it")?;
        let said = String::from_utf8_lossy(&output.stderr);
        let undefined = diagnose::undefined(&said);
        if !output.status.success() && undefined.is_empty() {
            bail!("the linker fails:\n{}", said.trim_end());
        }
        if let Some(line) = said.lines().find(|line| line.contains("duplicate symbol")) {
            bail!("{line}");
        }
        Ok(undefined)
    }

    /// An object that has all names that the image offers, for the linker.
    fn write_providers(&self) -> Result<()> {
        let mut assembly = String::new();
        for name in &self.provided {
            // Aligned as any variable is: the linker looks at that where one is loaded.
            assembly += &format!(".section .text.{name},\"ax\"\n.balign 16\n.globl {name}\n{name}: ret\n");
        }
        let source = self.work.join("providers.s");
        fs::write(&source, assembly)?;
        let mut command = self.clang.command();
        command
            .args(["--target=aarch64-none-elf", "-c", "-o"])
            .arg(self.work.join("providers.o"))
            .arg(source);
        process::output(&mut command).map(drop)
    }

    /// Deletes the folder that was worked in.
    pub fn clean(&self) {
        let _ = fs::remove_dir_all(&self.work);
    }
}

/// Whether objects have something that the image starts by itself: initcalls, or entries of its tables of
/// `compatible`s.
pub fn starts(objects: &[PathBuf]) -> bool {
    let has = |bytes: &[u8], name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    let starts = |bytes: Vec<u8>| has(&bytes, b".initcall") || has(&bytes, b"_of_table");
    objects.iter().any(|object| fs::read(object).is_ok_and(starts))
}

/// What the compiler itself calls, and the image has.
const BUILTIN: [&str; 6] = ["memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen"];

/// Every name that the image offers to C drivers: those of the tables, what stands beside them under its own
/// name, and what is in C.
fn provided(clang: &Clang, flags: &[String], root: &Path, work: &Path) -> Result<BTreeSet<String>> {
    let mut names: BTreeSet<String> = BUILTIN.map(str::to_owned).into();
    let rust = root.join("linux-compat/src");
    names.extend(scan_exports(&rust)?.into_iter().map(|export| export.name).filter(|name| !name.is_empty()));
    unmangled(&rust, &mut names);
    let sources: Vec<PathBuf> = fs::read_dir(root.join("linux-compat/c"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    let nm = clang.tool("llvm-nm")?;
    let defined = super::parallel(&sources, |source| -> Result<Vec<u8>> {
        let object = work.join(source.with_extension("o").file_name().unwrap_or_default());
        process::output(clang.command().args(flags).args(["-w", "-c", "-o"]).arg(&object).arg(source))?;
        let mut command = Command::new(&nm);
        process::output(
            command.args(["--defined-only", "--extern-only", "--format=just-symbols"]).arg(object),
        )
    });
    for symbols in defined {
        names.extend(String::from_utf8_lossy(&symbols?).lines().map(str::to_owned));
    }
    Ok(names)
}

/// The functions that Rust files below a folder give C under their own names, outside of the tables.
fn unmangled(folder: &Path, names: &mut BTreeSet<String>) {
    for path in fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            unmangled(&path, names);
            continue;
        }
        let text = fs::read_to_string(path).unwrap_or_default();
        for (index, _) in text.match_indices("no_mangle") {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let name = text[index..].split_once("fn ").map_or("", |(_, rest)| rest);
            let end = name.find(|letter| !is_name(letter)).unwrap_or(name.len());
            // The macros themselves have no names there.
            if end > 0 {
                names.insert(name[..end].to_owned());
            }
        }
    }
}

/// The names that each of these drivers defines, by the driver's name.
pub fn defined_by(drivers: &[Driver], linux: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let read = |driver: &Driver| {
        let tree = match driver.origin {
            Origin::Linux => linux.to_owned(),
            Origin::Local => project::root().join("ported-drivers").join(&driver.name),
        };
        let texts = driver.sources.iter().filter_map(|path| fs::read_to_string(tree.join(path)).ok());
        texts.flat_map(|text| text::definitions(&text)).collect()
    };
    drivers.iter().map(|driver| (driver.name.clone(), read(driver))).collect()
}
