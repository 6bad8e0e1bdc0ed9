// SPDX-License-Identifier: GPL-2.0-only
//! Network device (virtio 1.2, 5.1): a port of a virtual switch.
//!
//! A frame goes from the ring of its sender through the switch to those of its receivers where the notification traps, copied
//! once for each receiver. A receiver that has no buffers loses it.

mod control;
mod filter;
mod options;

pub(super) use options::{OPTIONS, create};

use super::device::{Backend, Shared};
use super::later::Later;
use crate::sync::Lock;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicU64, AtomicUsize};
use filter::{Filter, Summary};
use io::net::frame::{Bytes, Memory};
use io::net::offload::{Checksum, Features, Kind, Offload, Segments};
use io::net::port::{Delivery, Endpoint};
use io::net::{Frame, Mac, Port, Switch};
use kernel::mm::segment::Segment;
use vmm::ram::GuestRam;
use vmm::virtqueue::{Chain, Malformed, Queue};

// Features (5.1.3).
const CSUM: u64 = 1 << 0;
const GUEST_CSUM: u64 = 1 << 1;
const CTRL_GUEST_OFFLOADS: u64 = 1 << 2;
const MTU: u64 = 1 << 3;
const MAC: u64 = 1 << 5;
const GUEST_TSO4: u64 = 1 << 7;
const GUEST_TSO6: u64 = 1 << 8;
const GUEST_ECN: u64 = 1 << 9;
const HOST_TSO4: u64 = 1 << 11;
const HOST_TSO6: u64 = 1 << 12;
const HOST_ECN: u64 = 1 << 13;
const MRG_RXBUF: u64 = 1 << 15;
const STATUS: u64 = 1 << 16;
const CTRL_VQ: u64 = 1 << 17;
const CTRL_RX: u64 = 1 << 18;
const CTRL_VLAN: u64 = 1 << 19;
const CTRL_RX_EXTRA: u64 = 1 << 20;
const MQ: u64 = 1 << 22;
const CTRL_MAC_ADDR: u64 = 1 << 23;
/// What a driver can take unfinished, and may change while it runs.
const OFFLOADS: u64 = GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6 | GUEST_ECN;

/// Bytes in front of each frame (5.1.6), and where the number of buffers is in them.
const HEADER: usize = 12;
const NUM_BUFFERS: usize = 10;
/// Flags and types in them.
const NEEDS_CSUM: u8 = 1;
const DATA_VALID: u8 = 2;
const GSO_TCP4: u8 = 1;
const GSO_TCP6: u8 = 4;
const GSO_ECN: u8 = 0x80;

/// Bytes that one notification copies, and what a frame counts for at least; the worker has the rest.
const BUDGET: usize = 128 << 10;
const LEAST: usize = 2 << 10;
/// Buffers that one frame takes at most, when they are merged.
const MOST_BUFFERS: usize = 64;
/// Pairs of queues at most.
const MAX_PAIRS: u64 = 4;
/// Bytes of the configuration space (5.1.4), up to the MTU.
const CONFIG: usize = 12;
const LINK_UP: u16 = 1;

/// What the driver agreed on, and wants just now.
#[derive(Default)]
struct Wishes {
    /// Of [`OFFLOADS`] and [`MRG_RXBUF`].
    features: AtomicU64,
    /// Pairs of queues in use.
    pairs: AtomicUsize,
}

/// What switch and device share: it has the queues, but not the port, which holds it.
struct Station {
    shared: Arc<Shared>,
    wishes: Wishes,
    filter: Lock<Filter>,
    /// Its [`Summary`].
    summary: AtomicU64,
    /// Frames that did not fit the driver's buffers.
    misfits: AtomicU64,
}

/// A network device of a guest.
pub(super) struct Net {
    station: Arc<Station>,
    switch: Arc<Switch>,
    port: Arc<Port>,
    mac: Mac,
    /// The driver may not have another address.
    fixed: bool,
    mtu: Option<u16>,
    pairs: usize,
    /// One for each pair: frames that are left to be sent.
    works: Box<[Later]>,
}

/// The queues of a pair (5.1.2).
fn receive_queue(pair: usize) -> usize {
    2 * pair
}

fn transmit_queue(pair: usize) -> usize {
    2 * pair + 1
}

