// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the registers, the rings' rules, interrupts and resets, with a block device behind them.

use super::device::feature::{EVENT_INDEX, INDIRECT, PACKED, RING_RESET, VERSION_1};
use super::testing::{DATA, Guest, INDIRECT as INDIRECT_FLAG, RAM, RAM_SIZE, Ring, WRITE};
use crate::testing::{IRQ, Random};
use std::sync::atomic::Ordering::Relaxed;
use vmm::device::Width;

const DISK: &str =
    "ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x10000>; ferrovisor,packed;";

fn guest() -> Guest {
    Guest::try_new(DISK).unwrap_or_else(|error| panic!("{error}"))
}

/// Offers a read of sector 0 to `DATA`; its end is written behind.
fn offer_read(guest: &Guest, ring: &mut Ring) -> u16 {
    guest.put(DATA + 0x1000, &[0; 16]);
    guest.offer(ring, &[(DATA + 0x1000, 16, false), (DATA, 513, true)], false)
}

#[test]
fn every_register_answers_at_its_place_and_nowhere_else() {
    let guest = guest();
    assert_eq!([0x00, 0x04, 0x08, 0x0c].map(|at| guest.r(at)), [0x7472_6976, 2, 2, 0x5253_5646]);
    assert_eq!((guest.r(0x34), guest.r(0xb0), guest.r(0xbc)), (256, u32::MAX, u32::MAX));
    guest.w(0x14, 2);
    assert_eq!(guest.r(0x10), 0);
    let before = guest.dev.info();
    assert!(before.ends_with("unimplemented 0"), "{before}");
    let mut wrong = 0;
    for offset in 0..0x100 {
        for width in [Width::B1, Width::B2, Width::B4, Width::B8] {
            if offset & (width.bytes() - 1) != 0 {
                continue;
            }
            let known = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x34, 0x44, 0x60, 0x70, 0xb0, 0xb4, 0xb8, 0xbc, 0xfc];
            let good = width == Width::B4 && known.contains(&offset);
            let value = guest.dev.read(offset, width);
            assert!(good || value == 0, "{offset:#x} {width:?} is {value:#x}");
            wrong += u32::from(!good);
        }
    }
    assert!(guest.dev.info().ends_with(&format!("unimplemented {wrong}")), "{wrong} {}", guest.dev.info());
    // The configuration space in every width, and nothing behind its end.
    assert_eq!((guest.dev.read(0x100, Width::B8), guest.dev.read(0x114, Width::B2)), (128, 512));
    assert_eq!((guest.dev.read(0x115, Width::B1), guest.dev.read(0x1f8, Width::B8)), (2, 0));
    for offset in (0..0x200).step_by(4) {
        for value in [0, 1, 0xffff_ffff] {
            guest.w(offset, value);
        }
    }
    guest.dev.reset();
    assert_eq!((guest.r(0x70), guest.r(0x60), guest.interrupt()), (0, 0, 0));
}

#[test]
fn features_are_agreed_on_once_and_only_those_there_are() {
    let guest = guest();
    let offered = guest.offered();
    assert!(
        offered & (VERSION_1 | PACKED | INDIRECT | EVENT_INDEX)
            == VERSION_1 | PACKED | INDIRECT | EVENT_INDEX
    );
    assert!(!guest.agree(0) && !guest.agree(offered & !VERSION_1) && !guest.agree(VERSION_1 | 1 << 63));
    assert!(!guest.agree(VERSION_1 | 1 << 41));
    // Not agreed on: the driver cannot go on.
    guest.set_ring(0, 8, [RAM, RAM + 0x1000, RAM + 0x2000]);
    guest.w(0x70, 15);
    assert_eq!((guest.r(0x70) & 12, guest.r(0x44)), (0, 0));
    assert!(guest.agree(offered));
    guest.w(0x24, 0);
    guest.w(0x20, 0);
    assert!(guest.dev.info().contains(&format!("features {offered:#x}")));
    // Bits do not go away but by a reset.
    guest.w(0x70, 128);
    assert_eq!(guest.r(0x70), 128 | 11);
    guest.w(0x70, 0);
    assert_eq!(guest.r(0x70), 0);
}

