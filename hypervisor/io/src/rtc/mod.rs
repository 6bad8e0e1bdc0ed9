// SPDX-License-Identifier: GPL-2.0-only
//! Real-time clocks: devices that know the time of day, and may interrupt at a given one.
//!
//! A driver implements [`Clock`] and [registers](register) it; everybody else has an [`Rtc`]. The first clock that tells
//! a plausible time is where [`now_unix_ns`], the hypervisor's own time of day, comes from.
//!
//! An alarm is single: when its interrupt has come ([`Rtc::interrupt`]) it is switched off, as work that may sleep, and
//! those who wait for it or asked to be called are told.

mod calendar;
mod range;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use kernel::sync::{Mutex, WaitQueue};
use kernel::time::{self, NS_PER_SEC};
use kernel::work::{self, Work};

use crate::Fault;
use crate::sync::Lock;

pub use calendar::{DateTime, day_of_week, day_of_year, days_in_month, is_leap_year};
pub use range::Range;

/// An alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Whether it will interrupt.
    pub enabled: bool,
    /// Whether it has come and was not acknowledged. Of no meaning when an alarm is set.
    pub pending: bool,
}

/// What a driver does for its clock. All is called by one thread at a time, which may sleep. Times are in the clock's
/// own range.
pub trait Clock: Send + Sync {
    /// The time in seconds since 1970.
    ///
    /// # Errors
    /// The clock cannot be read, or does not know the time ([`Fault::Invalid`]).
    fn read(&self) -> Result<i64, Fault>;
    /// Sets the time, in seconds since 1970.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the clock can only be read, or what else the device answers.
    fn set(&self, _seconds: i64) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// The alarm as it is set in the device.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the clock has none, or what else the device answers.
    fn alarm(&self) -> Result<Alarm, Fault> {
        Err(Fault::NotSupported)
    }
    /// Sets the alarm.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the clock has none, or what else the device answers.
    fn set_alarm(&self, _alarm: Alarm) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
    /// Lets the alarm interrupt, or not.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if this cannot be changed.
    fn enable_alarm(&self, _on: bool) -> Result<(), Fault> {
        Err(Fault::NotSupported)
    }
}

/// What a driver says about its clock.
#[derive(Clone, Debug)]
pub struct Info {
    /// The device's name.
    pub name: String,
    /// The driver's name.
    pub driver: String,
    /// Whether there is an alarm.
    pub alarm: bool,
    /// Whether the alarm takes whole minutes only.
    pub minutes: bool,
    /// The times that the clock can hold.
    pub range: Range,
}

/// A call when an alarm has come; the argument is the time in seconds since 1970.
type Callback = Box<dyn Fn(i64) + Send + Sync>;

/// A registered clock.
pub struct Rtc {
    info: Info,
    id: usize,
    /// `None` once the device has gone.
    clock: Mutex<Option<Box<dyn Clock>>>,
    /// The alarm that was asked for and has not come yet.
    wanted: Lock<Option<i64>>,
    /// Alarms that have come.
    fired: AtomicU64,
    /// Alarm interrupts.
    interrupts: AtomicU64,
    waiters: WaitQueue,
    callbacks: Lock<Vec<Arc<Callback>>>,
    /// Ends an alarm.
    work: Arc<Work>,
}

static CLOCKS: Lock<Vec<Arc<Rtc>>> = Lock::new(Vec::new());

/// The clock that the time of day comes from and, at the moment that was noted, nanoseconds from boot to 1970.
static WALL: Lock<Option<(usize, i64)>> = Lock::new(None);

/// Takes a clock into use. Context: may sleep, since the clock is read.
pub fn register(info: Info, clock: Box<dyn Clock>) -> Arc<Rtc> {
    let rtc = {
        let mut clocks = CLOCKS.lock();
        let id = (0..).find(|id| clocks.iter().all(|c| c.id != *id)).unwrap_or(usize::MAX);
        let rtc = Arc::new_cyclic(|weak: &Weak<Rtc>| {
            let weak = weak.clone();
            Rtc {
                info,
                id,
                clock: Mutex::new(Some(clock)),
                wanted: Lock::new(None),
                fired: AtomicU64::new(0),
                interrupts: AtomicU64::new(0),
                waiters: WaitQueue::new(),
                callbacks: Lock::new(Vec::new()),
                work: Work::new(move || {
                    if let Some(rtc) = weak.upgrade() {
                        rtc.alarm_came();
                    }
                }),
            }
        });
        clocks.push(rtc.clone());
        rtc
    };
    rtc.adopt_alarm();
    if let Ok(seconds) = rtc.read() {
        rtc.note_wall(seconds);
    }
    rtc
}

