// SPDX-License-Identifier: GPL-2.0-only
//! Turning to another stage-1 map at EL2.

use super::entry;
use crate::PhysAddr;
use core::arch::asm;

pub use entry::{SecondaryBoot, secondary_entry, set_spin_table_argument};

/// Puts the map with the given level-0 table in force, and forbids execution of what is writable.
///
/// # Safety
/// The map must hold the running code, stack and data at the addresses in use, with text read-only. Interrupts must
/// be masked.
pub unsafe fn activate(root: PhysAddr) {
    // SAFETY: the caller vouches for the map. The old and the new map agree on every address that is in use.
    unsafe {
        asm!(
            "dsb ish", "msr ttbr0_el2, {root}", "isb", "tlbi alle2", "dsb nsh", "isb",
            "msr sctlr_el2, {sctlr}", "isb", "tlbi alle2", "ic iallu", "dsb nsh", "isb",
            root = in(reg) root.0, sctlr = in(reg) entry::RUNNING_SCTLR, options(nostack, preserves_flags)
        );
    }
}

/// What a secondary CPU needs to come up on the map with the given root.
pub fn secondary_boot(
    root: PhysAddr,
    stack_top: crate::VirtAddr,
    entry: extern "C" fn(usize) -> !,
    arg: usize,
) -> SecondaryBoot {
    SecondaryBoot {
        ttbr0: root.0,
        tcr: entry::tcr(),
        mair: crate::table::stage1::MAIR,
        sctlr: entry::RUNNING_SCTLR,
        stack_top: stack_top.0 as u64,
        entry,
        arg,
    }
}
