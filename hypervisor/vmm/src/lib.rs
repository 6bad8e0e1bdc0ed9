// SPDX-License-Identifier: GPL-2.0-only
//! Guests: configuration, memory, vCPUs and exits, vGIC, virtual timer, PSCI, life cycle.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod bus;
mod counter;
pub mod device;
pub mod exit;
pub mod guest;
pub mod host;
mod id_regs;
pub mod manager;
mod memory;
mod psci;
pub mod ram;
mod timer;
mod trng;
pub mod vcpu;
pub mod vgic;
pub mod virtqueue;

pub use guest_config as config;
pub use guest_image::{self as image, bundle};

/// Makes guests possible; their vCPUs have time slices of `slice_ns` nanoseconds unless their DTS says otherwise.
/// Context: once, from the first orphan; may sleep.
///
/// # Errors
/// The host's interrupts cannot be had, or memory is short.
pub fn init(slice_ns: u64) -> kernel::error::Result<()> {
    guest::set_default_slice(slice_ns);
    host::init()?;
    guest::start_events()
}
