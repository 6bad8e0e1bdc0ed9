// SPDX-License-Identifier: GPL-2.0-only
//! Affinity and the load balancer.

use crate::fake::{Machine, eventually, machine, on, poll};
use crate::percpu::{self, CpuId};
use crate::sched::{self, BalancerKind, CpuMask, Edf, LeastLoaded, Load, Params, PolicyKind};
use crate::sync::{Completion, WaitQueue};
use crate::time::NS_PER_MS;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};

#[test]
fn an_orphan_sends_itself_elsewhere() {
    let m = machine();
    let seen = m.run_on(0, || {
        [3u16, 1, 2, 0, 3].map(|cpu| {
            sched::set_affinity(&sched::current(), CpuMask::of(CpuId(cpu))).unwrap();
            percpu::this_cpu().0
        })
    });
    assert_eq!(seen, [3, 1, 2, 0, 3]);
}

#[test]
fn what_a_cpu_does_can_be_seen() {
    let m = machine();
    // Whoever ran there for another test is gone soon.
    eventually("an idle CPU", || {
        m.run_on(1, || sched::cpu_info(CpuId(2))).is_some_and(|info| info.current == "idle/2")
    });
    let (own, other) = m.run_on(1, || {
        sched::sleep_ns(NS_PER_MS);
        (sched::cpu_info(CpuId(1)).unwrap(), sched::cpu_info(CpuId(2)).unwrap())
    });
    assert_eq!((own.current.as_str(), own.policy), ("test", PolicyKind::Priority));
    assert_eq!((other.current.as_str(), other.waiting), ("idle/2", 0));
    assert!(own.vcpus >= 1 && own.idled > 0 && other.idle_ns > 0);
    assert!(sched::cpu_info(CpuId(9)).is_none());
}

#[test]
fn a_token_survives_the_move_of_one_that_could_go_on() {
    let m = machine();
    m.run_on(0, || {
        for cpu in [1, 2, 0] {
            sched::wake(&sched::current());
            sched::set_affinity(&sched::current(), CpuMask::of(CpuId(cpu))).unwrap();
            assert_eq!(percpu::this_cpu().0, cpu);
            sched::block_current();
        }
    });
}

#[test]
fn affinity_must_name_a_cpu_that_is_up() {
    let m = machine();
    let message = m.run_on(0, || {
        let refused = sched::set_affinity(&sched::current(), CpuMask(1 << 9)).unwrap_err();
        assert!(sched::spawn("nowhere", on(12), || ()).is_err());
        refused.to_string()
    });
    assert_eq!(message, "affinity 0x200 allows none of the CPUs that are up (0xf)");
}

#[test]
fn no_wake_is_lost_while_vcpus_are_sent_around() {
    let m = machine();
    let (turn, there, back) =
        (Arc::new(AtomicU32::new(0)), Arc::new(WaitQueue::new()), Arc::new(WaitQueue::new()));
    let done = Arc::new(AtomicBool::new(false));
    let (theirs, mine) = {
        let (turn2, there2, back2) = (Arc::clone(&turn), Arc::clone(&there), Arc::clone(&back));
        let theirs = m.run_on(0, move || {
            let run = move || {
                for n in 0..400 {
                    there2.wait_until(|| turn2.load(SeqCst) == 2 * n + 1);
                    turn2.store(2 * n + 2, SeqCst);
                    back2.wake_one();
                }
            };
            sched::spawn("moved", Params::default(), run).unwrap()
        });
        let (turn, there, back, done) = (turn, there, back, Arc::clone(&done));
        let mine = m.start_on(1, move || {
            for n in 0..400 {
                turn.store(2 * n + 1, SeqCst);
                there.wake_one();
                back.wait_until(|| turn.load(SeqCst) == 2 * n + 2);
            }
            done.store(true, SeqCst);
        });
        (theirs, mine)
    };
    let sent = m.start_on(2, move || {
        let mut n = 0u32;
        while !done.load(SeqCst) {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // May have ended by now.
            let _ = sched::set_affinity(&theirs, CpuMask(1 << (n >> 30)));
            poll();
        }
        n
    });
    mine.get();
    sent.get();
}

