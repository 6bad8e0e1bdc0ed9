// SPDX-License-Identifier: GPL-2.0-only
//! Secondary CPUs: started one after the other by PSCI or from a spin table.
//!
//! The boot CPU is number 0 wherever it stands in `/cpus`; the others are numbered in the order of the tree. A CPU that
//! does not come up is reported and left out; one that comes late finds that and stops.

use crate::percpu::{CpuId, MAX_CPUS, PerCpu};
use arch::cpu::Mpidr;
use core::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use core::sync::atomic::{AtomicU32, AtomicU64};

static ONLINE: AtomicU32 = AtomicU32::new(1);
static MPIDRS: PerCpu<AtomicU64> = PerCpu::new([const { AtomicU64::new(u64::MAX) }; MAX_CPUS]);

/// The CPUs that are up, as a mask of their numbers. Context: any.
#[inline]
pub fn online_mask() -> u32 {
    ONLINE.load(Acquire)
}

/// Whether a CPU is up. Context: any.
#[inline]
pub fn is_online(cpu: CpuId) -> bool {
    online_mask().checked_shr(u32::from(cpu.0)).unwrap_or(0) & 1 != 0
}

/// Calls `f` for every CPU that is up. Context: any.
pub fn for_each_online(mut f: impl FnMut(CpuId)) {
    let mask = online_mask();
    (0..MAX_CPUS as u16).map(CpuId).filter(|c| mask >> c.0 & 1 != 0).for_each(&mut f);
}

pub(crate) fn set_offline(cpu: CpuId) {
    ONLINE.fetch_and(!(1 << cpu.0), SeqCst);
}

/// The affinity of a CPU, once it was started. Context: any.
pub fn mpidr(cpu: CpuId) -> Option<Mpidr> {
    if cpu.index() >= MAX_CPUS {
        return None;
    }
    let value = MPIDRS.of(cpu).load(Relaxed);
    (value != u64::MAX).then_some(Mpidr(value))
}

/// Notes the boot CPU's affinity. Boot only.
pub fn init_boot() {
    MPIDRS.of(CpuId(0)).store(arch::cpu::mpidr().0, Relaxed);
}

/// What a CPU runs, once it is up: never returns.
pub type SecondaryMain = fn(CpuId) -> !;

pub use start::start_all;

mod start {
    use super::*;
    use crate::dt::machine::{self, Cpu, EnableMethod};
    use crate::dt::{DtError, Fdt};
    use crate::error::{Error, Result};
    use crate::mm::space;
    use crate::{irq, percpu, power, time};
    use alloc::boxed::Box;
    use alloc::format;
    use arch::mmu::SecondaryBoot;
    use arch::{PhysAddr, VirtAddr};
    use core::cell::UnsafeCell;
    use core::mem::MaybeUninit;
    use spin::Once;

    /// How long a CPU may take to come up.
    const TIMEOUT_US: u64 = 1_000_000;
    /// Attempts to start a CPU that are told apart.
    const ATTEMPTS: usize = 2 * MAX_CPUS;

    const IDLE: u32 = 0;
    const STARTING: u32 = 1;
    const UP: u32 = 2;
    const GIVEN_UP: u32 = 3;

    /// One attempt to start a CPU.
    struct Attempt {
        state: AtomicU32,
        cpu: AtomicU32,
        boot: UnsafeCell<MaybeUninit<SecondaryBoot>>,
    }

    // SAFETY: `boot` is written by the boot CPU before the attempt's CPU is started, and by nobody afterwards.
    unsafe impl Sync for Attempt {}

