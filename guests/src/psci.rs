// SPDX-License-Identifier: GPL-2.0-only
//! Calls to the firmware or hypervisor: SMCCC (Arm DEN 0028) and PSCI (Arm DEN 0022).

use crate::machine::Conduit;
use core::arch::asm;
use core::sync::atomic::{AtomicBool, Ordering};

/// PSCI_VERSION.
pub const VERSION: u32 = 0x8400_0000;
/// CPU_OFF.
pub const CPU_OFF: u32 = 0x8400_0002;
/// CPU_ON, 64 bit.
pub const CPU_ON: u32 = 0xc400_0003;
/// AFFINITY_INFO, 64 bit.
pub const AFFINITY_INFO: u32 = 0xc400_0004;
/// SYSTEM_OFF.
pub const SYSTEM_OFF: u32 = 0x8400_0008;

static SMC: AtomicBool = AtomicBool::new(false);

/// Names the conduit for all later calls.
pub fn set_conduit(conduit: Conduit) {
    SMC.store(conduit == Conduit::Smc, Ordering::Relaxed);
}

/// The conduit in use.
#[must_use]
pub fn conduit() -> Conduit {
    if SMC.load(Ordering::Relaxed) { Conduit::Smc } else { Conduit::Hvc }
}

/// Calls `function` with three arguments; x0 of the answer.
pub fn call(function: u32, args: [u64; 3]) -> i64 {
    call_by(conduit(), [u64::from(function), args[0], args[1], args[2], 0, 0, 0, 0])[0] as i64
}

/// A call with all of x0 to x7; x0 to x3 of the answer.
pub fn call_by(conduit: Conduit, x: [u64; 8]) -> [u64; 4] {
    let mut r = [0; 4];
    macro_rules! instruction {
        ($text:literal) => {
            // SAFETY: SMCCC says which registers the call changes; all are named here.
            unsafe {
                asm!($text, inout("x0") x[0] => r[0], inout("x1") x[1] => r[1],
                    inout("x2") x[2] => r[2], inout("x3") x[3] => r[3],
                    inout("x4") x[4] => _, inout("x5") x[5] => _, inout("x6") x[6] => _, inout("x7") x[7] => _,
                    out("x8") _, out("x9") _, out("x10") _, out("x11") _, out("x12") _, out("x13") _,
                    out("x14") _, out("x15") _, out("x16") _, out("x17") _)
            }
        };
    }
    match conduit {
        Conduit::Hvc => instruction!("hvc #0"),
        Conduit::Smc => instruction!("smc #0"),
    }
    r
}

/// Starts the CPU `target` at `entry` with `context` in its x0.
///
/// # Errors
/// PSCI's negative code.
pub fn cpu_on(target: u64, entry: u64, context: u64) -> Result<(), i64> {
    match call(CPU_ON, [target, entry, context]) {
        0 => Ok(()),
        code => Err(code),
    }
}

/// Whether the CPU `target` is off.
#[must_use]
pub fn is_off(target: u64) -> bool {
    call(AFFINITY_INFO, [target, 0, 0]) == 1
}

/// Turns the machine off.
pub fn system_off() -> ! {
    call(SYSTEM_OFF, [0; 3]);
    halt()
}

/// Turns this CPU off.
pub fn cpu_off() -> ! {
    call(CPU_OFF, [0; 3]);
    halt()
}

/// Waits for ever.
pub fn halt() -> ! {
    loop {
        crate::cpu::wfi();
    }
}
