// SPDX-License-Identifier: GPL-2.0-only
//! Which context the calling code runs in, and what it may do there.

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];

/// Panics where the calling code may not sleep: a driver that sleeps in an interrupt handler, or with a spinlock held,
/// would hang the CPU sooner or later. Debug builds call it at the head of every export that sleeps.
///
/// # Panics
/// In atomic context.
pub fn might_sleep(function: &str) {
    assert!(!kernel::percpu::in_atomic_context(), "{function} may sleep, but was called in atomic context");
}
