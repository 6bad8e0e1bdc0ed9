// SPDX-License-Identifier: GPL-2.0-only
//! Output: a ring that the device's transmit interrupt empties, and the row that the terminal's user edits.

use super::{ConsoleDevice, EARLY, FALLBACK, FALLEN_BACK, device};
use crate::log;
use crate::percpu::this_cpu;
use crate::sync::SpinLock;
use core::sync::atomic::Ordering;

/// The longest row that is kept: a wide terminal and some cursor movements.
const ROW: usize = 256;
/// Bytes that wait for the device, a power of two: a screen of text fits several times.
const WAITING: usize = 8192;
/// Room in the ring that guests' output leaves free.
const RESERVED: usize = WAITING / 2;
/// How often a full device is asked before its oldest byte is given up: far longer than any UART needs.
const POLLS: u32 = 1_000_000;

/// What the terminal's user is editing: other output wipes it and, once that has ended its line, writes it again.
struct Row {
    bytes: [u8; ROW],
    len: usize,
    /// It stands on the screen: no other output has begun a line in its place.
    shown: bool,
}

/// Bytes that wait for the device's transmitter.
struct Ring {
    bytes: [u8; WAITING],
    head: usize,
    tail: usize,
}

impl Ring {
    fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    fn room(&self) -> usize {
        WAITING - self.tail.wrapping_sub(self.head)
    }

    /// Takes in as much as there is room for. Returns how much.
    fn push(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        for &byte in bytes.iter().take(count) {
            self.bytes[self.tail % WAITING] = byte;
            self.tail = self.tail.wrapping_add(1);
        }
        count
    }

    /// The oldest bytes, as far as they lie in one piece.
    fn front(&self) -> &[u8] {
        let (start, count) = (self.head % WAITING, self.tail.wrapping_sub(self.head));
        self.bytes.get(start..(start + count).min(WAITING)).unwrap_or_default()
    }

    /// Forgets the oldest bytes.
    fn pop(&mut self, count: usize) {
        self.head = self.head.wrapping_add(count.min(self.tail.wrapping_sub(self.head)));
    }
}

/// Where output goes.
#[derive(Clone, Copy)]
pub(super) enum Sink<'a> {
    /// To the device as its interrupt asks for it.
    Queued(&'a dyn ConsoleDevice),
    /// To the device, waiting for it.
    Polled(&'a dyn ConsoleDevice),
    /// To the console that was there before any driver.
    Early,
    /// To the console that the board's options name.
    Fallback,
}

impl Sink<'_> {
    /// Where output goes now.
    fn current() -> Sink<'static> {
        match device() {
            _ if FALLEN_BACK.load(Ordering::Relaxed) => Sink::Fallback,
            Some(device) if super::QUEUED.load(Ordering::Relaxed) => Sink::Queued(device),
            Some(device) => Sink::Polled(device),
            None => Sink::Early,
        }
    }
}

/// Output in any state of the machine.
pub(super) struct Output {
    row: Row,
    ring: Ring,
    /// The device's transmit interrupt is on.
    sending: bool,
}

pub(super) static OUTPUT: SpinLock<Output> = SpinLock::new(Output::new());

impl Output {
    const fn new() -> Self {
        Output {
            row: Row { bytes: [0; ROW], len: 0, shown: false },
            ring: Ring { bytes: [0; WAITING], head: 0, tail: 0 },
            sending: false,
        }
    }

    /// Gives the device what it takes at once, no more than its FIFO holds. Returns whether it took any.
    fn pump(&mut self, device: &dyn ConsoleDevice) -> bool {
        let count = device.send(self.ring.front());
        self.ring.pop(count);
        count > 0
    }

