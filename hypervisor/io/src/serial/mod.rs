// SPDX-License-Identifier: GPL-2.0-only
//! The serial multiplexer: many guests' UARTs, one host console.
//!
//! Each emulated UART opens a [`Port`]. What the guest writes goes into the port's scrollback ring; the host console
//! is attached to one port at a time and shows that one's output, beginning with the last lines of its ring. The
//! management terminal reads the host console and hands what is meant for the guest to [`Port::input`].
//!
//! Ports are called from the guests' exit paths: writing is bounded, and the way to a slow console leads over a ring
//! whose losses are counted (the `output` module).

pub mod line;
mod output;
mod port;
#[cfg(test)]
mod tests;

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kernel::sync::Once;
use kernel::time;
use kernel::timer::Timer;

use crate::ring::Ring;
use crate::sync::Lock;
use crate::{Error, Result};
use output::Output;

pub use port::{Port, Receiver, Stats};

/// Bytes of output that a port keeps, unless set otherwise.
pub const DEFAULT_SCROLLBACK: usize = 16 * 1024;
/// Lines that are shown when the console attaches.
const REPLAY_LINES: usize = 24;
/// Most bytes of those lines, so that they fit into the transmit ring of a slow console.
const REPLAY_BYTES: usize = 4 * 1024;

struct Ports {
    open: Vec<Arc<Port>>,
    attached: Option<Arc<Port>>,
}

/// All ports and the console they share. One of them exists outside of tests.
struct Hub {
    ports: Lock<Ports>,
    output: Output,
    /// Whether lines of unattached ports are shown.
    tap: AtomicBool,
    /// Whether a port is attached.
    busy: AtomicBool,
    /// Scrollback of ports opened from now on, in bytes.
    scrollback: AtomicUsize,
}

impl Hub {
    fn new() -> Self {
        Self {
            ports: Lock::new(Ports { open: Vec::new(), attached: None }),
            output: Output::new(Ring::none()),
            tap: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            scrollback: AtomicUsize::new(DEFAULT_SCROLLBACK),
        }
    }

    fn open(&'static self, name: &str, scrollback: usize) -> Result<Arc<Port>> {
        self.output.prepare()?;
        let port = Arc::new(Port::new(self, name, scrollback)?);
        let mut ports = self.ports.lock();
        if ports.open.iter().any(|other| other.name() == name) {
            return Err(Error::PortExists { name: name.to_string() });
        }
        ports.open.push(port.clone());
        Ok(port)
    }

    fn close(&self, which: impl Fn(&Arc<Port>) -> bool) {
        let mut ports = self.ports.lock();
        let Some(index) = ports.open.iter().position(which) else { return };
        let port = ports.open.remove(index);
        if ports.attached.take_if(|attached| Arc::ptr_eq(attached, &port)).is_some() {
            self.busy.store(false, Ordering::Relaxed);
            port.detach();
            self.output.write(&[b"\r\n[console of ", port.name().as_bytes(), b" closed]\r\n"]);
        }
    }

    fn find(&self, name: &str) -> Result<Arc<Port>> {
        let ports = self.ports.lock();
        let exact = ports.open.iter().find(|port| port.name() == name);
        let of_guest = || {
            ports
                .open
                .iter()
                .find(|port| port.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
        };
        exact.or_else(of_guest).cloned().ok_or_else(|| Error::NoSuchPort { name: name.to_string() })
    }

    fn attach(&self, name: &str) -> Result<Arc<Port>> {
        let port = self.find(name)?;
        let mut ports = self.ports.lock();
        if !ports.open.iter().any(|open| Arc::ptr_eq(open, &port)) {
            return Err(Error::NoSuchPort { name: name.to_string() });
        }
        if let Some(old) = ports.attached.replace(port.clone()) {
            old.detach();
            self.output.forget();
        }
        self.busy.store(true, Ordering::Relaxed);
        port.attach(REPLAY_LINES, REPLAY_BYTES);
        Ok(port)
    }

    fn detach(&self) {
        let old = self.ports.lock().attached.take();
        if let Some(old) = old {
            self.busy.store(false, Ordering::Relaxed);
            old.detach();
            // Else the rest of it would appear among what the terminal writes from now on.
            self.output.forget();
        }
    }

    fn attached(&self) -> Option<Arc<Port>> {
        self.ports.lock().attached.clone()
    }
}

/// The multiplexer of this machine.
fn hub() -> &'static Hub {
    static HUB: Once<Hub> = Once::new();
    HUB.call_once(Hub::new)
}

