// SPDX-License-Identifier: GPL-2.0-only
//! The CPU that runs: identity, hints, the per-CPU pointer, feature registers.

use aarch64_cpu::asm as instructions;
use aarch64_cpu::registers::{
    CurrentEL, ID_AA64MMFR0_EL1, MIDR_EL1, MPIDR_EL1, Readable, TPIDR_EL2, Writeable,
};
use core::arch::asm;

/// The affinity of a CPU: `MPIDR_EL1` without its flag bits (Aff3 in 39:32, Aff2 to Aff0 in 23:0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mpidr(pub u64);

/// This CPU's affinity. Context: any.
#[inline]
pub fn mpidr() -> Mpidr {
    Mpidr(MPIDR_EL1.get() & 0xff_00ff_ffff)
}

/// `MIDR_EL1`: implementer, part and revision. Context: any.
#[inline]
pub fn midr() -> u64 {
    MIDR_EL1.get()
}

/// The current exception level, 2 once booted.
pub fn current_el() -> u64 {
    CurrentEL.read(CurrentEL::EL)
}

/// Sleeps until an interrupt is pending, even a masked one. Context: any.
#[inline]
pub fn wfi() {
    // SAFETY: `dsb` so that stores are visible before the CPU sleeps; no other effect.
    unsafe { asm!("dsb sy", "wfi", options(nostack, preserves_flags)) };
}

/// Sleeps until an event or interrupt. Context: any.
#[inline]
pub fn wfe() {
    instructions::wfe();
}

/// Sends an event to all CPUs. Context: any.
#[inline]
pub fn sev() {
    // SAFETY: `dsb` so that what is announced is visible first; no other effect.
    unsafe { asm!("dsb ishst", "sev", options(nostack, preserves_flags)) };
}

/// A hint within a spin loop. Context: any.
#[inline]
pub fn relax() {
    // SAFETY: a hint. `spin_loop` would be an ISB, which does not let another thread of this core, or another CPU of an
    // emulator, go first.
    unsafe { asm!("yield", options(nomem, nostack, preserves_flags)) };
}

/// Stops this CPU for good, with interrupts masked.
pub fn halt() -> ! {
    super::irq::mask();
    loop {
        wfe();
    }
}

/// The per-CPU pointer, null until [`set_percpu`]. Context: any.
#[inline]
pub fn percpu() -> *mut () {
    TPIDR_EL2.get() as usize as *mut ()
}

/// Sets the per-CPU pointer.
///
/// # Safety
/// `p` must point to this CPU's block, and live as long as the CPU runs.
pub unsafe fn set_percpu(p: *mut ()) {
    TPIDR_EL2.set(p as u64);
}

/// `ID_AA64MMFR0_EL1.PARange`, at most 5 (48 bits): the encoding of `TCR_EL2.PS` and `VTCR_EL2.PS`.
pub fn physical_address_range() -> u64 {
    (ID_AA64MMFR0_EL1.get() & 0xf).min(5)
}

/// Bits of a physical address on this CPU.
pub fn physical_address_bits() -> u32 {
    match physical_address_range() {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        _ => 48,
    }
}

/// The frame pointer (x29) of the function that this is inlined into. Context: any.
#[inline(always)]
pub fn frame_pointer() -> u64 {
    let fp;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, x29", out(reg) fp, options(nomem, nostack, preserves_flags)) };
    fp
}

/// The return addresses of the callers, innermost first, at most `out.len()`; follows the frame pointers from `fp`
/// so long as they stay within `stack` and go up. Returns how many there are.
pub fn backtrace(mut fp: u64, stack: core::ops::Range<u64>, out: &mut [u64]) -> usize {
    let mut n = 0;
    while n < out.len() && fp & 7 == 0 && stack.contains(&fp) && stack.contains(&(fp + 15)) {
        // SAFETY: the 16 bytes at `fp` lie within the given mapped stack and are aligned.
        let (next, ret) = unsafe { (*(fp as *const u64), *((fp + 8) as *const u64)) };
        if ret == 0 {
            break;
        }
        out[n] = ret;
        n += 1;
        if next <= fp {
            break;
        }
        fp = next;
    }
    n
}
