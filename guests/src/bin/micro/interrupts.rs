// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts: an SGI to itself, the virtual timer, IPIs between two CPUs, and CPU_ON.

use crate::report::Report;
use core::arch::asm;
use core::hint::spin_loop;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::machine::Machine;
use guests::start::{Launch, run_second, secondary_entry};
use guests::{cpu, gic, println, psci, timer};

/// SGI to itself.
const SELF: u32 = 1;
/// SGI from the first CPU to the second, which answers it.
const PING: u32 = 2;
/// The answer.
const PONG: u32 = 3;

/// Counter at the entry of the last handled interrupt.
static ENTERED: AtomicU64 = AtomicU64::new(0);
/// Interrupts handled on the first CPU.
static HANDLED: AtomicU64 = AtomicU64::new(0);
/// What the second CPU sends as its answer.
static ANSWER: AtomicU64 = AtomicU64::new(0);
/// Set once the second CPU waits for pings.
static READY: AtomicU64 = AtomicU64::new(0);

/// The IRQ handler of both CPUs.
pub fn handler(stamp: u64) {
    let iar = gic::acknowledge();
    match iar & 0x3ff {
        PING => gic::send(ANSWER.load(Relaxed)),
        timer::INTID => {
            timer::disarm();
            note(stamp);
        }
        SELF | PONG => note(stamp),
        gic::SPURIOUS.. => return,
        other => _ = crate::virtio::interrupt(other),
    }
    gic::end(iar);
}

#[inline]
fn note(stamp: u64) {
    ENTERED.store(stamp, Relaxed);
    HANDLED.store(HANDLED.load(Relaxed).wrapping_add(1), Relaxed);
}

/// Spends a few instructions, other ones each round: the counter ticks once in 16 instructions, and
/// only samples at all phases of it have the right mean.
fn shift_phase(round: u64) {
    // SAFETY: counts a register down.
    unsafe {
        asm!("2:", "subs {n}, {n}, #1", "nop", "b.pl 2b", n = inout(reg) round & 15 => _, options(nomem, nostack));
    }
}

/// Takes the figures.
pub fn run(machine: &'static Machine<'static>, count: u64, report: &mut Report) {
    self_sgi(count, report);
    timer_late(count, false, report);
    timer_late(count.min(1024), true, report);
    if let [_, second, ..] = *machine.cpus {
        cpu_on(second, report);
        ping_pong(machine, second, count, report);
    }
}

/// A hint that does nothing: those who count a CPU's instructions from outside see here that a measurement begins or
/// ends (`xtask/src/bench/count.c`).
fn mark() {
    // SAFETY: a hint without a meaning does nothing.
    unsafe { core::arch::asm!("hint #127", options(nostack, preserves_flags)) };
}

fn self_sgi(count: u64, report: &mut Report) {
    let word = gic::sgi_word(0, cpu::affinity(), SELF);
    cpu::irq_unmask();
    let from = timer::now();
    mark();
    for _ in 0..count {
        let before = HANDLED.load(Relaxed);
        gic::send(word);
        while HANDLED.load(Relaxed) == before {
            spin_loop();
        }
    }
    mark();
    report.mean("sgi_self", timer::now() - from, count);

    let mut entry = 0;
    for round in 0..count {
        shift_phase(round);
        let before = HANDLED.load(Relaxed);
        let sent = timer::now();
        gic::send(word);
        while HANDLED.load(Relaxed) == before {
            spin_loop();
        }
        entry += ENTERED.load(Relaxed) - sent;
    }
    report.mean("sgi_self_entry", entry, count);
    cpu::irq_mask();
}

/// How late after its deadline the timer's handler is entered: while the CPU is busy, or from WFI.
fn timer_late(count: u64, idle: bool, report: &mut Report) {
    let (mut sum, mut worst) = (0, 0);
    for round in 0..count {
        shift_phase(round);
        let before = HANDLED.load(Relaxed);
        // From 20 to 36 microseconds ahead, so that whatever programs the timer is done by then.
        let deadline = timer::now() + timer::us_to_ticks(20 + (round & 15));
        timer::arm(deadline);
        if idle {
            while HANDLED.load(Relaxed) == before {
                cpu::wait_for_irq();
            }
        } else {
            cpu::irq_unmask();
            while HANDLED.load(Relaxed) == before {
                spin_loop();
            }
            cpu::irq_mask();
        }
        let late = ENTERED.load(Relaxed).saturating_sub(deadline);
        sum += late;
        worst = late.max(worst);
    }
    let names = if idle {
        ["timer_late_idle", "timer_late_idle_max"]
    } else {
        ["timer_late_busy", "timer_late_busy_max"]
    };
    report.mean(names[0], sum, count);
    report.add(names[1], timer::ticks_to_ns(worst));
}

/// CPU_ON to the first instruction of the started CPU, which then turns itself off.
fn cpu_on(target: u64, report: &mut Report) {
    static LAUNCH: Launch = Launch::new();
    const ROUNDS: u64 = 32;
    let (mut sum, mut worst) = (0, 0);
    for round in 0..ROUNDS {
        shift_phase(round);
        LAUNCH.stamp_only(psci::conduit());
        let from = timer::now();
        if let Err(code) = psci::cpu_on(target, secondary_entry(), LAUNCH.context()) {
            println!("micro: CPU_ON of {target:#x} failed: {code}");
            return;
        }
        // Out of the way: on one host CPU the other one has to get its turn.
        while LAUNCH.stamp().is_none() || !psci::is_off(target) {
            sleep_us(200);
        }
        let took = LAUNCH.stamp().unwrap_or(from).saturating_sub(from);
        sum += took;
        worst = took.max(worst);
    }
    report.mean("cpu_on", sum, ROUNDS);
    report.add("cpu_on_max", timer::ticks_to_ns(worst));
}

/// Waits in WFI for a while, with the timer's interrupt.
pub fn sleep_us(us: u64) {
    let before = HANDLED.load(Relaxed);
    timer::arm(timer::now() + timer::us_to_ticks(us));
    while HANDLED.load(Relaxed) == before {
        cpu::wait_for_irq();
    }
}

extern "C" fn second_cpu(machine: u64) -> ! {
    // SAFETY: `ping_pong` passes the machine, which lives for ever.
    let machine = unsafe { &*(machine as *const Machine<'static>) };
    gic::init_cpu(machine);
    READY.store(1, Relaxed);
    loop {
        cpu::wait_for_irq();
    }
}

/// An SGI there and one back, both CPUs in WFI.
fn ping_pong(machine: &'static Machine<'static>, target: u64, count: u64, report: &mut Report) {
    ANSWER.store(gic::sgi_word(0, cpu::affinity(), PONG), Relaxed);
    let word = gic::sgi_word(1, target, PING);
    if let Err(code) = run_second(target, second_cpu, core::ptr::from_ref(machine) as u64) {
        println!("micro: CPU_ON of {target:#x} failed: {code}");
        return;
    }
    while READY.load(Relaxed) == 0 {
        sleep_us(200);
    }
    sleep_us(200);
    let from = timer::now();
    for _ in 0..count {
        let before = HANDLED.load(Relaxed);
        gic::send(word);
        while HANDLED.load(Relaxed) == before {
            cpu::wait_for_irq();
        }
    }
    report.mean("ipi_round_trip", timer::now() - from, count);
}
