// SPDX-License-Identifier: GPL-2.0-only
//! Reads the C headers for Rust, and compiles the little that must be C.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders below `include/` whose headers Rust sees; the others are reached through these.
const FOLDERS: &[&str] = &["linux"];

fn main() -> Result<(), Box<dyn Error>> {
    let crate_folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = crate_folder.parent().ok_or("the crate has no parent folder")?;
    let include = root.join("include");
    println!("cargo::rerun-if-changed={}", include.display());
    bindings(&include)?;
    c_sources(&crate_folder.join("c"), &include)
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

/// Types, constants and prototypes of all headers, as Linux's headers would have them on arm64.
fn bindings(include: &Path) -> Result<(), Box<dyn Error>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        headers(&include.join(folder), &mut found)?;
    }
    let mut all = String::new();
    for header in &found {
        writeln!(all, "#include <{}>", header.strip_prefix(include)?.display())?;
    }
    bindgen::Builder::default()
        .header_contents("all.h", &all)
        .use_core()
        .clang_args(driver_config::c_flags(include, driver_config::TARGET))
        .allowlist_file(format!("{}/.*", include.display()))
        .allowlist_file(".*/generated/.*")
        .blocklist_type(".*va_list.*")
        .blocklist_function("(v|_v).*printf|.*_va(rg|list).*|vs.*scanf|kvasprintf.*|.*vprintk.*")
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .generate_comments(false)
        .derive_debug(false)
        .layout_tests(true)
        .formatter(bindgen::Formatter::None)
        .rust_edition(bindgen::RustEdition::Edition2024)
        .generate()?
        .write_to_file(PathBuf::from(env::var("OUT_DIR")?).join("bindings.rs"))?;
    Ok(())
}

/// The variadic entry points and what else Rust cannot define.
fn c_sources(folder: &Path, include: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut sources: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|e| e.path()))
        .filter(|path| !path.as_ref().is_ok_and(|p| p.extension().is_none_or(|e| e != "c")))
        .collect::<Result<_, _>>()?;
    sources.sort();
    if sources.is_empty() {
        return Ok(());
    }
    let mut build = driver_config::compiler(include)?;
    build.files(sources).try_compile("linux_compat_c")?;
    Ok(())
}
