// SPDX-License-Identifier: GPL-2.0-only
//! A run of blocks of a disk, a partition or all of it, and reading it byte by byte through a small cache.

use super::{BlockError, Device, Op};
use crate::{Error, Result};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::mm::segment::Buffer;

/// Bytes of a line of the cache: what is read at least.
const LINE: usize = 32 << 10;
/// Lines of the cache.
const LINES: usize = 8;
/// Bytes of the buffer for long reads, which pass the cache by.
const LONG: usize = 256 << 10;

/// A part of a disk.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Its name: the disk's, with `p` and a number behind it for a partition.
    pub name: String,
    /// The disk.
    pub device: Arc<Device>,
    /// Its first block.
    pub first: u64,
    /// How many blocks it has.
    pub blocks: u64,
}

impl Volume {
    /// All of a disk.
    pub fn whole(device: Arc<Device>) -> Self {
        Self { name: device.name().into(), first: 0, blocks: device.info().blocks, device }
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> u64 {
        self.blocks.saturating_mul(u64::from(self.device.info().block_size))
    }

    /// Names the volume in an error.
    pub(crate) fn error(&self, why: BlockError) -> Error {
        Error::Disk { name: self.name.clone(), why }
    }
}

struct Line {
    /// Which line of the volume it is.
    index: u64,
    /// Bytes of it that are there: fewer at the end of the volume.
    valid: usize,
    /// When it was used last.
    used: u64,
    data: Buffer,
}

/// Reads a volume, with a cache of 256 KiB. Context: orphans; may sleep.
pub struct Reader {
    volume: Volume,
    lines: Vec<Line>,
    clock: u64,
    long: Option<Buffer>,
}

impl Reader {
    /// A reader with an empty cache.
    pub fn new(volume: Volume) -> Self {
        Self { volume, lines: Vec::new(), clock: 0, long: None }
    }

    /// What it reads.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }

    /// Reads the bytes from `offset` on into `to`.
    ///
    /// # Errors
    /// They are not all there, or the disk fails; then the contents of `to` are undefined.
    pub fn read(&mut self, mut offset: u64, mut to: &mut [u8]) -> Result<()> {
        let inside = offset.checked_add(to.len() as u64).is_some_and(|end| end <= self.volume.bytes());
        if !inside {
            return Err(self.volume.error(BlockError::OutOfRange));
        }
        let block = u64::from(self.volume.device.info().block_size);
        while !to.is_empty() {
            let taken = if to.len() >= LINE && offset.is_multiple_of(block) {
                self.read_long(offset, to)?
            } else {
                self.read_cached(offset, to)?
            };
            to = to.get_mut(taken..).unwrap_or_default();
            offset += taken as u64;
        }
        Ok(())
    }

    /// Reads whole blocks past the cache; says how many bytes.
    fn read_long(&mut self, offset: u64, to: &mut [u8]) -> Result<usize> {
        let block = self.volume.device.info().block_size as usize;
        let long = match &self.long {
            Some(buffer) => buffer.clone(),
            None => {
                let buffer = Buffer::new(LONG).map_err(|_| self.volume.error(BlockError::NoMemory))?;
                self.long.insert(buffer).clone()
            }
        };
        let len = to.len().min(long.size()) / block * block;
        self.fetch(offset / block as u64, len, &long)?;
        long.read(0, to.get_mut(..len).unwrap_or_default());
        Ok(len)
    }

    /// Reads as much as one line of the cache has; says how many bytes.
    fn read_cached(&mut self, offset: u64, to: &mut [u8]) -> Result<usize> {
        self.clock += 1;
        let index = offset / LINE as u64;
        let within = (offset % LINE as u64) as usize;
        let at = match self.lines.iter().position(|line| line.index == index) {
            Some(at) => at,
            None => self.fill(index)?,
        };
        let clock = self.clock;
        let Some(line) = self.lines.get_mut(at) else {
            return Err(self.volume.error(BlockError::Device));
        };
        line.used = clock;
        let len = to.len().min(line.valid.saturating_sub(within));
        if len == 0 || !line.data.read(within, to.get_mut(..len).unwrap_or_default()) {
            return Err(self.volume.error(BlockError::OutOfRange));
        }
        Ok(len)
    }

    /// Reads a line into the place of the one that was not used for longest; says where that is.
    fn fill(&mut self, index: u64) -> Result<usize> {
        let block = u64::from(self.volume.device.info().block_size);
        let start = index * LINE as u64;
        let valid = self.volume.bytes().saturating_sub(start).min(LINE as u64) as usize;
        let oldest = self.lines.iter().enumerate().min_by_key(|(_, line)| line.used).map(|(at, _)| at);
        let data = match oldest.filter(|_| self.lines.len() >= LINES) {
            Some(at) => self.lines.swap_remove(at).data,
            None => Buffer::new(LINE).map_err(|_| self.volume.error(BlockError::NoMemory))?,
        };
        self.fetch(start / block, valid, &data)?;
        self.lines.push(Line { index, valid, used: self.clock, data });
        Ok(self.lines.len() - 1)
    }

    /// Reads `len` bytes, whole blocks, from block `lba` of the volume on into a buffer.
    fn fetch(&self, lba: u64, len: usize, to: &Buffer) -> Result<()> {
        let volume = &self.volume;
        let blocks = (len / volume.device.info().block_size as usize) as u64;
        let at = volume.first.saturating_add(lba);
        let result = volume.device.transfer(Op::Read, at, blocks, alloc::vec![to.segment(0, len)]);
        result.map_err(|why| volume.error(why))
    }
}
