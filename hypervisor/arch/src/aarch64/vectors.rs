// SPDX-License-Identifier: GPL-2.0-only
//! The exception vectors of EL2 (Arm ARM D1.3) and the way back into a guest.
//!
//! A guest's exit stores a [`GuestFrame`] at the top of the running vCPU's EL2 stack and calls a [`Handlers`] function;
//! when that returns, the frame is what the guest goes on with.

use crate::frame::{FaultKind, GuestFrame, HostFrame};
use crate::{STACK_SHIFT, STACK_SIZE};
use core::arch::{asm, global_asm, naked_asm};

/// Where exceptions go. All run with interrupts masked.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Handlers {
    /// A synchronous exception of a guest.
    pub guest_sync: fn(&mut GuestFrame),
    /// An interrupt while a guest ran.
    pub guest_irq: fn(&mut GuestFrame),
    /// A system error while a guest ran.
    pub guest_serror: fn(&mut GuestFrame),
    /// An interrupt while the hypervisor ran.
    pub host_irq: fn(&mut HostFrame),
    /// A fault of the hypervisor itself. If it returns, the frame is gone on with.
    pub host_fault: fn(&mut HostFrame, FaultKind),
}

fn early_guest(_: &mut GuestFrame) {
    super::cpu::halt()
}
fn early_irq(_: &mut HostFrame) {
    super::cpu::halt()
}
fn early_fault(_: &mut HostFrame, _: FaultKind) {
    super::cpu::halt()
}

static mut HANDLERS: Handlers = Handlers {
    guest_sync: early_guest,
    guest_irq: early_guest,
    guest_serror: early_guest,
    host_irq: early_irq,
    host_fault: early_fault,
};

/// For a stack overflow. One for all CPUs: they are rare. Its lowest bytes, which are used last, hold two registers meanwhile.
#[repr(C, align(16))]
struct EmergencyStack([u8; 8192]);
static mut EMERGENCY: EmergencyStack = EmergencyStack([0; 8192]);

/// Sets what the vectors call. Context: boot, before interrupts are open and before a second CPU runs.
pub fn install(handlers: &Handlers) {
    // SAFETY: one CPU runs, interrupts masked: nobody reads it meanwhile.
    unsafe { (&raw mut HANDLERS).write(*handlers) };
}

unsafe extern "C" {
    static ferrovisor_vectors: u8;
}

/// Points this CPU at the vectors. Context: boot of each CPU.
pub fn set_base() {
    // SAFETY: the table below is aligned and complete.
    unsafe {
        asm!("msr vbar_el2, {0}", "isb", in(reg) (&raw const ferrovisor_vectors), options(nostack, preserves_flags))
    };
}

/// Runs the guest from `frame`, which must lie at the very top of the running stack; never returns: the next exit starts
/// with a fresh stack below the frame.
///
/// # Safety
/// `frame + size_of::<GuestFrame>()` must be the top of this vCPU's stack, the guest's EL1 state loaded, and
/// interrupts masked.
#[unsafe(naked)]
pub unsafe extern "C" fn enter_guest(frame: *mut GuestFrame) -> ! {
    naked_asm!("mov sp, x0", "b ferrovisor_guest_return")
}

#[unsafe(no_mangle)]
extern "C" fn ferrovisor_host_fault(frame: &mut HostFrame, kind: u64) {
    let kind = match kind {
        0 => FaultKind::Sync,
        1 => FaultKind::StackOverflow,
        2 => FaultKind::SError,
        _ => FaultKind::Unexpected,
    };
    // SAFETY: written once at boot, before this runs.
    let handler = unsafe { HANDLERS.host_fault };
    handler(frame, kind);
}

const FRAME: usize = size_of::<GuestFrame>();
const HOST_FRAME: usize = size_of::<HostFrame>();
const _: () = assert!(FRAME == 288 && HOST_FRAME == 288);
const _: () =
    assert!(core::mem::offset_of!(GuestFrame, vcpu) == 272 && core::mem::offset_of!(HostFrame, far) == 280);

