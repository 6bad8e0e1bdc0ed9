// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the network device: two guests on a switch.

use super::device::feature::{EVENT_INDEX, INDIRECT, PACKED};
use super::testing::{DATA, Guest, Ring};
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};

const CSUM: u64 = 1 << 0;
const GUEST_CSUM: u64 = 1 << 1;
const GUEST_TSO4: u64 = 1 << 7;
const MERGE: u64 = 1 << 15;
const CTRL: u64 = 1 << 17;
const CTRL_VLAN: u64 = 1 << 19;

/// Where guests put frames to be sent, buffers to receive into, and commands.
const SEND: u64 = DATA;
const RECEIVE: u64 = DATA + 0x1_0000;
const COMMAND: u64 = DATA + 0x7_0000;

fn mac(n: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, n]
}

/// A guest with a network device that is up: its rings for receiving, sending and commands.
struct Station {
    guest: Guest,
    rx: Ring,
    tx: Ring,
    control: Ring,
    mac: [u8; 6],
}

fn switch() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("lan{}", NEXT.fetch_add(1, SeqCst))
}

impl Station {
    fn new(switch: &str, n: u8, features: u64, options: &str) -> Self {
        let text = format!(
            "ferrovisor,device = \"net\"; ferrovisor,switch = \"{switch}\"; ferrovisor,packed; \
             ferrovisor,mac = [02 00 00 00 00 {n:02x}]; {options}"
        );
        let guest = Guest::try_new(&text).unwrap();
        assert_eq!(guest.r(8), 1);
        let (rx, tx, control) = start(&guest, features);
        Station { guest, rx, tx, control, mac: mac(n) }
    }

    /// Offers buffers of so many bytes each.
    fn buffers(&mut self, count: u64, bytes: u32) {
        for n in 0..count {
            let at = RECEIVE + u64::from(bytes) * (n + u64::from(self.rx.place() & 0x3f)) % 0x5_0000;
            self.guest.offer(&mut self.rx, &[(at, bytes, true)], false);
        }
    }

    /// Sends a frame with a header; `cut` says where its memory is in two pieces.
    fn send_with(&mut self, header: [u8; 12], frame: &[u8], cut: u32) {
        let bytes = [&header[..], frame].concat();
        self.guest.put(SEND, &bytes);
        let len = bytes.len() as u32;
        let pieces = [(SEND, cut, false), (SEND + u64::from(cut), len - cut, false)];
        self.guest.offer(&mut self.tx, &pieces, false);
        self.guest.kick(&self.tx);
        assert!(self.guest.take(&mut self.tx).is_some(), "{}", self.guest.dev.info());
    }

    fn send(&mut self, to: [u8; 6], text: &[u8]) {
        let frame = [&to[..], &self.mac, &[0x88, 0xb5], text].concat();
        self.send_with([0; 12], &frame, 12);
    }

    /// A frame that was received, in one buffer: header and bytes.
    fn received(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (id, len) = self.guest.take(&mut self.rx)?;
        let bytes = self.guest.get(self.at(id), len as usize);
        Some((bytes[..12].to_vec(), bytes[12..].to_vec()))
    }

    /// Where buffer `id` lies.
    fn at(&self, id: u16) -> u64 {
        assert!(!self.rx.packed, "a packed ring forgets");
        let [table, ..] = self.rx.areas();
        u64::from_le_bytes(self.guest.get(table + 16 * u64::from(id), 8).try_into().unwrap())
    }

    /// Carries out a command; whether it is taken.
    fn command(&mut self, class: u8, command: u8, data: &[u8]) -> bool {
        self.guest.put(COMMAND, &[&[class, command], data, &[0xff]].concat());
        let len = data.len() as u32;
        let end = COMMAND + 2 + u64::from(len);
        let pieces = [(COMMAND, 2, false), (COMMAND + 2, len, false), (end, 1, true)];
        self.guest.offer(&mut self.control, &pieces, false);
        self.guest.kick(&self.control);
        assert!(self.guest.take(&mut self.control).is_some(), "{}", self.guest.dev.info());
        self.guest.get(end, 1) == [0]
    }

