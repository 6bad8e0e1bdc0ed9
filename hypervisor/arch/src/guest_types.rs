// SPDX-License-Identifier: GPL-2.0-only
//! What a guest leaves in the CPU, as data: the same on target and host.

/// The EL1 and EL0 registers of a vCPU that is not loaded (Arm ARM D24).
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct El1State {
    /// `SP_EL0`: stack pointer of EL0.
    pub sp_el0: u64,
    /// `SP_EL1`: stack pointer of EL1.
    pub sp_el1: u64,
    /// `ELR_EL1`: return address of EL1's exceptions.
    pub elr_el1: u64,
    /// `SPSR_EL1`: PSTATE saved by EL1's exceptions.
    pub spsr_el1: u64,
    /// `SCTLR_EL1`: system control.
    pub sctlr_el1: u64,
    /// `CPACR_EL1`: FP and trace access of EL1 and EL0.
    pub cpacr_el1: u64,
    /// `TTBR0_EL1`: table base, lower half.
    pub ttbr0_el1: u64,
    /// `TTBR1_EL1`: table base, upper half.
    pub ttbr1_el1: u64,
    /// `TCR_EL1`: translation control.
    pub tcr_el1: u64,
    /// `ESR_EL1`: syndrome.
    pub esr_el1: u64,
    /// `AFSR0_EL1`: auxiliary fault status 0.
    pub afsr0_el1: u64,
    /// `AFSR1_EL1`: auxiliary fault status 1.
    pub afsr1_el1: u64,
    /// `FAR_EL1`: fault address.
    pub far_el1: u64,
    /// `MAIR_EL1`: memory attributes.
    pub mair_el1: u64,
    /// `AMAIR_EL1`: auxiliary memory attributes.
    pub amair_el1: u64,
    /// `VBAR_EL1`: vector base.
    pub vbar_el1: u64,
    /// `CONTEXTIDR_EL1`: context id.
    pub contextidr_el1: u64,
    /// `TPIDR_EL0`: thread pointer of EL0.
    pub tpidr_el0: u64,
    /// `TPIDRRO_EL0`: read-only thread pointer of EL0.
    pub tpidrro_el0: u64,
    /// `TPIDR_EL1`: thread pointer of EL1.
    pub tpidr_el1: u64,
    /// `PAR_EL1`: result of address translation.
    pub par_el1: u64,
    /// `CNTKCTL_EL1`: counter access of EL0.
    pub cntkctl_el1: u64,
    /// `CSSELR_EL1`: cache selection.
    pub csselr_el1: u64,
}

impl El1State {
    /// The state after a reset: MMU and caches off, the rest zero.
    pub fn reset() -> Self {
        Self { sctlr_el1: 0x30d0_0800, ..Self::default() }
    }
}

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
    /// tagging are trapped or off since their enables stay 0. Upkeep of TLBs and barriers that a guest means for its CPU
    /// reaches all CPUs (FB, BSU), since vCPUs move.
    pub const HCR: u64 = 1
        | 1 << 1
        | 7 << 3
        | 1 << 9
        | 1 << 10
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
}

/// A vCPU's breakpoints, watchpoints and debug control.
#[derive(Clone, Debug, Default)]
pub struct DebugState {
    /// `MDSCR_EL1`.
    pub mdscr: u64,
    /// `DBGBVR<n>_EL1` and `DBGBCR<n>_EL1`.
    pub breakpoints: [(u64, u64); 16],
    /// `DBGWVR<n>_EL1` and `DBGWCR<n>_EL1`.
    pub watchpoints: [(u64, u64); 16],
}

/// A register of EL1 whose writes `HCR_EL2.TVM` traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslationControl {
    /// `SCTLR_EL1`.
    Sctlr,
    /// `TTBR0_EL1`.
    Ttbr0,
    /// `TTBR1_EL1`.
    Ttbr1,
    /// `TCR_EL1`.
    Tcr,
    /// `AFSR0_EL1`.
    Afsr0,
    /// `AFSR1_EL1`.
    Afsr1,
    /// `ESR_EL1`.
    Esr,
    /// `FAR_EL1`.
    Far,
    /// `MAIR_EL1`.
    Mair,
    /// `AMAIR_EL1`.
    Amair,
    /// `CONTEXTIDR_EL1`.
    Contextidr,
}
