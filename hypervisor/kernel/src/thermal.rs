// SPDX-License-Identifier: GPL-2.0-only
//! Thermal zones: parts of the machine with a temperature, and trip points at which something must happen.
//!
//! A zone is looked at when its driver says that something changed, and at intervals if it asks for that. At a critical
//! trip point the machine is switched off, unless the driver has other means; at a hot one the driver is told. The
//! sensor, if it can, watches the trip points next to the temperature by itself. Temperatures are in thousandths of a
//! degree Celsius.

use crate::error::Cause;
use crate::sync::{Mutex, SpinLock};
use crate::work::{self, Work};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

/// What is to happen at a trip point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripKind {
    /// Something that cools is to be switched on.
    Active,
    /// The machine is to work less.
    Passive,
    /// The driver is told.
    Hot,
    /// The machine is switched off.
    Critical,
}

/// A temperature at which something is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// What.
    pub kind: TripKind,
    /// At what temperature; what is not above absolute zero never happens.
    pub temperature: i32,
    /// How much colder it must be for that to be over.
    pub hysteresis: i32,
}

/// A sensor, and what its driver does besides. Called by one thread at a time, which may sleep.
pub trait ZoneOps: Send + Sync {
    /// The temperature now.
    ///
    /// # Errors
    /// It cannot be read, or not yet.
    fn temperature(&self) -> Result<i32>;

    /// The sensor is to tell when it is as cold as `low` or as warm as `high`.
    ///
    /// # Errors
    /// `Unsupported`: it cannot.
    fn watch(&self, _low: i32, _high: i32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Switches the sensor on or off.
    ///
    /// # Errors
    /// It is as it was.
    fn enable(&self, _on: bool) -> Result<()> {
        Ok(())
    }

    /// A hot trip point was passed.
    fn hot(&self) {}

    /// A critical one was. `false`: the driver has no means, and the machine is switched off.
    fn critical(&self) -> bool {
        false
    }
}

/// What there is to say of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// What it is called.
    pub name: Box<str>,
    /// Its trip points.
    pub trips: Vec<Trip>,
    /// Milliseconds between looks; 0 for none.
    pub polling_ms: u32,
    /// The same while it is warmer than a passive trip point.
    pub passive_ms: u32,
}

struct State {
    enabled: bool,
    trips: Vec<Trip>,
    /// Which of the trip points are passed.
    passed: Vec<bool>,
    last: Option<i32>,
    /// What the sensor watches.
    window: Option<(i32, i32)>,
}

/// A thermal zone.
pub struct Zone {
    id: u32,
    name: Box<str>,
    ops: Box<dyn ZoneOps>,
    polling_ms: u32,
    passive_ms: u32,
    state: Mutex<State>,
    poll: SpinLock<Option<Arc<Work>>>,
}

static ZONES: SpinLock<Vec<Arc<Zone>>> = SpinLock::new(Vec::new());

/// What is not above this is no temperature.
const ABSOLUTE_ZERO: i32 = -273_150;

impl Zone {
    /// Its number: the lowest that was free.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its trip points, and whether each is passed. Context: sleeps.
    pub fn trips(&self) -> Vec<(Trip, bool)> {
        let state = self.state.lock();
        state.trips.iter().copied().zip(state.passed.iter().copied()).collect()
    }

    /// Whether it is looked at. Context: sleeps.
    pub fn is_enabled(&self) -> bool {
        self.state.lock().enabled
    }

    /// The temperature now. Context: sleeps.
    ///
    /// # Errors
    /// The driver's.
    pub fn temperature(&self) -> Result<i32> {
        let _alone = self.state.lock();
        self.ops.temperature()
    }

    /// Moves a trip point. Context: sleeps.
    ///
    /// # Errors
    /// `Invalid`: there is no such trip point.
    pub fn set_trip(&self, index: usize, temperature: i32) -> Result<()> {
        self.state.lock().trips.get_mut(index).ok_or(Cause::Invalid)?.temperature = temperature;
        self.update();
        Ok(())
    }

