// SPDX-License-Identifier: GPL-2.0-only
//! Hands the chosen board's options, its built-in device tree and the linker script to the image.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use board_config::{Board, Schema, Value, options_rs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=FERROVISOR_BOARD");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let id = env::var("FERROVISOR_BOARD").unwrap_or_else(|_| "qemu-virt".into());
    let schema = Schema::parse("boards/options.toml", &read(&root, "boards/options.toml")?)?;
    let file = format!("boards/{id}/board.toml");
    // Options that the board's file does not set, for tests: lines of TOML.
    println!("cargo::rerun-if-env-changed=FERROVISOR_OPTIONS");
    let more = env::var("FERROVISOR_OPTIONS").unwrap_or_default();
    let text = [more.as_str(), &read(&root, &file)?].join("\n");
    let board = Board::parse(&id, &file, &text, &schema)?;

    // `cargo xtask build` compiles the board's device tree: it may come from a package.
    println!("cargo::rerun-if-env-changed=FERROVISOR_DTB");
    let dtb = match (board.get("dtb.builtin"), board.get("dtb.file"), env::var("FERROVISOR_DTB")) {
        (Some(Value::Bool(true)), _, Ok(file)) => {
            println!("cargo::rerun-if-changed={file}");
            Some(fs::read(&file).map_err(|error| format!("{file}: {error}"))?)
        }
        (Some(Value::Bool(true)), Some(Value::String(dts)), Err(_)) => {
            let dts = format!("boards/{id}/{dts}");
            println!("cargo::rerun-if-changed={dts}");
            Some(board_config::compile_dts(&root.join(dts))?.dtb)
        }
        _ => None,
    };
    fs::write(Path::new(&env::var("OUT_DIR")?).join("options.rs"), options_rs(&board, dtb.as_deref()))?;

    if env::var("CARGO_CFG_TARGET_OS")? == "none" {
        println!("cargo::rerun-if-changed=hypervisor/arch/image.ld");
        let script = root.join("hypervisor/arch/image.ld");
        println!("cargo::rustc-link-arg-bins=-T{}", script.display());
        let arguments = [
            "-pie",
            "--no-dynamic-linker",
            "--pack-dyn-relocs=relr",
            "-znotext",
            "-znorelro",
            "-zmax-page-size=4096",
            "--gc-sections",
        ];
        for argument in arguments {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
    Ok(())
}

/// Reads a file of the project and has the build repeated when it changes.
fn read(root: &Path, file: &str) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={file}");
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}").into())
}
