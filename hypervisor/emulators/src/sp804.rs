// SPDX-License-Identifier: GPL-2.0-only
//! Arm dual timer (SP804), after its TRM (DDI 0271): two down counters, each free-running, periodic or one-shot, of 16
//! or 32 bits, with a prescaler.
//!
//! With one interrupt in the guest's DTS that is the combined one of both counters; with two, each has its own.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger};

use crate::regs;
use crate::timed::{self, Model, Timed, Wish, ns_to_ticks, ticks_to_ns};

/// `arm,sp804`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,sp804"],
        title: "SP804 dual timer",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &[timed::CLOCK_OPTION],
        children: &[],
        describe,
    },
    create,
};

/// Frequency of the counters' clock unless the node says otherwise, in hertz.
const CLOCK: u32 = 1_000_000;
/// Frequency of the bus clock that the guest is told of, in hertz.
const BUS_CLOCK: u32 = 24_000_000;
/// PeriphID0..3: part 0x804, designer Arm, revision r1p0.
const PERIPHERAL_ID: u32 = 0x0014_1804;

// Registers of one counter (TRM 3.2); the second counter's begin at 0x20.
const LOAD: u64 = 0x00;
const VALUE: u64 = 0x04;
const CONTROL: u64 = 0x08;
const INTCLR: u64 = 0x0c;
const RIS: u64 = 0x10;
const MIS: u64 = 0x14;
const BGLOAD: u64 = 0x18;
/// Size of one counter's registers.
const BANK: u64 = 0x20;

// TimerXControl.
const ONE_SHOT: u32 = 1 << 0;
const SIZE_32: u32 = 1 << 1;
const INT_ENABLE: u32 = 1 << 5;
const PERIODIC: u32 = 1 << 6;
const ENABLE: u32 = 1 << 7;

/// Control bits that say how the counter steps; the others matter when it reaches zero.
const PACE: u32 = ENABLE | SIZE_32 | 3 << 2;

/// One of the two counters.
struct Counter {
    hz: u32,
    load: u32,
    control: u32,
    raised: bool,
    /// The counter while it stands, before it is cut to its size.
    value: u32,
    /// Where the counter started to run to the next zero.
    top: u32,
    /// When the counter reaches zero; while it runs.
    zero: Option<u64>,
}

impl Counter {
    fn new(hz: u32) -> Self {
        Self { hz, load: 0, control: INT_ENABLE, raised: false, value: u32::MAX, top: 0, zero: None }
    }

    fn has(&self, bit: u32) -> bool {
        self.control & bit != 0
    }

    /// Bits of the counter that are there.
    fn mask(&self) -> u32 {
        if self.has(SIZE_32) { u32::MAX } else { 0xffff }
    }

    /// Ticks of the clock to one step of the counter.
    fn prescale(&self) -> u64 {
        match self.control >> 2 & 3 {
            0 => 1,
            1 => 16,
            _ => 256,
        }
    }

    fn steps_to_ns(&self, steps: u64) -> u64 {
        ticks_to_ns(steps * self.prescale(), self.hz)
    }

    /// What follows zero.
    fn reload(&self) -> u32 {
        if self.has(PERIODIC) { self.load & self.mask() } else { self.mask() }
    }

    fn count(&self, now: u64) -> u32 {
        let Some(zero) = self.zero else { return self.value & self.mask() };
        let steps = ns_to_ticks(zero.saturating_sub(now), self.hz).div_ceil(self.prescale());
        // It shows zero for one step before it starts at the top.
        if steps > self.top.into() { 0 } else { steps as u32 }
    }

    /// The counter goes on from `value`, if it is enabled.
    fn start(&mut self, value: u32, now: u64) {
        self.value = value;
        self.top = value & self.mask();
        self.zero = self.has(ENABLE).then(|| now.saturating_add(self.steps_to_ns(self.top.into())));
    }

    /// The counter was zero at `zero` and goes on; to its first zero after `now`.
    fn wrap(&mut self, zero: u64, now: u64) {
        self.top = self.reload();
        let period = self.steps_to_ns(u64::from(self.top) + 1).max(1);
        self.zero = Some(now.saturating_sub(now.saturating_sub(zero) % period).saturating_add(period));
    }

