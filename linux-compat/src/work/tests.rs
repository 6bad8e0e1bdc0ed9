// SPDX-License-Identifier: GPL-2.0-only
//! Tasks, tasklets, work and kthreads on two fake CPUs.

use super::*;
use crate::bindings;
use crate::machine::machine;
use core::ffi::{c_int, c_void};
use core::mem::zeroed;
use core::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

static RUNS: AtomicU32 = AtomicU32::new(0);
static HOLD: AtomicU32 = AtomicU32::new(0);

fn sleep(ms: u64) {
    kernel::sched::sleep_ns(ms * 1_000_000);
}

fn eventually(what: &str, mut until: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !until() {
        assert!(start.elapsed().as_secs() < 10, "{what} did not happen");
        sleep(1);
    }
}

fn work(func: unsafe extern "C" fn(*mut bindings::work_struct)) -> *mut bindings::work_struct {
    // SAFETY: all zero is work that was never queued; rings begin as their own neighbours.
    unsafe {
        let work: *mut bindings::work_struct = Box::leak(Box::new(zeroed()));
        crate::locking::List(&raw mut (*work).entry).init();
        (*work).func = Some(func);
        work
    }
}

fn system() -> *mut bindings::workqueue_struct {
    // SAFETY: nobody changes it.
    unsafe { workqueue::system_wq }
}

unsafe extern "C" fn count(_work: *mut bindings::work_struct) {
    RUNS.fetch_add(1, SeqCst);
}

unsafe extern "C" fn slow(_work: *mut bindings::work_struct) {
    RUNS.fetch_add(1, SeqCst);
    while HOLD.load(SeqCst) != 0 {
        sleep(1);
    }
    RUNS.fetch_add(100, SeqCst);
}

unsafe extern "C" fn again(work: *mut bindings::work_struct) {
    RUNS.fetch_add(1, SeqCst);
    // SAFETY: it stays.
    unsafe { workqueue::queue(0, system(), work) };
    sleep(1);
}

#[test]
fn work_runs_and_is_cancelled() {
    let machine = machine();
    machine.run(|| {
        RUNS.store(0, SeqCst);
        HOLD.store(1, SeqCst);
        let (quick, held, cyclic) = (work(count), work(slow), work(again));
        // SAFETY: works that stay.
        unsafe {
            assert!(workqueue::queue(0, system(), held));
            eventually("the slow one's start", || RUNS.load(SeqCst) == 1);
            assert!(workqueue::queue(0, system(), quick), "another worker takes it");
            eventually("the quick one", || RUNS.load(SeqCst) == 2);
            assert!(workqueue::queue(0, system(), held), "it runs, so it may be queued");
            assert!(!workqueue::queue(0, system(), held), "once");
            sleep(3);
            assert_eq!(RUNS.load(SeqCst), 2, "it runs twice at once");
            assert!(workqueue::cancel(held));
            HOLD.store(0, SeqCst);
            assert!(workqueue::flush(held) || RUNS.load(SeqCst) == 102);
            assert_eq!(RUNS.load(SeqCst), 102);
            workqueue::queue(0, system(), cyclic);
            eventually("some rounds", || RUNS.load(SeqCst) > 104);
            workqueue::cancel_sync(cyclic);
            let after = RUNS.load(SeqCst);
            sleep(5);
            assert_eq!(RUNS.load(SeqCst), after, "it went on");
            workqueue::disable(quick);
            assert!(!workqueue::queue(0, system(), quick));
            assert!(workqueue::enable(quick));
            assert!(workqueue::queue(0, system(), quick));
            workqueue::flush(quick);
            assert!(!workqueue::pending(quick));
        }
    });
}

