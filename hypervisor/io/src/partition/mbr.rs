// SPDX-License-Identifier: GPL-2.0-only
//! Master boot records (UEFI specification, 5.2), with the chain of extended ones for logical partitions.

use super::{Kind, Partition, Table, block};
use crate::block::{BlockError, Device};
use alloc::format;
use alloc::string::String;
use gpt_disk_types::{MasterBootRecord, MbrPartitionRecord};

/// What protects a GPT from programs that do not know it.
const PROTECTIVE: u8 = 0xee;
/// Types of extended partitions: CHS, LBA, Linux.
const EXTENDED: [u8; 3] = [0x05, 0x0f, 0x85];
/// Most logical partitions that are followed.
const MAX_LOGICAL: u32 = 64;

/// What the first block is.
pub(super) enum Found {
    /// No table.
    Nothing,
    /// The guard of a GPT.
    Protective,
    /// A table.
    Table(Table),
}

/// The record in a block, if it has the signature and its flags are those of a table: the boot sectors of file systems
/// have the same signature.
fn record(data: &[u8]) -> Option<MasterBootRecord> {
    let record: MasterBootRecord = bytemuck::try_pod_read_unaligned(data.get(..512)?).ok()?;
    let plausible = record.partitions.iter().all(|p| p.boot_indicator & 0x7f == 0);
    (record.signature == [0x55, 0xaa] && plausible).then_some(record)
}

fn partition(entry: &MbrPartitionRecord, number: u32, base: u64) -> Partition {
    Partition {
        number,
        first: base + u64::from(entry.starting_lba.to_u32()),
        blocks: u64::from(entry.size_in_lba.to_u32()),
        kind: format!("{:#04x}", entry.os_indicator),
        label: String::new(),
    }
}

/// Reads the table in the first block of a disk.
pub(super) fn read(device: &Device, first: &[u8]) -> Result<Found, BlockError> {
    let Some(record) = record(first) else { return Ok(Found::Nothing) };
    // A FAT boot sector without code passes for an empty table.
    if record.partitions.iter().all(|p| p.os_indicator == 0 || p.size_in_lba.to_u32() == 0) {
        return Ok(Found::Nothing);
    }
    if record.partitions.iter().any(|p| p.os_indicator == PROTECTIVE) {
        return Ok(Found::Protective);
    }
    let mut table = Table::new(Kind::Mbr);
    for (entry, number) in record.partitions.iter().zip(1..) {
        if entry.os_indicator == 0 {
            continue;
        }
        if EXTENDED.contains(&entry.os_indicator) {
            let base = u64::from(entry.starting_lba.to_u32());
            logical(device, base, &mut table)?;
        } else {
            table.add(partition(entry, number, 0), device.info().blocks);
        }
    }
    kernel::sort::by(&mut table.partitions, |a, b| a.number < b.number);
    Ok(Found::Table(table))
}

/// Follows the chain of records in the extended partition at `base`: each has one partition, relative to itself, and
/// the next record, relative to `base`.
fn logical(device: &Device, base: u64, table: &mut Table) -> Result<(), BlockError> {
    let mut at = base;
    for number in 5..5 + MAX_LOGICAL {
        if at == 0 || at >= device.info().blocks {
            table.faults.push(format!("an extended record at {at} is not in the disk"));
            return Ok(());
        }
        let Some(record) = record(&block(device, at)?) else {
            table.faults.push(format!("no extended record at {at}"));
            return Ok(());
        };
        let [own, link, ..] = &record.partitions;
        if own.os_indicator != 0 && own.size_in_lba.to_u32() != 0 {
            table.add(partition(own, number, at), device.info().blocks);
        }
        let next = base + u64::from(link.starting_lba.to_u32());
        if !EXTENDED.contains(&link.os_indicator) {
            return Ok(());
        }
        // Records are chained by rising address; anything else may be a ring.
        if next <= at {
            table.faults.push(format!("the extended record at {at} leads back to {next}"));
            return Ok(());
        }
        at = next;
    }
    Ok(())
}
