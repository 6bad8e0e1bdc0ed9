// SPDX-License-Identifier: GPL-2.0-only
//! The states of a device, and putting one in force.

use super::Map;
use super::controller::{self, Controller};
use crate::dt::{self, DtErrorKind, Node};
use crate::error::{Error, Result};
use crate::sync::Mutex;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

/// One thing to be done for a state.
enum Setting {
    Mux { controller: Arc<Controller>, function: usize, group: usize },
    Pin { controller: Arc<Controller>, pin: u32, configs: Vec<u64> },
    Group { controller: Arc<Controller>, group: usize, configs: Vec<u64> },
}

struct State {
    name: String,
    settings: Vec<Setting>,
}

/// The states of one device.
pub struct Handle {
    device: String,
    states: Mutex<Vec<State>>,
    current: Mutex<Option<String>>,
}

static HANDLES: Mutex<Vec<Weak<Handle>>> = Mutex::new(Vec::new());

/// The states of a device with this name, and the node at this path if it has one; the same handle as others have.
/// Context: orphan vCPUs or boot; may sleep.
///
/// # Errors
/// [`Error::Deferred`] if a controller is not there yet; a malformed node; names that the controller does not have.
pub fn get(device: &str, node: Option<&str>) -> Result<Arc<Handle>> {
    let mut handles = HANDLES.lock();
    handles.retain(|h| h.strong_count() > 0);
    if let Some(handle) = handles.iter().filter_map(Weak::upgrade).find(|h| h.device == device) {
        return Ok(handle);
    }
    let handle =
        Arc::new(Handle { device: device.into(), states: Mutex::new(Vec::new()), current: Mutex::new(None) });
    if let Some((fdt, path)) = dt::tree().zip(node)
        && let Some(node) = dt::find_path(fdt, path)
    {
        for (state, controller, maps) in maps_of_node(&node)? {
            match controller {
                Some(controller) => handle.add(&state, &controller, &maps)?,
                None => handle.declare(&state),
            }
        }
    }
    handles.push(Arc::downgrade(&handle));
    Ok(handle)
}

/// What one node that a state names wants: the state, the controller, and its settings; a state without any has no
/// controller.
pub type NodeMaps = (String, Option<Arc<Controller>>, Vec<Map>);

/// All that `pinctrl-N` of a node ask for. Context: may sleep.
///
/// # Errors
/// As [`get`].
pub fn maps_of_node(node: &Node<'_>) -> Result<Vec<NodeMaps>> {
    let mut all = Vec::new();
    for n in 0.. {
        let Some(list) = node.property(&format!("pinctrl-{n}")) else { break };
        let name = node.texts("pinctrl-names").nth(n).map_or_else(|| format!("{n}"), String::from);
        if list.is_empty() {
            all.push((name, None, Vec::new()));
            continue;
        }
        for cell in list.chunks_exact(4) {
            let phandle = cell.iter().fold(0, |value, &b| value << 8 | u32::from(b));
            let config = dt::find_phandle(node.fdt(), phandle)
                .ok_or_else(|| node.error("pinctrl-N", DtErrorKind::Dangling { phandle }))?;
            let controller = controller_of(&config)?;
            let maps = controller.driver().maps(&config.to_string())?;
            all.push((name.clone(), Some(controller), maps));
        }
    }
    Ok(all)
}

/// The controller in whose node `config` is.
fn controller_of(config: &Node<'_>) -> Result<Arc<Controller>> {
    let mut at = config.parent();
    while let Some(node) = at {
        let path = node.to_string();
        if let Some(found) = controller::find(&|c| c.node() == Some(&path)) {
            return Ok(found);
        }
        at = node.parent();
    }
    Err(Error::Deferred { what: format!("the pin controller around {config}") })
}

