// SPDX-License-Identifier: GPL-2.0-only
//! The virtual timer (Arm ARM D12): CNTVCT, CNTV_CVAL, CNTV_CTL; its interrupt is PPI 27.

use crate::{cpu, read_sysreg, write_sysreg};

/// INTID of the virtual timer.
pub const INTID: u32 = 27;

/// The virtual counter, read in program order.
#[must_use]
pub fn now() -> u64 {
    cpu::isb();
    read_sysreg!("cntvct_el0")
}

/// Counter ticks a second.
#[must_use]
pub fn frequency() -> u64 {
    read_sysreg!("cntfrq_el0")
}

/// Ticks as nanoseconds: under `-icount shift=0` these are instructions.
#[must_use]
pub fn ticks_to_ns(ticks: u64) -> u64 {
    (u128::from(ticks) * 1_000_000_000 / u128::from(frequency().max(1))) as u64
}

/// Microseconds as ticks.
#[must_use]
pub fn us_to_ticks(us: u64) -> u64 {
    (u128::from(us) * u128::from(frequency()) / 1_000_000) as u64
}

/// Arms the timer for the counter value `deadline`.
pub fn arm(deadline: u64) {
    write_sysreg!("cntv_cval_el0", deadline);
    write_sysreg!("cntv_ctl_el0", 1);
}

/// Turns the timer off.
pub fn disarm() {
    write_sysreg!("cntv_ctl_el0", 0);
}
