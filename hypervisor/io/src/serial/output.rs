// SPDX-License-Identifier: GPL-2.0-only
//! The way from the attached port to the host console, with a bounded cost for whoever writes.
//!
//! A host UART takes a byte at once as long as its FIFO has room and then one each 87 us (115200 baud). A guest must
//! not wait for that in its exit path, so at most [`PIECE`] bytes go to the console in one call and only if nothing
//! waits; the rest goes into a ring which [`Output::drain`] empties piece by piece, from a timer. What the ring does
//! not hold is dropped and counted.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::Result;
use crate::ring::Ring;
use crate::sync::Lock;

/// Most bytes that one call hands to the console.
pub(super) const PIECE: usize = 64;
/// Bytes that may wait for the console.
pub(super) const RING_SIZE: usize = 8 * 1024;

/// Where bytes for the host console go.
#[derive(Clone, Copy)]
enum Sink {
    /// Nowhere yet: they wait in the ring.
    None,
    /// A console that takes all bytes, however long that takes.
    Write(fn(&[u8])),
    /// A console that takes as many bytes as its FIFO has room for, and says how many.
    Poll(fn(&[u8]) -> usize),
}

struct State {
    sink: Sink,
    ring: Ring,
    /// Called when bytes begin to wait; it sees to it that `drain` is called soon.
    request: Option<fn()>,
    /// A drain has been asked for and has not emptied the ring yet.
    requested: bool,
}

impl State {
    /// Hands the first bytes of `bytes` to the console, a piece at most; how many it took.
    fn emit(&self, bytes: &[u8]) -> usize {
        let piece = bytes.get(..PIECE.min(bytes.len())).unwrap_or_default();
        match self.sink {
            _ if piece.is_empty() => 0,
            Sink::None => 0,
            Sink::Write(write) => {
                write(piece);
                piece.len()
            }
            Sink::Poll(poll) => poll(piece).min(piece.len()),
        }
    }

    /// Hands one piece of the waiting bytes to the console. Whether none is left.
    fn drain(&mut self) -> bool {
        let taken = self.emit(self.ring.front());
        self.ring.consume(taken);
        self.ring.len() == 0
    }

    /// Sends or keeps `bytes`; how many had to be dropped.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let empty = self.ring.len() == 0 || self.drain();
        let sent = if empty { self.emit(bytes) } else { 0 };
        let rest = bytes.get(sent..).unwrap_or_default();
        let dropped = rest.len() - self.ring.push(rest);
        if self.ring.len() != 0
            && !self.requested
            && let Some(request) = self.request
        {
            self.requested = true;
            request();
        }
        dropped
    }
}

/// The host console as ports see it.
pub(super) struct Output {
    state: Lock<State>,
    dropped: AtomicU64,
}

impl Output {
    /// An output that holds nothing and sends nowhere.
    pub(super) const fn new(ring: Ring) -> Self {
        Self {
            state: Lock::new(State { sink: Sink::None, ring, request: None, requested: false }),
            dropped: AtomicU64::new(0),
        }
    }

    /// Gives the output its ring, unless it has one.
    pub(super) fn prepare(&self) -> Result<()> {
        if self.state.lock().ring.capacity() != 0 {
            return Ok(());
        }
        let ring = Ring::new(RING_SIZE, "the console's transmit ring")?;
        let mut state = self.state.lock();
        if state.ring.capacity() == 0 {
            state.ring = ring;
        }
        Ok(())
    }

    pub(super) fn set_write(&self, write: fn(&[u8])) {
        self.state.lock().sink = Sink::Write(write);
    }

    pub(super) fn set_poll(&self, poll: fn(&[u8]) -> usize) {
        self.state.lock().sink = Sink::Poll(poll);
    }

    /// What to call when bytes begin to wait. It may be called with interrupts masked and the output's lock held.
    pub(super) fn set_request(&self, request: fn()) {
        self.state.lock().request = Some(request);
    }

    /// Sends `parts` one after the other, with nothing of others between them. Bounded: at most one piece per part and
    /// one of those that waited goes to the console now.
    pub(super) fn write(&self, parts: &[&[u8]]) {
        let mut state = self.state.lock();
        let dropped: usize = parts.iter().map(|part| state.write(part)).sum();
        drop(state);
        if dropped != 0 {
            self.dropped.fetch_add(dropped as u64, Ordering::Relaxed);
        }
    }

    /// Sends one piece of the bytes that wait. Whether none is left; if some are, it wants to be called again.
    pub(super) fn drain(&self) -> bool {
        let mut state = self.state.lock();
        let empty = state.drain();
        state.requested = !empty;
        empty
    }

    /// Bytes that wait for the console.
    pub(super) fn waiting(&self) -> usize {
        self.state.lock().ring.len()
    }

    /// Bytes that the ring had no room for, since boot.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
