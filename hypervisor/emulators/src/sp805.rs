// SPDX-License-Identifier: GPL-2.0-only
//! Arm watchdog (SP805), after its TRM (DDI 0270): counts down, interrupts at the first zero, resets the guest at the
//! second.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger};

use crate::regs;
use crate::timed::{self, Model, Timed, Wish, ns_to_ticks, ticks_to_ns};

/// `arm,sp805`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,sp805"],
        title: "SP805 watchdog",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &[timed::CLOCK_OPTION],
        children: &[],
        describe,
    },
    create,
};

/// Frequency of the watchdog's clock unless the node says otherwise, in hertz.
const CLOCK: u32 = 32_768;
/// Frequency of the bus clock that the guest is told of, in hertz.
const BUS_CLOCK: u32 = 24_000_000;
/// PeriphID0..3: part 0x805, designer Arm, revision r1p0.
const PERIPHERAL_ID: u32 = 0x0014_1805;

// Registers (TRM 3.2).
const LOAD: u64 = 0x000;
const VALUE: u64 = 0x004;
const CONTROL: u64 = 0x008;
const INTCLR: u64 = 0x00c;
const RIS: u64 = 0x010;
const MIS: u64 = 0x014;
const LOCK: u64 = 0xc00;

/// WDOGCONTROL: counter and interrupt, reset output.
const INTEN: u32 = 1;
const RESEN: u32 = 2;
/// What opens WDOGLOCK.
const KEY: u32 = 0x1acc_e551;

struct Watchdog {
    hz: u32,
    load: u32,
    control: u32,
    raised: bool,
    locked: bool,
    /// The guest's reset was asked for; the counter stands until it comes.
    bitten: bool,
    /// The counter while it stands.
    value: u32,
    /// When the counter reaches zero; while it runs.
    zero: Option<u64>,
}

impl Watchdog {
    fn new(hz: u32) -> Self {
        Self {
            hz,
            load: u32::MAX,
            control: 0,
            raised: false,
            locked: false,
            bitten: false,
            value: u32::MAX,
            zero: None,
        }
    }

    /// The counter starts from the load register.
    fn reload(&mut self, now: u64) {
        self.value = self.load;
        if self.control & INTEN != 0 && !self.bitten {
            self.zero = Some(now.saturating_add(ticks_to_ns(self.load.into(), self.hz)));
        }
    }

    fn count(&self, now: u64) -> u32 {
        let Some(zero) = self.zero else { return self.value };
        let ticks = ns_to_ticks(zero.saturating_sub(now), self.hz);
        // It shows zero for one tick before it starts at the load register again.
        if ticks > self.load.into() { 0 } else { ticks as u32 }
    }

    fn write_control(&mut self, value: u32, now: u64) {
        let before = self.control & INTEN;
        let standing = self.count(now);
        self.control = value & (INTEN | RESEN);
        match (before, self.control & INTEN) {
            (0, INTEN) => self.reload(now),
            (INTEN, 0) => {
                self.value = standing;
                self.zero = None;
            }
            _ => {}
        }
    }
}

impl Model for Watchdog {
    fn advance(&mut self, now: u64) -> Wish {
        // From zero the counter goes on at the load register, one tick later.
        let period = ticks_to_ns(u64::from(self.load) + 1, self.hz);
        for _ in 0..2 {
            let Some(zero) = self.zero.filter(|zero| *zero <= now) else { return Wish::None };
            if self.raised && self.control & RESEN != 0 {
                self.value = 0;
                self.zero = None;
                self.bitten = true;
                return Wish::Reset("the watchdog expired");
            }
            self.raised = true;
            self.zero = Some(zero.saturating_add(period));
        }
        // Long past, and nothing more to come of it: go to the next zero after now.
        self.zero = self.zero.map(|zero| match now.checked_sub(zero) {
            Some(late) => zero.saturating_add((late / period + 1).saturating_mul(period)),
            None => zero,
        });
        Wish::None
    }

    fn read(&mut self, offset: u64, now: u64) -> Option<u32> {
        Some(match offset {
            LOAD => self.load,
            VALUE => self.count(now),
            CONTROL => self.control,
            RIS => self.raised.into(),
            MIS => self.level(0, 1).into(),
            LOCK => self.locked.into(),
            INTCLR => 0,
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset),
        })
    }

    fn write(&mut self, offset: u64, value: u32, now: u64) -> Option<()> {
        match offset {
            LOCK => self.locked = value != KEY,
            LOAD | CONTROL | INTCLR if self.locked => {}
            LOAD => {
                self.load = value;
                self.reload(now);
            }
            CONTROL => self.write_control(value, now),
            INTCLR => {
                self.raised = false;
                self.reload(now);
            }
            VALUE | RIS | MIS => {}
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset).map(|_| ()),
        }
        Some(())
    }

    fn reset(&mut self, _: u64) {
        *self = Self::new(self.hz);
    }

    fn level(&self, _: usize, _: usize) -> bool {
        self.raised && self.control & INTEN != 0
    }

    fn deadline(&self) -> Option<u64> {
        // Once the interrupt is there, only the reset is left to come.
        self.zero.filter(|_| !self.raised || self.control & RESEN != 0)
    }

    fn info(&self, now: u64) -> String {
        format!(
            "{}, load {:#x}, value {:#x} at {} Hz, control {:#x}, RIS {}",
            match () {
                _ if self.bitten => "expired",
                _ if self.zero.is_some() => "running",
                _ => "stopped",
            },
            self.load,
            self.count(now),
            self.hz,
            self.control,
            u8::from(self.raised)
        )
    }
}

fn describe(node: &DeviceConfig, extras: &mut NodeExtras) {
    let hz = timed::clock(node, CLOCK).unwrap_or(CLOCK);
    extras.compatible(&["arm,sp805", "arm,primecell"]).clock("wdog_clk", hz).clock("apb_pclk", BUS_CLOCK);
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let hz = timed::checked_clock(ctx, CLOCK)?;
    Timed::create(ctx, Watchdog::new(hz))
}

#[cfg(test)]
#[path = "sp805_tests.rs"]
mod tests;
