// SPDX-License-Identifier: GPL-2.0-only
//! Arguments of C functions that take any number of them, drawn one by one.

use core::ffi::{c_char, c_uint, c_ulonglong, c_void};

/// `struct fv_va` of `c/variadic.h`: at most 32 bytes, whatever they mean.
#[repr(C, align(16))]
pub struct Va([u8; 32]);

unsafe extern "C" {
    fn fv_va_u32(va: *mut Va) -> c_uint;
    fn fv_va_u64(va: *mut Va) -> c_ulonglong;
    fn fv_va_ptr(va: *mut Va) -> *mut c_void;
    fn fv_va_nested(format: *const c_void, va: *mut Va) -> *const c_char;
    fn fv_va_done(va: *mut Va);
    fn fv_va_copy(va: *mut Va, out: *mut Va);
}

impl Va {
    /// The same arguments again; to be ended with [`done`](Self::done).
    pub fn copy(from: &mut Va) -> Va {
        let mut va = Va([0; 32]);
        // SAFETY: both are what the C side takes them for.
        unsafe { fv_va_copy(from, &mut va) };
        va
    }

    /// Ends a copy.
    pub fn done(&mut self) {
        // SAFETY: a copy.
        unsafe { fv_va_done(self) };
    }
}

/// What draws arguments. Only C makes them.
pub struct Args<'a>(&'a mut Va);

impl<'a> Args<'a> {
    /// # Safety
    /// `va` came from `va_start` or `va_copy`, and the arguments behind it are of the types that are drawn.
    pub unsafe fn new(va: &'a mut Va) -> Self {
        Args(va)
    }

    /// The next argument, an `int` or shorter.
    pub fn int(&mut self) -> u32 {
        // SAFETY: `new`'s promise.
        unsafe { fv_va_u32(self.0) }
    }

    /// The next argument, of 64 bits.
    pub fn long(&mut self) -> u64 {
        // SAFETY: `new`'s promise.
        unsafe { fv_va_u64(self.0) }
    }

    /// The next argument, a pointer.
    pub fn pointer(&mut self) -> *mut c_void {
        // SAFETY: `new`'s promise.
        unsafe { fv_va_ptr(self.0) }
    }
}

/// Has `f` use the format and the arguments that a `struct va_format` points to.
///
/// # Safety
/// `format` is a `struct va_format` whose arguments fit its text.
pub unsafe fn nested(format: *const c_void, f: impl FnOnce(*const c_char, &mut Args<'_>)) {
    let mut va = Va([0; 32]);
    // SAFETY: the caller's; what was copied is ended below.
    unsafe {
        let text = fv_va_nested(format, &mut va);
        f(text, &mut Args::new(&mut va));
        fv_va_done(&mut va);
    }
}
