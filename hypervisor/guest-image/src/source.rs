// SPDX-License-Identifier: GPL-2.0-only
//! Where images come from: the bundle, or files that somebody else reads.

use crate::bundle::Bundle;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;
use kernel::mm::frames::{self, Frames, Purpose};

/// The largest file that is read for a guest: guests have no more RAM.
const MAX_FILE: u64 = 64 << 30;

/// Reads files for guests. Context of all calls: orphans; they may sleep.
pub trait Files: Send + Sync {
    /// Bytes of the file `name`, a relative path.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn size(&self, name: &str) -> Result<u64, String>;
    /// Reads the whole file `name`, which has as many bytes as `to`.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, name: &str, to: &mut [u8]) -> Result<(), String>;
}

/// Why there is no image: what was found, and what was expected.
pub struct Missing {
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// A file that was read into memory of its own.
pub struct Buffer {
    frames: Frames,
    length: usize,
}

impl Buffer {
    /// Reads a file. Context: orphans; may sleep.
    ///
    /// # Errors
    /// It cannot be read, is empty, or memory is short.
    pub fn read(files: &dyn Files, name: &str) -> Result<Self, Missing> {
        let unreadable = |found| Missing { found, expected: "a file that can be read".to_string() };
        let bytes = size(files, name)?;
        let frames =
            frames::alloc_for(Purpose::Guests, bytes, 1).map_err(|error| unreadable(error.to_string()))?;
        let buffer = Buffer { frames, length: bytes as usize };
        // SAFETY: the frames are ours alone, mapped, and hold at least this many bytes, each of which may be anything.
        let to = unsafe { core::slice::from_raw_parts_mut(buffer.frames.as_ptr(), buffer.length) };
        files.read(name, to).map_err(unreadable)?;
        Ok(buffer)
    }
}

impl Deref for Buffer {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        // SAFETY: as in `read`, which has written all of it; nobody writes while it is borrowed.
        unsafe { core::slice::from_raw_parts(self.frames.as_ptr(), self.length) }
    }
}

/// The contents of an image.
pub enum Contents<'a> {
    /// They lie somewhere already.
    There(&'a [u8]),
    /// They were read just for this.
    Read(Buffer),
}

impl Deref for Contents<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Contents::There(bytes) => bytes,
            Contents::Read(buffer) => buffer,
        }
    }
}

/// Something that images come from.
pub trait Images {
    /// Whether the file `name` is there and not empty, without reading it.
    ///
    /// # Errors
    /// It is not.
    fn check(&self, name: &str) -> Result<(), Missing>;
    /// The contents of the file `name`.
    ///
    /// # Errors
    /// It is not there, is empty, or cannot be read.
    fn contents(&self, name: &str) -> Result<Contents<'_>, Missing>;
}

impl Images for Bundle<'_> {
    fn check(&self, name: &str) -> Result<(), Missing> {
        self.contents(name).map(drop)
    }

    fn contents(&self, name: &str) -> Result<Contents<'_>, Missing> {
        match self.file(name) {
            Some([]) => Err(empty()),
            Some(data) => Ok(Contents::There(data)),
            None => {
                let names: Vec<&str> = self
                    .files()
                    .map(|file| file.name)
                    .filter(|name| !name.ends_with(".dtb"))
                    .take(8)
                    .collect();
                Err(Missing {
                    found: "no such file in the bundle".to_string(),
                    expected: format!("one of its files, such as: {}", names.join(", ")),
                })
            }
        }
    }
}

impl Images for Arc<dyn Files> {
    fn check(&self, name: &str) -> Result<(), Missing> {
        size(&**self, name).map(drop)
    }

    fn contents(&self, name: &str) -> Result<Contents<'_>, Missing> {
        Buffer::read(&**self, name).map(Contents::Read)
    }
}

fn size(files: &dyn Files, name: &str) -> Result<u64, Missing> {
    match files.size(name) {
        Ok(0) => Err(empty()),
        Ok(bytes @ 1..=MAX_FILE) => Ok(bytes),
        Ok(bytes) => Err(Missing {
            found: format!("{bytes} bytes"),
            expected: format!("at most {} GiB", MAX_FILE >> 30),
        }),
        Err(found) => Err(Missing { found, expected: "a file that can be read".to_string() }),
    }
}

fn empty() -> Missing {
    Missing { found: "an empty file".to_string(), expected: "contents".to_string() }
}