global_asm!(
    r#"
    .pushsection .text.vectors, "ax"

    .macro save_x0_x29
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    .endm

    .macro load_x2_x29
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    .endm

    .macro guest_exit offset
    sub     sp, sp, #{frame}
    save_x0_x29
    mrs     x1, elr_el2
    mrs     x2, spsr_el2
    mrs     x3, esr_el2
    stp     x30, x1, [sp, #240]
    stp     x2, x3, [sp, #256]
    adrp    x1, {handlers}
    add     x1, x1, :lo12:{handlers}
    ldr     x1, [x1, #\offset]
    mov     x0, sp
    mov     x29, xzr
    blr     x1
    b       ferrovisor_guest_return
    .endm

    .macro host_save
    save_x0_x29
    mrs     x21, elr_el2
    mrs     x22, spsr_el2
    mrs     x23, esr_el2
    mrs     x24, far_el2
    add     x20, sp, #{host_frame}
    stp     x30, x20, [sp, #240]
    stp     x21, x22, [sp, #256]
    stp     x23, x24, [sp, #272]
    mov     x0, sp
    .endm

    .macro host_fault kind
    sub     sp, sp, #{host_frame}
    b       ferrovisor_fault_\kind
    .endm

    .balign 2048
    .global ferrovisor_vectors
ferrovisor_vectors:
    // EL2 with SP_EL0: never used.
    host_fault 3
    .balign 128
    host_fault 3
    .balign 128
    host_fault 3
    .balign 128
    host_fault 3
    // EL2 with SP_EL2. A fault may be an overflow of the stack: look at the stack pointer before storing.
    .balign 128
    sub     sp, sp, #{host_frame}
    add     sp, sp, x0
    sub     x0, sp, x0
    tbz     x0, #{stack_shift}, ferrovisor_overflow
    sub     x0, sp, x0
    sub     sp, sp, x0
    b       ferrovisor_fault_0
    .balign 128
    sub     sp, sp, #{host_frame}
    host_save
    adrp    x1, {handlers}
    add     x1, x1, :lo12:{handlers}
    ldr     x1, [x1, #24]
    blr     x1
    b       ferrovisor_host_return
    .balign 128
    host_fault 3
    .balign 128
    host_fault 2
    // A lower EL in AArch64: the guest.
    .balign 128
    guest_exit 0
    .balign 128
    guest_exit 8
    .balign 128
    guest_exit 8
    .balign 128
    guest_exit 16
    // EL1 in AArch32: never, HCR_EL2.RW is set.
    .balign 128
    host_fault 3
    .balign 128
    host_fault 3
    .balign 128
    host_fault 3
    .balign 128
    host_fault 3

ferrovisor_guest_return:
    ldp     x0, x1, [sp, #248]
    ldr     x30, [sp, #240]
    msr     elr_el2, x0
    msr     spsr_el2, x1
    ldp     x0, x1, [sp]
    load_x2_x29
    add     sp, sp, #{frame}
    eret
    dsb     nsh
    isb

ferrovisor_fault_0:
    host_save
    mov     x1, #0
    b       9f
ferrovisor_fault_2:
    host_save
    mov     x1, #2
    b       9f
ferrovisor_fault_3:
    host_save
    mov     x1, #3
9:  bl      ferrovisor_host_fault
ferrovisor_host_return:
    ldp     x0, x1, [sp, #256]
    ldr     x30, [sp, #240]
    msr     elr_el2, x0
    msr     spsr_el2, x1
    ldp     x0, x1, [sp]
    load_x2_x29
    add     sp, sp, #{host_frame}
    eret
    dsb     nsh
    isb

    // The stack pointer is in a guard page. FAR_EL2 is the one register that is free to hold another (those of EL0 and
    // EL1 are a guest's): the address is in the guard too, so the stack pointer stands for it in the report.
ferrovisor_overflow:
    sub     x0, sp, x0
    sub     sp, sp, x0
    msr     far_el2, x0
    adrp    x0, {emergency}
    add     x0, x0, :lo12:{emergency}
    str     x1, [x0]
    add     x1, sp, #{host_frame}
    str     x1, [x0, #8]
    add     x1, x0, #{emergency_size}
    mov     sp, x1
    ldr     x1, [x0]
    mrs     x0, far_el2
    sub     sp, sp, #{host_frame}
    host_save
    adrp    x20, {emergency}
    add     x20, x20, :lo12:{emergency}
    ldr     x20, [x20, #8]
    str     x20, [sp, #248]
    str     x20, [sp, #280]
    mov     x1, #1
    b       9b
    .popsection
"#,
    frame = const FRAME,
    host_frame = const HOST_FRAME,
    handlers = sym HANDLERS,
    stack_shift = const STACK_SHIFT,
    emergency = sym EMERGENCY,
    emergency_size = const size_of::<EmergencyStack>(),
);

const _: () = assert!(STACK_SIZE == 1 << STACK_SHIFT);
const _: () = assert!(core::mem::offset_of!(Handlers, host_irq) == 24);
