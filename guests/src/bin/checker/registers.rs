// SPDX-License-Identifier: GPL-2.0-only
//! Registers stay a vCPU's own: both CPUs fill theirs with patterns that no other vCPU of no other guest has, and look at
//! them again and again, while the hypervisor switches between vCPUs.

use crate::interrupts::{sleep_us, wait_until};
use crate::report::check;
use core::arch::global_asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::machine::Machine;
use guests::start::run_second;
use guests::{args, gic, psci, read_sysreg, timer, write_sysreg};

// checker_fill(x0): v0 to v31 from x0, FPCR and FPSR from its low bits.
// checker_compare(x0): how many of them are not as filled.
global_asm!(
    ".arch_extension fp",
    ".arch_extension simd",
    ".globl checker_fill",
    "checker_fill:",
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31",
    "    add x1, x0, #\\n",
    "    mvn x2, x1",
    "    mov v\\n\\().d[0], x1",
    "    mov v\\n\\().d[1], x2",
    ".endr",
    "    and x1, x0, #3",
    "    lsl x1, x1, #22", // FPCR.RMode
    "    msr fpcr, x1",
    "    and x1, x0, #0x1f", // FPSR: cumulative exceptions
    "    msr fpsr, x1",
    "    ret",
    ".globl checker_compare",
    "checker_compare:",
    "    mov x4, xzr",
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31",
    "    add x1, x0, #\\n",
    "    mvn x2, x1",
    "    mov x3, v\\n\\().d[0]",
    "    cmp x3, x1",
    "    cinc x4, x4, ne",
    "    mov x3, v\\n\\().d[1]",
    "    cmp x3, x2",
    "    cinc x4, x4, ne",
    ".endr",
    "    and x1, x0, #3",
    "    lsl x1, x1, #22",
    "    mrs x3, fpcr",
    "    cmp x3, x1",
    "    cinc x4, x4, ne",
    "    and x1, x0, #0x1f",
    "    mrs x3, fpsr",
    "    cmp x3, x1",
    "    cinc x4, x4, ne",
    "    mov x0, x4",
    "    ret",
    ".arch_extension nosimd",
    ".arch_extension nofp",
);

unsafe extern "C" {
    safe fn checker_fill(pattern: u64);
    safe fn checker_compare(pattern: u64) -> u64;
}

/// What each CPU found: rounds, wrong FP registers, wrong other registers.
static FOUND: [[AtomicU64; 3]; 2] = [const { [const { AtomicU64::new(0) }; 3] }; 2];
/// Counter value at which to end; seed of the patterns.
static END: AtomicU64 = AtomicU64::new(0);
static SEED: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);

/// Fills the registers that are not for computing.
fn fill_others(pattern: u64) {
    write_sysreg!("tpidr_el0", pattern);
    write_sysreg!("tpidrro_el0", !pattern);
    write_sysreg!("tpidr_el1", pattern ^ 0xaaaa);
    write_sysreg!("par_el1", pattern & 0x00ff_ffff_ffff_f000);
    write_sysreg!("dbgbvr1_el1", pattern & 0xffff_fffc);
    write_sysreg!("dbgwvr1_el1", pattern & 0xffff_fff8);
}

/// How many of them have changed.
fn compare_others(pattern: u64) -> u64 {
    let wrong = [
        read_sysreg!("tpidr_el0") != pattern,
        read_sysreg!("tpidrro_el0") != !pattern,
        read_sysreg!("tpidr_el1") != pattern ^ 0xaaaa,
        read_sysreg!("par_el1") & 0x00ff_ffff_ffff_f000 != pattern & 0x00ff_ffff_ffff_f000,
        read_sysreg!("dbgbvr1_el1") != pattern & 0xffff_fffc,
        read_sysreg!("dbgwvr1_el1") != pattern & 0xffff_fff8,
    ];
    wrong.iter().map(|wrong| u64::from(*wrong)).sum()
}

/// One CPU's part: fill, then look after each of many sleeps of different lengths, some of no length at all.
fn compare(index: usize) {
    write_sysreg!("cpacr_el1", 3 << 20);
    let end = END.load(Relaxed);
    let (mut rounds, mut fp, mut others) = (0u64, 0, 0);
    while timer::now() < end {
        let pattern =
            SEED.load(Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (index as u64) << 40 ^ rounds << 6;
        checker_fill(pattern);
        fill_others(pattern);
        for step in 0..16 {
            if step % 4 == 3 {
                let until = timer::now() + timer::us_to_ticks(300);
                while timer::now() < until {}
            } else {
                sleep_us(50 + 40 * step);
            }
            fp += checker_compare(pattern);
            others += compare_others(pattern);
            rounds += 1;
        }
    }
    for (word, value) in FOUND[index & 1].iter().zip([rounds, fp, others]) {
        word.store(value, Relaxed);
    }
}

extern "C" fn second(machine: u64) -> ! {
    // SAFETY: `run` passes the machine, which lives for ever.
    let machine = unsafe { &*(machine as *const Machine<'static>) };
    gic::init_cpu(machine);
    compare(1);
    DONE.store(1, Relaxed);
    psci::cpu_off()
}

/// All of it, on two CPUs if there are two.
pub fn run(machine: &'static Machine<'static>) {
    let option = |name, default| args::number(machine.bootargs, name).unwrap_or(default);
    SEED.store(option("seed", 1), Relaxed);
    END.store(timer::now() + timer::us_to_ticks(option("switch-ms", 2000) * 1000), Relaxed);
    let mut cpus = 1;
    if let [_, other, ..] = *machine.cpus {
        let answer = run_second(other, second, core::ptr::from_ref(machine) as u64);
        check("second cpu for registers", answer.is_ok(), format_args!("{answer:?}"));
        cpus = 2;
    }
    compare(0);
    if cpus == 2 {
        wait_until(10_000_000, || DONE.load(Relaxed) == 1);
    }
    for found in FOUND.iter().take(cpus) {
        let [rounds, fp, others] = [0, 1, 2].map(|n: usize| found[n].load(Relaxed));
        check("fp and simd registers", rounds > 0 && fp == 0, format_args!("{fp} wrong in {rounds} rounds"));
        check("thread, address and debug registers", others == 0, format_args!("{others} wrong"));
        guests::println!("checker: {rounds} rounds");
    }
}
