// SPDX-License-Identifier: GPL-2.0-only
//! A guest's registers: kept per host thread, so that tests see what would be in the CPU.

use crate::GuestPhysAddr;
use std::cell::RefCell;

pub use crate::guest_types::{Controls, DebugState, El1State, TranslationControl};

/// What the CPU of this thread holds.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    /// EL1 registers.
    pub el1: El1State,
    /// The confining registers.
    pub controls: Controls,
    /// `FAR_EL2`.
    pub far: u64,
    /// The faulting guest physical address.
    pub ipa: u64,
    /// How often FP state was saved and loaded.
    pub fp_switches: (u32, u32),
    /// The identification registers that [`read_id_registers`] gives.
    pub ids: Option<[u64; 56]>,
}

thread_local! {
    static REGISTERS: RefCell<Registers> = RefCell::new(Registers::default());
}

/// Runs `f` on the registers of this thread's CPU.
pub fn with_registers<R>(f: impl FnOnce(&mut Registers) -> R) -> R {
    REGISTERS.with(|r| f(&mut r.borrow_mut()))
}

impl El1State {
    /// See the real one.
    pub fn save(&mut self) {
        *self = with_registers(|r| r.el1.clone());
    }

    /// See the real one.
    pub fn load(&self) {
        with_registers(|r| r.el1 = self.clone());
    }
}

impl Controls {
    /// See the real one.
    pub fn save(&mut self) {
        with_registers(|r| {
            (self.cntv_ctl, self.cntv_cval) = (r.controls.cntv_ctl, r.controls.cntv_cval);
            r.controls.cntv_ctl = 0;
        });
    }

    /// See the real one.
    pub fn load(&self) {
        with_registers(|r| r.controls = *self);
    }

    /// See the real one.
    pub fn reload_traps(&self) {
        with_registers(|r| {
            (r.controls.hcr, r.controls.cptr, r.controls.mdcr) = (self.hcr, self.cptr, self.mdcr)
        });
    }
}

/// FP state: only counted.
#[derive(Clone, Debug, Default)]
pub struct FpState(());

impl FpState {
    /// See the real one.
    pub fn save(&mut self) {
        with_registers(|r| r.fp_switches.0 += 1);
    }

    /// See the real one.
    pub fn load(&self) {
        with_registers(|r| r.fp_switches.1 += 1);
    }
}

impl DebugState {
    /// See the real one.
    pub fn save(&mut self) {}

    /// See the real one.
    pub fn load(&self) {}
}

/// See the real one.
pub fn fault_address() -> u64 {
    with_registers(|r| r.far)
}

/// See the real one.
pub fn fault_ipa() -> GuestPhysAddr {
    GuestPhysAddr(with_registers(|r| r.ipa))
}

/// See the real one.
pub fn virtual_timer() -> (u64, u64) {
    with_registers(|r| (r.controls.cntv_ctl, r.controls.cntv_cval))
}

/// See the real one.
pub fn set_virtual_timer_control(value: u64) {
    with_registers(|r| r.controls.cntv_ctl = value);
}

/// See the real one.
pub fn init_cpu(_vtcr: u64) {}

/// See the real one.
pub fn read_id_registers() -> [u64; 56] {
    with_registers(|r| r.ids.unwrap_or([0; 56]))
}

/// See the real one.
pub fn exception_base() -> (u64, u64) {
    with_registers(|r| (r.el1.vbar_el1, r.el1.sctlr_el1))
}

/// See the real one.
pub fn set_exception(elr: u64, spsr: u64, esr: u64, far: Option<u64>) {
    with_registers(|r| {
        (r.el1.elr_el1, r.el1.spsr_el1, r.el1.esr_el1) = (elr, spsr, esr);
        if let Some(far) = far {
            r.el1.far_el1 = far;
        }
    });
}

impl TranslationControl {
    /// See the real one; only SCTLR is kept.
    pub fn write(self, value: u64) {
        if self == Self::Sctlr {
            with_registers(|r| r.el1.sctlr_el1 = value);
        }
    }
}

/// See the real one; the host has none.
pub fn random() -> Option<u64> {
    None
}
