// SPDX-License-Identifier: GPL-2.0-only
//! Domains: the interrupt numbers of one controller, and which lines they are.
//!
//! A domain maps its hardware numbers to lines by a table (linear) or a tree. One with a parent is hierarchical: its lines
//! pass through the parent's controller too, and have a level for each.

use super::chip::{NoChip, Sense};
use super::control;
use super::desc::{self, Data, Desc, Level, Virq};
use super::spec::Spec;
use crate::error::{Error, Result};
use crate::sync::{Mutex, SpinLock};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

/// What a controller's driver does for its domain. May sleep, but where said otherwise.
pub trait DomainOps: Send + Sync {
    /// Whether an interrupt specifier is for this domain; `None` leaves that to the domain's node and purpose.
    fn selects(&self, _domain: &Domain, _spec: &Spec) -> Option<bool> {
        None
    }
    /// Decodes a specifier: hardware number and how it signals.
    ///
    /// # Errors
    /// It is malformed.
    fn translate(&self, domain: &Domain, spec: &Spec) -> Result<(u64, Sense)> {
        Err(Error::Invalid {
            what: "interrupt specifier",
            why: format!("{} does not decode {spec:?}", domain.name),
        })
    }
    /// Sets a line of a domain without parent up: chip and flow.
    ///
    /// # Errors
    /// It cannot be.
    fn map(&self, _domain: &Arc<Domain>, _desc: &Arc<Desc>, _hwirq: u64) -> Result<()> {
        Ok(())
    }
    /// Undoes `map`.
    fn unmap(&self, _domain: &Arc<Domain>, _desc: &Arc<Desc>) {}
    /// Whether [`DomainOps::alloc`] is to be used instead of `map`.
    fn allocates(&self) -> bool {
        false
    }
    /// Sets lines up, after having the parent do it for its part.
    ///
    /// # Errors
    /// They cannot be.
    fn alloc(&self, _domain: &Arc<Domain>, _virq: Virq, _count: u32, _spec: &Spec) -> Result<()> {
        Err(Error::Unsupported { what: "lines of a hierarchy" })
    }
    /// Undoes `alloc`.
    fn free(&self, _domain: &Arc<Domain>, _virq: Virq, _count: u32) {}
    /// Before a line's first use.
    ///
    /// # Errors
    /// It cannot be used.
    fn activate(&self, _domain: &Arc<Domain>, _d: &Data<'_>) -> Result<()> {
        Ok(())
    }
    /// After its last.
    fn deactivate(&self, _domain: &Arc<Domain>, _d: &Data<'_>) {}
    /// Whatever a foreign kind of driver needs to find itself again; null for others.
    fn pointer(&self) -> *mut () {
        core::ptr::null_mut()
    }
}

/// How a domain is made.
pub struct Info {
    /// A name for reports.
    pub name: String,
    /// The path of the controller's node.
    pub node: Option<String>,
    /// What a foreign kind of driver knows the node by; 0 for none.
    pub token: usize,
    /// What the domain is for, where a node has several; 0 for any.
    pub purpose: u32,
    /// How many numbers the table has; the rest goes into the tree.
    pub size: usize,
    /// The first number that does not exist; `u64::MAX` for no limit.
    pub limit: u64,
    /// The next controller on the way to the CPU.
    pub parent: Option<Arc<Domain>>,
    /// The driver.
    pub ops: Arc<dyn DomainOps>,
}

/// A domain.
pub struct Domain {
    name: String,
    node: Option<String>,
    token: usize,
    purpose: AtomicUsize,
    limit: u64,
    parent: Option<Arc<Domain>>,
    ops: Arc<dyn DomainOps>,
    lines: SpinLock<Lines>,
    /// One mapping at a time in a hierarchy; kept in its root.
    change: Mutex<()>,
}

struct Lines {
    table: Box<[Option<Arc<Desc>>]>,
    tree: BTreeMap<u64, Arc<Desc>>,
    count: usize,
}

static DOMAINS: SpinLock<Vec<Arc<Domain>>> = SpinLock::new(Vec::new());

/// Makes a domain. Context: may allocate.
pub fn create(info: Info) -> Arc<Domain> {
    let domain = Arc::new(Domain {
        name: info.name,
        node: info.node,
        token: info.token,
        purpose: AtomicUsize::new(info.purpose as usize),
        limit: info.limit,
        parent: info.parent,
        ops: info.ops,
        lines: SpinLock::new(Lines {
            table: (0..info.size).map(|_| None).collect(),
            tree: BTreeMap::new(),
            count: 0,
        }),
        change: Mutex::new(()),
    });
    let mut domains = DOMAINS.lock();
    domains.push(Arc::clone(&domain));
    drop(domains);
    domain
}

/// Takes a domain out of use; its lines must have gone. Context: may free memory.
pub fn remove(domain: &Arc<Domain>) {
    let left = domain.lines.lock().count;
    if left != 0 {
        log::error!("interrupt domain {}: removed with {left} lines", domain.name);
    }
    let mut domains = DOMAINS.lock();
    let gone = domains.iter().position(|d| Arc::ptr_eq(d, domain)).map(|at| domains.swap_remove(at));
    drop(domains);
    drop(gone);
}

/// All domains. Context: may allocate.
pub fn all() -> Vec<Arc<Domain>> {
    DOMAINS.lock().clone()
}

/// The domain that `f` accepts, the newest first. Context: any.
pub fn find(f: &dyn Fn(&Domain) -> bool) -> Option<Arc<Domain>> {
    DOMAINS.lock().iter().rev().find(|d| f(d)).cloned()
}

/// The domain that an interrupt specifier is for. Context: may allocate.
pub fn for_spec(spec: &Spec) -> Option<Arc<Domain>> {
    let domains = all();
    let selected = domains.iter().rev().find(|d| {
        d.ops.selects(d, spec).unwrap_or_else(|| d.belongs_to(spec) && d.purpose() <= PURPOSE_WIRED)
    });
    selected.cloned()
}

/// [`Info::purpose`] of a domain for wires, as opposed to messages.
pub const PURPOSE_WIRED: u32 = 1;

impl Domain {
    /// A name for reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of the controller's node.
    pub fn node(&self) -> Option<&str> {
        self.node.as_deref()
    }

