// SPDX-License-Identifier: GPL-2.0-only
//! The policies by themselves, on simulated time: a CPU that runs whom the policy picks, for as long as it says.

use crate::percpu::CpuId;
use crate::sched::policies::{EarliestDeadlineFirst, Entry, Policy, PolicyKind, PriorityRoundRobin};
use crate::sched::vcpu::{Start, VcpuRef};
use crate::sched::{Edf, Kind, Params, Vcpu};
use crate::time::{self, NS_PER_MS, NS_PER_US};
use arch::context::Context;
use core::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Xorshift: reproducible.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn vcpu(params: Params) -> Arc<Vcpu> {
    params.check().unwrap();
    let start = Start { entry: None, arg: 0, closure: UnsafeCell::new(None) };
    Arc::new(Vcpu::new("simulated", Kind::Orphan, &params, CpuId(0), Context::running(), start))
}

fn edf(budget_ns: u64, period_ns: u64) -> Params {
    Params { deadline: Some(Edf { budget_ns, period_ns }), ..Params::default() }
}

fn ms(n: u64) -> u64 {
    time::ns_to_ticks(n * NS_PER_MS)
}

/// A CPU on simulated time.
struct Cpu<P> {
    policy: P,
    now: u64,
    running: Option<VcpuRef>,
    since: u64,
    /// Ticks that each vCPU has run, by id.
    ran: BTreeMap<u32, u64>,
}

impl<P: Policy> Cpu<P> {
    fn new(policy: P) -> Self {
        Self { policy, now: 1000, running: None, since: 1000, ran: BTreeMap::new() }
    }

    fn account(&mut self) {
        if let Some(v) = &self.running {
            let ran = self.now - self.since;
            *self.ran.entry(v.id()).or_default() += ran;
            self.policy.account(v, ran);
        }
        self.since = self.now;
    }

    fn schedule(&mut self, why: Option<Entry>) {
        self.account();
        if let (Some(v), Some(why)) = (self.running.take(), why) {
            self.policy.enqueue(&v, why, self.now);
        }
        self.running = self.policy.pick(self.now);
    }

    fn wake(&mut self, v: &Arc<Vcpu>) {
        self.policy.enqueue(v, Entry::Woken, self.now);
        let preempts = match &self.running {
            None => true,
            Some(running) => self.policy.should_preempt(running, v, self.since, self.now),
        };
        if preempts {
            self.schedule(Some(Entry::Preempted));
        }
    }

    /// Blocks what runs.
    fn block(&mut self) {
        self.schedule(None);
    }

    /// Lets time pass until `end`, with the scheduler's timer.
    fn run_until(&mut self, end: u64) {
        while self.now < end {
            let until = self.policy.until(self.running.as_deref(), self.since);
            self.now = until.clamp(self.now, end);
            if until <= self.now {
                self.schedule(Some(Entry::Preempted));
            }
        }
        self.account();
    }

    fn ran(&self, v: &Vcpu) -> u64 {
        self.ran.get(&v.id()).copied().unwrap_or(0)
    }

    fn runs(&self, v: &Arc<Vcpu>) -> bool {
        self.running.as_ref().is_some_and(|r| core::ptr::eq(&**r, &**v))
    }
}

#[test]
fn round_robin_gives_equals_equal_time_and_lower_ones_none() {
    let mut cpu = Cpu::new(PriorityRoundRobin::new());
    let equals: Vec<_> = (0..3).map(|_| vcpu(Params::with_priority(4))).collect();
    let low = vcpu(Params::with_priority(3));
    cpu.wake(&low);
    equals.iter().for_each(|v| cpu.wake(v));
    cpu.run_until(cpu.now + ms(300));
    assert_eq!(cpu.ran(&low), 0);
    for v in &equals {
        assert_eq!(cpu.ran(v), ms(100));
    }
}

#[test]
fn one_that_waits_for_nobody_needs_no_timer() {
    let mut cpu = Cpu::new(PriorityRoundRobin::new());
    let (alone, low) = (vcpu(Params::with_priority(4)), vcpu(Params::with_priority(3)));
    cpu.wake(&alone);
    assert_eq!(cpu.policy.until(cpu.running.as_deref(), cpu.since), u64::MAX);
    cpu.wake(&low);
    assert_eq!(cpu.policy.until(cpu.running.as_deref(), cpu.since), u64::MAX, "a lower one takes no turns");
    assert_eq!(cpu.policy.until(None, cpu.since), u64::MAX);
}

#[test]
fn a_preempted_one_goes_on_with_the_rest_of_its_slice() {
    let mut cpu = Cpu::new(PriorityRoundRobin::new());
    let (a, b, high) = (vcpu(Params::default()), vcpu(Params::default()), vcpu(Params::with_priority(6)));
    cpu.wake(&a);
    cpu.wake(&b);
    cpu.run_until(cpu.now + ms(4));
    cpu.wake(&high);
    assert!(cpu.runs(&high));
    cpu.run_until(cpu.now + ms(50));
    cpu.block();
    assert!(cpu.runs(&a), "before its equal");
    cpu.run_until(cpu.now + ms(6));
    assert!(cpu.runs(&b));
    assert_eq!(cpu.ran(&a), ms(10));
}

