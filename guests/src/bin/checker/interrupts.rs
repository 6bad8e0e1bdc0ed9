// SPDX-License-Identifier: GPL-2.0-only
//! Interrupts: counted by INTID; their devices are quieted in the handler.

use crate::report::check;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use guests::cpu::{self, write32};
use guests::machine::Machine;
use guests::{gic, read_sysreg, timer, write_sysreg};

/// INTIDs that are counted.
const COUNTED: usize = 256;
/// PPI of the physical timer.
const PHYSICAL: u32 = 30;

static COUNTS: [AtomicU32; COUNTED] = [const { AtomicU32::new(0) }; COUNTED];
/// For each INTID a register that takes 1 and lowers the interrupt's line; 0 for none.
static QUIET: [AtomicU64; COUNTED] = [const { AtomicU64::new(0) }; COUNTED];

/// How often this interrupt came, on all CPUs.
pub fn count(intid: u32) -> u32 {
    COUNTS.get(intid as usize).map_or(0, |c| c.load(Relaxed))
}

/// Enables SPI `intid`, level-sensitive, for the first CPU, with the register that lowers its line.
pub fn enable_spi(intid: u32, quiet: u64) {
    if let Some(slot) = QUIET.get(intid as usize) {
        slot.store(quiet, Relaxed);
    }
    let (gicd, n) = (gic::distributor(), u64::from(intid));
    let priorities = gicd + 0x400 + (n & !3);
    write32(priorities, 0xa0a0_a0a0);
    if !gic::is_v3() {
        write32(gicd + 0x800 + (n & !3), 0x0101_0101);
    }
    write32(gicd + 0x100 + (n / 32) * 4, 1 << (n % 32));
}

/// The IRQ handler of both CPUs.
pub fn handler(_stamp: u64) {
    let iar = gic::acknowledge();
    let intid = iar & 0x3ff;
    if intid >= gic::SPURIOUS {
        return;
    }
    match intid {
        timer::INTID => timer::disarm(),
        PHYSICAL => write_sysreg!("cntp_ctl_el0", 0),
        _ => {
            let quiet = QUIET.get(intid as usize).map_or(0, |q| q.load(Relaxed));
            if quiet != 0 {
                write32(quiet, 1);
            }
        }
    }
    if let Some(count) = COUNTS.get(intid as usize) {
        count.fetch_add(1, Relaxed);
    }
    gic::end(iar);
}

/// Lets the handler run for what is pending.
pub fn take_pending() {
    cpu::irq_unmask();
    cpu::isb();
    cpu::irq_mask();
}

/// Waits in WFI for some time, and takes what interrupts come. For both CPUs, each with its own timer.
pub fn sleep_us(us: u64) {
    let deadline = timer::now() + timer::us_to_ticks(us);
    while timer::now() < deadline {
        timer::arm(deadline);
        cpu::wait_for_irq();
    }
    timer::disarm();
}

/// Waits until `done`, at most for some time; gives whether it is.
pub fn wait_until(most_us: u64, done: impl Fn() -> bool) -> bool {
    let end = timer::now() + timer::us_to_ticks(most_us);
    while !done() {
        if timer::now() > end {
            return false;
        }
        sleep_us(200);
    }
    true
}

/// The emulated physical timer, and an SGI to itself.
pub fn run(machine: &Machine<'_>) {
    let banked = gic::redistributor(machine).map_or(gic::distributor(), |frame| frame + 0x1_0000);
    write32(banked + 0x100, 1 << PHYSICAL);
    let before = count(PHYSICAL);
    let deadline = read_sysreg!("cntpct_el0") + timer::us_to_ticks(1500);
    write_sysreg!("cntp_cval_el0", deadline);
    write_sysreg!("cntp_ctl_el0", 1);
    let came = wait_until(1_000_000, || count(PHYSICAL) != before);
    let now = read_sysreg!("cntpct_el0");
    sleep_us(3000);
    let times = count(PHYSICAL) - before;
    check("physical timer", came && now >= deadline && times == 1, format_args!("{times} interrupts"));
    let before = count(9);
    gic::send(gic::sgi_word(0, cpu::affinity(), 9));
    let came = wait_until(1_000_000, || count(9) != before);
    check("sgi to itself", came, "it does not come");
}