/// A frame in the buffers of its sender.
struct Sent<'a> {
    ram: &'a GuestRam,
    chain: &'a Chain,
}

impl Memory for Sent<'_> {
    #[inline]
    fn len(&self) -> usize {
        self.chain.readable() - HEADER
    }

    fn read(&self, offset: usize, to: &mut [u8]) -> usize {
        let bytes = to.len().min(self.len().saturating_sub(offset));
        self.chain.read(self.ram, HEADER + offset, to.get_mut(..bytes).unwrap_or_default());
        bytes
    }

    fn copy_to(&self, offset: usize, to: &Segment, at: usize, bytes: usize) -> usize {
        let bytes = bytes.min(self.len().saturating_sub(offset));
        let mut done = 0;
        self.chain.each(self.ram, false, HEADER + offset, bytes, |memory, from, count| {
            to.copy(at + done, memory, from, count);
            done += count;
        });
        done
    }
}

/// Whether the header in front of a frame says nothing of it.
#[inline(always)]
fn is_finished(first: u64) -> bool {
    // Flags and the kind of segments.
    first & 0xffff == 0
}

/// What the header in front of a frame says that is left to be done. Places in it count from the frame's first byte, here
/// from its EtherType: `head` is in between. `None` if it cannot be.
fn offload(header: [u64; 2], head: usize) -> Option<Offload> {
    let [[flags, gso, h0, h1, s0, s1, c0, c1], [o0, o1, ..]] = header.map(u64::to_le_bytes);
    if flags & NEEDS_CSUM == 0 && gso == 0 {
        return Some(Offload { verified: flags & DATA_VALID != 0, ..Offload::default() });
    }
    let start = usize::from(u16::from_le_bytes([c0, c1])).checked_sub(head)?;
    let checksum = Checksum { start: start as u16, offset: u16::from_le_bytes([o0, o1]) };
    let kind = match gso & !GSO_ECN {
        0 => None,
        GSO_TCP4 => Some(Kind::Tcp4),
        GSO_TCP6 => Some(Kind::Tcp6),
        _ => return None,
    };
    let segments = kind.map(|kind| Segments {
        kind,
        size: u16::from_le_bytes([s0, s1]),
        headers: u16::from_le_bytes([h0, h1]).saturating_sub(head as u16),
        ecn: gso & GSO_ECN != 0,
    });
    // Segments without a size, or without a checksum to be made for each, are none.
    let sound = segments.is_none_or(|segments| segments.size != 0 && flags & NEEDS_CSUM != 0);
    sound.then_some(Offload {
        checksum: (flags & NEEDS_CSUM != 0).then_some(checksum),
        segments,
        verified: false,
    })
}

/// The header of a frame for a driver that agreed on `features`, its first byte in the lowest bits.
#[inline(always)]
fn header(frame: &Frame<'_>, features: u64) -> (u64, u32) {
    // In one buffer.
    let last = 1 << 16;
    if frame.offload.checksum.is_none() && frame.offload.segments.is_none() {
        let valid = frame.offload.verified && features & GUEST_CSUM != 0;
        return (if valid { DATA_VALID.into() } else { 0 }, last);
    }
    let (first, offset) = unfinished_header(frame);
    (first, u32::from(offset) | last)
}

/// [`header`] of a frame that is to be finished, but for the number of buffers.
fn unfinished_header(frame: &Frame<'_>) -> (u64, u16) {
    let (mut flags, mut gso, mut headers, mut size, mut start, mut offset) = (0, 0, 0, 0, 0, 0);
    let head = frame.head_len() as u16;
    if let Some(checksum) = frame.offload.checksum {
        flags = NEEDS_CSUM;
        (start, offset) = (checksum.start.saturating_add(head), checksum.offset);
    }
    if let Some(segments) = frame.offload.segments {
        gso = match segments.kind {
            Kind::Tcp4 => GSO_TCP4,
            Kind::Tcp6 => GSO_TCP6,
        };
        if segments.ecn {
            gso |= GSO_ECN;
        }
        (headers, size) = (segments.headers.saturating_add(head), segments.size);
    }
    let sizes = u64::from(headers) << 16 | u64::from(size) << 32 | u64::from(start) << 48;
    (u64::from(flags) | u64::from(gso) << 8 | sizes, offset)
}

