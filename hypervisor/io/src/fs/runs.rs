// SPDX-License-Identifier: GPL-2.0-only
//! Files as disks: where a file's blocks are on its volume.

use super::{ext4, fat, split};
use crate::block::{BlockError, Piece, Reader, Volume, pieces};
use crate::{Error, Result, partition};
use alloc::vec::Vec;

/// Most runs of a file.
const MAX_RUNS: usize = 1 << 16;

/// Bytes of a volume that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) at: u64,
    pub(super) len: u64,
}

/// Adds what follows in the file.
pub(super) fn add(runs: &mut Vec<Run>, run: Run) -> Result<()> {
    let pieces = runs.len();
    match runs.last_mut() {
        Some(last) if last.at.checked_add(last.len) == Some(run.at) => last.len += run.len,
        _ if pieces >= MAX_RUNS => return Err(Error::path("", "it is in too many pieces")),
        _ => runs.push(run),
    }
    Ok(())
}

/// [`super::disk`].
pub(super) fn disk(path: &str, owner: &str, writes: bool) -> Result<Volume> {
    let (name, rest) = split(path)?;
    let volume = partition::volume(name)?;
    let found = if ext4::is_there(&volume)? {
        ext4::blocks::runs(&volume, rest, writes)
    } else if let Some(fat) = fat::Fat::mount(Reader::new(volume.clone()))? {
        fat.open(rest).and_then(|file| Ok((file.runs()?, file.size())))
    } else {
        return Err(Error::NoFileSystem { volume: name.into() });
    };
    let (runs, size) = found.map_err(|error| error.within(path))?;
    let pieces = cut(&volume, &runs, size).map_err(|error| error.within(path))?;
    pieces::new(path, &volume.device, pieces, owner, writes).map(Volume::whole)
}

/// The runs in blocks of the disk, as far as the file's size goes.
fn cut(volume: &Volume, runs: &[Run], size: u64) -> Result<Vec<Piece>> {
    let block = u64::from(volume.device.info().block_size);
    if size == 0 || !size.is_multiple_of(block) {
        return Err(Error::path("", "its size is no whole number of the disk's blocks, or nothing"));
    }
    let (mut pieces, mut left) = (Vec::new(), size);
    for run in runs {
        let len = run.len.min(left);
        if !run.at.is_multiple_of(block) || !len.is_multiple_of(block) {
            return Err(Error::path("", "its pieces do not begin at blocks of the disk"));
        }
        if run.at.checked_add(len).is_none_or(|end| end > volume.bytes()) {
            return Err(volume.error(BlockError::OutOfRange));
        }
        if len > 0 {
            pieces.push(Piece { first: volume.first + run.at / block, blocks: len / block });
        }
        left -= len;
    }
    if left > 0 { Err(Error::path("", "it has fewer blocks than its size needs")) } else { Ok(pieces) }
}
