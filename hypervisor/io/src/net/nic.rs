// SPDX-License-Identifier: GPL-2.0-only
//! The host's network devices: drivers register them, and each can be a port of a switch. What a device hears goes into the
//! switch; what the switch has for it is copied to where the device's DMA reaches, once.

use super::Mac;
use super::frame::Frame;
use super::offload::Features;
use super::port::{Delivery, Endpoint, Port, PortConfig};
use super::switch::{Switch, find_or_make};
use crate::sync::Lock;
use crate::{Error, Fault, Result};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use kernel::sync::Mutex;

/// What a device has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames received.
    pub rx_frames: u64,
    /// Their bytes.
    pub rx_bytes: u64,
    /// Frames that came damaged.
    pub rx_errors: u64,
    /// Frames that came and were dropped.
    pub rx_dropped: u64,
    /// Frames sent.
    pub tx_frames: u64,
    /// Their bytes.
    pub tx_bytes: u64,
    /// Frames that could not be sent.
    pub tx_errors: u64,
    /// Frames that were dropped before they were sent.
    pub tx_dropped: u64,
}

/// How a device is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its own address.
    pub mac: Mac,
    /// Bytes of the longest body of a frame.
    pub mtu: u32,
    /// It runs.
    pub up: bool,
    /// There is somebody at the other end.
    pub link: bool,
    /// What it counted.
    pub counters: Counters,
}

/// What a driver does for its device.
pub trait Hardware: Send + Sync {
    /// Takes a frame for sending, by copying it, or lets it go. Context: atomic; several CPUs at once.
    fn transmit(&self, frame: &Frame<'_>) -> Delivery;
    /// What it finishes itself of frames. Context: any.
    fn features(&self) -> Features;
    /// Begins to run, and to hear frames for all stations. Context: sleeps; one at a time.
    ///
    /// # Errors
    /// What the device answers.
    fn start(&self) -> Result<(), Fault>;
    /// Ends that. Nothing is received when it returns. Context: sleeps; one at a time.
    fn stop(&self);
    /// How it is. Context: sleeps.
    fn state(&self) -> State;
}

/// The port's side of a device.
struct Wire(Arc<dyn Hardware>);

impl Endpoint for Wire {
    fn deliver(&self, frame: &Frame<'_>) -> Delivery {
        self.0.transmit(frame)
    }
    fn features(&self) -> Features {
        self.0.features()
    }
}

/// Where a device is attached.
#[derive(Clone)]
struct Place {
    switch: Arc<Switch>,
    port: Arc<Port>,
}

/// A network device of the host.
pub struct Nic {
    name: String,
    hardware: Arc<dyn Hardware>,
    place: Lock<Option<Place>>,
    /// Frames that came while it was no port.
    unwanted: AtomicU64,
    /// Held while it is attached or detached. The device is gone.
    gone: Mutex<bool>,
}

static NICS: Mutex<Vec<Arc<Nic>>> = Mutex::new(Vec::new());
/// The switch that the first device becomes a port of, if the board says so.
static UPLINK: Mutex<Option<String>> = Mutex::new(None);

/// All devices. Context: may sleep.
pub fn list() -> Vec<Arc<Nic>> {
    NICS.lock().clone()
}

/// The device of this name. Context: may sleep.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Arc<Nic>> {
    list().into_iter().find(|nic| nic.name == name).ok_or_else(|| Error::Port {
        switch: String::new(),
        port: name.into(),
        why: "there is no such network device",
    })
}

/// Has the next device that comes, if none is there yet, become a port of this switch. Context: may sleep.
pub fn set_uplink(switch: &str) {
    *UPLINK.lock() = Some(switch.into());
}

