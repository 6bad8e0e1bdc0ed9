// SPDX-License-Identifier: GPL-2.0-only
//! Masking interrupts and disabling preemption for C; which context it is.

use crate::bindings::{cpumask, system_states};
use core::ffi::{c_char, c_int, c_uint, c_ulong};
use core::sync::atomic::Ordering::Relaxed;
use kernel::irq::soft;
use kernel::percpu;

crate::exports! {
    family "context";
    [any, supported, "context::tests::masking_nests"]
    fn fv_irq_save() -> c_ulong = save;
    [any, supported, "context::tests::masking_nests"]
    fn fv_irq_restore(flags: c_ulong) -> () = restore;
    [any, supported, "context::tests::masking_nests"]
    fn fv_irq_enable() -> () = soft::unmask;
    [any, supported, "context::tests::masking_nests"]
    fn fv_irqs_disabled() -> bool = disabled;
    [any, supported, "context::tests::masking_nests"]
    fn preempt_disable() -> () = percpu::preempt_disable;
    [any, supported, "context::tests::masking_nests"]
    fn preempt_enable() -> () = percpu::preempt_enable;
    [any, supported, "context::tests::masking_nests"]
    fn preempt_count() -> c_int = preempt_count;
    [any, supported, "context::tests::masking_nests"]
    fn in_hardirq() -> c_ulong = in_hardirq;
    [any, supported, "work::tests::tasklets_run_in_softirq"]
    fn in_softirq() -> c_ulong = in_softirq;
    [any, supported, "context::tests::masking_nests"]
    fn fv_in_atomic() -> bool = percpu::in_atomic_context;
    [any, supported, "context::tests::sleeping_is_refused_where_it_must_be"]
    fn fv_might_sleep(file: *const c_char, line: c_int) -> () = might_sleep;
    [any, supported, "context::tests::masking_nests"]
    fn fv_smp_processor_id() -> c_uint = cpu;
    [any, supported, "context::tests::masking_nests"]
    fn cpu_logical_map(cpu: c_uint) -> u64 = affinity;
    [any, supported, "slab::tests::pieces_are_apart_and_aligned"]
    fn cache_line_size() -> c_int = cache_line;
}

const fn one_cpu_each() -> [cpumask; 16] {
    let mut masks = [cpumask { bits: [0] }; 16];
    let mut cpu = 0;
    while cpu < 16 {
        masks[cpu].bits[0] = 1 << cpu;
        cpu += 1;
    }
    masks
}

crate::exports_data! {
    family "context";
    [any, supported, "context::tests::masking_nests"]
    static nr_cpu_ids: c_uint = 1;
    [any, supported, "context::tests::masking_nests"]
    static __cpu_possible_mask: cpumask = cpumask { bits: [1] };
    [any, supported, "context::tests::masking_nests"]
    static __cpu_online_mask: cpumask = cpumask { bits: [1] };
    [any, supported, "context::tests::masking_nests"]
    static fv_cpu_masks: [cpumask; 16] = one_cpu_each();
    [any, supported, "context::tests::masking_nests"]
    static system_state: system_states = crate::bindings::SYSTEM_SCHEDULING;
}

/// Says how many CPUs there are. Context: before any driver, once.
pub(crate) fn init_cpus() {
    let all = kernel::sched::online().0 as u64;
    let possible = (1u64 << percpu::cpu_count()) - 1;
    // SAFETY: nobody reads these before.
    unsafe {
        nr_cpu_ids = percpu::cpu_count() as c_uint;
        __cpu_possible_mask.bits = [possible | all];
        __cpu_online_mask.bits = [all.max(1)];
    }
}

/// Masks interrupts, all but the hypervisor's timer; what [`restore`] wants. Context: any.
pub fn save() -> c_ulong {
    soft::mask().into()
}

/// The mask as it was, and a due reschedule. Context: any.
pub fn restore(flags: c_ulong) {
    if flags == 0 {
        soft::unmask();
    }
}

/// Whether interrupts are masked, by a driver or by the hypervisor. Context: any.
pub fn masked() -> bool {
    arch::irq::masked() || soft::masked()
}

fn preempt_count() -> c_int {
    percpu::this_block().preempt_count.load(Relaxed) as c_int
}

/// Whether interrupts are off as C sees it: hard handlers run with none but the hypervisor's timer.
fn disabled() -> bool {
    masked() || hard_interrupt()
}

/// Whether a hard interrupt handler runs. Context: any.
pub fn hard_interrupt() -> bool {
    percpu::this_block().irq_depth.load(Relaxed) != 0
}

fn in_hardirq() -> c_ulong {
    hard_interrupt().into()
}

fn in_softirq() -> c_ulong {
    crate::work::softirq::serving().into()
}

unsafe fn might_sleep(file: *const c_char, line: c_int) {
    if cfg!(debug_assertions) && percpu::in_atomic_context() {
        // SAFETY: the compiler's string.
        let file = unsafe { core::ffi::CStr::from_ptr(file) }.to_str().unwrap_or("?");
        super::fail(format_args!("{file}:{line} may sleep, but runs in atomic context"));
    }
}

fn cpu() -> c_uint {
    percpu::this_cpu().0.into()
}

/// The affinity fields of a CPU; all ones for one that is not there.
fn affinity(cpu: c_uint) -> u64 {
    u16::try_from(cpu)
        .ok()
        .and_then(|cpu| kernel::smp::mpidr(percpu::CpuId(cpu)))
        .map_or(u64::MAX, |mpidr| mpidr.0 & 0xff_00ff_ffff)
}

/// The cache's write-back granule, in bytes; 64 where the CPU does not say.
fn cache_line() -> c_int {
    #[cfg(target_os = "none")]
    {
        let ctr: u64;
        // SAFETY: reads an identification register.
        unsafe { core::arch::asm!("mrs {0}, ctr_el0", out(reg) ctr, options(nomem, nostack, preserves_flags)) };
        match ctr >> 24 & 0xf {
            0 => 64,
            words => 4 << words,
        }
    }
    #[cfg(not(target_os = "none"))]
    64
}
