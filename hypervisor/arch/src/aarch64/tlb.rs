// SPDX-License-Identifier: GPL-2.0-only
//! TLB upkeep (Arm ARM D8.14). All reach every CPU of the inner shareable domain. Context: any.

use crate::{GuestPhysAddr, VirtAddr};
use core::arch::asm;

/// Forgets EL2's translation of one page.
pub fn flush_page(page: VirtAddr) {
    // SAFETY: drops cached translations only.
    unsafe {
        asm!("dsb ishst", "tlbi vae2is, {0}", "dsb ish", "isb", in(reg) page.0 >> 12, options(nostack, preserves_flags))
    };
}

/// Forgets all of EL2's translations.
pub fn flush_all() {
    // SAFETY: drops cached translations only.
    unsafe { asm!("dsb ishst", "tlbi alle2is", "dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Forgets stage 1 and 2 of every guest: for the reuse of VMIDs.
pub fn flush_guests() {
    // SAFETY: drops cached translations only.
    unsafe { asm!("dsb ishst", "tlbi alle1is", "dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Forgets stage 1 and 2 of the guest whose `VTTBR_EL2` is `vttbr`.
///
/// # Safety
/// Interrupts must be masked: the register is changed for the moment.
pub unsafe fn flush_guest(vttbr: u64) {
    // SAFETY: the caller keeps interrupts masked, so nothing runs on the wrong tables; the old value returns.
    unsafe {
        asm!(
            "mrs {old}, vttbr_el2", "msr vttbr_el2, {new}", "isb",
            "dsb ishst", "tlbi vmalls12e1is", "dsb ish", "isb",
            "msr vttbr_el2, {old}", "isb",
            old = out(reg) _, new = in(reg) vttbr, options(nostack, preserves_flags)
        );
    }
}

/// Forgets one page of stage 2 of the guest whose `VTTBR_EL2` is `vttbr`.
///
/// # Safety
/// As [`flush_guest`].
pub unsafe fn flush_guest_page(vttbr: u64, page: GuestPhysAddr) {
    // SAFETY: as above.
    unsafe {
        asm!(
            "mrs {old}, vttbr_el2", "msr vttbr_el2, {new}", "isb",
            "dsb ishst", "tlbi ipas2e1is, {page}", "dsb ish", "tlbi vmalle1is", "dsb ish", "isb",
            "msr vttbr_el2, {old}", "isb",
            old = out(reg) _, new = in(reg) vttbr, page = in(reg) page.0 >> 12, options(nostack, preserves_flags)
        );
    }
}

/// Forgets on this CPU stage 1 and 2 of the guest whose `VTTBR_EL2` is in force. Context: interrupts masked.
pub fn flush_loaded_guest_here() {
    // SAFETY: drops cached translations only.
    unsafe { asm!("isb", "tlbi vmalle1", "dsb nsh", "isb", options(nostack, preserves_flags)) };
}
