// SPDX-License-Identifier: GPL-2.0-only
//! Calls that are left without returning, by unwinding.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Marks where to land.
#[derive(Debug, Default)]
pub struct Landing {}

/// What is thrown.
struct Thrown(usize);

impl Landing {
    /// One that nobody can land on yet.
    pub const fn new() -> Self {
        Self {}
    }

    /// There are no stack pointers to compare.
    pub fn sp(&self) -> u64 {
        0
    }
}

/// What [`catch`] calls.
pub type Entry = unsafe fn(*mut ());

/// Calls `f(arg)` and returns false; true if [`land`] ended the call.
///
/// # Safety
/// What `f` says of itself.
pub unsafe fn catch(landing: *mut Landing, f: Entry, arg: *mut ()) -> bool {
    // SAFETY: the caller's function.
    match catch_unwind(AssertUnwindSafe(|| unsafe { f(arg) })) {
        Ok(()) => false,
        Err(thrown) => match thrown.downcast_ref::<Thrown>() {
            Some(thrown) if thrown.0 == landing.addr() => true,
            _ => resume_unwind(thrown),
        },
    }
}

/// Ends the call that [`catch`] makes with `landing`.
///
/// # Safety
/// None here; the real one needs the call to be there.
pub unsafe fn land(landing: *const Landing) -> ! {
    resume_unwind(Box::new(Thrown(landing.addr())))
}
