// SPDX-License-Identifier: GPL-2.0-only
//! The cache of a map: one sorted table, whichever kind Linux's driver names.

use core::ffi::{c_int, c_uint};
use core::ops::RangeInclusive;

use super::access::Format;
use super::map::{Map, State, of};
use crate::bindings::{regmap, regmap_config};
use crate::errno::{Result, to_c};

crate::exports! {
    family "regmap";
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_sync(map: *mut regmap) -> c_int = sync;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_sync_region(map: *mut regmap, min: c_uint, max: c_uint) -> c_int = sync_region;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_drop_region(map: *mut regmap, min: c_uint, max: c_uint) -> c_int = drop_region;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_cache_only(map: *mut regmap, enable: bool) -> () = cache_only;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_cache_bypass(map: *mut regmap, enable: bool) -> () = cache_bypass;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_mark_dirty(map: *mut regmap) -> () = mark_dirty;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regcache_reg_cached(map: *mut regmap, reg: c_uint) -> bool = is_cached;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regmap_reinit_cache(map: *mut regmap, config: *const regmap_config) -> c_int = reinit;
}

impl State {
    /// Takes the values that registers have after a reset, as the driver gives them.
    ///
    /// # Safety
    /// The configuration's tables must be as long as it says.
    pub(super) unsafe fn take_defaults(&mut self, config: &regmap_config, format: &Format) {
        for n in 0..if config.reg_defaults.is_null() { 0 } else { config.num_reg_defaults as usize } {
            // SAFETY: as the caller says.
            let entry = unsafe { &*config.reg_defaults.add(n) };
            self.defaults.insert(entry.reg, entry.def);
        }
        let raw = config.reg_defaults_raw.cast::<u8>();
        if !raw.is_null() && self.defaults.is_empty() {
            let stride = config.reg_stride.max(1) as u32;
            let count = config.num_reg_defaults_raw as usize;
            // SAFETY: as the caller says.
            let bytes = unsafe { core::slice::from_raw_parts(raw, count * format.val_bytes) };
            let values = bytes.chunks(format.val_bytes).map(|b| format.parse(b));
            self.defaults.extend((0..).map(|n| n * stride).zip(values));
        }
        self.cache.extend(self.defaults.iter());
    }
}

/// Writes what the device lacks: first the patch, then what differs from the values after a reset.
fn write_back(map: &Map, state: &mut State, region: RangeInclusive<u32>, patch: bool) -> Result<()> {
    let before = core::mem::replace(&mut state.bypass, true);
    let done = (|| {
        if patch {
            for entry in state.patch.clone() {
                map.write(state, entry.reg, entry.def)?;
            }
        }
        let entries: alloc::vec::Vec<(u32, u32)> =
            state.cache.range(region).map(|(reg, value)| (*reg, *value)).collect();
        for (reg, value) in entries {
            let known = state.no_sync_defaults && state.defaults.get(&reg) == Some(&value);
            if !known && map.writeable(reg) && !map.volatile(reg) {
                map.write(state, reg, value)?;
            }
        }
        Ok(())
    })();
    state.bypass = before;
    done
}

pub(super) unsafe fn sync(map: *mut regmap) -> c_int {
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.and_then(|map| {
        map.with(|state| {
            if !state.dirty {
                return Ok(());
            }
            write_back(map, state, 0..=u32::MAX, true)?;
            (state.dirty, state.no_sync_defaults) = (false, false);
            Ok(())
        })
    }))
}

unsafe fn sync_region(map: *mut regmap, min: c_uint, max: c_uint) -> c_int {
    if min > max {
        return crate::errno::Errno::EINVAL.to_c();
    }
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.and_then(|map| {
        map.with(|state| if state.dirty { write_back(map, state, min..=max, false) } else { Ok(()) })
    }))
}

pub(super) unsafe fn drop_region(map: *mut regmap, min: c_uint, max: c_uint) -> c_int {
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.map(|map| {
        map.with(|state| state.cache.retain(|reg, _| !(min..=max).contains(reg)));
    }))
}

pub(super) unsafe fn cache_only(map: *mut regmap, enable: bool) {
    // SAFETY: the C caller's map.
    if let Ok(map) = unsafe { of(map) } {
        map.with(|state| state.cache_only = enable);
    }
}

unsafe fn cache_bypass(map: *mut regmap, enable: bool) {
    // SAFETY: the C caller's map.
    if let Ok(map) = unsafe { of(map) } {
        map.with(|state| state.bypass = enable);
    }
}

/// The device has been reset.
pub(super) unsafe fn mark_dirty(map: *mut regmap) {
    // SAFETY: the C caller's map.
    if let Ok(map) = unsafe { of(map) } {
        map.with(|state| (state.dirty, state.no_sync_defaults) = (true, true));
    }
}

unsafe fn is_cached(map: *mut regmap, reg: c_uint) -> bool {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.is_ok_and(|map| map.with(|state| state.cache.contains_key(&reg)))
}

/// Begins a new cache. What may be accessed was given when the map was made, and stays.
unsafe fn reinit(map: *mut regmap, config: *const regmap_config) -> c_int {
    // SAFETY: the C caller's map and configuration.
    to_c(unsafe {
        of(map).map(|map| {
            map.with(|state| {
                state.cache.clear();
                state.defaults.clear();
                state.take_defaults(&*config, &map.format);
                (state.bypass, state.cache_only) = (false, false);
            });
        })
    })
}
