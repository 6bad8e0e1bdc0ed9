// SPDX-License-Identifier: GPL-2.0-only
//! Classes.

use super::bus::devices;
use super::core::{Visit, get};
use crate::bindings::{class, device};
use crate::errno::Errno;
use alloc::boxed::Box;
use alloc::ffi::CString;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

/// How C code picks a device.
type Judge = Option<unsafe extern "C" fn(*mut device, *const c_void) -> c_int>;

crate::exports! {
    family "device";
    [sleeps, supported, "device::tests::classes"]
    fn class_register(class: *const class) -> c_int = register;
    [sleeps, supported, "device::tests::classes"]
    fn class_unregister(class: *const class) -> () = unregister;
    [sleeps, supported, "device::tests::classes"]
    fn class_create(name: *const c_char) -> *mut class = create;
    [sleeps, supported, "device::tests::classes"]
    fn class_destroy(class: *const class) -> () = destroy;
    [sleeps, supported, "device::tests::classes"]
    fn class_for_each_device(class: *const class, start: *const device, data: *mut c_void, f: Visit) -> c_int = for_each;
    [sleeps, supported, "device::tests::classes"]
    fn class_find_device(class: *const class, start: *const device, data: *const c_void, f: Judge) -> *mut device = find;
}

/// A class is known by its address: there is nothing to keep.
pub(super) unsafe fn register(class: *const class) -> c_int {
    // SAFETY: null or the caller's class.
    match unsafe { class.as_ref() } {
        Some(class) if !class.name.is_null() => 0,
        _ => Errno::EINVAL.to_c(),
    }
}

/// Devices of it have been taken away by their owner.
pub(super) fn unregister(_class: *const class) {}

pub(super) unsafe fn create(name: *const c_char) -> *mut class {
    // SAFETY: all fields may be zero; the caller's name.
    unsafe {
        let mut made: Box<class> = Box::new(core::mem::zeroed());
        made.name = CString::from(CStr::from_ptr(name)).into_raw();
        Box::into_raw(made)
    }
}

pub(super) unsafe fn destroy(class: *const class) {
    if Errno::check_ptr(class.cast_mut()).is_ok_and(|c| !c.is_null()) {
        // SAFETY: made by `create`; the caller gives it up.
        unsafe {
            let class = Box::from_raw(class.cast_mut());
            drop(CString::from_raw(class.name.cast_mut()));
        }
    }
}

/// The first device of the class behind `start` for which `f` answers other than 0, and the answer.
pub(super) fn first(
    class: *const class,
    start: *const device,
    mut f: impl FnMut(*mut device) -> c_int,
) -> (c_int, *mut device) {
    let (mut answer, mut started) = ((0, ptr::null_mut()), start.is_null());
    devices(|dev| {
        // SAFETY: a device with a reference; the one that is found gets another.
        unsafe {
            if started && answer.0 == 0 && ptr::eq((*dev).class, class) {
                answer = (f(dev), dev);
                if answer.0 != 0 {
                    get(dev);
                }
            }
        }
        started |= ptr::eq(start, dev);
    });
    answer
}

pub(super) unsafe fn for_each(class: *const class, start: *const device, data: *mut c_void, f: Visit) -> c_int {
    // SAFETY: the caller's function; a device with a reference, which is given back.
    unsafe {
        let (result, found) = first(class, start, |dev| f.map_or(0, |f| f(dev, data)));
        if result != 0 {
            super::core::put(found);
        }
        result
    }
}

pub(super) unsafe fn find(class: *const class, start: *const device, data: *const c_void, f: Judge) -> *mut device {
    // SAFETY: the caller's function.
    let (result, found) = first(class, start, |dev| f.map_or(0, |f| unsafe { f(dev, data) }));
    if result != 0 { found } else { ptr::null_mut() }
}
