// SPDX-License-Identifier: GPL-2.0-only
//! What devices with a sense of time share. Each is a [`Model`]: registers that are told the time with every call,
//! and know when they want to be looked at next. [`Timed`] puts one behind a lock, an interrupt line and a timer.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use kernel::time;
use kernel::timer::Timer;
use vmm::config::DeviceConfig;
use vmm::device::{Context, Emulator, Error, PowerControl, Width};

use crate::regs::{self, Line, Unimplemented};
use crate::sync::Lock;

const NS_PER_SEC: u64 = 1_000_000_000;
/// Clock frequencies that a guest's DTS may ask for, in hertz: at the lowest the longest period of any device still
/// fits into 64 bits of nanoseconds, at the highest a tick is not shorter than one.
const CLOCKS: core::ops::RangeInclusive<u32> = 1_000..=1_000_000_000;
/// The host-side option that sets the clock.
pub(crate) const CLOCK_OPTION: &str = "ferrovisor,clock-frequency";

/// Nanoseconds that `ticks` of a clock of `hz` take, rounded down; `ticks` at most 2^40.
pub(crate) fn ticks_to_ns(ticks: u64, hz: u32) -> u64 {
    let hz = u64::from(hz.max(1));
    (ticks / hz).saturating_mul(NS_PER_SEC).saturating_add(ticks % hz * NS_PER_SEC / hz)
}

/// Ticks of a clock of `hz` that begin within `ns`.
pub(crate) fn ns_to_ticks(ns: u64, hz: u32) -> u64 {
    let hz = u64::from(hz);
    (ns / NS_PER_SEC).saturating_mul(hz).saturating_add((ns % NS_PER_SEC * hz).div_ceil(NS_PER_SEC))
}

/// The frequency of the device's clock as its node says, or `default`; `None` if the node says nonsense.
pub(crate) fn clock(node: &DeviceConfig, default: u32) -> Option<u32> {
    if !node.properties.has(CLOCK_OPTION) {
        return Some(default);
    }
    node.properties.u32(CLOCK_OPTION).filter(|hz| CLOCKS.contains(hz))
}

/// As [`clock`], with the error for the user.
pub(crate) fn checked_clock(ctx: &Context<'_>, default: u32) -> Result<u32, Error> {
    clock(ctx.node, default).ok_or_else(|| {
        let found =
            ctx.node.properties.u32(CLOCK_OPTION).map_or("not one cell".to_string(), |hz| hz.to_string());
        ctx.property_error(CLOCK_OPTION, &found, "one cell, 1000 to 1000000000 hertz")
    })
}

/// What a model wants from the world outside of its registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub(crate) enum Wish {
    /// Nothing.
    #[default]
    None,
    /// A reset of the guest, for this reason.
    Reset(&'static str),
}

/// Registers with a sense of time. Times are nanoseconds of the host's clock and never go back.
pub(crate) trait Model: Send + 'static {
    /// Lets happen what has become due by `now`.
    fn advance(&mut self, now: u64) -> Wish;
    /// Reads a 32-bit register after `advance(now)`; `None` if there is none at `offset`.
    fn read(&mut self, offset: u64, now: u64) -> Option<u32>;
    /// Writes a 32-bit register after `advance(now)`; `None` if there is none at `offset`.
    fn write(&mut self, offset: u64, value: u32, now: u64) -> Option<()>;
    /// The guest is reset.
    fn reset(&mut self, now: u64);
    /// Level of interrupt line `line` of `lines`.
    fn level(&self, line: usize, lines: usize) -> bool;
    /// When something happens by itself that changes an interrupt line or makes a wish.
    fn deadline(&self) -> Option<u64>;
    /// For `guest info`, after `advance(now)`.
    fn info(&self, now: u64) -> String;
}

struct State<M> {
    model: M,
    lines: Vec<Line>,
    /// What the timer is armed for.
    armed: Option<u64>,
    /// Gone when the guest is.
    power: Option<Arc<dyn PowerControl>>,
}

