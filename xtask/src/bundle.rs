// SPDX-License-Identifier: GPL-2.0-only
//! The bundle: a cpio archive (newc) with the guests' device trees and the images that they name. It
//! reaches the hypervisor as the initrd, so that a guest changes without a new build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use board_config::compile_dts;
use cpio::newc::{self, Builder};
use dtoolkit::fdt::{Fdt, FdtNode};
use dtoolkit::{Node, Property};

use crate::{artifacts, project};

/// A cpio archive being written.
#[derive(Default)]
pub struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

impl Archive {
    /// Adds a file.
    ///
    /// # Errors
    /// When it is larger than the format can say (4 GiB).
    pub fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.entry(Builder::new(name).mode(0o100_644), name, content)
    }

    /// Adds a file that can be run.
    ///
    /// # Errors
    /// As [`Archive::file`].
    pub fn program(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.entry(Builder::new(name).mode(0o100_755), name, content)
    }

    /// Adds a folder.
    ///
    /// # Errors
    /// None in practice: the archive is in memory.
    pub fn folder(&mut self, name: &str) -> Result<()> {
        self.entry(Builder::new(name).mode(0o040_755), name, &[])
    }

    /// Adds a character device node.
    ///
    /// # Errors
    /// None in practice: the archive is in memory.
    pub fn character_device(&mut self, name: &str, major: u32, minor: u32) -> Result<()> {
        let builder = Builder::new(name).mode(0o020_600).rdev_major(major).rdev_minor(minor);
        self.entry(builder, name, &[])
    }

    fn entry(&mut self, builder: Builder, name: &str, content: &[u8]) -> Result<()> {
        let size =
            u32::try_from(content.len()).with_context(|| format!("{name} is too large for a bundle"))?;
        self.entries += 1;
        let mut writer = builder.ino(self.entries).nlink(1).write(&mut self.bytes, size);
        std::io::Write::write_all(&mut writer, content)?;
        writer.finish()?;
        Ok(())
    }

    /// The finished archive.
    ///
    /// # Errors
    /// None in practice: the archive is in memory.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(newc::trailer(self.bytes)?)
    }
}

/// A guest as its DTS describes it, as far as the tools care.
#[derive(Debug)]
pub struct Guest {
    /// Its name: the name of the DTS without its ending.
    pub name: String,
    /// The source.
    pub dts: PathBuf,
    /// The compiled device tree.
    pub dtb: Vec<u8>,
    /// What the compiler warned of.
    pub warnings: String,
    /// The images that it names: name and the node that names it.
    pub images: Vec<(String, String)>,
}

impl Guest {
    /// Compiles a guest's DTS and finds its images.
    ///
    /// # Errors
    /// When it has mistakes.
    pub fn read(dts: &Path) -> Result<Guest> {
        let name = dts.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        ensure!(
            !name.is_empty() && name.chars().all(plain),
            "{}: the file's name becomes the guest's; it may hold letters, digits and - _ .",
            dts.display()
        );
        ensure!(
            dts.extension().is_some_and(|extension| extension == "dts"),
            "{}: a guest is described by a .dts file",
            dts.display()
        );
        let compiled = compile_dts(dts)?;
        let fdt = Fdt::new(&compiled.dtb).map_err(|error| anyhow!("{}: {error}", dts.display()))?;
        let mut images = Vec::new();
        if let Some(node) = fdt.find_node("/images") {
            find_images(node, "/images", dts, &mut images)?;
        }
        // The contents of RAM disks, which may be on a bus.
        let devices: Vec<FdtNode<'_>> = fdt.root().children().collect();
        let behind = devices.iter().flat_map(|node| node.children());
        for node in devices.iter().cloned().chain(behind) {
            if let Some(name) =
                node.property("ferrovisor,ramdisk").and_then(|text| text.value_as::<&str>().ok())
                && !name.is_empty()
            {
                images.push((name.to_owned(), format!("/{}", node.name())));
            }
        }
        Ok(Guest { name, dts: dts.into(), dtb: compiled.dtb, warnings: compiled.warnings, images })
    }

