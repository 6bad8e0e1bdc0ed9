// SPDX-License-Identifier: GPL-2.0-only
//! I2C buses: adapters that drivers register, and the devices on them.
//!
//! A driver implements [`Bus`] and [registers](register) it with what it can do and cannot do; everybody else has an
//! [`Adapter`], which keeps transfers apart, checks them against the adapter's [`Quirks`], and repeats those that lost
//! arbitration. SMBus commands ([`smbus`]) are the driver's own if it has them, and else made of messages.

mod msg;
pub mod recovery;
pub mod smbus;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use kernel::sync::{Mutex, WaitQueue};
use kernel::time;

use crate::Fault;
use crate::sync::Lock;

pub use msg::{Flags, Functions, Msg, Quirks};
pub use smbus::{Block, Direction, Kind};

/// What a driver does for its bus. Called by one thread at a time, which may sleep.
pub trait Bus: Send + Sync {
    /// Carries messages out, with repeated starts between them; says how many were.
    ///
    /// # Errors
    /// [`Fault::Again`] if arbitration was lost, [`Fault::NoDevice`] if nobody acknowledged the address, or what else
    /// went wrong.
    fn transfer(&self, messages: &mut [Msg<'_>]) -> Result<usize, Fault>;
    /// Carries out an SMBus command by the adapter's own means; `None` if it has none for it.
    fn smbus(
        &self,
        _address: u16,
        _flags: Flags,
        _direction: Direction,
        _command: u8,
        _kind: Kind,
        _data: &mut Block,
    ) -> Option<Result<(), Fault>> {
        None
    }
    /// What it can do.
    fn functions(&self) -> Functions;
    /// What it cannot do; asked at each transfer.
    fn quirks(&self) -> Quirks {
        Quirks::default()
    }
    /// Frees a bus that a device holds.
    ///
    /// # Errors
    /// [`Fault::Busy`] if the adapter has no means to, or it did not help.
    fn recover(&self) -> Result<(), Fault> {
        Err(Fault::Busy)
    }
}

/// What a driver says about its adapter.
#[derive(Clone, Debug)]
pub struct Info {
    /// The adapter's name, such as `mv64xxx_i2c adapter`.
    pub name: String,
    /// The device's name.
    pub device: String,
    /// How often a transfer that lost arbitration is repeated.
    pub retries: u32,
    /// For how long, in nanoseconds.
    pub timeout_ns: u64,
}

/// A device on a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: u16,
    /// Whether the address has ten bits.
    pub ten_bits: bool,
    /// What it is: `ds1307`.
    pub name: String,
    /// The driver that uses it, if there is one.
    pub driver: Option<String>,
}

/// A registered adapter.
pub struct Adapter {
    info: Info,
    id: usize,
    lock: BusLock,
    /// `None` once the adapter has gone. The bus lock is held by whoever uses the bus; this keeps it alive meanwhile.
    bus: Mutex<Option<Arc<dyn Bus>>>,
    clients: Lock<Vec<Client>>,
}

/// A lock that is taken and given back in different functions, as drivers do; whoever waits for it sleeps.
struct BusLock {
    held: AtomicBool,
    waiters: WaitQueue,
}

impl BusLock {
    fn try_acquire(&self) -> bool {
        self.held.compare_exchange(false, true, Acquire, Relaxed).is_ok()
    }
}

static ADAPTERS: Lock<Vec<Arc<Adapter>>> = Lock::new(Vec::new());

/// Takes an adapter into use, with the number `id` or, without one, the first that is free. Context: may allocate.
///
/// # Errors
/// [`Fault::Busy`] if another has that number.
pub fn register(info: Info, id: Option<usize>, bus: Box<dyn Bus>) -> Result<Arc<Adapter>, Fault> {
    let mut adapters = ADAPTERS.lock();
    let taken = |id: usize| adapters.iter().any(|a| a.id == id);
    let id = match id {
        Some(id) if taken(id) => return Err(Fault::Busy),
        Some(id) => id,
        None => (0..).find(|id| !taken(*id)).unwrap_or(usize::MAX),
    };
    let adapter = Arc::new(Adapter {
        info,
        id,
        lock: BusLock { held: AtomicBool::new(false), waiters: WaitQueue::new() },
        bus: Mutex::new(Some(Arc::from(bus))),
        clients: Lock::new(Vec::new()),
    });
    adapters.push(adapter.clone());
    Ok(adapter)
}

/// All adapters, in the order of registering. Context: may allocate.
pub fn list() -> Vec<Arc<Adapter>> {
    ADAPTERS.lock().clone()
}

/// The adapter of this number. Context: any.
pub fn get(id: usize) -> Option<Arc<Adapter>> {
    ADAPTERS.lock().iter().find(|a| a.id == id).cloned()
}

/// The adapter of this device name, or `i2c-N`, or `N`. Context: any.
pub fn find(name: &str) -> Option<Arc<Adapter>> {
    let id = name.strip_prefix("i2c-").unwrap_or(name).parse::<usize>().ok();
    ADAPTERS.lock().iter().find(|a| a.info.device == name || Some(a.id) == id).cloned()
}

impl Adapter {
    /// What its driver said about it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its number: it is called `i2c-N`.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Its name: `i2c-` and its number.
    pub fn name(&self) -> String {
        let mut name = String::from("i2c-");
        name.push_str(&self.id.to_string());
        name
    }

    fn bus(&self) -> Result<Arc<dyn Bus>, Fault> {
        self.bus.lock().clone().ok_or(Fault::NoDevice)
    }

    /// What it can do; nothing once it has gone. Context: may sleep.
    pub fn functions(&self) -> Functions {
        self.bus().map_or(Functions::empty(), |bus| bus.functions())
    }

