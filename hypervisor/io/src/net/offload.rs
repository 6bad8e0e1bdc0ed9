// SPDX-License-Identifier: GPL-2.0-only
//! What senders leave to be done for their frames, and receivers that take frames as they are: checksums and segments of
//! TCP (virtio 1.2, 5.1.6.2). For others it is done here.

use super::frame::{Bytes, Frame};
use super::port::{Delivery, Endpoint};
use alloc::vec::Vec;
use bitflags::bitflags;
use smoltcp::wire::{Ipv4Packet, Ipv6Packet, TcpPacket};

bitflags! {
    /// What a receiver takes unfinished.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Features: u8 {
        /// A checksum that is not filled in.
        const CHECKSUM = 1 << 0;
        /// Segments of TCP over IPv4 in one frame.
        const TCP4 = 1 << 1;
        /// Segments of TCP over IPv6 in one frame.
        const TCP6 = 1 << 2;
        /// Those with congestion notification (ECN) too.
        const ECN = 1 << 3;
    }
}

/// A checksum to be filled in. Places count from the EtherType behind addresses and tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// From where on bytes are summed.
    pub start: u16,
    /// Where, from `start` on, the sum of the rest (the pseudo header) is, and the result goes.
    pub offset: u16,
}

/// What carries the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
}

/// A frame that is to become several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// What they are.
    pub kind: Kind,
    /// Bytes of TCP's data in each but the last; not 0.
    pub size: u16,
    /// Bytes of the headers from the EtherType on, as the sender says: a hint.
    pub headers: u16,
    /// The frame says that there is congestion.
    pub ecn: bool,
}

/// What is left to be done for a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offload {
    /// A checksum to fill in.
    pub checksum: Option<Checksum>,
    /// Segments to make of it.
    pub segments: Option<Segments>,
    /// Checksums were looked at and are right: between guests nothing damages them.
    pub verified: bool,
}

impl Offload {
    /// What a receiver has to be able to do.
    #[inline(always)]
    pub fn needs(&self) -> Features {
        let mut needs = Features::empty();
        if self.checksum.is_some() {
            needs |= Features::CHECKSUM;
        }
        if let Some(segments) = self.segments {
            needs |= match segments.kind {
                Kind::Tcp4 => Features::TCP4,
                Kind::Tcp6 => Features::TCP6,
            };
            if segments.ecn {
                needs |= Features::ECN;
            }
        }
        needs
    }
}

/// Hands a frame to a receiver, finished as far as that needs it.
#[inline(always)]
pub(super) fn deliver(frame: &Frame<'_>, to: &dyn Endpoint) -> Delivery {
    let needs = frame.offload.needs();
    if needs.is_empty() || to.features().contains(needs) { to.deliver(frame) } else { finished(frame, to) }
}

/// Does what the receiver does not.
#[cold]
#[inline(never)]
fn finished(frame: &Frame<'_>, to: &dyn Endpoint) -> Delivery {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(frame.len()).is_err() {
        return Delivery::NoRoom;
    }
    bytes.resize(frame.len(), 0);
    // A frame that its sender shortens meanwhile is read as it was measured.
    frame.read(0, &mut bytes);
    let head = frame.head_len();
    match frame.offload.segments {
        Some(segments) => match cut(&bytes, head, segments) {
            Some(pieces) => pieces.iter().map(|piece| own(piece, to)).fold(Delivery::Taken, worse),
            None => Delivery::Unwanted,
        },
        None => {
            let filled = frame.offload.checksum.is_none_or(|sum| fill(&mut bytes, head, sum).is_some());
            if filled { own(&bytes, to) } else { Delivery::Unwanted }
        }
    }
}

fn worse(a: Delivery, b: Delivery) -> Delivery {
    if a == Delivery::Taken { b } else { a }
}

fn own(bytes: &[u8], to: &dyn Endpoint) -> Delivery {
    let done = Offload { verified: true, ..Offload::default() };
    Frame::new(Bytes::Own(bytes), done).map_or(Delivery::Unwanted, |frame| to.deliver(&frame))
}

