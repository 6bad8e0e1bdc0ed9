// SPDX-License-Identifier: GPL-2.0-only
//! Access to one register at a time, and questions about a map.

use core::ffi::{c_int, c_uint, c_void};

use super::map::{in_ranges, in_table, of};
use crate::bindings::{reg_sequence, regmap, regmap_access_table, regmap_range};
use crate::errno::{Errno, to_c};

crate::exports! {
    family "regmap";
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_write(map: *mut regmap, reg: c_uint, val: c_uint) -> c_int = write;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_write_async(map: *mut regmap, reg: c_uint, val: c_uint) -> c_int = write;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_read(map: *mut regmap, reg: c_uint, val: *mut c_uint) -> c_int = read;
    [any, supported, "regmap::tests::the_cache_keeps_what_was_written"]
    fn regmap_read_bypassed(map: *mut regmap, reg: c_uint, val: *mut c_uint) -> c_int = read_bypassed;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_update_bits_base(map: *mut regmap, reg: c_uint, mask: c_uint, val: c_uint, change: *mut bool, async_: bool, force: bool) -> c_int = update_bits;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_test_bits(map: *mut regmap, reg: c_uint, bits: c_uint) -> c_int = test_bits;
    [sleeps, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_async_complete(map: *mut regmap) -> c_int = async_complete;
    [any, supported, "regmap::tests::sequences_are_written_in_order"]
    fn regmap_multi_reg_write(map: *mut regmap, regs: *const reg_sequence, num_regs: c_int) -> c_int = write_sequence;
    [any, supported, "regmap::tests::sequences_are_written_in_order"]
    fn regmap_multi_reg_write_bypassed(map: *mut regmap, regs: *const reg_sequence, num_regs: c_int) -> c_int = write_sequence_bypassed;
    [any, supported, "regmap::tests::sequences_are_written_in_order"]
    fn regmap_register_patch(map: *mut regmap, regs: *const reg_sequence, num_regs: c_int) -> c_int = register_patch;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_parse_val(map: *mut regmap, buf: *const c_void, val: *mut c_uint) -> c_int = parse_val;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_get_val_bytes(map: *mut regmap) -> c_int = val_bytes;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_get_max_register(map: *mut regmap) -> c_int = max_register;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_get_reg_stride(map: *mut regmap) -> c_int = reg_stride;
    [any, supported, "regmap::tests::registers_are_read_and_written"]
    fn regmap_might_sleep(map: *mut regmap) -> bool = might_sleep;
    [any, supported, "regmap::tests::what_may_not_be_accessed_is_refused"]
    fn regmap_check_range_table(map: *mut regmap, reg: c_uint, table: *const regmap_access_table) -> bool = check_range_table;
    [any, supported, "regmap::tests::what_may_not_be_accessed_is_refused"]
    fn regmap_reg_in_ranges(reg: c_uint, ranges: *const regmap_range, nranges: c_uint) -> bool = in_ranges;
}

pub(super) unsafe fn write(map: *mut regmap, reg: c_uint, val: c_uint) -> c_int {
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.and_then(|map| map.with(|state| map.write(state, reg, val))))
}

pub(super) unsafe fn read(map: *mut regmap, reg: c_uint, val: *mut c_uint) -> c_int {
    // SAFETY: the C caller's map and variable.
    to_c(unsafe {
        of(map).and_then(|map| map.with(|state| map.read(state, reg))).map(|found| val.write(found))
    })
}

/// From the device itself.
pub(super) unsafe fn read_bypassed(map: *mut regmap, reg: c_uint, val: *mut c_uint) -> c_int {
    // SAFETY: the C caller's map and variable.
    to_c(unsafe {
        of(map)
            .and_then(|map| {
                map.with(|state| {
                    let (bypass, only) = (state.bypass, state.cache_only);
                    (state.bypass, state.cache_only) = (true, false);
                    let found = map.read(state, reg);
                    (state.bypass, state.cache_only) = (bypass, only);
                    found
                })
            })
            .map(|found| val.write(found))
    })
}

pub(super) unsafe fn update_bits(
    map: *mut regmap,
    reg: c_uint,
    mask: c_uint,
    val: c_uint,
    change: *mut bool,
    _async: bool,
    force: bool,
) -> c_int {
    // SAFETY: the C caller's map; the variable is null or its.
    unsafe {
        let done = of(map).and_then(|map| map.with(|state| map.update(state, reg, mask, val, force)));
        if let Some(change) = change.as_mut() {
            *change = *done.as_ref().unwrap_or(&false);
        }
        to_c(done.map(|_| ()))
    }
}

