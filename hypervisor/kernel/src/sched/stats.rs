// SPDX-License-Identifier: GPL-2.0-only
//! What the terminal shows of vCPUs and CPUs.

use super::life;
use super::policies::PolicyKind;
use super::runqueue;
use super::vcpu::{State, Vcpu};
use crate::percpu::{self, CpuId};
use crate::time;
use alloc::string::String;
use core::sync::atomic::Ordering::Relaxed;

/// How far a vCPU is with what its policy gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Left of its time slice, in ns; counts only while others of its priority wait.
    Slice {
        /// In ns.
        left_ns: u64,
    },
    /// Its current period under EDF.
    Period {
        /// Left of its budget, in ns.
        left_ns: u64,
        /// Its deadline, in ns of `time::now_ns`.
        deadline_ns: u64,
        /// Whether it waits for its next period with its budget used up.
        throttled: bool,
    },
}

impl Vcpu {
    /// How often it has begun to wait or to sleep; wraps. Context: any.
    pub fn sleeps(&self) -> u32 {
        self.sleeps.load(Relaxed)
    }

    /// How long it has run, in ns, up to this moment. Context: any but while holding scheduler locks.
    pub fn runtime_ns(&self) -> u64 {
        let flags = arch::irq::save();
        let (_, queue) = runqueue::lock_home(self);
        let mut ticks = self.runtime.load(Relaxed);
        if core::ptr::eq(queue.current, self) {
            ticks = ticks.wrapping_add(arch::counter::now().saturating_sub(queue.since));
        }
        drop(queue);
        arch::irq::restore(flags);
        time::ticks_to_ns(ticks)
    }

    /// How far it is with its slice or its period. Context: any.
    pub fn progress(&self) -> Progress {
        match self.deadline() {
            None => Progress::Slice { left_ns: time::ticks_to_ns(self.slice_left.load(Relaxed)) },
            Some(_) => {
                let (deadline, left) = self.edf.current();
                Progress::Period {
                    left_ns: time::ticks_to_ns(left),
                    deadline_ns: time::ticks_to_ns(deadline),
                    throttled: self.edf.is_throttled(),
                }
            }
        }
    }

    /// Whether its guest state is in its CPU's registers. Context: any; may be outdated on return.
    pub fn is_loaded(&self) -> bool {
        core::ptr::eq(percpu::block_of(self.cpu()).loaded.load(Relaxed), self)
    }
}

/// A CPU as the scheduler sees it.
#[derive(Clone, Debug)]
pub struct CpuInfo {
    /// Its policy.
    pub policy: PolicyKind,
    /// The name of the vCPU that it runs.
    pub current: String,
    /// How many wait for it.
    pub waiting: u32,
    /// How many belong to it, the idle one not counted.
    pub vcpus: u32,
    /// How long it has idled, in ns.
    pub idle_ns: u64,
    /// How often it went idle.
    pub idled: u64,
    /// What it has promised to deadline vCPUs, in millionths of its time.
    pub promised_ppm: u32,
}

/// What `cpu` does; `None` if it is not up. Context: may allocate.
pub fn cpu_info(cpu: CpuId) -> Option<CpuInfo> {
    let policy = super::policy_of(cpu)?;
    let mut info = CpuInfo {
        policy,
        current: String::new(),
        waiting: percpu::block_of(cpu).waiting.load(Relaxed),
        vcpus: 0,
        idle_ns: 0,
        idled: 0,
        promised_ppm: super::promised_ppm(cpu, None),
    };
    for v in life::snapshot().iter().filter(|v| v.cpu() == cpu) {
        if v.is_idle() {
            info.idle_ns = v.runtime_ns();
            info.idled = v.switches();
        } else if v.state() != State::Dead {
            info.vcpus += 1;
        }
        if v.state() == State::Running {
            info.current = String::from(v.name());
        }
    }
    Some(info)
}
