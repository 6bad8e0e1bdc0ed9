// SPDX-License-Identifier: GPL-2.0-only
//! Bringing devices and drivers together: match, probe, probes that are put off, remove (Linux:
//! Documentation/driver-api/driver-model/driver.rst).

use super::bus::{devices, drivers_of};
use super::core::{get, put};
use super::hooks::HOOKS;
use super::names;
use super::private::{Device, State, node, with};
use crate::bindings::{device, device_driver};
use crate::context::{self, Role, ledger};
use crate::errno::{Errno, Result, to_c};
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicBool, AtomicU32};
use kernel::device as host;
use kernel::sync::SpinLock;

crate::exports! {
    family "device";
    [sleeps, supported, "device::tests::a_driver_that_binds_by_hand"]
    fn device_bind_driver(dev: *mut device) -> c_int = bind_by_hand;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn device_attach(dev: *mut device) -> c_int = attach_c;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn device_release_driver(dev: *mut device) -> () = detach;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn device_reprobe(dev: *mut device) -> c_int = reprobe;
    [any, supported, "device::tests::drivers_meet_devices"]
    fn device_is_bound(dev: *mut device) -> bool = is_bound;
    [sleeps, supported, "device::tests::a_probe_that_is_put_off"]
    fn wait_for_device_probe() -> () = settle;
    [any, supported, "device::tests::a_probe_that_is_put_off"]
    fn driver_deferred_probe_check_state(dev: *mut device) -> c_int = check_state;
}

/// Devices whose probe was put off.
static DEFERRED: SpinLock<Vec<Device>> = SpinLock::new(Vec::new());
/// Counts devices that found a driver: those that wait are tried again after each.
static BOUND: AtomicU32 = AtomicU32::new(0);
/// Somebody is trying them.
static RETRYING: AtomicBool = AtomicBool::new(false);
/// All that the image has was tried once.
static SETTLED: AtomicBool = AtomicBool::new(false);

/// Whether the bus says that the driver serves the device.
pub(super) unsafe fn matches(dev: *mut device, drv: *mut device_driver) -> Result<bool> {
    // SAFETY: the caller's device and driver, which are on the same bus.
    unsafe {
        match (*dev).bus.as_ref().and_then(|bus| bus.match_) {
            Some(f) => Errno::check(f(dev, drv)).map(|yes| yes != 0),
            None => Ok(true),
        }
    }
}

/// Tries all drivers of the device's bus; whether one took it.
pub(super) unsafe fn attach(dev: *mut device) -> bool {
    // SAFETY: the caller's device.
    let bus = unsafe { (*dev).bus };
    if bus.is_null() {
        return false;
    }
    drivers_of(bus).into_iter().any(|driver| {
        // SAFETY: registered drivers of the device's bus.
        unsafe { try_pair(dev, driver.0) }
    })
}

/// Tries a new driver with all devices of its bus.
pub(super) unsafe fn attach_driver(drv: *mut device_driver) {
    devices(|dev| {
        // SAFETY: a device with a reference; the caller's driver.
        unsafe {
            if ptr::eq((*dev).bus, (*drv).bus) {
                try_pair(dev, drv);
            }
        }
    });
}

/// Probes if the two match; whether the driver has the device now.
pub(super) unsafe fn try_pair(dev: *mut device, drv: *mut device_driver) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        match matches(dev, drv) {
            Ok(true) => probe(dev, drv),
            Ok(false) => false,
            Err(Errno::EPROBE_DEFER) => {
                defer(dev, None);
                false
            }
            Err(error) => {
                log::error!("{}: match failed: {}", names::name(dev).to_string_lossy(), error.0);
                false
            }
        }
    }
}

