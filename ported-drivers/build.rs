// SPDX-License-Identifier: GPL-2.0-only
//! Compiles the drivers that `FERROVISOR_DRIVERS` names (folders of `ported-drivers/`, separated by
//! commas) and those that they need: an archive each, linked whole into the image.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use driver_config::{Clang, Driver, LinuxTree, Origin, Set, c_flags, copy_stand_ins, unit_flags};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=FERROVISOR_DRIVERS");
    println!("cargo::rerun-if-env-changed=FERROVISOR_CLANG");
    println!("cargo::rerun-if-env-changed=FERROVISOR_LINUX");
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = folder.parent().ok_or("ported-drivers is not in a checkout")?.to_owned();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wanted = env::var("FERROVISOR_DRIVERS").unwrap_or_default();
    let wanted = wanted.split(',').map(str::trim).filter(|name| !name.is_empty());
    let set = Set::resolve(&folder, wanted, "FERROVISOR_DRIVERS")?;

    fs::write(out.join("drivers.rs"), table(&set))?;
    // Host tests want the table alone.
    if !set.drivers.is_empty() && env::var("CARGO_CFG_TARGET_OS")? == "none" {
        println!("cargo::rerun-if-changed={}", root.join("include").display());
        let build = Build { clang: Clang::find()?, flags: c_flags(&root), folder, root, out };
        build.all(&set)?;
    }
    for driver in &set.drivers {
        println!("cargo::rerun-if-changed={}/driver.toml", driver.name);
    }
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// The table of drivers for Rust.
fn table(set: &Set) -> String {
    let mut out = String::from("/// Every driver in the image, each after those that it needs.\n");
    out += "pub const DRIVERS: &[Driver] = &[\n";
    for Driver { name, origin, compatible, .. } in &set.drivers {
        let origin = origin.name();
        out +=
            &format!("    Driver {{ name: {name:?}, origin: {origin:?}, compatible: &{compatible:?} }},\n");
    }
    out + "];\n"
}

/// What every driver is compiled with.
struct Build {
    clang: Clang,
    flags: Vec<String>,
    folder: PathBuf,
    root: PathBuf,
    out: PathBuf,
}

impl Build {
    fn all(&self, set: &Set) -> Result<(), Box<dyn Error>> {
        let linux = match set.drivers.iter().any(|driver| driver.origin == Origin::Linux) {
            true => Some(LinuxTree::open(&self.root)?),
            false => None,
        };
        if let Some(linux) = &linux {
            println!("cargo::rerun-if-changed={}", linux.root.join(driver_config::MANIFEST).display());
        }
        println!("cargo::rustc-link-search=native={}", self.out.display());
        for driver in &set.drivers {
            let tree = match (&linux, driver.origin) {
                (Some(linux), Origin::Linux) => self.take(linux, driver)?,
                _ => self.folder.join(&driver.name),
            };
            self.compile(driver, &tree, &set.config())?;
        }
        Ok(())
    }

    /// Copies what the driver names out of the tree of Linux, checked, to a folder of its own: a header
    /// that is not named is not found.
    fn take(&self, linux: &LinuxTree, driver: &Driver) -> Result<PathBuf, Box<dyn Error>> {
        let tree = self.out.join("linux").join(&driver.name);
        let _ = fs::remove_dir_all(&tree);
        copy_stand_ins(&self.root, &tree)?;
        for path in driver.sources.iter().chain(&driver.headers) {
            println!("cargo::rerun-if-changed={}", linux.root.join(path).display());
            let file = tree.join(path);
            fs::create_dir_all(file.parent().unwrap_or(Path::new("")))?;
            fs::write(&file, linux.read(&driver.name, path)?)?;
        }
        Ok(tree)
    }

    /// Compiles a driver to `libdriver_NAME.a`.
    fn compile(&self, driver: &Driver, tree: &Path, config: &BTreeSet<&str>) -> Result<(), Box<dyn Error>> {
        let mut objects = Vec::new();
        for source in &driver.sources {
            if driver.origin == Origin::Local {
                println!("cargo::rerun-if-changed={}", tree.join(source).display());
            }
            // One at a time: each source has flags of its own.
            let mut build = self.cc();
            build.flags(unit_flags(driver, source, tree, config)).file(tree.join(source));
            objects.extend(build.try_compile_intermediates().map_err(|error| {
                format!(
                    "driver `{}`: {source}: {error}\n`cargo xtask driver check {}` says what is missing",
                    driver.name, driver.name
                )
            })?);
        }
        for header in driver.headers.iter().filter(|_| driver.origin == Origin::Local) {
            println!("cargo::rerun-if-changed={}", tree.join(header).display());
        }
        let archive = format!("driver_{}", driver.name.replace('-', "_"));
        self.cc().objects(objects).archiver(self.clang.tool("llvm-ar")?).try_compile(&archive)?;
        // Whole: nothing calls a driver, its initcall does.
        println!("cargo::rustc-link-lib=static:+whole-archive,-bundle={archive}");
        Ok(())
    }

    /// The compiler, with none of cc's own flags.
    fn cc(&self) -> cc::Build {
        let mut build = cc::Build::new();
        build.compiler(&self.clang.program).no_default_flags(true).cargo_metadata(false);
        build.cargo_warnings(true).warnings(false).flags(&self.flags).flag("-gline-tables-only");
        build.out_dir(&self.out);
        build
    }
}
