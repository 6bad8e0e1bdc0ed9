// SPDX-License-Identifier: GPL-2.0-only
//! Masking of interrupts at EL2, by PSTATE.I.

use core::arch::asm;

/// The interrupt mask as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u64);

/// Masks interrupts and says how they were. Context: any.
#[inline]
#[must_use]
pub fn save() -> Flags {
    let daif: u64;
    // SAFETY: reads and sets the interrupt mask; the compiler may not move memory accesses over it (no `nomem`).
    unsafe { asm!("mrs {0}, daif", "msr daifset, #2", out(reg) daif, options(nostack, preserves_flags)) };
    Flags(daif)
}

/// Puts the mask back. Context: any.
#[inline]
pub fn restore(flags: Flags) {
    // SAFETY: a value that `save` read; accesses before it may not move behind it (no `nomem`).
    unsafe { asm!("msr daif, {0}", in(reg) flags.0, options(nostack, preserves_flags)) };
}

/// Masks interrupts. Context: any.
#[inline]
pub fn mask() {
    // SAFETY: only sets the mask.
    unsafe { asm!("msr daifset, #2", options(nostack, preserves_flags)) };
}

/// Takes interrupts again, those that are pending at once. Context: orphans and boot, after vectors and interrupt controller stand.
#[inline]
pub fn unmask() {
    // SAFETY: only clears the mask; handlers are installed before any code calls this.
    unsafe { asm!("msr daifclr, #2", "isb", options(nostack, preserves_flags)) };
}

/// Whether interrupts are masked. Context: any.
#[inline]
pub fn masked() -> bool {
    let daif: u64;
    // SAFETY: reads a flag.
    unsafe { asm!("mrs {0}, daif", out(reg) daif, options(nomem, nostack, preserves_flags)) };
    daif & 1 << 7 != 0
}
