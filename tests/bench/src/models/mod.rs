// SPDX-License-Identifier: GPL-2.0-only
//! Register models that the benches of several drivers use: a device behind a GPIO needs a GPIO, a chip on a bus a bus.

pub mod cadence_gpio;
pub mod mv64xxx_i2c;
pub mod phy;