#[test]
fn a_slice_that_ran_out_unnoticed_ends_when_an_equal_wakes() {
    let mut cpu = Cpu::new(PriorityRoundRobin::new());
    let (a, b) = (vcpu(Params::default()), vcpu(Params::default()));
    cpu.wake(&a);
    cpu.run_until(cpu.now + ms(500));
    cpu.wake(&b);
    assert!(cpu.runs(&b));
}

#[test]
fn the_priority_queue_agrees_with_a_plain_model() {
    let mut random = Random(7);
    let vcpus: Vec<_> = (0..24).map(|_| vcpu(Params::with_priority(random.below(8) as u8))).collect();
    let mut policy = PriorityRoundRobin::new();
    // Levels of indices, as the queue should have them.
    let mut model: [Vec<usize>; 8] = Default::default();
    for _ in 0..20_000 {
        let n = random.below(24) as usize;
        let (v, level) = (&vcpus[n], usize::from(vcpus[n].priority()));
        let queued = model[level].contains(&n);
        match random.below(4) {
            0 | 1 if !queued => {
                let why = [Entry::Woken, Entry::Preempted, Entry::Yielded][random.below(3) as usize];
                policy.enqueue(v, why, 0);
                let at = if why == Entry::Preempted { 0 } else { model[level].len() };
                model[level].insert(at, n);
            }
            2 if queued => {
                policy.dequeue(v);
                model[level].retain(|&m| m != n);
            }
            3 => {
                let wanted = model.iter_mut().rev().find(|l| !l.is_empty()).map(|l| vcpus[l.remove(0)].id());
                assert_eq!(policy.pick(0).map(|v| v.id()), wanted);
            }
            _ => {}
        }
        assert_eq!(policy.waiting(), model.iter().map(Vec::len).sum::<usize>());
        let first = model.iter().rev().flatten().next().map(|&n| vcpus[n].id());
        assert_eq!(policy.find(&mut |_| true).map(|v| v.id()), first);
    }
    while policy.pick(0).is_some() {}
}

#[test]
fn a_budget_is_kept_and_the_background_gets_the_rest() {
    let mut cpu = Cpu::new(EarliestDeadlineFirst::new());
    let (tight, loose) =
        (vcpu(edf(2 * NS_PER_MS, 10 * NS_PER_MS)), vcpu(edf(15 * NS_PER_MS, 50 * NS_PER_MS)));
    let background = vcpu(Params::default());
    cpu.wake(&background);
    cpu.wake(&tight);
    cpu.wake(&loose);
    cpu.run_until(cpu.now + ms(1000));
    // All three compute without end: each gets its share, to a period.
    assert!(cpu.ran(&tight).abs_diff(ms(200)) <= ms(2), "{}", cpu.ran(&tight));
    assert!(cpu.ran(&loose).abs_diff(ms(300)) <= ms(15), "{}", cpu.ran(&loose));
    assert!(cpu.ran(&background).abs_diff(ms(500)) <= ms(17), "{}", cpu.ran(&background));
}

#[test]
fn the_earliest_deadline_runs_first_and_throttled_ones_wait() {
    let mut cpu = Cpu::new(EarliestDeadlineFirst::new());
    let (long, short) = (vcpu(edf(10 * NS_PER_MS, 100 * NS_PER_MS)), vcpu(edf(NS_PER_MS, 20 * NS_PER_MS)));
    cpu.wake(&long);
    cpu.run_until(cpu.now + ms(1));
    cpu.wake(&short);
    assert!(cpu.runs(&short), "its deadline is earlier");
    cpu.run_until(cpu.now + ms(1));
    cpu.schedule(Some(Entry::Preempted));
    assert!(short.edf.is_throttled() && cpu.runs(&long));
    assert_eq!(cpu.policy.waiting(), 0, "a throttled one waits for time, not for the CPU");
    cpu.policy.dequeue(&short);
    assert!(!short.edf.is_throttled());
    cpu.wake(&short);
    assert!(short.edf.is_throttled() && cpu.runs(&long), "sleeping does not renew a budget");
    cpu.run_until(cpu.now + ms(9));
    assert!(cpu.running.is_none(), "both budgets are used up");
    let next = cpu.policy.until(None, cpu.since);
    cpu.run_until(next);
    cpu.run_until(next + 1);
    assert!(cpu.runs(&short));
    cpu.block();
    cpu.run_until(cpu.now + ms(200));
}

