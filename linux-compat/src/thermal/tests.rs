// SPDX-License-Identifier: GPL-2.0-only
//! Thermal zones through the functions that C drivers call, with a sensor of the tests' own.

use super::{of, zone};
use crate::bindings::{self, thermal_trip, thermal_zone_device, thermal_zone_device_ops};
use crate::errno::Errno;
use crate::testing::{device_at, release_managed, zeroed};
use core::ffi::{CStr, c_int, c_void};
use core::ptr::null;

/// What a sensor of the tests measures, and was told.
#[derive(Default)]
struct Sensor {
    now: c_int,
    window: (c_int, c_int),
    mode: u32,
    hot: u32,
}

unsafe fn sensor<'a>(tz: *mut thermal_zone_device) -> &'a mut Sensor {
    // SAFETY: a zone of the tests.
    unsafe { &mut *zone::private(tz).cast() }
}

unsafe extern "C" fn get_temp(tz: *mut thermal_zone_device, temp: *mut c_int) -> c_int {
    // SAFETY: a zone of the tests.
    unsafe {
        if sensor(tz).now < 0 {
            return Errno::EAGAIN.to_c();
        }
        *temp = sensor(tz).now;
    }
    0
}

unsafe extern "C" fn set_trips(tz: *mut thermal_zone_device, low: c_int, high: c_int) -> c_int {
    // SAFETY: a zone of the tests.
    unsafe { sensor(tz).window = (low, high) };
    0
}

unsafe extern "C" fn change_mode(tz: *mut thermal_zone_device, mode: bindings::thermal_device_mode) -> c_int {
    // SAFETY: a zone of the tests.
    unsafe { sensor(tz).mode = mode };
    0
}

unsafe extern "C" fn hot(tz: *mut thermal_zone_device) {
    // SAFETY: a zone of the tests.
    unsafe { sensor(tz).hot += 1 };
}

fn table() -> thermal_zone_device_ops {
    thermal_zone_device_ops {
        get_temp: Some(get_temp),
        set_trips: Some(set_trips),
        change_mode: Some(change_mode),
        hot: Some(hot),
        ..zeroed()
    }
}

#[test]
fn a_zone_of_the_tree() {
    let dev = device_at("thermal-sensor", Some("/sensors"));
    let own = Box::into_raw(Box::new(Sensor { now: 40_000, ..Sensor::default() }));
    let ops = table();
    // SAFETY: devices, zones and sensors of the test.
    unsafe {
        assert_eq!(of::devm_register(dev, 3, own.cast(), &raw const ops), Errno::ENODEV.to_ptr(), "no such sensor");
        let tz = of::devm_register(dev, 1, own.cast(), &raw const ops);
        assert_eq!(CStr::from_ptr(zone::kind_of(tz)), c"cpu-thermal");
        assert_eq!((zone::slope(tz), zone::offset(tz)), (-2, 500));
        assert_eq!(((*own).mode, (*own).window), (bindings::THERMAL_DEVICE_ENABLED, (-c_int::MAX, 60_000)));
        let mut found = 0;
        assert_eq!((zone::critical_temperature(tz, &raw mut found), found), (0, 95_000));
        assert_eq!((zone::temperature(tz, &raw mut found), found), (0, 40_000));
        (*own).now = 85_000;
        zone::update(tz, bindings::THERMAL_EVENT_UNSPECIFIED);
        assert_eq!(((*own).hot, (*own).window), (1, (79_000, 95_000)));
        (*own).now = -1;
        assert_eq!(zone::temperature(tz, &raw mut found), Errno::EAGAIN.to_c());
        assert_eq!(zone::by_name(c"cpu-thermal".as_ptr()), tz);
        of::devm_unregister(dev, tz);
        assert_eq!(zone::by_name(c"cpu-thermal".as_ptr()), Errno::ENODEV.to_ptr());
        assert_eq!(of::devm_register(dev, 2, own.cast(), &raw const ops), Errno::EINVAL.to_ptr(), "a bad trip point");
        release_managed(dev);
        drop(Box::from_raw(own));
    }
}

#[test]
fn a_zone_with_trip_points_of_the_driver_s_own() {
    let own = Box::into_raw(Box::new(Sensor { now: 10_000, ..Sensor::default() }));
    let trips = [thermal_trip { temperature: 20_000, hysteresis: 1000, type_: bindings::THERMAL_TRIP_PASSIVE, ..zeroed() }];
    let (ops, none) = (table(), zeroed::<thermal_zone_device_ops>());
    unsafe extern "C" fn count(trip: *mut thermal_trip, data: *mut c_void) -> c_int {
        // SAFETY: what the test hands over.
        unsafe {
            *data.cast::<c_int>() += (*trip).temperature;
            7
        }
    }
    // SAFETY: zones and sensors of the test.
    unsafe {
        let tz = zone::with_trips(c"own-zone".as_ptr(), trips.as_ptr(), 1, own.cast(), &raw const ops, null(), 0, 0);
        assert_eq!((*own).mode, bindings::THERMAL_DEVICE_DISABLED, "until it is enabled");
        assert_eq!((zone::enable(tz), (*own).mode), (0, bindings::THERMAL_DEVICE_ENABLED));
        assert_eq!((*own).window, (-c_int::MAX, 20_000));
        let mut sum: c_int = 0;
        assert_eq!((zone::for_each(tz, Some(count), (&raw mut sum).cast()), sum), (7, 20_000));
        assert!(zone::id(tz) >= 0 && !zone::device_of(tz).is_null());
        assert_eq!(zone::disable(tz), 0);
        (*own).now = 30_000;
        zone::update(tz, bindings::THERMAL_EVENT_UNSPECIFIED);
        assert_eq!((*own).window, (-c_int::MAX, 20_000), "nobody looks");
        zone::unregister(tz);
        assert_eq!(zone::tripless(c"bad".as_ptr(), own.cast(), &raw const none, null()), Errno::EINVAL.to_ptr());
        let long = c"a-name-that-is-too-long".as_ptr();
        assert_eq!(zone::tripless(long, own.cast(), &raw const ops, null()), Errno::EINVAL.to_ptr());
        let tz = zone::tripless(c"plain".as_ptr(), own.cast(), &raw const ops, null());
        assert_eq!(zone::enable(tz), 0);
        zone::unregister(tz);
        drop(Box::from_raw(own));
    }
}
