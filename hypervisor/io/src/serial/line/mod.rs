// SPDX-License-Identifier: GPL-2.0-only
//! Serial lines of the host: UARTs that drivers bring, beside the one that is the host console.
//!
//! A driver implements [`Uart`] and [registers](register) it; everybody else [opens](Line::open) the [`Line`]. The UART
//! runs as long as the line is open somewhere. What it receives goes into the line's ring, from its interrupt; what is
//! written goes into the UART's own ring. Who finds the one empty or the other full sleeps. A line that goes while it
//! is open stays with those who have it, and answers [`Fault::NoDevice`].

mod settings;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicU64};

use kernel::sync::{Mutex, WaitQueue};
use kernel::work::{self, Work};

use crate::Fault;
use crate::ring::Ring;
use crate::sync::Lock;

pub use settings::{Counters, Flow, Modem, Parity, Settings};

/// Bytes that an open line keeps for its readers.
pub const RECEIVE_SIZE: usize = 4096;
/// With so many of them waiting, a line with flow control stops the other side, ...
const FULL: usize = RECEIVE_SIZE / 4 * 3;
/// ... and with so few it goes on.
const ROOMY: usize = RECEIVE_SIZE / 4;

/// What a driver does for its UART. But for [`send`](Self::send) all is called by one thread at a time, which may sleep.
pub trait Uart: Send + Sync {
    /// Switches the UART on; it receives from now on. Returns the parameters that it got: the speed is the nearest that
    /// its clock gives.
    ///
    /// # Errors
    /// What the device or its driver says.
    fn start(&self, settings: &Settings) -> Result<Settings, Fault>;

    /// Switches the UART off. What it has not sent is lost. Also called when the device goes.
    fn stop(&self);

    /// Changes the parameters of a UART that runs; as [`start`](Self::start).
    ///
    /// # Errors
    /// What the device or its driver says.
    fn configure(&self, settings: &Settings) -> Result<Settings, Fault>;

    /// Takes the first of `bytes` into the UART's ring and starts to send; how many it took. Once there is room again
    /// the driver calls [`Line::has_room`]. It does not sleep.
    fn send(&self, bytes: &[u8]) -> usize;

    /// Whether nothing is left in the ring or the UART.
    fn is_sent(&self) -> bool;

    /// Forgets what is in the ring.
    fn discard(&self);

    /// Stops the other side, or lets it go on, by the flow control of the settings.
    fn throttle(&self, _on: bool) {}

    /// Begins or ends a break.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the UART cannot.
    fn set_break(&self, _on: bool) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }

    /// The line's signals.
    fn modem(&self) -> Modem {
        Modem::default()
    }

    /// Sets the signals that are ours.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the UART has none.
    fn set_modem(&self, _rts: bool, _dtr: bool) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }

    /// What it has seen.
    fn counters(&self) -> Counters;
}

/// What a driver says about its UART.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// The line's name, such as `ttyAMA1`.
    pub name: String,
    /// The driver's name.
    pub driver: String,
    /// The device's name.
    pub device: String,
    /// The UART's type, as its driver calls it.
    pub kind: String,
    /// Where its registers are.
    pub address: u64,
    /// Characters that its FIFO holds.
    pub fifo: u32,
}

struct State {
    /// `None` once the device has gone.
    uart: Option<Box<dyn Uart>>,
    opened: usize,
    settings: Settings,
}

/// A registered line.
pub struct Line {
    info: Info,
    state: Mutex<State>,
    received: Lock<Ring>,
    /// Bytes that the ring had no room for, and those that came while nobody had opened the line.
    dropped: AtomicU64,
    gone: AtomicBool,
    /// The driver has said that there is room since the last time that somebody found none.
    room: AtomicBool,
    throttled: AtomicBool,
    flow: AtomicBool,
    readers: WaitQueue,
    writers: WaitQueue,
    /// Stops the other side.
    work: Arc<Work>,
}

static LINES: Lock<Vec<Arc<Line>>> = Lock::new(Vec::new());

/// Takes a UART into use, with the parameters that it has until somebody sets others. Context: may allocate.
///
/// # Errors
/// [`Fault::Busy`] if a line has that name, [`Fault::Invalid`] for parameters that no UART can have.
pub fn register(info: Info, settings: Settings, uart: Box<dyn Uart>) -> Result<Arc<Line>, Fault> {
    settings.check()?;
    let line = Arc::new_cyclic(|weak: &Weak<Line>| {
        let weak = weak.clone();
        Line {
            info,
            state: Mutex::new(State { uart: Some(uart), opened: 0, settings }),
            received: Lock::new(Ring::none()),
            dropped: AtomicU64::new(0),
            gone: AtomicBool::new(false),
            room: AtomicBool::new(true),
            throttled: AtomicBool::new(false),
            flow: AtomicBool::new(false),
            readers: WaitQueue::new(),
            writers: WaitQueue::new(),
            work: Work::new(move || {
                if let Some(line) = weak.upgrade() {
                    line.throttle(FULL);
                }
            }),
        }
    });
    let mut lines = LINES.lock();
    if lines.iter().any(|other| other.info.name == line.info.name) {
        return Err(Fault::Busy);
    }
    lines.push(line.clone());
    Ok(line)
}

