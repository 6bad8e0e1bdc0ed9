// SPDX-License-Identifier: GPL-2.0-only
//! Interrupt storms, odd timers, waiting in odd states, and the second CPU that does so all the time.

use crate::run::{self, Runner};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::cpu::{read32, write32};
use guests::machine::{GicFrames, Machine};
use guests::rng::Rng;
use guests::start;
use guests::{cpu, gic, println, psci, read_sysreg, timer, write_sysreg};

/// The EL1 physical timer's interrupt.
const PHYSICAL: u32 = 30;

static STOP: AtomicU64 = AtomicU64::new(0);
static SECOND_OPERATIONS: AtomicU64 = AtomicU64::new(0);
/// How many more SGIs the handler answers with one of its own.
static ECHOES: AtomicU64 = AtomicU64::new(0);

/// Ends whatever comes: timers are stopped, anything that is no SGI is disabled.
pub fn handler(_stamp: u64) {
    let iar = gic::acknowledge();
    match iar & 0x3ff {
        gic::SPURIOUS.. => {
            // Something that cannot be acknowledged (a wrong group) must not hold the CPU for ever.
            timer::disarm();
            write_sysreg!("cntp_ctl_el0", 0);
            if gic::interface().is_some() {
                // A GICv2 of an emulator may lack the registers that acknowledge the other group.
                let gicd = gic::distributor();
                write32(gicd + 0x80, 0); // IGROUPR0
                for n in 1..8 {
                    write32(gicd + 0x180 + 4 * n, u32::MAX); // ICENABLER
                }
            } else {
                write_sysreg!("S3_0_C12_C8_1", read_sysreg!("S3_0_C12_C8_0")); // EOIR0 of IAR0
            }
            return;
        }
        timer::INTID => timer::disarm(),
        PHYSICAL => write_sysreg!("cntp_ctl_el0", 0),
        0..=15 => {
            if ECHOES.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok() {
                gic::send(gic::sgi_word(0, cpu::affinity(), iar & 0xf));
            }
        }
        intid => disable(intid),
    }
    gic::end(iar);
}

/// The banked registers' frame: GICR's SGI page or the distributor.
static BANKED: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

fn this_cpu() -> usize {
    usize::from(!run::is_first())
}

fn disable(intid: u32) {
    let frame = if intid < 32 { BANKED[this_cpu()].load(Relaxed) } else { gic::distributor() };
    if frame != 0 {
        write32(frame + 0x180 + u64::from(intid / 32) * 4, 1 << (intid % 32));
    }
}

/// Puts the interrupt controller and the console back into a state in which this guest can work.
pub fn repair(machine: &Machine<'_>) {
    run::note_first_once();
    cpu::irq_mask();
    timer::disarm();
    write_sysreg!("cntp_ctl_el0", 0);
    let gicd = gic::distributor();
    for n in 0..32 {
        write32(gicd + 0x180 + 4 * n, u32::MAX); // ICENABLER
        write32(gicd + 0x280 + 4 * n, u32::MAX); // ICPENDR
        write32(gicd + 0x380 + 4 * n, u32::MAX); // ICACTIVER
    }
    gic::init(machine);
    repair_cpu(machine);
    let uart = machine.uart.base;
    for (offset, value) in
        [(0x30, 0), (0x38, 0), (0x44, 0x7ff), (0x24, 1), (0x28, 0), (0x2c, 0x70), (0x30, 0x301)]
    {
        write32(uart + offset, value);
    }
    cpu::irq_unmask();
}

/// This CPU's part of it.
fn repair_cpu(machine: &Machine<'_>) {
    let frame = match machine.gic {
        GicFrames::V2 { distributor, cpu_interface } => {
            write32(cpu_interface.base + 0xd0, 0); // GICC_APR0
            distributor.base
        }
        GicFrames::V3 { .. } => {
            write_sysreg!("S3_0_C12_C8_4", 0); // ICC_AP0R0_EL1
            write_sysreg!("S3_0_C12_C9_0", 0); // ICC_AP1R0_EL1
            write_sysreg!("S3_0_C12_C12_4", 0); // ICC_CTLR_EL1
            write_sysreg!("S3_0_C12_C12_3", 0); // ICC_BPR1_EL1
            gic::redistributor(machine).map_or(0, |f| f + 0x1_0000)
        }
    };
    BANKED[this_cpu()].store(frame, Relaxed);
    if frame != 0 {
        for clear in [0x180, 0x280, 0x380] {
            write32(frame + clear, u32::MAX);
        }
    }
    gic::init_cpu(machine);
    if frame != 0 {
        write32(frame + 0x100, 0xffff | 1 << timer::INTID | 1 << PHYSICAL);
    }
}

