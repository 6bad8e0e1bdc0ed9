// SPDX-License-Identifier: GPL-2.0-only
//! What every later crate stands on: memory, per-CPU data, scheduler, locks, timers, host interrupts, host device tree, log.
#![cfg_attr(not(test), no_std)]
