// SPDX-License-Identifier: GPL-2.0-only
//! Frames of Ethernet on their way, without a place of their own.

use super::Mac;
use super::offload::Offload;
use core::fmt;
use kernel::mm::segment::Segment;

/// EtherType of a VLAN tag (IEEE 802.1Q-2018, table 9-1).
pub const TAG: u16 = 0x8100;
/// Bytes of the shortest frame that is taken: both addresses and the type. Padding is the sender's matter.
pub const SHORTEST: usize = 14;
/// Bytes of the longest frame that is taken: 64 KiB of IP for segmentation by the receiver, and the header with a tag.
pub const LONGEST: usize = 65_535 + 18;
/// Bytes in front of a frame's body: the addresses.
pub const ADDRESSES: usize = 12;
/// Bytes of a tag.
pub const TAG_LEN: usize = 4;
/// The part of a tag's value that numbers the VLAN.
const VID: u16 = 0x0fff;

/// Memory with a frame in it, which others may change at any time.
pub trait Memory {
    /// Bytes of the frame.
    fn len(&self) -> usize;
    /// Copies from `offset` on as much as there is; says how much.
    fn read(&self, offset: usize, to: &mut [u8]) -> usize;
    /// Copies `bytes` bytes from `offset` on to memory from `at` on, as much as there is and has room; says how much.
    fn copy_to(&self, offset: usize, to: &Segment, at: usize, bytes: usize) -> usize;
    /// Where `bytes` bytes from `offset` on are, if they are known to lie in one run of memory.
    fn run(&self, _offset: usize, _bytes: usize) -> Option<(&Segment, usize)> {
        None
    }
    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A frame in runs of memory, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a>(pub &'a [Segment]);

impl Pieces<'_> {
    /// Goes through `bytes` bytes from `offset` on; says how many there are. `f` gets a run, where in it, how many bytes, and
    /// how many there were before.
    fn each(&self, offset: usize, bytes: usize, mut f: impl FnMut(&Segment, usize, usize, usize)) -> usize {
        let (mut skip, mut done) = (offset, 0);
        for segment in self.0 {
            let count = segment.len().saturating_sub(skip).min(bytes - done);
            if count > 0 {
                f(segment, skip, count, done);
                done += count;
            }
            skip = skip.saturating_sub(segment.len());
        }
        done
    }
}

impl Memory for Pieces<'_> {
    fn len(&self) -> usize {
        self.0.iter().map(Segment::len).sum()
    }
    fn read(&self, offset: usize, to: &mut [u8]) -> usize {
        self.each(offset, to.len(), |segment, at, count, done| {
            if let Some(to) = to.get_mut(done..done + count) {
                segment.read(at, to);
            }
        })
    }
    fn copy_to(&self, offset: usize, to: &Segment, at: usize, bytes: usize) -> usize {
        self.each(offset, bytes, |segment, from, count, done| {
            to.copy(at + done, segment, from, count);
        })
    }
    fn run(&self, offset: usize, bytes: usize) -> Option<(&Segment, usize)> {
        let segment = self.0.first()?;
        (bytes <= segment.len().checked_sub(offset)?).then_some((segment, offset))
    }
}