    /// Puts bytes behind those that wait. Only a full ring makes the caller wait for the device.
    fn queue(&mut self, device: &dyn ConsoleDevice, bytes: &[u8]) {
        // Always something to the device first: an interrupt that was lost does not end all output.
        let mut rest = bytes;
        if self.ring.is_empty() {
            rest = bytes.get(device.send(bytes)..).unwrap_or_default();
        } else {
            self.pump(device);
        }
        loop {
            let count = self.ring.push(rest);
            rest = rest.get(count..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            self.make_room(device);
        }
        if !self.ring.is_empty() && !self.sending {
            self.sending = true;
            device.set_tx_enabled(true);
        }
    }

    /// Waits until the device takes something. One that does not for long loses a byte rather than hang the machine.
    fn make_room(&mut self, device: &dyn ConsoleDevice) {
        for _ in 0..POLLS {
            if self.pump(device) {
                return;
            }
            arch::cpu::relax();
        }
        self.ring.pop(1);
    }

    /// The transmit interrupt: fills the device's FIFO once.
    fn transmit(&mut self, device: &dyn ConsoleDevice) {
        self.pump(device);
        if self.sending && self.ring.is_empty() {
            self.sending = false;
            device.set_tx_enabled(false);
        }
    }

    /// Sends what waits, and waits for that.
    fn flush(&mut self, device: &dyn ConsoleDevice) {
        while !self.ring.is_empty() {
            self.make_room(device);
        }
    }

    fn put(&mut self, to: Sink<'_>, bytes: &[u8]) {
        match to {
            Sink::Queued(device) => self.queue(device, bytes),
            _ => put_polled(to, bytes),
        }
    }

    fn put_text(&mut self, to: Sink<'_>, text: &[u8]) {
        lines(text, &mut |part| self.put(to, part));
    }

    fn put_row(&mut self, to: Sink<'_>) {
        let row = self.row.bytes;
        self.put(to, row.get(..self.row.len).unwrap_or_default());
        self.row.shown = true;
    }

    /// Sends bytes of the terminal's editor, after which `row` is what stands on its line.
    pub(super) fn edit_row(&mut self, to: Sink<'_>, bytes: &[u8], row: &[u8]) {
        if self.row.len > 0 && !self.row.shown {
            // Somebody else's unfinished line stands in the row's place.
            self.put(to, b"\r\n");
            self.put_row(to);
        }
        self.put(to, bytes);
        let len = if row.len() <= ROW { row.len() } else { 0 };
        if let (Some(to), Some(from)) = (self.row.bytes.get_mut(..len), row.get(..len)) {
            to.copy_from_slice(from);
        }
        self.row.len = len;
        self.row.shown = true;
    }

    /// Sends as much as there is room for. Returns how much.
    fn offer(&mut self, to: Sink<'_>, bytes: &[u8]) -> usize {
        let room = match to {
            Sink::Queued(_) => self.ring.room().saturating_sub(RESERVED),
            _ => bytes.len(),
        };
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.send_beside_row(to, taken, false);
        taken.len()
    }

    /// Sends output that is not the terminal's: the row that is being edited makes room for it.
    pub(super) fn send_beside_row(&mut self, to: Sink<'_>, bytes: &[u8], translate: bool) {
        if self.row.len > 0 && self.row.shown && !bytes.is_empty() {
            self.put(to, b"\r\x1b[K");
            self.row.shown = false;
        }
        if translate {
            self.put_text(to, bytes);
        } else {
            self.put(to, bytes);
        }
        if self.row.len > 0 && bytes.ends_with(b"\n") {
            self.put_row(to);
        }
    }
}

/// Hands on text with `\r\n` for `\n`.
fn lines(text: &[u8], put: &mut dyn FnMut(&[u8])) {
    for line in text.split_inclusive(|&b| b == b'\n') {
        match line.split_last() {
            Some((b'\n', text)) => {
                put(text);
                put(b"\r\n");
            }
            _ => put(line),
        }
    }
}

/// Sends bytes and waits until the device has taken them.
fn put_polled(to: Sink<'_>, bytes: &[u8]) {
    match to {
        Sink::Queued(device) | Sink::Polled(device) => {
            let (mut rest, mut polls) = (bytes, 0);
            while !rest.is_empty() && polls < POLLS {
                let count = device.send(rest);
                polls = if count > 0 { 0 } else { polls + 1 };
                rest = rest.get(count..).unwrap_or_default();
                arch::cpu::relax();
            }
        }
        Sink::Early => EARLY.send(bytes),
        Sink::Fallback => FALLBACK.send(bytes),
    }
}

/// Sends text; `\n` becomes `\r\n`. Context: any. Lines of several CPUs do not mix within one call. It waits for the
/// device only when there is no driver yet, when several KiB wait already, and in a panic.
pub fn write(bytes: &[u8]) {
    match log::panicking() {
        None => heard(|output| output.send_beside_row(Sink::current(), bytes, true)).unwrap_or_default(),
        Some(cpu) if cpu == this_cpu() => {
            // It may hold the lock itself, or another CPU that is stopped: go past it.
            flush();
            lines(bytes, &mut |part| put_polled(Sink::current(), part));
        }
        // About to be stopped: its lines do not belong into the report.
        Some(_) => {}
    }
}

/// Whether another CPU panics and has the console for itself.
fn silenced() -> bool {
    log::panicking().is_some_and(|cpu| cpu != this_cpu())
}

/// What `f` does with the output, unless another CPU panics, perhaps while this one waited for the lock.
fn heard<R>(f: impl FnOnce(&mut Output) -> R) -> Option<R> {
    if silenced() {
        return None;
    }
    let mut output = OUTPUT.lock();
    (!silenced()).then(|| f(&mut output))
}

/// Waits, not for long, until another CPU has ended what it writes just now; none begins after that. For the CPU that
/// panics, which may hold the lock itself.
pub fn take_over() {
    for _ in 0..POLLS {
        if OUTPUT.try_lock().is_some() {
            return;
        }
        arch::cpu::relax();
    }
}

/// Sends the first of these bytes as they are, as many as there is room for without waiting: a guest's output. Returns
/// how many. Part of the room is left for what the hypervisor says. Context: any.
pub fn offer(bytes: &[u8]) -> usize {
    heard(|output| output.offer(Sink::current(), bytes)).unwrap_or(0)
}

/// Sends bytes as they are and has `row` kept from then on: the line that the terminal's user edits, written so that it
/// redraws itself from any column. Output from elsewhere then appears above it. An empty `row` ends that; so does one
/// of more than 256 bytes. Context: any.
pub fn write_row(bytes: &[u8], row: &[u8]) {
    heard(|output| output.edit_row(Sink::current(), bytes, row));
}

/// Waits until the device has taken all output, unless somebody is just writing: before the machine ends. Context: any.
pub fn flush() {
    if let (Sink::Queued(device), Some(mut output)) = (Sink::current(), OUTPUT.try_lock()) {
        output.flush(device);
    }
}

/// The device's interrupt, as far as it is about output.
pub(super) fn transmit(device: &dyn ConsoleDevice) {
    heard(|output| output.transmit(device));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};

