// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong in this crate.

use alloc::string::String;
use core::fmt;

/// Result of this crate's functions.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A serial port of this name is open already.
    PortExists {
        /// The name that was asked for.
        name: String,
    },
    /// No serial port has this name.
    NoSuchPort {
        /// The name that was asked for.
        name: String,
    },
    /// The heap has no room for a buffer.
    NoMemory {
        /// What the buffer is for.
        what: &'static str,
        /// Size asked for, in bytes.
        bytes: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::PortExists { name } => {
                write!(f, "serial port '{name}' is open already: give the UART another name")
            }
            Error::NoSuchPort { name } => {
                write!(f, "no serial port '{name}': the ports are those of created guests")
            }
            Error::NoMemory { what, bytes } => write!(f, "no memory for {what}: {bytes} bytes"),
        }
    }
}

impl core::error::Error for Error {}
