// SPDX-License-Identifier: GPL-2.0-only
//! A driver in C's way that counts.
#![allow(clippy::undocumented_unsafe_blocks, reason = "each test calls with objects of its own")]

use super::device as c;
use crate::bindings::{self, device, watchdog_device, watchdog_info, watchdog_ops};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint};
use core::ptr::null_mut;

#[derive(Default)]
struct Counts {
    starts: u32,
    stops: u32,
    pings: u32,
}

unsafe fn counts<'a>(wdd: *mut watchdog_device) -> &'a mut Counts {
    unsafe { &mut *(*wdd).driver_data.cast() }
}
unsafe extern "C" fn start(wdd: *mut watchdog_device) -> c_int {
    unsafe { counts(wdd).starts += 1 };
    0
}
unsafe extern "C" fn stop(wdd: *mut watchdog_device) -> c_int {
    unsafe { counts(wdd).stops += 1 };
    0
}
unsafe extern "C" fn ping(wdd: *mut watchdog_device) -> c_int {
    unsafe { counts(wdd).pings += 1 };
    0
}
unsafe extern "C" fn set_timeout(wdd: *mut watchdog_device, seconds: c_uint) -> c_int {
    unsafe { (*wdd).timeout = seconds.next_multiple_of(2) };
    0
}

fn dog() -> *mut watchdog_device {
    unsafe {
        let mut ops: watchdog_ops = core::mem::zeroed();
        ops.start = Some(start);
        ops.stop = Some(stop);
        ops.ping = Some(ping);
        ops.set_timeout = Some(set_timeout);
        let mut info: watchdog_info = core::mem::zeroed();
        info.options = bindings::WDIOF_SETTIMEOUT;
        info.identity[..4].copy_from_slice(b"fake");
        let mut wdd: watchdog_device = core::mem::zeroed();
        (wdd.min_timeout, wdd.max_timeout, wdd.timeout) = (1, 16, 16);
        wdd.ops = Box::leak(Box::new(ops));
        wdd.info = Box::leak(Box::new(info));
        wdd.driver_data = Box::into_raw(Box::new(Counts::default())).cast();
        Box::into_raw(Box::new(wdd))
    }
}

#[test]
fn a_driver_s_watchdog_is_registered_and_used() {
    let wdd = dog();
    let mut dev: Box<device> = unsafe { Box::new(core::mem::zeroed()) };
    unsafe {
        c::set_restart_priority(wdd, 128);
        assert_eq!(c::register_managed(&raw mut *dev, wdd), 0);
        let id = (*wdd).id as usize;
        let found = io::watchdog::list().into_iter().find(|d| d.id() == id).unwrap();
        assert_eq!(found.info().identity, "fake");
        found.start(false).unwrap();
        assert_eq!((*wdd).status & 1, 1, "active");
        found.ping().unwrap();
        assert_eq!(found.set_timeout(5), Ok(6));
        assert_eq!((*wdd).timeout, 6);
        found.stop().unwrap();
        assert_eq!(((*wdd).status & 1, counts(wdd).starts, counts(wdd).stops, counts(wdd).pings), (0, 1, 1, 1));
        crate::device::devres::release_all(&raw mut *dev);
        assert_eq!(found.ping(), Err(io::Fault::NoDevice));
        (*wdd).ops = core::ptr::null();
        assert_eq!(c::register(wdd), Errno::EINVAL.to_c());
        assert_eq!(c::register(null_mut()), Errno::EINVAL.to_c());
    }
}

#[test]
fn the_first_valid_time_out_is_taken() {
    let wdd = dog();
    unsafe {
        assert_eq!((c::init_timeout(wdd, 0, null_mut()), (*wdd).timeout), (0, 16));
        assert_eq!((c::init_timeout(wdd, 9, null_mut()), (*wdd).timeout), (0, 9));
        assert_eq!((c::init_timeout(wdd, 17, null_mut()), (*wdd).timeout), (Errno::EINVAL.to_c(), 9));
    }
}
