// SPDX-License-Identifier: GPL-2.0-only
//! What calls to the hypervisor answer, by HVC and by SMC: SMCCC 1.2 (Arm DEN 0028), PSCI 1.1 (DEN 0022), TRNG
//! (DEN 0098), the vendor's service.

use crate::interrupts::{count, take_pending};
use crate::report::{check, equal};
use guests::machine::{Conduit, Machine};
use guests::{args, psci, timer};

const SMCCC_VERSION: u64 = 0x8000_0000;
const SMCCC_ARCH_FEATURES: u64 = 0x8000_0001;
const PSCI_VERSION: u64 = 0x8400_0000;
const CPU_SUSPEND: u64 = 0xc400_0001;
const MIGRATE_INFO_TYPE: u64 = 0x8400_0006;
const PSCI_FEATURES: u64 = 0x8400_000a;
const CPU_FREEZE: u64 = 0x8400_000b;
const SYSTEM_RESET2: u64 = 0xc400_0012;
const VENDOR_CALL_COUNT: u64 = 0x8600_ff00;
const VENDOR_UID: u64 = 0x8600_ff01;
const VENDOR_REVISION: u64 = 0x8600_ff03;
const TRNG_VERSION: u64 = 0x8400_0050;
const TRNG_FEATURES: u64 = 0x8400_0051;
const TRNG_UUID: u64 = 0x8400_0052;
const TRNG_RND32: u64 = 0x8400_0053;
const TRNG_RND64: u64 = 0xc400_0053;

const NOT_SUPPORTED: u64 = -1i64 as u64;
const INVALID_PARAMETERS: u64 = -2i64 as u64;

fn call(conduit: Conduit, function: u64, x1: u64) -> [u64; 4] {
    psci::call_by(conduit, [function, x1, 0, 0, 0, 0, 0, 0])
}

/// All of it.
pub fn run(machine: &Machine<'_>) {
    for (conduit, name) in [(Conduit::Hvc, "hvc"), (Conduit::Smc, "smc")] {
        by(conduit, name);
        trng(conduit, name, args::number(machine.bootargs, "trng"));
    }
    // SAFETY: a call with an immediate that nobody has assigned changes x0 only.
    let other = unsafe {
        let x0: u64;
        core::arch::asm!("hvc #1", inout("x0") PSCI_VERSION => x0, options(nostack));
        x0
    };
    equal("hvc with an immediate", other, NOT_SUPPORTED);
    suspend("cpu_suspend standby", 0);
    suspend("cpu_suspend power down", 1 << 16);
}

fn by(conduit: Conduit, name: &str) {
    let first = |function, x1| call(conduit, function, x1)[0];
    let answers = [
        (SMCCC_VERSION, 0, 0x1_0002),
        (SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0),
        // SMCCC_ARCH_WORKAROUND_1 is not offered.
        (SMCCC_ARCH_FEATURES, 0x8000_8000, NOT_SUPPORTED),
        (PSCI_VERSION, 0, 0x1_0001),
        (MIGRATE_INFO_TYPE, 0, 2),
        (PSCI_FEATURES, CPU_SUSPEND, 0),
        (PSCI_FEATURES, SYSTEM_RESET2, 0),
        (PSCI_FEATURES, SMCCC_VERSION, 0),
        (PSCI_FEATURES, CPU_FREEZE, NOT_SUPPORTED),
        (CPU_FREEZE, 0, NOT_SUPPORTED),
        // A reset of a type that does not exist resets nothing.
        (SYSTEM_RESET2, 1, INVALID_PARAMETERS),
        (SYSTEM_RESET2, 0x8000_0000, INVALID_PARAMETERS),
        (VENDOR_CALL_COUNT, 0, 3),
        (0xc600_ff77, 0, NOT_SUPPORTED),
        (0x0000_0000, 0, NOT_SUPPORTED),
    ];
    let wrong = answers.iter().find(|(function, x1, answer)| first(*function, *x1) != *answer);
    match wrong {
        None => check(name, true, ""),
        Some((function, x1, answer)) => {
            let found = first(*function, *x1);
            check(name, false, format_args!("{function:#x}({x1:#x}) gives {found:#x}, not {answer:#x}"));
        }
    }
    let uid = call(conduit, VENDOR_UID, 0);
    let words = uid.iter().all(|word| *word != 0 && *word <= 0xffff_ffff);
    check("vendor uid", words && uid[0] != NOT_SUPPORTED, format_args!("{uid:x?}"));
    let revision = call(conduit, VENDOR_REVISION, 0);
    check("vendor revision", revision[..2] == [1, 0], format_args!("{revision:x?}"));
}

