// SPDX-License-Identifier: GPL-2.0-only
//! A card's regulators, with regulators of 1.8, 2.3, 2.8 and 3.3 V.

use super::host::{allocate, free};
use super::power::*;
use crate::bindings::{mmc_host, mmc_ios};
use crate::device::devres;
use crate::errno::Errno;
use crate::regulator::consumer;
use crate::regulator::tests::{get, make};
use crate::testing::device_at;
use core::ptr::null_mut;
use std::sync::atomic::Ordering::SeqCst;

/// The state of a bus with this voltage of the signals: 0 for 3.3 V, 1 for 1.8 V, 2 for 1.2 V.
fn signals(voltage: u8) -> *mut mmc_ios {
    // SAFETY: a struct of C for which zeroes are valid.
    let mut ios: mmc_ios = unsafe { core::mem::zeroed() };
    ios.signal_voltage = voltage;
    Box::leak(Box::new(ios))
}

fn host(dev: *mut crate::bindings::device) -> &'static mut mmc_host {
    // SAFETY: a new host.
    unsafe { &mut *allocate(0, dev) }
}

#[test]
fn supplies_follow_the_card() {
    let (card, lines) = (make(c"mmc-card", None, null_mut()), make(c"mmc-lines", None, null_mut()));
    let h = host(device_at("mmc-power", None));
    // SAFETY: a host and regulators of the test.
    unsafe {
        (h.supply.vmmc, h.supply.vqmmc) = (get(c"mmc-card"), get(c"mmc-lines"));
        let vmmc = h.supply.vmmc;
        // Bit 21 is 3.3 to 3.4 V: what the regulator has next to it.
        assert_eq!((set_ocr(h, vmmc, 21), h.regulator_enabled), (0, true));
        assert!(card.chip.on.load(SeqCst));
        assert_eq!(consumer::get_voltage(vmmc), 3_300_000);
        assert_eq!(set_ocr(h, vmmc, 21), 0, "once more");
        assert_eq!((set_ocr(h, vmmc, 0), h.regulator_enabled), (0, false));
        assert!(!card.chip.on.load(SeqCst), "switched on twice");
        assert_eq!(set_ocr(h, vmmc, 0), 0, "it is off already");
        assert_eq!(set_ocr(h, vmmc, 24), Errno::EINVAL.to_c(), "no such voltage");
        assert_eq!(set_ocr(h, vmmc, 9), Errno::EINVAL.to_c(), "2.0 to 2.2 V is none of the regulator's");
        assert_eq!(set_ocr(h, null_mut(), 21), Errno::EINVAL.to_c());
        assert_eq!(set_ocr(h, Errno::ENODEV.to_ptr(), 21), Errno::EINVAL.to_c());

        let vqmmc = h.supply.vqmmc;
        assert_eq!((enable_vqmmc(h), h.vqmmc_enabled(), enable_vqmmc(h)), (0, 1, 0));
        assert!(lines.chip.on.load(SeqCst));
        assert_eq!((set_vqmmc(h, signals(0)), consumer::get_voltage(vqmmc)), (1, 3_300_000));
        assert_eq!(set_vqmmc(h, signals(0)), 0, "nothing changes");
        assert_eq!((set_vqmmc(h, signals(1)), consumer::get_voltage(vqmmc)), (1, 1_800_000));
        assert_eq!(set_vqmmc(h, signals(2)), Errno::EINVAL.to_c(), "1.2 V is none of the regulator's");
        assert_eq!(consumer::get_voltage(vqmmc), 1_800_000);
        // Signals follow a card at another voltage.
        assert_eq!(consumer::set_voltage(vmmc, 2_800_000, 2_800_000), 0);
        assert_eq!((set_vqmmc(h, signals(0)), consumer::get_voltage(vqmmc)), (1, 2_800_000));
        disable_vqmmc(h);
        disable_vqmmc(h);
        assert!(!lines.chip.on.load(SeqCst) && h.vqmmc_enabled() == 0);
        h.supply.vqmmc = Errno::ENODEV.to_ptr();
        assert_eq!(set_vqmmc(h, signals(0)), Errno::EINVAL.to_c(), "there is none");
        assert_eq!((enable_vqmmc(h), h.vqmmc_enabled()), (0, 0));
        consumer::put(vmmc);
        consumer::put(vqmmc);
        free(h);
    }
}

#[test]
fn supplies_are_optional_and_give_their_voltages() {
    let none = host(device_at("mmc-without", None));
    // SAFETY: hosts and regulators of the test.
    unsafe {
        none.ocr_avail = 1 << 21;
        assert_eq!((get_supply(none), none.ocr_avail), (0, 1 << 21), "without a supply, the driver's word holds");
        assert_eq!(none.supply.vmmc, Errno::ENODEV.to_ptr());
        free(none);
        // One of this name for any device: 1.8, 2.3, 2.8 and 3.3 V.
        let made = make(c"vmmc", None, null_mut());
        let dev = device_at("mmc-with", None);
        let with = host(dev);
        assert_eq!(get_supply(with), 0);
        assert_eq!(with.ocr_avail, 1 << 7 | 1 << 11 | 1 << 16 | 1 << 21);
        assert_eq!(set_ocr(with, with.supply.vmmc, 21), 0);
        assert!(made.chip.on.load(SeqCst));
        set_ocr(with, with.supply.vmmc, 0);
        free(with);
        devres::release_all(dev);
    }
}
