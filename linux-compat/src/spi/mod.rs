// SPDX-License-Identifier: GPL-2.0-only
//! SPI: `linux/spi/spi.h` (Linux: Documentation/spi/spi-summary.rst). What controllers find on their buses is in the
//! registry `io::spi`; this is its border to C, with the messages between drivers. `struct spi_controller` and `struct
//! spi_device` are allocated here. We are controllers, never targets.

use crate::export::Export;

mod bus;
mod controller;
mod device;
mod map;
mod message;
mod run;
mod setup;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[bus::DATA, bus::EXPORTS, controller::EXPORTS, device::EXPORTS, map::EXPORTS, message::EXPORTS, run::EXPORTS, setup::EXPORTS];
