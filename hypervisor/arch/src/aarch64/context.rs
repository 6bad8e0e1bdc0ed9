// SPDX-License-Identifier: GPL-2.0-only
//! Switching between EL2 stacks: what a vCPU, normal or orphan, leaves behind when another one runs.

use crate::VirtAddr;
use core::arch::naked_asm;

/// A vCPU that does not run: its stack pointer, below which the callee-saved registers lie.
#[repr(C)]
#[derive(Debug)]
pub struct Context {
    sp: usize,
}

/// Bytes of the saved registers x19 to x30.
const SAVED: usize = 12 * 8;

impl Context {
    /// A context which, when first switched to, calls `entry(arg)` on the stack that ends at `stack_top`
    /// (16-byte aligned), with interrupts as they are at the switch.
    ///
    /// # Safety
    /// The `SAVED` bytes below `stack_top` must be mapped and not in use.
    pub unsafe fn new(stack_top: VirtAddr, entry: extern "C" fn(usize) -> !, arg: usize) -> Self {
        let sp = stack_top.0 - SAVED;
        let mut saved = [0usize; 12];
        saved[0] = entry as *const () as usize; // x19
        saved[1] = arg; // x20
        saved[11] = trampoline as *const () as usize; // x30
        // SAFETY: the caller vouches for the memory; it is aligned since `stack_top` is.
        unsafe { (sp as *mut [usize; 12]).write(saved) };
        Self { sp }
    }

    /// The context of the code that runs now: filled when it switches away.
    pub const fn running() -> Self {
        Self { sp: 0 }
    }

    /// The saved stack pointer, for backtraces of a vCPU that does not run.
    pub fn sp(&self) -> VirtAddr {
        VirtAddr(self.sp)
    }
}

#[unsafe(naked)]
extern "C" fn trampoline() -> ! {
    naked_asm!("mov x0, x20", "mov x29, xzr", "mov x30, xzr", "br x19")
}

/// Saves the running context in `prev` and goes on with `next`; returns when something switches back.
///
/// # Safety
/// Interrupts must be masked. `prev` must be the running vCPU's and writable, `next` saved by an earlier switch or
/// [`Context::new`] on a stack that lives, and no other CPU may run it.
#[unsafe(naked)]
pub unsafe extern "C" fn switch(prev: *mut Context, next: *const Context) {
    naked_asm!(
        "stp x19, x20, [sp, #-96]!",
        "stp x21, x22, [sp, #16]",
        "stp x23, x24, [sp, #32]",
        "stp x25, x26, [sp, #48]",
        "stp x27, x28, [sp, #64]",
        "stp x29, x30, [sp, #80]",
        "mov x9, sp",
        "str x9, [x0]",
        "ldr x9, [x1]",
        "mov sp, x9",
        "ldp x21, x22, [sp, #16]",
        "ldp x23, x24, [sp, #32]",
        "ldp x25, x26, [sp, #48]",
        "ldp x27, x28, [sp, #64]",
        "ldp x29, x30, [sp, #80]",
        "ldp x19, x20, [sp], #96",
        "ret",
    )
}
