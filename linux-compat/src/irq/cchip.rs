// SPDX-License-Identifier: GPL-2.0-only
//! `struct irq_chip` of C as a chip of [`kernel::irq::virq`].

use super::control;
use crate::bindings::{cpumask, irq_chip, irq_data};
use crate::context::Guarded;
use crate::errno::Errno;
use core::ffi::c_int;
use kernel::error::{Error, Result};
use kernel::irq::virq::{Chip, ChipFlags, Data, LineState, Op, Sense};
use kernel::sched::CpuMask;

/// The chip that the data of one level of a line names at the time.
pub(super) struct CChip {
    data: *mut irq_data,
}

// SAFETY: the data live as long as the line, and so longer than this; C's functions lock what they share.
unsafe impl Send for CChip {}
// SAFETY: as above.
unsafe impl Sync for CChip {}

/// The error of a function of C's.
fn check(what: &'static str, result: c_int) -> Result<c_int> {
    Errno::check(result).map_err(|errno| Error::Driver { what, errno: errno.0 })
}

impl CChip {
    pub(super) fn new(data: *mut irq_data) -> Self {
        CChip { data }
    }

    fn chip(&self) -> &irq_chip {
        // SAFETY: the data live as long as the line; their chip is never null.
        unsafe { &*(*self.data).chip }
    }
}

/// Calls a function of the chip, if it has it.
macro_rules! call {
    ($self:ident, $f:ident $(, $arg:expr)*) => {
        // SAFETY: the driver's function, for data of its line.
        $self.chip().$f.map(|f| unsafe { f.guarded(core::ptr::null(), ($self.data, $($arg,)*)) })
    };
}

impl Chip for CChip {
    fn name(&self) -> &str {
        // SAFETY: as in `chip`.
        unsafe { super::line::chip_name((*self.data).chip) }
    }

    fn flags(&self) -> ChipFlags {
        ChipFlags::from_bits_truncate(self.chip().flags as u32)
    }

    fn has(&self, op: Op) -> bool {
        let chip = self.chip();
        match op {
            Op::Startup => chip.irq_startup.is_some(),
            Op::Shutdown => chip.irq_shutdown.is_some(),
            Op::Enable => chip.irq_enable.is_some(),
            Op::Disable => chip.irq_disable.is_some(),
            Op::Mask => chip.irq_mask.is_some(),
            Op::Unmask => chip.irq_unmask.is_some(),
            Op::MaskAck => chip.irq_mask_ack.is_some(),
            Op::SetType => chip.irq_set_type.is_some(),
            Op::SetWake => chip.irq_set_wake.is_some(),
            Op::Retrigger => chip.irq_retrigger.is_some(),
            Op::BusLock => chip.irq_bus_lock.is_some(),
        }
    }

    fn startup(&self, _: &Data<'_>) {
        // What it returns says whether an interrupt waited; the flow handlers see that by themselves.
        call!(self, irq_startup);
    }

    fn shutdown(&self, _: &Data<'_>) {
        call!(self, irq_shutdown);
    }

    fn enable(&self, _: &Data<'_>) {
        call!(self, irq_enable);
    }

    fn disable(&self, _: &Data<'_>) {
        call!(self, irq_disable);
    }

    fn ack(&self, _: &Data<'_>) {
        call!(self, irq_ack);
    }

    fn mask(&self, _: &Data<'_>) {
        call!(self, irq_mask);
    }

    fn unmask(&self, _: &Data<'_>) {
        call!(self, irq_unmask);
    }

    fn mask_ack(&self, _: &Data<'_>) {
        call!(self, irq_mask_ack);
    }

    fn eoi(&self, _: &Data<'_>) {
        call!(self, irq_eoi);
    }

    fn set_type(&self, _: &Data<'_>, sense: Sense) -> Result<bool> {
        match call!(self, irq_set_type, sense.bits()) {
            // IRQ_SET_MASK_OK_NOCOPY: the chip has noted it itself.
            Some(result) => check("irq_set_type", result).map(|kind| kind != 1),
            None => Err(Error::Unsupported { what: "an interrupt trigger" }),
        }
    }

    fn set_wake(&self, _: &Data<'_>, on: bool) -> Result<()> {
        match call!(self, irq_set_wake, u32::from(on)) {
            Some(result) => check("irq_set_wake", result).map(drop),
            None => Err(Error::Driver { what: "irq_set_wake", errno: Errno::ENXIO.0 }),
        }
    }

    fn set_affinity(&self, _: &Data<'_>, cpus: CpuMask) -> Result<()> {
        let mask: cpumask = control::c_cpus(cpus);
        match call!(self, irq_set_affinity, &raw const mask, false) {
            Some(result) => check("irq_set_affinity", result).map(drop),
            None => Err(Error::Unsupported { what: "an interrupt's affinity" }),
        }
    }

    fn retrigger(&self, _: &Data<'_>) -> bool {
        call!(self, irq_retrigger).is_some_and(|done| done != 0)
    }

    fn bus_lock(&self, _: &Data<'_>) {
        call!(self, irq_bus_lock);
    }

    fn bus_unlock(&self, _: &Data<'_>) {
        call!(self, irq_bus_sync_unlock);
    }

    fn request_resources(&self, _: &Data<'_>) -> Result<()> {
        call!(self, irq_request_resources).map_or(Ok(()), |r| check("irq_request_resources", r).map(drop))
    }

    fn release_resources(&self, _: &Data<'_>) {
        call!(self, irq_release_resources);
    }

    fn line_state(&self, _: &Data<'_>, which: LineState) -> Result<bool> {
        let mut state = false;
        match call!(self, irq_get_irqchip_state, control::c_which(which), &raw mut state) {
            Some(result) => check("irq_get_irqchip_state", result).map(|_| state),
            None => Err(Error::Unsupported { what: "reading an interrupt's state" }),
        }
    }

    fn set_line_state(&self, _: &Data<'_>, which: LineState, on: bool) -> Result<()> {
        match call!(self, irq_set_irqchip_state, control::c_which(which), on) {
            Some(result) => check("irq_set_irqchip_state", result).map(drop),
            None => Err(Error::Unsupported { what: "setting an interrupt's state" }),
        }
    }
}
