// SPDX-License-Identifier: GPL-2.0-only
//! `struct clock_event_device`, and timers that drivers declare for nodes.

use super::counter::name;
use super::scale::{factor, ns_of};
use crate::bindings::{self, clock_event_device};
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{c_int, c_ulong};
use core::ptr;
use kernel::clocksource::{EventTimer, Kind, Source, register, unregister};
use kernel::error::Error;
use kernel::sync::SpinLock;

crate::exports! {
    family "clocksource";
    [sleeps, supported, "clocksource::tests::timers"]
    fn clockevents_register_device(dev: *mut clock_event_device) -> () = add;
    [sleeps, supported, "clocksource::tests::timers"]
    fn clockevents_config_and_register(dev: *mut clock_event_device, freq: u32, min_delta: c_ulong, max_delta: c_ulong) -> () = configure_and_add;
    [any, supported, "clocksource::tests::timers"]
    fn clockevents_update_freq(dev: *mut clock_event_device, freq: u32) -> c_int = update;
    [sleeps, supported, "clocksource::tests::timers"]
    fn clockevents_unbind_device(dev: *mut clock_event_device, cpu: c_int) -> c_int = unbind;
    [sleeps, supported, "clocksource::tests::declared_timers_are_begun"]
    fn timer_probe() -> () = probe;
}

const NS: u32 = 1_000_000_000;

/// A timer by address, how often it came, and what stands for it.
struct Known {
    device: usize,
    came: u64,
    source: Option<Arc<Source>>,
}

static ALL: SpinLock<Vec<Known>> = SpinLock::new(Vec::new());

/// What drivers call from their interrupts.
unsafe extern "C" fn came(dev: *mut clock_event_device) {
    if let Some(known) = ALL.lock().iter_mut().find(|known| known.device == dev.addr()) {
        known.came += 1;
    }
}

fn count(dev: *mut clock_event_device) -> Option<u64> {
    ALL.lock().iter().find(|known| known.device == dev.addr()).map(|known| known.came)
}

struct CTimer(usize);

impl CTimer {
    /// Sets the state, as far as the driver has a function for that.
    unsafe fn switch(dev: *mut clock_event_device, state: bindings::clock_event_state) -> Result<()> {
        // SAFETY: a registered timer and its driver's functions.
        unsafe {
            let function = match state {
                bindings::CLOCK_EVT_STATE_ONESHOT => (*dev).set_state_oneshot,
                _ => (*dev).set_state_shutdown,
            };
            if let Some(function) = function {
                Errno::check(function(dev))?;
            }
            (*dev).state_use_accessors = state;
        }
        Ok(())
    }

    unsafe fn set(dev: *mut clock_event_device, ns: u64) -> Result<()> {
        // SAFETY: as above.
        unsafe {
            Self::switch(dev, bindings::CLOCK_EVT_STATE_ONESHOT)?;
            let result = if (*dev).features & bindings::CLOCK_EVT_FEAT_KTIME != 0 {
                let at = kernel::time::now_ns().saturating_add(ns);
                (*dev).set_next_ktime.map(|set| set(at as i64, dev))
            } else {
                let ticks = (u128::from(ns) * u128::from((*dev).mult)) >> (*dev).shift;
                (*dev).set_next_event.map(|set| set(ticks as u64, dev))
            };
            Errno::check(result.ok_or(Errno::EOPNOTSUPP)?).map(drop)
        }
    }
}

impl EventTimer for CTimer {
    fn range_ns(&self) -> (u64, u64) {
        let dev: *mut clock_event_device = ptr::with_exposed_provenance_mut(self.0);
        // SAFETY: registered timers stay.
        unsafe { ((*dev).min_delta_ns, (*dev).max_delta_ns) }
    }

    fn once(&self, ns: u64) -> kernel::error::Result<u64> {
        let dev: *mut clock_event_device = ptr::with_exposed_provenance_mut(self.0);
        let failed = |e: Errno| Error::Driver { what: "setting a timer", errno: e.0 };
        let (least, most) = self.range_ns();
        let before = count(dev).ok_or_else(|| failed(Errno::ENODEV))?;
        let start = kernel::time::now_ns();
        // SAFETY: registered timers stay.
        unsafe {
            if (*dev).features & bindings::CLOCK_EVT_FEAT_ONESHOT == 0 {
                return Err(failed(Errno::EOPNOTSUPP));
            }
            let set = Self::set(dev, ns.clamp(least, most.max(least)));
            let limit = ns.saturating_mul(2).saturating_add(u64::from(NS));
            let mut passed = 0;
            while set.is_ok() && count(dev) == Some(before) && passed < limit {
                kernel::sched::yield_now();
                passed = kernel::time::now_ns().wrapping_sub(start);
            }
            let took = kernel::time::now_ns().wrapping_sub(start);
            let off = Self::switch(dev, bindings::CLOCK_EVT_STATE_SHUTDOWN);
            set.and(off).map_err(failed)?;
            if count(dev) == Some(before) { Err(failed(Errno::ETIMEDOUT)) } else { Ok(took) }
        }
    }
}

