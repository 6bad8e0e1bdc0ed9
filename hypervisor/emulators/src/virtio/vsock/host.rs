// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor as a guest's peer: one connection of each guest at a time, to the management terminal, if the guest's node
//! allows that.

use super::packet::{HEADER, Header, NO_RECEIVE, NO_SEND, STREAM, op};
use super::stream::{RECEIVE_ROOM, Stream};
use super::table::{End, credit, learn};
use super::{HOST_CID, Station};
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::Ordering::Relaxed;
use kernel::sync::Once;
use vmm::virtqueue::{Chain, Malformed, Queue};

/// The port of the management terminal.
pub const TERMINAL_PORT: u32 = 23;

/// What begins a session for a connection; `false` if it cannot.
type Serve = fn(Arc<Stream>) -> bool;

static TERMINAL: Once<Serve> = Once::new();

/// Has `serve` called for each connection to the management terminal: it begins a session, which ends with
/// [`Stream::finish`], or gives `false`. Called by an orphan, which must not wait for the session. Context: boot, once.
pub fn serve_terminal(serve: Serve) {
    TERMINAL.call_once(|| serve);
}

/// Messages for the guest that are due.
#[derive(Clone, Copy, Default)]
struct Due {
    response: bool,
    update: bool,
    /// To this port of the guest's.
    reset: Option<u32>,
}

enum Phase {
    Idle,
    /// The guest has asked; the worker is about to answer.
    Asked,
    Open(Arc<Stream>),
    /// We have said that it is over; the guest has not.
    Leaving,
}

/// The hypervisor's end of a guest's connection to it.
pub(super) struct Host {
    /// The guest may have a terminal.
    terminal: bool,
    station: Weak<Station>,
    phase: Phase,
    /// The guest's port.
    port: u32,
    guest: End,
    /// Bytes that we have sent and got, and how many of these the guest knows to be read.
    sent: u32,
    got: u32,
    told: u32,
    due: Due,
    sessions: u64,
    /// Sessions that may not have ended yet, though their connections have.
    all: [Weak<Stream>; SESSIONS],
}

impl Host {
    pub(super) fn new(terminal: bool, station: Weak<Station>) -> Self {
        Self {
            terminal,
            station,
            phase: Phase::Idle,
            port: 0,
            guest: End::default(),
            sent: 0,
            got: 0,
            told: 0,
            due: Due::default(),
            sessions: 0,
            all: [const { Weak::new() }; SESSIONS],
        }
    }

    pub(super) fn info(&self) -> String {
        let now = match self.phase {
            Phase::Idle => "none",
            Phase::Asked => "one about to begin",
            Phase::Open(_) => "one open",
            Phase::Leaving => "one about to end",
        };
        match self.terminal {
            true => alloc::format!("terminal sessions: {now}, {} in all", self.sessions),
            false => "no terminal".to_string(),
        }
    }

    /// It is over at once; `reset`: the guest is told.
    fn close(&mut self, reset: bool) {
        if let Phase::Open(stream) = core::mem::replace(&mut self.phase, Phase::Idle) {
            stream.close();
        }
        self.due = Due { reset: reset.then_some(self.port).or(self.due.reset), ..Due::default() };
    }

    /// A guest asks for a connection; whether it may have one.
    fn ask(&mut self, header: &Header) -> bool {
        let mut guest = End::default();
        let free = matches!(self.phase, Phase::Idle | Phase::Leaving)
            && self.all.iter().any(|one| one.strong_count() == 0);
        if !free || !self.terminal || TERMINAL.get().is_none() || !learn(&mut guest, 0, header) {
            return false;
        }
        (self.phase, self.port, self.guest) = (Phase::Asked, header.src_port, guest);
        (self.sent, self.got, self.told) = (0, 0, 0);
        self.due = Due { reset: self.due.reset, ..Due::default() };
        true
    }

