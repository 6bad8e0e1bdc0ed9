// SPDX-License-Identifier: GPL-2.0-only
//! A guest that does everything wrong: every system register, every offset of every device with
//! every kind of access, wild addresses and calls, interrupt storms, on two CPUs. It catches what
//! hits itself and goes on; whatever else it brings down is a bug of the hypervisor.
//!
//! The same seed does the same operations in the same order (the second CPU's interleaving aside).
//! Boot arguments: `seed=N` (1), `ops=N` in all (1 500 000), `modes=A,B...` out of sysreg, mmio,
//! mix, finale (these four), rings, which wants virtio devices, and pci, which wants some behind a host bridge; `jumps=0` leaves
//! out jumps to devices, whose registers a bare machine would run as instructions. The last line is `hostile: end: N operations seed S`, then SYSTEM_OFF.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod calls;
#[cfg(target_os = "none")]
mod mmio;
#[cfg(target_os = "none")]
mod pci;
#[cfg(target_os = "none")]
mod rings;
#[cfg(target_os = "none")]
mod run;
#[cfg(target_os = "none")]
mod storm;
#[cfg(target_os = "none")]
mod sysreg;

#[cfg(target_os = "none")]
mod bare {
    use crate::run::{self, Runner};
    use crate::{calls, mmio, pci, rings, storm, sysreg};
    use guests::machine::Machine;
    use guests::rng::Rng;
    use guests::{args, gic, println, psci};

    guests::entry!(main);
    guests::irq_handler!(storm::handler);

    fn main(machine: &'static Machine<'static>) -> ! {
        let seed = args::number(machine.bootargs, "seed").unwrap_or(1);
        let total = args::number(machine.bootargs, "ops").unwrap_or(1_500_000);
        let modes = args::text(machine.bootargs, "modes").unwrap_or("sysreg,mmio,mix,finale");
        let wants = |mode| modes.split(',').any(|m| m == mode);
        gic::init(machine);
        println!("hostile: begin: {} CPUs seed {seed} ops {total} modes {modes}", machine.cpus.len());
        let mut runner = Runner::new(0, seed);
        runner.jumps = args::number(machine.bootargs, "jumps") != Some(0);
        storm::repair(machine);
        storm::start_second(machine, seed);

        if wants("sysreg") {
            sysreg::sweep(&mut runner, machine);
        }
        if wants("mmio") {
            mmio::sweep(&mut runner, machine);
        }
        if wants("mix") {
            let mut rng = Rng::new(seed ^ 0x006d_6978);
            runner.enter("mix", machine);
            let end = total.max(run::operations() + total / 4);
            while run::operations() < end {
                match rng.below(16) {
                    0..=3 => sysreg::random(&mut runner, &mut rng),
                    4..=8 => mmio::random(&mut runner, &mut rng, machine),
                    9 | 10 => mmio::wild(&mut runner, &mut rng, machine),
                    11..=13 => calls::random(&mut runner, &mut rng, machine),
                    _ => storm::random(&mut runner, &mut rng, machine),
                }
                runner.progress(machine);
            }
        }
        if wants("rings") {
            rings::sweep(&mut runner, machine, total);
        }
        if wants("pci") {
            pci::sweep(&mut runner, machine, total);
        }
        if wants("finale") {
            storm::finale(&mut runner, machine);
        }
        storm::repair(machine);
        println!("hostile: end: {} operations seed {seed}", run::operations());
        psci::system_off()
    }
}

#[cfg(not(target_os = "none"))]
fn main() {}
