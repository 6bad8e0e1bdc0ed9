// SPDX-License-Identifier: GPL-2.0-only
//! Clocks: `linux/clk.h` for consumers, `linux/clk-provider.h` for providers, `linux/clkdev.h` (Linux:
//! Documentation/driver-api/clk.rst). The framework is `kernel::clk`; this is its border to C.
//!
//! Runtime PM of providers is not taken part in: a provider that has to be resumed for its registers to answer must
//! hold its device up itself.

use crate::device::Hook;
use crate::errno::Result;
use crate::export::Export;
use crate::of::Node;

mod bulk;
mod clkdev;
mod consumer;
mod hw;
mod managed;
mod notify;
mod of;
mod provider;
mod raw;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    bulk::EXPORTS,
    clkdev::EXPORTS,
    clkdev::C,
    consumer::EXPORTS,
    hw::EXPORTS,
    managed::EXPORTS,
    notify::EXPORTS,
    of::EXPORTS,
    provider::EXPORTS,
];

/// Linux's flag of multiplexers: the nearest rate, be it above the request. `BIT(4)` is no constant that bindgen sees.
pub(crate) const CLK_MUX_ROUND_CLOSEST: u32 = 1 << 4;

pub use of::init;

/// Before a driver's probe: `assigned-clocks` of the device's node.
pub const HOOK: Hook = Hook { before, done: None, after };

unsafe fn before(dev: *mut crate::bindings::device) -> Result<()> {
    // SAFETY: the device core's device.
    match unsafe { Node::from_raw((*dev).of_node) } {
        Some(node) => of::set_defaults(node, false),
        None => Ok(()),
    }
}

unsafe fn after(_dev: *mut crate::bindings::device) {}
