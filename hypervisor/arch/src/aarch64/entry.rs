// SPDX-License-Identifier: GPL-2.0-only
//! The image's first instructions: arm64 `Image` header (Linux, Documentation/arch/arm64/booting.rst), relocation,
//! a coarse map so that Rust may run with its MMU on, and the way in for secondary CPUs.

use crate::boot::BootInfo;
use crate::{PAGE_SIZE, PhysAddr, STACK_SIZE};
use core::arch::global_asm;

/// A translation table of the boot map.
#[repr(C, align(4096))]
struct Table([u64; 512]);

static mut BOOT_L0: Table = Table([0; 512]);
static mut BOOT_L1: Table = Table([0; 512]);
/// 2 MiB blocks of the GiB that holds the image.
static mut BOOT_L2_IMAGE: Table = Table([0; 512]);
/// 2 MiB blocks of the GiB that holds the DTB, where it is another one.
static mut BOOT_L2_DTB: Table = Table([0; 512]);

/// The boot stack: the upper half of a block of twice its size, aligned to that, as the vectors want it.
#[cfg_attr(not(debug_assertions), repr(C, align(131072)))]
#[cfg_attr(debug_assertions, repr(C, align(262144)))]
struct BootStack([u8; 2 * STACK_SIZE]);
static mut BOOT_STACK: BootStack = BootStack([0; 2 * STACK_SIZE]);
const _: () = assert!(align_of::<BootStack>() == 2 * STACK_SIZE);

/// The parameters of a secondary CPU, read by [`secondary_entry`] with the MMU still off.
#[repr(C)]
pub struct SecondaryBoot {
    /// `TTBR0_EL2` of the running hypervisor.
    pub ttbr0: u64,
    /// `TCR_EL2`.
    pub tcr: u64,
    /// `MAIR_EL2`.
    pub mair: u64,
    /// `SCTLR_EL2`.
    pub sctlr: u64,
    /// The top of the CPU's stack, a virtual address.
    pub stack_top: u64,
    /// Called as `entry(arg)` on that stack, MMU on, interrupts masked.
    pub entry: extern "C" fn(usize) -> !,
    /// The argument of `entry`.
    pub arg: usize,
}

unsafe extern "C" {
    static __image_start: u8;
    static __text_end: u8;
    static __rodata_end: u8;
    static __image_end: u8;
    fn ferrovisor_secondary_entry();
}

unsafe extern "Rust" {
    /// The image's main function, in the image's own crate.
    safe fn ferrovisor_main(boot: &BootInfo) -> !;
}

/// The physical address where a secondary CPU starts: PSCI's entry point with the physical address of a
/// [`SecondaryBoot`] as context id, or the spin table's release address with the same in
/// [`set_spin_table_argument`].
pub fn secondary_entry() -> PhysAddr {
    PhysAddr(ferrovisor_secondary_entry as *const () as u64)
}

/// Called by the entry code on the boot stack.
#[unsafe(no_mangle)]
extern "C" fn ferrovisor_rust_entry(dtb: u64, entry_counter: u64) -> ! {
    let address = |symbol: *const u8| PhysAddr(symbol as u64);
    let (text, text_end, rodata_end, end) = (
        address(&raw const __image_start),
        address(&raw const __text_end),
        address(&raw const __rodata_end),
        address(&raw const __image_end),
    );
    super::vectors::set_base();
    ferrovisor_main(&BootInfo {
        dtb: PhysAddr(dtb),
        entry_counter,
        text: text..text_end,
        rodata: text_end..rodata_end,
        data: rodata_end..end,
        stack_guard: address((&raw const BOOT_STACK).cast()) + (STACK_SIZE - PAGE_SIZE) as u64,
    })
}

/// Attribute indexes of `MAIR_EL2`, see `table::stage1`.
const MAIR: u64 = crate::table::stage1::MAIR;
/// 4 KiB granule, inner shareable write-back walks, 48-bit addresses; the entry code adds PS. RES1 bits 31 and 23.
const TCR: u64 = 1 << 31 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | 16;
/// RES1 bits, I, C, M, and SA (stack alignment).
const SCTLR: u64 = 0x30c5_0830 | 1 << 12 | 1 << 3 | 1 << 2 | 1;
/// A Device-nGnRE block that is never executed: AttrIndx 1, AF, XN.
const DEVICE_BLOCK: u64 = 1 << 54 | 1 << 10 | 1 << 2 | 1;
/// A Normal write-back block, inner shareable, readable, writable and executable: only until the real map.
const NORMAL_BLOCK: u64 = 1 << 10 | 3 << 8 | 1;

