// SPDX-License-Identifier: GPL-2.0-only
//! Controllers, and who has claimed which of their pins.

use super::gpio::Range;
use super::{Driver, Pin, config};
use crate::error::{Error, Result};
use crate::sync::{Mutex, SpinLock};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// How a controller is made.
pub struct Info {
    /// Its name, unique among controllers.
    pub name: String,
    /// The path of its node.
    pub node: Option<String>,
    /// Its pins.
    pub pins: Vec<Pin>,
    /// The driver.
    pub driver: Arc<dyn Driver>,
}

/// A pin's claims.
#[derive(Default)]
struct PinState {
    name: String,
    users: u32,
    owner: Option<String>,
    mux: Option<(usize, usize)>,
    gpio_owner: Option<String>,
}

/// A pin controller.
pub struct Controller {
    name: String,
    node: Option<String>,
    driver: Arc<dyn Driver>,
    /// Held while claims change, which may sleep in the driver.
    pins: Mutex<BTreeMap<u32, PinState>>,
    pub(super) ranges: SpinLock<Vec<Range>>,
}

/// A pin in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinReport {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Who has it for a function.
    pub owner: Option<String>,
    /// The function.
    pub function: Option<String>,
    /// The group that was given the function.
    pub group: Option<String>,
    /// Who has it as a GPIO.
    pub gpio_owner: Option<String>,
    /// How it is driven: properties and arguments, as far as the driver tells.
    pub configs: Vec<(&'static str, u32)>,
}

static CONTROLLERS: SpinLock<Vec<Arc<Controller>>> = SpinLock::new(Vec::new());

/// Adds a controller. Context: may allocate.
///
/// # Errors
/// Its name is taken, or two of its pins have one number.
pub fn register(info: Info) -> Result<Arc<Controller>> {
    let mut pins = BTreeMap::new();
    for pin in info.pins {
        let state = PinState { name: pin.name, ..PinState::default() };
        if pins.insert(pin.number, state).is_some() {
            let why = format!("{}: pin {} is there twice", info.name, pin.number);
            return Err(Error::Invalid { what: "pin controller", why });
        }
    }
    let controller = Arc::new(Controller {
        name: info.name,
        node: info.node,
        driver: info.driver,
        pins: Mutex::new(pins),
        ranges: SpinLock::new(Vec::new()),
    });
    let mut all = CONTROLLERS.lock();
    if all.iter().any(|c| c.name == controller.name) {
        let owner = "another controller".into();
        return Err(Error::Busy { what: format!("pin controller name {}", controller.name), owner });
    }
    all.push(Arc::clone(&controller));
    Ok(controller)
}

/// Takes a controller away; its states must not be in force. Context: may free memory.
pub fn unregister(controller: &Arc<Controller>) {
    let mut all = CONTROLLERS.lock();
    let gone = all.iter().position(|c| Arc::ptr_eq(c, controller)).map(|at| all.swap_remove(at));
    drop(all);
    drop(gone);
}

/// All controllers. Context: may allocate.
pub fn all() -> Vec<Arc<Controller>> {
    CONTROLLERS.lock().clone()
}

/// The controller that `f` accepts. Context: any.
pub fn find(f: &dyn Fn(&Controller) -> bool) -> Option<Arc<Controller>> {
    CONTROLLERS.lock().iter().find(|c| f(c)).cloned()
}

impl Controller {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of its node.
    pub fn node(&self) -> Option<&str> {
        self.node.as_deref()
    }

    /// Its driver.
    pub fn driver(&self) -> &dyn Driver {
        &*self.driver
    }

    fn no(&self, what: &'static str, name: &str) -> Error {
        Error::NotFound { what, name: format!("{name} in {}", self.name) }
    }

    /// The number of the pin with this name. Context: may sleep.
    ///
    /// # Errors
    /// There is none.
    pub fn pin(&self, name: &str) -> Result<u32> {
        let pins = self.pins.lock();
        let found = pins.iter().find(|(_, p)| p.name == name).map(|(number, _)| *number);
        found.ok_or_else(|| self.no("pin", name))
    }

    /// The name of a pin. Context: may sleep.
    pub fn pin_name(&self, pin: u32) -> Option<String> {
        self.pins.lock().get(&pin).map(|p| p.name.clone())
    }

    /// The selector of the group with this name.
    ///
    /// # Errors
    /// There is none.
    pub fn group(&self, name: &str) -> Result<usize> {
        let found = (0..self.driver.groups()).find(|&g| self.driver.group_name(g).as_deref() == Some(name));
        found.ok_or_else(|| self.no("pin group", name))
    }

    /// The selector of the function with this name.
    ///
    /// # Errors
    /// There is none.
    pub fn function(&self, name: &str) -> Result<usize> {
        let is = |&f: &usize| self.driver.function_name(f).as_deref() == Some(name);
        (0..self.driver.functions()).find(is).ok_or_else(|| self.no("pin function", name))
    }

