// SPDX-License-Identifier: GPL-2.0-only
//! The exception syndrome, `ESR_EL2` (Arm ARM D24.2.39): plain decoding, the same on target and host.

/// A syndrome value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Esr(pub u64);

/// Exception classes, `ESR_ELx.EC`.
pub mod ec {
    /// Unknown reason: an instruction that is UNDEFINED.
    pub const UNKNOWN: u32 = 0x00;
    /// WFI or WFE.
    pub const WFX: u32 = 0x01;
    /// MCR or MRC to coprocessor 15 from AArch32.
    pub const CP15_32: u32 = 0x03;
    /// MCRR or MRRC to coprocessor 15 from AArch32.
    pub const CP15_64: u32 = 0x04;
    /// MCR or MRC to coprocessor 14 from AArch32.
    pub const CP14_32: u32 = 0x05;
    /// LDC or STC from AArch32.
    pub const CP14_LS: u32 = 0x06;
    /// FP, SIMD or SVE access.
    pub const FP: u32 = 0x07;
    /// Pointer authentication instruction.
    pub const PAUTH: u32 = 0x09;
    /// LD64B, ST64B and the like.
    pub const LS64: u32 = 0x0a;
    /// MCRR or MRRC to coprocessor 14 from AArch32.
    pub const CP14_64: u32 = 0x0c;
    /// Illegal execution state.
    pub const ILLEGAL: u32 = 0x0e;
    /// HVC from AArch64.
    pub const HVC64: u32 = 0x16;
    /// SMC from AArch64.
    pub const SMC64: u32 = 0x17;
    /// MSR, MRS or system instruction from AArch64.
    pub const SYS64: u32 = 0x18;
    /// SVE access.
    pub const SVE: u32 = 0x19;
    /// SME access.
    pub const SME: u32 = 0x1d;
    /// Instruction abort from a lower EL.
    pub const IABT_LOWER: u32 = 0x20;
    /// Instruction abort at EL2.
    pub const IABT_SAME: u32 = 0x21;
    /// Misaligned PC.
    pub const PC_ALIGN: u32 = 0x22;
    /// Data abort from a lower EL.
    pub const DABT_LOWER: u32 = 0x24;
    /// Data abort at EL2.
    pub const DABT_SAME: u32 = 0x25;
    /// Misaligned SP.
    pub const SP_ALIGN: u32 = 0x26;
    /// System error.
    pub const SERROR: u32 = 0x2f;
    /// BRK at EL2.
    pub const BRK64: u32 = 0x3c;
}

impl Esr {
    /// The exception class.
    #[inline]
    pub const fn ec(self) -> u32 {
        (self.0 >> 26) as u32 & 0x3f
    }

    /// The class in words.
    pub const fn class_name(self) -> &'static str {
        match self.ec() {
            ec::UNKNOWN => "undefined instruction",
            ec::WFX => "WFI or WFE",
            ec::CP15_32 | ec::CP15_64 => "coprocessor 15 access",
            ec::CP14_32 | ec::CP14_LS | ec::CP14_64 => "coprocessor 14 access",
            ec::FP => "FP/SIMD access",
            ec::PAUTH => "pointer authentication",
            ec::LS64 => "64-byte load or store",
            ec::ILLEGAL => "illegal execution state",
            ec::HVC64 => "HVC",
            ec::SMC64 => "SMC",
            ec::SYS64 => "system register access",
            ec::SVE => "SVE access",
            ec::SME => "SME access",
            ec::IABT_LOWER | ec::IABT_SAME => "instruction abort",
            ec::PC_ALIGN => "misaligned PC",
            ec::DABT_LOWER | ec::DABT_SAME => "data abort",
            ec::SP_ALIGN => "misaligned SP",
            ec::SERROR => "system error",
            ec::BRK64 => "breakpoint instruction",
            _ => "unassigned exception class",
        }
    }

    /// Bytes of the trapped instruction, `IL`: 4, or 2 for T32.
    #[inline]
    pub const fn length(self) -> u64 {
        if self.0 & (1 << 25) != 0 { 4 } else { 2 }
    }

    /// The 16-bit immediate of HVC, SMC, SVC or BRK.
    #[inline]
    pub const fn immediate(self) -> u16 {
        self.0 as u16
    }

    /// For WFx: whether it was a WFE (or WFET).
    #[inline]
    pub const fn is_wfe(self) -> bool {
        self.0 & 1 != 0
    }

    // --- aborts ---

    /// `DFSC` or `IFSC`.
    #[inline]
    pub const fn fault_status(self) -> u32 {
        self.0 as u32 & 0x3f
    }

    /// Translation fault, any level: HPFAR_EL2 holds the address.
    #[inline]
    pub const fn is_translation_fault(self) -> bool {
        self.0 as u32 & 0x3c == 0x04
    }

    /// Permission fault, any level.
    #[inline]
    pub const fn is_permission_fault(self) -> bool {
        self.0 as u32 & 0x3c == 0x0c
    }

    /// The fault came from the guest's own table walk (`S1PTW`).
    #[inline]
    pub const fn is_table_walk(self) -> bool {
        self.0 & (1 << 7) != 0
    }

    /// The data abort carries the decoded access (`ISV`).
    #[inline]
    pub const fn has_access(self) -> bool {
        self.0 & (1 << 24) != 0
    }

    /// Log2 of the access's bytes (`SAS`).
    #[inline]
    pub const fn access_size_log2(self) -> u32 {
        (self.0 >> 22) as u32 & 3
    }

    /// A load that sign-extends (`SSE`).
    #[inline]
    pub const fn sign_extends(self) -> bool {
        self.0 & (1 << 21) != 0
    }

    /// The general register of the access (`SRT`).
    #[inline]
    pub const fn access_register(self) -> u32 {
        (self.0 >> 16) as u32 & 0x1f
    }

    /// The register is 64 bits wide (`SF`).
    #[inline]
    pub const fn is_64bit_register(self) -> bool {
        self.0 & (1 << 15) != 0
    }

    /// A write (`WnR`), for data aborts; cache maintenance counts as a write.
    #[inline]
    pub const fn is_write(self) -> bool {
        self.0 & (1 << 6) != 0
    }

    /// A cache maintenance instruction by address (`CM`).
    #[inline]
    pub const fn is_cache_maintenance(self) -> bool {
        self.0 & (1 << 8) != 0
    }

    // --- system registers (EC SYS64) ---

    /// The trapped register: op0, op1, CRn, CRm, op2 as [`SysReg`].
    #[inline]
    pub const fn sys_reg(self) -> SysReg {
        SysReg(self.0 as u32 & 0x3f_fc1e)
    }

    /// The general register (`Rt`).
    #[inline]
    pub const fn sys_rt(self) -> u32 {
        (self.0 >> 5) as u32 & 0x1f
    }

    /// A read (MRS).
    #[inline]
    pub const fn sys_is_read(self) -> bool {
        self.0 & 1 != 0
    }

    // --- conditional AArch32 instructions (EC 0x01, 0x03 to 0x08, 0x0c, 0x13) ---

    /// `COND` if `CV` says that it is valid.
    #[inline]
    pub const fn condition(self) -> Option<u32> {
        if self.0 & (1 << 24) != 0 { Some((self.0 >> 20) as u32 & 0xf) } else { None }
    }
}

