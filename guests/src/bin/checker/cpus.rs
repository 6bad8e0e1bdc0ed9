// SPDX-License-Identifier: GPL-2.0-only
//! CPUs go and come (CPU_ON, CPU_OFF, AFFINITY_INFO), and cache upkeep by set and way.

use crate::interrupts::wait_until;
use crate::report::{check, equal};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::machine::Machine;
use guests::start::{device_tree, image, run_second};
use guests::{cpu, psci, read_sysreg, write_sysreg};

const CPU_ON_32: u32 = 0x8400_0003;
const INVALID_PARAMETERS: i64 = -2;
const ALREADY_ON: i64 = -4;
const INVALID_ADDRESS: i64 = -9;

/// Times that the second CPU has come, the argument that it got, and whether it may go.
static CAME: AtomicU64 = AtomicU64::new(0);
static GOT: AtomicU64 = AtomicU64::new(0);
static MAY_GO: AtomicU64 = AtomicU64::new(0);

extern "C" fn second(argument: u64) -> ! {
    GOT.store(argument, Relaxed);
    CAME.fetch_add(1, Relaxed);
    while MAY_GO.load(Relaxed) == 0 {
        core::hint::spin_loop();
    }
    psci::cpu_off()
}

fn affinity_info(target: u64, level: u64) -> i64 {
    psci::call(psci::AFFINITY_INFO, [target, level, 0])
}

/// All of it.
pub fn run(machine: &'static Machine<'static>) {
    let me = cpu::affinity();
    refusals(me);
    if let [_, other, ..] = *machine.cpus {
        equal("affinity_info at the start", affinity_info(other, 0) as u64, 1);
        for round in 1..=3 {
            on_and_off(other, round);
        }
    }
    set_way();
}

fn refusals(me: u64) {
    let entry = image().base;
    let on = |target, entry| psci::call(psci::CPU_ON, [target, entry, 0]);
    let answers = [
        ("cpu_on of itself", on(me, entry), ALREADY_ON),
        ("cpu_on by 32 bits of itself", psci::call(CPU_ON_32, [me, entry, 0]), ALREADY_ON),
        ("cpu_on of nobody", on(0x77, entry), INVALID_PARAMETERS),
        ("cpu_on of a cluster that is not there", on(1 << 32, entry), INVALID_PARAMETERS),
        ("cpu_on outside of RAM", on(me ^ 1, 0x7000_0000), INVALID_ADDRESS),
        ("cpu_on between instructions", on(me ^ 1, entry + 2), INVALID_ADDRESS),
        ("affinity_info of itself", affinity_info(me, 0), 0),
        ("affinity_info of its cluster", affinity_info(me, 1), 0),
        ("affinity_info of nobody", affinity_info(0x77, 0), INVALID_PARAMETERS),
        ("affinity_info of a level that is not there", affinity_info(me, 4), INVALID_PARAMETERS),
    ];
    for (name, found, expected) in answers {
        equal(name, found as u64, expected as u64);
    }
}

fn on_and_off(other: u64, round: u64) {
    MAY_GO.store(0, Relaxed);
    let answer = run_second(other, second, 0x1234_0000 + round);
    let came = wait_until(5_000_000, || CAME.load(Relaxed) == round);
    let got = GOT.load(Relaxed);
    check(
        "cpu_on",
        answer.is_ok() && came && got == 0x1234_0000 + round,
        format_args!("{answer:?} {got:#x}"),
    );
    equal("affinity_info while on", affinity_info(other, 0) as u64, 0);
    let again = psci::cpu_on(other, image().base, 0);
    check("cpu_on while on", again == Err(ALREADY_ON), format_args!("{again:?}"));
    MAY_GO.store(1, Relaxed);
    let off = wait_until(5_000_000, || affinity_info(other, 0) == 1);
    check("cpu_off", off && CAME.load(Relaxed) == round, "it does not go");
}

/// All lines of the caches that the CPU says it has, and the translation controls while they are trapped.
fn set_way() {
    let tree = device_tree();
    let sum = || {
        (0..tree.size / 8).fold(0u64, |sum, n| {
            let word = ((tree.base & !7) as *const u64).wrapping_add(n as usize);
            // SAFETY: the device tree lies in RAM, and nobody writes to it.
            sum.rotate_left(7) ^ unsafe { word.read_volatile() }
        })
    };
    let before = sum();
    let mut lines = 0u64;
    let clidr = read_sysreg!("clidr_el1");
    for level in 0..7u64 {
        // Data or unified.
        if clidr >> (3 * level) & 7 < 2 {
            break;
        }
        write_sysreg!("csselr_el1", level << 1);
        let geometry = read_sysreg!("ccsidr_el1");
        let (sets, ways) = ((geometry >> 13 & 0x7fff) + 1, (geometry >> 3 & 0x3ff) + 1);
        let way_shift = (ways as u32 - 1).leading_zeros().min(31);
        for way in 0..ways {
            for set in 0..sets {
                let line = way << way_shift | set << ((geometry & 7) + 4) | level << 1;
                // SAFETY: cleans and invalidates, which loses nothing.
                unsafe { asm!("dc cisw, {0}", in(reg) line, options(nostack)) };
                lines += 1;
            }
        }
    }
    cpu::dsb();
    // The hypervisor may trap these now. They must still work.
    write_sysreg!("contextidr_el1", 0x2a);
    equal("contextidr while trapped", read_sysreg!("contextidr_el1"), 0x2a);
    let (control, mair) = (cpu::sctlr(), read_sysreg!("mair_el1"));
    write_sysreg!("mair_el1", mair);
    // SAFETY: data cache off and on: nothing but these instructions runs between.
    unsafe {
        asm!("msr sctlr_el1, {0}", "isb", "msr sctlr_el1, {1}", "isb",
            in(reg) control & !(1 << 2), in(reg) control, options(nostack));
    }
    write_sysreg!("contextidr_el1", 0);
    let same = cpu::sctlr() == control && read_sysreg!("mair_el1") == mair && sum() == before;
    check("set and way", lines > 0 && same, format_args!("{lines} lines"));
}