/// All clocks, in the order of registering. Context: may allocate.
pub fn list() -> Vec<Arc<Rtc>> {
    CLOCKS.lock().clone()
}

/// The clock of this device name, or `rtcN` with its number. Context: any.
pub fn find(name: &str) -> Option<Arc<Rtc>> {
    let id = name.strip_prefix("rtc").and_then(|n| n.parse::<usize>().ok());
    CLOCKS.lock().iter().find(|c| c.info.name == name || Some(c.id) == id).cloned()
}

/// The time of day, in nanoseconds since 1970, if a clock has told it. Context: any.
pub fn now_unix_ns() -> Option<u64> {
    let (_, offset) = (*WALL.lock())?;
    u64::try_from(i64::try_from(time::now_ns()).ok()?.checked_add(offset)?).ok()
}

/// The number of the clock that the time of day comes from. Context: any.
pub fn wall_clock() -> Option<usize> {
    WALL.lock().map(|(id, _)| id)
}

impl Rtc {
    /// What its driver said about it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its number: it is called `rtcN`.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Its name: `rtc` and its number.
    pub fn name(&self) -> String {
        let mut name = String::from("rtc");
        name.push_str(&self.id.to_string());
        name
    }

    fn with<T>(&self, f: impl FnOnce(&dyn Clock) -> Result<T, Fault>) -> Result<T, Fault> {
        f(self.clock.lock().as_deref().ok_or(Fault::NoDevice)?)
    }

    /// The time in seconds since 1970. Context: may sleep.
    ///
    /// # Errors
    /// What the driver says; [`Fault::Invalid`] if the clock does not know the time.
    pub fn read(&self) -> Result<i64, Fault> {
        self.with(|clock| clock.read()).map(|seconds| self.info.range.to_real(seconds))
    }

    /// Sets the time, in seconds since 1970. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Range`] if the clock cannot hold it, else what the driver says.
    pub fn set(&self, seconds: i64) -> Result<(), Fault> {
        let raw = self.info.range.to_raw(seconds)?;
        self.with(|clock| clock.set(raw))?;
        self.note_wall(seconds);
        // An alarm may have become due, or have to be counted anew.
        let wanted = *self.wanted.lock();
        if let Some(at) = wanted {
            match self.set_alarm(at, true) {
                Err(Fault::Past) => self.alarm_came(),
                other => other?,
            }
        }
        Ok(())
    }

    /// The alarm. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the clock has none, else what the driver says.
    pub fn alarm(&self) -> Result<Alarm, Fault> {
        if !self.info.alarm {
            return Err(Fault::NotSupported);
        }
        let alarm = self.with(|clock| clock.alarm())?;
        Ok(Alarm { at: self.info.range.to_real(alarm.at), ..alarm })
    }

    /// Sets the alarm to `at` seconds since 1970, and lets it interrupt or not. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotSupported`] if the clock has no alarm, [`Fault::Range`], [`Fault::Past`], or what the driver says.
    pub fn set_alarm(&self, at: i64, enabled: bool) -> Result<(), Fault> {
        if !self.info.alarm {
            return Err(Fault::NotSupported);
        }
        let at = if self.info.minutes { at - at.rem_euclid(60) } else { at };
        let raw = self.info.range.to_raw(at)?;
        let now = self.read()?;
        if at <= now {
            return Err(Fault::Past);
        }
        // Before the device is told: its interrupt may come at once.
        *self.wanted.lock() = enabled.then_some(at);
        let set = self.with(|clock| clock.set_alarm(Alarm { at: raw, enabled, pending: false }));
        if set.is_err() {
            *self.wanted.lock() = None;
            return set;
        }
        // The second may have passed before the device was told: it then waits for a day, or for ever.
        if enabled && at - now <= 1 && at <= self.read()? && self.wanted.lock().is_some() {
            self.work_soon();
        }
        Ok(())
    }

