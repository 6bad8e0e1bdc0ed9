// SPDX-License-Identifier: GPL-2.0-only
//! The domain of the root controller, the GIC: its lines are those of the flat table by INTID.
//!
//! The flat table acknowledges and ends each interrupt by itself, so the chip here has nothing to do at an end. A line is
//! taken from the table when it is first used, so that lines of which only the number is known stay free for guests and
//! native drivers.

use super::chip::{Chip, LineState, Op, Sense};
use super::desc::{self, Data, Desc, Virq};
use super::domain::{self, Domain, DomainOps, Info};
use super::flow::Flow;
use super::spec::Spec;
use crate::dt::{self, Trigger};
use crate::error::{Error, Result};
use crate::irq::{self, Handler, Options, PRIVATE};
use crate::percpu::CpuId;
use crate::sched::{self, CpuMask};
use crate::sync::Once;
use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;

static ROOT: Once<Arc<Domain>> = Once::new();

/// Makes the root's domain, for the interrupt controller of the host's tree. Context: boot, or the first orphan; the
/// first call counts.
///
/// # Errors
/// There is no interrupt controller.
pub fn init() -> Result<Arc<Domain>> {
    let lines = irq::chip()?.lines();
    let node = dt::tree().and_then(dt::machine::interrupt_controller);
    Ok(Arc::clone(ROOT.call_once(|| {
        domain::create(Info {
            name: irq::chip().map_or("root", |c| c.name()).into(),
            node: node.map(|n| n.to_string()),
            token: 0,
            purpose: 0,
            size: lines as usize,
            limit: lines.into(),
            parent: None,
            ops: Arc::new(Gic),
        })
    })))
}

/// The root's domain, if it was made.
pub fn domain() -> Option<&'static Arc<Domain>> {
    ROOT.get()
}

struct Gic;

impl Gic {
    fn set_up(desc: &Desc, index: usize, intid: u64) {
        desc.set_level(index, intid, Arc::new(GicLine));
        // Controllers further out choose another one if they need it.
        desc.set_flow(Flow::FastEoi);
        if intid < u64::from(PRIVATE) {
            desc.change_mode(desc::Mode::empty(), desc::Mode::PER_CPU);
        }
    }
}

impl DomainOps for Gic {
    /// Three cells or more: 0 for a shared, 1 for a private interrupt; its number; how it signals.
    fn translate(&self, _: &Domain, spec: &Spec) -> Result<(u64, Sense)> {
        let bad = |why: &str| Error::Invalid {
            what: "interrupt specifier",
            why: format!("{spec:?}: {why} expected by the GIC"),
        };
        let [kind, number, sense, ..] = *spec.cells() else { return Err(bad("three cells")) };
        let intid = match (kind, number) {
            (0, 0..988) => number + 32,
            (1, 0..16) => number + 16,
            _ => return Err(bad("type 0 below 988 or type 1 below 16")),
        };
        Ok((intid.into(), Sense::from_bits_truncate(sense)))
    }

    fn map(&self, _: &Arc<Domain>, desc: &Arc<Desc>, hwirq: u64) -> Result<()> {
        Self::set_up(desc, 0, hwirq);
        Ok(())
    }

    fn alloc(&self, domain: &Arc<Domain>, virq: Virq, count: u32, spec: &Spec) -> Result<()> {
        let (first, _) = self.translate(domain, spec)?;
        for (line, intid) in (virq..virq + count).zip(first..) {
            let desc = desc::require(line)?;
            if domain.line(intid).is_some() {
                let owner = "another line".into();
                return Err(Error::Busy { what: format!("GIC interrupt {intid}"), owner });
            }
            let index = desc.levels().iter().position(|l| l.domain().is_some_and(|d| Arc::ptr_eq(d, domain)));
            Self::set_up(&desc, index.unwrap_or(0), intid);
        }
        Ok(())
    }

    fn activate(&self, _: &Arc<Domain>, d: &Data<'_>) -> Result<()> {
        let intid = d.hwirq() as u32;
        let affinity = super::control::affinity(d.desc);
        let options =
            Options { cpu: target(affinity), masked: true, ..Options::new(trigger(d.desc.sense())) };
        // The line lives at least until `deactivate` has released this.
        let data = core::ptr::from_ref(d.desc).expose_provenance();
        irq::request(intid, &format!("virq {}", d.virq()), options, Handler::Function(handle, data))
    }