unsafe fn configure(dev: *mut clock_event_device, freq: u32) {
    // SAFETY: the C caller's timer.
    unsafe {
        if (*dev).features & bindings::CLOCK_EVT_FEAT_ONESHOT == 0 || freq == 0 {
            return;
        }
        let seconds = match (*dev).max_delta_ticks / u64::from(freq) {
            0 => 1,
            s if s > 600 && (*dev).max_delta_ticks > u64::from(u32::MAX) => 600,
            s => s.min(u32::MAX.into()) as u32,
        };
        ((*dev).mult, (*dev).shift) = factor(NS, freq, seconds);
        (*dev).min_delta_ns = ns_of((*dev).min_delta_ticks, (*dev).mult, (*dev).shift, false);
        (*dev).max_delta_ns = ns_of((*dev).max_delta_ticks, (*dev).mult, (*dev).shift, true);
    }
}

pub(super) unsafe fn configure_and_add(
    dev: *mut clock_event_device,
    freq: u32,
    min_delta: c_ulong,
    max_delta: c_ulong,
) {
    // SAFETY: the C caller's timer.
    unsafe {
        ((*dev).min_delta_ticks, (*dev).max_delta_ticks) = (min_delta, max_delta);
        configure(dev, freq);
        add(dev);
    }
}

/// Registers a timer: like any in Linux that is not the best of its CPU, it is shut down and kept.
pub(super) unsafe fn add(dev: *mut clock_event_device) {
    // SAFETY: the C caller's timer, which stays: drivers cannot take one back but by `clockevents_unbind_device()`.
    unsafe {
        if count(dev).is_some() {
            log::error!("{}: a timer is registered twice", name((*dev).name));
            return;
        }
        (*dev).event_handler = Some(came);
        ALL.lock().push(Known { device: dev.expose_provenance(), came: 0, source: None });
        if let Err(error) = CTimer::switch(dev, bindings::CLOCK_EVT_STATE_SHUTDOWN) {
            log::error!("{}: the timer does not shut down: error {}", name((*dev).name), error.0);
        }
        // A dummy never interrupts.
        if (*dev).features & bindings::CLOCK_EVT_FEAT_DUMMY == 0 {
            let kind = Kind::Event(Box::new(CTimer(dev.addr())));
            let source = register(Source { name: name((*dev).name), rating: (*dev).rating, kind });
            if let Some(known) = ALL.lock().iter_mut().find(|known| known.device == dev.addr()) {
                known.source = Some(source);
            }
        }
    }
}

pub(super) unsafe fn update(dev: *mut clock_event_device, freq: u32) -> c_int {
    // SAFETY: the C caller's timer.
    unsafe { configure(dev, freq) };
    to_c(Ok(()))
}

pub(super) unsafe fn unbind(dev: *mut clock_event_device, _cpu: c_int) -> c_int {
    let found = {
        let mut all = ALL.lock();
        all.iter().position(|known| known.device == dev.addr()).map(|at| all.remove(at))
    };
    let Some(known) = found else { return Errno::ENODEV.to_c() };
    if let Some(source) = &known.source {
        unregister(source);
    }
    // SAFETY: registered until now.
    unsafe { (*dev).state_use_accessors = bindings::CLOCK_EVT_STATE_DETACHED };
    to_c(Ok(()))
}

/// Begins the timers of a table whose nodes the tree has, in the order of the tree.
#[cfg(any(linked, test))]
pub(super) unsafe fn begin(table: *const bindings::of_device_id) {
    let mut next = crate::of::root();
    while let Some(node) = next {
        next = node.next();
        // SAFETY: the caller's table, which an empty entry ends.
        let Some(entry) = (unsafe { crate::of::match_table(table, node).as_ref() }) else { continue };
        if !node.is_available() || entry.data.is_null() || kernel::device::is_native(&node.path()) {
            continue;
        }
        type Begin = unsafe extern "C" fn(*mut bindings::device_node) -> c_int;
        // SAFETY: entries of such a table have functions of this type.
        let result = unsafe { core::mem::transmute::<*const core::ffi::c_void, Begin>(entry.data)(node.as_raw()) };
        if result < 0 && result != Errno::EPROBE_DEFER.to_c() {
            log::error!("{node}: the timer could not be begun: error {}", -result);
        }
    }
}

/// Begins the timers that drivers of the image declare. Once, at boot.
pub fn probe() {
    #[cfg(linked)]
    {
        use bindings::of_device_id;
        unsafe extern "C" {
            static __timer_of_table_start: [of_device_id; 0];
            static __timer_of_table_end: [of_device_id; 0];
        }
        let (start, end) = (&raw const __timer_of_table_start, &raw const __timer_of_table_end);
        let count = (end.addr() - start.addr()) / size_of::<of_device_id>();
        // SAFETY: between the two marks the linker put entries; they are copied, and an empty one ends the copy.
        unsafe {
            let mut table = core::slice::from_raw_parts(start.cast::<of_device_id>(), count).to_vec();
            table.push(core::mem::zeroed());
            begin(table.as_ptr());
        }
    }
}
