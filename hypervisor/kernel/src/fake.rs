// SPDX-License-Identifier: GPL-2.0-only
//! Four fake CPUs for host tests of this crate and those above it, booted once for all tests of a process, that idle until a
//! test gives them something to do.

use crate::percpu::{self, CpuId, IrqContext};
use crate::sched::{self, CpuMask, Params, PolicyKind};
use crate::timer;
use arch::fake;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How many CPUs the machine has.
pub const CPUS: u16 = 4;

type Command = (CpuId, Box<dyn FnOnce() + Send>);

static COMMANDS: Mutex<Vec<Command>> = Mutex::new(Vec::new());
static CPU: [OnceLock<&'static fake::Cpu>; CPUS as usize] = [const { OnceLock::new() }; CPUS as usize];

/// The machine, which one test has at a time.
pub struct Machine {
    _alone: MutexGuard<'static, ()>,
}

/// Waits for the machine.
pub fn machine() -> Machine {
    static ALONE: Mutex<()> = Mutex::new(());
    static BOOT: OnceLock<()> = OnceLock::new();
    let alone = ALONE.lock().unwrap_or_else(|e| e.into_inner());
    BOOT.get_or_init(|| {
        let since = Instant::now();
        sched::set_ipi(|cpu| CPU[cpu.index()].get().unwrap().raise());
        percpu::set_cpu_count(CPUS.into());
        for n in 0..CPUS {
            thread::spawn(move || boot(CpuId(n), since));
        }
        while sched::online() != CpuMask((1 << CPUS) - 1) {
            thread::yield_now();
        }
    });
    sched::set_balancer(sched::BalancerKind::Off);
    Machine { _alone: alone }
}

fn boot(cpu: CpuId, since: Instant) {
    arch::irq::mask();
    percpu::init_secondary(cpu);
    let fake = fake::this_cpu();
    fake.use_real_time(since);
    fake.set_irq_handler(interrupt);
    CPU[cpu.index()].set(fake).ok().unwrap();
    sched::init_cpu(PolicyKind::Priority);
    sched::idle_loop()
}

/// Whatever it is that came: timer, IPI, command.
fn interrupt() {
    {
        let _context = IrqContext::enter();
        timer::handle_irq();
        sched::handle_ipi();
        let here = percpu::this_cpu();
        loop {
            let mut commands = COMMANDS.lock().unwrap();
            let Some(at) = commands.iter().position(|(cpu, _)| *cpu == here) else { break };
            let (_, command) = commands.remove(at);
            drop(commands);
            command();
        }
    }
    sched::preempt_point();
}

/// A point at which the fake CPU takes interrupts, for code that computes.
pub fn poll() {
    let flags = arch::irq::save();
    arch::irq::restore(flags);
    thread::yield_now();
}

/// What an orphan comes to.
pub struct Outcome<T>(Receiver<Result<T, Box<dyn Any + Send>>>);

impl<T> Outcome<T> {
    /// Waits for it; a panic there is one here.
    pub fn get(self) -> T {
        match self.0.recv_timeout(Duration::from_secs(60)) {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => panic!("no outcome within a minute"),
        }
    }
}

impl Machine {
    /// Runs `f` in interrupt context of `cpu`, and gives what it comes to; a panic there is one here.
    pub fn interrupt<T: Send + 'static>(&self, cpu: u16, f: impl FnOnce() -> T + Send + 'static) -> T {
        let (send, outcome) = channel();
        let command = Box::new(move || {
            let _ = send.send(catch_unwind(AssertUnwindSafe(f)));
        });
        COMMANDS.lock().unwrap().push((CpuId(cpu), command));
        CPU[usize::from(cpu)].get().unwrap().raise();
        Outcome(outcome).get()
    }

    /// Starts an orphan.
    pub fn start<T: Send + 'static>(
        &self,
        params: Params,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        let (send, outcome) = channel();
        let closure = move || {
            let _ = send.send(catch_unwind(AssertUnwindSafe(f)));
        };
        self.interrupt(0, move || sched::spawn("test", params, closure).unwrap());
        Outcome(outcome)
    }

    /// Starts an orphan on `cpu`, with the default priority.
    pub fn start_on<T: Send + 'static>(
        &self,
        cpu: u16,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        self.start(on(cpu), f)
    }

    /// Runs `f` as an orphan on the first CPU.
    pub fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        self.run_on(0, f)
    }

    /// Runs `f` as an orphan on `cpu`.
    pub fn run_on<T: Send + 'static>(&self, cpu: u16, f: impl FnOnce() -> T + Send + 'static) -> T {
        self.start_on(cpu, f).get()
    }
}

/// The default parameters, bound to one CPU.
pub fn on(cpu: u16) -> Params {
    Params { affinity: CpuMask::of(CpuId(cpu)), ..Params::default() }
}

/// Runs `until` true, at most a minute, on a host thread: the computer may be busy with other things.
pub fn eventually(what: &str, mut until: impl FnMut() -> bool) {
    let start = Instant::now();
    while !until() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not happen within a minute");
        thread::yield_now();
    }
}
