// SPDX-License-Identifier: GPL-2.0-only
//! Blocking and waking: nothing is lost, nobody waits who need not.

use crate::fake::{eventually, machine, on, poll};
use crate::percpu;
use crate::sched::{self, Kind, Params, State};
use crate::sync::{Completion, Mutex, SpinLock, WaitQueue};
use crate::time::{self, NS_PER_MS};
use crate::work::{Work, WorkQueue};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

#[test]
fn an_orphan_runs_and_its_memory_goes() {
    let m = machine();
    let (kind, cpu) = m.run_on(2, || (sched::current().kind(), percpu::this_cpu().0));
    assert_eq!((kind, cpu), (Kind::Orphan, 2));
    let owned = Arc::new(());
    let weak = Arc::downgrade(&owned);
    let vcpu = m.run_on(1, move || {
        let v = sched::spawn("owner", on(3), move || drop(owned)).unwrap();
        sched::join(&v);
        Arc::downgrade(&v)
    });
    assert!(weak.upgrade().is_none());
    eventually("the end of the vCPU's memory", || vcpu.strong_count() == 0);
}

#[test]
fn a_wake_before_the_block_is_kept() {
    let m = machine();
    let returned = m.run_on(0, || {
        sched::wake(&sched::current());
        sched::block_current();
        true
    });
    assert!(returned);
}

#[test]
fn a_wake_while_preempted_is_kept() {
    let m = machine();
    m.run_on(0, || {
        let me = sched::current().to_arc();
        // Wakes this vCPU while it waits for its CPU.
        let waker = sched::spawn("waker", Params { priority: 7, ..on(0) }, move || {
            assert_eq!(me.state(), State::Runnable);
            sched::wake(&me);
        });
        sched::join(&waker.unwrap());
        sched::block_current();
    });
}

#[test]
fn ping_pong_between_cpus_loses_no_wake() {
    let m = machine();
    for other in [0, 1] {
        let turn = Arc::new(AtomicU32::new(0));
        let (ping, pong) = (Arc::new(WaitQueue::new()), Arc::new(WaitQueue::new()));
        let theirs = m.start_on(other, {
            let (turn, ping, pong) = (Arc::clone(&turn), Arc::clone(&ping), Arc::clone(&pong));
            move || {
                for n in 0..500 {
                    pong.wait_until(|| turn.load(SeqCst) == 2 * n + 1);
                    turn.store(2 * n + 2, SeqCst);
                    ping.wake_one();
                }
            }
        });
        m.run_on(0, move || {
            for n in 0..500 {
                turn.store(2 * n + 1, SeqCst);
                pong.wake_one();
                ping.wait_until(|| turn.load(SeqCst) == 2 * n + 2);
            }
        });
        theirs.get();
    }
}

/// The inner wait is woken, and the outer one asks again after it.
#[test]
fn a_condition_may_sleep_itself() {
    const ROUNDS: u32 = 100;
    let m = machine();
    let inner = Arc::new(WaitQueue::new());
    // The round that the waiter is in, and the one that it may end.
    let (round, turn) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let waiter = m.start_on(0, {
        let (inner, round, turn) = (Arc::clone(&inner), Arc::clone(&round), Arc::clone(&turn));
        move || {
            let outer = WaitQueue::new();
            for n in 1..=ROUNDS {
                let mut asked = 0;
                outer.wait_until(|| {
                    asked += 1;
                    if asked == 2 {
                        // It is in the outer queue by now.
                        round.store(n, SeqCst);
                        inner.wait_until(|| turn.load(SeqCst) == n);
                    }
                    asked == 3
                });
            }
        }
    });
    m.run_on(1, move || {
        for n in 1..=ROUNDS {
            let start = time::now_ns();
            while round.load(SeqCst) < n || !inner.has_waiters() {
                assert!(time::now_ns() - start < 10 * time::NS_PER_SEC, "nobody waits in round {n}");
                sched::yield_now();
            }
            turn.store(n, SeqCst);
            inner.wake_one();
        }
    });
    waiter.get();
}

