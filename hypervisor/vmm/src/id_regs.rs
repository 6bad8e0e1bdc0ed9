// SPDX-License-Identifier: GPL-2.0-only
//! The identification registers that a guest sees (Arm ARM D24.2): the host's, with every feature taken out whose
//! state is neither switched nor trapped and emulated.

use arch::esr::SysReg;

/// The registers S3_0_C0_C1_0 to S3_0_C0_C7_7, `[(CRm - 1) * 8 + op2]`.
#[derive(Clone, Debug)]
pub struct IdRegisters([u64; 56]);

/// What becomes of a 4-bit field.
#[derive(Clone, Copy)]
enum Rule {
    /// The host's value, but at most this.
    Max(u64),
    /// The host's value as it is; for signed fields too.
    Host,
}
use Rule::{Host, Max};

/// The fields that a guest may see, by register (CRm, op2) and lowest bit. Whatever is not listed reads as zero.
type Fields = &'static [(u32, Rule)];
const RULES: &[(u32, u32, Fields)] = &[
    // ID_AA64PFR0_EL1: EL0, FP, AdvSIMD, DIT, CSV2 (no SCXTNUM registers), CSV3. EL1 and GIC are set in `new`.
    (4, 0, &[(0, Max(2)), (16, Host), (20, Host), (48, Max(1)), (56, Max(1)), (60, Max(1))]),
    // ID_AA64PFR1_EL1: BT, SSBS.
    (4, 1, &[(0, Max(1)), (4, Max(2))]),
    // ID_AA64DFR0_EL1: breakpoints, watchpoints, context breakpoints. DebugVer is set in `new`; no PMU, trace or profiling.
    (5, 0, &[(12, Host), (20, Host), (28, Host)]),
    // ID_AA64ISAR0_EL1: AES, SHA1, SHA2, CRC32, Atomic, RDM, SHA3, SM3, SM4, DP, FHM, TS, TLB, RNDR.
    (
        6,
        0,
        &[
            (4, Host),
            (8, Host),
            (12, Host),
            (16, Host),
            (20, Host),
            (28, Host),
            (32, Host),
            (36, Host),
            (40, Host),
            (44, Host),
            (48, Host),
            (52, Host),
            (56, Max(2)),
            (60, Host),
        ],
    ),
    // ID_AA64ISAR1_EL1: DPB, JSCVT, FCMA, LRCPC, FRINTTS, SB, SPECRES, BF16, DGH, I8MM. No pointer authentication.
    (
        6,
        1,
        &[
            (0, Host),
            (12, Host),
            (16, Host),
            (20, Max(2)),
            (32, Host),
            (36, Host),
            (40, Max(1)),
            (44, Max(1)),
            (48, Host),
            (52, Host),
        ],
    ),
    // ID_AA64ISAR2_EL1: RPRES, BC, CLRBHB, CSSC.
    (6, 2, &[(4, Host), (20, Host), (28, Host), (52, Host)]),
    // ID_AA64MMFR0_EL1: PARange (36 bits), ASIDBits, BigEnd, BigEndEL0, TGran16, TGran64, TGran4.
    (7, 0, &[(0, Max(GUEST_PA_RANGE)), (4, Host), (8, Host), (16, Host), (20, Host), (24, Host), (28, Host)]),
    // ID_AA64MMFR1_EL1: HAFDBS, HPDS, PAN, ETS, AFP, nTLBPA.
    (7, 1, &[(0, Max(2)), (12, Max(2)), (20, Max(3)), (36, Host), (44, Host), (48, Host)]),
    // ID_AA64MMFR2_EL1: CnP, UAO, LSM, VARange, CCIDX, ST, AT, TTL, BBM, E0PD.
    (
        7,
        2,
        &[
            (0, Host),
            (4, Host),
            (8, Host),
            (16, Host),
            (20, Host),
            (28, Host),
            (32, Host),
            (48, Host),
            (52, Host),
            (60, Host),
        ],
    ),
];

/// `ID_AA64MMFR0_EL1.PARange` of guests: 36 bits, 64 GiB.
const GUEST_PA_RANGE: u64 = 1;

/// Bits of a guest physical address that guests are told of.
pub const GUEST_PA_BITS: u8 = 36;

/// `CRm` of the AArch32 registers: 1 to 3.
const AARCH32: core::ops::RangeInclusive<u32> = 1..=3;

impl IdRegisters {
    /// From the host's registers; `gicv3` says whether the guest has the GICv3 system register interface.
    pub fn new(host: &[u64; 56], gicv3: bool) -> Self {
        let mut guest = Self([0; 56]);
        for &(crm, op2, fields) in RULES {
            let from = host.get(index(crm, op2)).copied().unwrap_or(0);
            let value = fields.iter().fold(0, |value, &(shift, rule)| {
                let field = from >> shift & 0xf;
                let field = match rule {
                    Host => field,
                    Max(most) => field.min(most),
                };
                value | field << shift
            });
            guest.set(crm, op2, value);
        }
        // ID_AA64PFR0_EL1: EL1 is AArch64 only; the GIC interface as the guest's GIC has it.
        let pfr0 = guest.at(4, 0) | 1 << 4 | u64::from(gicv3) << 24;
        guest.set(4, 0, pfr0);
        // ID_AA64DFR0_EL1.DebugVer: Armv8.0.
        guest.set(5, 0, guest.at(5, 0) | 6);
        if pfr0 & 0xf == 2 {
            guest.keep_aarch32(host, gicv3);
        }
        guest
    }

