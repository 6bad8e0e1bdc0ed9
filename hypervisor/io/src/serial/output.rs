// SPDX-License-Identifier: GPL-2.0-only
//! The way from the attached port to the host console, with a bounded cost for whoever writes.
//!
//! A host UART takes a byte at once as long as its FIFO has room and then one each 87 us (115200 baud). A guest must
//! not wait for that in its exit path, so at most [`PIECE`] bytes go to the console in one call, only if nothing
//! waits, and only as long as the console proves to be fast: one that took longer than [`PATIENCE_NS`] is given bytes
//! by [`Output::pump`] alone, a few at a time, from a timer. Until then they wait in a ring; what that does not hold is
//! dropped and counted.

use core::sync::atomic::{AtomicU64, Ordering};

use kernel::time;

use crate::Result;
use crate::ring::Ring;
use crate::sync::Lock;

/// Most bytes that one call hands to the console.
pub(super) const PIECE: usize = 64;
/// Most bytes that one call hands to a console that takes all it is given but may be slow.
const SMALL_PIECE: usize = 8;
/// A console that takes a piece in less time is not a slow one.
const PATIENCE_NS: u64 = 50_000;
/// How long [`Output::pump`] goes on handing over pieces.
const PUMP_NS: u64 = 100_000;
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
    /// Called when bytes begin to wait; it sees to it that `pump` is called soon.
    request: Option<fn()>,
    /// A pump has been asked for and has not emptied the ring yet.
    requested: bool,
    /// The console was slow, and bytes have waited since.
    slow: bool,
}

impl State {
    /// Hands the first bytes of `bytes` to the console, `limit` at most; how many it took.
    fn emit(&self, bytes: &[u8], limit: usize) -> usize {
        let piece = bytes.get(..limit.min(bytes.len())).unwrap_or_default();
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

    /// Hands one piece of the waiting bytes to the console; how many bytes it took.
    fn drain(&mut self, limit: usize) -> usize {
        let taken = self.emit(self.ring.front(), limit);
        self.ring.consume(taken);
        taken
    }

    /// Hands the first bytes of `bytes` to the console, unless others wait; how many it took.
    fn send(&mut self, bytes: &[u8]) -> usize {
        if self.slow {
            return 0;
        }
        if self.ring.len() != 0 {
            self.drain(PIECE);
        }
        if self.ring.len() != 0 {
            return 0;
        }
        let Sink::Write(_) = self.sink else { return self.emit(bytes, PIECE) };
        let start = time::now();
        let taken = self.emit(bytes, PIECE);
        // Without anyone to pump there is no other way than this one.
        self.slow =
            self.request.is_some() && time::now().wrapping_sub(start) > time::ns_to_ticks(PATIENCE_NS);
        taken
    }

    /// Sends or keeps `bytes`; how many had to be dropped.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let sent = self.send(bytes);
        let rest = bytes.get(sent..).unwrap_or_default();
        let dropped = rest.len() - self.ring.push(rest);
        if (self.slow || self.ring.len() != 0)
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
            state: Lock::new(State { sink: Sink::None, ring, request: None, requested: false, slow: false }),
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

    /// Sends bytes that wait, for a tenth of a millisecond or a little more; between the pieces others get at the
    /// lock. Whether none is left; if some are, it wants to be called again.
    pub(super) fn pump(&self) -> bool {
        let end = time::now_ns().saturating_add(PUMP_NS);
        // One piece for each byte of the ring at most: whatever the clock does, this ends.
        for _ in 0..RING_SIZE {
            let mut state = self.state.lock();
            let limit = if matches!(state.sink, Sink::Write(_)) { SMALL_PIECE } else { PIECE };
            let taken = state.drain(limit);
            if state.ring.len() == 0 {
                state.requested = false;
                state.slow = false;
                return true;
            }
            drop(state);
            if taken == 0 || time::now_ns() >= end {
                break;
            }
        }
        false
    }

    /// Forgets what waits for the console: nobody wants to see it there any more. It is not counted as dropped.
    pub(super) fn forget(&self) {
        self.state.lock().ring.clear();
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
