// SPDX-License-Identifier: GPL-2.0-only
//! Echo requests and their answers (RFC 792).

use crate::{Error, Result};
use alloc::vec;
use alloc::vec::Vec;
use kernel::time::now_ns;
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp::{Endpoint, PacketBuffer, PacketMetadata, Socket};
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Ipv4Address};

/// Requests that wait for their answers at most.
const MOST: usize = 8;
/// Bytes of a request behind its head, as with Linux's `ping`.
const DATA: usize = 56;
/// Bytes of a request.
const BYTES: usize = 8 + DATA;

/// A request that was sent.
struct Sent {
    sequence: u16,
    to: Ipv4Address,
    since: u64,
    /// How long the answer took, in ns.
    took: Option<u64>,
}

/// The requests that were sent.
pub(crate) struct Pings {
    handle: SocketHandle,
    ident: u16,
    next: u16,
    sent: Vec<Sent>,
}

impl Pings {
    pub fn new(sockets: &mut SocketSet<'static>) -> Self {
        let buffer = || PacketBuffer::new(vec![PacketMetadata::EMPTY; MOST], vec![0; MOST * BYTES]);
        let mut socket = Socket::new(buffer(), buffer());
        let mut ident = [0; 2];
        kernel::random::fill(&mut ident);
        let ident = u16::from_ne_bytes(ident);
        // A fresh socket takes any.
        let _ = socket.bind(Endpoint::Ident(ident));
        Self { handle: sockets.add(socket), ident, next: 1, sent: Vec::new() }
    }

    /// Sends a request; its number.
    ///
    /// # Errors
    /// Too many wait.
    pub fn send(&mut self, sockets: &mut SocketSet<'_>, to: Ipv4Address) -> Result<u16> {
        let full = Error::Full { what: "echo requests that wait for an answer" };
        if self.sent.len() >= MOST {
            return Err(full);
        }
        let sequence = self.next;
        let request = Icmpv4Repr::EchoRequest { ident: self.ident, seq_no: sequence, data: &[0x5a; DATA] };
        let Ok(bytes) = sockets.get_mut::<Socket<'_>>(self.handle).send(request.buffer_len(), to.into())
        else {
            return Err(full);
        };
        request.emit(&mut Icmpv4Packet::new_unchecked(bytes), &ChecksumCapabilities::default());
        self.next = self.next.wrapping_add(1);
        self.sent.push(Sent { sequence, to, since: now_ns(), took: None });
        Ok(sequence)
    }

    /// Takes the answers that came; whether there were some.
    pub fn receive(&mut self, sockets: &mut SocketSet<'_>) -> bool {
        let socket = sockets.get_mut::<Socket<'_>>(self.handle);
        let mut any = false;
        while let Ok((bytes, from)) = socket.recv() {
            let packet = Icmpv4Packet::new_checked(bytes);
            let answer = packet.as_ref().map(|p| Icmpv4Repr::parse(p, &ChecksumCapabilities::default()));
            if let Ok(Ok(Icmpv4Repr::EchoReply { seq_no, .. })) = answer
                && let Some(sent) = self.sent.iter_mut().find(|s| s.sequence == seq_no && from == s.to.into())
            {
                sent.took.get_or_insert(now_ns().saturating_sub(sent.since));
                any = true;
            }
        }
        any
    }

    /// How long the answer to a request took, in ns, if it came.
    pub fn answer(&self, sequence: u16) -> Option<u64> {
        self.sent.iter().find(|sent| sent.sequence == sequence)?.took
    }

    /// A request is waited for no more.
    pub fn forget(&mut self, sequence: u16) {
        self.sent.retain(|sent| sent.sequence != sequence);
    }
}
