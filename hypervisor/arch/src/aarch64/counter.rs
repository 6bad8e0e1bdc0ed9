// SPDX-License-Identifier: GPL-2.0-only
//! The system counter and the EL2 physical timer (Arm ARM D12). The timer raises PPI 26.

use core::arch::asm;

/// `CNTPCT_EL0`, in ticks of [`frequency`]. Context: any.
#[inline]
pub fn now() -> u64 {
    let ticks: u64;
    // SAFETY: reads the counter; `isb` keeps the read from running ahead.
    unsafe { asm!("isb", "mrs {0}, cntpct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
    ticks
}

/// `CNTFRQ_EL0`, in Hz; firmware sets it. Context: any.
#[inline]
pub fn frequency() -> u64 {
    let hz: u64;
    // SAFETY: reads a constant.
    unsafe { asm!("mrs {0}, cntfrq_el0", out(reg) hz, options(nomem, nostack, preserves_flags)) };
    hz
}

/// Programs this CPU's EL2 physical timer to fire when the counter reaches `ticks`, or stops it. Context: any.
#[inline]
pub fn set_deadline(ticks: Option<u64>) {
    // SAFETY: the EL2 timer belongs to the hypervisor alone.
    unsafe {
        match ticks {
            Some(at) => asm!(
                "msr cnthp_cval_el2, {0}", "msr cnthp_ctl_el2, {1}", "isb",
                in(reg) at, in(reg) 1u64, options(nomem, nostack, preserves_flags)
            ),
            None => asm!("msr cnthp_ctl_el2, xzr", "isb", options(nomem, nostack, preserves_flags)),
        }
    }
}
