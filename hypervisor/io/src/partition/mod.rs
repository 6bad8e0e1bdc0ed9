// SPDX-License-Identifier: GPL-2.0-only
//! Partitions of a disk: GPT (both headers, with checksums) and MBR (with logical partitions).
//!
//! Tables are read when somebody asks for a partition first, and once a disk. What a table says is an allegation:
//! partitions that lie outside of the disk are left out and reported.

mod gpt;
mod mbr;
mod occupied;
#[cfg(test)]
mod tests;

pub use occupied::occupant;

use crate::block::{BlockError, Device, Volume};
use crate::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Most partitions of a disk.
const MAX_PARTITIONS: usize = 128;

/// How a disk is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not at all.
    None,
    /// By a master boot record.
    Mbr,
    /// By a GUID partition table.
    Gpt,
}

impl Kind {
    /// Its name; `-` for none.
    pub fn name(self) -> &'static str {
        match self {
            Kind::None => "-",
            Kind::Mbr => "MBR",
            Kind::Gpt => "GPT",
        }
    }
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number: 1 to 4 for primary ones, 5 on for logical ones; in a GPT, its place.
    pub number: u32,
    /// Its first block.
    pub first: u64,
    /// How many blocks it has.
    pub blocks: u64,
    /// What its table says that is in it: a number, or a GUID.
    pub kind: String,
    /// Its name, in a GPT.
    pub label: String,
}

/// The partitions of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// How the disk is divided.
    pub kind: Kind,
    /// The partitions, by rising number.
    pub partitions: Vec<Partition>,
    /// What was wrong with the tables.
    pub faults: Vec<String>,
}

impl Table {
    fn new(kind: Kind) -> Self {
        Self { kind, partitions: Vec::new(), faults: Vec::new() }
    }

    /// Adds a partition if it lies in the disk.
    fn add(&mut self, partition: Partition, blocks: u64) {
        let end = partition.first.checked_add(partition.blocks);
        let inside = partition.blocks > 0 && partition.first > 0 && end.is_some_and(|end| end <= blocks);
        if self.partitions.len() >= MAX_PARTITIONS {
            return;
        }
        match inside {
            true => self.partitions.push(partition),
            false => self.faults.push(format!(
                "partition {}: {} blocks at {} are not in the disk's {blocks}",
                partition.number, partition.blocks, partition.first
            )),
        }
    }
}

/// The partitions of a disk; its tables are read the first time. Context: orphans; may sleep.
///
/// # Errors
/// The disk cannot be read. A damaged table is no error: see [`Table::faults`].
pub fn table(device: &Device) -> Result<Arc<Table>> {
    if let Some(table) = device.table.lock().clone() {
        return Ok(table);
    }
    let read = scan(device).map_err(|why| Error::Disk { name: device.name().to_string(), why })?;
    let read = Arc::new(read);
    *device.table.lock() = Some(read.clone());
    Ok(read)
}

/// Forgets the partitions of a disk: blocks outside of them were changed. Context: any.
pub fn forget(device: &Device) {
    *device.table.lock() = None;
}

/// Reads one block.
fn block(device: &Device, lba: u64) -> Result<Vec<u8>, BlockError> {
    let mut data = alloc::vec![0; device.info().block_size as usize];
    device.read(lba, &mut data)?;
    Ok(data)
}

fn scan(device: &Device) -> Result<Table, BlockError> {
    if device.info().blocks == 0 {
        return Ok(Table::new(Kind::None));
    }
    let first = block(device, 0)?;
    match mbr::read(device, &first)? {
        mbr::Found::Nothing => Ok(Table::new(Kind::None)),
        mbr::Found::Protective => gpt::read(device),
        mbr::Found::Table(table) => Ok(table),
    }
}

/// The volume of this name: `mmc0` for a whole disk, `mmc0p1` for its first partition. Context: orphans; may sleep.
///
/// # Errors
/// There is no such disk or partition, or the disk cannot be read.
pub fn volume(name: &str) -> Result<Volume> {
    let device = match crate::block::find(name) {
        Ok(device) => return Ok(Volume::whole(device)),
        Err(error) => {
            let split = name.rsplit_once('p').and_then(|(disk, n)| Some((disk, n.parse::<u32>().ok()?)));
            let Some((disk, number)) = split else { return Err(error) };
            (crate::block::find(disk).map_err(|_| error)?, number)
        }
    };
    let (device, number) = device;
    let table = table(&device)?;
    match table.partitions.iter().find(|p| p.number == number) {
        Some(p) => Ok(Volume { name: name.to_string(), device, first: p.first, blocks: p.blocks }),
        None => {
            let known: Vec<_> = table.partitions.iter().map(|p| p.number.to_string()).collect();
            Err(Error::NoPartition { disk: device.name().to_string(), number, known: known.join(", ") })
        }
    }
}
