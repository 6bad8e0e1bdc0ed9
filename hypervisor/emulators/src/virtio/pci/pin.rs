// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt pins of PCI functions, several of which share a line; messages stand in for a pin where the driver wants them.

use super::messages::Messages;
use crate::sync::Lock;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};
use vmm::device::{InterruptSink, IrqLine};

/// A line: high while any pin on it is.
pub(super) struct Wire {
    irq: IrqLine,
    /// A bit for each pin that is high, by device number.
    high: Lock<u32>,
}

impl Wire {
    /// A line that is low.
    pub(super) fn new(irq: IrqLine) -> Arc<Self> {
        Arc::new(Self { irq, high: Lock::new(0) })
    }

    /// The pin of the function with this device number, of this guest.
    pub(super) fn pin(self: &Arc<Self>, guest: &str, slot: u8) -> Arc<Pin> {
        let messages = Messages::new(guest.to_string());
        Arc::new(Pin {
            wire: self.clone(),
            bit: 1 << (slot & 31),
            disabled: AtomicBool::new(false),
            messages,
        })
    }
}

/// A function's pin: high while the function has causes, unless its driver has disabled it.
pub(super) struct Pin {
    wire: Arc<Wire>,
    bit: u32,
    disabled: AtomicBool,
    pub(super) messages: Messages,
}

impl Pin {
    /// The driver disables or enables the pin; to be followed by [`InterruptSink::follow`].
    pub(super) fn disable(&self, disabled: bool) {
        self.disabled.store(disabled, Release);
    }

    /// Drives the pin. What its level follows from is asked for with the line held.
    fn drive(&self, level: impl FnOnce() -> bool) {
        let mut high = self.wire.high.lock();
        let before = *high;
        *high = match level() && !self.disabled.load(Acquire) && !self.messages.enabled() {
            true => before | self.bit,
            false => before & !self.bit,
        };
        if (before == 0) != (*high == 0) {
            self.wire.irq.set(*high != 0);
        }
    }
}

impl InterruptSink for Pin {
    fn set(&self, _: u32, level: bool) {
        self.drive(|| level);
    }

    fn follow(&self, _: u32, causes: &AtomicU32) {
        if self.messages.enabled() {
            // Nobody acknowledges messages.
            let causes = causes.swap(0, AcqRel);
            return match self.messages.answer(causes) {
                0 => self.messages.raise(causes),
                interrupt => self.wire.irq.pulse_other(interrupt),
            };
        }
        self.drive(|| causes.load(Relaxed) != 0);
    }

    fn edge(&self, _: u32) -> bool {
        // Pins have levels (PCI 3.0, 2.2.6).
        false
    }
}
