// SPDX-License-Identifier: GPL-2.0-only
//! Every system register encoding, read and written, and the system instructions (Arm ARM C5).

use crate::run::Runner;
use guests::machine::Machine;
use guests::rng::Rng;
use guests::{cpu, read_sysreg};

/// A register by op0, op1, CRn, CRm, op2, as the instruction holds them (bits 20 to 5).
const fn encoding(op0: u32, op1: u32, crn: u32, crm: u32, op2: u32) -> u32 {
    op0 << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5
}

const MSR: u32 = 0xd500_0000;
const MRS: u32 = 0xd520_0000;
/// The register field: x1 instead of x0.
const X1: u32 = 1;

const SCTLR: u32 = encoding(3, 0, 1, 0, 0);
const VBAR: u32 = encoding(3, 0, 12, 0, 0);
const TCR: u32 = encoding(3, 0, 2, 0, 2);

/// Registers that would only blind the guest itself when garbage is written. Those of
/// [`gentle`] are tried with milder values.
const OWN_GROUND: [u32; 8] = [
    SCTLR,
    VBAR,
    TCR,
    encoding(3, 0, 2, 0, 0),  // TTBR0_EL1
    encoding(3, 0, 10, 2, 0), // MAIR_EL1
    encoding(3, 0, 1, 0, 3),  // SCTLR2_EL1
    encoding(3, 0, 2, 0, 3),  // TCR2_EL1
    encoding(3, 0, 12, 0, 2), // RMR_EL1: asks for a reset
];

/// All encodings with op0 2 and 3, three times: every one is read, written with an edge value and
/// put back. Then the system instructions other than address translation.
pub fn sweep(runner: &mut Runner, machine: &Machine<'_>) {
    runner.enter("sysreg", machine);
    let mut rng = runner.rng(0x0073_7973);
    for _ in 0..3 {
        for register in encoding(2, 0, 0, 0, 0) >> 5..=encoding(3, 7, 15, 15, 7) >> 5 {
            attempt(runner, &mut rng, register << 5);
            runner.progress(machine);
        }
    }
    for operation in encoding(1, 0, 0, 0, 0) >> 5..=encoding(1, 7, 15, 15, 7) >> 5 {
        system(runner, &mut rng, operation << 5);
        runner.progress(machine);
    }
}

/// One register or system instruction.
pub fn random(runner: &mut Runner, rng: &mut Rng) {
    let fields = (rng.next_u64() & 0xffff) as u32;
    if rng.below(8) == 0 {
        system(runner, rng, encoding(1, 0, 0, 0, 0) | (fields & 0x3fff) << 5);
    } else {
        attempt(runner, rng, encoding(2, 0, 0, 0, 0) | (fields & 0x7fff) << 5);
    }
}

fn attempt(runner: &mut Runner, rng: &mut Rng, register: u32) {
    cpu::irq_mask();
    let old = runner.once(MRS | register, [0; 8]);
    if OWN_GROUND.contains(&register) {
        gentle(runner, rng, register);
    } else {
        runner.once(MSR | register, [rng.edgy(), 0, 0, 0, 0, 0, 0, 0]);
        if let Some(old) = old {
            runner.once(MSR | register, [old, 0, 0, 0, 0, 0, 0, 0]);
        }
    }
    cpu::irq_unmask();
}

/// Changes what the guest stands on for an instant: MMU and caches off and on, other vectors,
/// another upper half of the address space.
fn gentle(runner: &mut Runner, rng: &mut Rng, register: u32) {
    let bit = 1 << rng.pick(&[0, 2, 3, 4, 12, 15, 16, 18, 26], 0);
    let (tried, good) = match register {
        SCTLR => (read_sysreg!("sctlr_el1") ^ bit, read_sysreg!("sctlr_el1")),
        VBAR => (rng.edgy(), read_sysreg!("vbar_el1")),
        TCR => (read_sysreg!("tcr_el1") ^ rng.next_u64() & 0xff7f_0000, read_sysreg!("tcr_el1")),
        _ => return,
    };
    runner.tried_and_restored(MSR | register, MSR | register | X1, [tried, good, 0, 0, 0, 0, 0, 0]);
}

/// Cache upkeep by set and way, TLB upkeep, barriers in register form. By address: only address 0 of
/// the alias, which is no RAM of ours. Address translation (CRn 7, CRm 8 and 9) is left out.
fn system(runner: &mut Runner, rng: &mut Rng, operation: u32) {
    let (crn, crm, op2) = (operation >> 12 & 15, operation >> 8 & 15, operation >> 5 & 7);
    if crn == 7 && matches!(crm, 8 | 9) {
        return;
    }
    let by_set_way = crn == 7 && op2 == 2 && matches!(crm, 6 | 10 | 14);
    let x0 = if by_set_way || crn == 8 { rng.edgy() } else { guests::mmu::ALIAS };
    runner.once(MSR | operation, [x0, 0, 0, 0, 0, 0, 0, 0]);
    cpu::isb();
}
