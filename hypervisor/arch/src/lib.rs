// SPDX-License-Identifier: GPL-2.0-only
//! AArch64: entry, vectors, system registers, translation tables, caches.
//!
//! On the target this is the machine itself ([`aarch64`](self)); on the host the same surface is the
//! `fake` module, whose state is thread-local and set by tests.
#![cfg_attr(target_os = "none", no_std)]

mod addr;
pub mod boot;
pub mod esr;
pub mod frame;
mod guest_types;
pub mod table;
pub mod vif;

pub use addr::{GuestPhysAddr, PAGE_SHIFT, PAGE_SIZE, PhysAddr, VirtAddr};

#[cfg(target_os = "none")]
mod aarch64;
#[cfg(target_os = "none")]
pub use aarch64::*;

#[cfg(not(target_os = "none"))]
pub mod fake;
#[cfg(not(target_os = "none"))]
pub use fake::*;

/// Bytes of every EL2 stack. A stack is aligned so that bit [`STACK_SHIFT`] is set in all of its
/// addresses and clear in the guard below it (that is, it is the upper half of a block of twice its
/// size, aligned to that): the vectors tell an overflow by that one bit.
pub const STACK_SIZE: usize = 1 << STACK_SHIFT;

/// Log2 of [`STACK_SIZE`]. Unoptimised code needs more.
pub const STACK_SHIFT: usize = if cfg!(debug_assertions) { 17 } else { 16 };