#[test]
fn delayed_work_waits() {
    let machine = machine();
    machine.run(|| {
        RUNS.store(0, SeqCst);
        // SAFETY: work that stays.
        unsafe {
            let delayed: *mut bindings::delayed_work = Box::leak(Box::new(zeroed()));
            crate::locking::List(&raw mut (*delayed).work.entry).init();
            (*delayed).work.func = Some(count);
            (*delayed).timer.function = Some(over);
            let start = crate::time::jiffies();
            assert!(workqueue::queue_delayed(0, system(), delayed, 10));
            assert!(!workqueue::queue_delayed(0, system(), delayed, 10));
            eventually("the work", || RUNS.load(SeqCst) == 1);
            assert!(crate::time::jiffies() - start >= 10);
            workqueue::queue_delayed(0, system(), delayed, 5000);
            assert!(workqueue::cancel_delayed_sync(delayed));
            assert!(!workqueue::cancel_delayed(delayed));
            assert_eq!(RUNS.load(SeqCst), 1);
        }
    });
}

unsafe extern "C" fn over(t: *mut bindings::timer_list) {
    // SAFETY: the timer of delayed work.
    unsafe { workqueue::delay_over(t) };
}

unsafe extern "C" fn tasklet(t: *mut bindings::tasklet_struct) {
    assert!(softirq::serving() && kernel::percpu::in_atomic_context() && !arch::irq::masked());
    RUNS.fetch_add(1, SeqCst);
    // SAFETY: the test's tasklet.
    if unsafe { (*t).data } != 0 {
        request(t);
    }
}

/// `tasklet_schedule`.
fn request(t: *mut bindings::tasklet_struct) {
    // SAFETY: the test's tasklet.
    unsafe {
        let bit = 1 << bindings::TASKLET_STATE_SCHED;
        let state = core::sync::atomic::AtomicU64::from_ptr(&raw mut (*t).state);
        if state.fetch_or(bit, SeqCst) & bit == 0 {
            tasklet::schedule(t);
        }
    }
}

fn new_tasklet() -> usize {
    // SAFETY: all zero is a tasklet.
    unsafe {
        let t: *mut bindings::tasklet_struct = Box::leak(Box::new(zeroed()));
        (*t).use_callback = true;
        (*t).__bindgen_anon_1.callback = Some(self::tasklet);
        t.expose_provenance()
    }
}

#[test]
fn tasklets_run_in_softirq() {
    let machine = machine();
    RUNS.store(0, SeqCst);
    let t = new_tasklet();
    machine.interrupt(1, move || {
        request(core::ptr::with_exposed_provenance_mut(t));
        request(core::ptr::with_exposed_provenance_mut(t));
    });
    machine.run(|| eventually("the tasklet", || RUNS.load(SeqCst) == 1));
}

#[test]
fn tasklets_are_killed() {
    let machine = machine();
    machine.run(|| {
        RUNS.store(0, SeqCst);
        let t = core::ptr::with_exposed_provenance_mut::<bindings::tasklet_struct>(new_tasklet());
        // SAFETY: the test's tasklet.
        unsafe {
            (*t).data = 1;
            request(t);
            eventually("some rounds, though it asks for itself", || RUNS.load(SeqCst) > 100);
            (*t).data = 0;
            tasklet::kill(t);
            let after = RUNS.load(SeqCst);
            sleep(3);
            assert_eq!(RUNS.load(SeqCst), after);
        }
    });
}

#[test]
fn tasks_sleep_and_wake() {
    let machine = machine();
    static TASK: AtomicU32 = AtomicU32::new(0);
    static AT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let sleeper = machine.start_on(1, || {
        AT.store(task::current().expose_provenance(), SeqCst);
        task::set_state(bindings::TASK_INTERRUPTIBLE);
        TASK.store(1, SeqCst);
        task::schedule_timeout(20_000)
    });
    while TASK.load(SeqCst) == 0 {
        std::thread::yield_now();
    }
    let woken = machine.interrupt(0, || {
        // SAFETY: the sleeper's task.
        unsafe { task::wake_process(core::ptr::with_exposed_provenance_mut(AT.load(SeqCst))) }
    });
    assert_eq!(woken, 1);
    assert!(sleeper.get() > 0);
    let rest = machine.run(|| {
        task::set_state(bindings::TASK_UNINTERRUPTIBLE);
        task::schedule_timeout(3)
    });
    assert_eq!(rest, 0);
}

