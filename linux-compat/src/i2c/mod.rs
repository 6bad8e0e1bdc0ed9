// SPDX-License-Identifier: GPL-2.0-only
//! I2C: drivers' adapters become an [`io::i2c::Bus`]; devices on them are devices of a bus of their own, from the device
//! tree or from drivers, and found by drivers as on any bus.

mod adapter;
mod bus;
mod client;
mod misc;
mod target;
mod transfer;

#[cfg(test)]
mod tests;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    adapter::EXPORTS,
    bus::EXPORTS,
    bus::DATA,
    client::EXPORTS,
    misc::EXPORTS,
    target::EXPORTS,
    transfer::EXPORTS,
];
