// SPDX-License-Identifier: GPL-2.0-only
//! Console device (virtio 1.2, 5.3): each of its ports is a port of the serial multiplexer, as a UART is.
//!
//! What the guest sends is taken where the notification traps; what is typed goes into the buffers that it has put up, and
//! waits in the multiplexer while there are none.

use super::device::{Backend, CONFIGURATION, Shared, Ticket};
use super::later::{self, Later};
use super::{Made, number};
use crate::sync::Lock;
use crate::uart::UartPort;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use io::serial::Receiver;
use vmm::device::IrqLine;
use vmm::device::{Context, Error};
use vmm::virtqueue::{Chain, MAX_SIZE, Malformed};

/// Options of the device's node.
pub(super) const OPTIONS: &[&str] = &["ferrovisor,console", "ferrovisor,scrollback", "ferrovisor,ports"];

// Features (5.3.3).
const SIZE: u64 = 1 << 0;
const MULTIPORT: u64 = 1 << 1;
const EMERGENCY_WRITE: u64 = 1 << 2;

/// Events of control messages (5.3.6.2).
const DEVICE_READY: u16 = 0;
const PORT_ADD: u16 = 1;
const PORT_READY: u16 = 3;
const CONSOLE_PORT: u16 = 4;
const RESIZE: u16 = 5;
const PORT_OPEN: u16 = 6;
const PORT_NAME: u16 = 7;
/// Bytes of a control message without what follows.
const MESSAGE: usize = 8;

/// Queues of the control messages.
const CONTROL_IN: usize = 2;
const CONTROL_OUT: usize = 3;
/// Most ports.
const MAX_PORTS: u64 = 8;
/// Where the configuration space has the register for emergencies, and its bytes.
const EMERGENCY: usize = 8;
const CONFIG: usize = 12;
/// Bytes and requests that one notification takes at most; more is for the worker.
const BUDGET: usize = 4096;
const REQUESTS: usize = 64;
/// Bytes that are copied in one go.
const PIECE: usize = 128;
/// Columns and rows that the guest is told of at first: 80 and 24.
const SIZE_AT_FIRST: u32 = 80 | 24 << 16;

/// Messages of the device to the driver about one port, in the order in which they are sent; bits of [`Control`].
const EVENTS: [u16; 5] = [PORT_ADD, CONSOLE_PORT, PORT_NAME, PORT_OPEN, RESIZE];
/// What is sent to a port that is ready, and when its size changes.
const WHEN_READY: u8 = 0x1e;
const WHEN_RESIZED: u8 = 0x10;

/// One port.
struct Port {
    end: UartPort,
    /// The driver takes input: always so without several ports.
    open: AtomicBool,
    /// The driver has taken notice of it, as one of several.
    ready: AtomicBool,
    /// Columns, and rows in the upper half.
    size: AtomicU32,
    later: Later,
    /// What the multiplexer gives input to; it does not keep it alive.
    place: Arc<Place>,
}

/// Which messages are to be sent, a bit of [`EVENTS`] each, per port.
type Control = [u8; MAX_PORTS as usize];

/// A console of a guest.
struct Console {
    shared: Arc<Shared>,
    ports: Box<[Port]>,
    control: Lock<Control>,
    /// Several ports were agreed on.
    several: AtomicBool,
}

/// The place of a port for the serial multiplexer.
struct Place {
    console: Weak<Console>,
    index: usize,
}

impl Receiver for Place {
    fn receive(&self, bytes: &[u8]) -> usize {
        self.console.upgrade().map_or(0, |console| console.receive(self.index, bytes))
    }

    fn resize(&self, columns: u16, rows: u16) -> bool {
        self.console.upgrade().is_some_and(|console| console.resize(self.index, columns, rows))
    }
}

/// The queue of a port: that of its input, one before that of its output.
fn input_queue(port: usize) -> usize {
    if port == 0 { 0 } else { 2 * port + 2 }
}

impl Console {
    /// Puts input into the driver's buffers; gives how much.
    fn receive(&self, index: usize, bytes: &[u8]) -> usize {
        let shared = &*self.shared;
        let open = self.ports.get(index).is_some_and(|port| port.open.load(Relaxed));
        let place = input_queue(index);
        let Some(queue) = shared.queue(place).filter(|_| open && shared.is_live()) else {
            return 0;
        };
        let mut queue = queue.lock();
        let (mut taken, mut result) = (0, Ok(()));
        while taken < bytes.len() {
            match queue.pop(&shared.ram) {
                Ok(true) => (),
                Ok(false) => break,
                Err(why) => {
                    result = Err(why);
                    break;
                }
            }
            let rest = bytes.get(taken..).unwrap_or_default();
            let len = queue.chain.writable().min(rest.len());
            if len == 0 {
                result = Err("a buffer for input that cannot be written");
                break;
            }
            queue.chain.write(&shared.ram, 0, rest.get(..len).unwrap_or_default());
            queue.answer(len as u32);
            taken += len;
        }
        if taken != 0 && queue.wants_interrupt() {
            shared.answered(place);
        }
        drop(queue);
        if let Err(why) = result {
            shared.fail(why);
        }
        taken
    }

