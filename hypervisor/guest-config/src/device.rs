// SPDX-License-Identifier: GPL-2.0-only
//! One emulated device of a guest, as the configuration describes it to its emulator.

use alloc::string::String;
use alloc::vec::Vec;

use arch::GuestPhysAddr;

use super::binding::{NodeExtras, Trigger};

/// The properties of a node as the user wrote them, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(pub(crate) Vec<(String, Vec<u8>)>);

impl Properties {
    /// The raw value of property `name`.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// Whether property `name` is there, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Property `name` as one cell; `None` if it is missing or not 4 bytes long.
    pub fn u32(&self, name: &str) -> Option<u32> {
        Some(u32::from_be_bytes(self.get(name)?.try_into().ok()?))
    }

    /// Property `name` as a number of one or two cells; `None` if it is missing or of another length.
    pub fn u64(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        match value.len() {
            4 => self.u32(name).map(u64::from),
            _ => Some(u64::from_be_bytes(value.try_into().ok()?)),
        }
    }

    /// Property `name` as one string; `None` if it is missing or not exactly one NUL-terminated UTF-8 string.
    pub fn str(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?.strip_suffix(&[0])?;
        if value.contains(&0) { None } else { core::str::from_utf8(value).ok() }
    }

    /// All names and raw values, in the order of the DTS.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

/// One interrupt of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interrupt {
    /// GIC INTID: an SPI, 32..=1019.
    pub intid: u32,
    /// Level or edge.
    pub trigger: Trigger,
}

/// One emulated device of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceConfig {
    /// Name of the node without its unit address, such as `uart0`; with it where another device of the guest has the
    /// same name. Unique within the guest.
    pub name: String,
    /// Path of the node in the guest's DTS, for messages.
    pub path: String,
    /// The `compatible` entry that chose the emulator.
    pub compatible: String,
    /// First address of the register block in the guest's physical address space.
    pub base: GuestPhysAddr,
    /// Size of the register block in bytes.
    pub size: u64,
    /// The device's interrupts, given or assigned; at least as many as the emulator has.
    pub interrupts: Vec<Interrupt>,
    /// All properties that the user wrote in the node, among them the host-side ones (`ferrovisor,...`).
    pub properties: Properties,
    /// The devices behind it, for an emulator that has such: name, path and properties are theirs, all else is empty.
    pub children: Vec<DeviceConfig>,
    /// What the emulator adds to the node in the guest's DTB.
    pub extras: NodeExtras,
}

impl DeviceConfig {
    /// The host-side option `ferrovisor,NAME` as a raw value; `name` is given without the prefix.
    pub fn option(&self, name: &str) -> Option<&[u8]> {
        self.properties
            .iter()
            .find(|(n, _)| n.strip_prefix("ferrovisor,") == Some(name))
            .map(|(_, value)| value)
    }
}