/// A buffer that was taken for a frame.
#[derive(Clone, Copy, Default)]
struct Taken {
    id: u16,
    slots: u16,
    len: u32,
}

impl Station {
    /// Changes the filter.
    fn filter<T>(&self, change: impl FnOnce(&mut Filter) -> T) -> T {
        let mut filter = self.filter.lock();
        let result = change(&mut filter);
        self.summary.store(filter.summary().0, Relaxed);
        result
    }

    /// The pair of queues that frames of this flow are received by (5.1.6.5.6.1).
    fn pair_for(&self, frame: &Frame<'_>) -> usize {
        let pairs = self.wishes.pairs.load(Relaxed);
        if pairs < 2 {
            return 0;
        }
        // Addresses and ports of IPv4, or whatever is there: the same for all frames of a flow.
        let mut bytes = [0; 12];
        let count = frame.read(frame.head_len() + 2 + 12, &mut bytes);
        let spread = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = bytes.iter().take(count).fold(0xcbf2_9ce4_8422_2325, spread);
        // The last bytes are in the low bits only.
        (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % pairs
    }

    /// Puts a frame into the driver's buffers.
    #[inline(always)]
    fn receive(&self, frame: &Frame<'_>) -> Result<Delivery, Malformed> {
        let shared = &*self.shared;
        let index = receive_queue(self.pair_for(frame));
        let Some(queue) = shared.queue(index) else {
            return Ok(Delivery::Unwanted);
        };
        queue.with(|queue| {
            let features = self.wishes.features.load(Relaxed);
            if !shared.is_live() {
                return Ok(Delivery::Unwanted);
            }
            if !queue.pop(&shared.ram)? {
                return Ok(Delivery::NoRoom);
            }
            let header = header(frame, features);
            let total = HEADER + frame.len();
            if let Some((memory, at, room)) = queue.chain.whole(&shared.ram, true)
                && room >= total
                && frame.put(header, memory, at)
            {
                queue.answer(total as u32);
            } else {
                let taken = self.receive_in_pieces(queue, frame, header, features)?;
                if taken != Delivery::Taken {
                    return Ok(taken);
                }
            }
            if queue.wants_interrupt() {
                shared.answered(index);
            }
            Ok(Delivery::Taken)
        })
    }

    /// Puts a frame into the buffer that was taken, and further ones.
    #[inline(never)]
    fn receive_in_pieces(
        &self,
        queue: &mut Queue,
        frame: &Frame<'_>,
        (first, second): (u64, u32),
        features: u64,
    ) -> Result<Delivery, Malformed> {
        let ram = &self.shared.ram;
        let (total, room) = (HEADER + frame.len(), queue.chain.writable());
        if room < HEADER {
            return Err("a buffer for frames that is shorter than their header");
        }
        let bytes = (u128::from(first) | u128::from(second) << 64).to_le_bytes();
        queue.chain.write(ram, 0, bytes.get(..HEADER).unwrap_or_default());
        fill(ram, &queue.chain, HEADER, frame, 0);
        let taken = Taken { id: queue.chain.id, slots: queue.chain.slots, len: room.min(total) as u32 };
        if room >= total {
            queue.push(taken.id, taken.slots, taken.len);
        } else if features & MRG_RXBUF == 0 {
            queue.go_back();
            self.misfits.fetch_add(1, Relaxed);
            return Ok(Delivery::NoRoom);
        } else if !merge(ram, queue, taken, frame)? {
            return Ok(Delivery::NoRoom);
        }
        Ok(Delivery::Taken)
    }
}

/// The header and the first bytes of a frame that is sent, as words whose lowest byte is the first; zeroes where it is shorter.
/// `None` if it is shorter than the header.
#[cold]
#[inline(never)]
fn head_in_pieces(ram: &GuestRam, chain: &Chain) -> Option<[u64; 4]> {
    let mut words = [[0; 8]; 4];
    let bytes = words.as_flattened_mut();
    let there = chain.readable().min(bytes.len());
    chain.read(ram, 0, bytes.get_mut(..there)?);
    (there >= HEADER).then(|| words.map(u64::from_le_bytes))
}

/// Copies a frame from `done` on into a chain from `at` on, as much as there is room for; says how much.
#[inline]
fn fill(ram: &GuestRam, chain: &Chain, at: usize, frame: &Frame<'_>, done: usize) -> usize {
    let bytes = (chain.writable() - at).min(frame.len() - done);
    let mut next = done;
    chain.each(ram, true, at, bytes, |memory, to, count| {
        next += frame.copy_to(next, memory, to, count);
    });
    next - done
}

/// Takes further buffers for a frame that has begun in the chain, and tells the driver of all; `false` if there are too few,
/// which puts them back.
#[cold]
fn merge(ram: &GuestRam, queue: &mut Queue, first: Taken, frame: &Frame<'_>) -> Result<bool, Malformed> {
    let mark = queue.mark();
    let count_at = queue.chain.segments(ram, true, NUM_BUFFERS, 2);
    let mut done = first.len as usize - HEADER;
    let mut all = Vec::with_capacity(MOST_BUFFERS);
    all.push(first);
    let mut slots = first.slots;
    while done < frame.len() {
        if all.len() >= MOST_BUFFERS || !queue.pop(ram)? {
            queue.go_back_by(mark, all.len() as u16, slots);
            return Ok(false);
        }
        let chain = &queue.chain;
        if chain.writable() == 0 {
            return Err("a buffer for frames that cannot be written");
        }
        slots += chain.slots;
        let len = fill(ram, chain, 0, frame, done);
        all.push(Taken { id: chain.id, slots: chain.slots, len: len as u32 });
        done += len;
    }
    let mut bytes = &(all.len() as u16).to_le_bytes()[..];
    for piece in &count_at {
        let (now, rest) = bytes.split_at_checked(piece.len()).unwrap_or_default();
        piece.write(0, now);
        bytes = rest;
    }
    for one in &all {
        queue.push(one.id, one.slots, one.len);
    }
    Ok(true)
}

impl Endpoint for Station {
    fn deliver(&self, frame: &Frame<'_>) -> Delivery {
        if !Summary(self.summary.load(Relaxed)).wants(frame) && !self.filter.lock().wants(frame) {
            return Delivery::Unwanted;
        }
        match self.receive(frame) {
            Ok(delivery) => delivery,
            Err(why) => {
                self.shared.fail(why);
                Delivery::Unwanted
            }
        }
    }

