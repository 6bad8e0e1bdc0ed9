// SPDX-License-Identifier: GPL-2.0-only
//! Runs one instruction at a time out of memory, with chosen registers, and survives its exception.

use core::arch::asm;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use guests::machine::Machine;
use guests::rng::Rng;
use guests::vectors::{Frame, set_handler};
use guests::{cpu, println, start, write_sysreg};

/// Words of code of one CPU.
const WORDS: usize = 1024;
/// Instructions around the one that is tried.
const SPSEL_1: u32 = 0xd500_41bf;
const RET: u32 = 0xd65f_03c0;
const ISB: u32 = 0xd503_3fdf;
const MOV_X10_X30: u32 = 0xaa1e_03ea;
const MOV_X30_X10: u32 = 0xaa0a_03fe;

#[repr(align(4096))]
struct Code(UnsafeCell<[[u32; WORDS]; 2]>);
// SAFETY: each CPU writes and runs its own half only.
unsafe impl Sync for Code {}
static CODE: Code = Code(UnsafeCell::new([[0; WORDS]; 2]));

static OPERATIONS: AtomicU64 = AtomicU64::new(0);
/// Exceptions that were caught: synchronous ones, and SErrors.
static CAUGHT: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
/// Set when the last tried instruction of a CPU took an exception.
static FAULTED: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Operations of all CPUs so far.
pub fn operations() -> u64 {
    OPERATIONS.load(Relaxed)
}

/// Counts an operation that was not made by a [`Runner`].
pub fn count() {
    OPERATIONS.fetch_add(1, Relaxed);
}

/// One CPU's means to try instructions.
pub struct Runner {
    cpu: usize,
    seed: u64,
    mode: &'static str,
    next_report: u64,
    /// What is in each of the prepared slots.
    slots: [u32; Self::SLOTS],
    used: usize,
    /// Whether to jump to where no code is. A bare machine may run what a device reads as.
    pub jumps: bool,
}

impl Runner {
    /// Prepared instructions; the rest of the page is for one that changes each time.
    const SLOTS: usize = 200;
    const SLOT_WORDS: usize = 4;

    /// For the CPU with this index; installs the exception handler.
    pub fn new(cpu: usize, seed: u64) -> Self {
        set_handler(handle);
        write_sysreg!("cpacr_el1", 3 << 20);
        Self { cpu, seed, mode: "start", next_report: 0, slots: [0; Self::SLOTS], used: 0, jumps: true }
    }

    fn address(&self, word: usize) -> u64 {
        CODE.0.get() as u64 + (self.cpu * WORDS + word) as u64 * 4
    }

    fn write(&self, word: usize, code: &[u32]) -> u64 {
        let at = self.address(word);
        for (n, instruction) in code.iter().enumerate() {
            // SAFETY: this CPU's own half of the code; callers stay inside it.
            unsafe { (at as *mut u32).add(n).write_volatile(*instruction) };
        }
        cpu::sync_instructions(at, code.len() as u64 * 4);
        at
    }

    /// Runs `instruction` once with `x` in x0 to x7. Gives x0, or `None` when it took an exception.
    pub fn once(&mut self, instruction: u32, x: [u64; 8]) -> Option<u64> {
        let at = self.write(Self::SLOTS * Self::SLOT_WORDS, &[instruction, SPSEL_1, RET]);
        self.call(at, x)
    }

    /// As [`Runner::once`], with the code kept for the next time.
    pub fn again(&mut self, instruction: u32, x: [u64; 8]) -> Option<u64> {
        let known = self.slots.iter().take(self.used).position(|s| *s == instruction);
        let slot = match known {
            Some(slot) => slot,
            None if self.used < Self::SLOTS => {
                let slot = self.used;
                if let Some(s) = self.slots.get_mut(slot) {
                    *s = instruction;
                }
                self.used += 1;
                self.write(slot * Self::SLOT_WORDS, &[instruction, SPSEL_1, RET]);
                slot
            }
            None => return self.once(instruction, x),
        };
        self.call(self.address(slot * Self::SLOT_WORDS), x)
    }

    /// Runs `first`, then `second`, and nothing that touches memory between: for a register that has
    /// to be put back at once. x0 is the value tried, x1 the good one.
    pub fn tried_and_restored(&mut self, first: u32, second: u32, x: [u64; 8]) {
        let code = [first, ISB, second, ISB, SPSEL_1, RET];
        let at = self.write(Self::SLOTS * Self::SLOT_WORDS + 8, &code);
        self.call(at, x);
    }

