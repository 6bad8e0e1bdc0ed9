// SPDX-License-Identifier: GPL-2.0-only
//! Firmware, as C drivers ask for it.

use super::{smccc, soc};
use crate::bindings::{self, arm_smccc_res, soc_device_attribute};
use crate::errno::Errno;
use crate::testing::{tree, zeroed};
use core::ptr::null_mut;

#[test]
fn calls_of_firmware() {
    tree();
    // The tests' tree has firmware that takes SMC, and this is it.
    arch::smccc::set_firmware(|_, args| match args[0] {
        0x8000_0000 => [0x1_0004, 0, 0, 0],
        0xc200_0001 => [args[1] + 1, args[7], 3, 4],
        _ => [u64::MAX, 0, 0, 0],
    });
    let mut res: arm_smccc_res = zeroed();
    // SAFETY: the test's structure.
    unsafe {
        smccc::smc(0xc200_0001, 41, 0, 0, 0, 0, 0, 9, &raw mut res, null_mut());
        assert_eq!((res.a0, res.a1, res.a2, res.a3), (42, 9, 3, 4));
        smccc::smc(1, 0, 0, 0, 0, 0, 0, 0, null_mut(), null_mut());
        smccc::hvc(0xc200_0001, 41, 0, 0, 0, 0, 0, 9, &raw mut res, null_mut());
        assert_eq!(res.a0, u64::MAX);
    }
    assert_eq!((smccc::conduit(), smccc::version()), (bindings::SMCCC_CONDUIT_SMC, 0x1_0004));
}

#[test]
fn the_soc_is_known() {
    let mut own: soc_device_attribute = zeroed();
    own.family = c"Maker".as_ptr();
    own.soc_id = c"m8123".as_ptr();
    own.revision = c"ES1.2".as_ptr();
    let mut table: [soc_device_attribute; 3] = [zeroed(), zeroed(), zeroed()];
    table[0].soc_id = c"m9*".as_ptr();
    table[1].soc_id = c"m8?23".as_ptr();
    table[1].revision = c"ES1.*".as_ptr();
    // SAFETY: structures of the test.
    unsafe {
        assert!(soc::find(table.as_ptr()).is_null());
        let known = soc::register_c(&raw mut own);
        assert!(core::ptr::eq(soc::find(table.as_ptr()), &raw const table[1]));
        assert!(!soc::to_device(known).is_null());
        soc::unregister(known);
        assert!(soc::find(table.as_ptr()).is_null());
        assert_eq!(soc::register_c(null_mut()), Errno::EINVAL.to_ptr());
    }
    assert!(soc::fits(b"a*c?", b"abbcd") && !soc::fits(b"a?", b"a") && soc::fits(b"*", b""));
}