    fn advance(&mut self, now: u64) {
        let Some(zero) = self.zero.filter(|zero| *zero <= now) else { return };
        self.raised = true;
        if self.has(ONE_SHOT) {
            self.value = 0;
            self.zero = None;
            return;
        }
        self.wrap(zero, now);
    }

    fn write_control(&mut self, value: u32, now: u64) {
        let standing = if self.zero.is_some() { self.count(now) } else { self.value };
        let done = self.zero.is_none() && self.has(ENABLE);
        let changed = self.control ^ value;
        self.control = value & 0xef;
        if done && self.has(ENABLE) {
            // A one-shot counter at zero goes on if it becomes another kind.
            if !self.has(ONE_SHOT) {
                self.wrap(now, now);
            }
        } else if changed & PACE != 0 {
            self.start(standing, now);
        }
    }

    fn mis(&self) -> bool {
        self.raised && self.has(INT_ENABLE)
    }

    fn read(&self, register: u64, now: u64) -> Option<u32> {
        Some(match register {
            LOAD | BGLOAD => self.load,
            VALUE => self.count(now),
            CONTROL => self.control,
            RIS => self.raised.into(),
            MIS => self.mis().into(),
            INTCLR => 0,
            _ => return None,
        })
    }

    fn write(&mut self, register: u64, value: u32, now: u64) -> Option<()> {
        match register {
            LOAD => {
                self.load = value;
                self.start(value, now);
            }
            BGLOAD => self.load = value,
            CONTROL => self.write_control(value, now),
            INTCLR => self.raised = false,
            VALUE | RIS | MIS => {}
            _ => return None,
        }
        Some(())
    }

    fn deadline(&self) -> Option<u64> {
        self.zero.filter(|_| self.has(INT_ENABLE) && !self.raised)
    }
}

struct DualTimer {
    first: Counter,
    second: Counter,
}

impl DualTimer {
    fn new(hz: u32) -> Self {
        Self { first: Counter::new(hz), second: Counter::new(hz) }
    }

    fn counter(&mut self, offset: u64) -> Option<&mut Counter> {
        match offset / BANK {
            0 => Some(&mut self.first),
            1 => Some(&mut self.second),
            _ => None,
        }
    }
}

impl Model for DualTimer {
    fn advance(&mut self, now: u64) -> Wish {
        self.first.advance(now);
        self.second.advance(now);
        Wish::None
    }

    fn read(&mut self, offset: u64, now: u64) -> Option<u32> {
        match self.counter(offset) {
            Some(counter) => counter.read(offset % BANK, now),
            None => regs::prime_cell_id(PERIPHERAL_ID, offset),
        }
    }

    fn write(&mut self, offset: u64, value: u32, now: u64) -> Option<()> {
        match self.counter(offset) {
            Some(counter) => {
                let done = counter.write(offset % BANK, value, now);
                // A counter that was loaded with zero is there at once.
                counter.advance(now);
                done
            }
            None => regs::prime_cell_id(PERIPHERAL_ID, offset).map(|_| ()),
        }
    }

    fn reset(&mut self, _: u64) {
        *self = Self::new(self.first.hz);
    }

    fn level(&self, line: usize, lines: usize) -> bool {
        match (lines, line) {
            (1, _) => self.first.mis() || self.second.mis(),
            (_, 0) => self.first.mis(),
            (_, 1) => self.second.mis(),
            _ => false,
        }
    }

    fn deadline(&self) -> Option<u64> {
        [self.first.deadline(), self.second.deadline()].into_iter().flatten().min()
    }

    fn info(&self, now: u64) -> String {
        let one = |c: &Counter| {
            format!(
                "control {:#x} load {:#x} value {:#x} RIS {}",
                c.control,
                c.load,
                c.count(now),
                u8::from(c.raised)
            )
        };
        format!("{} Hz, 1: {}, 2: {}", self.first.hz, one(&self.first), one(&self.second))
    }
}

fn describe(node: &DeviceConfig, extras: &mut NodeExtras) {
    let hz = timed::clock(node, CLOCK).unwrap_or(CLOCK);
    extras
        .compatible(&["arm,sp804", "arm,primecell"])
        .clock("timer0clk", hz)
        .clock("timer1clk", hz)
        .clock("apb_pclk", BUS_CLOCK);
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let hz = timed::checked_clock(ctx, CLOCK)?;
    Timed::create(ctx, DualTimer::new(hz))
}

#[cfg(test)]
#[path = "sp804_tests.rs"]
mod tests;