/// Makes selectors of names.
fn resolve(controller: &Arc<Controller>, map: &Map) -> Result<Option<Setting>> {
    let its = || Arc::clone(controller);
    Ok(Some(match map {
        Map::Dummy => return Ok(None),
        Map::Mux { group, function } => {
            let function = controller.function(function)?;
            let groups = controller.driver().function_groups(function)?;
            let group = match group {
                Some(group) if !groups.contains(group) => {
                    let why = format!("group {group} of {} cannot have this function", controller.name());
                    return Err(Error::Invalid { what: "pin function", why });
                }
                Some(group) => group.clone(),
                None => groups.into_iter().next().ok_or_else(|| Error::Invalid {
                    what: "pin function",
                    why: format!("no group of {} can have it", controller.name()),
                })?,
            };
            Setting::Mux { controller: its(), function, group: controller.group(&group)? }
        }
        Map::PinConfig { pin, configs } => {
            Setting::Pin { controller: its(), pin: controller.pin(pin)?, configs: configs.clone() }
        }
        Map::GroupConfig { group, configs } => {
            Setting::Group { controller: its(), group: controller.group(group)?, configs: configs.clone() }
        }
    }))
}

impl Setting {
    fn undo(&self) {
        if let Setting::Mux { controller, function, group } = self {
            controller.disable(*function, *group);
        }
    }

    fn mux(&self, owner: &str) -> Result<()> {
        match self {
            Setting::Mux { controller, function, group } => controller.enable(owner, *function, *group),
            _ => Ok(()),
        }
    }

    fn configure(&self) -> Result<()> {
        match self {
            Setting::Mux { .. } => Ok(()),
            Setting::Pin { controller, pin, configs } => controller.driver().set_config(*pin, configs),
            Setting::Group { controller, group, configs } => {
                controller.driver().set_group_config(*group, configs)
            }
        }
    }
}

impl Handle {
    /// The device's name.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Has a state of this name exist.
    pub fn declare(&self, state: &str) {
        let mut states = self.states.lock();
        if !states.iter().any(|s| s.name == state) {
            states.push(State { name: state.into(), settings: Vec::new() });
        }
    }

    /// Adds settings to a state.
    ///
    /// # Errors
    /// Names that the controller does not have.
    pub fn add(&self, state: &str, controller: &Arc<Controller>, maps: &[Map]) -> Result<()> {
        self.declare(state);
        for map in maps {
            if let Some(setting) = resolve(controller, map)?
                && let Some(s) = self.states.lock().iter_mut().find(|s| s.name == state)
            {
                s.settings.push(setting);
            }
        }
        Ok(())
    }

    /// Whether there is a state of this name. Context: may sleep.
    pub fn has(&self, state: &str) -> bool {
        self.states.lock().iter().any(|s| s.name == state)
    }

    /// The state in force. Context: may sleep.
    pub fn current(&self) -> Option<String> {
        self.current.lock().clone()
    }

    /// Puts a state in force, unless it is. Where that fails, the one before is put back as far as can be. Context: may
    /// sleep.
    ///
    /// # Errors
    /// No such state, a pin that somebody else has, or a driver that refuses.
    pub fn select(&self, state: &str) -> Result<()> {
        let mut current = self.current.lock();
        if current.as_deref() == Some(state) {
            return Ok(());
        }
        let states = self.states.lock();
        let by_name = |name: &str| states.iter().find(|s| s.name == name);
        let new = by_name(state).ok_or_else(|| Error::NotFound {
            what: "pin state",
            name: format!("{state} of {}", self.device),
        })?;
        let old = current.as_deref().and_then(by_name);
        old.iter().for_each(|s| s.settings.iter().for_each(Setting::undo));
        if let Err(error) = self.apply(new) {
            *current = None;
            if let Some(old) = old
                && self.apply(old).is_ok()
            {
                *current = Some(old.name.clone());
            }
            return Err(error);
        }
        *current = Some(state.into());
        Ok(())
    }

    fn apply(&self, state: &State) -> Result<()> {
        for (done, setting) in state.settings.iter().enumerate() {
            if let Err(error) = setting.mux(&self.device) {
                state.settings.iter().take(done).for_each(Setting::undo);
                return Err(error);
            }
        }
        for setting in &state.settings {
            if let Err(error) = setting.configure() {
                state.settings.iter().for_each(Setting::undo);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Gives back what the state in force has claimed.
    fn release(&self) {
        let current = self.current.lock().take();
        let states = self.states.lock();
        let held = states.iter().filter(|s| Some(&s.name) == current.as_ref());
        held.for_each(|s| s.settings.iter().for_each(Setting::undo));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.release();
    }
}
