// SPDX-License-Identifier: GPL-2.0-only
//! What consumers do with a regulator. `struct regulator` is a [`Handle`] on the heap.

use super::provider::rdev_of;
use crate::bindings::{device, regmap, regulator};
use crate::device as devices;
use crate::context::ledger::{self, Kind};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use kernel::error::Cause;
use kernel::regulator::{self as registry, Exclusive, Regulator};

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::found_by_tree"]
    fn regulator_get(dev: *mut device, id: *const c_char) -> *mut regulator = get_c;
    [sleeps, supported, "regulator::tests::found_by_tree"]
    fn regulator_get_optional(dev: *mut device, id: *const c_char) -> *mut regulator = get_optional_c;
    [sleeps, supported, "regulator::tests::found_by_tree"]
    fn regulator_get_exclusive(dev: *mut device, id: *const c_char) -> *mut regulator = get_exclusive_c;
    [sleeps, supported, "regulator::tests::found_by_tree"]
    fn regulator_put(regulator: *mut regulator) -> () = put;
    [sleeps, supported, "regulator::tests::switching"]
    fn regulator_enable(regulator: *mut regulator) -> c_int = enable;
    [sleeps, supported, "regulator::tests::switching"]
    fn regulator_disable(regulator: *mut regulator) -> c_int = disable;
    [sleeps, supported, "regulator::tests::switching"]
    fn regulator_force_disable(regulator: *mut regulator) -> c_int = force_disable;
    [sleeps, supported, "regulator::tests::switching"]
    fn regulator_is_enabled(regulator: *mut regulator) -> c_int = is_enabled;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_count_voltages(regulator: *mut regulator) -> c_int = count_voltages;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_list_voltage(regulator: *mut regulator, selector: c_uint) -> c_int = list_voltage;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_is_supported_voltage(regulator: *mut regulator, min_uv: c_int, max_uv: c_int) -> c_int = is_supported_voltage;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_set_voltage(regulator: *mut regulator, min_uv: c_int, max_uv: c_int) -> c_int = set_voltage;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_get_voltage(regulator: *mut regulator) -> c_int = get_voltage;
    [sleeps, supported, "regulator::tests::voltages"]
    fn regulator_sync_voltage(regulator: *mut regulator) -> c_int = sync_voltage;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_set_current_limit(regulator: *mut regulator, min_ua: c_int, max_ua: c_int) -> c_int = set_current_limit;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_get_current_limit(regulator: *mut regulator) -> c_int = get_current_limit;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_set_mode(regulator: *mut regulator, mode: c_uint) -> c_int = set_mode;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_get_mode(regulator: *mut regulator) -> c_uint = get_mode;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_set_load(regulator: *mut regulator, load_ua: c_int) -> c_int = set_load;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_allow_bypass(regulator: *mut regulator, allow: bool) -> c_int = allow_bypass;
    [sleeps, supported, "regulator::tests::currents_and_modes"]
    fn regulator_get_error_flags(regulator: *mut regulator, flags: *mut c_uint) -> c_int = get_error_flags;
    [any, supported, "regulator::tests::found_by_tree"]
    fn regulator_get_regmap(regulator: *mut regulator) -> *mut regmap = get_regmap;
    [any, supported, "regulator::tests::found_by_tree"]
    fn regulator_get_drvdata(regulator: *mut regulator) -> *mut c_void = get_drvdata;
    [any, supported, "regulator::tests::found_by_tree"]
    fn regulator_set_drvdata(regulator: *mut regulator, data: *mut c_void) -> () = set_drvdata;
}

/// What a `struct regulator *` points to. Its first field is what `include/drivers/regulator/internal.h` shows.
#[repr(C)]
pub(super) struct Handle {
    /// The same for all consumers of one regulator; not to be followed.
    rdev: *const c_void,
    pub regulator: Regulator,
    data: AtomicPtr<c_void>,
}

/// How a consumer wants its supply.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// A board that names none has one that is always on.
    Normal,
    /// A board may lack it.
    Optional,
    /// Nobody else may use it.
    Exclusive,
}

/// The handle behind a pointer of C.
///
/// # Errors
/// `EINVAL`: null, or an error.
///
/// # Safety
/// `raw` is null, an error, or of [`get`] and not freed as long as the result lives.
pub(super) unsafe fn handle<'a>(raw: *const regulator) -> Result<&'a Handle> {
    let raw = Errno::check_ptr(raw.cast_mut()).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the caller's promise.
    unsafe { raw.cast::<Handle>().as_ref() }.ok_or(Errno::EINVAL)
}

/// A device's supply: by `NAME-supply` of its node, else by the name of the regulator.
///
/// # Errors
/// `EPROBE_DEFER`: it has not registered; `ENODEV`: there is none; `EPERM`, `EBUSY`: others have it.
///
/// # Safety
/// `dev` is null or a device, `id` a C string.
pub(super) unsafe fn get(dev: *mut device, id: *const c_char, want: Want) -> Result<*mut regulator> {
    if id.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: the caller's promise.
    let (node, owner, id) = unsafe {
        let node = dev.as_ref().and_then(|d| Node::from_raw(d.of_node));
        (node, devices::name(dev), CStr::from_ptr(id))
    };
    let supply = format!("{}-supply", id.to_string_lossy());
    let found = match node.and_then(|n| n.property(supply.as_bytes())) {
        Some(supply) => Some(registry::by_phandle(supply.cells().next().unwrap_or(0))?),
        None => id.to_str().ok().and_then(|name| registry::by_name(name).ok()),
    };
    let user = format!("{}:{}", owner.to_string_lossy(), id.to_string_lossy());
    let regulator = match found {
        Some(found) if want == Want::Exclusive => Regulator::new(&found, &user, Exclusive::Yes)?,
        Some(found) => Regulator::new(&found, &user, Exclusive::No)?,
        None if want == Want::Normal => {
            log::warn!("{}: supply {} not found, taken to be always on", owner.to_string_lossy(), id.to_string_lossy());
            Regulator::new(&registry::dummy(), &user, Exclusive::No)?
        }
        None => return Err(Errno::ENODEV),
    };
    let rdev = Arc::as_ptr(regulator.node()).cast();
    let handle = Handle { rdev, regulator, data: AtomicPtr::new(ptr::null_mut()) };
    let raw = Box::into_raw(Box::new(handle));
    ledger::took(Kind::Regulator, raw.addr(), 0);
    Ok(raw.cast())
}

