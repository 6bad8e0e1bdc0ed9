// SPDX-License-Identifier: GPL-2.0-only
//! Calls of firmware: by SMC, where the device tree says that there is firmware which takes such. HVC is how guests call
//! us; nobody is there whom we could call so.

use crate::bindings::{self, arm_smccc_conduit, arm_smccc_quirk, arm_smccc_res};
use arch::smccc::{self, Conduit};
use core::ffi::c_ulong;
use kernel::dt;

crate::exports! {
    family "firmware";
    [any, supported, "firmware::tests::calls_of_firmware"]
    fn __arm_smccc_smc(a0: c_ulong, a1: c_ulong, a2: c_ulong, a3: c_ulong, a4: c_ulong, a5: c_ulong, a6: c_ulong, a7: c_ulong, res: *mut arm_smccc_res, quirk: *mut arm_smccc_quirk) -> () = smc;
    [any, refused, "firmware::tests::calls_of_firmware"]
    fn __arm_smccc_hvc(a0: c_ulong, a1: c_ulong, a2: c_ulong, a3: c_ulong, a4: c_ulong, a5: c_ulong, a6: c_ulong, a7: c_ulong, res: *mut arm_smccc_res, quirk: *mut arm_smccc_quirk) -> () = hvc;
    [any, supported, "firmware::tests::calls_of_firmware"]
    fn arm_smccc_1_1_get_conduit() -> arm_smccc_conduit = conduit;
    [any, supported, "firmware::tests::calls_of_firmware"]
    fn arm_smccc_get_version() -> u32 = version;
}

/// What is returned for a call that is not there.
const NOT_SUPPORTED: c_ulong = c_ulong::MAX;
/// The function that asks for the version, and the version of firmware that does not know it.
const VERSION: u64 = 0x8000_0000;
const VERSION_1_0: u32 = 0x1_0000;

/// Whether there is firmware that takes SMC.
fn takes_smc() -> bool {
    dt::tree().is_some_and(|tree| dt::machine::psci(tree).ok().flatten().is_some_and(|psci| !psci.hvc))
}

unsafe fn answer(res: *mut arm_smccc_res, values: [u64; 4]) {
    // SAFETY: the caller's structure, if there is one.
    if let Some(res) = unsafe { res.as_mut() } {
        let [a0, a1, a2, a3] = values;
        *res = arm_smccc_res { a0, a1, a2, a3 };
    }
}

/// Calls firmware. The quirk is that of one vendor's firmware, which stores a register there; ours is not asked for it.
#[allow(clippy::too_many_arguments, reason = "as Linux has them")]
pub(super) unsafe fn smc(
    a0: c_ulong,
    a1: c_ulong,
    a2: c_ulong,
    a3: c_ulong,
    a4: c_ulong,
    a5: c_ulong,
    a6: c_ulong,
    a7: c_ulong,
    res: *mut arm_smccc_res,
    _quirk: *mut arm_smccc_quirk,
) {
    let values = if takes_smc() {
        smccc::call(Conduit::Smc, [a0, a1, a2, a3, a4, a5, a6, a7])
    } else {
        [NOT_SUPPORTED, 0, 0, 0]
    };
    // SAFETY: as the caller says.
    unsafe { answer(res, values) };
}

#[allow(clippy::too_many_arguments, reason = "as Linux has them")]
pub(super) unsafe fn hvc(
    _a0: c_ulong,
    _a1: c_ulong,
    _a2: c_ulong,
    _a3: c_ulong,
    _a4: c_ulong,
    _a5: c_ulong,
    _a6: c_ulong,
    _a7: c_ulong,
    res: *mut arm_smccc_res,
    _quirk: *mut arm_smccc_quirk,
) {
    // SAFETY: as the caller says.
    unsafe { answer(res, [NOT_SUPPORTED, 0, 0, 0]) };
}

pub(super) fn conduit() -> arm_smccc_conduit {
    if takes_smc() { bindings::SMCCC_CONDUIT_SMC } else { bindings::SMCCC_CONDUIT_NONE }
}

pub(super) fn version() -> u32 {
    if !takes_smc() {
        return VERSION_1_0;
    }
    let [found, ..] = smccc::call(Conduit::Smc, [VERSION, 0, 0, 0, 0, 0, 0, 0]);
    match found as i32 {
        found if found < VERSION_1_0 as i32 => VERSION_1_0,
        found => found as u32,
    }
}
