// SPDX-License-Identifier: GPL-2.0-only
//! The framework against clocks whose hardware is a few atomics. Tests share the one tree, so each has names of its own.

mod gates;
mod rates;
mod trees;

use super::*;
use crate::clk::hw;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use std::sync::Mutex;

/// What the hardware of a clock holds, and what was done to it.
pub(super) struct Chip {
    caps: Caps,
    prepared: AtomicU32,
    on: AtomicBool,
    /// Divider from the parent's rate; a root's rate.
    setting: AtomicU64,
    input: AtomicUsize,
    phase: AtomicU32,
    fails: AtomicBool,
    /// Settings written, in order.
    written: Mutex<Vec<u64>>,
}

/// Kinds of clocks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// A fixed rate.
    Fixed(u64),
    /// Any rate that it is asked for, like a PLL.
    Pll(u64),
    /// The parent's rate divided by 1 to 8.
    Divider(u64),
    /// One of several parents.
    Mux,
    /// The parent's rate.
    Gate,
}

struct Fake(Arc<Chip>, Kind);

impl ClkOps for Fake {
    fn caps(&self) -> Caps {
        self.0.caps
    }
    fn prepare(&self) -> Result<()> {
        self.0.prepared.fetch_add(1, Relaxed);
        Ok(())
    }
    fn unprepare(&self) {
        self.0.prepared.fetch_sub(1, Relaxed);
    }
    fn enable(&self) -> Result<()> {
        if self.0.fails.load(Relaxed) {
            return Err(Cause::Driver(5));
        }
        assert!(!self.0.on.swap(true, Relaxed), "switched on twice");
        Ok(())
    }
    fn disable(&self) {
        assert!(self.0.on.swap(false, Relaxed), "switched off twice");
    }
    fn is_enabled(&self) -> bool {
        self.0.on.load(Relaxed)
    }
    fn recalc_rate(&self, parent_rate: u64) -> u64 {
        let setting = self.0.setting.load(Relaxed);
        if matches!(self.1, Kind::Divider(_)) { parent_rate / setting } else { setting }
    }
    fn determine_rate(&self, clk: &Arc<ClkNode>, request: &mut RateRequest) -> Result<()> {
        match self.1 {
            Kind::Mux => return hw::mux_determine(clk, request, false),
            Kind::Divider(_) if clk.flags().contains(Flags::SET_RATE_PARENT) => {
                let parent = clk.parent().ok_or(Cause::Invalid)?;
                request.best_parent_rate = hw::round(&parent, request.rate * 2)?;
                request.rate = request.best_parent_rate / 2;
            }
            Kind::Divider(_) => {
                let divider = request.best_parent_rate.div_ceil(request.rate.max(1)).clamp(1, 8);
                request.rate = request.best_parent_rate / divider;
            }
            _ => {}
        }
        Ok(())
    }
    fn set_rate(&self, rate: u64, parent_rate: u64) -> Result<()> {
        let setting = if matches!(self.1, Kind::Divider(_)) { parent_rate / rate } else { rate };
        self.0.setting.store(setting, Relaxed);
        self.0.written.lock().unwrap().push(setting);
        Ok(())
    }
    fn set_parent(&self, index: u8) -> Result<()> {
        if self.0.fails.load(Relaxed) {
            return Err(Cause::Driver(5));
        }
        self.0.input.store(index.into(), Relaxed);
        Ok(())
    }
    fn get_parent(&self) -> u8 {
        self.0.input.load(Relaxed) as u8
    }
    fn get_phase(&self) -> Result<u32> {
        Ok(self.0.phase.load(Relaxed))
    }
    fn set_phase(&self, degrees: u32) -> Result<()> {
        self.0.phase.store(degrees, Relaxed);
        Ok(())
    }
}

/// A clock and its hardware.
pub(super) struct Made {
    pub node: Arc<ClkNode>,
    pub chip: Arc<Chip>,
    pub clk: Clk,
}

pub(super) fn chip(kind: Kind) -> Arc<Chip> {
    let gate = Caps::IS_ENABLED;
    let (caps, setting) = match kind {
        Kind::Fixed(rate) => (Caps::RECALC_RATE, rate),
        Kind::Pll(rate) => (gate | Caps::RECALC_RATE | Caps::DETERMINE_RATE | Caps::SET_RATE, rate),
        Kind::Divider(by) => (gate | Caps::RECALC_RATE | Caps::DETERMINE_RATE | Caps::SET_RATE, by),
        Kind::Mux => (gate | Caps::DETERMINE_RATE | Caps::SET_PARENT | Caps::GET_PARENT, 0),
        Kind::Gate => (gate | Caps::GET_PHASE | Caps::SET_PHASE, 0),
    };
    Arc::new(Chip {
        caps,
        prepared: AtomicU32::new(0),
        on: AtomicBool::new(false),
        setting: AtomicU64::new(setting),
        input: AtomicUsize::new(0),
        phase: AtomicU32::new(0),
        fails: AtomicBool::new(false),
        written: Mutex::new(Vec::new()),
    })
}

pub(super) fn init(name: &str, kind: Kind, parents: &[&str], flags: Flags, chip: &Arc<Chip>) -> ClkInit {
    ClkInit {
        name: name.into(),
        parents: parents.iter().map(|p| ParentRef::named(p)).collect(),
        flags,
        hw: HwId(Arc::as_ptr(chip).addr()),
        ops: Box::new(Fake(Arc::clone(chip), kind)),
    }
}

pub(super) fn make(name: &str, kind: Kind, parents: &[&str], flags: Flags) -> Made {
    let chip = chip(kind);
    let node = register(init(name, kind, parents, flags, &chip)).unwrap();
    let clk = Clk::new(&node, "test");
    Made { node, chip, clk }
}
