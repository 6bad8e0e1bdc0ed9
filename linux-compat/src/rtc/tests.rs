// SPDX-License-Identifier: GPL-2.0-only
//! A driver in C's way, whose clock is a number.

use super::{device as c, time};
use crate::bindings::{device, rtc_class_ops, rtc_device, rtc_time, rtc_wkalrm};
use crate::errno::Errno;
use crate::testing::{release_managed, zeroed};
use core::ffi::{c_int, c_uint};
use std::sync::Mutex;

#[derive(Default)]
struct Chip {
    now: i64,
    alarm: i64,
    enabled: bool,
}

/// The chip of a device.
///
/// # Safety
/// `dev` must be one that `clock` made.
unsafe fn chip<'a>(dev: *mut device) -> std::sync::MutexGuard<'a, Chip> {
    // SAFETY: neither the device nor its chip is ever freed.
    unsafe { &*(*dev).driver_data.cast::<Mutex<Chip>>() }.lock().unwrap()
}

unsafe extern "C" fn read_time(dev: *mut device, tm: *mut rtc_time) -> c_int {
    // SAFETY: the core calls it with a device of `clock` and its own place for the time.
    unsafe { tm.write(time::broken_down(chip(dev).now)) };
    0
}
unsafe extern "C" fn set_time(dev: *mut device, tm: *mut rtc_time) -> c_int {
    // SAFETY: the core calls it with a device of `clock` and its own copy of the time.
    unsafe { chip(dev).now = time::to_time64(tm) };
    0
}
unsafe extern "C" fn read_alarm(dev: *mut device, alarm: *mut rtc_wkalrm) -> c_int {
    // SAFETY: the core calls it with a device of `clock` and its own place for the alarm.
    let (chip, alarm) = unsafe { (chip(dev), &mut *alarm) };
    *alarm = rtc_wkalrm { enabled: chip.enabled.into(), pending: 0, time: time::broken_down(chip.alarm) };
    0
}
unsafe extern "C" fn set_alarm(dev: *mut device, alarm: *mut rtc_wkalrm) -> c_int {
    // SAFETY: the core calls it with a device of `clock`.
    let mut chip = unsafe { chip(dev) };
    // SAFETY: the core's own copy of the alarm.
    unsafe { (chip.alarm, chip.enabled) = (time::to_time64(&raw mut (*alarm).time), (*alarm).enabled != 0) };
    0
}
unsafe extern "C" fn enable(dev: *mut device, on: c_uint) -> c_int {
    // SAFETY: the core calls it with a device of `clock`.
    unsafe { chip(dev).enabled = on != 0 };
    0
}

static OPS: rtc_class_ops = rtc_class_ops {
    ioctl: None,
    read_time: Some(read_time),
    set_time: Some(set_time),
    read_alarm: Some(read_alarm),
    set_alarm: Some(set_alarm),
    proc_: None,
    alarm_irq_enable: Some(enable),
    read_offset: None,
    set_offset: None,
    param_get: None,
    param_set: None,
};

fn clock(now: i64) -> (*mut device, *mut rtc_device) {
    let mut dev: Box<device> = Box::new(zeroed());
    let chip = Box::new(Mutex::new(Chip { now, ..Chip::default() }));
    dev.driver_data = Box::into_raw(chip).cast();
    dev.init_name = c"clock".as_ptr();
    let dev = Box::into_raw(dev);
    // SAFETY: the device and the functions are never freed; the clock goes with what the device manages.
    unsafe {
        let rtc = c::allocate(dev);
        (*rtc).ops = &raw const OPS;
        (*rtc).range_max = 4_000_000_000;
        assert_eq!(c::register(core::ptr::null_mut(), rtc), 0);
        (dev, rtc)
    }
}

#[test]
fn a_driver_s_clock_is_registered_and_used() {
    let (dev, rtc) = clock(951_827_696);
    let mut tm = time::broken_down(0);
    // SAFETY: the clock is used until the device gives it back; times are for the calls only.
    unsafe {
        assert_eq!(c::read_time(rtc, &raw mut tm), 0);
        assert_eq!((tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_wday, tm.tm_yday), (100, 1, 29, 2, 59));
        tm = time::broken_down(1_700_000_000);
        assert_eq!(c::set_time(rtc, &raw mut tm), 0);
        assert_eq!(chip(dev).now, 1_700_000_000);
        tm = time::broken_down(4_000_000_001);
        assert_eq!(c::set_time(rtc, &raw mut tm), Errno::ERANGE.to_c());
        let id = (*rtc).id as usize;
        let registered = io::rtc::list().into_iter().find(|r| r.id() == id).unwrap();
        assert_eq!((registered.info().name.as_str(), registered.read()), ("clock", Ok(1_700_000_000)));
        release_managed(dev);
        assert!(io::rtc::list().iter().all(|r| !std::sync::Arc::ptr_eq(r, &registered)));
        assert_eq!(registered.read(), Err(io::Fault::NoDevice));
    }
}

#[test]
fn alarms_reach_the_driver() {
    let (dev, rtc) = clock(1000);
    // SAFETY: the clock is used until the device gives it back; the alarm is for the calls only.
    unsafe {
        let mut alarm = rtc_wkalrm { enabled: 1, pending: 0, time: time::broken_down(2000) };
        assert_eq!(c::set_alarm(rtc, &raw mut alarm), 0);
        assert_eq!(chip(dev).alarm, 2000);
        assert!(chip(dev).enabled);
        assert_eq!(c::alarm_irq_enable(rtc, 0), 0);
        assert!(!chip(dev).enabled);
        assert_eq!(c::read_alarm(rtc, &raw mut alarm), 0);
        assert_eq!((alarm.enabled, time::seconds(&alarm.time)), (0, Ok(2000)));
        alarm.time = time::broken_down(999);
        assert_eq!(c::set_alarm(rtc, &raw mut alarm), Errno::ETIME.to_c());
        assert_eq!(c::update_irq_enable(rtc, 1), Errno::EINVAL.to_c());
        release_managed(dev);
    }
}

#[test]
fn times_are_converted() {
    let mut tm = time::broken_down(951_827_696);
    // SAFETY: one variable of this function, for each call only.
    unsafe {
        assert_eq!(time::valid(&raw mut tm), 0);
        assert_eq!(time::to_time64(&raw mut tm), 951_827_696);
        tm.tm_mon = 13;
        assert_eq!(time::valid(&raw mut tm), Errno::EINVAL.to_c());
        let later = time::broken_down(time::to_time64(&raw mut tm));
        assert_eq!((later.tm_year, later.tm_mon, later.tm_mday), (101, 2, 1), "29 February of 2001 is 1 March");
        time::from_time64(-1, &raw mut tm);
        assert_eq!((tm.tm_year, tm.tm_hour), (69, 23));
        assert_eq!(time::valid(&raw mut tm), Errno::EINVAL.to_c(), "before 1970");
    }
}