    /// EL0 may run AArch32: its registers, without performance monitors, trace, activity monitors, RAS, virtualization.
    fn keep_aarch32(&mut self, host: &[u64; 56], gicv3: bool) {
        for crm in AARCH32 {
            for op2 in 0..8 {
                self.set(crm, op2, host.get(index(crm, op2)).copied().unwrap_or(0));
            }
        }
        // ID_PFR0_EL1: no AMU, no RAS.
        self.set(1, 0, self.at(1, 0) & !(0xf << 20 | 0xf << 28));
        // ID_PFR1_EL1: no virtualization extension; GIC as the guest's.
        let pfr1 = self.at(1, 1) & !(0xf << 12 | 0xf << 28) | u64::from(gicv3) << 28;
        self.set(1, 1, pfr1);
        // ID_DFR0_EL1: no memory-mapped trace, performance monitors, trace filter.
        self.set(1, 2, self.at(1, 2) & !(0xf << 16 | 0xf << 20 | 0xf << 24 | 0xf << 28));
    }

    fn at(&self, crm: u32, op2: u32) -> u64 {
        self.0.get(index(crm, op2)).copied().unwrap_or(0)
    }

    fn set(&mut self, crm: u32, op2: u32, value: u64) {
        if let Some(place) = self.0.get_mut(index(crm, op2)) {
            *place = value;
        }
    }

    /// The value of `reg`, if it is one of these (op0 3, op1 0, CRn 0, CRm 1 to 7).
    #[inline]
    pub fn get(&self, reg: SysReg) -> Option<u64> {
        const GROUP: u32 = SysReg::new(3, 7, 15, 0, 0).0;
        const ID: u32 = SysReg::new(3, 0, 0, 0, 0).0;
        if reg.0 & GROUP != ID {
            return None;
        }
        self.0.get(index(reg.crm(), reg.op2())).copied()
    }
}

/// Past the end of the array for CRm 0 (MIDR, MPIDR, REVIDR, which are not trapped).
#[inline]
const fn index(crm: u32, op2: u32) -> usize {
    (crm.wrapping_sub(1) as usize).wrapping_mul(8).wrapping_add(op2 as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reg(crm: u32, op2: u32) -> SysReg {
        SysReg::new(3, 0, 0, crm, op2)
    }

    #[test]
    fn everything_on_leaves_no_unswitched_feature() {
        let guest = IdRegisters::new(&[u64::MAX; 56], true);
        let pfr0 = guest.get(reg(4, 0)).unwrap();
        for (name, shift) in [("EL2", 8), ("EL3", 12), ("RAS", 28), ("SVE", 32), ("MPAM", 40), ("AMU", 44)] {
            assert_eq!(pfr0 >> shift & 0xf, 0, "{name}");
        }
        assert_eq!(pfr0 >> 24 & 0xf, 1, "GIC");
        assert_eq!(pfr0 >> 56 & 0xf, 1, "CSV2 without SCXTNUM");
        assert_eq!(guest.get(reg(4, 1)).unwrap() >> 8 & 0xf, 0, "MTE");
        assert_eq!(guest.get(reg(4, 4)), Some(0), "SVE features");
        assert_eq!(guest.get(reg(5, 0)).unwrap() & 0xfff, 6, "no PMU, no trace");
        let isar1 = guest.get(reg(6, 1)).unwrap();
        assert_eq!(isar1 & (0xff << 4 | 0xff << 24), 0, "pointer authentication");
        assert_eq!(guest.get(reg(7, 0)).unwrap() & 0xf, GUEST_PA_RANGE);
        assert_eq!(guest.get(reg(7, 1)).unwrap() >> 8 & 0xf, 0, "VHE");
        assert_eq!(guest.get(reg(7, 3)), Some(0));
        assert_eq!(guest.get(reg(1, 2)).unwrap() >> 24 & 0xf, 0, "no AArch32 performance monitors");
    }

    #[test]
    fn signed_fields_keep_their_sign() {
        let mut host = [0u64; 56];
        host[index(4, 0)] = 0xff << 16 | 0x22; // no FP, no SIMD
        let guest = IdRegisters::new(&host, false);
        assert_eq!(guest.get(reg(4, 0)), Some(0xff << 16 | 0x12));
        host[index(4, 0)] = 1;
        host[index(1, 2)] = 3;
        assert_eq!(IdRegisters::new(&host, false).get(reg(1, 2)), Some(0), "EL0 is AArch64 only");
    }

    #[test]
    fn aarch32_registers_follow_el0() {
        let mut host = [0x1111_1111u64; 56];
        host[index(4, 0)] = 2;
        let guest = IdRegisters::new(&host, true);
        assert_eq!(guest.get(reg(1, 2)), Some(0x1111)); // ID_DFR0_EL1
        assert_eq!(guest.get(reg(2, 0)), Some(0x1111_1111)); // ID_ISAR0_EL1
    }

    #[test]
    fn only_the_group_is_answered() {
        let guest = IdRegisters::new(&[0; 56], true);
        assert_eq!(guest.get(SysReg::new(3, 0, 0, 0, 5)), None, "MPIDR_EL1");
        assert_eq!(guest.get(SysReg::new(3, 0, 1, 0, 0)), None, "SCTLR_EL1");
        assert_eq!(guest.get(SysReg::new(3, 1, 0, 4, 0)), None);
        assert_eq!(guest.get(reg(8, 0)), None);
    }
}
