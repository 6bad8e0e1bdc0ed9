// SPDX-License-Identifier: GPL-2.0-only
//! What a `struct reset_control *` points to.

use crate::bindings::reset_control;
use crate::context::ledger::{self, Kind};
use crate::errno::{Errno, Result};
use alloc::boxed::Box;
use alloc::vec::Vec;
use kernel::error::Cause;
use kernel::reset::{self, Reset};

/// The error number: what a controller cannot do is `ENOTSUPP` here.
pub(super) fn errno(cause: Cause) -> Errno {
    if cause == Cause::Unsupported { Errno::ENOTSUPP } else { cause.into() }
}

/// One line, or several that are used together.
pub(super) enum Control {
    One(Reset),
    Array(Vec<Reset>),
}

impl Control {
    /// The pointer for C.
    pub fn into_raw(self) -> *mut reset_control {
        let raw = Box::into_raw(Box::new(self));
        ledger::took(Kind::Reset, raw.addr(), 0);
        raw.cast()
    }

    fn lines(&self) -> &[Reset] {
        match self {
            Control::One(line) => core::slice::from_ref(line),
            Control::Array(lines) => lines,
        }
    }

    /// Does something to all lines; undoes it in those before one that refuses.
    pub fn each(&self, f: fn(&Reset) -> reset::Result<()>, undo: fn(&Reset)) -> Result<()> {
        let lines = self.lines();
        for (done, line) in lines.iter().enumerate() {
            if let Err(cause) = f(line) {
                lines.iter().take(done).rev().for_each(undo);
                return Err(errno(cause));
            }
        }
        Ok(())
    }

    /// The one line.
    ///
    /// # Errors
    /// `EINVAL`: it is an array.
    pub fn one(&self) -> Result<&Reset> {
        match self {
            Control::One(line) => Ok(line),
            Control::Array(_) => Err(Errno::EINVAL),
        }
    }
}

/// The lines behind a pointer of C; `None` for null, which takes everything.
///
/// # Errors
/// `EINVAL` for an error in the pointer.
///
/// # Safety
/// `raw` is null, an error, or of [`Control::into_raw`] and not freed as long as the result lives.
pub(super) unsafe fn control<'a>(raw: *const reset_control) -> Result<Option<&'a Control>> {
    let raw = Errno::check_ptr(raw.cast_mut()).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the caller's promise.
    Ok(unsafe { raw.cast::<Control>().as_ref() })
}

/// Frees what a pointer of C leads to; null and errors lead nowhere.
///
/// # Safety
/// As [`control`]; `raw` is not used again.
pub(super) unsafe fn free(raw: *mut reset_control) {
    if let Ok(raw) = Errno::check_ptr(raw)
        && !raw.is_null()
    {
        ledger::gave(Kind::Reset, raw.addr());
        // SAFETY: of `into_raw`, as the caller says.
        drop(unsafe { Box::from_raw(raw.cast::<Control>()) });
    }
}
