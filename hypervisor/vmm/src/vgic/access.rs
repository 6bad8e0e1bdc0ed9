// SPDX-License-Identifier: GPL-2.0-only
//! One access of the guest to a register.

use crate::device::Width;

/// An access to the distributor or a redistributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether it writes.
    pub write: bool,
    /// Its size.
    pub width: Width,
    /// What is written, or, after a read, what was read; bits above the size are ignored, or 0.
    pub value: u64,
}

impl Access {
    /// A read.
    #[inline]
    pub const fn read(width: Width) -> Self {
        Self { write: false, width, value: 0 }
    }

    /// A write.
    #[inline]
    pub const fn write(width: Width, value: u64) -> Self {
        Self { write: true, width, value }
    }
}
