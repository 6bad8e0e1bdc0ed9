// SPDX-License-Identifier: GPL-2.0-only
//! Reads the C headers for Rust, and compiles the little that must be C.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use bindgen::callbacks::{AttributeInfo, ItemInfo, ParseCallbacks};
use driver_config::{
    BENCH_PREFIX, Clang, bench_flags, bench_name, bench_renames, c_flags, digest_of, kept, scan_exports,
};

/// The folders below `include/` whose headers Rust sees; the others are reached through these.
const FOLDERS: &[&str] = &["linux", "crypto", "drivers", "net"];

fn main() -> Result<(), Box<dyn Error>> {
    let crate_folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = crate_folder.parent().ok_or("the crate has no parent folder")?;
    let include = root.join("include");
    println!("cargo::rerun-if-changed={}", include.display());
    println!("cargo::rerun-if-changed=build.rs");
    // Whether C names are there to be linked with: in the image and on the driver bench, not in this crate's own tests.
    println!("cargo::rustc-check-cfg=cfg(linked)");
    if env::var("CARGO_CFG_TARGET_OS")? == "none" || env::var_os("CARGO_FEATURE_BENCH").is_some() {
        println!("cargo::rustc-cfg=linked");
    }
    let exports = match env::var_os("CARGO_FEATURE_BENCH") {
        Some(_) => {
            println!("cargo::rerun-if-changed=src");
            scan_exports(&crate_folder.join("src"))?.into_iter().map(|export| export.name).collect()
        }
        None => BTreeSet::new(),
    };
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // What they are made of, and what makes them.
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    let mut key = digest_of(&include)? + &c_flags(root).join(" ");
    key += &exports.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    key += &fs::read_to_string("build.rs")?;
    key += &fs::read_to_string(root.join("Cargo.lock"))?;
    let file = kept(&out, key.as_bytes(), |file| bindings(file, root, &include, &exports))?;
    fs::copy(file, out.join("bindings.rs"))?;
    c_sources(&crate_folder.join("c"), root, &exports)
}

/// The names of C functions, where they are not C's own: on the driver bench.
#[derive(Debug)]
struct LinkNames(BTreeSet<String>);

impl ParseCallbacks for LinkNames {
    fn generated_link_name_override(&self, item: ItemInfo<'_>) -> Option<String> {
        self.0.contains(item.name).then(|| bench_name(item.name))
    }

    /// Documented by Linux; and what each of thousands of types implements takes rustdoc minutes to find out.
    fn add_attributes(&self, _: &AttributeInfo<'_>) -> Vec<String> {
        vec!["#[doc(hidden)]".to_string()]
    }
}

/// Every header below `folder`, in alphabetical order.
fn headers(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            headers(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "h") {
            found.push(path);
        }
    }
    Ok(())
}

/// Writes types, constants and prototypes of all headers to `file`, as Linux's headers would have them on arm64.
fn bindings(
    file: &Path,
    root: &Path,
    include: &Path,
    exports: &BTreeSet<String>,
) -> Result<(), Box<dyn Error>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        headers(&include.join(folder), &mut found)?;
    }
    let mut all = String::new();
    for header in &found {
        writeln!(all, "#include <{}>", header.strip_prefix(include)?.display())?;
    }
    let text = bindgen::Builder::default()
        .header_contents("all.h", &all)
        .use_core()
        .parse_callbacks(Box::new(LinkNames(exports.clone())))
        // bindgen takes no function that is hidden.
        .clang_args(c_flags(root).into_iter().filter(|flag| flag != "-fvisibility=hidden"))
        .allowlist_file(format!("{}/.*", include.display()))
        .allowlist_file(".*/generated/.*")
        .blocklist_type("va_format|va_list|__builtin_va_list|__va_list_tag|__va_list")
        // Lists of variable arguments are the business of `c/`.
        .raw_line("#[repr(C)] pub struct va_list { _opaque: [u64; 4] }")
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .generate_comments(false)
        .derive_debug(false)
        .layout_tests(true)
        .formatter(bindgen::Formatter::None)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .generate()?
        .to_string()
        // Compilers look at columns, which takes long where everything is in one line.
        .replace(" pub ", "\npub ")
        .replace(" const _ ", "\nconst _ ")
        // For the compiler a name with this mark is another than the one that is exported.
        .replace(&format!("\\u{{1}}{BENCH_PREFIX}"), BENCH_PREFIX);
    Ok(fs::write(file, text)?)
}

/// The variadic entry points and what else Rust cannot define. Host tests have it compiled for the host; the driver
/// bench has it as drivers are, with `exports` by other names.
fn c_sources(folder: &Path, root: &Path, exports: &BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut sources: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
    sources.sort();
    if sources.is_empty() {
        return Ok(());
    }
    let clang = Clang::find()?;
    let mut build = cc::Build::new();
    build.compiler(&clang.program).archiver(clang.tool("llvm-ar")?).no_default_flags(true).warnings(false);
    if env::var("CARGO_CFG_TARGET_OS")? == "none" {
        c_flags(root).iter().for_each(|flag| _ = build.flag(flag));
    } else if env::var_os("CARGO_FEATURE_BENCH").is_some() {
        let renames = PathBuf::from(env::var("OUT_DIR")?).join("bench-names");
        fs::write(&renames, bench_renames(exports.iter().map(String::as_str)))?;
        let mut objects = build.clone();
        let objects = objects.flags(bench_flags(root)).files(sources).try_compile_intermediates()?;
        for object in &objects {
            let mut objcopy = Command::new(clang.tool("llvm-objcopy")?);
            objcopy.arg("--redefine-syms").arg(&renames).arg(object);
            if !objcopy.status()?.success() {
                return Err(format!("llvm-objcopy does not take {}", object.display()).into());
            }
        }
        build.objects(objects).try_compile("linux_compat_c")?;
        return Ok(());
    } else {
        build.flag("-fPIC").flag("-DFERROVISOR_HOST");
    }
    build.files(sources);
    build.try_compile("linux_compat_c")?;
    Ok(())
}
