// SPDX-License-Identifier: GPL-2.0-only
//! What the entry code hands to the image.

use crate::PhysAddr;
use core::ops::Range;

/// The state of the machine at the first line of Rust: EL2, MMU on with a coarse identity map (the image's
/// and the DTB's 2 MiB blocks as Normal memory, all else below 512 GiB as Device), boot stack, interrupts masked.
#[derive(Clone, Debug)]
pub struct BootInfo {
    /// The device tree that x0 held, 0 if there was none. Not yet checked in any way.
    pub dtb: PhysAddr,
    /// `CNTPCT_EL0` at the first instruction, in ticks.
    pub entry_counter: u64,
    /// Executable code, page aligned.
    pub text: Range<PhysAddr>,
    /// Constants, page aligned.
    pub rodata: Range<PhysAddr>,
    /// Data and zero-initialised data, page aligned; includes the boot stack and its guard.
    pub data: Range<PhysAddr>,
    /// The page inside `data` that must not be mapped: the boot stack overflows into it.
    pub stack_guard: PhysAddr,
}

impl BootInfo {
    /// The whole image in memory.
    pub fn image(&self) -> Range<PhysAddr> {
        self.text.start..self.data.end
    }
}