pub(super) unsafe fn get_c(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get(dev, id, Want::Normal) })
}

pub(crate) unsafe fn get_optional_c(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get(dev, id, Want::Optional) })
}

pub(super) unsafe fn get_exclusive_c(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get(dev, id, Want::Exclusive) })
}

pub(crate) unsafe fn put(raw: *mut regulator) {
    if let Ok(raw) = Errno::check_ptr(raw)
        && !raw.is_null()
    {
        ledger::gave(Kind::Regulator, raw.addr());
        // SAFETY: of `get`, as the caller says.
        drop(unsafe { Box::from_raw(raw.cast::<Handle>()) });
    }
}

/// Runs `f` with the regulator.
pub(super) unsafe fn with<T>(raw: *const regulator, f: impl FnOnce(&Regulator) -> registry::Result<T>) -> Result<T> {
    // SAFETY: as the caller says.
    let handle = unsafe { handle(raw) }?;
    f(&handle.regulator).map_err(Errno::from)
}

/// A number of C that may not be negative.
fn number(n: c_int) -> registry::Result<u32> {
    u32::try_from(n).map_err(|_| Cause::Invalid)
}

/// A result of C's.
fn int(result: Result<u32>) -> c_int {
    int_to_c(result.and_then(|n| c_int::try_from(n).map_err(|_| Errno::ERANGE)))
}

pub(crate) unsafe fn enable(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, Regulator::enable) })
}

pub(crate) unsafe fn disable(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, Regulator::disable) })
}

pub(super) unsafe fn force_disable(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, Regulator::force_disable) })
}

pub(super) unsafe fn is_enabled(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, Regulator::is_enabled) }.map(u32::from))
}

pub(crate) unsafe fn count_voltages(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    let count = unsafe { with(raw, |r| Ok(r.node().voltage_count())) };
    int(count.and_then(|n| if n == 0 { Err(Errno::EINVAL) } else { Ok(n) }))
}

pub(crate) unsafe fn list_voltage(raw: *mut regulator, selector: c_uint) -> c_int {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, |r| r.node().list_voltage(selector)) })
}

pub(crate) unsafe fn is_supported_voltage(raw: *mut regulator, min: c_int, max: c_int) -> c_int {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, |r| r.supports_voltage(number(min)?, number(max)?)) }.map(u32::from))
}

pub(crate) unsafe fn set_voltage(raw: *mut regulator, min: c_int, max: c_int) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, |r| r.set_voltage(number(min)?, number(max)?)) })
}

pub(crate) unsafe fn get_voltage(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, Regulator::voltage) })
}

pub(super) unsafe fn sync_voltage(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, Regulator::sync_voltage) })
}

pub(super) unsafe fn set_current_limit(raw: *mut regulator, min: c_int, max: c_int) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, |r| r.set_current_limit(number(min)?, number(max)?)) })
}

pub(super) unsafe fn get_current_limit(raw: *mut regulator) -> c_int {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, Regulator::current_limit) })
}

pub(super) unsafe fn set_mode(raw: *mut regulator, mode: c_uint) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, |r| r.set_mode(mode)) })
}

/// The mode, or a negative error in the type that Linux gave it.
pub(super) unsafe fn get_mode(raw: *mut regulator) -> c_uint {
    // SAFETY: as the caller says.
    int(unsafe { with(raw, Regulator::mode) }).cast_unsigned()
}

pub(super) unsafe fn set_load(raw: *mut regulator, load: c_int) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, |r| r.set_load(number(load)?)) })
}

pub(super) unsafe fn allow_bypass(raw: *mut regulator, allow: bool) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, |r| r.allow_bypass(allow)) })
}

pub(super) unsafe fn get_error_flags(raw: *mut regulator, flags: *mut c_uint) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(raw, Regulator::error_flags).map(|found| flags.write(found)) })
}

pub(super) unsafe fn get_regmap(raw: *mut regulator) -> *mut regmap {
    // SAFETY: as the caller says; a regulator of C lives while it is registered.
    let map = unsafe {
        handle(raw).and_then(|h| {
            rdev_of(h.regulator.node()).map(|rdev| (*rdev).regmap).filter(|m| !m.is_null()).ok_or(Errno::EOPNOTSUPP)
        })
    };
    ptr_to_c(map)
}

pub(super) unsafe fn get_drvdata(raw: *mut regulator) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { handle(raw) }.map_or(ptr::null_mut(), |h| h.data.load(Relaxed))
}

pub(super) unsafe fn set_drvdata(raw: *mut regulator, data: *mut c_void) {
    // SAFETY: as the caller says.
    if let Ok(handle) = unsafe { handle(raw) } {
        handle.data.store(data, Relaxed);
    }
}
