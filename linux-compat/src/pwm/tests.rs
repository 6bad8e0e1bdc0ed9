// SPDX-License-Identifier: GPL-2.0-only
//! PWM chips through the functions that C drivers call, with a driver of the tests' own.

use super::{chip, consumer};
use crate::bindings::{self, pwm_chip, pwm_device, pwm_lookup, pwm_ops, pwm_state};
use crate::errno::Errno;
use crate::testing::{device_at, node, release_managed, zeroed};
use core::ffi::{CStr, c_int};
use core::ptr::null_mut;

/// What the driver keeps behind its chip.
#[derive(Default)]
struct Private {
    applied: u32,
    requested: u32,
    freed: u32,
    last: u64,
    fails: bool,
}

unsafe fn private<'a>(chip: *mut pwm_chip) -> &'a mut Private {
    // SAFETY: memory of that size that the chip was made with.
    unsafe { &mut *(*chip).dev.driver_data.cast() }
}

unsafe extern "C" fn request(chip: *mut pwm_chip, _pwm: *mut pwm_device) -> c_int {
    // SAFETY: a chip of the tests.
    unsafe { private(chip).requested += 1 };
    0
}

unsafe extern "C" fn free(chip: *mut pwm_chip, _pwm: *mut pwm_device) {
    // SAFETY: a chip of the tests.
    unsafe { private(chip).freed += 1 };
}

unsafe extern "C" fn apply(chip: *mut pwm_chip, pwm: *mut pwm_device, state: *const pwm_state) -> c_int {
    // SAFETY: a chip of the tests.
    unsafe {
        let private = private(chip);
        if private.fails {
            return Errno::EIO.to_c();
        }
        assert!((*pwm).state.period != (*state).period || (*pwm).state.duty_cycle != (*state).duty_cycle);
        private.applied += 1;
        private.last = (*state).duty_cycle;
    }
    0
}

unsafe extern "C" fn get_state(_chip: *mut pwm_chip, pwm: *mut pwm_device, state: *mut pwm_state) -> c_int {
    // SAFETY: a line of the tests.
    unsafe {
        if (*pwm).hwpwm != 1 {
            return Errno::EIO.to_c();
        }
        (*state).period = 1000;
        (*state).duty_cycle = 250;
        (*state).enabled = true;
    }
    0
}

fn table() -> &'static pwm_ops {
    let ops = pwm_ops { request: Some(request), free: Some(free), apply: Some(apply), get_state: Some(get_state), ..zeroed() };
    Box::leak(Box::new(ops))
}

unsafe fn made(name: &str, path: Option<&str>, lines: u32) -> *mut pwm_chip {
    // SAFETY: a device of the test.
    unsafe {
        let chip = chip::alloc_c(device_at(name, path), lines, size_of::<Private>());
        (*chip).ops = table();
        chip
    }
}

