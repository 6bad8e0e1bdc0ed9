// SPDX-License-Identifier: GPL-2.0-only
//! Files on disks: FAT12, FAT16, FAT32 and ext2/3/4, for reading.
//!
//! A file is named `VOLUME:/PATH`, such as `mmc0p1:/boot/Image`. Nothing stays mounted: each opening reads what it needs
//! of the file system, so a card may be pulled and changed at any time. FAT has a reader of our own: the crates that
//! there are either write too, know no FAT12 or no FAT without a partition table, or read a block at a time.

mod ext4;
mod fat;
#[cfg(feature = "file-disks")]
mod runs;
#[cfg(all(test, feature = "file-disks"))]
mod runs_tests;
#[cfg(test)]
mod tests;

use crate::block::{Reader, Volume};
use crate::{Error, Result, partition};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use kernel::sync::Once;

/// Longest path.
const MAX_PATH: usize = 1024;
/// Most entries of a directory that are listed.
const MAX_ENTRIES: usize = 4096;

/// A file or directory in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of a file.
    pub size: u64,
}

/// What stands in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

impl EntryKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::File => "file",
            EntryKind::Directory => "directory",
            EntryKind::Link => "link",
            EntryKind::Other => "other",
        }
    }
}

/// An open file.
pub struct File {
    path: String,
    size: u64,
    inner: Inner,
}

enum Inner {
    Fat(fat::File),
    Ext4(alloc::boxed::Box<ext4::File>),
}

impl File {
    /// Its name, with the volume.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Bytes of it.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads the bytes from `offset` on into all of `to`. Reading on where the last call ended is fast. Context: orphans;
    /// may sleep.
    ///
    /// # Errors
    /// They are not all there, the disk fails, or the file system is damaged; then the contents of `to` are undefined.
    pub fn read_at(&mut self, offset: u64, to: &mut [u8]) -> Result<()> {
        if offset.checked_add(to.len() as u64).is_none_or(|end| end > self.size) {
            return Err(Error::path(&self.path, "the file is shorter than that"));
        }
        match &mut self.inner {
            Inner::Fat(file) => file.read_at(offset, to),
            Inner::Ext4(file) => file.read_at(offset, to),
        }
        .map_err(|error| error.within(&self.path))
    }
}

/// The kinds of file systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsKind {
    /// FAT12, FAT16 or FAT32.
    Fat(u8),
    /// ext2, ext3 or ext4.
    Ext,
}

impl FsKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            FsKind::Fat(12) => "FAT12",
            FsKind::Fat(16) => "FAT16",
            FsKind::Fat(_) => "FAT32",
            FsKind::Ext => "ext4",
        }
    }
}

enum Mounted {
    Fat(fat::Fat),
    Ext4(ext4::Ext4),
}

/// Finds out what is on a volume and reads its head.
fn mount(volume: Volume) -> Result<Mounted> {
    let name = volume.name.clone();
    if ext4::is_there(&volume)? {
        return ext4::Ext4::mount(volume).map(Mounted::Ext4);
    }
    match fat::Fat::mount(Reader::new(volume))? {
        Some(fat) => Ok(Mounted::Fat(fat)),
        None => Err(Error::NoFileSystem { volume: name }),
    }
}

/// Volume and path of `VOLUME:/PATH`.
fn split(path: &str) -> Result<(&str, &str)> {
    let parts = path.split_once(':').filter(|(volume, rest)| !volume.is_empty() && rest.len() <= MAX_PATH);
    match parts {
        Some((volume, rest)) if rest.is_empty() || rest.starts_with('/') => Ok((volume, rest)),
        _ => Err(Error::path(path, "not of the form VOLUME:/PATH, such as mmc0p1:/boot/Image")),
    }
}

/// What reading files consists of: called through a table that the first disk puts in place, so that an image
/// without disks has none of it.
struct Hooks {
    open: fn(&str) -> Result<File>,
    list: fn(&str) -> Result<Vec<Entry>>,
    identify: fn(&str) -> Result<FsKind>,
    volume: fn(&str) -> Result<Volume>,
    table: fn(&crate::block::Device) -> Result<alloc::sync::Arc<partition::Table>>,
    hash: fn(&mut Source<'_>) -> Result<[u8; 32]>,
    occupant: fn(&Shared, u64, u64) -> Result<Option<String>>,
    #[cfg(feature = "file-disks")]
    disk: fn(&str, &str, bool) -> Result<Volume>,
}

/// A disk, as its users have it.
type Shared = alloc::sync::Arc<crate::block::Device>;

/// Gives the next bytes of something, as many as fit; 0 at its end.
pub type Source<'a> = dyn FnMut(&mut [u8]) -> Result<usize> + 'a;

static HOOKS: Once<Hooks> = Once::new();

/// There are disks: reading files is possible from now on.
pub(crate) fn enable() {
    HOOKS.call_once(|| Hooks {
        open: open_file,
        list: list_directory,
        identify: identify_volume,
        volume: partition::volume,
        table: partition::table,
        hash: crate::hash::sha256,
        occupant: partition::occupant,
        #[cfg(feature = "file-disks")]
        disk: runs::disk,
    });
}

/// The table, or that `name` cannot be found since there are no disks at all.
fn hooks(name: &str) -> Result<&'static Hooks> {
    let disk = || name.split(':').next().unwrap_or_default().to_string();
    HOOKS.get().ok_or_else(|| Error::NoDisk { name: disk(), known: String::new() })
}

