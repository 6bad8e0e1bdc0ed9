// SPDX-License-Identifier: GPL-2.0-only
//! Lines, and what their consumers do with them.

use super::Chip;
use super::bank::{Bank, LineReport};
use crate::error::{Error, Result};
use crate::irq::virq::Virq;
use crate::pinctrl::config;
use crate::sync::SpinLock;
use alloc::format;
use alloc::string::String;
use alloc::sync::{Arc, Weak};
use bitflags::bitflags;

bitflags! {
    /// How a line is used.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct LineFlags: u32 {
        /// Somebody has it.
        const REQUESTED = 1;
        /// It is an output.
        const OUTPUT = 1 << 1;
        /// True is low.
        const ACTIVE_LOW = 1 << 2;
        /// Only driven low.
        const OPEN_DRAIN = 1 << 3;
        /// Only driven high.
        const OPEN_SOURCE = 1 << 4;
        /// It is an interrupt.
        const USED_AS_IRQ = 1 << 5;
        /// That interrupt is open.
        const IRQ_ENABLED = 1 << 6;
        /// The device tree has it set.
        const HOG = 1 << 7;
        /// Its value may be lost while the system sleeps.
        const TRANSITORY = 1 << 8;
        /// Pulled up.
        const PULL_UP = 1 << 9;
        /// Pulled down.
        const PULL_DOWN = 1 << 10;
        /// Not pulled.
        const NO_PULL = 1 << 11;
        /// Several consumers have it.
        const SHARED = 1 << 12;
    }
}

/// How a line begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Init {
    /// As it is.
    #[default]
    AsIs,
    /// An input.
    Input,
    /// An output with this logical value.
    Output(bool),
}

struct State {
    name: Option<String>,
    consumer: Option<String>,
    flags: LineFlags,
    users: u32,
    debounce_us: u32,
}

/// A line of a bank.
pub struct Line {
    bank: Weak<Bank>,
    offset: u32,
    state: SpinLock<State>,
}

impl Line {
    pub(super) fn new(bank: Weak<Bank>, offset: u32, name: Option<String>) -> Self {
        let state = State { name, consumer: None, flags: LineFlags::empty(), users: 0, debounce_us: 0 };
        Line { bank, offset, state: SpinLock::new(state) }
    }

    /// The offset in its bank.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// The bank, unless that has gone.
    pub fn bank(&self) -> Option<Arc<Bank>> {
        self.bank.upgrade()
    }

    /// The number in the space of all lines.
    pub fn number(&self) -> Option<u32> {
        self.bank().map(|b| b.base() + self.offset)
    }

    /// Its name. Context: may allocate.
    pub fn name(&self) -> Option<String> {
        self.state.lock().name.clone()
    }

    /// Who has it. Context: may allocate.
    pub fn consumer(&self) -> Option<String> {
        self.state.lock().consumer.clone()
    }

    /// Says who has it. Context: may allocate.
    pub fn set_consumer(&self, label: Option<&str>) {
        let new = label.map(String::from);
        let old = core::mem::replace(&mut self.state.lock().consumer, new);
        drop(old);
    }

    /// How it is used. Context: any.
    pub fn flags(&self) -> LineFlags {
        self.state.lock().flags
    }

    /// Changes how it is used. Context: any.
    pub fn change_flags(&self, clear: LineFlags, set: LineFlags) {
        let mut state = self.state.lock();
        state.flags = (state.flags & !clear) | set;
    }

    fn with<R>(&self, f: impl FnOnce(&dyn Chip) -> Result<R>) -> Result<R> {
        let bank = self.bank();
        match bank.as_ref().and_then(|b| b.chip()) {
            Some(chip) => f(chip),
            None => Err(Error::NotFound { what: "GPIO chip", name: "any more".into() }),
        }
    }

    /// Claims it for `label`. With `shared`, those who have it shared do not mind. Context: may sleep.
    ///
    /// # Errors
    /// Somebody has it, or the chip refuses.
    pub fn request(&self, label: &str, shared: bool) -> Result<()> {
        let owner = String::from(label);
        {
            let mut state = self.state.lock();
            if state.flags.contains(LineFlags::REQUESTED) {
                if shared && state.flags.contains(LineFlags::SHARED) {
                    state.users += 1;
                    return Ok(());
                }
                let other = state.consumer.clone().unwrap_or_else(|| "?".into());
                drop(state);
                let bank = self.bank();
                let bank = bank.as_ref().map_or("?", |b| b.label());
                let what = format!("line {} of {bank} (wanted by {label})", self.offset);
                return Err(Error::Busy { what, owner: other });
            }
            state.flags |= LineFlags::REQUESTED;
            state.flags.set(LineFlags::SHARED, shared);
            state.users = 1;
            state.consumer = Some(owner);
        }
        let result = self.with(|chip| {
            if !chip.valid(self.offset) {
                return Err(Error::NotFound { what: "GPIO line", name: format!("{}", self.offset) });
            }
            chip.request(self.offset)
        });
        if result.is_err() {
            self.clear();
            return result;
        }
        if let Ok(output) = self.with(|chip| chip.is_output(self.offset)) {
            let set = if output { LineFlags::OUTPUT } else { LineFlags::empty() };
            self.change_flags(LineFlags::OUTPUT, set);
        }
        Ok(())
    }

