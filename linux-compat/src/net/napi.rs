// SPDX-License-Identifier: GPL-2.0-only
//! Polling of devices, and sending to them: one tasklet does both (Linux: Documentation/networking/napi.rst). Rounds are short,
//! so that other softirq work gets its turn.

use super::device::{Outgoing, parent};
use super::receive;
use crate::bindings::{
    NAPI_STATE_DISABLE, NAPI_STATE_MISSED, NAPI_STATE_NPSVC, NAPI_STATE_SCHED, list_head, napi_struct, net_device, tasklet_struct,
};
use crate::context::Guarded;
use crate::work::tasklet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ffi::{c_int, c_ulong};
use core::mem::{MaybeUninit, offset_of};
use core::ptr::null_mut;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use kernel::sync::{Once, SpinLock};

type Poll = Option<unsafe extern "C" fn(*mut napi_struct, c_int) -> c_int>;

crate::exports! {
    family "net";
    [any, supported, "net::tests::polls_have_a_budget"]
    fn netif_napi_add_weight(dev: *mut net_device, napi: *mut napi_struct, poll: Poll, weight: c_int) -> () = add;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn __netif_napi_del(napi: *mut napi_struct) -> () = remove;
    [sleeps, supported, "net::tests::polls_have_a_budget"]
    fn netif_napi_del(napi: *mut napi_struct) -> () = remove;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn napi_enable(n: *mut napi_struct) -> () = enable;
    [sleeps, supported, "net::tests::polls_have_a_budget"]
    fn napi_disable(n: *mut napi_struct) -> () = disable;
    [sleeps, supported, "net::tests::polls_have_a_budget"]
    fn napi_synchronize(n: *const napi_struct) -> () = synchronize;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn napi_schedule_prep(n: *mut napi_struct) -> bool = prepare;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn __napi_schedule(n: *mut napi_struct) -> () = schedule;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn __napi_schedule_irqoff(n: *mut napi_struct) -> () = schedule;
    [any, supported, "net::tests::polls_have_a_budget"]
    fn napi_complete_done(n: *mut napi_struct, work_done: c_int) -> bool = complete;
}

const SCHED: u64 = 1 << NAPI_STATE_SCHED;
const MISSED: u64 = 1 << NAPI_STATE_MISSED;
const DISABLE: u64 = 1 << NAPI_STATE_DISABLE;
const NPSVC: u64 = 1 << NAPI_STATE_NPSVC;
/// Frames that one run of the tasklet polls for, about.
const BUDGET: c_int = 300;

/// The tasklet, at an address that stays.
struct Tasklet(UnsafeCell<MaybeUninit<tasklet_struct>>);

// SAFETY: the core of tasklets has its own order.
unsafe impl Sync for Tasklet {}

static TASKLET: Tasklet = Tasklet(UnsafeCell::new(MaybeUninit::zeroed()));
static READY: Once<()> = Once::new();

/// What waits for its turn.
struct Waiting {
    /// `napi_struct`s, by address, first come first served.
    polls: Vec<usize>,
    /// Devices that frames can be sent to.
    devices: Vec<Arc<Outgoing>>,
}

static WAITING: SpinLock<Waiting> = SpinLock::new(Waiting { polls: Vec::new(), devices: Vec::new() });

/// Has the tasklet run. Context: any.
pub(super) fn kick() {
    let t = TASKLET.0.get().cast::<tasklet_struct>();
    // SAFETY: this module's tasklet: set up once, before it is first scheduled.
    unsafe {
        READY.call_once(|| tasklet::setup(t, Some(run)));
        if tasklet::state(t).fetch_or(1, AcqRel) & 1 == 0 {
            tasklet::schedule(t);
        }
    }
}

/// A device takes frames from now on. Context: atomic.
pub(super) fn add_device(device: Arc<Outgoing>) {
    WAITING.lock().devices.push(device);
}

/// It does no more. Context: atomic.
pub(super) fn remove_device(device: &Arc<Outgoing>) {
    WAITING.lock().devices.retain(|other| !Arc::ptr_eq(other, device));
}

unsafe extern "C" fn run(_: *mut tasklet_struct) {
    receive::backlog();
    let mut more = false;
    let mut left = BUDGET;
    while left > 0 {
        let first = {
            let mut waiting = WAITING.lock();
            if waiting.polls.is_empty() { None } else { Some(waiting.polls.remove(0)) }
        };
        let Some(first) = first else { break };
        // SAFETY: one that is scheduled stays until it is disabled, which waits for the bit that is cleared at its end.
        left -= unsafe { poll(core::ptr::with_exposed_provenance_mut(first)) };
    }
    let mut n = 0;
    loop {
        let device = WAITING.lock().devices.get(n).cloned();
        let Some(device) = device else { break };
        more |= device.serve();
        n += 1;
    }
    more |= !WAITING.lock().polls.is_empty();
    if more {
        kick();
    }
}