/// Opens a file: `VOLUME:/PATH`. Context: orphans; may sleep.
///
/// # Errors
/// No such volume, file system or file; it is no file; the disk fails; the file system is damaged.
pub fn open(path: &str) -> Result<File> {
    (hooks(path)?.open)(path)
}

/// The entries of a directory, by name: `VOLUME:/PATH`. Context: orphans; may sleep.
///
/// # Errors
/// As [`open`]; or it is no directory.
pub fn list(path: &str) -> Result<Vec<Entry>> {
    (hooks(path)?.list)(path)
}

/// What file system is on a volume. Context: orphans; may sleep.
///
/// # Errors
/// None that is known, or the disk fails.
pub fn identify(volume: &str) -> Result<FsKind> {
    (hooks(volume)?.identify)(volume)
}

/// The volume of a name, as [`partition::volume`]. Context: orphans; may sleep.
///
/// # Errors
/// There is no such disk or partition, or the disk cannot be read.
pub fn volume(name: &str) -> Result<Volume> {
    (hooks(name)?.volume)(name)
}

/// A file as a disk for `owner`, such as `linux0/disk0`: `VOLUME:/PATH`. Its blocks are read, and written if `writes`, where they
/// are; the file system is not changed by it, so the file keeps its length. As long as the disk is there nobody else writes
/// them: not through the partition either. Context: orphans; may sleep.
///
/// # Errors
/// As [`open`]; not all of the file's blocks are there as they are to be (holes, encryption ...); somebody else uses them.
#[cfg(feature = "file-disks")]
pub fn disk(path: &str, owner: &str, writes: bool) -> Result<Volume> {
    (hooks(path)?.disk)(path, owner, writes)
}

/// The partitions of a disk, as [`partition::table`]. Context: orphans; may sleep.
///
/// # Errors
/// The disk cannot be read.
pub fn partitions(device: &crate::block::Device) -> Result<alloc::sync::Arc<partition::Table>> {
    (hooks(device.name())?.table)(device)
}

/// What a change of blocks would damage, as [`partition::occupant`]. Context: orphans; may sleep.
///
/// # Errors
/// The disk cannot be read.
pub fn occupant(device: &Shared, first: u64, blocks: u64) -> Result<Option<String>> {
    (hooks(device.name())?.occupant)(device, first, blocks)
}

/// The SHA-256 of what `next` gives, piece by piece, until it gives 0 bytes. Context: orphans; may sleep.
///
/// # Errors
/// Those of `next`.
pub fn hash(next: &mut Source<'_>) -> Result<[u8; 32]> {
    (hooks("")?.hash)(next)
}

/// The whole contents of a file of at most `most` bytes. Context: orphans; may sleep.
///
/// # Errors
/// As [`open`]; or it is larger.
pub fn read_file(path: &str, most: usize) -> Result<Vec<u8>> {
    let mut file = open(path)?;
    let size = usize::try_from(file.size()).ok().filter(|size| *size <= most);
    let Some(size) = size else { return Err(Error::path(path, "the file is too large for this")) };
    let mut data = Vec::new();
    data.try_reserve_exact(size).map_err(|_| Error::NoMemory { what: "a file", bytes: size })?;
    data.resize(size, 0);
    file.read_at(0, &mut data)?;
    Ok(data)
}

fn open_file(path: &str) -> Result<File> {
    let (volume, rest) = split(path)?;
    let (size, inner) = match mount(partition::volume(volume)?)? {
        Mounted::Fat(fat) => fat.open(rest).map(|file| (file.size(), Inner::Fat(file))),
        Mounted::Ext4(ext4) => {
            ext4.open(rest).map(|file| (file.size(), Inner::Ext4(alloc::boxed::Box::new(file))))
        }
    }
    .map_err(|error| error.within(path))?;
    Ok(File { path: path.to_string(), size, inner })
}

fn list_directory(path: &str) -> Result<Vec<Entry>> {
    let (volume, rest) = split(path)?;
    let entries = match mount(partition::volume(volume)?)? {
        Mounted::Fat(mut fat) => fat.list(rest),
        Mounted::Ext4(ext4) => ext4.list(rest),
    };
    let mut entries = entries.map_err(|error| error.within(path))?;
    kernel::sort::by(&mut entries, |a, b| a.name < b.name);
    Ok(entries)
}

fn identify_volume(volume: &str) -> Result<FsKind> {
    kind_of(partition::volume(volume)?)
}

/// The kind of the file system on a volume.
pub(crate) fn kind_of(volume: Volume) -> Result<FsKind> {
    Ok(match mount(volume)? {
        Mounted::Fat(fat) => FsKind::Fat(fat.bits()),
        Mounted::Ext4(_) => FsKind::Ext,
    })
}

/// The parts of a path, without empty ones and `.`.
fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

fn u16_at(data: &[u8], at: usize) -> u32 {
    data.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from(u16::from_le_bytes(*b)))
}

fn u32_at(data: &[u8], at: usize) -> u32 {
    data.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_le_bytes(*b))
}

fn byte_at(data: &[u8], at: usize) -> u8 {
    data.get(at).copied().unwrap_or(0)
}
