// SPDX-License-Identifier: GPL-2.0-only
//! The console: polled output from the first instruction of Rust on, interrupt-driven input once a driver is there.
//!
//! Output goes to the console device, or to the early console before there is one; a `\n` is sent as `\r\n`. Input
//! is moved from the device to a ring by the device's interrupt. When the ring is full, the device is left alone until
//! the reader has made room: its own flow control then holds the sender.

use crate::sync::{SpinLock, WaitQueue};
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use spin::Once;

/// A device that can be the console.
pub trait ConsoleDevice: Sync {
    /// Sends bytes, polled. Context: any; the console's lock is held.
    fn write(&self, bytes: &[u8]);
    /// Takes a received byte, if there is one. Context: any.
    fn read(&self) -> Option<u8>;
    /// Sets what the receive interrupt calls, in interrupt context, and enables that interrupt. Context: boot.
    ///
    /// # Errors
    /// The device's interrupt cannot be had.
    fn set_rx_handler(&self, handler: fn()) -> crate::error::Result<()>;
    /// Masks or unmasks the receive interrupt. Context: any.
    fn set_rx_enabled(&self, enabled: bool);
    /// A name for reports.
    fn name(&self) -> &str;
}

/// A polled transmitter that needs nothing: the console before the drivers.
#[derive(Clone, Copy)]
pub struct EarlyConsole {
    /// Name of the device kind.
    pub name: &'static str,
    /// Sends one byte; the first argument is the registers' address, the second how registers are laid out (shift in
    /// bits 7:0, access width in bytes in bits 15:8).
    pub put: fn(usize, u32, u8),
    /// Register layout, the second argument of `put`.
    pub layout: u32,
}

/// A polled console in use. Without a lock, so that a panic finds it in any state.
struct Polled {
    /// The `put` of an [`EarlyConsole`], null for none.
    put: AtomicPtr<()>,
    base: AtomicUsize,
    layout: AtomicU32,
}

impl Polled {
    const fn none() -> Self {
        let put = AtomicPtr::new(core::ptr::null_mut());
        Polled { put, base: AtomicUsize::new(0), layout: AtomicU32::new(0) }
    }

    fn set(&self, early: EarlyConsole, base: usize) {
        self.put.store(core::ptr::null_mut(), Ordering::SeqCst);
        self.base.store(base, Ordering::SeqCst);
        self.layout.store(early.layout, Ordering::SeqCst);
        self.put.store(early.put as *mut (), Ordering::SeqCst);
    }

    fn send(&self, bytes: &[u8]) {
        let put = self.put.load(Ordering::Acquire);
        if !put.is_null() {
            // SAFETY: `set` stores null or the `put` of an `EarlyConsole`.
            let put: fn(usize, u32, u8) = unsafe { core::mem::transmute(put) };
            let (base, layout) = (self.base.load(Ordering::Relaxed), self.layout.load(Ordering::Relaxed));
            bytes.iter().for_each(|&b| put(base, layout, b));
        }
    }
}

/// The console before there is a driver.
static EARLY: Polled = Polled::none();
/// What the board's options name: for a panic that comes from using the other one.
static FALLBACK: Polled = Polled::none();
/// Output goes to [`FALLBACK`] alone.
static FALLEN_BACK: AtomicBool = AtomicBool::new(false);

struct Output {
    row: Row,
}

static OUTPUT: SpinLock<Output> =
    SpinLock::new(Output { row: Row { bytes: [0; ROW], len: 0, shown: false } });
static DEVICE: Once<&'static dyn ConsoleDevice> = Once::new();

/// The longest row that is kept: a wide terminal and some cursor movements.
const ROW: usize = 256;

/// What the terminal's user is editing: other output wipes it and, once that has ended its line, writes it again.
struct Row {
    bytes: [u8; ROW],
    len: usize,
    /// It stands on the screen: no other output has begun a line in its place.
    shown: bool,
}

/// Bytes of the input ring, a power of two: a paste of 1 KiB fits several times.
const INPUT: usize = 4096;

struct Input {
    ring: [u8; INPUT],
    head: usize,
    tail: usize,
    /// The receive interrupt is off since the ring was full.
    held: bool,
}

static INPUT_RING: SpinLock<Input> = SpinLock::new(Input { ring: [0; INPUT], head: 0, tail: 0, held: false });
static READERS: WaitQueue = WaitQueue::new();

/// Makes a polled device at `base` the console, until [`set_device`]. Boot only.
pub fn set_early(early: EarlyConsole, base: usize) {
    EARLY.set(early, base);
}

