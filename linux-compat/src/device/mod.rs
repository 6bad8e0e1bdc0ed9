// SPDX-License-Identifier: GPL-2.0-only
//! The device core: devices, buses, drivers, what brings them together, and managed resources (Linux:
//! Documentation/driver-api/driver-model).
//!
//! Rust's part of a `struct device` hangs on its field `p`; see the module `private`.

use crate::export::Export;

mod bind;
mod binder;
mod bus;
mod class;
pub(crate) mod core;
pub mod devres;
mod devres_c;
mod hooks;
mod link;
mod names;
mod private;
mod supplier;

#[cfg(test)]
mod links;
#[cfg(test)]
mod tests;

pub(crate) use bind::{of_driver, owner_of, set_deferred_reason, stop};
pub(crate) use devres_c::kmalloc as devm_kmalloc;
#[cfg(test)]
pub(crate) use devres_c::owns;
pub use bind::{deferred, retry_deferred, settle};
pub use binder::BINDER;
pub use bus::devices;
pub(crate) use bus::{driver_for_each, driver_register_c as driver_register, driver_unregister_c as driver_unregister};
pub(crate) use core::{del, for_each_child_reverse, unregister};
pub use core::{get, initialize, put, register};
pub use hooks::Hook;
pub use names::{driver_string, name, set_name};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    bind::EXPORTS,
    bus::EXPORTS,
    class::EXPORTS,
    core::EXPORTS,
    devres_c::EXPORTS,
    link::EXPORTS,
    names::EXPORTS,
];
