// SPDX-License-Identifier: GPL-2.0-only
//! The commands without a disk, and with one in memory.

use std::sync::{Arc, Mutex};

use io::block::{self, Device, Driver, Info, Op};

use crate::fake::output;

#[test]
fn without_disks() {
    assert!(output("block info nodisk").starts_with("error: block info: no disk 'nodisk': there are "));
    for line in [
        "block read nodiskp1 0",
        "block hash nodisk",
        "block scan nodisk",
        "block copy nodisk 0 1 mmc1 0",
        "block write nodisk 0 0 55aa",
        "block fill nodisk 0 1 0",
        "block erase nodisk 0 1 force",
        "block flush nodisk",
    ] {
        assert!(output(line).contains("no disk 'nodisk"), "{line}");
    }
    assert!(output("block read mmc0").contains("BLOCK: found nothing"));
    assert!(output("block fill mmc0 0 1 0 please").contains("force"));
}

struct Memory(Arc<Mutex<Vec<u8>>>);

impl Driver for Memory {
    fn kick(&self, device: &Device) {
        while let Some(batch) = device.next() {
            let mut data = self.0.lock().unwrap();
            let mut at = batch.lba() as usize * 512;
            for segment in batch.segments() {
                let part = &mut data[at..at + segment.len()];
                let whole = match batch.op() {
                    Op::Read => segment.write(0, part),
                    _ => segment.read(0, part),
                };
                assert!(whole);
                at += segment.len();
            }
            if batch.op() == Op::Erase {
                data[at..at + batch.blocks() as usize * 512].fill(0xee);
            }
            let blocks = batch.blocks();
            batch.finish(blocks, None);
        }
    }
}

/// A disk of 2 MiB: with an MBR whose one partition, of an unknown kind, has the blocks 64 to 2111.
fn disk(name: &str, read_only: bool) -> Arc<Mutex<Vec<u8>>> {
    let mut data: Vec<u8> = (0..2 << 20).map(|n: u32| (n ^ n >> 9) as u8).collect();
    data[..512].fill(0);
    data[446 + 4] = 0xda;
    data[446 + 8..446 + 12].copy_from_slice(&64u32.to_le_bytes());
    data[446 + 12..446 + 16].copy_from_slice(&2048u32.to_le_bytes());
    data[510..512].copy_from_slice(&[0x55, 0xaa]);
    let info = Info {
        name: name.into(),
        model: "memory".into(),
        block_size: 512,
        blocks: 4096,
        read_only,
        removable: true,
        erase: true,
        max_blocks: 64,
    };
    let data = Arc::new(Mutex::new(data));
    block::register(Device::new(info, Box::new(Memory(data.clone())))).unwrap();
    data
}

#[test]
fn blocks_are_read_and_changed_only_where_nothing_is_damaged() {
    let data = disk("tty0", false);
    let said = output("block hash tty0 0 3 --json");
    assert!(said.contains("\"bytes\":1536") && said.contains("\"reading\":"), "{said}");
    assert_ne!(output("block hash tty0 1 2 --json"), output("block hash tty0 2 2 --json"));
    assert!(output("block scan tty0 --json").contains("\"bytes\":2097152"));
    assert!(output("block scan tty0 4095 2").contains("1 or more blocks of the 4096 of tty0"));
    for line in [
        "block fill tty0 0 1 0",
        "block erase tty0 63 2",
        "block write tty0p1 0 0 00 ",
        "block copy tty0p1 0 1 tty0 0",
    ] {
        let free = line.contains("tty0p1 0 0");
        assert_eq!(output(line).contains("its partition table: add 'force'"), !free, "{line}");
    }
    assert!(output("block fill tty0p1 8 2 0xa5").contains("2 blocks filled"));
    assert!(data.lock().unwrap()[72 * 512..74 * 512].iter().all(|byte| *byte == 0xa5));
    assert!(output("block fill tty0p1 8 2 256").contains("0 to 255"));
    let before = data.lock().unwrap()[75 * 512..77 * 512].to_vec();
    assert!(output("block write tty0p1 11 510 c0ffee").contains("3 bytes written"));
    {
        let data = data.lock().unwrap();
        assert_eq!(data[75 * 512 + 510..76 * 512 + 1], [0xc0, 0xff, 0xee]);
        assert_eq!((data[75 * 512 + 509], data[76 * 512 + 1]), (before[509], before[513]));
    }
    assert!(output("block write tty0p1 11 512 00").contains("less than the 512 bytes"));
    assert!(output("block write tty0p1 11 0 c0f").contains("pairs of hexadecimal digits"));
    assert!(output("block copy tty0p1 8 2 tty0p1 9").contains("overlap"));
    assert!(output("block copy tty0p1 8 2 tty0p1 100").contains("2 blocks copied"));
    assert!(data.lock().unwrap()[164 * 512..166 * 512].iter().all(|byte| *byte == 0xa5));
    assert!(output("block erase tty0p1 100 1").contains("1 blocks erased"));
    assert!(data.lock().unwrap()[164 * 512..165 * 512].iter().all(|byte| *byte == 0xee));
    assert_eq!(output("block flush tty0").lines().count(), 1);
    // With the word, and then there is no partition any more.
    assert!(output("block fill tty0 0 1 0 force").contains("1 blocks filled"));
    assert!(output("block read tty0p1 0").contains("no partition 1"));
}

#[test]
fn what_is_write_protected_stays() {
    let data = disk("locked", true);
    let before = data.lock().unwrap().clone();
    for line in [
        "block fill lockedp1 0 1 0 force",
        "block write lockedp1 0 0 00",
        "block erase lockedp1 0 1",
        "block copy locked 0 1 lockedp1 0",
    ] {
        assert!(output(line).contains("locked") && output(line).contains("write protected"), "{line}");
    }
    assert!(*data.lock().unwrap() == before);
}
