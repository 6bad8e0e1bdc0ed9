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
pub(crate) use runtime_c::{manage_without_callbacks, stop_managing};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] =
    &[runtime_c::EXPORTS, domain::EXPORTS, reboot::EXPORTS, reboot::DATA];
