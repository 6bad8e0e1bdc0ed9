// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs: chips and their consumers (Linux: Documentation/driver-api/gpio). All of it sits on [`kernel::gpio`].

use crate::bindings::fwnode_handle;
use crate::export::Export;
use crate::of::Node;

pub(crate) mod chip;
mod consumer;
mod hierarchy;
mod irqchip;
mod lookup;
mod misc;
pub(crate) mod ranges;

#[cfg(test)]
mod hierarchy_tests;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    chip::EXPORTS,
    consumer::EXPORTS,
    consumer::many::EXPORTS,
    consumer::old::EXPORTS,
    hierarchy::EXPORTS,
    irqchip::EXPORTS,
    lookup::EXPORTS,
    misc::EXPORTS,
    ranges::EXPORTS,
];

/// The node of a firmware node; `None` for null and other kinds.
pub(crate) use consumer::devm_get_optional;

/// Lines that select devices on a bus, for the cores of buses.
pub(crate) mod chip_select {
    use super::consumer;
    use crate::bindings::{device, gpio_desc, gpiod_flags};
    use core::ffi::{c_char, c_int, c_uint};

    /// How many lines the device has under a name; `-ENOENT` for none.
    pub(crate) unsafe fn count(dev: *mut device, name: *const c_char) -> c_int {
        // SAFETY: as the caller says.
        unsafe { consumer::count(dev, name) }
    }

    /// One of them, given back when the device goes; null where the list has a gap.
    pub(crate) unsafe fn get(
        dev: *mut device,
        name: *const c_char,
        index: c_uint,
        flags: gpiod_flags,
    ) -> *mut gpio_desc {
        // SAFETY: as the caller says.
        unsafe { consumer::devm_get_index_optional(dev, name, index, flags) }
    }

    /// Sets a line.
    pub(crate) unsafe fn set(line: *mut gpio_desc, value: c_int) {
        // SAFETY: as the caller says.
        let result = unsafe { consumer::set_value(line, value) };
        if result < 0 {
            log::error!("a chip select cannot be set: error {}", -result);
        }
    }
}

fn node_of(fwnode: *const fwnode_handle) -> Option<Node> {
    crate::of::from_fwnode(fwnode)
}
