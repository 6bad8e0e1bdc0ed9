// SPDX-License-Identifier: GPL-2.0-only
//! Pin control: which function each pin of a chip has, how it is driven, and whose it is.
//!
//! A **controller** ([`Controller`]) has pins, groups of pins, and functions that a group can be given to (its driver:
//! [`Driver`]). A device's **states** (`default`, `init`, `idle`, `sleep`) come from `pinctrl-N` of its node: each is a
//! list of settings, which its controllers' drivers make of the nodes named there. [`Handle`] puts a state in force. Pins
//! are **claimed**: by one device for a function, by one GPIO consumer, or, unless the controller is strict, by both.

pub mod config;
mod consumer;
mod controller;
mod gpio;
#[cfg(test)]
mod tests;

pub use consumer::{Handle, get, maps_of_node};
pub use controller::{Controller, Info, PinReport, all, find, register, unregister};
pub use gpio::{
    Range, add_range, can_use, find_range, gpio_config, gpio_direction, gpio_free, gpio_request, remove_range,
};

use crate::error::{Error, Result};
use alloc::string::String;
use alloc::vec::Vec;

/// A pin of a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its number in the controller.
    pub number: u32,
    /// Its name.
    pub name: String,
}

/// What a device wants of a pin or group, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Map {
    /// Nothing: the state exists, that is all.
    Dummy,
    /// A function for a group. Without a group, the first that the function can have.
    Mux {
        /// The group.
        group: Option<String>,
        /// The function.
        function: String,
    },
    /// How a pin is driven.
    PinConfig {
        /// The pin.
        pin: String,
        /// Packed: see [`config`].
        configs: Vec<u64>,
    },
    /// How all pins of a group are driven.
    GroupConfig {
        /// The group.
        group: String,
        /// Packed: see [`config`].
        configs: Vec<u64>,
    },
}

/// A pin controller's driver. Selectors are indices below the counts. May sleep, if the chip does.
pub trait Driver: Send + Sync {
    /// How many groups there are.
    fn groups(&self) -> usize;
    /// A group's name.
    fn group_name(&self, group: usize) -> Option<String>;
    /// A group's pins.
    ///
    /// # Errors
    /// There is no such group.
    fn group_pins(&self, group: usize) -> Result<Vec<u32>>;
    /// How many functions there are.
    fn functions(&self) -> usize;
    /// A function's name.
    fn function_name(&self, function: usize) -> Option<String>;
    /// The groups that can have a function.
    ///
    /// # Errors
    /// There is no such function.
    fn function_groups(&self, function: usize) -> Result<Vec<String>>;
    /// Whether a pin is either a GPIO or has another function, never both.
    fn strict(&self) -> bool {
        false
    }
    /// Takes a pin into use.
    ///
    /// # Errors
    /// It cannot be.
    fn request(&self, _pin: u32) -> Result<()> {
        Ok(())
    }
    /// Gives a pin back.
    fn free(&self, _pin: u32) {}
    /// Gives a function to a group.
    ///
    /// # Errors
    /// It cannot have it.
    fn set_mux(&self, function: usize, group: usize) -> Result<()>;
    /// Makes a pin a GPIO; false if [`Driver::request`] is to be used instead.
    ///
    /// # Errors
    /// It cannot be.
    fn gpio_enable(&self, _range: &Range, _pin: u32) -> Result<bool> {
        Ok(false)
    }
    /// Undoes `gpio_enable`; false if [`Driver::free`] is to be used instead.
    fn gpio_disable(&self, _range: &Range, _pin: u32) -> bool {
        false
    }
    /// Makes a GPIO pin an input or output.
    ///
    /// # Errors
    /// It cannot be.
    fn gpio_direction(&self, _range: &Range, _pin: u32, _input: bool) -> Result<()> {
        Ok(())
    }
    /// Reads one parameter of a pin, packed as given and returned.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if there is no such parameter; [`Error::Invalid`] if it is not set.
    fn config(&self, _pin: u32, _config: u64) -> Result<u64> {
        Err(Error::Unsupported { what: "reading pin configuration" })
    }
    /// Sets parameters of a pin.
    ///
    /// # Errors
    /// It cannot have them.
    fn set_config(&self, _pin: u32, _configs: &[u64]) -> Result<()> {
        Err(Error::Unsupported { what: "pin configuration" })
    }
    /// Sets parameters of all pins of a group. By default, of one pin after the other.
    ///
    /// # Errors
    /// They cannot have them.
    fn set_group_config(&self, group: usize, configs: &[u64]) -> Result<()> {
        self.group_pins(group)?.into_iter().try_for_each(|pin| self.set_config(pin, configs))
    }
    /// What a node of the device tree, at this path, wants.
    ///
    /// # Errors
    /// It is malformed, or names what the controller does not have.
    fn maps(&self, _node: &str) -> Result<Vec<Map>> {
        Err(Error::Unsupported { what: "pin settings from the device tree" })
    }
    /// Whatever a foreign kind of driver needs to find itself again; null for others.
    fn pointer(&self) -> *mut () {
        core::ptr::null_mut()
    }
}
