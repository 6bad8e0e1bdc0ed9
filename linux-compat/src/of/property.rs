// SPDX-License-Identifier: GPL-2.0-only
//! Reading properties.

use super::node::{Node, Property};
use super::tree::bytes;
use crate::bindings::{self, device_node};
use crate::errno::{Errno, Result, int_to_c, to_c};
use core::ffi::{c_char, c_int, c_void};
use core::ptr;

crate::exports! {
    family "of";
    [any, supported, "of::tests::properties_are_read"]
    fn of_find_property(np: *const device_node, name: *const c_char, lenp: *mut c_int) -> *mut bindings::property = find_property;
    [any, supported, "of::tests::properties_are_read"]
    fn of_get_property(np: *const device_node, name: *const c_char, lenp: *mut c_int) -> *const c_void = get_property;
    [any, supported, "of::tests::properties_are_read"]
    fn of_property_count_elems_of_size(np: *const device_node, name: *const c_char, size: c_int) -> c_int = count_elements;
    [any, supported, "of::tests::properties_are_read"]
    fn of_property_read_u32_index(np: *const device_node, name: *const c_char, index: u32, out: *mut u32) -> c_int = read_u32_index;
    [any, supported, "of::tests::properties_are_read"]
    fn of_property_read_u64_index(np: *const device_node, name: *const c_char, index: u32, out: *mut u64) -> c_int = read_u64_index;
    [any, supported, "of::tests::properties_are_read"]
    fn of_property_read_u64(np: *const device_node, name: *const c_char, out: *mut u64) -> c_int = read_u64;
    [any, supported, "of::tests::arrays_of_variable_length"]
    fn of_property_read_variable_u8_array(np: *const device_node, name: *const c_char, out: *mut u8, sz_min: usize, sz_max: usize) -> c_int = read_u8_array;
    [any, supported, "of::tests::arrays_of_variable_length"]
    fn of_property_read_variable_u16_array(np: *const device_node, name: *const c_char, out: *mut u16, sz_min: usize, sz_max: usize) -> c_int = read_u16_array;
    [any, supported, "of::tests::arrays_of_variable_length"]
    fn of_property_read_variable_u32_array(np: *const device_node, name: *const c_char, out: *mut u32, sz_min: usize, sz_max: usize) -> c_int = read_u32_array;
    [any, supported, "of::tests::arrays_of_variable_length"]
    fn of_property_read_variable_u64_array(np: *const device_node, name: *const c_char, out: *mut u64, sz_min: usize, sz_max: usize) -> c_int = read_u64_array;
    [any, supported, "of::tests::strings_are_read"]
    fn of_property_read_string(np: *const device_node, name: *const c_char, out: *mut *const c_char) -> c_int = read_string;
    [any, supported, "of::tests::strings_are_read"]
    fn of_property_match_string(np: *const device_node, name: *const c_char, wanted: *const c_char) -> c_int = match_string;
    [any, supported, "of::tests::strings_are_read"]
    fn of_property_read_string_helper(np: *const device_node, name: *const c_char, out: *mut *const c_char, size: usize, index: c_int) -> c_int = read_strings;
    [any, supported, "of::tests::iterators_of_c"]
    fn of_prop_next_u32(prop: *const bindings::property, cur: *const bindings::__be32, pu: *mut u32) -> *const bindings::__be32 = next_u32;
    [any, supported, "of::tests::iterators_of_c"]
    fn of_prop_next_string(prop: *const bindings::property, cur: *const c_char) -> *const c_char = next_string;
}

/// The property of a node, `EINVAL` where there is none.
pub(super) unsafe fn property(np: *const device_node, name: *const c_char) -> Result<Property> {
    // SAFETY: as the caller says.
    unsafe { Node::from_raw(np).and_then(|n| n.property(bytes(name))).ok_or(Errno::EINVAL) }
}

pub(super) unsafe fn find_property(
    np: *const device_node,
    name: *const c_char,
    lenp: *mut c_int,
) -> *mut bindings::property {
    // SAFETY: as the caller says.
    unsafe {
        let found = Node::from_raw(np).map_or(ptr::null_mut(), |n| n.raw_property(bytes(name)));
        if let (Some(len), Some(found)) = (lenp.as_mut(), found.as_ref()) {
            *len = found.length;
        }
        found
    }
}

pub(super) unsafe fn get_property(np: *const device_node, name: *const c_char, lenp: *mut c_int) -> *const c_void {
    // SAFETY: as the caller says.
    unsafe { find_property(np, name, lenp).as_ref().map_or(ptr::null(), |p| p.value.cast_const()) }
}

pub(super) unsafe fn count_elements(np: *const device_node, name: *const c_char, size: c_int) -> c_int {
    // SAFETY: as the caller says.
    let found = unsafe { property(np, name) };
    int_to_c(found.and_then(|p| match usize::try_from(size) {
        Ok(size) if size > 0 && p.value.len().is_multiple_of(size) => Ok((p.value.len() / size) as c_int),
        _ => Err(Errno::EINVAL),
    }))
}

/// Between `min` and `max` elements of `size` bytes; a `max` of 0 asks for `min`, however many more there are.
pub(super) fn elements(value: &[u8], size: usize, min: usize, max: usize) -> Result<usize> {
    if value.is_empty() {
        return Err(Errno::ENODATA);
    }
    let there = value.len() / size;
    if there < min || (max != 0 && value.len() > max.saturating_mul(size)) {
        return Err(Errno::EOVERFLOW);
    }
    Ok(if max == 0 { min } else { there })
}