    /// A transmitter of 16 bytes that sends only when told.
    #[derive(Default)]
    struct Device {
        fifo: RefCell<Vec<u8>>,
        sent: RefCell<Vec<u8>>,
        interrupt: Cell<bool>,
        /// It drains by itself whenever it was found full so often.
        polls: Cell<u32>,
        automatic: bool,
    }

    // SAFETY: each test has one of its own, on one thread.
    unsafe impl Sync for Device {}

    impl Device {
        fn drain(&self) {
            self.sent.borrow_mut().append(&mut self.fifo.borrow_mut());
        }
    }

    impl ConsoleDevice for Device {
        fn send(&self, bytes: &[u8]) -> usize {
            self.polls.set(self.polls.get() + 1);
            if self.automatic && self.polls.get().is_multiple_of(3) {
                self.drain();
            }
            let mut fifo = self.fifo.borrow_mut();
            let count = bytes.len().min(16 - fifo.len());
            fifo.extend_from_slice(&bytes[..count]);
            count
        }
        fn read(&self) -> Option<u8> {
            None
        }
        fn set_handler(&self, _: fn()) -> crate::error::Result<()> {
            Ok(())
        }
        fn set_rx_enabled(&self, _: bool) {}
        fn set_tx_enabled(&self, enabled: bool) {
            self.interrupt.set(enabled);
        }
        fn name(&self) -> &str {
            "test"
        }
    }

    fn sent(device: &Device) -> String {
        device.drain();
        String::from_utf8(device.sent.take()).unwrap()
    }

    fn device() -> Device {
        Device { automatic: true, ..Device::default() }
    }