unsafe extern "C" fn thread(data: *mut c_void) -> c_int {
    while !kthread::should_stop() {
        kthread::park_me();
        RUNS.fetch_add(1, SeqCst);
        sleep(1);
    }
    data.addr() as c_int
}

#[test]
fn kthreads_stop_and_park() {
    let machine = machine();
    machine.run(|| {
        RUNS.store(0, SeqCst);
        let data = core::ptr::without_provenance_mut(42);
        // SAFETY: tasks that are stopped once.
        unsafe {
            let task = kthread::make(Some(thread), data, c"test/0");
            sleep(3);
            assert_eq!(RUNS.load(SeqCst), 0, "it waits to be woken");
            task::wake_process(task);
            eventually("a round", || RUNS.load(SeqCst) > 0);
            assert_eq!(kthread::park(task), 0);
            let parked = RUNS.load(SeqCst);
            sleep(5);
            assert_eq!(RUNS.load(SeqCst), parked);
            kthread::unpark(task);
            eventually("another round", || RUNS.load(SeqCst) > parked);
            assert_eq!(kthread::stop(task), 42);
            let never = kthread::make(Some(thread), null_mut(), c"test/1");
            assert_eq!(kthread::stop(never), -4, "it never ran");
        }
    });
}

unsafe extern "C" fn step(_work: *mut bindings::kthread_work) {
    RUNS.fetch_add(1, SeqCst);
}

#[test]
fn kthread_workers() {
    let machine = machine();
    machine.run(|| {
        RUNS.store(0, SeqCst);
        // SAFETY: a worker and works of the test's own.
        unsafe {
            let name = crate::text::kstrdup(c"worker".as_ptr(), 0);
            let w = worker::create(name);
            let work: *mut bindings::kthread_work = Box::leak(Box::new(zeroed()));
            crate::locking::List(&raw mut (*work).node).init();
            (*work).func = Some(step);
            for round in 1..=5 {
                assert!(worker::queue(w, work));
                worker::flush_work(work);
                assert_eq!(RUNS.load(SeqCst), round);
            }
            assert!(!worker::cancel(work));
            worker::destroy(w);
        }
    });
}

unsafe extern "C" fn where_am_i(info: *mut c_void) {
    // SAFETY: the test's array.
    unsafe { *info.cast::<u16>() = kernel::percpu::this_cpu().0 + 10 };
}

#[test]
fn calls_on_cpus() {
    let machine = machine();
    machine.run(|| {
        for cpu in 0..2u16 {
            let mut seen = 0u16;
            // SAFETY: a place of the test's own.
            let error = unsafe { smp::call_on(cpu.into(), Some(where_am_i), (&raw mut seen).cast(), 1) };
            assert_eq!((error, seen), (0, cpu + 10));
        }
        // SAFETY: as above.
        assert_eq!(unsafe { smp::call_on(9, Some(where_am_i), null_mut(), 1) }, -6);
    });
}

#[test]
fn per_cpu_memory() {
    let machine = machine();
    machine.run(|| {
        let (a, b) = (smp::alloc(8, 8), smp::alloc(200, 8));
        assert!(!a.is_null() && !b.is_null() && a != b);
        let place = |p: *mut c_void, cpu| p.wrapping_byte_add(smp::offset(cpu) as usize).cast::<u64>();
        // SAFETY: each CPU's copy.
        unsafe {
            place(a, 0).write(1);
            place(a, 1).write(2);
            assert_eq!((place(a, 0).read(), place(a, 1).read(), place(b, 0).read()), (1, 2, 0));
        }
        smp::free(a);
        assert_eq!(smp::alloc(64, 64), a, "room is used again");
    });
}
