// SPDX-License-Identifier: GPL-2.0-only
//! Device registers: who has which (`request_mem_region`), and mapping them.

use crate::errno::{Errno, Result};
use crate::export::Export;
use crate::of::Span;
use core::ffi::c_void;

mod copy;
mod map;
pub(crate) mod raw;
mod regions;

#[cfg(test)]
mod tests;

pub(crate) use map::claim_and_map;
pub use map::map;
pub use regions::{owner, release, request};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[copy::EXPORTS, map::EXPORTS, regions::EXPORTS, regions::DATA];

/// Claims registers for `owner` and maps them. Context: sleeps.
///
/// # Errors
/// `EBUSY`: somebody else has them; `ENOMEM`: they cannot be mapped.
pub fn request_and_map(span: Span, owner: &[u8]) -> Result<*mut c_void> {
    regions::request(span.start..span.start + (span.size - 1), owner)?;
    let mapped = map(span.start, span.size);
    if mapped.is_null() {
        regions::release(span.start..span.start + (span.size - 1));
        return Err(Errno::ENOMEM);
    }
    Ok(mapped)
}
