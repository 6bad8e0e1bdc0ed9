// SPDX-License-Identifier: GPL-2.0-only
//! Damaged rings, buffers and registers before every back end that has no test of its own for that: network, console, entropy.
//! `FERROVISOR_RINGS` says how often.

use super::device::feature::{EVENT_INDEX, INDIRECT, PACKED, VERSION_1};
use super::testing::{DATA, Guest, Piece, Ring};
use super::tests::{damage, rounds};
use crate::testing::Random;
use io::serial;

const FORMATS: [u64; 5] = [0, EVENT_INDEX, INDIRECT | EVENT_INDEX, PACKED, PACKED | EVENT_INDEX | INDIRECT];
/// Buffers that devices read and write; what they are told by is in the first bytes.
const BUFFERS: u64 = DATA + 0x1000;

/// Brings the device up with all its queues; which ones it has is known by the first that it has not.
fn start(guest: &Guest, features: u64, size: u16, queues: u32) -> Vec<Ring> {
    assert!(guest.agree(features | VERSION_1));
    let rings = (0..queues).map(|index| guest.add_ring(index, features, size)).collect();
    guest.w(0x70, 15);
    assert_eq!(guest.r(0x70), 15);
    rings
}

/// One to three pieces of any length; mostly those that are read come first.
fn pieces(random: &mut Random) -> Vec<Piece> {
    let count = 1 + random.below(3);
    let mut all: Vec<Piece> = (0..count)
        .map(|_| {
            let at = BUFFERS + 0x800 * random.below(64) + random.below(16);
            (at, [1, 11, 12, 26, 64, 1526, 0x1000][random.below(7) as usize], random.below(2) == 0)
        })
        .collect();
    if random.below(16) != 0 {
        all.sort_by_key(|piece| piece.2);
    }
    all
}

/// Has a driver do what it should not, with `features` of the device besides those of rings, while `outside` goes on with whoever
/// is at the other end. Gives how often the device asked for a reset, and how often it interrupted.
fn batter(guest: &Guest, features: u64, queues: u32, mut outside: impl FnMut(&mut Random)) -> (u64, u64) {
    let mut random = Random(0x6261_7474_6572);
    let (mut failed, mut interrupts) = (0, 0);
    let mut rings = Vec::new();
    let mut indirect = false;
    for round in 0..rounds() {
        if guest.r(0x70) != 15 || rings.iter().any(|ring: &Ring| ring.room() < 3) {
            failed += u64::from(guest.r(0x70) & 64 != 0);
            let format = FORMATS[random.below(5) as usize];
            indirect = format & INDIRECT != 0;
            rings = start(guest, format | features, 8 << random.below(4), queues);
        }
        let ring = random.below(queues.into()) as usize;
        let pieces = pieces(&mut random);
        // What commands and headers may begin with.
        let words = [random.below(6), random.below(6), random.next()];
        for (at, _, _) in &pieces {
            guest.put(*at, &[&[words[0] as u8, words[1] as u8][..], &words[2].to_le_bytes()].concat());
        }
        guest.offer(&mut rings[ring], &pieces, indirect && random.below(2) == 0);
        if random.below(6) == 0 {
            damage(guest, &rings[ring], &mut random);
        }
        if random.below(64) == 0 {
            guest.w(random.below(0x60) * 4, random.next() as u32);
        }
        guest.kick(&rings[ring]);
        if round % 4 == 0 {
            outside(&mut random);
        }
        interrupts += u64::from(guest.r(0x60) & 1 != 0);
        guest.w(0x64, 3);
    }
    start(guest, 0, 8, queues);
    (failed, interrupts)
}

#[test]
fn network_devices() {
    let options = |n: u8| {
        format!(
            "ferrovisor,device = \"net\"; ferrovisor,switch = \"battered\"; ferrovisor,packed; ferrovisor,queues = <2>; \
             ferrovisor,mac = [02 00 00 00 00 {n:02x}];"
        )
    };
    let guest = Guest::try_new(&options(1)).unwrap();
    let other = Guest::try_new(&options(2)).unwrap();
    assert!(other.agree(VERSION_1));
    let mut receive = other.add_ring(0, 0, 8);
    let mut send = other.add_ring(1, 0, 8);
    other.w(0x70, 15);
    // Checksums, segments, merged buffers, commands and several pairs: what the device has.
    let features = guest.offered() & 0xffff_ffff & !(FORMATS[4] & 0xffff_ffff);
    let (failed, interrupts) = batter(&guest, features, 5, |random| {
        let frame = [&[0; 12][..], &[0xff; 6], &[2, 0, 0, 0, 0, 2], &[0x88, 0xb5]].concat();
        other.put(DATA, &frame);
        let len = frame.len() as u32 + random.below(1500) as u32;
        other.offer(&mut send, &[(DATA, len, false)], false);
        other.kick(&send);
        assert!(other.take(&mut send).is_some(), "{}", other.dev.info());
        if receive.room() > 0 {
            other.offer(&mut receive, &[(DATA + 0x1_0000, 0x1_0000, true)], false);
        }
        while other.take(&mut receive).is_some() {}
    });
    assert_eq!(other.r(0x70), 15, "its neighbour");
    assert!(
        failed > rounds() / 100 && interrupts > rounds() / 100,
        "{failed} failed, {interrupts} interrupts"
    );
    guest.dev.stop();
    other.dev.stop();
}

#[test]
fn consoles_of_several_ports() {
    let text = "ferrovisor,device = \"console\"; ferrovisor,packed; ferrovisor,ports = <3>; ferrovisor,console = \"b\";";
    let guest = Guest::try_new(text).unwrap();
    let port = serial::find(&format!("{}/b", guest.name)).unwrap();
    let (failed, interrupts) = batter(&guest, guest.offered() & 7, 8, |_| {
        port.input(b"what is typed");
    });
    assert!(
        failed > rounds() / 100 && interrupts > rounds() / 100,
        "{failed} failed, {interrupts} interrupts"
    );
    guest.dev.stop();
}

#[test]
fn entropy() {
    let guest = Guest::try_new("ferrovisor,device = \"rng\"; ferrovisor,packed;").unwrap();
    let (failed, interrupts) = batter(&guest, 0, 1, |_| ());
    assert!(
        failed > rounds() / 100 && interrupts > rounds() / 100,
        "{failed} failed, {interrupts} interrupts"
    );
    guest.dev.stop();
}