    /// The terminal of a port has another size; whether there is such a port.
    #[cold]
    fn resize(&self, index: usize, columns: u16, rows: u16) -> bool {
        let Some(port) = self.ports.get(index) else { return false };
        port.size.store(u32::from(columns) | u32::from(rows) << 16, Relaxed);
        if index == 0 {
            self.shared.changed();
        }
        if port.ready.load(Relaxed) {
            self.control.lock().get_mut(index).into_iter().for_each(|due| *due |= WHEN_RESIZED);
            self.notify(CONTROL_IN);
        }
        true
    }

    /// Takes output; says whether there may be more. `long`: requests that take long too; then the context is an orphan.
    fn send(&self, port: &Port, index: usize, long: bool) -> Result<bool, Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(index) else { return Ok(false) };
        let mut guard = queue.lock();
        let queue = &mut *guard;
        let (mut bytes, mut requests) = (0, 0);
        let result = loop {
            if bytes >= BUDGET || requests >= REQUESTS {
                break Ok(true);
            }
            match queue.pop(&shared.ram) {
                Ok(true) => (),
                Ok(false) => break Ok(false),
                Err(why) => break Err(why),
            }
            let len = queue.chain.readable();
            if len > BUDGET && !long {
                queue.go_back();
                break Ok(true);
            }
            if len > BUDGET {
                let mut chain = Chain::new(MAX_SIZE.into());
                core::mem::swap(&mut chain, &mut queue.chain);
                shared.begin(index);
                let ticket =
                    Ticket { queue: index, generation: queue.generation(), id: chain.id, slots: chain.slots };
                drop(guard);
                self.copy(port, &chain);
                shared.end(&ticket, |_| 0);
                return Ok(true);
            }
            self.copy(port, &queue.chain);
            bytes += len;
            requests += 1;
            queue.answer(0);
        };
        if requests != 0 && queue.wants_interrupt() {
            shared.answered(index);
        }
        result
    }

    /// Copies the output of a request to a port.
    fn copy(&self, port: &Port, chain: &Chain) {
        let (mut piece, mut at) = ([0; PIECE], 0);
        while at < chain.readable() {
            let now = piece.get_mut(..(chain.readable() - at).min(PIECE)).unwrap_or_default();
            chain.read(&self.shared.ram, at, now);
            port.end.write(now);
            at += now.len();
        }
    }

    /// Takes the driver's control messages.
    fn take_control(&self) -> Result<(), Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(CONTROL_OUT) else { return Ok(()) };
        let mut control = self.control.lock();
        let mut queue = queue.lock();
        // As many as a ring has: a driver that goes on meanwhile notifies again.
        for _ in 0..MAX_SIZE {
            if !queue.pop(&shared.ram)? {
                break;
            }
            let mut bytes = [0; MESSAGE];
            if queue.chain.read(&shared.ram, 0, &mut bytes) {
                let [id, rest] =
                    [u64::from_le_bytes(bytes) & u64::from(u32::MAX), u64::from_le_bytes(bytes) >> 32];
                self.heed(&mut control, id as usize, rest as u16, (rest >> 16) as u16);
            }
            queue.answer(0);
        }
        if queue.wants_interrupt() {
            shared.answered(CONTROL_OUT);
        }
        Ok(())
    }

    /// Does what a control message says.
    fn heed(&self, control: &mut Control, id: usize, event: u16, value: u16) {
        match event {
            DEVICE_READY if value == 1 => {
                control.iter_mut().take(self.ports.len()).for_each(|port| *port |= 1);
            }
            PORT_READY if value == 1 && id < self.ports.len() => {
                control.get_mut(id).into_iter().for_each(|port| *port |= WHEN_READY);
                self.ports.get(id).into_iter().for_each(|port| port.ready.store(true, Relaxed));
            }
            PORT_OPEN => {
                self.ports.get(id).into_iter().for_each(|port| port.open.store(value != 0, Relaxed));
            }
            _ => (),
        }
    }

    /// Sends the control messages that are due, as far as the driver has buffers for them.
    fn send_control(&self) -> Result<(), Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(CONTROL_IN) else { return Ok(()) };
        let mut control = self.control.lock();
        let mut queue = queue.lock();
        let mut result = Ok(());
        let mut sent = false;
        'all: for (id, port) in self.ports.iter().enumerate() {
            let Some(due) = control.get_mut(id) else { break };
            let wanted = *due;
            for (bit, event) in EVENTS.into_iter().enumerate().filter(|(bit, _)| wanted & 1 << bit != 0) {
                match queue.pop(&shared.ram) {
                    Ok(true) => (),
                    Ok(false) => break 'all,
                    Err(why) => {
                        result = Err(why);
                        break 'all;
                    }
                }
                let message = (id as u64 | u64::from(event) << 32 | 1 << 48).to_le_bytes();
                let size = port.size.load(Relaxed).to_le_bytes();
                let more = match event {
                    PORT_NAME => port.end.name().as_bytes(),
                    RESIZE => &size,
                    _ => &[],
                };
                let whole = queue.chain.write(&shared.ram, 0, &message)
                    && queue.chain.write(&shared.ram, MESSAGE, more);
                let len = if whole { MESSAGE + more.len() } else { 0 };
                queue.answer(len as u32);
                *due &= !(1 << bit);
                sent = true;
            }
        }
        if sent && queue.wants_interrupt() {
            shared.answered(CONTROL_IN);
        }
        drop((queue, control));
        result
    }

    /// Looks at a queue; `long` as for [`send`](Self::send).
    fn serve(&self, queue: usize, long: bool) -> Result<(), Malformed> {
        match queue {
            CONTROL_IN | CONTROL_OUT if self.several.load(Relaxed) => {
                if queue == CONTROL_OUT {
                    self.take_control()?;
                    // Ports that are open now take what was typed before.
                    self.ports.iter().for_each(|port| port.end.ready());
                }
                self.send_control()
            }
            CONTROL_IN | CONTROL_OUT => Ok(()),
            _ => {
                let index = if queue < 2 { 0 } else { queue / 2 - 1 };
                let Some(port) = self.ports.get(index) else { return Ok(()) };
                if queue & 1 == 0 {
                    port.end.ready();
                } else if self.send(port, queue, long)? {
                    port.later.submit();
                }
                Ok(())
            }
        }
    }
}

