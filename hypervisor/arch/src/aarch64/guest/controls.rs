// SPDX-License-Identifier: GPL-2.0-only
//! The registers of EL2 that confine a guest and those that describe its faults (Arm ARM D24.2).

use super::{Controls, TranslationControl, mrs, msr};
use crate::GuestPhysAddr;
use core::arch::asm;

impl Controls {
    /// Takes back what the guest may have changed: its virtual timer. Context: the vCPU loaded here, IRQs masked.
    #[inline]
    pub fn save(&mut self) {
        self.cntv_ctl = mrs!("cntv_ctl_el0");
        self.cntv_cval = mrs!("cntv_cval_el0");
        msr!("cntv_ctl_el0", 0);
    }

    /// Puts them in force. Context: IRQs masked.
    #[inline]
    pub fn load(&self) {
        msr!("hcr_el2", self.hcr);
        msr!("cptr_el2", self.cptr);
        msr!("mdcr_el2", self.mdcr);
        msr!("vmpidr_el2", self.vmpidr);
        msr!("vttbr_el2", self.vttbr);
        msr!("cntvoff_el2", self.cntvoff);
        msr!("cntv_cval_el0", self.cntv_cval);
        msr!("cntv_ctl_el0", self.cntv_ctl);
    }

    /// Puts a changed [`Self::hcr`], [`Self::cptr`] and [`Self::mdcr`] in force for the vCPU loaded here.
    #[inline]
    pub fn reload_traps(&self) {
        msr!("hcr_el2", self.hcr);
        msr!("cptr_el2", self.cptr);
        msr!("mdcr_el2", self.mdcr);
        // SAFETY: a barrier.
        unsafe { asm!("isb", options(nostack, preserves_flags)) };
    }
}

/// `FAR_EL2`: the guest's virtual address of an abort. Context: an exit, before interrupts open.
#[inline]
pub fn fault_address() -> u64 {
    mrs!("far_el2")
}

/// The guest physical address of a stage-2 translation fault: the page from `HPFAR_EL2`, the offset from `FAR_EL2`.
#[inline]
pub fn fault_ipa() -> GuestPhysAddr {
    GuestPhysAddr((mrs!("hpfar_el2") & 0xfff_ffff_fff0) << 8 | mrs!("far_el2") & 0xfff)
}

/// `CNTV_CTL_EL0` and `CNTV_CVAL_EL0` of the vCPU loaded here.
#[inline]
pub fn virtual_timer() -> (u64, u64) {
    (mrs!("cntv_ctl_el0"), mrs!("cntv_cval_el0"))
}

/// Sets `CNTV_CTL_EL0` of the vCPU loaded here.
#[inline]
pub fn set_virtual_timer_control(value: u64) {
    msr!("cntv_ctl_el0", value);
}

/// Sets what is the same for every guest on this CPU. `vtcr` is [`crate::table::stage2::vtcr`]'s. Context: boot of each
/// CPU.
pub fn init_cpu(vtcr: u64) {
    msr!("vtcr_el2", vtcr);
    msr!("vpidr_el2", mrs!("midr_el1"));
    msr!("hstr_el2", 0);
    // EL1 may read the physical counter; the physical timer's registers are trapped.
    msr!("cnthctl_el2", 1);
    msr!("cntvoff_el2", 0);
    msr!("cntv_ctl_el0", 0);
    msr!("cptr_el2", Controls::CPTR);
    msr!("mdcr_el2", Controls::MDCR);
    // The host's own OS lock would keep a guest's debug exceptions off.
    msr!("oslar_el1", 0);
    msr!("mdscr_el1", 0);
    let mmfr0 = mrs!("id_aa64mmfr0_el1");
    let fine_grained_traps = mmfr0 >> 56 & 0xf;
    if fine_grained_traps >= 1 {
        // HFGRTR, HFGWTR, HFGITR, HDFGRTR, HDFGWTR, HAFGRTR: zero traps just what is hidden from guests.
        msr!("S3_4_C1_C1_4", 0);
        msr!("S3_4_C1_C1_5", 0);
        msr!("S3_4_C1_C1_6", 0);
        msr!("S3_4_C3_C1_4", 0);
        msr!("S3_4_C3_C1_5", 0);
    }
    if fine_grained_traps >= 2 {
        // HFGRTR2, HFGWTR2, HDFGRTR2, HDFGWTR2, HFGITR2.
        msr!("S3_4_C3_C1_2", 0);
        msr!("S3_4_C3_C1_3", 0);
        msr!("S3_4_C3_C1_0", 0);
        msr!("S3_4_C3_C1_1", 0);
        msr!("S3_4_C3_C1_7", 0);
    }
    if mrs!("id_aa64mmfr1_el1") >> 40 & 0xf != 0 {
        // HCRX_EL2: no feature beyond Armv8.0 enabled.
        msr!("S3_4_C1_C2_2", 0);
    }
    // SAFETY: a barrier.
    unsafe { asm!("isb", options(nostack, preserves_flags)) };
}

/// `VBAR_EL1` and `SCTLR_EL1` of the vCPU loaded here: what an exception taken to EL1 starts from.
pub fn exception_base() -> (u64, u64) {
    (mrs!("vbar_el1"), mrs!("sctlr_el1"))
}

/// Sets `ELR_EL1`, `SPSR_EL1`, `ESR_EL1` and, if given, `FAR_EL1` of the vCPU loaded here, as an exception does.
pub fn set_exception(elr: u64, spsr: u64, esr: u64, far: Option<u64>) {
    msr!("elr_el1", elr);
    msr!("spsr_el1", spsr);
    msr!("esr_el1", esr);
    if let Some(far) = far {
        msr!("far_el1", far);
    }
}

impl TranslationControl {
    /// Writes the register of the vCPU loaded here.
    pub fn write(self, value: u64) {
        match self {
            Self::Sctlr => msr!("sctlr_el1", value),
            Self::Ttbr0 => msr!("ttbr0_el1", value),
            Self::Ttbr1 => msr!("ttbr1_el1", value),
            Self::Tcr => msr!("tcr_el1", value),
            Self::Afsr0 => msr!("afsr0_el1", value),
            Self::Afsr1 => msr!("afsr1_el1", value),
            Self::Esr => msr!("esr_el1", value),
            Self::Far => msr!("far_el1", value),
            Self::Mair => msr!("mair_el1", value),
            Self::Amair => msr!("amair_el1", value),
            Self::Contextidr => msr!("contextidr_el1", value),
        }
    }
}