/// Polls once; what it cost.
unsafe fn poll(n: *mut napi_struct) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let (weight, device) = ((*n).weight, parent((*n).dev));
        let Some(f) = (*n).poll else { return 1 };
        let done = f.guarded(device, (n, weight));
        if done < 0 {
            // The driver failed: it is not asked again.
            state(n).fetch_and(!(SCHED | MISSED), Release);
            return 1;
        }
        if done >= weight {
            if state(n).load(Acquire) & DISABLE != 0 {
                complete(n, done);
            } else {
                schedule(n);
            }
        }
        done.max(1)
    }
}

unsafe fn state<'a>(n: *const napi_struct) -> &'a AtomicU64 {
    // SAFETY: the caller's; the bits are used atomically only.
    unsafe { AtomicU64::from_ptr((&raw const (*n).state).cast_mut().cast::<c_ulong>()) }
}

fn is_linked(list: &list_head) -> bool {
    !list.next.is_null()
}

pub(super) unsafe fn add(dev: *mut net_device, napi: *mut napi_struct, poll: Poll, weight: c_int) {
    // SAFETY: the caller's structures.
    unsafe {
        state(napi).fetch_or(SCHED | NPSVC, Release);
        (*napi).poll = poll;
        (*napi).weight = weight.clamp(1, 64);
        (*napi).dev = dev;
        let (head, node) = (&raw mut (*dev).napi_list, &raw mut (*napi).dev_list);
        let last = (*head).prev;
        ((*node).next, (*node).prev) = (head, last);
        (*last).next = node;
        (*head).prev = node;
    }
}

pub(super) unsafe fn remove(napi: *mut napi_struct) {
    // SAFETY: the caller's, which is disabled.
    unsafe {
        let node = &raw mut (*napi).dev_list;
        if is_linked(&*node) {
            (*(*node).next).prev = (*node).prev;
            (*(*node).prev).next = (*node).next;
            ((*node).next, (*node).prev) = (null_mut(), null_mut());
        }
        state(napi).fetch_and(!(SCHED | MISSED | NPSVC), Release);
    }
}

/// Takes all polls of a device away. Context: the device is closed.
pub(super) unsafe fn remove_all(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        let head = &raw mut (*dev).napi_list;
        loop {
            let first = (*head).next;
            if first == head {
                return;
            }
            remove(first.byte_sub(offset_of!(napi_struct, dev_list)).cast());
        }
    }
}

pub(super) unsafe fn enable(n: *mut napi_struct) {
    // SAFETY: the caller's.
    unsafe {
        if state(n).load(Relaxed) & SCHED == 0 {
            crate::context::fail(format_args!("napi_enable: it is enabled"));
        }
        state(n).fetch_and(!(SCHED | NPSVC | MISSED | DISABLE), Release);
    }
}

pub(super) unsafe fn disable(n: *mut napi_struct) {
    // SAFETY: the caller's.
    unsafe {
        state(n).fetch_or(DISABLE, AcqRel);
        while state(n).fetch_or(SCHED, AcqRel) & SCHED != 0 {
            kernel::sched::sleep_ns(50_000);
        }
        state(n).fetch_or(NPSVC, AcqRel);
        state(n).fetch_and(!DISABLE, Release);
    }
}

unsafe fn synchronize(n: *const napi_struct) {
    // SAFETY: the caller's.
    while unsafe { state(n) }.load(Acquire) & SCHED != 0 {
        kernel::sched::sleep_ns(50_000);
    }
}

/// Whether the caller is the one to schedule it.
pub(super) unsafe fn prepare(n: *mut napi_struct) -> bool {
    // SAFETY: the caller's.
    let before = unsafe { state(n) }.fetch_update(AcqRel, Acquire, |bits| match bits & (DISABLE | SCHED) {
        0 => Some(bits | SCHED),
        SCHED => Some(bits | MISSED),
        _ => None,
    });
    before.is_ok_and(|bits| bits & SCHED == 0)
}

pub(super) unsafe fn schedule(n: *mut napi_struct) {
    WAITING.lock().polls.push(n.expose_provenance());
    kick();
}

/// False: something came meanwhile, and it is polled again.
pub(super) unsafe fn complete(n: *mut napi_struct, _work_done: c_int) -> bool {
    // SAFETY: the caller's, which is being polled.
    unsafe {
        if state(n).load(Relaxed) & NPSVC != 0 {
            return false;
        }
        let step = |bits: u64| Some(if bits & MISSED != 0 { bits & !MISSED } else { bits & !SCHED });
        let again = state(n).fetch_update(AcqRel, Acquire, step).is_ok_and(|bits| bits & MISSED != 0);
        if again {
            schedule(n);
        }
        !again
    }
}
