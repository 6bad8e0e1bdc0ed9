// SPDX-License-Identifier: GPL-2.0-only
//! Names of statistics: each has a place of 32 bytes in a list.

use crate::bindings::ETH_GSTRING_LEN;
use core::ffi::{CStr, c_char};

crate::exports! {
    family "ethtool";
    [any, supported, "ethtool::tests::names_of_statistics"]
    fn ethtool_puts(data: *mut *mut u8, str: *const c_char) -> () = puts;
}

/// Writes a name to the place at `data`, cut to its size and ended with a zero, and goes on to the next one.
///
/// # Safety
/// `*data` is a place for a name, `name` a C string.
pub(super) unsafe fn puts(data: *mut *mut u8, name: *const c_char) {
    // SAFETY: the caller's place and name.
    unsafe {
        let place = core::slice::from_raw_parts_mut(*data, ETH_GSTRING_LEN as usize);
        let name = CStr::from_ptr(name).to_bytes();
        place.fill(0);
        place.iter_mut().rev().skip(1).rev().zip(name).for_each(|(to, from)| *to = *from);
        *data = (*data).add(place.len());
    }
}
