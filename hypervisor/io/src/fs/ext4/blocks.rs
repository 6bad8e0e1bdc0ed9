// SPDX-License-Identifier: GPL-2.0-only
//! Where the blocks of a file of ext2, ext3 or ext4 are (Linux, Documentation/filesystems/ext4): the crate `ext4-view` tells
//! contents only. It resolves the path and looks at checksums; here the inode that is found is read again.

use super::super::runs::{Run, add};
use super::super::{byte_at, components, u16_at, u32_at};
use crate::block::{Reader, Volume};
use crate::{Error, Result};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Where the superblock is, and its bytes that are looked at.
const SUPERBLOCK: u64 = 1024;
const SUPERBLOCK_LEN: usize = 512;
/// Bytes of an inode that are looked at.
const INODE_LEN: usize = 128;
/// The inode of the root directory.
const ROOT: u32 = 2;
/// Most bytes of a directory.
const MAX_DIRECTORY: u64 = 64 << 20;
/// Deepest tree of extents.
const MAX_DEPTH: u32 = 5;
/// Most blocks of an extent; beyond that it is one that was set aside and never written.
const MAX_EXTENT: u32 = 1 << 15;

// Features that a system must be understood for, or must not be changed with.
const COMPRESSED: u32 = 1;
const NEEDS_RECOVERY: u32 = 4;
const META_GROUPS: u32 = 0x10;
const WIDE: u32 = 0x80;
const READ_ONLY: u32 = 0x1000;
const SHARED_BLOCKS: u32 = 0x4000;

// Flags of an inode.
const EXTENTS: u32 = 0x8_0000;
const REFUSED: &[(u32, &str)] = &[
    (4, "it is compressed"),
    (0x10, "it is marked immutable (chattr -i)"),
    (0x20, "it can be appended to only (chattr -a)"),
    (0x800, "it is encrypted"),
    (0x10_0000, "it is protected by fs-verity"),
    (0x1000_0000, "its data is in its inode (too small)"),
];

fn damaged(what: &'static str) -> Error {
    Error::Damaged { path: String::new(), what: what.into() }
}

fn hole() -> Error {
    Error::path(
        "",
        "it has holes: write all of it once (cp --sparse=never), expected a file whose blocks are all there",
    )
}

/// A file system, as far as it takes to find blocks.
struct Blocks {
    reader: Reader,
    block: u64,
    count: u64,
    inodes: u32,
    per_group: u32,
    inode_size: u64,
    descriptors: u64,
    descriptor: u64,
    wide: bool,
}

/// The runs of a file, and how many bytes it has.
pub(in super::super) fn runs(volume: &Volume, path: &str, writes: bool) -> Result<(Vec<Run>, u64)> {
    let mut blocks = Blocks::mount(volume.clone(), writes)?;
    let view = super::Ext4::mount(volume.clone())?.fs;
    let real = view.canonicalize(super::absolute(path))?;
    let expected = view.metadata(&real)?;
    drop(view);
    let real = real.to_str().map_err(|_| Error::path("", "its path is no UTF-8"))?;
    let mut inode = blocks.inode(ROOT)?;
    for part in components(real) {
        let number =
            blocks.find(&inode, part)?.ok_or(Error::path("", "there is no such file or directory"))?;
        inode = blocks.inode(number)?;
    }
    let (mode, size) = (u16_at(&inode, 0) & 0xfff, size(&inode));
    if !is(&inode, 0x8000) {
        return Err(Error::path("", "it is no file"));
    }
    if (mode, size) != (u32::from(expected.mode()) & 0xfff, expected.len()) {
        return Err(damaged("an inode that is not what its directory leads to"));
    }
    let flags = u32_at(&inode, 0x20);
    if let Some((_, why)) = REFUSED.iter().find(|(flag, _)| flags & flag != 0) {
        return Err(Error::path("", why));
    }
    let runs = blocks.of(&inode, size)?;
    Ok((runs, size))
}

/// Whether an inode is of this type.
fn is(inode: &[u8], kind: u32) -> bool {
    u16_at(inode, 0) & 0xf000 == kind
}

