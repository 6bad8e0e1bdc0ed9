// SPDX-License-Identifier: GPL-2.0-only
//! Regulators: `linux/regulator/consumer.h` for who draws from them, `driver.h`, `machine.h` and `of_regulator.h` for
//! who provides them (Linux: Documentation/power/regulator). The registry is `kernel::regulator`; this is its border to C.
//!
//! The functions named `regulator_*_regmap`, `regulator_list_voltage_*` and `regulator_map_voltage_*` are Linux's own
//! `drivers/regulator/helpers.c`, taken in as a unit like a driver.

use crate::export::Export;

mod bulk;
pub(crate) mod consumer;
mod driver;
pub(crate) mod managed;
mod notify;
mod provider;
mod tree;
#[cfg(test)]
pub(crate) mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    bulk::EXPORTS,
    consumer::EXPORTS,
    managed::EXPORTS,
    notify::EXPORTS,
    provider::EXPORTS,
    tree::EXPORTS,
];
