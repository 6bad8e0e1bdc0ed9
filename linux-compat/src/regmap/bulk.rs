// SPDX-License-Identifier: GPL-2.0-only
//! Access to many registers at once: `raw` with the bytes as the bus has them, `bulk` with numbers of the CPU, `noinc`
//! with one register many times.

use alloc::vec;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint, c_void};

use super::map::{Map, State, of};
use crate::bindings::regmap;
use crate::errno::{Errno, Result, to_c};

crate::exports! {
    family "regmap";
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_raw_write(map: *mut regmap, reg: c_uint, val: *const c_void, val_len: usize) -> c_int = raw_write;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_raw_write_async(map: *mut regmap, reg: c_uint, val: *const c_void, val_len: usize) -> c_int = raw_write;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_raw_read(map: *mut regmap, reg: c_uint, val: *mut c_void, val_len: usize) -> c_int = raw_read;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_noinc_write(map: *mut regmap, reg: c_uint, val: *const c_void, val_len: usize) -> c_int = noinc_write;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_noinc_read(map: *mut regmap, reg: c_uint, val: *mut c_void, val_len: usize) -> c_int = noinc_read;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_bulk_write(map: *mut regmap, reg: c_uint, val: *const c_void, val_count: usize) -> c_int = bulk_write;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_bulk_read(map: *mut regmap, reg: c_uint, val: *mut c_void, val_count: usize) -> c_int = bulk_read;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_multi_reg_read(map: *mut regmap, reg: *mut c_uint, val: *mut c_void, val_count: usize) -> c_int = multi_read;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_can_raw_write(map: *mut regmap) -> bool = can_raw_write;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_get_raw_read_max(map: *mut regmap) -> usize = raw_read_max;
    [any, supported, "regmap::tests::many_registers_go_at_once"]
    fn regmap_get_raw_write_max(map: *mut regmap) -> usize = raw_write_max;
}

/// A number of the CPU's among many, of the width of a value.
fn native(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn put_native(value: u32, into: &mut [u8]) {
    into.iter_mut().zip(value.to_le_bytes()).for_each(|(to, from)| *to = from);
}

impl Map {
    /// Whether registers from `reg` on may go over the bus as one transfer.
    fn together(&self, reg: u32, count: usize, single: bool) -> bool {
        let last = self.after(reg, count.saturating_sub(1));
        let in_range = (0..self.config.num_ranges as usize).any(|n| {
            // SAFETY: the driver's table, of that length.
            let range = unsafe { &*self.config.ranges.add(n) };
            range.range_min <= last && reg <= range.range_max
        });
        self.access.is_raw() && !single && !in_range
    }

    /// Most values of a transfer.
    fn most(&self, limit: usize, of_bus: usize) -> usize {
        let limit = [limit, of_bus].into_iter().filter(|n| *n != 0).min().unwrap_or(usize::MAX);
        (limit / self.format.val_bytes).max(1)
    }

    fn bus_limits(&self) -> (usize, usize) {
        match &self.access {
            super::access::Access::Bus(bus, _) => (bus.max_raw_read, bus.max_raw_write),
            _ => (0, 0),
        }
    }

    /// Values from `reg` on.
    pub(super) fn read_many(&self, state: &mut State, reg: u32, count: usize) -> Result<Vec<u32>> {
        let single = self.config.use_single_read;
        let cached = !state.bypass && (0..count).any(|n| !self.volatile(self.after(reg, n)));
        if cached || !self.together(reg, count, single) {
            return (0..count).map(|n| self.read(state, self.after(reg, n))).collect();
        }
        self.check(reg)?;
        if state.cache_only {
            return Err(Errno::EBUSY);
        }
        if (0..count).any(|n| !self.readable(self.after(reg, n))) {
            return Err(Errno::EIO);
        }
        let most = self.most(self.config.max_raw_read, self.bus_limits().0);
        let mut bytes = vec![0; count * self.format.val_bytes];
        for (n, part) in bytes.chunks_mut(most.saturating_mul(self.format.val_bytes)).enumerate() {
            let at = self.select(state, self.after(reg, n * most))?;
            self.access.read_raw(&self.format, at, part)?;
        }
        Ok(bytes.chunks(self.format.val_bytes).map(|b| self.format.parse(b)).collect())
    }

    /// Values to the registers from `reg` on.
    pub(super) fn write_many(&self, state: &mut State, reg: u32, values: &[u32]) -> Result<()> {
        if state.cache_only || !self.together(reg, values.len(), self.config.use_single_write) {
            return values.iter().enumerate().try_for_each(|(n, v)| self.write(state, self.after(reg, n), *v));
        }
        self.check(reg)?;
        if (0..values.len()).any(|n| !self.writeable(self.after(reg, n))) {
            return Err(Errno::EIO);
        }
        let most = self.most(self.config.max_raw_write, self.bus_limits().1);
        for (n, part) in values.chunks(most).enumerate() {
            let first = self.after(reg, n * most);
            let at = self.select(state, first)?;
            let bytes: Vec<u8> = part.iter().flat_map(|v| self.format.value(*v)).collect();
            self.access.write_raw(&self.format, at, &bytes)?;
            for (n, value) in part.iter().enumerate() {
                let reg = self.after(first, n);
                if !state.bypass && !self.volatile(reg) {
                    state.cache.insert(reg, *value);
                }
            }
        }
        Ok(())
    }
}

/// # Errors
/// `EINVAL`: no whole number of values.
fn count(map: &Map, len: usize) -> Result<usize> {
    if len.is_multiple_of(map.format.val_bytes) && len != 0 { Ok(len / map.format.val_bytes) } else { Err(Errno::EINVAL) }
}

unsafe fn raw_write(map: *mut regmap, reg: c_uint, val: *const c_void, len: usize) -> c_int {
    // SAFETY: the C caller's map, and as many bytes as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            count(map, len)?;
            let bytes = core::slice::from_raw_parts(val.cast::<u8>(), len);
            let values: Vec<u32> = bytes.chunks(map.format.val_bytes).map(|b| map.format.parse(b)).collect();
            map.with(|state| map.write_many(state, reg, &values))
        })
    })
}

