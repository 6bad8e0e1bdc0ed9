// SPDX-License-Identifier: GPL-2.0-only
//! Micro-benchmarks of what a hypervisor adds: exits, interrupts, timers, IPIs, CPU_ON, first touch.
//!
//! Each figure is in nanoseconds of the virtual counter; under QEMU's `-icount shift=0` one of them
//! is one executed instruction. A loop's own two instructions are part of its figure, natively as
//! under a hypervisor. The last line but one is `micro: json {"name": instructions, ...}`.
//! Boot arguments: `iterations=N` (4096 if not given); `wait=1` to say `micro: ready` and begin only
//! after a key, so that nothing else has to be typed while it measures; `pause-ms=N` for the time between the key and
//! the beginning (20 if not given); `load=1` to do nothing but keep disk and network devices busy, for ever, and with `peer=CID`
//! also what else is on the PCI bus, with connections to the guest that has this number.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod disk;
#[cfg(target_os = "none")]
mod exits;
#[cfg(target_os = "none")]
mod hold;
#[cfg(target_os = "none")]
mod interrupts;
#[cfg(target_os = "none")]
mod net;
#[cfg(target_os = "none")]
mod pci;
#[cfg(target_os = "none")]
mod report;
#[cfg(target_os = "none")]
mod virtio;

#[cfg(target_os = "none")]
mod bare {
    use crate::{disk, exits, hold, interrupts, net, pci, report::Report};
    use guests::machine::Machine;
    use guests::{args, console, gic, println, psci, timer};

    guests::entry!(main);
    guests::irq_handler!(interrupts::handler);

    fn main(machine: &'static Machine<'static>) -> ! {
        gic::init(machine);
        gic::init_cpu(machine);
        let iterations = args::number(machine.bootargs, "iterations").unwrap_or(4096).clamp(16, 1 << 20);
        if args::number(machine.bootargs, "wait").is_some_and(|n| n != 0) {
            println!("micro: ready");
            while console::typed().is_none() {
                interrupts::sleep_us(1000);
            }
            let pause = args::number(machine.bootargs, "pause-ms").unwrap_or(20);
            interrupts::sleep_us(pause.min(60_000) * 1000);
        }
        println!(
            "micro: begin: {} CPUs, GICv{}, counter {} Hz, {} iterations",
            machine.cpus.len(),
            if gic::is_v3() { 3 } else { 2 },
            timer::frequency(),
            iterations
        );
        let mut report = Report::new();
        if args::number(machine.bootargs, "load").is_some_and(|n| n != 0) {
            println!("micro: load");
            let mut held = args::number(machine.bootargs, "peer").map(|_| hold::begin(machine));
            loop {
                disk::run(machine, 64, &mut report);
                pci::run(machine, 64, &mut report);
                net::run(machine, 64, &mut report);
                if let Some(held) = &mut held {
                    (0..16).for_each(|_| held.round());
                }
            }
        }
        exits::run(machine, iterations, &mut report);
        disk::run(machine, iterations, &mut report);
        pci::run(machine, iterations, &mut report);
        net::run(machine, iterations, &mut report);
        interrupts::run(machine, iterations, &mut report);
        report.print();
        println!("micro: end");
        psci::system_off()
    }
}

#[cfg(not(target_os = "none"))]
fn main() {}
