// SPDX-License-Identifier: GPL-2.0-only
//! Parameters of drivers: `module_param` puts descriptions into a section; [`set`] finds one by name and sets it.

use crate::bindings::{kernel_param, kernel_param_ops, kparam_array, kparam_string};
use crate::errno::{Errno, Result};
use crate::slab;
use crate::text::bytes;
use alloc::ffi::CString;
use core::ffi::{c_char, c_int, c_uint};

crate::exports! {
    family "library";
    [sleeps, supported, "library::tests::parameters"]
    fn param_set_copystring(val: *const c_char, kp: *const kernel_param) -> c_int = set_string;
    [sleeps, supported, "library::tests::parameters"]
    fn param_get_string(buf: *mut c_char, kp: *const kernel_param) -> c_int = get_string;
    [sleeps, supported, "library::tests::parameters"]
    fn param_set_uint_minmax(val: *const c_char, kp: *const kernel_param, min: c_uint, max: c_uint) -> c_int = set_between;
}

/// What a parameter may be.
pub(in crate::library) trait Number: TryFrom<i128> + Into<i128> + Copy {
    const SIGNED: bool;
}

macro_rules! number {
    ($($type:ty: $signed:literal,)*) => {
        $(impl Number for $type {
            const SIGNED: bool = $signed;
        })*
    };
}

number! { u8: false, i16: true, u16: false, i32: true, u32: false, i64: true, u64: false, }

pub(super) mod numbers {
    use super::*;

