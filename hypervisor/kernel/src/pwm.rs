// SPDX-License-Identifier: GPL-2.0-only
//! Pulse width modulators: chips with some lines, each of which one consumer drives.
//!
//! A line's state is what was last applied, or what the hardware was found to do when the line was taken. Applying the
//! state that a line has already does not reach the hardware.

use crate::error::Cause;
use crate::sync::{Mutex, SpinLock};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

/// What a line does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Length of a period, in nanoseconds.
    pub period: u64,
    /// How long of it the line is active, in nanoseconds; at most [`period`](Self::period).
    pub duty: u64,
    /// Whether the active part comes last, or is low, instead of first and high.
    pub inversed: bool,
    /// Whether there are pulses at all.
    pub enabled: bool,
    /// Only the power on average counts: the driver may choose another period.
    pub power_only: bool,
}

impl State {
    /// Whether hardware can be asked for it. What is off may have any period.
    pub fn is_valid(&self) -> bool {
        !self.enabled || (self.period > 0 && self.duty <= self.period)
    }
}

/// What was measured on a line, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// From one rise to the next.
    pub period: u32,
    /// From a rise to the fall after it.
    pub duty: u32,
}

/// What a driver of PWM chips implements: access to the hardware, no book-keeping. `line` is less than the number of
/// lines that was registered.
pub trait PwmOps: Send + Sync {
    /// Prepares a line for a consumer. Context: sleeps.
    ///
    /// # Errors
    /// The line cannot be used.
    fn request(&self, _line: u32) -> Result<()> {
        Ok(())
    }

    /// The consumer has let go of the line. Context: sleeps.
    fn free(&self, _line: u32) {}

    /// What the hardware does, if it can be read. Context: sleeps.
    fn state(&self, _line: u32) -> Option<State> {
        None
    }

    /// Has the hardware do this; the state is valid. Context: sleeps, unless [`atomic`](Self::atomic).
    ///
    /// # Errors
    /// It does what it did.
    fn apply(&self, line: u32, state: &State) -> Result<()>;

    /// Measures what others drive on the line, for at most so many milliseconds. Context: sleeps.
    ///
    /// # Errors
    /// `Unsupported`: the hardware cannot; the driver's.
    fn capture(&self, _line: u32, _milliseconds: u32) -> Result<Capture> {
        Err(Cause::Unsupported)
    }

    /// Whether [`apply`](Self::apply) never sleeps.
    fn atomic(&self) -> bool {
        false
    }
}

/// A line as the registry knows it.
#[derive(Clone, Default)]
struct Line {
    state: State,
    /// Who has it.
    user: Option<Arc<str>>,
}

/// A PWM chip.
pub struct Chip {
    id: u32,
    name: Box<str>,
    ops: Box<dyn PwmOps>,
    lines: SpinLock<Box<[Line]>>,
    /// Lines are taken and given back one at a time.
    taking: Mutex<()>,
}

/// What there is to say of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number in the chip.
    pub line: u32,
    /// What it does.
    pub state: State,
    /// Who has it.
    pub user: Option<Arc<str>>,
}

static CHIPS: SpinLock<Vec<Arc<Chip>>> = SpinLock::new(Vec::new());

impl Chip {
    /// Its number: the lowest that was free.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its device's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its lines may be changed where one must not sleep.
    pub fn atomic(&self) -> bool {
        self.ops.atomic()
    }

    /// All lines, by their numbers. Context: may allocate.
    pub fn lines(&self) -> Vec<Report> {
        let lines = self.lines.lock().to_vec();
        let report = |(line, Line { state, user }): (u32, Line)| Report { line, state, user };
        (0..).zip(lines).map(report).collect()
    }

    fn with<R>(&self, line: u32, f: impl FnOnce(&mut Line) -> R) -> Result<R> {
        self.lines.lock().get_mut(line as usize).map(f).ok_or(Cause::Invalid)
    }

    /// What a line does. Context: any.
    ///
    /// # Errors
    /// `Invalid`: there is no such line.
    pub fn state(&self, line: u32) -> Result<State> {
        self.with(line, |line| line.state)
    }