    /// A packet of the connection that there is; `false` if it does not belong to it.
    fn heed(&mut self, header: &Header, data: impl Iterator<Item = u8>) -> bool {
        let known = header.src_port == self.port && !matches!(self.phase, Phase::Idle);
        if !known || header.op == op::REQUEST {
            return false;
        }
        if header.op == op::RST {
            self.close(false);
            return true;
        }
        if !learn(&mut self.guest, self.sent, header) {
            self.close(true);
            return true;
        }
        let stream = match &self.phase {
            Phase::Open(stream) => stream.clone(),
            // Under way when we said that it is over.
            Phase::Leaving if header.op != op::SHUTDOWN => return true,
            _ => {
                self.close(true);
                return true;
            }
        };
        let mut bytes = stream.bytes.lock();
        match header.op {
            op::RW if header.len as usize <= RECEIVE_ROOM - bytes.input.len() && !bytes.ended => {
                bytes.input.extend(data);
                self.got = self.got.wrapping_add(header.len);
            }
            op::SHUTDOWN => bytes.ended |= header.flags & NO_SEND != 0,
            op::CREDIT_UPDATE => (),
            op::CREDIT_REQUEST => self.due.update = true,
            _ => {
                drop(bytes);
                self.close(true);
                return true;
            }
        }
        drop(bytes);
        // Neither way: nobody is there to hear what a session would say.
        if header.op == op::SHUTDOWN && header.flags & BOTH == BOTH {
            self.close(true);
        }
        stream.wake();
        true
    }

    /// A header for the guest.
    fn header(&mut self, op: u16, taken: u32) -> Header {
        self.told = taken;
        Header {
            src_cid: HOST_CID,
            src_port: TERMINAL_PORT,
            dst_port: self.port,
            kind: STREAM,
            op,
            buf_alloc: RECEIVE_ROOM as u32,
            fwd_cnt: taken,
            ..Header::default()
        }
    }

    /// The message that is to be sent next, and how many bytes of data may follow it, at most `room`. It counts as sent.
    fn next(&mut self, room: usize) -> Option<(Header, usize, Option<Arc<Stream>>)> {
        if let Some(port) = self.due.reset.take() {
            let header = Header { dst_port: port, fwd_cnt: 0, ..self.header(op::RST, 0) };
            return Some((header, 0, None));
        }
        let Phase::Open(stream) = &self.phase else { return None };
        let stream = stream.clone();
        let bytes = stream.bytes.lock();
        let (taken, waiting, finished) = (bytes.taken, bytes.output.len(), bytes.finished);
        drop(bytes);
        if core::mem::take(&mut self.due.response) {
            return Some((self.header(op::RESPONSE, taken), 0, None));
        }
        let count = waiting.min(room).min(credit(&self.guest, self.sent) as usize);
        if count != 0 {
            self.sent = self.sent.wrapping_add(count as u32);
            let header = Header { len: count as u32, ..self.header(op::RW, taken) };
            return Some((header, count, Some(stream)));
        }
        if waiting == 0 && finished {
            self.phase = Phase::Leaving;
            stream.close();
            let header = Header { flags: BOTH, ..self.header(op::SHUTDOWN, taken) };
            return Some((header, 0, None));
        }
        let stale = taken.wrapping_sub(self.told) as usize >= RECEIVE_ROOM / 2;
        if core::mem::take(&mut self.due.update) || stale {
            return Some((self.header(op::CREDIT_UPDATE, taken), 0, None));
        }
        None
    }

    /// Whether there is nothing to be sent for sure.
    fn is_quiet(&self) -> bool {
        self.due.reset.is_none() && !matches!(self.phase, Phase::Open(_))
    }
}

