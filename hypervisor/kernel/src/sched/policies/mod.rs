// SPDX-License-Identifier: GPL-2.0-only
//! Scheduling policies: who of the vCPUs that wait for a CPU runs next, and for how long.

mod edf;
mod priority;

pub use edf::EarliestDeadlineFirst;
pub(super) use edf::EdfState;
pub use priority::PriorityRoundRobin;

use super::vcpu::{Vcpu, VcpuRef};
use crate::error::{Error, Result};
use alloc::boxed::Box;
use alloc::format;
use core::fmt;
use core::str::FromStr;

/// Why a vCPU enters the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It was woken, or has come from another CPU.
    Woken,
    /// It ran and could go on, but something else may be due.
    Preempted,
    /// It ran and gives the rest of its slice away.
    Yielded,
}

/// Keeps the vCPUs that wait for one CPU, and chooses among them.
///
/// The scheduler calls this with the run queue locked and interrupts masked, so nothing here may allocate, sleep or
/// wake. The running vCPU is not in the queue. Times are counter values.
pub trait Policy: Send {
    /// Which one this is.
    fn kind(&self) -> PolicyKind;

    /// Takes `v`, which waits from now on.
    fn enqueue(&mut self, v: &Vcpu, why: Entry, now: u64);

    /// Lets `v`, which is in the queue, go.
    fn dequeue(&mut self, v: &Vcpu);

    /// Takes out the one to run now.
    fn pick(&mut self, now: u64) -> Option<VcpuRef>;

    /// How many would [`pick`](Self::pick) give out, one after the other.
    fn waiting(&self) -> usize;

    /// Whether `woken`, just entered, should run instead of `running`, which has run since `since`.
    fn should_preempt(&self, running: &Vcpu, woken: &Vcpu, since: u64, now: u64) -> bool;

    /// When to choose again if nothing happens until then, `running` (`None` while idle) running since `since`;
    /// `u64::MAX` for never.
    fn until(&self, running: Option<&Vcpu>, since: u64) -> u64;

    /// `v` has run for `ran` ticks.
    fn account(&mut self, v: &Vcpu, ran: u64);

    /// The first in the queue, throttled ones too, for which `fits` holds; it stays there.
    fn find(&self, fits: &mut dyn FnMut(&Vcpu) -> bool) -> Option<VcpuRef>;
}

/// The policies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// [`PriorityRoundRobin`].
    Priority,
    /// [`EarliestDeadlineFirst`].
    Edf,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Priority, Self::Edf];

    /// What the terminal and board files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Edf => "edf",
        }
    }

    /// An empty queue. Context: may allocate.
    pub(super) fn create(self) -> Box<dyn Policy> {
        match self {
            Self::Priority => Box::new(PriorityRoundRobin::new()),
            Self::Edf => Box::new(EarliestDeadlineFirst::new()),
        }
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for PolicyKind {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| Error::Invalid {
            what: "scheduling policy",
            why: format!("`{name}` given, `priority` and `edf` possible"),
        })
    }
}