/// Three that compute on CPU 0 while the others idle.
fn spread(m: &Machine, kind: BalancerKind) -> u32 {
    let seen = Arc::new(AtomicU32::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let all: Vec<_> = (0..3)
        .map(|_| {
            let (seen, stop) = (Arc::clone(&seen), Arc::clone(&stop));
            m.start_on(0, move || {
                sched::current().store_affinity(CpuMask::ALL);
                while !stop.load(SeqCst) {
                    seen.fetch_or(1 << percpu::this_cpu().0, SeqCst);
                    poll();
                }
            })
        })
        .collect();
    sched::set_balancer(kind);
    m.interrupt(0, || ());
    match kind {
        BalancerKind::Off => {
            eventually("one that computes", || seen.load(SeqCst) != 0);
            m.run_on(1, || sched::sleep_ns(30 * NS_PER_MS));
        }
        BalancerKind::LeastLoaded => eventually("the spread", || seen.load(SeqCst).count_ones() >= 3),
    }
    sched::set_balancer(BalancerKind::Off);
    stop.store(true, SeqCst);
    all.into_iter().for_each(|o| o.get());
    seen.load(SeqCst)
}

#[test]
fn the_balancer_spreads_what_waits_and_off_means_off() {
    let m = machine();
    assert_eq!(spread(&m, BalancerKind::Off), 1);
    assert!(spread(&m, BalancerKind::LeastLoaded).count_ones() >= 3);
}

#[test]
fn the_balancer_honours_affinity() {
    let m = machine();
    sched::set_balancer(BalancerKind::LeastLoaded);
    let stop = Arc::new(AtomicBool::new(false));
    let all: Vec<_> = (0..3)
        .map(|_| {
            let stop = Arc::clone(&stop);
            m.start_on(2, move || {
                while !stop.load(SeqCst) {
                    assert_eq!(percpu::this_cpu().0, 2);
                    poll();
                }
            })
        })
        .collect();
    m.run_on(1, || sched::sleep_ns(20 * NS_PER_MS));
    stop.store(true, SeqCst);
    all.into_iter().for_each(|o| o.get());
}

#[test]
fn least_loaded_chooses_the_busiest_and_the_idle() {
    use crate::sched::Balancer;
    let load = |cpu, waiting, idle| Load { cpu: CpuId(cpu), waiting, idle };
    let loads = [load(0, 1, false), load(1, 0, true), load(2, 3, false), load(3, 0, true)];
    assert_eq!(LeastLoaded.source(CpuId(1), &loads), Some(CpuId(2)));
    assert_eq!(LeastLoaded.target(CpuId(2), &loads), Some(CpuId(1)));
    assert_eq!(LeastLoaded.target(CpuId(1), &loads), Some(CpuId(3)));
    let quiet = [load(0, 0, false), load(1, 0, false)];
    assert_eq!((LeastLoaded.source(CpuId(1), &quiet), LeastLoaded.target(CpuId(0), &quiet)), (None, None));
}

#[test]
fn new_vcpus_go_where_the_fewest_are() {
    let m = machine();
    let gate = Arc::new(Completion::new());
    let cpus = m.run_on(0, {
        let gate = Arc::clone(&gate);
        move || {
            let all: Vec<_> = (0..8)
                .map(|_| {
                    let gate = Arc::clone(&gate);
                    sched::spawn("placed", Params::default(), move || gate.wait()).unwrap()
                })
                .collect();
            let mut count = [0; 4];
            all.iter().for_each(|v| count[v.cpu().index()] += 1);
            gate.complete_all();
            all.iter().for_each(|v| sched::join(v));
            count
        }
    });
    assert!(cpus.iter().all(|&n| (1..=3).contains(&n)), "{cpus:?}");
}

#[test]
fn a_cpu_changes_its_policy_under_load() {
    let m = machine();
    let stop = Arc::new(AtomicBool::new(false));
    let runs: Arc<[AtomicU32; 3]> = Arc::default();
    let all: Vec<_> = (0..3)
        .map(|n| {
            let (stop, runs) = (Arc::clone(&stop), Arc::clone(&runs));
            m.start(Params { slice_ns: NS_PER_MS, ..on(1) }, move || {
                while !stop.load(SeqCst) {
                    runs[n].fetch_add(1, SeqCst);
                    poll();
                }
            })
        })
        .collect();
    for n in 0..20 {
        let kind = PolicyKind::ALL[n % 2];
        m.run_on(0, move || sched::set_policy(CpuId(1), kind).unwrap());
        assert_eq!(sched::policy_of(CpuId(1)), Some(kind));
        let before: Vec<_> = runs.iter().map(|r| r.load(SeqCst)).collect();
        eventually("a turn of each", || runs.iter().zip(&before).all(|(r, b)| r.load(SeqCst) > *b));
    }
    stop.store(true, SeqCst);
    all.into_iter().for_each(|o| o.get());
    m.run_on(0, || sched::set_policy(CpuId(1), PolicyKind::Priority).unwrap());
}

#[test]
fn a_cpu_promises_no_more_than_it_has() {
    let m = machine();
    let edf = |percent: u64| Some(Edf { budget_ns: percent * NS_PER_MS, period_ns: 100 * NS_PER_MS });
    let message = m.run_on(0, move || {
        sched::set_policy(CpuId(2), PolicyKind::Edf).unwrap();
        let gate = Arc::new(Completion::new());
        let closed = || {
            let gate = Arc::clone(&gate);
            move || gate.wait()
        };
        let first = sched::spawn("first", Params { deadline: edf(60), ..on(2) }, closed()).unwrap();
        let refused = sched::spawn("second", Params { deadline: edf(40), ..on(2) }, closed()).unwrap_err();
        let second = sched::spawn("second", Params { deadline: edf(30), ..on(2) }, closed()).unwrap();
        assert_eq!(sched::promised_ppm(CpuId(2), None), 900_000);
        assert!(sched::set_deadline(&second, edf(36)).is_err());
        sched::set_deadline(&second, edf(35)).unwrap();
        // Under another policy anything goes, but there is no way back then.
        sched::set_policy(CpuId(2), PolicyKind::Priority).unwrap();
        sched::set_deadline(&second, edf(50)).unwrap();
        assert!(sched::set_policy(CpuId(2), PolicyKind::Edf).is_err());
        // A third finds a CPU that has the time.
        gate.complete_all();
        sched::join(&first);
        sched::join(&second);
        refused.to_string()
    });
    assert!(message.starts_with("CPU 2 would have to promise 100.0000 % of its time"), "{message}");
}

#[test]
fn edf_on_a_cpu_throttles_one_that_computes_without_end() {
    let m = machine();
    m.run_on(0, || sched::set_policy(CpuId(3), PolicyKind::Edf).unwrap());
    let deadline = Some(Edf { budget_ns: 2 * NS_PER_MS, period_ns: 8 * NS_PER_MS });
    let stop = Arc::new(AtomicBool::new(false));
    let ran = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let compute = |ran: &Arc<AtomicU64>| {
        let (stop, ran) = (Arc::clone(&stop), Arc::clone(ran));
        move || {
            while !stop.load(SeqCst) {
                poll();
                ran.store(sched::current().runtime_ns(), SeqCst);
            }
        }
    };
    let promised = m.start(Params { deadline, ..on(3) }, compute(&ran[0]));
    let background = m.start(on(3), compute(&ran[1]));
    // How much, the host's own scheduling blurs; exact shares are tested on simulated time.
    eventually("more than a budget for both", || ran.iter().all(|ran| ran.load(SeqCst) > 2 * NS_PER_MS));
    stop.store(true, SeqCst);
    promised.get();
    background.get();
    m.run_on(0, || sched::set_policy(CpuId(3), PolicyKind::Priority).unwrap());
}
