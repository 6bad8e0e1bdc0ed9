// SPDX-License-Identifier: GPL-2.0-only
//! Checks from inside that the machine behaves as the architecture says, one line each: `checker: PASS NAME` or
//! `checker: FAIL NAME: WHAT`; then `checker: end: N passed, M failed`.
//!
//! After that it waits for a key: `r` makes it call SYSTEM_RESET2, `w` wait for its watchdog, any other SYSTEM_OFF.
//! Boot arguments, all optional: `seed=N` tells this guest's register patterns from those of another; `trng=1` says that
//! there must be random numbers, `trng=0` that there must be none; `switch-ms=N` for how long registers are compared
//! (2000); `rtc=ADDRESS rtc-irq=INTID alarms=N` a PL031 and how many of its alarms to wait for (1 s each),
//! `timer=ADDRESS timer-irq=INTID` an SP804, `watchdog=ADDRESS` an SP805.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod calls;
#[cfg(target_os = "none")]
mod cpus;
#[cfg(target_os = "none")]
mod debug;
#[cfg(target_os = "none")]
mod devices;
#[cfg(target_os = "none")]
mod faults;
#[cfg(target_os = "none")]
mod interrupts;
#[cfg(target_os = "none")]
mod registers;
#[cfg(target_os = "none")]
mod report;

#[cfg(target_os = "none")]
mod bare {
    use crate::{calls, cpus, debug, devices, faults, interrupts, registers, report};
    use guests::machine::Machine;
    use guests::{args, console, gic, println, psci};

    guests::entry!(main);
    guests::irq_handler!(interrupts::handler);

    fn main(machine: &'static Machine<'static>) -> ! {
        gic::init(machine);
        gic::init_cpu(machine);
        faults::install();
        println!("checker: begin: {} CPUs", machine.cpus.len());
        calls::run(machine);
        interrupts::run(machine);
        faults::run();
        debug::run();
        devices::run(machine);
        cpus::run(machine);
        registers::run(machine);
        report::end();
        loop {
            match console::typed() {
                Some(b'r') => calls::reset2(),
                Some(b'w') => devices::watchdog(args::number(machine.bootargs, "watchdog")),
                Some(_) => psci::system_off(),
                None => interrupts::sleep_us(1000),
            }
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {}
