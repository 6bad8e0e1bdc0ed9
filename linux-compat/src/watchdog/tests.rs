// SPDX-License-Identifier: GPL-2.0-only
//! A driver in C's way that counts.

use super::device as c;
use crate::bindings::{self, device, watchdog_device, watchdog_info, watchdog_ops};
use crate::errno::Errno;
use crate::testing::{release_managed, zeroed};
use core::ffi::{c_int, c_uint};
use core::ptr::null_mut;

#[derive(Default)]
struct Counts {
    starts: u32,
    stops: u32,
    pings: u32,
}

/// What a watchdog of `dog` counts.
///
/// # Safety
/// `wdd` must be one, and no other reference to its counts in use.
unsafe fn counts<'a>(wdd: *mut watchdog_device) -> &'a mut Counts {
    // SAFETY: as the caller promises; watchdogs and their counts are never freed.
    unsafe { &mut *(*wdd).driver_data.cast() }
}

/// Functions of a driver that count their calls.
macro_rules! counting {
    ($(fn $name:ident = $field:ident;)*) => {$(
        unsafe extern "C" fn $name(wdd: *mut watchdog_device) -> c_int {
            // SAFETY: the core calls it for a watchdog of `dog`, one call at a time.
            unsafe { counts(wdd) }.$field += 1;
            0
        }
    )*};
}

counting! {
    fn start = starts;
    fn stop = stops;
    fn ping = pings;
}

unsafe extern "C" fn set_timeout(wdd: *mut watchdog_device, seconds: c_uint) -> c_int {
    // SAFETY: the core calls it for a watchdog of `dog`, whose field the driver sets.
    unsafe { (*wdd).timeout = seconds.next_multiple_of(2) };
    0
}

fn dog() -> *mut watchdog_device {
    let mut ops: watchdog_ops = zeroed();
    ops.start = Some(start);
    ops.stop = Some(stop);
    ops.ping = Some(ping);
    ops.set_timeout = Some(set_timeout);
    let mut info: watchdog_info = zeroed();
    info.options = bindings::WDIOF_SETTIMEOUT;
    info.identity[..4].copy_from_slice(b"fake");
    let mut wdd: watchdog_device = zeroed();
    (wdd.min_timeout, wdd.max_timeout, wdd.timeout) = (1, 16, 16);
    wdd.ops = Box::leak(Box::new(ops));
    wdd.info = Box::leak(Box::new(info));
    wdd.driver_data = Box::into_raw(Box::new(Counts::default())).cast();
    Box::into_raw(Box::new(wdd))
}

#[test]
fn a_driver_s_watchdog_is_registered_and_used() {
    let wdd = dog();
    let mut dev: Box<device> = Box::new(zeroed());
    // SAFETY: the watchdog is never freed, and the device gives it back within; this thread looks between calls only.
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
        release_managed(&raw mut *dev);
        assert_eq!(found.ping(), Err(io::Fault::NoDevice));
        (*wdd).ops = core::ptr::null();
        assert_eq!(c::register(wdd), Errno::EINVAL.to_c());
        assert_eq!(c::register(null_mut()), Errno::EINVAL.to_c());
    }
}

#[test]
fn the_first_valid_time_out_is_taken() {
    let wdd = dog();
    // SAFETY: a watchdog that is never freed; no device is what Linux allows, too.
    unsafe {
        assert_eq!((c::init_timeout(wdd, 0, null_mut()), (*wdd).timeout), (0, 16));
        assert_eq!((c::init_timeout(wdd, 9, null_mut()), (*wdd).timeout), (0, 9));
        assert_eq!((c::init_timeout(wdd, 17, null_mut()), (*wdd).timeout), (Errno::EINVAL.to_c(), 9));
    }
}
