// SPDX-License-Identifier: GPL-2.0-only
//! Handles to regulators.

use super::{Allowed, Caps, Node, Result, lock, power};
use crate::error::Cause;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicU32};

/// What a consumer wants of a regulator.
pub(super) struct Consumer {
    pub user: Box<str>,
    pub enables: AtomicU32,
    /// The range asked for; 0 and 0 for any.
    pub min: AtomicU32,
    pub max: AtomicU32,
    pub load: AtomicU32,
    pub bypass: AtomicBool,
}

/// A consumer's handle to a regulator. When it goes, what it asked for does not count any more; if it is on then, that
/// is logged and the regulator stays on.
pub struct Regulator {
    node: Arc<Node>,
    consumer: Arc<Consumer>,
    exclusive: bool,
}

impl Regulator {
    pub(super) fn make(node: &Arc<Node>, user: &str, exclusive: bool) -> Self {
        let consumer = Arc::new(Consumer {
            user: user.into(),
            enables: AtomicU32::new(0),
            min: AtomicU32::new(0),
            max: AtomicU32::new(0),
            load: AtomicU32::new(0),
            bypass: AtomicBool::new(false),
        });
        node.state.lock().consumers.push(Arc::clone(&consumer));
        Regulator { node: Arc::clone(node), consumer, exclusive }
    }

    /// An exclusive handle takes over a regulator that is on.
    pub(super) fn take_over(&self) -> Result<()> {
        if !self.node.is_enabled()? {
            return Ok(());
        }
        if let Some(supply) = self.node.supply() {
            supply.enable()?;
        }
        self.consumer.enables.store(1, Relaxed);
        self.node.uses.store(1, Relaxed);
        Ok(())
    }

    /// The regulator.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Switches it on, with its supply before it, and waits until it is.
    ///
    /// # Errors
    /// [`Cause::NotPermitted`] if the board forbids it, or the hardware's; nothing has changed.
    pub fn enable(&self) -> Result<()> {
        let _guard = lock();
        power::enable(&self.node, &self.consumer)
    }

    /// Ends one [`enable`](Self::enable).
    ///
    /// # Errors
    /// [`Cause::Invalid`] if it was not enabled, or the hardware's; it stays on then.
    pub fn disable(&self) -> Result<()> {
        let _guard = lock();
        power::disable(&self.node, &self.consumer)
    }

    /// Switches it off though others use it, to save the hardware.
    ///
    /// # Errors
    /// The hardware's.
    pub fn force_disable(&self) -> Result<()> {
        let _guard = lock();
        power::force_disable(&self.node, &self.consumer)
    }

    /// Whether it is on; to one who has it always on, it is.
    ///
    /// # Errors
    /// The hardware's.
    pub fn is_enabled(&self) -> Result<bool> {
        let _guard = lock();
        if self.node.constraints.lock().always_on {
            return Ok(true);
        }
        self.node.is_enabled()
    }

    /// The voltage.
    ///
    /// # Errors
    /// As [`Node::voltage`].
    pub fn voltage(&self) -> Result<u32> {
        let _guard = lock();
        self.node.voltage()
    }

    /// Asks for a voltage in a range; others' ranges count too.
    ///
    /// # Errors
    /// [`Cause::NotPermitted`] if the board forbids it, [`Cause::Invalid`] if no voltage suits all, or the hardware's.
    pub fn set_voltage(&self, min: u32, max: u32) -> Result<()> {
        let _guard = lock();
        let store = |(min, max)| {
            self.consumer.min.store(min, Relaxed);
            self.consumer.max.store(max, Relaxed);
        };
        let old = (self.consumer.min.load(Relaxed), self.consumer.max.load(Relaxed));
        if old == (min, max) {
            return Ok(());
        }
        if !self.node.allows(Allowed::VOLTAGE)
            && let Ok(has) = self.node.voltage()
            && (min..=max).contains(&has)
        {
            store((min, max));
            return Ok(());
        }
        if !self.node.can(Caps::SET_VOLTAGE) {
            return Err(self.node.ops().err().unwrap_or(Cause::Invalid));
        }
        store(self.node.limit(min, max)?);
        let result = self.node.agreed().and_then(|(min, max)| self.node.set_with_supply(min, max));
        result.inspect_err(|_| store(old))
    }

    /// Sets the voltage that was asked for last once more.
    ///
    /// # Errors
    /// [`Cause::Invalid`] if none was, and as [`set_voltage`](Self::set_voltage).
    pub fn sync_voltage(&self) -> Result<()> {
        let _guard = lock();
        if !self.node.allows(Allowed::VOLTAGE) || self.consumer.max.load(Relaxed) == 0 {
            return Err(Cause::Invalid);
        }
        let (min, max) = self.node.agreed()?;
        self.node.set_in_range(min, max)
    }

