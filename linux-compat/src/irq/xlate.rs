// SPDX-License-Identifier: GPL-2.0-only
//! Ready-made decoders of interrupt specifiers.

use crate::bindings::{device_node, irq_domain, irq_fwspec, of_phandle_args};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_ulong};

crate::exports! {
    family "irq";
    [any, supported, "irq::tests::decoders"]
    fn irq_domain_xlate_onecell(d: *mut irq_domain, np: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int = onecell;
    [any, supported, "irq::tests::decoders"]
    fn irq_domain_xlate_twocell(d: *mut irq_domain, np: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int = twocell;
    [any, supported, "irq::tests::decoders"]
    fn irq_domain_xlate_onetwocell(d: *mut irq_domain, np: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int = onetwocell;
    [any, supported, "irq::tests::decoders"]
    fn irq_domain_translate_onecell(d: *mut irq_domain, fwspec: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int = translate_one;
    [any, supported, "irq::tests::decoders"]
    fn irq_domain_translate_twocell(d: *mut irq_domain, fwspec: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int = translate_two;
    [any, supported, "irq::tests::decoders"]
    fn of_phandle_args_to_fwspec(np: *mut device_node, args: *const u32, count: c_uint, fwspec: *mut irq_fwspec) = to_fwspec;
}

/// Takes `cells` apart, which has at least `least` of them.
pub(super) unsafe fn decode(spec: *const u32, size: c_uint, least: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    if size < least {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's specifier of that size, and places for the answer.
    unsafe {
        *hwirq = (*spec).into();
        *kind = if size > 1 { *spec.add(1) & 0xf } else { 0 };
    }
    0
}

pub(super) unsafe fn onecell(_: *mut irq_domain, _: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: as in `decode`: of one cell only.
    unsafe { decode(spec, size.min(1), 1, hwirq, kind) }
}

pub(super) unsafe fn twocell(_: *mut irq_domain, _: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: as in `decode`.
    unsafe { decode(spec, size, 2, hwirq, kind) }
}

pub(super) unsafe fn onetwocell(_: *mut irq_domain, _: *mut device_node, spec: *const u32, size: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: as in `decode`.
    unsafe { decode(spec, size, 1, hwirq, kind) }
}

pub(super) unsafe fn translate_one(_: *mut irq_domain, fwspec: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: as in `decode`: the specifier has room for more cells.
    unsafe { decode((*fwspec).param.as_ptr(), ((*fwspec).param_count.max(0) as c_uint).min(1), 1, hwirq, kind) }
}

pub(super) unsafe fn translate_two(_: *mut irq_domain, fwspec: *mut irq_fwspec, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: as in `decode`.
    unsafe { decode((*fwspec).param.as_ptr(), (*fwspec).param_count.max(0) as c_uint, 2, hwirq, kind) }
}

pub(super) unsafe fn to_fwspec(np: *mut device_node, args: *const u32, count: c_uint, fwspec: *mut irq_fwspec) {
    // SAFETY: the caller's node, cells and specifier.
    unsafe {
        (*fwspec).fwnode = if np.is_null() { core::ptr::null_mut() } else { &raw mut (*np).fwnode };
        let count = (count as usize).min((*fwspec).param.len());
        (*fwspec).param_count = count as c_int;
        for (i, cell) in (*fwspec).param.iter_mut().take(count).enumerate() {
            *cell = *args.add(i);
        }
    }
}

/// The same cells as arguments of a phandle; for `of_irq_parse_one()`.
pub(super) fn to_args(np: *mut device_node, cells: &[u32], out: &mut of_phandle_args) {
    out.np = np;
    out.args_count = cells.len().min(out.args.len()) as c_int;
    out.args.iter_mut().zip(cells).for_each(|(to, from)| *to = *from);
}
