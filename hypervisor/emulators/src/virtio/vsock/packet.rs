// SPDX-License-Identifier: GPL-2.0-only
//! Packets of socket devices (virtio 1.2, 5.10.6): what stands in front of each.

/// Bytes of a header.
pub(super) const HEADER: usize = 44;
/// The only kind of socket (5.10.6.6).
pub(super) const STREAM: u16 = 1;

/// What packets are for (5.10.6).
pub(super) mod op {
    pub(crate) const REQUEST: u16 = 1;
    pub(crate) const RESPONSE: u16 = 2;
    pub(crate) const RST: u16 = 3;
    pub(crate) const SHUTDOWN: u16 = 4;
    pub(crate) const RW: u16 = 5;
    pub(crate) const CREDIT_UPDATE: u16 = 6;
    pub(crate) const CREDIT_REQUEST: u16 = 7;
}

/// Flags of a shutdown: its sender receives no more, and sends no more.
pub(super) const NO_RECEIVE: u32 = 1;
pub(super) const NO_SEND: u32 = 2;

/// The header of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) src_cid: u64,
    pub(super) dst_cid: u64,
    pub(super) src_port: u32,
    pub(super) dst_port: u32,
    pub(super) len: u32,
    pub(super) kind: u16,
    pub(super) op: u16,
    pub(super) flags: u32,
    /// Bytes that the sender of the packet has room for, in all.
    pub(super) buf_alloc: u32,
    /// Bytes that its reader has taken since the connection began.
    pub(super) fwd_cnt: u32,
}

impl Header {
    pub(super) fn parse(bytes: &[u8; HEADER]) -> Self {
        let word = |at: usize| {
            let mut word = [0; 4];
            word.iter_mut().zip(bytes.iter().skip(at)).for_each(|(to, from)| *to = *from);
            u32::from_le_bytes(word)
        };
        let long = |at| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        Self {
            src_cid: long(0),
            dst_cid: long(8),
            src_port: word(16),
            dst_port: word(20),
            len: word(24),
            kind: word(28) as u16,
            op: (word(28) >> 16) as u16,
            flags: word(32),
            buf_alloc: word(36),
            fwd_cnt: word(40),
        }
    }

    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let halves = |long: u64| [long as u32, (long >> 32) as u32];
        let ([s0, s1], [d0, d1]) = (halves(self.src_cid), halves(self.dst_cid));
        let kind = u32::from(self.kind) | u32::from(self.op) << 16;
        let words = [
            s0,
            s1,
            d0,
            d1,
            self.src_port,
            self.dst_port,
            self.len,
            kind,
            self.flags,
            self.buf_alloc,
            self.fwd_cnt,
        ];
        let mut bytes = [0; HEADER];
        let from = words.map(u32::to_le_bytes);
        bytes.iter_mut().zip(from.as_flattened()).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// What says to the sender of this packet that there is no such connection.
    pub(super) fn refusal(&self) -> Self {
        Self {
            src_cid: self.dst_cid,
            dst_cid: self.src_cid,
            src_port: self.dst_port,
            dst_port: self.src_port,
            kind: self.kind,
            op: op::RST,
            ..Self::default()
        }
    }
}
