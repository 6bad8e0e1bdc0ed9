// SPDX-License-Identifier: GPL-2.0-only
//! Exceptions that the program provokes: what the vectors get is what hardware would give.

use crate::report::{check, equal};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::vectors::{Frame, set_handler};
use guests::{read_sysreg, write_sysreg};

/// An address where no device is.
const HOLE: u64 = 0x7000_0000;

/// Exception classes (Arm ARM D24.2.37, ESR_EL1.EC).
pub mod class {
    /// UNDEFINED.
    pub const UNKNOWN: u64 = 0x00;
    /// Instruction abort at EL1.
    pub const INSTRUCTION: u64 = 0x21;
    /// Data abort at EL1.
    pub const DATA: u64 = 0x25;
    /// Breakpoint at EL1.
    pub const BREAKPOINT: u64 = 0x31;
    /// Software step at EL1.
    pub const STEP: u64 = 0x33;
    /// Watchpoint at EL1.
    pub const WATCHPOINT: u64 = 0x35;
    /// BRK.
    pub const BRK: u64 = 0x3c;
}

/// How many exceptions came, and the last one's syndrome, return address and fault address.
static SEEN: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// The exceptions that came while something ran.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caught {
    /// How many.
    pub count: u64,
    /// ESR_EL1 of the last.
    pub esr: u64,
    /// ELR_EL1 of the last.
    pub elr: u64,
    /// FAR_EL1 of the last.
    pub far: u64,
}

impl Caught {
    /// Exception class of the last.
    pub fn class(self) -> u64 {
        self.esr >> 26
    }
}

/// Runs `f` and gives the exceptions that came.
pub fn catch(f: impl FnOnce()) -> Caught {
    SEEN.iter().for_each(|word| word.store(0, Relaxed));
    f();
    let [count, esr, elr, far] = [0, 1, 2, 3].map(|n: usize| SEEN[n].load(Relaxed));
    Caught { count, esr, elr, far }
}

/// Installs the handler.
pub fn install() {
    set_handler(handle);
}

fn handle(frame: &mut Frame) -> bool {
    if frame.vector != 4 {
        return false;
    }
    for (word, value) in SEEN.iter().zip([SEEN[0].load(Relaxed) + 1, frame.esr, frame.elr, frame.far]) {
        word.store(value, Relaxed);
    }
    match frame.esr >> 26 {
        class::UNKNOWN | class::DATA | class::BRK => frame.elr += 4,
        class::INSTRUCTION => frame.elr = frame.x[30],
        class::BREAKPOINT => write_sysreg!("dbgbcr0_el1", 0),
        class::WATCHPOINT => write_sysreg!("dbgwcr0_el1", 0),
        class::STEP => {
            // PSTATE.SS: once more, twice in all.
            if SEEN[0].load(Relaxed) < 2 {
                frame.spsr |= 1 << 21;
            } else {
                write_sysreg!("mdscr_el1", read_sysreg!("mdscr_el1") & !1);
                frame.spsr &= !(1 << 21);
            }
        }
        _ => return false,
    }
    true
}

/// Holes, and registers that a guest does not have.
pub fn run() {
    let read = catch(|| {
        // SAFETY: the handler skips the load.
        unsafe { asm!("ldr {0:w}, [{1}]", out(reg) _, in(reg) HOLE + 0x24, options(nostack)) };
    });
    // A synchronous external abort, not on a table walk (DFSC 0x10), of a read.
    let right = read.count == 1 && read.class() == class::DATA && read.esr & 0x3f == 0x10;
    check(
        "read of a hole",
        right && read.far == HOLE + 0x24 && read.esr & 1 << 6 == 0,
        format_args!("{read:x?}"),
    );
    let write = catch(|| {
        // SAFETY: the handler skips the store.
        unsafe { asm!("strb wzr, [{0}]", in(reg) HOLE + 3, options(nostack)) };
    });
    let right = write.count == 1 && write.class() == class::DATA && write.esr & 0x3f == 0x10;
    check(
        "write to a hole",
        right && write.far == HOLE + 3 && write.esr & 1 << 6 != 0,
        format_args!("{write:x?}"),
    );
    let jump = catch(|| {
        // SAFETY: the handler comes back to the return address.
        unsafe { asm!("blr {0}", in(reg) HOLE, out("x30") _, options(nostack)) };
    });
    let right = jump.count == 1 && jump.class() == class::INSTRUCTION && jump.esr & 0x3f == 0x10;
    check("jump to a hole", right && jump.elr == HOLE && jump.far == HOLE, format_args!("{jump:x?}"));
    equal("no PMU announced", read_sysreg!("id_aa64dfr0_el1") >> 8 & 0xf, 0);
    let pmu = catch(|| {
        read_sysreg!("pmcr_el0");
    });
    check("pmu undefined", pmu.count == 1 && pmu.class() == class::UNKNOWN, format_args!("{pmu:x?}"));
    let el2 = catch(|| {
        read_sysreg!("hcr_el2");
    });
    check(
        "el2 register undefined",
        el2.count == 1 && el2.class() == class::UNKNOWN,
        format_args!("{el2:x?}"),
    );
}
