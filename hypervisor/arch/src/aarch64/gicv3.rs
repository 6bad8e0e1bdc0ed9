// SPDX-License-Identifier: GPL-2.0-only
//! The GICv3 CPU interface of the host, `ICC_*` at EL2 (GIC architecture IHI 0069, 12.2). Context: any.

use core::arch::asm;

macro_rules! read_fn {
    ($(#[$doc:meta])* $name:ident, $reg:literal) => {
        $(#[$doc])*
        #[inline]
        pub fn $name() -> u64 {
            let value: u64;
            // SAFETY: a register of the host's interrupt interface; reading has no effect on memory.
            unsafe { asm!(concat!("mrs {0}, ", $reg), out(reg) value, options(nostack, preserves_flags)) };
            value
        }
    };
}

macro_rules! write_fn {
    ($(#[$doc:meta])* $name:ident, $reg:literal) => {
        $(#[$doc])*
        #[inline]
        pub fn $name(value: u64) {
            // SAFETY: a register of the host's interrupt interface, which the hypervisor owns.
            unsafe { asm!(concat!("msr ", $reg, ", {0}"), "isb", in(reg) value, options(nostack, preserves_flags)) };
        }
    };
}

read_fn!(
    /// Acknowledges the highest pending group 1 interrupt: its INTID, 1023 if there is none.
    iar1, "S3_0_C12_C12_0"
);
write_fn!(
    /// Drops the running priority of an acknowledged group 1 interrupt (EOImode 1).
    eoir1, "S3_0_C12_C12_1"
);
write_fn!(
    /// Deactivates an interrupt.
    dir, "S3_0_C12_C11_1"
);
write_fn!(
    /// Sets the priority mask: only lower values are taken.
    set_pmr, "S3_0_C4_C6_0"
);
write_fn!(
    /// Sets the binary point of group 1.
    set_bpr1, "S3_0_C12_C12_3"
);
write_fn!(
    /// Enables group 1.
    set_igrpen1, "S3_0_C12_C12_7"
);
write_fn!(
    /// `ICC_CTLR_EL1`; bit 1 is EOImode.
    set_ctlr, "S3_0_C12_C12_4"
);
write_fn!(
    /// Sends an SGI: `ICC_SGI1R_EL1`.
    sgi1r, "S3_0_C12_C11_5"
);
read_fn!(
    /// `ICC_SRE_EL2`.
    sre_el2, "S3_4_C12_C9_5"
);
write_fn!(
    /// Sets `ICC_SRE_EL2`: bit 0 SRE, bit 3 Enable (for EL1).
    set_sre_el2, "S3_4_C12_C9_5"
);

/// Whether this CPU has the system register interface, `ID_AA64PFR0_EL1.GIC`.
pub fn present() -> bool {
    let pfr0: u64;
    // SAFETY: reads a constant.
    unsafe { asm!("mrs {0}, id_aa64pfr0_el1", out(reg) pfr0, options(nomem, nostack, preserves_flags)) };
    pfr0 >> 24 & 0xf != 0
}
