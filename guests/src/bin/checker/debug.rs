// SPDX-License-Identifier: GPL-2.0-only
//! Self-hosted debug (Arm ARM D2): a breakpoint, a watchpoint, single steps and BRK, each at EL1 itself.

use crate::faults::{Caught, catch, class};
use crate::report::{check, equal};
use core::arch::{asm, global_asm};
use guests::{read_sysreg, write_sysreg};

/// MDSCR_EL1: software step; debug exceptions of EL1 itself; breakpoints and watchpoints.
const SS: u64 = 1;
const KDE: u64 = 1 << 13;
const MDE: u64 = 1 << 15;
/// DBGBCR: on, at EL1, all four bytes.
const BREAK: u64 = 1 | 0b01 << 1 | 0xf << 5;
/// DBGWCR: on, at EL1, stores, all eight bytes.
const WATCH: u64 = 1 | 0b01 << 1 | 0b10 << 3 | 0xff << 5;

global_asm!(
    ".globl checker_target",
    "checker_target:",
    "    mov x0, #40",
    ".globl checker_break",
    "checker_break:",
    "    add x0, x0, #2",
    "    ret",
);

unsafe extern "C" {
    safe fn checker_target() -> u64;
    fn checker_break();
}

/// Runs `f` with debug exceptions of EL1 open (PSTATE.D clear).
fn with_debug(f: impl FnOnce()) {
    // SAFETY: the handler knows every debug exception that is armed.
    unsafe { asm!("msr daifclr, #8", options(nostack)) };
    f();
    // SAFETY: as it was before.
    unsafe { asm!("msr daifset, #8", options(nostack)) };
}

/// All of it.
pub fn run() {
    write_sysreg!("oslar_el1", 0);
    equal("os lock open", read_sysreg!("oslsr_el1") & 2, 0);
    write_sysreg!("mdscr_el1", KDE | MDE);
    breakpoint();
    watchpoint();
    steps();
    let brk = catch(|| {
        // SAFETY: the handler skips it.
        unsafe { asm!("brk #0x123", options(nostack)) };
    });
    let right = brk.count == 1 && brk.class() == class::BRK && brk.esr & 0xffff == 0x123;
    check("brk", right, format_args!("{brk:x?}"));
    write_sysreg!("mdscr_el1", 0);
}

fn breakpoint() {
    let place = checker_break as *const () as u64;
    write_sysreg!("dbgbvr0_el1", place);
    write_sysreg!("dbgbcr0_el1", BREAK);
    let mut result = 0;
    let masked = catch(|| result = checker_target());
    check("breakpoint waits while masked", masked.count == 0 && result == 42, format_args!("{masked:x?}"));
    let hit = catch(|| with_debug(|| result = checker_target()));
    let right = hit.count == 1 && hit.class() == class::BREAKPOINT && hit.elr == place && result == 42;
    check("breakpoint", right, format_args!("{hit:x?} for {place:#x}, result {result}"));
}

fn watchpoint() {
    let mut words = [1u64, 2];
    let place = (&raw mut words[1]) as u64;
    write_sysreg!("dbgwvr0_el1", place);
    write_sysreg!("dbgwcr0_el1", WATCH);
    let store = |at: u64, value: u64| {
        // SAFETY: both words live until the end of this function.
        unsafe { asm!("str {0}, [{1}]", in(reg) value, in(reg) at, options(nostack)) };
    };
    let beside = catch(|| with_debug(|| store(place - 8, 5)));
    check("store beside the watchpoint", beside.count == 0, format_args!("{beside:x?}"));
    let hit = catch(|| with_debug(|| store(place, 7)));
    // SAFETY: reads a local word.
    let value = unsafe { (&raw const words[1]).read_volatile() };
    let right = hit.count == 1 && hit.class() == class::WATCHPOINT && hit.far == place && value == 7;
    check("watchpoint", right, format_args!("{hit:x?} for {place:#x}, value {value}"));
}

/// Two single steps, begun by an exception return with PSTATE.SS set.
fn steps() {
    write_sysreg!("mdscr_el1", KDE | MDE | SS);
    let mut first = 0u64;
    let steps: Caught = catch(|| {
        // SAFETY: returns to its own next instructions with D clear and SS set; I, A, F and the mode stay.
        unsafe {
            asm!(
                "mrs {t}, daif",
                "bic {t}, {t}, #0x200",
                "orr {t}, {t}, #0x200000",
                "add {t}, {t}, #5", // EL1 with its own stack; these bits are zero
                "msr spsr_el1, {t}",
                "adr {f}, 2f",
                "msr elr_el1, {f}",
                "eret",
                "2: nop",
                "nop",
                "nop",
                "msr daifset, #8",
                t = out(reg) _,
                f = out(reg) first,
                options(nostack)
            );
        }
    });
    let right = steps.count == 2 && steps.class() == class::STEP && steps.elr == first + 8;
    check("single steps", right, format_args!("{steps:x?} from {first:#x}"));
}
