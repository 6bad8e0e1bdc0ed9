// SPDX-License-Identifier: GPL-2.0-only
//! `struct regulator_ops` as the framework sees it.

use crate::context::Guarded;
use crate::bindings::{self, gpio_desc, regulator_desc, regulator_dev, regulator_ops};
use core::ffi::{c_int, c_uint};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use kernel::error::Cause;
use kernel::regulator::{Caps, Constraints, RegulatorOps, Result};

/// A regulator of C.
pub(super) struct Driver {
    pub rdev: *mut regulator_dev,
    /// The line that switches it, if that is all there is to do.
    pub gpio: *mut gpio_desc,
    pub gpio_on: AtomicBool,
    /// What the last change of the voltage takes, as its driver says; [`NO_TIME`] if it does not.
    pub change_time: AtomicU32,
}

pub(super) const NO_TIME: u32 = u32::MAX;

// SAFETY: the pointers are handed to the driver's functions only, which Linux calls from any CPU too.
unsafe impl Send for Driver {}
// SAFETY: as above; the framework's mutex orders the calls.
unsafe impl Sync for Driver {}

/// The framework's form of a C function's result.
fn number(result: c_int) -> Result<u32> {
    u32::try_from(result).map_err(|_| Cause::Driver(result.wrapping_neg()))
}

/// C's form of a number.
fn int(n: u32) -> c_int {
    c_int::try_from(n).unwrap_or(c_int::MAX)
}

/// Calls a function of the driver's table; without it, `Unsupported`.
macro_rules! call {
    ($self:ident.$f:ident($($arg:expr),*)) => {
        match $self.ops().$f {
            // SAFETY: the driver's function, called with its own regulator, which lives while it is registered.
            Some(f) => number(unsafe { f.guarded((*$self.rdev).dev.parent, ($self.rdev, $($arg,)*)) }),
            None => Err(Cause::Unsupported),
        }
    };
}

/// A call of a function that need not be there.
macro_rules! optional {
    ($call:expr) => {
        match $call {
            Err(Cause::Unsupported) => Ok(()),
            other => other.map(|_| ()),
        }
    };
}

impl Driver {
    fn desc(&self) -> &regulator_desc {
        // SAFETY: a driver's description lives as long as its regulator is registered.
        unsafe { &*(*self.rdev).desc }
    }

    fn ops(&self) -> &regulator_ops {
        // SAFETY: as above.
        unsafe { &*self.desc().ops }
    }

    /// The voltages by selector, those that are not to be used left out.
    fn voltages(&self) -> impl Iterator<Item = (c_uint, u32)> + '_ {
        let all = 0..self.desc().n_voltages;
        all.filter_map(|s| Some((s, self.list_voltage(s).ok().filter(|v| *v > 0)?)))
    }

    /// The selector of the lowest voltage in the range, and that voltage.
    fn select(&self, min: u32, max: u32) -> Result<(c_uint, u32)> {
        if self.ops().map_voltage.is_some() {
            let selector = call!(self.map_voltage(int(min), int(max)))?;
            let voltage = self.list_voltage(selector)?;
            return if (min..=max).contains(&voltage) { Ok((selector, voltage)) } else { Err(Cause::Invalid) };
        }
        let fits = self.voltages().filter(|(_, v)| (min..=max).contains(v));
        fits.min_by_key(|(_, v)| *v).ok_or(Cause::Invalid)
    }

    /// Sets a selector, by the steps that the hardware allows.
    fn set_selector(&self, old: Option<c_uint>, new: c_uint) -> Result<()> {
        let step = self.desc().vsel_step;
        if let Some(mut at) = old.filter(|_| step > 0) {
            while at.abs_diff(new) > step {
                at = if at < new { at + step } else { at - step };
                call!(self.set_voltage_sel(at))?;
            }
        }
        call!(self.set_voltage_sel(new)).map(|_| ())
    }
}

