// SPDX-License-Identifier: GPL-2.0-only
//! Regulators come and go, and are found.

use super::{Allowed, Caps, Constraints, Desc, Node, Regulator, RegulatorOps, Result, State, lock};
use crate::dt;
use crate::error::Cause;
use crate::sync::{Once, SpinLock};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};

static REGULATORS: SpinLock<Vec<Arc<Node>>> = SpinLock::new(Vec::new());

fn make(desc: Desc, constraints: Constraints, ops: Box<dyn RegulatorOps>) -> Arc<Node> {
    Arc::new(Node {
        desc,
        caps: ops.caps(),
        ops,
        constraints: SpinLock::new(constraints),
        state: SpinLock::new(State::default()),
        uses: AtomicU32::new(0),
        gone: AtomicBool::new(false),
    })
}

/// Takes a regulator into the registry and brings it to what the board wants of it: voltage, mode, on.
///
/// # Errors
/// [`Cause::NotYet`] if its supply is needed for that and has not registered, [`Cause::Invalid`] if it cannot be what
/// the board wants, or the hardware's.
pub fn register(desc: Desc, constraints: Constraints, ops: Box<dyn RegulatorOps>) -> Result<Arc<Node>> {
    let _guard = lock();
    let node = make(desc, constraints, ops);
    match resolve_supply(&node) {
        Err(Cause::NotYet) | Ok(()) => {}
        Err(cause) => return Err(cause),
    }
    set_up(&node)?;
    REGULATORS.lock().push(Arc::clone(&node));
    Ok(node)
}

/// Finds the regulator's supply, if that is there and was not found before.
fn resolve_supply(node: &Arc<Node>) -> Result<()> {
    let Some(phandle) = node.desc.supply.filter(|_| node.supply().is_none()) else { return Ok(()) };
    let above = by_phandle(phandle)?;
    if Arc::ptr_eq(&above, node) {
        return Err(Cause::Invalid);
    }
    resolve_supply(&above)?;
    let supply = Regulator::make(&above, node.name(), false);
    // One that was on before its supply was known counts as drawing from it.
    if node.uses.load(Relaxed) > 0 {
        supply.enable()?;
    }
    node.state.lock().supply = Some(Arc::new(supply));
    Ok(())
}

fn set_up(node: &Arc<Node>) -> Result<()> {
    let ops = node.ops()?;
    let missing = node.desc.supply.is_some() && node.supply().is_none();
    if !node.can(Caps::SWITCH) {
        if missing {
            return Err(Cause::NotYet);
        }
        let always_on = node.supply().is_none_or(|s| s.node().constraints.lock().always_on);
        node.constraints.lock().always_on = always_on;
    }
    let c = node.constraints();
    if (c.always_on || c.boot_on) && missing {
        return Err(Cause::NotYet);
    }
    set_up_voltage(node, &c)?;
    if c.current.1 > 0 && node.can(Caps::SET_CURRENT_LIMIT) {
        ops.set_current_limit(c.current.0, c.current.1)?;
    }
    if c.initial_mode != 0 {
        ops.set_mode(c.initial_mode)?;
    } else if c.system_load > 0 {
        node.update_load()?;
    }
    ops.set_up(&c)?;
    if !c.always_on && !c.boot_on {
        return Ok(());
    }
    let supply = node.supply().filter(|s| c.always_on || !s.is_enabled().unwrap_or(false));
    if let Some(supply) = &supply {
        supply.enable()?;
    }
    match node.switch_on() {
        Ok(()) => {}
        Err(Cause::Invalid) if !node.can(Caps::SWITCH) => {}
        Err(cause) => {
            if let Some(supply) = &supply {
                let _ = supply.disable();
            }
            return Err(cause);
        }
    }
    if c.always_on {
        node.uses.store(1, Relaxed);
    }
    Ok(())
}

/// Cuts the board's limits to what the regulator can do, and brings the voltage between them.
fn set_up_voltage(node: &Arc<Node>, c: &Constraints) -> Result<()> {
    let (min, max) = c.voltage;
    if node.can(Caps::LIST_VOLTAGE) && !node.desc.continuous && (min, max) != (0, 0) {
        if min == 0 || max < min {
            log::error!("regulator {}: limits of {min} to {max} uV make no sense", node.name());
            return Err(Cause::Invalid);
        }
        let ops = node.ops()?;
        let fits = |s| ops.list_voltage(s).ok().filter(|v| *v > 0 && (min..=max).contains(v));
        let range = (0..node.desc.voltages)
            .filter_map(fits)
            .fold(None, |r: Option<(u32, u32)>, v| Some(r.map_or((v, v), |(a, b)| (a.min(v), b.max(v)))));
        let Some(range) = range.or((node.desc.voltages == 0).then_some((min, max))) else {
            log::error!("regulator {}: it can do no voltage of {min} to {max} uV", node.name());
            return Err(Cause::Invalid);
        };
        node.constraints.lock().voltage = range;
    }
    if c.apply_voltage && min > 0 && max > 0 {
        let (min, max) = node.constraints.lock().voltage;
        let has = node.voltage()?;
        let wanted = has.clamp(min, max);
        if wanted != has {
            node.set_in_range(wanted, wanted)?;
        }
    }
    Ok(())
}