/// Where the bytes of a frame are.
#[derive(Clone, Copy)]
pub enum Bytes<'a> {
    /// In the hypervisor's own memory.
    Own(&'a [u8]),
    /// In memory that may change at any time.
    Shared(&'a dyn Memory),
    /// The same, in one run: where it begins in the memory, and its bytes, which all lie inside.
    Run(&'a Segment, usize, usize),
}

impl Bytes<'_> {
    fn len(&self) -> usize {
        match self {
            Bytes::Own(bytes) => bytes.len(),
            Bytes::Shared(memory) => memory.len(),
            Bytes::Run(.., len) => *len,
        }
    }

    /// Copies from `offset` on as much as there is; says how much.
    fn read(&self, offset: usize, to: &mut [u8]) -> usize {
        match self {
            Bytes::Own(bytes) => {
                let from = bytes.get(offset..).unwrap_or_default();
                let count = from.len().min(to.len());
                if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
                    to.copy_from_slice(from);
                }
                count
            }
            Bytes::Shared(memory) => memory.read(offset, to),
            Bytes::Run(memory, start, len) => {
                let count = len.saturating_sub(offset).min(to.len());
                memory.read(start + offset, to.get_mut(..count).unwrap_or_default());
                count
            }
        }
    }

    /// Copies `bytes` bytes from `offset` on to memory, as much as there is; says how much.
    fn copy_to(&self, offset: usize, to: &Segment, at: usize, bytes: usize) -> usize {
        match self {
            Bytes::Own(own) => {
                let part = own.get(offset..).unwrap_or_default();
                let part = part.get(..part.len().min(bytes)).unwrap_or_default();
                to.write(at, part);
                part.len()
            }
            Bytes::Shared(memory) => memory.copy_to(offset, to, at, bytes),
            Bytes::Run(memory, start, len) => {
                let count = len.saturating_sub(offset).min(bytes);
                to.copy(at, memory, start + offset, count);
                count
            }
        }
    }

    /// Where the `bytes` bytes from `offset` on are, if they are known to lie in one run of shared memory.
    #[inline(always)]
    fn run(&self, offset: usize, bytes: usize) -> Option<(&Segment, usize)> {
        match self {
            Bytes::Run(memory, start, len) => {
                (offset <= *len && bytes <= len - offset).then_some((memory, start + offset))
            }
            Bytes::Shared(memory) => memory.run(offset, bytes),
            Bytes::Own(_) => None,
        }
    }
}

/// A frame: addresses and tag as they were when it came, the rest still where the sender has it.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The value of its tag: priority in bits 15:13, VLAN in 11:0.
    pub tag: Option<u16>,
    /// What the receiver has to finish.
    pub offload: Offload,
    /// Both addresses in words, the first byte in the lowest bits.
    addresses: [u64; 2],
    bytes: Bytes<'a>,
    /// Where the body begins in `bytes`: at the EtherType behind addresses and tag.
    body: usize,
    len: usize,
}

impl<'a> Frame<'a> {
    /// The frame in `bytes`, with what is left to be done for it; `None` if it is shorter than [`SHORTEST`] or longer than
    /// [`LONGEST`]. Addresses and tag are read once, here: what a guest makes of them afterwards counts no more.
    #[inline(always)]
    pub fn new(bytes: Bytes<'a>, offload: Offload) -> Option<Self> {
        let mut head = [[0; 8]; 2];
        bytes.read(0, head.as_flattened_mut());
        Self::with_head(bytes, bytes.len(), head.map(u64::from_le_bytes), offload)
    }

    /// [`new`](Self::new) for who has read the first 16 bytes already, of `len` in all, as words whose lowest byte is the first;
    /// what lies behind the last byte is of no account.
    #[inline(always)]
    pub fn with_head(bytes: Bytes<'a>, len: usize, head: [u64; 2], offload: Offload) -> Option<Self> {
        if !(SHORTEST..=LONGEST).contains(&len) {
            return None;
        }
        let (kind, value) = ((head[1] >> 32) as u16, (head[1] >> 48) as u16);
        let tagged = kind == TAG.to_be();
        if tagged && len < SHORTEST + TAG_LEN {
            return None;
        }
        Some(Self {
            tag: tagged.then_some(u16::from_be(value)),
            offload,
            addresses: [head[0], head[1] & 0xffff_ffff],
            bytes,
            body: if tagged { ADDRESSES + TAG_LEN } else { ADDRESSES },
            len,
        })
    }

    /// Whom it is for.
    #[inline]
    pub fn destination(&self) -> Mac {
        let [a, b, c, d, e, f, ..] = self.addresses[0].to_le_bytes();
        Mac([a, b, c, d, e, f])
    }

    /// Whom it is from.
    #[inline]
    pub fn source(&self) -> Mac {
        let ([.., a, b], [c, d, e, f, ..]) =
            (self.addresses[0].to_le_bytes(), self.addresses[1].to_le_bytes());
        Mac([a, b, c, d, e, f])
    }

    /// Whether it is for several stations, or all.
    #[inline(always)]
    pub fn is_for_group(&self) -> bool {
        self.addresses[0] & 1 != 0
    }

