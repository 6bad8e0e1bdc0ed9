// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor's end of a connection: bytes both ways, for an orphan that reads and writes them.

use super::Station;
use crate::sync::Lock;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Weak;
use kernel::sync::WaitQueue;

/// Bytes that wait to be read at most; the guest is told so.
pub(super) const RECEIVE_ROOM: usize = 4096;
/// Bytes that wait to be sent at most.
const SEND_ROOM: usize = 8192;

/// What waits, and what is over.
pub(super) struct Bytes {
    /// From the guest.
    pub(super) input: VecDeque<u8>,
    /// For the guest.
    pub(super) output: VecDeque<u8>,
    /// Bytes that were read, since the connection began.
    pub(super) taken: u32,
    /// The guest sends no more.
    pub(super) ended: bool,
    /// Whoever serves the connection writes no more.
    pub(super) finished: bool,
    /// The connection is gone.
    pub(super) closed: bool,
}

/// A connection from a guest to the hypervisor.
pub struct Stream {
    pub(super) bytes: Lock<Bytes>,
    changed: WaitQueue,
    station: Weak<Station>,
    guest: String,
}

impl Stream {
    /// Context: may allocate; it does not grow afterwards.
    pub(super) fn new(station: Weak<Station>, guest: &str) -> Self {
        let bytes = Bytes {
            input: VecDeque::with_capacity(RECEIVE_ROOM),
            output: VecDeque::with_capacity(SEND_ROOM),
            taken: 0,
            ended: false,
            finished: false,
            closed: false,
        };
        Self { bytes: Lock::new(bytes), changed: WaitQueue::new(), station, guest: guest.into() }
    }

    /// The guest that it comes from.
    pub fn guest(&self) -> &str {
        &self.guest
    }

    /// Takes what has come, as much as fits; says how much. Context: any.
    pub fn read(&self, to: &mut [u8]) -> usize {
        let mut bytes = self.bytes.lock();
        let count = to.len().min(bytes.input.len());
        to.iter_mut().zip(bytes.input.drain(..count)).for_each(|(to, from)| *to = from);
        bytes.taken = bytes.taken.wrapping_add(count as u32);
        let told = bytes.input.is_empty() && count != 0;
        drop(bytes);
        if told {
            self.pump();
        }
        count
    }

    /// Sends bytes, as soon as the guest takes them; `false` if the connection is gone before. Context: orphan; may sleep.
    pub fn write(&self, mut from: &[u8]) -> bool {
        loop {
            let mut bytes = self.bytes.lock();
            if bytes.closed || bytes.finished {
                return false;
            }
            let count = (SEND_ROOM - bytes.output.len()).min(from.len());
            let (now, rest) = from.split_at_checked(count).unwrap_or_default();
            bytes.output.extend(now);
            drop(bytes);
            self.pump();
            from = rest;
            if from.is_empty() {
                return true;
            }
            self.changed.wait_until(|| {
                let bytes = self.bytes.lock();
                bytes.closed || bytes.output.len() < SEND_ROOM
            });
        }
    }

    /// Sleeps until there is something to read or nothing more to come, at most `ns` nanoseconds if given. Context: orphan.
    pub fn wait(&self, ns: Option<u64>) {
        let ready = || {
            let bytes = self.bytes.lock();
            bytes.closed || bytes.ended || !bytes.input.is_empty()
        };
        match ns {
            Some(ns) => _ = self.changed.wait_until_timeout(ns, ready),
            None => self.changed.wait_until(ready),
        }
    }

    /// Sleeps for `ns` nanoseconds, shorter if something comes or the connection goes. Context: orphan.
    pub fn sleep(&self, ns: u64) {
        self.changed.wait_until_timeout(ns, || {
            let bytes = self.bytes.lock();
            bytes.closed || !bytes.input.is_empty()
        });
    }

    /// Whether the connection is gone: nobody reads what would be written. Context: any.
    pub fn is_closed(&self) -> bool {
        self.bytes.lock().closed
    }

    /// Whether nothing more will be read. Context: any.
    pub fn is_over(&self) -> bool {
        let bytes = self.bytes.lock();
        bytes.closed || bytes.ended && bytes.input.is_empty()
    }

    /// Ends the connection, once the guest has what was written. Context: any.
    pub fn finish(&self) {
        self.bytes.lock().finished = true;
        self.pump();
    }

    /// The connection is gone. Context: any.
    pub(super) fn close(&self) {
        self.bytes.lock().closed = true;
        self.wake();
    }

    /// Something has changed for whoever serves the connection. Context: any.
    pub(super) fn wake(&self) {
        self.changed.wake_all();
    }

    fn pump(&self) {
        self.station.upgrade().iter().for_each(|station| station.pump_host());
    }
}