/// All lines, in the order of registering. Context: may allocate.
pub fn list() -> Vec<Arc<Line>> {
    LINES.lock().clone()
}

/// The line of this name. Context: any.
pub fn find(name: &str) -> Option<Arc<Line>> {
    LINES.lock().iter().find(|line| line.info.name == name).cloned()
}

impl Line {
    /// What its driver said about it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    fn with<T>(&self, f: impl FnOnce(&dyn Uart) -> T) -> Result<T, Fault> {
        self.state.lock().uart.as_deref().map(f).ok_or(Fault::NoDevice)
    }

    /// Opens the line; it is closed when the result is dropped. Whoever is first starts the UART. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if the device has gone, [`Fault::NoMemory`], or what the driver says.
    pub fn open(self: &Arc<Self>) -> Result<Opened, Fault> {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let uart = state.uart.as_deref().ok_or(Fault::NoDevice)?;
        if state.opened == 0 {
            *self.received.lock() =
                Ring::new(RECEIVE_SIZE, "a line's receive ring").map_err(|_| Fault::NoMemory)?;
            self.room.store(true, SeqCst);
            self.throttled.store(false, SeqCst);
            self.flow.store(state.settings.flow != Flow::None, Relaxed);
            match uart.start(&state.settings) {
                Ok(settings) => state.settings = settings,
                Err(fault) => {
                    drop(core::mem::replace(&mut *self.received.lock(), Ring::none()));
                    return Err(fault);
                }
            }
        }
        state.opened += 1;
        Ok(Opened { line: self.clone() })
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.opened -= 1;
        if state.opened == 0 {
            if let Some(uart) = state.uart.as_deref() {
                uart.stop();
            }
            let ring = core::mem::replace(&mut *self.received.lock(), Ring::none());
            drop(ring);
        }
    }

    /// How many have opened it. Context: may sleep.
    pub fn users(&self) -> usize {
        self.state.lock().opened
    }

    /// Its parameters. Context: may sleep.
    pub fn settings(&self) -> Settings {
        self.state.lock().settings
    }

    /// Sets the parameters, at once or, if nobody has opened the line, for whoever does; those that it got. Context: may
    /// sleep.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for parameters that no UART can have, [`Fault::NoDevice`], or what the driver says.
    pub fn configure(&self, settings: &Settings) -> Result<Settings, Fault> {
        settings.check()?;
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let uart = state.uart.as_deref().ok_or(Fault::NoDevice)?;
        state.settings = if state.opened > 0 { uart.configure(settings)? } else { *settings };
        self.flow.store(state.settings.flow != Flow::None, Relaxed);
        Ok(state.settings)
    }

    /// What the UART has seen. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if it has gone.
    pub fn counters(&self) -> Result<Counters, Fault> {
        self.with(|uart| uart.counters())
    }

    /// The signals of the line. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if it has gone.
    pub fn modem(&self) -> Result<Modem, Fault> {
        self.with(|uart| uart.modem())
    }

    /// Bytes received that were lost, since the readers were too slow or there were none. Context: any.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Bytes that wait for a reader. Context: any.
    pub fn waiting(&self) -> usize {
        self.received.lock().len()
    }

    /// Bytes that the receive ring has room for. Context: any.
    pub fn receive_room(&self) -> usize {
        self.received.lock().room()
    }

    /// The driver has received `bytes`; how many there was room for, the others are counted as dropped. Readers see
    /// them, and are woken by [`received`](Self::received). Context: any.
    pub fn receive(&self, bytes: &[u8]) -> usize {
        let taken = self.received.lock().push(bytes);
        if taken < bytes.len() {
            self.dropped.fetch_add((bytes.len() - taken) as u64, Relaxed);
        }
        taken
    }

    /// The driver has received all that there was for now. Context: any.
    pub fn received(&self) {
        self.readers.wake_all();
        if self.flow.load(Relaxed) && !self.throttled.load(SeqCst) && self.waiting() > FULL {
            work::system().submit(&self.work);
        }
    }

    /// The driver has room for bytes again. Context: any.
    pub fn has_room(&self) {
        self.room.store(true, SeqCst);
        self.writers.wake_all();
    }

    /// Stops the other side if more than `full` bytes wait, or lets it go on if few do.
    fn throttle(&self, full: usize) {
        let state = self.state.lock();
        let Some(uart) = state.uart.as_deref().filter(|_| state.opened > 0) else { return };
        let throttled = self.throttled.load(SeqCst);
        let waiting = self.waiting();
        if !throttled && waiting > full || throttled && waiting < ROOMY {
            uart.throttle(!throttled);
            self.throttled.store(!throttled, SeqCst);
        }
    }

    /// The device goes: whoever sleeps is woken, and from now on every request is refused. The UART is stopped if it
    /// runs. Context: may sleep.
    pub fn unregister(&self) {
        LINES.lock().retain(|line| !core::ptr::eq(&**line, self));
        let mut state = self.state.lock();
        let uart = state.uart.take();
        if let Some(uart) = uart.as_deref().filter(|_| state.opened > 0) {
            uart.stop();
        }
        drop(state);
        drop(uart);
        self.gone.store(true, SeqCst);
        self.readers.wake_all();
        self.writers.wake_all();
        self.work.cancel();
    }
}

