// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the socket device.

use super::device::feature::{EVENT_INDEX, PACKED, VERSION_1};
use super::testing::{DATA, Guest, Ring};
use super::vsock::{Stream, TERMINAL_PORT, serve_terminal};
use crate::testing::{Random, pass, time};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

const REQUEST: u16 = 1;
const RESPONSE: u16 = 2;
const RST: u16 = 3;
const SHUTDOWN: u16 = 4;
const RW: u16 = 5;
const UPDATE: u16 = 6;
const CREDIT_REQUEST: u16 = 7;

/// Where what is sent is put together, and where buffers are.
const OUT: u64 = DATA;
const IN: u64 = DATA + 0x1_0000;
const BUFFER: u32 = 0x400;

/// A guest with a socket device and all its queues.
struct Station {
    guest: Guest,
    cid: u64,
    rings: [Ring; 3],
    /// Where each buffer is that was put up, by identifier, and how many there were.
    places: HashMap<u16, u64>,
    put: u64,
    packets: u64,
    /// What it says of its room.
    alloc: u32,
    taken: u32,
}

/// A packet as it is received: where from, ports, operation, data.
type Packet = (u64, [u32; 2], u16, Vec<u8>);

fn cids() -> u64 {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    NEXT.fetch_add(1, Ordering::Relaxed).into()
}

fn options(cid: u64, more: &str) -> String {
    format!("ferrovisor,device = \"vsock\"; ferrovisor,packed; ferrovisor,cid = <{cid}>; {more}")
}

