// SPDX-License-Identifier: GPL-2.0-only
//! What an emulated device is: the traits between the guest core and the `emulators` crate.
//!
//! An emulator is found by the `compatible` of a node in the guest's DTS: each crate that brings emulators
//! [`register`]s a static table of [`Factory`] entries, the configuration uses them to assign addresses and
//! interrupts and to write the guest's own device tree, and the guest core calls [`Factory::create`] for every
//! device of a guest. Register accesses then reach [`Emulator::read`] and [`Emulator::write`] on the exit path.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use spin::Once;

use crate::config::DeviceConfig;
use crate::ram::GuestRam;

/// Size of one register access, in bytes. The discriminant is the number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Width {
    /// One byte (LDRB, STRB).
    B1 = 1,
    /// Two bytes (LDRH, STRH).
    B2 = 2,
    /// Four bytes (LDR Wt, STR Wt).
    B4 = 4,
    /// Eight bytes (LDR Xt, STR Xt).
    B8 = 8,
}

impl Width {
    /// The width that `ISS.SAS` of a data abort stands for (Arm ARM D24.2.40, ESR_EL2, bits 23:22). Only the low
    /// two bits of `sas` are looked at.
    #[inline]
    pub const fn from_sas(sas: u64) -> Self {
        match sas & 3 {
            0 => Width::B1,
            1 => Width::B2,
            2 => Width::B4,
            _ => Width::B8,
        }
    }

    /// The width of `bytes` bytes, or `None` unless `bytes` is 1, 2, 4 or 8.
    #[inline]
    pub const fn from_bytes(bytes: u64) -> Option<Self> {
        match bytes {
            1 => Some(Width::B1),
            2 => Some(Width::B2),
            4 => Some(Width::B4),
            8 => Some(Width::B8),
            _ => None,
        }
    }

    /// Number of bytes: 1, 2, 4 or 8.
    #[inline]
    pub const fn bytes(self) -> u64 {
        self as u64
    }

    /// The bits of a value that an access of this width carries.
    #[inline]
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - 8 * self as u32)
    }
}

/// An emulated device of one guest.
///
/// `read` and `write` run in the exit path of the vCPU that made the access, interrupts masked: they may not sleep,
/// allocate or take long (their cost must have a bound), and several vCPUs may call them at once.
pub trait Emulator: Send + Sync {
    /// Reads `width` bytes at `offset` from the start of the device's register block.
    ///
    /// The access lies within the block and is naturally aligned. Bits of the result above `width` are ignored.
    /// A register that does not exist reads as zero.
    fn read(&self, offset: u64, width: Width) -> u64;

    /// Writes the low `width` bytes of `value` at `offset` from the start of the device's register block.
    ///
    /// The access lies within the block and is naturally aligned; bits of `value` above `width` are zero. A write to
    /// a register that does not exist is ignored.
    fn write(&self, offset: u64, width: Width, value: u64);

    /// Puts the device into its state after power-on: the guest is reset. No vCPU of the guest runs meanwhile, and
    /// the guest's RAM belongs to the next start from here on: nothing of what was asked before may write it any more.
    /// Context: orphan; may sleep.
    fn reset(&self);

    /// The guest is being destroyed: cancels timers and drops references to whatever could call back. No access and
    /// no `reset` follows.
    fn stop(&self) {}

    /// One line on the device's state for `guest info`, without a newline; empty for nothing to say.
    fn info(&self) -> String {
        String::new()
    }
}

/// Where the level of a guest's interrupt lines goes: the guest's vGIC.
pub trait InterruptSink: Send + Sync {
    /// Sets the level of the line of interrupt `intid` (an SPI, 32..=1019). Any context, any CPU; does not sleep.
    fn set(&self, intid: u32, level: bool);
}

/// One interrupt input of a guest's vGIC, handed to the emulator that drives it. Any context may use it.
#[derive(Clone)]
pub struct IrqLine {
    sink: Arc<dyn InterruptSink>,
    intid: u32,
}

impl IrqLine {
    /// The line of interrupt `intid` of `sink`.
    pub fn new(sink: Arc<dyn InterruptSink>, intid: u32) -> Self {
        Self { sink, intid }
    }

    /// The interrupt number (GIC INTID) of this line.
    #[inline]
    pub fn intid(&self) -> u32 {
        self.intid
    }

    /// Drives the line high or low. For a level-triggered interrupt the emulator keeps it high as long as its cause
    /// lasts; setting a level that the line already has is allowed and costs a call.
    #[inline]
    pub fn set(&self, level: bool) {
        self.sink.set(self.intid, level);
    }