#[test]
fn a_chip_serves_a_consumer_of_the_tree() {
    let user = device_at("pwm-user", Some("/pwms/user"));
    // SAFETY: devices and chips of the test.
    unsafe {
        assert_eq!(consumer::get_c(user, c"fan".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        assert_eq!(consumer::get_c(user, c"none".as_ptr()), Errno::ENODATA.to_ptr());
        let made = made("pwm-chip", Some("/pwms/chip"), 2);
        assert_eq!((*made).dev.driver_data.addr() % 128, made.addr() % 128);
        assert_eq!(chip::add_c(made, null_mut()), 0);
        assert_eq!(chip::add_c(made, null_mut()), Errno::EINVAL.to_c(), "it is there already");
        let pwm = consumer::get_c(user, c"fan".as_ptr());
        assert_eq!(((*pwm).hwpwm, (*pwm).chip, CStr::from_ptr((*pwm).label)), (1, made, c"fan"));
        assert_eq!(((*pwm).args.period, (*pwm).args.polarity), (5000, bindings::PWM_POLARITY_INVERSED));
        assert_eq!(((*pwm).state.period, (*pwm).state.enabled), (1000, true), "as the hardware was found");
        assert_eq!(consumer::get_c(user, null_mut()), Errno::EBUSY.to_ptr(), "one consumer a line");
        let listed = kernel::pwm::list().into_iter().find(|chip| chip.name() == "pwm-chip").unwrap();
        assert_eq!(listed.lines()[1].state.duty, 250);
        // Whoever has a line keeps the chip's memory, but nothing of the driver is called any more.
        chip::remove(made);
        chip::put(made);
        let off = pwm_state { enabled: false, ..(*pwm).state };
        assert_eq!(consumer::apply_c(pwm, &raw const off), Errno::ENODEV.to_c());
        assert_eq!(private(made).requested, 1);
        consumer::put(pwm);
    }
}

#[test]
fn states_reach_the_driver() {
    // SAFETY: devices and chips of the test.
    unsafe {
        let made = made("pwm-states", None, 2);
        assert_eq!(chip::add_c(made, null_mut()), 0);
        let pwm = consumer::take(made, 0, c"states".as_ptr()).unwrap();
        let state = pwm_state { period: 100, duty_cycle: 30, enabled: true, ..zeroed() };
        assert_eq!(consumer::apply_c(pwm, &raw const state), 0);
        assert_eq!((private(made).applied, private(made).last, (*pwm).state.duty_cycle), (1, 30, 30));
        assert_eq!(consumer::apply_atomic(pwm, &raw const state), 0);
        assert_eq!(private(made).applied, 1, "it does so already");
        let long = pwm_state { duty_cycle: 101, ..state };
        assert_eq!(consumer::apply_c(pwm, &raw const long), Errno::EINVAL.to_c());
        private(made).fails = true;
        let other = pwm_state { duty_cycle: 40, ..state };
        assert_eq!(consumer::apply_c(pwm, &raw const other), Errno::EIO.to_c());
        assert_eq!((*pwm).state.duty_cycle, 30, "it does what it did");
        assert_eq!(consumer::apply_c(null_mut(), &raw const state), Errno::EINVAL.to_c());
        consumer::put(pwm);
        assert_eq!(private(made).freed, 1);
        consumer::put(pwm);
        assert_eq!(private(made).freed, 1, "nobody has it");
        chip::remove(made);
        chip::put(made);
    }
}

#[test]
fn a_line_is_brought_to_what_is_asked() {
    // SAFETY: devices and chips of the test.
    unsafe {
        let made = made("pwm-adjust", None, 2);
        assert_eq!(chip::add_c(made, null_mut()), 0);
        let pwm = consumer::take(made, 1, core::ptr::null()).unwrap();
        (*pwm).args = bindings::pwm_args { period: 2000, polarity: bindings::PWM_POLARITY_INVERSED };
        assert_eq!(consumer::adjust(pwm), 0);
        assert_eq!(((*pwm).state.period, (*pwm).state.duty_cycle), (2000, 1500), "a quarter, the other way round");
        let fresh = consumer::take(made, 0, core::ptr::null()).unwrap();
        (*fresh).args.period = 300;
        assert_eq!(consumer::adjust(fresh), 0);
        assert_eq!(((*fresh).state.period, (*fresh).state.duty_cycle), (300, 0));
        consumer::put(pwm);
        consumer::put(fresh);
        chip::remove(made);
        chip::put(made);
    }
}

#[test]
fn one_line_needs_no_number() {
    let user = device_at("pwm-single-user", Some("/pwms/user"));
    unsafe extern "C" fn xlate(chip: *mut pwm_chip, args: *const bindings::of_phandle_args) -> *mut pwm_device {
        // SAFETY: handed on.
        unsafe { chip::single(chip, args) }
    }
    // SAFETY: devices and chips of the test.
    unsafe {
        let made = made("pwm-single", Some("/pwms/one"), 1);
        (*made).of_xlate = Some(xlate);
        assert_eq!(chip::add_c(made, null_mut()), 0);
        let pwm = consumer::get_c(user, c"lamp".as_ptr());
        assert_eq!(((*pwm).hwpwm, (*pwm).args.period), (0, 7000));
        consumer::put(pwm);
        chip::remove(made);
        chip::put(made);
    }
}

#[test]
fn found_by_lookup() {
    let user = device_at("pwm-lookup-user", None);
    let mut lookups: [pwm_lookup; 2] = [zeroed(), zeroed()];
    for (lookup, index) in lookups.iter_mut().zip([0, 1]) {
        lookup.provider = c"pwm-lookup".as_ptr();
        lookup.dev_id = c"pwm-lookup-user".as_ptr();
        lookup.index = index;
        lookup.period = 4000;
    }
    lookups[1].con_id = c"fan".as_ptr();
    // SAFETY: devices, lookups and chips of the test.
    unsafe {
        assert_eq!(consumer::get_c(user, c"fan".as_ptr()), Errno::ENODEV.to_ptr());
        consumer::add_table(lookups.as_mut_ptr(), 2);
        assert_eq!(consumer::get_c(user, c"fan".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        let made = made("pwm-lookup", None, 2);
        assert_eq!(chip::add_c(made, null_mut()), 0);
        let pwm = consumer::get_c(user, c"fan".as_ptr());
        assert_eq!(((*pwm).hwpwm, (*pwm).args.period), (1, 4000), "the one that names most");
        let other = consumer::get_c(user, null_mut());
        assert_eq!((*other).hwpwm, 0);
        consumer::put(pwm);
        consumer::put(other);
        consumer::remove_table(lookups.as_mut_ptr(), 2);
        assert_eq!(consumer::get_c(user, c"fan".as_ptr()), Errno::ENODEV.to_ptr());
        chip::remove(made);
        chip::put(made);
    }
}

#[test]
fn what_is_managed_is_given_back() {
    let (dev, user) = (device_at("pwm-managed", Some("/pwms/late")), device_at("pwm-managed-user", Some("/pwms/user")));
    // SAFETY: devices and chips of the test.
    unsafe {
        let made = chip::devm_alloc(dev, 1, size_of::<Private>());
        (*made).ops = table();
        assert_eq!(chip::devm_add(dev, made, null_mut()), 0);
        let pwm = consumer::devm_get(user, c"late".as_ptr());
        assert_eq!((*pwm).chip, made);
        release_managed(user);
        assert_eq!(private(made).freed, 1);
        let fwnode = &raw mut (*node("/pwms/user").as_raw()).fwnode;
        assert_eq!(consumer::devm_get_of(user, fwnode, c"late".as_ptr()), pwm);
        release_managed(user);
        release_managed(dev);
        assert_eq!(consumer::get_c(user, c"late".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        let bad = chip::alloc_c(dev, 1, 0);
        assert_eq!(chip::add_c(bad, null_mut()), Errno::EINVAL.to_c(), "it has no functions");
        chip::put(bad);
        assert_eq!(chip::alloc_c(dev, u32::MAX, usize::MAX), Errno::ENOMEM.to_ptr());
    }
}
