// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the console device.

use super::device::feature::{EVENT_INDEX, PACKED, VERSION_1};
use super::testing::{DATA, Guest, Ring};
use io::serial;

const ONE: &str = "ferrovisor,device = \"console\"; ferrovisor,packed;";
const THREE: &str = "ferrovisor,device = \"console\"; ferrovisor,ports = <3>; ferrovisor,console = \"c\";";

/// Sends output.
fn send(guest: &Guest, ring: &mut Ring, text: &[u8]) {
    guest.put(DATA, text);
    guest.offer(ring, &[(DATA, text.len() as u32, false)], false);
    guest.kick(ring);
    assert!(guest.take(ring).is_some());
}

#[test]
fn output_and_input_of_one_port() {
    for features in [0, EVENT_INDEX, PACKED | EVENT_INDEX] {
        let guest = Guest::try_new(ONE).unwrap();
        assert_eq!((guest.r(8), guest.r(0x100), guest.offered() & 7), (3, 24 << 16 | 80, 5));
        assert!(guest.agree(features | VERSION_1));
        let mut rings = [0, 1].map(|queue| guest.add_ring(queue, features, 8));
        guest.w(0x70, 15);
        let [input, output] = &mut rings;
        let port = serial::find(&format!("{}/disk0", guest.name)).unwrap();
        send(&guest, output, b"hello");
        let long: Vec<u8> = (0..10_000).map(|n| b'a' + (n % 26) as u8).collect();
        send(&guest, output, &long);
        assert!(port.scrollback().ends_with(&[b"hello", &long[..]].concat()));
        guest.interrupt();
        // What is typed before there is a buffer waits.
        assert_eq!(port.input(b"abcdef"), 6);
        assert_eq!(guest.interrupt(), 0);
        guest.offer(input, &[(DATA, 2, true), (DATA + 0x10, 2, true)], false);
        guest.kick(input);
        assert_eq!((guest.take(input).map(|(_, len)| len), guest.interrupt()), (Some(4), 1));
        assert_eq!((guest.get(DATA, 2), guest.get(DATA + 0x10, 2)), (b"ab".to_vec(), b"cd".to_vec()));
        guest.want_interrupt_after(input, 0);
        guest.offer(input, &[(DATA, 100, true)], false);
        guest.kick(input);
        assert_eq!((guest.take(input).map(|(_, len)| len), guest.get(DATA, 2)), (Some(2), b"ef".to_vec()));
        guest.offer(input, &[(DATA, 100, true)], false);
        guest.kick(input);
        port.input(b"x");
        assert_eq!(guest.take(input).map(|(_, len)| len), Some(1));
        guest.w(0x108, u32::from(b'!'));
        assert!(port.scrollback().ends_with(b"!"));
        // Nothing goes into the rings of a device that was reset.
        guest.offer(input, &[(DATA, 100, true)], false);
        guest.w(0x70, 0);
        port.input(b"y");
        assert!(guest.take(input).is_none());
        guest.dev.reset();
        guest.dev.stop();
        assert!(serial::find(&format!("{}/disk0", guest.name)).is_err());
    }
}

/// Takes the next control message.
fn message(guest: &Guest, ring: &mut Ring) -> Option<Vec<u8>> {
    let (_, len) = guest.take(ring)?;
    let bytes = guest.get(DATA + 0x1000, len as usize);
    guest.offer(ring, &[(DATA + 0x1000, 64, true)], false);
    guest.kick(ring);
    Some(bytes)
}

#[test]
fn several_ports_are_told_and_opened() {
    let guest = Guest::try_new(THREE).unwrap();
    assert_eq!((guest.offered() & 7, guest.r(0x104)), (7, 3));
    assert!(guest.agree(VERSION_1 | 2));
    let mut rings: Vec<_> = (0..4).map(|queue| guest.add_ring(queue, 0, 8)).collect();
    guest.w(0x70, 15);
    let tell = |guest: &Guest, ring: &mut Ring, id: u32, event: u16, value: u16| {
        let bytes = [&id.to_le_bytes()[..], &event.to_le_bytes(), &value.to_le_bytes()].concat();
        send(guest, ring, &bytes);
    };
    guest.offer(&mut rings[2], &[(DATA + 0x1000, 64, true)], false);
    tell(&guest, &mut rings[3], u32::MAX, 0, 1);
    for id in 0..3u8 {
        assert_eq!(message(&guest, &mut rings[2]).unwrap(), [id, 0, 0, 0, 1, 0, 1, 0]);
    }
    assert_eq!(message(&guest, &mut rings[2]), None);
    for id in 0..3u8 {
        tell(&guest, &mut rings[3], id.into(), 3, 1);
        assert_eq!(message(&guest, &mut rings[2]).unwrap(), [id, 0, 0, 0, 4, 0, 1, 0]);
        let name = format!("{}/c{}", guest.name, if id == 0 { String::new() } else { format!(".{id}") });
        assert_eq!(
            message(&guest, &mut rings[2]).unwrap(),
            [&[id, 0, 0, 0, 7, 0, 1, 0], name.as_bytes()].concat()
        );
        assert_eq!(message(&guest, &mut rings[2]).unwrap(), [id, 0, 0, 0, 6, 0, 1, 0]);
        assert_eq!(message(&guest, &mut rings[2]).unwrap(), [id, 0, 0, 0, 5, 0, 1, 0, 80, 0, 24, 0]);
        let port = serial::find(&name).unwrap();
        assert!(port.resize(132 + u16::from(id), 0x123));
        assert_eq!(message(&guest, &mut rings[2]).unwrap(), [id, 0, 0, 0, 5, 0, 1, 0, 132 + id, 0, 0x23, 1]);
    }
    // Messages about ports that there are not, and unknown ones.
    for (id, event) in [(3, 3), (u32::MAX, 6), (0, 99)] {
        tell(&guest, &mut rings[3], id, event, 1);
    }
    assert_eq!(message(&guest, &mut rings[2]), None);
    assert!(guest.dev.info().contains("0 malformed rings"));
}

#[test]
fn a_console_changes_its_size() {
    let guest = Guest::try_new(ONE).unwrap();
    let port = serial::find(&format!("{}/disk0", guest.name)).unwrap();
    assert!(port.resize(100, 30), "before there is a driver");
    assert_eq!((guest.r(0x100), guest.r(0xfc), guest.interrupt()), (30 << 16 | 100, 1, 0));
    let rings = guest.start(0, 8);
    assert!(port.resize(0xffff, 1));
    assert_eq!((guest.r(0x100), guest.r(0xfc), guest.interrupt()), (1 << 16 | 0xffff, 2, 2));
    // The size is the terminal's: it stays.
    guest.dev.reset();
    assert_eq!(guest.r(0x100), 1 << 16 | 0xffff);
    guest.kick(&rings);
    guest.start(1, 8);
    assert_eq!(guest.interrupt(), 2, "who wants to know is told when it begins");
    guest.dev.stop();
}
