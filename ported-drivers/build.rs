// SPDX-License-Identifier: GPL-2.0-only
//! Compiles the drivers that `FERROVISOR_DRIVERS` names (folders of `ported-drivers/`, separated by
//! commas) and those that they need: an archive each, linked whole into the image.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use driver_config::{
    Clang, Driver, LinuxTree, Origin, Set, c_flags, copy_stand_ins, digest_of, kept_object, symbols,
    unit_flags,
};
use object::{Object, ObjectSymbol, SymbolKind};

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
        let headers = digest_of(&root.join("include"))?;
        let build = Build { clang: Clang::find()?, flags: c_flags(&root), headers, folder, root, out };
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

/// The functions of an object, in the order of their sections.
fn functions_of(path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let file = object::File::parse(&*bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut functions = Vec::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0) {
        functions.push((
            symbol.section_index().map(|index| index.0),
            symbol.address(),
            symbol.name()?.to_owned(),
        ));
    }
    functions.sort();
    Ok(functions.into_iter().map(|(_, _, name)| name).collect())
}

/// What every driver is compiled with.
struct Build {
    clang: Clang,
    flags: Vec<String>,
    /// The checksum of all of `include/`.
    headers: String,
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
        let mut functions = Vec::new();
        for driver in &set.drivers {
            let tree = match (&linux, driver.origin) {
                (Some(linux), Origin::Linux) => self.take(linux, driver)?,
                _ => self.folder.join(&driver.name),
            };
            for object in self.compile(driver, &tree, &set.config())? {
                functions.push((driver.name.clone(), functions_of(&object)?));
            }
        }
        self.name(&functions)
    }

    /// Makes room in the image for the names of the drivers' functions, and says which there are: where they lie shows
    /// when the image is linked.
    fn name(&self, functions: &[(String, Vec<String>)]) -> Result<(), Box<dyn Error>> {
        let list = self.out.join("functions.txt");
        fs::write(&list, symbols::list(functions))?;
        let source = self.out.join("symbols.c");
        let room = symbols::room(functions);
        fs::write(
            &source,
            format!(
                "__asm__(\".pushsection {},\\\"\\\",@progbits\\n.incbin \\\"{}\\\"\\n.popsection\");\n\
                 __attribute__((visibility(\"hidden\")))\n\
                 const volatile unsigned char {}[{room}] = {{ 0 }};\n",
                symbols::SECTION,
                list.display(),
                symbols::TABLE,
            ),
        )?;
        self.cc().file(&source).archiver(self.clang.tool("llvm-ar")?).try_compile("driver_symbols")?;
        println!("cargo::rustc-link-lib=static:+whole-archive,-bundle=driver_symbols");
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

    /// Compiles a driver to `libdriver_NAME.a`; its objects.
    fn compile(
        &self,
        driver: &Driver,
        tree: &Path,
        config: &BTreeSet<&str>,
    ) -> Result<Vec<PathBuf>, Box<dyn Error>> {
        if driver.origin == Origin::Local {
            for file in driver.sources.iter().chain(&driver.headers) {
                println!("cargo::rerun-if-changed={}", tree.join(file).display());
            }
        }
        let mut private = Vec::new();
        for header in &driver.headers {
            private.extend(fs::read(tree.join(header))?);
        }
        let objects = driver.sources.iter().map(|source| {
            let flags = unit_flags(driver, source, tree, config);
            self.object(tree, source, flags, &private).map_err(|error| {
                let name = &driver.name;
                format!(
                    "driver `{name}`: {source}: {error}\n\
                     `cargo xtask driver check {name}` says what is missing"
                )
            })
        });
        let objects: Vec<PathBuf> = objects.collect::<Result<_, _>>()?;
        let archive = format!("driver_{}", driver.name.replace('-', "_"));
        self.cc().objects(&objects).archiver(self.clang.tool("llvm-ar")?).try_compile(&archive)?;
        // Whole: nothing calls a driver, its initcall does.
        println!("cargo::rustc-link-lib=static:+whole-archive,-bundle={archive}");
        Ok(objects)
    }

    /// The object of one source.
    fn object(
        &self,
        tree: &Path,
        source: &str,
        flags: Vec<String>,
        private: &[u8],
    ) -> Result<PathBuf, Box<dyn Error>> {
        let file = tree.join(source);
        let all = [&self.flags[..], &flags].concat();
        kept_object(&self.out, &file, &all, &self.headers, private, |kept| {
            // One source at a time: each has flags of its own.
            let objects = self.cc().flags(&flags).file(&file).try_compile_intermediates()?;
            Ok(fs::rename(objects.first().ok_or("cc made no object")?, kept)?)
        })
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
