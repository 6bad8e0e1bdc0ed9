// SPDX-License-Identifier: GPL-2.0-only
//! Between back ends and devices: the serial multiplexer, disks with partitions and files, the MMC core, virtual
//! switches, and the registries of clocks, watchdogs, I2C buses, non-volatile memories and sources of random numbers.
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

pub mod block;
pub mod crypto;
pub mod dma;
mod error;
mod fault;
pub mod fs;
mod hash;
pub mod hwrng;
pub mod i2c;
pub mod mdio;
pub mod mmc;
pub mod net;
pub mod nvmem;
pub mod partition;
mod ring;
pub mod rtc;
pub mod serial;
pub mod spi;
mod sync;
pub mod watchdog;

pub use error::{Error, Result};
pub use fault::Fault;