    fn clear(&self) {
        let mut state = self.state.lock();
        // Its part as an interrupt is not the consumer's.
        state.flags &= LineFlags::USED_AS_IRQ | LineFlags::IRQ_ENABLED | LineFlags::OUTPUT;
        state.users = 0;
        let gone = state.consumer.take();
        drop(state);
        drop(gone);
    }

    /// Gives it back. Context: may sleep.
    pub fn free(&self) {
        {
            let mut state = self.state.lock();
            if !state.flags.contains(LineFlags::REQUESTED) {
                drop(state);
                log::error!("GPIO line {}: given back by somebody who does not have it", self.offset);
                return;
            }
            state.users -= 1;
            if state.users > 0 {
                return;
            }
        }
        let _ = self.with(|chip| {
            chip.free(self.offset);
            Ok(())
        });
        self.clear();
    }

    /// Sets it up as a consumer and the binding want it. Context: may sleep.
    ///
    /// # Errors
    /// The chip refuses.
    pub fn configure(&self, flags: LineFlags, init: Init) -> Result<()> {
        let settable = LineFlags::ACTIVE_LOW
            | LineFlags::OPEN_DRAIN
            | LineFlags::OPEN_SOURCE
            | LineFlags::TRANSITORY
            | LineFlags::PULL_UP
            | LineFlags::PULL_DOWN
            | LineFlags::NO_PULL;
        self.change_flags(settable, flags & settable);
        match init {
            Init::AsIs => self.set_bias(),
            Init::Input => self.set_input(),
            Init::Output(value) => self.set_output(value),
        }
    }

    fn set_bias(&self) -> Result<()> {
        let flags = self.flags();
        let (number, argument) = match () {
            () if flags.contains(LineFlags::NO_PULL) => (config::BIAS_DISABLE, 0),
            () if flags.contains(LineFlags::PULL_UP) => (config::BIAS_PULL_UP, 1),
            () if flags.contains(LineFlags::PULL_DOWN) => (config::BIAS_PULL_DOWN, 1),
            () => return Ok(()),
        };
        self.try_config(config::pack(number, argument)).map(|_| ())
    }