/// Random numbers; `offered` says whether there must be any.
fn trng(conduit: Conduit, name: &str, offered: Option<u64>) {
    let version = call(conduit, TRNG_VERSION, 0)[0];
    let there = version == 0x1_0000;
    if let Some(offered) = offered {
        check("trng as announced", there == (offered != 0), format_args!("version {version:#x} by {name}"));
    }
    if !there {
        equal("trng absent", version, NOT_SUPPORTED);
        equal("trng absent, numbers", call(conduit, TRNG_RND64, 64)[0], NOT_SUPPORTED);
        return;
    }
    equal("trng features", call(conduit, TRNG_FEATURES, TRNG_RND64)[0], 0);
    equal("trng features, unknown", call(conduit, TRNG_FEATURES, 0x8400_0054)[0], NOT_SUPPORTED);
    let uuid = call(conduit, TRNG_UUID, 0);
    check("trng uuid", uuid[0] != NOT_SUPPORTED && uuid != [0; 4], format_args!("{uuid:x?}"));
    for (function, bits) in [(TRNG_RND64, 0), (TRNG_RND64, 193), (TRNG_RND32, 97)] {
        equal("trng bad request", call(conduit, function, bits)[0], INVALID_PARAMETERS);
    }
    let (a, b) = (call(conduit, TRNG_RND64, 192), call(conduit, TRNG_RND64, 192));
    check("trng 192 bits", a[0] == 0 && b[0] == 0 && a[1..] != b[1..], format_args!("{a:x?} {b:x?}"));
    let c = call(conduit, TRNG_RND32, 40);
    let fits = c[0] == 0 && c[1] == 0 && c[2] <= 0xff && c[3] <= 0xffff_ffff;
    check("trng 40 bits", fits, format_args!("{c:x?}"));
}

/// CPU_SUSPEND comes back with the timer's interrupt, and at once while that is pending. Like WFI it may come back
/// earlier, but not all the time. A machine that was busy elsewhere may miss the beginning of a round, so there are some.
fn suspend(name: &str, state: u64) {
    const ROUNDS: u32 = 8;
    let before = count(timer::INTID);
    let suspended = || call(psci::conduit(), CPU_SUSPEND, state)[0];
    let (mut calls, mut answer, mut right) = (0, 0, true);
    for round in 0..ROUNDS {
        let deadline = timer::now() + timer::us_to_ticks(3000);
        timer::arm(deadline);
        while timer::now() < deadline {
            answer |= suspended();
            calls += 1;
        }
        answer |= suspended();
        right &= count(timer::INTID) == before + round;
        // An emulator raises the interrupt from another thread, some time after the counter has passed.
        let latest = timer::now() + timer::us_to_ticks(1_000_000);
        while count(timer::INTID) == before + round && timer::now() < latest {
            take_pending();
        }
        right &= count(timer::INTID) == before + round + 1;
    }
    check(
        name,
        answer == 0 && (1..=4 * ROUNDS).contains(&calls) && right,
        format_args!("answers {answer:#x}, {calls} calls, interrupts as they should be: {right}"),
    );
}

/// Resets the machine, which then begins anew.
pub fn reset2() {
    let answer = call(psci::conduit(), SYSTEM_RESET2, 0)[0];
    check("system_reset2 does not return", false, format_args!("{answer:#x}"));
}
