// SPDX-License-Identifier: GPL-2.0-only
//! The management terminal: line editor and one file per command.
//!
//! Bytes from the host console go to a [`session::Session`]: at the prompt they edit a line ([`editor`]), which is
//! split into words ([`parse`]) and checked against the table of [`commands`] ([`command`]). Commands ask `kernel`,
//! `vmm` and `io` directly and build a [`value::Value`], shown as text or JSON.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]

extern crate alloc;

pub mod command;
pub mod commands;
pub mod complete;
pub mod editor;
pub mod error;
#[cfg(test)]
mod fake;
pub mod history;
pub mod json;
pub mod keys;
pub mod parse;
pub mod reference;
pub mod session;
pub mod value;

/// The line that says which hypervisor this is.
pub fn banner() -> &'static str {
    if cfg!(debug_assertions) {
        concat!("Ferrovisor ", env!("CARGO_PKG_VERSION"), " (debug build), aarch64")
    } else {
        concat!("Ferrovisor ", env!("CARGO_PKG_VERSION"), ", aarch64")
    }
}
