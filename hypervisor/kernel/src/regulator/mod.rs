// SPDX-License-Identifier: GPL-2.0-only
//! Regulators: the machine's power supplies, what limits them, and who draws from them.
//!
//! A provider registers a regulator with its limits from the board ([`Constraints`]); a consumer gets a [`Regulator`] by
//! device tree (`NAME-supply`) and switches it or asks for a voltage. A regulator's own supply runs while it does. One
//! mutex, which providers and listeners called with it held may take again, guards all of it. A regulator that nobody
//! uses stays as the firmware left it.
//!
//! Voltages are in microvolts, currents in microamperes, times in microseconds. Context: orphan vCPUs; may sleep.

mod consumer;
mod power;
mod register;
#[cfg(test)]
mod tests;
mod voltage;

pub use consumer::Regulator;
pub use register::{Exclusive, Report, by_name, by_phandle, dummy, get, list, register, unregister};

use crate::error::Cause;
use crate::sync::{ReentrantGuard, ReentrantMutex, SpinLock};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use consumer::Consumer;
use core::sync::atomic::Ordering::Acquire;
use core::sync::atomic::{AtomicBool, AtomicU32};

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

bitflags! {
    /// Which functions of [`RegulatorOps`] a regulator has.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Caps: u32 {
        /// It can be switched: [`RegulatorOps::enable`], [`RegulatorOps::disable`]. Others run while their supply does.
        const SWITCH = 1 << 0;
        /// [`RegulatorOps::set_voltage`].
        const SET_VOLTAGE = 1 << 1;
        /// [`RegulatorOps::set_current_limit`].
        const SET_CURRENT_LIMIT = 1 << 2;
        /// [`RegulatorOps::set_mode`].
        const SET_MODE = 1 << 3;
        /// [`RegulatorOps::set_load`].
        const SET_LOAD = 1 << 4;
        /// [`RegulatorOps::set_bypass`].
        const SET_BYPASS = 1 << 5;
        /// [`RegulatorOps::list_voltage`].
        const LIST_VOLTAGE = 1 << 6;
        /// [`RegulatorOps::voltage`]; without it the voltage is the supply's.
        const VOLTAGE = 1 << 7;
    }
}

bitflags! {
    /// What consumers may change. The values are those of Linux's `REGULATOR_CHANGE_*`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Allowed: u32 {
        /// The voltage.
        const VOLTAGE = 1 << 0;
        /// The current limit.
        const CURRENT = 1 << 1;
        /// The operating mode.
        const MODE = 1 << 2;
        /// Whether it is on.
        const STATUS = 1 << 3;
        /// The mode, by the load that consumers announce.
        const LOAD = 1 << 4;
        /// Whether it passes its supply through.
        const BYPASS = 1 << 5;
    }
}

/// What the board allows a regulator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// Lowest and highest voltage; 0 and 0 for unknown.
    pub voltage: (u32, u32),
    /// What the output has less than the regulator is set to: drop on the way.
    pub offset: i32,
    /// Lowest and highest current limit.
    pub current: (u32, u32),
    /// What consumers may change.
    pub allowed: Allowed,
    /// Never off.
    pub always_on: bool,
    /// On from the start; consumers may switch it off.
    pub boot_on: bool,
    /// The voltage is brought between the limits at registration.
    pub apply_voltage: bool,
    /// Microvolts per microsecond at which the voltage changes; 0 for what the regulator says.
    pub ramp_delay: u32,
    /// Time for a change up and down, where there is no ramp delay.
    pub settling: (u32, u32),
    /// Time from off to on; 0 for what the regulator says.
    pub enable_time: u32,
    /// Load that no consumer announces.
    pub system_load: u32,
    /// Mode set at registration; 0 for none.
    pub initial_mode: u32,
    /// Modes that may be set, as a mask.
    pub valid_modes: u32,
    /// Voltage of the supply, where that is no regulator.
    pub input: u32,
}

