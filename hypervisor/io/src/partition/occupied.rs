// SPDX-License-Identifier: GPL-2.0-only
//! What is on blocks that somebody is about to change.

use super::table;
use crate::block::{Device, Volume};
use crate::{Error, Result, fs};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

/// What a change of `blocks` blocks from block `first` of the disk on would damage: a file system, the partition table
/// or what lies between partitions. `None` if they are in one partition, or on a disk without partitions, where no file
/// system is known. Context: orphans; may sleep.
///
/// # Errors
/// The disk cannot be read.
pub fn occupant(device: &Arc<Device>, first: u64, blocks: u64) -> Result<Option<String>> {
    let table = table(device)?;
    let whole = Volume::whole(device.clone());
    if table.partitions.is_empty() {
        return file_system(whole);
    }
    let end = first.saturating_add(blocks);
    let inside =
        table.partitions.iter().find(|p| p.first <= first && end <= p.first.saturating_add(p.blocks));
    let Some(inside) = inside else {
        return Ok(Some(format!("more than one partition of {}, or its partition table", device.name())));
    };
    file_system(Volume {
        name: format!("{}p{}", device.name(), inside.number),
        device: whole.device,
        first: inside.first,
        blocks: inside.blocks,
    })
}

/// The file system of a volume, for people; a damaged one is one too.
fn file_system(volume: Volume) -> Result<Option<String>> {
    let name = volume.name.clone();
    match fs::kind_of(volume) {
        Ok(kind) => Ok(Some(format!("the {} file system of {name}", kind.name()))),
        Err(Error::Damaged { .. }) => Ok(Some(format!("a damaged file system on {name}"))),
        Err(Error::NoFileSystem { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::testing::disk;
    use std::vec;

    /// A FAT12 file system's first sector, as far as it takes to be known.
    fn fat() -> vec::Vec<u8> {
        let mut image = vec![0; 64 << 10];
        let options = fatfs::FormatVolumeOptions::new();
        fatfs::format_volume(std::io::Cursor::new(&mut image), options).unwrap();
        image
    }

    #[test]
    fn file_systems_and_tables_are_in_the_way_and_nothing_else() {
        let mut data = vec![0; 1 << 20];
        for (n, kind, first, blocks) in [(0, 0x0c, 64u32, 128u32), (1, 0xda, 256, 512)] {
            let at = 446 + 16 * n;
            data[at + 4] = kind;
            data[at + 8..at + 12].copy_from_slice(&first.to_le_bytes());
            data[at + 12..at + 16].copy_from_slice(&blocks.to_le_bytes());
        }
        data[510..512].copy_from_slice(&[0x55, 0xaa]);
        data[64 * 512..192 * 512].copy_from_slice(&fat());
        let (device, inside) = disk("occupied", data);
        let on = |first, blocks| occupant(&device, first, blocks).unwrap();
        let table = "more than one partition of occupied, or its partition table";
        assert_eq!(on(0, 1).as_deref(), Some(table));
        assert_eq!(on(200, 1).as_deref(), Some(table), "between two partitions");
        assert_eq!(on(255, 2).as_deref(), Some(table));
        assert_eq!(on(64, 128).as_deref(), Some("the FAT12 file system of occupiedp1"));
        assert_eq!(on(191, 1).as_deref(), Some("the FAT12 file system of occupiedp1"));
        assert_eq!(on(256, 512), None);
        assert_eq!(on(767, 1), None);
        assert_eq!(on(u64::MAX, u64::MAX).as_deref(), Some(table));
        // What cannot be read is no free place.
        inside.lock().unwrap().bad.push(256);
        assert!(occupant(&device, 300, 1).is_err());
        // A new table is seen only once the old one is forgotten.
        inside.lock().unwrap().data[..512].fill(0);
        assert_eq!(on(0, 1).as_deref(), Some(table));
        super::super::forget(&device);
        assert_eq!(on(0, 1), None);
        let (whole, _) = disk("occupied2", fat());
        assert_eq!(occupant(&whole, 100, 1).unwrap().as_deref(), Some("the FAT12 file system of occupied2"));
    }
}
