// SPDX-License-Identifier: GPL-2.0-only
//! Linux drivers, where the board has some.

#[cfg(feature = "linux")]
mod linux {
    extern crate alloc;

    use alloc::vec::Vec;

    /// Brings the drivers up; the first network device becomes a port of the switch `uplink`, unless that is empty.
    pub fn start(uplink: &str) {
        if !uplink.is_empty() {
            io::net::nic::set_uplink(uplink);
        }
        linux_compat::start();
    }

    /// What the drivers in the image serve.
    pub fn compatibles() -> Vec<&'static str> {
        ported_drivers::DRIVERS.iter().flat_map(|driver| driver.compatible).copied().collect()
    }

    /// Starts the guests of a folder of a disk, `VOLUME:/PATH`: the one in the boot arguments or else `board`, the board's.
    /// An empty text names none.
    pub fn autostart(board: &'static str) {
        let tree = kernel::dt::tree();
        let from =
            tree.and_then(|tree| kernel::dt::machine::boot_argument(tree, "guests.from")).unwrap_or(board);
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
pub fn start(_uplink: &str) {}

/// Says that guests of a disk were asked for and there is no driver for one.
#[cfg(not(feature = "linux"))]
pub fn autostart(board: &str) {
    if !board.is_empty() {
        log::error!("no guests from {board}: the image has no drivers for disks");
    }
}
