// SPDX-License-Identifier: GPL-2.0-only
//! Switching regulators on and off. The framework's mutex is held.

use super::consumer::Consumer;
use super::{Allowed, Caps, Event, Node, Result};
use crate::error::Cause;
use crate::{percpu, sched, time};
use core::sync::atomic::Ordering::Relaxed;

/// Waits, asleep where that is worth it.
pub(super) fn delay(us: u32) {
    if us == 0 {
        return;
    }
    let can_sleep = sched::try_current().is_some_and(|me| !me.is_idle()) && !percpu::in_atomic_context();
    if us >= 10 && can_sleep {
        sched::sleep_ns(u64::from(us) * 1000);
    } else {
        time::udelay(us.into());
    }
}

impl Node {
    /// Whether the hardware is on. Context: orphan vCPUs.
    ///
    /// # Errors
    /// The regulator's.
    pub fn is_enabled(&self) -> Result<bool> {
        self.ops()?.is_enabled()
    }

    /// Switches the hardware on and waits until it is.
    pub(super) fn switch_on(&self) -> Result<()> {
        let ops = self.ops()?;
        if !self.can(Caps::SWITCH) {
            return Err(Cause::Invalid);
        }
        let since = self.state.lock().off_since;
        let rest = (since + u64::from(self.desc.off_on_delay) * 1000).saturating_sub(time::now_ns());
        if self.desc.off_on_delay > 0 && since > 0 {
            delay(rest.div_ceil(1000).try_into().unwrap_or(u32::MAX));
        }
        let fixed = self.constraints.lock().enable_time;
        let wait = if fixed > 0 { fixed } else { ops.enable_time().unwrap_or(self.desc.enable_time) };
        ops.enable()?;
        if self.desc.poll_time == 0 {
            delay(wait);
            return Ok(());
        }
        for _ in 0..wait.div_ceil(self.desc.poll_time) {
            delay(self.desc.poll_time);
            if ops.is_enabled()? {
                return Ok(());
            }
        }
        log::error!("regulator {}: not on after {wait} us", self.name());
        Err(Cause::NotYet)
    }

    /// Switches the hardware off.
    pub(super) fn switch_off(&self) -> Result<()> {
        let ops = self.ops()?;
        if self.can(Caps::SWITCH) {
            ops.disable()?;
        }
        self.state.lock().off_since = time::now_ns();
        Ok(())
    }

    /// Tells the hardware what the consumers that are on draw.
    pub(super) fn update_load(&self) -> Result<()> {
        let ops = self.ops()?;
        let (system, modes, input) = {
            let c = self.constraints.lock();
            (c.system_load, c.valid_modes, c.input)
        };
        if !self.allows(Allowed::LOAD) {
            return Ok(());
        }
        let load = {
            let state = self.state.lock();
            let on = state.consumers.iter().filter(|c| c.enables.load(Relaxed) > 0);
            on.fold(system, |sum, c| sum.saturating_add(c.load.load(Relaxed)))
        };
        if self.can(Caps::SET_LOAD) {
            return ops.set_load(load);
        }
        if !self.can(Caps::SET_MODE) || modes == 0 {
            return Ok(());
        }
        let input = self.supply().and_then(|s| s.node().voltage().ok()).unwrap_or(input);
        let mode = ops.optimum_mode(input, self.voltage().unwrap_or(0), load)?;
        if mode & modes == 0 {
            return Err(Cause::Invalid);
        }
        ops.set_mode(mode)
    }
}

/// Switches a consumer's regulator on, the first time, and before it its supply.
pub(super) fn enable(node: &Node, consumer: &Consumer) -> Result<()> {
    node.ops()?;
    let supply = node.supply();
    let first = node.uses.load(Relaxed) == 0;
    if first && let Some(supply) = &supply {
        supply.enable()?;
    }
    let result = (|| {
        if consumer.enables.fetch_add(1, Relaxed) > 0 {
            return Ok(());
        }
        if consumer.load.load(Relaxed) > 0 {
            node.update_load()?;
        }
        if first && !node.is_enabled()? {
            if !node.allows(Allowed::STATUS) {
                return Err(Cause::NotPermitted);
            }
            node.switch_on()?;
            node.tell(&Event::Enabled);
        }
        node.uses.fetch_add(1, Relaxed);
        Ok(())
    })();
    if result.is_err() {
        consumer.enables.fetch_sub(1, Relaxed);
        if first && let Some(supply) = &supply {
            let _ = supply.disable();
        }
    }
    result
}

/// Ends one [`enable`].
pub(super) fn disable(node: &Node, consumer: &Consumer) -> Result<()> {
    if consumer.enables.load(Relaxed) == 0 {
        log::warn!("regulator {}: {} disables it more often than it enabled it", node.name(), consumer.user);
        return Err(Cause::Invalid);
    }
    consumer.enables.fetch_sub(1, Relaxed);
    if consumer.enables.load(Relaxed) > 0 {
        return Ok(());
    }
    if consumer.load.load(Relaxed) > 0 {
        node.update_load()?;
    }
    if node.uses.load(Relaxed) == 1 && !node.constraints.lock().always_on && node.allows(Allowed::STATUS) {
        node.tell(&Event::BeforeDisable);
        if let Err(cause) = node.switch_off() {
            node.tell(&Event::AbortDisable);
            consumer.enables.fetch_add(1, Relaxed);
            return Err(cause);
        }
        node.tell(&Event::Disabled);
    }
    if node.uses.fetch_sub(1, Relaxed) == 1
        && let Some(supply) = node.supply()
    {
        return supply.disable();
    }
    Ok(())
}

/// Switches a regulator off though others use it.
pub(super) fn force_disable(node: &Node, consumer: &Consumer) -> Result<()> {
    node.tell(&Event::BeforeDisable);
    if let Err(cause) = node.switch_off() {
        node.tell(&Event::AbortDisable);
        return Err(cause);
    }
    node.tell(&Event::ForceDisabled);
    while consumer.enables.load(Relaxed) > 0 {
        consumer.enables.fetch_sub(1, Relaxed);
        if consumer.enables.load(Relaxed) == 0 && node.uses.load(Relaxed) > 0 {
            node.uses.fetch_sub(1, Relaxed);
        }
    }
    node.update_load()?;
    match node.supply() {
        Some(supply) if node.uses.load(Relaxed) == 0 => supply.disable(),
        _ => Ok(()),
    }
}
