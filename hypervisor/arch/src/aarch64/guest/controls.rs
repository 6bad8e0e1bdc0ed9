// SPDX-License-Identifier: GPL-2.0-only
//! The registers of EL2 that confine a guest and those that describe its faults (Arm ARM D24.2).

use super::{mrs, msr};
use crate::GuestPhysAddr;
use core::arch::asm;

/// What EL2 has to hold while a vCPU is loaded.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// `HCR_EL2`.
    pub hcr: u64,
    /// `CPTR_EL2`.
    pub cptr: u64,
    /// `MDCR_EL2`.
    pub mdcr: u64,
    /// `VMPIDR_EL2`.
    pub vmpidr: u64,
    /// `VTTBR_EL2`: VMID and stage-2 table.
    pub vttbr: u64,
    /// `CNTVOFF_EL2`: the guest's counter is the host's less this.
    pub cntvoff: u64,
    /// `CNTV_CVAL_EL0`.
    pub cntv_cval: u64,
    /// `CNTV_CTL_EL0`.
    pub cntv_ctl: u64,
}

impl Controls {
    /// `HCR_EL2`: stage 2 on; EL1 is AArch64; interrupts and system errors come to EL2; WFI, SMC, ID group 3, auxiliary
    /// control, set/way upkeep, implementation defined and error record registers are trapped. Pointer authentication and
    /// tagging are trapped or off since their enables stay 0.
    pub const HCR: u64 = 1
        | 1 << 1
        | 7 << 3
        | 1 << 13
        | 1 << 18
        | 1 << 19
        | 1 << 20
        | 1 << 21
        | 1 << 22
        | 1 << 31
        | 1 << 35
        | 1 << 36;
    /// `HCR_EL2.TWE`: WFE is trapped too.
    pub const HCR_TWE: u64 = 1 << 14;
    /// `HCR_EL2.TVM`: writes of the guest's translation controls are trapped.
    pub const HCR_TVM: u64 = 1 << 26;
    /// `HCR_EL2.VSE`: a virtual system error is pending.
    pub const HCR_VSE: u64 = 1 << 8;
    /// `CPTR_EL2`: trace, activity monitors, SVE and SME are trapped.
    pub const CPTR: u64 = 0x33ff | 1 << 20 | 1 << 30;
    /// `CPTR_EL2.TFP`: FP and SIMD are trapped.
    pub const CPTR_TFP: u64 = 1 << 10;
    /// `MDCR_EL2`: debug ROM, OS lock, debug, PMU and trace filter registers are trapped.
    pub const MDCR: u64 = 1 << 11 | 1 << 10 | 1 << 9 | 1 << 6 | 1 << 5;
    /// `MDCR_EL2.TDA`: breakpoints, watchpoints and debug control are trapped.
    pub const MDCR_TDA: u64 = 1 << 9;

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
