// SPDX-License-Identifier: GPL-2.0-only
//! Arrays of names: a prefix and a number.

use super::bytes;
use crate::bindings::{device, gfp_t};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, ptr_to_c};
use crate::slab::{GFP_KERNEL, GFP_ZERO, kfree, kmalloc};
use alloc::format;
use core::ffi::c_char;
use core::ptr::{null_mut, with_exposed_provenance_mut};

crate::exports! {
    family "text";
    [any, supported, "text::tests::names_with_numbers"]
    fn kasprintf_strarray(gfp: gfp_t, prefix: *const c_char, n: usize) -> *mut *mut c_char = make;
    [any, supported, "text::tests::names_with_numbers"]
    fn kfree_strarray(array: *mut *mut c_char, n: usize) -> () = free;
    [sleeps, supported, "text::tests::names_with_numbers"]
    fn devm_kasprintf_strarray(dev: *mut device, prefix: *const c_char, n: usize) -> *mut *mut c_char = devm;
}

pub(super) unsafe fn make(gfp: gfp_t, prefix: *const c_char, n: usize) -> *mut *mut c_char {
    let Some(size) = n.checked_add(1).and_then(|n| n.checked_mul(size_of::<usize>())) else { return null_mut() };
    let array = kmalloc(size, gfp | GFP_ZERO).cast::<*mut c_char>();
    if array.is_null() {
        return null_mut();
    }
    // SAFETY: the caller's C string; an array of that many, and of a name's size.
    unsafe {
        let prefix = bytes(prefix);
        for index in 0..n {
            let number = format!("-{index}");
            let name = kmalloc(prefix.len() + number.len() + 1, gfp).cast::<u8>();
            if name.is_null() {
                free(array, index);
                return null_mut();
            }
            name.copy_from_nonoverlapping(prefix.as_ptr(), prefix.len());
            name.add(prefix.len()).copy_from_nonoverlapping(number.as_ptr(), number.len());
            name.add(prefix.len() + number.len()).write(0);
            array.add(index).write(name.cast());
        }
    }
    array
}

pub(super) unsafe fn free(array: *mut *mut c_char, n: usize) {
    if array.is_null() {
        return;
    }
    // SAFETY: the caller's array of that many names.
    unsafe {
        (0..n).for_each(|index| kfree((*array.add(index)).cast()));
        kfree(array.cast());
    }
}

pub(super) unsafe fn devm(dev: *mut device, prefix: *const c_char, n: usize) -> *mut *mut c_char {
    // SAFETY: as the caller says.
    unsafe {
        let array = make(GFP_KERNEL, prefix, n);
        if array.is_null() {
            return Errno::ENOMEM.to_ptr();
        }
        let at = array.expose_provenance();
        ptr_to_c(devres::add(dev, Key("names", at), move || free(with_exposed_provenance_mut(at), n)).map(|()| array))
    }
}
