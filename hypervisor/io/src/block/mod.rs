// SPDX-License-Identifier: GPL-2.0-only
//! Block devices: a registry of disks, a queue of requests for each, and reading and writing them.
//!
//! A driver makes a [`Device`], [`register`]s it, and takes [`Batch`]es of requests from its queue. Users either
//! [`submit`](Device::submit) requests with a function to be called at their end, or call the functions that sleep
//! ([`Device::read`] ...). The data of a request are segments of physical memory that the device reads and writes by
//! itself: nothing is copied on the way.
//!
//! Order: a queue is served from front to back, so a flush covers every write that was submitted before it.
//!
//! Nothing of partitions and file systems is in the image unless something registers a disk ([`register`]).

mod claim;
mod device;
#[cfg(feature = "file-disks")]
pub(crate) mod pieces;
mod queue;
pub mod ramdisk;
mod request;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod volume;

pub use claim::Claim;
#[cfg(feature = "file-disks")]
pub(crate) use claim::Piece;
pub use device::{Device, Driver, Info, Stats};
pub use queue::Batch;
pub use request::{BlockError, Done, Op, Request};
pub use volume::{Reader, Volume};

use crate::sync::Lock;
use crate::{Error, Result};
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

static DEVICES: Lock<Vec<Arc<Device>>> = Lock::new(Vec::new());

/// Adds a disk. Context: may allocate.
///
/// # Errors
/// There is a disk of this name.
pub fn register(device: Arc<Device>) -> Result<()> {
    crate::fs::enable();
    let mut devices = DEVICES.lock();
    if devices.iter().any(|other| other.name() == device.name()) {
        return Err(Error::DiskExists { name: device.name().to_string() });
    }
    devices.push(device);
    Ok(())
}

/// Takes a disk out: what waits in its queue, and whatever comes later, fails with [`BlockError::Removed`].
/// Context: may allocate.
pub fn unregister(device: &Arc<Device>) {
    let removed = {
        let mut devices = DEVICES.lock();
        let at = devices.iter().position(|other| Arc::ptr_eq(other, device));
        at.map(|at| devices.remove(at))
    };
    device.remove();
    drop(removed);
}

/// All disks, in the order of registration. Context: may allocate.
pub fn list() -> Vec<Arc<Device>> {
    DEVICES.lock().clone()
}

/// The disk of this name. Context: may allocate.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Arc<Device>> {
    let found = DEVICES.lock().iter().find(|device| device.name() == name).cloned();
    found.ok_or_else(|| {
        let known: Vec<_> = list().iter().map(|device| device.name().to_string()).collect();
        Error::NoDisk { name: name.to_string(), known: known.join(", ") }
    })
}