    fn fails(&self) -> bool {
        self.guest.r(0x70) & 64 != 0
    }
}

fn start(guest: &Guest, features: u64) -> (Ring, Ring, Ring) {
    assert!(guest.agree(features | 1 << 32), "{:#x} of {:#x}", features, guest.offered());
    let [rx, tx, control] = [0, 1, 2].map(|queue| guest.add_ring(queue, features, 64));
    guest.w(0x70, 15);
    assert_eq!(guest.r(0x70), 15);
    (rx, tx, control)
}

#[test]
fn frames_pass_between_guests_in_all_formats() {
    for features in [0, EVENT_INDEX, PACKED, PACKED | EVENT_INDEX | INDIRECT] {
        let lan = switch();
        let mut sender = Station::new(&lan, 1, features, "");
        let mut receiver = Station::new(&lan, 2, 0, "");
        receiver.buffers(10, 2048);
        for (n, size) in [0, 46, 1500].into_iter().enumerate() {
            let text: Vec<u8> = (0..size).map(|n| n as u8).collect();
            sender.send(mac(2), &text);
            let (header, frame) = receiver.received().unwrap();
            assert_eq!(header, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
            assert_eq!(frame, [&mac(2)[..], &mac(1), &[0x88, 0xb5], &text].concat());
            assert_eq!(receiver.guest.interrupt(), 1, "{n}");
        }
        // Pieces may be cut anywhere, the header too.
        for cut in [1, 11, 13, 18, 24, 26, 30] {
            let frame = [&mac(2)[..], &mac(1), &[8, 0], b"some text"].concat();
            sender.send_with([0; 12], &frame, cut);
            assert_eq!(receiver.received().unwrap().1, frame, "{cut}");
        }
        assert!(receiver.received().is_none());
        let info = sender.guest.dev.info();
        assert!(info.contains("02:00:00:00:00:01") && info.contains("10 frames sent"), "{info}");
    }
}

#[test]
fn all_that_was_put_in_the_ring_is_sent_by_one_notification() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let mut receiver = Station::new(&lan, 2, 0, "");
    // More than one notification carries out.
    for round in 0..2 {
        receiver.buffers(64, 256);
        let bytes = [&[0; 12][..], &mac(2), &mac(1), &[8, 0, round]].concat();
        sender.guest.put(SEND, &bytes);
        for _ in 0..64 {
            sender.guest.offer(&mut sender.tx, &[(SEND, bytes.len() as u32, false)], false);
        }
        sender.guest.kick(&sender.tx);
        let count = core::iter::from_fn(|| receiver.received()).count();
        assert_eq!(count, 64);
        while sender.guest.take(&mut sender.tx).is_some() {}
    }
}

#[test]
fn buffers_are_merged_and_none_is_lost() {
    for features in [MERGE, MERGE | PACKED] {
        let lan = switch();
        let mut sender = Station::new(&lan, 1, 0, "");
        let mut receiver = Station::new(&lan, 2, features, "");
        let text: Vec<u8> = (0..1000u32).map(|n| n as u8).collect();
        // Too few: they stay for the next frame.
        receiver.buffers(3, 256);
        sender.send(mac(2), &text);
        assert!(receiver.guest.take(&mut receiver.rx).is_none());
        assert!(receiver.guest.dev.info().contains("1 lost"), "{}", receiver.guest.dev.info());
        receiver.buffers(3, 256);
        sender.send(mac(2), &text);
        let answers: Vec<_> = core::iter::from_fn(|| receiver.guest.take(&mut receiver.rx)).collect();
        let lengths: Vec<u32> = answers.iter().map(|&(_, len)| len).collect();
        assert_eq!(lengths, [256, 256, 256, 256, 2]);
        if features & PACKED == 0 {
            let all: Vec<u8> = answers
                .iter()
                .flat_map(|&(id, len)| receiver.guest.get(receiver.at(id), len as usize))
                .collect();
            assert_eq!(all[10..12], [5, 0]);
            assert_eq!(all[26..], text);
        }
        sender.send(mac(2), b"short");
        assert_eq!(receiver.guest.take(&mut receiver.rx).map(|(_, len)| len), Some(12 + 14 + 5));
    }
}

