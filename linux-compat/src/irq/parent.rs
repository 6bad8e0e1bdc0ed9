// SPDX-License-Identifier: GPL-2.0-only
//! What chips of hierarchies leave to the chip one nearer to the CPU.

use crate::bindings::{self, cpumask, irq_chip, irq_data, irqchip_irq_state};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint};
use core::ptr;

crate::exports! {
    family "irq";
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_mask_parent(data: *mut irq_data) = mask;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_unmask_parent(data: *mut irq_data) = unmask;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_mask_ack_parent(data: *mut irq_data) = mask_ack;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_ack_parent(data: *mut irq_data) = ack;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_eoi_parent(data: *mut irq_data) = eoi;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_enable_parent(data: *mut irq_data) = enable;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_disable_parent(data: *mut irq_data) = disable;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_set_affinity_parent(data: *mut irq_data, dest: *const cpumask, force: bool) -> c_int = set_affinity;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_set_type_parent(data: *mut irq_data, kind: c_uint) -> c_int = set_type;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_set_wake_parent(data: *mut irq_data, on: c_uint) -> c_int = set_wake;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_retrigger_hierarchy(data: *mut irq_data) -> c_int = retrigger;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_set_parent_state(data: *mut irq_data, which: irqchip_irq_state, val: bool) -> c_int = set_state;
    [any, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_get_parent_state(data: *mut irq_data, which: irqchip_irq_state, state: *mut bool) -> c_int = get_state;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_request_resources_parent(data: *mut irq_data) -> c_int = request_resources;
    [sleeps, supported, "irq::tests::hierarchies_of_c"]
    fn irq_chip_release_resources_parent(data: *mut irq_data) = release_resources;
}

/// The data and chip of the parent; `None` at the root.
pub(super) unsafe fn up<'a>(data: *mut irq_data) -> Option<(*mut irq_data, &'a irq_chip)> {
    // SAFETY: a line's data, whose parents and chips live as long.
    unsafe {
        let parent = (*data).parent_data;
        Some((parent.as_mut().map(ptr::from_mut)?, (*parent).chip.as_ref()?))
    }
}

/// Calls the parent's function of that name, if it has it.
macro_rules! parent {
    ($data:expr, $f:ident $(, $arg:expr)*) => {
        // SAFETY: a line's data, and the function of its parent's chip.
        unsafe { up($data).and_then(|(parent, chip)| chip.$f.map(|f| f(parent $(, $arg)*))) }
    };
}

pub(crate) unsafe fn mask(data: *mut irq_data) {
    parent!(data, irq_mask);
}

pub(crate) unsafe fn unmask(data: *mut irq_data) {
    parent!(data, irq_unmask);
}

pub(super) unsafe fn mask_ack(data: *mut irq_data) {
    if parent!(data, irq_mask_ack).is_none() {
        parent!(data, irq_mask);
        parent!(data, irq_ack);
    }
}

pub(super) unsafe fn ack(data: *mut irq_data) {
    parent!(data, irq_ack);
}

pub(crate) unsafe fn eoi(data: *mut irq_data) {
    parent!(data, irq_eoi);
}

pub(super) unsafe fn enable(data: *mut irq_data) {
    if parent!(data, irq_enable).is_none() {
        parent!(data, irq_unmask);
    }
}

pub(super) unsafe fn disable(data: *mut irq_data) {
    if parent!(data, irq_disable).is_none() {
        parent!(data, irq_mask);
    }
}

pub(super) unsafe fn set_affinity(data: *mut irq_data, dest: *const cpumask, force: bool) -> c_int {
    parent!(data, irq_set_affinity, dest, force).unwrap_or(Errno::ENOSYS.to_c())
}

pub(super) unsafe fn set_type(data: *mut irq_data, kind: c_uint) -> c_int {
    parent!(data, irq_set_type, kind).unwrap_or(Errno::ENOSYS.to_c())
}

pub(super) unsafe fn set_wake(data: *mut irq_data, on: c_uint) -> c_int {
    // SAFETY: a line's data.
    if let Some((_, chip)) = unsafe { up(data) }
        && chip.flags as u32 & bindings::IRQCHIP_SKIP_SET_WAKE != 0
    {
        return 0;
    }
    parent!(data, irq_set_wake, on).unwrap_or(Errno::ENOSYS.to_c())
}

/// The first chip on the way that can; 0 if none can.
pub(super) unsafe fn retrigger(data: *mut irq_data) -> c_int {
    let mut at = data;
    // SAFETY: a line's data.
    while let Some((parent, chip)) = unsafe { up(at) } {
        if let Some(f) = chip.irq_retrigger {
            // SAFETY: the chip's function for its data.
            return unsafe { f(parent) };
        }
        at = parent;
    }
    0
}

pub(super) unsafe fn set_state(data: *mut irq_data, which: irqchip_irq_state, on: bool) -> c_int {
    parent!(data, irq_set_irqchip_state, which, on).unwrap_or(0)
}

pub(super) unsafe fn get_state(data: *mut irq_data, which: irqchip_irq_state, state: *mut bool) -> c_int {
    parent!(data, irq_get_irqchip_state, which, state).unwrap_or(0)
}

pub(super) unsafe fn request_resources(data: *mut irq_data) -> c_int {
    parent!(data, irq_request_resources).unwrap_or(0)
}

pub(super) unsafe fn release_resources(data: *mut irq_data) {
    parent!(data, irq_release_resources);
}
