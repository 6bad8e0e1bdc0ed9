// SPDX-License-Identifier: GPL-2.0-only
//! A place to go on from when a call does not return: what `setjmp` and `longjmp` are to C.

use core::arch::naked_asm;

/// Where a call that [`catch`] makes is left from: the callee-saved registers and the stack pointer.
#[repr(C)]
#[derive(Debug)]
pub struct Landing {
    /// x19 to x30, then the stack pointer.
    saved: [u64; 13],
}

impl Landing {
    /// One that nobody can land on yet.
    pub const fn new() -> Self {
        Self { saved: [0; 13] }
    }

    /// The stack pointer of whoever made the call: what lies below it is the call's.
    pub fn sp(&self) -> u64 {
        let [.., sp] = self.saved;
        sp
    }
}

impl Default for Landing {
    fn default() -> Self {
        Self::new()
    }
}

/// What [`catch`] calls.
pub type Entry = unsafe fn(*mut ());

/// From assembly's way of calling to Rust's.
#[allow(improper_ctypes_definitions, reason = "assembly passes the pointer on as it came")]
unsafe extern "C" fn call(f: Entry, arg: *mut ()) {
    // SAFETY: `catch`'s caller's function and argument.
    unsafe { f(arg) };
}

/// Calls `f(arg)` and returns false; true if [`land`] ended the call. Context: any.
///
/// # Safety
/// `landing` must stay where it is until this returns; what `f` says of itself.
#[unsafe(naked)]
#[allow(improper_ctypes_definitions, reason = "assembly passes the pointer on as it came")]
pub unsafe extern "C" fn catch(landing: *mut Landing, f: Entry, arg: *mut ()) -> bool {
    naked_asm!(
        "stp x19, x20, [x0]",
        "stp x21, x22, [x0, #16]",
        "stp x23, x24, [x0, #32]",
        "stp x25, x26, [x0, #48]",
        "stp x27, x28, [x0, #64]",
        "stp x29, x30, [x0, #80]",
        "mov x9, sp",
        "str x9, [x0, #96]",
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "mov x0, x1",
        "mov x1, x2",
        "bl {call}",
        "ldp x29, x30, [sp], #16",
        "mov w0, #0",
        "ret",
        call = sym call,
    )
}

/// Goes on where [`catch`] was called with `landing`. What the frames in between own is leaked, locks that they hold stay
/// held. Context: any; the interrupt mask stays as it is.
///
/// # Safety
/// That call of `catch` has not returned, and it was made on the stack that is to be gone on with.
#[unsafe(naked)]
pub unsafe extern "C" fn land(landing: *const Landing) -> ! {
    naked_asm!(
        "ldp x19, x20, [x0]",
        "ldp x21, x22, [x0, #16]",
        "ldp x23, x24, [x0, #32]",
        "ldp x25, x26, [x0, #48]",
        "ldp x27, x28, [x0, #64]",
        "ldp x29, x30, [x0, #80]",
        "ldr x9, [x0, #96]",
        "mov sp, x9",
        "mov w0, #1",
        "ret",
    )
}
