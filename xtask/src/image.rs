// SPDX-License-Identifier: GPL-2.0-only
//! Builds the image and our own guests: ELF by cargo, then the flat binary that boot loaders take.

use std::fmt;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use board_config::{Board, Value};
use clap::ValueEnum;
use driver_config::{Origin, Set};

use crate::toolchain::{TARGET, Toolchain};
use crate::{devicetree, driver, process, project, symbols};

/// How the image is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Checked arithmetic and assertions.
    Debug,
    /// Optimized.
    Release,
}

impl Profile {
    /// What cargo is told to build with it. Not a profile of cargo's own for the debug image: those of one name share what is
    /// built for this machine, such as build scripts, with the checks.
    fn options(self) -> &'static [&'static str] {
        match self {
            Profile::Debug => &["--config", "profile.dev.opt-level=1"],
            Profile::Release => &["--release"],
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Debug => "debug",
            Profile::Release => "release",
        })
    }
}

/// A built image.
#[derive(Debug, Clone)]
pub struct Image {
    /// With symbols, for debuggers and sizes.
    pub elf: PathBuf,
    /// The arm64 `Image`.
    pub bin: PathBuf,
}

/// Builds the image of a board: `<target>/<board>/<profile>/ferrovisor{,.bin}`.
///
/// # Errors
/// When the board's file has mistakes, or a tool fails.
pub fn build(board: &str, profile: Profile) -> Result<Image> {
    build_with(board, profile, &[])
}

/// Builds the image of a board with these Linux drivers besides the board's own (`drivers.ported`): names of
/// folders in `ported-drivers/`. With any that the board does not have, the image goes to
/// `<target>/<board>+<drivers>/<profile>/`.
///
/// # Errors
/// When the board's file has mistakes, or a tool fails.
pub fn build_with(board: &str, profile: Profile, more: &[String]) -> Result<Image> {
    build_of(board, profile, more, &[], true)
}

/// As [`build_with`], but without some of the board's drivers, and if `virtio` is false without the virtio devices and the
/// IP stack that it may have: `<target>/<board>-virtio-DRIVER/<profile>/`. To see what they take.
///
/// # Errors
/// As [`build_with`].
pub fn build_less(
    board: &str,
    profile: Profile,
    more: &[String],
    without: &[String],
    virtio: bool,
) -> Result<Image> {
    build_of(board, profile, more, without, virtio)
}

fn build_of(
    board: &str,
    profile: Profile,
    more: &[String],
    without: &[String],
    virtio: bool,
) -> Result<Image> {
    let config = project::board(board)?;
    let mut drivers = driver::of_board(&config);
    let mut name = board.to_owned() + if virtio { "" } else { "-virtio" };
    for driver in without {
        name += &format!("-{driver}");
        drivers.retain(|d| d != driver);
    }
    for driver in more {
        if !drivers.contains(driver) {
            name += &format!("+{driver}");
            drivers.push(driver.clone());
        }
    }
    let commands = commands(&driver::prepare(&drivers)?);
    let tree = match config.get("dtb.builtin") {
        Some(Value::Bool(true)) => Some(devicetree::file(&config)?),
        _ => None,
    };
    let built = cargo_build(profile, |command| {
        command.args(["--package", "ferrovisor"]).env("FERROVISOR_BOARD", board);
        // What the build scripts read: of the image, and of the crate that compiles the drivers.
        command.env("FERROVISOR_DRIVERS", drivers.join(","));
        if !drivers.is_empty() {
            command.args(["--features", &format!("linux{commands}")]);
        }
        add_features(command, &config, virtio);
        if let Some(tree) = &tree {
            command.env("FERROVISOR_DTB", tree);
        }
    })?;
    keep(&built, &name, profile)
}

/// The terminal's commands that only images with drivers of a kind have, as features: by the folder of Linux that the
/// drivers come from. A driver of the user's own may be of any kind.
fn commands(set: &Set) -> String {
    const KINDS: &[(&str, &str)] = &[
        ("clocksource", "clocksource"),
        ("crypto", "crypto"),
        ("dma", "dma"),
        ("net", "nic"),
        ("net/mdio", "mdio"),
        ("spi", "spi"),
        ("thermal", "thermal"),
        ("tty/serial", "serial"),
    ];
    let of_kind = |kind: &str| {
        let folder = format!("drivers/{kind}/");
        let mut drivers = set.drivers.iter();
        drivers
            .any(|d| d.origin != Origin::Linux || d.sources.iter().any(|source| source.starts_with(&folder)))
    };
    KINDS.iter().filter(|(kind, _)| of_kind(kind)).map(|(_, name)| format!(",terminal/{name}")).collect()
}

