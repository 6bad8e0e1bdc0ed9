// SPDX-License-Identifier: GPL-2.0-only
//! Pin control: controllers and states of devices (Linux: Documentation/driver-api/pin-control.rst). All of it sits on
//! [`kernel::pinctrl`].

use crate::export::Export;

mod consumer;
mod controller;
mod generic;
mod raw;

pub use consumer::{after_remove, before_probe};
pub(crate) use controller::controller_of;

#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[consumer::EXPORTS, controller::EXPORTS, generic::EXPORTS];

/// Puts the pins of a device in the state for its probe, and gives them back.
pub const HOOK: crate::device::Hook =
    crate::device::Hook { before: before_probe, done: Some(consumer::after_probe), after: after_remove };
