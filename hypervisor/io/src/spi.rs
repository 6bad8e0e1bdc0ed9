// SPDX-License-Identifier: GPL-2.0-only
//! SPI devices: what is behind which chip select of which bus, and transfers to it.
//!
//! A controller's driver makes a [`Device`] of each that it finds, with an [`Endpoint`] that carries transfers out.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::Fault;
use crate::sync::Lock;

/// One piece of a transfer: as many bytes out as in, at the same time.
pub enum Segment<'a> {
    /// What is received meanwhile is not looked at.
    Write(&'a [u8]),
    /// Zeroes are sent meanwhile.
    Read(&'a mut [u8]),
    /// What is sent is replaced by what is received.
    Exchange(&'a mut [u8]),
}

/// What carries transfers to one device out. May be called by several threads at a time, which may sleep.
pub trait Endpoint: Send + Sync {
    /// Carries the segments out one after the other, with the device selected from the first to the last.
    ///
    /// # Errors
    /// The controller's.
    fn transfer(&self, segments: &mut [Segment<'_>]) -> Result<(), Fault>;
}

/// How a device is talked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The number of its bus.
    pub bus: u32,
    /// Its chip select.
    pub select: u8,
    /// What it is: `m25p80`.
    pub name: String,
    /// The fastest clock that it takes, in hertz; 0 for any.
    pub max_hz: u32,
    /// Clock polarity and phase: 0 to 3.
    pub mode: u8,
}

/// A device on a bus.
pub struct Device {
    info: Info,
    driver: Lock<Option<String>>,
    endpoint: Box<dyn Endpoint>,
}

static DEVICES: Lock<Vec<Arc<Device>>> = Lock::new(Vec::new());

impl Device {
    /// How it is talked to.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The driver that uses it, if there is one. Context: may allocate.
    pub fn driver(&self) -> Option<String> {
        self.driver.lock().clone()
    }

    /// Notes which driver uses it. Context: may free.
    pub fn bind(&self, driver: Option<String>) {
        let before = core::mem::replace(&mut *self.driver.lock(), driver);
        drop(before);
    }

    /// Carries the segments out one after the other, with the device selected meanwhile. Context: sleeps.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if there are none, or the controller's.
    pub fn transfer(&self, segments: &mut [Segment<'_>]) -> Result<(), Fault> {
        if segments.is_empty() { Err(Fault::Invalid) } else { self.endpoint.transfer(segments) }
    }
}

/// Takes a device into the registry. Context: may allocate.
///
/// # Errors
/// [`Fault::Busy`] if another has that chip select of that bus.
pub fn register(info: Info, endpoint: Box<dyn Endpoint>) -> Result<Arc<Device>, Fault> {
    let key = (info.bus, info.select);
    let device = Arc::new(Device { info, driver: Lock::new(None), endpoint });
    let mut devices = DEVICES.lock();
    let at = devices.partition_point(|other| (other.info.bus, other.info.select) < key);
    if devices.get(at).is_some_and(|other| (other.info.bus, other.info.select) == key) {
        return Err(Fault::Busy);
    }
    devices.insert(at, Arc::clone(&device));
    Ok(device)
}

/// Takes a device out of the registry. Context: may free.
pub fn unregister(device: &Arc<Device>) {
    let mut devices = DEVICES.lock();
    let at = devices.iter().position(|other| Arc::ptr_eq(other, device));
    let found = at.map(|at| devices.remove(at));
    drop(devices);
    drop(found);
}

/// All devices, by bus and chip select. Context: may allocate.
pub fn list() -> Vec<Arc<Device>> {
    DEVICES.lock().clone()
}

/// The device at a chip select of a bus.
pub fn find(bus: u32, select: u8) -> Option<Arc<Device>> {
    DEVICES.lock().iter().find(|device| (device.info.bus, device.info.select) == (bus, select)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// Answers with what is sent, each byte one more.
    struct Echo;

    impl Endpoint for Echo {
        fn transfer(&self, segments: &mut [Segment<'_>]) -> Result<(), Fault> {
            for segment in segments {
                match segment {
                    Segment::Write(bytes) if bytes.contains(&0xff) => return Err(Fault::Io),
                    Segment::Write(_) => {}
                    Segment::Read(bytes) => bytes.fill(1),
                    Segment::Exchange(bytes) => bytes.iter_mut().for_each(|byte| *byte += 1),
                }
            }
            Ok(())
        }
    }

    fn info(bus: u32, select: u8) -> Info {
        Info { bus, select, name: "echo".to_string(), max_hz: 1_000_000, mode: 0 }
    }

    #[test]
    fn devices_are_found_and_talked_to() {
        let device = register(info(900, 1), Box::new(Echo)).unwrap();
        assert_eq!(register(info(900, 1), Box::new(Echo)).err(), Some(Fault::Busy));
        let first = register(info(900, 0), Box::new(Echo)).unwrap();
        let all: Vec<u8> = list()
            .iter()
            .filter(|device| device.info().bus == 900)
            .map(|device| device.info().select)
            .collect();
        assert_eq!(all, [0, 1]);
        let (mut read, mut both) = ([0; 2], [5, 6]);
        let found = find(900, 1).unwrap();
        let segments = &mut [Segment::Write(&[1]), Segment::Read(&mut read), Segment::Exchange(&mut both)];
        found.transfer(segments).unwrap();
        assert_eq!((read, both), ([1, 1], [6, 7]));
        assert_eq!(found.transfer(&mut [Segment::Write(&[0xff])]), Err(Fault::Io));
        assert_eq!(found.transfer(&mut []), Err(Fault::Invalid));
        found.bind(Some("flash".to_string()));
        assert_eq!(device.driver().as_deref(), Some("flash"));
        unregister(&device);
        unregister(&first);
        assert!(find(900, 1).is_none());
    }
}
