// SPDX-License-Identifier: GPL-2.0-only
//! General purpose inputs and outputs: chips with lines, and consumers that request a line each.
//!
//! A **chip** ([`Chip`]) is registered as a **bank** ([`Bank`]) of **lines** ([`Line`]). A consumer finds its line by
//! `NAME-gpios` of its node ([`of`]), requests it with a label, and gets a [`Gpio`], which gives it back when dropped. Values
//! are logical: a line that is active low is true when it is low; the `raw` functions tell the wire. Lines have numbers
//! in one space, for pin control and old drivers.

mod bank;
mod hog;
mod line;
pub mod of;
#[cfg(test)]
mod tests;

pub use bank::{
    Bank, Info, LineReport, all, by_number, find, register, register_quietly, set_hogs, unregister,
};
pub use line::{Gpio, Init, Line, LineFlags};

use crate::error::{Error, Result};
use crate::irq::virq::Virq;
use alloc::format;

/// A GPIO controller's driver; offsets are below the count of its lines. Context: any, unless [`Chip::can_sleep`].
pub trait Chip: Send + Sync {
    /// Whether its functions may sleep: chips on slow buses.
    fn can_sleep(&self) -> bool {
        false
    }
    /// Takes a line into use. May sleep.
    ///
    /// # Errors
    /// It cannot be.
    fn request(&self, _offset: u32) -> Result<()> {
        Ok(())
    }
    /// Gives it back. May sleep.
    fn free(&self, _offset: u32) {}
    /// Whether the line is an output.
    ///
    /// # Errors
    /// The chip cannot tell.
    fn is_output(&self, _offset: u32) -> Result<bool> {
        Err(Error::Unsupported { what: "reading a GPIO's direction" })
    }
    /// Makes it an input.
    ///
    /// # Errors
    /// It cannot be.
    fn set_input(&self, offset: u32) -> Result<()>;
    /// Makes it an output with this value, without a glitch.
    ///
    /// # Errors
    /// It cannot be.
    fn set_output(&self, offset: u32, value: bool) -> Result<()>;
    /// The level of the wire.
    ///
    /// # Errors
    /// The chip cannot tell.
    fn get(&self, offset: u32) -> Result<bool>;
    /// Sets the level of an output.
    ///
    /// # Errors
    /// The chip did not answer.
    fn set(&self, offset: u32, value: bool) -> Result<()>;
    /// Sets a parameter, packed as in [`crate::pinctrl::config`].
    ///
    /// # Errors
    /// It has no such parameter.
    fn set_config(&self, _offset: u32, _config: u64) -> Result<()> {
        Err(Error::Unsupported { what: "a GPIO's configuration" })
    }
    /// The line's interrupt.
    ///
    /// # Errors
    /// It has none.
    fn irq(&self, offset: u32) -> Result<Virq> {
        Err(Error::NotFound { what: "interrupt of GPIO", name: format!("{offset}") })
    }
    /// Whether the line exists.
    fn valid(&self, _offset: u32) -> bool {
        true
    }
    /// How many cells a specifier has.
    fn cells(&self) -> usize {
        2
    }
    /// Decodes a specifier of the device tree: offset, and flags of the binding.
    ///
    /// # Errors
    /// It is malformed.
    fn translate(&self, cells: &[u32]) -> Result<(u32, u32)> {
        match *cells {
            [offset, flags, ..] => Ok((offset, flags)),
            [offset] => Ok((offset, 0)),
            [] => Err(Error::Invalid { what: "GPIO specifier", why: "no cells".into() }),
        }
    }
    /// Whatever a foreign kind of driver needs to find itself again; null for others.
    fn pointer(&self) -> *mut () {
        core::ptr::null_mut()
    }
}