/// `TCR_EL2` for this CPU's physical address size.
pub(super) fn tcr() -> u64 {
    TCR | super::cpu::physical_address_range() << 16
}

/// `SCTLR_EL2` of the running hypervisor, with WXN: what is writable never executes.
pub(super) const RUNNING_SCTLR: u64 = SCTLR | 1 << 19;

global_asm!(
    r#"
    .pushsection .head.text, "ax"
    .global _start
_start:
    b       1f
    .long   0
    .quad   0                               // text_offset
    .quad   __image_size                    // image_size
    .quad   0xa                             // little endian, 4 KiB pages, anywhere in memory
    .quad   0
    .quad   0
    .quad   0
    .ascii  "ARM\x64"
    .long   0

1:  msr     daifset, #0xf
    mov     x19, x0                         // DTB
    mrs     x20, cntpct_el0
    adrp    x21, __image_start
    adrp    x22, __image_end

    // The caches may hold stale lines of what is written now with the MMU off.
    bl      10f

    // Relocate, by the table of relative relocations in the packed form (ELF, SHT_RELR): an even word is the address of a
    // value to move, an odd one the bits of the 63 values behind it.
    adrp    x0, __relr_start
    add     x0, x0, :lo12:__relr_start
    adrp    x1, __relr_end
    add     x1, x1, :lo12:__relr_end
    mov     x5, x21
2:  cmp     x0, x1
    b.hs    3f
    ldr     x2, [x0], #8
    tbnz    x2, #0, 40f
    add     x5, x2, x21
    ldr     x4, [x5]
    add     x4, x4, x21
    str     x4, [x5], #8
    b       2b
40: mov     x3, x5
41: lsr     x2, x2, #1
    cbz     x2, 43f
    tbz     x2, #0, 42f
    ldr     x4, [x3]
    add     x4, x4, x21
    str     x4, [x3]
42: add     x3, x3, #8
    b       41b
43: add     x5, x5, #504
    b       2b

3:  adrp    x0, __bss_start
    adrp    x1, __bss_end
4:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    4b
    bl      10f

    msr     spsel, #1
    adrp    x0, {stack}
    add     x0, x0, #{stack_block}, lsl #12
    mov     sp, x0
    mrs     x0, CurrentEL
    lsr     x0, x0, #2
    cmp     x0, #2
    b.eq    5f
    b       ferrovisor_wrong_el             // (el) -> !

    // The coarse map.
5:  adrp    x0, {l0}
    adrp    x1, {l1}
    adrp    x2, {l2_image}
    adrp    x3, {l2_dtb}
    orr     x4, x1, #3
    str     x4, [x0]                        // 512 GiB
    ldr     x5, ={device}
    mov     x6, #0
6:  orr     x7, x5, x6, lsl #30
    str     x7, [x1, x6, lsl #3]
    add     x6, x6, #1
    cmp     x6, #512
    b.lo    6b
    // the image's GiB
    mov     x8, x21
    mov     x9, x2
    sub     x10, x22, #1
    bl      20f
    // the DTB's, two blocks
    cbz     x19, 8f
    mov     x8, x19
    add     x10, x19, #0x200000
    lsr     x11, x19, #30
    cmp     x11, x21, lsr #30
    csel    x9, x2, x3, eq
    bl      20f
8:  dsb     sy

    ldr     x4, ={mair}
    msr     mair_el2, x4
    ldr     x4, ={tcr}
    mrs     x5, id_aa64mmfr0_el1
    and     x5, x5, #0xf
    mov     x6, #5
    cmp     x5, x6
    csel    x5, x5, x6, lo
    orr     x4, x4, x5, lsl #16
    msr     tcr_el2, x4
    msr     ttbr0_el2, x0
    mov     x4, xzr
    msr     hcr_el2, x4
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    ldr     x4, ={sctlr}
    msr     sctlr_el2, x4
    isb
    msr     tpidr_el2, xzr
    mov     x0, x19
    mov     x1, x20
    mov     x29, xzr
    mov     x30, xzr
    b       ferrovisor_rust_entry

    // Invalidates the image's lines, by address to the point of coherency. Uses x0-x3.
10: mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4
    mov     x3, #4
    lsl     x2, x3, x2
    mov     x0, x21
11: dc      ivac, x0
    add     x0, x0, x2
    cmp     x0, x22
    b.lo    11b
    dsb     sy
    ret

    // Maps the GiB of x8 through the table at x9: Device but for the 2 MiB blocks from x8 to x10, clipped to the GiB.
20: lsr     x11, x8, #30
    ldr     x12, [x1, x11, lsl #3]
    orr     x13, x9, #3
    cmp     x12, x13
    b.eq    22f
    str     x13, [x1, x11, lsl #3]
    lsl     x12, x11, #30
    mov     x6, #0
21: orr     x7, x5, x6, lsl #21
    orr     x7, x7, x12
    str     x7, [x9, x6, lsl #3]
    add     x6, x6, #1
    cmp     x6, #512
    b.lo    21b
22: ldr     x13, ={normal}
    lsr     x8, x8, #21
    lsr     x10, x10, #21
    orr     x12, x8, #511
    cmp     x10, x12
    csel    x10, x10, x12, lo
23: and     x6, x8, #511
    orr     x7, x13, x8, lsl #21
    str     x7, [x9, x6, lsl #3]
    add     x8, x8, #1
    cmp     x8, x10
    b.ls    23b
    ret

    // A secondary CPU. PSCI gives the address of a SecondaryBoot in x0, a spin table the DTB's rules (x0 = 0).
    .global ferrovisor_secondary_entry
ferrovisor_secondary_entry:
    msr     daifset, #0xf
    cbnz    x0, 30f
    adrp    x0, {spin_argument}
    ldr     x0, [x0, :lo12:{spin_argument}]
30: mrs     x1, CurrentEL
    cmp     x1, #8
    b.ne    31f
    msr     spsel, #1
    ldp     x1, x2, [x0]
    ldp     x3, x4, [x0, #16]
    ldp     x5, x6, [x0, #32]
    ldr     x7, [x0, #48]
    msr     ttbr0_el2, x1
    msr     tcr_el2, x2
    msr     mair_el2, x3
    mov     x1, xzr
    msr     hcr_el2, x1
    msr     tpidr_el2, xzr
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    msr     sctlr_el2, x4
    isb
    mov     sp, x5
    mov     x0, x7
    mov     x29, xzr
    mov     x30, xzr
    br      x6
31: wfe
    b       31b
    .popsection
"#,
    l0 = sym BOOT_L0,
    l1 = sym BOOT_L1,
    l2_image = sym BOOT_L2_IMAGE,
    l2_dtb = sym BOOT_L2_DTB,
    spin_argument = sym SPIN_ARGUMENT,
    device = const DEVICE_BLOCK,
    normal = const NORMAL_BLOCK,
    mair = const MAIR,
    tcr = const TCR,
    sctlr = const SCTLR,
    stack = sym BOOT_STACK,
    stack_block = const size_of::<BootStack>() / PAGE_SIZE,
);

/// The address of the [`SecondaryBoot`] of the CPU that a spin table is releasing.
static SPIN_ARGUMENT: core::sync::atomic::AtomicU64 = core::sync::atomic::AtomicU64::new(0);

/// Names the [`SecondaryBoot`] for the next CPU released from a spin table, and cleans it to memory.
/// Release one CPU at a time. Context: boot.
pub fn set_spin_table_argument(boot: PhysAddr) {
    SPIN_ARGUMENT.store(boot.0, core::sync::atomic::Ordering::SeqCst);
    super::cache::clean(
        crate::VirtAddr((&raw const SPIN_ARGUMENT).addr()),
        core::mem::size_of_val(&SPIN_ARGUMENT),
    );
}

const _: () = assert!(core::mem::size_of::<Table>() == PAGE_SIZE);
const _: () = assert!(core::mem::offset_of!(SecondaryBoot, entry) == 40);
