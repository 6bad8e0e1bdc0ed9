// SPDX-License-Identifier: GPL-2.0-only
//! Strings and memory: `string.h`, numbers from text, options, sizes as text.
//!
//! `memcpy`, `memset`, `memmove`, `memcmp` and `strlen` come from the compiler's own library.

mod arrays;
mod copy;
mod duplicate;
pub mod number;
mod options;
mod search;
#[cfg(test)]
mod tests;

pub use duplicate::kstrdup;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[arrays::EXPORTS, copy::EXPORTS, duplicate::EXPORTS, number::EXPORTS, options::EXPORTS, search::EXPORTS];

use core::ffi::{CStr, c_char};

/// The bytes of a C string.
///
/// # Safety
/// `s` is a string that stays as long as the result is used.
pub(crate) unsafe fn bytes<'a>(s: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's.
    unsafe { CStr::from_ptr(s) }.to_bytes()
}