/// One piece of mischief with interrupts and time.
pub fn random(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>) {
    match rng.below(12) {
        0 => {
            ECHOES.store(rng.below(64), Relaxed);
            gic::send(gic::sgi_word(0, cpu::affinity(), rng.below(16) as u32));
        }
        1 => {
            for n in 0..16 {
                gic::send(gic::sgi_word(0, cpu::affinity(), n));
            }
        }
        2 => gic::send(rng.edgy()),
        3 => gic::send(1 << 40 | rng.below(16) << 24),
        4 => {
            // In the past, now, or so far away that a sum overflows.
            let at = [0, timer::now(), u64::MAX, 1 << 63, timer::now().wrapping_sub(1)];
            timer::arm(rng.pick(&at, 0));
        }
        5 => {
            write_sysreg!("cntp_cval_el0", rng.edgy());
            write_sysreg!("cntp_ctl_el0", rng.below(8));
        }
        6 | 7 => pend(rng),
        8 => wait(rng, machine, false),
        9 => wait(rng, machine, true),
        10 => set_way(rng),
        _ => {
            runner.again(0xd503_203f, [0; 8]); // yield
            runner.again(0xd503_209f, [0; 8]); // sev
        }
    }
    run::count();
}

/// Makes some SPIs pending, enabled and ours, by the distributor.
fn pend(rng: &mut Rng) {
    let gicd = gic::distributor();
    let word = 4 * (1 + rng.below(8));
    let mask = rng.next_u64() as u32;
    // On GICv2 some of them in the group that IAR does not give.
    write32(gicd + 0x80 + word, if gic::is_v3() { u32::MAX } else { rng.next_u64() as u32 });
    if !gic::is_v3() {
        for n in 0..8 {
            write32(gicd + 0x800 + word * 8 + 4 * n, 0x0303_0303 & rng.next_u64() as u32);
        }
    }
    write32(gicd + 0x200 + word, mask);
    write32(gicd + 0x100 + word, mask);
}

/// Waits with a timer that is odd and another one that surely comes.
fn wait(rng: &mut Rng, machine: &Machine<'_>, for_event: bool) {
    cpu::irq_mask();
    gic::init(machine);
    repair_cpu(machine);
    write_sysreg!("cntp_cval_el0", read_sysreg!("cntpct_el0") + timer::us_to_ticks(20 + rng.below(200)));
    write_sysreg!("cntp_ctl_el0", 1);
    write_sysreg!("cntv_cval_el0", timer::now().wrapping_add(rng.edgy()));
    write_sysreg!("cntv_ctl_el0", rng.below(8));
    if for_event {
        // SAFETY: waits for an event, of which one is sent just before.
        unsafe { core::arch::asm!("sev", "wfe", "wfe", options(nostack)) };
    } else {
        cpu::wfi();
    }
    cpu::irq_unmask();
}

/// Cache upkeep by set and way.
fn set_way(rng: &mut Rng) {
    let operand = rng.next_u64() & 0xffff_fffe;
    // SAFETY: cleaning (and invalidating) by set and way loses no data.
    unsafe {
        if rng.below(2) == 0 {
            core::arch::asm!("dc csw, {}", in(reg) operand, options(nostack));
        } else {
            core::arch::asm!("dc cisw, {}", in(reg) operand, options(nostack));
        }
    }
}

static SEED: AtomicU64 = AtomicU64::new(0);

/// Starts the second CPU, if there is one, on a storm of its own.
pub fn start_second(machine: &'static Machine<'static>, seed: u64) {
    let Some(&target) = machine.cpus.get(1) else { return };
    SEED.store(seed, Relaxed);
    if let Err(code) = start::run_second(target, second_cpu, core::ptr::from_ref(machine) as u64) {
        println!("hostile: CPU_ON of {target:#x} failed: {code}");
    }
}

extern "C" fn second_cpu(machine: u64) -> ! {
    // SAFETY: `start_second` passes the machine, which lives for ever.
    let machine = unsafe { &*(machine as *const Machine<'static>) };
    let mut rng = Rng::new(SEED.load(Relaxed) ^ 0x32);
    let mut runner = Runner::new(1, 0);
    repair_cpu(machine);
    cpu::irq_unmask();
    while STOP.load(Relaxed) == 0 {
        match rng.below(4) {
            0 => crate::sysreg::random(&mut runner, &mut rng),
            1 => crate::calls::random(&mut runner, &mut rng, machine),
            _ => random(&mut runner, &mut rng, machine),
        }
        SECOND_OPERATIONS.fetch_add(1, Relaxed);
    }
    cpu::irq_mask();
    psci::cpu_off()
}

/// The last act: the second CPU goes and comes back at addresses where nothing is.
pub fn finale(runner: &mut Runner, machine: &Machine<'_>) {
    runner.enter("finale", machine);
    println!("hostile: second CPU did {} operations", SECOND_OPERATIONS.load(Relaxed));
    let Some(&target) = machine.cpus.get(1) else { return };
    STOP.store(1, Relaxed);
    for _ in 0..1000 {
        if psci::is_off(target) {
            break;
        }
        gic::send(gic::sgi_word(1, target, 5));
        let until = timer::now() + timer::us_to_ticks(100);
        while timer::now() < until {}
    }
    let entry = 0x7f_ffff_f000;
    match psci::cpu_on(target, entry, u64::MAX) {
        Ok(()) => println!("hostile: second CPU starts at {entry:#x}"),
        Err(code) => println!("hostile: CPU_ON at {entry:#x} refused: {code}"),
    }
    run::count();
    let until = timer::now() + timer::us_to_ticks(20_000);
    while timer::now() < until {}
    let _ = read32(machine.uart.base + 0x18);
}