/// Ends [`register`]: the hardware is not touched any more when this returns, and what consumers ask of it fails with
/// [`Cause::Gone`].
pub fn unregister(node: &Arc<Node>) {
    let _guard = lock();
    if !node.state.lock().consumers.is_empty() {
        log::warn!("regulator {}: unregistered while it has consumers", node.name());
    }
    REGULATORS.lock().retain(|n| !Arc::ptr_eq(n, node));
    let supply = node.state.lock().supply.take();
    if let Some(supply) = supply
        && node.uses.load(Relaxed) > 0
    {
        let _ = supply.disable();
    }
    node.gone.store(true, Release);
    let ears = core::mem::take(&mut node.state.lock().ears);
    drop(ears);
}

/// The regulator whose node has this phandle.
///
/// # Errors
/// [`Cause::NotYet`]: it has not registered.
pub fn by_phandle(phandle: u32) -> Result<Arc<Node>> {
    let all = REGULATORS.lock();
    all.iter().find(|n| n.desc.phandle == phandle && phandle != 0).cloned().ok_or(Cause::NotYet)
}

/// The regulator of that name.
///
/// # Errors
/// [`Cause::NotFound`].
pub fn by_name(name: &str) -> Result<Arc<Node>> {
    REGULATORS.lock().iter().find(|n| n.name() == name).cloned().ok_or(Cause::NotFound)
}

struct Dummy;

impl RegulatorOps for Dummy {
    fn caps(&self) -> Caps {
        Caps::empty()
    }
}

/// The regulator of those whose board names none: always on, of unknown voltage.
pub fn dummy() -> Arc<Node> {
    static DUMMY: Once<Arc<Node>> = Once::new();
    let desc = || Desc { name: "dummy".into(), ..Desc::default() };
    let always = || Constraints { always_on: true, ..Constraints::default() };
    Arc::clone(DUMMY.call_once(|| {
        let node = make(desc(), always(), Box::new(Dummy));
        node.uses.store(1, Relaxed);
        node
    }))
}

/// How a consumer wants a regulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusive {
    /// Others may use it too.
    No,
    /// Nobody else may use it.
    Yes,
}

impl Regulator {
    /// A handle for `user`, who is named in reports.
    ///
    /// # Errors
    /// [`Cause::NotPermitted`] if somebody has it exclusively, [`Cause::Busy`] if this is to be exclusive and others use
    /// it, [`Cause::NotYet`] if its supply has not registered.
    pub fn new(node: &Arc<Node>, user: &str, exclusive: Exclusive) -> Result<Self> {
        let _guard = lock();
        node.ops()?;
        {
            let state = node.state.lock();
            if state.exclusive {
                return Err(Cause::NotPermitted);
            }
            if exclusive == Exclusive::Yes && !state.consumers.is_empty() {
                return Err(Cause::Busy);
            }
        }
        resolve_supply(node)?;
        let regulator = Regulator::make(node, user, exclusive == Exclusive::Yes);
        if exclusive == Exclusive::Yes {
            node.state.lock().exclusive = true;
            regulator.take_over()?;
        }
        Ok(regulator)
    }
}

/// A handle to the regulator that `node` names in `NAME-supply`; `None` if it names none.
///
/// # Errors
/// [`Cause::NotYet`] if it has not registered, and as [`Regulator::new`].
pub fn get(node: &dt::Node<'_>, name: &str) -> Result<Option<Regulator>> {
    let Some(value) = node.property(&format!("{name}-supply")) else { return Ok(None) };
    let phandle = value.try_into().map(u32::from_be_bytes).map_err(|_| Cause::Invalid)?;
    let regulator = by_phandle(phandle)?;
    Regulator::new(&regulator, &format!("{}:{name}", node.name()), Exclusive::No).map(Some)
}

/// A regulator in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Whether it is on, if that can be known.
    pub on: Option<bool>,
    /// How many keep it on.
    pub uses: u32,
    /// Its voltage, if that can be known.
    pub voltage: Option<u32>,
    /// Lowest and highest voltage that the board allows.
    pub limits: (u32, u32),
    /// Whether it is never off.
    pub always_on: bool,
    /// What consumers may change.
    pub allowed: Allowed,
    /// Its supply's name.
    pub supply: Option<String>,
    /// Who has a handle to it.
    pub users: Vec<String>,
}

/// All regulators, in the order in which they came.
pub fn list() -> Vec<Report> {
    let _guard = lock();
    let all = REGULATORS.lock().clone();
    let report = |node: &Arc<Node>| {
        let c = node.constraints();
        Report {
            name: node.name().to_owned(),
            on: node.is_enabled().ok(),
            uses: node.uses.load(Relaxed),
            voltage: node.voltage().ok(),
            limits: c.voltage,
            always_on: c.always_on,
            allowed: c.allowed,
            supply: node.supply().map(|s| s.node().name().to_owned()),
            users: node.state.lock().consumers.iter().map(|c| c.user.as_ref().to_owned()).collect(),
        }
    };
    all.iter().map(report).collect()
}
