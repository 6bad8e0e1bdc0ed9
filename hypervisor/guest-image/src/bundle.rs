// SPDX-License-Identifier: GPL-2.0-only
//! The bundle: guests and their images in a cpio archive ("newc" form) that the boot loader hands over as the initrd.
//!
//! `guests/NAME.dtb` is the guest NAME; all other files are images, found by name and never copied. Archives may
//! follow one another, with NUL bytes between them; of two files with one name the later counts. A malformed archive
//! gives what was read well before the fault, and the fault. The form is described in cpio(5), section "New ASCII
//! Format".

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Most files in a bundle.
pub const MAX_FILES: usize = 4096;
/// Most errors that are kept.
const MAX_ERRORS: usize = 16;
/// Longest name of a guest.
pub const MAX_GUEST_NAME: usize = 31;

/// Size of the header of an entry: a magic number of 6 characters and 13 fields of 8.
const HEADER: usize = 110;
/// Longest name of a file.
const MAX_NAME: usize = 1024;
/// Name of the entry that ends an archive.
const TRAILER: &str = "TRAILER!!!";
/// Where the fields that we need stand in the header, in fields of 8 characters.
const INO: usize = 0;
const MODE: usize = 1;
const LINKS: usize = 4;
const FILE_SIZE: usize = 6;
const NAME_SIZE: usize = 11;
/// The bits of MODE that say what an entry is, and a regular file.
const TYPE_MASK: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// What is wrong with a bundle, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleError {
    /// Offset in bytes from the start of the bundle.
    pub offset: usize,
    /// What was found there.
    pub found: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bundle: at byte {:#x}: found {}, expected {}", self.offset, self.found, self.expected)
    }
}

/// One file of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Its name, without `./` in front.
    pub name: &'a str,
    /// Its contents.
    pub data: &'a [u8],
    inode: u32,
}

/// The files of a bundle.
#[derive(Clone, Debug, Default)]
pub struct Bundle<'a> {
    files: Vec<File<'a>>,
    errors: Vec<BundleError>,
}

impl<'a> Bundle<'a> {
    /// Reads the directory of a bundle. Never fails: see [`errors`](Self::errors) for what was wrong.
    pub fn open(bytes: &'a [u8]) -> Self {
        let mut bundle = Self::default();
        let mut offset = 0;
        loop {
            // Archives are padded to blocks, and another one may follow.
            let rest = bytes.get(offset..).unwrap_or_default();
            let Some(gap) = rest.iter().position(|byte| *byte != 0) else {
                break;
            };
            match read_entry(bytes, offset + gap) {
                Ok((entry, next)) => {
                    bundle.files.extend(entry);
                    offset = next;
                }
                Err(error) => {
                    bundle.errors.push(error);
                    break;
                }
            }
            if bundle.files.len() >= MAX_FILES {
                let found = format!("more than {MAX_FILES} files");
                bundle.errors.push(BundleError { offset, found, expected: "fewer" });
                break;
            }
        }
        bundle.check_guest_names();
        bundle
    }

    /// What was wrong, in order; the files up to there can be used.
    pub fn errors(&self) -> &[BundleError] {
        &self.errors
    }

    /// All regular files in the order of the archive.
    pub fn files(&self) -> impl Iterator<Item = File<'a>> + '_ {
        self.files.iter().map(|file| self.follow(file))
    }

    /// The contents of the file `name`; a leading `./` does not matter.
    pub fn file(&self, name: &str) -> Option<&'a [u8]> {
        let name = plain(name);
        self.files.iter().rev().find(|file| file.name == name).map(|file| self.follow(file).data)
    }

    /// The guests: name and DTB. A DTB that is there twice comes once, the later one.
    pub fn guests(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + '_ {
        self.files.iter().enumerate().filter_map(|(index, file)| {
            let name = guest_name(file.name).filter(|name| is_guest_name(name))?;
            let replaced = self.files.iter().skip(index + 1).any(|later| later.name == file.name);
            (!replaced).then(|| (name, self.follow(file).data))
        })
    }

    /// The file with its contents: of files with several names, the archive has them with the last only.
    fn follow(&self, file: &File<'a>) -> File<'a> {
        let data = match file.inode {
            0 => file.data,
            inode => self
                .files
                .iter()
                .find(|other| other.inode == inode && !other.data.is_empty())
                .map_or(file.data, |other| other.data),
        };
        File { data, ..*file }
    }

    /// Notes guests whose names are not usable.
    fn check_guest_names(&mut self) {
        for file in &self.files {
            if self.errors.len() >= MAX_ERRORS {
                return;
            }
            if let Some(name) = guest_name(file.name).filter(|name| !is_guest_name(name)) {
                self.errors.push(BundleError {
                    offset: 0,
                    found: format!("a guest named '{}'", name.chars().take(64).collect::<String>()),
                    expected: "a name of 1 to 31 letters, digits, '-', '_' and '.', the first a letter or digit",
                });
            }
        }
    }
}

