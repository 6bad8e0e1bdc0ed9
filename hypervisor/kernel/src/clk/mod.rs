// SPDX-License-Identifier: GPL-2.0-only
//! Clocks: the tree of the machine's clocks, what provides them and who uses them.
//!
//! A provider describes each clock by a [`ClkInit`] and an implementation of [`ClkOps`], and registers it with
//! [`register`]. A clock whose parent is not there yet is an orphan, rate 0, until the parent registers. A consumer
//! gets a [`Clk`] by device tree ([`get`]), by name ([`find`]) or from the provider, and keeps it as long as it uses it.
//!
//! | state | changed under | by |
//! |---|---|---|
//! | tree, rates, prepare counts, rate protection | the prepare lock, a mutex; holders may sleep | orphan vCPUs |
//! | enable counts | the enable lock, a spinlock with interrupts masked | anybody |
//!
//! Both locks may be taken again by who holds them: the functions of a provider, and notifiers, are called with them
//! held and may call back. The functions in [`hw`] are for providers; they do not take the locks.
//!
//! Clocks that nobody uses are left as the firmware set them: guests, or the console, may live by them.

mod consumer;
mod gate;
mod lock;
mod node;
mod notify;
mod parent;
mod plan;
mod provider;
mod rate;
mod register;
mod report;
mod shape;
#[cfg(test)]
mod tests;

pub use consumer::Clk;
pub use lock::{PrepareGuard, prepare_lock};
pub use node::{ClkInit, ClkNode, HwId, Local, ParentRef};
pub use notify::{Event, RateChange, RateNotifier, Verdict};
pub use provider::{
    ClkProvider, ProviderId, add_provider, from_specifier, get, look_up, remove_provider, set_defaults,
};
pub use register::{find, register, unregister};
pub use report::{Report, info, list};

use crate::error::Cause;
use alloc::sync::Arc;
use bitflags::bitflags;

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

bitflags! {
    /// How the framework treats a clock. The values are those of Linux's `CLK_*` flags.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Flags: u64 {
        /// The rate may change only while the clock is unprepared.
        const SET_RATE_GATE = 1 << 0;
        /// The parent may change only while the clock is unprepared.
        const SET_PARENT_GATE = 1 << 1;
        /// A request for a rate may change the parent's rate.
        const SET_RATE_PARENT = 1 << 2;
        /// Not gated though unused; no clock is, here.
        const IGNORE_UNUSED = 1 << 3;
        /// The rate may change by itself: read it each time.
        const GET_RATE_NOCACHE = 1 << 6;
        /// A request for a rate does not change the parent.
        const SET_RATE_NO_REPARENT = 1 << 7;
        /// The accuracy may change by itself: compute it each time.
        const GET_ACCURACY_NOCACHE = 1 << 8;
        /// Rates of the clocks below are determined anew once this one has changed.
        const RECALC_NEW_RATES = 1 << 9;
        /// The clock has to run while its rate changes.
        const SET_RATE_UNGATE = 1 << 10;
        /// Always on.
        const IS_CRITICAL = 1 << 11;
        /// The parent has to run for each operation on the clock.
        const OPS_PARENT_ENABLE = 1 << 12;
        /// The duty cycle is that of the parent.
        const DUTY_CYCLE_PARENT = 1 << 13;
        const _ = !0;
    }
}

bitflags! {
    /// Which functions of [`ClkOps`] a clock has; the framework has a default for the others.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Caps: u32 {
        /// [`ClkOps::is_prepared`].
        const IS_PREPARED = 1 << 0;
        /// [`ClkOps::is_enabled`].
        const IS_ENABLED = 1 << 1;
        /// [`ClkOps::recalc_rate`]; without it the rate is the parent's.
        const RECALC_RATE = 1 << 2;
        /// [`ClkOps::determine_rate`].
        const DETERMINE_RATE = 1 << 3;
        /// [`ClkOps::set_rate`].
        const SET_RATE = 1 << 4;
        /// [`ClkOps::set_parent`].
        const SET_PARENT = 1 << 5;
        /// [`ClkOps::get_parent`].
        const GET_PARENT = 1 << 6;
        /// [`ClkOps::set_rate_and_parent`].
        const SET_RATE_AND_PARENT = 1 << 7;
        /// [`ClkOps::recalc_accuracy`]; without it the accuracy is the parent's.
        const RECALC_ACCURACY = 1 << 8;
        /// [`ClkOps::get_phase`].
        const GET_PHASE = 1 << 9;
        /// [`ClkOps::set_phase`].
        const SET_PHASE = 1 << 10;
        /// [`ClkOps::get_duty_cycle`].
        const GET_DUTY_CYCLE = 1 << 11;
        /// [`ClkOps::set_duty_cycle`].
        const SET_DUTY_CYCLE = 1 << 12;
        /// [`ClkOps::determine_rate`] only rounds: it never chooses another parent. A clock with
        /// [`SET_PARENT`](Self::SET_PARENT) needs one that does.
        const ROUNDS_ONLY = 1 << 13;
        /// [`ClkOps::enable`] and [`ClkOps::disable`]; without, the clock runs once it is prepared.
        const ENABLE = 1 << 14;
    }
}