/// Opens a port with the default scrollback. `name` is `GUEST/UART`, such as `linux0/uart0`.
///
/// # Errors
/// [`Error::PortExists`] if a port of that name is open, [`Error::NoMemory`] if the heap has no room for its buffers.
pub fn open(name: &str) -> Result<Arc<Port>> {
    hub().open(name, hub().scrollback.load(Ordering::Relaxed))
}

/// Opens a port that keeps the last `scrollback` bytes of output.
///
/// # Errors
/// As [`open`].
pub fn open_with(name: &str, scrollback: usize) -> Result<Arc<Port>> {
    hub().open(name, scrollback)
}

/// Sets how many bytes of output [`open`] lets a port keep, from now on.
pub fn set_default_scrollback(bytes: usize) {
    hub().scrollback.store(bytes, Ordering::Relaxed);
}

/// Closes the port of exactly this name, if there is one. If the console is attached to it, it says so and is detached.
/// The port itself lives on, unattached, until its UART lets it go.
pub fn close(name: &str) {
    hub().close(|port| port.name() == name);
}

/// Closes `port`, as [`close`] does; nothing happens if it is closed already, whoever else has its name now.
pub fn close_port(port: &Arc<Port>) {
    hub().close(|open| Arc::ptr_eq(open, port));
}

/// All open ports, in the order of their opening.
pub fn ports() -> Vec<Arc<Port>> {
    hub().ports.lock().open.clone()
}

/// The port `name`, or the first port of guest `name`.
///
/// # Errors
/// [`Error::NoSuchPort`] if neither is open.
pub fn find(name: &str) -> Result<Arc<Port>> {
    hub().find(name)
}

/// Attaches the host console to the port `name`, or to the first port of guest `name`: the last lines of its
/// scrollback are shown, then its output. A port attached before is detached.
///
/// # Errors
/// [`Error::NoSuchPort`] if neither is open.
pub fn attach(name: &str) -> Result<Arc<Port>> {
    hub().attach(name)
}

/// Detaches the host console; output goes to the scrollback only, also what a slow console has not shown yet.
pub fn detach() {
    hub().detach();
}

/// The port that the host console is attached to.
pub fn attached() -> Option<Arc<Port>> {
    hub().attached()
}

/// What the port `name` (or the first of guest `name`) has written last.
///
/// # Errors
/// [`Error::NoSuchPort`] if neither is open.
pub fn scrollback(name: &str) -> Result<Vec<u8>> {
    Ok(hub().find(name)?.scrollback())
}

/// Sets the host console's output: `write` takes all bytes it is given, at most 64 at a time. It is called with
/// interrupts masked and may not sleep. A console that proves slow is written to from a timer only; one that can tell
/// how much it takes without waiting is better served by [`set_polled_output`]. Threads only.
pub fn set_output(write: fn(&[u8])) {
    hub().output.set_write(write);
    start_pump();
}

/// Sets the host console's output: `write` takes the first bytes of what it is given, as many as fit into the console's
/// FIFO without waiting, and returns how many. The rest is offered again later. Called with interrupts masked. Threads
/// only.
pub fn set_polled_output(write: fn(&[u8]) -> usize) {
    hub().output.set_poll(write);
    start_pump();
}

/// How long output waits before it is offered to a slow console again: at 115200 baud a FIFO of 16 lasts for 1.4 ms.
const PUMP_INTERVAL_NS: u64 = 1_000_000;

/// Hands output that waits to the console.
static PUMP: Once<Arc<Timer>> = Once::new();

/// Has the timer called when output begins to wait.
fn start_pump() {
    PUMP.call_once(|| {
        Timer::new(|| {
            if !hub().output.pump() {
                arm_pump();
            }
        })
    });
    hub().output.set_request(arm_pump);
}

fn arm_pump() {
    if let Some(timer) = PUMP.get() {
        timer.arm(time::now_ns() + PUMP_INTERVAL_NS);
    }
}

/// Shows lines of ports on the host console, with the port's name before them, while no port is attached. Off at boot.
pub fn set_tap(on: bool) {
    hub().tap.store(on, Ordering::Relaxed);
}

/// Bytes that wait for the host console.
pub fn output_waiting() -> usize {
    hub().output.waiting()
}

/// Bytes that were meant for the host console and dropped because it was too slow, since boot. They are still in
/// their port's scrollback.
pub fn output_dropped() -> u64 {
    hub().output.dropped()
}