/// Has the driver probe the device, unless it is in use.
pub(super) unsafe fn probe(dev: *mut device, drv: *mut device_driver) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        if taken_by_host(dev) {
            return false;
        }
        let free = with(dev, |p| p.state == State::Free);
        if let Some(supplier) = free.then(|| super::supplier::missing(dev)).flatten() {
            defer(dev, Some(alloc::format!("{supplier} has no driver")));
            return false;
        }
        let free = with(dev, |p| {
            let free = p.state == State::Free;
            if free {
                p.state = State::Probing;
                p.deferred = None;
            }
            free
        });
        if !free {
            return false;
        }
        (*dev).driver = drv;
        context::lift(dev);
        let result = run_probe(dev, drv);
        let name = names::driver_string(dev).to_string_lossy();
        match result {
            Ok(()) => {
                let order = BOUND.fetch_add(1, AcqRel);
                with(dev, |p| (p.state, p.bound) = (State::Bound, order));
                super::supplier::set_released(dev, false);
                note(dev, &name, host::State::Bound);
                kick();
            }
            Err(error) => {
                (*dev).driver = ptr::null_mut();
                (*dev).driver_data = ptr::null_mut();
                let reason = with(dev, |p| {
                    p.state = State::Free;
                    p.deferred.take()
                });
                report(dev, &name, error, reason);
            }
        }
        result.is_ok()
    }
}

/// What happens around a probe; on failure all of it is undone.
pub(super) unsafe fn run_probe(dev: *mut device, drv: *mut device_driver) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let mut done = 0;
        let prepared = HOOKS.iter().try_for_each(|hook| {
            (hook.before)(dev)?;
            done += 1;
            Ok(())
        });
        let of_bus = (*dev).bus.as_ref().and_then(|bus| bus.probe);
        let result = prepared.and_then(|()| match of_bus.or((*drv).probe) {
            Some(probe) => {
                let call = || Errno::check(probe(dev)).map(|_| ());
                context::run_for(dev, Role::Probe, (*drv).name, probe as usize, Err(Errno::EIO), call)
            }
            None => Ok(()),
        });
        if result.is_err() {
            give_back(dev);
            HOOKS.iter().take(done).rev().for_each(|hook| (hook.after)(dev));
            super::link::ended(dev, false);
            ledger::settle(dev);
        } else {
            for error in HOOKS.iter().filter_map(|hook| hook.done?(dev).err()) {
                log::error!("{}: after its probe: error {}", names::name(dev).to_string_lossy(), error.0);
            }
        }
        result
    }
}

/// After its driver: what the device has managed is given back, and what the driver left registered is taken away, or
/// it would be called with memory that is gone.
unsafe fn give_back(dev: *mut device) {
    // SAFETY: as the caller says.
    unsafe {
        crate::irq::unchain_all(dev);
        crate::gpio::chip::remove_left(dev);
        super::devres::release_all(dev);
    }
    crate::irq::remove_domains(dev);
}

/// Whether a native driver has the device: two drivers for one device would break both.
pub(super) unsafe fn taken_by_host(dev: *mut device) -> bool {
    // SAFETY: as the caller says.
    unsafe { node(dev) }.is_some_and(|node| host::is_native(&node.path()))
}

/// Notes for `host devices` what became of a device.
pub(super) unsafe fn note(dev: *mut device, driver: &str, state: host::State) {
    // SAFETY: as the caller says.
    if let Some(node) = unsafe { node(dev) } {
        host::note_ported(node.path(), driver, state);
    }
}

/// A probe failed.
pub(super) unsafe fn report(dev: *mut device, driver: &str, error: Errno, reason: Option<String>) {
    // SAFETY: as the caller says.
    unsafe {
        let name = names::name(dev).to_string_lossy();
        match error {
            Errno::EPROBE_DEFER => {
                let why = reason.clone().unwrap_or_else(|| String::from("a provider is missing"));
                note(dev, driver, host::State::Deferred(why));
                defer(dev, reason);
            }
            Errno::ENODEV | Errno::ENXIO => log::debug!("{driver} {name}: the device is not there"),
            error => {
                log::error!("{driver} {name}: probe failed: error {}", error.0);
                note(dev, driver, host::State::Failed(alloc::format!("probe failed: error {}", error.0)));
            }
        }
    }
}