/// The internet checksum of bytes (RFC 1071), not inverted.
fn sum(bytes: &[u8]) -> u16 {
    smoltcp::wire::checksum::data(bytes)
}

/// Fills a checksum in; `None` if its place is not in the frame.
fn fill(bytes: &mut [u8], head: usize, place: Checksum) -> Option<()> {
    let summed = bytes.get_mut(head + usize::from(place.start)..)?;
    let at = usize::from(place.offset)..usize::from(place.offset) + 2;
    summed.get(at.clone())?;
    let value = match !sum(summed) {
        // UDP has no sum 0 (RFC 768), and for others both are the same.
        0 => 0xffff,
        value => value,
    };
    summed.get_mut(at)?.copy_from_slice(&value.to_be_bytes());
    Some(())
}

const ETHERTYPE: usize = 2;
const PROTOCOL_TCP: u8 = 6;

/// Makes segments of a frame (RFC 9293, 3.7): each with the headers of the whole, its own part of the data and its own
/// numbers. `None` if it is not what it is said to be.
fn cut(bytes: &[u8], head: usize, how: Segments) -> Option<Vec<Vec<u8>>> {
    let ip = head + ETHERTYPE;
    let tcp = ip
        + match how.kind {
            Kind::Tcp4 => {
                let packet = Ipv4Packet::new_checked(bytes.get(ip..)?).ok()?;
                let plain = u8::from(packet.next_header()) == PROTOCOL_TCP
                    && !packet.more_frags()
                    && packet.frag_offset() == 0;
                plain.then(|| usize::from(packet.header_len()))?
            }
            Kind::Tcp6 => {
                let packet = Ipv6Packet::new_checked(bytes.get(ip..)?).ok()?;
                (u8::from(packet.next_header()) == PROTOCOL_TCP).then(|| packet.header_len())?
            }
        };
    let header = TcpPacket::new_checked(bytes.get(tcp..)?).ok()?;
    let (data, first) = (tcp + usize::from(header.header_len()), header.seq_number());
    let (fin, psh, cwr) = (header.fin(), header.psh(), header.cwr());
    let headers = bytes.get(..data)?;
    let parts = bytes.get(data..)?.chunks(usize::from(how.size).max(1));
    let (count, mut done) = (parts.len(), 0);
    let mut pieces = Vec::with_capacity(count);
    for (n, part) in parts.enumerate() {
        let mut piece = [headers, part].concat();
        let last = n + 1 == count;
        {
            let mut segment = TcpPacket::new_unchecked(piece.get_mut(tcp..)?);
            segment.set_seq_number(first + done);
            segment.set_fin(fin && last);
            segment.set_psh(psh && last);
            segment.set_cwr(cwr && n == 0);
        }
        finish_ip(piece.get_mut(ip..)?, tcp - ip, how.kind, n as u16);
        done += part.len();
        pieces.push(piece);
    }
    Some(pieces)
}

/// Lengths, number and checksums of the `n`th packet.
fn finish_ip(packet: &mut [u8], header: usize, kind: Kind, n: u16) {
    let len = packet.len();
    let (source, destination) = match kind {
        Kind::Tcp4 => {
            let mut ip = Ipv4Packet::new_unchecked(&mut *packet);
            ip.set_total_len(len as u16);
            ip.set_ident(ip.ident().wrapping_add(n));
            ip.fill_checksum();
            (ip.src_addr().into(), ip.dst_addr().into())
        }
        Kind::Tcp6 => {
            let mut ip = Ipv6Packet::new_unchecked(&mut *packet);
            ip.set_payload_len((len - header) as u16);
            (ip.src_addr().into(), ip.dst_addr().into())
        }
    };
    if let Some(tcp) = packet.get_mut(header..) {
        TcpPacket::new_unchecked(tcp).fill_checksum(&source, &destination);
    }
}

#[cfg(test)]
#[path = "offload_tests.rs"]
mod tests;
