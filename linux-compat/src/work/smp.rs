// SPDX-License-Identifier: GPL-2.0-only
//! Calls on other CPUs, and variables that each CPU has for itself.

use crate::bindings::{cpumask, smp_call_func_t};
use crate::context::ledger;
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use kernel::percpu::{self, CpuId, MAX_CPUS};
use kernel::sched::{self, CpuMask, PRIORITIES, Params};
use kernel::sync::{Once, SpinLock};

crate::exports! {
    family "work";
    [sleeps, supported, "work::tests::calls_on_cpus"]
    fn smp_call_function_single(cpu: c_int, func: smp_call_func_t, info: *mut c_void, wait: c_int) -> c_int = call_on;
    [sleeps, supported, "work::tests::calls_on_cpus"]
    fn on_each_cpu_mask(mask: *const cpumask, func: smp_call_func_t, info: *mut c_void, wait: bool) -> () = call_each;
    [any, supported, "work::tests::per_cpu_memory"]
    fn per_cpu_offset(cpu: c_uint) -> c_ulong = offset;
    [sleeps, supported, "work::tests::per_cpu_memory"]
    fn __alloc_percpu(size: usize, align: usize) -> *mut c_void = alloc;
    [any, supported, "work::tests::per_cpu_memory"]
    fn free_percpu(ptr: *mut c_void) -> () = free;
}

/// Memory that each CPU has for itself, null for none.
pub(crate) fn per_cpu(size: usize) -> *mut c_void {
    alloc(size, 64)
}

/// Gives it back, when nobody uses it any more; null is fine.
pub(crate) fn free_per_cpu(memory: *mut c_void) {
    free(memory);
}

struct Argument(*mut c_void);
// SAFETY: the driver hands it to another CPU.
unsafe impl Send for Argument {}

pub(super) unsafe fn call_on(cpu: c_int, func: smp_call_func_t, info: *mut c_void, _wait: c_int) -> c_int {
    let Some(func) = func else { return Errno::EINVAL.to_c() };
    let Some(cpu) = u16::try_from(cpu).ok().filter(|&cpu| sched::online().contains(CpuId(cpu))) else {
        return Errno::ENXIO.to_c();
    };
    let argument = Argument(info);
    let params =
        Params { affinity: CpuMask::of(CpuId(cpu)), priority: PRIORITIES as u8 - 1, ..Params::default() };
    let visit = sched::spawn("call", params, move || {
        let argument = argument;
        // SAFETY: the driver's function and its argument.
        super::softirq::atomically(|| unsafe { func(argument.0) });
    });
    match visit {
        Ok(visit) => {
            sched::join(&visit);
            0
        }
        Err(error) => Errno::from(error).to_c(),
    }
}

pub(super) unsafe fn call_each(mask: *const cpumask, func: smp_call_func_t, info: *mut c_void, wait: bool) {
    // SAFETY: the caller's mask.
    let mask = CpuMask(unsafe { (*mask).bits[0] } as u32).and(sched::online());
    for cpu in mask.iter() {
        // SAFETY: the caller's function and argument.
        let error = unsafe { call_on(cpu.0.into(), func, info, wait.into()) };
        if error != 0 {
            log::error!(target: "linux", "no call on CPU {cpu}: error {error}");
        }
    }
}

/// Room for variables that are made at run time, per CPU.
const DYNAMIC: usize = 32 << 10;
/// Pieces of that room.
const PIECE: usize = 64;

unsafe extern "C" {
    fn fv_percpu_start() -> *mut u8;
    fn fv_percpu_end() -> *mut u8;
}

/// Where the variables of the image are, and how many bytes.
fn image() -> (usize, usize) {
    // SAFETY: they only name addresses.
    let (start, end) = unsafe { (fv_percpu_start().addr(), fv_percpu_end().addr()) };
    if start == 0 { (DYNAMIC, 0) } else { (start, end - start) }
}

/// What to add for each CPU.
static OFFSETS: Once<[usize; MAX_CPUS]> = Once::new();

fn offsets() -> &'static [usize; MAX_CPUS] {
    OFFSETS.call_once(|| {
        let (start, size) = image();
        let mut offsets = [0; MAX_CPUS];
        for slot in offsets.iter_mut().take(percpu::cpu_count()) {
            let copy = crate::slab::kmalloc(size.next_multiple_of(PIECE) + DYNAMIC, crate::slab::GFP_ZERO);
            assert!(!copy.is_null(), "no memory for what each CPU has for itself");
            // It stays, whichever driver was the first to ask: it is not of its probe.
            ledger::gave(ledger::Kind::Memory, copy.addr());
            // SAFETY: the image's values, into new memory of more than that size.
            unsafe { copy.cast::<u8>().copy_from_nonoverlapping(core::ptr::with_exposed_provenance(start), size) };
            *slot = copy.expose_provenance().wrapping_sub(start);
        }
        offsets
    })
}

pub(super) fn offset(cpu: c_uint) -> c_ulong {
    offsets().get(cpu as usize).copied().unwrap_or(0) as c_ulong
}

/// Which pieces of the room are used, and by whom: the number of pieces at the first.
static USED: SpinLock<[u16; DYNAMIC / PIECE]> = SpinLock::new([0; DYNAMIC / PIECE]);

/// An address that, with a CPU's offset, is memory of that CPU; null if there is no room.
pub(super) fn alloc(size: usize, align: usize) -> *mut c_void {
    let wanted = size.max(1).div_ceil(PIECE);
    if align > PIECE || wanted > usize::from(u16::MAX) {
        return core::ptr::null_mut();
    }
    let (start, bytes) = image();
    let all = offsets();
    let at = {
        let mut used = USED.lock();
        let (mut at, mut free) = (0, 0);
        while free < wanted {
            match used.get(at + free) {
                None => return core::ptr::null_mut(),
                Some(0) => free += 1,
                Some(&n) => {
                    at += free + usize::from(n);
                    free = 0;
                }
            }
        }
        if let Some(first) = used.get_mut(at) {
            *first = wanted as u16;
        }
        at
    };
    let address = start + bytes.next_multiple_of(PIECE) + at * PIECE;
    for offset in all.iter().filter(|&&offset| offset != 0) {
        let copy = core::ptr::with_exposed_provenance_mut::<u8>(address.wrapping_add(*offset));
        // SAFETY: the piece of each CPU's copy.
        unsafe { copy.write_bytes(0, wanted * PIECE) };
    }
    core::ptr::with_exposed_provenance_mut(address)
}

pub(super) fn free(ptr: *mut c_void) {
    if ptr.is_null() {
        return;
    }
    let (start, bytes) = image();
    let at = ptr.addr().wrapping_sub(start + bytes.next_multiple_of(PIECE)) / PIECE;
    if let Some(first) = USED.lock().get_mut(at) {
        *first = 0;
    }
}