/// A line that somebody has opened.
pub struct Opened {
    line: Arc<Line>,
}

impl Opened {
    /// The line.
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Reads what has been received, into the first bytes of `to`; sleeps while there is nothing, at most `ns`
    /// nanoseconds. Returns how many bytes; 0 if the time is over. Context: orphan vCPUs; may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if the device has gone and all that it received is read.
    pub fn read(&self, to: &mut [u8], ns: u64) -> Result<usize, Fault> {
        let line = &*self.line;
        let gone = || line.gone.load(SeqCst);
        if line.waiting() == 0 && ns > 0 {
            line.readers.wait_until_timeout(ns, || line.waiting() > 0 || gone());
        }
        let mut done = 0;
        let mut ring = line.received.lock();
        while let Some(rest) = to.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let front = ring.front();
            let count = front.len().min(rest.len());
            if count == 0 {
                break;
            }
            rest.iter_mut().zip(front).for_each(|(to, byte)| *to = *byte);
            ring.consume(count);
            done += count;
        }
        drop(ring);
        if done == 0 && gone() {
            return Err(Fault::NoDevice);
        }
        if line.throttled.load(SeqCst) {
            line.throttle(usize::MAX);
        }
        Ok(done)
    }

    /// Hands `bytes` to the UART; sleeps while it has no room, at most `ns` nanoseconds in all. Returns how many of them
    /// it took. Context: orphan vCPUs; may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if the device has gone.
    pub fn write(&self, bytes: &[u8], ns: u64) -> Result<usize, Fault> {
        let line = &*self.line;
        let deadline = kernel::time::now_ns().saturating_add(ns);
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            line.room.store(false, SeqCst);
            let taken = line.with(|uart| uart.send(rest))?;
            done += taken;
            if taken < rest.len() {
                let left = deadline.saturating_sub(kernel::time::now_ns());
                let ready = || line.room.load(SeqCst) || line.gone.load(SeqCst);
                if left == 0 || !line.writers.wait_until_timeout(left, ready) {
                    break;
                }
            }
        }
        Ok(done)
    }

    /// Waits until all that was written has left the UART, at most `ns` nanoseconds; whether it has. Context: orphan
    /// vCPUs; may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if the device has gone.
    pub fn drain(&self, ns: u64) -> Result<bool, Fault> {
        let deadline = kernel::time::now_ns().saturating_add(ns);
        loop {
            if self.line.with(|uart| uart.is_sent())? {
                return Ok(true);
            }
            if kernel::time::now_ns() >= deadline {
                return Ok(false);
            }
            // The last characters leave without an interrupt.
            self.line.writers.wait_until_timeout(kernel::time::NS_PER_MS, || self.line.gone.load(SeqCst));
        }
    }

    /// Forgets what was written and not sent, and what was received and not read. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NoDevice`] if the device has gone.
    pub fn discard(&self) -> Result<(), Fault> {
        self.line.received.lock().clear();
        self.line.with(|uart| uart.discard())
    }

    /// Begins or ends a break. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the UART cannot, [`Fault::NoDevice`] if it has gone.
    pub fn set_break(&self, on: bool) -> Result<(), Fault> {
        self.line.with(|uart| uart.set_break(on))?
    }

    /// Sets the signals that are ours. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the UART has none, [`Fault::NoDevice`] if it has gone.
    pub fn set_modem(&self, rts: bool, dtr: bool) -> Result<(), Fault> {
        self.line.with(|uart| uart.set_modem(rts, dtr))?
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.line.close();
    }
}
