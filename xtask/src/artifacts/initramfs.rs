// SPDX-License-Identifier: GPL-2.0-only
//! The user space of our Linux guests: Debian's static busybox, our own init script, and files that a
//! caller adds.

use std::fs;

use anyhow::{Context, Result};

use super::apt::Packages;
use crate::bundle::Archive;

/// The first process.
const INIT: &str = include_str!("init.sh");
/// Folders that init and busybox's links need.
const FOLDERS: [&str; 11] =
    ["bin", "sbin", "usr", "usr/bin", "usr/sbin", "proc", "sys", "dev", "tmp", "run", "root"];

/// A file to put into an initramfs.
pub struct Extra<'a> {
    /// Its path there, without the leading slash; its folder must be one of the initramfs.
    pub path: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Whether it is a program.
    pub executable: bool,
}

/// An initramfs, uncompressed, with busybox, its init and these files besides. One that is named
/// `init` replaces ours.
///
/// # Errors
/// When busybox cannot be fetched.
pub fn busybox(extra: &[Extra<'_>]) -> Result<Vec<u8>> {
    let package = Packages::open()?.fetch("busybox-static")?;
    let path = ["bin/busybox", "usr/bin/busybox"].map(|path| package.join(path));
    let path = path.iter().find(|path| path.is_file()).context("busybox-static holds no busybox")?;
    pack(&fs::read(path)?, extra)
}

/// Packs the archive.
fn pack(busybox: &[u8], extra: &[Extra<'_>]) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in FOLDERS {
        archive.folder(folder)?;
    }
    archive.character_device("dev/console", 5, 1)?;
    archive.program("bin/busybox", busybox)?;
    if !extra.iter().any(|file| file.path == "init") {
        archive.program("init", INIT.as_bytes())?;
    }
    for file in extra {
        if file.executable {
            archive.program(file.path, file.bytes)?;
        } else {
            archive.file(file.path, file.bytes)?;
        }
    }
    archive.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tests::names;

    #[test]
    fn holds_what_the_kernel_needs() {
        let archive = pack(b"elf", &[Extra { path: "root/x", bytes: b"y", executable: true }]).unwrap();
        let names = names(&archive);
        for name in ["init", "bin/busybox", "dev/console", "proc", "root/x"] {
            assert!(names.iter().any(|known| known == name), "{name} not in {names:?}");
        }
    }

    #[test]
    fn an_init_of_the_caller_replaces_ours() {
        let archive = pack(b"elf", &[Extra { path: "init", bytes: b"#!", executable: true }]).unwrap();
        assert_eq!(names(&archive).iter().filter(|name| *name == "init").count(), 1);
    }
}
