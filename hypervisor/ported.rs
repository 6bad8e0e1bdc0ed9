// SPDX-License-Identifier: GPL-2.0-only
//! Linux drivers, where the board has some.

#[cfg(feature = "linux")]
mod linux {
    extern crate alloc;

    use alloc::vec::Vec;
    pub use linux_compat::start;

    /// What the drivers in the image serve.
    pub fn compatibles() -> Vec<&'static str> {
        ported_drivers::DRIVERS.iter().flat_map(|driver| driver.compatible).copied().collect()
    }

    /// Starts guests from the disk that the boot arguments or else the board name.
    pub fn autostart() {
        let tree = kernel::dt::tree();
        let argument = tree.and_then(|tree| kernel::dt::machine::boot_argument(tree, "guests.from"));
        let from = argument.unwrap_or(crate::options::GUESTS_FROM);
        if !from.is_empty()
            && let Err(error) = terminal::files::autostart(from)
        {
            log::error!("no guests from {from}: {error}");
        }
    }
}

#[cfg(feature = "linux")]
pub use linux::{autostart, compatibles, start};

/// None.
#[cfg(not(feature = "linux"))]
pub fn compatibles() -> [&'static str; 0] {
    []
}

/// There is nothing to start.
#[cfg(not(feature = "linux"))]
pub fn start() {}

/// There is no driver for a disk.
#[cfg(not(feature = "linux"))]
pub fn autostart() {}