/// Takes a device in, under the lowest free name of `ethN`. It is no port yet: see [`Nic::attach_uplink`]. Context: may sleep.
pub fn register(hardware: Arc<dyn Hardware>) -> Arc<Nic> {
    let mut all = NICS.lock();
    let mut free = (0..).map(|n: u32| format!("eth{n}"));
    let name = free.find(|name| all.iter().all(|nic| nic.name != *name)).unwrap_or_default();
    let nic = Arc::new(Nic {
        name,
        hardware,
        place: Lock::new(None),
        unwanted: AtomicU64::new(0),
        gone: Mutex::new(false),
    });
    all.push(Arc::clone(&nic));
    nic
}

/// Takes a device off its switch and out of the list. Context: sleeps.
pub fn unregister(nic: &Arc<Nic>) {
    NICS.lock().retain(|other| !Arc::ptr_eq(other, nic));
    let mut gone = nic.gone.lock();
    *gone = true;
    nic.leave();
}

impl Nic {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is. Context: sleeps.
    pub fn state(&self) -> State {
        self.hardware.state()
    }

    /// The switch and the port, if it is one. Context: any.
    pub fn port(&self) -> Option<(Arc<Switch>, Arc<Port>)> {
        self.place.lock().clone().map(|place| (place.switch, place.port))
    }

    /// Frames that came while it was no port. Context: any.
    pub fn unwanted(&self) -> u64 {
        self.unwanted.load(Relaxed)
    }

    /// The first device of the machine becomes a port of the switch that the board names for that. Context: sleeps.
    ///
    /// # Errors
    /// As for [`attach`](Self::attach).
    pub fn attach_uplink(&self) -> Result<()> {
        let said = kernel::dt::tree().and_then(|tree| kernel::dt::machine::boot_argument(tree, "net.uplink"));
        let uplink = said.map(String::from).or_else(|| UPLINK.lock().clone());
        match uplink {
            Some(switch) if list().first().is_some_and(|first| core::ptr::eq(&**first, self)) => {
                self.attach(&switch)
            }
            _ => Ok(()),
        }
    }

    /// Becomes a port of a switch, which is made if there is none of the name, and runs. Context: sleeps.
    ///
    /// # Errors
    /// It is a port already, the switch has no room, or the device does not start.
    pub fn attach(&self, switch: &str) -> Result<()> {
        let refused = |why| Err(Error::Port { switch: switch.into(), port: self.name.clone(), why });
        let gone = self.gone.lock();
        if *gone {
            return refused("the device is gone");
        }
        if self.place.lock().is_some() {
            return refused("the device is a port already");
        }
        let to = find_or_make(switch);
        let port = to.attach(PortConfig::new(&self.name), Arc::new(Wire(Arc::clone(&self.hardware))))?;
        *self.place.lock() = Some(Place { switch: Arc::clone(&to), port: Arc::clone(&port) });
        if let Err(fault) = self.hardware.start() {
            log::error!("{}: {fault}", self.name);
            *self.place.lock() = None;
            to.detach(&port);
            return refused("the device does not start");
        }
        Ok(())
    }

    /// Is no port any more, and rests. Context: sleeps.
    ///
    /// # Errors
    /// It is none.
    pub fn detach(&self) -> Result<()> {
        let _gone = self.gone.lock();
        if self.leave() {
            return Ok(());
        }
        Err(Error::Port {
            switch: String::new(),
            port: self.name.clone(),
            why: "the device is no port of a switch",
        })
    }

    /// The caller holds `gone`.
    fn leave(&self) -> bool {
        let place = self.place.lock().take();
        let Some(place) = place else { return false };
        place.switch.detach(&place.port);
        self.hardware.stop();
        true
    }

    /// A frame came: it goes into the switch. Says to how many ports. Context: atomic.
    pub fn receive(&self, frame: &Frame<'_>) -> usize {
        let place = self.place.lock().clone();
        match place {
            Some(place) => place.switch.transmit(&place.port, frame),
            None => {
                self.unwanted.fetch_add(1, Relaxed);
                0
            }
        }
    }
}

impl fmt::Debug for Nic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nic({})", self.name)
    }
}

#[cfg(test)]
#[path = "nic_tests.rs"]
mod tests;
