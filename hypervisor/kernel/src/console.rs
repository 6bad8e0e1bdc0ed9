// SPDX-License-Identifier: GPL-2.0-only
//! The console: polled output from the first instruction of Rust on; output and input by interrupt once a driver is
//! there.
//!
//! Output goes to the console device, or to the early console before there is one; a `\n` is sent as `\r\n`. What the
//! device does not take at once waits in a ring for its transmit interrupt, so that nobody waits for a slow line with
//! interrupts masked; a panic polls. Input is moved from the device to a ring by the device's interrupt. When the ring
//! is full, the device is left alone until the reader has made room: its own flow control then holds the sender.

mod output;

pub use output::{flush, offer, take_over, write, write_row};

use crate::sync::{SpinLock, WaitQueue};
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use spin::Once;

/// A device that can be the console.
pub trait ConsoleDevice: Sync {
    /// Sends the first of these bytes, as many as the device takes at once and at most a FIFO full, without waiting.
    /// Returns how many. Context: any; the console's lock is held.
    fn send(&self, bytes: &[u8]) -> usize;
    /// Takes a received byte, if there is one. Context: any.
    fn read(&self) -> Option<u8>;
    /// Sets what the device's interrupt calls, in interrupt context, and lets it come for received bytes. Context:
    /// boot.
    ///
    /// # Errors
    /// The device's interrupt cannot be had.
    fn set_handler(&self, handler: fn()) -> crate::error::Result<()>;
    /// Masks or unmasks the receive interrupt. Context: any.
    fn set_rx_enabled(&self, enabled: bool);
    /// Masks or unmasks the transmit interrupt, which says that [`ConsoleDevice::send`] takes more. Unmasked only after
    /// a `send` that did not take all. Context: any; the console's lock is held.
    fn set_tx_enabled(&self, enabled: bool);
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

static DEVICE: Once<&'static dyn ConsoleDevice> = Once::new();

/// The device's interrupt is there: output need not wait.
static QUEUED: AtomicBool = AtomicBool::new(false);

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
/// Its interrupt cannot be had; output goes to it all the same.
pub fn set_device(device: &'static dyn ConsoleDevice) -> crate::error::Result<()> {
    let mut first = false;
    DEVICE.call_once(|| {
        first = true;
        device
    });
    if !first {
        return Ok(());
    }
    device.set_handler(interrupt)?;
    QUEUED.store(true, Ordering::Relaxed);
    Ok(())
}

/// The console device, once there is one.
pub fn device() -> Option<&'static dyn ConsoleDevice> {
    DEVICE.get().copied()
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

/// The device's interrupt.
fn interrupt() {
    if let Some(device) = device() {
        receive(device);
        output::transmit(device);
    }
}

/// Moves what the device has into the ring.
fn receive(device: &dyn ConsoleDevice) {
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
        // Some devices tell of a byte once, and have told of these while nobody listened.
        receive(device);
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
