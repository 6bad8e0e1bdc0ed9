// SPDX-License-Identifier: GPL-2.0-only
//! Voltages: what a regulator has, what it may have, and what all its consumers bear. The framework's mutex is held.

use super::power::delay;
use super::{Allowed, Caps, Event, Node, Result};
use crate::error::Cause;
use core::sync::atomic::Ordering::Relaxed;

impl Node {
    /// The voltage at the output.
    ///
    /// # Errors
    /// [`Cause::NotYet`] while its supply is not there and tells the voltage, [`Cause::Invalid`] if nobody knows it.
    pub fn voltage(&self) -> Result<u32> {
        let ops = self.ops()?;
        let offset = self.constraints.lock().offset;
        let passes = ops.bypass()?;
        if self.can(Caps::VOLTAGE) && !passes {
            return Ok(ops.voltage()?.saturating_add_signed(offset.saturating_neg()));
        }
        match (self.supply(), self.desc.supply) {
            (Some(supply), _) if passes => supply.node().voltage(),
            (Some(supply), _) => Ok(supply.node().voltage()?.saturating_add_signed(offset.saturating_neg())),
            (None, Some(_)) => Err(Cause::NotYet),
            (None, None) => Err(Cause::Invalid),
        }
    }

    /// How many selectors [`list_voltage`](Self::list_voltage) takes; those of the supply for a mere switch.
    pub fn voltage_count(&self) -> u32 {
        match self.supply() {
            Some(supply) if self.desc.voltages == 0 && !self.can(Caps::SET_VOLTAGE) => {
                supply.node().voltage_count()
            }
            _ => self.desc.voltages,
        }
    }

    /// The voltage of a selector; 0 for one that may not be used here.
    ///
    /// # Errors
    /// There is no such selector.
    pub fn list_voltage(&self, selector: u32) -> Result<u32> {
        let found = if self.can(Caps::LIST_VOLTAGE) {
            if selector >= self.desc.voltages {
                return Err(Cause::Invalid);
            }
            self.ops()?.list_voltage(selector)?
        } else if self.desc.voltages == 1 && selector == 0 && self.can(Caps::VOLTAGE) {
            return self.voltage();
        } else {
            let supply = self.supply().filter(|_| !self.can(Caps::SET_VOLTAGE)).ok_or(Cause::Invalid)?;
            supply.node().list_voltage(selector)?
        };
        let (min, max) = self.constraints.lock().voltage;
        Ok(if (min, max) == (0, 0) || (min..=max).contains(&found) { found } else { 0 })
    }

    /// Cuts a range to what the board allows.
    pub(super) fn limit(&self, min: u32, max: u32) -> Result<(u32, u32)> {
        if !self.allows(Allowed::VOLTAGE) {
            return Err(Cause::NotPermitted);
        }
        let (low, high) = self.constraints.lock().voltage;
        let range = (min.max(low), max.min(high));
        if range.0 > range.1 { Err(Cause::Invalid) } else { Ok(range) }
    }

    /// The range that all consumers bear, and the board.
    pub(super) fn agreed(&self) -> Result<(u32, u32)> {
        let (min, max) = self.constraints.lock().voltage;
        let state = self.state.lock();
        let range = state.consumers.iter().fold((min, max), |(min, max), c| {
            let (low, high) = (c.min.load(Relaxed), c.max.load(Relaxed));
            if (low, high) == (0, 0) { (min, max) } else { (min.max(low), max.min(high)) }
        });
        if range.0 > range.1 { Err(Cause::Invalid) } else { Ok(range) }
    }

    /// Sets the voltage, and the supply's if it has to be higher or may be lower.
    pub(super) fn set_with_supply(&self, min: u32, max: u32) -> Result<()> {
        let supply = self.supply().filter(|s| {
            s.node().allows(Allowed::VOLTAGE) && (self.desc.dropout > 0 || !self.can(Caps::VOLTAGE))
        });
        let Some(supply) = supply else { return self.set_in_range(min, max) };
        let wanted = self.ops()?.map_voltage(min, max)?.saturating_add(self.desc.dropout);
        let has = supply.node().voltage()?;
        if wanted > has {
            supply.set_voltage(wanted, i32::MAX as u32)?;
        }
        self.set_in_range(min, max)?;
        if wanted < has
            && let Err(cause) = supply.set_voltage(wanted, i32::MAX as u32)
        {
            log::warn!("regulator {}: its supply's voltage cannot be lowered: {cause}", self.name());
        }
        Ok(())
    }

    /// Sets the hardware to a voltage in the range, tells the listeners, and waits until it is there.
    pub(super) fn set_in_range(&self, min: u32, max: u32) -> Result<()> {
        let ops = self.ops()?;
        if !self.can(Caps::SET_VOLTAGE) {
            return Err(Cause::Invalid);
        }
        let old = self.voltage().unwrap_or(0);
        let c = self.constraints();
        let range = (min.saturating_add_signed(c.offset), max.saturating_add_signed(c.offset));
        if !self.tell(&Event::BeforeVoltage { old, range }) {
            return Err(Cause::Invalid);
        }
        let new = ops.set_voltage(range.0, range.1).inspect_err(|_| {
            self.tell(&Event::AbortVoltage(old));
        })?;
        let ramp = if c.ramp_delay > 0 { c.ramp_delay } else { self.desc.ramp_delay };
        let settling = if new > old { c.settling.0 } else { c.settling.1 };
        if new != old {
            delay(ops.voltage_time(old, new).unwrap_or(match ramp {
                0 => settling,
                ramp => old.abs_diff(new).div_ceil(ramp),
            }));
        }
        self.tell(&Event::Voltage(new));
        Ok(())
    }
}
