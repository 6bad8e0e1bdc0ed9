// SPDX-License-Identifier: GPL-2.0-only
//! Chips each of whose lines is an interrupt of its own at the controller above: a domain in a hierarchy (Linux:
//! Documentation/driver-api/gpio/driver.rst, "Hierarchical GPIO irqchips").

use crate::bindings::{self, gpio_chip, gpio_irq_fwspec, irq_data, irq_domain, irq_fwspec};
use crate::errno::{Errno, Result, to_c};
use crate::irq::in_domain;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::irq::virq::{Mode, desc};

crate::exports! {
    family "gpio";
    [any, supported, "gpio::hierarchy_tests::interrupts_of_the_controller_above"]
    fn gpiochip_populate_parent_fwspec_twocell(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, hwirq: c_uint, kind: c_uint) -> c_int = two_cells;
    [any, supported, "gpio::hierarchy_tests::interrupts_of_the_controller_above"]
    fn gpiochip_populate_parent_fwspec_fourcell(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, hwirq: c_uint, kind: c_uint) -> c_int = four_cells;
}

unsafe fn populate<const N: usize>(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, cells: [u32; N]) -> c_int {
    // SAFETY: the caller's chip, which has a parent domain, and its place for the answer.
    unsafe {
        let spec: *mut irq_fwspec = out.cast();
        (*spec).fwnode = (*(*gc).irq.parent_domain).fwnode;
        (*spec).param_count = N as c_int;
        (*spec).param.iter_mut().zip(cells).for_each(|(to, from)| *to = from);
    }
    0
}

pub(super) unsafe fn two_cells(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, hwirq: c_uint, kind: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { populate(gc, out, [hwirq, kind]) }
}

pub(super) unsafe fn four_cells(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, hwirq: c_uint, kind: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { populate(gc, out, [0, hwirq, 0, kind]) }
}

unsafe extern "C" fn c_two_cells(gc: *mut gpio_chip, out: *mut gpio_irq_fwspec, hwirq: c_uint, kind: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { two_cells(gc, out, hwirq, kind) }
}

unsafe extern "C" fn same_offset(_: *mut gpio_chip, offset: c_uint) -> c_uint {
    offset
}

unsafe extern "C" fn translate(_: *mut irq_domain, spec: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: the caller's specifier and places for the answer.
    unsafe {
        if (*spec).param_count != 2 {
            return Errno::EINVAL.to_c();
        }
        *hwirq = (*spec).param[0].into();
        *kind = (*spec).param[1] & bindings::IRQ_TYPE_SENSE_MASK;
    }
    0
}

/// A line of ours, and with it the one of the controller above.
unsafe extern "C" fn alloc(domain: *mut irq_domain, virq: c_uint, count: c_uint, arg: *mut c_void) -> c_int {
    // SAFETY: a domain of ours, whose host is the chip; the specifier that `irq_create_fwspec_mapping()` hands on.
    unsafe {
        let gc: *mut gpio_chip = (*domain).host_data.cast();
        let girq = &raw mut (*gc).irq;
        let (Some(translate), Some(to_parent), Some(populate)) = (
            (*girq).child_irq_domain_ops.translate,
            (*girq).child_to_parent_hwirq,
            (*girq).populate_parent_alloc_arg,
        ) else {
            return Errno::EINVAL.to_c();
        };
        let (mut hwirq, mut kind): (c_ulong, c_uint) = (0, 0);
        let (mut parent, mut parent_kind): (c_uint, c_uint) = (0, 0);
        let looked_up = Errno::check(translate(domain, arg.cast(), &mut hwirq, &mut kind))
            .and(if count == 1 { Ok(()) } else { Err(Errno::EINVAL) })
            .and_then(|()| Errno::check(to_parent(gc, hwirq as c_uint, kind, &mut parent, &mut parent_kind)));
        if let Err(error) = looked_up {
            log::error!("GPIO interrupt {hwirq} has none at the controller above: error {}", error.0);
            return error.to_c();
        }
        in_domain::set_info(domain, virq, hwirq, (*girq).chip, gc.cast(), (*girq).handler, ptr::null_mut(), ptr::null());
        if let Some(line) = desc::get(virq) {
            line.change_mode(Mode::NO_PROBE, Mode::empty());
        }
        let mut spec: gpio_irq_fwspec = core::mem::zeroed();
        match populate(gc, &mut spec, parent, parent_kind) {
            0 => in_domain::alloc_parent(domain, virq, 1, (&raw mut spec).cast()),
            error => error,
        }
    }
}

