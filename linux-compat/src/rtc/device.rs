// SPDX-License-Identifier: GPL-2.0-only
//! `struct rtc_device`: allocated for a driver, which fills in its operations and range, then registered.

use crate::context::Guarded;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::ptr::{from_ref, null_mut, with_exposed_provenance_mut};

use io::Fault;
use io::rtc::{self, Alarm, Clock, Info, Range, Rtc};

use super::time::{broken_down, seconds};
use crate::bindings::{self, device, nvmem_config, rtc_class_ops, rtc_device, rtc_time, rtc_wkalrm};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::Node;

crate::exports! {
    family "rtc";
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn devm_rtc_allocate_device(dev: *mut device) -> *mut rtc_device = allocate;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn __devm_rtc_register_device(owner: *mut bindings::module, rtc: *mut rtc_device) -> c_int = register;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn devm_rtc_device_register(dev: *mut device, name: *const c_char, ops: *const rtc_class_ops, owner: *mut bindings::module) -> *mut rtc_device = allocate_and_register;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn rtc_read_time(rtc: *mut rtc_device, tm: *mut rtc_time) -> c_int = read_time;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn rtc_set_time(rtc: *mut rtc_device, tm: *mut rtc_time) -> c_int = set_time;
    [sleeps, supported, "rtc::tests::alarms_reach_the_driver"]
    fn rtc_read_alarm(rtc: *mut rtc_device, alarm: *mut rtc_wkalrm) -> c_int = read_alarm;
    [sleeps, supported, "rtc::tests::alarms_reach_the_driver"]
    fn rtc_set_alarm(rtc: *mut rtc_device, alarm: *mut rtc_wkalrm) -> c_int = set_alarm;
    [sleeps, supported, "rtc::tests::alarms_reach_the_driver"]
    fn rtc_alarm_irq_enable(rtc: *mut rtc_device, enabled: c_uint) -> c_int = alarm_irq_enable;
    [sleeps, refused, "rtc::tests::alarms_reach_the_driver"]
    fn rtc_update_irq_enable(rtc: *mut rtc_device, enabled: c_uint) -> c_int = update_irq_enable;
    [any, partial, "peripherals_an_alarm_of_the_pl031_comes"]
    fn rtc_update_irq(rtc: *mut rtc_device, num: c_ulong, events: c_ulong) -> () = update_irq;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn rtc_class_open(name: *const c_char) -> *mut rtc_device = open;
    [sleeps, supported, "rtc::tests::a_driver_s_clock_is_registered_and_used"]
    fn rtc_class_close(rtc: *mut rtc_device) -> () = close;
    [sleeps, supported, "peripherals_the_h5_keeps_time_in_a_chip_on_its_i2c_bus"]
    fn devm_rtc_nvmem_register(rtc: *mut rtc_device, config: *mut nvmem_config) -> c_int = register_nvmem;
}

/// What `rtc_device.core` points to.
struct Core {
    rtc: Arc<Rtc>,
}

/// A driver's clock.
struct Driver {
    rtc: *mut rtc_device,
}

// SAFETY: the operations are called by one thread at a time, under the registry's lock.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

/// The result of a driver's operation.
fn checked(code: c_int) -> Result<(), Fault> {
    Errno::check(code).map(|_| ()).map_err(Fault::from)
}

impl Driver {
    /// The operations and the device that they are called with.
    fn ops(&self) -> Result<(&rtc_class_ops, *mut device), Fault> {
        // SAFETY: the device stays while it is registered; a driver sets `ops` before.
        unsafe {
            let rtc = &*self.rtc;
            rtc.ops.as_ref().map(|ops| (ops, rtc.dev.parent)).ok_or(Fault::NoDevice)
        }
    }
}

impl Clock for Driver {
    fn read(&self) -> Result<i64, Fault> {
        let (ops, dev) = self.ops()?;
        let read = ops.read_time.ok_or(Fault::Invalid)?;
        let mut tm = broken_down(0);
        // SAFETY: the driver's operation with its device.
        checked(unsafe { read.guarded(dev, (dev, &raw mut tm)) })?;
        seconds(&tm).map_err(Fault::from)
    }