    /// A parameter that the chip may lack; says whether it has it.
    fn try_config(&self, config: u64) -> Result<bool> {
        match self.with(|chip| chip.set_config(self.offset, config)) {
            Ok(()) => Ok(true),
            Err(Error::Unsupported { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sets a parameter, packed as in [`config`]. Context: may sleep.
    ///
    /// # Errors
    /// The chip does not have it.
    pub fn set_config(&self, config: u64) -> Result<()> {
        self.with(|chip| chip.set_config(self.offset, config))?;
        if config::number(config) == config::INPUT_DEBOUNCE {
            self.state.lock().debounce_us = config::argument(config);
        }
        Ok(())
    }

    /// Whether it is an output. Context: as the chip.
    ///
    /// # Errors
    /// The chip cannot tell and nobody has set it, or the chip has gone.
    pub fn is_output(&self) -> Result<bool> {
        match self.with(|chip| chip.is_output(self.offset)) {
            Ok(output) => {
                let set = if output { LineFlags::OUTPUT } else { LineFlags::empty() };
                self.change_flags(LineFlags::OUTPUT, set);
                Ok(output)
            }
            Err(error) if self.flags().contains(LineFlags::OUTPUT) => {
                if matches!(error, Error::Unsupported { .. }) { Ok(true) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    /// Makes it an input. Context: as the chip.
    ///
    /// # Errors
    /// The chip refuses.
    pub fn set_input(&self) -> Result<()> {
        self.with(|chip| chip.set_input(self.offset))?;
        self.change_flags(LineFlags::OUTPUT, LineFlags::empty());
        self.set_bias()
    }

    /// Makes it an output with this logical value. Context: as the chip.
    ///
    /// # Errors
    /// It is an open interrupt, or the chip refuses.
    pub fn set_output(&self, value: bool) -> Result<()> {
        let flags = self.flags();
        let value = value != flags.contains(LineFlags::ACTIVE_LOW);
        if flags.contains(LineFlags::USED_AS_IRQ) && flags.contains(LineFlags::IRQ_ENABLED) {
            let what = format!("line {} (wanted as an output)", self.offset);
            return Err(Error::Busy { what, owner: "an interrupt".into() });
        }
        if flags.contains(LineFlags::OPEN_DRAIN) {
            // Where the chip cannot, the side that must not be driven is left to the pull.
            if !self.try_config(config::pack(config::DRIVE_OPEN_DRAIN, 0))? && value {
                return self.set_input();
            }
        } else if flags.contains(LineFlags::OPEN_SOURCE) {
            if !self.try_config(config::pack(config::DRIVE_OPEN_SOURCE, 0))? && !value {
                return self.set_input();
            }
        } else {
            self.try_config(config::pack(config::DRIVE_PUSH_PULL, 0))?;
        }
        self.set_bias()?;
        self.set_output_raw(value)
    }

    /// Makes it an output with this level. Context: as the chip.
    ///
    /// # Errors
    /// The chip refuses.
    pub fn set_output_raw(&self, level: bool) -> Result<()> {
        self.with(|chip| chip.set_output(self.offset, level))?;
        self.change_flags(LineFlags::empty(), LineFlags::OUTPUT);
        Ok(())
    }

    /// The level of the wire. Context: as the chip.
    ///
    /// # Errors
    /// The chip cannot tell.
    pub fn get_raw(&self) -> Result<bool> {
        self.with(|chip| chip.get(self.offset))
    }

    /// The logical value. Context: as the chip.
    ///
    /// # Errors
    /// The chip cannot tell.
    pub fn get(&self) -> Result<bool> {
        Ok(self.get_raw()? != self.flags().contains(LineFlags::ACTIVE_LOW))
    }

    /// Sets the level. Context: as the chip.
    ///
    /// # Errors
    /// The chip has gone, or did not answer.
    pub fn set_raw(&self, level: bool) -> Result<()> {
        self.with(|chip| chip.set(self.offset, level))
    }

    /// Sets the logical value. Context: as the chip.
    ///
    /// # Errors
    /// The chip has gone, or did not answer.
    pub fn set(&self, value: bool) -> Result<()> {
        let flags = self.flags();
        let level = value != flags.contains(LineFlags::ACTIVE_LOW);
        // A side that must not be driven is left to the pull.
        let released = flags.contains(LineFlags::OPEN_DRAIN) && level
            || flags.contains(LineFlags::OPEN_SOURCE) && !level;
        if released {
            self.with(|chip| chip.set_input(self.offset))
        } else if flags.intersects(LineFlags::OPEN_DRAIN | LineFlags::OPEN_SOURCE) {
            self.set_output_raw(level)
        } else {
            self.set_raw(level)
        }
    }

    /// Its interrupt. Context: may sleep.
    ///
    /// # Errors
    /// It has none.
    pub fn irq(&self) -> Result<Virq> {
        self.with(|chip| chip.irq(self.offset))
    }

    /// Whether what is done to it may sleep. Context: any.
    pub fn can_sleep(&self) -> bool {
        self.bank().and_then(|b| b.chip().map(Chip::can_sleep)).unwrap_or(false)
    }

    /// Marks it as an interrupt: it must be an input. Context: may sleep.
    ///
    /// # Errors
    /// It is an output.
    pub fn lock_as_irq(&self) -> Result<()> {
        let asks = self.bank().and_then(|b| b.chip().map(|c| !c.can_sleep())).unwrap_or(false);
        let output = if asks { self.is_output().ok() } else { None };
        let flags = self.flags();
        let driven = output.unwrap_or(flags.contains(LineFlags::OUTPUT));
        if driven && !flags.contains(LineFlags::OPEN_DRAIN) {
            let what = format!("line {} (wanted as an interrupt)", self.offset);
            return Err(Error::Busy { what, owner: "an output".into() });
        }
        self.change_flags(LineFlags::empty(), LineFlags::USED_AS_IRQ | LineFlags::IRQ_ENABLED);
        Ok(())
    }

    /// Undoes [`Line::lock_as_irq`]. Context: any.
    pub fn unlock_as_irq(&self) {
        self.change_flags(LineFlags::USED_AS_IRQ | LineFlags::IRQ_ENABLED, LineFlags::empty());
    }

    pub(super) fn report(&self) -> LineReport {
        let quick = !self.can_sleep();
        let flags = self.flags();
        LineReport {
            offset: self.offset,
            name: self.name(),
            consumer: self.consumer(),
            flags,
            output: if quick { self.is_output().ok() } else { Some(flags.contains(LineFlags::OUTPUT)) },
            level: if quick { self.get_raw().ok() } else { None },
        }
    }
}

/// A line that its consumer has; given back when dropped.
pub struct Gpio {
    line: Arc<Line>,
}

impl Gpio {
    /// Requests a line and sets it up. Context: may sleep.
    ///
    /// # Errors
    /// Somebody has it, or the chip refuses.
    pub fn request(line: &Arc<Line>, label: &str, flags: LineFlags, init: Init) -> Result<Self> {
        line.request(label, false)?;
        // From here on dropping it gives it back.
        let gpio = Gpio { line: Arc::clone(line) };
        gpio.line.configure(flags, init)?;
        Ok(gpio)
    }

    /// The line.
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// The logical value. Context: as the chip.
    ///
    /// # Errors
    /// The chip cannot tell.
    pub fn get(&self) -> Result<bool> {
        self.line.get()
    }

    /// Sets the logical value. Context: as the chip.
    ///
    /// # Errors
    /// The chip has gone.
    pub fn set(&self, value: bool) -> Result<()> {
        self.line.set(value)
    }
}

impl Drop for Gpio {
    fn drop(&mut self) {
        self.line.free();
    }
}