    /// Has it looked at, or not any more. Context: sleeps.
    ///
    /// # Errors
    /// The driver's; it is as it was.
    pub fn enable(&self, on: bool) -> Result<()> {
        {
            let mut state = self.state.lock();
            if state.enabled == on {
                return Ok(());
            }
            self.ops.enable(on)?;
            state.enabled = on;
            // What was known may have changed meanwhile.
            (state.last, state.window) = (None, None);
            state.passed.iter_mut().for_each(|passed| *passed = false);
        }
        self.update();
        Ok(())
    }

    /// Looks at the temperature, and does what is to be done at it. Context: sleeps.
    pub fn update(&self) {
        let (mut hot, mut critical) = (false, false);
        let passive = {
            let mut state = self.state.lock();
            if !state.enabled {
                return;
            }
            match self.ops.temperature() {
                Ok(temperature) => (hot, critical) = state.see(temperature, &self.name),
                // It has not measured yet, perhaps.
                Err(cause) => log::debug!("thermal zone {}: {cause}", self.name),
            }
            self.watch(&mut state);
            let is_passive = |(trip, passed): (&Trip, &bool)| *passed && trip.kind == TripKind::Passive;
            state.trips.iter().zip(&state.passed).any(is_passive)
        };
        if hot {
            self.ops.hot();
        }
        if critical && !self.ops.critical() {
            log::error!("thermal zone {}: too hot: the machine is switched off", self.name);
            let error = crate::power::poweroff();
            log::error!("thermal zone {}: it could not be: {error:?}", self.name);
        }
        let wait = if passive && self.passive_ms > 0 { self.passive_ms } else { self.polling_ms };
        if let Some(poll) = self.poll.lock().as_ref().filter(|_| wait > 0) {
            work::system().submit_after(poll, u64::from(wait) * crate::time::NS_PER_MS);
        }
    }

    /// Has the sensor watch the trip points next to the temperature.
    fn watch(&self, state: &mut State) {
        let Some(temperature) = state.last else { return };
        let (mut low, mut high) = (-i32::MAX, i32::MAX);
        for (trip, passed) in state.trips.iter().zip(&state.passed) {
            let at =
                if *passed { trip.temperature.saturating_sub(trip.hysteresis) } else { trip.temperature };
            if trip.temperature <= ABSOLUTE_ZERO {
                continue;
            }
            if at <= temperature && *passed {
                low = low.max(at);
            } else if at > temperature {
                high = high.min(at);
            }
        }
        if state.window != Some((low, high)) && self.ops.watch(low, high).is_ok() {
            state.window = Some((low, high));
        }
    }
}

impl State {
    /// Notes a temperature. Gives whether a hot trip point was passed now, and whether one is critical.
    fn see(&mut self, temperature: i32, name: &str) -> (bool, bool) {
        let (mut hot, mut critical) = (false, false);
        for (trip, passed) in self.trips.iter().zip(&mut self.passed) {
            if trip.temperature <= ABSOLUTE_ZERO {
                continue;
            }
            let was = *passed;
            if temperature >= trip.temperature {
                *passed = true;
            } else if temperature < trip.temperature.saturating_sub(trip.hysteresis) {
                *passed = false;
            }
            hot |= *passed && !was && trip.kind == TripKind::Hot;
            critical |= temperature >= trip.temperature && trip.kind == TripKind::Critical;
            if *passed && !was {
                log::warn!("thermal zone {name}: {temperature} is past {}", trip.temperature);
            }
        }
        self.last = Some(temperature);
        (hot, critical)
    }
}

/// Takes a zone into the registry; it is not looked at before it is enabled. Context: may allocate.
pub fn register(info: Info, ops: Box<dyn ZoneOps>) -> Arc<Zone> {
    let Info { name, trips, polling_ms, passive_ms } = info;
    let passed = alloc::vec![false; trips.len()];
    let state = Mutex::new(State { enabled: false, trips, passed, last: None, window: None });
    let poll = SpinLock::new(None);
    let mut zones = ZONES.lock();
    let id = (0..).find(|id| zones.iter().all(|zone| zone.id != *id)).unwrap_or(u32::MAX);
    let zone = Arc::new(Zone { id, name, ops, polling_ms, passive_ms, state, poll });
    if polling_ms > 0 || passive_ms > 0 {
        let again = Arc::downgrade(&zone);
        *zone.poll.lock() = Some(Work::new(move || {
            if let Some(zone) = again.upgrade() {
                zone.update();
            }
        }));
    }
    let at = zones.partition_point(|zone| zone.id < id);
    zones.insert(at, Arc::clone(&zone));
    zone
}