    /// Runs `middle` between `first` and `second`: an access with the MMU off.
    pub fn wrapped(&mut self, first: u32, middle: u32, second: u32, x: [u64; 8]) {
        let code = [first, ISB, middle, second, ISB, RET];
        let at = self.write(Self::SLOTS * Self::SLOT_WORDS + 16, &code);
        self.call(at, x);
    }

    /// Jumps to `target` and comes back from wherever that ends.
    pub fn jump(&mut self, target: u64) {
        let at =
            self.write(Self::SLOTS * Self::SLOT_WORDS + 24, &[MOV_X10_X30, 0xd63f_0020, MOV_X30_X10, RET]);
        self.call(at, [0, target, 0, 0, 0, 0, 0, 0]);
    }

    fn call(&mut self, at: u64, x: [u64; 8]) -> Option<u64> {
        count();
        let faulted = &FAULTED[self.cpu & 1];
        faulted.store(0, Relaxed);
        let x0;
        // SAFETY: the code changes the named registers and what x0 to x7 let it reach, which is the
        // purpose of this program; an exception skips the instruction.
        unsafe {
            asm!(
                "blr x9",
                inout("x0") x[0] => x0, inout("x1") x[1] => _, inout("x2") x[2] => _, inout("x3") x[3] => _,
                inout("x4") x[4] => _, inout("x5") x[5] => _, inout("x6") x[6] => _, inout("x7") x[7] => _,
                inout("x9") at => _, out("x8") _, out("x10") _, out("x11") _, out("x12") _, out("x13") _,
                out("x14") _, out("x15") _, out("x16") _, out("x17") _, out("x18") _, out("x30") _,
            );
        }
        (faulted.load(Relaxed) == 0).then_some(x0)
    }

    /// Starts a new kind of mischief.
    pub fn enter(&mut self, mode: &'static str, machine: &Machine<'_>) {
        self.mode = mode;
        self.next_report = 0;
        self.progress(machine);
    }

    /// Says how far it is, every 50 000 operations.
    pub fn progress(&mut self, machine: &Machine<'_>) {
        let done = operations();
        if done < self.next_report {
            return;
        }
        self.next_report = done + 50_000;
        crate::storm::repair(machine);
        let [sync, serror] = [&CAUGHT[0], &CAUGHT[1]].map(|c| c.load(Relaxed));
        println!(
            "hostile: {done} operations seed {} mode {} ({sync} exceptions, {serror} SErrors)",
            self.seed, self.mode
        );
    }

    /// The generator of a mode, from the guest's seed.
    pub fn rng(&self, salt: u64) -> Rng {
        Rng::new(self.seed.wrapping_mul(0x1000_0000_01b3) ^ salt)
    }
}

/// Skips the instruction that took the exception; false when it was not one of ours.
fn handle(frame: &mut Frame) -> bool {
    let cpu = usize::from(!is_first());
    FAULTED[cpu].store(1, Relaxed);
    match frame.vector {
        0 | 4 => {}
        3 | 7 => {
            CAUGHT[1].fetch_add(1, Relaxed);
            return true;
        }
        // An IRQ or FIQ on the wrong stack, or an FIQ: closed until the mask is opened properly.
        1 | 2 | 5 | 6 => {
            frame.spsr |= 3 << 6;
            return true;
        }
        _ => return false,
    }
    CAUGHT[0].fetch_add(1, Relaxed);
    let code = CODE.0.get() as u64;
    let ours = (code..code + 8 * WORDS as u64).contains(&frame.elr);
    let image = start::image();
    match frame.esr >> 26 {
        0x0e => frame.spsr &= !(1 << 20),
        0x15..=0x17 => {}
        0x30..=0x37 => write_sysreg!("mdscr_el1", 0),
        0x20..=0x22 => frame.elr = frame.x[30],
        _ if ours => frame.elr += 4,
        _ if frame.elr < image.base || frame.elr >= image.end() => frame.elr = frame.x[30],
        _ => return false,
    }
    true
}

/// Affinity of the CPU that runs the main program, plus one.
static FIRST: AtomicU64 = AtomicU64::new(0);

/// Notes the affinity of the first CPU to come here.
pub fn note_first_once() {
    let _ = FIRST.compare_exchange(0, cpu::affinity() + 1, Relaxed, Relaxed);
}

/// Whether this is the CPU of the main program.
pub fn is_first() -> bool {
    FIRST.load(Relaxed) == cpu::affinity() + 1
}
