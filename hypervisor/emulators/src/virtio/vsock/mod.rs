// SPDX-License-Identifier: GPL-2.0-only
//! Socket device (virtio 1.2, 5.10): streams between guests, and from a guest to the hypervisor.
//!
//! A packet goes from the ring of its sender into the buffers of its receiver where the notification traps, copied once. A
//! receiver that has no buffers lets the sender's ring wait, but not for ever ([`PATIENCE_NS`]). Locks are taken in this
//! order: the sender's ring, the receiver's ring, then a table of connections or the hypervisor's end.

mod host;
mod network;
mod packet;
mod stream;
mod table;

pub use host::{TERMINAL_PORT, serve_terminal};
pub use stream::Stream;

use super::device::{Backend, Shared};
use super::later::{self, Later};
use super::{Made, flag, number, string};
use crate::sync::Lock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use host::Host;
use kernel::time::{NS_PER_SEC, now_ns};
use kernel::timer::Timer;
use network::Network;
use packet::{HEADER, Header, op};
use table::{ASKED, ASKER, Table, Verdict};
use vmm::device::{Context, Error, IrqLine};
use vmm::virtqueue::{Chain, Malformed, Queue};

/// Options of the device's node.
pub(super) const OPTIONS: &[&str] = &["ferrovisor,cid", "ferrovisor,vsock", "ferrovisor,terminal"];

/// Streams are what there is (5.10.3).
const STREAM_FEATURE: u64 = 1;
/// The queues (5.10.2): what the driver receives, what it sends; the third is for events, of which there are none.
const RECEIVE: usize = 0;
const SEND: usize = 1;
const QUEUES: usize = 3;
/// The hypervisor's number, and the first that a guest can have.
const HOST_CID: u64 = 2;
const FIRST_CID: u64 = 3;
/// Numbers have 32 bits, and the last means any.
const LAST_CID: u64 = u32::MAX as u64 - 1;
/// Bytes that one notification copies, and what a packet counts for at least; the worker has the rest.
const BUDGET: usize = 128 << 10;
const LEAST: usize = 2 << 10;
/// How long a guest may leave others waiting for buffers before its connections are over.
const PATIENCE_NS: u64 = 10 * NS_PER_SEC;

/// A socket device of a guest.
pub(super) struct Station {
    shared: Arc<Shared>,
    guest: String,
    cid: u64,
    network: Arc<Network>,
    /// Its place in the network.
    index: usize,
    table: Arc<Table>,
    host: Lock<Host>,
    /// Places of guests whose sending waits for buffers of this one.
    waiting: AtomicU64,
    /// The driver is to be told that connections are over.
    owing: AtomicBool,
    /// Bytes of the next packet to be sent that have gone on.
    gone_on: AtomicUsize,
    /// It has taken a packet since the patience with it began; that has an end; it had one.
    moving: AtomicBool,
    watched: AtomicBool,
    deaf: AtomicBool,
    patience: Arc<Timer>,
    sending: Later,
    accepting: Later,
    sent: AtomicU64,
    received: AtomicU64,
}

/// How far a packet came.
enum Progress {
    /// It is done with.
    Done,
    /// There are no buffers for it, or for the answer to it.
    Stuck,
    /// There is more of it to be copied, later.
    More,
}

/// Puts a header into the driver's next buffer; `false` if there is none.
fn push(queue: &mut Queue, shared: &Shared, header: &Header) -> Result<bool, Malformed> {
    if !queue.pop(&shared.ram)? {
        return Ok(false);
    }
    if !queue.chain.write(&shared.ram, 0, &header.bytes()) {
        return Err(SHORT);
    }
    queue.answer(HEADER as u32);
    Ok(true)
}

const SHORT: Malformed = "a buffer for packets that is shorter than their header";

impl Station {
    /// Looks after what is between the driver's buffers and others: has `f` use them. What it finds wrong costs the device.
    fn with_buffers(&self, f: &mut dyn FnMut(&mut Queue) -> Result<(), Malformed>) {
        let Some(queue) = self.shared.queue(RECEIVE) else { return };
        let mut queue = queue.lock();
        if !self.shared.is_live() {
            return;
        }
        let result = f(&mut queue);
        if queue.wants_interrupt() {
            self.shared.answered(RECEIVE);
        }
        drop(queue);
        if let Err(why) = result {
            self.shared.fail(why);
        }
    }

