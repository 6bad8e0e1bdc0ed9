// SPDX-License-Identifier: GPL-2.0-only
//! The sources of Linux 6.12: Debian's package of them, unpacked once, with a manifest.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use driver_config::{LinuxTree, MANIFEST, digest};
use tar::{Archive, EntryType};

use crate::artifacts::apt::Packages;
use crate::{process, project};

/// The package, and the file in it.
const PACKAGE: &str = "linux-source-6.12";
const TARBALL: &str = "usr/src/linux-source-6.12.tar.xz";
/// The package's checksums of its files.
const SUMS: &str = "DEBIAN/md5sums";
/// The parts of the tree that drivers come from, and one of them that is as large as all the rest.
const PARTS: [&str; 5] = ["drivers/", "include/", "lib/", "arch/arm64/include/", "COPYING"];
const LEFT_OUT: &str = "drivers/gpu/drm/amd/include/";

/// The root of the tree; it is fetched and unpacked if it is not there yet.
///
/// # Errors
/// When the package cannot be had, or is not what its own list of checksums says.
pub fn fetch() -> Result<PathBuf> {
    let folder = LinuxTree::folder(&project::root());
    if folder.join(MANIFEST).is_file() {
        return Ok(folder);
    }
    ensure!(
        std::env::var_os("FERROVISOR_LINUX").is_none_or(|value| value.is_empty()),
        "FERROVISOR_LINUX names {}, which has no {MANIFEST}: it is no tree that this tool unpacked",
        folder.display()
    );
    fs::create_dir_all(project::cache())?;
    let lock = File::create(project::cache().join("linux-6.12.lock"))?;
    lock.lock().context("cannot lock the sources of Linux")?;
    if folder.join(MANIFEST).is_file() {
        return Ok(folder);
    }
    let packages = Packages::open()?;
    let mut package = packages.fetch(PACKAGE)?;
    if !package.join(SUMS).is_file() {
        // Unpacked by someone who did not need the checksums.
        packages.forget(PACKAGE)?;
        package = packages.fetch(PACKAGE)?;
    }
    verify(&package)?;
    let part = folder.with_extension("part");
    let _ = fs::remove_dir_all(&part);
    unpack(&package.join(TARBALL), &part)?;
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&part, &folder).with_context(|| format!("cannot write {}", project::shown(&folder)))?;
    // 150 MB that nobody needs again.
    packages.forget(PACKAGE)?;
    Ok(folder)
}

/// The package's files are what its list of checksums says.
fn verify(package: &Path) -> Result<()> {
    let list = package.join(SUMS);
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", project::shown(&list)))?;
    ensure!(text.contains(TARBALL), "the package {PACKAGE} has no checksum for {TARBALL}");
    process::quiet(
        "checksum of the sources of Linux",
        Command::new("md5sum").args(["--quiet", "--check", SUMS]).current_dir(package),
    )
}

/// Unpacks the parts that drivers come from, and writes the manifest last.
fn unpack(tarball: &Path, folder: &Path) -> Result<()> {
    let bar = process::spinner("unpacking the sources of Linux");
    let mut xz = Command::new("xz")
        .args(["-dc", "-T0"])
        .arg(tarball)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run `xz`; ./scripts/setup installs what is needed")?;
    let mut stream = xz.stdout.take().context("xz has no output")?;
    let outcome = store(&mut stream, folder).and_then(|manifest| {
        // An archive goes on behind its end mark; `xz` would be killed by a pipe that is closed before.
        io::copy(&mut stream, &mut io::sink())?;
        Ok(manifest)
    });
    drop(stream);
    let status = xz.wait()?;
    bar.finish_and_clear();
    let manifest = outcome?;
    ensure!(status.success(), "`xz` failed ({status}) on {}", project::shown(tarball));
    fs::write(folder.join(MANIFEST), manifest)?;
    Ok(())
}

/// Writes the wanted files of a tar archive into a folder, and gives the manifest of them.
fn store(stream: impl Read, folder: &Path) -> Result<String> {
    let mut manifest = String::new();
    let mut bytes = Vec::new();
    for entry in Archive::new(stream).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type() != EntryType::Regular {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        // The first part is the version's folder.
        let Some((_, path)) = path.split_once('/') else { continue };
        if !PARTS.iter().any(|part| path.starts_with(part)) || path.starts_with(LEFT_OUT) {
            continue;
        }
        if path.split('/').any(|part| part == "..") {
            bail!("the sources of Linux hold a path that leads out of them: {path}");
        }
        bytes.clear();
        entry.read_to_end(&mut bytes)?;
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        BufWriter::new(File::create(&file)?).write_all(&bytes)?;
        manifest += &format!("{}  {path}\n", digest(&bytes));
    }
    ensure!(manifest.contains("  drivers/"), "the sources of Linux hold no drivers");
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with these files.
    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn the_wanted_parts_are_written_and_listed() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-linux", std::process::id()));
        let archive = archive(&[
            ("linux-source-6.12/drivers/rtc/rtc-x.c", "int x;\n"),
            ("linux-source-6.12/drivers/gpu/drm/amd/include/y.h", "int y;\n"),
            ("linux-source-6.12/sound/z.c", "int z;\n"),
        ]);
        let manifest = store(archive.as_slice(), &folder).unwrap();
        assert_eq!(manifest, format!("{}  drivers/rtc/rtc-x.c\n", digest(b"int x;\n")));
        assert_eq!(fs::read(folder.join("drivers/rtc/rtc-x.c")).unwrap(), b"int x;\n");
        assert!(!folder.join("sound").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    /// What is behind the end mark is more than a pipe holds, so `xz` is still writing when the archive has ended.
    #[test]
    fn an_archive_with_a_long_tail_is_unpacked() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-tail", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut bytes = archive(&[("linux-source-6.12/drivers/rtc/rtc-x.c", "int x;\n")]);
        bytes.resize(bytes.len() + (1 << 20), 0);
        fs::write(folder.join("a.tar"), bytes).unwrap();
        process::output(Command::new("xz").arg(folder.join("a.tar"))).unwrap();
        unpack(&folder.join("a.tar.xz"), &folder).unwrap();
        assert!(folder.join("drivers/rtc/rtc-x.c").is_file() && folder.join(MANIFEST).is_file());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_package_that_was_changed_is_refused() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-package", std::process::id()));
        fs::create_dir_all(folder.join("DEBIAN")).unwrap();
        fs::create_dir_all(folder.join("usr/src")).unwrap();
        fs::write(folder.join(TARBALL), "abc").unwrap();
        let list = |sum: &str| fs::write(folder.join(SUMS), format!("{sum}  {TARBALL}\n")).unwrap();
        list("900150983cd24fb0d6963f7d28e17f72");
        verify(&folder).unwrap();
        list("900150983cd24fb0d6963f7d28e17f73");
        assert!(verify(&folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
