// SPDX-License-Identifier: GPL-2.0-only
//! Watchdogs: timers that reset the board unless somebody pings them in time.
//!
//! A driver implements [`Device`] and [registers](register) it. Whoever starts a [`Watchdog`] either pings it, or leaves
//! that to the keeper: work on the system's queue that pings at half of the time. The keeper also looks after a watchdog
//! that runs since before the hypervisor did, and after one that is started for longer than its hardware can wait; in
//! the last case it stops when the time that was asked for is over.

#[cfg(test)]
mod tests;

use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Acquire};

use kernel::power::{self, End, HandlerId, Stage};
use kernel::sync::Mutex;
use kernel::time::{self, NS_PER_MS, NS_PER_SEC};
use kernel::work::{self, Work};

use crate::Fault;
use crate::sync::Lock;

/// What a driver does for its watchdog. All but [`restart`](Self::restart) is called by one thread at a time, which may
/// sleep.
pub trait Device: Send + Sync {
    /// Starts it with the time-out that is set.
    ///
    /// # Errors
    /// What the device answers.
    fn start(&self) -> Result<(), Fault>;
    /// Stops it.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if it cannot be stopped, or what the device answers.
    fn stop(&self) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// Lets the time begin anew.
    ///
    /// # Errors
    /// What the device answers.
    fn ping(&self) -> Result<(), Fault> {
        self.start()
    }
    /// Sets the time-out in seconds. The device may take a longer one: see [`timeout`](Self::timeout).
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if it is fixed, or what the device answers.
    fn set_timeout(&self, _seconds: u32) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// The time-out in seconds that is set.
    fn timeout(&self) -> u32;
    /// How many seconds before the reset there is an interrupt; 0 for none.
    fn pretimeout(&self) -> u32 {
        0
    }
    /// Sets how many seconds before the reset there is an interrupt; 0 for none.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if there is no such interrupt, or what the device answers.
    fn set_pretimeout(&self, _seconds: u32) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// Seconds until the reset.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the device cannot tell, or what it answers.
    fn time_left(&self) -> Result<u32, Fault> {
        Err(Fault::NotSupported)
    }
    /// Whether the hardware runs, whoever started it.
    fn hardware_runs(&self) -> bool;
    /// Whether it must not be stopped once it was started.
    fn no_way_out(&self) -> bool {
        false
    }
    /// Resets the board by the watchdog; returns if that failed. Context: any.
    fn restart(&self) {}
    /// The watchdog was started (true) or stopped by somebody: for drivers that ask.
    fn set_active(&self, _active: bool) {}
}

/// What a driver says about its watchdog.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// The device's name.
    pub name: String,
    /// What the driver calls the watchdog.
    pub identity: String,
    /// Shortest time-out in seconds.
    pub min_timeout: u32,
    /// Longest time-out in seconds; 0 for no limit. Of no meaning with `max_heartbeat_ms`.
    pub max_timeout: u32,
    /// Longest time in milliseconds that the hardware waits for a ping; 0 if the time-out is the hardware's.
    pub max_heartbeat_ms: u32,
    /// Shortest time in milliseconds between two pings; 0 for no limit.
    pub min_heartbeat_ms: u32,
    /// Whether the board can be reset by it, and with which priority among those that can.
    pub restart_priority: Option<i32>,
    /// Whether it is stopped before the machine is reset or switched off.
    pub stop_on_reboot: bool,
}

/// What is known of a watchdog at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Somebody started it.
    pub active: bool,
    /// The hardware runs.
    pub running: bool,
    /// The keeper pings it.
    pub kept: bool,
    /// The time-out in seconds.
    pub timeout: u32,
    /// The interrupt before the reset, in seconds; 0 for none.
    pub pretimeout: u32,
    /// Seconds to the reset, if the device tells.
    pub time_left: Option<u32>,
    /// Once started it cannot be stopped.
    pub no_way_out: bool,
}

/// A registered watchdog.
pub struct Watchdog {
    info: Info,
    id: usize,
    device: Arc<dyn Device>,
    state: Mutex<State>,
    /// The device has gone.
    gone: AtomicBool,
    keeper: Arc<Work>,
    handlers: Lock<Vec<HandlerId>>,
}

#[derive(Default)]
struct State {
    active: bool,
    /// The keeper pings on behalf of whoever started it.
    keep: bool,
    /// Last ping by whoever started it, and last ping of the hardware; nanoseconds since boot.
    pinged: u64,
    hardware_pinged: u64,
    /// Asked for, if it is longer than the hardware waits.
    long_timeout: Option<u32>,
}

static WATCHDOGS: Lock<Vec<Arc<Watchdog>>> = Lock::new(Vec::new());

