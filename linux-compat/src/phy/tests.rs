// SPDX-License-Identifier: GPL-2.0-only
//! PHYs through the functions that C drivers call, with a driver of the tests' own.

use super::{device, get, provider, uses};
use crate::bindings::{self, of_phandle_args, phy, phy_configure_opts, phy_mode, phy_ops};
use crate::errno::Errno;
use crate::testing::{device_at, node, release_managed, zeroed};
use core::ffi::c_int;
use core::ptr::null_mut;
use std::sync::Mutex;

/// What the driver was asked, by the PHY's number.
static CALLS: Mutex<Vec<(c_int, String)>> = Mutex::new(Vec::new());

fn note(phy: *mut phy, what: String) -> c_int {
    // SAFETY: the PHY that the core calls with.
    CALLS.lock().unwrap().push((unsafe { (*phy).id }, what));
    0
}

fn calls(phy: *mut phy) -> Vec<String> {
    // SAFETY: a PHY of the test.
    let id = unsafe { (*phy).id };
    CALLS.lock().unwrap().iter().filter(|(of, _)| *of == id).map(|(_, what)| what.clone()).collect()
}

macro_rules! callbacks {
    ($($name:ident($($arg:ident: $type:ty),*))*) => {$(
        unsafe extern "C" fn $name(phy: *mut phy, $($arg: $type),*) -> c_int {
            let arguments: &[String] = &[$(format!(" {:?}", $arg)),*];
            note(phy, format!("{}{}", stringify!($name), arguments.concat()))
        }
    )*};
}

callbacks! {
    init() exit() power_on() power_off() reset() calibrate()
    set_mode(mode: phy_mode, submode: c_int) set_media(media: bindings::phy_media) set_speed(speed: c_int)
    connect(port: c_int) disconnect(port: c_int)
}

unsafe extern "C" fn configure(phy: *mut phy, opts: *mut phy_configure_opts) -> c_int {
    // SAFETY: the test's options.
    note(phy, format!("configure {}", unsafe { (*opts).lvds.lanes }))
}

unsafe extern "C" fn refuse(_phy: *mut phy) -> c_int {
    Errno::EIO.to_c()
}

unsafe extern "C" fn release(phy: *mut phy) {
    note(phy, "release".into());
}

fn table() -> &'static phy_ops {
    Box::leak(Box::new(phy_ops {
        init: Some(init),
        exit: Some(exit),
        power_on: Some(power_on),
        power_off: Some(power_off),
        set_mode: Some(set_mode),
        set_media: Some(set_media),
        set_speed: Some(set_speed),
        configure: Some(configure),
        reset: Some(reset),
        calibrate: Some(calibrate),
        connect: Some(connect),
        disconnect: Some(disconnect),
        release: Some(release),
        ..zeroed()
    }))
}

const XLATE: Option<unsafe extern "C" fn(*mut bindings::device, *const of_phandle_args) -> *mut phy> = {
    unsafe extern "C" fn xlate(dev: *mut bindings::device, args: *const of_phandle_args) -> *mut phy {
        // SAFETY: handed on.
        unsafe { provider::simple_xlate(dev, args) }
    }
    Some(xlate)
};

