// SPDX-License-Identifier: GPL-2.0-only
//! Hypercalls and secure monitor calls with wild functions and arguments.

use crate::run::Runner;
use guests::machine::Machine;
use guests::rng::Rng;
use guests::{psci, start};

/// Functions that a caller survives whatever their arguments are.
const KNOWN: [u32; 28] = [
    0x8000_0000, // SMCCC_VERSION
    0x8000_0001, // SMCCC_ARCH_FEATURES
    0x8000_0002, // SMCCC_ARCH_SOC_ID
    0x8000_3fff, // SMCCC_ARCH_WORKAROUND_2, then 1, 3
    0x8000_7fff,
    0x8000_8000,
    0x8400_0000, // PSCI_VERSION
    0x8400_0003, // CPU_ON
    0xc400_0003,
    0x8400_0004, // AFFINITY_INFO
    0xc400_0004,
    0x8400_0005, // MIGRATE and its information
    0xc400_0005,
    0x8400_0006,
    0x8400_0007,
    0xc400_0007,
    0x8400_000a, // PSCI_FEATURES
    0x8400_000d, // NODE_HW_STATE
    0xc400_000d,
    0x8400_000f, // PSCI_SET_SUSPEND_MODE
    0x8400_0010, // PSCI_STAT_RESIDENCY
    0xc400_0010,
    0x8400_0011, // PSCI_STAT_COUNT
    0x8400_0050, // TRNG_VERSION, FEATURES, UUID, RND
    0x8400_0051,
    0x8400_0052,
    0xc400_0053,
    0x8600_ff01, // vendor hypervisor: UID
];

/// Functions that end the caller by design, and CPU_SUSPEND, whose power-down form wakes up at an
/// address of the caller's choice. Compared without the 64-bit bit.
const DEADLY: [u32; 8] = [
    0x8400_0001, // CPU_SUSPEND
    0x8400_0002, // CPU_OFF
    0x8400_0008, // SYSTEM_OFF
    0x8400_0009, // SYSTEM_RESET
    0x8400_000b, // CPU_FREEZE
    0x8400_000c, // CPU_DEFAULT_SUSPEND
    0x8400_000e, // SYSTEM_SUSPEND
    0x8400_0012, // SYSTEM_RESET2
];

const HVC: u32 = 0xd400_0002;
const SMC: u32 = 0xd400_0003;

/// One call; now and then another instruction that traps.
pub fn random(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>) {
    let conduit = if rng.below(2) == 0 { HVC } else { SMC };
    let function = match rng.below(4) {
        0 => rng.edgy(),
        1 => 0x8400_0000 | rng.next_u64() & 0x4300_001f,
        _ => u64::from(rng.pick(&KNOWN, psci::VERSION)),
    };
    let mut x = core::array::from_fn(|_| rng.edgy());
    // Half of the arguments are nearly right: a CPU that exists, an address in RAM.
    if rng.below(2) == 0 {
        x[1] = rng.pick(&machine.cpus, 0);
        x[2] = start::image().base + rng.below(0x1000);
    }
    match rng.below(16) {
        0 => {
            // Calls with an immediate; svc, brk, and the debug state's dcps.
            let imm = (rng.next_u64() & 0xffff) as u32;
            let word = rng.pick(&[HVC, SMC, 0xd400_0001, 0xd420_0000, 0xd4a0_0001, 0xd4a0_0002], HVC);
            if !deadly(x[0]) {
                runner.once(word | imm << 5, x);
            }
        }
        _ => {
            x[0] = function;
            if !deadly(function) && !starts_second(machine, &x) {
                runner.again(conduit, x);
            }
        }
    }
}

/// A CPU that is off would start at the wild address, and be lost for the rest of the run.
fn starts_second(machine: &Machine<'_>, x: &[u64; 8]) -> bool {
    let is_on = x[0] as u32 & !0x4000_0000 == psci::CPU_ON & !0x4000_0000;
    is_on && machine.cpus.contains(&(x[1] & 0xff_00ff_ffff)) && psci::is_off(x[1])
}

fn deadly(function: u64) -> bool {
    DEADLY.contains(&(function as u32 & !0x4000_0000))
}
