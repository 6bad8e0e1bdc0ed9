// SPDX-License-Identifier: GPL-2.0-only
//! A card's regulators: `vmmc` for itself, `vqmmc` for its signals.

use super::of::ocr_bits;
use super::wrap::parent;
use crate::bindings::{mmc_host, mmc_ios, regulator};
use crate::errno::Errno;
use crate::regulator::{consumer, managed};
use core::ffi::{c_int, c_ushort};

exports! {
    family "mmc";
    [sleeps, supported, "mmc::power_tests::supplies_follow_the_card"]
    fn mmc_regulator_get_supply(mmc: *mut mmc_host) -> c_int = get_supply;
    [sleeps, supported, "mmc::power_tests::supplies_follow_the_card"]
    fn mmc_regulator_set_ocr(mmc: *mut mmc_host, supply: *mut regulator, vdd_bit: c_ushort) -> c_int = set_ocr;
    [sleeps, supported, "mmc::power_tests::supplies_follow_the_card"]
    fn mmc_regulator_set_vqmmc(mmc: *mut mmc_host, ios: *mut mmc_ios) -> c_int = set_vqmmc;
    [sleeps, supported, "mmc::power_tests::supplies_follow_the_card"]
    fn mmc_regulator_enable_vqmmc(mmc: *mut mmc_host) -> c_int = enable_vqmmc;
    [sleeps, supported, "mmc::power_tests::supplies_follow_the_card"]
    fn mmc_regulator_disable_vqmmc(mmc: *mut mmc_host) = disable_vqmmc;
}

/// A regulator, unless the pointer carries an error or is null.
fn there(r: *mut regulator) -> Option<*mut regulator> {
    Errno::check_ptr(r).ok().filter(|r| !r.is_null())
}

/// OCR bits of all voltages of a regulator.
unsafe fn ocr_of(r: *mut regulator) -> u32 {
    // SAFETY: the caller's regulator.
    unsafe {
        let millivolts = |uv: c_int| u32::try_from(uv / 1000).ok().filter(|mv| *mv > 0);
        let bits = |uv: c_int| millivolts(uv).map_or(0, |mv| ocr_bits(mv, mv));
        let mut mask = 0;
        for selector in 0..consumer::count_voltages(r).max(0) as u32 {
            mask |= bits(consumer::list_voltage(r, selector));
        }
        if mask == 0 { bits(consumer::get_voltage(r)) } else { mask }
    }
}

/// Gets the regulators that there are; `-EPROBE_DEFER` if one is named and has no driver yet.
pub(super) unsafe fn get_supply(mmc: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host and its device.
    unsafe {
        let (dev, h) = (parent(mmc), &mut *mmc);
        h.supply.vmmc = managed::get_optional(dev, c"vmmc".as_ptr());
        h.supply.vqmmc = managed::get_optional(dev, c"vqmmc".as_ptr());
        for found in [h.supply.vmmc, h.supply.vqmmc] {
            if Errno::check_ptr(found) == Err(Errno::EPROBE_DEFER) {
                return Errno::EPROBE_DEFER.to_c();
            }
        }
        if let Some(vmmc) = there(h.supply.vmmc) {
            let mask = ocr_of(vmmc);
            if mask != 0 {
                h.ocr_avail = mask;
            }
        }
    }
    0
}

/// Least and most microvolts of an OCR bit: its own range, and what lies half a step around.
pub(super) fn range_of(bit: c_ushort) -> Option<(c_int, c_int)> {
    match bit {
        7 => Some((1_650_000, 1_950_000)),
        8..=23 => {
            let low = 1_900_000 + (c_int::from(bit) - 8) * 100_000;
            Some((low, low + 200_000))
        }
        _ => None,
    }
}

/// Sets a card's supply to the voltage of an OCR bit and switches it on; 0 switches it off.
pub(super) unsafe fn set_ocr(mmc: *mut mmc_host, r: *mut regulator, bit: c_ushort) -> c_int {
    if there(r).is_none() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's host and regulator.
    unsafe {
        let h = &mut *mmc;
        if bit == 0 {
            let result = if h.regulator_enabled { consumer::disable(r) } else { 0 };
            h.regulator_enabled &= result != 0;
            return result;
        }
        let Some((low, high)) = range_of(bit) else { return Errno::EINVAL.to_c() };
        let mut result = consumer::set_voltage(r, low, high);
        if result == 0 && !h.regulator_enabled {
            result = consumer::enable(r);
            h.regulator_enabled = result == 0;
        }
        result
    }
}

/// Sets a supply to `target`, or as near as it gets: 0 if nothing changed, 1 if something did.
unsafe fn near(r: *mut regulator, low: c_int, target: c_int, high: c_int) -> c_int {
    // SAFETY: the caller's regulator.
    unsafe {
        if consumer::is_supported_voltage(r, low, high) == 0 {
            return Errno::EINVAL.to_c();
        }
        if consumer::get_voltage(r) == target {
            return 0;
        }
        let mut result = consumer::set_voltage(r, target, high);
        if result < 0 {
            result = consumer::set_voltage(r, low, high);
        }
        if result < 0 { result } else { 1 }
    }
}

/// Sets the supply of the signals to what the bus is to have: at 3.3 V, to the card's own voltage if that can be.
pub(super) unsafe fn set_vqmmc(mmc: *mut mmc_host, ios: *mut mmc_ios) -> c_int {
    // SAFETY: the caller's host and bus.
    unsafe {
        let (h, ios) = (&*mmc, &*ios);
        let Some(vqmmc) = there(h.supply.vqmmc) else { return Errno::EINVAL.to_c() };
        match ios.signal_voltage {
            2 => near(vqmmc, 1_100_000, 1_200_000, 1_300_000),
            1 => near(vqmmc, 1_700_000, 1_800_000, 1_950_000),
            0 => {
                let card = there(h.supply.vmmc).map_or(0, |vmmc| consumer::get_voltage(vmmc));
                let mut result = Errno::EINVAL.to_c();
                if card > 0 {
                    let low = (card - 300_000).max(2_700_000);
                    result = near(vqmmc, low, card, (card + 200_000).min(3_600_000).max(low));
                }
                if result < 0 { near(vqmmc, 2_700_000, 3_300_000, 3_600_000) } else { result }
            }
            _ => Errno::EINVAL.to_c(),
        }
    }
}

/// Switches the supply of the signals on, once.
pub(super) unsafe fn enable_vqmmc(mmc: *mut mmc_host) -> c_int {
    // SAFETY: the caller's host.
    unsafe {
        let h = &mut *mmc;
        let Some(vqmmc) = there(h.supply.vqmmc).filter(|_| h.vqmmc_enabled() == 0) else { return 0 };
        let result = consumer::enable(vqmmc);
        if result == 0 {
            h.set_vqmmc_enabled(1);
        }
        result
    }
}

pub(super) unsafe fn disable_vqmmc(mmc: *mut mmc_host) {
    // SAFETY: the caller's host.
    unsafe {
        let h = &mut *mmc;
        if let Some(vqmmc) = there(h.supply.vqmmc).filter(|_| h.vqmmc_enabled() != 0) {
            let result = consumer::disable(vqmmc);
            if result < 0 {
                log::error!("mmc{}: the supply of the signals stays on: error {result}", h.index);
            }
            h.set_vqmmc_enabled(0);
        }
    }
}
