// SPDX-License-Identifier: GPL-2.0-only
//! Which SoC this is, as a driver for it has found out, and as others ask.

use crate::bindings::{device, soc_device, soc_device_attribute};
use crate::device as devices;
use crate::errno::{Errno, Result, ptr_to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};
use core::ptr::{null, with_exposed_provenance_mut};
use kernel::sync::SpinLock;

crate::exports! {
    family "firmware";
    [sleeps, supported, "firmware::tests::the_soc_is_known"]
    fn soc_device_register(attr: *mut soc_device_attribute) -> *mut soc_device = register_c;
    [sleeps, supported, "firmware::tests::the_soc_is_known"]
    fn soc_device_unregister(soc: *mut soc_device) -> () = unregister;
    [any, supported, "firmware::tests::the_soc_is_known"]
    fn soc_device_to_device(soc: *mut soc_device) -> *mut device = to_device;
    [any, supported, "firmware::tests::the_soc_is_known"]
    fn soc_device_match(matches: *const soc_device_attribute) -> *const soc_device_attribute = find;
}

/// What is behind a `struct soc_device`.
#[repr(C)]
struct Soc {
    dev: device,
    attributes: *mut soc_device_attribute,
    number: u32,
}

/// Those that are registered, by address.
static KNOWN: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut device) {
    // SAFETY: the device is the first field; of `register`, and nobody has it any more.
    drop(unsafe { Box::from_raw(dev.cast::<Soc>()) });
}

unsafe fn register(attributes: *mut soc_device_attribute) -> Result<*mut soc_device> {
    if attributes.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: a device of C, for which zero is the beginning.
    unsafe {
        let soc = Box::into_raw(Box::new(Soc { dev: core::mem::zeroed(), attributes, number: 0 }));
        let own = &raw mut (*soc).dev;
        {
            let mut known = KNOWN.lock();
            let taken = |number: u32| known.iter().any(|at| (*with_exposed_provenance_mut::<Soc>(*at)).number == number);
            (*soc).number = (0..).find(|number| !taken(*number)).unwrap_or(u32::MAX);
            known.push(soc.expose_provenance());
        }
        (*own).release = Some(release);
        devices::initialize(own);
        let name = CString::new(format!("soc{}", (*soc).number)).map_err(|_| Errno::EINVAL)?;
        devices::set_name(own, name);
        if let Err(error) = devices::register(own) {
            KNOWN.lock().retain(|at| *at != soc.addr());
            devices::put(own);
            return Err(error);
        }
        Ok(soc.cast())
    }
}

pub(super) unsafe fn register_c(attributes: *mut soc_device_attribute) -> *mut soc_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { register(attributes) })
}

pub(super) unsafe fn unregister(soc: *mut soc_device) {
    KNOWN.lock().retain(|at| *at != soc.addr());
    // SAFETY: the caller's; the device is the first field.
    unsafe { devices::unregister(soc.cast()) };
}

pub(super) unsafe fn to_device(soc: *mut soc_device) -> *mut device {
    soc.cast()
}

/// Whether a text is what a pattern with `*` and `?` says.
pub(super) fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((b'*', more)), rest) => fits(more, text) || rest.is_some_and(|(_, rest)| fits(pattern, rest)),
        (Some((b'?', more)), Some((_, rest))) => fits(more, rest),
        (Some((letter, more)), Some((first, rest))) => letter == first && fits(more, rest),
        (Some(_), None) => false,
    }
}

/// Whether an attribute is as wished; a wish that is not there is none.
unsafe fn is(wish: *const c_char, value: *const c_char) -> bool {
    // SAFETY: C strings of drivers, or null.
    unsafe {
        wish.is_null() || !value.is_null() && fits(CStr::from_ptr(wish).to_bytes(), CStr::from_ptr(value).to_bytes())
    }
}

pub(super) unsafe fn find(matches: *const soc_device_attribute) -> *const soc_device_attribute {
    if matches.is_null() {
        return null();
    }
    // SAFETY: the caller's table, which ends with an entry without wishes; those that are registered are there.
    unsafe {
        let known = KNOWN.lock();
        let mut at = matches;
        loop {
            let wish = &*at;
            if [wish.machine, wish.family, wish.revision, wish.soc_id].iter().all(|wish| wish.is_null()) {
                return null();
            }
            let found = known.iter().any(|address| {
                let has = &*(*with_exposed_provenance_mut::<Soc>(*address)).attributes;
                is(wish.machine, has.machine)
                    && is(wish.family, has.family)
                    && is(wish.revision, has.revision)
                    && is(wish.soc_id, has.soc_id)
            });
            if found {
                return at;
            }
            at = at.add(1);
        }
    }
}