#[test]
fn interrupts_come_when_they_are_wanted() {
    for features in [0, PACKED] {
        let guest = guest();
        let mut ring = guest.start(features, 8);
        offer_read(&guest, &mut ring);
        guest.kick(&ring);
        assert_eq!(guest.interrupt(), 1);
        guest.take(&mut ring).unwrap();
        guest.want_no_interrupts(&ring);
        offer_read(&guest, &mut ring);
        guest.kick(&ring);
        assert_eq!(guest.interrupt(), 0);
        guest.take(&mut ring).unwrap();
    }
    for features in [EVENT_INDEX, EVENT_INDEX | PACKED] {
        let guest = guest();
        let mut ring = guest.start(features, 8);
        // Requests of two places each: in a packed ring the third is at place 4.
        let places = if features & PACKED != 0 { 2 } else { 1 };
        for round in 0..50 {
            guest.want_interrupt_after(&ring, 2 * places);
            for n in 0..3 {
                // At first every notification is wanted.
                if (round, n) != (0, 0) {
                    assert_eq!(guest.wants_kick(&ring), ring.place(), "round {round}");
                }
                offer_read(&guest, &mut ring);
                guest.kick(&ring);
                assert_eq!(guest.interrupt(), u32::from(n == 2), "{features:#x} round {round}, {n}");
            }
            while guest.take(&mut ring).is_some() {}
        }
    }
}

/// An edge with the first cause, not before the driver has seen it the next; a level as long as there is one.
#[test]
fn interrupts_are_as_the_guest_has_them() {
    let guest = guest();
    let mut ring = guest.start(0, 8);
    let read = |ring: &mut Ring| {
        offer_read(&guest, ring);
        guest.kick(ring);
    };
    guest.irqs.edges.store(true, Relaxed);
    guest.irqs.changes();
    for _ in 0..2 {
        read(&mut ring);
        read(&mut ring);
        assert_eq!(guest.irqs.changes(), [(IRQ, true), (IRQ, false)]);
        assert_eq!(guest.r(0x60), 1);
        guest.w(0x64, 1);
        assert_eq!((guest.r(0x60), guest.irqs.changes().len()), (0, 0));
        guest.take(&mut ring).unwrap();
        guest.take(&mut ring).unwrap();
    }
    // A cause that comes between the driver's look at them and its answer is told of after that.
    read(&mut ring);
    guest.irqs.changes();
    assert_eq!(guest.r(0x60), 1);
    let [_, driver, _] = ring.areas();
    guest.set_u16(driver + 2, 0x7000);
    guest.kick(&ring);
    assert_eq!((guest.r(0x60), guest.irqs.changes().len()), (3, 0), "the ring is none any more");
    guest.w(0x64, 1);
    assert_eq!((guest.r(0x60), guest.irqs.changes()), (2, vec![(IRQ, true), (IRQ, false)]));
    guest.w(0x64, 2);
    assert_eq!((guest.r(0x60), guest.irqs.changes().len()), (0, 0));
    let mut ring = guest.start(0, 8);
    // Firmware may have had it otherwise; after a reset of the guest it is found out anew.
    guest.irqs.edges.store(false, Relaxed);
    offer_read(&guest, &mut ring);
    guest.kick(&ring);
    assert!(guest.irqs.level(IRQ));
    guest.irqs.edges.store(true, Relaxed);
    guest.dev.reset();
    assert!(!guest.irqs.level(IRQ));
    let mut ring = guest.start(0, 8);
    guest.irqs.changes();
    offer_read(&guest, &mut ring);
    guest.kick(&ring);
    assert_eq!(guest.irqs.changes().len(), 2);
}

#[test]
fn a_reset_forgets_everything() {
    let guest = guest();
    for features in [0, PACKED | EVENT_INDEX, EVENT_INDEX] {
        let mut ring = guest.start(features, 8);
        offer_read(&guest, &mut ring);
        match features {
            0 => guest.w(0x70, 0),
            _ => guest.dev.reset(),
        }
        // The notification of a ring that is no more.
        guest.kick(&ring);
        assert_eq!((guest.take(&mut ring), guest.interrupt(), guest.r(0x70), guest.r(0x44)), (None, 0, 0, 0));
        assert!(guest.dev.info().contains("0 of 1 queues ready"));
    }
    guest.dev.stop();
}

#[test]
fn single_queues_are_reset_if_that_was_agreed_on() {
    let guest = guest();
    for features in [RING_RESET, RING_RESET | PACKED | EVENT_INDEX] {
        let mut ring = guest.start(features, 8);
        offer_read(&guest, &mut ring);
        guest.kick(&ring);
        assert!(guest.take(&mut ring).is_some());
        offer_read(&guest, &mut ring);
        guest.w(0xc0, 1);
        assert_eq!((guest.r(0xc0), guest.r(0x44), guest.r(0x70)), (0, 0, 15));
        guest.kick(&ring);
        assert_eq!(guest.take(&mut ring), None, "a queue that was reset answers");
        // Set up anew, it begins at its beginning, with another size.
        let mut ring = guest.add_ring(0, features, 16);
        offer_read(&guest, &mut ring);
        guest.kick(&ring);
        assert_eq!(guest.take(&mut ring).map(|(_, len)| len), Some(513));
        // There is no such queue.
        guest.w(0x30, 7);
        guest.w(0xc0, 1);
        assert_eq!(guest.r(0xc0), 0);
    }
    let ring = guest.start(0, 8);
    guest.w(0xc0, 1);
    assert_eq!(guest.r(0x44), 1, "not agreed on");
    assert!(guest.dev.info().ends_with("unimplemented 1"), "{}", guest.dev.info());
    guest.kick(&ring);
}