/// Notes the console that the board's options name. Boot only.
pub fn set_fallback(early: EarlyConsole, base: usize) {
    FALLBACK.set(early, base);
}

/// Sends all output to the console that the board's options name: the other one failed. Returns whether there is one
/// that was not used so far. Context: any.
pub fn fall_back() -> bool {
    let usable = !FALLBACK.put.load(Ordering::Relaxed).is_null();
    usable && !FALLEN_BACK.swap(true, Ordering::SeqCst)
}

/// The registers of the polled consoles moved to other addresses, by a change of the map. Boot only.
pub fn move_early(early: Option<usize>, fallback: Option<usize>) {
    for (console, base) in [(&EARLY, early), (&FALLBACK, fallback)] {
        if let Some(base) = base {
            console.base.store(base, Ordering::SeqCst);
        }
    }
}

/// Makes `device` the console and opens its input. Boot only; the first device counts.
///
/// # Errors
/// Its receive interrupt cannot be had; output goes to it all the same.
pub fn set_device(device: &'static dyn ConsoleDevice) -> crate::error::Result<()> {
    let mut first = false;
    DEVICE.call_once(|| {
        first = true;
        device
    });
    if first { device.set_rx_handler(receive) } else { Ok(()) }
}

/// The console device, once there is one.
pub fn device() -> Option<&'static dyn ConsoleDevice> {
    DEVICE.get().copied()
}

/// Sends text; `\n` becomes `\r\n`. Context: any. Lines of several CPUs do not mix within one call.
pub fn write(bytes: &[u8]) {
    if crate::log::panicking() {
        // The panicking CPU may hold the lock, or another one that is stopped: go past it.
        return send(bytes, true);
    }
    send_beside_row(&mut OUTPUT.lock(), bytes, true);
}

/// Sends bytes as they are: a guest's output. Context: any.
pub fn write_raw(bytes: &[u8]) {
    send_beside_row(&mut OUTPUT.lock(), bytes, false);
}

/// Sends bytes as they are and has `row` kept from then on: the line that the terminal's user edits, written so that it
/// redraws itself from any column. Output from elsewhere then appears above it. An empty `row` ends that; so does one
/// of more than 256 bytes. Context: any.
pub fn write_row(bytes: &[u8], row: &[u8]) {
    edit_row(&mut OUTPUT.lock(), bytes, row);
}

fn edit_row(output: &mut Output, bytes: &[u8], row: &[u8]) {
    if output.row.len > 0 && !output.row.shown {
        // Somebody else's unfinished line stands in the row's place.
        send(b"\r\n", false);
        send(output.row.bytes.get(..output.row.len).unwrap_or_default(), false);
    }
    send(bytes, false);
    let len = if row.len() <= ROW { row.len() } else { 0 };
    if let (Some(to), Some(from)) = (output.row.bytes.get_mut(..len), row.get(..len)) {
        to.copy_from_slice(from);
    }
    output.row.len = len;
    output.row.shown = true;
}

/// Sends output that is not the terminal's: the row that is being edited makes room for it.
fn send_beside_row(output: &mut Output, bytes: &[u8], translate: bool) {
    if output.row.len > 0 && output.row.shown && !bytes.is_empty() {
        send(b"\r\x1b[K", false);
        output.row.shown = false;
    }
    send(bytes, translate);
    if output.row.len > 0 && bytes.ends_with(b"\n") {
        send(output.row.bytes.get(..output.row.len).unwrap_or_default(), false);
        output.row.shown = true;
    }
}

fn send(bytes: &[u8], translate: bool) {
    let device = DEVICE.get();
    let put = |part: &[u8]| match device {
        _ if FALLEN_BACK.load(Ordering::Relaxed) => FALLBACK.send(part),
        Some(device) => device.write(part),
        None => EARLY.send(part),
    };
    if !translate {
        return put(bytes);
    }
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        match line.split_last() {
            Some((b'\n', text)) => {
                put(text);
                put(b"\r\n");
            }
            _ => put(line),
        }
    }
}

/// Formats to the console, without a time stamp and not into the log's ring.
pub struct Writer;

impl fmt::Write for Writer {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        write(s.as_bytes());
        Ok(())
    }
}

/// Prints to the console as `print!` does.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {{
        use core::fmt::Write as _;
        let _ = write!($crate::console::Writer, $($arg)*);
    }};
}

/// Prints a line to the console as `println!` does.
#[macro_export]
macro_rules! println {
    () => { $crate::print!("\n") };
    ($($arg:tt)*) => { $crate::print!("{}\n", format_args!($($arg)*)) };
}

