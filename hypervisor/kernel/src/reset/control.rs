// SPDX-License-Identifier: GPL-2.0-only
//! Handles to reset lines, and who may do what with a line.

use super::{Caps, Controller, Result};
use crate::error::Cause;
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};

/// How a consumer uses a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody else uses it.
    Exclusive,
    /// Others may have handles too, but only one at a time may use the line, after [`Reset::acquire`].
    Released,
    /// Others may use it too.
    Shared,
}

/// A line with what its consumers did to it. The handles of a shared line have one, others one each.
pub(super) struct Line {
    pub id: u32,
    pub mode: Mode,
    pub deasserts: AtomicU32,
    /// Pulses asked for and not given back, of a shared line.
    triggers: AtomicU32,
    acquired: AtomicBool,
    pub users: SpinLock<Vec<Box<str>>>,
}

/// A consumer's handle to a reset line. Letting it go changes nothing at the line.
pub struct Reset {
    controller: Arc<Controller>,
    line: Arc<Line>,
    user: Box<str>,
}

impl Reset {
    /// A handle to line `id` for `user`, who is named in reports. Context: may allocate.
    ///
    /// # Errors
    /// [`Cause::Busy`] if others have handles that cannot be together with this one, [`Cause::Gone`] if the controller is.
    pub fn new(controller: &Arc<Controller>, id: u32, mode: Mode, user: &str) -> Result<Self> {
        controller.ops()?;
        let mut used = controller.used.lock();
        let mut line = None;
        for other in used.iter().filter(|l| l.id == id) {
            match (other.mode, mode) {
                (Mode::Shared, Mode::Shared) => line = Some(Arc::clone(other)),
                (Mode::Exclusive | Mode::Released, Mode::Released) => {}
                _ => return Err(Cause::Busy),
            }
        }
        let line = line.unwrap_or_else(|| {
            let line = Arc::new(Line {
                id,
                mode,
                deasserts: AtomicU32::new(0),
                triggers: AtomicU32::new(0),
                acquired: AtomicBool::new(mode == Mode::Exclusive),
                users: SpinLock::new(Vec::new()),
            });
            used.push(Arc::clone(&line));
            line
        });
        line.users.lock().push(user.into());
        drop(used);
        Ok(Reset { controller: Arc::clone(controller), line, user: user.into() })
    }

    fn shared(&self) -> bool {
        self.line.mode == Mode::Shared
    }

    /// An exclusive line has to be acquired.
    fn check_acquired(&self) -> Result<()> {
        if self.line.acquired.load(Acquire) { Ok(()) } else { Err(Cause::NotPermitted) }
    }

    /// Resets the device; a shared line only if nobody else did. Context: as the controller allows.
    ///
    /// # Errors
    /// [`Cause::Invalid`] if consumers keep the line deasserted, [`Cause::NotPermitted`] if it is not acquired, and the
    /// controller's.
    pub fn reset(&self) -> Result<()> {
        let ops = self.controller.ops()?;
        if !self.controller.can(Caps::RESET) {
            return Err(Cause::Unsupported);
        }
        if !self.shared() {
            self.check_acquired()?;
            return ops.reset(self.line.id);
        }
        if self.line.deasserts.load(Relaxed) != 0 {
            return Err(Cause::Invalid);
        }
        if self.line.triggers.fetch_add(1, AcqRel) != 0 {
            return Ok(());
        }
        ops.reset(self.line.id).inspect_err(|_| {
            self.line.triggers.fetch_sub(1, AcqRel);
        })
    }

    /// Ends one [`reset`](Self::reset) of a shared line: once all have, the line can be pulsed again.
    ///
    /// # Errors
    /// As [`reset`](Self::reset); also [`Cause::Invalid`] if it was not reset.
    pub fn rearm(&self) -> Result<()> {
        if !self.shared() {
            return self.check_acquired();
        }
        if self.line.deasserts.load(Relaxed) != 0 {
            return Err(Cause::Invalid);
        }
        let taken = self.line.triggers.fetch_update(AcqRel, Acquire, |n| n.checked_sub(1));
        taken.map(|_| ()).map_err(|_| Cause::Invalid)
    }

    /// Puts the device into reset; a shared line once nobody wants it deasserted. Context: as the controller allows.
    ///
    /// # Errors
    /// [`Cause::Invalid`] if a shared line was not deasserted or is pulsed, [`Cause::NotPermitted`] if the line is not
    /// acquired, and the controller's.
    pub fn assert(&self) -> Result<()> {
        let ops = self.controller.ops()?;
        if self.shared() {
            if self.line.triggers.load(Relaxed) != 0 {
                return Err(Cause::Invalid);
            }
            let before = self.line.deasserts.fetch_update(AcqRel, Acquire, |n| n.checked_sub(1));
            if before.map_err(|_| Cause::Invalid)? != 1 || !self.controller.can(Caps::ASSERT) {
                // A shared line may be in any state afterwards.
                return Ok(());
            }
        } else {
            if !self.controller.can(Caps::ASSERT) {
                return Err(Cause::Unsupported);
            }
            self.check_acquired()?;
        }
        ops.assert(self.line.id)
    }

    /// Takes the device out of reset. Context: as the controller allows.
    ///
    /// # Errors
    /// [`Cause::Invalid`] if a shared line is pulsed, [`Cause::NotPermitted`] if the line is not acquired, and the
    /// controller's.
    pub fn deassert(&self) -> Result<()> {
        let ops = self.controller.ops()?;
        if self.shared() {
            if self.line.triggers.load(Relaxed) != 0 {
                return Err(Cause::Invalid);
            }
            if self.line.deasserts.fetch_add(1, AcqRel) != 0 {
                return Ok(());
            }
        } else {
            self.check_acquired()?;
        }
        // Lines that deassert themselves need nothing done.
        let result = if self.controller.can(Caps::DEASSERT) { ops.deassert(self.line.id) } else { Ok(()) };
        result.inspect_err(|_| {
            if self.shared() {
                self.line.deasserts.fetch_sub(1, AcqRel);
            }
        })
    }

    /// Whether the device is in reset. Context: as the controller allows.
    ///
    /// # Errors
    /// The controller's.
    pub fn status(&self) -> Result<bool> {
        let ops = self.controller.ops()?;
        if self.controller.can(Caps::STATUS) { ops.status(self.line.id) } else { Err(Cause::Unsupported) }
    }

    /// Takes a line that others have handles to for this one alone, until [`release`](Self::release). Context: any.
    ///
    /// # Errors
    /// [`Cause::Busy`] if another has it.
    pub fn acquire(&self) -> Result<()> {
        let used = self.controller.used.lock();
        if self.line.acquired.load(Acquire) {
            return Ok(());
        }
        if used.iter().any(|l| l.id == self.line.id && l.acquired.load(Acquire)) {
            return Err(Cause::Busy);
        }
        self.line.acquired.store(true, Release);
        Ok(())
    }

    /// Ends [`acquire`](Self::acquire), also of a line that was exclusive from the start. Context: any.
    pub fn release(&self) {
        self.line.acquired.store(false, Release);
    }
}

impl Drop for Reset {
    fn drop(&mut self) {
        let mut used = self.controller.used.lock();
        let mut users = self.line.users.lock();
        if let Some(at) = users.iter().position(|u| *u == self.user) {
            users.swap_remove(at);
        }
        if users.is_empty() {
            used.retain(|l| !Arc::ptr_eq(l, &self.line));
        }
    }
}
