// SPDX-License-Identifier: GPL-2.0-only
//! What drivers take in their probes and have not given back: debug builds keep book, and name what a driver leaves
//! behind when it lets its device go, or when its probe fails. Release builds do nothing here.

use super::Role;
use super::call::{innermost, outer};
use crate::bindings::device;
use crate::device as devices;
use alloc::collections::BTreeMap;
use core::fmt;
use kernel::sync::SpinLock;

/// Kinds of things that are taken and given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Memory of `kmalloc` and its kin.
    Memory,
    /// An interrupt's handler.
    Interrupt,
    /// A clock's handle.
    Clock,
    /// A regulator's handle.
    Regulator,
    /// A reset line's handle.
    Reset,
    /// A GPIO line.
    Gpio,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Memory => "memory",
            Kind::Interrupt => "an interrupt handler",
            Kind::Clock => "a clock",
            Kind::Regulator => "a regulator",
            Kind::Reset => "a reset line",
            Kind::Gpio => "a GPIO line",
        })
    }
}

/// A line of the book.
struct Entry {
    /// The device in whose probe it was taken, as a number.
    device: usize,
    /// Bytes, or the interrupt's number; 0 where there is none.
    detail: usize,
}

static BOOK: SpinLock<BTreeMap<(Kind, usize), Entry>> = SpinLock::new(BTreeMap::new());

/// The device whose probe the calling code is part of.
pub(crate) fn probed() -> Option<usize> {
    let mut call = innermost();
    while let Some(at) = call {
        if at.role == Role::Probe {
            return (!at.device.is_null()).then_some(at.device.addr());
        }
        call = outer(at);
    }
    None
}

/// Something was taken, which `key` tells from all others of its kind. Context: any; allocates in a probe.
pub fn took(kind: Kind, key: usize, detail: usize) {
    if cfg!(debug_assertions)
        && let Some(device) = probed()
    {
        BOOK.lock().insert((kind, key), Entry { device, detail });
    }
}

/// It was given back. Context: any.
pub fn gave(kind: Kind, key: usize) {
    if cfg!(debug_assertions) {
        BOOK.lock().remove(&(kind, key));
    }
}

/// The driver is gone: says what it has left, and forgets it. Gives how many things that is. Context: sleeps.
///
/// # Safety
/// `dev` is a device with its driver still noted.
pub unsafe fn settle(dev: *mut device) -> usize {
    if !cfg!(debug_assertions) {
        return 0;
    }
    // The first of a kind stands for all of it: how many, how many bytes in all, and its detail.
    let mut left: BTreeMap<Kind, (usize, usize, usize)> = BTreeMap::new();
    let mut gone = alloc::vec::Vec::new();
    let mut book = BOOK.lock();
    for (&(kind, key), entry) in book.iter().filter(|(_, entry)| entry.device == dev.addr()) {
        let sum = left.entry(kind).or_insert((0, 0, entry.detail));
        *sum = (sum.0 + 1, sum.1 + entry.detail, sum.2);
        gone.push((kind, key));
    }
    for id in &gone {
        book.remove(id);
    }
    drop(book);
    // SAFETY: the caller's device.
    let (driver, name) = unsafe { (devices::driver_string(dev), devices::name(dev)) };
    let (driver, name) = (driver.to_string_lossy(), name.to_string_lossy());
    for (kind, (count, sum, first)) in left {
        let what = format_args!("{driver} {name}: left behind what its probe took: {kind}");
        match kind {
            Kind::Memory => log::error!(target: "linux", "{what}, {sum} bytes in {count} pieces"),
            Kind::Interrupt => log::error!(target: "linux", "{what} of interrupt {first}; {count} in all"),
            _ => log::error!(target: "linux", "{what}; {count} in all"),
        }
    }
    gone.len()
}
