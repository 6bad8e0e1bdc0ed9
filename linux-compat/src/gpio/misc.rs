// SPDX-License-Identifier: GPL-2.0-only
//! How many lines a chip has, and strings for C.

use crate::bindings::{device, gpio_chip};
use crate::errno::{Errno, Result, to_c};
use alloc::vec::Vec;
use core::ffi::{c_char, c_int};

exports! {
    family "gpio";
    [any, supported, "gpio::misc::tests::lines_are_counted"]
    fn gpiochip_get_ngpios(gc: *mut gpio_chip, dev: *mut device) -> c_int = lines_of;
}

#[cfg(linked)]
unsafe extern "C" {
    #[cfg_attr(target_os = "none", link_name = "kstrdup")]
    #[cfg_attr(feature = "bench", link_name = "fv_host_kstrdup")]
    fn c_kstrdup(s: *const c_char, gfp: core::ffi::c_uint) -> *mut c_char;
}

/// A copy of a text that C frees by `kfree()`.
pub(super) fn kstrdup(text: &str) -> *mut c_char {
    let mut bytes: Vec<u8> = text.bytes().filter(|&b| b != 0).collect();
    bytes.push(0);
    #[cfg(linked)]
    // SAFETY: a C string; in the image all allocations may be made from anywhere.
    return unsafe { c_kstrdup(bytes.as_ptr().cast(), 0) };
    #[cfg(not(linked))]
    return alloc::boxed::Box::leak(bytes.into_boxed_slice()).as_mut_ptr().cast();
}

/// Takes the number of lines from `ngpios` of the chip's node, if the driver gave none.
pub(super) unsafe fn count_lines(gc: *mut gpio_chip, _dev: *mut device) -> Result<()> {
    // SAFETY: the caller's chip.
    unsafe {
        if (*gc).ngpio == 0 {
            let lines = super::node_of((*gc).fwnode).and_then(|n| n.u32(b"ngpios"));
            (*gc).ngpio = lines.and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        }
        if (*gc).ngpio == 0 {
            log::error!("a GPIO chip without lines");
            return Err(Errno::EINVAL);
        }
    }
    Ok(())
}

/// Sets the chip's number of lines from its node or its device's, for drivers that include the core's private header.
pub(super) unsafe fn lines_of(gc: *mut gpio_chip, dev: *mut device) -> c_int {
    // SAFETY: the caller's chip and device.
    unsafe {
        if (*gc).fwnode.is_null() && !dev.is_null() {
            let np = (*dev).of_node;
            (*gc).fwnode = if np.is_null() { (*dev).fwnode } else { &raw mut (*np).fwnode };
        }
        to_c(count_lines(gc, dev))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lines a chip without a number of its own gets from the node at `path`.
    fn lines(path: &str, own: u16) -> (c_int, u16) {
        // SAFETY: all fields of both may be zero; the node stays, as all of the tree do.
        unsafe {
            let (mut gc, mut dev): (gpio_chip, device) = (core::mem::zeroed(), core::mem::zeroed());
            gc.ngpio = own;
            dev.of_node = crate::testing::node(path).as_raw();
            let error = lines_of(&raw mut gc, &raw mut dev);
            (error, gc.ngpio)
        }
    }

    #[test]
    fn lines_are_counted() {
        assert_eq!(lines("/soc/gpio@3000", 0), (0, 12), "from the node");
        assert_eq!(lines("/soc/gpio@3000", 4), (0, 4), "the driver knows better");
        assert_eq!(lines("/soc/uart@1000", 0), (Errno::EINVAL.to_c(), 0), "a chip has lines");
    }
}
