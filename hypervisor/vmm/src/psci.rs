// SPDX-License-Identifier: GPL-2.0-only
//! Calls that a guest makes to its "firmware": PSCI 1.1 (Arm DEN 0022), SMCCC 1.2 (DEN 0028), TRNG (DEN 0098). By HVC and
//! SMC alike.

use crate::config;
use crate::guest::PowerEvent;
use crate::host;
use crate::trng;
use crate::vcpu::{CpuOn, Vcpu};
use arch::GuestPhysAddr;
use arch::frame::GuestFrame;

/// Success.
const SUCCESS: i64 = 0;
/// The function does not exist.
const NOT_SUPPORTED: i64 = -1;
const INVALID_PARAMETERS: i64 = -2;
const ALREADY_ON: i64 = -4;
const INVALID_ADDRESS: i64 = -9;

/// Bit 30: 64-bit parameters.
const SMC64: u32 = 1 << 30;

const SMCCC_VERSION: u32 = 0x8000_0000;
const SMCCC_ARCH_FEATURES: u32 = 0x8000_0001;
const PSCI_VERSION: u32 = 0x8400_0000;
const CPU_SUSPEND: u32 = 0x8400_0001;
const CPU_OFF: u32 = 0x8400_0002;
const CPU_ON: u32 = 0x8400_0003;
const AFFINITY_INFO: u32 = 0x8400_0004;
const MIGRATE_INFO_TYPE: u32 = 0x8400_0006;
const SYSTEM_OFF: u32 = 0x8400_0008;
const SYSTEM_RESET: u32 = 0x8400_0009;
const PSCI_FEATURES: u32 = 0x8400_000a;
const SYSTEM_RESET2: u32 = 0x8400_0012;
const VENDOR_CALL_COUNT: u32 = 0x8600_ff00;
const VENDOR_UID: u32 = 0x8600_ff01;
const VENDOR_REVISION: u32 = 0x8600_ff03;

/// PSCI 1.1.
const PSCI_1_1: i64 = 1 << 16 | 1;
/// SMCCC 1.2.
const SMCCC_1_2: i64 = 1 << 16 | 2;
/// `MIGRATE_INFO_TYPE`: no trusted OS that would have to migrate.
const NO_TRUSTED_OS: i64 = 2;
/// The vendor-specific hypervisor service's UID, as four words.
const UID: [u32; 4] = [0x7a1c_05f2, 0x4e6b_9d30, 0x9f08_b8a4, 0x3d5e_c611];
/// Revision of that service: there are no functions yet beyond the three that say so.
const REVISION: (u64, u64) = (1, 0);

/// Answers an HVC or SMC whose immediate is 0. Context: exit path; it may switch off or stop the vCPU.
#[inline]
pub fn call(vcpu: &Vcpu, frame: &mut GuestFrame) {
    let function = frame.x[0] as u32;
    if function == PSCI_VERSION {
        return answer(frame, PSCI_1_1);
    }
    other(vcpu, frame, function);
}

#[inline]
fn answer(frame: &mut GuestFrame, value: i64) {
    frame.x[0] = value as u64;
}

/// An argument: 32-bit functions use the low halves only.
fn argument(frame: &GuestFrame, function: u32, n: usize) -> u64 {
    let value = frame.x.get(n).copied().unwrap_or(0);
    if function & SMC64 != 0 { value } else { value & 0xffff_ffff }
}