fn size(inode: &[u8]) -> u64 {
    u64::from(u32_at(inode, 4)) | u64::from(u32_at(inode, 0x6c)) << 32
}

impl Blocks {
    fn mount(volume: Volume, writes: bool) -> Result<Self> {
        let mut reader = Reader::new(volume);
        let mut head = [0; SUPERBLOCK_LEN];
        reader.read(SUPERBLOCK, &mut head)?;
        let (incompatible, read_only) = (u32_at(&head, 0x60), u32_at(&head, 0x64));
        let refused = if incompatible & (COMPRESSED | META_GROUPS) != 0 {
            Some("its file system has features (compression, meta_bg) that are not known here")
        } else if incompatible & NEEDS_RECOVERY != 0 {
            Some(
                "the journal of its file system is not replayed: it was not unmounted, mount it or run e2fsck once",
            )
        } else if u16_at(&head, 0x3a) & 2 != 0 {
            Some("its file system has errors: run e2fsck")
        } else if writes && read_only & (READ_ONLY | SHARED_BLOCKS) != 0 {
            Some("its file system may only be read: add ferrovisor,read-only")
        } else {
            None
        };
        if let Some(why) = refused {
            return Err(Error::path("", why));
        }
        let shift = u32_at(&head, 0x18);
        let wide = incompatible & WIDE != 0;
        let (old, descriptor) = (u32_at(&head, 0x4c) == 0, if wide { u16_at(&head, 0xfe) } else { 32 });
        let block = 1024u64.checked_shl(shift).filter(|_| shift <= 6);
        let block = block.ok_or(damaged("the size of its blocks"))?;
        let high = if wide { u64::from(u32_at(&head, 0x150)) << 32 } else { 0 };
        let count = u64::from(u32_at(&head, 4)) | high;
        let inode_size = if old { 128 } else { u16_at(&head, 0x58) };
        let per_group = u32_at(&head, 0x28);
        if per_group == 0 || inode_size < INODE_LEN as u32 || descriptor < 32 {
            return Err(damaged("the sizes in its superblock"));
        }
        Ok(Self {
            reader,
            block,
            count,
            inodes: u32_at(&head, 0),
            per_group,
            inode_size: inode_size.into(),
            descriptors: (u64::from(u32_at(&head, 0x14)) + 1) * block,
            descriptor: descriptor.into(),
            wide: wide && descriptor >= 64,
        })
    }

    /// Reads the start of an inode.
    fn inode(&mut self, number: u32) -> Result<[u8; INODE_LEN]> {
        let index = number.checked_sub(1).filter(|_| number <= self.inodes);
        let index = index.ok_or(damaged("an inode beyond the last"))?;
        let mut group = [0; 64];
        let len = if self.wide { 64 } else { 32 };
        let at = self.descriptors + u64::from(index / self.per_group) * self.descriptor;
        self.reader.read(at, group.get_mut(..len).unwrap_or_default())?;
        let table = u64::from(u32_at(&group, 8)) | u64::from(u32_at(&group, 0x28)) << 32;
        let at = table.saturating_mul(self.block);
        let mut inode = [0; INODE_LEN];
        let within = u64::from(index % self.per_group) * self.inode_size;
        self.reader.read(at.saturating_add(within), &mut inode)?;
        Ok(inode)
    }

    /// The inode of an entry of a directory.
    fn find(&mut self, directory: &[u8], name: &str) -> Result<Option<u32>> {
        let len = u64::from(u32_at(directory, 4));
        if !is(directory, 0x4000) || len > MAX_DIRECTORY {
            return Err(Error::path("", "it is in no directory that can be read"));
        }
        let mut block = alloc::vec![0; self.block as usize];
        for run in self.of(directory, len)? {
            for at in (0..run.len / self.block).map(|n| run.at + n * self.block) {
                self.reader.read(at, &mut block)?;
                let mut rest = block.as_slice();
                while rest.len() >= 8 {
                    let (inode, length) = (u32_at(rest, 0), u16_at(rest, 4) as usize);
                    let its = rest.get(8..8 + usize::from(byte_at(rest, 6)));
                    if inode != 0 && its == Some(name.as_bytes()) {
                        return Ok(Some(inode));
                    }
                    // The largest blocks are longer than their entries can say.
                    let length = if length == 0 || length == 0xffff { rest.len() } else { length };
                    rest = rest.get(length.max(8)..).unwrap_or_default();
                }
            }
        }
        Ok(None)
    }