    /// Lets the alarm that is set interrupt, or not. Context: may sleep.
    ///
    /// # Errors
    /// As [`set_alarm`](Self::set_alarm).
    pub fn enable_alarm(&self, on: bool) -> Result<(), Fault> {
        if on {
            return self.set_alarm(self.alarm()?.at, true);
        }
        if !self.info.alarm {
            return Err(Fault::NotSupported);
        }
        *self.wanted.lock() = None;
        self.with(|clock| clock.enable_alarm(false))
    }

    /// Has `f` called at each alarm from now on, with the time in seconds since 1970. It may sleep. Context: may
    /// allocate.
    pub fn on_alarm(&self, f: impl Fn(i64) + Send + Sync + 'static) {
        self.callbacks.lock().push(Arc::new(Box::new(f)));
    }

    /// Alarms that have come since the clock was registered. Context: any.
    pub fn fired(&self) -> u64 {
        self.fired.load(Acquire)
    }

    /// Alarm interrupts of the device since it was registered. Context: any.
    pub fn interrupts(&self) -> u64 {
        self.interrupts.load(Relaxed)
    }

    /// Sleeps until more than `seen` alarms have come, at most `ns` nanoseconds; says whether they did. Context: orphan
    /// vCPUs; may sleep.
    pub fn wait_alarm(&self, seen: u64, ns: u64) -> bool {
        self.waiters.wait_until_timeout(ns, || self.fired() > seen)
    }

    /// The driver had an alarm interrupt from its device. Context: any.
    pub fn interrupt(&self) {
        self.interrupts.fetch_add(1, Relaxed);
        self.work_soon();
    }

    /// The device goes: from now on every request is refused. Context: may sleep.
    pub fn unregister(&self) {
        CLOCKS.lock().retain(|c| !core::ptr::eq(&**c, self));
        *self.wanted.lock() = None;
        let clock = self.clock.lock().take();
        drop(clock);
    }

    fn work_soon(&self) {
        work::system().submit(&self.work);
    }

    /// Takes over an alarm that was set before the clock was registered.
    fn adopt_alarm(&self) {
        if let (Ok(alarm), Ok(now)) = (self.alarm(), self.read())
            && alarm.enabled
            && alarm.at > now
        {
            *self.wanted.lock() = Some(alarm.at);
        }
    }

    /// After an alarm interrupt, in a context that may sleep.
    fn alarm_came(&self) {
        let wanted = *self.wanted.lock();
        let Some(at) = wanted else { return };
        match self.read() {
            // Too early: a device with minutes only, or one that shares the interrupt.
            Ok(now) if now < at => {
                if let Err(error) = self.set_alarm(at, true) {
                    log::warn!("{}: the alarm cannot be set anew: {error}", self.info.name);
                }
                return;
            }
            Ok(_) => {}
            Err(error) => log::warn!("{}: no time at an alarm: {error}", self.info.name),
        }
        *self.wanted.lock() = None;
        // A device may have no such switch, or have switched itself off.
        if let Err(error) = self.with(|clock| clock.enable_alarm(false))
            && error != Fault::NotSupported
        {
            log::warn!("{}: the alarm cannot be switched off: {error}", self.info.name);
        }
        self.fired.fetch_add(1, AcqRel);
        self.waiters.wake_all();
        let callbacks = self.callbacks.lock().clone();
        callbacks.iter().for_each(|f| f(at));
    }

    /// Sets the time of day by this clock if it is the first or the one in use.
    fn note_wall(&self, seconds: i64) {
        let mut wall = WALL.lock();
        if wall.is_none_or(|(id, _)| id == self.id)
            && let Some(unix) = seconds.checked_mul(NS_PER_SEC as i64)
            && seconds > 0
            && let Ok(now) = i64::try_from(time::now_ns())
        {
            *wall = Some((self.id, unix - now));
        }
    }
}