#[test]
fn a_condition_that_sleeps_leaves_the_time_limit_as_it_is() {
    let m = machine();
    let (held, took) = m.run_on(0, || {
        let (queue, other) = (WaitQueue::new(), WaitQueue::new());
        let (start, mut asked) = (time::now_ns(), 0);
        let held = queue.wait_until_timeout(20 * NS_PER_MS, || {
            asked += 1;
            match asked {
                2 => sched::sleep_ns(NS_PER_MS),
                3 => _ = other.wait_until_timeout(NS_PER_MS, || false),
                _ => {}
            }
            false
        });
        (held, time::now_ns() - start)
    });
    assert!(!held && took >= 20 * NS_PER_MS, "{held} after {took} ns");
}

#[test]
fn a_mutex_excludes_across_cpus() {
    let m = machine();
    let value = Arc::new(Mutex::new((0u32, 0u32)));
    let outcomes: Vec<_> = (0..8)
        .map(|n| {
            let value = Arc::clone(&value);
            m.start_on(n % 4, move || {
                for _ in 0..100 {
                    let mut held = value.lock();
                    held.0 += 1;
                    if held.0.is_multiple_of(16) {
                        sched::yield_now();
                    }
                    assert_eq!(held.0, held.1 + 1);
                    held.1 += 1;
                }
            })
        })
        .collect();
    outcomes.into_iter().for_each(|o| o.get());
    assert_eq!(value.try_lock().map(|v| *v), Some((800, 800)));
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "takes the mutex of u8 which it holds")]
fn taking_a_mutex_twice_is_a_panic() {
    let m = machine();
    m.run_on(0, || {
        let mutex = Mutex::new(1u8);
        let _held = mutex.lock();
        let _again = mutex.lock();
    });
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "blocking.rs:")]
fn sleeping_under_a_spinlock_is_a_panic_that_names_the_place() {
    let m = machine();
    m.run_on(0, || {
        let lock = SpinLock::new(());
        let _held = lock.lock();
        sched::sleep_ns(1);
    });
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "runs in atomic context")]
fn sleeping_in_an_interrupt_is_a_panic() {
    machine().interrupt(1, || Completion::new().wait());
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "the mutex of u8 in an interrupt handler")]
fn a_mutex_in_an_interrupt_is_a_panic() {
    machine().interrupt(1, || *Mutex::new(0u8).lock());
}

#[test]
fn sleep_lasts_as_long_as_asked() {
    let m = machine();
    let slept = m.run_on(3, || {
        let start = time::now_ns();
        sched::sleep_ns(3 * NS_PER_MS);
        time::now_ns() - start
    });
    assert!(slept >= 3 * NS_PER_MS, "{slept}");
}

#[test]
fn completions_count_and_time_out() {
    let m = machine();
    let done = Arc::new(Completion::new());
    let (early, late, again) = m.run_on(0, {
        let done = Arc::clone(&done);
        move || {
            let early = done.wait_timeout(2 * NS_PER_MS);
            let theirs = Arc::clone(&done);
            sched::spawn("completes", on(1), move || theirs.complete()).unwrap();
            (early, done.wait_timeout(60_000 * NS_PER_MS), done.wait_timeout(NS_PER_MS))
        }
    });
    assert_eq!((early, late, again), (false, true, false));
    done.complete_all();
    assert!(done.try_wait() && done.try_wait());
    done.reset();
    assert!(!done.try_wait());
}

#[test]
fn waking_all_wakes_all_and_one_wakes_one() {
    let m = machine();
    let (queue, tickets) = (Arc::new(WaitQueue::new()), Arc::new(AtomicU32::new(0)));
    let passed = Arc::new(AtomicU32::new(0));
    let outcomes: Vec<_> = (0..6)
        .map(|n| {
            let (queue, tickets, passed) = (Arc::clone(&queue), Arc::clone(&tickets), Arc::clone(&passed));
            m.start_on(n % 4, move || {
                queue.wait_until(|| tickets.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok());
                passed.fetch_add(1, SeqCst);
            })
        })
        .collect();
    for n in 1..=3 {
        tickets.fetch_add(1, SeqCst);
        m.interrupt(2, {
            let queue = Arc::clone(&queue);
            move || queue.wake_one()
        });
        eventually("a ticket's use", || passed.load(SeqCst) == n);
    }
    tickets.store(3, SeqCst);
    m.interrupt(0, move || queue.wake_all());
    outcomes.into_iter().for_each(|o| o.get());
    assert_eq!(passed.load(SeqCst), 6);
}

