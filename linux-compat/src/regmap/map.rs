// SPDX-License-Identifier: GPL-2.0-only
//! A register map: what may be accessed, under which lock, with which cache.

use alloc::collections::BTreeMap;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ffi::c_uint;

use kernel::sync::{Mutex, SpinLock};

use super::access::{Access, Format};
use crate::bindings::{self, device, reg_sequence, regmap, regmap_access_table, regmap_config, regmap_range};
use crate::errno::{Errno, Result};

/// What changes, under the map's lock.
pub(super) struct State {
    /// Values by register, if there is a cache.
    pub(super) cache: BTreeMap<u32, u32>,
    pub(super) defaults: BTreeMap<u32, u32>,
    pub(super) cache_only: bool,
    pub(super) bypass: bool,
    /// The device lacks what was written into the cache.
    pub(super) dirty: bool,
    /// The device lost all: what has the default's value is not written again.
    pub(super) no_sync_defaults: bool,
    pub(super) patch: Vec<reg_sequence>,
}

/// The lock that a map's users take.
enum Lock {
    None,
    Spin(SpinLock<()>),
    Sleep(Mutex<()>),
    /// Functions of the driver.
    Own,
}

/// A register map. What it begins with, C reads: `include/drivers/base/regmap/internal.h`.
#[repr(C)]
pub(super) struct Map {
    pub(super) head: regmap,
    pub(super) name: CString,
    pub(super) config: regmap_config,
    pub(super) access: Access,
    pub(super) format: Format,
    lock: Lock,
    state: UnsafeCell<State>,
}

// SAFETY: the state is used under the lock; all else is not changed, or the driver's to guard.
unsafe impl Sync for Map {}
// SAFETY: as above.
unsafe impl Send for Map {}

/// Whether `reg` is in one of the ranges.
///
/// # Safety
/// `ranges` must have `count` entries, or be null with 0.
pub(super) unsafe fn in_ranges(reg: u32, ranges: *const regmap_range, count: c_uint) -> bool {
    // SAFETY: as the caller says.
    (0..count as usize).map(|n| unsafe { &*ranges.add(n) }).any(|r| (r.range_min..=r.range_max).contains(&reg))
}

/// Whether a table allows `reg`.
///
/// # Safety
/// `table` must be a table of Linux's form.
pub(super) unsafe fn in_table(reg: u32, table: &regmap_access_table) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        if in_ranges(reg, table.no_ranges, table.n_no_ranges) {
            return false;
        }
        table.n_yes_ranges == 0 || in_ranges(reg, table.yes_ranges, table.n_yes_ranges)
    }
}

/// How a driver says what a register is.
type Judge = Option<unsafe extern "C" fn(dev: *mut device, reg: c_uint) -> bool>;

impl Map {
    /// # Safety
    /// The configuration must be as Linux documents it, and what it points to stay.
    pub(super) unsafe fn new(dev: *mut device, access: Access, config: &regmap_config) -> Result<Self> {
        let format = Format::new(config, &access)?;
        let lock = if config.disable_locking {
            Lock::None
        } else if config.lock.is_some() && config.unlock.is_some() {
            Lock::Own
        } else if access.is_fast() || config.fast_io {
            Lock::Spin(SpinLock::new(()))
        } else {
            Lock::Sleep(Mutex::new(()))
        };
        // SAFETY: null or a string of the driver's.
        let name = unsafe {
            if config.name.is_null() { CString::default() } else { core::ffi::CStr::from_ptr(config.name).into() }
        };
        let mut state = State {
            cache: BTreeMap::new(),
            defaults: BTreeMap::new(),
            cache_only: false,
            bypass: config.cache_type == bindings::REGCACHE_NONE,
            dirty: false,
            no_sync_defaults: false,
            patch: Vec::new(),
        };
        if !state.bypass {
            // SAFETY: the driver's table, of that length.
            unsafe { state.take_defaults(config, &format) };
        }
        let head = regmap {
            dev,
            reg_stride: config.reg_stride.max(1),
            use_single_read: config.use_single_read,
            format: bindings::regmap_format { val_bytes: format.val_bytes },
        };
        Ok(Self { head, name, config: *config, access, format, lock, state: UnsafeCell::new(state) })
    }

    /// The pointer that C has.
    pub(super) fn into_c(self) -> *mut regmap {
        alloc::boxed::Box::into_raw(alloc::boxed::Box::new(self)).cast()
    }

