// SPDX-License-Identifier: GPL-2.0-only
//! Who uses which blocks of a disk: one writer of a block, or any number of readers.

use super::{Device, Volume};
use crate::{Error, Result};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};

/// One user of some blocks.
pub(super) struct Entry {
    id: u64,
    first: u64,
    blocks: u64,
    writes: bool,
    owner: String,
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
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let (first, blocks) = (volume.first, volume.blocks);
        let entry = Entry { id, first, blocks, writes, owner: owner.to_string() };
        let mut claims = volume.device.claims.lock();
        let touches = |other: &&Entry| {
            let meets = first < other.first.saturating_add(other.blocks)
                && other.first < first.saturating_add(blocks);
            meets && (writes || other.writes)
        };
        if let Some(other) = claims.iter().find(touches) {
            let (owner, writes) = (other.owner.clone(), other.writes);
            return Err(Error::DiskInUse { name: volume.name.clone(), owner, writes });
        }
        claims.push(entry);
        Ok(Self { device: volume.device.clone(), id })
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