#[test]
fn work_runs_in_order_once_per_queuing_and_can_be_cancelled() {
    let m = machine();
    m.run_on(0, || {
        let queue = WorkQueue::new("worker", on(1)).unwrap();
        let log = Arc::new(SpinLock::new(Vec::new()));
        for n in 0..10 {
            let log = Arc::clone(&log);
            queue.queue(Box::new(move || log.lock().push(n)));
        }
        queue.flush();
        assert_eq!(*log.lock(), (0..10).collect::<Vec<_>>());

        let (gate, runs) = (Arc::new(Completion::new()), Arc::new(AtomicU32::new(0)));
        let closed = Arc::clone(&gate);
        queue.queue(Box::new(move || closed.wait()));
        let counted = Arc::clone(&runs);
        let work = Work::new(move || {
            counted.fetch_add(1, SeqCst);
        });
        assert!(queue.submit(&work));
        assert!(!queue.submit(&work), "queued twice");
        assert!(work.is_pending() && work.cancel() && !work.cancel());
        assert!(queue.submit(&work));
        gate.complete_all();
        queue.flush();
        assert_eq!((runs.load(SeqCst), work.is_pending()), (1, false));

        let start = time::now_ns();
        assert!(queue.submit_after(&work, 2 * NS_PER_MS));
        while runs.load(SeqCst) == 1 {
            sched::sleep_ns(NS_PER_MS / 4);
        }
        assert!(time::now_ns() - start >= 2 * NS_PER_MS);
        assert!(queue.submit_after(&work, 3_600_000 * NS_PER_MS));
        assert!(work.is_pending() && work.cancel() && !work.is_pending());
        let worker = queue.worker().to_arc();
        drop(queue);
        sched::join(&worker);
        assert_eq!(runs.load(SeqCst), 2);
    });
}

#[test]
fn cancelling_work_waits_until_it_has_run() {
    let m = machine();
    m.run_on(0, || {
        let queue = WorkQueue::new("worker", on(1)).unwrap();
        let (started, ended) = (Arc::new(Completion::new()), Arc::new(AtomicU32::new(0)));
        let (begin, end) = (Arc::clone(&started), Arc::clone(&ended));
        let work = Work::new(move || {
            begin.complete();
            sched::sleep_ns(5 * NS_PER_MS);
            end.store(1, SeqCst);
        });
        queue.submit(&work);
        started.wait();
        assert!(!work.cancel());
        assert_eq!(ended.load(SeqCst), 1);
    });
}

#[test]
fn equals_share_a_cpu_by_slices() {
    let m = machine();
    let params = Params { slice_ns: NS_PER_MS, ..on(2) };
    let (a, b) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let spin = |mine: &Arc<AtomicU32>, other: &Arc<AtomicU32>| {
        let (mine, other) = (Arc::clone(mine), Arc::clone(other));
        move || {
            // Neither ever blocks: without slices the first would wait for ever.
            while other.load(SeqCst) < 20 || mine.load(SeqCst) < 20 {
                mine.fetch_add(1, SeqCst);
                poll();
            }
        }
    };
    let (x, y) = (m.start(params, spin(&a, &b)), m.start(params, spin(&b, &a)));
    x.get();
    y.get();
}

#[test]
fn a_higher_priority_preempts_and_a_lower_waits() {
    let m = machine();
    let order = m.run_on(0, || {
        let order = Arc::new(SpinLock::new(Vec::new()));
        let note = |what: &'static str| {
            let order = Arc::clone(&order);
            move || order.lock().push(what)
        };
        sched::spawn("low", Params { priority: 1, ..on(0) }, note("low")).unwrap();
        sched::spawn("high", Params { priority: 6, ..on(0) }, note("high")).unwrap();
        note("self")();
        assert!(sched::contended());
        // However long the machine below takes to run it.
        while order.lock().len() < 3 {
            sched::sleep_ns(NS_PER_MS);
        }
        core::mem::take(&mut *order.lock())
    });
    assert_eq!(order, ["high", "self", "low"]);
}