    /// Calls `f` with what changes, under the map's lock.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        // SAFETY: each way holds the map's lock meanwhile; without one the driver has its own.
        let run = || f(unsafe { &mut *self.state.get() });
        match &self.lock {
            Lock::None => run(),
            Lock::Spin(lock) => {
                let _guard = lock.lock();
                run()
            }
            Lock::Sleep(lock) => {
                let _guard = lock.lock();
                run()
            }
            Lock::Own => {
                // SAFETY: the driver's functions and their argument.
                unsafe {
                    if let Some(lock) = self.config.lock {
                        lock(self.config.lock_arg);
                    }
                    let result = run();
                    if let Some(unlock) = self.config.unlock {
                        unlock(self.config.lock_arg);
                    }
                    result
                }
            }
        }
    }

    /// Whether access may sleep.
    pub(super) fn sleeps(&self) -> bool {
        self.config.can_sleep || matches!(self.lock, Lock::Sleep(_))
    }

    /// How far registers are apart.
    pub(super) fn stride(&self) -> u32 {
        u32::try_from(self.config.reg_stride).unwrap_or(1).max(1)
    }

    /// The number of the next register.
    pub(super) fn after(&self, reg: u32, count: usize) -> u32 {
        reg.wrapping_add((count as u32).wrapping_mul(self.stride()))
    }

    /// # Errors
    /// `EINVAL`: there is no such register.
    pub(super) fn check(&self, reg: u32) -> Result<()> {
        if reg.is_multiple_of(self.stride()) { Ok(()) } else { Err(Errno::EINVAL) }
    }

    fn beyond(&self, reg: u32) -> bool {
        let limited = self.config.max_register != 0 || self.config.max_register_is_0;
        limited && reg > self.config.max_register
    }

    fn judged(&self, reg: u32, judge: Judge, table: *const regmap_access_table, otherwise: bool) -> bool {
        // SAFETY: the driver's function or table.
        unsafe {
            match (judge, table.as_ref()) {
                (Some(judge), _) => judge(self.head.dev, reg),
                (None, Some(table)) => in_table(reg, table),
                (None, None) => otherwise,
            }
        }
    }

    pub(super) fn writeable(&self, reg: u32) -> bool {
        !self.beyond(reg) && self.judged(reg, self.config.writeable_reg, self.config.wr_table, true)
    }

    pub(super) fn readable(&self, reg: u32) -> bool {
        let possible = !self.beyond(reg) && (self.format.reg_bytes != 0 || !self.access.is_raw());
        possible && self.judged(reg, self.config.readable_reg, self.config.rd_table, true)
    }

    /// Without a cache all are.
    pub(super) fn volatile(&self, reg: u32) -> bool {
        let none = self.config.cache_type == bindings::REGCACHE_NONE;
        none || self.judged(reg, self.config.volatile_reg, self.config.volatile_table, !self.readable(reg))
    }

    /// The number as the bus has it: based and shifted.
    fn address(&self, reg: u32) -> u32 {
        let reg = reg.wrapping_add(self.config.reg_base);
        let shift = self.config.reg_shift.unsigned_abs().min(31);
        if self.config.reg_shift >= 0 { reg >> shift } else { reg << shift }
    }

    /// Selects the page that a register of a range is on; its number in the window.
    pub(super) fn select(&self, state: &mut State, reg: u32) -> Result<u32> {
        let range = (0..self.config.num_ranges as usize)
            // SAFETY: the driver's table, of that length.
            .map(|n| unsafe { &*self.config.ranges.add(n) })
            .find(|r| (r.range_min..=r.range_max).contains(&reg));
        let Some(range) = range.filter(|r| r.window_len != 0) else { return Ok(self.address(reg)) };
        let (page, offset) = ((reg - range.range_min) / range.window_len, (reg - range.range_min) % range.window_len);
        let window = range.window_start + offset;
        // The selector can be reached on every page.
        if window != range.selector_reg {
            let shift = range.selector_shift.unsigned_abs().min(31);
            let at = self.address(range.selector_reg);
            let old = match state.cache.get(&range.selector_reg) {
                Some(value) if !state.bypass => *value,
                _ => self.access.read(&self.format, at)?,
            };
            let new = old & !range.selector_mask | page << shift & range.selector_mask;
            if new != old {
                self.access.write(&self.format, at, new)?;
                if !self.volatile(range.selector_reg) {
                    state.cache.insert(range.selector_reg, new);
                }
            }
        }
        Ok(self.address(window))
    }

    /// Reads a register, from the cache if it may.
    pub(super) fn read(&self, state: &mut State, reg: u32) -> Result<u32> {
        self.check(reg)?;
        let cached = !state.bypass && !self.volatile(reg);
        if cached && let Some(value) = state.cache.get(&reg) {
            return Ok(*value);
        }
        if state.cache_only {
            return Err(Errno::EBUSY);
        }
        if !self.readable(reg) {
            return Err(Errno::EIO);
        }
        let at = self.select(state, reg)?;
        let value = self.access.read(&self.format, at)?;
        if cached {
            state.cache.insert(reg, value);
        }
        Ok(value)
    }

    /// Writes a register, and the cache.
    pub(super) fn write(&self, state: &mut State, reg: u32, value: u32) -> Result<()> {
        self.check(reg)?;
        if !self.writeable(reg) {
            return Err(Errno::EIO);
        }
        let keep = !state.bypass && !self.volatile(reg);
        if state.cache_only {
            if keep {
                state.cache.insert(reg, value);
            }
            state.dirty = true;
            return Ok(());
        }
        let at = self.select(state, reg)?;
        self.access.write(&self.format, at, value)?;
        if keep {
            state.cache.insert(reg, value);
        }
        Ok(())
    }

    /// Changes bits; says whether the register was written.
    pub(super) fn update(&self, state: &mut State, reg: u32, mask: u32, value: u32, force: bool) -> Result<bool> {
        if let (Access::Bus(bus, context), true) = (&self.access, self.volatile(reg))
            && let Some(update) = bus.reg_update_bits
        {
            let at = self.select(state, reg)?;
            // SAFETY: the driver's function.
            return Errno::check(unsafe { update(*context, at, mask, value) }).map(|_| true);
        }
        let old = self.read(state, reg)?;
        let new = old & !mask | value & mask;
        let change = force || new != old;
        if change {
            self.write(state, reg, new)?;
        }
        Ok(change)
    }
}

/// The map behind a C pointer.
///
/// # Safety
/// `raw` must be of [`Map::into_c`], and stay.
pub(super) unsafe fn of<'a>(raw: *mut regmap) -> Result<&'a Map> {
    Errno::check_ptr(raw)?;
    // SAFETY: as the caller says.
    unsafe { raw.cast::<Map>().as_ref() }.ok_or(Errno::EINVAL)
}