/// Element `index` of `N` bytes.
pub(super) fn element<const N: usize>(value: &[u8], index: usize) -> Option<[u8; N]> {
    value.get(index.checked_mul(N)?..)?.first_chunk().copied()
}

macro_rules! readers {
    ($($array:ident: $type:ty;)*) => {$(
        /// Copies the elements out, in this machine's byte order.
        pub(super) unsafe fn $array(np: *const device_node, name: *const c_char, out: *mut $type, min: usize, max: usize) -> c_int {
            const SIZE: usize = size_of::<$type>();
            let read = || {
                // SAFETY: as the caller says.
                let value = unsafe { property(np, name) }?.value;
                let count = elements(value, SIZE, min, max)?;
                for i in 0..count {
                    let bytes = element::<SIZE>(value, i).ok_or(Errno::EOVERFLOW)?;
                    // SAFETY: the caller's array has room for what it asked for.
                    unsafe { out.add(i).write(<$type>::from_be_bytes(bytes)) };
                }
                Ok(count as c_int)
            };
            int_to_c(read())
        }
    )*};
}

readers! {
    read_u8_array: u8;
    read_u16_array: u16;
    read_u32_array: u32;
    read_u64_array: u64;
}

macro_rules! indexed {
    ($($name:ident: $type:ty;)*) => {$(
        pub(super) unsafe fn $name(np: *const device_node, name: *const c_char, index: u32, out: *mut $type) -> c_int {
            let read = || {
                // SAFETY: as the caller says.
                let value = unsafe { property(np, name) }?.value;
                if value.is_empty() {
                    return Err(Errno::ENODATA);
                }
                let bytes = element(value, index as usize).ok_or(Errno::EOVERFLOW)?;
                // SAFETY: the caller's variable.
                unsafe { out.write(<$type>::from_be_bytes(bytes)) };
                Ok(())
            };
            to_c(read())
        }
    )*};
}

indexed! {
    read_u32_index: u32;
    read_u64_index: u64;
}

pub(super) unsafe fn read_u64(np: *const device_node, name: *const c_char, out: *mut u64) -> c_int {
    // SAFETY: as the caller says.
    unsafe { read_u64_index(np, name, 0, out) }
}

/// The strings of a property, all of which must end in a NUL.
pub(super) fn strings(property: &Property) -> Result<impl Iterator<Item = &'static core::ffi::CStr> + use<>> {
    match property.value.last() {
        None => Err(Errno::ENODATA),
        Some(0) => Ok(property.strings()),
        Some(_) => Err(Errno::EILSEQ),
    }
}

pub(super) unsafe fn read_string(np: *const device_node, name: *const c_char, out: *mut *const c_char) -> c_int {
    // SAFETY: as the caller says.
    let found = unsafe { property(np, name) };
    let first = found.and_then(|p| strings(&p)?.next().ok_or(Errno::ENODATA));
    // SAFETY: the caller's variable.
    to_c(first.map(|text| unsafe { out.write(text.as_ptr()) }))
}

pub(super) unsafe fn match_string(np: *const device_node, name: *const c_char, wanted: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    let (found, wanted) = unsafe { (property(np, name), bytes(wanted)) };
    let place = found.and_then(|p| {
        let place = strings(&p)?.position(|s| s.to_bytes() == wanted);
        place.map(|n| n as c_int).ok_or(Errno::ENODATA)
    });
    int_to_c(place)
}

/// At most `size` strings from number `index` on; without an array their number.
pub(super) unsafe fn read_strings(
    np: *const device_node,
    name: *const c_char,
    out: *mut *const c_char,
    size: usize,
    index: c_int,
) -> c_int {
    let read = || {
        // SAFETY: as the caller says.
        let found = unsafe { property(np, name) }?;
        let skip = usize::try_from(index).map_err(|_| Errno::EINVAL)?;
        let limit = if out.is_null() { usize::MAX } else { size };
        let mut count = 0;
        for text in strings(&found)?.skip(skip).take(limit) {
            if !out.is_null() {
                // SAFETY: the caller's array has `size` elements.
                unsafe { out.add(count).write(text.as_ptr()) };
            }
            count += 1;
        }
        if count == 0 { Err(Errno::ENODATA) } else { Ok(count as c_int) }
    };
    int_to_c(read())
}

pub(super) unsafe fn next_u32(
    prop: *const bindings::property,
    cur: *const bindings::__be32,
    pu: *mut u32,
) -> *const bindings::__be32 {
    // SAFETY: as the caller says: null or a property of the tree.
    let Some(prop) = (unsafe { Property::from_raw(prop) }) else { return ptr::null() };
    let at = if cur.is_null() { 0 } else { cur.addr().wrapping_sub(prop.value.as_ptr().addr()) / 4 + 1 };
    match element(prop.value, at) {
        Some(bytes) => {
            // SAFETY: the caller's variable.
            unsafe { pu.write(u32::from_be_bytes(bytes)) };
            prop.value.as_ptr().wrapping_add(at * 4).cast()
        }
        None => ptr::null(),
    }
}

pub(super) unsafe fn next_string(prop: *const bindings::property, cur: *const c_char) -> *const c_char {
    // SAFETY: as the caller says: null or a property of the tree.
    let Some(prop) = (unsafe { Property::from_raw(prop) }) else { return ptr::null() };
    let mut all = prop.strings();
    let next = if cur.is_null() {
        all.next()
    } else {
        all.find(|s| s.as_ptr() == cur);
        all.next()
    };
    next.map_or(ptr::null(), |s| s.as_ptr())
}
