// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts as drivers mask them: the hypervisor's timer still comes, so that whoever never opens them again is found.
//!
//! Masking only makes a note, and keeps the CPU from preempting; the CPU's own mask stays open. An interrupt that comes
//! all the same finds the note: from then on the interrupt controller's CPU interface takes nothing that is less
//! urgent than the timer ([`TIMER_PRIORITY`]), and the rest stays pending until the note is taken
//! away. The timer runs no callbacks meanwhile, see [`crate::timer::set_nested`]. So the usual short section costs neither
//! an access to the controller nor one to the CPU's mask.
//!
//! Locks of the hypervisor mask interrupts in the CPU (`arch::irq`), under a note as elsewhere.

use super::{DEFAULT_PRIORITY, STATE, TIMER_PRIORITY};
use crate::percpu::{self, Block};
use crate::timer;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicU32, compiler_fence};

/// [`Soft::state`]: nothing is masked.
const OPEN: u32 = 0;
/// [`Soft::state`]: masked; no interrupt has come yet.
const NOTED: u32 = 1;
/// [`Soft::state`]: masked, and the CPU interface takes only what is urgent.
const NARROWED: u32 = 2;

/// The CPU interface takes interrupts of lower values than this: the timer's and its like.
const URGENT: u8 = TIMER_PRIORITY + 0x10;
/// The CPU interface takes all interrupts.
pub const ALL: u8 = 0xf0;
const _: () = assert!(URGENT <= DEFAULT_PRIORITY && DEFAULT_PRIORITY < ALL);

/// The fake CPUs of tests have no priorities: their own mask is closed, too.
const HOST: bool = cfg!(not(target_os = "none"));

/// A CPU's note. Only its CPU touches it.
pub(crate) struct Soft {
    state: AtomicU32,
    /// How often it was made.
    sections: AtomicU32,
}

impl Soft {
    pub const fn new() -> Self {
        Self { state: AtomicU32::new(OPEN), sections: AtomicU32::new(0) }
    }

    /// Whether interrupts are masked.
    #[inline]
    pub fn masked(&self) -> bool {
        self.state.load(Relaxed) != OPEN
    }
}

/// Masks interrupts until [`unmask`]; whether they were masked before, which is then all that is done. Preemption is off
/// meanwhile. Context: any.
#[inline]
pub fn mask() -> bool {
    if HOST && arch::irq::masked() {
        return true;
    }
    percpu::preempt_disable();
    let soft = &percpu::this_block().soft;
    if soft.masked() {
        percpu::preempt_enable_no_resched();
        return true;
    }
    soft.sections.store(soft.sections.load(Relaxed).wrapping_add(1), Relaxed);
    soft.state.store(NOTED, Relaxed);
    // Handlers run on this CPU: what is to happen with interrupts masked may not move before the note.
    compiler_fence(core::sync::atomic::Ordering::SeqCst);
    if HOST {
        arch::irq::mask();
    }
    false
}

/// Ends [`mask`]: what is pending comes now, unless the CPU's own mask is closed, and a reschedule that became due. Nothing
/// happens if they are not masked. Context: any.
#[inline]
pub fn unmask() {
    percpu::preempt_disable();
    if open(percpu::this_block()) {
        percpu::preempt_enable_no_resched();
        if HOST {
            arch::irq::unmask();
        }
    }
    percpu::preempt_enable();
}

/// Whether a driver on this CPU has interrupts masked. Context: any.
#[inline]
pub fn masked() -> bool {
    // Who has them masked stays on its CPU; who has not may get the answer of another CPU, where it must not be true.
    let flags = arch::irq::save();
    let masked = percpu::this_block().soft.masked();
    arch::irq::restore(flags);
    masked
}

/// Has the mask as `masked` says, and leaves preemption alone: after a call that was left. Interrupts are masked in the CPU.
pub fn force(masked: bool) {
    let block = percpu::this_block();
    match masked {
        true if block.soft.masked() => {}
        true => block.soft.state.store(NOTED, Relaxed),
        false => _ = open(block),
    }
}

/// A number that is another each time that interrupts are masked on this CPU. Context: with preemption off.
pub fn section() -> u32 {
    percpu::this_block().soft.sections.load(Relaxed)
}

/// Takes the note away; whether there was one. The caller stays on this CPU.
#[inline]
fn open(block: &Block) -> bool {
    compiler_fence(core::sync::atomic::Ordering::SeqCst);
    // In one go: an interrupt may come at any time.
    match block.soft.state.swap(OPEN, Relaxed) {
        OPEN => return false,
        NARROWED => widen(),
        _ => {}
    }
    true
}

#[cold]
fn widen() {
    let flags = arch::irq::save();
    set_threshold(ALL);
    timer::catch_up();
    arch::irq::restore(flags);
}

fn set_threshold(below: u8) {
    if let Some(state) = STATE.get() {
        state.chip.set_threshold(below);
    }
}

/// An interrupt came to a CPU that has them masked: handles it if it is urgent, and has others wait. From the vectors,
/// interrupts masked in the CPU.
#[cold]
pub(crate) fn interrupted() {
    if percpu::this_block().soft.state.swap(NARROWED, Relaxed) == NOTED {
        set_threshold(URGENT);
    }
    super::dispatch();
}
