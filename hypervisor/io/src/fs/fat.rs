// SPDX-License-Identifier: GPL-2.0-only
//! FAT12, FAT16 and FAT32, for reading (Microsoft, "FAT: General Overview of On-Disk Format", 1.03), with long names.
//!
//! Every number on the disk is checked before use: chains of clusters are cut at the number of clusters that there are,
//! so that a ring ends in an error.

mod dir;

use super::{Entry, EntryKind, MAX_ENTRIES, byte_at, components, u16_at, u32_at};
use crate::block::Reader;
use crate::{Error, Result};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use dir::{Names, Slot};

/// Bytes of a directory entry.
const SLOT: u64 = 32;
/// Most bytes of a directory: 65,536 entries.
const MAX_DIRECTORY: u64 = 2 << 20;
/// Most runs of clusters of a file.
const MAX_RUNS: usize = 1 << 17;

/// Clusters that follow one another.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    count: u32,
}

/// A file system.
pub(super) struct Fat {
    reader: Reader,
    /// Bits of an entry of the table: 12, 16 or 32.
    bits: u8,
    /// Bytes of a cluster.
    cluster: u64,
    /// Where the first table starts, in bytes.
    table: u64,
    /// Where cluster 2 starts, in bytes.
    data: u64,
    /// How many clusters there are.
    clusters: u32,
    root: Root,
}

/// Where the root directory is.
#[derive(Clone, Copy)]
enum Root {
    /// At a fixed place: first byte and bytes.
    Fixed(u64, u64),
    /// In clusters like any other.
    Cluster(u32),
}

/// What a directory or file is made of.
enum Extent {
    Fixed(u64, u64),
    Runs(Vec<Run>),
}

/// A file system that contradicts itself.
fn damaged(what: impl Into<String>) -> Error {
    Error::Damaged { path: String::new(), what: what.into() }
}

impl Fat {
    /// Reads the boot sector (section 3); `None` if it is none.
    pub(super) fn mount(mut reader: Reader) -> Result<Option<Self>> {
        let mut boot = [0; 512];
        if reader.volume().bytes() < 512 {
            return Ok(None);
        }
        reader.read(0, &mut boot)?;
        let sector = u64::from(u16_at(&boot, 11));
        let per_cluster = u64::from(byte_at(&boot, 13));
        let reserved = u64::from(u16_at(&boot, 14));
        let tables = u64::from(byte_at(&boot, 16));
        let plausible = boot.ends_with(&[0x55, 0xaa])
            && matches!(byte_at(&boot, 0), 0xeb | 0xe9)
            && sector.is_power_of_two()
            && (512..=4096).contains(&sector)
            && per_cluster.is_power_of_two()
            && reserved > 0
            && (1..=4).contains(&tables);
        if !plausible {
            return Ok(None);
        }
        let root_bytes = u64::from(u16_at(&boot, 17)) * SLOT;
        let total = match u16_at(&boot, 19) {
            0 => u64::from(u32_at(&boot, 32)),
            n => u64::from(n),
        };
        let (old_size, wide) = (u64::from(u16_at(&boot, 22)), u16_at(&boot, 22) == 0);
        let table_sectors = if wide { u64::from(u32_at(&boot, 36)) } else { old_size };
        let table = reserved * sector;
        let root_at = table + tables * table_sectors * sector;
        let data = root_at + root_bytes.next_multiple_of(sector);
        let cluster = per_cluster * sector;
        let clusters = (total * sector).checked_sub(data).map_or(0, |bytes| bytes / cluster);
        let bits = match clusters {
            _ if wide => 32,
            0..4085 => 12,
            _ => 16,
        };
        let needed = ((clusters + 2) * u64::from(bits)).div_ceil(8);
        if total * sector > reader.volume().bytes() {
            return Err(damaged(format!("{total} sectors of {sector} bytes, more than the volume has"))
                .within(&reader.volume().name));
        }
        if clusters == 0 || clusters >= 0x0fff_fff5 || needed > table_sectors * sector {
            return Err(damaged(format!("{clusters} clusters with a table of {table_sectors} sectors"))
                .within(&reader.volume().name));
        }
        let root = if wide { Root::Cluster(u32_at(&boot, 44)) } else { Root::Fixed(root_at, root_bytes) };
        Ok(Some(Self { reader, bits, cluster, table, data, clusters: clusters as u32, root }))
    }