/// The name without a leading `./`.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// NAME of `guests/NAME.dtb`.
fn guest_name(file: &str) -> Option<&str> {
    file.strip_prefix("guests/")?.strip_suffix(".dtb")
}

/// Whether a guest can have this name.
pub fn is_guest_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    first
        && name.len() <= MAX_GUEST_NAME
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Reads the entry at `offset`: a file, or none if it is something else, and where the next begins.
fn read_entry(bytes: &[u8], offset: usize) -> Result<(Option<File<'_>>, usize), BundleError> {
    let error = |offset: usize, found: String, expected| BundleError { offset, found, expected };
    let rest = bytes.get(offset..).unwrap_or_default();
    let magic = rest.get(..6).unwrap_or(rest);
    if magic != b"070701" && magic != b"070702" {
        let expected = "a cpio archive in newc form (cpio -o -H newc)";
        return Err(error(offset, what_it_is(rest), expected));
    }
    let Some(header) = rest.get(..HEADER) else {
        return Err(error(offset, format!("a header cut off after {} bytes", rest.len()), "110 bytes"));
    };
    let field = |index: usize| {
        let text = header.get(6 + 8 * index..14 + 8 * index).unwrap_or_default();
        hexadecimal(text).ok_or_else(|| {
            let found = format!("'{}'", String::from_utf8_lossy(text).escape_default());
            error(offset + 6 + 8 * index, found, "8 hexadecimal digits")
        })
    };
    let name_size = field(NAME_SIZE)? as usize;
    let file_size = field(FILE_SIZE)? as usize;
    let name_at = offset + HEADER;
    let name = bytes
        .get(name_at..name_at.saturating_add(name_size))
        .filter(|_| name_size <= MAX_NAME)
        .and_then(|name| name.strip_suffix(&[0]))
        .filter(|name| !name.contains(&0))
        .and_then(|name| core::str::from_utf8(name).ok());
    let Some(name) = name else {
        let found = format!("{name_size} bytes that are not a name");
        return Err(error(name_at, found, "a name of at most 1023 bytes that ends with NUL"));
    };
    let data_at = (name_at + name_size).next_multiple_of(4);
    let Some(data) = data_at.checked_add(file_size).and_then(|end| bytes.get(data_at..end)) else {
        let found = format!("'{}' of {file_size} bytes, cut off", name.escape_default());
        return Err(error(offset, found, "the whole file (was the bundle loaded completely?)"));
    };
    let next = (data_at + file_size).next_multiple_of(4);
    let is_file = field(MODE)? & TYPE_MASK == REGULAR && name != TRAILER;
    let inode = if field(LINKS)? > 1 { field(INO)? } else { 0 };
    Ok((is_file.then(|| File { name: plain(name), data, inode }), next))
}