    /// Whether a voltage in the range could be had.
    ///
    /// # Errors
    /// It cannot be known.
    pub fn supports_voltage(&self, min: u32, max: u32) -> Result<bool> {
        let _guard = lock();
        if !self.node.allows(Allowed::VOLTAGE) {
            return Ok((min..=max).contains(&self.node.voltage()?));
        }
        if self.node.desc.continuous {
            let (low, high) = self.node.constraints.lock().voltage;
            return Ok(min >= low && max <= high);
        }
        let fits = |s| self.node.list_voltage(s).is_ok_and(|v| v != 0 && (min..=max).contains(&v));
        Ok((0..self.node.voltage_count()).any(fits))
    }

    /// The current limit.
    ///
    /// # Errors
    /// The hardware's.
    pub fn current_limit(&self) -> Result<u32> {
        let _guard = lock();
        self.node.ops()?.current_limit()
    }

    /// Sets a current limit in a range.
    ///
    /// # Errors
    /// As [`set_voltage`](Self::set_voltage).
    pub fn set_current_limit(&self, min: u32, max: u32) -> Result<()> {
        let _guard = lock();
        if !self.node.can(Caps::SET_CURRENT_LIMIT) {
            return Err(Cause::Invalid);
        }
        if !self.node.allows(Allowed::CURRENT) {
            return Err(Cause::NotPermitted);
        }
        let (low, high) = self.node.constraints.lock().current;
        let (min, max) = (min.max(low), max.min(high));
        if min > max { Err(Cause::Invalid) } else { self.node.ops()?.set_current_limit(min, max) }
    }

    /// The operating mode.
    ///
    /// # Errors
    /// The hardware's.
    pub fn mode(&self) -> Result<u32> {
        let _guard = lock();
        self.node.ops()?.mode()
    }

    /// Sets the operating mode.
    ///
    /// # Errors
    /// [`Cause::NotPermitted`] if the board forbids changes, [`Cause::Invalid`] if it does that mode, or the hardware's.
    pub fn set_mode(&self, mode: u32) -> Result<()> {
        let _guard = lock();
        let ops = self.node.ops()?;
        if !self.node.can(Caps::SET_MODE) {
            return Err(Cause::Invalid);
        }
        if ops.mode() == Ok(mode) {
            return Ok(());
        }
        if !self.node.allows(Allowed::MODE) {
            return Err(Cause::NotPermitted);
        }
        if self.node.constraints.lock().valid_modes & mode == 0 {
            Err(Cause::Invalid)
        } else {
            ops.set_mode(mode)
        }
    }

    /// Says what this consumer draws while it is on.
    ///
    /// # Errors
    /// The hardware's.
    pub fn set_load(&self, load: u32) -> Result<()> {
        let _guard = lock();
        let old = self.consumer.load.swap(load, Relaxed);
        if old == load || self.consumer.enables.load(Relaxed) == 0 {
            return Ok(());
        }
        self.node.update_load().inspect_err(|_| self.consumer.load.store(old, Relaxed))
    }

    /// Allows it to pass its supply through, which it does once all consumers do.
    ///
    /// # Errors
    /// The hardware's.
    pub fn allow_bypass(&self, allow: bool) -> Result<()> {
        let _guard = lock();
        if !self.node.can(Caps::SET_BYPASS) || !self.node.allows(Allowed::BYPASS) {
            return Ok(());
        }
        let all = || self.node.state.lock().consumers.iter().all(|c| c.bypass.load(Relaxed));
        let before = all();
        let old = self.consumer.bypass.swap(allow, Relaxed);
        let after = all();
        if before == after {
            return Ok(());
        }
        self.node.ops()?.set_bypass(after).inspect_err(|_| self.consumer.bypass.store(old, Relaxed))
    }

    /// What is wrong with it, by the bits of Linux's `REGULATOR_ERROR_*`.
    ///
    /// # Errors
    /// The hardware's.
    pub fn error_flags(&self) -> Result<u32> {
        let _guard = lock();
        self.node.ops()?.error_flags()
    }
}

impl Drop for Regulator {
    fn drop(&mut self) {
        let _guard = lock();
        if self.consumer.enables.load(Relaxed) > 0 && !self.exclusive {
            log::warn!("regulator {}: {} let it go while it is on", self.node.name(), self.consumer.user);
        }
        let mut state = self.node.state.lock();
        state.consumers.retain(|c| !Arc::ptr_eq(c, &self.consumer));
        state.exclusive &= !self.exclusive;
    }
}