    /// Bits of an entry of the table: 12, 16 or 32.
    pub(super) fn bits(&self) -> u8 {
        self.bits
    }

    /// The entry of a cluster in the table: the next cluster, or `None` at the end of the chain.
    fn next(&mut self, cluster: u32) -> Result<Option<u32>> {
        let bit = u64::from(cluster) * u64::from(self.bits);
        let mut raw = [0; 4];
        let bytes = if self.bits == 32 { 4 } else { 2 };
        self.reader.read(self.table + bit / 8, raw.get_mut(..bytes).unwrap_or_default())?;
        let value = u32::from_le_bytes(raw);
        let (value, top) = match self.bits {
            12 if cluster % 2 == 1 => (value >> 4 & 0xfff, 0xff8),
            12 => (value & 0xfff, 0xff8),
            16 => (value & 0xffff, 0xfff8),
            _ => (value & 0x0fff_ffff, 0x0fff_fff8),
        };
        Ok((value < top).then_some(value))
    }

    fn check(&self, cluster: u32) -> Result<()> {
        match cluster.checked_sub(2).is_some_and(|n| n < self.clusters) {
            true => Ok(()),
            false => Err(damaged(format!("cluster {cluster} of {}", self.clusters))),
        }
    }

    /// The runs of the chain from `first` on, as far as `bytes` need; of a directory (`None`), all of it.
    fn chain(&mut self, first: u32, bytes: Option<u64>) -> Result<Vec<Run>> {
        let most = bytes.unwrap_or(MAX_DIRECTORY).div_ceil(self.cluster);
        let mut runs: Vec<Run> = Vec::new();
        let mut cluster = first;
        for n in 0..most.min(u64::from(self.clusters)) {
            self.check(cluster)?;
            let pieces = runs.len();
            match runs.last_mut() {
                Some(run) if run.first + run.count == cluster => run.count += 1,
                _ if pieces >= MAX_RUNS => return Err(damaged("a file in too many pieces")),
                _ => runs.push(Run { first: cluster, count: 1 }),
            }
            match self.next(cluster)? {
                Some(next) => cluster = next,
                None if bytes.is_some() && n + 1 < most => {
                    return Err(damaged("a file with fewer clusters than its size needs"));
                }
                None => return Ok(runs),
            }
        }
        if bytes.is_none() || most > u64::from(self.clusters) {
            return Err(damaged("a chain of clusters without end"));
        }
        Ok(runs)
    }

    fn place(&self, run: &Run) -> (u64, u64) {
        (
            self.data + u64::from(run.first.saturating_sub(2)) * self.cluster,
            u64::from(run.count) * self.cluster,
        )
    }

    /// Reads the bytes from `offset` on of what `extent` is made of.
    fn read(&mut self, extent: &Extent, mut offset: u64, mut to: &mut [u8]) -> Result<()> {
        let runs: &[Run] = match extent {
            Extent::Fixed(at, len) => return self.read_fixed((*at, *len), offset, to),
            Extent::Runs(runs) => runs,
        };
        for run in runs {
            let (at, len) = self.place(run);
            if offset >= len {
                offset -= len;
                continue;
            }
            let now = to.len().min(usize::try_from(len - offset).unwrap_or(usize::MAX));
            self.reader.read(at + offset, to.get_mut(..now).unwrap_or_default())?;
            to = to.get_mut(now..).unwrap_or_default();
            offset = 0;
            if to.is_empty() {
                return Ok(());
            }
        }
        if to.is_empty() { Ok(()) } else { Err(damaged("a file with fewer clusters than its size needs")) }
    }

    fn read_fixed(&mut self, (at, len): (u64, u64), offset: u64, to: &mut [u8]) -> Result<()> {
        match offset + to.len() as u64 <= len {
            true => self.reader.read(at + offset, to),
            false => Err(damaged("a directory that ends within an entry")),
        }
    }

