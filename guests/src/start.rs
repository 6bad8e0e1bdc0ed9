// SPDX-License-Identifier: GPL-2.0-only
//! Start code: the arm64 `Image` header, self-relocation, the first CPU's and later CPUs' way into
//! Rust.
//!
//! The boot protocol is Linux's (`Documentation/arch/arm64/booting.rst`): entered with the MMU off
//! and the physical address of the device tree in x0.

use crate::machine::{Conduit, Machine, Region};
use crate::{console, cpu, mmu, psci};
use core::arch::{asm, global_asm};
use core::fmt::Write as _;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU64, Ordering};
use dtoolkit::fdt::Fdt;

global_asm!(
    ".pushsection .head, \"ax\"",
    ".globl _start",
    "_start:",
    "    b 1f",
    "    .long 0",
    "    .quad 0",            // text_offset
    "    .quad __image_size", // with .bss and the stack
    "    .quad 0xa",          // little endian, 4 KiB pages, anywhere in memory
    "    .quad 0, 0, 0",
    "    .ascii \"ARM\\x64\"",
    "    .long 0",
    "1:  msr daifset, #0xf",
    "    mov x19, x0",
    "    adrp x20, _start",
    "    adrp x0, __bss_start",
    "    adrp x1, __bss_end",
    "2:  cmp x0, x1",
    "    b.hs 3f",
    "    stp xzr, xzr, [x0], #16",
    "    b 2b",
    "3:  adrp x0, __rela_start",
    "    add x0, x0, :lo12:__rela_start",
    "    adrp x1, __rela_end",
    "    add x1, x1, :lo12:__rela_end",
    "4:  cmp x0, x1",
    "    b.hs 5f",
    "    ldp x2, x3, [x0], #16", // offset, type
    "    ldr x4, [x0], #8",      // addend
    "    cmp w3, #1027",         // R_AARCH64_RELATIVE
    "    b.ne 4b",
    "    add x4, x4, x20",
    "    str x4, [x20, x2]",
    "    b 4b",
    "5:  adrp x0, __stack_top",
    "    mov sp, x0",
    "    mov x29, xzr",
    "    mov x0, x19",
    "    bl guest_start",
    "6:  wfi",
    "    b 6b",
    // A CPU that PSCI CPU_ON started: x0 is its `Launch`. The time stamp is taken by the very first
    // instruction and stored while the MMU is still off.
    "    .balign 64",
    ".globl guest_secondary",
    "guest_secondary:",
    "    mrs x1, cntvct_el0",
    "    str x1, [x0]",
    "    dsb sy",
    "    msr daifset, #0xf",
    "    ldp x2, x3, [x0, #8]",  // stack, entry
    "    ldp x4, x5, [x0, #24]", // argument, TTBR0
    "    ldp x6, x7, [x0, #40]", // TCR, MAIR
    "    ldp x8, x9, [x0, #56]", // VBAR, SCTLR
    "    cbz x5, 7f",
    "    msr ttbr0_el1, x5",
    "    msr tcr_el1, x6",
    "    msr mair_el1, x7",
    "    isb",
    "    tlbi vmalle1",
    "    ic iallu",
    "    dsb nsh",
    "    isb",
    "    msr sctlr_el1, x9",
    "    isb",
    "7:  msr vbar_el1, x8",
    "    isb",
    "    cbz x2, 8f",
    "    mov sp, x2",
    "    mov x29, xzr",
    "    mov x0, x4",
    "    blr x3",
    "8:  movz w0, #0x8400, lsl #16", // CPU_OFF
    "    movk w0, #0x0002",
    "    cbnz x3, 9f",
    "    hvc #0",
    "9:  smc #0",
    "    b 9b",
    ".popsection",
);

unsafe extern "C" {
    safe static _start: u8;
    safe static __image_end: u8;
    fn guest_secondary();
    fn guest_main(machine: *const ()) -> !;
}

/// Names the program's main function: `fn(&'static Machine<'static>) -> !`.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn guest_main(machine: *const ()) -> ! {
            let main: fn(&'static $crate::machine::Machine<'static>) -> ! = $main;
            // SAFETY: the start code passes its `Machine`, which lives for ever and no longer changes.
            main(unsafe { &*machine.cast() })
        }
    };
}

/// What a further CPU starts with; the layout is known to `guest_secondary`.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Launch {
    /// Counter value at the CPU's first instruction, 0 before.
    pub stamp: AtomicU64,
    /// Stack pointer, or 0: then the CPU takes its stamp and turns itself off again.
    pub stack: AtomicU64,
    /// Function to run; without a stack: 0 for HVC, 1 for SMC as the conduit of CPU_OFF.
    pub entry: AtomicU64,
    /// Its argument.
    pub argument: AtomicU64,
    /// TTBR0_EL1, or 0 to stay with the MMU off; then TCR_EL1, MAIR_EL1.
    pub translation: [AtomicU64; 3],
    /// VBAR_EL1.
    pub vectors: AtomicU64,
    /// SCTLR_EL1.
    pub control: AtomicU64,
}

