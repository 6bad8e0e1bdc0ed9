// SPDX-License-Identifier: GPL-2.0-only
//! Contexts as host threads: a switch hands the fake CPU to the other's thread and waits to get one back.

use super::state::{Cpu, become_cpu, this_cpu};
use crate::VirtAddr;
use std::cell::Cell;
use std::sync::{Arc, Condvar, Mutex};

/// Where a thread that does not run waits for a CPU.
#[derive(Default)]
struct Baton {
    cpu: Mutex<Option<&'static Cpu>>,
    given: Condvar,
}

impl Baton {
    fn give(&self, cpu: &'static Cpu) {
        *self.cpu.lock().unwrap() = Some(cpu);
        self.given.notify_one();
    }

    fn wait(&self) -> &'static Cpu {
        let mut cpu = self.cpu.lock().unwrap();
        loop {
            match cpu.take() {
                Some(cpu) => return cpu,
                None => cpu = self.given.wait(cpu).unwrap(),
            }
        }
    }
}

/// A vCPU that does not run.
pub struct Context {
    baton: Arc<Baton>,
    start: Cell<Option<(extern "C" fn(usize) -> !, usize)>>,
}

impl core::fmt::Debug for Context {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Context")
    }
}

impl Context {
    /// A context which calls `entry(arg)` when first switched to, on a thread of its own.
    ///
    /// # Safety
    /// None here; the real one needs the stack.
    pub unsafe fn new(_stack_top: VirtAddr, entry: extern "C" fn(usize) -> !, arg: usize) -> Self {
        Self { baton: Arc::default(), start: Cell::new(Some((entry, arg))) }
    }

    /// The context of the code that runs now.
    pub fn running() -> Self {
        Self { baton: Arc::default(), start: Cell::new(None) }
    }

    /// There is no stack pointer to show.
    pub fn sp(&self) -> VirtAddr {
        VirtAddr(0)
    }
}

/// Hands this thread's CPU to `next` and waits until something switches back to `prev`.
///
/// # Safety
/// `prev` must be the running context; both must be valid, and `next` not running.
pub unsafe extern "C" fn switch(prev: *mut Context, next: *const Context) {
    let cpu = this_cpu();
    // SAFETY: the caller vouches for both. `prev` may be freed once another thread has the CPU: keep its baton.
    let (mine, next) = unsafe { (Arc::clone(&(*prev).baton), &*next) };
    match next.start.take() {
        Some((entry, arg)) => {
            std::thread::spawn(move || {
                become_cpu(cpu);
                entry(arg)
            });
        }
        None => next.baton.give(cpu),
    }
    become_cpu(mine.wait());
}
