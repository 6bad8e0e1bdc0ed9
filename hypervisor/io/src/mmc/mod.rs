// SPDX-License-Identifier: GPL-2.0-only
//! SD cards and eMMC: identification, bus modes, transfers and recovery, on any host controller that implements [`Host`].
//!
//! * [`host`]: what the core asks of a controller's driver. * `command`, `registers`: the protocol's words.
//! * `bus`: one request at a time. * `sd`, `emmc`: from power-up to the fastest mode that works. * `engine`: transfers,
//!   erasing, flushing, and what to do when they fail. * `slot`: an orphan a host, card detection, the disk.
//!
//! Sections are those of "SD Specifications Part 1, Physical Layer Simplified Specification 6.00" (SD) and of
//! JEDEC JESD84-B51 (eMMC). SDIO functions are not served: a card that has nothing else is reported.

mod bus;
mod command;
#[cfg(test)]
mod corner_tests;
mod emmc;
mod engine;
#[cfg(test)]
mod fake;
pub mod host;
mod registers;
mod sd;
mod slot;
#[cfg(test)]
mod tests;

pub use bus::Fault;
pub use host::Host;
pub use registers::CardKind;
pub use slot::{Slot, State, Status, add_host, find, list};

use crate::block::BlockError;
use core::fmt;

/// Why something did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MmcError {
    /// No answer in time.
    Timeout,
    /// A command, answer or data arrived damaged.
    Crc,
    /// The slot is empty.
    NoCard,
    /// The card's answer has these error bits (SD 4.10.1).
    Card(u32),
    /// The controller cannot do this.
    Unsupported,
    /// The card says what makes no sense, or is of no known kind.
    Unknown(&'static str),
    /// Another card is in the slot.
    Changed,
    /// The controller's driver failed, with this error number.
    Host(i32),
    /// Memory is short.
    NoMemory,
}

impl fmt::Display for MmcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MmcError::Timeout => f.write_str("no answer in time"),
            MmcError::Crc => f.write_str("checksum error"),
            MmcError::NoCard => f.write_str("no card"),
            MmcError::Card(bits) => write!(f, "the card reports errors {bits:#010x}"),
            MmcError::Unsupported => f.write_str("the controller cannot do this"),
            MmcError::Unknown(what) => f.write_str(what),
            MmcError::Changed => f.write_str("another card is in the slot"),
            MmcError::Host(errno) => write!(f, "the controller's driver failed with error {errno}"),
            MmcError::NoMemory => f.write_str("no memory"),
        }
    }
}

impl From<MmcError> for BlockError {
    fn from(error: MmcError) -> Self {
        match error {
            MmcError::Timeout => BlockError::Timeout,
            MmcError::Crc => BlockError::Crc,
            MmcError::NoCard | MmcError::Changed => BlockError::Removed,
            MmcError::Unsupported => BlockError::Unsupported,
            MmcError::NoMemory => BlockError::NoMemory,
            MmcError::Card(_) | MmcError::Unknown(_) | MmcError::Host(_) => BlockError::Device,
        }
    }
}

/// What this module's functions return.
type Result<T, E = MmcError> = core::result::Result<T, E>;
