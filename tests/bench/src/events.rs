// SPDX-License-Identifier: GPL-2.0-only
//! What models want to happen later. Events are carried out when their time has come: at the next access to a register,
//! whatever the interrupt mask, or by the kernel's timer while the CPU idles or computes.

use crate::registers;
use kernel::timer::Timer;
use std::sync::{Arc, Mutex, OnceLock};

/// When (in ns), whose, and what.
static QUEUE: Mutex<Vec<(u64, usize, u32)>> = Mutex::new(Vec::new());
static TIMER: OnceLock<Arc<Timer>> = OnceLock::new();

fn arm() {
    let first = QUEUE.lock().unwrap().iter().map(|(at, ..)| *at).min();
    let timer = TIMER.get_or_init(|| Timer::new(run));
    match first {
        Some(at) => timer.arm(at),
        None => _ = timer.try_cancel(),
    }
}

/// An event of a model, `ns` from now.
pub(crate) fn add(model: usize, ns: u64, what: u32) {
    let at = kernel::time::now_ns().saturating_add(ns);
    QUEUE.lock().unwrap().push((at, model, what));
    arm();
}

/// Forgets events.
pub(crate) fn cancel(model: usize, what: u32) {
    QUEUE.lock().unwrap().retain(|(_, m, w)| (*m, *w) != (model, what));
    arm();
}

/// Carries out what is due, in order. Interrupts are masked, and no model is locked.
pub(crate) fn run() {
    loop {
        let due = {
            let mut queue = QUEUE.lock().unwrap();
            if queue.is_empty() {
                return;
            }
            let now = kernel::time::now_ns();
            let first = queue.iter().enumerate().min_by_key(|(_, event)| event.0).map(|(n, _)| n);
            match first {
                Some(n) if queue[n].0 <= now => queue.remove(n),
                _ => break,
            }
        };
        registers::event(due.1, due.2);
    }
    arm();
}