    /// The extent of the directory that begins at `cluster`; 0 is the root.
    fn directory(&mut self, cluster: u32) -> Result<(Extent, u64)> {
        let cluster = match (cluster, self.root) {
            (0, Root::Fixed(at, len)) => return Ok((Extent::Fixed(at, len), len)),
            (0, Root::Cluster(root)) => root,
            (cluster, _) => cluster,
        };
        let runs = self.chain(cluster, None)?;
        let len = runs.iter().map(|run| self.place(run).1).sum();
        Ok((Extent::Runs(runs), len))
    }

    /// Calls `f` for each entry of the directory at `cluster` until it gives something.
    fn scan<R>(&mut self, cluster: u32, f: &mut dyn FnMut(Found) -> Option<R>) -> Result<Option<R>> {
        let (extent, len) = self.directory(cluster)?;
        let mut names = Names::default();
        let mut raw = [0; SLOT as usize];
        for at in (0..len / SLOT).map(|n| n * SLOT) {
            self.read(&extent, at, &mut raw)?;
            match dir::slot(&raw) {
                Slot::End => break,
                Slot::Long => names.part(&raw),
                Slot::Other => names = Names::default(),
                Slot::Entry { directory, cluster, size } => {
                    let name = core::mem::take(&mut names).take(&raw);
                    let short = dir::short_name(&raw);
                    if short == "." || short == ".." {
                        continue;
                    }
                    if let Some(result) = f(Found { name, short, directory, cluster, size }) {
                        return Ok(Some(result));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Finds what `path` names: whether it is a directory, first cluster, size.
    fn find(&mut self, path: &str) -> Result<(bool, u32, u32)> {
        let mut at = (true, 0, 0);
        // Directories, from the root to here: for `..`.
        let mut way = Vec::new();
        for part in components(path) {
            if !at.0 {
                return Err(Error::path("", "it is no directory"));
            }
            if part == ".." {
                at = way.pop().unwrap_or((true, 0, 0));
                continue;
            }
            let found = self.scan(at.1, &mut |found| {
                let same = found.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(part))
                    || found.short.eq_ignore_ascii_case(part);
                same.then_some((found.directory, found.cluster, found.size))
            })?;
            way.push(at);
            at = found.ok_or(Error::path("", "there is no such file or directory"))?;
        }
        Ok(at)
    }

    /// Opens the file at `path`.
    pub(super) fn open(mut self, path: &str) -> Result<File> {
        let (directory, cluster, size) = self.find(path)?;
        if directory {
            return Err(Error::path("", "it is a directory"));
        }
        let runs = if size == 0 { Vec::new() } else { self.chain(cluster, Some(u64::from(size)))? };
        Ok(File { fat: self, extent: Extent::Runs(runs), size })
    }

    /// The entries of the directory at `path`.
    pub(super) fn list(&mut self, path: &str) -> Result<Vec<Entry>> {
        let (directory, cluster, _) = self.find(path)?;
        if !directory {
            return Err(Error::path("", "it is no directory"));
        }
        let mut entries = Vec::new();
        let _: Option<()> = self.scan(cluster, &mut |found| {
            let kind = if found.directory { EntryKind::Directory } else { EntryKind::File };
            let name = found.name.unwrap_or(found.short);
            entries.push(Entry { name, kind, size: u64::from(found.size) });
            (entries.len() >= MAX_ENTRIES).then_some(())
        })?;
        Ok(entries)
    }
}

/// An entry of a directory.
struct Found {
    name: Option<String>,
    short: String,
    directory: bool,
    cluster: u32,
    size: u32,
}

/// An open file.
pub(super) struct File {
    fat: Fat,
    extent: Extent,
    size: u32,
}

impl File {
    pub(super) fn size(&self) -> u64 {
        u64::from(self.size)
    }

    /// The runs of its clusters.
    #[cfg(feature = "file-disks")]
    pub(super) fn runs(&self) -> Result<Vec<super::runs::Run>> {
        let mut runs = Vec::new();
        if let Extent::Runs(all) = &self.extent {
            for run in all {
                let (at, len) = self.fat.place(run);
                super::runs::add(&mut runs, super::runs::Run { at, len })?;
            }
        }
        Ok(runs)
    }

    /// Fills `to` with what stands at `offset`.
    pub(super) fn read_at(&mut self, offset: u64, to: &mut [u8]) -> Result<()> {
        self.fat.read(&self.extent, offset, to)
    }
}