/// Builds the image of a board without C drivers and with further options, lines of TOML that its file does not have:
/// `<target>/<board>+options-HASH/<profile>/`. For tests, several at a time.
///
/// # Errors
/// When the options have mistakes, or a tool fails.
pub fn build_with_options(board: &str, profile: Profile, options: &str) -> Result<Image> {
    let config = project::board_with(board, options)?;
    let built = cargo_build(profile, |command| {
        command.args(["--package", "ferrovisor"]).env("FERROVISOR_BOARD", board);
        command.env("FERROVISOR_OPTIONS", options);
        add_features(command, &config, true);
    })?;
    let mut hasher = DefaultHasher::new();
    options.hash(&mut hasher);
    keep(&built, &format!("{board}+options-{:016x}", hasher.finish()), profile)
}

/// Asks for what the board's options want compiled in; virtio devices and the IP stack only if they are wanted.
fn add_features(command: &mut Command, board: &Board, virtio: bool) {
    for (option, feature) in [("guests.virtio", "virtio"), ("net.stack", "net")] {
        let asked = matches!(board.get(option), Some(Value::Bool(true)));
        if asked && virtio {
            command.args(["--features", feature]);
        }
    }
}

/// Copies the image out of cargo's folder, where the next one will be, to `<target>/<name>/<profile>/`.
fn keep(built: &Built, name: &str, profile: Profile) -> Result<Image> {
    let folder = project::target().join(name).join(profile.to_string());
    fs::create_dir_all(&folder)?;
    let image = Image { elf: folder.join("ferrovisor"), bin: folder.join("ferrovisor.bin") };
    fs::copy(built.folder.join("ferrovisor"), &image.elf)
        .with_context(|| format!("cannot copy the image to {}", folder.display()))?;
    flatten(&image.elf, &image.bin)?;
    Ok(image)
}

/// The programs of the package `guests`.
pub const GUESTS: [&str; 4] = ["micro", "checker", "hostile", "ticker"];

/// The file of one of our own guests, `<target>/guests/NAME.bin`. All are built when the first is asked for, and then not
/// again while this program runs: who needs one later does not wait for an image that is being built.
///
/// # Errors
/// When a tool fails, or there is no such guest.
pub fn guest(name: &str) -> Result<PathBuf> {
    static BUILT: Mutex<bool> = Mutex::new(false);
    let folder = project::target().join("guests");
    let file = |name: &str| folder.join(format!("{name}.bin"));
    ensure!(GUESTS.contains(&name), "there is no guest `{name}`. Ours are {}", GUESTS.join(", "));
    // After a panic it is what it was before.
    let mut done = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !*done {
        let built = cargo_build(Profile::Release, |command| {
            command.args(["--package", "guests", "--bins"]);
        })?;
        fs::create_dir_all(&folder)?;
        GUESTS.iter().try_for_each(|name| flatten(&built.folder.join(name), &file(name)))?;
        *done = true;
    }
    Ok(file(name))
}

/// What cargo has built for the bare machine. Until this is dropped nobody else builds there, in other processes neither:
/// all images come out under the same name.
struct Built {
    /// The folder where cargo leaves its products.
    folder: PathBuf,
    _alone: File,
}

/// Runs cargo for the bare machine.
fn cargo_build(profile: Profile, what: impl Fn(&mut Command)) -> Result<Built> {
    // A folder of its own: another compiler and other flags than the host's share nothing with it.
    let target = project::target().join("bare");
    fs::create_dir_all(&target)?;
    let alone = File::create(target.join("image.lock"))?;
    alone.lock().context("cannot lock the folder of images")?;
    let mut command = Toolchain::choose()?.cargo("build");
    command.arg("--target-dir").arg(&target);
    command.args(profile.options());
    what(&mut command);
    process::run(&mut command)?;
    Ok(Built { folder: target.join(TARGET).join(profile.to_string()), _alone: alone })
}

/// Turns an ELF into the flat binary that it describes, in one step: another run may be reading it.
fn flatten(elf: &Path, bin: &Path) -> Result<()> {
    let raw = process::temporary(bin);
    process::run(Command::new("llvm-objcopy-19").args(["-O", "binary"]).arg(elf).arg(&raw))?;
    symbols::fill(elf, &raw)?;
    fs::rename(&raw, bin).with_context(|| format!("cannot write {}", project::shown(bin)))
}
