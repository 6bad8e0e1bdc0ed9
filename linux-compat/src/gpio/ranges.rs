// SPDX-License-Identifier: GPL-2.0-only
//! Which lines of a chip are which pins, and what drivers of chips leave to the pin controller.

use crate::bindings::{gpio_chip, pinctrl_dev};
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;
use alloc::string::String;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use kernel::error::Error;
use kernel::pinctrl::{self, Controller, Range};

crate::exports! {
    family "gpio";
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_generic_request(gc: *mut gpio_chip, offset: c_uint) -> c_int = generic_request;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_generic_free(gc: *mut gpio_chip, offset: c_uint) = generic_free;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_generic_config(gc: *mut gpio_chip, offset: c_uint, config: c_ulong) -> c_int = set_line_config;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_add_pin_range(gc: *mut gpio_chip, name: *const c_char, gpio_offset: c_uint, pin_offset: c_uint, npins: c_uint) -> c_int = add;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_add_pingroup_range(gc: *mut gpio_chip, pctldev: *mut pinctrl_dev, gpio_offset: c_uint, group: *const c_char) -> c_int = add_group;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn gpiochip_remove_pin_ranges(gc: *mut gpio_chip) = remove_all;
    [any, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_can_use_line(gc: *mut gpio_chip, offset: c_uint) -> bool = can_use;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_request(gc: *mut gpio_chip, offset: c_uint) -> c_int = request;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_free(gc: *mut gpio_chip, offset: c_uint) = free;
    [any, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_direction_input(gc: *mut gpio_chip, offset: c_uint) -> c_int = direction_input;
    [any, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_direction_output(gc: *mut gpio_chip, offset: c_uint) -> c_int = direction_output;
    [sleeps, supported, "pinctrl::tests::lines_are_pins"]
    fn pinctrl_gpio_set_config(gc: *mut gpio_chip, offset: c_uint, config: c_ulong) -> c_int = set_line_config;
}

/// The number of a line in the space of all lines.
pub(crate) unsafe fn number(gc: *const gpio_chip, offset: c_uint) -> u32 {
    // SAFETY: the caller's chip, which was added.
    unsafe { (*gc).base as u32 + offset }
}

/// Whether a chip's lines are pins at all.
pub(crate) unsafe fn has_ranges(gc: *const gpio_chip) -> bool {
    let token = gc.addr();
    let of_chip = |c: &Controller| c.has_range(&|r| r.token == token);
    pinctrl::find(&of_chip).is_some()
}

pub(crate) unsafe fn generic_request(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip. Without ranges there is nothing to ask.
    unsafe { if has_ranges(gc) { request(gc, offset) } else { 0 } }
}

pub(crate) unsafe fn generic_free(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: the caller's chip.
    unsafe {
        if has_ranges(gc) {
            free(gc, offset);
        }
    }
}

pub(crate) unsafe fn set_line_config(gc: *mut gpio_chip, offset: c_uint, config: c_ulong) -> c_int {
    // SAFETY: the caller's chip.
    let result = pinctrl::gpio_config(unsafe { number(gc, offset) }, &[config]);
    to_c(result.map_err(|error| match error {
        // No pin controller is no such parameter.
        Error::Unsupported { .. } | Error::Deferred { .. } => Errno::ENOTSUPP,
        error => error.into(),
    }))
}

pub(crate) unsafe fn can_use(gc: *mut gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    pinctrl::can_use(unsafe { number(gc, offset) })
}

pub(crate) unsafe fn request(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip.
    unsafe {
        let consumer = super::chip::line(gc, offset).ok().and_then(|l| l.consumer());
        let label = consumer.unwrap_or_else(|| String::from("gpio"));
        to_c(pinctrl::gpio_request(number(gc, offset), &label).map_err(Errno::from))
    }
}

pub(crate) unsafe fn free(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: the caller's chip.
    pinctrl::gpio_free(unsafe { number(gc, offset) });
}

pub(crate) unsafe fn direction_input(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip.
    to_c(pinctrl::gpio_direction(unsafe { number(gc, offset) }, true).map_err(Errno::from))
}

pub(crate) unsafe fn direction_output(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip.
    to_c(pinctrl::gpio_direction(unsafe { number(gc, offset) }, false).map_err(Errno::from))
}

/// Adds a range of a chip to a controller.
pub(crate) unsafe fn add_to(gc: *mut gpio_chip, controller: &Controller, offset: u32, pin_base: u32, count: u32, pins: Option<Arc<[u32]>>) {
    // SAFETY: the caller's chip and its label.
    unsafe {
        let label = if (*gc).label.is_null() { c"gpio" } else { CStr::from_ptr((*gc).label) };
        let base = number(gc, offset);
        let name = label.to_string_lossy().into_owned();
        pinctrl::add_range(controller, Range { name, base, pin_base, count, pins, token: gc.addr() });
    }
}

pub(crate) unsafe fn add(gc: *mut gpio_chip, name: *const c_char, gpio_offset: c_uint, pin_offset: c_uint, npins: c_uint) -> c_int {
    // SAFETY: the caller's chip and name.
    unsafe {
        let name = CStr::from_ptr(name).to_string_lossy();
        let Some(controller) = pinctrl::find(&|c| c.name() == name) else { return Errno::EPROBE_DEFER.to_c() };
        add_to(gc, &controller, gpio_offset, pin_offset, npins, None);
    }
    0
}

pub(crate) unsafe fn add_group(gc: *mut gpio_chip, pctldev: *mut pinctrl_dev, gpio_offset: c_uint, group: *const c_char) -> c_int {
    // SAFETY: the caller's chip, controller and name.
    unsafe {
        let Some(controller) = crate::pinctrl::controller_of(pctldev) else { return Errno::EINVAL.to_c() };
        let name = CStr::from_ptr(group).to_string_lossy();
        let pins = controller.group(&name).and_then(|g| controller.driver().group_pins(g));
        match pins {
            Ok(pins) => {
                add_to(gc, controller, gpio_offset, 0, pins.len() as u32, Some(pins.into()));
                0
            }
            // As Linux says it of a group that is not there.
            Err(Error::NotFound { .. }) => Errno::EINVAL.to_c(),
            Err(error) => Errno::from(error).to_c(),
        }
    }
}

pub(crate) unsafe fn remove_all(gc: *mut gpio_chip) {
    let token = gc.addr();
    pinctrl::remove_range(&|r| r.token == token);
}

/// The ranges of a chip's node: `gpio-ranges`, rows of controller, first line, first pin, count.
pub(crate) unsafe fn of_tree(gc: *mut gpio_chip, node: Node) -> Result<()> {
    let Some(property) = node.property(b"gpio-ranges") else { return Ok(()) };
    let cells: alloc::vec::Vec<u32> = property.cells().collect();
    for row in cells.chunks_exact(4) {
        let [phandle, line, pin, count] = *row else { continue };
        let host = kernel::dt::tree().and_then(|fdt| kernel::dt::find_phandle(fdt, phandle));
        let path = host.map(|n| alloc::format!("{n}")).ok_or(Errno::EINVAL)?;
        let controller = pinctrl::find(&|c| c.node() == Some(&path)).ok_or(Errno::EPROBE_DEFER)?;
        // A chip may be one of several of its node: lines before its own are others'.
        // SAFETY: the caller's chip.
        unsafe { add_to(gc, &controller, line, pin, count, None) };
    }
    Ok(())
}