/// What data without the magic number likely is.
fn what_it_is(data: &[u8]) -> String {
    let known: &[(&[u8], &str)] = &[
        (&[0x1f, 0x8b], "gzip data (hand the bundle over uncompressed)"),
        (&[0xfd, b'7', b'z', b'X', b'Z'], "xz data (hand the bundle over uncompressed)"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd data (hand the bundle over uncompressed)"),
        (&[0xd0, 0x0d, 0xfe, 0xed], "a device tree"),
        (b"070707", "a cpio archive in the old portable form"),
        (&[0xc7, 0x71], "a cpio archive in the old binary form"),
    ];
    match known.iter().find(|(magic, _)| data.starts_with(magic)) {
        Some((_, what)) => what.to_string(),
        None => format!("bytes {:02x?}", data.get(..6).unwrap_or(data)),
    }
}

/// The number that 8 hexadecimal digits stand for.
fn hexadecimal(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An archive entry; `mode` decides what it is.
    pub(crate) fn entry(archive: &mut Vec<u8>, name: &str, mode: u32, inode: u32, links: u32, data: &[u8]) {
        let fields = [inode, mode, 0, 0, links, 0, data.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        archive.extend_from_slice(b"070701");
        fields.iter().for_each(|field| archive.extend_from_slice(format!("{field:08x}").as_bytes()));
        archive.extend_from_slice(name.as_bytes());
        archive.push(0);
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend_from_slice(data);
        archive.resize(archive.len().next_multiple_of(4), 0);
    }

    /// An archive of regular files.
    pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, data) in files {
            entry(&mut archive, name, 0o100_644, 1, 1, data);
        }
        entry(&mut archive, TRAILER, 0, 0, 1, &[]);
        archive.resize(archive.len().next_multiple_of(512), 0);
        archive
    }

    #[test]
    fn files_and_guests_are_found() {
        let bytes = archive(&[
            ("./guests/linux0.dtb", b"tree"),
            ("linux/Image", b"kernel"),
            ("guests/sub/x.dtb", b"no guest"),
            ("guests/readme.txt", b"text"),
        ]);
        let bundle = Bundle::open(&bytes);
        let bad: Vec<String> = bundle.errors().iter().map(|error| error.to_string()).collect();
        assert_eq!(bad.len(), 1, "{bad:?}");
        assert!(bad[0].contains("a guest named 'sub/x'"), "{bad:?}");
        assert_eq!(bundle.guests().collect::<Vec<_>>(), [("linux0", b"tree".as_slice())]);
        assert_eq!(bundle.file("./linux/Image"), Some(b"kernel".as_slice()));
        assert_eq!(bundle.file("guests/linux0.dtb"), Some(b"tree".as_slice()));
        assert_eq!(bundle.file("nothing"), None);
        assert_eq!(bundle.files().count(), 4);
    }

    #[test]
    fn archives_follow_one_another_and_the_later_file_wins() {
        let mut bytes = archive(&[("guests/a.dtb", b"1"), ("b", b"1")]);
        bytes.extend(archive(&[("guests/a.dtb", b"2")]));
        let bundle = Bundle::open(&bytes);
        assert!(bundle.errors().is_empty());
        assert_eq!(bundle.guests().collect::<Vec<_>>(), [("a", b"2".as_slice())]);
        assert_eq!(bundle.file("b"), Some(b"1".as_slice()));
    }

    #[test]
    fn hard_links_and_other_entries() {
        let mut bytes = Vec::new();
        entry(&mut bytes, "dir", 0o040_755, 1, 2, &[]);
        entry(&mut bytes, "link", 0o120_777, 2, 1, b"one");
        entry(&mut bytes, "one", 0o100_644, 3, 2, &[]);
        entry(&mut bytes, "two", 0o100_644, 3, 2, b"both");
        let bundle = Bundle::open(&bytes);
        assert_eq!(bundle.file("dir"), None);
        assert_eq!(bundle.file("link"), None);
        assert_eq!(bundle.file("one"), Some(b"both".as_slice()));
    }

    #[test]
    fn what_comes_before_a_fault_is_kept() {
        let mut bytes = archive(&[("a", b"1234"), ("b", b"5678")]);
        let second = bytes.windows(6).rposition(|w| w == b"070701").unwrap() - 116;
        assert_eq!(&bytes[second..second + 6], b"070701");
        bytes[second + 6 + 8 * FILE_SIZE] = b'x';
        let bundle = Bundle::open(&bytes);
        assert_eq!(bundle.file("a"), Some(b"1234".as_slice()));
        assert_eq!(bundle.file("b"), None);
        let text = bundle.errors()[0].to_string();
        assert_eq!(text, "bundle: at byte 0xaa: found 'x0000004', expected 8 hexadecimal digits");
    }

    #[test]
    fn lengths_are_checked() {
        let bytes = archive(&[("a", b"1234")]);
        for cut in 1..116 {
            let bundle = Bundle::open(&bytes[..cut]);
            assert_eq!(bundle.errors().len(), 1, "cut at {cut}");
            assert_eq!(bundle.files().count(), 0, "cut at {cut}");
        }
        let mut huge = bytes.clone();
        huge[6 + 8 * FILE_SIZE..14 + 8 * FILE_SIZE].copy_from_slice(b"ffffffff");
        assert!(Bundle::open(&huge).errors()[0].to_string().contains("cut off"));
        huge[6 + 8 * NAME_SIZE..14 + 8 * NAME_SIZE].copy_from_slice(b"ffffffff");
        assert!(Bundle::open(&huge).errors()[0].to_string().contains("not a name"));
    }

    #[test]
    fn other_data_is_named() {
        let said = |data: &[u8]| Bundle::open(data).errors()[0].found.clone();
        assert!(said(&[0x1f, 0x8b, 8, 0]).contains("gzip"));
        assert!(said(b"070707xxxxxx").contains("old portable"));
        assert_eq!(said(b"abc"), "bytes [61, 62, 63]");
        assert!(Bundle::open(&[]).errors().is_empty());
        assert!(Bundle::open(&[0; 1024]).errors().is_empty());
    }
}