    fn deactivate(&self, _: &Arc<Domain>, d: &Data<'_>) {
        if let Err(error) = irq::release(d.hwirq() as u32) {
            log::error!("interrupt {}: {error}", d.virq());
        }
    }
}

/// Called from the flat table.
fn handle(desc: usize) {
    let desc: *const Desc = core::ptr::with_exposed_provenance(desc);
    // SAFETY: `activate` gave a line that stays in the table until `deactivate` has released this interrupt.
    unsafe { (*desc).handle() }
}

fn trigger(sense: Sense) -> Option<Trigger> {
    match sense {
        s if s.intersects(Sense::BOTH) => Some(Trigger::Edge),
        s if s.intersects(Sense::LEVEL) => Some(Trigger::Level),
        _ => None,
    }
}

/// One of the CPUs: the first that is up.
fn target(cpus: Option<CpuMask>) -> CpuId {
    let up = cpus.map_or(0, |c| c.0 & sched::online().0);
    CpuId(if up == 0 { 0 } else { up.trailing_zeros() as u16 })
}

/// A line of the GIC.
struct GicLine;

impl GicLine {
    fn intid(d: &Data<'_>) -> u32 {
        d.hwirq() as u32
    }
}

impl Chip for GicLine {
    fn name(&self) -> &str {
        irq::chip().map_or("GIC", |c| c.name())
    }
    fn has(&self, op: Op) -> bool {
        matches!(op, Op::Mask | Op::Unmask | Op::SetType | Op::Retrigger | Op::SetWake)
    }
    fn mask(&self, d: &Data<'_>) {
        irq::mask(Self::intid(d));
    }
    fn unmask(&self, d: &Data<'_>) {
        irq::unmask(Self::intid(d));
    }
    /// A GIC knows rising edges and high levels; private interrupts are as they are.
    fn set_type(&self, d: &Data<'_>, sense: Sense) -> Result<bool> {
        let intid = Self::intid(d);
        if intid >= PRIVATE && sense.intersects(Sense::FALLING | Sense::LOW) {
            return Err(Error::Unsupported { what: "falling edges or low levels at the GIC" });
        }
        if let (Some(trigger), true) = (trigger(sense), intid >= PRIVATE) {
            irq::chip()?.set_type(intid, trigger);
        }
        Ok(true)
    }
    /// The system does not sleep, so every interrupt wakes it.
    fn set_wake(&self, _: &Data<'_>, _: bool) -> Result<()> {
        Ok(())
    }
    fn set_affinity(&self, d: &Data<'_>, cpus: CpuMask) -> Result<()> {
        if cpus.0 & sched::online().0 == 0 {
            return Err(Error::NoCpu { affinity: cpus.0, online: sched::online().0 });
        }
        irq::set_affinity(Self::intid(d), target(Some(cpus)))
    }
    fn retrigger(&self, d: &Data<'_>) -> bool {
        irq::chip().map(|c| c.set_pending(Self::intid(d), true)).is_ok()
    }
    fn line_state(&self, d: &Data<'_>, which: LineState) -> Result<bool> {
        let chip = irq::chip()?;
        match which {
            LineState::Pending => Ok(chip.is_pending(Self::intid(d))),
            LineState::Active => Ok(chip.is_active(Self::intid(d))),
            LineState::Masked => Ok(d.desc.state().contains(desc::State::MASKED)),
            LineState::Level => Err(Error::Unsupported { what: "reading the level of a GIC input" }),
        }
    }
    fn set_line_state(&self, d: &Data<'_>, which: LineState, on: bool) -> Result<()> {
        let chip = irq::chip()?;
        match which {
            LineState::Pending => chip.set_pending(Self::intid(d), on),
            LineState::Active => chip.set_active(Self::intid(d), on),
            LineState::Masked if on => chip.mask(Self::intid(d)),
            LineState::Masked => chip.unmask(Self::intid(d)),
            LineState::Level => return Err(Error::Unsupported { what: "setting the level of a GIC input" }),
        }
        Ok(())
    }
}
