// SPDX-License-Identifier: GPL-2.0-only
//! Lines for C: closing and opening, triggers, chips, data, affinity; descriptors without a domain.

use super::line::{self, attach, by_virq};
use crate::bindings::{self, cpumask, device, irq_chip, irq_data, irq_desc, irqchip_irq_state, module};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, to_c};
use alloc::sync::Arc;
use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::irq::virq::{self, Desc, LineState, Mode, Sense, State, control, desc};
use kernel::sched::CpuMask;

type Handler = Option<unsafe extern "C" fn(*mut irq_desc)>;

crate::exports! {
    family "irq";
    [any, supported, "irq::tests::closings_nest"]
    fn disable_irq_nosync(irq: c_uint) = disable_nosync;
    [sleeps, supported, "irq::tests::closings_nest"]
    fn disable_irq(irq: c_uint) = disable;
    [any, supported, "irq::tests::closings_nest"]
    fn disable_hardirq(irq: c_uint) -> bool = disable_hard;
    [any, supported, "irq::tests::closings_nest"]
    fn enable_irq(irq: c_uint) = enable;
    [sleeps, supported, "irq::tests::closings_nest"]
    fn synchronize_irq(irq: c_uint) = synchronize;
    [any, supported, "irq::tests::closings_nest"]
    fn synchronize_hardirq(irq: c_uint) -> bool = synchronize_hard;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_set_irq_type(irq: c_uint, kind: c_uint) -> c_int = set_type;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_set_irq_wake(irq: c_uint, on: c_uint) -> c_int = set_wake;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_set_affinity(irq: c_uint, mask: *const cpumask) -> c_int = set_affinity;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_force_affinity(irq: c_uint, mask: *const cpumask) -> c_int = set_affinity;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_can_set_affinity(irq: c_uint) -> c_int = can_set_affinity;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn __irq_apply_affinity_hint(irq: c_uint, mask: *const cpumask, set: bool) -> c_int = affinity_hint;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_get_irqchip_state(irq: c_uint, which: irqchip_irq_state, state: *mut bool) -> c_int = get_state;
    [any, supported, "irq::tests::triggers_wake_affinity_and_states"]
    fn irq_set_irqchip_state(irq: c_uint, which: irqchip_irq_state, state: bool) -> c_int = set_state;
    [any, supported, "irq::tests::closings_nest"]
    fn irq_inject_interrupt(irq: c_uint) -> c_int = inject;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_to_desc(irq: c_uint) -> *mut irq_desc = to_desc;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_get_irq_data(irq: c_uint) -> *mut irq_data = get_data;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_get_next_irq(offset: c_uint) -> c_uint = next;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_set_chip(irq: c_uint, chip: *const irq_chip) -> c_int = set_chip;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_set_chip_data(irq: c_uint, data: *mut c_void) -> c_int = set_chip_data;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_set_handler_data(irq: c_uint, data: *mut c_void) -> c_int = set_handler_data;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_set_chip_and_handler_name(irq: c_uint, chip: *const irq_chip, handle: Handler, name: *const c_char) = set_chip_and_handler;
    [any, supported, "irq::tests::nested_lines_have_a_parent"]
    fn irq_set_parent(irq: c_int, parent_irq: c_int) -> c_int = set_parent;
    [sleeps, supported, "irq::tests::chained_lines_of_c"]
    fn __irq_set_handler(irq: c_uint, handle: Handler, is_chained: c_int, name: *const c_char) = set_handler;
    [sleeps, supported, "irq::tests::chained_lines_of_c"]
    fn irq_set_chained_handler_and_data(irq: c_uint, handle: Handler, data: *mut c_void) = set_chained;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_modify_status(irq: c_uint, clr: c_ulong, set: c_ulong) = modify;
    [any, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_check_status_bit(irq: c_uint, bitmask: c_uint) -> bool = check_status;
    [sleeps, supported, "irq::tests::chips_data_and_numbers"]
    fn __irq_alloc_descs(irq: c_int, from: c_uint, cnt: c_uint, node: c_int, owner: *mut module, affinity: *const bindings::irq_affinity_desc) -> c_int = alloc;
    [sleeps, supported, "irq::tests::chips_data_and_numbers"]
    fn __devm_irq_alloc_descs(dev: *mut device, irq: c_int, from: c_uint, cnt: c_uint, node: c_int, owner: *mut module, affinity: *const bindings::irq_affinity_desc) -> c_int = devm_alloc;
    [sleeps, supported, "irq::tests::chips_data_and_numbers"]
    fn irq_free_descs(irq: c_uint, cnt: c_uint) = free;
}

/// The variables of this file.
pub mod data {
    crate::exports_data! {
        family "irq";
        [any, supported, "irq::tests::chips_data_and_numbers"]
        static nr_irqs: core::ffi::c_int = kernel::irq::virq::desc::MAX_VIRQ as core::ffi::c_int + 1;
        [any, supported, "irq::tests::chips_data_and_numbers"]
        static no_irq_chip: crate::bindings::irq_chip = crate::irq::line::EMPTY_CHIP;
        [any, supported, "irq::tests::chips_data_and_numbers"]
        static dummy_irq_chip: crate::bindings::irq_chip = crate::bindings::irq_chip {
            name: c"dummy".as_ptr(),
            irq_mask: Some(nothing),
            irq_unmask: Some(nothing),
            irq_ack: Some(nothing),
            irq_enable: Some(nothing),
            irq_disable: Some(nothing),
            ..crate::irq::line::EMPTY_CHIP
        };
    }

    /// For lines that are software only.
    unsafe extern "C" fn nothing(_: *mut crate::bindings::irq_data) {}
}

/// The CPUs of a set of C's.
///
/// # Safety
/// `mask` is a set.
pub(super) unsafe fn cpus(mask: *const cpumask) -> CpuMask {
    // SAFETY: the caller's set.
    CpuMask(unsafe { (*mask).bits[0] } as u32)
}

/// A set for C.
pub(super) fn c_cpus(cpus: CpuMask) -> cpumask {
    // SAFETY: all fields may be zero.
    let mut mask: cpumask = unsafe { core::mem::zeroed() };
    mask.bits[0] = cpus.0.into();
    mask
}

/// Which state of a line C means.
pub(super) fn which(which: irqchip_irq_state) -> LineState {
    match which {
        bindings::IRQCHIP_STATE_PENDING => LineState::Pending,
        bindings::IRQCHIP_STATE_ACTIVE => LineState::Active,
        bindings::IRQCHIP_STATE_MASKED => LineState::Masked,
        _ => LineState::Level,
    }
}

/// The same for C.
pub(super) fn c_which(which: LineState) -> irqchip_irq_state {
    match which {
        LineState::Pending => bindings::IRQCHIP_STATE_PENDING,
        LineState::Active => bindings::IRQCHIP_STATE_ACTIVE,
        LineState::Masked => bindings::IRQCHIP_STATE_MASKED,
        LineState::Level => bindings::IRQCHIP_STATE_LINE_LEVEL,
    }
}

/// An error of this family: what is not there is an invalid number.
pub(super) fn errno(error: kernel::error::Error) -> Errno {
    match error {
        kernel::error::Error::NotFound { .. } => Errno::EINVAL,
        error => error.into(),
    }
}

fn answer(result: kernel::error::Result<()>) -> c_int {
    to_c(result.map_err(errno))
}

fn report(what: &str, irq: c_uint, result: kernel::error::Result<()>) {
    if let Err(error) = result {
        log::error!("{what}({irq}): {error}");
    }
}

pub(super) unsafe fn disable_nosync(irq: c_uint) {
    report("disable_irq_nosync", irq, virq::disable_nosync(irq));
}

pub(super) unsafe fn disable(irq: c_uint) {
    report("disable_irq", irq, virq::disable(irq));
}

pub(super) unsafe fn disable_hard(irq: c_uint) -> bool {
    let result = virq::disable_nosync(irq).and_then(|()| control::synchronize_hard_of(irq));
    report("disable_hardirq", irq, result);
    true
}

pub(super) unsafe fn enable(irq: c_uint) {
    report("enable_irq", irq, virq::enable(irq));
}

pub(super) unsafe fn synchronize(irq: c_uint) {
    report("synchronize_irq", irq, virq::synchronize(irq));
}

pub(super) unsafe fn synchronize_hard(irq: c_uint) -> bool {
    report("synchronize_hardirq", irq, control::synchronize_hard_of(irq));
    true
}

pub(super) unsafe fn set_type(irq: c_uint, kind: c_uint) -> c_int {
    answer(virq::set_type(irq, Sense::from_bits_truncate(kind)))
}

pub(super) unsafe fn set_wake(irq: c_uint, on: c_uint) -> c_int {
    answer(virq::set_wake(irq, on != 0))
}

pub(super) unsafe fn set_affinity(irq: c_uint, mask: *const cpumask) -> c_int {
    // SAFETY: the caller's set.
    let wanted = unsafe { cpus(mask) };
    to_c(apply_affinity(irq, wanted))
}

fn apply_affinity(irq: c_uint, wanted: CpuMask) -> Result<()> {
    virq::set_affinity(irq, wanted).map_err(errno)?;
    let desc = by_virq(irq);
    if !desc.is_null() {
        // SAFETY: the line's structure.
        unsafe { (*desc).irq_common_data.affinity[0] = c_cpus(wanted) };
    }
    Ok(())
}

pub(super) unsafe fn can_set_affinity(irq: c_uint) -> c_int {
    let fixed = Mode::PER_CPU | Mode::NO_BALANCING;
    desc::get(irq).is_some_and(|line| !line.mode().intersects(fixed)).into()
}

/// A hint alone changes nothing here: nobody spreads interrupts.
pub(super) unsafe fn affinity_hint(irq: c_uint, mask: *const cpumask, set: bool) -> c_int {
    if desc::get(irq).is_none() {
        return Errno::EINVAL.to_c();
    }
    if !set || mask.is_null() {
        return 0;
    }
    // SAFETY: the caller's set. Linux does not tell of a failure either.
    let _ = apply_affinity(irq, unsafe { cpus(mask) });
    0
}

pub(super) unsafe fn get_state(irq: c_uint, what: irqchip_irq_state, state: *mut bool) -> c_int {
    match control::line_state(irq, which(what)) {
        Ok(on) => {
            // SAFETY: the caller's place for the answer.
            unsafe { *state = on };
            0
        }
        Err(error) => errno(error).to_c(),
    }
}

pub(super) unsafe fn set_state(irq: c_uint, what: irqchip_irq_state, on: bool) -> c_int {
    answer(control::set_line_state(irq, which(what), on))
}

pub(super) unsafe fn inject(irq: c_uint) -> c_int {
    answer(control::inject(irq))
}

pub(super) unsafe fn to_desc(irq: c_uint) -> *mut irq_desc {
    by_virq(irq)
}

pub(super) unsafe fn get_data(irq: c_uint) -> *mut irq_data {
    let desc = by_virq(irq);
    // SAFETY: the line's structure.
    if desc.is_null() { ptr::null_mut() } else { unsafe { &raw mut (*desc).irq_data } }
}

pub(super) unsafe fn next(offset: c_uint) -> c_uint {
    let end = desc::MAX_VIRQ + 1;
    (offset..end).find(|&irq| desc::get(irq).is_some()).unwrap_or(end)
}

/// Calls `f` with a line and its structure; an unknown number is an error.
fn with(irq: c_uint, f: impl FnOnce(&Arc<Desc>, *mut irq_desc)) -> c_int {
    match desc::get(irq) {
        Some(line) => {
            let desc = attach(&line);
            f(&line, desc);
            0
        }
        None => Errno::EINVAL.to_c(),
    }
}

pub(super) unsafe fn set_chip(irq: c_uint, chip: *const irq_chip) -> c_int {
    with(irq, |line, desc| {
        // SAFETY: the line's structure.
        unsafe { (*desc).irq_data.chip = if chip.is_null() { line::no_chip() } else { chip.cast_mut() } };
        line::adopt_level(line, 0, line.data().hwirq());
    })
}

pub(super) unsafe fn set_chip_data(irq: c_uint, data: *mut c_void) -> c_int {
    // SAFETY: the line's structure.
    with(irq, |_, desc| unsafe { (*desc).irq_data.chip_data = data })
}

pub(super) unsafe fn set_handler_data(irq: c_uint, data: *mut c_void) -> c_int {
    // SAFETY: the line's structure.
    with(irq, |_, desc| unsafe { (*desc).irq_common_data.handler_data = data })
}

pub(super) unsafe fn set_chip_and_handler(irq: c_uint, chip: *const irq_chip, handle: Handler, name: *const c_char) {
    // SAFETY: the caller's chip and handler.
    unsafe {
        if set_chip(irq, chip) == 0 {
            set_handler(irq, handle, 0, name);
        }
    }
}

pub(super) unsafe fn set_parent(irq: c_int, parent: c_int) -> c_int {
    let numbers = u32::try_from(irq).ok().zip(u32::try_from(parent).ok());
    let line = numbers.and_then(|(irq, parent)| Some((desc::get(irq)?, parent)));
    to_c(line.ok_or(Errno::EINVAL).map(|(line, parent)| line.set_parent(parent)))
}

pub(super) unsafe fn set_handler(irq: c_uint, handle: Handler, is_chained: c_int, name: *const c_char) {
    let Some(line) = desc::get(irq) else { return };
    let result = match handle {
        None => virq::control::unchain(irq).map(|()| super::flow::set(&line, Some(super::flow::bad), name)),
        Some(_) if is_chained != 0 => control::chain(&line, || super::flow::set(&line, handle, name)),
        Some(_) => {
            super::flow::set(&line, handle, name);
            Ok(())
        }
    };
    if handle.is_some() && is_chained != 0 {
        super::owned::chained(irq);
    } else if handle.is_none() {
        super::owned::unchained(irq);
    }
    report("irq_set_handler", irq, result);
    line::note_action(&line);
}

pub(super) unsafe fn set_chained(irq: c_uint, handle: Handler, data: *mut c_void) {
    // SAFETY: the caller's handler and its data.
    unsafe {
        set_handler_data(irq, data);
        set_handler(irq, handle, 1, ptr::null());
    }
}

/// Has a line lead to others, for Rust code of another family. Context: sleeps.
///
/// # Errors
/// No such line, or somebody has it.
///
/// # Safety
/// `handle` is a flow handler for `data`, which stays until the line is unchained.
pub unsafe fn set_chained_handler(irq: c_uint, handle: Handler, data: *mut c_void) -> Result<()> {
    let line = desc::get(irq).ok_or(Errno::EINVAL)?;
    // SAFETY: the line's structure.
    unsafe { (*attach(&line)).irq_common_data.handler_data = data };
    control::chain(&line, || super::flow::set(&line, handle, ptr::null())).map_err(errno)
}

pub(super) unsafe fn modify(irq: c_uint, clr: c_ulong, set: c_ulong) {
    let Some(line) = desc::get(irq) else { return };
    let mode = |bits: c_ulong| Mode::from_bits_truncate(bits as u32);
    line.change_mode(mode(clr), mode(set));
    let sense = set as u32 & bindings::IRQ_TYPE_SENSE_MASK;
    if sense != 0 {
        line.change_state(State::TRIGGER, State::from_bits_retain(sense));
    }
}

pub(super) unsafe fn check_status(irq: c_uint, bits: c_uint) -> bool {
    desc::get(irq).is_some_and(|line| line.mode().bits() & bits != 0)
}

pub(super) unsafe fn alloc(irq: c_int, from: c_uint, count: c_uint, _node: c_int, _owner: *mut module, _affinity: *const bindings::irq_affinity_desc) -> c_int {
    let at = u32::try_from(irq).ok();
    let made = desc::create(at, from, count, &virq::domain::no_levels).map_err(|error| match error {
        kernel::error::Error::Busy { .. } => Errno::EEXIST,
        kernel::error::Error::NotFound { .. } => Errno::ENOSPC,
        error => error.into(),
    });
    int_to_c(made.map(|first| first as c_int))
}

pub(super) unsafe fn devm_alloc(dev: *mut device, irq: c_int, from: c_uint, count: c_uint, node: c_int, owner: *mut module, affinity: *const bindings::irq_affinity_desc) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        let first = alloc(irq, from, count, node, owner, affinity);
        if first < 0 {
            return first;
        }
        let release = move || desc::destroy(first as u32, count);
        let noted = devres::add(dev, Key("irq numbers", first as usize), release);
        int_to_c(noted.map(|()| first))
    }
}

pub(super) unsafe fn free(irq: c_uint, count: c_uint) {
    desc::destroy(irq, count);
}
