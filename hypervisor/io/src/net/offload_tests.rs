// SPDX-License-Identifier: GPL-2.0-only
use super::super::tests::Sink;
use super::*;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Address, Ipv6Address,
    TcpSeqNumber,
};

const DATA: usize = 3333;
const V4: [IpAddress; 2] =
    [IpAddress::Ipv4(Ipv4Address::new(10, 0, 0, 1)), IpAddress::Ipv4(Ipv4Address::new(10, 0, 0, 2))];

fn v6() -> [IpAddress; 2] {
    [1, 2].map(|n| Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, n).into())
}

/// A frame with a TCP header of 24 bytes and `data` bytes of data, whose checksum is that of the pseudo header.
fn tcp(kind: Kind, data: usize) -> (Vec<u8>, Offload) {
    let ip = if kind == Kind::Tcp4 { 20 } else { 40 };
    let mut bytes = vec![0; 14 + ip + 24 + data];
    let mut ethernet = EthernetFrame::new_unchecked(&mut bytes);
    ethernet.set_dst_addr(EthernetAddress([2, 0, 0, 0, 0, 1]));
    ethernet.set_src_addr(EthernetAddress([2, 0, 0, 0, 0, 0]));
    let [from, to] = match kind {
        Kind::Tcp4 => V4,
        Kind::Tcp6 => v6(),
    };
    match (from, to) {
        (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => {
            ethernet.set_ethertype(EthernetProtocol::Ipv4);
            let mut packet = Ipv4Packet::new_unchecked(ethernet.payload_mut());
            packet.set_version(4);
            packet.set_header_len(20);
            packet.set_total_len((ip + 24 + data) as u16);
            packet.set_ident(0xfffe);
            packet.set_hop_limit(64);
            packet.set_next_header(IpProtocol::Tcp);
            packet.set_src_addr(from);
            packet.set_dst_addr(to);
            packet.fill_checksum();
        }
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => {
            ethernet.set_ethertype(EthernetProtocol::Ipv6);
            let mut packet = Ipv6Packet::new_unchecked(ethernet.payload_mut());
            packet.set_version(6);
            packet.set_payload_len((24 + data) as u16);
            packet.set_next_header(IpProtocol::Tcp);
            packet.set_hop_limit(64);
            packet.set_src_addr(from);
            packet.set_dst_addr(to);
        }
        _ => unreachable!(),
    }
    let mut segment = TcpPacket::new_unchecked(&mut bytes[14 + ip..]);
    segment.set_src_port(80);
    segment.set_dst_port(4000);
    segment.set_seq_number(TcpSeqNumber(i32::MAX - 100));
    segment.set_header_len(24);
    segment.set_ack(true);
    segment.set_psh(true);
    segment.set_fin(true);
    segment.set_cwr(true);
    for (n, byte) in segment.payload_mut().iter_mut().enumerate() {
        *byte = n as u8;
    }
    // A checksum whose sum with the rest is right, as the kernel leaves it: of the pseudo header alone.
    let len = 24 + data;
    let pseudo = smoltcp::wire::checksum::combine(&[address(from), address(to), 6, len as u16]);
    segment.set_checksum(pseudo);
    let checksum = Some(Checksum { start: (2 + ip) as u16, offset: 16 });
    (bytes, Offload { checksum, segments: None, verified: false })
}

fn address(address: IpAddress) -> u16 {
    match address {
        IpAddress::Ipv4(address) => sum(&address.octets()),
        IpAddress::Ipv6(address) => sum(&address.octets()),
    }
}

/// What a receiver of these features gets.
fn receive(bytes: &[u8], offload: Offload, features: Features) -> Vec<Vec<u8>> {
    let sink = Sink::taking(features);
    let frame = Frame::new(Bytes::Own(bytes), offload).unwrap();
    deliver(&frame, &sink);
    sink.take()
}

/// Checks the sums of a packet, and gives its TCP part.
fn check(bytes: &[u8], kind: Kind) -> TcpPacket<&[u8]> {
    let ethernet = EthernetFrame::new_checked(bytes).unwrap();
    let ip = ethernet.payload();
    let ([from, to], at) = match kind {
        Kind::Tcp4 => {
            let packet = Ipv4Packet::new_checked(ip).unwrap();
            assert!(packet.verify_checksum());
            assert_eq!(usize::from(packet.total_len()), ip.len());
            (V4, 20)
        }
        Kind::Tcp6 => {
            assert_eq!(usize::from(Ipv6Packet::new_checked(ip).unwrap().payload_len()), ip.len() - 40);
            (v6(), 40)
        }
    };
    let packet = TcpPacket::new_checked(&ip[at..]).unwrap();
    assert!(packet.verify_checksum(&from, &to));
    TcpPacket::new_unchecked(&bytes[14 + at..])
}

#[test]
fn checksums_are_filled_in_for_those_that_want_them() {
    for kind in [Kind::Tcp4, Kind::Tcp6] {
        let (bytes, offload) = tcp(kind, 1001);
        assert_eq!(
            receive(&bytes, offload, Features::CHECKSUM),
            std::slice::from_ref(&bytes),
            "left as it is"
        );
        let got = receive(&bytes, offload, Features::empty());
        assert_eq!(got.len(), 1);
        check(&got[0], kind);
    }
}

#[test]
fn segments_have_what_belongs_to_each() {
    for kind in [Kind::Tcp4, Kind::Tcp6] {
        let (bytes, mut offload) = tcp(kind, DATA);
        offload.segments = Some(Segments { kind, size: 1000, headers: 0, ecn: false });
        assert_eq!(receive(&bytes, offload, Features::all()).len(), 1);
        let pieces = receive(&bytes, offload, Features::CHECKSUM);
        assert_eq!(pieces.len(), 4);
        let mut data = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            let packet = check(piece, kind);
            assert_eq!(packet.seq_number(), TcpSeqNumber(i32::MAX - 100) + data.len());
            assert_eq!((packet.fin(), packet.psh(), packet.cwr()), (n == 3, n == 3, n == 0));
            data.extend_from_slice(packet.payload());
        }
        assert_eq!(data, bytes[bytes.len() - DATA..]);
        if kind == Kind::Tcp4 {
            let ident = |n: usize| Ipv4Packet::new_checked(&pieces[n][14..]).unwrap().ident();
            assert_eq!([0, 1, 2, 3].map(ident), [0xfffe, 0xffff, 0, 1]);
        }
    }
}