/// Puts a device among those that wait.
pub(super) unsafe fn defer(dev: *mut device, reason: Option<String>) {
    // SAFETY: as the caller says; the list holds a reference.
    unsafe {
        with(dev, |p| p.deferred = reason);
        let mut list = DEFERRED.lock();
        if !list.contains(&Device(dev)) {
            get(dev);
            list.push(Device(dev));
        }
    }
}

/// Says why the running probe of a device is put off, for reports: `dev_err_probe()` does.
///
/// # Safety
/// `dev` is a device.
pub(crate) unsafe fn set_deferred_reason(dev: *mut device, reason: String) {
    // SAFETY: as the caller says.
    unsafe { with(dev, |p| p.deferred = Some(reason)) };
}

/// Tries every device that waits once; whether one of them found its driver. Context: sleeps.
pub fn retry_deferred() -> bool {
    let before = BOUND.load(Acquire);
    let waiting = core::mem::take(&mut *DEFERRED.lock());
    for Device(dev) in waiting {
        // SAFETY: the list held a reference.
        unsafe {
            attach(dev);
            put(dev);
        }
    }
    BOUND.load(Acquire) != before
}

/// After boot, has those that wait tried again by the system's worker.
pub(super) fn kick() {
    if SETTLED.load(Acquire) && !DEFERRED.lock().is_empty() && !RETRYING.swap(true, AcqRel) {
        kernel::work::system().queue(alloc::boxed::Box::new(|| {
            while retry_deferred() {}
            RETRYING.store(false, Relaxed);
        }));
    }
}

/// Runs `f`, which binds a device, and then tries devices that wait, by the caller and not by the system's worker.
pub(super) fn then_retry<R>(f: impl FnOnce() -> R) -> R {
    let ours = !RETRYING.swap(true, AcqRel);
    let result = f();
    while retry_deferred() {}
    if ours {
        RETRYING.store(false, Relaxed);
    }
    result
}

/// Tries devices that wait until none of them finds its driver any more. Context: sleeps.
pub fn settle() {
    while retry_deferred() {}
    SETTLED.store(true, Relaxed);
}

/// The devices that still wait, with the reason. Context: sleeps.
pub fn deferred() -> Vec<(String, String)> {
    let list = DEFERRED.lock().clone();
    let describe = |d: Device| {
        // SAFETY: in the list with a reference; devices that wait are not freed while the system runs.
        unsafe {
            let why = with(d.0, |p| p.deferred.clone());
            (names::name(d.0).to_string_lossy().into_owned(), why.unwrap_or_default())
        }
    };
    list.into_iter().map(describe).collect()
}

/// The drivers of those that use what the device provides let go, the last that was bound first; they wait for it to
/// come back.
unsafe fn detach_consumers(dev: *mut device) {
    for Device(consumer) in super::supplier::consumers(dev) {
        // SAFETY: references were taken for us.
        unsafe {
            let driver = names::driver_string(consumer).to_string_lossy().into_owned();
            detach(consumer);
            if (*consumer).kobj.state_in_sysfs() != 0 {
                let why = alloc::format!("{} has no driver", names::name(dev).to_string_lossy());
                note(consumer, &driver, host::State::Deferred(why.clone()));
                super::supplier::set_released(consumer, true);
                defer(consumer, Some(why));
            }
            put(consumer);
        }
    }
}

