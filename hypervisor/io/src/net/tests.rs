// SPDX-License-Identifier: GPL-2.0-only
use super::frame::{Bytes, Pieces};
use super::limit::Rate;
use super::offload::{Features, Offload};
use super::port::{Delivery, Dropped, PortConfig, Statistics};
use super::switch::Mirror;
use super::vlan::Vlans;
use super::{Endpoint, Frame, Mac, Port, Switch};
use crate::Error;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::SeqCst;
use kernel::mm::segment::Buffer;
use std::sync::{Arc, Mutex};

/// A receiver that keeps what it gets.
#[derive(Default)]
pub(super) struct Sink {
    frames: Mutex<Vec<Vec<u8>>>,
    full: AtomicBool,
    pub features: u8,
}

impl Sink {
    pub fn taking(features: Features) -> Self {
        Sink { features: features.bits(), ..Sink::default() }
    }
    pub fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.frames.lock().unwrap())
    }
}

impl Endpoint for Sink {
    fn deliver(&self, frame: &Frame<'_>) -> Delivery {
        if self.full.load(SeqCst) {
            return Delivery::NoRoom;
        }
        let mut bytes = vec![0; frame.len()];
        assert_eq!(frame.read(0, &mut bytes), bytes.len());
        self.frames.lock().unwrap().push(bytes);
        Delivery::Taken
    }
    fn features(&self) -> Features {
        Features::from_bits_truncate(self.features)
    }
}

fn mac(n: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, n])
}

/// A frame of type 0x88b5 (local experiments), with a text, in a VLAN or not.
fn frame(to: Mac, from: Mac, vid: Option<u16>, text: &str) -> Vec<u8> {
    let tag = vid.map(|vid| [0x81, 0, (vid >> 8) as u8 | 0x60, vid as u8]);
    [&to.0[..], &from.0, tag.as_ref().map_or(&[], |tag| &tag[..]), &[0x88, 0xb5], text.as_bytes()].concat()
}

struct Net {
    switch: Switch,
    ports: Vec<(Arc<Port>, Arc<Sink>)>,
}

impl Net {
    fn new() -> Self {
        Net { switch: Switch::new("test"), ports: Vec::new() }
    }

    /// Ports that do not look at tags.
    fn plain(count: usize) -> Self {
        let mut net = Net::new();
        (0..count).for_each(|_| net.add(|_| ()));
        net
    }

    fn add(&mut self, change: impl FnOnce(&mut PortConfig)) {
        let mut config = PortConfig::new(&format!("p{}", self.ports.len()));
        change(&mut config);
        let sink = Arc::new(Sink::default());
        let port = self.switch.attach(config, sink.clone()).unwrap();
        self.ports.push((port, sink));
    }

    /// Sends bytes by a port; the ports that get them, with the number of bytes.
    fn send(&self, port: usize, bytes: &[u8]) -> Vec<(usize, usize)> {
        let frame = Frame::new(Bytes::Own(bytes), Offload::default()).unwrap();
        let count = self.switch.transmit(&self.ports[port].0, &frame);
        let reached = self.reached();
        // A receiver without room is handed the frame, too.
        assert!(reached.len() <= count && count < 64);
        reached.into_iter().map(|(port, bytes)| (port, bytes.len())).collect()
    }

    fn reached(&self) -> Vec<(usize, Vec<u8>)> {
        let sinks = self.ports.iter().enumerate();
        sinks.flat_map(|(n, (_, sink))| sink.take().into_iter().map(move |bytes| (n, bytes))).collect()
    }

    /// The ports that get a frame of port `from`'s station to `to`.
    fn to(&self, from: usize, to: Mac) -> Vec<usize> {
        let sent = self.send(from, &frame(to, mac(from as u8), None, "text"));
        sent.into_iter().map(|(port, _)| port).collect()
    }

    fn statistics(&self, port: usize) -> Statistics {
        self.ports[port].0.statistics()
    }

    fn dropped(&self, port: usize, why: Dropped) -> u64 {
        self.statistics(port).dropped[why as usize]
    }
}