/// The receive interrupt: moves what the device has into the ring.
fn receive() {
    let Some(device) = device() else { return };
    let mut input = INPUT_RING.lock();
    let got = fill(&mut input, &mut || device.read());
    if input.held {
        device.set_rx_enabled(false);
    }
    drop(input);
    if got {
        READERS.wake_all();
    }
}

/// Moves bytes into the ring until there are none or it is full. Returns whether there is anything to read.
fn fill(input: &mut Input, next: &mut dyn FnMut() -> Option<u8>) -> bool {
    loop {
        if input.tail.wrapping_sub(input.head) == INPUT {
            input.held = true;
            return true;
        }
        let Some(byte) = next() else { return input.tail != input.head };
        let at = input.tail % INPUT;
        input.ring[at] = byte;
        input.tail = input.tail.wrapping_add(1);
    }
}

/// Takes bytes out of the ring. Returns how many, and whether the device is to be opened again.
fn drain(input: &mut Input, out: &mut [u8]) -> (usize, bool) {
    let count = input.tail.wrapping_sub(input.head).min(out.len());
    for slot in out.iter_mut().take(count) {
        *slot = input.ring[input.head % INPUT];
        input.head = input.head.wrapping_add(1);
    }
    let reopen = input.held && input.tail.wrapping_sub(input.head) <= INPUT / 2;
    input.held &= !reopen;
    (count, reopen)
}

/// Takes what was typed, as much as fits, without waiting. Context: any.
pub fn try_read(out: &mut [u8]) -> usize {
    let (count, reopen) = drain(&mut INPUT_RING.lock(), out);
    if reopen && let Some(device) = device() {
        device.set_rx_enabled(true);
    }
    count
}

/// Takes what was typed, as much as fits; sleeps until there is something. Context: orphans.
pub fn read(out: &mut [u8]) -> usize {
    loop {
        let count = try_read(out);
        if count > 0 || out.is_empty() {
            return count;
        }
        READERS.wait_until(available);
    }
}

/// Sleeps until something was typed, at most `ns` nanoseconds if given. Context: orphans.
pub fn wait_input(ns: Option<u64>) {
    match ns {
        Some(ns) => {
            READERS.wait_until_timeout(ns, available);
        }
        None => READERS.wait_until(available),
    }
}

/// Whether something was typed and not read.
pub fn available() -> bool {
    let input = INPUT_RING.lock();
    input.head != input.tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    std::thread_local!(static SENT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });

    fn output() -> Output {
        static ONCE: Once<()> = Once::new();
        let put = |_, _, byte| SENT.with_borrow_mut(|sent| sent.push(byte));
        ONCE.call_once(|| set_early(EarlyConsole { name: "test", put, layout: 0 }, 0));
        Output { row: Row { bytes: [0; ROW], len: 0, shown: false } }
    }

    fn sent() -> String {
        String::from_utf8(SENT.take()).unwrap()
    }

    #[test]
    fn other_output_makes_room_and_redraws_the_row() {
        let mut output = output();
        send_beside_row(&mut output, b"early\n", true);
        assert_eq!(sent(), "early\r\n", "nothing is edited");
        edit_row(&mut output, b"$ a", b"\r$ a");
        assert_eq!(sent(), "$ a");
        send_beside_row(&mut output, b"log line\n", true);
        assert_eq!(sent(), "\r\x1b[Klog line\r\n\r$ a");
        // A line in pieces: the row comes back when the line has ended.
        send_beside_row(&mut output, b"[guest] ", false);
        send_beside_row(&mut output, b"text", false);
        assert_eq!(sent(), "\r\x1b[K[guest] text");
        send_beside_row(&mut output, b"\r\n", false);
        assert_eq!(sent(), "\r\n\r$ a");
        edit_row(&mut output, b"b\r\n", b"");
        send_beside_row(&mut output, b"x\n", true);
        assert_eq!(sent(), "b\r\nx\r\n", "the row is done");
    }

    #[test]
    fn editing_goes_on_below_an_unfinished_line() {
        let mut output = output();
        edit_row(&mut output, b"$ a", b"\r$ a");
        send_beside_row(&mut output, b"half", true);
        edit_row(&mut output, b"b", b"\r$ ab");
        assert_eq!(sent(), "$ a\r\x1b[Khalf\r\n\r$ ab");
        // A row that is too long is not kept.
        edit_row(&mut output, b"", &[b'x'; ROW + 1]);
        send_beside_row(&mut output, b"y\n", true);
        assert_eq!(sent(), "y\r\n");
    }
}