/// Has the device look at a ring that breaks the rules: it asks for a reset, and works again after one.
fn breaks(features: u64, what: &str, f: impl FnOnce(&Guest, &mut Ring)) {
    let guest = guest();
    let mut ring = guest.start(features, 8);
    f(&guest, &mut ring);
    guest.kick(&ring);
    let info = guest.dev.info();
    assert_eq!(guest.r(0x70), 15 | 64, "{what}: {info}");
    assert!(info.contains("1 malformed rings, the last: "), "{what}: {info}");
    assert_eq!(guest.interrupt() & 2, 2, "{what}");
    guest.kick(&ring);
    assert!(guest.dev.info().contains("1 malformed rings"), "{what}: more comes of it");
    let mut ring = guest.start(features, 8);
    offer_read(&guest, &mut ring);
    guest.kick(&ring);
    assert_eq!(guest.take(&mut ring).map(|(_, len)| len), Some(513), "{what}");
}

#[test]
fn rings_that_break_the_rules_cost_the_device() {
    let end = RAM + RAM_SIZE as u64;
    let head = (DATA, 16, 0);
    let cases = [
        ("outside", vec![head, (end, 1, WRITE)]),
        ("across the end", vec![head, (end - 1, 2, WRITE)]),
        ("wraps", vec![head, (u64::MAX, 2, WRITE)]),
        ("below", vec![head, (RAM - 1, 2, WRITE)]),
        ("read behind write", vec![head, (DATA, 1, WRITE), (DATA, 1, 0)]),
        ("no end", vec![head, (DATA, 512, 0)]),
        ("no head", vec![(DATA, 15, 0), (DATA, 1, WRITE)]),
        ("indirect of no length", vec![(DATA, 0, INDIRECT_FLAG)]),
        ("indirect of odd length", vec![(DATA, 17, INDIRECT_FLAG)]),
        ("indirect too long", vec![(DATA, 16 * 9, INDIRECT_FLAG)]),
        ("indirect outside", vec![(end - 16, 32, INDIRECT_FLAG)]),
        ("indirect with next", vec![(DATA, 16, INDIRECT_FLAG), (DATA, 16, 0)]),
    ];
    for format in [0, PACKED] {
        for (what, pieces) in &cases {
            breaks(format | INDIRECT | EVENT_INDEX, what, |guest, ring| _ = guest.offer_raw(ring, pieces));
        }
        breaks(format, "indirect not agreed on", |guest, ring| {
            guest.offer(ring, &[(DATA, 16, false), (DATA, 1, true)], true);
        });
        breaks(format | INDIRECT, "nested", |guest, ring| {
            guest.describe(DATA, DATA + 0x100, 16, if ring.packed { [0, 4] } else { [4, 0] });
            guest.offer_raw(ring, &[(DATA, 16, INDIRECT_FLAG)]);
        });
    }
    breaks(0, "a loop", |guest, ring| {
        guest.offer(ring, &[(DATA, 16, false), (DATA, 1, true)], false);
        let [table, ..] = ring.areas();
        guest.describe(table, DATA, 16, [1, 0]);
    });
    breaks(INDIRECT, "a loop in a table", |guest, ring| {
        guest.describe(DATA, DATA, 16, [1, 0]);
        guest.offer_raw(ring, &[(DATA, 16, INDIRECT_FLAG)]);
    });
    breaks(0, "a head outside", |guest, ring| {
        offer_read(guest, ring);
        guest.set_u16(ring.areas()[1] + 4, 8);
    });
    breaks(0, "next outside", |guest, ring| {
        let [table, ..] = ring.areas();
        let id = guest.offer(ring, &[(DATA, 16, false), (DATA, 1, true)], false);
        guest.set_u16(table + 16 * u64::from(id) + 14, 0xffff);
    });
    breaks(0, "an index that runs away", |guest, ring| guest.set_u16(ring.areas()[1] + 2, 9));
    breaks(PACKED, "a chain without end", |guest, ring| {
        let [table, ..] = ring.areas();
        (0..8).for_each(|n| guest.describe(table + 16 * n, DATA, 1, [0, 1 | 1 << 7]));
    });
}

