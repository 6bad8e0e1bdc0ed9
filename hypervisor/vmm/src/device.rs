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
use core::sync::atomic::AtomicU32;

use spin::Once;

use crate::config::DeviceConfig;
pub use crate::config::{Binding, NodeExtras, Trigger};
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

    /// Has the line be high as long as `causes` has any bits, as of now: of two that call this at once, none leaves it at the
    /// level of the older change. Any context, any CPU; does not sleep.
    fn follow(&self, intid: u32, causes: &AtomicU32);

    /// One rising and falling edge, if the guest has the interrupt edge-triggered; returns whether it has. Any context, any CPU;
    /// does not sleep.
    fn edge(&self, intid: u32) -> bool;
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

    /// Has the line be high if `causes` has any bits. To be called after each change of them; whoever changes them needs no lock.
    #[inline]
    pub fn follow(&self, causes: &AtomicU32) {
        self.sink.follow(self.intid, causes);
    }

    /// One rising and falling edge, for an edge-triggered interrupt.
    #[inline]
    pub fn pulse(&self) {
        self.pulse_other(self.intid);
    }

    /// [`pulse`](Self::pulse) of another interrupt of the same guest.
    #[inline]
    pub fn pulse_other(&self, intid: u32) {
        if !self.sink.edge(intid) {
            self.sink.set(intid, true);
            self.sink.set(intid, false);
        }
    }

    /// [`pulse`](Self::pulse), if the guest has the interrupt edge-triggered; otherwise nothing happens. Returns whether it has.
    #[inline]
    pub fn edge(&self) -> bool {
        self.sink.edge(self.intid)
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
    /// [`Binding::irqs`].
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

/// One kind of emulated device: an entry of a static table.
pub struct Factory {
    /// What the configuration of guests knows of it.
    pub binding: Binding,
    /// Makes the device. May sleep.
    pub create: fn(&Context<'_>) -> Result<Arc<dyn Emulator>, Error>,
}

impl core::ops::Deref for Factory {
    type Target = Binding;

    fn deref(&self) -> &Binding {
        &self.binding
    }
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

/// What the configuration of guests needs of all registered emulators, in the order of their registration.
pub fn bindings() -> Vec<&'static Binding> {
    factories().map(|factory| &factory.binding).collect()
}

/// The registered emulator for `compatible`. The first table that has one wins.
pub fn find(compatible: &str) -> Option<&'static Factory> {
    factories().find(|factory| factory.compatible.contains(&compatible))
}

fn factories() -> impl Iterator<Item = &'static Factory> {
    TABLES.iter().filter_map(|place| place.get().copied()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use core::sync::atomic::Ordering;
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
        fn follow(&self, intid: u32, causes: &AtomicU32) {
            self.set(intid, causes.load(Ordering::SeqCst) != 0);
        }
        fn edge(&self, _: u32) -> bool {
            false
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
}