/// Sets the line that switches a regulator.
fn set_gpio(gpio: *mut gpio_desc, on: bool) -> Result<()> {
    // SAFETY: the regulator's own line.
    #[cfg(linked)]
    let result = unsafe { bindings::gpiod_set_value_cansleep(gpio, on.into()) };
    #[cfg(not(linked))]
    let result = test_gpio(gpio, on);
    number(result).map(|_| ())
}

/// Gives back a line that came with a regulator's configuration: it is the core's from there on.
///
/// # Safety
/// Null, or a line that nobody uses any more.
pub(super) unsafe fn put_gpio(gpio: *mut gpio_desc) {
    // SAFETY: as the caller says; tests on the host have numbers for lines.
    #[cfg(linked)]
    unsafe {
        if !gpio.is_null() {
            bindings::gpiod_put(gpio);
        }
    }
    #[cfg(not(linked))]
    let _ = gpio;
}

impl Drop for Driver {
    fn drop(&mut self) {
        // SAFETY: the regulator is gone.
        unsafe { put_gpio(self.gpio) };
    }
}

impl RegulatorOps for Driver {
    fn caps(&self) -> Caps {
        let (ops, desc) = (self.ops(), self.desc());
        let reads = ops.get_voltage.is_some()
            || ops.list_voltage.is_some()
            || desc.fixed_uV > 0 && desc.n_voltages == 1;
        let has = [
            (!self.gpio.is_null() || ops.enable.is_some(), Caps::SWITCH),
            (ops.set_voltage.is_some() || ops.set_voltage_sel.is_some(), Caps::SET_VOLTAGE),
            (ops.set_current_limit.is_some(), Caps::SET_CURRENT_LIMIT),
            (ops.set_mode.is_some(), Caps::SET_MODE),
            (ops.set_load.is_some(), Caps::SET_LOAD),
            (ops.set_bypass.is_some(), Caps::SET_BYPASS),
            (ops.list_voltage.is_some(), Caps::LIST_VOLTAGE),
            (reads, Caps::VOLTAGE),
        ];
        has.into_iter().filter(|(has, _)| *has).fold(Caps::empty(), |caps, (_, cap)| caps | cap)
    }

    fn set_up(&self, _constraints: &Constraints) -> Result<()> {
        // SAFETY: the regulator's own limits, set before it is registered.
        let c = unsafe { &*(*self.rdev).constraints };
        if c.ilim_uA > 0 {
            optional!(call!(self.set_input_current_limit(c.ilim_uA)))?;
        }
        if c.ramp_delay > 0 || c.ramp_disable() != 0 {
            optional!(call!(self.set_ramp_delay(int(c.ramp_delay))))?;
        }
        if c.pull_down() != 0 {
            optional!(call!(self.set_pull_down()))?;
        }
        if c.soft_start() != 0 {
            optional!(call!(self.set_soft_start()))?;
        }
        if c.over_current_protection() != 0 {
            let severity = bindings::REGULATOR_SEVERITY_PROT as c_int;
            let limit = c.over_curr_limits.prot;
            optional!(call!(self.set_over_current_protection(limit, severity, true)))?;
        }
        if c.active_discharge != 0 {
            let on = c.active_discharge == bindings::REGULATOR_ACTIVE_DISCHARGE_ENABLE;
            optional!(call!(self.set_active_discharge(on)))?;
        }
        Ok(())
    }

    fn enable(&self) -> Result<()> {
        if self.gpio.is_null() {
            return call!(self.enable()).map(|_| ());
        }
        if !self.gpio_on.load(Relaxed) {
            set_gpio(self.gpio, true)?;
            self.gpio_on.store(true, Relaxed);
        }
        Ok(())
    }

    fn disable(&self) -> Result<()> {
        if self.gpio.is_null() {
            return optional!(call!(self.disable()));
        }
        if self.gpio_on.load(Relaxed) {
            set_gpio(self.gpio, false)?;
            self.gpio_on.store(false, Relaxed);
        }
        Ok(())
    }

