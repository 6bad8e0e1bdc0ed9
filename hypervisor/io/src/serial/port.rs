// SPDX-License-Identifier: GPL-2.0-only
//! One port of the multiplexer: what stands behind one UART of one guest.

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use super::Hub;
use crate::Result;
use crate::ring::Ring;
use crate::sync::Lock;

/// Bytes typed ahead that a port keeps for a UART whose FIFO is full.
const INPUT_SIZE: usize = 256;
/// Longest line that the tap shows in one piece.
const TAP_LINE: usize = 120;

/// The UART behind a port, for bytes that go to the guest.
pub trait Receiver: Send + Sync {
    /// Takes the first bytes of `bytes` into the UART's FIFO and returns how many it took. Once there is room again
    /// the UART calls [`Port::ready`]. Any context; called with a lock of the port held, so it must not call the port.
    fn receive(&self, bytes: &[u8]) -> usize;

    /// Lets the guest see a break condition. Whether it does; by default a UART has none.
    fn receive_break(&self) -> bool {
        false
    }

    /// Tells the guest how many columns and rows its terminal has. Whether it can be told; by default it cannot. Context:
    /// threads; called without a lock of the port.
    fn resize(&self, _columns: u16, _rows: u16) -> bool {
        false
    }
}

/// What has passed a port since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes that the guest has written.
    pub written: u64,
    /// Bytes that the guest's UART has taken.
    pub delivered: u64,
    /// Bytes that wait for the guest's UART.
    pub waiting: usize,
}

struct Scrollback {
    ring: Ring,
    written: u64,
    attached: bool,
    /// The line that the tap collects.
    line: [u8; TAP_LINE],
    line_len: usize,
}

struct Input {
    ring: Ring,
    delivered: u64,
    receiver: Option<Weak<dyn Receiver>>,
}

impl Input {
    /// Moves bytes from the ring to the UART until either has no more.
    fn pump(&mut self) {
        let Some(receiver) = self.receiver.as_ref().and_then(Weak::upgrade) else { return };
        while self.ring.len() != 0 {
            let front = self.ring.front();
            let len = front.len();
            let taken = receiver.receive(front).min(len);
            self.ring.consume(taken);
            self.delivered += taken as u64;
            if taken < len {
                return;
            }
        }
    }
}

/// A serial port: the guest's UART writes to it and receives from it, the host console attaches to it.
pub struct Port {
    name: Box<str>,
    hub: &'static Hub,
    out: Lock<Scrollback>,
    input: Lock<Input>,
    /// Some input waits: a hint that spares `ready` the lock.
    waiting: AtomicBool,
}

impl Port {
    pub(super) fn new(hub: &'static Hub, name: &str, scrollback: usize) -> Result<Self> {
        Ok(Self {
            name: name.into(),
            hub,
            out: Lock::new(Scrollback {
                ring: Ring::new(scrollback, "a port's scrollback")?,
                written: 0,
                attached: false,
                line: [0; TAP_LINE],
                line_len: 0,
            }),
            input: Lock::new(Input {
                ring: Ring::new(INPUT_SIZE, "a port's input")?,
                delivered: 0,
                receiver: None,
            }),
            waiting: AtomicBool::new(false),
        })
    }

    /// The name, such as `linux0/uart0`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Output of the guest: into the scrollback ring and, if this port is attached, to the host console. Exit path:
    /// does not allocate or sleep, and its cost is bounded by the length of `bytes`.
    pub fn write(&self, bytes: &[u8]) {
        let mut out = self.out.lock();
        out.ring.overwrite(bytes);
        out.written += bytes.len() as u64;
        if out.attached {
            self.hub.output.write(&[bytes]);
        } else if self.hub.tap.load(Ordering::Relaxed) {
            self.tap(&mut out, bytes);
        }
    }

