// SPDX-License-Identifier: GPL-2.0-only
//! Zones that drivers make with trip points of their own, and what is asked of any zone.

use crate::bindings::{
    self, device, thermal_notify_event, thermal_trip, thermal_zone_device, thermal_zone_device_ops, thermal_zone_params,
};
use crate::device as devices;
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use kernel::error::Cause;
use kernel::sync::SpinLock;
use kernel::thermal::{self, Info, Trip, TripKind, Zone, ZoneOps};

type Visit = Option<unsafe extern "C" fn(*mut thermal_trip, *mut c_void) -> c_int>;

crate::exports! {
    family "thermal";
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_register_with_trips(kind: *const c_char, trips: *const thermal_trip, num_trips: c_int, devdata: *mut c_void, ops: *const thermal_zone_device_ops, tzp: *const thermal_zone_params, passive_delay: c_uint, polling_delay: c_uint) -> *mut thermal_zone_device = with_trips;
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_tripless_zone_device_register(kind: *const c_char, devdata: *mut c_void, ops: *const thermal_zone_device_ops, tzp: *const thermal_zone_params) -> *mut thermal_zone_device = tripless;
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_unregister(tz: *mut thermal_zone_device) -> () = unregister;
    [any, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_priv(tzd: *mut thermal_zone_device) -> *mut c_void = private;
    [any, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_type(tzd: *mut thermal_zone_device) -> *const c_char = kind_of;
    [any, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_id(tzd: *mut thermal_zone_device) -> c_int = id;
    [any, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device(tzd: *mut thermal_zone_device) -> *mut device = device_of;
    [sleeps, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_get_zone_by_name(name: *const c_char) -> *mut thermal_zone_device = by_name;
    [sleeps, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_device_update(tz: *mut thermal_zone_device, event: thermal_notify_event) -> () = update;
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_enable(tz: *mut thermal_zone_device) -> c_int = enable;
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_device_disable(tz: *mut thermal_zone_device) -> c_int = disable;
    [sleeps, supported, "none"]
    fn thermal_zone_device_critical(tz: *mut thermal_zone_device) -> () = critical;
    [sleeps, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_get_temp(tz: *mut thermal_zone_device, temp: *mut c_int) -> c_int = temperature;
    [any, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_get_crit_temp(tz: *mut thermal_zone_device, temp: *mut c_int) -> c_int = critical_temperature;
    [any, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_get_slope(tz: *mut thermal_zone_device) -> c_int = slope;
    [any, supported, "thermal::tests::a_zone_of_the_tree"]
    fn thermal_zone_get_offset(tz: *mut thermal_zone_device) -> c_int = offset;
    [any, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn for_each_thermal_trip(tz: *mut thermal_zone_device, cb: Visit, data: *mut c_void) -> c_int = for_each;
    [sleeps, supported, "thermal::tests::a_zone_with_trip_points_of_the_driver_s_own"]
    fn thermal_zone_for_each_trip(tz: *mut thermal_zone_device, cb: Visit, data: *mut c_void) -> c_int = for_each;
}

/// What a zone is made of.
pub(super) struct Made<'a> {
    pub name: &'a CStr,
    pub trips: Vec<thermal_trip>,
    pub ops: thermal_zone_device_ops,
    pub data: *mut c_void,
    pub slope: i32,
    pub offset: i32,
    pub passive_ms: u32,
    pub polling_ms: u32,
    /// At a critical trip point the machine starts again, instead of being switched off.
    pub reboot: bool,
}

/// What is behind a `struct thermal_zone_device`.
#[repr(C)]
struct Core {
    dev: device,
    zone: Option<Arc<Zone>>,
    name: CString,
    trips: Vec<thermal_trip>,
    ops: thermal_zone_device_ops,
    data: *mut c_void,
    slope: i32,
    offset: i32,
    reboot: bool,
}

/// A driver's sensor.
struct Driver(*mut Core);

// SAFETY: the pointer is handed to the driver's functions only.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

/// The zones that are registered, by address.
static ZONES: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

fn checked(code: c_int) -> thermal::Result<()> {
    if code < 0 { Err(Cause::Driver(code.wrapping_neg())) } else { Ok(()) }
}

impl Driver {
    fn ops(&self) -> (&thermal_zone_device_ops, *mut thermal_zone_device) {
        // SAFETY: a zone stays until the registry has forgotten it.
        (unsafe { &(*self.0).ops }, self.0.cast())
    }
}

impl ZoneOps for Driver {
    fn temperature(&self) -> thermal::Result<i32> {
        let (ops, zone) = self.ops();
        let mut found = 0;
        let get = ops.get_temp.ok_or(Cause::Unsupported)?;
        // SAFETY: the driver's function with its zone, and a number to be written.
        checked(unsafe { get(zone, &raw mut found) }).map(|()| found)
    }

    fn watch(&self, low: i32, high: i32) -> thermal::Result<()> {
        let (ops, zone) = self.ops();
        let set = ops.set_trips.ok_or(Cause::Unsupported)?;
        // SAFETY: the driver's function with its zone.
        checked(unsafe { set(zone, low, high) })
    }

    fn enable(&self, on: bool) -> thermal::Result<()> {
        let (ops, zone) = self.ops();
        let mode = if on { bindings::THERMAL_DEVICE_ENABLED } else { bindings::THERMAL_DEVICE_DISABLED };
        // SAFETY: the driver's function with its zone.
        ops.change_mode.map_or(Ok(()), |change| checked(unsafe { change(zone, mode) }))
    }

    fn hot(&self) {
        let (ops, zone) = self.ops();
        if let Some(hot) = ops.hot {
            // SAFETY: the driver's function with its zone.
            unsafe { hot(zone) };
        }
    }

    fn critical(&self) -> bool {
        let (ops, zone) = self.ops();
        match ops.critical {
            // SAFETY: the driver's function with its zone.
            Some(critical) => unsafe { critical(zone) },
            // SAFETY: as in `ops`.
            None if unsafe { (*self.0).reboot } => {
                log::error!("too hot: the machine starts again");
                let error = kernel::power::reset();
                log::error!("it does not: {error:?}");
            }
            None => return false,
        }
        true
    }
}

/// What is behind a zone; `None` for none and for errors.
unsafe fn core<'a>(tz: *mut thermal_zone_device) -> Option<&'a Core> {
    let tz = Errno::check_ptr(tz).ok()?;
    // SAFETY: the caller's zone, one of `make`.
    unsafe { tz.cast::<Core>().as_ref() }
}

unsafe fn zone<'a>(tz: *mut thermal_zone_device) -> Result<&'a Arc<Zone>> {
    // SAFETY: as the caller says.
    unsafe { core(tz) }.and_then(|core| core.zone.as_ref()).ok_or(Errno::EINVAL)
}

fn trip(trip: &thermal_trip) -> Trip {
    let kind = match trip.type_ {
        bindings::THERMAL_TRIP_PASSIVE => TripKind::Passive,
        bindings::THERMAL_TRIP_HOT => TripKind::Hot,
        bindings::THERMAL_TRIP_CRITICAL => TripKind::Critical,
        _ => TripKind::Active,
    };
    Trip { kind, temperature: trip.temperature, hysteresis: trip.hysteresis }
}

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut device) {
    // SAFETY: the device is the first field; of `make`, and nobody has it any more.
    drop(unsafe { Box::from_raw(dev.cast::<Core>()) });
}

/// Makes a zone. It is not looked at before it is enabled.
///
/// # Safety
/// The functions are a driver's that stays until the zone is unregistered; `parent` is null or a device.
pub(super) unsafe fn make(parent: *mut device, made: Made<'_>) -> Result<*mut thermal_zone_device> {
    if made.name.is_empty() || made.name.count_bytes() >= bindings::THERMAL_NAME_LENGTH as usize {
        return Err(Errno::EINVAL);
    }
    if made.ops.get_temp.is_none() {
        return Err(Errno::EINVAL);
    }
    let info = Info {
        name: made.name.to_string_lossy().into(),
        trips: made.trips.iter().map(trip).collect(),
        polling_ms: made.polling_ms,
        passive_ms: made.passive_ms,
    };
    // SAFETY: a device of C, for which zero is the beginning.
    unsafe {
        let core = Box::into_raw(Box::new(Core {
            dev: core::mem::zeroed(),
            zone: None,
            name: made.name.into(),
            trips: made.trips,
            ops: made.ops,
            data: made.data,
            slope: made.slope,
            offset: made.offset,
            reboot: made.reboot,
        }));
        let zone = thermal::register(info, Box::new(Driver(core)));
        let own = &raw mut (*core).dev;
        (*own).parent = parent;
        (*own).release = Some(release);
        devices::initialize(own);
        let name = CString::new(format!("thermal_zone{}", zone.id())).map_err(|_| Errno::EINVAL)?;
        devices::set_name(own, name);
        if let Err(error) = devices::register(own) {
            thermal::unregister(&zone);
            (*own).parent = null_mut();
            devices::put(own);
            return Err(error);
        }
        (*core).zone = Some(zone);
        ZONES.lock().push(core.expose_provenance());
        Ok(core.cast())
    }
}

/// The straight line of a sensor whose parameters say nothing else.
unsafe fn line(params: *const thermal_zone_params) -> (i32, i32) {
    // SAFETY: the caller's parameters, if there are any.
    unsafe { params.as_ref() }.map_or((1, 0), |params| (params.slope, params.offset))
}

#[allow(clippy::too_many_arguments, reason = "as Linux has them")]
pub(super) unsafe fn with_trips(
    kind: *const c_char,
    trips: *const thermal_trip,
    num_trips: c_int,
    data: *mut c_void,
    ops: *const thermal_zone_device_ops,
    params: *const thermal_zone_params,
    passive_ms: c_uint,
    polling_ms: c_uint,
) -> *mut thermal_zone_device {
    let count = usize::try_from(num_trips).ok().filter(|count| *count == 0 || !trips.is_null());
    let (Some(count), false, false) = (count, kind.is_null(), ops.is_null()) else { return Errno::EINVAL.to_ptr() };
    if polling_ms > 0 && passive_ms > polling_ms {
        return Errno::EINVAL.to_ptr();
    }
    // SAFETY: the caller's name, trip points, functions and parameters.
    ptr_to_c(unsafe {
        let trips = if count == 0 { &[][..] } else { core::slice::from_raw_parts(trips, count) };
        let (slope, offset) = line(params);
        let name = CStr::from_ptr(kind);
        let trips = trips.to_vec();
        make(null_mut(), Made { name, trips, ops: *ops, data, slope, offset, passive_ms, polling_ms, reboot: false })
    })
}

pub(super) unsafe fn tripless(
    kind: *const c_char,
    data: *mut c_void,
    ops: *const thermal_zone_device_ops,
    params: *const thermal_zone_params,
) -> *mut thermal_zone_device {
    // SAFETY: as the caller says.
    unsafe { with_trips(kind, core::ptr::null(), 0, data, ops, params, 0, 0) }
}

pub(super) unsafe fn unregister(tz: *mut thermal_zone_device) {
    // SAFETY: the caller's zone.
    unsafe {
        let Some(core) = core(tz) else { return };
        ZONES.lock().retain(|address| *address != tz.addr());
        if let Some(zone) = &core.zone {
            thermal::unregister(zone);
        }
        devices::unregister((&raw mut (*tz.cast::<Core>()).dev).cast());
    }
}

pub(super) unsafe fn private(tz: *mut thermal_zone_device) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { core(tz) }.map_or(null_mut(), |core| core.data)
}

pub(super) unsafe fn kind_of(tz: *mut thermal_zone_device) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe { core(tz) }.map_or(core::ptr::null(), |core| core.name.as_ptr())
}

pub(super) unsafe fn id(tz: *mut thermal_zone_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { zone(tz) }.map_or(Errno::EINVAL.to_c(), |zone| zone.id() as c_int)
}

pub(super) unsafe fn device_of(tz: *mut thermal_zone_device) -> *mut device {
    // The device is the first field.
    tz.cast()
}

pub(super) unsafe fn by_name(name: *const c_char) -> *mut thermal_zone_device {
    if name.is_null() {
        return Errno::EINVAL.to_ptr();
    }
    // SAFETY: the caller's C string.
    let name = unsafe { CStr::from_ptr(name) };
    let zones = ZONES.lock();
    let all = zones.iter().map(|address| with_exposed_provenance_mut::<Core>(*address));
    // SAFETY: a zone stays while it is in the list.
    let mut found = all.filter(|core| unsafe { (**core).name.as_c_str() == name });
    match (found.next(), found.next()) {
        (Some(core), None) => core.cast(),
        (Some(_), Some(_)) => Errno::EEXIST.to_ptr(),
        _ => Errno::ENODEV.to_ptr(),
    }
}

pub(super) unsafe fn update(tz: *mut thermal_zone_device, _event: thermal_notify_event) {
    // SAFETY: as the caller says.
    if let Ok(zone) = unsafe { zone(tz) } {
        zone.update();
    }
}

unsafe fn set_enabled(tz: *mut thermal_zone_device, on: bool) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { zone(tz) }.and_then(|zone| zone.enable(on).map_err(Errno::from)))
}

pub(super) unsafe fn enable(tz: *mut thermal_zone_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { set_enabled(tz, true) }
}

pub(super) unsafe fn disable(tz: *mut thermal_zone_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { set_enabled(tz, false) }
}

/// Switches the machine off.
unsafe fn critical(_tz: *mut thermal_zone_device) {
    log::error!("too hot: the machine is switched off");
    let error = kernel::power::poweroff();
    log::error!("it could not be: {error:?}");
}

pub(super) unsafe fn temperature(tz: *mut thermal_zone_device, temp: *mut c_int) -> c_int {
    // SAFETY: as the caller says; the caller's variable.
    to_c(unsafe { zone(tz).and_then(|zone| zone.temperature().map_err(Errno::from)).map(|found| temp.write(found)) })
}

pub(super) unsafe fn critical_temperature(tz: *mut thermal_zone_device, temp: *mut c_int) -> c_int {
    // SAFETY: as the caller says; the caller's variable.
    unsafe {
        let Some(core) = core(tz) else { return Errno::EINVAL.to_c() };
        if let Some(get) = core.ops.get_crit_temp {
            return get(tz, temp);
        }
        match core.trips.iter().find(|trip| trip.type_ == bindings::THERMAL_TRIP_CRITICAL) {
            Some(trip) => temp.write(trip.temperature),
            None => return Errno::EINVAL.to_c(),
        }
    }
    0
}

pub(super) unsafe fn slope(tz: *mut thermal_zone_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { core(tz) }.map_or(1, |core| core.slope)
}

pub(super) unsafe fn offset(tz: *mut thermal_zone_device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { core(tz) }.map_or(0, |core| core.offset)
}

pub(super) unsafe fn for_each(tz: *mut thermal_zone_device, cb: Visit, data: *mut c_void) -> c_int {
    // SAFETY: as the caller says; trip points stay where they are as long as the zone does.
    unsafe {
        let (Some(found), Some(visit)) = (core(tz), cb) else { return Errno::EINVAL.to_c() };
        for trip in &found.trips {
            let result = visit(core::ptr::from_ref(trip).cast_mut(), data);
            if result != 0 {
                return result;
            }
        }
    }
    0
}