    /// Sends what the driver has put into its queue; says whether there may be more.
    fn send(&self) -> Result<bool, Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(SEND) else { return Ok(false) };
        let mut queue = queue.lock();
        let (mut left, mut sent) = (BUDGET, false);
        let result = loop {
            if left == 0 || !shared.is_live() {
                break Ok(left == 0);
            }
            match queue.pop(&shared.ram) {
                Ok(true) => (),
                Ok(false) => break Ok(false),
                Err(why) => break Err(why),
            }
            let mut bytes = [0; HEADER];
            if !queue.chain.read(&shared.ram, 0, &mut bytes) {
                break Err("a packet that is shorter than its header");
            }
            let header = Header::parse(&bytes);
            if header.len as usize > queue.chain.readable() - HEADER {
                break Err("a packet that is shorter than its header says");
            }
            let before = left;
            let progress = self.route(&header, &queue.chain, &mut left);
            left = left.min(before.saturating_sub(LEAST));
            match progress {
                Progress::Done => {
                    self.gone_on.store(0, Relaxed);
                    queue.answer(0);
                    sent = true;
                }
                Progress::More => {
                    queue.go_back();
                    break Ok(true);
                }
                Progress::Stuck => {
                    queue.go_back();
                    break Ok(false);
                }
            }
        };
        if sent && queue.wants_interrupt() {
            shared.answered(SEND);
        }
        result
    }

    /// [`send`](Self::send), with what follows from it.
    fn pump(&self) {
        match self.send() {
            Ok(false) => (),
            Ok(true) => self.sending.submit(),
            Err(why) => self.shared.fail(why),
        }
    }

    /// Hands a packet to whom it is for.
    fn route(&self, header: &Header, chain: &Chain, left: &mut usize) -> Progress {
        if header.src_cid != self.cid {
            // Not the guest's own name: it is for nobody.
            return Progress::Done;
        }
        let forbidden = header.kind != packet::STREAM || header.dst_cid == self.cid;
        let progress = match header.dst_cid {
            _ if forbidden => None,
            HOST_CID => self.for_host(header, chain).then_some(Progress::Done),
            cid => self.network.find(cid).and_then(|to| self.forward(&to, header, chain, left)),
        };
        match progress {
            Some(progress) => progress,
            None if header.op == op::RST => Progress::Done,
            None => self.refuse(header),
        }
    }

    /// Tells the driver that there is no such connection.
    fn refuse(&self, header: &Header) -> Progress {
        let mut progress = Progress::Done;
        self.with_buffers(&mut |queue| {
            if !push(queue, &self.shared, &header.refusal())? {
                self.waiting.fetch_or(1 << self.index, AcqRel);
                progress = Progress::Stuck;
            }
            Ok(())
        });
        progress
    }

    /// Copies a packet, or what is left of it, into another guest's buffers; `None` if its sender is to hear a refusal.
    fn forward(&self, to: &Station, header: &Header, chain: &Chain, left: &mut usize) -> Option<Progress> {
        if to.owing.load(Acquire) {
            to.tell();
        }
        if to.deaf.load(Acquire) {
            // Both hear that all is over between them; the one that is deaf when it has buffers again.
            let own = self.table.cut(to.cid);
            if to.table.cut(self.cid) || own {
                self.owing.store(true, Release);
                to.owing.store(true, Release);
                self.tell();
            }
            return None;
        }
        // Of a driver that is not there, too.
        let mut progress = None;
        to.with_buffers(&mut |queue| {
            progress = self.fill(to, queue, header, chain, left)?;
            Ok(())
        });
        progress
    }

    /// [`forward`](Self::forward) into the buffers of `to`, whose queue it is.
    fn fill(
        &self,
        to: &Station,
        queue: &mut Queue,
        header: &Header,
        chain: &Chain,
        left: &mut usize,
    ) -> Result<Option<Progress>, Malformed> {
        let data = header.op == op::RW;
        let mut done = if data { self.gone_on.load(Relaxed).min(header.len as usize) } else { 0 };
        loop {
            if !queue.pop(&to.shared.ram)? {
                self.wait_for(to);
                return Ok(Some(Progress::Stuck));
            }
            let room = queue.chain.writable().checked_sub(HEADER).ok_or(SHORT)?;
            let rest = if data { header.len as usize - done } else { 0 };
            if room == 0 && rest != 0 {
                return Err(SHORT);
            }
            let bytes = rest.min(room);
            match self.judge(to, header, bytes as u32) {
                Verdict::Forward => (),
                Verdict::Break => {
                    let end = Header { op: op::RST, len: 0, flags: 0, ..*header };
                    queue.chain.write(&to.shared.ram, 0, &end.bytes());
                    queue.answer(HEADER as u32);
                    return Ok(None);
                }
                other => {
                    queue.go_back();
                    return Ok((other == Verdict::Drop).then_some(Progress::Done));
                }
            }
            to.moving.store(true, Relaxed);
            let part = Header { len: bytes as u32, ..*header };
            queue.chain.write(&to.shared.ram, 0, &part.bytes());
            let mut at = HEADER;
            chain.each(&self.shared.ram, false, HEADER + done, bytes, |memory, from, count| {
                queue.chain.fill(&to.shared.ram, at, memory, from, count);
                at += count;
            });
            queue.answer((HEADER + bytes) as u32);
            self.sent.fetch_add(bytes as u64, Relaxed);
            to.received.fetch_add(bytes as u64, Relaxed);
            done += bytes;
            *left = left.saturating_sub(bytes);
            if bytes == rest {
                return Ok(Some(Progress::Done));
            }
            self.gone_on.store(done, Relaxed);
            if *left == 0 {
                return Ok(Some(Progress::More));
            }
        }
    }

    /// What becomes of a packet to another guest.
    fn judge(&self, to: &Station, header: &Header, bytes: u32) -> Verdict {
        let known = self.table.judge(ASKER, to.cid, header, bytes);
        let known = known.or_else(|| to.table.judge(ASKED, self.cid, header, bytes));
        known.unwrap_or_else(|| match header.op {
            op::REQUEST if self.table.open(header, now_ns()) => Verdict::Forward,
            op::RST => Verdict::Drop,
            _ => Verdict::Refuse,
        })
    }

    /// Sending goes on when `to` has buffers; or when it has had none for too long.
    fn wait_for(&self, to: &Station) {
        to.waiting.fetch_or(1 << self.index, AcqRel);
        if !to.watched.swap(true, AcqRel) {
            to.moving.store(false, Relaxed);
            to.patience.arm(now_ns().saturating_add(PATIENCE_NS));
        }
    }

    /// Others have waited for a while. Context: interrupt.
    fn judge_patience(&self) {
        self.watched.store(false, Release);
        if self.waiting.load(Acquire) & !(1 << self.index) == 0 {
            return;
        }
        if !self.moving.load(Acquire) {
            self.deaf.store(true, Release);
        }
        self.wake(false);
    }

    /// Those that wait for buffers go on: the first at once, if that may be, the others by the worker.
    fn wake(&self, mut at_once: bool) {
        let mut waiting = self.waiting.swap(0, AcqRel);
        while waiting != 0 {
            let index = waiting.trailing_zeros() as usize;
            waiting &= waiting - 1;
            match self.network.station(index) {
                Some(station) if core::mem::take(&mut at_once) => station.pump(),
                Some(station) => station.sending.submit(),
                None => (),
            }
        }
    }

    /// Tells the driver of connections that are over, as far as it has buffers.
    fn tell(&self) {
        self.with_buffers(&mut |queue| {
            self.owing.store(false, Release);
            let mut result = Ok(());
            for index in self.network.indices().filter(|index| *index != self.index) {
                let Some((cid, table)) = self.network.table(index) else { continue };
                let mut tell = |[mine, other]: [u32; 2]| {
                    let header = Header {
                        src_cid: cid,
                        dst_cid: self.cid,
                        src_port: other,
                        dst_port: mine,
                        kind: packet::STREAM,
                        op: op::RST,
                        ..Header::default()
                    };
                    match push(queue, &self.shared, &header) {
                        Ok(pushed) => pushed,
                        Err(why) => {
                            result = Err(why);
                            false
                        }
                    }
                };
                let all =
                    table.settle(ASKED, self.cid, &mut tell) && self.table.settle(ASKER, cid, &mut tell);
                if !all {
                    self.owing.store(true, Release);
                    break;
                }
                self.network.release(index);
            }
            result
        });
    }

    /// The driver is gone, and with it all connections; others hear of it.
    fn abandon(&self) {
        self.gone_on.store(0, Relaxed);
        self.owing.store(false, Release);
        self.deaf.store(false, Release);
        for index in self.network.indices().filter(|index| *index != self.index) {
            let Some((cid, table)) = self.network.table(index) else { continue };
            let own = self.table.leave(ASKER, cid);
            if (table.leave(ASKED, self.cid) || own)
                && let Some(other) = self.network.station(index)
            {
                other.owing.store(true, Release);
                other.tell();
            }
            self.network.release(index);
        }
        self.end_host();
        self.wake(false);
    }

    /// There are buffers for what the driver receives.
    fn refilled(&self) {
        self.deaf.store(false, Release);
        if self.owing.load(Acquire) {
            self.tell();
        }
        self.pump_host();
        self.wake(true);
    }
}

