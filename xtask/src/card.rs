// SPDX-License-Identifier: GPL-2.0-only
//! SD card images for emulated boards: an MBR with a FAT32 and an ext4 partition that hold the same files,
//! guests among them, and a partition to be written to by tests.

use std::fs::{self, File};
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use board_config::{Board, Value};
use sha2::{Digest, Sha256};

use crate::bundle::Guest;
use crate::{artifacts, process, project};

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;
/// The first partition's place in bytes: what partitioning tools choose.
pub const START: u64 = MIB;
/// The FAT32 partition: a kernel with its initramfs, and enough clusters to be FAT32.
const FAT: u64 = 80 * MIB;
/// The partition without a file system.
const SCRATCH: u64 = 32 * MIB;
/// The least that a card may have.
pub const MIN: u64 = 256 * MIB;
/// A card with Debian.
const DEBIAN_CARD: u64 = 1024 * MIB;
/// Counted up when what is made of the same files changes.
const VERSION: u32 = 1;

/// Where guests lie in either file system, laid out as in a bundle.
pub const GUESTS: &str = "boot";
/// Where files for tests lie, with their checksums in `SHA256SUMS`.
pub const TEST: &str = "test";

/// A file to put on a card.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its path there, without a leading slash.
    pub path: String,
    /// Its content.
    pub content: Content,
    /// Whether it is on the ext4 partition only.
    pub ext4_only: bool,
}

/// What is in a file.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What is in a file of this machine.
    File(PathBuf),
}

impl Entry {
    /// A file of these bytes on both partitions.
    pub fn bytes(path: impl Into<String>, bytes: Vec<u8>) -> Entry {
        Entry { path: path.into(), content: Content::Bytes(bytes), ext4_only: false }
    }

    fn read(&self) -> Result<Vec<u8>> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::File(path) => {
                fs::read(path).with_context(|| format!("cannot read {}", project::shown(path)))
            }
        }
    }

    /// What tells one state of it from another.
    fn identity(&self) -> Result<String> {
        let what = match &self.content {
            Content::Bytes(bytes) => format!("{:x}", Sha256::digest(bytes)),
            Content::File(path) => {
                let metadata =
                    fs::metadata(path).with_context(|| format!("cannot read {}", project::shown(path)))?;
                format!("{} {} {:?}", path.display(), metadata.len(), metadata.modified()?)
            }
        };
        Ok(format!("{} {} {what}\n", self.path, self.ext4_only))
    }
}

/// Bytes without a pattern, the same ones for the same seed (splitmix64).
pub fn pseudo_random(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(mixed ^ mixed >> 31).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// These guests and their images, laid out below [`GUESTS`] as in a bundle.
///
/// # Errors
/// When a source has mistakes or an image cannot be had.
pub fn guests(sources: &[PathBuf]) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for source in sources {
        let guest = Guest::read(source)?;
        for (name, node) in &guest.images {
            let path = format!("{GUESTS}/{name}");
            let content = Content::File(guest.image(name, node)?);
            if !entries.iter().any(|entry| entry.path == path) {
                entries.push(Entry { path, content, ext4_only: false });
            }
        }
        entries.push(Entry::bytes(format!("{GUESTS}/guests/{}.dtb", guest.name), guest.dtb));
    }
    Ok(entries)
}

/// Files for tests: 1 MiB and, in ext4 only, 64 MiB of pseudo-random bytes (the seeds are their sizes), an
/// empty one, and `SHA256SUMS` in the form of the program `sha256sum`.
pub fn test_files() -> Vec<Entry> {
    let mut sums = String::new();
    let mut entries = Vec::new();
    for (name, length, ext4_only) in
        [("empty", 0, false), ("random-1M", MIB, false), ("random-64M", 64 * MIB, true)]
    {
        let bytes = pseudo_random(length, length as usize);
        sums += &format!("{:x}  {name}\n", Sha256::digest(&bytes));
        entries.push(Entry { path: format!("{TEST}/{name}"), content: Content::Bytes(bytes), ext4_only });
    }
    entries.push(Entry::bytes(format!("{TEST}/SHA256SUMS"), sums.into_bytes()));
    entries
}

