// SPDX-License-Identifier: GPL-2.0-only
//! Compiles the drivers that have a bench (`bench.rs` beside `driver.toml`) and those that they need for this machine,
//! under the address sanitizer, and makes one program of them and their benches.
//!
//! `FERROVISOR_BENCH` names the drivers, separated by commas: folders of `ported-drivers/` and `tests/bench/drivers/`
//! by name, others by path; by default all that have a bench.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use driver_config::{
    Clang, Driver, LinuxTree, Origin, Set, bench_flags, bench_renames, copy_stand_ins, digest, digest_of,
    kept_object, names, scan_exports, unit_flags,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A driver, and where its folder is.
struct Part {
    driver: Driver,
    folder: PathBuf,
}

fn main() -> Result<()> {
    println!("cargo::rerun-if-env-changed=FERROVISOR_BENCH");
    println!("cargo::rerun-if-env-changed=FERROVISOR_CLANG");
    println!("cargo::rerun-if-env-changed=FERROVISOR_LINUX");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=tables.ld");
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2).ok_or("tests/bench is not in a checkout")?.to_owned();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let homes = [root.join("ported-drivers"), here.join("drivers")];
    homes.iter().for_each(|home| println!("cargo::rerun-if-changed={}", home.display()));

    let benches = wanted(&homes)?;
    let parts = resolve(&homes, &benches)?;
    fs::write(out.join("benches.rs"), table(&benches)?)?;
    let renames = out.join("bench-names");
    println!("cargo::rerun-if-changed={}", root.join("linux-compat/src").display());
    println!("cargo::rerun-if-changed={}", root.join("include").display());
    let exports = scan_exports(&root.join("linux-compat/src"))?;
    fs::write(&renames, bench_renames(exports.iter().map(|export| export.name.as_str())))?;
    let headers = digest_of(&root.join("include"))? + &digest(&fs::read(&renames)?);
    let build = Build { clang: Clang::find()?, flags: bench_flags(&root), headers, renames, root, out };
    build.all(&parts)?;
    build.link(&here)
}

/// The folders of the drivers whose benches are asked for.
fn wanted(homes: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let asked = env::var("FERROVISOR_BENCH").unwrap_or_default();
    let mut found = Vec::new();
    if asked.is_empty() {
        for home in homes {
            found.extend(names(home)?.into_iter().map(|name| home.join(name)));
        }
        found.retain(|folder| folder.join("bench.rs").is_file());
        return Ok(found);
    }
    for name in asked.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let mut places: Vec<PathBuf> = homes.iter().map(|home| home.join(name)).collect();
        places.push(name.into());
        let place = places.into_iter().find(|place| place.join("driver.toml").is_file());
        let folder = place.ok_or_else(|| format!("no driver `{name}`: no folder has its driver.toml"))?;
        if !folder.join("bench.rs").is_file() {
            return Err(format!("{} has no bench.rs", folder.display()).into());
        }
        found.push(folder);
    }
    Ok(found)
}

/// The drivers of the benches, those that they name in a line `//! drivers: a, b`, and what all these need.
fn resolve(homes: &[PathBuf], benches: &[PathBuf]) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut add = |driver: Driver, folder: PathBuf| {
        if !parts.iter().any(|part| part.driver.name == driver.name) {
            parts.push(Part { driver, folder });
        }
    };
    for folder in benches {
        let driver = Driver::read(folder)?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let text = fs::read_to_string(folder.join("bench.rs"))?;
        let named = text.lines().filter_map(|line| line.strip_prefix("//! drivers:"));
        let named: Vec<&str> = named.flat_map(|list| list.split(',')).map(str::trim).collect();
        let wanted = driver.needs.iter().map(String::as_str).chain(named);
        let by = folder.join("bench.rs").display().to_string();
        for needed in Set::resolve(&homes[0], wanted, &by)?.drivers {
            let home = homes[0].join(&needed.name);
            add(needed, home);
        }
        add(driver, folder.clone());
    }
    Ok(parts)
}

/// The benches for Rust.
fn table(benches: &[PathBuf]) -> Result<String> {
    let (mut modules, mut rows) = (String::new(), String::new());
    for (n, folder) in benches.iter().enumerate() {
        let file = folder.join("bench.rs").canonicalize()?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        writeln!(modules, "#[path = {file:?}]\nmod bench_{n};")?;
        writeln!(rows, "    ({name:?}, bench_{n}::TESTS),")?;
    }
    let kind = "&[(&str, &[driver_bench::Test])]";
    Ok(format!("{modules}/// The tests of each driver.\nconst BENCHES: {kind} = &[\n{rows}];\n"))
}

/// What every driver is compiled with.
struct Build {
    clang: Clang,
    flags: Vec<String>,
    /// The checksum of all of `include/`, and of the names below.
    headers: String,
    /// What names of the shim are called on the bench.
    renames: PathBuf,
    root: PathBuf,
    out: PathBuf,
}