#[test]
fn one_that_wakes_keeps_its_period_only_while_its_budget_fits() {
    let mut cpu = Cpu::new(EarliestDeadlineFirst::new());
    let v = vcpu(edf(5 * NS_PER_MS, 10 * NS_PER_MS));
    cpu.wake(&v);
    let (deadline, _) = v.edf.current();
    cpu.run_until(cpu.now + ms(2));
    cpu.block();
    // 3 ms left for the 7 ms to the deadline: no more than half.
    cpu.run_until(cpu.now + ms(1));
    cpu.wake(&v);
    assert_eq!(v.edf.current(), (deadline, ms(3)));
    cpu.run_until(cpu.now + ms(1));
    cpu.block();
    // 2 ms left, and 3 ms to the deadline: it would take two thirds.
    cpu.run_until(cpu.now + ms(3));
    cpu.wake(&v);
    assert_eq!(v.edf.current(), (cpu.now + ms(10), ms(5)));
    cpu.block();
    // Long after.
    cpu.run_until(cpu.now + ms(500));
    cpu.wake(&v);
    assert_eq!(v.edf.current(), (cpu.now + ms(10), ms(5)));
}

/// Any admitted set whose vCPUs compute for at most their budget after each wake-up meets all deadlines.
#[test]
fn admitted_sets_meet_their_deadlines() {
    for seed in 1..=60 {
        let mut random = Random(seed * 0x9e37_79b9);
        let mut left_ppm = 950_000u64;
        let mut tasks = Vec::new();
        while left_ppm > 20_000 && tasks.len() < 8 {
            let period_us = 1000 + random.below(60_000);
            let share = 10_000 + random.below(left_ppm - 10_000);
            let budget_us = (period_us * share / 1_000_000).max(10);
            let params = edf(budget_us * NS_PER_US, period_us * NS_PER_US);
            left_ppm = left_ppm.saturating_sub(u64::from(params.deadline.unwrap().share_ppm()) + 1);
            tasks.push(vcpu(params));
        }
        let mut cpu = Cpu::new(EarliestDeadlineFirst::new());
        let hog = vcpu(Params::with_priority(7));
        cpu.wake(&hog);
        let ticks = |ns| time::ns_to_ticks(ns);
        // Release time, deadline and what is left to do of each task's job.
        let mut next = vec![cpu.now; tasks.len()];
        let mut job: Vec<Option<(u64, u64)>> = vec![None; tasks.len()];
        let end = cpu.now + ms(400);
        while cpu.now < end {
            for (n, v) in tasks.iter().enumerate() {
                if job[n].is_none() && next[n] <= cpu.now {
                    let p = v.deadline().unwrap();
                    job[n] = Some((next[n] + ticks(p.period_ns), cpu.ran(v) + ticks(p.budget_ns)));
                    next[n] += ticks(p.period_ns) + random.below(ms(2));
                    cpu.wake(v);
                }
            }
            let release =
                next.iter().zip(&job).filter(|(_, j)| j.is_none()).map(|(&n, _)| n).min().unwrap_or(end);
            let completion = tasks.iter().zip(&job).filter(|(v, _)| cpu.runs(v)).find_map(|(v, j)| {
                let (_, done) = (*j)?;
                Some(cpu.now + done - cpu.ran(v))
            });
            let until = cpu.policy.until(cpu.running.as_deref(), cpu.since);
            let stop = release.min(completion.unwrap_or(end)).min(until).clamp(cpu.now, end);
            cpu.run_until(stop.max(cpu.now + u64::from(stop == until)));
            for (n, v) in tasks.iter().enumerate() {
                if let Some((deadline, done)) = job[n] {
                    if cpu.ran(v) >= done {
                        assert!(
                            cpu.now <= deadline + 2,
                            "seed {seed}, task {n}: {} late",
                            cpu.now - deadline
                        );
                        job[n] = None;
                        match cpu.runs(v) {
                            true => cpu.block(),
                            false => cpu.policy.dequeue(v),
                        }
                    } else {
                        assert!(cpu.now <= deadline + 2, "seed {seed}, task {n} misses its deadline");
                    }
                }
            }
        }
        assert!(cpu.ran(&hog) > 0, "the background starves");
        while cpu.policy.find(&mut |_| true).map(|v| cpu.policy.dequeue(&v)).is_some() {}
    }
}

#[test]
fn names_and_parameters_are_checked() {
    for kind in PolicyKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert!("fair".parse::<PolicyKind>().unwrap_err().to_string().contains("`fair` given"));
    for bad in [
        Params::with_priority(8),
        Params { slice_ns: 1, ..Params::default() },
        edf(20 * NS_PER_MS, 10 * NS_PER_MS),
        edf(1, NS_PER_MS),
        edf(NS_PER_MS, 20_000 * NS_PER_MS),
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
    }
    let v = vcpu(edf(2 * NS_PER_MS, 10 * NS_PER_MS));
    assert_eq!(v.deadline().map(Edf::share_ppm), Some(200_000));
}