    /// What a foreign kind of driver knows the node by.
    pub fn token(&self) -> usize {
        self.token
    }

    /// What the domain is for.
    pub fn purpose(&self) -> u32 {
        self.purpose.load(Relaxed) as u32
    }

    /// Says what the domain is for.
    pub fn set_purpose(&self, purpose: u32) {
        self.purpose.store(purpose as usize, Relaxed);
    }

    /// The next controller on the way to the CPU.
    pub fn parent(&self) -> Option<&Arc<Domain>> {
        self.parent.as_ref()
    }

    /// The driver.
    pub fn ops(&self) -> &dyn DomainOps {
        &*self.ops
    }

    /// How many lines it has.
    pub fn count(&self) -> usize {
        self.lines.lock().count
    }

    fn belongs_to(&self, spec: &Spec) -> bool {
        (spec.token != 0 && spec.token == self.token)
            || (spec.node.is_some() && spec.node.as_deref() == self.node.as_deref())
    }

    fn depth(&self) -> usize {
        1 + self.parent.as_ref().map_or(0, |p| p.depth())
    }

    fn root(&self) -> &Domain {
        self.parent.as_deref().map_or(self, Domain::root)
    }

    /// The line of a hardware number. Context: any.
    #[inline]
    pub fn line(&self, hwirq: u64) -> Option<Arc<Desc>> {
        let lines = self.lines.lock();
        match lines.table.get(hwirq as usize) {
            Some(slot) => slot.clone(),
            None => lines.tree.get(&hwirq).cloned(),
        }
    }

    /// Handles the interrupt of a hardware number; false if it has no line. Context: any.
    pub fn handle(&self, hwirq: u64) -> bool {
        let line = self.line(hwirq);
        line.map(|line| line.handle()).is_some()
    }

    /// Enters a line under its number.
    fn enter(&self, hwirq: u64, desc: &Arc<Desc>) {
        let mut lines = self.lines.lock();
        let old = match lines.table.get_mut(hwirq as usize) {
            Some(slot) => slot.replace(Arc::clone(desc)),
            None => lines.tree.insert(hwirq, Arc::clone(desc)),
        };
        if old.is_none() {
            lines.count += 1;
        }
    }