#[test]
fn a_frame_that_does_not_fit_leaves_the_buffer() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let mut receiver = Station::new(&lan, 2, 0, "");
    receiver.buffers(1, 100);
    sender.send(mac(2), &[7; 75]);
    assert!(receiver.received().is_none());
    assert!(receiver.guest.dev.info().contains("1 that did not fit"));
    sender.send(mac(2), &[7; 74]);
    assert_eq!(receiver.received().unwrap().1.len(), 88);
}

#[test]
fn what_the_receiver_cannot_finish_is_finished() {
    // UDP over IPv4, its checksum that of the pseudo header.
    let mut frame = [&mac(2)[..], &mac(1), &[8, 0]].concat();
    frame.extend([0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend([0, 1, 0, 2, 0, 12, 0x14, 0x20, 1, 2, 3, 4]);
    let header = [1, 0, 0, 0, 0, 0, 34, 0, 6, 0, 0, 0];
    for (features, flags) in [(GUEST_CSUM, 1), (0, 0)] {
        let lan = switch();
        let mut sender = Station::new(&lan, 1, CSUM, "");
        let mut receiver = Station::new(&lan, 2, features, "");
        receiver.buffers(2, 2048);
        sender.send_with(header, &frame, 12);
        let (got, bytes) = receiver.received().unwrap();
        assert_eq!(got[0], flags);
        if flags == 1 {
            assert_eq!((&got[6..10], &bytes), (&header[6..10], &frame));
        } else {
            assert_ne!(bytes[40..42], frame[40..42]);
            assert_eq!((&bytes[..40], &bytes[42..]), (&frame[..40], &frame[42..]));
        }
        // What cannot be is lost, and nothing else happens.
        for wrong in [
            [1, 0, 0, 0, 0, 0, 3, 0, 6, 0, 0, 0],
            [1, 9, 0, 0, 0, 0, 34, 0, 6, 0, 0, 0],
            [1, 1, 0, 0, 0, 0, 34, 0, 6, 0, 0, 0],
            [0, 1, 0, 0, 5, 0, 34, 0, 6, 0, 0, 0],
        ] {
            sender.send_with(wrong, &frame, 12);
        }
        assert!(receiver.received().is_none() && !sender.fails());
    }
}

#[test]
fn drivers_choose_what_they_receive() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let mut receiver =
        Station::new(&lan, 2, CTRL | CTRL_VLAN | GUEST_CSUM | GUEST_TSO4 | 1 << 2 | 1 << 23, "");
    receiver.buffers(60, 256);
    let sender = &mut sender;
    let gets = |sender: &mut Station, receiver: &mut Station, to: [u8; 6]| {
        sender.send(to, b"");
        receiver.received().is_some()
    };
    let (group, all) = ([1, 0, 0x5e, 0, 0, 9], [0xff; 6]);
    assert!(gets(sender, &mut receiver, mac(9)), "promiscuous at first");
    assert!(receiver.command(0, 0, &[0]));
    assert!(!gets(sender, &mut receiver, mac(9)) && gets(sender, &mut receiver, mac(2)));
    assert!(gets(sender, &mut receiver, all) && !gets(sender, &mut receiver, group));
    assert!(receiver.command(0, 1, &[1]) && gets(sender, &mut receiver, group));
    assert!(receiver.command(0, 1, &[0]) && receiver.command(0, 5, &[1]));
    assert!(!gets(sender, &mut receiver, all) && receiver.command(0, 5, &[0]));
    // Tables.
    let table = [&[1, 0, 0, 0][..], &mac(9), &[1, 0, 0, 0], &group].concat();
    assert!(receiver.command(1, 0, &table));
    assert!(
        gets(sender, &mut receiver, mac(9))
            && gets(sender, &mut receiver, group)
            && !gets(sender, &mut receiver, mac(8))
    );
    let many = [&200u32.to_le_bytes()[..], &[2; 1200], &[0; 4]].concat();
    assert!(receiver.command(1, 0, &many) && gets(sender, &mut receiver, mac(8)), "too many: all pass");
    assert!(!receiver.command(1, 0, &[255, 255, 255, 255, 1, 2, 3]));
    assert!(receiver.command(1, 0, &[0; 8]));
    // Its own address.
    assert!(
        receiver.command(1, 1, &mac(7))
            && gets(sender, &mut receiver, mac(7))
            && !gets(sender, &mut receiver, mac(2))
    );
    assert!(!receiver.command(1, 1, &all) && !receiver.command(1, 1, &[1, 2]));
    // VLANs.
    let tagged = [&mac(7)[..], &mac(1), &[0x81, 0, 0, 5, 8, 0]].concat();
    sender.send_with([0; 12], &tagged, 12);
    assert!(receiver.received().is_none());
    assert!(receiver.command(2, 0, &[5, 0]) && !receiver.command(2, 0, &[0, 0x10]));
    sender.send_with([0; 12], &tagged, 12);
    assert_eq!(receiver.received().unwrap().1, tagged);
    assert!(receiver.command(2, 1, &[5, 0]));
    sender.send_with([0; 12], &tagged, 12);
    assert!(receiver.received().is_none());
    // Offloads, and what there is not.
    assert!(receiver.command(5, 0, &GUEST_CSUM.to_le_bytes()));
    assert!(
        !receiver.command(5, 0, &GUEST_TSO4.to_le_bytes())
            && !receiver.command(5, 0, &u64::MAX.to_le_bytes())
    );
    assert!(!receiver.command(4, 0, &[1, 0]), "one pair of queues");
    assert!(!receiver.command(0, 77, &[1]) && !receiver.command(99, 0, &[]) && !receiver.fails());
    // A command without an end breaks the rules.
    receiver.guest.offer(&mut receiver.control, &[(COMMAND, 3, false)], false);
    receiver.guest.kick(&receiver.control);
    assert!(receiver.fails());
    assert!(!gets(sender, &mut receiver, mac(7)));
}

#[test]
fn an_address_that_is_fixed_stays() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, CTRL, "ferrovisor,fixed-mac; ferrovisor,mtu = <1400>;");
    let mut receiver = Station::new(&lan, 2, 0, "");
    receiver.buffers(9, 256);
    assert!(!sender.command(1, 1, &mac(5)));
    sender.mac = mac(5);
    sender.send(mac(2), b"not me");
    assert!(receiver.received().is_none());
    sender.mac = mac(1);
    sender.send(mac(2), b"me");
    assert!(receiver.received().is_some());
    assert_eq!(sender.guest.r(0x100), 0x0000_0002);
    assert_eq!((sender.guest.r(0x104), sender.guest.r(0x108)), (0x0001_0100, 1400 << 16 | 1));
}

