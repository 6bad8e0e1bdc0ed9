// SPDX-License-Identifier: GPL-2.0-only
//! What every later crate stands on: memory, per-CPU data, scheduler, locks, timers, host interrupts, host device tree, log.
#![cfg_attr(target_os = "none", no_std)]

extern crate alloc;

pub mod boot;
pub mod clk;
pub mod clocksource;
pub mod console;
#[cfg(all(debug_assertions, target_os = "none"))]
pub mod crash;
pub mod device;
pub mod dt;
pub mod error;
#[cfg(not(target_os = "none"))]
pub mod fake;
pub mod gpio;
pub mod hwspinlock;
pub mod irq;
pub mod log;
pub mod mm;
pub mod panic;
pub mod percpu;
pub mod phy;
pub mod pinctrl;
pub mod power;
pub mod pwm;
pub mod random;
pub mod regulator;
pub mod reset;
pub mod sched;
pub mod smp;
pub mod sort;
pub mod sync;
pub mod thermal;
pub mod time;
pub mod timer;
pub mod work;