    fn busy(&self, pin: &PinState, wanted_by: &str, owner: &str) -> Error {
        Error::Busy {
            what: format!("pin {} of {} (wanted by {wanted_by})", pin.name, self.name),
            owner: owner.into(),
        }
    }

    /// Claims a pin for a device's function, or, with a range, as a GPIO.
    pub(super) fn claim(&self, number: u32, owner: &str, range: Option<&Range>) -> Result<()> {
        let mut pins = self.pins.lock();
        let pin = pins.get_mut(&number).ok_or_else(|| self.no("pin", &format!("{number}")))?;
        let strict = self.driver.strict();
        let in_the_way = match range {
            Some(_) => pin.gpio_owner.as_ref().or(pin.owner.as_ref().filter(|_| strict && pin.users > 0)),
            None => {
                let other = pin.owner.as_ref().filter(|o| pin.users > 0 && *o != owner);
                other.or(pin.gpio_owner.as_ref().filter(|_| strict))
            }
        };
        if let Some(other) = in_the_way {
            return Err(self.busy(pin, owner, other));
        }
        match range {
            Some(range) => {
                if !self.driver.gpio_enable(range, number)? {
                    self.driver.request(number)?;
                }
                pin.gpio_owner = Some(owner.into());
            }
            None => {
                if pin.users == 0 {
                    self.driver.request(number)?;
                    pin.owner = Some(owner.into());
                }
                pin.users += 1;
            }
        }
        Ok(())
    }

    /// Gives a pin back.
    pub(super) fn give_back(&self, number: u32, range: Option<&Range>) {
        let mut pins = self.pins.lock();
        let Some(pin) = pins.get_mut(&number) else { return };
        match range {
            Some(range) => {
                if pin.gpio_owner.take().is_some() && !self.driver.gpio_disable(range, number) {
                    self.driver.free(number);
                }
            }
            None => {
                pin.users = pin.users.saturating_sub(1);
                if pin.users == 0 {
                    (pin.owner, pin.mux) = (None, None);
                    self.driver.free(number);
                }
            }
        }
    }

    /// Whether a pin could be claimed as a GPIO.
    pub(super) fn free_for_gpio(&self, number: u32) -> bool {
        let pins = self.pins.lock();
        let free = |p: &PinState| !(self.driver.strict() && p.users > 0) && p.gpio_owner.is_none();
        pins.get(&number).is_some_and(free)
    }

    /// Claims the pins of a group for `owner` and gives the group its function.
    pub(super) fn enable(&self, owner: &str, function: usize, group: usize) -> Result<()> {
        let pins = self.driver.group_pins(group)?;
        let mut claimed = 0;
        let mut result = pins.iter().try_for_each(|&pin| {
            self.claim(pin, owner, None)?;
            claimed += 1;
            Ok(())
        });
        if result.is_ok() {
            result = self.driver.set_mux(function, group);
        }
        if result.is_err() {
            pins.iter().take(claimed).for_each(|&pin| self.give_back(pin, None));
            return result;
        }
        let mut states = self.pins.lock();
        for pin in pins {
            if let Some(state) = states.get_mut(&pin) {
                state.mux = Some((function, group));
            }
        }
        Ok(())
    }

    /// Gives the pins of a group back, those that still have this function.
    pub(super) fn disable(&self, function: usize, group: usize) {
        for pin in self.driver.group_pins(group).unwrap_or_default() {
            let has = self.pins.lock().get(&pin).is_some_and(|p| p.mux == Some((function, group)));
            if has {
                self.give_back(pin, None);
            }
        }
    }

    /// All pins. Context: may sleep, may allocate.
    pub fn report(&self) -> Vec<PinReport> {
        let pins = self.pins.lock();
        let mut reports: Vec<PinReport> = pins
            .iter()
            .map(|(&number, p)| PinReport {
                number,
                name: p.name.clone(),
                owner: p.owner.clone(),
                function: p.mux.and_then(|(f, _)| self.driver.function_name(f)),
                group: p.mux.and_then(|(_, g)| self.driver.group_name(g)),
                gpio_owner: p.gpio_owner.clone(),
                configs: Vec::new(),
            })
            .collect();
        drop(pins);
        for r in &mut reports {
            r.configs = self.configs(r.number);
        }
        reports
    }

    /// What the driver tells of a pin's parameters.
    fn configs(&self, pin: u32) -> Vec<(&'static str, u32)> {
        let read = |p: &config::Parameter| {
            let config = self.driver.config(pin, config::pack(p.number, p.default)).ok()?;
            let argument = config::argument(config);
            // Two properties may be one parameter: the one is shown whose argument it has.
            let twins = config::PARAMETERS.iter().filter(|q| q.number == p.number).count() > 1;
            (!twins || argument == p.default).then_some((p.property, argument))
        };
        config::PARAMETERS.iter().filter_map(read).collect()
    }
}
