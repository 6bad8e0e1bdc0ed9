// SPDX-License-Identifier: GPL-2.0-only
//! Debian packages for arm64, fetched with a state folder of our own: the machine's list of
//! architectures and its installed packages stay as they are, and no rights are needed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{fs, str};

use anyhow::{Context, Result, bail};

use crate::{process, project};

/// The release that guest software comes from, the same on every host.
pub const RELEASE: &str = "bookworm";
/// Signs that release; part of every Debian.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The package lists of the release.
pub struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// Opens the lists; the first time they are fetched.
    ///
    /// # Errors
    /// When the machine has no Debian sources or they cannot be reached.
    pub fn open() -> Result<Packages> {
        let packages = Packages { folder: project::cache().join("apt") };
        let stamp = packages.folder.join("updated");
        if !stamp.is_file() {
            let _alone = packages.lock()?;
            if !stamp.is_file() {
                packages.update()?;
                fs::write(stamp, "")?;
            }
        }
        Ok(packages)
    }

    /// Waits until nobody else, in this process or another, changes the lists or packages.
    fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.folder)?;
        let file = File::create(self.folder.join("lock"))?;
        file.lock().context("cannot lock the package cache")?;
        Ok(file)
    }

    /// Fetches the lists anew.
    fn update(&self) -> Result<()> {
        for folder in ["lists/partial", "cache/archives/partial", "packages"] {
            let folder = self.folder.join(folder);
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(self.folder.join("sources.list"), sources(&own_sources()?)?)?;
        process::quiet("package lists (arm64)", self.command("apt-get").arg("update"))
    }

    /// An apt command on our own state.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let option = |name: &str, path: &Path| format!("-o{name}={}", path.display());
        command.args([
            "-oAPT::Architecture=arm64",
            "-oAPT::Architectures=arm64",
            "-oAPT::Sandbox::User=root",
        ]);
        command.args(["-oDir::State::status=/dev/null", "-oDir::Etc::sourceparts=-"]);
        if program == "apt-get" {
            command.arg("-oAPT::Status-Fd=1");
        }
        command.arg(option("Dir::Etc::sourcelist", &self.folder.join("sources.list")));
        command.arg(option("Dir::State::Lists", &self.folder.join("lists")));
        command.arg(option("Dir::Cache", &self.folder.join("cache")));
        command.env("LC_ALL", "C");
        command
    }

    /// The newest package of which the name starts and ends so, with only a version between.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(&self, start: &str, end: &str) -> Result<String> {
        // apt looks through all of its lists each time.
        static KNOWN: Mutex<BTreeMap<(String, String), String>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (start.to_owned(), end.to_owned());
        if let Some(name) = known.get(&key) {
            return Ok(name.clone());
        }
        let name = self.look_up(start, end)?;
        known.insert(key, name.clone());
        Ok(name)
    }

    fn look_up(&self, start: &str, end: &str) -> Result<String> {
        let pattern = format!("^{}", start.replace('.', "\\.").replace('+', "\\+"));
        let found = process::output(self.command("apt-cache").args(["search", "--names-only", &pattern]))?;
        let found = String::from_utf8_lossy(&found);
        let names = found.lines().filter_map(|line| line.split_whitespace().next());
        names
            .filter(|name| {
                name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(is_version)
            })
            .max_by_key(|name| numbers(name))
            .map(str::to_owned)
            .with_context(|| format!("{RELEASE} has no package `{start}...{end}` for arm64"))
    }

    /// Fetches and unpacks a package, once. Gives the folder with its files.
    ///
    /// # Errors
    /// When it cannot be fetched. apt has checked its signature chain.
    pub fn fetch(&self, package: &str) -> Result<PathBuf> {
        let folder = self.folder.join("packages").join(package);
        if folder.is_dir() {
            return Ok(folder);
        }
        let _alone = self.lock()?;
        if folder.is_dir() {
            return Ok(folder);
        }
        let part = self.folder.join("packages").join(format!("{package}.part"));
        let _ = fs::remove_dir_all(&part);
        fs::create_dir_all(&part)?;
        let download = |packages: &Packages| {
            let mut command = packages.command("apt-get");
            process::quiet(
                &format!("package {package}"),
                command.current_dir(&part).args(["download", package]),
            )
        };
        // Lists that are old name versions that are gone: once more with new ones.
        if download(self).is_err() {
            self.update()?;
            download(self)?;
        }
        let deb = fs::read_dir(&part)?.filter_map(Result::ok).map(|entry| entry.path());
        let deb = deb.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"));
        let deb = deb.with_context(|| format!("apt-get downloaded no file for `{package}`"))?;
        process::quiet(
            &format!("unpacking {package}"),
            // With the package's own list of checksums, in DEBIAN.
            Command::new("dpkg-deb").arg("--raw-extract").arg(&deb).arg(&part),
        )?;
        fs::remove_file(deb)?;
        fs::rename(&part, &folder)?;
        Ok(folder)
    }

    /// Deletes an unpacked package; it is fetched again when it is next needed.
    ///
    /// # Errors
    /// When its folder cannot be deleted.
    pub fn forget(&self, package: &str) -> Result<()> {
        let _alone = self.lock()?;
        let folder = self.folder.join("packages").join(package);
        fs::remove_dir_all(&folder).with_context(|| format!("cannot delete {}", folder.display()))
    }
}