unsafe fn raw_read(map: *mut regmap, reg: c_uint, val: *mut c_void, len: usize) -> c_int {
    // SAFETY: the C caller's map, and as much room as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            let count = count(map, len)?;
            let values = map.with(|state| map.read_many(state, reg, count))?;
            let into = core::slice::from_raw_parts_mut(val.cast::<u8>(), len);
            let bytes = values.iter().flat_map(|v| map.format.value(*v));
            into.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
            Ok(())
        })
    })
}

pub(super) unsafe fn bulk_write(map: *mut regmap, reg: c_uint, val: *const c_void, val_count: usize) -> c_int {
    // SAFETY: the C caller's map, and as many numbers of its width as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            let width = map.format.val_bytes.next_power_of_two();
            let bytes = core::slice::from_raw_parts(val.cast::<u8>(), val_count * width);
            let values: Vec<u32> = bytes.chunks(width).map(native).collect();
            map.with(|state| map.write_many(state, reg, &values))
        })
    })
}

pub(super) unsafe fn bulk_read(map: *mut regmap, reg: c_uint, val: *mut c_void, val_count: usize) -> c_int {
    // SAFETY: the C caller's map, and room for as many numbers of its width as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            if val_count == 0 {
                return Err(Errno::EINVAL);
            }
            let values = map.with(|state| map.read_many(state, reg, val_count))?;
            let width = map.format.val_bytes.next_power_of_two();
            let into = core::slice::from_raw_parts_mut(val.cast::<u8>(), val_count * width);
            into.chunks_mut(width).zip(values).for_each(|(to, value)| put_native(value, to));
            Ok(())
        })
    })
}

unsafe fn multi_read(map: *mut regmap, regs: *mut c_uint, val: *mut c_void, val_count: usize) -> c_int {
    // SAFETY: the C caller's map, as many registers as it says, and room for their values.
    to_c(unsafe {
        of(map).and_then(|map| {
            let regs = core::slice::from_raw_parts(regs, val_count);
            let width = map.format.val_bytes.next_power_of_two();
            let into = core::slice::from_raw_parts_mut(val.cast::<u8>(), val_count * width);
            into.chunks_mut(width).zip(regs).try_for_each(|(to, reg)| {
                put_native(map.with(|state| map.read(state, *reg))?, to);
                Ok(())
            })
        })
    })
}

/// One register many times, past the cache.
unsafe fn noinc_write(map: *mut regmap, reg: c_uint, val: *const c_void, len: usize) -> c_int {
    // SAFETY: the C caller's map, and as many bytes as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            count(map, len)?;
            if !map.volatile(reg) || !map.writeable(reg) {
                return Err(Errno::EINVAL);
            }
            let bytes = core::slice::from_raw_parts(val.cast::<u8>(), len);
            map.with(|state| {
                let at = map.select(state, reg)?;
                if map.access.is_raw() {
                    let most = map.most(map.config.max_raw_write, map.bus_limits().1);
                    let parts = bytes.chunks(most.saturating_mul(map.format.val_bytes));
                    return { parts }.try_for_each(|part| map.access.write_raw(&map.format, at, part));
                }
                let values = bytes.chunks(map.format.val_bytes).map(native);
                { values }.try_for_each(|value| map.access.write(&map.format, at, value))
            })
        })
    })
}

unsafe fn noinc_read(map: *mut regmap, reg: c_uint, val: *mut c_void, len: usize) -> c_int {
    // SAFETY: the C caller's map, and as much room as it says.
    to_c(unsafe {
        of(map).and_then(|map| {
            count(map, len)?;
            if !map.volatile(reg) || !map.readable(reg) {
                return Err(Errno::EINVAL);
            }
            let bytes = core::slice::from_raw_parts_mut(val.cast::<u8>(), len);
            map.with(|state| {
                let at = map.select(state, reg)?;
                if map.access.is_raw() {
                    let most = map.most(map.config.max_raw_read, map.bus_limits().0);
                    let parts = bytes.chunks_mut(most.saturating_mul(map.format.val_bytes));
                    return { parts }.try_for_each(|part| map.access.read_raw(&map.format, at, part));
                }
                bytes.chunks_mut(map.format.val_bytes).try_for_each(|to| {
                    put_native(map.access.read(&map.format, at)?, to);
                    Ok(())
                })
            })
        })
    })
}

unsafe fn can_raw_write(map: *mut regmap) -> bool {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.is_ok_and(|map| map.access.is_raw())
}

unsafe fn raw_read_max(map: *mut regmap) -> usize {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or(0, |map| map.config.max_raw_read)
}

unsafe fn raw_write_max(map: *mut regmap) -> usize {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or(0, |map| map.config.max_raw_write)
}
