// SPDX-License-Identifier: GPL-2.0-only
//! `struct watchdog_device`: the driver's, with its limits and state in fields that both sides use.

use crate::context::Guarded;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::ffi::{CStr, c_int, c_uint};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Acquire};

use io::Fault;
use io::watchdog::{self, Device, Info, Watchdog};

use crate::bindings::{self, device, watchdog_device, watchdog_info, watchdog_ops};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, to_c};
use crate::of::Node;

crate::exports! {
    family "watchdog";
    [sleeps, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn watchdog_register_device(wdd: *mut watchdog_device) -> c_int = register;
    [sleeps, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn watchdog_unregister_device(wdd: *mut watchdog_device) -> () = unregister;
    [sleeps, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn devm_watchdog_register_device(dev: *mut device, wdd: *mut watchdog_device) -> c_int = register_managed;
    [any, supported, "watchdog::tests::the_first_valid_time_out_is_taken"]
    fn watchdog_init_timeout(wdd: *mut watchdog_device, timeout_parm: c_uint, dev: *mut device) -> c_int = init_timeout;
    [any, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn watchdog_set_restart_priority(wdd: *mut watchdog_device, priority: c_int) -> () = set_restart_priority;
    [any, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn watchdog_notify_pretimeout(wdd: *mut watchdog_device) -> () = notify_pretimeout;
    [sleeps, supported, "watchdog::tests::a_driver_s_watchdog_is_registered_and_used"]
    fn watchdog_set_last_hw_keepalive(wdd: *mut watchdog_device, last_ping_ms: c_uint) -> c_int = set_last_keepalive;
}

/// What `watchdog_device.wd_data` points to.
struct Core {
    dog: Arc<Watchdog>,
}

/// A driver's watchdog.
struct Driver(*mut watchdog_device);

// SAFETY: the operations are called by one thread at a time, but for `restart`, which may be called anywhere in Linux
// too; the status is atomic.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

fn checked(code: c_int) -> Result<(), Fault> {
    Errno::check(code).map(|_| ()).map_err(Fault::from)
}

/// The bits of `status`, which C changes with atomic operations too.
unsafe fn status<'a>(wdd: *mut watchdog_device) -> &'a AtomicU64 {
    // SAFETY: the caller's watchdog, which stays while it is registered.
    unsafe { AtomicU64::from_ptr(&raw mut (*wdd).status) }
}

unsafe fn bit(wdd: *mut watchdog_device, bit: u32) -> bool {
    // SAFETY: as the caller says.
    unsafe { status(wdd) }.load(Acquire) & 1 << bit != 0
}

unsafe fn set_bit(wdd: *mut watchdog_device, bit: u32, on: bool) {
    // SAFETY: as the caller says.
    let status = unsafe { status(wdd) };
    if on {
        status.fetch_or(1 << bit, AcqRel);
    } else {
        status.fetch_and(!(1 << bit), AcqRel);
    }
}

/// What a driver says about its watchdog.
unsafe fn options<'a>(wdd: *const watchdog_device) -> Option<&'a watchdog_info> {
    // SAFETY: the caller's watchdog; its description is null or stays.
    unsafe { (*wdd).info.as_ref() }
}

impl Driver {
    fn ops(&self) -> Result<&watchdog_ops, Fault> {
        // SAFETY: the watchdog and its operations stay while it is registered.
        unsafe { (*self.0).ops.as_ref().ok_or(Fault::NoDevice) }
    }

    fn has(&self, option: u32) -> bool {
        // SAFETY: the watchdog stays while it is registered.
        unsafe { options(self.0) }.is_some_and(|info| info.options & option != 0)
    }
}

impl Device for Driver {
    fn start(&self) -> Result<(), Fault> {
        let start = self.ops()?.start.ok_or(Fault::Invalid)?;
        // SAFETY: the driver's operation.
        checked(unsafe { start.guarded((*self.0).parent, (self.0,)) })
    }

    fn stop(&self) -> Result<(), Fault> {
        let Some(stop) = self.ops()?.stop else {
            // It goes on, and has to be pinged.
            // SAFETY: the driver's watchdog.
            unsafe { set_bit(self.0, bindings::WDOG_HW_RUNNING, true) };
            return Err(Fault::NotSupported);
        };
        // SAFETY: the driver's operation.
        unsafe {
            set_bit(self.0, bindings::WDOG_HW_RUNNING, false);
            checked(stop(self.0))
        }
    }

    fn ping(&self) -> Result<(), Fault> {
        let ops = self.ops()?;
        let ping = ops.ping.or(ops.start).ok_or(Fault::Invalid)?;
        // SAFETY: the driver's operation.
        checked(unsafe { ping.guarded((*self.0).parent, (self.0,)) })
    }

    fn set_timeout(&self, seconds: u32) -> Result<(), Fault> {
        if !self.has(bindings::WDIOF_SETTIMEOUT) {
            return Err(Fault::NotSupported);
        }
        match self.ops()?.set_timeout {
            // SAFETY: the driver's operation.
            Some(set) => checked(unsafe { set.guarded((*self.0).parent, (self.0, seconds)) }),
            None => {
                // The next start or ping takes it.
                // SAFETY: the driver's watchdog.
                unsafe { (*self.0).timeout = seconds };
                Ok(())
            }
        }
    }

    fn timeout(&self) -> u32 {
        // SAFETY: the driver's watchdog.
        unsafe { (*self.0).timeout }
    }

    fn pretimeout(&self) -> u32 {
        // SAFETY: the driver's watchdog.
        unsafe { (*self.0).pretimeout }
    }

    fn set_pretimeout(&self, seconds: u32) -> Result<(), Fault> {
        if !self.has(bindings::WDIOF_PRETIMEOUT) {
            return Err(Fault::NotSupported);
        }
        match self.ops()?.set_pretimeout {
            // SAFETY: the driver's operation.
            Some(set) if seconds != 0 => checked(unsafe { set.guarded((*self.0).parent, (self.0, seconds)) }),
            _ => {
                // SAFETY: the driver's watchdog.
                unsafe { (*self.0).pretimeout = seconds };
                Ok(())
            }
        }
    }

    fn time_left(&self) -> Result<u32, Fault> {
        let left = self.ops()?.get_timeleft.ok_or(Fault::NotSupported)?;
        // SAFETY: the driver's operation.
        Ok(unsafe { left.guarded((*self.0).parent, (self.0,)) })
    }

    fn hardware_runs(&self) -> bool {
        // SAFETY: the driver's watchdog.
        unsafe { bit(self.0, bindings::WDOG_HW_RUNNING) || bit(self.0, bindings::WDOG_ACTIVE) }
    }

    fn no_way_out(&self) -> bool {
        // SAFETY: the driver's watchdog.
        unsafe { bit(self.0, bindings::WDOG_NO_WAY_OUT) }
    }

    fn restart(&self) {
        if let Ok(Some(restart)) = self.ops().map(|ops| ops.restart) {
            // SAFETY: the driver's operation, which Linux calls in any context too.
            let code = unsafe { restart.guarded((*self.0).parent, (self.0, bindings::REBOOT_COLD as _, null_mut())) };
            log::error!("the watchdog did not reset the board: {code}");
        }
    }

    fn set_active(&self, active: bool) {
        // SAFETY: the driver's watchdog.
        unsafe { set_bit(self.0, bindings::WDOG_ACTIVE, active) };
    }
}

/// Limits that make no sense are dropped, as Linux does.
unsafe fn check_limits(wdd: &mut watchdog_device) {
    if wdd.max_hw_heartbeat_ms == 0 && wdd.min_timeout > wdd.max_timeout {
        log::info!("a watchdog's limits of its time-out are the wrong way round, and are not used");
        (wdd.min_timeout, wdd.max_timeout) = (0, 0);
    }
}

pub(super) unsafe fn register(wdd: *mut watchdog_device) -> c_int {
    // SAFETY: the C caller's watchdog, which stays while it is registered.
    unsafe {
        let Some(device) = wdd.as_mut() else { return Errno::EINVAL.to_c() };
        let (Some(info), Some(ops)) = (device.info.as_ref(), device.ops.as_ref()) else {
            return Errno::EINVAL.to_c();
        };
        if ops.start.is_none() || (ops.stop.is_none() && device.max_hw_heartbeat_ms == 0) {
            return Errno::EINVAL.to_c();
        }
        check_limits(device);
        let identity = info.identity.split(|b| *b == 0).next().unwrap_or_default();
        let identity = String::from_utf8_lossy(identity).into_owned();
        let parent = device.parent;
        let name = if parent.is_null() {
            identity.clone()
        } else {
            crate::device::name(parent).to_string_lossy().into_owned()
        };
        let info = Info {
            name,
            identity,
            min_timeout: device.min_timeout,
            max_timeout: device.max_timeout,
            max_heartbeat_ms: device.max_hw_heartbeat_ms,
            min_heartbeat_ms: device.min_hw_heartbeat_ms,
            restart_priority: ops.restart.map(|_| device.restart_nb.priority),
            stop_on_reboot: bit(wdd, bindings::WDOG_STOP_ON_REBOOT) && ops.stop.is_some(),
        };
        let dog = watchdog::register(info, Arc::new(Driver(wdd)));
        (*wdd).id = dog.id() as c_int;
        (*wdd).wd_data = Box::into_raw(Box::new(Core { dog })).cast();
    }
    0
}

/// The registered watchdog behind a C pointer.
unsafe fn core(wdd: *mut watchdog_device) -> Option<Arc<Watchdog>> {
    // SAFETY: the caller's watchdog; the field is null or of `register`.
    unsafe { (*wdd).wd_data.cast::<Core>().as_ref().map(|core| core.dog.clone()) }
}

pub(super) unsafe fn unregister(wdd: *mut watchdog_device) {
    // SAFETY: the C caller's watchdog.
    unsafe {
        let core = core::ptr::replace(&raw mut (*wdd).wd_data, null_mut()).cast::<Core>();
        if core.is_null() {
            return;
        }
        let Core { dog } = *Box::from_raw(core);
        if bit(wdd, bindings::WDOG_STOP_ON_UNREGISTER)
            && dog.is_active()
            && let Err(error) = dog.stop()
        {
            log::warn!("{}: not stopped before it went: {error}", dog.info().name);
        }
        dog.unregister();
    }
}

pub(super) unsafe fn register_managed(dev: *mut device, wdd: *mut watchdog_device) -> c_int {
    // SAFETY: the C caller's device and watchdog.
    unsafe {
        let result = register(wdd);
        if result != 0 {
            return result;
        }
        let address = wdd.expose_provenance();
        let release = move || unregister(with_exposed_provenance_mut(address));
        to_c(devres::add(dev, Key("watchdog", address), release))
    }
}

/// Whether the watchdog does not take a time-out, as the header's `watchdog_timeout_invalid` says.
fn invalid(wdd: &watchdog_device, seconds: u32) -> bool {
    let too_long = wdd.max_hw_heartbeat_ms == 0 && wdd.max_timeout != 0 && seconds > wdd.max_timeout;
    seconds > u32::MAX / 1000 || seconds < wdd.min_timeout || too_long
}

/// The time-out of the driver's parameter, else of `timeout-sec` in the device tree, else what is set already.
pub(super) unsafe fn init_timeout(wdd: *mut watchdog_device, parameter: c_uint, dev: *mut device) -> c_int {
    // SAFETY: the C caller's watchdog; its device is null or its own.
    unsafe {
        let wdd = &mut *wdd;
        check_limits(wdd);
        let node = dev.as_ref().and_then(|dev| Node::from_raw(dev.of_node));
        let of_tree = node.and_then(|n| n.u32(b"timeout-sec")).unwrap_or(0);
        let wanted = [parameter, of_tree].into_iter().filter(|s| *s != 0);
        let mut refused = false;
        for seconds in wanted {
            if !invalid(wdd, seconds) {
                wdd.timeout = seconds;
                return 0;
            }
            log::warn!("watchdog {:?}: time-out {seconds} s is outside of its range", name(wdd));
            refused = true;
        }
        if refused { Errno::EINVAL.to_c() } else { 0 }
    }
}

unsafe fn name(wdd: &watchdog_device) -> &CStr {
    // SAFETY: the parent is null or the watchdog's device.
    unsafe { crate::device::name(wdd.parent) }
}

pub(super) unsafe fn set_restart_priority(wdd: *mut watchdog_device, priority: c_int) {
    // SAFETY: the C caller's watchdog.
    unsafe { (*wdd).restart_nb.priority = priority };
}

unsafe fn notify_pretimeout(wdd: *mut watchdog_device) {
    // SAFETY: the C caller's watchdog.
    log::error!("watchdog{}: the board will be reset soon", unsafe { (*wdd).id });
}

/// The time began `last_ping_ms` milliseconds ago, so a ping is due the sooner.
unsafe fn set_last_keepalive(wdd: *mut watchdog_device, last_ping_ms: c_uint) -> c_int {
    // SAFETY: the C caller's watchdog.
    let Some(dog) = (unsafe { core(wdd) }) else { return Errno::EINVAL.to_c() };
    // Pinging at once keeps the time in any case.
    if last_ping_ms == 0 { 0 } else { dog.ping().map_or_else(|e| Errno::from(e).to_c(), |()| 0) }
}