    /// Takes the bus, until [`unlock`](Self::unlock); nobody else transfers meanwhile. Context: may sleep.
    pub fn lock(&self) {
        if !self.lock.try_acquire() {
            self.lock.waiters.wait_until(|| self.lock.try_acquire());
        }
    }

    /// Takes the bus if it is free. Context: any.
    pub fn try_lock(&self) -> bool {
        self.lock.try_acquire()
    }

    /// Gives the bus back. Context: any.
    pub fn unlock(&self) {
        self.lock.held.store(false, Release);
        self.lock.waiters.wake_one();
    }

    fn locked<T>(&self, f: impl FnOnce() -> T) -> T {
        self.lock();
        let result = f();
        self.unlock();
        result
    }

    /// Carries messages out, as one transfer with repeated starts; says how many were. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the adapter cannot do this, or what the driver answers.
    pub fn transfer(&self, messages: &mut [Msg<'_>]) -> Result<usize, Fault> {
        self.locked(|| self.transfer_unlocked(messages))
    }

    /// As [`transfer`](Self::transfer), for one who holds the bus.
    ///
    /// # Errors
    /// As [`transfer`](Self::transfer).
    pub fn transfer_unlocked(&self, messages: &mut [Msg<'_>]) -> Result<usize, Fault> {
        let bus = self.bus()?;
        if messages.is_empty() {
            return Err(Fault::Invalid);
        }
        if !bus.quirks().allow(messages) {
            return Err(Fault::NotSupported);
        }
        let start = time::now_ns();
        let lens: Vec<usize> = messages.iter().map(|m| m.len).collect();
        let mut result = bus.transfer(messages);
        for _ in 0..self.info.retries {
            if result != Err(Fault::Again) || time::now_ns().saturating_sub(start) > self.info.timeout_ns {
                break;
            }
            messages.iter_mut().zip(&lens).for_each(|(m, len)| m.len = *len);
            result = bus.transfer(messages);
        }
        result
    }

    /// Sends `out`, then receives `into`, in one transfer; either may be empty. Context: may sleep.
    ///
    /// # Errors
    /// As [`transfer`](Self::transfer).
    pub fn write_read(&self, address: u16, out: &mut [u8], into: &mut [u8]) -> Result<(), Fault> {
        let (write, read) = (Msg::write(address, out), Msg::read(address, into));
        let (count, done) = match (write.len, read.len) {
            (_, 0) => (1, self.transfer(&mut [write])),
            (0, _) => (1, self.transfer(&mut [read])),
            _ => (2, self.transfer(&mut [write, read])),
        };
        if done? == count { Ok(()) } else { Err(Fault::Io) }
    }

    /// Frees a bus that a device holds. Context: may sleep.
    ///
    /// # Errors
    /// As [`Bus::recover`].
    pub fn recover(&self) -> Result<(), Fault> {
        let bus = self.bus()?;
        self.locked(|| bus.recover())
    }

    /// Notes a device, so that nobody else uses its address. Context: may allocate.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if there is no such address, [`Fault::Busy`] if a device has it already.
    pub fn attach(&self, client: Client) -> Result<(), Fault> {
        if !valid_address(client.address, client.ten_bits) {
            return Err(Fault::Invalid);
        }
        let mut clients = self.clients.lock();
        if clients.iter().any(|c| c.address == client.address && c.ten_bits == client.ten_bits) {
            return Err(Fault::Busy);
        }
        clients.push(client);
        Ok(())
    }

    /// Notes which driver uses the device at `address`. Context: may allocate.
    pub fn bind(&self, address: u16, ten_bits: bool, driver: Option<String>) {
        let mut clients = self.clients.lock();
        if let Some(c) = clients.iter_mut().find(|c| c.address == address && c.ten_bits == ten_bits) {
            c.driver = driver;
        }
    }

    /// Forgets the device at `address`. Context: may allocate.
    pub fn detach(&self, address: u16, ten_bits: bool) {
        self.clients.lock().retain(|c| c.address != address || c.ten_bits != ten_bits);
    }

    /// The devices that are known on the bus. Context: may allocate.
    pub fn clients(&self) -> Vec<Client> {
        self.clients.lock().clone()
    }

    /// Whether a device with seven address bits answers at `address`: asked in the way that such a device takes no harm
    /// from, as far as that can be known. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the adapter can neither write an empty message nor read a byte.
    pub fn probe(&self, address: u16) -> Result<bool, Fault> {
        let can = self.functions();
        let mut data = Block::default();
        // A write without data locks up some EEPROMs and clocks; a read drains the alert of others.
        let reading = matches!(address, 0x30..=0x37 | 0x50..=0x5f);
        let result = if can.contains(Functions::READ_BYTE) && (reading || !can.contains(Functions::QUICK)) {
            self.smbus(address, Flags::empty(), Direction::Read, 0, Kind::Byte, &mut data)
        } else if can.contains(Functions::QUICK) {
            self.smbus(address, Flags::empty(), Direction::Write, 0, Kind::Quick, &mut data)
        } else {
            return Err(Fault::NotSupported);
        };
        Ok(result.is_ok())
    }

    /// The adapter goes: from now on every request is refused. Context: may sleep.
    pub fn unregister(&self) {
        ADAPTERS.lock().retain(|a| !core::ptr::eq(&**a, self));
        let bus = self.locked(|| self.bus.lock().take());
        drop(bus);
    }
}

/// Whether a device may have this address: seven bits without those that the bus keeps for itself, or ten bits.
pub fn valid_address(address: u16, ten_bits: bool) -> bool {
    if ten_bits { address <= 0x3ff } else { (0x01..=0x7f).contains(&address) }
}