/// Takes a watchdog into use. One whose hardware runs already is kept alive until somebody starts it. Context: orphan
/// vCPUs; may sleep.
pub fn register(info: Info, device: Arc<dyn Device>) -> Arc<Watchdog> {
    let dog = {
        let mut dogs = WATCHDOGS.lock();
        let id = (0..).find(|id| dogs.iter().all(|d| d.id != *id)).unwrap_or(usize::MAX);
        let dog = Arc::new_cyclic(|weak: &Weak<Watchdog>| {
            let weak = weak.clone();
            Watchdog {
                info,
                id,
                device,
                state: Mutex::new(State::default()),
                gone: AtomicBool::new(false),
                keeper: Work::new(move || {
                    if let Some(dog) = weak.upgrade() {
                        dog.keep();
                    }
                }),
                handlers: Lock::new(Vec::new()),
            }
        });
        dogs.push(dog.clone());
        dog
    };
    dog.hook();
    dog.plan(&dog.state.lock());
    dog
}

/// All watchdogs, in the order of registering. Context: may allocate.
pub fn list() -> Vec<Arc<Watchdog>> {
    WATCHDOGS.lock().clone()
}

/// The watchdog of this device name, or `watchdogN` with its number. Context: any.
pub fn find(name: &str) -> Option<Arc<Watchdog>> {
    let id = name.strip_prefix("watchdog").and_then(|n| n.parse::<usize>().ok());
    WATCHDOGS.lock().iter().find(|d| d.info.name == name || Some(d.id) == id).cloned()
}

impl Watchdog {
    /// What its driver said about it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its number: it is called `watchdogN`.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Its name: `watchdog` and its number.
    pub fn name(&self) -> String {
        let mut name = String::from("watchdog");
        name.push_str(&self.id.to_string());
        name
    }

    /// Has it stop, and reset the board, when the machine ends.
    fn hook(&self) {
        let mut handlers = Vec::new();
        if let Some(priority) = self.info.restart_priority {
            let device = self.device.clone();
            handlers
                .push(power::register(Stage::Act, Some(End::Restart), priority, move |_| device.restart()));
        }
        if self.info.stop_on_reboot {
            let device = self.device.clone();
            let name = self.info.name.clone();
            handlers.push(power::register(Stage::Announce, None, 0, move |_| {
                if device.hardware_runs()
                    && let Err(error) = device.stop()
                {
                    log::warn!("{name}: not stopped before the end: {error}");
                }
            }));
        }
        *self.handlers.lock() = handlers;
    }

    fn checked(&self) -> Result<(), Fault> {
        if self.gone.load(Acquire) { Err(Fault::NoDevice) } else { Ok(()) }
    }

    /// Starts it. With `keep`, the keeper pings it from now on, else the caller has to. Context: may sleep.
    ///
    /// # Errors
    /// What the device answers.
    pub fn start(&self, keep: bool) -> Result<(), Fault> {
        let mut state = self.state.lock();
        self.checked()?;
        if self.device.hardware_runs() {
            self.device.ping()?;
        } else {
            self.device.start()?;
        }
        let now = time::now_ns();
        (state.active, state.keep, state.pinged, state.hardware_pinged) = (true, keep, now, now);
        self.device.set_active(true);
        self.plan(&state);
        Ok(())
    }

    /// Stops it. One that cannot be stopped is left to the keeper. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotPermitted`] if there is no way out, else what the device answers.
    pub fn stop(&self) -> Result<(), Fault> {
        let mut state = self.state.lock();
        self.checked()?;
        if !state.active {
            return Ok(());
        }
        if self.device.no_way_out() {
            return Err(Fault::NotPermitted);
        }
        match self.device.stop() {
            Err(Fault::NotSupported) | Ok(()) => {}
            Err(other) => return Err(other),
        }
        (state.active, state.keep) = (false, false);
        self.device.set_active(false);
        self.plan(&state);
        Ok(())
    }

    /// Lets the time begin anew. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if it does not run, else what the device answers.
    pub fn ping(&self) -> Result<(), Fault> {
        let mut state = self.state.lock();
        self.checked()?;
        if !state.active && !self.device.hardware_runs() {
            return Err(Fault::Invalid);
        }
        let now = time::now_ns();
        state.pinged = now;
        if now.saturating_sub(state.hardware_pinged) >= u64::from(self.info.min_heartbeat_ms) * NS_PER_MS {
            self.device.ping()?;
            state.hardware_pinged = now;
        }
        self.plan(&state);
        Ok(())
    }

