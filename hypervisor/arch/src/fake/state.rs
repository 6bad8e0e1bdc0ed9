// SPDX-License-Identifier: GPL-2.0-only
//! What a fake CPU is made of, and the controls that tests have over it.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// The counter's frequency in Hz, QEMU's.
pub(super) const FREQUENCY: u64 = 62_500_000;

/// A fake CPU. Lives as long as the process.
pub struct Cpu {
    pub(super) percpu: AtomicPtr<()>,
    pub(super) masked: AtomicBool,
    pub(super) mpidr: AtomicU64,
    handler: Mutex<Option<fn()>>,
    real_since: Mutex<Option<Instant>>,
    manual: AtomicU64,
    step: AtomicU64,
    stuck: Mutex<Option<fn()>>,
    deadline: AtomicU64,
    pending: Mutex<bool>,
    wake: Condvar,
}

thread_local! {
    static CPU: Cell<Option<&'static Cpu>> = const { Cell::new(None) };
}

/// The fake CPU that this thread is; made at the first call.
pub fn this_cpu() -> &'static Cpu {
    CPU.get().unwrap_or_else(|| {
        let cpu: &'static Cpu = Box::leak(Box::new(Cpu::new()));
        CPU.set(Some(cpu));
        cpu
    })
}

/// Makes this thread go on as `cpu`.
pub(super) fn become_cpu(cpu: &'static Cpu) {
    CPU.set(Some(cpu));
}

impl Cpu {
    fn new() -> Self {
        Self {
            percpu: AtomicPtr::new(null_mut()),
            masked: AtomicBool::new(false),
            mpidr: AtomicU64::new(0),
            handler: Mutex::new(None),
            real_since: Mutex::new(None),
            manual: AtomicU64::new(0),
            step: AtomicU64::new(0),
            stuck: Mutex::new(None),
            deadline: AtomicU64::new(u64::MAX),
            pending: Mutex::new(false),
            wake: Condvar::new(),
        }
    }

    /// Sets the affinity that `mpidr` reports.
    pub fn set_mpidr(&self, value: u64) {
        self.mpidr.store(value, SeqCst);
    }

    /// Sets what runs, with interrupts masked, when an interrupt is taken.
    pub fn set_irq_handler(&self, handler: fn()) {
        *self.handler.lock().unwrap() = Some(handler);
    }

    /// Makes an interrupt pending; any thread may call this.
    pub fn raise(&self) {
        *self.pending.lock().unwrap() = true;
        self.wake.notify_all();
    }

    /// Lets the counter follow the host's clock rather than [`advance`](Self::advance).
    pub fn use_real_time(&self, since: Instant) {
        *self.real_since.lock().unwrap() = Some(since);
    }

    /// Sets the counter, in ticks.
    pub fn set_counter(&self, ticks: u64) {
        self.manual.store(ticks, SeqCst);
    }

    /// Moves the counter on by `ticks`.
    pub fn advance(&self, ticks: u64) {
        self.manual.fetch_add(ticks, SeqCst);
    }

    /// Lets a counter that is set by hand go on by `ticks` each time that it is read, so that loops which wait for it
    /// come to their end.
    pub fn set_step(&self, ticks: u64) {
        self.step.store(ticks, SeqCst);
    }

    /// Sets what is called when this CPU, with a counter set by hand, waits for an interrupt and there is no deadline
    /// to jump to.
    pub fn on_stuck(&self, f: fn()) {
        *self.stuck.lock().unwrap() = Some(f);
    }

    /// What the EL2 timer is programmed to, in ticks.
    pub fn deadline(&self) -> Option<u64> {
        Some(self.deadline.load(SeqCst)).filter(|&t| t != u64::MAX)
    }

    pub(super) fn set_deadline(&self, ticks: Option<u64>) {
        self.deadline.store(ticks.unwrap_or(u64::MAX), SeqCst);
    }

    pub(super) fn now(&self) -> u64 {
        match *self.real_since.lock().unwrap() {
            Some(since) => (since.elapsed().as_nanos() * u128::from(FREQUENCY) / 1_000_000_000) as u64,
            None => self.manual.fetch_add(self.step.load(SeqCst), SeqCst),
        }
    }

    /// Sleeps until an interrupt is pending. With a counter set by hand, time jumps to the deadline.
    pub(super) fn wait_for_interrupt(&self) {
        let mut pending = self.pending.lock().unwrap();
        loop {
            let (now, deadline) = (self.now(), self.deadline.load(SeqCst));
            if *pending || now >= deadline {
                return;
            }
            let real = self.real_since.lock().unwrap().is_some();
            if deadline == u64::MAX {
                let stuck = *self.stuck.lock().unwrap();
                if let (Some(stuck), false) = (stuck, real) {
                    stuck();
                }
                pending = self.wake.wait(pending).unwrap();
            } else if real {
                let left =
                    Duration::from_nanos((deadline - now).saturating_mul(1_000_000_000 / FREQUENCY) + 1);
                pending = self.wake.wait_timeout(pending, left).unwrap().0;
            } else {
                self.manual.store(deadline, SeqCst);
            }
        }
    }

    /// Opens or closes the interrupt mask; takes what is pending when it opens.
    pub(super) fn set_masked(&self, masked: bool) {
        self.masked.store(masked, SeqCst);
        if !masked {
            self.take_pending();
        }
    }

    fn take_pending(&self) {
        // The handler may switch contexts: afterwards this thread may be another CPU.
        loop {
            let cpu = this_cpu();
            let Some(handler) = *cpu.handler.lock().unwrap() else { return };
            let raised = core::mem::take(&mut *cpu.pending.lock().unwrap());
            if !raised && cpu.now() < cpu.deadline.load(SeqCst) {
                return;
            }
            cpu.masked.store(true, SeqCst);
            handler();
            this_cpu().masked.store(false, SeqCst);
        }
    }
}
