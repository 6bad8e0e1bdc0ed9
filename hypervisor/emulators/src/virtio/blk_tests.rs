// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the block device, driven by registers and rings of both formats as a driver does it.

use super::device::feature::{EVENT_INDEX, INDIRECT, PACKED};
use super::testing::{DATA, Guest, Piece, Ring};

/// A device with 64 KiB.
const DISK: &str =
    "ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x10000>; ferrovisor,packed;";
/// What a driver may agree on besides.
const FORMATS: [u64; 6] =
    [0, EVENT_INDEX, INDIRECT | EVENT_INDEX, PACKED, PACKED | EVENT_INDEX, PACKED | INDIRECT | EVENT_INDEX];

fn guest() -> Guest {
    Guest::try_new(DISK).unwrap_or_else(|error| panic!("{error}"))
}

/// Carries out one request: its end, and the bytes written.
fn request(
    guest: &Guest,
    ring: &mut Ring,
    kind: u32,
    sector: u64,
    data: &[Piece],
    indirect: bool,
) -> (u8, u32) {
    let head = DATA + 0x6_0000;
    guest.put(head, &[u64::from(kind).to_le_bytes(), sector.to_le_bytes()].concat());
    guest.put(head + 16, &[0xee]);
    let mut pieces = vec![(head, 16, false)];
    pieces.extend(data);
    pieces.push((head + 16, 1, true));
    let id = guest.offer(ring, &pieces, indirect);
    guest.kick(ring);
    let (answer, len) = guest.take(ring).expect("no answer");
    assert_eq!(answer, id);
    (guest.get(head + 16, 1)[0], len)
}

#[test]
fn data_comes_back_in_every_format() {
    for features in FORMATS {
        let guest = guest();
        let mut ring = guest.start(features, 8);
        let indirect = features & INDIRECT != 0;
        for round in 0..40u64 {
            let data: Vec<u8> = (0..1536u64).map(|n| (n * 7 + round) as u8).collect();
            guest.put(DATA, &data);
            let out = [(DATA, 512, false), (DATA + 512, 1000, false), (DATA + 1512, 24, false)];
            assert_eq!(request(&guest, &mut ring, 1, round, &out, indirect), (0, 1), "{features:#x}");
            let back = [(DATA + 0x1000, 1, true), (DATA + 0x1001, 1535, true)];
            assert_eq!(request(&guest, &mut ring, 0, round, &back, indirect), (0, 1537));
            assert_eq!(guest.get(DATA + 0x1000, 1536), data);
            assert_eq!(request(&guest, &mut ring, 4, 0, &[], indirect), (0, 1));
        }
        let info = guest.dev.info();
        assert!(info.contains("0 malformed rings") && info.contains("0 requests under way"), "{info}");
    }
}

#[test]
fn head_and_end_may_be_cut_anywhere() {
    let guest = guest();
    let mut ring = guest.start(0, 16);
    guest.put(DATA, &[[0; 8], 1u64.to_le_bytes()].concat());
    let pieces =
        [(DATA, 3, false), (DATA + 3, 13, false), (DATA + 0x100, 500, true), (DATA + 0x300, 13, true)];
    guest.put(DATA + 0x300, &[0xee; 16]);
    guest.offer(&mut ring, &pieces, false);
    guest.kick(&ring);
    assert_eq!(guest.take(&mut ring).map(|(_, len)| len), Some(513));
    assert_eq!(guest.get(DATA + 0x300, 14), [&[0; 13][..], &[0xee]].concat());
}

/// As much as one notification may copy is copied where it traps, and one block more by the worker.
#[test]
fn the_worker_has_what_is_too_long() {
    let disk = DISK.replace("0x10000", "0x40000");
    let guest = Guest::try_new(&disk).unwrap_or_else(|error| panic!("{error}"));
    let mut ring = guest.start(0, 8);
    for (bytes, deferred) in [(128 << 10, 0), ((128 << 10) + 512, 1)] {
        assert_eq!(request(&guest, &mut ring, 0, 0, &[(DATA, bytes, true)], false), (0, bytes + 1));
        let info = guest.dev.info();
        assert!(info.contains(&format!("{deferred} notifications for the worker")), "{bytes}: {info}");
    }
}

#[test]
fn what_the_disk_cannot_do_is_told() {
    let guest = guest();
    let mut ring = guest.start(EVENT_INDEX, 8);
    let read = [(DATA, 512, true)];
    let mut ask = |kind, sector, data: &[Piece]| request(&guest, &mut ring, kind, sector, data, false);
    assert_eq!(ask(0, 127, &read), (0, 513));
    for sector in [128, u64::MAX, u64::MAX / 512, 1 << 55] {
        assert_eq!(ask(0, sector, &read), (1, 1), "{sector:#x}");
    }
    assert_eq!(ask(0, 127, &[(DATA, 1024, true)]), (1, 1));
    assert_eq!(ask(0, 0, &[(DATA, 511, true)]), (1, 1));
    assert_eq!(ask(0, 0, &[]), (1, 1));
    for kind in [2, 3, 5, 7, 10, 14, u32::MAX] {
        assert_eq!(ask(kind, 0, &read), (2, 1), "{kind}");
    }
    assert_eq!(ask(8, 0, &[(DATA, 20, true)]), (0, 21));
    assert_eq!(guest.get(DATA, 6), b"disk0\0");
    assert!(guest.dev.info().contains("0 malformed"));
}

