// SPDX-License-Identifier: GPL-2.0-only
//! Who uses which blocks of a disk: one writer of a block, or any number of readers.

use super::{Device, Volume};
use crate::{Error, Result};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

/// Blocks of a disk that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The first.
    pub(crate) first: u64,
    /// How many.
    pub(crate) blocks: u64,
}

/// One user of some blocks.
pub(super) struct Entry {
    id: u64,
    /// By rising first blocks.
    pieces: Vec<Piece>,
    writes: bool,
    owner: String,
}

/// Whether any blocks are in both, which are by rising first blocks.
fn meet(mut a: &[Piece], mut b: &[Piece]) -> bool {
    while let ([x, after_x @ ..], [y, after_y @ ..]) = (a, b) {
        let (x_end, y_end) = (x.first.saturating_add(x.blocks), y.first.saturating_add(y.blocks));
        if x.first < y_end && y.first < x_end {
            return true;
        }
        if x_end <= y.first { a = after_x } else { b = after_y }
    }
    false
}

/// The right to read, or to read and write, the blocks of a volume, until it is dropped.
pub struct Claim {
    device: Arc<Device>,
    id: u64,
}

impl Claim {
    /// Claims all of `volume` for `owner`, such as `linux0/disk0`; `writes`: for writing too. Context: may allocate.
    ///
    /// # Errors
    /// Somebody else writes some of the blocks, or somebody else reads some that are to be written.
    pub fn new(volume: &Volume, owner: &str, writes: bool) -> Result<Self> {
        let all = Piece { first: volume.first, blocks: volume.blocks };
        Self::of(&volume.device, &volume.name, alloc::vec![all], owner, writes)
    }

    /// As [`new`](Self::new), but of pieces of a disk that are known as `name`, by rising first blocks.
    pub(super) fn of(
        device: &Arc<Device>,
        name: &str,
        pieces: Vec<Piece>,
        owner: &str,
        writes: bool,
    ) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut claims = device.claims.lock();
        let touches = |other: &&Entry| (writes || other.writes) && meet(&pieces, &other.pieces);
        if let Some(other) = claims.iter().find(touches) {
            let (owner, writes) = (other.owner.clone(), other.writes);
            return Err(Error::DiskInUse { name: name.to_string(), owner, writes });
        }
        claims.push(Entry { id, pieces, writes, owner: owner.to_string() });
        Ok(Self { device: device.clone(), id })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.device.claims.lock().retain(|entry| entry.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::testing::disk;

    #[test]
    fn one_writer_or_many_readers_of_a_block() {
        let (device, _) = disk("claims", vec![0; 64 << 10]);
        let whole = Volume::whole(device.clone());
        let part =
            |name: &str, first, blocks| Volume { name: name.into(), device: device.clone(), first, blocks };
        let (a, b) = (part("claimsp1", 1, 50), part("claimsp2", 51, 50));
        let first = Claim::new(&a, "linux0/disk0", true).unwrap();
        let second = Claim::new(&b, "linux1/disk0", true).unwrap();
        for (volume, writes) in [(&a, false), (&a, true), (&whole, false), (&part("x", 100, 1), true)] {
            let error = Claim::new(volume, "c", writes).err().unwrap().to_string();
            assert!(error.contains("linux") && error.contains("writes"), "{error}");
        }
        Claim::new(&part("y", 101, 1), "c", true).unwrap();
        drop((first, second));
        let readers = [Claim::new(&whole, "a", false).unwrap(), Claim::new(&a, "b", false).unwrap()];
        let error = Claim::new(&b, "c", true).err().unwrap().to_string();
        assert_eq!(error, "claimsp2: a reads it: no other may write it meanwhile");
        drop(readers);
        Claim::new(&whole, "c", true).unwrap();
    }
}
