// SPDX-License-Identifier: GPL-2.0-only
//! Guests: configuration, memory, vCPUs and exits, vGIC, virtual timer, PSCI, life cycle.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod bundle;
pub mod config;
pub mod device;
pub mod image;
