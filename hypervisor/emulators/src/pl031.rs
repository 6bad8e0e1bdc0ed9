// SPDX-License-Identifier: GPL-2.0-only
//! Arm PrimeCell real-time clock (PL031), after its TRM (DDI 0224): a counter of seconds with one alarm.
//!
//! The counter begins at the wall-clock time that the hypervisor knows ([`set_wall_clock`]) or, if it knows none, at
//! the seconds since the machine started; `ferrovisor,time` in the guest's DTS sets another beginning. What a guest
//! loads concerns that guest alone, and outlasts a reset of it, as if a battery stood behind the clock.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};

use kernel::time;
use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, NodeExtras, Trigger};

use crate::regs;
use crate::timed::{Model, Timed, Wish};

/// `arm,pl031`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,pl031"],
        title: "PL031 real-time clock",
        reg_size: 0x1000,
        irqs: 1,
        trigger: Trigger::Level,
        options: &["ferrovisor,time"],
        children: &[],
        describe,
    },
    create,
};

/// Frequency of the clock that the guest is told of, in hertz.
const CLOCK: u32 = 24_000_000;
/// PeriphID0..3: part 0x031, designer Arm, revision r0p0.
const PERIPHERAL_ID: u32 = 0x0004_1031;
const NS_PER_SEC: u64 = 1_000_000_000;

// Registers (TRM 3.2).
const DR: u64 = 0x00;
const MR: u64 = 0x04;
const LR: u64 = 0x08;
const CR: u64 = 0x0c;
const IMSC: u64 = 0x10;
const RIS: u64 = 0x14;
const MIS: u64 = 0x18;
const ICR: u64 = 0x1c;

/// Wall-clock time at which the host's clock was zero, in nanoseconds since 1970; 0 if nobody knows.
static WALL_CLOCK: AtomicU64 = AtomicU64::new(0);

/// Tells the clocks of guests that are created from now on what time it is: `unix_ns` nanoseconds since 1970. Any
/// context.
pub fn set_wall_clock(unix_ns: u64) {
    WALL_CLOCK.store(unix_ns.saturating_sub(time::now_ns()), Ordering::Relaxed);
}

struct Rtc {
    /// The counter at `base_ns`; one more each second from there.
    base: u32,
    base_ns: u64,
    loaded: u32,
    matches: u32,
    enabled: bool,
    raised: bool,
    /// When the counter reaches `matches`.
    alarm: Option<u64>,
}

impl Rtc {
    /// A clock that shows `seconds` now.
    fn new(seconds: u32, now: u64) -> Self {
        Self {
            base: seconds,
            base_ns: now,
            loaded: seconds,
            matches: 0,
            enabled: false,
            raised: false,
            alarm: None,
        }
    }

    /// Whole seconds since `base_ns`.
    fn elapsed(&self, now: u64) -> u64 {
        now.wrapping_sub(self.base_ns) / NS_PER_SEC
    }

    fn count(&self, now: u64) -> u32 {
        self.base.wrapping_add(self.elapsed(now) as u32)
    }

    /// Match or load register was written: when they meet next. A match in the past waits for the counter to wrap.
    fn set_alarm(&mut self, now: u64) {
        let away = self.matches.wrapping_sub(self.count(now));
        self.alarm = None;
        if away == 0 {
            self.raised = true;
            return;
        }
        let seconds = self.elapsed(now) + u64::from(away);
        self.alarm = Some(self.base_ns.wrapping_add(seconds.saturating_mul(NS_PER_SEC)));
    }
}

impl Model for Rtc {
    fn advance(&mut self, now: u64) -> Wish {
        if self.alarm.take_if(|alarm| *alarm <= now).is_some() {
            self.raised = true;
        }
        Wish::None
    }

    fn read(&mut self, offset: u64, now: u64) -> Option<u32> {
        Some(match offset {
            DR => self.count(now),
            MR => self.matches,
            LR => self.loaded,
            // Started, as firmware leaves it; it cannot be stopped.
            CR => 1,
            IMSC => self.enabled.into(),
            RIS => self.raised.into(),
            MIS => (self.raised && self.enabled).into(),
            ICR => 0,
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset),
        })
    }

    fn write(&mut self, offset: u64, value: u32, now: u64) -> Option<()> {
        match offset {
            MR => {
                self.matches = value;
                self.set_alarm(now);
            }
            LR => {
                self.loaded = value;
                self.base = value;
                self.base_ns = now;
                self.set_alarm(now);
            }
            IMSC => self.enabled = value & 1 != 0,
            ICR if value & 1 != 0 => self.raised = false,
            ICR | DR | CR | RIS | MIS => {}
            _ => return regs::prime_cell_id(PERIPHERAL_ID, offset).map(|_| ()),
        }
        Some(())
    }

    fn reset(&mut self, _: u64) {
        self.matches = 0;
        self.enabled = false;
        self.raised = false;
        self.alarm = None;
    }

    fn level(&self, _: usize, _: usize) -> bool {
        self.raised && self.enabled
    }

    fn deadline(&self) -> Option<u64> {
        self.alarm.filter(|_| self.enabled && !self.raised)
    }

    fn info(&self, now: u64) -> String {
        let alarm = match self.alarm {
            Some(_) => format!("alarm at {}", self.matches),
            None => "no alarm".to_string(),
        };
        format!(
            "time {}, {alarm}, IMSC {}, RIS {}",
            self.count(now),
            u8::from(self.enabled),
            u8::from(self.raised)
        )
    }
}

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,pl031", "arm,primecell"]).clock("apb_pclk", CLOCK);
}

/// The clock at `now`, for `wall` (see [`WALL_CLOCK`]): the second begins where that of the wall clock does.
fn at_wall_clock(wall: u64, now: u64) -> Rtc {
    let unix = wall.saturating_add(now);
    Rtc::new((unix / NS_PER_SEC) as u32, now.wrapping_sub(unix % NS_PER_SEC))
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let now = time::now_ns();
    let rtc = match (ctx.node.option("time"), ctx.node.properties.u32("ferrovisor,time")) {
        (None, _) => at_wall_clock(WALL_CLOCK.load(Ordering::Relaxed), now),
        (Some(_), Some(seconds)) => Rtc::new(seconds, now),
        (Some(_), None) => {
            return Err(ctx.property_error(
                "ferrovisor,time",
                "not one cell",
                "one cell, seconds since 1970",
            ));
        }
    };
    Timed::create(ctx, rtc)
}

#[cfg(test)]
#[path = "pl031_tests.rs"]
mod tests;