impl Build {
    fn all(&self, parts: &[Part]) -> Result<()> {
        println!("cargo::rustc-link-search=native={}", self.out.display());
        let config: BTreeSet<&str> =
            parts.iter().flat_map(|part| &part.driver.config).map(String::as_str).collect();
        let linux = match parts.iter().any(|part| part.driver.origin == Origin::Linux) {
            true => Some(LinuxTree::open(&self.root)?),
            false => None,
        };
        for part in parts {
            let tree = match (&linux, part.driver.origin) {
                (Some(linux), Origin::Linux) => self.take(linux, &part.driver)?,
                _ => part.folder.clone(),
            };
            self.compile(&part.driver, &tree, &config)?;
        }
        Ok(())
    }

    /// Copies what the driver names out of the tree of Linux, checked, to a folder of its own.
    fn take(&self, linux: &LinuxTree, driver: &Driver) -> Result<PathBuf> {
        let tree = self.out.join("linux").join(&driver.name);
        let _ = fs::remove_dir_all(&tree);
        copy_stand_ins(&self.root, &tree)?;
        for path in driver.sources.iter().chain(&driver.headers) {
            let file = tree.join(path);
            fs::create_dir_all(file.parent().unwrap_or(Path::new("")))?;
            fs::write(&file, linux.read(&driver.name, path)?)?;
        }
        Ok(tree)
    }

    fn compile(&self, driver: &Driver, tree: &Path, config: &BTreeSet<&str>) -> Result<()> {
        let mut private = Vec::new();
        for header in &driver.headers {
            private.extend(fs::read(tree.join(header))?);
        }
        let mut objects = Vec::new();
        for source in &driver.sources {
            let flags = unit_flags(driver, source, tree, config);
            let object = self.object(tree, source, flags, &private);
            objects.push(object.map_err(|error| {
                let name = &driver.name;
                format!("driver `{name}`: {source}: {error}\n`cargo xtask driver check {name}` says what is missing")
            })?);
        }
        let archive = format!("bench_{}", driver.name.replace('-', "_"));
        self.cc().objects(objects).archiver(self.clang.tool("llvm-ar")?).try_compile(&archive)?;
        // Whole: nothing calls a driver, its initcall does.
        println!("cargo::rustc-link-lib=static:+whole-archive,-bundle={archive}");
        Ok(())
    }

    /// The object of one source, with the names of the shim as they are on the bench. One that was made of the same
    /// before is taken as it is.
    fn object(&self, tree: &Path, source: &str, flags: Vec<String>, private: &[u8]) -> Result<PathBuf> {
        let file = tree.join(source);
        let all = [&self.flags[..], &flags].concat();
        kept_object(&self.out, &file, &all, &self.headers, private, |kept| {
            let objects = self.cc().flags(&flags).file(&file).try_compile_intermediates()?;
            let object = objects.first().ok_or("cc made no object")?;
            let mut objcopy = Command::new(self.clang.tool("llvm-objcopy")?);
            objcopy.arg("--redefine-syms").arg(&self.renames).args([object, kept]);
            match objcopy.status()?.success() {
                true => Ok(()),
                false => Err("llvm-objcopy does not take the object".into()),
            }
        })
    }

    /// The compiler, with none of cc's own flags.
    fn cc(&self) -> cc::Build {
        let mut build = cc::Build::new();
        build.compiler(&self.clang.program).no_default_flags(true).cargo_metadata(false);
        build.cargo_warnings(true).warnings(false).flags(&self.flags).out_dir(&self.out);
        build
    }

    /// Tables of drivers, and the runtime of the address sanitizer.
    fn link(&self, here: &Path) -> Result<()> {
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", here.join("tables.ld").display());
        println!("cargo::rustc-link-arg-bins=-Wl,--whole-archive");
        for name in ["asan", "asan_static"] {
            let file = format!("libclang_rt.{name}-{}.a", env::consts::ARCH);
            let print = format!("-print-file-name={file}");
            let said = self.clang.command().arg(print).output()?.stdout;
            let path = PathBuf::from(String::from_utf8(said)?.trim());
            if !path.is_absolute() || !path.is_file() {
                let package = format!("libclang-rt-{}-dev", self.clang.version);
                return Err(
                    format!("{file} is missing: the package {package} has it (./scripts/setup)").into()
                );
            }
            println!("cargo::rustc-link-arg-bins={}", path.display());
        }
        println!("cargo::rustc-link-arg-bins=-Wl,--no-whole-archive");
        for flag in ["-Wl,--export-dynamic", "-lpthread", "-lrt", "-lm", "-ldl", "-lresolv"] {
            println!("cargo::rustc-link-arg-bins={flag}");
        }
        Ok(())
    }
}
