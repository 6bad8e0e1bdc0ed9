// SPDX-License-Identifier: GPL-2.0-only
//! What a guest leaves in the CPU: EL1 registers, FP/SIMD, virtual timer, and the controls of EL2 that confine it.

use core::arch::naked_asm;

mod controls;
mod debug;
mod fp;
mod id;

pub use crate::guest_types::{Controls, DebugState, El1State, TranslationControl};
pub use controls::{
    exception_base, fault_address, fault_ipa, init_cpu, set_exception, set_virtual_timer_control,
    virtual_timer,
};
pub use fp::FpState;
pub use id::{random, read_id_registers};

impl El1State {
    /// Takes the registers of this CPU. Context: interrupts masked, the vCPU loaded here.
    #[inline]
    pub fn save(&mut self) {
        // SAFETY: the function writes exactly this structure's fields.
        unsafe { save(self) };
    }

    /// Puts the registers into this CPU. Context: interrupts masked; the previous owner is saved.
    #[inline]
    pub fn load(&self) {
        // SAFETY: the function reads exactly this structure's fields; EL1 does not run meanwhile.
        unsafe { load(self) };
    }
}

#[unsafe(naked)]
unsafe extern "C" fn save(state: *mut El1State) {
    naked_asm!(
        "mrs x1, sp_el0",
        "mrs x2, sp_el1",
        "stp x1, x2, [x0, #0]",
        "mrs x1, elr_el1",
        "mrs x2, spsr_el1",
        "stp x1, x2, [x0, #16]",
        "mrs x1, sctlr_el1",
        "mrs x2, cpacr_el1",
        "stp x1, x2, [x0, #32]",
        "mrs x1, ttbr0_el1",
        "mrs x2, ttbr1_el1",
        "stp x1, x2, [x0, #48]",
        "mrs x1, tcr_el1",
        "mrs x2, esr_el1",
        "stp x1, x2, [x0, #64]",
        "mrs x1, afsr0_el1",
        "mrs x2, afsr1_el1",
        "stp x1, x2, [x0, #80]",
        "mrs x1, far_el1",
        "mrs x2, mair_el1",
        "stp x1, x2, [x0, #96]",
        "mrs x1, amair_el1",
        "mrs x2, vbar_el1",
        "stp x1, x2, [x0, #112]",
        "mrs x1, contextidr_el1",
        "mrs x2, tpidr_el0",
        "stp x1, x2, [x0, #128]",
        "mrs x1, tpidrro_el0",
        "mrs x2, tpidr_el1",
        "stp x1, x2, [x0, #144]",
        "mrs x1, par_el1",
        "mrs x2, cntkctl_el1",
        "stp x1, x2, [x0, #160]",
        "mrs x1, csselr_el1",
        "str x1, [x0, #176]",
        "ret",
    )
}

#[unsafe(naked)]
unsafe extern "C" fn load(state: *const El1State) {
    naked_asm!(
        "ldp x1, x2, [x0, #0]",
        "msr sp_el0, x1",
        "msr sp_el1, x2",
        "ldp x1, x2, [x0, #16]",
        "msr elr_el1, x1",
        "msr spsr_el1, x2",
        "ldp x1, x2, [x0, #32]",
        "msr sctlr_el1, x1",
        "msr cpacr_el1, x2",
        "ldp x1, x2, [x0, #48]",
        "msr ttbr0_el1, x1",
        "msr ttbr1_el1, x2",
        "ldp x1, x2, [x0, #64]",
        "msr tcr_el1, x1",
        "msr esr_el1, x2",
        "ldp x1, x2, [x0, #80]",
        "msr afsr0_el1, x1",
        "msr afsr1_el1, x2",
        "ldp x1, x2, [x0, #96]",
        "msr far_el1, x1",
        "msr mair_el1, x2",
        "ldp x1, x2, [x0, #112]",
        "msr amair_el1, x1",
        "msr vbar_el1, x2",
        "ldp x1, x2, [x0, #128]",
        "msr contextidr_el1, x1",
        "msr tpidr_el0, x2",
        "ldp x1, x2, [x0, #144]",
        "msr tpidrro_el0, x1",
        "msr tpidr_el1, x2",
        "ldp x1, x2, [x0, #160]",
        "msr par_el1, x1",
        "msr cntkctl_el1, x2",
        "ldr x1, [x0, #176]",
        "msr csselr_el1, x1",
        "isb",
        "ret",
    )
}

const _: () = assert!(size_of::<El1State>() == 23 * 8);

/// Reads a system register by name.
macro_rules! mrs {
    ($reg:literal) => {{
        let value: u64;
        // SAFETY: reading this register has no effect on memory.
        unsafe { core::arch::asm!(concat!("mrs {0}, ", $reg), out(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }};
}

/// Writes a system register by name.
macro_rules! msr {
    ($reg:literal, $value:expr) => {{
        let value: u64 = $value;
        // SAFETY: a register that belongs to the guest or confines it; the hypervisor's own code does not depend on it.
        unsafe { core::arch::asm!(concat!("msr ", $reg, ", {0}"), in(reg) value, options(nostack, preserves_flags)) };
    }};
}
use {mrs, msr};
