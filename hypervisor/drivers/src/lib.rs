// SPDX-License-Identifier: GPL-2.0-only
//! Native drivers for host devices, one folder per kind.
#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

pub mod irqchip;
pub mod power;
pub mod rtc;
pub mod serial;
