// SPDX-License-Identifier: GPL-2.0-only
//! The identification registers of this CPU, op0 3, op1 0, CRn 0, CRm 1 to 7 (Arm ARM D24.2).

use super::mrs;

/// Reads all 56: `[(CRm - 1) * 8 + op2]`. Those which the architecture has not assigned read as zero. Context: any.
pub fn read_id_registers() -> [u64; 56] {
    [
        mrs!("S3_0_C0_C1_0"),
        mrs!("S3_0_C0_C1_1"),
        mrs!("S3_0_C0_C1_2"),
        mrs!("S3_0_C0_C1_3"),
        mrs!("S3_0_C0_C1_4"),
        mrs!("S3_0_C0_C1_5"),
        mrs!("S3_0_C0_C1_6"),
        mrs!("S3_0_C0_C1_7"),
        mrs!("S3_0_C0_C2_0"),
        mrs!("S3_0_C0_C2_1"),
        mrs!("S3_0_C0_C2_2"),
        mrs!("S3_0_C0_C2_3"),
        mrs!("S3_0_C0_C2_4"),
        mrs!("S3_0_C0_C2_5"),
        mrs!("S3_0_C0_C2_6"),
        mrs!("S3_0_C0_C2_7"),
        mrs!("S3_0_C0_C3_0"),
        mrs!("S3_0_C0_C3_1"),
        mrs!("S3_0_C0_C3_2"),
        mrs!("S3_0_C0_C3_3"),
        mrs!("S3_0_C0_C3_4"),
        mrs!("S3_0_C0_C3_5"),
        mrs!("S3_0_C0_C3_6"),
        mrs!("S3_0_C0_C3_7"),
        mrs!("S3_0_C0_C4_0"),
        mrs!("S3_0_C0_C4_1"),
        mrs!("S3_0_C0_C4_2"),
        mrs!("S3_0_C0_C4_3"),
        mrs!("S3_0_C0_C4_4"),
        mrs!("S3_0_C0_C4_5"),
        mrs!("S3_0_C0_C4_6"),
        mrs!("S3_0_C0_C4_7"),
        mrs!("S3_0_C0_C5_0"),
        mrs!("S3_0_C0_C5_1"),
        mrs!("S3_0_C0_C5_2"),
        mrs!("S3_0_C0_C5_3"),
        mrs!("S3_0_C0_C5_4"),
        mrs!("S3_0_C0_C5_5"),
        mrs!("S3_0_C0_C5_6"),
        mrs!("S3_0_C0_C5_7"),
        mrs!("S3_0_C0_C6_0"),
        mrs!("S3_0_C0_C6_1"),
        mrs!("S3_0_C0_C6_2"),
        mrs!("S3_0_C0_C6_3"),
        mrs!("S3_0_C0_C6_4"),
        mrs!("S3_0_C0_C6_5"),
        mrs!("S3_0_C0_C6_6"),
        mrs!("S3_0_C0_C6_7"),
        mrs!("S3_0_C0_C7_0"),
        mrs!("S3_0_C0_C7_1"),
        mrs!("S3_0_C0_C7_2"),
        mrs!("S3_0_C0_C7_3"),
        mrs!("S3_0_C0_C7_4"),
        mrs!("S3_0_C0_C7_5"),
        mrs!("S3_0_C0_C7_6"),
        mrs!("S3_0_C0_C7_7"),
    ]
}

/// 64 random bits from `RNDR`, `None` if it has none now. Only where `ID_AA64ISAR0_EL1.RNDR` says that it exists.
pub fn random() -> Option<u64> {
    let (value, failed): (u64, u64);
    // SAFETY: reads a register that exists, as the caller has checked; Z says that it failed.
    unsafe {
        core::arch::asm!("mrs {0}, S3_3_C2_C4_0", "cset {1}, eq", out(reg) value, out(reg) failed, options(nomem, nostack))
    };
    (failed == 0).then_some(value)
}