impl Station {
    /// A packet for the hypervisor; `false` if it is to be refused. Called with the sender's ring held.
    pub(super) fn for_host(&self, header: &Header, chain: &Chain) -> bool {
        if header.dst_port != TERMINAL_PORT {
            return false;
        }
        let mut host = self.host.lock();
        if header.op == op::REQUEST {
            let asked = host.ask(header);
            drop(host);
            if asked {
                self.accepting.submit();
            } else {
                log::warn!("guest {} may not have a terminal, or has one: refused", self.guest);
            }
            return asked;
        }
        let mut at = HEADER;
        let data = core::iter::from_fn(|| {
            let mut byte = [0];
            let there = chain.read(&self.shared.ram, at, &mut byte);
            at += 1;
            there.then_some(byte[0])
        });
        let heeded = host.heed(header, data.take(header.len as usize));
        drop(host);
        self.pump_host();
        heeded
    }

    /// The worker begins a session for the guest that asked for one. Context: orphan.
    pub(super) fn accept(&self) {
        let mut host = self.host.lock();
        if !matches!(host.phase, Phase::Asked) {
            return;
        }
        let stream = host.station.clone();
        drop(host);
        let stream = Arc::new(Stream::new(stream, &self.guest));
        host = self.host.lock();
        if !matches!(host.phase, Phase::Asked) {
            return;
        }
        host.phase = Phase::Open(stream.clone());
        let place = host.all.iter_mut().find(|one| one.strong_count() == 0);
        place.into_iter().for_each(|place| *place = Arc::downgrade(&stream));
        host.due.response = true;
        host.sessions += 1;
        drop(host);
        let begun = TERMINAL.get().is_some_and(|serve| serve(stream));
        log::info!("guest {} has a management terminal: {begun}", self.guest);
        if !begun {
            self.host.lock().close(true);
        }
        self.pump_host();
    }

    /// Sends what is due to the guest, as far as it has buffers. Context: any.
    pub(super) fn pump_host(&self) {
        let mut woken = None;
        self.with_buffers(&mut |queue| {
            // No longer than a while: a guest that goes on taking notifies again.
            for _ in 0..BURST {
                match self.send_next(queue)? {
                    Sent::Nothing => break,
                    Sent::Message => (),
                    Sent::Data(stream) => woken = Some(stream),
                }
            }
            Ok(())
        });
        woken.iter().for_each(|stream| stream.wake());
    }

    fn send_next(&self, queue: &mut Queue) -> Result<Sent, Malformed> {
        let mut host = self.host.lock();
        if host.is_quiet() || !queue.pop(&self.shared.ram)? {
            return Ok(Sent::Nothing);
        }
        let room = queue.chain.writable().checked_sub(HEADER + 1).ok_or(super::SHORT)? + 1;
        let Some((header, count, stream)) = host.next(room) else {
            queue.go_back();
            return Ok(Sent::Nothing);
        };
        let header = Header { dst_cid: self.cid, ..header };
        let (chain, ram) = (&queue.chain, &self.shared.ram);
        chain.write(ram, 0, &header.bytes());
        if let Some(stream) = &stream {
            let mut bytes = stream.bytes.lock();
            let mut at = HEADER;
            let mut left = count;
            while left != 0 {
                let (front, _) = bytes.output.as_slices();
                let now = front.get(..front.len().min(left)).unwrap_or_default();
                let done = now.len();
                if done == 0 {
                    break;
                }
                chain.write(ram, at, now);
                bytes.output.drain(..done);
                at += done;
                left -= done;
            }
        }
        queue.answer((HEADER + count) as u32);
        self.received.fetch_add(count as u64, Relaxed);
        Ok(stream.map_or(Sent::Message, Sent::Data))
    }

    /// The driver is gone: so is its connection.
    pub(super) fn end_host(&self) {
        let mut host = self.host.lock();
        host.close(false);
        host.due = Due::default();
    }
}

/// The flags of a shutdown both ways.
const BOTH: u32 = NO_RECEIVE | NO_SEND;
/// Sessions of a guest that may be there at once: one, and those before it that are about to end.
const SESSIONS: usize = 4;
/// Messages that are sent to a guest in one go at most.
const BURST: usize = 64;

enum Sent {
    Nothing,
    Message,
    Data(Arc<Stream>),
}