impl Launch {
    /// A launch that nobody has filled in.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stamp: AtomicU64::new(0),
            stack: AtomicU64::new(0),
            entry: AtomicU64::new(0),
            argument: AtomicU64::new(0),
            translation: [const { AtomicU64::new(0) }; 3],
            vectors: AtomicU64::new(0),
            control: AtomicU64::new(0),
        }
    }

    /// The CPU takes its stamp and turns itself off.
    pub fn stamp_only(&self, conduit: Conduit) {
        self.stack.store(0, Ordering::Relaxed);
        self.entry.store(u64::from(conduit == Conduit::Smc), Ordering::Relaxed);
        self.translation[0].store(0, Ordering::Relaxed);
        self.vectors.store(cpu::vbar(), Ordering::Relaxed);
        self.clean();
    }

    /// The CPU runs `entry(argument)` on the `stack` (its upper end) with this CPU's page tables.
    pub fn run(&self, entry: extern "C" fn(u64) -> !, argument: u64, stack: u64) {
        self.stack.store(stack, Ordering::Relaxed);
        self.entry.store(entry as *const () as u64, Ordering::Relaxed);
        self.argument.store(argument, Ordering::Relaxed);
        for (slot, value) in self.translation.iter().zip(cpu::translation()) {
            slot.store(value, Ordering::Relaxed);
        }
        self.vectors.store(cpu::vbar(), Ordering::Relaxed);
        self.control.store(cpu::sctlr(), Ordering::Relaxed);
        self.clean();
    }

    /// Forgets the stamp and hands the launch to memory, where a CPU without MMU reads it.
    fn clean(&self) {
        self.stamp.store(0, Ordering::Relaxed);
        self.sync();
    }

    /// Cleans and drops the launch's cache lines on this CPU.
    pub fn sync(&self) {
        cpu::clean_invalidate(core::ptr::from_ref(self) as u64, size_of::<Self>() as u64);
    }

    /// The counter value at the first instruction, or `None` while it has not run.
    pub fn stamp(&self) -> Option<u64> {
        self.sync();
        Some(self.stamp.load(Ordering::Acquire)).filter(|s| *s != 0)
    }

    /// The address that a CPU reads this launch at, the context ID of CPU_ON.
    pub fn context(&self) -> u64 {
        core::ptr::from_ref(self) as u64
    }
}

impl Default for Launch {
    fn default() -> Self {
        Self::new()
    }
}

/// The entry address for CPU_ON.
#[must_use]
pub fn secondary_entry() -> u64 {
    guest_secondary as *const () as u64
}

/// The stack of the second CPU.
#[repr(align(16))]
struct Stack(core::cell::UnsafeCell<[u8; 32768]>);
// SAFETY: only the second CPU uses it.
unsafe impl Sync for Stack {}

/// Starts the CPU `target` in `entry(argument)`, with this CPU's page tables and vectors. There is one stack for all that
/// are started so: the one before must be off.
///
/// # Errors
/// PSCI's negative code.
pub fn run_second(target: u64, entry: extern "C" fn(u64) -> !, argument: u64) -> Result<(), i64> {
    static STACK: Stack = Stack(core::cell::UnsafeCell::new([0; 32768]));
    static LAUNCH: Launch = Launch::new();
    LAUNCH.run(entry, argument, STACK.0.get() as u64 + size_of::<Stack>() as u64);
    psci::cpu_on(target, secondary_entry(), LAUNCH.context())
}

/// Where this program lies, with its zeroed data and stack.
#[must_use]
pub fn image() -> Region {
    let base = (&raw const _start) as u64;
    Region { base, size: (&raw const __image_end) as u64 - base }
}

/// The device tree's bytes.
static DTB: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Where the device tree lies.
#[must_use]
pub fn device_tree() -> Region {
    Region { base: DTB[0].load(Ordering::Relaxed), size: DTB[1].load(Ordering::Relaxed) }
}

/// What must be left alone when memory is taken with [`Machine::free_ram`].
#[must_use]
pub fn taken() -> [Region; 2] {
    [image(), device_tree()]
}

struct MachineSlot(core::cell::UnsafeCell<Option<Machine<'static>>>);
// SAFETY: written once by the first CPU before any other runs, read only afterwards.
unsafe impl Sync for MachineSlot {}
static MACHINE: MachineSlot = MachineSlot(core::cell::UnsafeCell::new(None));

#[unsafe(no_mangle)]
extern "C" fn guest_start(dtb: *const u8) -> ! {
    cpu::install_vectors();
    // SAFETY: the boot protocol puts a device tree at x0; without its magic nothing is read.
    let fdt = unsafe {
        if dtb.is_null() || u32::from_be(dtb.cast::<u32>().read_unaligned()) != 0xd00d_feed {
            psci::halt();
        }
        Fdt::from_raw_unchecked(dtb)
    };
    DTB[0].store(dtb as u64, Ordering::Relaxed);
    DTB[1].store(fdt.data().len() as u64, Ordering::Relaxed);
    let Ok(fdt) = Fdt::new(fdt.data()) else { psci::halt() };
    let Ok(machine) = Machine::from_fdt(&fdt) else { psci::halt() };
    console::init(machine.uart.base);
    psci::set_conduit(machine.conduit);
    // SAFETY: only the first CPU is here, once; nobody holds a reference yet.
    let machine: &'static Machine<'static> = unsafe { (*MACHINE.0.get()).insert(machine) };
    mmu::enable(machine);
    // SAFETY: every program defines it by `entry!` with this very signature.
    unsafe { guest_main(core::ptr::from_ref(machine).cast()) }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Nothing more can be done where even the console refuses.
    let _ = writeln!(console::Console, "guest panic: {info}");
    // SAFETY: masking exceptions touches no memory.
    unsafe { asm!("msr daifset, #0xf", options(nomem, nostack)) };
    psci::system_off()
}
