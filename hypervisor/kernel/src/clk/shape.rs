// SPDX-License-Identifier: GPL-2.0-only
//! Phase and duty cycle. The prepare lock is held.

use super::node::ClkNode;
use super::{Caps, Duty, Flags, Result};
use crate::error::Cause;
use alloc::sync::Arc;

/// Reads both from a clock's hardware.
pub(super) fn init(clk: &Arc<ClkNode>) -> Result<()> {
    phase(clk)?;
    let _ = duty(clk);
    Ok(())
}

/// Phase against the parent in degrees; 0 if nothing is known of it.
pub(super) fn phase(clk: &Arc<ClkNode>) -> Result<u32> {
    if clk.can(Caps::GET_PHASE) {
        let phase = clk.ops()?.get_phase()?;
        clk.links.lock().phase = Some(phase);
    }
    Ok(clk.links.lock().phase.unwrap_or(0))
}

/// Sets the phase.
pub(super) fn set_phase(clk: &Arc<ClkNode>, degrees: u32) -> Result<()> {
    if clk.protect_count() > 0 {
        return Err(Cause::Busy);
    }
    if !clk.can(Caps::SET_PHASE) {
        return Err(Cause::Invalid);
    }
    clk.ops()?.set_phase(degrees)?;
    clk.links.lock().phase = Some(degrees);
    Ok(())
}

/// The duty cycle, one half if nothing is known of it.
pub(super) fn duty(clk: &Arc<ClkNode>) -> Result<Duty> {
    let duty = if clk.can(Caps::GET_DUTY_CYCLE) {
        clk.ops()?.get_duty_cycle()?
    } else {
        match clk.parent().filter(|_| clk.flags().contains(Flags::DUTY_CYCLE_PARENT)) {
            Some(parent) => duty(&parent)?,
            None => clk.links.lock().duty.unwrap_or(Duty { num: 1, den: 2 }),
        }
    };
    if duty.den == 0 || duty.num > duty.den {
        return Err(Cause::Invalid);
    }
    clk.links.lock().duty = Some(duty);
    Ok(duty)
}

/// Sets the duty cycle.
pub(super) fn set_duty(clk: &Arc<ClkNode>, wanted: Duty) -> Result<()> {
    if wanted.den == 0 || wanted.num > wanted.den {
        return Err(Cause::Invalid);
    }
    if clk.protect_count() > 0 {
        return Err(Cause::Busy);
    }
    if !clk.can(Caps::SET_DUTY_CYCLE) {
        let passes = Flags::DUTY_CYCLE_PARENT | Flags::SET_RATE_PARENT;
        let parent = clk.parent().filter(|_| clk.flags().contains(passes));
        set_duty(&parent.ok_or(Cause::Invalid)?, wanted)?;
        clk.links.lock().duty = Some(wanted);
        return Ok(());
    }
    let duty = clk.ops()?.set_duty_cycle(wanted)?;
    clk.links.lock().duty = Some(duty);
    Ok(())
}