    fn is_enabled(&self) -> Result<bool> {
        if !self.gpio.is_null() {
            return Ok(self.gpio_on.load(Relaxed));
        }
        match call!(self.is_enabled()) {
            Err(Cause::Unsupported) => Ok(true),
            other => other.map(|on| on > 0),
        }
    }

    fn enable_time(&self) -> Option<u32> {
        call!(self.enable_time()).ok()
    }

    fn voltage(&self) -> Result<u32> {
        let ops = self.ops();
        if ops.get_voltage_sel.is_some() {
            return self.list_voltage(call!(self.get_voltage_sel())?);
        }
        if ops.get_voltage.is_some() {
            return call!(self.get_voltage());
        }
        if ops.list_voltage.is_some() {
            return self.list_voltage(0);
        }
        number(self.desc().fixed_uV)
    }

    fn list_voltage(&self, selector: u32) -> Result<u32> {
        call!(self.list_voltage(selector))
    }

    fn map_voltage(&self, min: u32, max: u32) -> Result<u32> {
        self.select(min, max).map(|(_, voltage)| voltage)
    }

    fn set_voltage(&self, min: u32, max: u32) -> Result<u32> {
        let old = call!(self.get_voltage_sel()).ok();
        self.change_time.store(NO_TIME, Relaxed);
        let (selector, voltage) = if self.ops().set_voltage.is_some() {
            let mut selector: c_uint = 0;
            call!(self.set_voltage(int(min), int(max), &raw mut selector))?;
            (selector, self.list_voltage(selector).or_else(|_| self.voltage())?)
        } else {
            let (selector, voltage) = self.select(min, max)?;
            if old != Some(selector) {
                self.set_selector(old, selector)?;
            }
            (selector, voltage)
        };
        if let Some(old) = old
            && let Ok(time) = call!(self.set_voltage_time_sel(old, selector))
        {
            self.change_time.store(time, Relaxed);
        }
        Ok(voltage)
    }

    fn voltage_time(&self, old: u32, new: u32) -> Option<u32> {
        let told = self.change_time.load(Relaxed);
        if told != NO_TIME { Some(told) } else { call!(self.set_voltage_time(int(old), int(new))).ok() }
    }

    fn current_limit(&self) -> Result<u32> {
        call!(self.get_current_limit())
    }

    fn set_current_limit(&self, min: u32, max: u32) -> Result<()> {
        call!(self.set_current_limit(int(min), int(max))).map(|_| ())
    }

    fn mode(&self) -> Result<u32> {
        let get = self.ops().get_mode.ok_or(Cause::Unsupported)?;
        // SAFETY: the driver's function, called with its own regulator.
        Ok(unsafe { get(self.rdev) })
    }

    fn set_mode(&self, mode: u32) -> Result<()> {
        call!(self.set_mode(mode)).map(|_| ())
    }

    fn optimum_mode(&self, input: u32, output: u32, load: u32) -> Result<u32> {
        let get = self.ops().get_optimum_mode.ok_or(Cause::Unsupported)?;
        // SAFETY: the driver's function, called with its own regulator.
        Ok(unsafe { get(self.rdev, int(input), int(output), int(load)) })
    }

    fn set_load(&self, load: u32) -> Result<()> {
        call!(self.set_load(int(load))).map(|_| ())
    }

    fn bypass(&self) -> Result<bool> {
        let mut on = false;
        optional!(call!(self.get_bypass(&raw mut on)))?;
        Ok(on)
    }

    fn set_bypass(&self, on: bool) -> Result<()> {
        call!(self.set_bypass(on)).map(|_| ())
    }

    fn error_flags(&self) -> Result<u32> {
        let mut flags = 0;
        call!(self.get_error_flags(&raw mut flags))?;
        Ok(flags)
    }
}

/// On the host a line is a number in memory.
#[cfg(not(linked))]
fn test_gpio(gpio: *mut gpio_desc, on: bool) -> c_int {
    // SAFETY: tests have no other lines.
    unsafe { gpio.cast::<c_int>().write(on.into()) };
    0
}
