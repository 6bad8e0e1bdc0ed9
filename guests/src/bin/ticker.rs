// SPDX-License-Identifier: GPL-2.0-only
//! Prints `ticker: N` with the time at a steady pace, from the virtual timer's interrupt in WFI, and
//! says when it is late: proof that a guest keeps running while others do their worst.
//!
//! Boot arguments: `period=MILLISECONDS` (100), `count=TICKS` (endless when missing or 0; then the
//! machine is turned off), `late=TENTHS` (20: late by more than two periods is reported).
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod bare {
    use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use guests::machine::Machine;
    use guests::{args, cpu, gic, println, psci, timer};

    guests::entry!(main);
    guests::irq_handler!(handler);

    /// Timer interrupts taken.
    static TICKS: AtomicU64 = AtomicU64::new(0);
    /// Counter at the last one's entry.
    static ENTERED: AtomicU64 = AtomicU64::new(0);

    fn handler(stamp: u64) {
        let iar = gic::acknowledge();
        if iar & 0x3ff == timer::INTID {
            timer::disarm();
            ENTERED.store(stamp, Relaxed);
            TICKS.store(TICKS.load(Relaxed) + 1, Relaxed);
        }
        if iar & 0x3ff < gic::SPURIOUS {
            gic::end(iar);
        }
    }

    fn main(machine: &'static Machine<'static>) -> ! {
        gic::init(machine);
        gic::init_cpu(machine);
        let option = |name, default| args::number(machine.bootargs, name).unwrap_or(default);
        let period = timer::us_to_ticks(option("period", 100).clamp(1, 3_600_000) * 1000);
        let allowed = period * option("late", 20).max(1) / 10;
        let count = option("count", 0);
        println!("ticker: begin: period {} us", timer::ticks_to_ns(period) / 1000);
        let (mut late, mut worst, mut tick) = (0u64, 0, 0u64);
        let mut deadline = timer::now() + period;
        loop {
            wait_until(deadline);
            tick += 1;
            let by = ENTERED.load(Relaxed).saturating_sub(deadline);
            worst = by.max(worst);
            if by > allowed {
                late += 1;
                println!("ticker: late: tick {tick} by {} us", timer::ticks_to_ns(by) / 1000);
            }
            println!("ticker: {tick} at {} us", timer::ticks_to_ns(ENTERED.load(Relaxed)) / 1000);
            if tick == count {
                break;
            }
            // A tick that was missed altogether is not made up for: the next one is in the future.
            deadline = (deadline + period).max(timer::now());
        }
        println!("ticker: end: {tick} ticks, {late} late, worst {} us", timer::ticks_to_ns(worst) / 1000);
        psci::system_off()
    }

    fn wait_until(deadline: u64) {
        let before = TICKS.load(Relaxed);
        timer::arm(deadline);
        while TICKS.load(Relaxed) == before {
            cpu::wait_for_irq();
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {}
