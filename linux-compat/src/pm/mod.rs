// SPDX-License-Identifier: GPL-2.0-only
//! Power management of devices: runtime management with real counts and callbacks, wake-up interrupts, power domains
//! (there are none), and the end of the machine's run. The system as a whole does not sleep.

mod callbacks;
mod domain;
mod reboot;
mod runtime;
mod runtime_c;
#[cfg(test)]
mod tests;

use crate::export::Export;

pub use runtime::forget;
pub(crate) use runtime_c::{
    allow, enabled, forbid, idle, manage_without_callbacks, put_noidle, resume, stop_managing,
};

/// The flags of a use, and of one that is not waited for.
pub(crate) const GET_PUT: core::ffi::c_int = crate::bindings::RPM_GET_PUT as core::ffi::c_int;
pub(crate) const ASYNC: core::ffi::c_int = crate::bindings::RPM_ASYNC as core::ffi::c_int;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[runtime_c::EXPORTS, domain::EXPORTS, reboot::EXPORTS, reboot::DATA];