    fn set(&self, at: i64) -> Result<(), Fault> {
        let (ops, dev) = self.ops()?;
        let set = ops.set_time.ok_or(Fault::NotSupported)?;
        let mut tm = broken_down(at);
        // SAFETY: the driver's operation with its device.
        checked(unsafe { set.guarded(dev, (dev, &raw mut tm)) })
    }

    fn alarm(&self) -> Result<Alarm, Fault> {
        let (ops, dev) = self.ops()?;
        let read = ops.read_alarm.ok_or(Fault::NotSupported)?;
        let mut alarm = rtc_wkalrm { enabled: 0, pending: 0, time: broken_down(0) };
        // SAFETY: the driver's operation with its device.
        checked(unsafe { read.guarded(dev, (dev, &raw mut alarm)) })?;
        let at = seconds(&alarm.time).or_else(|error| self.fill(&alarm.time).ok_or(error))?;
        Ok(Alarm { at, enabled: alarm.enabled != 0, pending: alarm.pending != 0 })
    }

    fn set_alarm(&self, alarm: Alarm) -> Result<(), Fault> {
        let (ops, dev) = self.ops()?;
        let set = ops.set_alarm.ok_or(Fault::NotSupported)?;
        let mut alarm = rtc_wkalrm { enabled: alarm.enabled.into(), pending: 0, time: broken_down(alarm.at) };
        // SAFETY: the driver's operation with its device.
        checked(unsafe { set.guarded(dev, (dev, &raw mut alarm)) })
    }

    fn enable_alarm(&self, on: bool) -> Result<(), Fault> {
        let (ops, dev) = self.ops()?;
        let enable = ops.alarm_irq_enable.ok_or(Fault::NotSupported)?;
        // SAFETY: the driver's operation with its device.
        checked(unsafe { enable.guarded(dev, (dev, on.into())) })
    }
}

impl Driver {
    /// Devices keep parts of an alarm's date only, and say -1 for the rest: the next moment that fits is meant.
    fn fill(&self, tm: &rtc_time) -> Option<i64> {
        let now = self.read().ok()?;
        let mut full = broken_down(now);
        for (to, from) in [
            (&mut full.tm_sec, tm.tm_sec),
            (&mut full.tm_min, tm.tm_min),
            (&mut full.tm_hour, tm.tm_hour),
            (&mut full.tm_mday, tm.tm_mday),
            (&mut full.tm_mon, tm.tm_mon),
        ] {
            if from >= 0 {
                *to = from;
            }
        }
        // The parts that are missing count on until it fits.
        (0..=366).filter_map(|days| {
            let day = broken_down(now + days * 86_400);
            if tm.tm_mday < 0 {
                full.tm_mday = day.tm_mday;
            }
            if tm.tm_mon < 0 {
                full.tm_mon = day.tm_mon;
            }
            full.tm_year = day.tm_year;
            seconds(&full).ok()
        })
        .find(|at| *at > now)
    }
}

pub(super) unsafe fn allocate(dev: *mut device) -> *mut rtc_device {
    // SAFETY: a structure of C, for which zero is the beginning.
    let rtc = Box::into_raw(Box::new(unsafe { core::mem::zeroed::<rtc_device>() }));
    // SAFETY: made above; the C caller's device.
    unsafe {
        (*rtc).dev.parent = dev;
        (*rtc).id = -1;
        (*rtc).set_offset_nsec = 1_010_000_000;
        // All else of a mutex that nobody holds is zero.
        let waiters = &raw mut (*rtc).ops_lock.wait.head;
        ((*waiters).next, (*waiters).prev) = (waiters, waiters);
        feature(rtc, bindings::RTC_FEATURE_ALARM, true);
        feature(rtc, bindings::RTC_FEATURE_UPDATE_INTERRUPT, true);
        let address = rtc.expose_provenance();
        let made = devres::add(dev, Key("rtc_device", address), move || free(address));
        ptr_to_c(made.map(|()| rtc))
    }
}

/// The driver lets go of its device: after the clock was unregistered, since that was added later.
fn free(address: usize) {
    // SAFETY: of `allocate`; nobody else frees it.
    drop(unsafe { Box::from_raw(with_exposed_provenance_mut::<rtc_device>(address)) });
}

