// SPDX-License-Identifier: GPL-2.0-only
//! The platform and AMBA buses: devices that the device tree describes (Linux:
//! Documentation/driver-api/driver-model/platform.rst).

use crate::export::Export;

mod amba;
mod bus;
mod device;
mod driver;
mod populate;
mod resource;

#[cfg(test)]
mod tests;

pub use populate::{keep_from, populate_all};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    amba::DATA,
    amba::EXPORTS,
    bus::DATA,
    device::EXPORTS,
    driver::EXPORTS,
    populate::DATA,
    populate::EXPORTS,
    resource::EXPORTS,
];
