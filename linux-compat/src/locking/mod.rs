// SPDX-License-Identifier: GPL-2.0-only
//! Locks, wait queues, completions, RCU: structures that lie in the driver's own, and the functions upon them.
//!
//! Spinlocks disable preemption, which also keeps tasklets and timers away (those run in a vCPU with preemption
//! disabled). Whatever sleeps is built upon wait queues.

mod complete;
pub(crate) mod held;
mod list;
mod mutex;
pub(crate) mod rcu;
mod refcount;
pub(crate) mod rwsem;
mod spin;
pub(crate) mod srcu;
#[cfg(test)]
mod tests;
mod wait;

pub(crate) use complete::{complete, wait as wait_for_completion, wait_timeout as wait_for_completion_timeout};
pub(crate) use list::List;
pub(crate) use rcu::{barrier as rcu_barrier, call as call_rcu};
pub use mutex::{lock as mutex_lock, unlock as mutex_unlock};
pub use spin::{lock as spin_lock, lock_save, unlock as spin_unlock, unlock_restore};
pub use wait::{sleep_until, wake};

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    complete::EXPORTS,
    mutex::EXPORTS,
    rcu::EXPORTS,
    refcount::EXPORTS,
    rwsem::EXPORTS,
    spin::EXPORTS,
    srcu::EXPORTS,
    wait::EXPORTS,
];
