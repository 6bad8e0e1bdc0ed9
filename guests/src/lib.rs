// SPDX-License-Identifier: GPL-2.0-only
//! What the tiny guests share: start code, the machine as its device tree describes it, GICv2 and
//! GICv3, console, page tables, PSCI and the virtual timer.
//!
//! The guests run at EL1, on a bare machine and unchanged under the hypervisor; nothing about the
//! machine is built in. Everything that needs the processor is left out of host builds, so that the
//! logic (the device tree reader, the number generator) is tested there.
#![cfg_attr(not(test), no_std)]

pub mod args;
pub mod machine;
pub mod rng;

#[cfg(target_os = "none")]
pub mod console;
#[cfg(target_os = "none")]
pub mod cpu;
#[cfg(target_os = "none")]
pub mod gic;
#[cfg(target_os = "none")]
pub mod mmu;
#[cfg(target_os = "none")]
pub mod psci;
#[cfg(target_os = "none")]
pub mod start;
#[cfg(target_os = "none")]
pub mod timer;
#[cfg(target_os = "none")]
pub mod vectors;
