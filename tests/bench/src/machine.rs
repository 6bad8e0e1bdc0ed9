// SPDX-License-Identifier: GPL-2.0-only
//! The machine below the shim: one CPU, whose clock stands still but for what the code on it does.

use crate::bench::{Bench, Test};
use crate::{events, interrupts, journal, memory, registers, trace};
use kernel::percpu::{self, CpuId};
use kernel::sched::{self, Params, PolicyKind};
use std::io::Write as _;

/// How far the counter goes on when it is read, in ticks (16 ns).
const STEP: u64 = 16;

/// How many lines of the trace stand in the report of a failure.
const TAIL: usize = 40;

/// Ends the process.
fn end(code: i32) -> ! {
    trace::flush();
    let _ = std::io::stdout().flush();
    // SAFETY: ends the process; other threads wait for nothing.
    unsafe { libc::_exit(code) }
}

/// Runs one test in this process, on a machine of its own; never returns.
pub(crate) fn run(test: &'static Test, show: bool) -> ! {
    std::panic::set_hook(Box::new(move |info| {
        if !show {
            println!("the last of the trace:");
            trace::tail(TAIL).iter().for_each(|line| println!("{line}"));
        }
        trace::flush();
        println!("{info}");
        let _ = std::io::stdout().flush();
        // SAFETY: as in `end`.
        unsafe { libc::_exit(101) }
    }));
    if show {
        trace::show();
    }
    journal::init();
    memory::init();
    linux_compat::bench::set_registers(&registers::Registers);
    let cpu = arch::fake::this_cpu();
    arch::irq::mask();
    percpu::init_secondary(CpuId(0));
    percpu::set_cpu_count(1);
    cpu.set_step(STEP);
    cpu.on_stuck(stuck);
    interrupts::init();
    sched::set_ipi(|_| interrupts::kick());
    sched::set_balancer(sched::BalancerKind::Off);
    sched::init_cpu(PolicyKind::Priority);
    let body = move || {
        let mut bench = Bench::new();
        (test.run)(&mut bench);
        let leak = journal::lines().into_iter().find(|line| journal::is_leak(line));
        assert!(leak.is_none(), "{}", leak.unwrap_or_default());
        end(0)
    };
    sched::spawn("test", Params::default(), body).expect("there is memory for a thread");
    sched::idle_loop()
}

/// Every thread sleeps, and nothing is due.
fn stuck() {
    events::run();
    let mut waiting = String::new();
    sched::list(&mut |vcpu| waiting += &format!(" {}", vcpu.name()));
    panic!(
        "everything sleeps, and nothing will ever happen: no timer is armed, no interrupt pending. Threads:{waiting}"
    );
}