    /// Collects `bytes` to lines and shows those on the host console while nothing is attached. Control characters
    /// are left out so that an unattended guest cannot upset the terminal.
    #[cold]
    fn tap(&self, out: &mut Scrollback, bytes: &[u8]) {
        for &byte in bytes {
            if byte >= b' ' || byte == b'\t' {
                if let Some(place) = out.line.get_mut(out.line_len) {
                    *place = byte;
                }
                out.line_len += 1;
            }
            if byte == b'\n' || out.line_len == TAP_LINE {
                let line = out.line.get(..out.line_len).unwrap_or_default();
                if !line.is_empty() && !self.hub.busy.load(Ordering::Relaxed) {
                    self.hub.output.write(&[b"[", self.name.as_bytes(), b"] ", line, b"\r\n"]);
                }
                out.line_len = 0;
            }
        }
    }

    /// Sets the UART that receives this port's input, and hands it what waits. The port does not keep it alive.
    pub fn set_receiver(&self, receiver: Arc<dyn Receiver>) {
        let mut input = self.input.lock();
        input.receiver = Some(Arc::downgrade(&receiver));
        input.pump();
        self.waiting.store(input.ring.len() != 0, Ordering::Release);
    }

    /// Input for the guest. Returns how many of `bytes` were taken, by the UART or into a queue of 256 bytes before
    /// it; the rest is for the caller to offer again later. Any context but the guest's own exit path.
    pub fn input(&self, bytes: &[u8]) -> usize {
        let mut input = self.input.lock();
        let mut taken = input.ring.push(bytes);
        input.pump();
        taken += input.ring.push(bytes.get(taken..).unwrap_or_default());
        input.pump();
        self.waiting.store(input.ring.len() != 0, Ordering::Release);
        taken
    }

    /// A break condition for the guest (Linux: magic SysRq). Whether its UART has that.
    pub fn send_break(&self) -> bool {
        let receiver = self.input.lock().receiver.as_ref().and_then(Weak::upgrade);
        receiver.is_some_and(|receiver| receiver.receive_break())
    }

    /// Tells the guest how large its terminal is, in columns and rows. Whether it can be told. Threads only.
    pub fn resize(&self, columns: u16, rows: u16) -> bool {
        let receiver = self.input.lock().receiver.as_ref().and_then(Weak::upgrade);
        receiver.is_some_and(|receiver| receiver.resize(columns, rows))
    }

    /// The UART has room in its FIFO again. Exit path; called without the UART's own lock held.
    #[inline]
    pub fn ready(&self) {
        if self.waiting.load(Ordering::Acquire) {
            self.refill();
        }
    }

    #[cold]
    fn refill(&self) {
        let mut input = self.input.lock();
        input.pump();
        self.waiting.store(input.ring.len() != 0, Ordering::Release);
    }

    /// Forgets input that waits for the guest: it is reset.
    pub fn flush_input(&self) {
        let mut input = self.input.lock();
        input.ring.clear();
        self.waiting.store(false, Ordering::Release);
    }

    /// Whether the host console is attached to this port.
    pub fn is_attached(&self) -> bool {
        self.out.lock().attached
    }

    /// What has passed the port.
    pub fn stats(&self) -> Stats {
        let written = self.out.lock().written;
        let input = self.input.lock();
        Stats { written, delivered: input.delivered, waiting: input.ring.len() }
    }

    /// A copy of what the guest has written last, as much as the ring holds. May allocate: threads only.
    pub fn scrollback(&self) -> Vec<u8> {
        // The copy's room is made before the lock is taken: the guest's exit path may wait for that lock.
        let size = self.out.lock().ring.capacity();
        let mut copy = Vec::with_capacity(size);
        let out = self.out.lock();
        let (older, newer) = out.ring.last(size);
        copy.extend_from_slice(older);
        copy.extend_from_slice(newer);
        copy
    }

    /// Shows the last lines on the host console and then, without a gap, whatever the guest writes.
    pub(super) fn attach(&self, lines: usize, most: usize) {
        let mut out = self.out.lock();
        let count = out.ring.last_lines(lines).min(most);
        let (older, newer) = out.ring.last(count);
        for piece in older.chunks(super::output::PIECE).chain(newer.chunks(super::output::PIECE)) {
            self.hub.output.write(&[piece]);
        }
        out.attached = true;
        out.line_len = 0;
    }

    pub(super) fn detach(&self) {
        self.out.lock().attached = false;
    }
}

impl core::fmt::Debug for Port {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Port({})", self.name)
    }
}