    /// The runs of the first `size` bytes, rounded up to blocks, of an inode.
    fn of(&mut self, inode: &[u8], size: u64) -> Result<Vec<Run>> {
        let mut map = Map { runs: Vec::new(), next: 0, wanted: size.div_ceil(self.block) };
        let root = inode.get(0x28..0x28 + 60).unwrap_or_default();
        if u32_at(inode, 0x20) & EXTENTS != 0 {
            self.extents(root, MAX_DEPTH, &mut map)?;
        } else {
            for n in 0..15 {
                self.pointers(u32_at(root, n * 4), (n as u32).saturating_sub(11), &mut map)?;
            }
        }
        if map.wants() { Err(hole()) } else { Ok(map.runs) }
    }

    /// Takes in a node of a tree of extents.
    fn extents(&mut self, node: &[u8], deepest: u32, map: &mut Map) -> Result<()> {
        let depth = u16_at(node, 6);
        if u16_at(node, 0) != 0xf30a || depth > deepest {
            return Err(damaged("a tree of extents"));
        }
        for n in 1..=u16_at(node, 2) as usize {
            if !map.wants() {
                return Ok(());
            }
            let Some(entry) = node.get(n * 12..n * 12 + 12) else {
                return Err(damaged("a tree of extents"));
            };
            if depth > 0 {
                let block = u64::from(u32_at(entry, 4)) | u64::from(u16_at(entry, 8)) << 32;
                let (child, before) = (self.read_block(block)?, map.next);
                self.extents(&child, depth - 1, map)?;
                if map.next == before {
                    return Err(damaged("a tree of extents"));
                }
                continue;
            }
            let (first, len) = (u64::from(u32_at(entry, 0)), u16_at(entry, 4));
            if first != map.next {
                return Err(if first > map.next { hole() } else { damaged("extents out of order") });
            }
            if len > MAX_EXTENT {
                return Err(Error::path(
                    "",
                    "blocks are set aside for it that were never written: write all of it once",
                ));
            }
            let block = u64::from(u32_at(entry, 8)) | u64::from(u16_at(entry, 6)) << 32;
            self.take(block, len.into(), map)?;
        }
        Ok(())
    }

    /// Takes in a pointer to a block, or to blocks of pointers, so many levels of them.
    fn pointers(&mut self, block: u32, levels: u32, map: &mut Map) -> Result<()> {
        if !map.wants() {
            return Ok(());
        }
        if block == 0 {
            return Err(hole());
        }
        let Some(levels) = levels.checked_sub(1) else { return self.take(block.into(), 1, map) };
        let table = self.read_block(block.into())?;
        for n in 0..table.len() / 4 {
            self.pointers(u32_at(&table, n * 4), levels, map)?;
        }
        Ok(())
    }

    fn read_block(&mut self, block: u64) -> Result<Box<[u8]>> {
        let mut data = alloc::vec![0; self.block as usize];
        self.reader.read(block.saturating_mul(self.block), &mut data)?;
        Ok(data.into())
    }

    /// Takes in blocks of the file.
    fn take(&self, block: u64, blocks: u64, map: &mut Map) -> Result<()> {
        let blocks = blocks.min(map.wanted - map.next);
        if block == 0 || blocks == 0 || block.checked_add(blocks).is_none_or(|end| end > self.count) {
            return Err(damaged("a block beyond the last"));
        }
        map.next += blocks;
        add(&mut map.runs, Run { at: block * self.block, len: blocks * self.block })
    }
}

/// What is known of a file's blocks so far.
struct Map {
    runs: Vec<Run>,
    /// The next block of the file.
    next: u64,
    wanted: u64,
}

impl Map {
    fn wants(&self) -> bool {
        self.next < self.wanted
    }
}
