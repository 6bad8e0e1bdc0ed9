// SPDX-License-Identifier: GPL-2.0-only
//! FP and SIMD registers. The hypervisor is soft-float; only these two routines touch them.

use core::arch::naked_asm;

/// v0 to v31, FPSR and FPCR.
#[repr(C, align(16))]
#[derive(Clone, Debug, Default)]
pub struct FpState {
    v: [u128; 32],
    fpsr: u64,
    fpcr: u64,
}

impl FpState {
    /// Takes the registers of this CPU. Context: IRQs masked, `Controls` let EL2 use FP (TFP clear).
    pub fn save(&mut self) {
        // SAFETY: the routine writes exactly this structure.
        unsafe { save(self) };
    }

    /// Puts the registers into this CPU. Context: as for [`Self::save`].
    pub fn load(&self) {
        // SAFETY: the routine reads exactly this structure.
        unsafe { load(self) };
    }
}

#[unsafe(naked)]
unsafe extern "C" fn save(state: *mut FpState) {
    naked_asm!(
        ".arch_extension fp",
        ".arch_extension simd",
        "stp q0, q1, [x0]",
        "stp q2, q3, [x0, #32]",
        "stp q4, q5, [x0, #64]",
        "stp q6, q7, [x0, #96]",
        "stp q8, q9, [x0, #128]",
        "stp q10, q11, [x0, #160]",
        "stp q12, q13, [x0, #192]",
        "stp q14, q15, [x0, #224]",
        "stp q16, q17, [x0, #256]",
        "stp q18, q19, [x0, #288]",
        "stp q20, q21, [x0, #320]",
        "stp q22, q23, [x0, #352]",
        "stp q24, q25, [x0, #384]",
        "stp q26, q27, [x0, #416]",
        "stp q28, q29, [x0, #448]",
        "stp q30, q31, [x0, #480]",
        "mrs x1, fpsr",
        "mrs x2, fpcr",
        "str x1, [x0, #512]",
        "str x2, [x0, #520]",
        "ret",
        ".arch_extension nosimd",
        ".arch_extension nofp",
    )
}

#[unsafe(naked)]
unsafe extern "C" fn load(state: *const FpState) {
    naked_asm!(
        ".arch_extension fp",
        ".arch_extension simd",
        "ldp q0, q1, [x0]",
        "ldp q2, q3, [x0, #32]",
        "ldp q4, q5, [x0, #64]",
        "ldp q6, q7, [x0, #96]",
        "ldp q8, q9, [x0, #128]",
        "ldp q10, q11, [x0, #160]",
        "ldp q12, q13, [x0, #192]",
        "ldp q14, q15, [x0, #224]",
        "ldp q16, q17, [x0, #256]",
        "ldp q18, q19, [x0, #288]",
        "ldp q20, q21, [x0, #320]",
        "ldp q22, q23, [x0, #352]",
        "ldp q24, q25, [x0, #384]",
        "ldp q26, q27, [x0, #416]",
        "ldp q28, q29, [x0, #448]",
        "ldp q30, q31, [x0, #480]",
        "ldr x1, [x0, #512]",
        "ldr x2, [x0, #520]",
        "msr fpsr, x1",
        "msr fpcr, x2",
        "ret",
        ".arch_extension nosimd",
        ".arch_extension nofp",
    )
}

const _: () = assert!(size_of::<FpState>() == 528);
