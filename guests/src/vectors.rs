// SPDX-License-Identifier: GPL-2.0-only
//! Exception vectors. An IRQ goes by a short way: time stamp, caller-saved registers, handler.
//! Everything else saves the whole frame and goes to the handler that the program installed.

use crate::println;
use core::arch::global_asm;
use core::sync::atomic::{AtomicUsize, Ordering};

/// The interrupted state, as the vectors save it.
#[repr(C)]
#[derive(Debug)]
pub struct Frame {
    /// x0 to x30.
    pub x: [u64; 31],
    /// Return address; a handler may move it.
    pub elr: u64,
    /// Saved processor state.
    pub spsr: u64,
    /// Syndrome.
    pub esr: u64,
    /// Fault address.
    pub far: u64,
    /// Offset of the vector entry divided by 0x80.
    pub vector: u64,
}

global_asm!(
    ".macro full_vector number",
    "    .balign 0x80",
    "    sub sp, sp, #288",
    "    stp x0, x1, [sp]",
    "    mov x0, #\\number",
    "    b guest_full_vector",
    ".endm",
    ".pushsection .text.vectors, \"ax\"",
    "    .balign 0x800",
    ".globl guest_vectors",
    "guest_vectors:",
    "    full_vector 0",
    "    full_vector 1",
    "    full_vector 2",
    "    full_vector 3",
    "    full_vector 4",
    "    .balign 0x80",
    "    stp x0, x1, [sp, #-176]!",
    "    mrs x0, cntvct_el0",
    "    stp x2, x3, [sp, #16]",
    "    stp x4, x5, [sp, #32]",
    "    stp x6, x7, [sp, #48]",
    "    stp x8, x9, [sp, #64]",
    "    stp x10, x11, [sp, #80]",
    "    stp x12, x13, [sp, #96]",
    "    stp x14, x15, [sp, #112]",
    "    stp x16, x17, [sp, #128]",
    "    stp x18, x30, [sp, #144]",
    "    stp x29, xzr, [sp, #160]",
    "    bl guest_irq",
    "    ldp x2, x3, [sp, #16]",
    "    ldp x4, x5, [sp, #32]",
    "    ldp x6, x7, [sp, #48]",
    "    b guest_irq_return",
    "    full_vector 6",
    "    full_vector 7",
    "    full_vector 8",
    "    full_vector 9",
    "    full_vector 10",
    "    full_vector 11",
    "    full_vector 12",
    "    full_vector 13",
    "    full_vector 14",
    "    full_vector 15",
    "    .balign 0x80",
    "guest_irq_return:",
    "    ldp x8, x9, [sp, #64]",
    "    ldp x10, x11, [sp, #80]",
    "    ldp x12, x13, [sp, #96]",
    "    ldp x14, x15, [sp, #112]",
    "    ldp x16, x17, [sp, #128]",
    "    ldp x18, x30, [sp, #144]",
    "    ldr x29, [sp, #160]",
    "    ldp x0, x1, [sp], #176",
    "    eret",
    "guest_full_vector:",
    "    stp x2, x3, [sp, #16]",
    "    stp x4, x5, [sp, #32]",
    "    stp x6, x7, [sp, #48]",
    "    stp x8, x9, [sp, #64]",
    "    stp x10, x11, [sp, #80]",
    "    stp x12, x13, [sp, #96]",
    "    stp x14, x15, [sp, #112]",
    "    stp x16, x17, [sp, #128]",
    "    stp x18, x19, [sp, #144]",
    "    stp x20, x21, [sp, #160]",
    "    stp x22, x23, [sp, #176]",
    "    stp x24, x25, [sp, #192]",
    "    stp x26, x27, [sp, #208]",
    "    stp x28, x29, [sp, #224]",
    "    mrs x1, elr_el1",
    "    mrs x2, spsr_el1",
    "    mrs x3, esr_el1",
    "    mrs x4, far_el1",
    "    stp x30, x1, [sp, #240]",
    "    stp x2, x3, [sp, #256]",
    "    stp x4, x0, [sp, #272]",
    "    mov x0, sp",
    "    bl guest_exception",
    "    ldp x30, x1, [sp, #240]",
    "    ldr x2, [sp, #256]",
    "    msr elr_el1, x1",
    "    msr spsr_el1, x2",
    "    ldp x2, x3, [sp, #16]",
    "    ldp x4, x5, [sp, #32]",
    "    ldp x6, x7, [sp, #48]",
    "    ldp x8, x9, [sp, #64]",
    "    ldp x10, x11, [sp, #80]",
    "    ldp x12, x13, [sp, #96]",
    "    ldp x14, x15, [sp, #112]",
    "    ldp x16, x17, [sp, #128]",
    "    ldp x18, x19, [sp, #144]",
    "    ldp x20, x21, [sp, #160]",
    "    ldp x22, x23, [sp, #176]",
    "    ldp x24, x25, [sp, #192]",
    "    ldp x26, x27, [sp, #208]",
    "    ldp x28, x29, [sp, #224]",
    "    ldp x0, x1, [sp]",
    "    add sp, sp, #288",
    "    eret",
    ".popsection",
);

/// Names the program's IRQ handler: `fn(u64)`, called with the counter value at the vector's entry.
#[macro_export]
macro_rules! irq_handler {
    ($handler:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn guest_irq(stamp: u64) {
            let handler: fn(u64) = $handler;
            handler(stamp);
        }
    };
}

/// What handles exceptions that are not IRQs: true when the program may go on.
pub type Handler = fn(&mut Frame) -> bool;

static HANDLER: AtomicUsize = AtomicUsize::new(0);

/// Installs the handler of all CPUs.
pub fn set_handler(handler: Handler) {
    HANDLER.store(handler as usize, Ordering::Release);
}

#[unsafe(no_mangle)]
extern "C" fn guest_exception(frame: &mut Frame) {
    let handler = HANDLER.load(Ordering::Acquire);
    if handler != 0 {
        // SAFETY: only `set_handler` stores here, and only a `Handler`.
        let handler = unsafe { core::mem::transmute::<usize, Handler>(handler) };
        if handler(frame) {
            return;
        }
    }
    println!(
        "guest exception: vector {} esr {:#x} elr {:#x} far {:#x} spsr {:#x} lr {:#x}",
        frame.vector, frame.esr, frame.elr, frame.far, frame.spsr, frame.x[30]
    );
    crate::psci::system_off()
}
