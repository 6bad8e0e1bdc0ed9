// SPDX-License-Identifier: GPL-2.0-only
//! Tables as they should be, damaged in one place, and damaged in many.

use super::*;
use crate::block::testing::disk;
use std::vec::Vec;

const BLOCKS: usize = 2048;

fn put(data: &mut [u8], at: usize, bytes: &[u8]) {
    data[at..at + bytes.len()].copy_from_slice(bytes);
}

fn mbr_entry(data: &mut [u8], block: usize, n: usize, kind: u8, first: u32, blocks: u32) {
    let at = block * 512 + 446 + n * 16;
    data[at + 4] = kind;
    put(data, at + 8, &first.to_le_bytes());
    put(data, at + 12, &blocks.to_le_bytes());
    put(data, block * 512 + 510, &[0x55, 0xaa]);
}

fn mbr_disk() -> Vec<u8> {
    let mut data = vec![0; BLOCKS * 512];
    mbr_entry(&mut data, 0, 0, 0x0c, 64, 200);
    mbr_entry(&mut data, 0, 1, 0x0f, 400, 1000);
    mbr_entry(&mut data, 0, 3, 0x83, 300, 50);
    mbr_entry(&mut data, 400, 0, 0x83, 10, 90);
    mbr_entry(&mut data, 400, 1, 0x05, 200, 100);
    mbr_entry(&mut data, 600, 0, 0x83, 20, 70);
    data
}

/// An MBR and both headers of a GPT with two partitions, the first and the third of four entries.
fn gpt_disk() -> Vec<u8> {
    let mut data = vec![0; BLOCKS * 512];
    mbr_entry(&mut data, 0, 0, 0xee, 1, BLOCKS as u32 - 1);
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut entries = vec![0; 4 * 128];
    for (n, first, last, name) in [(0, 100u64, 199u64, "boot"), (2, 500, 1499, "root")] {
        let at = n * 128;
        entries[at..at + 32].fill(0x42);
        put(&mut entries, at + 32, &first.to_le_bytes());
        put(&mut entries, at + 40, &last.to_le_bytes());
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(&mut entries, at + 56, &name);
    }
    for (own, other, table) in [(1, BLOCKS - 1, 2), (BLOCKS - 1, 1, BLOCKS - 2)] {
        let mut header = vec![0; 92];
        put(&mut header, 0, b"EFI PART\0\0\x01\0\x5c\0\0\0");
        put(&mut header, 24, &(own as u64).to_le_bytes());
        put(&mut header, 32, &(other as u64).to_le_bytes());
        put(&mut header, 40, &34u64.to_le_bytes());
        put(&mut header, 48, &(BLOCKS as u64 - 34).to_le_bytes());
        put(&mut header, 72, &(table as u64).to_le_bytes());
        put(&mut header, 80, &4u32.to_le_bytes());
        put(&mut header, 84, &128u32.to_le_bytes());
        put(&mut header, 88, &crc.checksum(&entries).to_le_bytes());
        let sum = crc.checksum(&header);
        put(&mut header, 16, &sum.to_le_bytes());
        put(&mut data, own * 512, &header);
        put(&mut data, table * 512, &entries);
    }
    data
}

fn scanned(data: Vec<u8>) -> Table {
    scan(&disk("table", data).0).unwrap()
}

fn places(table: &Table) -> Vec<(u32, u64, u64)> {
    table.partitions.iter().map(|p| (p.number, p.first, p.blocks)).collect()
}

#[test]
fn primary_and_logical_partitions() {
    let table = scanned(mbr_disk());
    assert_eq!(table.kind, Kind::Mbr);
    assert_eq!(places(&table), [(1, 64, 200), (4, 300, 50), (5, 410, 90), (6, 620, 70)]);
    assert_eq!(table.partitions[0].kind, "0x0c");
    assert!(table.faults.is_empty());
}

#[test]
fn rings_and_places_outside_are_reported() {
    let mut data = mbr_disk();
    mbr_entry(&mut data, 600, 1, 0x05, 0, 100);
    let table = scanned(data);
    assert_eq!(table.partitions.len(), 4);
    assert_eq!(table.faults, ["the extended record at 600 leads back to 400"]);
    let mut data = mbr_disk();
    mbr_entry(&mut data, 0, 0, 0x0c, 2000, 49);
    assert_eq!(scanned(data).faults, ["partition 1: 49 blocks at 2000 are not in the disk's 2048"]);
    let mut data = mbr_disk();
    mbr_entry(&mut data, 400, 1, 0x05, u32::MAX, 100);
    assert!(scanned(data).faults[0].contains("is not in the disk"));
}

#[test]
fn no_table_at_all() {
    assert_eq!(scanned(vec![0; 4096]).kind, Kind::None);
    assert_eq!(scanned(Vec::new()).kind, Kind::None);
    let mut data = mbr_disk();
    data[446] = 0x12;
    assert_eq!(scanned(data).kind, Kind::None);
}

#[test]
fn gpt_by_either_header() {
    let whole = scanned(gpt_disk());
    assert_eq!(whole.kind, Kind::Gpt);
    assert_eq!(places(&whole), [(1, 100, 100), (3, 500, 1000)]);
    assert_eq!(whole.partitions[1].label, "root");
    assert_eq!(whole.partitions[0].kind, "42424242-4242-4242-4242-424242424242");
    assert!(whole.faults.is_empty());
    for (at, fault) in
        [(512, "no signature"), (512 + 30, "its checksum is"), (1024 + 5, "the entries' checksum")]
    {
        let mut data = gpt_disk();
        data[at] ^= 1;
        let table = scanned(data);
        assert_eq!(places(&table), places(&whole));
        assert!(table.faults[0].starts_with(&format!("primary header: {fault}")), "{:?}", table.faults);
    }
    let mut data = gpt_disk();
    data[512] ^= 1;
    data[(BLOCKS - 1) * 512] ^= 1;
    let table = scanned(data);
    assert_eq!((table.partitions.len(), table.faults.len()), (0, 2));
}

#[test]
fn damaged_tables_never_panic() {
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for _ in 0..3000 {
        let mut data = if random(2) == 0 { mbr_disk() } else { gpt_disk() };
        for _ in 0..1 + random(8) {
            let block = [0, 1, 2, 400, 600, BLOCKS - 2, BLOCKS - 1][random(7)];
            let at = block * 512 + if block == 0 || block >= 400 { 440 + random(72) } else { random(512) };
            data[at % (BLOCKS * 512)] = [0, 0xff, 0x05, random(256) as u8][random(4)];
        }
        for p in scanned(data).partitions {
            assert!(p.first + p.blocks <= BLOCKS as u64 && p.blocks > 0);
        }
    }
}

#[test]
fn volumes_by_name() {
    let (device, _) = disk("named0", mbr_disk());
    crate::block::register(device.clone()).unwrap();
    let found = volume("named0p5").unwrap();
    assert_eq!((found.first, found.blocks, found.name.as_str()), (410, 90, "named0p5"));
    assert_eq!(volume("named0").unwrap().blocks, BLOCKS as u64);
    let error = volume("named0p9").unwrap_err().to_string();
    assert_eq!(error, "disk named0 has no partition 9: it has 1, 4, 5, 6");
    assert!(volume("other0p1").unwrap_err().to_string().starts_with("no disk 'other0p1'"));
    crate::block::unregister(&device);
}