/// Takes a zone out of the registry; nothing of its driver is called any more after that. Context: sleeps.
pub fn unregister(zone: &Arc<Zone>) {
    let mut zones = ZONES.lock();
    let found = zones.iter().position(|other| Arc::ptr_eq(other, zone)).map(|at| zones.remove(at));
    drop(zones);
    drop(found);
    zone.state.lock().enabled = false;
    let poll = zone.poll.lock().take();
    if let Some(poll) = poll {
        poll.cancel();
    }
}

/// All zones, by their numbers. Context: may allocate.
pub fn list() -> Vec<Arc<Zone>> {
    ZONES.lock().clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex as Lock;

    #[derive(Default)]
    struct Seen {
        now: i32,
        windows: Vec<(i32, i32)>,
        hot: u32,
        critical: u32,
    }

    struct Sensor(Arc<Lock<Seen>>);

    impl ZoneOps for Sensor {
        fn temperature(&self) -> Result<i32> {
            Ok(self.0.lock().unwrap().now)
        }
        fn watch(&self, low: i32, high: i32) -> Result<()> {
            self.0.lock().unwrap().windows.push((low, high));
            Ok(())
        }
        fn hot(&self) {
            self.0.lock().unwrap().hot += 1;
        }
        fn critical(&self) -> bool {
            self.0.lock().unwrap().critical += 1;
            true
        }
    }

    fn trip(kind: TripKind, temperature: i32) -> Trip {
        Trip { kind, temperature, hysteresis: 2000 }
    }

    #[test]
    fn trip_points_are_passed_and_left() {
        let seen = Arc::new(Lock::new(Seen { now: 40_000, ..Seen::default() }));
        let trips = vec![
            trip(TripKind::Passive, 70_000),
            trip(TripKind::Hot, 80_000),
            trip(TripKind::Critical, 90_000),
        ];
        let info = Info { name: "cpu".into(), trips, polling_ms: 0, passive_ms: 0 };
        let zone = register(info, Box::new(Sensor(Arc::clone(&seen))));
        let go = |temperature: i32| {
            seen.lock().unwrap().now = temperature;
            zone.update();
            zone.trips().iter().map(|(_, passed)| *passed).collect::<Vec<_>>()
        };
        assert_eq!(go(95_000), [false; 3], "it is not enabled");
        seen.lock().unwrap().now = 40_000;
        zone.enable(true).unwrap();
        assert_eq!(go(70_000), [true, false, false]);
        assert_eq!(go(69_000), [true, false, false], "not much colder");
        assert_eq!(go(67_000), [false; 3]);
        assert_eq!(go(85_000), [true, true, false]);
        assert_eq!(go(86_000), [true, true, false]);
        assert_eq!(seen.lock().unwrap().hot, 1, "once");
        assert_eq!(go(90_000), [true; 3]);
        assert_eq!(seen.lock().unwrap().critical, 1);
        let windows = [
            (-i32::MAX, 70_000),
            (68_000, 80_000),
            (-i32::MAX, 70_000),
            (78_000, 90_000),
            (88_000, i32::MAX),
        ];
        assert_eq!(seen.lock().unwrap().windows, windows);
        zone.set_trip(2, 100_000).unwrap();
        assert_eq!((zone.temperature(), zone.set_trip(3, 0)), (Ok(90_000), Err(Cause::Invalid)));
        assert!(list().iter().any(|other| other.name() == "cpu"));
        unregister(&zone);
        go(120_000);
        assert_eq!(seen.lock().unwrap().critical, 1, "nothing of the driver is called");
    }
}
