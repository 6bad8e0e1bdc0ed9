// SPDX-License-Identifier: GPL-2.0-only
//! The configuration of a guest: read from its DTS (as a DTB), checked, completed, and turned into the DTB that the
//! guest itself sees.

mod device;

pub use device::{DeviceConfig, Interrupt, Properties};