/// A device made of a model.
pub(crate) struct Timed<M: Model> {
    state: Lock<State<M>>,
    timer: Arc<Timer>,
    unimplemented: Unimplemented,
}

impl<M: Model> Timed<M> {
    /// The device of `ctx`, with all interrupt lines that its node has.
    pub(crate) fn create(ctx: &Context<'_>, model: M) -> Result<Arc<dyn Emulator>, Error> {
        ctx.irq(0)?;
        let lines = ctx.irqs.iter().cloned().map(Line::new).collect();
        let power = Some(ctx.power.clone());
        Ok(Arc::new_cyclic(|device: &Weak<Self>| {
            let device = device.clone();
            Self {
                state: Lock::new(State { model, lines, armed: None, power }),
                timer: Timer::new(move || {
                    if let Some(device) = device.upgrade() {
                        device.run(true, |_, _| ());
                    }
                }),
                unimplemented: Unimplemented::default(),
            }
        }))
    }

    /// Does `f` to the model at the present time, and then whatever follows from it. `fired`: the timer has.
    fn run<R>(&self, fired: bool, f: impl FnOnce(&mut M, u64) -> R) -> R {
        let now = time::now_ns();
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let wish = state.model.advance(now);
        let result = f(&mut state.model, now);
        let count = state.lines.len();
        for (index, line) in state.lines.iter_mut().enumerate() {
            line.set(state.model.level(index, count));
        }
        if fired {
            state.armed = None;
        }
        // Without the guest's power control the guest is gone.
        let deadline = state.model.deadline().filter(|_| state.power.is_some());
        if deadline != state.armed {
            state.armed = deadline;
            match deadline {
                Some(at) => self.timer.arm(at),
                // Its callback may be waiting for our lock; it will find nothing to do.
                None => {
                    self.timer.try_cancel();
                }
            }
        }
        if let (Wish::Reset(reason), Some(power)) = (wish, &state.power) {
            power.request_reset(reason);
        }
        result
    }
}

impl<M: Model> Emulator for Timed<M> {
    fn read(&self, offset: u64, width: Width) -> u64 {
        if !regs::is_slot(offset, width) {
            return self.unimplemented.note();
        }
        let value = self.run(false, |model, now| model.read(offset, now));
        value.map_or_else(|| self.unimplemented.note(), u64::from)
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        let done = regs::is_slot(offset, width)
            && self.run(false, |model, now| model.write(offset, value as u32, now)).is_some();
        if !done {
            self.unimplemented.note();
        }
    }

    fn reset(&self) {
        self.run(false, |model, now| model.reset(now));
    }

    fn stop(&self) {
        let mut state = self.state.lock();
        let power = state.power.take();
        state.lines.iter_mut().for_each(Line::release);
        state.armed = None;
        drop(state);
        // Now that nothing arms it any more, and without the lock that its callback takes.
        self.timer.cancel();
        drop(power);
    }

    fn info(&self) -> String {
        let text = self.run(false, |model, now| model.info(now));
        let state = self.state.lock();
        let high = state.lines.iter().any(Line::level);
        let line = if high { "high" } else { "low" };
        format!("{text}, line {line}, unimplemented {}", self.unimplemented.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_nanoseconds() {
        for hz in [1_000, 32_768, 1_000_000, 24_000_000, 1_000_000_000] {
            for ticks in [0, 1, 2, 999, 32_768, u64::from(u32::MAX), 1 << 40] {
                let ns = ticks_to_ns(ticks, hz);
                assert_eq!(u128::from(ns), u128::from(ticks) * 1_000_000_000 / u128::from(hz));
                assert_eq!(ns_to_ticks(ns, hz), ticks, "{ticks} at {hz}");
            }
        }
        assert_eq!(ns_to_ticks(1, 1_000_000), 1);
        assert_eq!(ns_to_ticks(1_001, 1_000_000), 2);
        let _ = (ns_to_ticks(u64::MAX, 1_000_000_000), ticks_to_ns(u64::MAX, 0));
    }
}
