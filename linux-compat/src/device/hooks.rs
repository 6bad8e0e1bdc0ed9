// SPDX-License-Identifier: GPL-2.0-only
//! What other families do before a driver's probe and after its remove: default clocks, pin states, DMA.

use crate::bindings::device;
use crate::errno::Result;

/// One family's part in bringing a device up and down. Context of all: sleeps.
pub struct Hook {
    /// Before the probe; an error is the probe's.
    pub before: unsafe fn(*mut device) -> Result<()>,
    /// After a probe that succeeded, if there is something to do. A failure is reported and nothing else.
    pub done: Option<unsafe fn(*mut device) -> Result<()>>,
    /// After a probe that failed, and after the remove: what [`Self::before`] did is undone, managed resources are
    /// gone.
    pub after: unsafe fn(*mut device),
}

/// All of them, in order; the reverse order on the way down.
pub(super) const HOOKS: &[Hook] = &[crate::pinctrl::HOOK, crate::clk::HOOK, crate::dma::HOOK];
