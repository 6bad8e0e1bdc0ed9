// SPDX-License-Identifier: GPL-2.0-only
//! The interrupts of a chip's lines, for drivers that fill `gpio_chip.irq`: domain, chained parents, request and release
//! of lines as interrupts (Linux: Documentation/driver-api/gpio/driver.rst).

use super::chip::{attached, mask_has};
use crate::bindings::{self, gpio_chip, gpio_irq_chip, irq_chip, irq_data, irq_domain, irq_domain_ops};
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_int, c_uint, c_ulong};
use core::ptr;
use kernel::irq::virq::{Mode, desc};

crate::exports! {
    family "gpio";
    [any, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiochip_irq_reqres(data: *mut irq_data) -> c_int = reqres;
    [any, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiochip_irq_relres(data: *mut irq_data) = relres;
    [sleeps, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiochip_irqchip_add_domain(gc: *mut gpio_chip, domain: *mut irq_domain) -> c_int = add_domain;
}

/// IRQCHIP_IMMUTABLE: the driver's chip does the upkeep of lines by itself.
const IMMUTABLE: c_ulong = 1 << 11;

pub(super) unsafe fn chip_of_data(data: *mut irq_data) -> *mut gpio_chip {
    // SAFETY: lines of our domains have the chip as their chip's data.
    unsafe { (*data).chip_data.cast() }
}

pub(super) unsafe fn reqres(data: *mut irq_data) -> c_int {
    // SAFETY: a line of a domain of ours.
    unsafe {
        let locked = super::chip::line(chip_of_data(data), (*data).hwirq as c_uint)
            .and_then(|line| line.lock_as_irq().map_err(|error| {
                log::error!("{error}");
                Errno::EIO
            }));
        to_c(locked)
    }
}

pub(super) unsafe fn relres(data: *mut irq_data) {
    // SAFETY: as above.
    unsafe {
        if let Ok(line) = super::chip::line(chip_of_data(data), (*data).hwirq as c_uint) {
            line.unlock_as_irq();
        }
    }
}

unsafe extern "C" fn c_reqres(data: *mut irq_data) -> c_int {
    // SAFETY: as above.
    unsafe { reqres(data) }
}

unsafe extern "C" fn c_relres(data: *mut irq_data) {
    // SAFETY: as above.
    unsafe { relres(data) }
}

/// A line gets its chip and flow handler.
unsafe extern "C" fn map(domain: *mut irq_domain, virq: c_uint, hwirq: c_ulong) -> c_int {
    // SAFETY: a domain of ours, whose host is the chip.
    unsafe {
        let gc: *mut gpio_chip = (*domain).host_data.cast();
        let girq = &raw mut (*gc).irq;
        if !mask_has((*girq).valid_mask, hwirq as u32) || !mask_has((*gc).valid_mask, hwirq as u32) {
            return Errno::ENXIO.to_c();
        }
        let Some(line) = desc::get(virq) else { return Errno::EINVAL.to_c() };
        let d = crate::irq::attach(&line);
        (*d).irq_data.chip = (*girq).chip;
        (*d).irq_data.chip_data = gc.cast();
        (*d).handle_irq = (*girq).handler;
        let mut mode = Mode::NO_PROBE;
        mode.set(Mode::NESTED_THREAD, (*girq).threaded);
        line.change_mode(Mode::empty(), mode);
        let kind = (*girq).default_type;
        if kind != bindings::IRQ_TYPE_NONE && kernel::irq::virq::set_type(virq, kernel::irq::virq::Sense::from_bits_truncate(kind)).is_err() {
            return Errno::EINVAL.to_c();
        }
    }
    0
}

/// Number and trigger: two cells, or three of which the first names the chip.
unsafe extern "C" fn xlate(_: *mut irq_domain, _: *mut bindings::device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    let first = match size {
        2 => 0,
        3 => 1,
        _ => return Errno::EINVAL.to_c(),
    };
    // SAFETY: the specifier has that many cells; the caller's places for the answer.
    unsafe {
        *hwirq = (*spec.add(first)).into();
        *kind = *spec.add(first + 1) & 0xf;
    }
    0
}

struct Fixed(irq_domain_ops);

// SAFETY: never written.
unsafe impl Sync for Fixed {}

static OPS: Fixed = Fixed({
    // SAFETY: all fields may be zero: no functions.
    let mut ops: irq_domain_ops = unsafe { core::mem::zeroed() };
    ops.map = Some(map);
    ops.xlate = Some(xlate);
    ops
});

/// The line of an interrupt number, for `gpiod_to_irq()`.
unsafe extern "C" fn to_irq(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip, which has a domain.
    unsafe {
        if !mask_has((*gc).irq.valid_mask, offset) {
            return Errno::ENXIO.to_c();
        }
        let Some(domain) = crate::irq::domain_of((*gc).irq.domain) else { return Errno::EPROBE_DEFER.to_c() };
        match kernel::irq::virq::domain::map(domain, offset.into()) {
            Ok(line) => line.virq() as c_int,
            Err(error) => Errno::from(error).to_c(),
        }
    }
}

/// Has a chip that does not do so by itself request its lines, as Linux does for old drivers.
pub(super) unsafe fn adopt_chip(girq: *mut gpio_irq_chip) {
    // SAFETY: the driver's chip, which may be changed where it does not say that it may not.
    unsafe {
        let chip: *mut irq_chip = (*girq).chip;
        if (*chip).flags & IMMUTABLE == 0 {
            log::warn!("{:?}: the interrupt chip is changed: it should be immutable", (*chip).name);
            if (*chip).irq_request_resources.is_none() && (*chip).irq_release_resources.is_none() {
                (*chip).irq_request_resources = Some(c_reqres);
                (*chip).irq_release_resources = Some(c_relres);
            }
        }
    }
}

/// Makes the domain of a chip that has interrupts, and chains it to its parents.
pub(super) unsafe fn set_up(gc: *mut gpio_chip) -> Result<()> {
    // SAFETY: the caller's chip.
    unsafe {
        let girq = &raw mut (*gc).irq;
        if (*girq).chip.is_null() {
            return Ok(());
        }
        if (*girq).parent_handler.is_some() && (*gc).can_sleep {
            log::error!("a GPIO chip that sleeps cannot have chained interrupts");
            return Err(Errno::EINVAL);
        }
        if let Some(init) = (*girq).init_valid_mask {
            (*girq).valid_mask = super::chip::full_mask((*gc).ngpio);
            init(gc, (*girq).valid_mask, (*gc).ngpio.into());
        }
        if let Some(init) = (*girq).init_hw {
            Errno::check(init(gc))?;
        }
        adopt_chip(girq);
        if !(*girq).parent_domain.is_null() {
            (*girq).domain = super::hierarchy::create(gc)?;
            chain(gc)?;
            (*girq).initialized = true;
            return Ok(());
        }
        if (*gc).to_irq.is_none() {
            (*gc).to_irq = Some(to_irq);
        }
        let mut info: bindings::irq_domain_info = core::mem::zeroed();
        info.fwnode = (*gc).fwnode;
        info.size = (*gc).ngpio.into();
        info.hwirq_max = (*gc).ngpio.into();
        info.virq_base = (*girq).first;
        info.ops = &OPS.0;
        info.host_data = gc.cast();
        (*girq).domain = crate::irq::instantiate(&info)?;
        chain(gc)?;
        (*girq).initialized = true;
    }
    Ok(())
}

pub(super) unsafe fn chain(gc: *mut gpio_chip) -> Result<()> {
    // SAFETY: the caller's chip, its parents and their data.
    unsafe {
        let girq = &raw mut (*gc).irq;
        if (*girq).parent_handler.is_none() {
            return Ok(());
        }
        for i in 0..(*girq).num_parents as usize {
            let parent = *(*girq).parents.add(i);
            if parent == 0 {
                continue;
            }
            let data = if (*girq).per_parent_data {
                *(*girq).__bindgen_anon_1.parent_handler_data_array.add(i)
            } else {
                let own = (*girq).__bindgen_anon_1.parent_handler_data;
                if own.is_null() { gc.cast() } else { own }
            };
            crate::irq::set_chained_handler(parent, (*girq).parent_handler, data)?;
        }
    }
    Ok(())
}

/// Undoes `set_up`.
pub(super) unsafe fn tear_down(gc: *mut gpio_chip) {
    // SAFETY: the caller's chip.
    unsafe {
        let girq = &raw mut (*gc).irq;
        if (*girq).domain.is_null() || !(*girq).initialized {
            return;
        }
        if (*girq).parent_handler.is_some() {
            for i in 0..(*girq).num_parents as usize {
                let parent = *(*girq).parents.add(i);
                if parent != 0 {
                    let _ = kernel::irq::virq::control::unchain(parent);
                }
            }
        }
        if !(*girq).domain_is_allocated_externally {
            if let Some(domain) = crate::irq::domain_of((*girq).domain) {
                for offset in 0..u64::from((*gc).ngpio) {
                    if let Some(line) = domain.line(offset)
                        && let Err(error) = kernel::irq::virq::domain::dispose(line.virq())
                    {
                        log::error!("a GPIO chip is removed: {error}");
                    }
                }
            }
            crate::irq::remove_domain((*girq).domain);
        }
        (*girq).domain = ptr::null_mut();
        (*girq).initialized = false;
        super::chip::free_mask((*girq).valid_mask, (*gc).ngpio);
        (*girq).valid_mask = ptr::null_mut();
    }
}

/// A domain that the driver made by itself.
pub(super) unsafe fn add_domain(gc: *mut gpio_chip, domain: *mut irq_domain) -> c_int {
    if domain.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's chip and domain.
    unsafe {
        (*gc).irq.domain = domain;
        (*gc).irq.domain_is_allocated_externally = true;
        if (*gc).to_irq.is_none() {
            (*gc).to_irq = Some(to_irq);
        }
        (*gc).irq.initialized = attached(gc).is_some();
    }
    0
}