    /// One rising and falling edge, for an edge-triggered interrupt.
    #[inline]
    pub fn pulse(&self) {
        self.sink.set(self.intid, true);
        self.sink.set(self.intid, false);
    }
}

impl fmt::Debug for IrqLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IrqLine({})", self.intid)
    }
}

/// What a device may ask of its whole guest: a watchdog or a power key. The request is noted and carried out
/// after the exit; the calls return at once and may be made from any context.
pub trait PowerControl: Send + Sync {
    /// Asks for a reset of the guest; `reason` shows in the log and in `guest info`.
    fn request_reset(&self, reason: &'static str);

    /// Asks for the guest to be powered off; `reason` shows in the log and in `guest info`.
    fn request_poweroff(&self, reason: &'static str);
}

/// What an emulator gets when it is created.
pub struct Context<'a> {
    /// Name of the guest, such as `linux0`.
    pub guest: &'a str,
    /// The device's node: name, addresses, and all properties that the user wrote.
    pub node: &'a DeviceConfig,
    /// The device's interrupt lines, in the order of its `interrupts`; as many as the node has, which is at least
    /// [`Factory::irqs`].
    pub irqs: Vec<IrqLine>,
    /// Reset and power-off of the guest.
    pub power: Arc<dyn PowerControl>,
    /// The guest's RAM, for a device that reads and writes it by itself.
    pub ram: Arc<GuestRam>,
}

impl Context<'_> {
    /// The name of this device among all devices of all guests, such as `linux0/uart0`.
    pub fn full_name(&self) -> String {
        alloc::format!("{}/{}", self.guest, self.node.name)
    }

    /// Interrupt line `index`, or an error that names the node if it has not that many.
    pub fn irq(&self, index: usize) -> Result<IrqLine, Error> {
        self.irqs.get(index).cloned().ok_or_else(|| Error::Property {
            node: self.node.path.clone(),
            property: "interrupts".to_string(),
            found: alloc::format!("{} interrupts", self.irqs.len()),
            expected: alloc::format!("at least {}", index + 1),
        })
    }

    /// An error about `property` of this device's node.
    pub fn property_error(&self, property: &str, found: &str, expected: &str) -> Error {
        Error::Property {
            node: self.node.path.clone(),
            property: property.to_string(),
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }
}

/// Why a device could not be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A property of the device's node has a value that the emulator cannot use.
    Property {
        /// Path of the node in the guest's DTS.
        node: String,
        /// Name of the property.
        property: String,
        /// What the property holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
    /// Something that the device needs from the host is not to be had.
    Unavailable {
        /// Path of the node in the guest's DTS.
        node: String,
        /// What is missing, and what to do.
        what: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Property { node, property, found, expected } => {
                write!(f, "{node}: property '{property}': found {found}, expected {expected}")
            }
            Error::Unavailable { node, what } => write!(f, "{node}: {what}"),
        }
    }
}

/// How an interrupt line is read by the GIC (GICD_ICFGR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Pending as long as the line is high: flags cell 4 in a device tree.
    Level,
    /// Pending at a rising edge: flags cell 1 in a device tree.
    Edge,
}

impl Trigger {
    /// The third cell of a GIC interrupt specifier, and what the guest's DTB gets: 4 for level high, 1 for rising edge.
    pub const fn cell(self) -> u32 {
        match self {
            Trigger::Level => 4,
            Trigger::Edge => 1,
        }
    }
}

/// What an emulator adds to its node in the guest's DTB, so that a stock driver binds to it.
///
/// What the user wrote in the guest's DTS wins: a property is added only where the node has none of that name.
/// `reg`, `interrupts` and `interrupt-parent` are written by the configuration and must not be added here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeExtras {
    pub(crate) properties: Vec<(String, Vec<u8>)>,
    pub(crate) clocks: Vec<(String, u32)>,
}

impl NodeExtras {
    /// The `compatible` list that the guest sees, such as `["arm,pl011", "arm,primecell"]`. It replaces what the
    /// user wrote, which only had to name the emulator.
    pub fn compatible(&mut self, list: &[&str]) -> &mut Self {
        self.strings("compatible", list)
    }

    /// A fixed clock of `hz` hertz for this device, under `name` in `clock-names`. Devices share a clock node where
    /// the frequency is the same.
    pub fn clock(&mut self, name: &str, hz: u32) -> &mut Self {
        self.clocks.push((name.to_string(), hz));
        self
    }

    /// A property without a value, such as `gpio-controller`.
    pub fn flag(&mut self, name: &str) -> &mut Self {
        self.bytes(name, &[])
    }

    /// A property of one cell, such as `#gpio-cells`.
    pub fn cell(&mut self, name: &str, value: u32) -> &mut Self {
        self.cells(name, &[value])
    }