fn other(vcpu: &Vcpu, frame: &mut GuestFrame, function: u32) {
    let known = |f: u32| f & !SMC64;
    match function {
        SMCCC_VERSION => answer(frame, SMCCC_1_2),
        SMCCC_ARCH_FEATURES => {
            let supported = matches!(frame.x[1] as u32, SMCCC_VERSION | SMCCC_ARCH_FEATURES);
            answer(frame, if supported { SUCCESS } else { NOT_SUPPORTED });
        }
        f if known(f) == CPU_SUSPEND => {
            // Power-down states are entered as standby, which PSCI allows; the wake-up comes as from WFI.
            answer(frame, SUCCESS);
            vcpu.wait_for_interrupt();
        }
        CPU_OFF => {
            answer(frame, SUCCESS);
            vcpu.power_off();
        }
        f if known(f) == CPU_ON => {
            let result = cpu_on(vcpu, frame, f);
            answer(frame, result);
        }
        f if known(f) == AFFINITY_INFO => {
            let result = affinity_info(vcpu, argument(frame, f, 1), argument(frame, f, 2));
            answer(frame, result);
        }
        MIGRATE_INFO_TYPE => answer(frame, NO_TRUSTED_OS),
        SYSTEM_OFF => vcpu.guest().power_event(PowerEvent::Off, "PSCI SYSTEM_OFF"),
        SYSTEM_RESET => vcpu.guest().power_event(PowerEvent::Reset, "PSCI SYSTEM_RESET"),
        f if known(f) == SYSTEM_RESET2 => {
            // Type 0 is the architected warm reset; bit 31 would be vendor specific.
            if argument(frame, f, 1) == 0 {
                vcpu.guest().power_event(PowerEvent::Reset, "PSCI SYSTEM_RESET2");
            } else {
                answer(frame, INVALID_PARAMETERS);
            }
        }
        PSCI_FEATURES => {
            let value = features(frame.x[1] as u32);
            answer(frame, value);
        }
        VENDOR_CALL_COUNT => answer(frame, 3),
        VENDOR_UID => frame.x[..4].copy_from_slice(&UID.map(u64::from)),
        VENDOR_REVISION => (frame.x[0], frame.x[1]) = REVISION,
        f if trng::owns(f) && trng::call(frame, f, host::entropy()) => (),
        _ => unknown(vcpu, frame),
    }
}

#[cold]
fn unknown(vcpu: &Vcpu, frame: &mut GuestFrame) {
    vcpu.guest().counters.unknown_calls.bump();
    answer(frame, NOT_SUPPORTED);
}

/// `PSCI_FEATURES`: 0 for functions that exist.
fn features(function: u32) -> i64 {
    match function {
        SMCCC_VERSION | PSCI_VERSION | CPU_OFF | MIGRATE_INFO_TYPE | SYSTEM_OFF | SYSTEM_RESET
        | PSCI_FEATURES => SUCCESS,
        f if matches!(f & !SMC64, CPU_SUSPEND | CPU_ON | AFFINITY_INFO | SYSTEM_RESET2) => SUCCESS,
        _ => NOT_SUPPORTED,
    }
}

/// Which vCPU has this `MPIDR` affinity.
fn by_mpidr(vcpu: &Vcpu, mpidr: u64) -> Option<&Vcpu> {
    let vcpus = vcpu.guest().vcpus();
    let index = (mpidr & 0xf | (mpidr >> 8 & 0xff) << 4) as usize;
    vcpus.get(index).filter(|_| config::mpidr(index) == mpidr)
}

fn cpu_on(vcpu: &Vcpu, frame: &GuestFrame, function: u32) -> i64 {
    let Some(target) = by_mpidr(vcpu, argument(frame, function, 1)) else {
        return INVALID_PARAMETERS;
    };
    let entry = argument(frame, function, 2);
    if entry & 3 != 0 || vcpu.guest().memory().host_range(GuestPhysAddr(entry), 4).is_err() {
        return INVALID_ADDRESS;
    }
    match target.power_on(entry, argument(frame, function, 3)) {
        CpuOn::Done => SUCCESS,
        CpuOn::AlreadyOn => ALREADY_ON,
    }
}

/// `AFFINITY_INFO` for level 0 and, over the vCPUs below, the levels above: 0 on, 1 off.
fn affinity_info(vcpu: &Vcpu, affinity: u64, level: u64) -> i64 {
    if level > 3 {
        return INVALID_PARAMETERS;
    }
    let mask = !0u64 << (8 * level);
    let vcpus = vcpu.guest().vcpus();
    let mut matching =
        vcpus.iter().enumerate().filter(|(i, _)| config::mpidr(*i) & mask == affinity & mask).peekable();
    if matching.peek().is_none() {
        return INVALID_PARAMETERS;
    }
    if matching.any(|(_, v)| v.is_on()) { 0 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_match_what_exists() {
        for f in
            [PSCI_VERSION, CPU_ON, CPU_ON | SMC64, CPU_SUSPEND | SMC64, SYSTEM_RESET2 | SMC64, SMCCC_VERSION]
        {
            assert_eq!(features(f), SUCCESS, "{f:#x}");
        }
        // CPU_FREEZE, MEM_PROTECT, SYSTEM_SUSPEND, and 64-bit forms of functions that have none.
        for f in [0x8400_000b, 0x8400_0013, 0x8400_000e, CPU_OFF | SMC64, SYSTEM_OFF | SMC64, 0] {
            assert_eq!(features(f), NOT_SUPPORTED, "{f:#x}");
        }
    }
}