#[test]
fn stations_are_learnt_and_frames_sent_where_they_are() {
    let net = Net::plain(4);
    assert_eq!(net.to(0, mac(1)), [1, 2, 3], "nobody knows it");
    assert_eq!(net.to(1, mac(0)), [0]);
    assert_eq!(net.to(0, mac(1)), [1]);
    assert_eq!(net.to(2, Mac::BROADCAST), [0, 1, 3]);
    assert_eq!(net.to(2, mac(2)), [] as [usize; 0], "to itself");
    // It moves.
    assert_eq!(net.send(3, &frame(mac(0), mac(1), None, "")), [(0, 14)]);
    assert_eq!(net.to(0, mac(1)), [3]);
    assert_eq!(net.switch.stations().len(), 3);
    let counts = net.statistics(0);
    assert_eq!((counts.frames_in, counts.bytes_in, counts.groups_in), (3, 54, 0));
    assert_eq!((counts.frames_out, counts.bytes_out), (3, 18 + 18 + 14));
    assert_eq!(net.statistics(2).groups_in, 1);
    assert_eq!(net.switch.forget_stations(), 3);
    assert_eq!(net.to(0, mac(1)), [1, 2, 3]);
}

#[test]
fn a_port_that_goes_takes_its_stations_along() {
    let mut net = Net::plain(3);
    net.to(1, mac(0));
    assert_eq!(net.to(0, mac(1)), [1]);
    net.switch.detach(&net.ports[1].0);
    net.switch.detach(&net.ports[1].0);
    assert_eq!(net.to(0, mac(1)), [2]);
    assert_eq!(net.to(1, mac(0)), [] as [usize; 0], "from one that is gone");
    // Its place is another's, of which the old one is not part.
    net.ports.remove(1);
    net.add(|config| config.name = "new".into());
    assert_eq!(net.ports[2].0.index(), 1);
    assert_eq!(net.to(0, mac(9)), [1, 2]);
    let ports: Vec<_> = net.switch.ports().iter().map(|port| port.name().to_owned()).collect();
    assert_eq!(ports, ["p0", "new", "p2"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let mut net = Net::plain(1);
    let refuse = |config: PortConfig| match net.switch.attach(config, Arc::new(Sink::default())) {
        Err(Error::Port { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert!(refuse(PortConfig::new("p0")).contains("name"));
    let with = |vlans| PortConfig { vlans, ..PortConfig::new("x") };
    assert!(refuse(with(Vlans::Access(0))).contains("4094"));
    assert!(refuse(with(Vlans::Trunk { tagged: vec![1..=4095], native: None })).contains("4094"));
    assert!(refuse(PortConfig { station: Some(Mac::BROADCAST), ..PortConfig::new("x") }).contains("group"));
    (1..64).for_each(|_| net.add(|_| ()));
    assert_eq!(net.to(63, Mac::BROADCAST).len(), 63);
    match net.switch.attach(PortConfig::new("x"), Arc::new(Sink::default())) {
        Err(error @ Error::Port { .. }) => assert!(error.to_string().contains("64"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert!(net.switch.set_station(&net.ports[0].0, Mac::BROADCAST, 0).is_err());
}

#[test]
fn frames_that_are_none_are_dropped() {
    let net = Net::plain(2);
    assert!(Frame::new(Bytes::Own(&[0; 13]), Offload::default()).is_none());
    assert!(Frame::new(Bytes::Own(&frame(mac(1), mac(0), Some(5), "")[..17]), Offload::default()).is_none());
    assert!(Frame::new(Bytes::Own(&vec![0; 65_554]), Offload::default()).is_none());
    assert_eq!(net.send(0, &frame(mac(1), Mac::BROADCAST, None, "")), []);
    assert_eq!(net.send(0, &frame(mac(1), Mac([0; 6]), None, "")), []);
    assert_eq!(net.send(0, &frame(Mac([1, 0x80, 0xc2, 0, 0, 1]), mac(0), None, "pause")), []);
    assert_eq!(net.dropped(0, Dropped::Malformed), 3);
    assert_eq!(net.switch.stations(), []);
}

#[test]
fn vlans_keep_to_themselves() {
    let mut net = Net::new();
    net.add(|config| config.vlans = Vlans::Access(10));
    net.add(|config| config.vlans = Vlans::Access(10));
    net.add(|config| config.vlans = Vlans::Access(20));
    net.add(|config| config.vlans = Vlans::Trunk { tagged: vec![10..=19, 30..=30], native: Some(20) });
    // Untagged at an access port, tagged at the trunk.
    assert_eq!(net.send(0, &frame(Mac::BROADCAST, mac(0), None, "x")), [(1, 15), (3, 19)]);
    assert_eq!(net.send(2, &frame(Mac::BROADCAST, mac(2), None, "x")), [(3, 15)], "its native VLAN");
    assert_eq!(net.send(3, &frame(Mac::BROADCAST, mac(3), Some(10), "x")), [(0, 15), (1, 15)]);
    assert_eq!(net.send(3, &frame(Mac::BROADCAST, mac(3), None, "x")), [(2, 15)]);
    // The same station in two VLANs is two.
    assert_eq!(net.send(0, &frame(mac(3), mac(0), None, "x")), [(3, 19)]);
    assert_eq!(net.send(2, &frame(mac(3), mac(2), None, "x")), [(3, 15)]);
    assert_eq!(net.send(0, &frame(mac(2), mac(0), None, "x")), [(1, 15), (3, 19)], "unknown in this VLAN");
    // What does not belong to the port.
    assert_eq!(net.send(3, &frame(Mac::BROADCAST, mac(3), Some(40), "x")), []);
    assert_eq!(net.send(0, &frame(Mac::BROADCAST, mac(0), Some(10), "x")), []);
    assert_eq!((net.dropped(3, Dropped::Vlan), net.dropped(0, Dropped::Vlan)), (1, 1));
    // A tag of VLAN 0 is a priority, which is kept.
    let bytes = frame(Mac::BROADCAST, mac(0), Some(0), "prio");
    let sent = Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap();
    net.switch.transmit(&net.ports[0].0, &sent);
    let reached = net.reached();
    assert_eq!(reached[0], (1, frame(Mac::BROADCAST, mac(0), None, "prio")));
    assert_eq!(reached[1], (3, frame(Mac::BROADCAST, mac(0), Some(10), "prio")), "priority 3");
}

#[test]
fn tags_pass_where_nobody_looks_at_them() {
    let net = Net::plain(2);
    let bytes = frame(mac(1), mac(0), Some(77), "text");
    net.switch.transmit(&net.ports[0].0, &Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap());
    assert_eq!(net.reached(), [(1, bytes)]);
}

#[test]
fn isolated_ports_do_not_meet() {
    let mut net = Net::new();
    net.add(|config| config.isolated = true);
    net.add(|config| config.isolated = true);
    net.add(|_| ());
    assert_eq!(net.to(0, Mac::BROADCAST), [2]);
    assert_eq!(net.to(1, mac(0)), [] as [usize; 0]);
    assert_eq!(net.to(2, mac(0)), [0]);
    assert_eq!(net.to(0, mac(2)), [2]);
}

#[test]
fn a_port_has_its_station_and_no_other() {
    let mut net = Net::new();
    net.add(|config| config.station = Some(mac(0)));
    net.add(|config| config.flood = false);
    net.add(|_| ());
    assert_eq!(net.to(0, mac(9)), [2], "unknown stations are not flooded to 1");
    assert_eq!(net.to(0, Mac::BROADCAST), [1, 2]);
    assert_eq!(net.send(0, &frame(mac(2), mac(7), None, "")), []);
    assert_eq!(net.dropped(0, Dropped::Station), 1);
    // One that was set cannot be taken over.
    net.switch.set_station(&net.ports[2].0, mac(5), 0).unwrap();
    assert_eq!(net.send(1, &frame(mac(0), mac(5), None, "")), []);
    assert_eq!(net.dropped(1, Dropped::Station), 1);
    assert_eq!(net.to(1, mac(5)), [2]);
}

#[test]
fn rates_are_held() {
    let mut net = Net::new();
    let rate = |per_second, burst| Some(Rate { per_second, burst });
    net.add(|config| config.ingress = rate(1, 40));
    net.add(|config| config.storm = rate(1, 1));
    net.add(|config| config.egress = rate(1, 20));
    // Time goes on, but not by a second for a byte: a burst passes, and the frame that begins in it.
    let count = |from, to| (0..9).map(|_| net.to(from, to).len()).sum::<usize>();
    net.to(1, mac(9));
    net.to(2, mac(9));
    assert_eq!(count(0, mac(1)), 3);
    assert_eq!(net.dropped(0, Dropped::Rate), 6);
    assert_eq!(count(1, Mac::BROADCAST), 2, "one to each other port");
    assert_eq!(net.dropped(1, Dropped::Storm), 8);
    assert_eq!(count(1, mac(2)), 0, "what was flooded used it up");
    assert!(net.dropped(2, Dropped::Rate) >= 8);
}

#[test]
fn a_mirror_sees_copies_and_nothing_else() {
    let mut net = Net::new();
    net.add(|config| config.vlans = Vlans::Access(10));
    net.add(|config| config.vlans = Vlans::Access(10));
    net.add(|config| config.vlans = Vlans::Access(20));
    net.add(|config| config.vlans = Vlans::Trunk { tagged: vec![1..=4094], native: None });
    let mirror = |of: &[&str], incoming, outgoing| Mirror {
        to: "p3".into(),
        of: of.iter().map(|&name| name.into()).collect(),
        incoming,
        outgoing,
    };
    let set = |m: &Mirror| net.switch.set_mirror(Some(m));
    set(&mirror(&["p1"], true, false)).unwrap();
    assert_eq!(net.switch.mirror(), Some(mirror(&["p1"], true, false)));
    assert_eq!(net.to(0, Mac::BROADCAST), [1]);
    let sent = net.send(1, &frame(mac(0), mac(1), None, "x"));
    assert_eq!(sent, [(0, 15), (3, 19)], "with its VLAN");
    set(&mirror(&["p1"], false, true)).unwrap();
    assert_eq!(net.to(0, Mac::BROADCAST), [1, 3]);
    assert_eq!(net.to(1, Mac::BROADCAST), [0]);
    set(&mirror(&[], true, true)).unwrap();
    assert_eq!(net.switch.mirror(), Some(mirror(&[], true, true)));
    assert_eq!(net.to(2, Mac::BROADCAST), [3]);
    for wrong in [mirror(&["p9"], true, true), mirror(&["p3"], true, true)] {
        assert!(set(&wrong).is_err());
    }
    net.switch.set_mirror(None).unwrap();
    assert_eq!(net.to(2, Mac::BROADCAST), [3], "a port like others again");
    set(&mirror(&[], true, true)).unwrap();
    net.switch.detach(&net.ports[3].0);
    assert_eq!(net.switch.mirror(), None);
}

#[test]
fn a_receiver_without_room_loses_frames() {
    let net = Net::plain(2);
    net.ports[1].1.full.store(true, SeqCst);
    assert_eq!(net.to(0, mac(1)), [] as [usize; 0]);
    assert_eq!(net.dropped(1, Dropped::NoRoom), 1);
    assert_eq!(net.statistics(1).frames_out, 0);
}

/// Every way to cut a frame in pieces, at the sender and at the receiver, gives the same bytes.
#[test]
fn frames_in_pieces_are_the_same() {
    let buffer = Buffer::new(4096).unwrap();
    let text: String = (0..100).map(|n| char::from(b'a' + n % 26)).collect();
    for (vid, left) in [(None, None), (None, Some(7)), (Some(5), None), (Some(5), Some(7))] {
        let bytes = frame(mac(1), mac(0), vid, &text);
        let prio = if vid.is_some() { 0x6000 } else { 0 };
        let mut expected = frame(mac(1), mac(0), left, &text);
        if let Some(vid) = left {
            expected[14..16].copy_from_slice(&(prio | vid).to_be_bytes());
        }
        buffer.write(0, &bytes);
        for cut in 1..bytes.len() {
            let parts =
                [buffer.segment(0, cut), buffer.segment(cut, 0), buffer.segment(cut, bytes.len() - cut)];
            let parts = Pieces(&parts);
            let frame = Frame::new(Bytes::Shared(&parts), Offload::default()).unwrap().with_vid(left);
            assert_eq!(frame.len(), expected.len());
            let (first, second) = (buffer.segment(1000, cut), buffer.segment(2000, 500));
            let done = frame.copy_to(0, &first, 0, 500);
            assert_eq!(done, cut.min(expected.len()));
            let rest = frame.copy_to(done, &second, 3, 500);
            assert_eq!(done + rest, expected.len());
            let mut back = vec![0; expected.len()];
            buffer.read(1000, &mut back[..done]);
            buffer.read(2003, &mut back[done..]);
            assert_eq!(back, expected, "cut at {cut}, {vid:?} to {left:?}");
            let mut tail = vec![0; 400];
            let count = frame.read(cut, &mut tail);
            assert_eq!(tail[..count], expected[cut.min(expected.len())..]);
        }
    }
}

/// The sender cannot change where a frame goes once that is decided, nor make the copy run over.
#[test]
fn memory_that_changes_changes_no_addresses() {
    let buffer = Buffer::new(4096).unwrap();
    buffer.write(0, &frame(mac(1), mac(0), None, "text"));
    let parts = [buffer.segment(0, 18)];
    let parts = Pieces(&parts);
    let sent = Frame::new(Bytes::Shared(&parts), Offload::default()).unwrap();
    buffer.write(0, &[0xff; 18]);
    let mut back = vec![0; 18];
    sent.read(0, &mut back);
    assert_eq!(back[..12], frame(mac(1), mac(0), None, "")[..12]);
    assert_eq!(sent.copy_to(18, &buffer.segment(100, 50), 0, 50), 0);
    assert_eq!(sent.copy_to(0, &buffer.segment(100, 5), 9, 5), 0);
}

/// What is remembered of flows changes nothing: they end when a station moves, is heard elsewhere first, is forgotten or goes, and
/// when a mirror comes.
#[test]
fn remembered_flows_follow_what_changes() {
    let mut net = Net::plain(2);
    let known = |net: &Net| {
        for _ in 0..3 {
            assert_eq!(net.to(0, mac(1)), [1]);
        }
    };
    // Nobody knows the receiver: the only other port.
    known(&net);
    net.add(|_| ());
    assert_eq!(net.to(0, mac(1)), [1, 2], "a port has come");
    assert_eq!(net.to(1, mac(0)), [0]);
    known(&net);
    assert_eq!(net.send(2, &frame(mac(0), mac(1), None, "")), [(0, 14)]);
    for _ in 0..2 {
        assert_eq!(net.to(0, mac(1)), [2], "it moved");
    }
    net.switch.forget_stations();
    assert_eq!(net.to(0, mac(1)), [1, 2]);
    assert_eq!(net.to(1, mac(0)), [0]);
    known(&net);
    let mirror = Mirror { to: "p2".into(), of: Vec::new(), incoming: true, outgoing: false };
    net.switch.set_mirror(Some(&mirror)).unwrap();
    assert_eq!(net.to(0, mac(1)), [1, 2]);
    net.switch.set_mirror(None).unwrap();
    known(&net);
    let in_before = net.statistics(0).frames_in;
    known(&net);
    assert_eq!(net.statistics(0).frames_in, in_before + 3, "they are counted");
    net.switch.detach(&net.ports[1].0);
    assert_eq!(net.to(0, mac(1)), [2]);
    // Of an unknown receiver with one port to go to, until it is heard somewhere.
    let net = Net::plain(3);
    net.switch.detach(&net.ports[2].0);
    known(&net);
    let mut net = net;
    net.add(|_| ());
    assert_eq!(net.to(0, mac(9)), [1, 3]);
}

/// A frame in one run goes behind a header at once, and is the same as piece by piece.
#[test]
fn frames_in_one_run_are_put_behind_a_header() {
    let buffer = Buffer::new(8192).unwrap();
    let bytes = frame(mac(1), mac(2), None, "some text of a frame that is put");
    buffer.write(100, &bytes);
    let parts = [buffer.segment(100, bytes.len())];
    let parts = Pieces(&parts);
    let sent = Frame::new(Bytes::Shared(&parts), Offload::default()).unwrap();
    let to = buffer.segment(4096, 12 + bytes.len());
    assert!(!sent.put((0, 0), &to, 1), "no room for the last byte");
    assert!(sent.put((0x0807_0605_0403_0201, 0x0c0b_0a09), &to, 0));
    let mut back = vec![0; 12 + bytes.len()];
    to.read(0, &mut back);
    assert_eq!(back[..12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(back[12..], bytes);
    let cut = [buffer.segment(100, 20), buffer.segment(120, bytes.len() - 20)];
    let cut = Pieces(&cut);
    assert!(!Frame::new(Bytes::Shared(&cut), Offload::default()).unwrap().put((0, 0), &to, 0));
    assert!(!sent.with_vid(Some(5)).put((0, 0), &to, 0), "a tag");
    assert!(!Frame::new(Bytes::Own(&bytes), Offload::default()).unwrap().put((0, 0), &to, 0));
}
