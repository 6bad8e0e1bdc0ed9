// SPDX-License-Identifier: GPL-2.0-only
//! The timers of a vCPU (Arm ARM D12.2). The virtual timer is the hardware's own and never trapped; when its vCPU is
//! not loaded, a software timer stands in to wake it. The physical timer is trapped and emulated.

use alloc::sync::Arc;
use arch::counter;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use kernel::timer::Timer;

/// `CNTx_CTL.ENABLE`.
pub const ENABLE: u64 = 1;
/// `CNTx_CTL.IMASK`.
pub const IMASK: u64 = 2;
/// `CNTx_CTL.ISTATUS`.
pub const ISTATUS: u64 = 4;

/// INTID of the virtual timer's PPI, on the host and for guests.
pub const VIRTUAL_PPI: u32 = 27;
/// INTID of the physical timer's PPI for guests.
pub const PHYSICAL_PPI: u32 = 30;

/// The emulated physical timer, `CNTP_*_EL0`, against the host's counter.
#[derive(Default)]
pub struct PhysicalTimer {
    control: AtomicU64,
    compare: AtomicU64,
}

/// A register of the physical timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// `CNTP_TVAL_EL0`.
    Value,
    /// `CNTP_CTL_EL0`.
    Control,
    /// `CNTP_CVAL_EL0`.
    Compare,
}

impl PhysicalTimer {
    /// Reads a register. Context: exit path of its vCPU.
    #[inline]
    pub fn read(&self, register: Register) -> u64 {
        match register {
            Register::Value => self.compare.load(Relaxed).wrapping_sub(counter::now()) & 0xffff_ffff,
            Register::Control => {
                let control = self.control.load(Relaxed);
                if control & ENABLE != 0 && self.due() { control | ISTATUS } else { control }
            }
            Register::Compare => self.compare.load(Relaxed),
        }
    }

    /// Writes a register; the caller then calls [`Self::update`]. Context: exit path of its vCPU.
    pub fn write(&self, register: Register, value: u64) {
        match register {
            Register::Value => {
                let compare = counter::now().wrapping_add(i64::from(value as i32) as u64);
                self.compare.store(compare, Relaxed);
            }
            Register::Control => self.control.store(value & (ENABLE | IMASK), Relaxed),
            Register::Compare => self.compare.store(value, Relaxed),
        }
    }

    fn due(&self) -> bool {
        counter::now() >= self.compare.load(Relaxed)
    }

    /// Whether the interrupt line is high.
    pub fn line(&self) -> bool {
        self.control.load(Relaxed) & (ENABLE | IMASK) == ENABLE && self.due()
    }

    /// Arms `timer`, whose callback raises the line, if the line will rise by itself; else cancels it.
    pub fn update(&self, timer: &Arc<Timer>) {
        if self.control.load(Relaxed) & (ENABLE | IMASK) == ENABLE && !self.due() {
            timer.arm_ticks(self.compare.load(Relaxed));
        } else {
            timer.try_cancel();
        }
    }

    /// Off, as after a reset.
    pub fn reset(&self, timer: &Arc<Timer>) {
        self.control.store(0, Relaxed);
        self.compare.store(0, Relaxed);
        timer.try_cancel();
    }
}

/// The host counter value at which a virtual timer that is not loaded fires, if it will.
pub fn virtual_deadline(control: u64, compare: u64, offset: u64) -> Option<u64> {
    (control & (ENABLE | IMASK) == ENABLE).then(|| compare.saturating_add(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn physical_timer_registers() {
        arch::this_cpu().set_counter(1000);
        let timer = PhysicalTimer::default();
        timer.write(Register::Value, 0xffff_fff0); // -16
        assert_eq!(timer.read(Register::Compare), 984);
        timer.write(Register::Control, 0xff);
        assert_eq!(timer.read(Register::Control), ENABLE | IMASK | ISTATUS);
        assert!(!timer.line(), "masked");
        timer.write(Register::Control, ENABLE);
        assert!(timer.line());
        timer.write(Register::Value, 50);
        assert!(!timer.line());
        assert_eq!(timer.read(Register::Value), 50);
        assert_eq!(timer.read(Register::Control), ENABLE);
    }

    #[test]
    fn deadline_of_an_unloaded_timer() {
        assert_eq!(virtual_deadline(ENABLE, 10, 5), Some(15));
        assert_eq!(virtual_deadline(ENABLE, u64::MAX, 5), Some(u64::MAX));
        assert_eq!(virtual_deadline(ENABLE | IMASK, 10, 5), None);
        assert_eq!(virtual_deadline(0, 10, 5), None);
    }
}