/// Whether a driver says that its clock has a feature.
unsafe fn has(rtc: *const rtc_device, feature: u32) -> bool {
    // SAFETY: a clock of `allocate`.
    unsafe { (*rtc).features.first() }.is_some_and(|word| word & (1 << feature) != 0)
}

unsafe fn feature(rtc: *mut rtc_device, feature: u32, on: bool) {
    // SAFETY: a clock of `allocate`.
    if let Some(word) = unsafe { (*rtc).features.first_mut() } {
        *word = if on { *word | 1 << feature } else { *word & !(1 << feature) };
    }
}

/// The range that the driver gave, begun where the device tree says.
unsafe fn range(rtc: *mut rtc_device) -> Range {
    // SAFETY: a clock of `allocate`; its parent is the driver's device.
    unsafe {
        let rtc = &mut *rtc;
        let node = rtc.dev.parent.as_ref().and_then(|dev| Node::from_raw(dev.of_node));
        if let Some(year) = node.and_then(|n| n.u32(b"start-year")) {
            let first = rtc::DateTime { year: year as i32, month: 1, day: 1, ..rtc::DateTime::default() };
            if let Some(start) = first.to_unix() {
                (rtc.start_secs, rtc.set_start_time) = (start, true);
            }
        }
        let max = i64::try_from(rtc.range_max).unwrap_or(i64::MAX);
        Range::new(rtc.range_min, max, rtc.set_start_time.then_some(rtc.start_secs))
    }
}

pub(super) unsafe fn register(_owner: *mut bindings::module, rtc: *mut rtc_device) -> c_int {
    // SAFETY: the C caller's clock, of `allocate`.
    unsafe {
        let Some(ops) = (*rtc).ops.as_ref() else { return Errno::EINVAL.to_c() };
        if ops.set_alarm.is_none() {
            feature(rtc, bindings::RTC_FEATURE_ALARM, false);
        }
        let dev = (*rtc).dev.parent;
        let text = |name: &CStr| name.to_string_lossy().into_owned();
        let info = Info {
            name: text(crate::device::name(dev)),
            driver: text(crate::device::driver_string(dev)),
            alarm: has(rtc, bindings::RTC_FEATURE_ALARM),
            minutes: has(rtc, bindings::RTC_FEATURE_ALARM_RES_MINUTE),
            range: range(rtc),
        };
        let registered = rtc::register(info, Box::new(Driver { rtc }));
        (*rtc).id = registered.id() as c_int;
        log::info!("{}: registered as {}", registered.info().name, registered.name());
        let core = Box::into_raw(Box::new(Core { rtc: registered }));
        (*rtc).core = core.cast();
        let (address, core) = (rtc.expose_provenance(), core.expose_provenance());
        to_c(devres::add(dev, Key("rtc", address), move || {
            // SAFETY: made above; the clock is freed after this.
            let core = Box::from_raw(with_exposed_provenance_mut::<Core>(core));
            core.rtc.unregister();
            (*with_exposed_provenance_mut::<rtc_device>(address)).core = null_mut();
        }))
    }
}

pub(super) unsafe fn allocate_and_register(
    dev: *mut device,
    _name: *const c_char,
    ops: *const rtc_class_ops,
    owner: *mut bindings::module,
) -> *mut rtc_device {
    // SAFETY: the C caller's device and operations.
    unsafe {
        let rtc = allocate(dev);
        if Errno::check_ptr(rtc).is_ok() {
            (*rtc).ops = ops;
            if let Err(error) = Errno::check(register(owner, rtc)) {
                return error.to_ptr();
            }
        }
        rtc
    }
}

/// The registered clock behind a C pointer.
///
/// # Safety
/// `rtc` must be a clock of [`allocate`].
unsafe fn core(rtc: *const rtc_device) -> Result<Arc<Rtc>> {
    // SAFETY: as the caller says; `core` is null or of `register`.
    unsafe { (*rtc).core.cast::<Core>().as_ref().map(|core| core.rtc.clone()).ok_or(Errno::ENODEV) }
}

