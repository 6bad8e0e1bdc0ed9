// SPDX-License-Identifier: GPL-2.0-only
//! Calls to firmware (Arm DEN 0028, SMC Calling Convention).

use smccc::{Call, Hvc, Smc};

/// How firmware is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduit {
    /// `smc #0`, to EL3.
    Smc,
    /// `hvc #0`: only where the machine's own "firmware" sits at EL2 below us (nested).
    Hvc,
}

/// Calls firmware with `args` in x0 to x7 and returns its x0 to x3. Context: any; firmware may take its time.
pub fn call(conduit: Conduit, args: [u64; 8]) -> [u64; 4] {
    let mut rest = [0; 17];
    rest[..7].copy_from_slice(&args[1..]);
    let function = args[0] as u32;
    let out = match conduit {
        Conduit::Smc => Smc::call64(function, rest),
        Conduit::Hvc => Hvc::call64(function, rest),
    };
    [out[0], out[1], out[2], out[3]]
}
