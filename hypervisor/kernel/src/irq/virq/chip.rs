// SPDX-License-Identifier: GPL-2.0-only
//! What the driver of an interrupt controller behind a domain offers for each of its lines.

use super::desc::Data;
use crate::error::{Error, Result};
use crate::sched::CpuMask;
use bitflags::bitflags;

bitflags! {
    /// How a line signals. The numbers are those of device trees' trigger cells.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Sense: u32 {
        /// By a rising edge.
        const RISING = 1;
        /// By a falling edge.
        const FALLING = 2;
        /// By a high level.
        const HIGH = 4;
        /// By a low level.
        const LOW = 8;
    }
}

impl Sense {
    /// Both edges.
    pub const BOTH: Sense = Sense::RISING.union(Sense::FALLING);
    /// Either level.
    pub const LEVEL: Sense = Sense::HIGH.union(Sense::LOW);

    /// In one word, for reports.
    pub fn name(self) -> &'static str {
        match self.bits() {
            0 => "none",
            1 => "rising",
            2 => "falling",
            3 => "edges",
            4 => "high",
            8 => "low",
            _ => "mixed",
        }
    }
}

bitflags! {
    /// What a chip wants of the flow handlers.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ChipFlags: u32 {
        /// Mask a line while its trigger changes.
        const SET_TYPE_MASKED = 1;
        /// End an interrupt only if it was handled.
        const EOI_IF_HANDLED = 1 << 1;
        /// Mask lines that do not wake while the system sleeps. There is no such sleep here.
        const MASK_ON_SUSPEND = 1 << 2;
        /// Lines may wake although there is no function for it.
        const SKIP_SET_WAKE = 1 << 4;
        /// One-shot handling needs no mask.
        const ONESHOT_SAFE = 1 << 5;
        /// The end of a one-shot interrupt waits for its thread.
        const EOI_THREADED = 1 << 6;
        /// The affinity must be set before a line starts.
        const AFFINITY_PRE_STARTUP = 1 << 10;
    }
}

/// A function that a chip may or may not have; the flow differs accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// [`Chip::startup`].
    Startup,
    /// [`Chip::shutdown`].
    Shutdown,
    /// [`Chip::enable`].
    Enable,
    /// [`Chip::disable`].
    Disable,
    /// [`Chip::mask`].
    Mask,
    /// [`Chip::unmask`].
    Unmask,
    /// [`Chip::mask_ack`].
    MaskAck,
    /// [`Chip::set_type`].
    SetType,
    /// [`Chip::set_wake`].
    SetWake,
    /// [`Chip::retrigger`].
    Retrigger,
    /// [`Chip::bus_lock`] and [`Chip::bus_unlock`].
    BusLock,
}

/// A line's state that some chips can tell or set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// It waits to be taken.
    Pending,
    /// It is being handled.
    Active,
    /// It is masked.
    Masked,
    /// The input is high.
    Level,
}

/// An interrupt controller behind a domain. Where not said otherwise, the functions are called with interrupts masked
/// and the line's lock held, so they neither sleep nor use the line through this module.
pub trait Chip: Send + Sync {
    /// A name for reports.
    fn name(&self) -> &str;
    /// What the flow handlers shall mind.
    fn flags(&self) -> ChipFlags {
        ChipFlags::empty()
    }
    /// Whether the chip has this function. By default masking alone.
    fn has(&self, op: Op) -> bool {
        matches!(op, Op::Mask | Op::Unmask)
    }
    /// Starts a line at its first request, instead of [`Chip::enable`].
    fn startup(&self, d: &Data<'_>) {
        self.enable(d);
    }
    /// Stops a line at its last release, instead of [`Chip::disable`].
    fn shutdown(&self, d: &Data<'_>) {
        self.disable(d);
    }
    /// Opens a line, where that is more than to unmask it.
    fn enable(&self, d: &Data<'_>) {
        self.unmask(d);
    }
    /// Closes a line, where that is more than to mask it.
    fn disable(&self, d: &Data<'_>) {
        self.mask(d);
    }
    /// Acknowledges: an edge that comes from now on counts anew.
    fn ack(&self, _d: &Data<'_>) {}
    /// Masks a line.
    fn mask(&self, d: &Data<'_>);
    /// Unmasks a line.
    fn unmask(&self, d: &Data<'_>);
    /// Masks and acknowledges in one.
    fn mask_ack(&self, d: &Data<'_>) {
        self.mask(d);
        self.ack(d);
    }
    /// Ends an interrupt.
    fn eoi(&self, _d: &Data<'_>) {}
    /// Sets how the line signals. `Ok(true)`: the new setting is to be noted by the caller; `Ok(false)`: the chip has
    /// noted it itself.
    ///
    /// # Errors
    /// The line cannot signal so.
    fn set_type(&self, _d: &Data<'_>, _sense: Sense) -> Result<bool> {
        Err(Error::Unsupported { what: "an interrupt trigger" })
    }
    /// Lets the line wake a sleeping system, or not.
    ///
    /// # Errors
    /// It cannot.
    fn set_wake(&self, _d: &Data<'_>, _on: bool) -> Result<()> {
        Err(Error::Unsupported { what: "waking by an interrupt" })
    }
    /// Sends the line's interrupts to one of these CPUs.
    ///
    /// # Errors
    /// It cannot.
    fn set_affinity(&self, _d: &Data<'_>, _cpus: CpuMask) -> Result<()> {
        Err(Error::Unsupported { what: "an interrupt's affinity" })
    }
    /// Makes the line pending again; false if it could not.
    fn retrigger(&self, _d: &Data<'_>) -> bool {
        false
    }
    /// Before a change of a chip on a slow bus; may sleep. No lock is held.
    fn bus_lock(&self, _d: &Data<'_>) {}
    /// After it: writes what was changed; may sleep. No lock is held.
    fn bus_unlock(&self, _d: &Data<'_>) {}
    /// At the first request; may sleep. No lock is held.
    ///
    /// # Errors
    /// The line cannot be an interrupt.
    fn request_resources(&self, _d: &Data<'_>) -> Result<()> {
        Ok(())
    }
    /// At the last release; may sleep. No lock is held.
    fn release_resources(&self, _d: &Data<'_>) {}
    /// Reads a state of the line.
    ///
    /// # Errors
    /// The chip cannot tell.
    fn line_state(&self, _d: &Data<'_>, _which: LineState) -> Result<bool> {
        Err(Error::Unsupported { what: "reading an interrupt's state" })
    }
    /// Sets a state of the line.
    ///
    /// # Errors
    /// The chip cannot.
    fn set_line_state(&self, _d: &Data<'_>, _which: LineState, _on: bool) -> Result<()> {
        Err(Error::Unsupported { what: "setting an interrupt's state" })
    }
}

/// The chip of lines that have none: nothing can be done to them.
pub struct NoChip;

impl Chip for NoChip {
    fn name(&self) -> &str {
        "none"
    }
    fn has(&self, _: Op) -> bool {
        false
    }
    fn mask(&self, _: &Data<'_>) {}
    fn unmask(&self, _: &Data<'_>) {}
}

/// A chip for lines that are only software: masking is a matter of the state that the flow handlers keep.
pub struct Dummy;

impl Chip for Dummy {
    fn name(&self) -> &str {
        "dummy"
    }
    fn mask(&self, _: &Data<'_>) {}
    fn unmask(&self, _: &Data<'_>) {}
}
