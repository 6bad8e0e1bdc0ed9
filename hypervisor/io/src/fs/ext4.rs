// SPDX-License-Identifier: GPL-2.0-only
//! ext2, ext3 and ext4, read by the crate `ext4-view`, which takes nothing on the disk for granted.

#[cfg(feature = "file-disks")]
pub(super) mod blocks;

use super::{Entry, EntryKind, MAX_ENTRIES};
use crate::block::{Reader, Volume};
use crate::{Error, Result};
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use ext4_view::{Ext4Error, Ext4Read, FileType};

/// Where the superblock's magic number stands, in bytes from the start (Linux, ext4 superblock, `s_magic`).
const MAGIC_AT: u64 = 1024 + 0x38;
const MAGIC: [u8; 2] = [0x53, 0xef];

impl Ext4Read for Reader {
    fn read(
        &mut self,
        start: u64,
        to: &mut [u8],
    ) -> core::result::Result<(), Box<dyn core::error::Error + Send + Sync + 'static>> {
        Ok(Reader::read(self, start, to)?)
    }
}

impl From<Ext4Error> for Error {
    fn from(error: Ext4Error) -> Self {
        let why = match error {
            Ext4Error::NotFound => "there is no such file or directory",
            Ext4Error::IsADirectory => "it is a directory",
            Ext4Error::NotADirectory => "it is no directory",
            Ext4Error::IsASpecialFile => "it is neither file nor directory",
            Ext4Error::TooManySymlinks => "too many symbolic links",
            Ext4Error::PathTooLong => "the path is too long",
            Ext4Error::Encrypted => "it is encrypted",
            Ext4Error::Io(error) => {
                return match error.downcast::<Error>() {
                    Ok(error) => *error,
                    Err(other) => Error::Damaged { path: Default::default(), what: other.to_string() },
                };
            }
            other => return Error::Damaged { path: Default::default(), what: other.to_string() },
        };
        Error::path("", why)
    }
}

/// Whether there is such a file system on a volume.
pub(super) fn is_there(volume: &Volume) -> Result<bool> {
    let mut found = [0; 2];
    if volume.bytes() < MAGIC_AT + 2 {
        return Ok(false);
    }
    Reader::new(volume.clone()).read(MAGIC_AT, &mut found)?;
    Ok(found == MAGIC)
}

/// A file system.
pub(super) struct Ext4 {
    fs: ext4_view::Ext4,
}

impl Ext4 {
    pub(super) fn mount(volume: Volume) -> Result<Self> {
        let name = volume.name.clone();
        let fs = ext4_view::Ext4::load(Box::new(Reader::new(volume)))
            .map_err(|error| Error::from(error).within(&name))?;
        Ok(Self { fs })
    }

    /// Opens the file at `path`.
    pub(super) fn open(&self, path: &str) -> Result<File> {
        let file = self.fs.open(absolute(path))?;
        Ok(File { size: file.metadata().len(), file })
    }

    /// The entries of the directory at `path`, without `.` and `..`.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in self.fs.read_dir(absolute(path))?.take(MAX_ENTRIES) {
            let entry = entry?;
            let name = entry.file_name();
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type()? {
                FileType::Regular => EntryKind::File,
                FileType::Directory => EntryKind::Directory,
                FileType::Symlink => EntryKind::Link,
                _ => EntryKind::Other,
            };
            let size = if kind == EntryKind::File { entry.metadata()?.len() } else { 0 };
            entries.push(Entry { name: name.display().to_string(), kind, size });
        }
        Ok(entries)
    }
}

fn absolute(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// An open file.
pub(super) struct File {
    size: u64,
    file: ext4_view::File,
}

impl File {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Fills `to` with what stands at `offset`.
    pub(super) fn read_at(&mut self, offset: u64, mut to: &mut [u8]) -> Result<()> {
        if self.file.position() != offset {
            self.file.seek_to(offset)?;
        }
        while !to.is_empty() {
            let read = self.file.read_bytes(to)?;
            if read == 0 {
                return Err(Error::path("", "the file is shorter than its size says"));
            }
            to = to.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }
}
