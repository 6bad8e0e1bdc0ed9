// SPDX-License-Identifier: GPL-2.0-only
//! Firmware interfaces for CPUs and power.

pub mod psci;