    /// A property of cells.
    pub fn cells(&mut self, name: &str, values: &[u32]) -> &mut Self {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_be_bytes()).collect();
        self.bytes(name, &bytes)
    }

    /// A property of strings.
    pub fn strings(&mut self, name: &str, values: &[&str]) -> &mut Self {
        let mut bytes = Vec::new();
        for value in values {
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(0);
        }
        self.bytes(name, &bytes)
    }

    /// A property of raw bytes. A second one of the same name replaces the first.
    pub fn bytes(&mut self, name: &str, value: &[u8]) -> &mut Self {
        match self.properties.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value.to_vec(),
            None => self.properties.push((name.to_string(), value.to_vec())),
        }
        self
    }
}

/// One kind of emulated device: an entry of a static table.
pub struct Factory {
    /// The `compatible` strings that choose this emulator in a guest's DTS.
    pub compatible: &'static [&'static str],
    /// What the device is, for messages and lists, such as `"PL011 UART"`.
    pub title: &'static str,
    /// Size in bytes of the register block, at least 1; the size that is assigned where the DTS has no `reg`, and
    /// the smallest that a `reg` may have.
    pub reg_size: u64,
    /// Number of interrupts that the device has; they are assigned where the DTS has no `interrupts`, which may list
    /// more but not fewer.
    pub irqs: usize,
    /// Trigger of assigned interrupts.
    pub trigger: Trigger,
    /// Names of host-side options that the emulator understands, each beginning with `ferrovisor,`. They do not
    /// appear in the guest's DTB; any other `ferrovisor,` property in the node is an error.
    pub options: &'static [&'static str],
    /// Adds what the guest's driver needs to the guest's node.
    pub describe: fn(&DeviceConfig, &mut NodeExtras),
    /// Makes the device. May sleep.
    pub create: fn(&Context<'_>) -> Result<Arc<dyn Emulator>, Error>,
}

/// Most tables that can be registered.
const MAX_TABLES: usize = 8;

static TABLES: [Once<&'static [Factory]>; MAX_TABLES] = [const { Once::new() }; MAX_TABLES];

/// Adds a table of emulators; called once by each crate that brings some, at boot. Returns `false` if all
/// [`MAX_TABLES`](self) places are taken, and the table is then not used.
pub fn register(table: &'static [Factory]) -> bool {
    for place in &TABLES {
        let mut mine = false;
        place.call_once(|| {
            mine = true;
            table
        });
        if mine {
            return true;
        }
    }
    false
}

/// All registered tables, in the order of their registration.
pub fn tables() -> Vec<&'static [Factory]> {
    TABLES.iter().filter_map(|place| place.get().copied()).collect()
}

/// The registered emulator for `compatible`. The first table that has one wins.
pub fn find(compatible: &str) -> Option<&'static Factory> {
    TABLES
        .iter()
        .filter_map(|place| place.get().copied())
        .flatten()
        .find(|factory| factory.compatible.contains(&compatible))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use std::sync::Mutex;

    #[test]
    fn widths() {
        assert_eq!(Width::from_sas(0), Width::B1);
        assert_eq!(Width::from_sas(7), Width::B8);
        assert_eq!(Width::from_bytes(3), None);
        assert_eq!(Width::from_bytes(4), Some(Width::B4));
        assert_eq!(Width::B1.mask(), 0xff);
        assert_eq!(Width::B2.mask(), 0xffff);
        assert_eq!(Width::B4.mask(), 0xffff_ffff);
        assert_eq!(Width::B8.mask(), u64::MAX);
    }

    #[derive(Default)]
    struct Recorder(Mutex<Vec<(u32, bool)>>);
    impl InterruptSink for Recorder {
        fn set(&self, intid: u32, level: bool) {
            self.0.lock().unwrap().push((intid, level));
        }
    }

    #[test]
    fn a_line_reaches_its_sink() {
        let recorder = Arc::new(Recorder::default());
        let line = IrqLine::new(recorder.clone(), 33);
        line.set(true);
        line.pulse();
        assert_eq!(*recorder.0.lock().unwrap(), [(33, true), (33, true), (33, false)]);
    }

    #[test]
    fn extras_keep_the_last_value() {
        let mut extras = NodeExtras::default();
        extras.cell("a", 1).flag("f").cell("a", 2).compatible(&["x", "y"]).clock("apb_pclk", 24_000_000);
        assert_eq!(extras.properties[0], ("a".to_string(), vec![0, 0, 0, 2]));
        assert_eq!(extras.properties[1], ("f".to_string(), vec![]));
        assert_eq!(extras.properties[2].1, b"x\0y\0");
        assert_eq!(extras.clocks, [("apb_pclk".to_string(), 24_000_000)]);
    }
}