#[test]
fn queue_pairs_are_used_as_the_driver_says() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let text = format!(
        "ferrovisor,device = \"net\"; ferrovisor,switch = \"{lan}\"; ferrovisor,queues = <3>; ferrovisor,mac = [02 00 00 00 00 02];"
    );
    let guest = Guest::try_new(&text).unwrap();
    assert!(guest.offered() & 1 << 22 != 0);
    assert!(guest.agree(CTRL | 1 << 22 | 1 << 32));
    let mut rings = [0, 2].map(|queue| guest.add_ring(queue, 0, 16));
    let mut control = guest.add_ring(6, 0, 16);
    guest.w(0x70, 15);
    let mut command = |pairs: u16| {
        let [low, high] = pairs.to_le_bytes();
        guest.put(COMMAND, &[4, 0, low, high, 9]);
        guest.offer(&mut control, &[(COMMAND, 4, false), (COMMAND + 4, 1, true)], false);
        guest.kick(&control);
        assert!(guest.take(&mut control).is_some());
        guest.get(COMMAND + 4, 1) == [0]
    };
    assert!(!command(0) && !command(4) && command(2));
    for ring in &mut rings {
        for n in 0..16 {
            guest.offer(ring, &[(RECEIVE + 256 * n, 256, true)], false);
        }
    }
    // Flows differ by the last of the bytes that count.
    for flow in 0..16 {
        let mut text = [0; 26];
        text[23] = flow;
        sender.send(mac(2), &text);
    }
    let counts = rings.iter_mut().map(|ring| core::iter::from_fn(|| guest.take(ring)).count());
    let counts: Vec<usize> = counts.collect();
    assert!(counts.iter().all(|&count| count > 0) && counts.iter().sum::<usize>() == 16, "{counts:?}");
}