    /// The file of an image that this guest names: beside the DTS, else the artifact of that name.
    ///
    /// # Errors
    /// When there is neither, or the artifact cannot be made.
    pub fn image(&self, name: &str, node: &str) -> Result<PathBuf> {
        let beside = self.dts.parent().unwrap_or(Path::new(".")).join(name);
        if beside.is_file() {
            return Ok(beside);
        }
        artifacts::get(name).with_context(|| {
            format!(
                "{}: {node}: file = \"{name}\" is not beside it and cannot be had",
                project::shown(&self.dts)
            )
        })
    }
}

/// Collects every `file` property in and below a node.
fn find_images(node: FdtNode<'_>, path: &str, dts: &Path, images: &mut Vec<(String, String)>) -> Result<()> {
    if let Some(property) = node.property("file") {
        let name: &str = property
            .value_as()
            .map_err(|error| anyhow!("{}: {path}: `file` must be a text: {error}", dts.display()))?;
        if name.is_empty() || name.starts_with('/') {
            bail!("{}: {path}: file = \"{name}\" must be a relative path", dts.display());
        }
        images.push((name.to_owned(), path.to_owned()));
    }
    for child in node.children() {
        find_images(child, &format!("{path}/{}", child.name()), dts, images)?;
    }
    Ok(())
}

/// Makes a bundle of guests: `guests/NAME.dtb` for each and every image once, under its name.
///
/// # Errors
/// When a DTS has mistakes, two guests have one name, one image name means two files, or an image
/// cannot be had.
pub fn pack(sources: &[PathBuf]) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    let mut images: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for dts in sources {
        let guest = Guest::read(dts)?;
        ensure!(
            !names.contains(&guest.name),
            "two guests are named `{}`: rename one of the files",
            guest.name
        );
        archive.file(&format!("guests/{}.dtb", guest.name), &guest.dtb)?;
        for (name, node) in &guest.images {
            let file = guest.image(name, node)?;
            match images.insert(name.clone(), file.clone()) {
                Some(other) if other != file => bail!(
                    "`{name}` is {} for one guest and {} for another: rename one",
                    project::shown(&other),
                    project::shown(&file)
                ),
                _ => {}
            }
        }
        names.push(guest.name);
    }
    for (name, file) in images {
        archive.file(&name, &fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?)?;
    }
    archive.finish()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The names in an archive.
    pub(crate) fn names(archive: &[u8]) -> Vec<String> {
        contents(archive).into_iter().map(|(name, _)| name).collect()
    }

    fn contents(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut rest = archive;
        let mut found = Vec::new();
        loop {
            let mut reader = newc::Reader::new(rest).unwrap();
            if reader.entry().is_trailer() {
                return found;
            }
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
            found.push((reader.entry().name().to_owned(), content));
            rest = reader.finish().unwrap();
        }
    }

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("xtask-bundle-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn guest(file: &str) -> String {
        format!("/dts-v1/;\n/ {{ images {{ kernel {{ file = {file}; }}; }}; }};\n")
    }

    #[test]
    fn guests_share_an_image() {
        let folder = Folder::new("share");
        folder.write("k.bin", "kernel");
        let sources =
            [folder.write("a.dts", &guest("\"k.bin\"")), folder.write("b.dts", &guest("\"k.bin\""))];
        let contents = contents(&pack(&sources).unwrap());
        let names: Vec<&str> = contents.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["guests/a.dtb", "guests/b.dtb", "k.bin"]);
        assert_eq!(contents[2].1, b"kernel");
        assert_eq!(contents[0].1[..4], [0xd0, 0x0d, 0xfe, 0xed]);
    }

    #[test]
    fn mistakes_name_file_and_node() {
        let folder = Folder::new("mistakes");
        let error = |text: &str| format!("{:#}", pack(&[folder.write("a.dts", text)]).unwrap_err());
        let missing = error(&guest("\"no-such.bin\""));
        assert!(
            missing.contains("a.dts: /images/kernel") && missing.contains("linux-6.1/Image"),
            "{missing}"
        );
        assert!(error(&guest("\"/abs\"")).contains("must be a relative path"));
        assert!(error("nonsense").contains("a.dts"));
        let twice = [folder.write("a.dts", &guest("\"a.dts\"")), folder.0.join("a.dts")];
        assert!(pack(&twice).unwrap_err().to_string().contains("two guests are named `a`"));
    }
}
