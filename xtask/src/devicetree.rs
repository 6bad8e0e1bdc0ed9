// SPDX-License-Identifier: GPL-2.0-only
//! The device tree of a board: its own text, or that of Debian's kernel package with what the board adds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use board_config::{Board, Compiled, Value, compile_dts};

use crate::{artifacts, process, project};

/// How `dtb.source` names a device tree of the kernel package.
const LINUX: &str = "linux:";

/// A board's device tree.
pub struct DeviceTree {
    /// Where it comes from, for people.
    pub origin: String,
    /// It as a blob, and what the compiler warned of in the board's own lines.
    pub compiled: Compiled,
}

/// Compiles the device tree of a board; none if it has none of its own.
///
/// # Errors
/// When a source has mistakes or is missing where it is needed, or a package cannot be fetched.
pub fn of_board(board: &Board) -> Result<Option<DeviceTree>> {
    let text = |option: &str| match board.get(option) {
        Some(Value::String(text)) => text.as_str(),
        _ => "",
    };
    let own = project::board_folder(&board.id).join(text("dtb.file"));
    let own = own.is_file().then_some(own);
    match (text("dtb.source"), own) {
        ("", Some(own)) => {
            Ok(Some(DeviceTree { origin: project::shown(&own), compiled: compile_dts(&own)? }))
        }
        ("", None) => {
            let needed = ["dtb.builtin", "machine.dtb"];
            let needed = needed.into_iter().find(|option| board.get(option) == Some(&Value::Bool(true)));
            if let Some(option) = needed {
                bail!(
                    "boards/{}/board.toml: {option} is true, but there is no {} beside it and no dtb.source",
                    board.id,
                    text("dtb.file")
                );
            }
            Ok(None)
        }
        (source, own) => {
            let Some(name) = source.strip_prefix(LINUX) else {
                bail!(
                    "boards/{}/board.toml: dtb.source = \"{source}\" must be \"{LINUX}FOLDER/NAME\"",
                    board.id
                );
            };
            let compiled = on_top_of(&artifacts::linux_dtb(name)?, own.as_deref(), &board.id)?;
            let origin =
                own.map_or(source.to_owned(), |own| format!("{source} with {}", project::shown(&own)));
            Ok(Some(DeviceTree { origin, compiled }))
        }
    }
}

/// The board's device tree as a file, for an emulator or a build that is to take it in.
///
/// # Errors
/// As [`of_board`]; and when the board has none.
pub fn file(board: &Board) -> Result<PathBuf> {
    let tree = of_board(board)?.with_context(|| format!("the board `{}` has no device tree", board.id))?;
    let path = project::target().join(&board.id).join("board.dtb");
    // A file that stays as it was does not make cargo build anew.
    if !fs::read(&path).is_ok_and(|known| known == tree.compiled.dtb) {
        artifacts::store(&path, &tree.compiled.dtb)?;
    }
    Ok(path)
}

/// Turns a blob into text and compiles that with the board's own lines after it.
fn on_top_of(base: &Path, own: Option<&Path>, id: &str) -> Result<Compiled> {
    let text = process::output(Command::new("dtc").args(["-q", "-I", "dtb", "-O", "dts"]).arg(base))?;
    let folder = project::target().join(id);
    let base_text = folder.join("base.dts");
    artifacts::store(&base_text, &text)?;
    let mut whole = format!("/dts-v1/;\n/include/ \"{}\"\n", base_text.display());
    if let Some(own) = own {
        let lines =
            fs::read_to_string(own).with_context(|| format!("cannot read {}", project::shown(own)))?;
        ensure!(
            !lines.contains("/dts-v1/"),
            "{}: it is added to dtb.source, and must not start a tree of its own with /dts-v1/",
            project::shown(own)
        );
        whole += &format!("/include/ \"{}\"\n", own.display());
    }
    let source = folder.join("board.dts");
    artifacts::store(&source, whole.as_bytes())?;
    let mut compiled = compile_dts(&source)?;
    // The base's own shortcomings are not this board's.
    let base_text = base_text.display().to_string();
    compiled.warnings =
        compiled.warnings.lines().filter(|line| !line.contains(&base_text)).collect::<Vec<_>>().join("\n");
    Ok(compiled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_lines_change_and_extend_the_base() {
        let folder = std::env::temp_dir().join(format!("ferrovisor-devicetree-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let base = folder.join("base-source.dts");
        fs::write(&base, "/dts-v1/;\n/ { bus { #address-cells = <1>; #size-cells = <0>; dev@1 { reg = <1>; status = \"disabled\"; }; }; };\n").unwrap();
        let blob = folder.join("base.dtb");
        fs::write(&blob, compile_dts(&base).unwrap().dtb).unwrap();
        let own = folder.join("own.dts");
        fs::write(&own, "&{/bus/dev@1} { status = \"okay\"; child { }; };\n").unwrap();
        let id = format!("test-devicetree-{}", std::process::id());
        let compiled = on_top_of(&blob, Some(&own), &id).unwrap();
        let fdt = dtoolkit::fdt::Fdt::new(&compiled.dtb).unwrap();
        assert!(fdt.find_node("/bus/dev@1/child").is_some());
        fs::write(&own, "&{/bus/dev@2} { };\n").unwrap();
        let error = on_top_of(&blob, Some(&own), &id).err().unwrap().to_string();
        assert!(error.contains("own.dts:1"), "{error}");
        fs::write(&own, "/dts-v1/;\n").unwrap();
        assert!(on_top_of(&blob, Some(&own), &id).is_err());
        fs::remove_dir_all(folder).unwrap();
        fs::remove_dir_all(project::target().join(id)).unwrap();
    }
}