    /// Has a line do this. Context: sleeps, unless the chip is [`atomic`](Self::atomic). Gives whether that is new.
    ///
    /// # Errors
    /// `Invalid`: there is no such line, or the duty cycle is longer than the period; the driver's. The line does what
    /// it did.
    pub fn apply(&self, line: u32, state: &State) -> Result<bool> {
        let now = self.state(line)?;
        if *state == now {
            return Ok(false);
        }
        if state.is_valid() {
            self.ops.apply(line, state)?;
        } else if now.is_valid() {
            return Err(Cause::Invalid);
        }
        // From one state that hardware cannot have to another: parameters that are set one after the other.
        self.with(line, |line| line.state = *state).map(|()| true)
    }

    /// Measures a line, for at most so many milliseconds. Context: sleeps.
    ///
    /// # Errors
    /// `Invalid`: there is no such line; `Unsupported`: the hardware cannot; the driver's.
    pub fn capture(&self, line: u32, milliseconds: u32) -> Result<Capture> {
        self.state(line)?;
        self.ops.capture(line, milliseconds)
    }

    /// Takes a line for a consumer, and reads what it does. Context: sleeps.
    ///
    /// # Errors
    /// `Invalid`: there is no such line; `Busy`: somebody has it; the driver's.
    pub fn take(&self, line: u32, user: &str) -> Result<()> {
        let _alone = self.taking.lock();
        if self.with(line, |line| line.user.is_some())? {
            return Err(Cause::Busy);
        }
        self.ops.request(line)?;
        let found = self.ops.state(line);
        let user = Arc::from(user);
        self.with(line, |line| {
            line.user = Some(user);
            line.state = found.unwrap_or(line.state);
        })
    }

    /// Gives a line back. It goes on as it is. Context: sleeps.
    ///
    /// # Errors
    /// `Invalid`: there is no such line, or nobody has it.
    pub fn give_back(&self, line: u32) -> Result<()> {
        let _alone = self.taking.lock();
        let user = self.with(line, |line| line.user.take())?;
        if user.is_none() {
            return Err(Cause::Invalid);
        }
        self.ops.free(line);
        Ok(())
    }
}

/// A line that somebody has; dropping gives it back.
pub struct Pwm {
    chip: Arc<Chip>,
    line: u32,
}

impl Pwm {
    /// Takes a line. Context: sleeps.
    ///
    /// # Errors
    /// As [`Chip::take`].
    pub fn take(chip: &Arc<Chip>, line: u32, user: &str) -> Result<Pwm> {
        chip.take(line, user)?;
        Ok(Pwm { chip: Arc::clone(chip), line })
    }

    /// What it does.
    pub fn state(&self) -> State {
        self.chip.state(self.line).unwrap_or_default()
    }

    /// Has it do this. Context: as [`Chip::apply`].
    ///
    /// # Errors
    /// As [`Chip::apply`].
    pub fn apply(&self, state: &State) -> Result<()> {
        self.chip.apply(self.line, state).map(drop)
    }
}

impl Drop for Pwm {
    fn drop(&mut self) {
        // It is ours: this cannot fail.
        let _ = self.chip.give_back(self.line);
    }
}

/// Takes a chip with so many lines into the registry. Context: may allocate.
pub fn register(name: &str, lines: u32, ops: Box<dyn PwmOps>) -> Arc<Chip> {
    let lines = SpinLock::new(alloc::vec![Line::default(); lines as usize].into());
    let mut chip = Arc::new(Chip { id: 0, name: name.into(), ops, lines, taking: Mutex::new(()) });
    let mut chips = CHIPS.lock();
    let id = (0..).find(|id| chips.iter().all(|chip| chip.id != *id)).unwrap_or(u32::MAX);
    if let Some(chip) = Arc::get_mut(&mut chip) {
        chip.id = id;
    }
    let at = chips.partition_point(|chip| chip.id < id);
    chips.insert(at, Arc::clone(&chip));
    chip
}