    crate::exports! {
        family "library";
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_byte(val: *const c_char, kp: *const kernel_param) -> c_int = set::<u8>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_byte(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<u8>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_short(val: *const c_char, kp: *const kernel_param) -> c_int = set::<i16>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_short(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<i16>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_ushort(val: *const c_char, kp: *const kernel_param) -> c_int = set::<u16>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_ushort(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<u16>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_int(val: *const c_char, kp: *const kernel_param) -> c_int = set::<c_int>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_int(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<c_int>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_uint(val: *const c_char, kp: *const kernel_param) -> c_int = set::<c_uint>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_uint(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<c_uint>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_long(val: *const c_char, kp: *const kernel_param) -> c_int = set::<i64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_long(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<i64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_ulong(val: *const c_char, kp: *const kernel_param) -> c_int = set::<u64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_ulong(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<u64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_ullong(val: *const c_char, kp: *const kernel_param) -> c_int = set::<u64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_ullong(buf: *mut c_char, kp: *const kernel_param) -> c_int = get::<u64>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_hexint(val: *const c_char, kp: *const kernel_param) -> c_int = set::<c_uint>;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_hexint(buf: *mut c_char, kp: *const kernel_param) -> c_int = get_hex;
    }

    crate::exports_data! {
        family "library";
        [any, supported, "library::tests::parameters"]
        static param_ops_byte: kernel_param_ops = table(set::<u8>, get::<u8>);
        [any, supported, "library::tests::parameters"]
        static param_ops_short: kernel_param_ops = table(set::<i16>, get::<i16>);
        [any, supported, "library::tests::parameters"]
        static param_ops_ushort: kernel_param_ops = table(set::<u16>, get::<u16>);
        [any, supported, "library::tests::parameters"]
        static param_ops_int: kernel_param_ops = table(set::<c_int>, get::<c_int>);
        [any, supported, "library::tests::parameters"]
        static param_ops_uint: kernel_param_ops = table(set::<c_uint>, get::<c_uint>);
        [any, supported, "library::tests::parameters"]
        static param_ops_long: kernel_param_ops = table(set::<i64>, get::<i64>);
        [any, supported, "library::tests::parameters"]
        static param_ops_ulong: kernel_param_ops = table(set::<u64>, get::<u64>);
        [any, supported, "library::tests::parameters"]
        static param_ops_ullong: kernel_param_ops = table(set::<u64>, get::<u64>);
        [any, supported, "library::tests::parameters"]
        static param_ops_hexint: kernel_param_ops = table(set::<c_uint>, get_hex);
    }

    type Set = unsafe extern "C" fn(*const c_char, *const kernel_param) -> c_int;
    type Get = unsafe extern "C" fn(*mut c_char, *const kernel_param) -> c_int;

    const fn table(set: Set, get: Get) -> kernel_param_ops {
        kernel_param_ops { flags: 0, set: Some(set), get: Some(get), free: None }
    }

    pub(in crate::library) unsafe extern "C" fn set<T: Number>(val: *const c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's text and parameter, which is of this type.
        unsafe {
            let value = value(val, T::SIGNED).and_then(|v| T::try_from(v).map_err(|_| Errno::ERANGE));
            crate::errno::to_c(value.map(|v| argument::<T>(kp).write(v)))
        }
    }

    unsafe extern "C" fn get<T: Number>(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's page and parameter.
        unsafe { show(buf, (*argument::<T>(kp)).into(), 10) }
    }

    unsafe extern "C" fn get_hex(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's page and parameter.
        unsafe { show(buf, (*argument::<c_uint>(kp)).into(), 16) }
    }
}

/// A number of either sign.
unsafe fn value(val: *const c_char, signed: bool) -> Result<i128> {
    if val.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: the caller's text.
    let text = unsafe { bytes(val) };
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(rest) if signed => (true, rest),
        _ => (false, text),
    };
    let (value, over, used) = crate::text::number::digits(digits, 0);
    match digits.get(used..) {
        Some([] | [b'\n']) if used > 0 && !over => Ok(if negative { -i128::from(value) } else { value.into() }),
        Some([] | [b'\n']) if over => Err(Errno::ERANGE),
        _ => Err(Errno::EINVAL),
    }
}

unsafe fn argument<T>(kp: *const kernel_param) -> *mut T {
    // SAFETY: the caller's parameter.
    unsafe { (*kp).__bindgen_anon_1.arg.cast() }
}

/// With a newline, into a page; the length.
unsafe fn show(buf: *mut c_char, value: i128, base: u8) -> c_int {
    let text = if base == 16 { alloc::format!("{value:#x}\n") } else { alloc::format!("{value}\n") };
    // SAFETY: the caller's page.
    unsafe { buf.cast::<u8>().copy_from(text.as_ptr(), text.len()) };
    text.len() as c_int
}

pub(super) mod other {
    use super::*;

    crate::exports! {
        family "library";
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_bool(val: *const c_char, kp: *const kernel_param) -> c_int = set_bool;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_bool(buf: *mut c_char, kp: *const kernel_param) -> c_int = get_bool;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_invbool(val: *const c_char, kp: *const kernel_param) -> c_int = set_invbool;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_invbool(buf: *mut c_char, kp: *const kernel_param) -> c_int = get_invbool;
        [sleeps, supported, "library::tests::parameters"]
        fn param_set_charp(val: *const c_char, kp: *const kernel_param) -> c_int = set_charp;
        [sleeps, supported, "library::tests::parameters"]
        fn param_get_charp(buf: *mut c_char, kp: *const kernel_param) -> c_int = get_charp;
    }

    crate::exports_data! {
        family "library";
        [any, supported, "library::tests::parameters"]
        static param_ops_bool: kernel_param_ops = kernel_param_ops { flags: 1, set: Some(bool_set), get: Some(bool_get), free: None };
        [any, supported, "library::tests::parameters"]
        static param_ops_invbool: kernel_param_ops = kernel_param_ops { flags: 0, set: Some(invbool_set), get: Some(invbool_get), free: None };
        [any, supported, "library::tests::parameters"]
        static param_ops_charp: kernel_param_ops = kernel_param_ops { flags: 0, set: Some(charp_set), get: Some(charp_get), free: None };
        [any, supported, "library::tests::parameters"]
        static param_ops_string_copy: kernel_param_ops = kernel_param_ops { flags: 0, set: Some(string_set), get: Some(string_get), free: None };
        [any, supported, "library::tests::parameters"]
        static param_array_ops: kernel_param_ops = kernel_param_ops { flags: 0, set: Some(array_set), get: Some(array_get), free: None };
    }

    /// The functions of a table, for C.
    macro_rules! pointers {
        ($($set:ident = $set_body:path, $get:ident = $get_body:path;)*) => {$(
            unsafe extern "C" fn $set(val: *const c_char, kp: *const kernel_param) -> c_int {
                // SAFETY: as the table's user promises.
                unsafe { $set_body(val, kp) }
            }
            unsafe extern "C" fn $get(buf: *mut c_char, kp: *const kernel_param) -> c_int {
                // SAFETY: as the table's user promises.
                unsafe { $get_body(buf, kp) }
            }
        )*};
    }

    pointers! {
        bool_set = set_bool, bool_get = get_bool;
        invbool_set = set_invbool, invbool_get = get_invbool;
        charp_set = set_charp, charp_get = get_charp;
        string_set = set_string, string_get = get_string;
        array_set = set_array, array_get = get_array;
    }

    /// A parameter without a value is true.
    unsafe fn truth(val: *const c_char) -> Result<bool> {
        if val.is_null() {
            return Ok(true);
        }
        let mut value = false;
        // SAFETY: the caller's text.
        match unsafe { crate::text::number::boolean(val, &mut value) } {
            0 => Ok(value),
            _ => Err(Errno::EINVAL),
        }
    }

    unsafe fn set_bool(val: *const c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe { crate::errno::to_c(truth(val).map(|value| argument::<bool>(kp).write(value))) }
    }

    unsafe fn set_invbool(val: *const c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe { crate::errno::to_c(truth(val).map(|value| argument::<bool>(kp).write(!value))) }
    }

    unsafe fn letter(buf: *mut c_char, value: bool) -> c_int {
        // SAFETY: the caller's page.
        unsafe { buf.cast::<[u8; 2]>().write([if value { b'Y' } else { b'N' }, b'\n']) };
        2
    }

    unsafe fn get_bool(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe { letter(buf, *argument::<bool>(kp)) }
    }

    unsafe fn get_invbool(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe { letter(buf, !*argument::<bool>(kp)) }
    }

    /// A copy that stays.
    unsafe fn set_charp(val: *const c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe {
            let copy = crate::text::kstrdup(val, slab::GFP_KERNEL);
            if copy.is_null() {
                return Errno::ENOMEM.to_c();
            }
            argument::<*mut c_char>(kp).write(copy);
        }
        0
    }

    unsafe fn get_charp(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's.
        unsafe { line(buf, *argument::<*const c_char>(kp)) }
    }

    /// Values between commas.
    unsafe fn set_array(val: *const c_char, kp: *const kernel_param) -> c_int {
        // SAFETY: the caller's; the elements are of the kind that the array's functions set.
        unsafe {
            let array: &kparam_array = &*(*kp).__bindgen_anon_1.arr;
            let text = if val.is_null() { b"" } else { bytes(val) };
            let mut n = 0;
            for part in text.trim_ascii_end().split(|&b| b == b',') {
                if n >= array.max {
                    return Errno::EINVAL.to_c();
                }
                let Ok(part) = CString::new(part) else { return Errno::EINVAL.to_c() };
                let mut element = core::ptr::read(kp);
                element.__bindgen_anon_1.arg = array.elem.byte_add((n * array.elemsize) as usize);
                let result = (*array.ops).set.map_or(Errno::EPERM.to_c(), |set| set(part.as_ptr(), &element));
                if result != 0 {
                    return result;
                }
                n += 1;
            }
            if !array.num.is_null() {
                array.num.write(n);
            }
        }
        0
    }

    unsafe fn get_array(buf: *mut c_char, kp: *const kernel_param) -> c_int {
        let mut at = 0;
        // SAFETY: as above, and the caller's page.
        unsafe {
            let array: &kparam_array = &*(*kp).__bindgen_anon_1.arr;
            let n = if array.num.is_null() { array.max } else { *array.num };
            for i in 0..n {
                let mut element = core::ptr::read(kp);
                element.__bindgen_anon_1.arg = array.elem.byte_add((i * array.elemsize) as usize);
                if i > 0 {
                    buf.offset(at as isize - 1).write(b',' as c_char);
                }
                at += (*array.ops).get.map_or(0, |get| get(buf.add(at as usize), &element));
            }
        }
        at
    }
}

unsafe fn line(buf: *mut c_char, text: *const c_char) -> c_int {
    // SAFETY: the caller's page, and a string or null.
    unsafe {
        let text: &[u8] = if text.is_null() { b"(null)" } else { bytes(text) };
        let n = text.len().min(4094);
        buf.cast::<u8>().copy_from(text.as_ptr(), n);
        buf.add(n).write(b'\n' as c_char);
        n as c_int + 1
    }
}

/// -ENOSPC if the array is too small.
unsafe fn set_string(val: *const c_char, kp: *const kernel_param) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let string: &kparam_string = &*(*kp).__bindgen_anon_1.str_;
        let text = if val.is_null() { b"" } else { bytes(val) };
        if text.len() + 1 > string.maxlen as usize {
            return Errno::ENOSPC.to_c();
        }
        string.string.cast::<u8>().copy_from(text.as_ptr(), text.len());
        string.string.add(text.len()).write(0);
    }
    0
}

unsafe fn get_string(buf: *mut c_char, kp: *const kernel_param) -> c_int {
    // SAFETY: the caller's.
    unsafe { line(buf, (*(*kp).__bindgen_anon_1.str_).string) }
}

unsafe fn set_between(val: *const c_char, kp: *const kernel_param, min: c_uint, max: c_uint) -> c_int {
    // SAFETY: the caller's.
    match unsafe { value(val, false) } {
        Ok(value) if (i128::from(min)..=i128::from(max)).contains(&value) => {
            // SAFETY: as above.
            unsafe { argument::<c_uint>(kp).write(value as c_uint) };
            0
        }
        _ => Errno::EINVAL.to_c(),
    }
}

unsafe extern "C" {
    fn fv_params_start() -> *const kernel_param;
    fn fv_params_end() -> *const kernel_param;
}

/// The parameters of the image's drivers.
fn all() -> impl Iterator<Item = &'static kernel_param> {
    // SAFETY: the section holds descriptions, one behind the other; it may be empty.
    unsafe {
        let (start, end) = (fv_params_start(), fv_params_end());
        (0..(end.addr() - start.addr()) / size_of::<kernel_param>()).map(move |i| &*start.add(i))
    }
}

/// Sets a parameter, `MODULE.NAME` (`-` and `_` are the same), before initcalls. Context: sleeps.
///
/// # Errors
/// There is no such parameter (-ENOENT), or the driver refuses the value.
pub fn set(name: &str, value: &str) -> Result<()> {
    let same = |a: u8, b: u8| a == b || (matches!(a, b'-' | b'_') && matches!(b, b'-' | b'_'));
    let found = all().find(|kp| {
        // SAFETY: names are strings of the image.
        let known = unsafe { bytes(kp.name) };
        known.len() == name.len() && known.iter().zip(name.as_bytes()).all(|(&a, &b)| same(a, b))
    });
    let (kp, value) = (found.ok_or(Errno::ENOENT)?, CString::new(value).map_err(|_| Errno::EINVAL)?);
    // SAFETY: the image's tables of functions.
    let result = unsafe { (*kp.ops).set.map_or(Errno::EPERM.to_c(), |set| set(value.as_ptr(), kp)) };
    Errno::check(result).map(|_| ())
}