impl Backend for Console {
    fn id(&self) -> u32 {
        3
    }

    fn features(&self) -> u64 {
        let several = if self.ports.len() > 1 { MULTIPORT } else { 0 };
        SIZE | EMERGENCY_WRITE | several
    }

    fn config(&self, offset: usize, to: &mut [u8]) {
        let size = self.ports.first().map_or(0, |port| port.size.load(Relaxed));
        let mut space = [0; CONFIG];
        let words = [size, self.ports.len() as u32].map(u32::to_le_bytes);
        space.iter_mut().zip(words.as_flattened()).for_each(|(to, from)| *to = *from);
        let from = space.get(offset..).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }

    fn set_config(&self, offset: usize, from: &[u8]) -> bool {
        let byte = from.first().filter(|_| offset == EMERGENCY);
        byte.into_iter().zip(self.ports.first()).for_each(|(byte, port)| port.end.write(&[*byte]));
        byte.is_some()
    }

    fn start(&self, features: u64) {
        let several = features & MULTIPORT != 0;
        self.several.store(several, Relaxed);
        if features & SIZE != 0 && !several {
            // Linux reads the size when it is told that it changed, and not before.
            self.shared.raise(CONFIGURATION);
        }
        // A console is open from the start.
        self.ports.iter().take(1).for_each(|port| port.open.store(true, Relaxed));
    }

    fn notify(&self, queue: usize) {
        if let Err(why) = self.serve(queue, false) {
            self.shared.fail(why);
        }
    }

    fn reset(&self, guest: bool) {
        *self.control.lock() = Control::default();
        for port in &self.ports {
            port.open.store(false, Relaxed);
            port.ready.store(false, Relaxed);
            if guest {
                port.later.cancel();
                port.end.flush_input();
            }
        }
    }

    fn stop(&self) {
        for port in &self.ports {
            port.later.cancel();
            port.end.close();
        }
    }

    fn info(&self) -> String {
        let ports = self.ports.iter().map(|port| {
            let stats = port.end.stats();
            let (sent, received) = (stats.written, stats.delivered);
            format!(
                "console {}, sent {sent}, received {received}, waiting {}",
                port.end.name(),
                stats.waiting
            )
        });
        ports.collect::<Vec<_>>().join(", ")
    }
}

/// Makes the device of a node.
pub(super) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let count = number(ctx, "ferrovisor,ports", MAX_PORTS)?.unwrap_or(1) as usize;
    let mut ends = Vec::new();
    for index in 0..count {
        ends.push(UartPort::open_nth(ctx, index)?);
    }
    if !later::start() {
        let what = "there is no memory for the worker of virtio devices".to_string();
        return Err(Error::Unavailable { node: ctx.node.path.clone(), what });
    }
    let queues = if count == 1 { 2 } else { 2 * count + 2 };
    let shared = Shared::new(ctx.ram.clone(), line, queues);
    let console = Arc::new_cyclic(|console: &Weak<Console>| {
        let port = |(index, end)| {
            let console = console.clone();
            let output = input_queue(index) + 1;
            let place = Arc::new(Place { console: console.clone(), index });
            let later = Later::new(move || {
                if let Some(console) = console.upgrade()
                    && let Err(why) = console.serve(output, true)
                {
                    console.shared.fail(why);
                }
            });
            Port {
                end,
                open: AtomicBool::new(false),
                ready: AtomicBool::new(false),
                size: AtomicU32::new(SIZE_AT_FIRST),
                later,
                place,
            }
        };
        let ports = ends.into_iter().enumerate().map(port).collect();
        let (control, several) = (Lock::default(), AtomicBool::new(false));
        Console { shared: shared.clone(), ports, control, several }
    });
    console.ports.iter().for_each(|port| port.end.set_receiver(port.place.clone()));
    Ok((shared, console))
}