#[test]
fn consumers_share_a_phy() {
    let dev = device_at("phy-shared", Some("/phys/a"));
    let consumer = node("/phys/user").as_raw();
    // SAFETY: devices, nodes and PHYs of the test.
    unsafe {
        assert_eq!(get::of_get_c(consumer, c"usb".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        let phy = device::create_c(dev, null_mut(), table());
        let provider = provider::register_c(dev, null_mut(), null_mut(), XLATE);
        let (one, two) = (get::of_get_c(consumer, c"usb".as_ptr()), get::of_get_c(consumer, null_mut()));
        assert!(one == phy && two == phy);
        assert_eq!((uses::init(one), uses::init(two)), (0, 0));
        assert_eq!((uses::power_on(one), uses::power_on(two)), (0, 0));
        assert_eq!(((*phy).init_count, (*phy).power_count), (2, 2));
        assert_eq!((uses::power_off(one), uses::exit(one)), (0, 0));
        assert_eq!(calls(phy), ["init", "power_on"], "the other one still needs it");
        assert_eq!((uses::power_off(two), uses::exit(two)), (0, 0));
        assert_eq!(uses::exit(two), Errno::EINVAL.to_c(), "one too many");
        assert_eq!(calls(phy), ["init", "power_on", "power_off", "exit"]);
        get::put(one);
        assert_eq!(calls(phy).last().unwrap(), "release");
        provider::unregister(provider);
        assert_eq!(get::of_get_c(consumer, null_mut()), Errno::EPROBE_DEFER.to_ptr());
        // The last consumer's reference keeps it.
        device::destroy(phy);
        assert_eq!(uses::power_on(phy), 0);
        get::put(two);
    }
}

#[test]
fn settings_reach_the_driver() {
    let dev = device_at("phy-settings", None);
    // SAFETY: devices and PHYs of the test.
    unsafe {
        let phy = device::create_c(dev, node("/phys/c").as_raw(), table());
        assert_eq!((*phy).dev.of_node, node("/phys/c").as_raw());
        assert_eq!(uses::set_mode(phy, bindings::PHY_MODE_SATA, 3), 0);
        assert_eq!((*phy).attrs.mode, bindings::PHY_MODE_SATA);
        assert_eq!((uses::set_media(phy, 1), uses::set_speed(phy, 5000)), (0, 0));
        let mut opts: phy_configure_opts = zeroed();
        opts.lvds.lanes = 4;
        assert_eq!(uses::configure(phy, &raw mut opts), 0);
        assert_eq!(uses::validate(phy, 0, 0, &raw mut opts), Errno::EOPNOTSUPP.to_c());
        assert_eq!((uses::reset(phy), uses::calibrate(phy)), (0, 0));
        assert_eq!((uses::connect(phy, 1), uses::disconnect(phy, 2)), (0, 0));
        let mode = format!("set_mode {:?} 3", bindings::PHY_MODE_SATA);
        let expected =
            [&*mode, "set_media 1", "set_speed 5000", "configure 4", "reset", "calibrate", "connect 1", "disconnect 2"];
        assert_eq!(calls(phy), expected);
        // No PHY takes everything but a configuration.
        assert_eq!((uses::init(null_mut()), uses::power_off(null_mut()), uses::reset(null_mut())), (0, 0, 0));
        assert_eq!(uses::configure(null_mut(), &raw mut opts), Errno::EINVAL.to_c());
        device::destroy(phy);
    }
}

#[test]
fn what_fails_does_not_count() {
    let dev = device_at("phy-fails", None);
    let ops = Box::leak(Box::new(phy_ops { power_on: Some(refuse), ..zeroed() }));
    // SAFETY: devices and PHYs of the test.
    unsafe {
        let phy = device::create_c(dev, null_mut(), ops);
        assert_eq!(uses::power_on(phy), Errno::EIO.to_c());
        assert_eq!((uses::init(phy), (*phy).init_count, (*phy).power_count), (0, 1, 0));
        device::destroy(phy);
        assert_eq!(device::create_c(null_mut(), null_mut(), ops), Errno::EINVAL.to_ptr());
    }
}

#[test]
fn runtime_management() {
    let (dev, off) = (device_at("phy-managed", None), device_at("phy-unmanaged", None));
    // SAFETY: devices and PHYs of the test.
    unsafe {
        let unmanaged = device::create_c(off, null_mut(), table());
        assert_eq!(uses::pm_get_sync(unmanaged), Errno::ENOTSUPP.to_c());
        assert_eq!((uses::pm_get(null_mut()), uses::pm_put(null_mut())), (0, 0));
        crate::pm::manage_without_callbacks(dev);
        let phy = device::create_c(dev, null_mut(), table());
        assert!(uses::pm_get_sync(phy) >= 0 && uses::pm_get(phy) >= 0);
        assert!(uses::pm_put(phy) >= 0 && uses::pm_put_sync(phy) >= 0);
        uses::pm_forbid(phy);
        uses::pm_allow(phy);
        assert_eq!((uses::power_on(phy), uses::power_off(phy)), (0, 0));
        device::destroy(phy);
        device::destroy(unmanaged);
        crate::pm::stop_managing(dev);
    }
}

#[test]
fn found_by_lookup() {
    let (dev, user) = (device_at("phy-lookup", None), device_at("phy-lookup-user", None));
    // SAFETY: devices and PHYs of the test.
    unsafe {
        let phy = device::create_c(dev, null_mut(), table());
        assert_eq!(provider::create_lookup(phy, null_mut(), c"phy-lookup-user".as_ptr()), Errno::EINVAL.to_c());
        assert_eq!(provider::create_lookup(phy, c"usb".as_ptr(), c"phy-lookup-user".as_ptr()), 0);
        assert_eq!(get::get_c(user, c"usb".as_ptr()), phy);
        get::put_of(user, phy);
        assert_eq!(get::get_c(user, c"sata".as_ptr()), Errno::ENODEV.to_ptr());
        assert_eq!(get::get_c(user, null_mut()), Errno::EINVAL.to_ptr());
        provider::remove_lookup(phy, c"usb".as_ptr(), c"phy-lookup-user".as_ptr());
        assert_eq!(get::get_c(user, c"usb".as_ptr()), Errno::ENODEV.to_ptr());
        device::destroy(phy);
    }
}

#[test]
fn what_is_managed_is_given_back() {
    let (dev, user) = (device_at("phy-devm", Some("/phys/b")), device_at("phy-devm-user", Some("/phys/user")));
    let child = node("/phys/b/port").as_raw();
    // SAFETY: devices, nodes and PHYs of the test.
    unsafe {
        let outside = provider::register_c(dev, node("/phys/a").as_raw(), null_mut(), XLATE);
        assert_eq!(outside, Errno::EINVAL.to_ptr(), "children of another device");
        let phy = device::devm_create(dev, child, table());
        let provider = provider::devm_register(dev, null_mut(), null_mut(), XLATE);
        let np = (*user).of_node;
        for found in [
            get::devm_get(user, c"port".as_ptr()),
            get::devm_of_get(user, np, c"port".as_ptr()),
            get::devm_of_by_index(user, np, 1),
        ] {
            assert_eq!(found, phy);
        }
        get::devm_put(user, phy);
        assert_eq!(calls(phy), ["release"]);
        release_managed(user);
        assert_eq!(calls(phy), ["release"; 3]);
        provider::devm_unregister(dev, provider);
        device::devm_destroy(dev, phy);
        assert_eq!(get::devm_get(user, c"port".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        let again = device::devm_create(dev, child, table());
        let id = (*again).id;
        release_managed(dev);
        assert!(super::device::of_node(child).is_none_or(|phy| (*phy).id != id));
    }
}

#[test]
fn what_is_not_there() {
    let user = device_at("phy-none", Some("/phys/user"));
    // SAFETY: devices and nodes of the test.
    unsafe {
        assert_eq!(get::devm_get(user, c"none".as_ptr()), Errno::ENODEV.to_ptr());
        assert_eq!(get::devm_optional(user, c"none".as_ptr()), null_mut());
        let np = (*user).of_node;
        assert_eq!(get::devm_of_optional(user, np, c"none".as_ptr()), null_mut());
        assert_eq!(get::devm_of_optional(user, np, c"later".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        assert_eq!(get::devm_of_by_index(user, np, -1), Errno::ENODEV.to_ptr());
        let other = Box::leak(Box::new(zeroed::<of_phandle_args>()));
        assert_eq!(provider::simple_xlate(null_mut(), other), Errno::ENODEV.to_ptr());
    }
}
