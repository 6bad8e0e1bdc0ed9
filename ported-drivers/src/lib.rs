// SPDX-License-Identifier: GPL-2.0-only
//! Linux drivers in C. `build.rs` compiles those that the board names and has them linked whole into the
//! image; what Rust sees of them is this table. They register themselves through their initcalls.
#![no_std]

/// A driver that is in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Driver {
    /// The folder's name in `ported-drivers/`.
    pub name: &'static str,
    /// Where its sources come from: `linux-6.12` or `local`.
    pub origin: &'static str,
    /// The `compatible` values that it serves.
    pub compatible: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/drivers.rs"));

/// The driver in the image that serves a device of this `compatible` value.
pub fn serving(compatible: &str) -> Option<&'static Driver> {
    DRIVERS.iter().find(|driver| driver.compatible.contains(&compatible))
}
