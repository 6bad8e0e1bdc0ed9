// SPDX-License-Identifier: GPL-2.0-only
//! Handles to clocks: what a consumer does with a clock, and what it wants of it.

use super::node::ClkNode;
use super::plan;
use super::rate::{boundaries, current, protect, recalc_accuracies, round, unprotect};
use super::{Duty, Flags, Result, gate, parent, prepare_lock, shape};
use crate::error::Cause;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicU32, AtomicU64};

/// What a consumer wants of a clock.
pub(super) struct Consumer {
    pub user: Box<str>,
    pub min_rate: AtomicU64,
    pub max_rate: AtomicU64,
    exclusive: AtomicU32,
}

/// A consumer's handle to a clock. When it goes, so do the limits and the exclusive use that it asked for; what it
/// prepared and enabled stays so and has to be undone before.
///
/// Rates are in hertz. Context: orphan vCPUs, and may sleep, but for [`enable`](Self::enable),
/// [`disable`](Self::disable) and what says otherwise.
pub struct Clk {
    clk: Arc<ClkNode>,
    consumer: Arc<Consumer>,
}

impl Clk {
    /// A handle for `user`, who is named in reports.
    pub fn new(clk: &Arc<ClkNode>, user: &str) -> Self {
        let consumer = Arc::new(Consumer {
            user: user.into(),
            min_rate: AtomicU64::new(0),
            max_rate: AtomicU64::new(u64::MAX),
            exclusive: AtomicU32::new(0),
        });
        clk.links.lock().consumers.push(Arc::clone(&consumer));
        Clk { clk: Arc::clone(clk), consumer }
    }

    /// The clock. Context: any.
    pub fn node(&self) -> &Arc<ClkNode> {
        &self.clk
    }

    /// Its name. Context: any.
    pub fn name(&self) -> &str {
        self.clk.name()
    }

    /// Does the part of switching the clock on that may sleep; [`enable`](Self::enable) needs it.
    ///
    /// # Errors
    /// Those of the hardware, of this clock or one above it; nothing has changed.
    pub fn prepare(&self) -> Result<()> {
        let _guard = prepare_lock();
        gate::prepare(&self.clk)
    }

    /// Ends one [`prepare`](Self::prepare).
    pub fn unprepare(&self) {
        let _guard = prepare_lock();
        gate::unprepare(&self.clk);
    }

    /// Switches a prepared clock on. Context: any.
    ///
    /// # Errors
    /// [`Cause::NotPrepared`], or those of the hardware; nothing has changed.
    pub fn enable(&self) -> Result<()> {
        gate::enable(&self.clk)
    }

    /// Ends one [`enable`](Self::enable). Context: any.
    pub fn disable(&self) {
        gate::disable(&self.clk);
    }

    /// [`prepare`](Self::prepare) and [`enable`](Self::enable).
    ///
    /// # Errors
    /// Those of the hardware; nothing has changed.
    pub fn prepare_enable(&self) -> Result<()> {
        let _guard = prepare_lock();
        gate::prepare_enable(Some(&self.clk))
    }

    /// Ends one [`prepare_enable`](Self::prepare_enable).
    pub fn disable_unprepare(&self) {
        let _guard = prepare_lock();
        gate::disable_unprepare(Some(&self.clk));
    }

    /// The rate; 0 if the clock's parent is not there.
    pub fn rate(&self) -> u64 {
        let _guard = prepare_lock();
        current(&self.clk)
    }

    /// Runs `f` without this consumer's own protection of the rate.
    fn as_owner<T>(&self, f: impl FnOnce() -> T) -> T {
        let own = self.consumer.exclusive.load(Relaxed) > 0;
        if own {
            unprotect(Some(&self.clk));
        }
        let result = f();
        if own {
            protect(Some(&self.clk));
        }
        result
    }

    /// The rate that [`set_rate`](Self::set_rate) would set.
    ///
    /// # Errors
    /// The clock cannot tell, or no rate will do.
    pub fn round_rate(&self, rate: u64) -> Result<u64> {
        let _guard = prepare_lock();
        self.as_owner(|| round(&self.clk, rate))
    }

    /// Sets the rate to `rate` or what the clock can do near it; other clocks may change with it.
    ///
    /// # Errors
    /// [`Cause::Busy`] if the rate is protected or a listener objects, [`Cause::Invalid`] if it cannot be done within
    /// the limits.
    pub fn set_rate(&self, rate: u64) -> Result<()> {
        let _guard = prepare_lock();
        self.as_owner(|| plan::set_rate(&self.clk, rate))
    }

    /// [`set_rate`](Self::set_rate), and nobody else may change it until [`exclusive_put`](Self::exclusive_put).
    ///
    /// # Errors
    /// As [`set_rate`](Self::set_rate), also if this consumer itself protects the rate.
    pub fn set_rate_exclusive(&self, rate: u64) -> Result<()> {
        let _guard = prepare_lock();
        plan::set_rate(&self.clk, rate)?;
        self.exclusive_get();
        Ok(())
    }

    /// From now on nobody else may change the rate. Nests.
    pub fn exclusive_get(&self) {
        let _guard = prepare_lock();
        protect(Some(&self.clk));
        self.consumer.exclusive.fetch_add(1, Relaxed);
    }