    #[inline]
    fn features(&self) -> Features {
        let agreed = self.wishes.features.load(Relaxed);
        let mut features = Features::empty();
        for (bit, feature) in [
            (GUEST_CSUM, Features::CHECKSUM),
            (GUEST_TSO4, Features::TCP4),
            (GUEST_TSO6, Features::TCP6),
            (GUEST_ECN, Features::ECN),
        ] {
            features.set(feature, agreed & bit != 0);
        }
        features
    }
}

impl Net {
    /// Sends what the driver has put into a queue; says whether there may be more.
    #[inline(always)]
    fn send(&self, pair: usize) -> Result<bool, Malformed> {
        let shared = &*self.station.shared;
        let index = transmit_queue(pair);
        let Some(queue) = shared.queue(index) else { return Ok(false) };
        queue.with(|queue| {
            let (mut left, mut sent) = (BUDGET, false);
            let result = loop {
                if left == 0 {
                    break Ok(true);
                }
                match queue.pop(&shared.ram) {
                    Ok(true) => (),
                    Ok(false) => break Ok(false),
                    Err(why) => break Err(why),
                }
                let copies = match self.forward(&shared.ram, &queue.chain) {
                    Ok(copies) => copies,
                    Err(why) => break Err(why),
                };
                left = left.saturating_sub(copies.saturating_mul(queue.chain.readable()).max(LEAST));
                queue.answer(0);
                sent = true;
            };
            if sent && queue.wants_interrupt() {
                shared.answered(index);
            }
            result
        })
    }