/// What a regulator is.
#[derive(Clone, Debug, Default)]
pub struct Desc {
    /// Its name, from the board or else from the driver.
    pub name: Box<str>,
    /// Phandle of its device tree node; 0 for none.
    pub phandle: u32,
    /// Phandle of its supply; `None` if nothing supplies it but the board.
    pub supply: Option<u32>,
    /// How many voltages [`RegulatorOps::list_voltage`] knows.
    pub voltages: u32,
    /// Its range has no steps.
    pub continuous: bool,
    /// Time from off to on.
    pub enable_time: u32,
    /// Least time from off to on again.
    pub off_on_delay: u32,
    /// How often to ask whether it is on by now; 0 for waiting only.
    pub poll_time: u32,
    /// Microvolts per microsecond at which the voltage changes; 0 if at once.
    pub ramp_delay: u32,
    /// By how much the supply's voltage has to be higher.
    pub dropout: u32,
}

/// What a provider implements: access to the hardware, no book-keeping. A function whose bit is missing in
/// [`caps`](Self::caps) is not called. Context: orphan vCPUs with the framework's mutex held; may sleep.
#[expect(unused_variables, reason = "names of parameters document the defaults")]
pub trait RegulatorOps: Send + Sync {
    /// Which of the functions below do something. Must not change.
    fn caps(&self) -> Caps;

    /// Sets up at registration what is in `constraints` beside voltage, current, mode and on or off.
    ///
    /// # Errors
    /// The regulator is not registered.
    fn set_up(&self, constraints: &Constraints) -> Result<()> {
        Ok(())
    }

    /// Switches it on.
    ///
    /// # Errors
    /// It stays off.
    fn enable(&self) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Switches it off.
    ///
    /// # Errors
    /// It stays on.
    fn disable(&self) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Whether it is on.
    ///
    /// # Errors
    /// It cannot be known.
    fn is_enabled(&self) -> Result<bool> {
        Ok(true)
    }

    /// Time from off to on, if it is not always that of [`Desc`].
    fn enable_time(&self) -> Option<u32> {
        None
    }

    /// The voltage that it is set to.
    ///
    /// # Errors
    /// It cannot be known.
    fn voltage(&self) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// The voltage that a selector stands for; 0 for one that is not to be used.
    ///
    /// # Errors
    /// There is no such selector.
    fn list_voltage(&self, selector: u32) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// The lowest voltage in the range that the regulator can do, without setting it.
    ///
    /// # Errors
    /// There is none, or it cannot be known.
    fn map_voltage(&self, min: u32, max: u32) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Sets the lowest voltage in the range that it can do; says which.
    ///
    /// # Errors
    /// The voltage is as it was.
    fn set_voltage(&self, min: u32, max: u32) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Time that a change of the voltage takes, if it is not told by ramp delays.
    fn voltage_time(&self, old: u32, new: u32) -> Option<u32> {
        None
    }

