// SPDX-License-Identifier: GPL-2.0-only
//! Pulse width modulators: `linux/pwm.h` (Linux: Documentation/driver-api/pwm.rst). The registry is `kernel::pwm`; this
//! is its border to C. `struct pwm_chip` is allocated here; its field `core` leads to the registry's entry. The field
//! `state` of a line is a copy for the inline functions of the header. There is no sysfs.

use crate::export::Export;

mod chip;
mod consumer;
#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[chip::EXPORTS, consumer::EXPORTS];