/// The driver, if any, lets go of the device; before it, the drivers of its consumers.
pub(super) unsafe fn detach(dev: *mut device) {
    // SAFETY: as the caller says.
    unsafe {
        let bound = with(dev, |p| {
            let bound = p.state == State::Bound;
            if bound {
                p.state = State::Removing;
            }
            bound
        });
        DEFERRED.lock().retain(|d| d.0 != dev);
        if !bound {
            return;
        }
        context::lift(dev);
        detach_consumers(dev);
        let of_bus = (*dev).bus.as_ref().and_then(|bus| bus.remove);
        let of_driver = (*dev).driver.as_ref().and_then(|drv| drv.remove);
        match (of_bus, of_driver) {
            (Some(remove), _) => {
                let call = || remove(dev);
                context::run_for(dev, Role::Remove, super::name(dev).as_ptr(), remove as usize, (), call);
            }
            (None, Some(remove)) => {
                let call = || _ = remove(dev);
                context::run_for(dev, Role::Remove, super::name(dev).as_ptr(), remove as usize, (), call);
            }
            (None, None) => {}
        }
        give_back(dev);
        HOOKS.iter().rev().for_each(|hook| (hook.after)(dev));
        super::link::ended(dev, false);
        ledger::settle(dev);
        let name = names::driver_string(dev).to_string_lossy().into_owned();
        (*dev).driver = ptr::null_mut();
        (*dev).driver_data = ptr::null_mut();
        with(dev, |p| p.state = State::Free);
        note(dev, &name, host::State::Unbound);
    }
}

/// The devices that drivers of this folder of `ported-drivers/` have. Context: any.
pub(crate) fn of_driver(folder: &str) -> Vec<*mut device> {
    let bound = |dev: &*mut device| {
        // SAFETY: a device with a reference; its driver stays while it is bound.
        unsafe { is_bound(*dev) && super::bus::folder((**dev).driver) == Some(folder) }
    };
    let mut found = Vec::new();
    devices(|dev| found.extend(Some(dev).filter(bound)));
    found
}

/// The device in whose managed memory an address lies: a work item or a timer there is the device's. Context: any.
pub(crate) fn owner_of(address: usize) -> Option<*mut device> {
    let mut found = None;
    devices(|dev| {
        // SAFETY: a device with a reference.
        if found.is_none() && address != 0 && unsafe { super::devres_c::owns(dev, address) } {
            found = Some(dev);
        }
    });
    found
}

/// Notes that the driver of a device has failed, and masks the device's interrupts; gives the reference back. Context: sleeps.
///
/// # Safety
/// `dev` is a device, with a reference of the caller's.
pub(crate) unsafe fn stop(dev: *mut device, reason: String) {
    // SAFETY: as the caller says.
    unsafe {
        if is_bound(dev) {
            let (driver, name) = (names::driver_string(dev).to_string_lossy(), names::name(dev).to_string_lossy());
            log::error!(target: "linux", "{driver} {name}: {reason}; the device is stopped until it is bound again");
            note(dev, &driver, host::State::Failed(reason));
            crate::irq::mask_of(dev);
        }
        put(dev);
    }
}

/// The device is the driver's that its field `driver` names, by a caller that has done the probe's work itself.
pub(super) unsafe fn bind_by_hand(dev: *mut device) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if dev.is_null() || (*dev).driver.is_null() {
            return Errno::EINVAL.to_c();
        }
        let order = BOUND.fetch_add(1, AcqRel);
        let taken = with(dev, |p| {
            let free = p.state == State::Free;
            if free {
                (p.state, p.bound) = (State::Bound, order);
            }
            free
        });
        if !taken {
            return Errno::EBUSY.to_c();
        }
        note(dev, &names::driver_string(dev).to_string_lossy(), host::State::Bound);
        kick();
    }
    0
}

pub(super) unsafe fn attach_c(dev: *mut device) -> c_int {
    // SAFETY: as the caller says.
    unsafe { (is_bound(dev) || attach(dev)).into() }
}

pub(super) unsafe fn reprobe(dev: *mut device) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        detach(dev);
        attach(dev);
    }
    to_c(Ok(()))
}

pub(super) unsafe fn is_bound(dev: *mut device) -> bool {
    // SAFETY: as the caller says.
    unsafe { !dev.is_null() && with(dev, |p| p.state == State::Bound) }
}

/// A provider that has not come by now may still come, while the image's drivers are being tried; after that it is not
/// coming.
pub(super) fn check_state(_dev: *mut device) -> c_int {
    if SETTLED.load(Acquire) { Errno::ENODEV.to_c() } else { Errno::EPROBE_DEFER.to_c() }
}
