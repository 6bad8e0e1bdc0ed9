// SPDX-License-Identifier: GPL-2.0-only
//! Where things are: the checkout, what is built, what is downloaded.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use board_config::{Board, Schema};

/// The root of the checkout.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = manifest.or_else(|| env::current_dir().ok()).unwrap_or_default();
    let is_root = |folder: &&Path| folder.join("boards/options.toml").is_file();
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
    start.ancestors().find(is_root).or_else(|| built_from.ancestors().find(is_root)).unwrap_or(&start).into()
}

/// Where cargo builds: `CARGO_TARGET_DIR`, else `target` in the checkout.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Downloads and what is made of them. Safe to delete; it is fetched again when needed.
pub fn cache() -> PathBuf {
    root().join(".cache")
}

/// A path as a reader wants to see it: relative to the checkout where it is in it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The names of all boards: the folders in `boards/` with a `board.toml`.
///
/// # Errors
/// When `boards/` cannot be read.
pub fn board_names() -> Result<Vec<String>> {
    let folder = root().join("boards");
    let mut names = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        if entry.path().join("board.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The folder of a board.
pub fn board_folder(id: &str) -> PathBuf {
    root().join("boards").join(id)
}

/// Reads and checks a board.
///
/// # Errors
/// When there is no such board, or its file or the schema has mistakes.
pub fn board(id: &str) -> Result<Board> {
    board_with(id, "")
}

/// As [`board`], with further options, lines of TOML that its file does not have.
///
/// # Errors
/// As [`board`].
pub fn board_with(id: &str, options: &str) -> Result<Board> {
    let names = board_names()?;
    if !names.iter().any(|name| name == id) {
        bail!(
            "there is no board `{id}`. Boards: {}. A new one is described in docs/add-a-board.md.",
            names.join(", ")
        );
    }
    let file = board_folder(id).join("board.toml");
    Ok(Board::parse(id, &shown(&file), &[options, &read(&file)?].join("\n"), &schema()?)?)
}

/// The schema of all options.
///
/// # Errors
/// When it has mistakes.
pub fn schema() -> Result<Schema> {
    let file = root().join("boards/options.toml");
    Ok(Schema::parse(&shown(&file), &read(&file)?)?)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", shown(path)))
}
