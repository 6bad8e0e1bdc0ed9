// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the memory balloon.

use super::balloon::{Balloon, find_balloon};
use super::device::feature::{EVENT_INDEX, PACKED, VERSION_1};
use super::testing::{DATA, Guest, RAM, RAM_SIZE, Ring};
use crate::testing::Random;
use std::sync::Arc;

const OPTIONS: &str = "ferrovisor,device = \"balloon\"; ferrovisor,packed;";
const PAGE: u64 = 4096;

fn start(guest: &Guest, features: u64) -> [Ring; 3] {
    assert!(guest.agree(features | VERSION_1 | 2));
    let rings = [0, 1, 2].map(|queue| guest.add_ring(queue, features, 8));
    guest.w(0x70, 15);
    rings
}

fn made(features: u64) -> (Guest, [Ring; 3], Arc<Balloon>) {
    let guest = Guest::try_new(OPTIONS).unwrap();
    let rings = start(&guest, features);
    let balloon = find_balloon(&guest.name).unwrap();
    (guest, rings, balloon)
}

/// Gives pages, or takes them back.
fn list(guest: &Guest, ring: &mut Ring, pages: &[u64]) {
    let bytes: Vec<u8> = pages.iter().flat_map(|page| ((page / PAGE) as u32).to_le_bytes()).collect();
    guest.put(DATA, &bytes);
    guest.offer(ring, &[(DATA, bytes.len() as u32, false)], false);
    guest.kick(ring);
}

#[test]
fn pages_that_are_given_are_erased() {
    for features in [0, EVENT_INDEX, PACKED | EVENT_INDEX] {
        let (guest, mut rings, balloon) = made(features);
        assert_eq!((guest.r(8), guest.offered() & 0x3f, guest.r(0x100), guest.r(0x104)), (5, 6, 0, 0));
        assert_eq!(balloon.ram(), RAM_SIZE as u64);
        balloon.set_target(RAM_SIZE as u64 - 5 * PAGE - 1);
        assert_eq!((guest.interrupt(), guest.r(0x100), guest.r(0xfc)), (2, 5, 1));
        let pages: Vec<u64> = (0..40).map(|n| DATA + (n + 1) * PAGE).collect();
        pages.iter().for_each(|page| guest.put(*page, &[0xaa; 4096]));
        guest.put(DATA + 41 * PAGE, b"kept");
        list(&guest, &mut rings[0], &pages);
        assert!(guest.take(&mut rings[0]).is_some() && guest.interrupt() == 1);
        assert!(pages.iter().all(|page| guest.get(*page, 4096).iter().all(|byte| *byte == 0)));
        assert_eq!(guest.get(DATA + 41 * PAGE, 4), b"kept");
        guest.w(0x104, 40);
        assert_eq!(balloon.bytes(), [5 * PAGE, 40 * PAGE, 40 * PAGE]);
        // A page that was given is the guest's own.
        guest.put(pages[0], b"mine");
        list(&guest, &mut rings[1], &pages[..30]);
        assert!(guest.take(&mut rings[1]).is_some());
        assert_eq!((guest.get(pages[0], 4), balloon.bytes()[2]), (b"mine".to_vec(), 10 * PAGE));
        // More is taken back than was given: that is the driver's affair.
        list(&guest, &mut rings[1], &pages);
        assert_eq!(balloon.bytes()[2], 0);
        // The wish outlives the guest's start, what it holds does not.
        guest.dev.reset();
        assert_eq!((guest.r(0x100), balloon.bytes()), (5, [5 * PAGE, 0, 0]));
        assert!(guest.dev.info().contains("40 pages erased"), "{}", guest.dev.info());
        guest.dev.stop();
        let name = guest.name.clone();
        drop((guest, balloon));
        assert!(find_balloon(&name).is_none());
    }
}

#[test]
fn a_guest_says_how_it_fares() {
    let (guest, mut rings, balloon) = made(0);
    assert!(!balloon.ask());
    let number = |tag: u16, value: u64| [&tag.to_le_bytes()[..], &value.to_le_bytes()].concat();
    let put = |guest: &Guest, ring: &mut Ring, free: u64| {
        guest.put(DATA, &[number(4, free), number(5, 1 << 40), number(99, 7), number(0, 1)].concat());
        guest.offer(ring, &[(DATA, 15, false), (DATA + 15, 25, false)], false);
        guest.kick(ring);
    };
    put(&guest, &mut rings[2], 77);
    assert_eq!(guest.take(&mut rings[2]), None, "it is kept until it is asked for");
    let [swapped, _, _, _, free, total, available, _] = balloon.statistics();
    assert_eq!((swapped, free, total, available), (Some(1), Some(77), Some(1 << 40), None));
    assert!(balloon.ask() && !balloon.ask());
    assert!(guest.take(&mut rings[2]).is_some() && guest.interrupt() == 1);
    put(&guest, &mut rings[2], 78);
    assert_eq!((balloon.statistics()[4], balloon.updates()), (Some(78), 2));
    // One too many: the one before comes back.
    put(&guest, &mut rings[2], 79);
    assert!(guest.take(&mut rings[2]).is_some());
    guest.w(0x70, 0);
    assert!(!balloon.ask() && balloon.statistics()[4].is_none());
    guest.dev.stop();
}

#[test]
fn lists_that_cannot_be_cost_the_device() {
    let (guest, mut rings, _) = made(0);
    let wrong: [(u64, u32); 6] =
        [(RAM - PAGE, 4), (RAM + RAM_SIZE as u64, 4), (0, 4), (u64::MAX, 4), (RAM, 3), (RAM, 0x1_0000)];
    for (page, len) in wrong {
        guest.put(DATA, &((page / PAGE) as u32).to_le_bytes());
        guest.offer(&mut rings[0], &[(DATA, len, false)], false);
        guest.kick(&rings[0]);
        assert_eq!(guest.r(0x70), 15 | 64, "{page:#x} {len}");
        rings = start(&guest, 0);
    }
    guest.dev.stop();
}

#[test]
fn damaged_rings_do_no_harm() {
    let (guest, mut rings, balloon) = made(0);
    let mut random = Random(0x6261_6c6c);
    let (mut failed, mut came) = (0, 0);
    for round in 0..super::tests::rounds() {
        if guest.r(0x70) != 15 || rings.iter().any(|ring| ring.room() < 2) {
            failed += u64::from(guest.r(0x70) & 64 != 0);
            rings = start(&guest, [0, EVENT_INDEX, PACKED][round as usize % 3]);
        }
        let ring = random.below(3) as usize;
        // Pages behind the lists, which are in the first; mostly there are such.
        let page = (DATA / PAGE + 1 + random.below(32)) as u32;
        let page = if random.below(16) == 0 { random.next() as u32 } else { page };
        guest.put(DATA, &page.to_le_bytes());
        guest.offer(&mut rings[ring], &[(DATA, 4 * random.below(3) as u32, false)], false);
        if random.below(8) == 0 {
            super::tests::damage(&guest, &rings[ring], &mut random);
        }
        guest.kick(&rings[ring]);
        if random.below(4) == 0 {
            balloon.ask();
        }
        came += u64::from(guest.r(0x60) & 1 != 0);
        guest.w(0x64, 1);
    }
    assert!(failed > 20 && came > 100, "{failed} failed, {came} came");
    guest.dev.stop();
}
