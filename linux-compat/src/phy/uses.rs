// SPDX-License-Identifier: GPL-2.0-only
//! What consumers do with a PHY. No PHY (null) takes everything but a configuration.

use super::device::core;
use crate::bindings::{phy, phy_configure_opts, phy_media, phy_mode, phy_ops};
use crate::device as devices;
use crate::errno::{Errno, Result, to_c};
use crate::pm;
use crate::regulator::consumer as regulator;
use core::ffi::c_int;
use kernel::phy::{self as phys, Phy, Uses};

crate::exports! {
    family "phy";
    [any, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_get(phy: *mut phy) -> c_int = pm_get;
    [sleeps, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_get_sync(phy: *mut phy) -> c_int = pm_get_sync;
    [any, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_put(phy: *mut phy) -> c_int = pm_put;
    [sleeps, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_put_sync(phy: *mut phy) -> c_int = pm_put_sync;
    [sleeps, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_allow(phy: *mut phy) -> () = pm_allow;
    [sleeps, supported, "phy::tests::runtime_management"]
    fn phy_pm_runtime_forbid(phy: *mut phy) -> () = pm_forbid;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_init(phy: *mut phy) -> c_int = init;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_exit(phy: *mut phy) -> c_int = exit;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_power_on(phy: *mut phy) -> c_int = power_on;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_power_off(phy: *mut phy) -> c_int = power_off;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_set_mode_ext(phy: *mut phy, mode: phy_mode, submode: c_int) -> c_int = set_mode;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_set_media(phy: *mut phy, media: phy_media) -> c_int = set_media;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_set_speed(phy: *mut phy, speed: c_int) -> c_int = set_speed;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_configure(phy: *mut phy, opts: *mut phy_configure_opts) -> c_int = configure;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_validate(phy: *mut phy, mode: phy_mode, submode: c_int, opts: *mut phy_configure_opts) -> c_int = validate;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_reset(phy: *mut phy) -> c_int = reset;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_calibrate(phy: *mut phy) -> c_int = calibrate;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_notify_connect(phy: *mut phy, port: c_int) -> c_int = connect;
    [sleeps, supported, "phy::tests::settings_reach_the_driver"]
    fn phy_notify_disconnect(phy: *mut phy, port: c_int) -> c_int = disconnect;
}

/// Begins a use of the device; `false` where its runtime management is off.
unsafe fn hold(phy: *mut phy) -> Result<bool> {
    // SAFETY: as the caller says.
    match unsafe { pm_get_sync(phy) } {
        code if code == Errno::ENOTSUPP.to_c() => Ok(false),
        code => Errno::check(code).map(|_| true),
    }
}

unsafe fn with_pm(phy: *mut phy, f: impl FnOnce() -> c_int) -> c_int {
    // SAFETY: as the caller says.
    let dev = unsafe { &raw mut (*phy).dev };
    if pm::enabled(dev) { f() } else { Errno::ENOTSUPP.to_c() }
}

pub(super) unsafe fn pm_get(phy: *mut phy) -> c_int {
    if phy.is_null() {
        return 0;
    }
    // SAFETY: as the caller says.
    unsafe {
        with_pm(phy, || {
            let code = pm::resume(&raw mut (*phy).dev, pm::GET_PUT | pm::ASYNC);
            if code < 0 && code != Errno::EINPROGRESS.to_c() {
                pm::put_noidle(&raw mut (*phy).dev);
            }
            code
        })
    }
}

pub(super) unsafe fn pm_get_sync(phy: *mut phy) -> c_int {
    if phy.is_null() {
        return 0;
    }
    // SAFETY: as the caller says.
    unsafe {
        with_pm(phy, || {
            let code = pm::resume(&raw mut (*phy).dev, pm::GET_PUT);
            if code < 0 {
                pm::idle(&raw mut (*phy).dev, pm::GET_PUT);
            }
            code
        })
    }
}

pub(super) unsafe fn pm_put(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with_pm(phy, || pm::idle(&raw mut (*phy).dev, pm::GET_PUT | pm::ASYNC)) } }
}

pub(super) unsafe fn pm_put_sync(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with_pm(phy, || pm::idle(&raw mut (*phy).dev, pm::GET_PUT)) } }
}

pub(super) unsafe fn pm_allow(phy: *mut phy) {
    // SAFETY: as the caller says.
    if !phy.is_null() && unsafe { pm::enabled(&raw mut (*phy).dev) } {
        // SAFETY: as above.
        unsafe { pm::allow(&raw mut (*phy).dev) };
    }
}

pub(super) unsafe fn pm_forbid(phy: *mut phy) {
    // SAFETY: as the caller says.
    if !phy.is_null() && unsafe { pm::enabled(&raw mut (*phy).dev) } {
        // SAFETY: as above.
        unsafe { pm::forbid(&raw mut (*phy).dev) };
    }
}

/// Changes the uses, and copies them to where drivers look.
unsafe fn change(phy: *mut phy, what: &str, f: impl FnOnce(&Phy) -> phys::Result<Uses>) -> Result<()> {
    // SAFETY: as the caller says; the copies are written while the registry's lock is held.
    unsafe {
        let core = core(phy)?;
        let result = f(core);
        core.alone(|uses| {
            (*phy).init_count = uses.inits as c_int;
            (*phy).power_count = uses.powers as c_int;
        });
        result.map(drop).map_err(|cause| {
            log::error!("{}: phy {what} failed: {cause}", devices::name(&raw const (*phy).dev).to_string_lossy());
            cause.into()
        })
    }
}

/// Changes the uses while the device is active.
unsafe fn change_active(phy: *mut phy, what: &str, f: impl FnOnce(&Phy) -> phys::Result<Uses>) -> c_int {
    if phy.is_null() {
        return 0;
    }
    // SAFETY: as the caller says.
    unsafe {
        to_c(hold(phy).and_then(|_| {
            let result = change(phy, what, f);
            pm_put(phy);
            result
        }))
    }
}

pub(super) unsafe fn init(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    unsafe { change_active(phy, "init", Phy::init) }
}

pub(super) unsafe fn exit(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    unsafe { change_active(phy, "exit", Phy::exit) }
}

/// With its supply; the device stays active as long as the PHY is powered.
unsafe fn power(phy: *mut phy) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let supply = (*phy).pwr;
        if !supply.is_null() {
            Errno::check(regulator::enable(supply))?;
        }
        let result = hold(phy).and_then(|_| {
            let result = change(phy, "power on", Phy::power_on);
            if result.is_err() {
                pm_put_sync(phy);
            }
            result
        });
        if result.is_err() && !supply.is_null() {
            regulator::disable(supply);
        }
        result
    }
}