    /// Sets the time-out in seconds; says what the device made of it. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Range`] if the watchdog does not take it, [`Fault::NotSupported`] if it is fixed, else what the device
    /// answers.
    pub fn set_timeout(&self, seconds: u32) -> Result<u32, Fault> {
        let mut state = self.state.lock();
        self.checked()?;
        let info = &self.info;
        let too_long = info.max_heartbeat_ms == 0 && info.max_timeout != 0 && seconds > info.max_timeout;
        if seconds == 0 || seconds < info.min_timeout || seconds > u32::MAX / 1000 || too_long {
            return Err(Fault::Range);
        }
        let hardware = match info.max_heartbeat_ms / 1000 {
            0 => seconds,
            most => seconds.min(most),
        };
        match self.device.set_timeout(hardware) {
            // The keeper makes any time-out out of a fixed one.
            Err(Fault::NotSupported) if info.max_heartbeat_ms != 0 => {}
            other => other?,
        }
        state.long_timeout = (u64::from(seconds) * 1000 > u64::from(info.max_heartbeat_ms)
            && info.max_heartbeat_ms != 0)
            .then_some(seconds);
        // An interrupt that would come before the time even begins makes no sense.
        if self.device.pretimeout() >= seconds {
            self.device.set_pretimeout(0).ok();
        }
        state.pinged = time::now_ns();
        self.plan(&state);
        Ok(state.long_timeout.unwrap_or_else(|| self.device.timeout()))
    }

    /// Sets how many seconds before the reset there is an interrupt; 0 for none. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Range`] if that is not shorter than the time-out, else what the device answers.
    pub fn set_pretimeout(&self, seconds: u32) -> Result<(), Fault> {
        let _state = self.state.lock();
        self.checked()?;
        if seconds != 0 && seconds >= self.device.timeout() {
            return Err(Fault::Range);
        }
        self.device.set_pretimeout(seconds)
    }

    /// What it does at the moment. Context: may sleep.
    pub fn status(&self) -> Status {
        let state = self.state.lock();
        Status {
            active: state.active,
            running: self.device.hardware_runs(),
            kept: self.interval(&state).is_some(),
            timeout: state.long_timeout.unwrap_or_else(|| self.device.timeout()),
            pretimeout: self.device.pretimeout(),
            time_left: self.device.time_left().ok(),
            no_way_out: self.device.no_way_out(),
        }
    }

    /// Whether somebody started it. Context: may sleep.
    pub fn is_active(&self) -> bool {
        self.state.lock().active
    }

    /// The device goes: it is left as it is, and no longer pinged. Context: orphan vCPUs; may sleep.
    pub fn unregister(&self) {
        WATCHDOGS.lock().retain(|d| !core::ptr::eq(&**d, self));
        self.gone.store(true, core::sync::atomic::Ordering::Release);
        let handlers = core::mem::take(&mut *self.handlers.lock());
        handlers.into_iter().for_each(|id| {
            power::unregister(id);
        });
        // After this nobody is within the device any more, and nobody comes again.
        drop(self.state.lock());
        self.keeper.cancel();
    }

    /// How long the keeper may wait before its next ping, in nanoseconds; `None` if it need not ping.
    fn interval(&self, state: &State) -> Option<u64> {
        let needed = if state.active {
            state.keep || state.long_timeout.is_some()
        } else {
            self.device.hardware_runs()
        };
        let timeout = u64::from(self.device.timeout()) * NS_PER_SEC;
        let hardware = match u64::from(self.info.max_heartbeat_ms) * NS_PER_MS {
            0 => timeout,
            most if timeout == 0 => most,
            most => most.min(timeout),
        };
        let least = u64::from(self.info.min_heartbeat_ms) * NS_PER_MS;
        needed.then_some((hardware / 2).max(least).max(NS_PER_MS))
    }

    /// Has the keeper come in time, if it is needed.
    fn plan(&self, state: &State) {
        if let Some(wait) = self.interval(state)
            && !self.gone.load(Acquire)
        {
            work::system().submit_after(&self.keeper, wait);
        }
    }

    /// The keeper: pings and comes again.
    fn keep(&self) {
        let mut state = self.state.lock();
        // A device that has gone is not asked anything.
        if self.gone.load(Acquire) || self.interval(&state).is_none() {
            return;
        }
        let now = time::now_ns();
        if let (true, false, Some(timeout)) = (state.active, state.keep, state.long_timeout)
            && now.saturating_sub(state.pinged) >= u64::from(timeout) * NS_PER_SEC
        {
            log::error!("{}: not pinged for {timeout} s: the board will be reset", self.info.name);
            return;
        }
        match self.device.ping() {
            Ok(()) => state.hardware_pinged = now,
            Err(error) => log::error!("{}: the ping failed: {error}", self.info.name),
        }
        self.plan(&state);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.gone.swap(true, AcqRel);
    }
}