    /// Ends one [`exclusive_get`](Self::exclusive_get).
    pub fn exclusive_put(&self) {
        let _guard = prepare_lock();
        if self.consumer.exclusive.load(Relaxed) == 0 {
            return log::warn!("clock {}: was not protected by {}", self.name(), self.consumer.user);
        }
        unprotect(Some(&self.clk));
        self.consumer.exclusive.fetch_sub(1, Relaxed);
    }

    /// This consumer's limits: lowest and highest rate. Context: any.
    pub fn rate_range(&self) -> (u64, u64) {
        (self.consumer.min_rate.load(Relaxed), self.consumer.max_rate.load(Relaxed))
    }

    /// Whether the limits can be held together with those of others.
    fn fits(&self, min: u64, max: u64) -> bool {
        let links = self.clk.links.lock();
        let clash = |c: &Arc<Consumer>| min > c.max_rate.load(Relaxed) || max < c.min_rate.load(Relaxed);
        min <= links.max_rate && max >= links.min_rate && !links.consumers.iter().any(clash)
    }

    /// Limits the rate, and changes it if it is outside.
    ///
    /// # Errors
    /// The limits contradict each other or those of others, or the rate cannot be changed; nothing has changed.
    pub fn set_rate_range(&self, min: u64, max: u64) -> Result<()> {
        let _guard = prepare_lock();
        if min > max {
            return Err(Cause::Invalid);
        }
        let old = self.rate_range();
        let set = |(min, max)| {
            self.consumer.min_rate.store(min, Relaxed);
            self.consumer.max_rate.store(max, Relaxed);
        };
        set((min, max));
        let result = self.as_owner(|| {
            if !self.fits(min, max) {
                return Err(Cause::Invalid);
            }
            let rate = match self.clk.flags().contains(Flags::GET_RATE_NOCACHE) {
                true => current(&self.clk),
                false => self.clk.requested.load(Relaxed),
            };
            plan::set_rate(&self.clk, rate.clamp(min, max))
        });
        if result.is_err() {
            set(old);
        }
        result
    }

    /// The limits of all. Context: any.
    pub fn boundaries(&self) -> (u64, u64) {
        boundaries(&self.clk)
    }

    /// The clock's parent. Context: any.
    pub fn parent(&self) -> Option<Arc<ClkNode>> {
        self.clk.parent()
    }

    /// Makes `parent` the clock's parent.
    ///
    /// # Errors
    /// [`Cause::Busy`] if it runs and must not while that changes, if its rate is protected or a listener objects;
    /// [`Cause::Invalid`] if `parent` cannot be its parent; those of the hardware.
    pub fn set_parent(&self, parent: Option<&Arc<ClkNode>>) -> Result<()> {
        let _guard = prepare_lock();
        self.as_owner(|| parent::set_parent(&self.clk, parent))
    }

    /// Whether `parent` is, or could be, the clock's parent.
    pub fn has_parent(&self, parent: &Arc<ClkNode>) -> bool {
        let _guard = prepare_lock();
        parent.same(self.clk.parent().as_ref()) || parent::index_of(&self.clk, parent).is_ok()
    }

    /// Accuracy in parts per billion.
    pub fn accuracy(&self) -> u64 {
        let _guard = prepare_lock();
        if self.clk.flags().contains(Flags::GET_ACCURACY_NOCACHE) {
            recalc_accuracies(&self.clk);
        }
        self.clk.accuracy.load(Relaxed)
    }

    /// Phase against the parent in degrees, 0 to 359.
    ///
    /// # Errors
    /// Those of the hardware.
    pub fn phase(&self) -> Result<u32> {
        let _guard = prepare_lock();
        shape::phase(&self.clk)
    }

    /// Sets the phase; any number of degrees, also negative.
    ///
    /// # Errors
    /// The clock cannot do it, or its rate is protected.
    pub fn set_phase(&self, degrees: i32) -> Result<()> {
        let _guard = prepare_lock();
        self.as_owner(|| shape::set_phase(&self.clk, degrees.rem_euclid(360).cast_unsigned()))
    }

    /// The duty cycle.
    ///
    /// # Errors
    /// Those of the hardware.
    pub fn duty_cycle(&self) -> Result<Duty> {
        let _guard = prepare_lock();
        shape::duty(&self.clk)
    }

    /// Sets the duty cycle.
    ///
    /// # Errors
    /// It is none, the clock cannot do it, or its rate is protected.
    pub fn set_duty_cycle(&self, duty: Duty) -> Result<()> {
        let _guard = prepare_lock();
        self.as_owner(|| shape::set_duty(&self.clk, duty))
    }
}

impl Drop for Clk {
    fn drop(&mut self) {
        let _guard = prepare_lock();
        let own = self.consumer.exclusive.swap(0, Relaxed);
        if own > 0 {
            log::warn!("clock {}: {} left its rate protected", self.name(), self.consumer.user);
            (0..own).for_each(|_| unprotect(Some(&self.clk)));
        }
        self.clk.links.lock().consumers.retain(|c| !Arc::ptr_eq(c, &self.consumer));
        if self.rate_range() != (0, u64::MAX) && !self.clk.is_gone() {
            // What the limits kept from coming true may do so now; if it cannot, the rate stays.
            let _ = plan::set_rate(&self.clk, self.clk.requested.load(Relaxed));
        }
    }
}