/// The card of a board's `machine.sd`, made anew only if something of it has changed; none if it has none.
///
/// # Errors
/// When it cannot be made.
pub fn of_board(board: &Board) -> Result<Option<PathBuf>> {
    let size = match board.get("machine.sd") {
        Some(Value::Size(0)) | None => return Ok(None),
        Some(Value::Size(size)) => *size,
        Some(other) => bail!("machine.sd = {other} is no size"),
    };
    let folder = project::board_folder(&board.id);
    let default = folder.join("guests/linux0.dts");
    let mut entries = guests(default.is_file().then_some(default).as_slice())?;
    entries.extend(test_files());
    let path = project::target().join(&board.id).join("card.img");
    let stamp = path.with_extension("origin");
    let mut origin = format!("version {VERSION}, {size} bytes\n");
    for entry in &entries {
        origin += &entry.identity()?;
    }
    if path.is_file() && fs::read_to_string(&stamp).is_ok_and(|known| known == origin) {
        return Ok(Some(path));
    }
    let bar = process::spinner("SD card");
    make(&path, size, &entries)?;
    bar.finish_and_clear();
    artifacts::store(&stamp, origin.as_bytes())?;
    Ok(Some(path))
}

/// A card of a board with Debian on its fourth partition, and the board's guest `debian`, which has it as its root file
/// system, on the second. Made anew at each call, but for Debian itself.
///
/// # Errors
/// When the board has no such guest or no card, or it cannot be made.
pub fn with_debian(board: &Board) -> Result<PathBuf> {
    let guest = project::board_folder(&board.id).join("guests/debian.dts");
    ensure!(
        guest.is_file() && !matches!(board.get("machine.sd"), Some(Value::Size(0)) | None),
        "the board `{}` has no guest `debian` (guests/debian.dts) or no SD card (machine.sd)",
        board.id
    );
    let root = artifacts::get("debian.ext4")?;
    let entries = guests(&[guest])?;
    let path = project::target().join(&board.id).join("debian.img");
    let bar = process::spinner("SD card with Debian");
    make_with(&path, DEBIAN_CARD, &entries, Some(&root))?;
    bar.finish_and_clear();
    Ok(path)
}

/// Makes a card of `size` bytes with these files.
///
/// # Errors
/// When the size is no power of two or too small, or a tool fails.
pub fn make(path: &Path, size: u64, entries: &[Entry]) -> Result<()> {
    make_with(path, size, entries, None)
}

/// As [`make`], with a file system in a partition of its own behind the others, the fourth.
///
/// # Errors
/// As [`make`].
pub fn make_with(path: &Path, size: u64, entries: &[Entry], root: Option<&Path>) -> Result<()> {
    ensure!(
        size.is_power_of_two() && size >= MIN,
        "an SD card in an emulated machine has a power of two of bytes, and at least {} MiB: {size} is wrong",
        MIN / MIB
    );
    let folder = path.parent().context("a file without a folder")?;
    fs::create_dir_all(folder)?;
    let part = process::temporary(path);
    let write = || -> Result<()> {
        let mut card = File::create(&part)?;
        card.set_len(size)?;
        let extra = root.map(|root| Ok::<_, anyhow::Error>((root, fs::metadata(root)?.len()))).transpose()?;
        let end = size - extra.map_or(0, |(_, length)| length);
        let ext4 = (START + FAT, end - START - FAT - SCRATCH);
        let mut partitions = vec![(0x0c, START, FAT), (0x83, ext4.0, ext4.1), (0xda, end - SCRATCH, SCRATCH)];
        if let Some((root, length)) = extra {
            partitions.push((0x83, end, length));
            copy_sparse(&mut card, end, root)?;
        }
        card.rewind()?;
        card.write_all(&table(&partitions))?;
        write_sparse(&mut card, START, &fat(entries)?)?;
        drop(card);
        write_ext4(&part, ext4, entries)?;
        Ok(fs::rename(&part, path)?)
    };
    let outcome = write().with_context(|| format!("cannot make the SD card {}", project::shown(path)));
    if outcome.is_err() {
        let _ = fs::remove_file(&part);
    }
    outcome
}

/// The first sector: partitions of type, start and size.
fn table(partitions: &[(u8, u64, u64)]) -> [u8; SECTOR as usize] {
    let mut sector = [0; SECTOR as usize];
    sector[440..444].copy_from_slice(b"Fvsr");
    for (index, (kind, start, size)) in partitions.iter().enumerate() {
        let entry = &mut sector[446 + 16 * index..][..16];
        // Cylinders, heads and sectors are long without meaning: the largest stand for that.
        entry[1..4].copy_from_slice(&[0xfe, 0xff, 0xff]);
        entry[4] = *kind;
        entry[5..8].copy_from_slice(&[0xfe, 0xff, 0xff]);
        entry[8..12].copy_from_slice(&((start / SECTOR) as u32).to_le_bytes());
        entry[12..16].copy_from_slice(&((size / SECTOR) as u32).to_le_bytes());
    }
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}

