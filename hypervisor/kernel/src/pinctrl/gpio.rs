// SPDX-License-Identifier: GPL-2.0-only
//! Which pins are which GPIOs, and claims on them by GPIO consumers.

use super::controller::{self, Controller};
use crate::error::{Error, Result};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A row of GPIOs that are pins of a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// A name for reports.
    pub name: String,
    /// The first GPIO, in the numbers of all GPIOs.
    pub base: u32,
    /// The first pin.
    pub pin_base: u32,
    /// How many.
    pub count: u32,
    /// The pins, where they are not in a row.
    pub pins: Option<Arc<[u32]>>,
    /// What tells ranges apart that a foreign kind of driver added.
    pub token: usize,
}

impl Range {
    /// The pin of a GPIO.
    pub fn pin(&self, gpio: u32) -> Option<u32> {
        let offset = gpio.checked_sub(self.base).filter(|&o| o < self.count)?;
        match &self.pins {
            Some(pins) => pins.get(offset as usize).copied(),
            None => self.pin_base.checked_add(offset),
        }
    }

    fn has_pin(&self, pin: u32) -> bool {
        match &self.pins {
            Some(pins) => pins.contains(&pin),
            None => pin.checked_sub(self.pin_base).is_some_and(|o| o < self.count),
        }
    }
}

/// Adds a range to a controller. Context: may allocate.
pub fn add_range(controller: &Controller, range: Range) {
    controller.ranges.lock().push(range);
}

/// Takes the ranges that `f` accepts away, from every controller. Context: may free memory.
pub fn remove_range(f: &dyn Fn(&Range) -> bool) {
    for controller in controller::all() {
        let mut ranges = controller.ranges.lock();
        let (gone, kept): (Vec<Range>, Vec<Range>) = core::mem::take(&mut *ranges).into_iter().partition(f);
        *ranges = kept;
        drop(ranges);
        drop(gone);
    }
}

/// The controller, range and pin of a GPIO.
pub fn find_range(gpio: u32) -> Option<(Arc<Controller>, Range, u32)> {
    controller::all().into_iter().find_map(|c| {
        let range = c.ranges.lock().iter().find(|r| r.pin(gpio).is_some()).cloned()?;
        let pin = range.pin(gpio)?;
        Some((c, range, pin))
    })
}

impl Controller {
    /// Whether it has a range that `f` accepts. Context: any.
    pub fn has_range(&self, f: &dyn Fn(&Range) -> bool) -> bool {
        self.ranges.lock().iter().any(f)
    }

    /// The range that a pin is in. Context: may allocate.
    pub fn range_of_pin(&self, pin: u32) -> Option<Range> {
        self.ranges.lock().iter().find(|r| r.has_pin(pin)).cloned()
    }
}

fn located(gpio: u32) -> Result<(Arc<Controller>, Range, u32)> {
    find_range(gpio).ok_or_else(|| Error::Deferred { what: format!("the pin controller of GPIO {gpio}") })
}

/// Claims the pin of a GPIO for `owner` and makes it a GPIO. Context: may sleep.
///
/// # Errors
/// No controller has it (yet), or somebody has it.
pub fn gpio_request(gpio: u32, owner: &str) -> Result<()> {
    let (controller, range, pin) = located(gpio)?;
    controller.claim(pin, owner, Some(&range))
}

/// Gives it back. Context: may sleep.
pub fn gpio_free(gpio: u32) {
    if let Some((controller, range, pin)) = find_range(gpio) {
        controller.give_back(pin, Some(&range));
    }
}

/// Whether [`gpio_request`] would find the pin free. True for a GPIO that is no controller's. Context: may sleep.
pub fn can_use(gpio: u32) -> bool {
    find_range(gpio).is_none_or(|(controller, _, pin)| controller.free_for_gpio(pin))
}

/// Makes the pin of a GPIO an input or an output. Context: may sleep.
///
/// # Errors
/// No controller has it, or the driver refuses.
pub fn gpio_direction(gpio: u32, input: bool) -> Result<()> {
    let (controller, range, pin) = located(gpio)?;
    controller.driver().gpio_direction(&range, pin, input)
}

/// Sets parameters of the pin of a GPIO. Context: may sleep.
///
/// # Errors
/// No controller has it, or the driver refuses.
pub fn gpio_config(gpio: u32, configs: &[u64]) -> Result<()> {
    let (controller, _, pin) = located(gpio)?;
    controller.driver().set_config(pin, configs)
}