/// A system register's encoding, in the bit positions of the syndrome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct SysReg(pub u32);

impl SysReg {
    /// The register `S<op0>_<op1>_C<crn>_C<crm>_<op2>`.
    pub const fn new(op0: u32, op1: u32, crn: u32, crm: u32, op2: u32) -> Self {
        Self(op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1)
    }

    /// op0.
    #[inline]
    pub const fn op0(self) -> u32 {
        self.0 >> 20 & 3
    }

    /// op1.
    #[inline]
    pub const fn op1(self) -> u32 {
        self.0 >> 14 & 7
    }

    /// CRn.
    #[inline]
    pub const fn crn(self) -> u32 {
        self.0 >> 10 & 15
    }

    /// CRm.
    #[inline]
    pub const fn crm(self) -> u32 {
        self.0 >> 1 & 15
    }

    /// op2.
    #[inline]
    pub const fn op2(self) -> u32 {
        self.0 >> 17 & 7
    }
}

impl core::fmt::Display for SysReg {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "S{}_{}_C{}_C{}_{}", self.op0(), self.op1(), self.crn(), self.crm(), self.op2())
    }
}

/// Whether an AArch32 condition holds for the flags in `spsr` (Arm ARM F2.3.1).
pub const fn condition_holds(condition: u32, spsr: u64) -> bool {
    let n = spsr >> 31 & 1 != 0;
    let z = spsr >> 30 & 1 != 0;
    let c = spsr >> 29 & 1 != 0;
    let v = spsr >> 28 & 1 != 0;
    let base = match condition >> 1 {
        0 => z,
        1 => c,
        2 => n,
        3 => v,
        4 => c && !z,
        5 => n == v,
        6 => n == v && !z,
        _ => return true,
    };
    base != (condition & 1 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_a_byte_store() {
        // strb w3, [x1] to an emulated UART: EC 0x24, IL, ISV, SAS 0, SRT 3, WnR, translation fault level 3.
        let esr = Esr(0x24 << 26 | 1 << 25 | 1 << 24 | 3 << 16 | 1 << 6 | 7);
        assert_eq!(esr.ec(), ec::DABT_LOWER);
        assert!(esr.has_access() && esr.is_write() && esr.is_translation_fault());
        assert_eq!((esr.access_size_log2(), esr.access_register(), esr.length()), (0, 3, 4));
    }

    #[test]
    fn sys_reg_round_trip() {
        let reg = SysReg::new(3, 0, 12, 11, 5);
        let esr = Esr(0x18 << 26 | 1 << 25 | u64::from(reg.0) | 9 << 5 | 1);
        assert_eq!(esr.sys_reg(), reg);
        assert_eq!((esr.sys_rt(), esr.sys_is_read()), (9, true));
        assert_eq!(format!("{reg}"), "S3_0_C12_C11_5");
    }

    #[test]
    fn conditions() {
        let z = 1 << 30;
        assert!(condition_holds(0, z) && !condition_holds(1, z));
        assert!(condition_holds(14, 0) && condition_holds(15, 0));
        assert!(condition_holds(12, 0) && !condition_holds(12, z)); // GT
        assert!(condition_holds(11, 1 << 31) && !condition_holds(10, 1 << 31)); // LT, GE
    }
}