#[test]
fn a_tag_in_front_changes_nothing() {
    let (bytes, mut offload) = tcp(Kind::Tcp4, DATA);
    offload.segments = Some(Segments { kind: Kind::Tcp4, size: 1400, headers: 0, ecn: false });
    let sink = Sink::default();
    let frame = Frame::new(Bytes::Own(&bytes), offload).unwrap().with_vid(Some(9));
    assert_eq!(deliver(&frame, &sink), Delivery::Taken);
    let pieces = sink.take();
    assert_eq!(pieces.len(), 3);
    for piece in pieces {
        assert_eq!(piece[12..16], [0x81, 0, 0, 9]);
        check(&[&piece[..12], &piece[16..]].concat(), Kind::Tcp4);
    }
}

/// A guest says what it likes about its frames.
#[test]
fn claims_that_are_wrong_lose_the_frame() {
    let (bytes, offload) = tcp(Kind::Tcp4, 100);
    let none: [Vec<u8>; 0] = [];
    for (start, offset) in [(0xffff, 0xffff), (200, 0), (22, 123), (22, 0xffff)] {
        let wrong = Offload { checksum: Some(Checksum { start, offset }), ..offload };
        assert_eq!(receive(&bytes, wrong, Features::empty()), none, "{start} {offset}");
    }
    let segments =
        |kind, size| Offload { segments: Some(Segments { kind, size, headers: 0, ecn: true }), ..offload };
    assert_eq!(receive(&bytes, segments(Kind::Tcp6, 50), Features::empty()), none);
    assert_eq!(receive(&bytes, segments(Kind::Tcp4, 0), Features::empty()).len(), 100, "a byte each");
    // Any byte of the headers may be wrong, and the frame may end anywhere.
    for at in 12..78 {
        for value in [0, 1, 0x0f, 0x45, 0x60, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            for kind in [Kind::Tcp4, Kind::Tcp6] {
                receive(&wrong, segments(kind, 10), Features::empty());
                receive(&wrong[..at.max(14)], segments(kind, 10), Features::empty());
            }
        }
    }
}