unsafe extern "C" fn free(domain: *mut irq_domain, virq: c_uint, count: c_uint) {
    // SAFETY: a domain of ours.
    unsafe { in_domain::free_common(domain, virq, count) }
}

unsafe extern "C" fn activate(domain: *mut irq_domain, data: *mut irq_data, _reserve: bool) -> c_int {
    // SAFETY: a domain of ours, whose host is the chip.
    to_c(unsafe { super::chip::line((*domain).host_data.cast(), (*data).hwirq as c_uint) }.and_then(|line| {
        line.lock_as_irq().map_err(|error| {
            log::error!("{error}");
            Errno::EIO
        })
    }))
}

unsafe extern "C" fn deactivate(domain: *mut irq_domain, data: *mut irq_data) {
    // SAFETY: a domain of ours, whose host is the chip.
    if let Ok(line) = unsafe { super::chip::line((*domain).host_data.cast(), (*data).hwirq as c_uint) } {
        line.unlock_as_irq();
    }
}

/// The line of an interrupt, for `gpiod_to_irq()`.
unsafe extern "C" fn to_irq(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip, which has a domain.
    unsafe {
        let girq = &raw mut (*gc).irq;
        if !super::chip::mask_has((*girq).valid_mask, offset) || !super::chip::mask_has((*gc).valid_mask, offset) {
            return Errno::ENXIO.to_c();
        }
        if (*girq).domain.is_null() {
            return Errno::EPROBE_DEFER.to_c();
        }
        let mut spec: irq_fwspec = core::mem::zeroed();
        spec.fwnode = (*(*girq).domain).fwnode;
        spec.param_count = 2;
        spec.param[0] = (*girq).child_offset_to_irq.map_or(offset, |f| f(gc, offset));
        in_domain::create_fwspec_mapping(&mut spec) as c_int
    }
}

/// Makes the domain of a chip below `irq.parent_domain`.
///
/// # Errors
/// `EINVAL`: the driver does not say which interrupt of the controller above a line is, or for which node it is.
pub(super) unsafe fn create(gc: *mut gpio_chip) -> Result<*mut irq_domain> {
    // SAFETY: the caller's chip.
    unsafe {
        let girq = &raw mut (*gc).irq;
        if (*girq).child_to_parent_hwirq.is_none() || (*girq).fwnode.is_null() {
            log::error!("a GPIO chip with a controller above does not say what its lines are there");
            return Err(Errno::EINVAL);
        }
        (*girq).child_offset_to_irq.get_or_insert(same_offset);
        (*girq).populate_parent_alloc_arg.get_or_insert(c_two_cells);
        let ops = &raw mut (*girq).child_irq_domain_ops;
        (*ops).activate = Some(activate);
        (*ops).deactivate = Some(deactivate);
        (*ops).alloc = Some(alloc);
        (*ops).translate.get_or_insert(translate);
        (*ops).free.get_or_insert(free);
        if (*gc).to_irq.is_none() {
            (*gc).to_irq = Some(to_irq);
        }
        let mut info: bindings::irq_domain_info = core::mem::zeroed();
        info.fwnode = (*girq).fwnode;
        info.size = (*gc).ngpio.into();
        info.hwirq_max = (*gc).ngpio.into();
        info.ops = ops;
        info.host_data = gc.cast();
        info.parent = (*girq).parent_domain;
        crate::irq::instantiate(&info)
    }
}
