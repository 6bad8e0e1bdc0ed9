// SPDX-License-Identifier: GPL-2.0-only
//! Software for guests: kernels, a user space, our own guests. Each has a name, under which a guest's
//! DTS asks for it; what is downloaded or made is kept in `.cache/images`.

pub mod apt;
pub mod debian;
pub mod initramfs;

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{image, process, project};
use apt::Packages;

/// How an artifact comes about.
enum Recipe {
    /// Debian's kernel: the package's name before and after the version.
    Kernel(&'static str, &'static str),
    /// The initramfs with a shell.
    Initramfs,
    /// A Debian on a disk: the initramfs that finds it.
    DebianInitramfs,
    /// The disk.
    DebianDisk,
    /// U-Boot for QEMU's machine.
    UBoot,
    /// A program of the package `guests`.
    Guest(&'static str),
}

/// Every artifact, with what it is.
const RECIPES: &[(&str, Recipe, &str)] = &[
    ("linux-6.1/Image", Recipe::Kernel("linux-image-6.1.0-", "-arm64"), "Debian's arm64 kernel 6.1"),
    (
        "linux-6.1-rt/Image",
        Recipe::Kernel("linux-image-6.1.0-", "-rt-arm64"),
        "Debian's arm64 kernel 6.1 with PREEMPT_RT",
    ),
    ("linux-6.12/Image", Recipe::Kernel("linux-image-6.12.", "-arm64"), "Debian's arm64 kernel 6.12"),
    ("busybox.cpio", Recipe::Initramfs, "a small user space: busybox and a shell on the console"),
    (
        "debian.cpio",
        Recipe::DebianInitramfs,
        "an initramfs that goes on with the root file system on a disk (`fv_root=`)",
    ),
    (
        "debian.ext4",
        Recipe::DebianDisk,
        "a root file system: Debian from its packages, made in some ten minutes",
    ),
    ("u-boot.bin", Recipe::UBoot, "Debian's U-Boot for the arm64 machine of QEMU"),
    ("micro.bin", Recipe::Guest("micro"), "our guest that measures"),
    ("checker.bin", Recipe::Guest("checker"), "our guest that checks its machine"),
    ("hostile.bin", Recipe::Guest("hostile"), "our guest that attacks"),
    ("ticker.bin", Recipe::Guest("ticker"), "our guest that ticks"),
];

/// Names and descriptions of all artifacts.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    RECIPES.iter().map(|(name, _, what)| (*name, *what))
}

/// Whether an artifact that is kept was made or fetched already.
pub fn is_there(name: &str) -> bool {
    project::cache().join("images").join(name).is_file()
}

/// The file of an artifact; it is made or fetched if it is not there yet. `NAME.gz` is any artifact
/// compressed.
///
/// # Errors
/// When there is no such artifact, or it cannot be made.
pub fn get(name: &str) -> Result<PathBuf> {
    let path = project::cache().join("images").join(name);
    let recipe = RECIPES.iter().find(|(known, ..)| *known == name).map(|(_, recipe, _)| recipe);
    match recipe {
        // Sources of our own may have changed: cargo knows.
        Some(Recipe::Guest(program)) => return image::guest(program),
        _ if is_there(name) => return Ok(path),
        Some(Recipe::Kernel(start, end)) => store(&path, &kernel(start, end)?)?,
        Some(Recipe::UBoot) => store(&path, &u_boot()?)?,
        Some(Recipe::Initramfs) => store(&path, &initramfs::busybox(&[])?)?,
        Some(Recipe::DebianInitramfs) => store(&path, &debian::initramfs()?)?,
        Some(Recipe::DebianDisk) => debian::rootfs(&path)?,
        None => match name.strip_suffix(".gz") {
            Some(plain) => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(&fs::read(get(plain)?)?)?;
                store(&path, &encoder.finish()?)?;
            }
            None => {
                let known: Vec<&str> = list().map(|(name, _)| name).collect();
                bail!("there is no image `{name}`. Known ones: {}, and each with .gz", known.join(", "))
            }
        },
    }
    Ok(path)
}

