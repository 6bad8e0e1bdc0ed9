// SPDX-License-Identifier: GPL-2.0-only
//! GICv3's virtual CPU interface: `ICH_*_EL2` system registers (IHI 0069, 12.4).

use super::ActivePriorities;
use aarch64_cpu::registers::{
    ICC_SRE_EL2, ICH_AP0R0_EL2, ICH_AP0R1_EL2, ICH_AP0R2_EL2, ICH_AP0R3_EL2, ICH_AP1R0_EL2, ICH_AP1R1_EL2,
    ICH_AP1R2_EL2, ICH_AP1R3_EL2, ICH_HCR_EL2, ICH_LR0_EL2, ICH_LR1_EL2, ICH_LR2_EL2, ICH_LR3_EL2,
    ICH_LR4_EL2, ICH_LR5_EL2, ICH_LR6_EL2, ICH_LR7_EL2, ICH_LR8_EL2, ICH_LR9_EL2, ICH_LR10_EL2, ICH_LR11_EL2,
    ICH_LR12_EL2, ICH_LR13_EL2, ICH_LR14_EL2, ICH_LR15_EL2, ICH_MISR_EL2, ICH_VMCR_EL2, ICH_VTR_EL2,
};
use aarch64_cpu::registers::{Readable, Writeable};
use core::arch::asm;

macro_rules! list_registers {
    ($($n:literal $reg:ident),*) => {
        #[inline]
        pub(super) fn read_lr(n: usize) -> u64 {
            match n {
                $($n => $reg.get(),)*
                _ => 0,
            }
        }

        #[inline]
        pub(super) fn write_lr(n: usize, value: u64) {
            match n {
                $($n => $reg.set(value),)*
                _ => {}
            }
        }
    };
}

list_registers!(
    0 ICH_LR0_EL2, 1 ICH_LR1_EL2, 2 ICH_LR2_EL2, 3 ICH_LR3_EL2, 4 ICH_LR4_EL2, 5 ICH_LR5_EL2, 6 ICH_LR6_EL2,
    7 ICH_LR7_EL2, 8 ICH_LR8_EL2, 9 ICH_LR9_EL2, 10 ICH_LR10_EL2, 11 ICH_LR11_EL2, 12 ICH_LR12_EL2,
    13 ICH_LR13_EL2, 14 ICH_LR14_EL2, 15 ICH_LR15_EL2
);

/// Reads a status register that depends on the list registers: an ISB first makes writes of these visible to it.
macro_rules! status {
    ($name:ident, $reg:literal) => {
        #[inline]
        pub(super) fn $name() -> u32 {
            let value: u64;
            // SAFETY: a read-only register of the virtual CPU interface, which EL2 owns.
            unsafe {
                asm!("isb", concat!("mrs {0}, ", $reg), out(reg) value, options(nostack, preserves_flags));
            }
            value as u32
        }
    };
}

status!(eisr, "S3_4_C12_C11_3");
status!(elrsr, "S3_4_C12_C11_5");

#[inline]
pub(super) fn misr() -> u32 {
    ICH_MISR_EL2.get() as u32
}

#[inline]
pub(super) fn hcr() -> u32 {
    ICH_HCR_EL2.get() as u32
}

#[inline]
pub(super) fn set_hcr(value: u32) {
    ICH_HCR_EL2.set(u64::from(value));
}

#[inline]
pub(super) fn vmcr() -> u32 {
    ICH_VMCR_EL2.get() as u32
}

#[inline]
pub(super) fn set_vmcr(value: u32) {
    ICH_VMCR_EL2.set(u64::from(value));
}

pub(super) fn vtr() -> u32 {
    ICH_VTR_EL2.get() as u32
}

/// The registers that exist depend on the bits of preemption: 1 a group up to 5 bits, 2 with 6, 4 with 7.
pub(super) fn active_priorities(pre_bits: u32) -> ActivePriorities {
    let mut p = ActivePriorities::default();
    p.group0[0] = ICH_AP0R0_EL2.get() as u32;
    p.group1[0] = ICH_AP1R0_EL2.get() as u32;
    if pre_bits > 5 {
        p.group0[1] = ICH_AP0R1_EL2.get() as u32;
        p.group1[1] = ICH_AP1R1_EL2.get() as u32;
    }
    if pre_bits > 6 {
        p.group0[2] = ICH_AP0R2_EL2.get() as u32;
        p.group0[3] = ICH_AP0R3_EL2.get() as u32;
        p.group1[2] = ICH_AP1R2_EL2.get() as u32;
        p.group1[3] = ICH_AP1R3_EL2.get() as u32;
    }
    p
}

pub(super) fn set_active_priorities(pre_bits: u32, p: &ActivePriorities) {
    ICH_AP0R0_EL2.set(u64::from(p.group0[0]));
    ICH_AP1R0_EL2.set(u64::from(p.group1[0]));
    if pre_bits > 5 {
        ICH_AP0R1_EL2.set(u64::from(p.group0[1]));
        ICH_AP1R1_EL2.set(u64::from(p.group1[1]));
    }
    if pre_bits > 6 {
        ICH_AP0R2_EL2.set(u64::from(p.group0[2]));
        ICH_AP0R3_EL2.set(u64::from(p.group0[3]));
        ICH_AP1R2_EL2.set(u64::from(p.group1[2]));
        ICH_AP1R3_EL2.set(u64::from(p.group1[3]));
    }
}

/// Lets EL1 use the system registers: SRE, DFB, DIB and Enable of `ICC_SRE_EL2`, then SRE, DFB, DIB of `ICC_SRE_EL1`.
pub(super) fn prepare_cpu() {
    ICC_SRE_EL2.set(ICC_SRE_EL2.get() | 0xf);
    // SAFETY: the guest's view of its interrupt interface; no effect on the host's, which EL2's register governs.
    unsafe { asm!("isb", "msr S3_0_C12_C12_5, {0}", "isb", in(reg) 7u64, options(nostack, preserves_flags)) };
}