impl Backend for Station {
    fn id(&self) -> u32 {
        19
    }

    fn features(&self) -> u64 {
        STREAM_FEATURE
    }

    fn config(&self, offset: usize, to: &mut [u8]) {
        let space = self.cid.to_le_bytes();
        let from = space.get(offset..).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }

    fn notify(&self, queue: usize) {
        match queue {
            RECEIVE => self.refilled(),
            SEND => self.pump(),
            // Buffers for events: they stay where they are.
            _ => (),
        }
    }

    fn reset(&self, guest: bool) {
        self.abandon();
        if guest {
            self.sending.cancel();
            self.accepting.cancel();
        }
    }

    fn stop(&self) {
        self.abandon();
        self.network.leave(self.index);
        self.patience.cancel();
        self.sending.cancel();
        self.accepting.cancel();
        network::tidy();
    }

    fn info(&self) -> String {
        let name = if self.network.name.is_empty() { "of its own" } else { &self.network.name };
        let (mine, _) = self.table.count();
        format!(
            "CID {} in vsock network {name}, {mine} connections asked for, {} bytes sent, {} received, {}",
            self.cid,
            self.sent.load(Relaxed),
            self.received.load(Relaxed),
            self.host.lock().info(),
        )
    }
}

/// Makes the device of a node.
pub(super) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let unavailable = |what| Error::Unavailable { node: ctx.node.path.clone(), what };
    let found = number(ctx, "ferrovisor,cid", LAST_CID)?;
    let Some(cid @ FIRST_CID..) = found else {
        let found = found.map_or("nothing".to_string(), |cid| cid.to_string());
        let expected = "the guest's number, from 3 to 4294967294";
        return Err(ctx.property_error("ferrovisor,cid", &found, expected));
    };
    let name = string(ctx, "ferrovisor,vsock")?.unwrap_or_default();
    let terminal = flag(ctx, "ferrovisor,terminal")?;
    if !later::start() {
        return Err(unavailable("there is no memory for the worker of virtio devices".to_string()));
    }
    let shared = Shared::new(ctx.ram.clone(), line, QUEUES);
    let make = |network, index| {
        Arc::new_cyclic(|station: &Weak<Station>| {
            let later = |f: fn(&Station)| {
                let station = station.clone();
                Later::new(move || station.upgrade().iter().for_each(|station| f(station)))
            };
            let watched = station.clone();
            let patience =
                Timer::new(move || watched.upgrade().iter().for_each(|station| station.judge_patience()));
            Station {
                shared: shared.clone(),
                guest: ctx.guest.to_string(),
                cid,
                network,
                index,
                table: Arc::new(Table::new()),
                host: Lock::new(Host::new(terminal, station.clone())),
                waiting: AtomicU64::new(0),
                owing: AtomicBool::new(false),
                gone_on: AtomicUsize::new(0),
                moving: AtomicBool::new(false),
                watched: AtomicBool::new(false),
                deaf: AtomicBool::new(false),
                patience,
                sending: later(Station::pump),
                accepting: later(Station::accept),
                sent: AtomicU64::new(0),
                received: AtomicU64::new(0),
            }
        })
    };
    let station = network::join(name, cid, make).map_err(unavailable)?;
    Ok((shared, station))
}
