// SPDX-License-Identifier: GPL-2.0-only
//! Tasks of a driver's own.

use super::task::{self, PRIORITY, Task};
use crate::bindings::{TASK_PARKED, TASK_RUNNING, TASK_UNINTERRUPTIBLE, cpumask, device, task_struct};
use crate::context::{self, Role};
use crate::errno::Errno;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_long, c_uint, c_void};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU32};
use kernel::sched::{self, Params, Vcpu};
use kernel::sync::{Completion, WaitQueue};

crate::exports! {
    family "work";
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn fv_kthread_create(f: Function, data: *mut c_void, name: *mut c_char) -> *mut task_struct = create;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_create_on_cpu(f: Function, data: *mut c_void, cpu: c_uint, name: *const c_char) -> *mut task_struct = create_on;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_bind(k: *mut task_struct, cpu: c_uint) -> () = bind;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_stop(k: *mut task_struct) -> c_int = stop;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_stop_put(k: *mut task_struct) -> c_int = stop_put;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_should_stop() -> bool = should_stop;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_should_park() -> bool = should_park;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_data(k: *mut task_struct) -> *mut c_void = data;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_park(k: *mut task_struct) -> c_int = park;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_unpark(k: *mut task_struct) -> () = unpark;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_parkme() -> () = park_me;
    [sleeps, supported, "work::tests::kthreads_stop_and_park"]
    fn kthread_exit(result: c_long) -> ! = exit;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn get_task_struct(t: *mut task_struct) -> *mut task_struct = get;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn put_task_struct(t: *mut task_struct) -> () = put;
}

type Function = Option<unsafe extern "C" fn(*mut c_void) -> c_int>;

/// A driver's task. It stays until [`stop`], even if it ends by itself before: whoever made it may still stop it.
#[repr(C)]
struct Kthread {
    task: Task,
    function: Function,
    data: *mut c_void,
    stop: AtomicBool,
    park: AtomicBool,
    parked: AtomicBool,
    result: AtomicI32,
    /// The creator and those that took a reference.
    users: AtomicU32,
    ended: Completion,
    changed: WaitQueue,
    vcpu: Option<Arc<Vcpu>>,
    /// The device that its creator worked for; may be null.
    device: *const device,
}

/// The task as its vCPU takes it along.
struct Handle(*mut Kthread);

// SAFETY: a task stays until its vCPU has ended.
unsafe impl Send for Handle {}

/// The caller's own, if it is one.
fn me() -> Option<&'static Kthread> {
    of(task::current())
}

/// A driver's task: `fv` of its C part points to itself.
fn of<'a>(task: *mut task_struct) -> Option<&'a Kthread> {
    // SAFETY: a task's first field; only tasks made here point to themselves.
    unsafe { (core::ptr::eq((*task).fv, task.cast())).then(|| &*task.cast::<Kthread>()) }
}

/// A blocked task, or an error. `name` is memory of `kmalloc`, which is given up.
pub(super) unsafe fn create(function: Function, data: *mut c_void, name: *mut c_char) -> *mut task_struct {
    // SAFETY: the C entry point's string.
    unsafe {
        let task = make(function, data, CStr::from_ptr(name));
        crate::slab::kfree(name.cast());
        task
    }
}

pub(super) fn make(function: Function, data: *mut c_void, name: &CStr) -> *mut task_struct {
    let thread = Box::into_raw(Box::new(Kthread {
        task: Task::new(),
        function,
        data,
        stop: AtomicBool::new(false),
        park: AtomicBool::new(false),
        parked: AtomicBool::new(false),
        result: AtomicI32::new(0),
        users: AtomicU32::new(1),
        ended: Completion::new(),
        changed: WaitQueue::new(),
        vcpu: None,
        device: context::device(),
    }));
    let handle = Handle(thread);
    let text = name.to_str().unwrap_or("kthread");
    let spawned = sched::spawn_blocked(text, Params::with_priority(PRIORITY), move || run(handle));
    // SAFETY: nobody else knows the task yet.
    unsafe {
        match spawned {
            Ok(vcpu) => {
                (*thread).task.adopt(&vcpu);
                (*thread).task.c.fv = thread.cast();
                (*thread).task.c.__state = TASK_UNINTERRUPTIBLE;
                vcpu.extension.store(thread.cast(), Release);
                (*thread).vcpu = Some(vcpu);
                thread.cast()
            }
            Err(error) => {
                drop(Box::from_raw(thread));
                Errno::from(error).to_ptr()
            }
        }
    }
}

fn run(handle: Handle) {
    // SAFETY: it stays until `ended`.
    let me = unsafe { &*handle.0 };
    if me.stop.load(Acquire) {
        return end(me, Errno(crate::bindings::EINTR as c_int).to_c());
    }
    if me.park.load(Acquire) {
        park_me();
    }
    let name = me.task.c.comm.as_ptr();
    let function = me.function;
    let result = context::run_for(me.device, Role::Kthread, name, function.map_or(0, |f| f as usize), Errno::EIO.to_c(), || {
        // SAFETY: the driver's function and its argument.
        function.map_or(0, |f| unsafe { f(me.data) })
    });
    end(me, result);
}