#[test]
fn zeroing_and_discarding() {
    let guest = guest();
    let mut ring = guest.start(EVENT_INDEX, 8);
    for kind in [11, 13] {
        guest.put(DATA, &[7; 2048]);
        assert_eq!(request(&guest, &mut ring, 1, 10, &[(DATA, 2048, false)], false), (0, 1));
        let range = |sector: u64, count: u32, flags: u32| {
            [&sector.to_le_bytes()[..], &count.to_le_bytes(), &flags.to_le_bytes()].concat()
        };
        guest.put(DATA, &range(11, 2, 0));
        assert_eq!(request(&guest, &mut ring, kind, 0, &[(DATA, 16, false)], false), (0, 1));
        assert_eq!(request(&guest, &mut ring, 0, 10, &[(DATA, 2048, true)], false), (0, 2049));
        assert_eq!(guest.get(DATA, 2048), [[7; 512], [0; 512], [0; 512], [7; 512]].concat());
        for (bad, end) in
            [(range(127, 2, 0), 1), (range(0, 0, 0), 1), (range(0, u32::MAX, 0), 1), (range(0, 1, 2), 2)]
        {
            guest.put(DATA, &bad);
            assert_eq!(request(&guest, &mut ring, kind, 0, &[(DATA, 16, false)], false), (end, 1));
        }
        assert_eq!(request(&guest, &mut ring, kind, 0, &[(DATA, 8, false)], false), (2, 1));
    }
}

#[test]
fn a_disk_that_is_read_only_or_has_queues_says_so() {
    let text = "ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <512>;
        ferrovisor,read-only; ferrovisor,queues = <3>; ferrovisor,serial = \"a serial number of 2\";";
    let error = Guest::try_new(text).err().map(|error| error.to_string());
    assert!(error.is_none(), "{error:?}");
    let guest = Guest::try_new(text).unwrap();
    assert_eq!(guest.offered() & (1 << 5 | 1 << 12 | 1 << 13 | 1 << 14), 1 << 5 | 1 << 12);
    assert_eq!((guest.r(0x100), guest.r(0x104), guest.r(0x114), guest.r(0x120) >> 16), (1, 0, 512, 3));
    assert!(guest.agree(1 << 32 | 1 << 12));
    let mut rings: Vec<_> = (0..3).map(|queue| guest.add_ring(queue, 0, 8)).collect();
    guest.w(0x70, 15);
    for ring in &mut rings {
        assert_eq!(request(&guest, ring, 0, 0, &[(DATA, 512, true)], false), (0, 513));
        assert_eq!(request(&guest, ring, 1, 0, &[(DATA, 512, false)], false), (1, 1));
        assert_eq!(request(&guest, ring, 8, 0, &[(DATA, 20, true)], false), (0, 21));
        assert_eq!(guest.get(DATA, 20), b"a serial number of 2");
    }
    guest.w(0x30, 3);
    assert_eq!((guest.r(0x34), guest.r(0x44)), (0, 0));
    guest.w(0x50, 3);
    assert!(guest.dev.info().contains("read only"));
}

#[test]
fn more_than_a_notification_may_move_is_done_all_the_same() {
    let text = "ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x100000>;";
    let guest = Guest::try_new(text).unwrap();
    let mut ring = guest.start(EVENT_INDEX, 64);
    let head = DATA + 0x6_0000;
    guest.put(head, &[0; 16]);
    for n in 0..6 {
        let pieces =
            [(head, 16, false), (DATA, 0x1_0000 - 512 * n, true), (head + 0x100 + u64::from(n), 1, true)];
        guest.offer(&mut ring, &pieces, false);
    }
    guest.kick(&ring);
    for n in 0..6 {
        assert_eq!(guest.take(&mut ring).map(|(_, len)| len), Some(0x1_0000 - 512 * n + 1));
    }
    assert_eq!((guest.take(&mut ring), guest.interrupt()), (None, 1));
}

#[test]
fn wrong_options_are_told() {
    let refused = |text: &str| Guest::try_new(text).err().expect("this node is wrong").to_string();
    let blk = |text: &str| refused(&format!("ferrovisor,device = \"blk\"; {text}"));
    assert!(refused("").contains("expected one of \"blk\""));
    assert!(refused("ferrovisor,device = \"disk\";").contains("found \"disk\""));
    assert!(blk("").contains("'ferrovisor,ramdisk' with 'ferrovisor,size'"));
    assert!(blk("ferrovisor,ramdisk;").contains("'ferrovisor,size'"));
    assert!(blk("ferrovisor,ramdisk = \"no-such-file\";").contains("no file 'no-such-file'"));
    assert!(blk("ferrovisor,disk = \"mmc7\";").contains("no disk 'mmc7'"));
    assert!(blk("ferrovisor,disk = \"a\"; ferrovisor,ramdisk;").contains("not one disk"));
    assert!(blk("ferrovisor,ramdisk; ferrovisor,size = <0>;").contains("found 0"));
    let disk = "ferrovisor,ramdisk; ferrovisor,size = <512>;";
    assert!(blk(&format!("{disk} ferrovisor,queues = <9>;")).contains("from 1 to 8"));
    assert!(blk(&format!("{disk} ferrovisor,read-only = <1>;")).contains("it is a flag"));
    assert!(blk(&format!("{disk} ferrovisor,serial = \"a serial number of 21\";")).contains("at most 20"));
}