    #[test]
    fn other_output_makes_room_and_redraws_the_row() {
        let (device, mut output) = (device(), Output::new());
        let to = Sink::Polled(&device);
        output.send_beside_row(to, b"early\n", true);
        assert_eq!(sent(&device), "early\r\n", "nothing is edited");
        output.edit_row(to, b"$ a", b"\r$ a");
        assert_eq!(sent(&device), "$ a");
        output.send_beside_row(to, b"log line\n", true);
        assert_eq!(sent(&device), "\r\x1b[Klog line\r\n\r$ a");
        // A line in pieces: the row comes back when the line has ended.
        output.send_beside_row(to, b"[guest] ", false);
        output.send_beside_row(to, b"text", false);
        assert_eq!(sent(&device), "\r\x1b[K[guest] text");
        output.send_beside_row(to, b"\r\n", false);
        assert_eq!(sent(&device), "\r\n\r$ a");
        output.edit_row(to, b"b\r\n", b"");
        output.send_beside_row(to, b"x\n", true);
        assert_eq!(sent(&device), "b\r\nx\r\n", "the row is done");
    }

    #[test]
    fn editing_goes_on_below_an_unfinished_line() {
        let (device, mut output) = (device(), Output::new());
        let to = Sink::Polled(&device);
        output.edit_row(to, b"$ a", b"\r$ a");
        output.send_beside_row(to, b"half", true);
        output.edit_row(to, b"b", b"\r$ ab");
        assert_eq!(sent(&device), "$ a\r\x1b[Khalf\r\n\r$ ab");
        // A row that is too long is not kept.
        output.edit_row(to, b"", &[b'x'; ROW + 1]);
        output.send_beside_row(to, b"y\n", true);
        assert_eq!(sent(&device), "y\r\n");
    }

    #[test]
    fn a_writer_does_not_wait_and_interrupts_send_the_rest() {
        let (device, mut output) = (Device::default(), Output::new());
        let to = Sink::Queued(&device);
        output.send_beside_row(to, b"0123456789", false);
        assert!(!device.interrupt.get(), "the FIFO took it all");
        output.send_beside_row(to, b"abcdefghijklmnopqrstuvwxyz\n", true);
        assert!(device.interrupt.get());
        assert_eq!(device.fifo.borrow().len(), 16, "the rest waits");
        let mut interrupts = 0;
        while device.interrupt.get() {
            device.drain();
            output.transmit(&device);
            interrupts += 1;
        }
        assert_eq!(interrupts, 2, "each fills the FIFO once");
        assert_eq!(sent(&device), "0123456789abcdefghijklmnopqrstuvwxyz\r\n");
    }

    #[test]
    fn a_full_ring_waits_for_the_device_and_loses_nothing() {
        let (device, mut output) = (device(), Output::new());
        let long: Vec<u8> = (0..3 * WAITING).map(|i| b'a' + (i % 23) as u8).collect();
        output.send_beside_row(Sink::Queued(&device), &long, false);
        assert!(device.interrupt.get());
        output.flush(&device);
        assert!(sent(&device).as_bytes() == long);
        output.transmit(&device);
        assert!(!device.interrupt.get());
    }

    #[test]
    fn guests_output_never_waits_and_leaves_room() {
        let (device, mut output) = (Device::default(), Output::new());
        let to = Sink::Queued(&device);
        let mut taken = 0;
        for _ in 0..WAITING {
            taken += output.offer(to, b"guest\n");
        }
        assert_eq!(taken, RESERVED + 16, "half of the ring, and the FIFO");
        assert_eq!(output.offer(to, b"x"), 0);
        output.send_beside_row(to, b"hypervisor\n", true);
        assert!(output.ring.front().ends_with(b"hypervisor\r\n"));
        assert_eq!(output.offer(Sink::Polled(&self::device()), b"polled"), 6);
    }

    #[test]
    fn a_dead_device_does_not_hang_the_machine() {
        let (device, mut output) = (Device::default(), Output::new());
        output.queue(&device, &[b'x'; WAITING + 16]);
        output.queue(&device, b"ab");
        assert_eq!(output.ring.bytes[output.ring.tail.wrapping_sub(1) % WAITING], b'b');
    }
}