#[test]
fn one_that_is_reset_or_gone_gets_nothing() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let mut receiver = Station::new(&lan, 2, 0, "");
    receiver.buffers(4, 256);
    receiver.guest.w(0x70, 0);
    sender.send(mac(2), b"text");
    assert_eq!(receiver.guest.r(0x60), 0);
    let rings = start(&receiver.guest, 0);
    (receiver.rx, receiver.tx, receiver.control) = rings;
    receiver.buffers(4, 256);
    sender.send(mac(2), b"text");
    assert!(receiver.received().is_some());
    receiver.guest.dev.stop();
    sender.send(mac(2), b"text");
    assert!(receiver.received().is_none());
    assert!(
        !io::net::find(&lan).unwrap().ports().iter().any(|port| port.name().contains(&receiver.guest.name))
    );
    // Its name is free again.
    assert_eq!(io::net::find(&lan).unwrap().ports().len(), 1);
}

#[test]
fn frames_without_a_header_break_the_rules() {
    let lan = switch();
    let mut sender = Station::new(&lan, 1, 0, "");
    let mut receiver = Station::new(&lan, 2, 0, "");
    receiver.buffers(1, 11);
    sender.send(mac(2), b"text");
    assert!(receiver.fails() && !sender.fails());
    // Too short or too long is lost.
    sender.send_with([0; 12], &[0; 13], 12);
    assert!(!sender.fails());
    sender.guest.offer(&mut sender.tx, &[(SEND, 11, false)], false);
    sender.guest.kick(&sender.tx);
    assert!(sender.fails());
}

#[test]
fn nodes_that_cannot_be_are_explained() {
    let error = |options: &str| {
        let text = format!("ferrovisor,device = \"net\"; {options}");
        Guest::try_new(&text).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let lan = switch();
    let on = |options: &str| error(&format!("ferrovisor,switch = \"{lan}\"; {options}"));
    assert!(error("").contains("'ferrovisor,switch'"));
    assert!(on("ferrovisor,mac = [01 00 00 00 00 01];").contains("six bytes"));
    assert!(on("ferrovisor,mac = [02 00 00 00 01];").contains("5 bytes"));
    assert!(on("ferrovisor,vlan = <4095>;").contains("4094"));
    assert!(on("ferrovisor,trunk = <10 9>;").contains("FIRST LAST"));
    assert!(on("ferrovisor,trunk = <10>;").contains("FIRST LAST"));
    assert!(on("ferrovisor,mtu = <67>;").contains("65535"));
    assert!(on("ferrovisor,queues = <5>;").contains("from 1 to 4"));
    assert!(on("ferrovisor,serial = \"x\";").contains("virtio net"));
    assert_eq!(on("ferrovisor,trunk = <10 19 30 30>; ferrovisor,vlan = <1>; ferrovisor,isolated;"), "");
}
