// SPDX-License-Identifier: GPL-2.0-only
//! The sources of Linux: a tree unpacked from Debian's package, with a manifest of what the package
//! holds. Nothing is compiled that differs from it by a byte.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

/// Where the tree is unpacked, from the root of the checkout.
pub const LINUX_FOLDER: &str = ".cache/linux-6.12";
/// The manifest, in the tree's root: a line `SHA256  PATH` for each file, written last.
pub const MANIFEST: &str = ".manifest";

/// The unpacked tree.
#[derive(Debug)]
pub struct LinuxTree {
    /// Its root.
    pub root: PathBuf,
    digests: HashMap<String, String>,
}

impl LinuxTree {
    /// Where the tree is: `FERROVISOR_LINUX`, else [`LINUX_FOLDER`] of the checkout.
    pub fn folder(checkout: &Path) -> PathBuf {
        match env::var_os("FERROVISOR_LINUX").filter(|folder| !folder.is_empty()) {
            Some(folder) => folder.into(),
            None => checkout.join(LINUX_FOLDER),
        }
    }

    /// Opens the tree of a checkout.
    ///
    /// # Errors
    /// When it is not there.
    pub fn open(checkout: &Path) -> Result<LinuxTree, Error> {
        let root = Self::folder(checkout);
        let text = fs::read_to_string(root.join(MANIFEST)).map_err(|_| Error::NoLinux(root.clone()))?;
        let entry = |line: &str| line.split_once("  ").map(|(digest, path)| (path.into(), digest.into()));
        Ok(LinuxTree { root, digests: text.lines().filter_map(entry).collect() })
    }

    /// Whether the package has this file.
    pub fn has(&self, path: &str) -> bool {
        self.digests.contains_key(path)
    }

    /// Every file of the tree.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.digests.keys().map(String::as_str)
    }

    /// Reads a file that `driver` names, and compares it with the manifest.
    ///
    /// # Errors
    /// When the package has no such file, or the one in the tree is not the package's.
    pub fn read(&self, driver: &str, path: &str) -> Result<Vec<u8>, Error> {
        let expected = self
            .digests
            .get(path)
            .ok_or_else(|| Error::NotInLinux { driver: driver.into(), path: path.into() })?;
        let file = self.root.join(path);
        let bytes = fs::read(&file).map_err(Error::file(&file))?;
        if digest(&bytes) == *expected { Ok(bytes) } else { Err(Error::Changed(file)) }
    }
}

/// The checksum of a file as the manifest has it.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One checksum of all files of a folder and those below, with their paths.
///
/// # Errors
/// Those of reading them.
pub fn digest_of(folder: &Path) -> std::io::Result<String> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend(path.display().to_string().into_bytes());
        all.extend(if path.is_dir() { digest_of(&path)?.into_bytes() } else { fs::read(&path)? });
    }
    Ok(digest(&all))
}

/// A file that a build script makes, kept for what it is made of, the `key`. Where there is none yet, `make` makes it at a path.
/// `out` is the script's folder; what is kept is shared by all scripts of one target folder: profiles, boards and checks.
///
/// # Errors
/// Those of making the folder and of `make`.
pub fn kept(
    out: &Path,
    key: &[u8],
    make: impl FnOnce(&Path) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    // Cargo marks its target folder.
    let target = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(out);
    let file = target.join("kept").join(digest(key));
    if !file.is_file() {
        fs::create_dir_all(target.join("kept"))?;
        // In one step: another script may be looking.
        let part = file.with_extension(std::process::id().to_string());
        make(&part)?;
        fs::rename(part, &file)?;
    }
    Ok(file)
}

/// The object of a source, [`kept`] for the source, the flags, `headers` (a checksum of the project's own) and what is
/// `private` to the driver.
///
/// # Errors
/// Those of reading the source, and of [`kept`].
pub fn kept_object(
    out: &Path,
    source: &Path,
    flags: &[String],
    headers: &str,
    private: &[u8],
    make: impl FnOnce(&Path) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut key = fs::read(source)?;
    key.extend_from_slice(private);
    // Whose copies of the same headers are included makes no difference.
    let out_name = out.display().to_string();
    key.extend(flags.iter().flat_map(|flag| flag.replace(&out_name, "").into_bytes().into_iter().chain([0])));
    key.extend(headers.bytes());
    kept(out, &key, make)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_packages_own_bytes_are_given_out() {
        let root = std::env::temp_dir().join(format!("driver-config-{}-tree", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("a.c"), "int a;\n").unwrap();
        fs::write(root.join("b.c"), "int b; /* mended */\n").unwrap();
        let line = |name: &str, text: &str| (name.to_owned(), digest(text.as_bytes()));
        let digests = [line("a.c", "int a;\n"), line("b.c", "int b;\n")].into_iter().collect();
        let tree = LinuxTree { root: root.clone(), digests };
        assert_eq!(tree.read("d", "a.c").unwrap(), b"int a;\n");
        assert!(matches!(tree.read("d", "b.c"), Err(Error::Changed(_))));
        let error = tree.read("d", "c.c").unwrap_err().to_string();
        assert!(error.contains("ported-drivers/d/driver.toml") && error.contains("c.c"), "{error}");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn digests_are_sha256() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