fn end(me: &Kthread, result: c_int) {
    me.result.store(result, Release);
    me.ended.complete_all();
}

fn exit(result: c_long) -> ! {
    match me() {
        Some(me) => end(me, result as c_int),
        None => panic!("kthread_exit by what is no kthread"),
    }
    sched::exit_current()
}

pub(super) unsafe fn create_on(function: Function, data: *mut c_void, cpu: c_uint, name: *const c_char) -> *mut task_struct {
    // SAFETY: the caller's string.
    let task = make(function, data, unsafe { CStr::from_ptr(name) });
    if Errno::check_ptr(task).is_ok() {
        // SAFETY: just made.
        unsafe { bind(task, cpu) };
    }
    task
}

pub(super) unsafe fn bind(k: *mut task_struct, cpu: c_uint) {
    let mask = cpumask { bits: [1u64.checked_shl(cpu).unwrap_or(0)] };
    // SAFETY: the caller's task.
    let error = unsafe { task::set_cpus(k, &mask) };
    if error != 0 {
        log::warn!(target: "linux", "a kthread is not bound to CPU {cpu}: error {error}");
    }
}

pub(super) unsafe fn stop(k: *mut task_struct) -> c_int {
    let Some(thread) = of(k) else { return Errno::EINVAL.to_c() };
    thread.stop.store(true, SeqCst);
    super::worker::wake_all();
    // SAFETY: the caller's task, until the end of this.
    unsafe {
        unpark(k);
        task::wake(k, !0);
        if let Some(vcpu) = &thread.vcpu {
            // It may not have begun, or wait for something else than a wake-up by state.
            sched::wake(vcpu);
        }
    }
    thread.ended.wait();
    let result = thread.result.load(Acquire);
    if let Some(vcpu) = &thread.vcpu {
        sched::join(vcpu);
    }
    // SAFETY: the creator's reference.
    unsafe { put(k) };
    result
}

/// Says that it is to end, without waking it.
pub(super) fn request_stop(k: *mut task_struct) {
    if let Some(thread) = of(k) {
        thread.stop.store(true, SeqCst);
    }
}

/// The creator's reference went with the stop, so the other one is given up too.
pub(super) unsafe fn stop_put(k: *mut task_struct) -> c_int {
    // SAFETY: the caller's task.
    unsafe {
        let result = stop(k);
        put(k);
        result
    }
}

pub(super) unsafe fn get(t: *mut task_struct) -> *mut task_struct {
    if let Some(thread) = of(t) {
        thread.users.fetch_add(1, Relaxed);
    }
    t
}

pub(super) unsafe fn put(t: *mut task_struct) {
    let Some(thread) = of(t) else { return };
    if thread.users.fetch_sub(1, SeqCst) == 1 {
        if let Some(vcpu) = &thread.vcpu {
            vcpu.extension.store(core::ptr::null_mut(), Release);
            // The watchdog, which looks at tasks within this, has seen the last of it.
            sched::for_each(&mut |_| ());
        }
        // SAFETY: the last reference, after the end of the vCPU.
        drop(unsafe { Box::from_raw(t.cast::<Kthread>()) });
    }
}

pub(super) fn should_stop() -> bool {
    // One whose driver has failed has nothing more to do either.
    me().is_some_and(|me| {
        me.stop.load(SeqCst) || me.function.is_some_and(|f| crate::context::is_stopped(f as usize))
    })
}

fn should_park() -> bool {
    me().is_some_and(|me| me.park.load(SeqCst))
}

fn data(k: *mut task_struct) -> *mut c_void {
    of(k).map_or(core::ptr::null_mut(), |thread| thread.data)
}

/// Waits until it has parked; -ENOSYS if it has ended.
pub(super) unsafe fn park(k: *mut task_struct) -> c_int {
    let Some(thread) = of(k) else { return Errno::EINVAL.to_c() };
    thread.park.store(true, SeqCst);
    // SAFETY: the caller's task.
    unsafe { task::wake(k, !0) };
    thread.changed.wait_until(|| thread.parked.load(SeqCst) || thread.ended.is_done());
    if thread.parked.load(SeqCst) { 0 } else { Errno::ENOSYS.to_c() }
}

pub(super) unsafe fn unpark(k: *mut task_struct) {
    if let Some(thread) = of(k) {
        thread.park.store(false, SeqCst);
        // SAFETY: the caller's task.
        unsafe { task::wake(k, TASK_PARKED) };
        thread.changed.wake_all();
    }
}

pub(super) fn park_me() {
    let Some(me) = me() else { return };
    while me.park.load(SeqCst) {
        me.parked.store(true, SeqCst);
        me.changed.wake_all();
        me.changed.wait_until(|| !me.park.load(SeqCst));
    }
    me.parked.store(false, SeqCst);
    task::set_state(TASK_RUNNING);
}
