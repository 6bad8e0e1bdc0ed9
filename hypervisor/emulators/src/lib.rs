// SPDX-License-Identifier: GPL-2.0-only
//! Emulated devices, one file each, chosen by compatible from the guest DTS.
//!
//! A device is registers behind one lock, an interrupt line and perhaps a timer. Register accesses run on the exit
//! path of the vCPU that made them: they do not allocate or sleep, and their cost is bounded. Whatever a guest does
//! to a device, the most that comes of it is an access that is counted and otherwise ignored.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

extern crate alloc;

#[cfg(test)]
mod binding_tests;
mod fifo;
pub mod ns16550a;
pub mod pl011;
pub mod pl031;
pub mod pl061;
mod regs;
pub mod sp804;
pub mod sp805;
mod sync;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timed;
mod uart;
#[cfg(feature = "virtio")]
mod virtio;
#[cfg(feature = "virtio")]
pub use virtio::{Balloon, Statistics, Stream, TERMINAL_PORT, find_balloon, serve_terminal};

use vmm::device::Factory;

/// The emulators of this crate.
pub static FACTORIES: &[Factory] = &[
    pl011::FACTORY,
    ns16550a::FACTORY,
    ns16550a::DW_FACTORY,
    pl031::FACTORY,
    pl061::FACTORY,
    sp804::FACTORY,
    sp805::FACTORY,
    #[cfg(feature = "virtio")]
    virtio::FACTORY,
    #[cfg(feature = "virtio")]
    virtio::PCI_FACTORY,
    #[cfg(feature = "virtio")]
    virtio::FRAME_FACTORY,
];

/// Makes the emulators of this crate known to the guest core; once, at boot. `false` if there is no place for them.
pub fn register() -> bool {
    vmm::device::register(FACTORIES)
}