    /// Gives the frame in a chain to the switch; says how many receivers it was handed to. One that cannot be is lost, as on a
    /// wire.
    #[inline(always)]
    fn forward(&self, ram: &GuestRam, chain: &Chain) -> Result<usize, Malformed> {
        if let Some((memory, at, len)) = chain.whole(ram, false)
            && len >= 32
            && let Some(head) = memory.load_words(at)
        {
            let bytes = Bytes::Run(memory, at + HEADER, len - HEADER);
            return Ok(self.transmit(head, bytes, len - HEADER));
        }
        let head = head_in_pieces(ram, chain).ok_or("a frame that is shorter than its header")?;
        let sent = Sent { ram, chain };
        Ok(self.transmit(head, Bytes::Shared(&sent), sent.len()))
    }

    /// Gives a frame of `len` bytes with this head to the switch.
    #[inline(always)]
    fn transmit(&self, [h0, h1, h2, h3]: [u64; 4], bytes: Bytes<'_>, len: usize) -> usize {
        let head = [h1 >> 32 | h2 << 32, h2 >> 32 | h3 << 32];
        let Some(frame) = Frame::with_head(bytes, len, head, Offload::default()) else {
            self.port.refuse();
            return 0;
        };
        if is_finished(h0) {
            return self.switch.transmit(&self.port, &frame);
        }
        self.transmit_unfinished(&frame, [h0, h1])
    }

    #[inline(never)]
    fn transmit_unfinished(&self, frame: &Frame<'_>, header: [u64; 2]) -> usize {
        match offload(header, frame.head_len()) {
            Some(offload) => {
                let mut frame = *frame;
                frame.offload = offload;
                self.switch.transmit(&self.port, &frame)
            }
            None => {
                self.port.refuse();
                0
            }
        }
    }

    fn control_queue(&self) -> usize {
        2 * self.pairs
    }
}

impl Backend for Net {
    fn id(&self) -> u32 {
        1
    }

    fn features(&self) -> u64 {
        let mut features = OFFLOADS
            | (CSUM | HOST_TSO4 | HOST_TSO6 | HOST_ECN)
            | (CTRL_GUEST_OFFLOADS | MAC | MRG_RXBUF | STATUS)
            | (CTRL_VQ | CTRL_RX | CTRL_RX_EXTRA | CTRL_VLAN);
        if !self.fixed {
            features |= CTRL_MAC_ADDR;
        }
        if self.pairs > 1 {
            features |= MQ;
        }
        if self.mtu.is_some() {
            features |= MTU;
        }
        features
    }

    fn config(&self, offset: usize, to: &mut [u8]) {
        let mut space = [0; CONFIG];
        let fields = [
            (0, &self.mac.0[..]),
            (6, &LINK_UP.to_le_bytes()),
            (8, &(self.pairs as u16).to_le_bytes()),
            (10, &self.mtu.unwrap_or(0).to_le_bytes()),
        ];
        for (at, bytes) in fields {
            space.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
        }
        let from = space.get(offset..).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }

    fn start(&self, features: u64) {
        self.station.wishes.features.store(features & (OFFLOADS | MRG_RXBUF), Release);
        self.station.wishes.pairs.store(1, Release);
        self.station.filter(|filter| *filter = Filter::new(self.mac, features & CTRL_VLAN != 0));
    }

    fn notify(&self, queue: usize) {
        let result = match queue {
            // There are buffers: frames find them by themselves.
            queue if queue == self.control_queue() => self.control(),
            queue if queue % 2 == 0 => Ok(()),
            queue => self.send(queue / 2).map(|more| {
                if more {
                    self.works.get(queue / 2).into_iter().for_each(Later::submit);
                }
            }),
        };
        if let Err(why) = result {
            self.station.shared.fail(why);
        }
    }

    fn reset(&self, guest: bool) {
        if guest {
            self.works.iter().for_each(Later::cancel);
        }
    }

    fn stop(&self) {
        self.switch.detach(&self.port);
        self.works.iter().for_each(Later::cancel);
    }

    fn info(&self) -> String {
        let counts = self.port.statistics();
        format!(
            "{} on switch {}, {} of {} pairs in use, {} frames sent, {} received, {} lost for want of buffers",
            self.station.filter.lock().mac(),
            self.switch.name(),
            self.station.wishes.pairs.load(Acquire),
            self.pairs,
            counts.frames_in,
            counts.frames_out,
            counts.lost(),
        ) + &match self.station.misfits.load(Relaxed) {
            0 => String::new(),
            n => format!(", {n} that did not fit"),
        }
    }
}
