// SPDX-License-Identifier: GPL-2.0-only
//! Memory of the host: physical frames, the heap, and the hypervisor's own address space.

pub mod extents;
pub mod frames;
pub mod heap;
pub mod layout;
pub mod segment;
pub mod space;

use crate::error::Error;
use arch::PhysAddr;
use arch::table::TableError;
use core::fmt;

/// Why a memory request failed. Unlike [`Error`] it never allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemError {
    /// No contiguous free memory for the request.
    NoMemory {
        /// What it was for.
        what: &'static str,
        /// Bytes asked for.
        wanted: u64,
        /// Bytes of the largest free run.
        largest: u64,
    },
    /// A size or alignment that makes no sense.
    BadRequest {
        /// Bytes asked for.
        bytes: u64,
        /// Alignment asked for.
        align: u64,
    },
    /// RAM at this address was given twice.
    BankOverlap(PhysAddr),
    /// Memory is cut into more pieces than there is room to note.
    TooManyExtents,
    /// The hypervisor's map refused.
    Table(TableError),
    /// A window of the address space is used up.
    Window(&'static str),
    /// The address space is not set up yet.
    NotReady,
}

impl fmt::Display for MemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MemError::NoMemory { what, wanted, largest } => write!(
                f,
                "out of memory: {} KiB for {what} wanted, the largest free run has {} KiB",
                wanted.div_ceil(1024),
                largest >> 10
            ),
            MemError::BadRequest { bytes, align } => {
                write!(f, "invalid memory request: {bytes} bytes aligned to {align:#x}")
            }
            MemError::BankOverlap(at) => write!(f, "memory at {at} is given twice"),
            MemError::TooManyExtents => f.write_str("memory is cut into too many pieces by reservations"),
            MemError::Table(error) => error.fmt(f),
            MemError::Window(what) => write!(f, "the hypervisor's address window for {what} is used up"),
            MemError::NotReady => f.write_str("the hypervisor's address space is not set up yet"),
        }
    }
}

impl From<TableError> for MemError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::NoMemory => {
                MemError::NoMemory { what: frames::Purpose::PageTables.name(), wanted: 4096, largest: 0 }
            }
            other => MemError::Table(other),
        }
    }
}

impl From<MemError> for Error {
    fn from(error: MemError) -> Self {
        match error {
            MemError::NoMemory { what, wanted, .. } => Error::OutOfMemory { what, bytes: wanted },
            other => Error::Invalid { what: "memory request", why: alloc::format!("{other}") },
        }
    }
}
