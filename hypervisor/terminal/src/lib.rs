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

use alloc::sync::Arc;

use kernel::sched::{self, Params, Vcpu};

pub mod command;
pub mod commands;
pub mod complete;
pub mod dts;
pub mod editor;
pub mod error;
#[cfg(test)]
mod fake;
#[cfg(feature = "devices")]
pub mod files;
pub mod hexdump;
pub mod history;
pub mod json;
pub mod keys;
pub mod parse;
pub mod reference;
#[cfg(feature = "virtio")]
mod remote;
pub mod session;
pub mod system;
pub mod value;

/// The line that says which hypervisor this is.
pub fn banner() -> &'static str {
    if cfg!(debug_assertions) {
        concat!("Ferrovisor ", env!("CARGO_PKG_VERSION"), " (debug build), aarch64")
    } else {
        concat!("Ferrovisor ", env!("CARGO_PKG_VERSION"), ", aarch64")
    }
}

/// How the terminal is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The control character that switches between prompt and guest.
    pub escape: u8,
    /// The width of the terminal in columns. It is never asked.
    pub columns: usize,
    /// Lines that it remembers.
    pub history: usize,
    /// The priority of the terminal's vCPU, 0 to 7: above the guests', so that it answers while they compute.
    pub priority: u8,
}

impl Default for Config {
    fn default() -> Self {
        Self { escape: 0x1d, columns: 80, history: 32, priority: 5 }
    }
}

/// Has a session on the console of `system` until that is gone.
fn run(system: system::System, config: &Config) {
    let mut session = session::Session::new(system, commands::TABLE, config);
    session.start(&alloc::format!("{}; 'help' lists the commands", banner()));
    while !session.host().is_over() {
        let again = session.step();
        session.host().wait(again);
    }
    session.step();
    session.host().finish();
}

/// Has a session in an orphan vCPU of its own.
fn begin(name: &str, system: system::System, config: Config) -> kernel::error::Result<Arc<Vcpu>> {
    sched::spawn(name, Params::with_priority(config.priority), move || run(system, &config))
}

/// Starts the terminal on the host console: an orphan vCPU that sleeps until something is typed.
///
/// # Errors
/// The vCPU cannot be made: no memory, or a priority that does not exist.
pub fn start(config: Config) -> kernel::error::Result<Arc<Vcpu>> {
    #[cfg(feature = "virtio")]
    remote::start(config);
    begin("terminal", system::System::default(), config)
}
