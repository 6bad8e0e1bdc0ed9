// SPDX-License-Identifier: GPL-2.0-only
//! GICv2m frame (Arm BSA, appendix on GICv2m): a write of an interrupt's number is that interrupt, so that devices can interrupt by
//! messages with a GICv2, and with a GICv3 without LPIs.

use crate::regs::Unimplemented;
use crate::sync::Lock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use vmm::config::DeviceConfig;
use vmm::device::{Binding, Context, Emulator, Error, Factory, IrqLine, NodeExtras, Trigger, Width};

const MSI_TYPER: u64 = 0x008;
const MSI_SETSPI: u64 = 0x040;
const MSI_IIDR: u64 = 0xfcc;

/// Whose frame it is: what the distributor says of itself, too.
const IIDR: u64 = 0x4600_043b;

/// Interrupts of a frame whose node has no `interrupts`.
const SPIS: usize = 32;

/// `arm,gic-v2m-frame`.
pub(crate) const FACTORY: Factory = Factory {
    binding: Binding {
        compatible: &["arm,gic-v2m-frame"],
        title: "GICv2m frame",
        reg_size: 0x1000,
        irqs: SPIS,
        trigger: Trigger::Edge,
        options: &[],
        children: &[],
        describe,
    },
    create,
};

/// All frames of all guests.
static ALL: Lock<Vec<Weak<Frame>>> = Lock::new(Vec::new());

/// A frame.
pub(super) struct Frame {
    guest: String,
    /// The address to which messages go.
    doorbell: u64,
    /// Interrupts whose numbers follow each other.
    irqs: Vec<IrqLine>,
    first: u32,
    unimplemented: Unimplemented,
}

fn describe(_: &DeviceConfig, extras: &mut NodeExtras) {
    extras.compatible(&["arm,gic-v2m-frame"]).flag("msi-controller").no_interrupts();
}

fn create(ctx: &Context<'_>) -> Result<Arc<dyn Emulator>, Error> {
    let first = ctx.irqs.first().map_or(0, IrqLine::intid);
    let row = (first..).zip(&ctx.irqs).all(|(intid, irq)| irq.intid() == intid);
    if !row {
        return Err(ctx.property_error("interrupts", "gaps", "interrupts whose numbers follow each other"));
    }
    let frame = Arc::new(Frame {
        guest: ctx.guest.to_string(),
        doorbell: ctx.node.base.0.wrapping_add(MSI_SETSPI),
        irqs: ctx.irqs.clone(),
        first,
        unimplemented: Unimplemented::default(),
    });
    let mut all = ALL.lock();
    all.retain(|other| other.strong_count() != 0);
    all.push(Arc::downgrade(&frame));
    drop(all);
    Ok(frame)
}

/// The frame of a guest whose messages go to this address.
pub(super) fn find(guest: &str, doorbell: u64) -> Option<Arc<Frame>> {
    let all = ALL.lock();
    let mut frames = all.iter().filter_map(Weak::upgrade);
    frames.find(|frame| frame.guest == guest && frame.doorbell == doorbell)
}

impl Frame {
    /// The interrupt that a message is, if it is one of the frame's. Context: any.
    pub(super) fn interrupt(&self, data: u32) -> Option<u32> {
        self.irq(data).map(IrqLine::intid)
    }

    fn irq(&self, data: u32) -> Option<&IrqLine> {
        let index = (data & 0xffff).checked_sub(self.first)?;
        self.irqs.get(index as usize)
    }

    /// A message has come. One of an interrupt that is not the frame's is ignored. Context: any.
    pub(super) fn message(&self, data: u32) {
        self.irq(data).into_iter().for_each(IrqLine::pulse);
    }
}

impl Emulator for Frame {
    fn read(&self, offset: u64, width: Width) -> u64 {
        match (offset, width) {
            (MSI_TYPER, Width::B4) => u64::from(self.first) << 16 | self.irqs.len() as u64,
            (MSI_IIDR, Width::B4) => IIDR,
            _ => self.unimplemented.note(),
        }
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        match (offset, width) {
            (MSI_SETSPI, Width::B2 | Width::B4) => self.message(value as u32),
            _ => _ = self.unimplemented.note(),
        }
    }

    fn reset(&self) {}

    fn info(&self) -> String {
        format!(
            "{} interrupts from {} on, unimplemented {}",
            self.irqs.len(),
            self.first,
            self.unimplemented.count()
        )
    }
}
