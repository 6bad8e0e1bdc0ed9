// SPDX-License-Identifier: GPL-2.0-only
//! What runs later, and elsewhere: tasks, softirq work (timers, tasklets), work queues, tasks of drivers' own.

mod kthread;
mod pool;
mod smp;
pub(crate) use smp::{free_per_cpu, per_cpu};
pub mod softirq;
pub mod task;
pub(crate) mod tasklet;
#[cfg(test)]
mod tests;
mod worker;
pub mod workqueue;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    C,
    kthread::EXPORTS,
    smp::EXPORTS,
    task::EXPORTS,
    tasklet::EXPORTS,
    worker::EXPORTS,
    workqueue::EXPORTS,
    workqueue::DATA,
];

crate::exports_c! {
    family "work";
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn alloc_workqueue;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_create_on_node;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_create_worker;
}

/// Makes the vCPUs that serve drivers. Context: the first orphan, once, before any driver; sleeps.
pub fn init() {
    crate::context::init_cpus();
    softirq::init();
    pool::init();
}
