// SPDX-License-Identifier: GPL-2.0-only
//! What all devices have: an interrupt line with a memory, a count of accesses to nothing, and the identification
//! registers of Arm's PrimeCells.

use core::sync::atomic::{AtomicU64, Ordering};

use vmm::device::{IrqLine, Width};

/// An interrupt line that is only driven when its level changes. Lives in the device's locked state, so that two
/// vCPUs cannot leave it at the level of the older change.
pub(crate) struct Line {
    irq: Option<IrqLine>,
    level: bool,
}

impl Line {
    /// A line that is low.
    pub(crate) fn new(irq: IrqLine) -> Self {
        Self { irq: Some(irq), level: false }
    }

    /// Drives the line to `level`.
    #[inline]
    pub(crate) fn set(&mut self, level: bool) {
        if level != self.level {
            self.change(level);
        }
    }

    #[inline(never)]
    fn change(&mut self, level: bool) {
        self.level = level;
        if let Some(irq) = &self.irq {
            irq.set(level);
        }
    }

    /// The level it has.
    pub(crate) fn level(&self) -> bool {
        self.level
    }

    /// Lets go of the guest's interrupt controller, with the line low.
    pub(crate) fn release(&mut self) {
        self.set(false);
        self.irq = None;
    }
}

/// Counts accesses to registers that do not exist or of a width that they do not take.
#[derive(Default)]
pub(crate) struct Unimplemented(AtomicU64);

impl Unimplemented {
    /// Notes one access; the value that a read of nothing gives.
    #[cold]
    pub(crate) fn note(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed);
        0
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether an access of `width` at `offset` is one to a register in a 32-bit slot: it begins at the slot and stays in
/// it. (Drivers use bytes and half-words as well as words.)
#[inline]
pub(crate) fn is_slot(offset: u64, width: Width) -> bool {
    offset & 3 == 0 && width != Width::B8
}

/// PCellID0..3, the same for all PrimeCells, least significant byte first.
const PRIME_CELL: u32 = 0xb105_f00d;

/// The identification registers at 0xfe0..=0xffc: the bytes of `peripheral` (PeriphID0 in the lowest), then those of
/// PCellID, one to a 32-bit slot. `None` for other offsets.
pub(crate) fn prime_cell_id(peripheral: u32, offset: u64) -> Option<u32> {
    let (word, first) = match offset {
        0xfe0..=0xfec => (peripheral, 0xfe0),
        0xff0..=0xffc => (PRIME_CELL, 0xff0),
        _ => return None,
    };
    if offset & 3 != 0 {
        return None;
    }
    Some(word >> (8 * ((offset - first) / 4)) & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Irqs;

    #[test]
    fn a_line_is_driven_on_change_only() {
        let irqs = Irqs::new();
        let mut line = Line::new(irqs.line(40));
        for level in [false, true, true, false, false, true] {
            line.set(level);
            assert_eq!(line.level(), level);
        }
        assert_eq!(irqs.changes(), [(40, true), (40, false), (40, true)]);
        line.release();
        line.set(true);
        assert_eq!(irqs.changes(), [(40, false)]);
    }

    #[test]
    fn ids_are_in_byte_order() {
        let id = |offset| prime_cell_id(0x0014_1011, offset);
        assert_eq!(
            [id(0xfe0), id(0xfe4), id(0xfe8), id(0xfec)],
            [Some(0x11), Some(0x10), Some(0x14), Some(0)]
        );
        assert_eq!(
            [id(0xff0), id(0xff4), id(0xff8), id(0xffc)],
            [Some(0x0d), Some(0xf0), Some(5), Some(0xb1)]
        );
        assert_eq!([id(0xfdc), id(0xfe1), id(0x1000), id(0)], [None; 4]);
    }

    #[test]
    fn slots() {
        assert!(is_slot(0, Width::B1) && is_slot(4, Width::B2) && is_slot(8, Width::B4));
        assert!(!is_slot(0, Width::B8) && !is_slot(2, Width::B2) && !is_slot(1, Width::B1));
    }
}
