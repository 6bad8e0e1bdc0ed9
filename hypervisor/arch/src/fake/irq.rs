// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt mask of the fake CPU.

use super::this_cpu;
use std::sync::atomic::Ordering::SeqCst;

/// The interrupt mask as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(bool);

/// Masks interrupts and says how they were.
#[must_use]
pub fn save() -> Flags {
    Flags(this_cpu().masked.swap(true, SeqCst))
}

/// Puts the mask back; takes a pending interrupt if that opens it.
pub fn restore(flags: Flags) {
    this_cpu().set_masked(flags.0);
}

/// Masks interrupts.
pub fn mask() {
    this_cpu().set_masked(true);
}

/// Opens the mask and takes a pending interrupt.
pub fn unmask() {
    this_cpu().set_masked(false);
}

/// Whether interrupts are masked.
pub fn masked() -> bool {
    this_cpu().masked.load(SeqCst)
}