/// The share of a period for which a clock is high: `num / den`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Numerator, at most the denominator.
    pub num: u32,
    /// Denominator, not 0.
    pub den: u32,
}

/// A rate that is asked for, and what a clock makes of it. Rates are in hertz.
#[derive(Clone, Debug)]
pub struct RateRequest {
    /// The rate asked for; [`ClkOps::determine_rate`] puts there what the clock can do.
    pub rate: u64,
    /// Lowest rate that all consumers bear.
    pub min_rate: u64,
    /// Highest rate that all consumers bear.
    pub max_rate: u64,
    /// The rate that the best parent should have.
    pub best_parent_rate: u64,
    /// The parent to choose.
    pub best_parent: Option<Arc<ClkNode>>,
}

/// What a provider implements for a clock: access to the hardware, no book-keeping.
///
/// Context: `enable`, `disable` and `is_enabled` are called with the enable lock held and must not sleep; all others
/// with the prepare lock held, in orphan vCPUs, and may sleep. A function whose bit is missing in [`caps`](Self::caps)
/// is not called. Errors that the hardware's driver has a number for are [`Cause::Driver`].
#[expect(unused_variables, reason = "names of parameters document the defaults")]
pub trait ClkOps: Send + Sync {
    /// Which of the functions below do something. Must not change.
    fn caps(&self) -> Caps;

    /// Called once at registration, before all others.
    ///
    /// # Errors
    /// The clock cannot be used; it is not registered.
    fn init(&self, clk: &Arc<ClkNode>) -> Result<()> {
        Ok(())
    }

    /// Called once when the clock is unregistered.
    fn terminate(&self) {}

    /// The slow part of switching the clock on.
    ///
    /// # Errors
    /// The clock stays off.
    fn prepare(&self) -> Result<()> {
        Ok(())
    }

    /// The slow part of switching it off.
    fn unprepare(&self) {}

    /// Whether the hardware is prepared.
    fn is_prepared(&self) -> bool {
        false
    }

    /// The fast part of switching the clock on. Context: atomic.
    ///
    /// # Errors
    /// The clock stays off.
    fn enable(&self) -> Result<()> {
        Ok(())
    }

    /// The fast part of switching it off. Context: atomic.
    fn disable(&self) {}

    /// Whether the hardware runs. Context: atomic.
    fn is_enabled(&self) -> bool {
        false
    }

    /// The rate that the hardware's settings make of the parent's rate.
    fn recalc_rate(&self, parent_rate: u64) -> u64 {
        parent_rate
    }

    /// The nearest rate that the clock can do, within the request's limits, and the parent and its rate for it.
    ///
    /// # Errors
    /// No rate will do.
    fn determine_rate(&self, clk: &Arc<ClkNode>, request: &mut RateRequest) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Sets the hardware for `rate`, the parent running at `parent_rate`.
    ///
    /// # Errors
    /// The rate is as it was.
    fn set_rate(&self, rate: u64, parent_rate: u64) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Sets rate and parent at once, where one after the other would do harm.
    ///
    /// # Errors
    /// Both are as they were.
    fn set_rate_and_parent(&self, rate: u64, parent_rate: u64, index: u8) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Chooses the parent by its index in [`ClkInit::parents`].
    ///
    /// # Errors
    /// The parent is as it was.
    fn set_parent(&self, index: u8) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// The index of the parent that the hardware has chosen.
    fn get_parent(&self) -> u8 {
        0
    }

    /// Accuracy in parts per billion, 0 is perfect.
    fn recalc_accuracy(&self, parent_accuracy: u64) -> u64 {
        parent_accuracy
    }

    /// Phase against the parent, 0 to 359 degrees.
    ///
    /// # Errors
    /// It cannot be known.
    fn get_phase(&self) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Sets the phase.
    ///
    /// # Errors
    /// It is as it was.
    fn set_phase(&self, degrees: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// The duty cycle.
    ///
    /// # Errors
    /// It cannot be known.
    fn get_duty_cycle(&self) -> Result<Duty> {
        Err(Cause::Unsupported)
    }

    /// Sets the duty cycle; says what it became.
    ///
    /// # Errors
    /// It is as it was.
    fn set_duty_cycle(&self, duty: Duty) -> Result<Duty> {
        Err(Cause::Unsupported)
    }

    /// Finds a parent that is given by the provider's own device tree node: by name in `clock-names`, else by index
    /// in `clocks`.
    ///
    /// # Errors
    /// [`Cause::NotFound`] if the tree does not name it, [`Cause::NotYet`] if its provider is not there yet.
    fn find_parent(&self, local: &Local) -> Result<Arc<ClkNode>> {
        Err(Cause::NotFound)
    }
}

/// For providers, within their functions, with the locks held.
pub mod hw {
    pub use super::gate::restore as restore_gate;
    pub use super::parent::{by_index as parent_by_index, index_of as parent_index, reparent};
    pub use super::rate::{
        boundaries, determine, determine_no_reparent, forward_request, mux_determine, new_request, round,
        set_boundaries,
    };
    pub use super::register::{by_hw, by_name};
}
