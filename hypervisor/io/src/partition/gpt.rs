// SPDX-License-Identifier: GPL-2.0-only
//! GUID partition tables (UEFI specification, 5.3): the primary header, or the backup at the end of the disk.

use super::{Kind, MAX_PARTITIONS, Partition, Table, block};
use crate::block::{BlockError, Device};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use gpt_disk_types::{GptHeader, GptPartitionEntry};

/// Bytes of the smallest entry.
const ENTRY: u32 = 128;
/// Largest table of entries that is read, in bytes.
const MAX_TABLE: u64 = 1 << 20;

/// The checksum of GPT, without a table: it is computed twice a disk.
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// Reads a GPT: the first header, else the last.
pub(super) fn read(device: &Device) -> Result<Table, BlockError> {
    let last = device.info().blocks.saturating_sub(1);
    let mut table = Table::new(Kind::Gpt);
    for (lba, name) in [(1, "primary"), (last, "backup")] {
        match entries(device, lba)? {
            Ok(entries) => {
                add(&entries, device.info().blocks, &mut table);
                return Ok(table);
            }
            Err(fault) => table.faults.push(format!("{name} header: {fault}")),
        }
    }
    Ok(table)
}

/// One entry.
struct Entry {
    number: u32,
    entry: GptPartitionEntry,
}

/// The entries that the header in block `lba` leads to, or what is wrong with it.
fn entries(device: &Device, lba: u64) -> Result<Result<Vec<Entry>, String>, BlockError> {
    if lba == 0 || lba >= device.info().blocks {
        return Ok(Err("not in the disk".to_string()));
    }
    let data = block(device, lba)?;
    let header = match check(&data, lba) {
        Ok(header) => header,
        Err(fault) => return Ok(Err(fault)),
    };
    let (count, size) =
        (header.number_of_partition_entries.to_u32(), header.size_of_partition_entry.to_u32());
    let bytes = u64::from(count) * u64::from(size);
    let first = header.partition_entry_lba.to_u64();
    let block_size = u64::from(device.info().block_size);
    let blocks = bytes.div_ceil(block_size);
    let inside = first.checked_add(blocks).is_some_and(|end| end <= device.info().blocks);
    if size < ENTRY || !size.is_power_of_two() || bytes == 0 || bytes > MAX_TABLE || !inside {
        return Ok(Err(format!("{count} entries of {size} bytes at block {first}")));
    }
    let mut table = alloc::vec![0; (blocks * block_size) as usize];
    device.read(first, &mut table)?;
    table.truncate(bytes as usize);
    let wanted = header.partition_entry_array_crc32.0.to_u32();
    let found = CRC.checksum(&table);
    if found != wanted {
        return Ok(Err(format!("the entries' checksum is {found:#010x}, not {wanted:#010x}")));
    }
    let read = |(piece, number): (&[u8], u32)| {
        let entry: GptPartitionEntry = bytemuck::try_pod_read_unaligned(piece.get(..ENTRY as usize)?).ok()?;
        entry.is_used().then_some(Entry { number, entry })
    };
    Ok(Ok(table.chunks_exact(size as usize).zip(1..).filter_map(read).take(MAX_PARTITIONS).collect()))
}

/// The header in `data`, which is block `lba`, or what is wrong with it.
fn check(data: &[u8], lba: u64) -> Result<GptHeader, String> {
    let fixed = data.get(..size_of::<GptHeader>()).unwrap_or_default();
    let header: GptHeader =
        bytemuck::try_pod_read_unaligned(fixed).map_err(|_| "a block too small".to_string())?;
    if !header.is_signature_valid() {
        return Err("no signature".to_string());
    }
    let size = header.header_size.to_u32() as usize;
    let whole = data.get(..size).filter(|h| h.len() >= size_of::<GptHeader>());
    let Some(whole) = whole else { return Err(format!("a header of {size} bytes")) };
    // The checksum's own field counts as zero.
    let mut digest = CRC.digest();
    digest.update(whole.get(..16).unwrap_or_default());
    digest.update(&[0; 4]);
    digest.update(whole.get(20..).unwrap_or_default());
    let (found, wanted) = (digest.finalize(), header.header_crc32.0.to_u32());
    if found != wanted {
        return Err(format!("its checksum is {found:#010x}, not {wanted:#010x}"));
    }
    match header.my_lba.to_u64() {
        own if own == lba => Ok(header),
        own => Err(format!("it belongs to block {own}, not {lba}")),
    }
}

fn add(entries: &[Entry], blocks: u64, table: &mut Table) {
    for Entry { number, entry } in entries {
        let (first, last) = (entry.starting_lba.to_u64(), entry.ending_lba.to_u64());
        let partition = Partition {
            number: *number,
            first,
            blocks: last.checked_sub(first).and_then(|n| n.checked_add(1)).unwrap_or(0),
            kind: { entry.partition_type_guid }.0.to_string(),
            label: { entry.name }.chars().collect(),
        };
        table.add(partition, blocks);
    }
}