    /// The current limit.
    ///
    /// # Errors
    /// There is none, or it cannot be known.
    fn current_limit(&self) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Sets a current limit in the range.
    ///
    /// # Errors
    /// The limit is as it was.
    fn set_current_limit(&self, min: u32, max: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// The operating mode, one bit.
    ///
    /// # Errors
    /// There are none, or it cannot be known.
    fn mode(&self) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Sets the operating mode.
    ///
    /// # Errors
    /// The mode is as it was.
    fn set_mode(&self, mode: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// The best mode for a load.
    ///
    /// # Errors
    /// It knows none.
    fn optimum_mode(&self, input: u32, output: u32, load: u32) -> Result<u32> {
        Err(Cause::Unsupported)
    }

    /// Tells it what its consumers draw.
    ///
    /// # Errors
    /// The regulator's.
    fn set_load(&self, load: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// Whether it passes its supply through.
    ///
    /// # Errors
    /// It cannot be known.
    fn bypass(&self) -> Result<bool> {
        Ok(false)
    }

    /// Has it pass its supply through, or not.
    ///
    /// # Errors
    /// It is as it was.
    fn set_bypass(&self, on: bool) -> Result<()> {
        Err(Cause::Unsupported)
    }

    /// What is wrong with it, by the bits of Linux's `REGULATOR_ERROR_*`.
    ///
    /// # Errors
    /// It cannot be known.
    fn error_flags(&self) -> Result<u32> {
        Err(Cause::Unsupported)
    }
}

/// What happens to a regulator. Faults come by their number, that of Linux's `REGULATOR_EVENT_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was switched on.
    Enabled,
    /// It is about to be switched off.
    BeforeDisable,
    /// It stays on after all.
    AbortDisable,
    /// It was switched off.
    Disabled,
    /// It was switched off though others used it.
    ForceDisabled,
    /// The voltage is about to change; a listener may object.
    BeforeVoltage {
        /// The voltage before.
        old: u32,
        /// The range in which the new one will be.
        range: (u32, u32),
    },
    /// The voltage stays after all.
    AbortVoltage(u32),
    /// The voltage has changed.
    Voltage(u32),
    /// A fault, or something else that its driver tells.
    Other(u64),
}

/// Somebody who is told of what happens to a regulator. Context: orphan vCPUs with the framework's mutex held.
pub trait Listener: Send + Sync {
    /// Something happens; `false` is to stop it where that is possible, and others from being told.
    fn notify(&self, event: &Event) -> bool;
}

struct Ear {
    id: usize,
    priority: i32,
    listener: Arc<dyn Listener>,
}

/// What changes of a regulator.
#[derive(Default)]
struct State {
    consumers: Vec<Arc<Consumer>>,
    ears: Vec<Ear>,
    supply: Option<Arc<Regulator>>,
    /// When it was switched off last, in nanoseconds since boot.
    off_since: u64,
    exclusive: bool,
}

/// A regulator. Consumers use it by a [`Regulator`].
pub struct Node {
    desc: Desc,
    caps: Caps,
    ops: Box<dyn RegulatorOps>,
    constraints: SpinLock<Constraints>,
    state: SpinLock<State>,
    uses: AtomicU32,
    gone: AtomicBool,
}

static LOCK: ReentrantMutex = ReentrantMutex::new();

/// Keeps regulators as they are.
#[track_caller]
fn lock() -> ReentrantGuard<'static> {
    LOCK.lock()
}

impl Node {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.desc.name
    }

    /// What the board allows it. Context: any.
    pub fn constraints(&self) -> Constraints {
        self.constraints.lock().clone()
    }

    fn allows(&self, what: Allowed) -> bool {
        self.constraints.lock().allowed.contains(what)
    }

    fn can(&self, caps: Caps) -> bool {
        self.caps.contains(caps) && !self.gone.load(Acquire)
    }

    /// The hardware, unless the provider is gone.
    fn ops(&self) -> Result<&dyn RegulatorOps> {
        if self.gone.load(Acquire) { Err(Cause::Gone) } else { Ok(&*self.ops) }
    }

    fn supply(&self) -> Option<Arc<Regulator>> {
        self.state.lock().supply.clone()
    }

    /// Tells `listener` of events from now on; higher priorities first. `id` is the caller's number for it.
    ///
    /// # Errors
    /// There is a listener of that number.
    pub fn listen(&self, id: usize, priority: i32, listener: Arc<dyn Listener>) -> Result<()> {
        let _guard = lock();
        let ears = &mut self.state.lock().ears;
        if ears.iter().any(|e| e.id == id) {
            return Err(Cause::Exists);
        }
        let at = ears.partition_point(|e| e.priority >= priority);
        ears.insert(at, Ear { id, priority, listener });
        Ok(())
    }

    /// Ends [`listen`](Self::listen); when this returns, the listener is not called any more.
    ///
    /// # Errors
    /// There is no listener of that number.
    pub fn unlisten(&self, id: usize) -> Result<()> {
        let _guard = lock();
        let ear = {
            let ears = &mut self.state.lock().ears;
            let at = ears.iter().position(|e| e.id == id).ok_or(Cause::NotFound)?;
            ears.remove(at)
        };
        drop(ear);
        Ok(())
    }

    /// Tells the listeners, until one stops it; says whether none did.
    pub fn tell(&self, event: &Event) -> bool {
        let _guard = lock();
        let ears: Vec<_> = self.state.lock().ears.iter().map(|e| Arc::clone(&e.listener)).collect();
        ears.iter().all(|e| e.notify(event))
    }
}
