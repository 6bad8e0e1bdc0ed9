// SPDX-License-Identifier: GPL-2.0-only
//! Which compiler builds for the bare machine.
//!
//! rustup's own `aarch64-unknown-none-softfloat` is taken where it is installed or can be added. Else
//! the distribution's compiler builds `core` and `alloc` from its source package. The choice is kept in
//! the target folder, so that it is made once; `FERROVISOR_TOOLCHAIN=rustup` or `distribution` decides
//! otherwise.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{process, project};

/// The target of the image and of our own guests.
pub const TARGET: &str = "aarch64-unknown-none-softfloat";
/// The oldest compiler that knows the language used here: 1.MINOR.
const MINOR: u32 = 95;
/// The distribution's compilers: where they stand and where the source of `core` is.
const DISTRIBUTION: &str = "/usr/bin";
const DISTRIBUTION_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/core/Cargo.toml";

/// The compiler for the bare machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Toolchain {
    /// The default cargo, which has the target installed.
    Rustup,
    /// The distribution's, with `core` and `alloc` built from source.
    Distribution,
}

impl Toolchain {
    /// The choice for this machine: the remembered one if it still holds, else a new one.
    ///
    /// # Errors
    /// When neither can be had, with what to install.
    pub fn choose() -> Result<Toolchain> {
        if let Ok(wish) = env::var("FERROVISOR_TOOLCHAIN") {
            let choice = match wish.as_str() {
                "rustup" => Toolchain::Rustup,
                "distribution" => Toolchain::Distribution,
                _ => bail!("FERROVISOR_TOOLCHAIN is `{wish}`; it may be rustup or distribution"),
            };
            ensure!(
                choice.works(),
                "FERROVISOR_TOOLCHAIN is `{wish}`, but that cannot build for {TARGET} here"
            );
            return Ok(choice);
        }
        let memory = project::target().join("toolchain.json");
        if let Some(choice) = recall(&memory).filter(Toolchain::works) {
            return Ok(choice);
        }
        let choice = Self::find()?;
        fs::create_dir_all(project::target())?;
        fs::write(&memory, serde_json::to_vec(&choice)?)
            .with_context(|| format!("cannot write {}", project::shown(&memory)))?;
        Ok(choice)
    }

    fn find() -> Result<Toolchain> {
        if Toolchain::Rustup.works() || add_target() && Toolchain::Rustup.works() {
            return Ok(Toolchain::Rustup);
        }
        if Toolchain::Distribution.works() {
            return Ok(Toolchain::Distribution);
        }
        bail!(
            "no compiler for {TARGET}.\n\
             Either `rustup target add {TARGET}` must succeed with Rust 1.{MINOR} or later,\n\
             or the distribution must have rustc, its source and cargo 1.{MINOR} or later: ./scripts/setup installs them."
        )
    }

    /// Whether everything that this choice needs is there.
    fn works(&self) -> bool {
        match self {
            Toolchain::Rustup => {
                let mut rustc = Command::new("rustc");
                let sysroot = process::output(clean(&mut rustc).args(["--print", "sysroot"]));
                let folder = sysroot.ok().and_then(|path| String::from_utf8(path).ok());
                let libraries = |path: String| PathBuf::from(path.trim()).join("lib/rustlib").join(TARGET);
                recent("rustc") && folder.is_some_and(|path| libraries(path).join("lib").is_dir())
            }
            Toolchain::Distribution => {
                let tool = |name: &str| format!("{DISTRIBUTION}/{name}");
                Path::new(DISTRIBUTION_SOURCE).is_file() && recent(&tool("rustc")) && recent(&tool("cargo"))
            }
        }
    }

    /// The minor version of a compiler or cargo, if it runs.
    pub fn minor_of(program: &str) -> Option<u32> {
        let version = process::output(clean(&mut Command::new(program)).arg("--version"));
        minor(&String::from_utf8_lossy(&version.ok()?))
    }

    /// A cargo command for the bare machine: `cargo SUBCOMMAND --target ...` with all that the compiler
    /// needs. The caller adds what is to be built.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = match self {
            Toolchain::Rustup => Command::new("cargo"),
            Toolchain::Distribution => Command::new(format!("{DISTRIBUTION}/cargo")),
        };
        clean(&mut command).current_dir(project::root()).arg(subcommand).args(["--target", TARGET]);
        if *self == Toolchain::Distribution {
            command
                .env("RUSTC", format!("{DISTRIBUTION}/rustc"))
                // Building `core` from source is an unstable wish of cargo, not of our code.
                .env("RUSTC_BOOTSTRAP", "1")
                .args(["-Z", "build-std=core,alloc,compiler_builtins"])
                .args(["-Z", "build-std-features=compiler-builtins-mem"]);
        }
        command
    }
}

/// Takes away what the cargo that runs xtask left in the environment: it means that cargo's compiler.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in env::vars_os().filter(|(name, _)| is_left_by_cargo(&name.to_string_lossy())) {
        command.env_remove(&name);
    }
    command
}

/// Whether a variable is of the cargo that runs xtask, not of the user.
fn is_left_by_cargo(name: &str) -> bool {
    const USERS: [&str; 5] =
        ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "CARGO_BUILD_JOBS", "CARGO_INCREMENTAL"];
    let users = USERS.contains(&name) || name.starts_with("CARGO_NET");
    name.starts_with("CARGO") && !users
        || matches!(name, "RUSTC" | "RUSTDOC" | "RUSTFLAGS" | "RUSTUP_TOOLCHAIN")
}

/// The choice made before.
fn recall(memory: &Path) -> Option<Toolchain> {
    serde_json::from_slice(&fs::read(memory).ok()?).ok()
}

/// Asks rustup for the target. False where there is no rustup or it cannot get it.
fn add_target() -> bool {
    let bar = process::spinner(&format!("rustup target add {TARGET}"));
    let status = Command::new("rustup")
        .args(["target", "add", TARGET])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    bar.finish_and_clear();
    status.is_ok_and(|status| status.success())
}

/// Whether a compiler or cargo is there and new enough.
fn recent(program: &str) -> bool {
    Toolchain::minor_of(program).is_some_and(|minor| minor >= MINOR)
}

/// A cargo command for this machine, with the user's default compiler.
pub fn host_cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    clean(&mut command).current_dir(project::root()).arg(subcommand);
    command
}

/// The minor version in a text such as `rustc 1.96.0 (...)`.
fn minor(text: &str) -> Option<u32> {
    text.split_whitespace().nth(1)?.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(minor("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some(96));
        assert_eq!(minor("cargo 1.95.0-nightly"), Some(95));
        assert_eq!(minor("rustc"), None);
        assert_eq!(minor("rustc 2.0.0"), None);
    }

    #[test]
    fn what_the_user_tells_cargo_is_kept() {
        assert!(
            ["CARGO_INCREMENTAL", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "PATH"]
                .iter()
                .all(|n| !is_left_by_cargo(n))
        );
        assert!(
            ["CARGO", "CARGO_MANIFEST_DIR", "RUSTC", "RUSTUP_TOOLCHAIN"].iter().all(|n| is_left_by_cargo(n))
        );
    }

    #[test]
    fn the_distribution_builds_core_from_source() {
        let command = process::shown(&Toolchain::Distribution.cargo("build"));
        assert!(command.contains("-Z build-std=core,alloc"), "{command}");
        assert!(!process::shown(&Toolchain::Rustup.cargo("build")).contains("-Z"));
    }
}