/// Writes a file in one step: a file that is there is whole.
///
/// # Errors
/// When it cannot be written.
pub fn store(path: &Path, bytes: &[u8]) -> Result<()> {
    store_with(path, bytes, 0o644)
}

/// Writes a file that can be run, in one step.
///
/// # Errors
/// When it cannot be written.
pub fn store_program(path: &Path, bytes: &[u8]) -> Result<()> {
    store_with(path, bytes, 0o755)
}

fn store_with(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let folder = path.parent().context("a file without a folder")?;
    let part = process::temporary(path);
    let write = || {
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&part, bytes))
            .and_then(|()| fs::set_permissions(&part, Permissions::from_mode(mode)))
            .and_then(|()| fs::rename(&part, path))
    };
    write().with_context(|| format!("cannot write {}", project::shown(path)))
}

/// Debian's arm64 kernel 6.1: the package's name and its files.
fn kernel_package() -> Result<(String, PathBuf)> {
    let packages = Packages::open()?;
    let package = packages.newest("linux-image-6.1.0-", "-arm64")?;
    let files = packages.fetch(&package)?;
    Ok((package, files))
}

/// The folder of the modules of Debian's arm64 kernel 6.1: what is `/lib/modules/VERSION` where it is installed.
///
/// # Errors
/// When the package cannot be fetched.
pub fn linux_modules() -> Result<PathBuf> {
    let (package, files) = kernel_package()?;
    Ok(files.join("lib/modules").join(package.trim_start_matches("linux-image-")))
}

/// A device tree that Debian's arm64 kernel package has, by the name that Linux gives it, without `.dtb`:
/// `allwinner/sun50i-h5-orangepi-pc2`.
///
/// # Errors
/// When the package cannot be fetched or has no such device tree; the error names similar ones.
pub fn linux_dtb(name: &str) -> Result<PathBuf> {
    let (package, files) = kernel_package()?;
    let trees = files.join("usr/lib").join(&package);
    let path = trees.join(format!("{name}.dtb"));
    let plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if plain && path.is_file() {
        return Ok(path);
    }
    let (family, start) = name.split_once('/').unwrap_or((name, ""));
    let start: String = start.chars().take_while(|letter| *letter != '-').collect();
    let mut known: Vec<String> = fs::read_dir(trees.join(family))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".dtb").map(str::to_owned))
        .filter(|known| known.starts_with(&start))
        .collect();
    known.sort();
    let hint = if known.is_empty() {
        format!("it has folders such as allwinner/ and xilinx/, in {}", project::shown(&trees))
    } else {
        format!("{family}/ has {}", known.join(", "))
    };
    bail!("package {package} has no device tree `{name}`: {hint}")
}

/// U-Boot, position independent, as a file that begins with its first instruction.
fn u_boot() -> Result<Vec<u8>> {
    let path = Packages::open()?.fetch("u-boot-qemu")?.join("usr/lib/u-boot/qemu_arm64/u-boot.bin");
    fs::read(&path).with_context(|| format!("cannot read {}", project::shown(&path)))
}

/// The newest kernel `Image` of Debian packages named so.
fn kernel(start: &str, end: &str) -> Result<Vec<u8>> {
    let packages = Packages::open()?;
    let name = packages.newest(start, end)?;
    let boot = packages.fetch(&name)?.join("boot");
    let entries = fs::read_dir(&boot).with_context(|| format!("package {name} has no boot folder"))?;
    let kernel = entries
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().starts_with("vmlinuz-"))
        .with_context(|| format!("package {name} has no kernel"))?;
    let bytes = fs::read(kernel.path())?;
    ensure!(bytes.get(56..60) == Some(b"ARM\x64"), "the kernel of package {name} is no arm64 Image");
    Ok(bytes)
}
