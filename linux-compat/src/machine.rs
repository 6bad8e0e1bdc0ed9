// SPDX-License-Identifier: GPL-2.0-only
//! Two fake CPUs for tests that sleep, booted once, on which the drivers' vCPUs run.

use arch::fake;
use kernel::percpu::{self, CpuId, IrqContext};
use kernel::sched::{self, CpuMask, Params, PolicyKind};
use kernel::timer;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

const CPUS: u16 = 2;

type Command = (CpuId, Box<dyn FnOnce() + Send>);
type Outcome<T> = Result<T, Box<dyn Any + Send>>;

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
    let machine = Machine { _alone: alone };
    let mut first = false;
    BOOT.get_or_init(|| {
        first = true;
        let since = Instant::now();
        sched::set_ipi(|cpu| CPU[cpu.index()].get().unwrap().raise());
        percpu::set_cpu_count(CPUS.into());
        for n in 0..CPUS {
            thread::spawn(move || boot(CpuId(n), since));
        }
        while sched::online() != CpuMask((1 << CPUS) - 1) {
            thread::yield_now();
        }
        sched::set_balancer(sched::BalancerKind::Off);
    });
    if first {
        machine.run(crate::work::init);
    }
    machine
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

impl Machine {
    /// Runs `f` in interrupt context of a CPU.
    pub fn interrupt<T: Send + 'static>(&self, cpu: u16, f: impl FnOnce() -> T + Send + 'static) -> T {
        let (send, outcome) = channel::<Outcome<T>>();
        let command = Box::new(move || {
            let _ = send.send(catch_unwind(AssertUnwindSafe(f)));
        });
        COMMANDS.lock().unwrap().push((CpuId(cpu), command));
        CPU[usize::from(cpu)].get().unwrap().raise();
        get(outcome.recv_timeout(Duration::from_secs(60)).expect("an interrupt within a minute"))
    }

    /// Starts an orphan on a CPU; what it comes to is to be fetched.
    pub fn start<T: Send + 'static>(
        &self,
        cpu: u16,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> impl FnOnce() -> T {
        let (send, outcome) = channel::<Outcome<T>>();
        let params = Params { affinity: CpuMask::of(CpuId(cpu)), ..Params::default() };
        let closure = move || {
            let _ = send.send(catch_unwind(AssertUnwindSafe(f)));
        };
        self.interrupt(0, move || sched::spawn("test", params, closure).map(|_| ()).unwrap());
        move || get(outcome.recv_timeout(Duration::from_secs(60)).expect("an outcome within a minute"))
    }

    /// Runs `f` as an orphan.
    pub fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        self.start(0, f)()
    }
}

fn get<T>(outcome: Outcome<T>) -> T {
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}