    fn erase(&self, hwirq: u64) {
        let mut lines = self.lines.lock();
        let old = match lines.table.get_mut(hwirq as usize) {
            Some(slot) => slot.take(),
            None => lines.tree.remove(&hwirq),
        };
        if old.is_some() {
            lines.count -= 1;
        }
        drop(lines);
    }
}

/// The levels of a line of this domain.
fn levels_of(domain: &Arc<Domain>) -> Box<[Level]> {
    let mut at = Some(domain);
    let mut levels = Vec::with_capacity(domain.depth());
    while let Some(domain) = at {
        levels.push(Level::new(Some(Arc::clone(domain))));
        at = domain.parent();
    }
    levels.into()
}

/// A line's levels where no domain is known yet.
pub fn no_levels() -> Box<[Level]> {
    Box::new([Level::new(None)])
}

fn check(domain: &Domain, hwirq: u64) -> Result<()> {
    if hwirq < domain.limit {
        return Ok(());
    }
    let why = format!("{hwirq} given, {} has less than {}", domain.name, domain.limit);
    Err(Error::Invalid { what: "interrupt number", why })
}

/// Makes the line of a number of a domain without parent, or finds it. Context: orphan vCPUs or boot; may sleep.
///
/// # Errors
/// The number does not exist, there is no room, or the domain's driver refuses.
pub fn map(domain: &Arc<Domain>, hwirq: u64) -> Result<Arc<Desc>> {
    check(domain, hwirq)?;
    let _change = domain.root().change.lock();
    if let Some(line) = domain.line(hwirq) {
        return Ok(line);
    }
    let virq = desc::create(None, 1, 1, &|| levels_of(domain))?;
    let line = desc::require(virq)?;
    associate_line(domain, &line, hwirq).inspect_err(|_| desc::destroy(virq, 1))?;
    Ok(line)
}

/// Makes a line that exists the one of a number of a domain. Context: as [`map`].
///
/// # Errors
/// As [`map`]; or the line belongs to another domain.
pub fn associate(domain: &Arc<Domain>, virq: Virq, hwirq: u64) -> Result<()> {
    check(domain, hwirq)?;
    let line = desc::require(virq)?;
    let _change = domain.root().change.lock();
    if line.levels().first().and_then(Level::domain).is_some() {
        return Err(Error::Busy { what: format!("interrupt {virq}"), owner: "another domain".into() });
    }
    if let Some(level) = line.levels().first() {
        level.domain.call_once(|| Arc::clone(domain));
    }
    associate_line(domain, &line, hwirq)
}

fn associate_line(domain: &Arc<Domain>, line: &Arc<Desc>, hwirq: u64) -> Result<()> {
    if let Some(level) = line.levels().first() {
        level.hwirq.store(hwirq, Relaxed);
    }
    domain.ops.map(domain, line, hwirq)?;
    domain.enter(hwirq, line);
    Ok(())
}

/// Makes `count` lines of a hierarchical domain. Context: as [`map`].
///
/// # Errors
/// As [`map`].
pub fn alloc(domain: &Arc<Domain>, at: Option<Virq>, count: u32, spec: &Spec) -> Result<Virq> {
    alloc_with(domain, at, count, &|virq| domain.ops.alloc(domain, virq, count, spec))
}

/// As [`alloc()`], with a function that does the domain's part. Context: as [`map`].
///
/// # Errors
/// As [`map`].
pub fn alloc_with(
    domain: &Arc<Domain>,
    at: Option<Virq>,
    count: u32,
    fill: &dyn Fn(Virq) -> Result<()>,
) -> Result<Virq> {
    let virq = desc::create(at, 1, count, &|| levels_of(domain))?;
    let _change = domain.root().change.lock();
    if let Err(error) = fill(virq) {
        desc::destroy(virq, count);
        return Err(error);
    }
    for line in (virq..virq + count).filter_map(desc::get) {
        for level in line.levels() {
            if let Some(domain) = level.domain() {
                domain.enter(level.hwirq(), &line);
            }
        }
    }
    Ok(virq)
}

/// Takes a line away: it must not be requested. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// No such line, or somebody uses it.
pub fn dispose(virq: Virq) -> Result<()> {
    let line = desc::require(virq)?;
    if line.in_use() {
        return Err(Error::Busy { what: format!("interrupt {virq}"), owner: line.who() });
    }
    control::deactivate(&line);
    let Some(domain) = line.levels().first().and_then(Level::domain).cloned() else {
        desc::destroy(virq, 1);
        return Ok(());
    };
    let _change = domain.root().change.lock();
    for level in line.levels() {
        if let Some(domain) = level.domain() {
            domain.erase(level.hwirq());
        }
    }
    if domain.ops.allocates() {
        domain.ops.free(&domain, virq, 1);
    } else {
        domain.ops.unmap(&domain, &line);
    }
    desc::destroy(virq, 1);
    Ok(())
}

/// The line that an interrupt specifier of the device tree names; made if need be. Context: as [`map`].
///
/// # Errors
/// [`Error::Deferred`] if the controller has no domain yet; a malformed specifier; no room; the driver refuses; or the
/// line exists and signals in another way.
pub fn map_spec(spec: &Spec) -> Result<Arc<Desc>> {
    let domain = for_spec(spec).ok_or_else(|| Error::Deferred {
        what: format!("interrupt controller {}", spec.node.as_deref().unwrap_or("of a driver")),
    })?;
    let (hwirq, sense) = domain.ops.translate(&domain, spec)?;
    let line = match domain.line(hwirq) {
        Some(line) => line,
        None if domain.ops.allocates() => desc::require(alloc(&domain, None, 1, spec)?)?,
        None => map(&domain, hwirq)?,
    };
    let had = line.sense();
    if had.is_empty() && !sense.is_empty() {
        line.change_state(desc::State::TRIGGER, desc::State::from_bits_retain(sense.bits()));
    } else if !sense.is_empty() && had != sense {
        let why = format!("{} signals {}, and {} is wanted", line.virq(), had.name(), sense.name());
        return Err(Error::Invalid { what: "interrupt", why });
    }
    Ok(line)
}

/// A domain whose lines are software only.
pub struct Software;

impl DomainOps for Software {
    fn translate(&self, _: &Domain, spec: &Spec) -> Result<(u64, Sense)> {
        super::spec::one_or_two_cells(spec)
    }
    fn map(&self, _: &Arc<Domain>, desc: &Arc<Desc>, hwirq: u64) -> Result<()> {
        desc.set_level(0, hwirq, Arc::new(NoChip));
        desc.set_flow(super::flow::Flow::Simple);
        Ok(())
    }
}