    /// The number of its VLAN, if its tag has one; 0 is a priority only.
    #[inline]
    pub fn vid(&self) -> Option<u16> {
        self.tag.map(|tag| tag & VID).filter(|&vid| vid != 0)
    }

    /// The same with a tag of this VLAN and the priority that it had, or without.
    #[inline]
    pub fn with_vid(mut self, vid: Option<u16>) -> Self {
        let before = self.tag;
        self.tag = vid.map(|vid| before.unwrap_or(0) & !VID | vid & VID);
        match (before, self.tag) {
            (None, Some(_)) => self.len += TAG_LEN,
            (Some(_), None) => self.len -= TAG_LEN,
            _ => {}
        }
        self
    }

    /// Bytes of the frame, with its tag.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "none is empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes in front of its body.
    #[inline]
    pub fn head_len(&self) -> usize {
        if self.tag.is_some() { ADDRESSES + TAG_LEN } else { ADDRESSES }
    }

    /// Its addresses and tag; the first [`head_len`](Self::head_len) bytes count.
    #[inline]
    fn head(&self) -> [u8; ADDRESSES + TAG_LEN] {
        let mut head = [0; ADDRESSES + TAG_LEN];
        let (to, rest) = head.split_at_mut(6);
        let (from, tag) = rest.split_at_mut(6);
        to.copy_from_slice(&self.destination().0);
        from.copy_from_slice(&self.source().0);
        if let (Some(value), (kind, number)) = (self.tag, tag.split_at_mut(2)) {
            kind.copy_from_slice(&TAG.to_be_bytes());
            number.copy_from_slice(&value.to_be_bytes());
        }
        head
    }

    /// Copies its bytes from `offset` on, as many as there are; says how many. Context: any.
    pub fn read(&self, offset: usize, to: &mut [u8]) -> usize {
        let head = self.head();
        let head = head.get(offset.min(self.head_len())..self.head_len()).unwrap_or_default();
        let first = head.len().min(to.len());
        if let (Some(to), Some(from)) = (to.get_mut(..first), head.get(..first)) {
            to.copy_from_slice(from);
        }
        let rest = to.get_mut(first..).unwrap_or_default();
        if rest.is_empty() {
            return first;
        }
        first + self.bytes.read(self.body + (offset + first).saturating_sub(self.head_len()), rest)
    }

    /// Both addresses as words whose lowest byte is the first: the destination is bits 47:0 of the first word.
    #[inline(always)]
    pub fn addresses(&self) -> [u64; 2] {
        self.addresses
    }

    /// Copies all of it to memory, behind a header of 12 bytes at `at` whose first byte is in the lowest bits, if it has no tag and
    /// its body lies in one run. Says whether it did; if not, some of the room may have been written. Context: any.
    #[inline(always)]
    pub fn put(&self, header: (u64, u32), to: &Segment, at: usize) -> bool {
        if self.tag.is_some() {
            return false;
        }
        let rest = self.len - ADDRESSES;
        let Some((from, offset)) = self.bytes.run(self.body, rest) else { return false };
        let [first, second] = self.addresses;
        let words = [header.0, u64::from(header.1) | first << 32, first >> 32 | second << 32];
        to.store_words(at, words.map(u64::to_le)).is_some() && to.copy(at + 24, from, offset, rest)
    }

    /// Copies `bytes` of its bytes from `offset` on to memory from `at` on, as many as both have; says how many. The one copy
    /// on the way of a frame between guests. Context: any.
    #[inline]
    pub fn copy_to(&self, offset: usize, to: &Segment, at: usize, bytes: usize) -> usize {
        let room = to.len().saturating_sub(at).min(self.len.saturating_sub(offset)).min(bytes);
        let mut done = 0;
        if offset < self.head_len() {
            let head = self.head();
            let part = head.get(offset..self.head_len()).unwrap_or_default();
            done = part.len().min(room);
            to.write(at, part.get(..done).unwrap_or_default());
        }
        let from = self.body + (offset + done).saturating_sub(self.head_len());
        done + self.bytes.copy_to(from, to, at + done, room - done)
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes from {} to {}", self.len, self.source(), self.destination())
    }
}