impl Station {
    fn new(features: u64, more: &str) -> Self {
        let cid = cids();
        let guest = Guest::try_new(&options(cid, more)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((guest.r(8), u64::from(guest.r(0x100)), guest.r(0x104)), (19, cid, 0));
        let rings = start(&guest, features);
        Self { guest, cid, rings, places: HashMap::new(), put: 0, packets: 0, alloc: 0x1000, taken: 0 }
    }

    /// Two guests of one network, with buffers.
    fn two(features: u64) -> [Self; 2] {
        let name = format!("ferrovisor,vsock = \"net{}\";", cids());
        [0, 1].map(|_| {
            let mut one = Self::new(features, &name);
            one.buffers(8);
            one
        })
    }

    /// Puts buffers up.
    fn buffers(&mut self, count: u64) {
        for _ in 0..count {
            let at = IN + self.put % 32 * u64::from(BUFFER);
            let pieces = [(at, 44, true), (at + 44, BUFFER - 44, true)];
            let id = self.guest.offer(&mut self.rings[0], &pieces, false);
            self.places.insert(id, at);
            self.put += 1;
        }
        self.guest.kick(&self.rings[0]);
    }

    fn send_raw(&mut self, header: &[u8], data: &[u8]) {
        // Not where the packet before is, which may wait.
        self.packets += 1;
        let at = OUT + 0x4000 * (self.packets % 4);
        self.guest.put(at, header);
        self.guest.put(at + 0x100, data);
        let pieces = [(at, header.len() as u32, false), (at + 0x100, data.len() as u32, false)];
        let pieces = if data.is_empty() { &pieces[..1] } else { &pieces };
        self.guest.offer(&mut self.rings[1], pieces, false);
        self.guest.kick(&self.rings[1]);
    }

    /// Sends a packet; says whether the device is done with it.
    fn send(&mut self, to: u64, ports: [u32; 2], op: u16, data: &[u8]) -> bool {
        let header = self.header(to, ports, op, data.len() as u32);
        self.send_raw(&header, data);
        self.sent()
    }

    fn header(&self, to: u64, ports: [u32; 2], op: u16, len: u32) -> Vec<u8> {
        let words = [ports[0], ports[1], len, 1 | u32::from(op) << 16, 0, self.alloc, self.taken];
        let mut header = [self.cid.to_le_bytes(), to.to_le_bytes()].concat();
        words.iter().for_each(|word| header.extend(word.to_le_bytes()));
        header
    }

    /// Whether the device has taken what was sent.
    fn sent(&mut self) -> bool {
        core::iter::from_fn(|| self.guest.take(&mut self.rings[1])).count() != 0
    }

    /// The next packet that has come.
    fn receive(&mut self) -> Option<Packet> {
        let (id, len) = self.guest.take(&mut self.rings[0])?;
        let at = self.places[&id];
        let bytes = self.guest.get(at, 44);
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((u64::from(word(8)), word(12)), (self.cid, 0));
        assert_eq!((word(24) + 44, word(28) as u16), (len, 1));
        let data = self.guest.get(at + 44, word(24) as usize);
        self.taken = self.taken.wrapping_add(data.len() as u32);
        Some((word(0).into(), [word(16), word(20)], (word(28) >> 16) as u16, data))
    }

    /// All that has come, without the data.
    fn ops(&mut self) -> Vec<u16> {
        core::iter::from_fn(|| self.receive()).map(|packet| packet.2).collect()
    }

    fn info(&self) -> String {
        self.guest.dev.info()
    }
}

fn start(guest: &Guest, features: u64) -> [Ring; 3] {
    assert!(guest.agree(features | VERSION_1));
    let rings = [0, 1, 2].map(|queue| guest.add_ring(queue, features, 64));
    guest.w(0x70, 15);
    rings
}

/// Connects port 1 of the first with port 2 of the second.
fn connect([a, b]: &mut [Station; 2]) {
    assert!(a.send(b.cid, [1, 2], REQUEST, &[]));
    assert_eq!(b.receive(), Some((a.cid, [1, 2], REQUEST, vec![])));
    assert!(b.send(a.cid, [2, 1], RESPONSE, &[]));
    assert_eq!(a.receive(), Some((b.cid, [2, 1], RESPONSE, vec![])));
}

#[test]
fn streams_between_guests() {
    for features in [0, EVENT_INDEX, PACKED | EVENT_INDEX] {
        let mut both = Station::two(features);
        connect(&mut both);
        let [a, b] = &mut both;
        let data: Vec<u8> = (0..3000).map(|n| (n % 251) as u8).collect();
        // Longer than a buffer: in pieces.
        assert!(a.send(b.cid, [1, 2], RW, &data));
        let mut got = Vec::new();
        while let Some((from, ports, op, piece)) = b.receive() {
            assert_eq!((from, ports, op), (a.cid, [1, 2], RW));
            got.extend(piece);
        }
        assert!(got == data && b.guest.interrupt() == 1);
        b.buffers(4);
        // The other way, with what was taken told.
        assert!(b.send(a.cid, [2, 1], RW, b"hello"));
        assert_eq!(a.receive(), Some((b.cid, [2, 1], RW, b"hello".to_vec())));
        assert!(a.send(b.cid, [1, 2], CREDIT_REQUEST, &[]) && b.send(a.cid, [2, 1], UPDATE, &[]));
        assert_eq!((b.ops(), a.ops()), (vec![CREDIT_REQUEST], vec![UPDATE]));
        assert!(a.send(b.cid, [1, 2], SHUTDOWN, &[]) && b.send(a.cid, [2, 1], RST, &[]));
        assert_eq!((b.ops(), a.ops()), (vec![SHUTDOWN], vec![RST]));
        // It is over: whoever goes on is told so, and the other hears nothing.
        assert!(a.send(b.cid, [1, 2], RW, b"x"));
        assert_eq!((a.ops(), b.ops()), (vec![RST], vec![]));
        assert!(a.info().contains("0 malformed"), "{}", a.info());
    }
}

#[test]
fn what_is_for_nobody_is_refused() {
    let [mut a, mut b] = Station::two(0);
    let mut other = Station::new(0, "");
    other.buffers(4);
    let cids = [0, 1, 2, a.cid, other.cid, 99, b.cid | 1 << 32];
    for cid in cids {
        assert!(a.send(cid, [1, TERMINAL_PORT], REQUEST, &[]));
        assert_eq!(
            a.receive().map(|packet| (packet.0, packet.1, packet.2)),
            Some((cid & 0xffff_ffff, [23, 1], RST))
        );
        a.buffers(1);
        // Never an answer to that.
        assert!(a.send(cid, [1, TERMINAL_PORT], RST, &[]));
        assert!(a.ops().is_empty());
    }
    assert_eq!((other.ops(), b.ops()), (vec![], vec![]));
    // Another kind of socket; another's name; and operations without a connection.
    let mut header = a.header(b.cid, [1, 2], REQUEST, 0);
    header[28] = 2;
    a.send_raw(&header, &[]);
    header[28] = 1;
    header[0] ^= 1;
    a.send_raw(&header, &[]);
    assert_eq!((a.sent(), a.guest.take(&mut a.rings[0]).is_some(), a.ops()), (true, true, vec![]));
    for op in [RESPONSE, SHUTDOWN, RW, UPDATE, CREDIT_REQUEST, 0, 8] {
        a.buffers(1);
        assert!(a.send(b.cid, [1, 2], op, &[]));
        assert_eq!((a.ops(), b.ops()), (vec![RST], vec![]), "{op}");
    }
    // One CID twice.
    let error = Guest::try_new(&options(a.cid, "")).err().unwrap().to_string();
    assert!(error.contains("another guest's socket device has CID"), "{error}");
    a.guest.dev.stop();
    Guest::try_new(&options(a.cid, "")).unwrap().dev.stop();
    for bad in ["<2>", "<0>", "<0xffffffff>", "<1 2>", "\"x\""] {
        let text = format!("ferrovisor,device = \"vsock\"; ferrovisor,cid = {bad};");
        let error = Guest::try_new(&text).err().unwrap().to_string();
        assert!(error.contains("ferrovisor,cid"), "{error}");
    }
    assert!(Guest::try_new("ferrovisor,device = \"vsock\";").is_err());
}

#[test]
fn nobody_sends_more_than_there_is_room_for() {
    let mut both = Station::two(0);
    both[1].alloc = 1000;
    connect(&mut both);
    let [a, b] = &mut both;
    assert!(a.send(b.cid, [1, 2], RW, &[7; 900]));
    assert_eq!(b.receive().map(|packet| packet.3.len()), Some(900));
    b.buffers(2);
    // What was taken is told, and makes room; what was told before is no news.
    assert!(b.send(a.cid, [2, 1], UPDATE, &[]));
    b.taken = 100;
    assert!(b.send(a.cid, [2, 1], UPDATE, &[]));
    assert_eq!(a.ops(), [UPDATE, UPDATE]);
    assert!(a.send(b.cid, [1, 2], RW, &[7; 900]));
    assert_eq!(b.ops(), [RW]);
    a.buffers(2);
    assert!(a.send(b.cid, [1, 2], RW, &[7; 101]));
    assert_eq!((a.ops(), b.ops()), (vec![RST], vec![RST]), "more than there is room for");
    // Nor takes anyone more than was sent.
    (a.taken, b.taken) = (0, 0);
    [&mut *a, &mut *b].into_iter().for_each(|one| one.buffers(4));
    connect(&mut both);
    let [a, b] = &mut both;
    b.taken = 1;
    assert!(b.send(a.cid, [2, 1], UPDATE, &[]));
    assert_eq!((a.ops(), b.ops()), (vec![RST], vec![RST]), "more than was sent");
}

#[test]
fn a_receiver_without_buffers_is_waited_for() {
    let _time = time();
    let mut both = Station::two(0);
    connect(&mut both);
    let [a, b] = &mut both;
    // Seven buffers are left; four are for this, and then there are too few.
    assert!(a.send(b.cid, [1, 2], RW, &[1; 3800]));
    assert_eq!(b.ops(), [RW; 4]);
    assert!(b.send(a.cid, [2, 1], UPDATE, &[]));
    a.ops();
    assert!(!a.send(b.cid, [1, 2], RW, &[2; 3800]), "it waits");
    assert_eq!(b.ops(), [RW; 3]);
    assert!(!a.sent());
    b.buffers(1);
    assert!(a.sent());
    assert_eq!(b.receive().map(|packet| packet.3), Some(vec![2; 3800 - 3 * 980]));
    assert!(b.send(a.cid, [2, 1], UPDATE, &[]));
    // A packet to a third is not sent before either; but not for ever.
    assert!(!a.send(b.cid, [1, 2], RW, &[3; 10]));
    a.send(99, [1, 2], REQUEST, &[]);
    assert!(!a.sent());
    pass(11_000_000_000);
    a.guest.kick(&a.rings[1]);
    pass(11_000_000_000);
    assert!(a.sent());
    a.buffers(4);
    assert_eq!(a.ops(), [UPDATE, UPDATE, RST, RST, RST][1..], "{}", a.info());
    b.buffers(4);
    assert_eq!(b.ops(), [RST], "the other hears of it as soon as it can");
    (a.taken, b.taken) = (0, 0);
    connect(&mut both);
}

#[test]
fn a_guest_that_goes_takes_its_connections_along() {
    for way in 0..3 {
        let mut both = Station::two(0);
        connect(&mut both);
        both.reverse();
        // Both kinds: asked for by one, and by the other.
        connect(&mut both);
        let [a, b] = &mut both;
        match way {
            0 => b.guest.w(0x70, 0),
            1 => b.guest.dev.reset(),
            _ => b.guest.dev.stop(),
        }
        assert_eq!(a.ops(), [RST, RST]);
        assert!(a.send(b.cid, [1, 2], RW, b"x") && a.ops() == [RST]);
        if way < 2 {
            b.rings = start(&b.guest, 0);
            (a.taken, b.taken) = (0, 0);
            [a, b].into_iter().for_each(|one| one.buffers(4));
            connect(&mut both);
        }
    }
    // Nobody to be told: it is told when it has buffers, and a guest of the same number may be there by then.
    let name = format!("ferrovisor,vsock = \"late{}\";", cids());
    let (mut a, mut b) = (Station::new(0, &name), Station::new(0, &name));
    a.buffers(1);
    b.buffers(1);
    let mut both = [a, b];
    connect(&mut both);
    let [a, b] = &mut both;
    b.guest.dev.stop();
    assert!(a.ops().is_empty());
    let again = Guest::try_new(&options(b.cid, &name)).unwrap();
    a.buffers(2);
    assert_eq!(a.ops(), [RST]);
    again.dev.stop();
    a.guest.dev.stop();
}

#[test]
fn no_more_connections_than_there_are_places() {
    let [mut a, mut b] = Station::two(0);
    for port in 0..64 {
        assert!(a.send(b.cid, [port, 2], REQUEST, &[]));
        assert_eq!(b.ops(), [REQUEST]);
        b.buffers(1);
    }
    assert!(a.ops().is_empty());
    assert!(a.send(b.cid, [64, 2], REQUEST, &[]));
    assert_eq!((b.ops(), a.ops()), (vec![], vec![RST]));
    // The other has places of its own.
    a.buffers(1);
    assert!(b.send(a.cid, [9, 9], REQUEST, &[]));
    assert_eq!(a.ops(), [REQUEST]);
    assert!(a.info().contains("64 connections asked for"), "{}", a.info());
}

/// Held by tests that take sessions.
fn sessions() -> (MutexGuard<'static, ()>, &'static Mutex<Vec<Arc<Stream>>>) {
    static ONE: Mutex<()> = Mutex::new(());
    static ALL: Mutex<Vec<Arc<Stream>>> = Mutex::new(Vec::new());
    let guard = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    serve_terminal(|stream| {
        ALL.lock().unwrap().push(stream);
        true
    });
    ALL.lock().unwrap().clear();
    (guard, &ALL)
}

#[test]
fn a_terminal_for_who_may_have_one() {
    let (_guard, all) = sessions();
    let mut a = Station::new(EVENT_INDEX, "ferrovisor,terminal;");
    a.buffers(8);
    assert!(a.send(2, [7, 22], REQUEST, &[]));
    assert_eq!(a.ops(), [RST]);
    assert!(a.send(2, [7, 23], REQUEST, &[]));
    assert_eq!(a.receive(), Some((2, [23, 7], RESPONSE, vec![])));
    let stream = all.lock().unwrap().pop().unwrap();
    assert!(stream.guest() == a.guest.name && !stream.is_over());
    // A second one at a time is refused.
    assert!(a.send(2, [8, 23], REQUEST, &[]));
    assert_eq!(a.ops(), [RST]);
    assert!(a.send(2, [7, 23], RW, b"guest list\r"));
    let mut bytes = [0; 64];
    assert_eq!((stream.read(&mut bytes), &bytes[..11]), (11, &b"guest list\r"[..]));
    assert!(stream.write(&[b'x'; 2000]));
    assert_eq!(a.ops(), [RW; 3]);
    // No more than the guest has room for, until it says that it has more.
    a.buffers(8);
    assert!(stream.write(&[b'y'; 3000]));
    assert_eq!(a.ops(), [RW; 3]);
    assert_eq!(a.taken, 0x1000);
    assert!(a.send(2, [7, 23], UPDATE, &[]));
    assert_eq!((a.ops(), a.taken), (vec![RW], 5000));
    // What was read is told.
    a.buffers(4);
    assert!(a.send(2, [7, 23], CREDIT_REQUEST, &[]));
    assert_eq!(a.ops(), [UPDATE]);
    for _ in 0..4 {
        a.buffers(2);
        assert!(a.send(2, [7, 23], RW, &[0; 1000]));
        while stream.read(&mut bytes) != 0 {}
    }
    assert_eq!(a.ops(), [UPDATE]);
    // The end of input, and of the session.
    let mut end = a.header(2, [7, 23], SHUTDOWN, 0);
    end[32] = 2;
    a.send_raw(&end, &[]);
    assert!(a.sent() && stream.is_over() && !stream.is_closed() && stream.write(b"bye"));
    stream.finish();
    a.buffers(2);
    assert_eq!(a.ops(), [RW, SHUTDOWN]);
    assert!(stream.is_closed() && !stream.write(b"x"));
    assert!(a.send(2, [7, 23], RST, &[]));
    assert!(a.ops().is_empty());
}

#[test]
fn a_session_ends_with_its_connection() {
    let (_guard, all) = sessions();
    let mut a = Station::new(0, "ferrovisor,terminal;");
    for way in 0..6 {
        (a.taken, a.put) = (0, 0);
        a.buffers(4);
        assert!(a.send(2, [7, 23], REQUEST, &[]));
        assert_eq!(a.ops(), [RESPONSE], "{way}");
        let stream = all.lock().unwrap().pop().unwrap();
        let answer = match way {
            0 => a.send(2, [7, 23], RST, &[]).then(Vec::new),
            1 => {
                let mut end = a.header(2, [7, 23], SHUTDOWN, 0);
                end[32] = 3;
                a.send_raw(&end, &[]);
                Some(vec![RST])
            }
            // More than there is room for; and more taken than was sent.
            2 => {
                assert!(a.send(2, [7, 23], RW, &[0; 4000]) && !stream.is_closed());
                assert!(a.send(2, [7, 23], RW, &[0; 97]));
                Some(vec![RST])
            }
            3 => {
                a.taken = 1;
                assert!(a.send(2, [7, 23], UPDATE, &[]));
                Some(vec![RST])
            }
            4 => a.send(2, [7, 23], RESPONSE, &[]).then(|| vec![RST]),
            _ => {
                a.guest.dev.reset();
                a.rings = start(&a.guest, 0);
                Some(vec![])
            }
        };
        assert!(stream.is_closed() && !stream.write(b"x"), "{way}");
        a.sent();
        assert_eq!(Some(a.ops()), answer, "{way}");
    }
    a.guest.dev.stop();
}

#[test]
fn packets_that_cannot_be_cost_the_device() {
    for what in 0..4 {
        let mut both = Station::two(0);
        connect(&mut both);
        let [a, b] = &mut both;
        let header = a.header(b.cid, [1, 2], RW, 10);
        let (guilty, innocent) = match what {
            0 => {
                a.send_raw(&header[..43], &[]);
                (a, b)
            }
            1 => {
                a.send_raw(&header, &[0; 9]);
                (a, b)
            }
            2 => {
                a.send_raw(&a.header(b.cid, [1, 2], RW, u32::MAX), &[0; 9]);
                (a, b)
            }
            _ => {
                // Eight buffers, of which seven are left; then one that is too short.
                b.guest.offer(&mut b.rings[0], &[(IN, 44, true)], false);
                for _ in 0..8 {
                    a.send_raw(&header, &[0; 10]);
                }
                (b, a)
            }
        };
        assert_eq!(
            (guilty.guest.r(0x70), innocent.guest.r(0x70)),
            (15 | 64, 15),
            "{what}: {}",
            guilty.info()
        );
        guilty.guest.w(0x70, 0);
        guilty.rings = start(&guilty.guest, 0);
        innocent.ops();
        (guilty.taken, innocent.taken) = (0, 0);
        [guilty, innocent].into_iter().for_each(|one| one.buffers(8));
        connect(&mut both);
    }
}

/// Packets and rings with bits turned over at random, between two guests and the hypervisor.
#[test]
fn damaged_rings_do_no_harm() {
    let (_time, (_guard, all)) = (time(), sessions());
    let mut random = Random(0x7673_6f63_6b21);
    let name = format!("ferrovisor,terminal; ferrovisor,vsock = \"bad{}\";", cids());
    let (a, b) = (Station::new(0, &name), Station::new(PACKED, &name));
    let (mut both, mut failed, mut came) = ([a, b], 0u64, 0u64);
    let rounds = super::tests::rounds();
    for _ in 0..rounds {
        let which = random.below(2) as usize;
        let to = [both[1 - which].cid, 2, 2, 77][random.below(4) as usize];
        let one = &mut both[which];
        if one.guest.r(0x70) != 15 || one.rings.iter().any(|ring| ring.room() < 8) {
            failed += u64::from(one.guest.r(0x70) & 64 != 0);
            one.rings = start(&one.guest, if which == 0 { EVENT_INDEX } else { PACKED });
            one.places.clear();
        }
        if random.below(3) == 0 {
            one.buffers(1 + random.below(3));
        }
        let ports = [random.below(2) as u32 + 22, random.below(2) as u32 + 22];
        one.alloc = [0, 10, 4096, u32::MAX][random.below(4) as usize];
        one.taken = if random.below(8) == 0 { random.next() as u32 } else { 0 };
        let len = random.below(200) as usize;
        let mut header = one.header(to, ports, random.below(9) as u16, len as u32);
        if random.below(4) == 0 {
            header[random.below(44) as usize] ^= 1 << random.below(8);
        }
        one.guest.put(OUT, &header);
        let pieces = [(OUT, 44, false), (OUT + 0x100, len as u32, false)];
        one.guest.offer(&mut one.rings[1], &pieces, false);
        if random.below(8) == 0 {
            let ring = random.below(3) as usize;
            super::tests::damage(&one.guest, &one.rings[ring], &mut random);
        }
        one.guest.kick(&one.rings[1]);
        came += u64::from(one.guest.r(0x60) & 1 != 0);
        one.guest.w(0x64, 1);
        for stream in all.lock().unwrap().drain(..) {
            stream.write(b"hello");
            stream.finish();
        }
    }
    for one in &mut both {
        one.rings = start(&one.guest, 0);
        (one.alloc, one.taken) = (0x1000, 0);
        one.places.clear();
        one.buffers(8);
    }
    connect(&mut both);
    assert!(failed > rounds / 400 && came > rounds / 50, "{failed} failed, {came} came");
}
