// SPDX-License-Identifier: GPL-2.0-only
//! Identity and hints of the fake CPU.

use super::this_cpu;
use std::sync::atomic::Ordering::SeqCst;

/// The affinity of a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mpidr(pub u64);

/// This CPU's affinity, as the test set it.
pub fn mpidr() -> Mpidr {
    Mpidr(this_cpu().mpidr.load(SeqCst))
}

/// A Cortex-A53's.
pub fn midr() -> u64 {
    0x410f_d034
}

/// The current exception level.
pub fn current_el() -> u64 {
    2
}

/// Sleeps until an interrupt is pending.
pub fn wfi() {
    this_cpu().wait_for_interrupt();
}

/// Gives the host's other threads a turn.
pub fn wfe() {
    std::thread::yield_now();
}

/// Nothing to do on the host.
pub fn sev() {}

/// A hint within a spin loop.
pub fn relax() {
    std::thread::yield_now();
}

/// Stops this thread for good.
pub fn halt() -> ! {
    loop {
        std::thread::park();
    }
}

/// The per-CPU pointer, null until [`set_percpu`].
pub fn percpu() -> *mut () {
    this_cpu().percpu.load(SeqCst)
}

/// Sets the per-CPU pointer.
///
/// # Safety
/// `p` must point to this CPU's block, and live as long as the CPU runs.
pub unsafe fn set_percpu(p: *mut ()) {
    this_cpu().percpu.store(p, SeqCst);
}

/// The encoding of 40 bits, a Cortex-A53's.
pub fn physical_address_range() -> u64 {
    2
}

/// Bits of a physical address.
pub fn physical_address_bits() -> u32 {
    40
}