    static PLAN: [Attempt; ATTEMPTS] = [const {
        Attempt {
            state: AtomicU32::new(IDLE),
            cpu: AtomicU32::new(0),
            boot: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }; ATTEMPTS];

    static MAIN: Once<SecondaryMain> = Once::new();

    /// The first Rust code of a secondary CPU, on its own stack and the final map.
    extern "C" fn entry(attempt: usize) -> ! {
        let Some(plan) = PLAN.get(attempt) else { arch::cpu::halt() };
        arch::vectors::set_base();
        let cpu = CpuId(plan.cpu.load(Relaxed) as u16);
        percpu::init_secondary(cpu);
        let ready = irq::init_secondary();
        // From here on the number is this CPU's, unless the boot CPU no longer waits.
        if ready.is_err() || plan.state.compare_exchange(STARTING, UP, SeqCst, SeqCst).is_err() {
            plan.state.store(GIVEN_UP, SeqCst);
            arch::cpu::halt();
        }
        match MAIN.get() {
            Some(main) => main(cpu),
            None => arch::cpu::halt(),
        }
    }

    /// Starts all CPUs of the tree, up to `max` with the boot CPU, and returns how many are up. `main` is what they run.
    /// Context: boot CPU, with the interrupt controller set up.
    ///
    /// # Errors
    /// The tree has no `/cpus`.
    pub fn start_all(fdt: Fdt<'_>, max: usize, main: SecondaryMain) -> Result<usize, DtError> {
        MAIN.call_once(|| main);
        let boot_cpu = arch::cpu::mpidr();
        let (mut count, mut attempt) = (1, 0);
        machine::cpus(fdt, &mut |cpu| {
            let cpu = match cpu {
                Ok(cpu) => cpu,
                Err(error) => return log::error!("a CPU is left out: {error}"),
            };
            if cpu.mpidr == boot_cpu || count >= max.min(MAX_CPUS) {
                return;
            }
            let number = CpuId(count as u16);
            match start(&cpu, number, attempt) {
                Ok(()) => count += 1,
                Err(error) => log::error!("the CPU with MPIDR {:#x} is left out: {error}", cpu.mpidr.0),
            }
            attempt += 1;
        })?;
        Ok(count)
    }

    fn failed(why: alloc::string::String) -> Error {
        Error::Invalid { what: "start of a CPU", why }
    }

    fn start(cpu: &Cpu, number: CpuId, attempt: usize) -> Result<()> {
        let enable = cpu.enable?;
        let plan = PLAN.get(attempt).ok_or_else(|| failed("too many CPUs failed before".into()))?;
        let stack = space::alloc_stack(arch::STACK_SIZE)?;
        let root = space::root().ok_or(crate::mm::MemError::NotReady)?;
        let boot = arch::mmu::secondary_boot(root, stack.top(), entry, attempt);
        // SAFETY: no CPU was told of this attempt yet.
        unsafe { (*plan.boot.get()).write(boot) };
        // The CPU reads it with its caches off.
        arch::cache::clean_invalidate(VirtAddr(plan.boot.get().addr()), size_of::<SecondaryBoot>());
        let argument = PhysAddr(plan.boot.get().addr() as u64);
        plan.cpu.store(u32::from(number.0), Relaxed);
        MPIDRS.of(number).store(cpu.mpidr.0, Relaxed);
        percpu::set_cpu_count(number.index() + 1);
        plan.state.store(STARTING, SeqCst);
        let result = release(cpu, enable, argument).and_then(|()| wait(plan));
        match result {
            Ok(()) => {
                ONLINE.fetch_or(1 << number.0, SeqCst);
                Box::leak(Box::new(stack));
                Ok(())
            }
            Err((error, stack_in_use)) => {
                MPIDRS.of(number).store(u64::MAX, Relaxed);
                percpu::set_cpu_count(number.index());
                if stack_in_use {
                    Box::leak(Box::new(stack));
                }
                Err(error)
            }
        }
    }

    /// Lets the CPU go. On an error also tells whether it may have started all the same.
    fn release(cpu: &Cpu, enable: EnableMethod, argument: PhysAddr) -> Result<(), (Error, bool)> {
        let entry = arch::mmu::secondary_entry();
        match enable {
            EnableMethod::Psci => {
                power::cpu_on(cpu.mpidr, entry, argument.0).map_err(|e| (failed(format!("{e}")), false))
            }
            EnableMethod::SpinTable(address) => {
                arch::mmu::set_spin_table_argument(argument);
                let word = space::map_device(address, 8).map_err(|e| (e, false))?;
                // SAFETY: the release address is a naturally aligned 8-byte word by the binding; `registers` checks that.
                let Some(word) = (unsafe { word.registers::<AtomicU64>(0) }) else {
                    return Err((failed(format!("cpu-release-addr {address} is not aligned to 8")), false));
                };
                word.store(entry.0, SeqCst);
                arch::cpu::sev();
                Ok(())
            }
        }
    }

    fn wait(plan: &Attempt) -> Result<(), (Error, bool)> {
        let deadline = time::now_ns() + TIMEOUT_US * 1000;
        loop {
            match plan.state.load(SeqCst) {
                UP => return Ok(()),
                GIVEN_UP => return Err((failed("its interrupt interface cannot be set up".into()), true)),
                _ if time::now_ns() < deadline => arch::cpu::relax(),
                _ => break,
            }
        }
        match plan.state.compare_exchange(STARTING, GIVEN_UP, SeqCst, SeqCst) {
            Ok(_) => Err((failed(format!("no sign of life for {} ms", TIMEOUT_US / 1000)), true)),
            Err(UP) => Ok(()),
            Err(_) => Err((failed("its interrupt interface cannot be set up".into()), true)),
        }
    }
}