pub(super) unsafe fn read_time(rtc: *mut rtc_device, tm: *mut rtc_time) -> c_int {
    // SAFETY: the C caller's clock and variable.
    to_c(unsafe { core(rtc).and_then(|rtc| {
        tm.write(broken_down(rtc.read()?));
        Ok(())
    }) })
}

pub(super) unsafe fn set_time(rtc: *mut rtc_device, tm: *mut rtc_time) -> c_int {
    // SAFETY: the C caller's clock and variable.
    to_c(unsafe { core(rtc).and_then(|rtc| Ok(rtc.set(seconds(&*tm)?)?)) })
}

/// A clock without alarm refuses what concerns alarms as an invalid request.
fn alarm_error(fault: Fault) -> Errno {
    if fault == Fault::NotSupported { Errno::EINVAL } else { fault.into() }
}

pub(super) unsafe fn read_alarm(rtc: *mut rtc_device, alarm: *mut rtc_wkalrm) -> c_int {
    // SAFETY: the C caller's clock and variable.
    to_c(unsafe {
        core(rtc).and_then(|rtc| {
            let found = rtc.alarm().map_err(alarm_error)?;
            alarm.write(rtc_wkalrm {
                enabled: found.enabled.into(),
                pending: found.pending.into(),
                time: broken_down(found.at),
            });
            Ok(())
        })
    })
}

pub(super) unsafe fn set_alarm(rtc: *mut rtc_device, alarm: *mut rtc_wkalrm) -> c_int {
    // SAFETY: the C caller's clock and variable.
    to_c(unsafe {
        core(rtc).and_then(|rtc| {
            let at = seconds(&(*alarm).time)?;
            rtc.set_alarm(at, (*alarm).enabled != 0).map_err(alarm_error)
        })
    })
}

pub(super) unsafe fn alarm_irq_enable(rtc: *mut rtc_device, enabled: c_uint) -> c_int {
    // SAFETY: the C caller's clock.
    to_c(unsafe { core(rtc).and_then(|rtc| rtc.enable_alarm(enabled != 0).map_err(alarm_error)) })
}

/// Nobody waits for the change of a second.
pub(super) fn update_irq_enable(_rtc: *mut rtc_device, enabled: c_uint) -> c_int {
    if enabled == 0 { 0 } else { Errno::EINVAL.to_c() }
}

/// An interrupt of the device. Alarms count; periodic ones and those of each second have nobody who waits for them.
unsafe fn update_irq(rtc: *mut rtc_device, _num: c_ulong, events: c_ulong) {
    if Errno::check_ptr(rtc).is_err() || rtc.is_null() || events & c_ulong::from(bindings::RTC_AF) == 0 {
        return;
    }
    // SAFETY: the C caller's clock; an interrupt before it is registered is lost.
    if let Ok(rtc) = unsafe { core(rtc) } {
        rtc.interrupt();
    }
}

/// What stands for an open clock: a handle of its own, since clocks of Rust drivers have no C structure.
unsafe fn open(name: *const c_char) -> *mut rtc_device {
    // SAFETY: the C caller's string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let Some(found) = rtc::find(&name) else { return null_mut() };
    // SAFETY: a structure of C, for which zero is the beginning.
    let mut handle = Box::new(unsafe { core::mem::zeroed::<rtc_device>() });
    handle.id = found.id() as c_int;
    handle.core = Box::into_raw(Box::new(Core { rtc: found })).cast();
    Box::into_raw(handle)
}

unsafe fn close(rtc: *mut rtc_device) {
    if !rtc.is_null() {
        // SAFETY: of `open`, and closed once.
        unsafe {
            let handle = Box::from_raw(rtc);
            drop(Box::from_raw(handle.core.cast::<Core>()));
        }
    }
}

unsafe fn register_nvmem(rtc: *mut rtc_device, config: *mut nvmem_config) -> c_int {
    // SAFETY: the C caller's clock and configuration.
    unsafe {
        let dev = (*rtc).dev.parent;
        (*config).dev = dev;
        (*config).owner = (*rtc).owner;
        (*config).add_legacy_fixed_of_cells = true;
        Errno::check_ptr(crate::nvmem::register_managed(dev, from_ref(&*config)))
            .map_or_else(Errno::to_c, |_| 0)
    }
}