/// 1 if all of the bits are set.
pub(super) unsafe fn test_bits(map: *mut regmap, reg: c_uint, bits: c_uint) -> c_int {
    // SAFETY: the C caller's map.
    match unsafe { of(map) }.and_then(|map| map.with(|state| map.read(state, reg))) {
        Ok(value) => (value & bits == bits).into(),
        Err(error) => error.to_c(),
    }
}

/// Every write is complete when its function returns.
unsafe fn async_complete(map: *mut regmap) -> c_int {
    // SAFETY: the C caller's map.
    to_c(unsafe { of(map) }.map(|_| ()))
}

/// The entries of a sequence.
unsafe fn sequence<'a>(regs: *const reg_sequence, count: c_int) -> Result<&'a [reg_sequence], Errno> {
    match usize::try_from(count) {
        Ok(0) => Ok(&[]),
        // SAFETY: the C caller's sequence, of that length.
        Ok(count) if !regs.is_null() => Ok(unsafe { core::slice::from_raw_parts(regs, count) }),
        _ => Err(Errno::EINVAL),
    }
}

fn pause(sleeps: bool, us: c_uint) {
    match us {
        0 => {}
        1..=10 => kernel::time::udelay(us.into()),
        _ if !sleeps => kernel::time::udelay(us.into()),
        _ => kernel::sched::sleep_ns(u64::from(us) * 1000),
    }
}

unsafe fn run(map: *mut regmap, regs: *const reg_sequence, count: c_int, bypass: bool) -> c_int {
    // SAFETY: the C caller's map and sequence.
    let write = unsafe {
        of(map).and_then(|map| {
            for entry in sequence(regs, count)? {
                map.with(|state| {
                    let before = state.bypass;
                    state.bypass |= bypass;
                    let done = map.write(state, entry.reg, entry.def);
                    state.bypass = before;
                    done
                })?;
                pause(map.sleeps(), entry.delay_us);
            }
            Ok(())
        })
    };
    to_c(write)
}

pub(super) unsafe fn write_sequence(map: *mut regmap, regs: *const reg_sequence, count: c_int) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { run(map, regs, count, false) }
}

unsafe fn write_sequence_bypassed(map: *mut regmap, regs: *const reg_sequence, count: c_int) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { run(map, regs, count, true) }
}

/// Writes a sequence now, past the cache, and again before each synchronization of the cache.
pub(super) unsafe fn register_patch(map: *mut regmap, regs: *const reg_sequence, count: c_int) -> c_int {
    // SAFETY: as the C caller says.
    unsafe {
        let kept = of(map).and_then(|map| {
            let patch = sequence(regs, count)?;
            map.with(|state| state.patch.extend_from_slice(patch));
            Ok(())
        });
        if kept.is_err() { to_c(kept) } else { run(map, regs, count, true) }
    }
}

unsafe fn parse_val(map: *mut regmap, buf: *const c_void, val: *mut c_uint) -> c_int {
    // SAFETY: the C caller's map and variable, and the bytes of a value.
    to_c(unsafe {
        of(map).map(|map| {
            val.write(map.format.parse(core::slice::from_raw_parts(buf.cast(), map.format.val_bytes)));
        })
    })
}

unsafe fn val_bytes(map: *mut regmap) -> c_int {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or_else(Errno::to_c, |map| map.format.val_bytes as c_int)
}

unsafe fn max_register(map: *mut regmap) -> c_int {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or_else(Errno::to_c, |map| {
        let known = map.config.max_register != 0 || map.config.max_register_is_0;
        if known { map.config.max_register as c_int } else { Errno::EINVAL.to_c() }
    })
}

unsafe fn reg_stride(map: *mut regmap) -> c_int {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.map_or_else(Errno::to_c, |map| map.stride() as c_int)
}

unsafe fn might_sleep(map: *mut regmap) -> bool {
    // SAFETY: the C caller's map.
    unsafe { of(map) }.is_ok_and(|map| map.sleeps())
}

unsafe fn check_range_table(_map: *mut regmap, reg: c_uint, table: *const regmap_access_table) -> bool {
    // SAFETY: null or the C caller's table.
    unsafe { table.as_ref().is_none_or(|table| in_table(reg, table)) }
}
