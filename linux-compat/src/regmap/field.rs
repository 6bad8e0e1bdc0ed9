// SPDX-License-Identifier: GPL-2.0-only
//! Fields: some bits of a register, or of the same register of several parts of a device.

use alloc::boxed::Box;
use core::ffi::{c_int, c_uint};
use core::ptr::with_exposed_provenance_mut;

use super::map::{Map, of};
use crate::bindings::{device, reg_field, regmap, regmap_field};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};

crate::exports! {
    family "regmap";
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_field_alloc(map: *mut regmap, field: reg_field) -> *mut regmap_field = alloc_field;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_field_free(field: *mut regmap_field) -> () = free;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn devm_regmap_field_alloc(dev: *mut device, map: *mut regmap, field: reg_field) -> *mut regmap_field = alloc_managed;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn devm_regmap_field_free(dev: *mut device, field: *mut regmap_field) -> () = free_managed;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn devm_regmap_field_bulk_alloc(dev: *mut device, map: *mut regmap, out: *mut *mut regmap_field, fields: *const reg_field, num: c_int) -> c_int = bulk_alloc_managed;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_field_read(field: *mut regmap_field, val: *mut c_uint) -> c_int = read;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_field_test_bits(field: *mut regmap_field, bits: c_uint) -> c_int = test_bits;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_field_update_bits_base(field: *mut regmap_field, mask: c_uint, val: c_uint, change: *mut bool, async_: bool, force: bool) -> c_int = update;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_fields_read(field: *mut regmap_field, id: c_uint, val: *mut c_uint) -> c_int = read_of;
    [any, supported, "regmap::tests::fields_are_bits_of_a_register"]
    fn regmap_fields_update_bits_base(field: *mut regmap_field, id: c_uint, mask: c_uint, val: c_uint, change: *mut bool, async_: bool, force: bool) -> c_int = update_of;
}

/// What is behind a `struct regmap_field`.
struct Field {
    map: *mut regmap,
    reg: u32,
    shift: u32,
    mask: u32,
    parts: u32,
    offset: u32,
}

fn make(map: *mut regmap, field: &reg_field) -> Result<*mut regmap_field> {
    if field.lsb > field.msb || field.msb > 31 {
        return Err(Errno::EINVAL);
    }
    let mask = (u32::MAX >> (31 - (field.msb - field.lsb))) << field.lsb;
    let made =
        Field { map, reg: field.reg, shift: field.lsb, mask, parts: field.id_size, offset: field.id_offset };
    Ok(Box::into_raw(Box::new(made)).cast())
}

pub(super) fn alloc_field(map: *mut regmap, field: reg_field) -> *mut regmap_field {
    ptr_to_c(make(map, &field))
}

pub(super) unsafe fn free(field: *mut regmap_field) {
    if Errno::check_ptr(field).is_ok_and(|f| !f.is_null()) {
        // SAFETY: of `make`, and given back once.
        drop(unsafe { Box::from_raw(field.cast::<Field>()) });
    }
}

unsafe fn managed(dev: *mut device, map: *mut regmap, field: &reg_field) -> Result<*mut regmap_field> {
    let made = make(map, field)?;
    let address = made.expose_provenance();
    // SAFETY: the C caller's device.
    unsafe {
        devres::add(dev, Key("regmap_field", address), move || free(with_exposed_provenance_mut(address)))?;
    }
    Ok(made)
}

unsafe fn alloc_managed(dev: *mut device, map: *mut regmap, field: reg_field) -> *mut regmap_field {
    // SAFETY: as the C caller says.
    ptr_to_c(unsafe { managed(dev, map, &field) })
}

unsafe fn free_managed(dev: *mut device, field: *mut regmap_field) {
    // SAFETY: the C caller's device.
    unsafe { devres::release(dev, Key("regmap_field", field.addr())) };
}

/// Those made before one that is refused go with the device.
unsafe fn bulk_alloc_managed(
    dev: *mut device,
    map: *mut regmap,
    out: *mut *mut regmap_field,
    fields: *const reg_field,
    num: c_int,
) -> c_int {
    // SAFETY: the C caller's device, and tables of that length.
    to_c(unsafe {
        (0..usize::try_from(num).unwrap_or(0)).try_for_each(|n| {
            out.add(n).write(managed(dev, map, &*fields.add(n))?);
            Ok(())
        })
    })
}

/// The field, its map, and the register of part `id`.
unsafe fn part<'a>(raw: *mut regmap_field, id: c_uint) -> Result<(&'a Field, &'a Map, u32)> {
    // SAFETY: the C caller's field; its map outlives it.
    unsafe {
        let field = Errno::check_ptr(raw)?.cast::<Field>().as_ref().ok_or(Errno::EINVAL)?;
        if id != 0 && id >= field.parts {
            return Err(Errno::EINVAL);
        }
        Ok((field, of(field.map)?, field.reg.wrapping_add(field.offset.wrapping_mul(id))))
    }
}

pub(super) unsafe fn read_of(raw: *mut regmap_field, id: c_uint, val: *mut c_uint) -> c_int {
    // SAFETY: the C caller's field and variable.
    to_c(unsafe {
        part(raw, id).and_then(|(field, map, reg)| {
            let value = map.with(|state| map.read(state, reg))?;
            val.write((value & field.mask) >> field.shift);
            Ok(())
        })
    })
}

pub(super) unsafe fn read(raw: *mut regmap_field, val: *mut c_uint) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { read_of(raw, 0, val) }
}

unsafe fn test_bits(raw: *mut regmap_field, bits: c_uint) -> c_int {
    let mut value = 0;
    // SAFETY: the C caller's field.
    match unsafe { read(raw, &raw mut value) } {
        0 => (value & bits == bits).into(),
        error => error,
    }
}

pub(super) unsafe fn update_of(
    raw: *mut regmap_field,
    id: c_uint,
    mask: c_uint,
    val: c_uint,
    change: *mut bool,
    _async: bool,
    force: bool,
) -> c_int {
    // SAFETY: the C caller's field; the variable is null or its.
    unsafe {
        let done = part(raw, id).and_then(|(field, map, reg)| {
            let mask = mask << field.shift & field.mask;
            map.with(|state| map.update(state, reg, mask, val << field.shift, force))
        });
        if let Some(change) = change.as_mut() {
            *change = *done.as_ref().unwrap_or(&false);
        }
        to_c(done.map(|_| ()))
    }
}

pub(super) unsafe fn update(
    raw: *mut regmap_field,
    mask: c_uint,
    val: c_uint,
    change: *mut bool,
    async_: bool,
    force: bool,
) -> c_int {
    // SAFETY: as the C caller says.
    unsafe { update_of(raw, 0, mask, val, change, async_, force) }
}