pub(super) unsafe fn power_on(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { to_c(unsafe { power(phy) }) }
}

pub(super) unsafe fn power_off(phy: *mut phy) -> c_int {
    if phy.is_null() {
        return 0;
    }
    // SAFETY: as the caller says.
    unsafe {
        let result = change(phy, "power off", Phy::power_off);
        if result.is_ok() {
            pm_put(phy);
            if !(*phy).pwr.is_null() {
                regulator::disable((*phy).pwr);
            }
        }
        to_c(result)
    }
}

/// Calls a function of the driver while nobody else uses the hardware; `otherwise` without such a function.
unsafe fn with<F>(
    phy: *mut phy,
    otherwise: c_int,
    which: fn(&phy_ops) -> Option<F>,
    f: impl FnOnce(F) -> c_int,
) -> c_int {
    // SAFETY: as the caller says; a driver's table lives as long as its PHY.
    unsafe {
        match ((*phy).ops.as_ref().and_then(which), core(phy)) {
            (None, _) => otherwise,
            (Some(function), Ok(core)) => core.alone(|_| f(function)),
            (_, Err(error)) => error.to_c(),
        }
    }
}

pub(super) unsafe fn set_mode(phy: *mut phy, mode: phy_mode, submode: c_int) -> c_int {
    if phy.is_null() {
        return 0;
    }
    // SAFETY: as the caller says.
    unsafe {
        let result = with(phy, 0, |ops| ops.set_mode, |f| f(phy, mode, submode));
        if result == 0 {
            (*phy).attrs.mode = mode;
        }
        result
    }
}

pub(super) unsafe fn set_media(phy: *mut phy, media: phy_media) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with(phy, 0, |ops| ops.set_media, |f| f(phy, media)) } }
}

pub(super) unsafe fn set_speed(phy: *mut phy, speed: c_int) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with(phy, 0, |ops| ops.set_speed, |f| f(phy, speed)) } }
}

pub(super) unsafe fn configure(phy: *mut phy, opts: *mut phy_configure_opts) -> c_int {
    if phy.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: as the caller says.
    unsafe { with(phy, Errno::EOPNOTSUPP.to_c(), |ops| ops.configure, |f| f(phy, opts)) }
}

pub(super) unsafe fn validate(phy: *mut phy, mode: phy_mode, submode: c_int, opts: *mut phy_configure_opts) -> c_int {
    if phy.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: as the caller says.
    unsafe { with(phy, Errno::EOPNOTSUPP.to_c(), |ops| ops.validate, |f| f(phy, mode, submode, opts)) }
}

pub(super) unsafe fn reset(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if phy.is_null() || (*phy).ops.as_ref().is_none_or(|ops| ops.reset.is_none()) {
            return 0;
        }
        if let Err(error) = hold(phy) {
            return error.to_c();
        }
        let result = with(phy, 0, |ops| ops.reset, |f| f(phy));
        pm_put(phy);
        result
    }
}

pub(super) unsafe fn calibrate(phy: *mut phy) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with(phy, 0, |ops| ops.calibrate, |f| f(phy)) } }
}

pub(super) unsafe fn connect(phy: *mut phy, port: c_int) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with(phy, 0, |ops| ops.connect, |f| f(phy, port)) } }
}

pub(super) unsafe fn disconnect(phy: *mut phy, port: c_int) -> c_int {
    // SAFETY: as the caller says.
    if phy.is_null() { 0 } else { unsafe { with(phy, 0, |ops| ops.disconnect, |f| f(phy, port)) } }
}