#[test]
fn rings_that_cannot_be_are_not_taken() {
    let end = RAM + RAM_SIZE as u64;
    let good = [RAM, RAM + 0x1000, RAM + 0x2000];
    for packed in [0, PACKED] {
        let mut bad = vec![
            (0, good),
            (257, good),
            (8, [RAM + 8, good[1], good[2]]),
            (8, [RAM, good[1] + 1, good[2]]),
            (8, [RAM, good[1], good[2] + 2]),
            (8, [end - 16, good[1], good[2]]),
            (8, [RAM, end, good[2]]),
            (8, [RAM, good[1], u64::MAX - 3]),
            (8, [0, 0, 0]),
        ];
        if packed == 0 {
            bad.push((7, good));
        }
        for (size, addresses) in bad {
            let guest = guest();
            assert!(guest.agree(VERSION_1 | packed));
            guest.set_ring(0, size, addresses);
            assert_eq!((guest.r(0x44), guest.r(0x70)), (0, 11 | 64), "{size} {addresses:x?}");
            assert!(guest.agree(VERSION_1 | packed));
            guest.set_ring(0, 8, good);
            assert_eq!(guest.r(0x44), 1);
            // What is in use does not change.
            guest.w(0x38, 0);
            guest.w(0x80, 3);
            assert_eq!((guest.r(0x44), guest.r(0x70)), (1, 11));
        }
    }
}

/// How often rings are damaged: `FERROVISOR_RINGS` in the environment says more.
pub(super) fn rounds() -> u64 {
    std::env::var("FERROVISOR_RINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

/// Rings, tables and registers with bits turned over at random: the device answers, asks for a reset, or does nothing. It
/// writes nowhere but into RAM (another address would not be found), and works after a reset.
#[test]
fn damaged_rings_do_no_harm() {
    let mut random = Random(0x5eed_0f72_696e_6773);
    let (mut answered, mut failed) = (0u64, 0u64);
    let formats = [0, EVENT_INDEX, INDIRECT | EVENT_INDEX, PACKED, PACKED | EVENT_INDEX | INDIRECT];
    let mut guest = guest();
    for round in 0..rounds() {
        if round % 10_000 == 0 {
            guest = self::guest();
        }
        let features = formats[random.below(5) as usize];
        let size = 1 << (1 + random.below(6));
        let mut ring = guest.start(features, size);
        guest.ram.zero((DATA - RAM) as usize, 0x200);
        for _ in 0..=random.below(4) {
            let kind = [0, 1, 4, 8, 11, 13][random.below(6) as usize] as u32;
            guest.put(DATA, &[u64::from(kind).to_le_bytes(), random.below(128).to_le_bytes()].concat());
            let pieces = [(DATA, 16, false), (DATA + 512, 512, kind == 0), (DATA + 0x300, 1, true)];
            let indirect = features & INDIRECT != 0 && random.below(2) == 0;
            if ring.room() >= 3 {
                guest.offer(&mut ring, &pieces, indirect);
            } else if ring.room() >= 1 && indirect {
                guest.offer(&mut ring, &pieces, true);
            }
            for _ in 0..random.below(4) {
                damage(&guest, &ring, &mut random);
            }
            if random.below(50) == 0 {
                guest.w(random.below(0x40) * 4, random.next() as u32);
            }
            guest.kick(&ring);
        }
        failed += u64::from(guest.r(0x70) & 64 != 0);
        answered += u64::from(guest.r(0x60) & 1 != 0);
    }
    guest.w(0x70, 0);
    let mut ring = guest.start(0, 8);
    offer_read(&guest, &mut ring);
    guest.kick(&ring);
    assert!(guest.take(&mut ring).is_some());
    assert!(answered > rounds() / 10 && failed > rounds() / 10, "{answered} answered, {failed} failed");
}

/// Turns a few bits over in the rings, the tables or the requests.
pub(super) fn damage(guest: &Guest, ring: &Ring, random: &mut Random) {
    let areas = ring.areas();
    let bytes = 16 * u64::from(ring.size);
    let (from, len) = match random.below(6) {
        0 | 1 => (areas[0], bytes),
        2 => (areas[1], bytes / 8 + 6),
        3 => (areas[2], bytes / 2 + 6),
        4 => (RAM + 0x4_0000 + 0x1000 * random.below(64), 48),
        _ => (DATA, 16),
    };
    let at = from + random.below(len);
    let old = guest.get(at, 1)[0];
    let new = match random.below(3) {
        0 => old ^ 1 << random.below(8),
        1 => random.next() as u8,
        _ => 0xff,
    };
    guest.put(at, &[new]);
}