/// A FAT32 file system with the files that are for it.
fn fat(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut bytes = vec![0; FAT as usize];
    let options = fatfs::FormatVolumeOptions::new()
        .fat_type(fatfs::FatType::Fat32)
        .bytes_per_cluster(1024)
        .volume_label(*b"FERROVISOR ");
    fatfs::format_volume(Cursor::new(&mut bytes), options)?;
    {
        let fs = fatfs::FileSystem::new(Cursor::new(&mut bytes), fatfs::FsOptions::new())?;
        for entry in entries.iter().filter(|entry| !entry.ext4_only) {
            for (at, _) in entry.path.match_indices('/') {
                fs.root_dir().create_dir(&entry.path[..at])?;
            }
            let mut file = fs.root_dir().create_file(&entry.path)?;
            file.write_all(&entry.read()?)
                .with_context(|| format!("no room for {} in the FAT partition", entry.path))?;
        }
        fs.unmount()?;
    }
    Ok(bytes)
}

/// Has e2fsprogs make the ext4 file system in its place, from a folder with the files.
fn write_ext4(card: &Path, (start, size): (u64, u64), entries: &[Entry]) -> Result<()> {
    let folder = process::temporary(&card.with_extension("files"));
    let outcome = (|| {
        fs::create_dir_all(&folder)?;
        for entry in entries {
            let path = folder.join(&entry.path);
            fs::create_dir_all(path.parent().context("a file without a folder")?)?;
            fs::write(path, entry.read()?)?;
        }
        let mut command = process::admin("mke2fs");
        command.args(["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-L", "ferrovisor"]);
        command.args(["-E", &format!("offset={start},lazy_itable_init=1,root_owner=0:0"), "-d"]);
        command.arg(&folder).arg(card).arg(format!("{}k", size / 1024));
        process::output(&mut command).map(drop)
    })();
    let _ = fs::remove_dir_all(&folder);
    outcome
}

/// Copies a file, but leaves holes where there are only zeros.
fn copy_sparse(to: &mut File, start: u64, from: &Path) -> Result<()> {
    const PIECE: usize = 1 << 20;
    let mut from = File::open(from).with_context(|| format!("cannot open {}", project::shown(from)))?;
    let (mut piece, mut at) = (vec![0; PIECE], start);
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        write_sparse(to, at, &piece[..count])?;
        at += count as u64;
    }
}

/// Writes bytes, but leaves holes where there are only zeros.
fn write_sparse(file: &mut File, start: u64, bytes: &[u8]) -> Result<()> {
    const PIECE: usize = 4096;
    for (index, piece) in bytes.chunks(PIECE).enumerate() {
        if piece.iter().any(|byte| *byte != 0) {
            file.seek(SeekFrom::Start(start + (index * PIECE) as u64))?;
            file.write_all(piece)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_same_every_time() {
        // The first of splitmix64 for seed 0, as its author publishes it.
        assert_eq!(pseudo_random(0, 8), 0xe220_a839_7b1d_cdaf_u64.to_le_bytes());
        assert_eq!(pseudo_random(7, 1000)[..13], pseudo_random(7, 13));
    }

    #[test]
    fn a_card_has_its_files_on_both_partitions() {
        let folder = std::env::temp_dir().join(format!("ferrovisor-card-{}", std::process::id()));
        let path = folder.join("card.img");
        let content = pseudo_random(1, 5000);
        let mut entries = vec![Entry::bytes("boot/guests/a-longer-name.dtb", content.clone())];
        entries.push(Entry { ext4_only: true, ..Entry::bytes("test/big", vec![1; 10_000]) });
        make(&path, MIN, &entries).unwrap();
        let mut card = File::open(&path).unwrap();
        let mut sector = [0; 512];
        card.read_exact(&mut sector).unwrap();
        assert_eq!((sector[446 + 4], sector[462 + 4], sector[478 + 4]), (0x0c, 0x83, 0xda));
        let mut fat = vec![0; FAT as usize];
        card.seek(SeekFrom::Start(START)).unwrap();
        card.read_exact(&mut fat).unwrap();
        let fs = fatfs::FileSystem::new(Cursor::new(&mut fat), fatfs::FsOptions::new()).unwrap();
        assert_eq!(fs.fat_type(), fatfs::FatType::Fat32);
        let mut found = Vec::new();
        let mut file = fs.root_dir().open_file("boot/guests/a-longer-name.dtb").unwrap();
        file.read_to_end(&mut found).unwrap();
        assert_eq!(found, content);
        assert!(fs.root_dir().open_file("test/big").is_err());
        // The ext4 super block's magic number.
        card.seek(SeekFrom::Start(START + FAT + 1024 + 56)).unwrap();
        let mut magic = [0; 2];
        card.read_exact(&mut magic).unwrap();
        assert_eq!(magic, [0x53, 0xef]);
        assert!(make(&path, MIN / 2, &entries).is_err());
        assert!(make(&path, MIN + 512, &entries).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