/// Takes a chip out of the registry. Context: may free.
pub fn unregister(chip: &Arc<Chip>) {
    let mut chips = CHIPS.lock();
    let found = chips.iter().position(|other| Arc::ptr_eq(other, chip)).map(|at| chips.remove(at));
    drop(chips);
    drop(found);
}

/// All chips, by their numbers. Context: may allocate.
pub fn list() -> Vec<Arc<Chip>> {
    CHIPS.lock().clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex as Lock;

    #[derive(Default)]
    struct Model {
        applied: Arc<Lock<Vec<(u32, State)>>>,
        fails: bool,
        freed: Arc<Lock<Vec<u32>>>,
    }

    const FOUND: State = State { period: 1000, duty: 250, inversed: false, enabled: true, power_only: false };

    impl PwmOps for Model {
        fn free(&self, line: u32) {
            self.freed.lock().unwrap().push(line);
        }
        fn state(&self, line: u32) -> Option<State> {
            (line == 1).then_some(FOUND)
        }
        fn apply(&self, line: u32, state: &State) -> Result<()> {
            if self.fails {
                return Err(Cause::Driver(5));
            }
            self.applied.lock().unwrap().push((line, *state));
            Ok(())
        }
    }

    #[test]
    fn a_line_has_one_consumer() {
        let (applied, freed) = (Arc::default(), Arc::default());
        let model = Model { applied: Arc::clone(&applied), fails: false, freed: Arc::clone(&freed) };
        let chip = register("taken", 2, Box::new(model));
        let pwm = Pwm::take(&chip, 1, "fan").unwrap();
        assert_eq!(pwm.state(), FOUND, "as the hardware was found");
        assert_eq!(chip.take(1, "lamp"), Err(Cause::Busy));
        assert_eq!(chip.take(2, "lamp"), Err(Cause::Invalid));
        pwm.apply(&FOUND).unwrap();
        assert!(applied.lock().unwrap().is_empty(), "it does so already");
        let other = State { duty: 500, ..FOUND };
        pwm.apply(&other).unwrap();
        assert_eq!(*applied.lock().unwrap(), [(1, other)]);
        let lines = chip.lines();
        assert_eq!((lines[0].user.as_deref(), lines[1].user.as_deref()), (None, Some("fan")));
        assert_eq!(lines[1].state, other);
        drop(pwm);
        assert_eq!(*freed.lock().unwrap(), [1]);
        assert_eq!((chip.give_back(1), chip.capture(0, 10)), (Err(Cause::Invalid), Err(Cause::Unsupported)));
        unregister(&chip);
    }

    #[test]
    fn what_hardware_cannot_do_does_not_reach_it() {
        let model = Model::default();
        let applied = Arc::clone(&model.applied);
        let chip = register("invalid", 1, Box::new(model));
        let on = State { period: 0, duty: 0, enabled: true, ..State::default() };
        assert_eq!(chip.apply(0, &on), Err(Cause::Invalid));
        let long = State { period: 10, duty: 11, enabled: true, ..State::default() };
        assert_eq!(chip.apply(0, &long), Err(Cause::Invalid));
        // What is off may be anything.
        assert_eq!(chip.apply(0, &State { enabled: false, ..long }), Ok(true));
        assert_eq!(applied.lock().unwrap().len(), 1);
        unregister(&chip);
        let chip = register("fails", 1, Box::new(Model { fails: true, ..Model::default() }));
        assert_eq!(chip.apply(0, &FOUND), Err(Cause::Driver(5)));
        assert_eq!(chip.state(0), Ok(State::default()));
        unregister(&chip);
    }

    #[test]
    fn numbers_are_used_again() {
        let [a, b] = ["a", "b"].map(|name| register(name, 1, Box::new(Model::default())));
        let id = a.id();
        assert_ne!(id, b.id());
        unregister(&a);
        let c = register("c", 1, Box::new(Model::default()));
        assert!(c.id() <= id && list().iter().any(|chip| chip.name() == "c"));
        unregister(&b);
        unregister(&c);
    }
}