/// Where the machine itself gets Debian from: pairs of address and suite.
fn own_sources() -> Result<Vec<(String, String)>> {
    let format = "$(REPO_URI) $(RELEASE)";
    let list = process::output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]))?;
    let list = String::from_utf8_lossy(&list);
    Ok(list
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(uri, suite)| (uri.into(), suite.into()))
        .collect())
}

/// Where the machine itself gets Debian's packages from.
///
/// # Errors
/// When its sources name no Debian.
pub fn main_source() -> Result<String> {
    main_of(&own_sources()?).cloned()
}

/// The address of the main archive, whatever release the machine has.
fn main_of(own: &[(String, String)]) -> Result<&String> {
    match with_suffix(own, "") {
        Some(main) => Ok(main),
        None => bail!("apt's sources name no Debian release; guest software is fetched from there"),
    }
}

/// The first address with a suite of Debian that ends so.
fn with_suffix<'a>(own: &'a [(String, String)], suffix: &str) -> Option<&'a String> {
    const RELEASES: [&str; 6] = ["bookworm", "trixie", "forky", "stable", "oldstable", "testing"];
    own.iter()
        .find(|(_, suite)| suite.strip_suffix(suffix).is_some_and(|release| RELEASES.contains(&release)))
        .map(|(uri, _)| uri)
}

/// Our list of sources: the wanted release from the addresses that the machine uses already.
fn sources(own: &[(String, String)]) -> Result<String> {
    let main = main_of(own)?;
    let signed = if Path::new(KEYRING).is_file() { format!(" signed-by={KEYRING}") } else { String::new() };
    let mut text = String::new();
    let suites = [(Some(main), ""), (with_suffix(own, "-security"), "-security"), (Some(main), "-backports")];
    for (uri, suffix) in suites.iter().filter_map(|(uri, suffix)| uri.map(|uri| (uri, suffix))) {
        writeln!(text, "deb [arch=arm64{signed}] {uri} {RELEASE}{suffix} main")?;
    }
    Ok(text)
}

/// Whether this part of a package's name is a version only, such as `0-56` or `.107+deb12`.
fn is_version(text: &str) -> bool {
    let text = text.replace("deb", "");
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'~'))
}

/// The numbers in a name, to compare versions.
fn numbers(name: &str) -> Vec<u64> {
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_names() {
        assert!(is_version("56"));
        assert!(is_version(".107+deb12"));
        assert!(is_version(".90+deb12.1"));
        assert!(!is_version("56-rt"));
        assert!(!is_version("-cloud"));
        assert!(!is_version(""));
        assert!(numbers("linux-image-6.1.0-56-arm64") > numbers("linux-image-6.1.0-9-arm64"));
        assert!(numbers("linux-image-6.12.107+deb12-arm64") > numbers("linux-image-6.12.95+deb12-arm64"));
    }

    #[test]
    fn sources_reuse_the_own_addresses() {
        let own = |uri: &str, suite: &str| (uri.to_owned(), suite.to_owned());
        let list =
            [own("other:/x/", "nodistro"), own("mirror:/d/", "trixie"), own("mirror:/s/", "trixie-security")];
        let text = sources(&list).unwrap();
        assert!(text.contains("mirror:/d/ bookworm main"), "{text}");
        assert!(text.contains("mirror:/s/ bookworm-security main"), "{text}");
        assert!(text.contains("mirror:/d/ bookworm-backports main"), "{text}");
        assert_eq!(text.lines().count(), 3);
        assert_eq!(sources(&list[..2]).unwrap().lines().count(), 2);
        assert!(sources(&list[..1]).is_err());
    }
}
