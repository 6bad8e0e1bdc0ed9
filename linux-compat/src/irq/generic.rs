// SPDX-License-Identifier: GPL-2.0-only
//! Chips that are a few registers with a bit for each line (Linux: Documentation/core-api/genericirq.rst, "Generic
//! interrupt chip"). Nothing is saved over sleep: the system does not sleep.

use super::{control, domain, line};
use crate::bindings::{
    self, device, irq_chip_generic, irq_chip_type, irq_data, irq_desc, irq_domain, irq_domain_chip_generic,
    irq_domain_chip_generic_info, irq_domain_ops,
};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use crate::io_memory::raw;
use crate::locking::{lock_save, unlock_restore};
use crate::slab::{GFP_KERNEL, GFP_ZERO, kfree, kmalloc};
use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use core::sync::atomic::Ordering::SeqCst;
use core::sync::atomic::fence;

type Gc = irq_chip_generic;
type Info = irq_domain_chip_generic_info;
type Handler = Option<unsafe extern "C" fn(*mut irq_desc)>;
type GcFlags = bindings::irq_gc_flags;

crate::exports! {
    family "irq";
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_noop(d: *mut irq_data) = noop;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_mask_disable_reg(d: *mut irq_data) = mask_disable;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_mask_set_bit(d: *mut irq_data) = mask_set;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_mask_clr_bit(d: *mut irq_data) = mask_clear;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_unmask_enable_reg(d: *mut irq_data) = unmask_enable;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_ack_set_bit(d: *mut irq_data) = ack_set;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_ack_clr_bit(d: *mut irq_data) = ack_clear;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_mask_disable_and_ack_set(d: *mut irq_data) = mask_disable_ack;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_eoi(d: *mut irq_data) = eoi;
    [any, supported, "irq::generic_tests::bits_of_registers"]
    fn irq_gc_set_wake(d: *mut irq_data, on: c_uint) -> c_int = set_wake;
    [sleeps, supported, "irq::generic_tests::chips_of_numbers"]
    fn irq_alloc_generic_chip(name: *const c_char, nr_ct: c_int, irq_base: c_uint, reg_base: *mut c_void, handler: Handler) -> *mut Gc = alloc;
    [sleeps, supported, "irq::generic_tests::chips_of_numbers"]
    fn devm_irq_alloc_generic_chip(dev: *mut device, name: *const c_char, num_ct: c_int, irq_base: c_uint, reg_base: *mut c_void, handler: Handler) -> *mut Gc = devm_alloc;
    [sleeps, supported, "irq::generic_tests::chips_of_numbers"]
    fn irq_setup_generic_chip(gc: *mut Gc, msk: u32, flags: GcFlags, clr: c_uint, set: c_uint) = set_up;
    [sleeps, supported, "irq::generic_tests::chips_of_numbers"]
    fn devm_irq_setup_generic_chip(dev: *mut device, gc: *mut Gc, msk: u32, flags: GcFlags, clr: c_uint, set: c_uint) -> c_int = devm_set_up;
    [sleeps, supported, "irq::generic_tests::chips_of_numbers"]
    fn irq_remove_generic_chip(gc: *mut Gc, msk: u32, clr: c_uint, set: c_uint) = take_down;
    [any, supported, "irq::generic_tests::chips_of_numbers"]
    fn irq_setup_alt_chip(d: *mut irq_data, kind: c_uint) -> c_int = alternative;
    [any, supported, "irq::generic_tests::chips_of_domains"]
    fn irq_get_domain_generic_chip(d: *mut irq_domain, hw_irq: c_uint) -> *mut Gc = of_domain;
    [sleeps, supported, "irq::generic_tests::chips_of_domains"]
    fn __irq_alloc_domain_generic_chips(d: *mut irq_domain, irqs_per_chip: c_int, num_ct: c_int, name: *const c_char, handler: Handler, clr: c_uint, set: c_uint, flags: GcFlags) -> c_int = alloc_for_domain;
    [sleeps, supported, "irq::generic_tests::chips_of_domains"]
    fn irq_domain_alloc_generic_chips(d: *mut irq_domain, info: *const Info) -> c_int = alloc_by_info;
    [sleeps, supported, "irq::generic_tests::chips_of_domains"]
    fn irq_domain_remove_generic_chips(d: *mut irq_domain) = remove_of_domain;
    [sleeps, supported, "irq::generic_tests::chips_of_domains"]
    fn irq_map_generic_chip(d: *mut irq_domain, virq: c_uint, hw_irq: c_ulong) -> c_int = map;
    [sleeps, supported, "irq::generic_tests::chips_of_domains"]
    fn irq_unmap_generic_chip(d: *mut irq_domain, virq: c_uint) = unmap;
}

unsafe extern "C" fn c_map(d: *mut irq_domain, virq: c_uint, hw_irq: c_ulong) -> c_int {
    // SAFETY: called for a domain that names these functions.
    unsafe { map(d, virq, hw_irq) }
}

unsafe extern "C" fn c_unmap(d: *mut irq_domain, virq: c_uint) {
    // SAFETY: as above.
    unsafe { unmap(d, virq) }
}

unsafe extern "C" fn c_xlate(d: *mut irq_domain, np: *mut bindings::device_node, spec: *const u32, n: c_uint, hwirq: *mut c_ulong, kind: *mut c_uint) -> c_int {
    // SAFETY: the caller's specifier and places for the answer.
    unsafe { super::xlate::onetwocell(d, np, spec, n, hwirq, kind) }
}

/// Functions of domains whose chips are such ones.
const OPS: irq_domain_ops = {
    // SAFETY: all fields may be zero: no functions.
    let mut ops: irq_domain_ops = unsafe { core::mem::zeroed() };
    ops.map = Some(c_map);
    ops.unmap = Some(c_unmap);
    ops.xlate = Some(c_xlate);
    ops
};

pub(super) mod data {
    crate::exports_data! {
        family "irq";
        [any, supported, "irq::generic_tests::chips_of_domains"]
        static irq_generic_chip_ops: crate::bindings::irq_domain_ops = super::OPS;
    }
}

/// A line's chip, and which registers it has.
unsafe fn parts(d: *mut irq_data) -> (*mut Gc, *mut irq_chip_type) {
    // SAFETY: data of a line of such a chip: its `irq_chip` is the first field of the type.
    unsafe { ((*d).chip_data.cast(), (*d).chip.cast()) }
}

/// The first of a chip's types.
unsafe fn types(gc: *mut Gc) -> *mut irq_chip_type {
    // SAFETY: the caller's chip; the types are behind it.
    unsafe { (&raw mut (*gc).chip_types).cast() }
}

unsafe fn write(gc: *mut Gc, value: u32, offset: c_ulong) {
    // SAFETY: the driver's registers, of which this is one.
    unsafe {
        let at = (*gc).reg_base.wrapping_byte_add(offset as usize);
        match (*gc).reg_writel {
            Some(f) => f(value, at),
            None => {
                fence(SeqCst);
                raw::store(at.cast::<u32>(), value.to_le());
            }
        }
    }
}

unsafe fn read(gc: *mut Gc, offset: c_ulong) -> u32 {
    // SAFETY: as above.
    unsafe {
        let at = (*gc).reg_base.wrapping_byte_add(offset as usize);
        match (*gc).reg_readl {
            Some(f) => f(at),
            None => {
                let value = u32::from_le(raw::load(at.cast::<u32>()));
                fence(SeqCst);
                value
            }
        }
    }
}

/// Registers whose first byte is the highest.
unsafe extern "C" fn read_be(at: *mut c_void) -> u32 {
    // SAFETY: a register of the driver's.
    let value = u32::from_be(unsafe { raw::load(at.cast::<u32>()) });
    fence(SeqCst);
    value
}

unsafe extern "C" fn write_be(value: u32, at: *mut c_void) {
    fence(SeqCst);
    // SAFETY: a register of the driver's.
    unsafe { raw::store(at.cast::<u32>(), value.to_be()) }
}

/// Runs `f` with a line's chip locked: the chip, the offsets of its registers, the line's bit, the mask as it is known.
unsafe fn with(d: *mut irq_data, f: impl FnOnce(*mut Gc, &bindings::irq_chip_regs, u32, &mut u32)) {
    // SAFETY: data of a line of such a chip, which was set up: it knows its mask.
    unsafe {
        let (gc, ct) = parts(d);
        let flags = lock_save(&raw mut (*gc).lock);
        f(gc, &(*ct).regs, (*d).mask, &mut *(*ct).mask_cache);
        unlock_restore(&raw mut (*gc).lock, flags);
    }
}

pub(super) unsafe fn noop(_: *mut irq_data) {}

pub(super) unsafe fn mask_disable(d: *mut irq_data) {
    // SAFETY: the caller's line, as for all below.
    unsafe {
        with(d, |gc, regs, bit, cache| {
            write(gc, bit, regs.disable);
            *cache &= !bit;
        });
    }
}

pub(super) unsafe fn mask_set(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe {
        with(d, |gc, regs, bit, cache| {
            *cache |= bit;
            write(gc, *cache, regs.mask);
        });
    }
}

pub(super) unsafe fn mask_clear(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe {
        with(d, |gc, regs, bit, cache| {
            *cache &= !bit;
            write(gc, *cache, regs.mask);
        });
    }
}

pub(super) unsafe fn unmask_enable(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe {
        with(d, |gc, regs, bit, cache| {
            write(gc, bit, regs.enable);
            *cache |= bit;
        });
    }
}

pub(super) unsafe fn ack_set(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { with(d, |gc, regs, bit, _| write(gc, bit, regs.ack)) }
}

pub(super) unsafe fn ack_clear(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { with(d, |gc, regs, bit, _| write(gc, !bit, regs.ack)) }
}

pub(super) unsafe fn mask_disable_ack(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe {
        with(d, |gc, regs, bit, cache| {
            write(gc, bit, regs.disable);
            *cache &= !bit;
            write(gc, bit, regs.ack);
        });
    }
}

pub(super) unsafe fn eoi(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { with(d, |gc, regs, bit, _| write(gc, bit, regs.eoi)) }
}

pub(super) unsafe fn set_wake(d: *mut irq_data, on: c_uint) -> c_int {
    let mut result = Errno::EINVAL.to_c();
    // SAFETY: as above.
    unsafe {
        with(d, |gc, _, bit, _| {
            if bit & (*gc).wake_enabled != 0 {
                let others = (*gc).wake_active & !bit;
                (*gc).wake_active = if on != 0 { others | bit } else { others };
                result = 0;
            }
        });
    }
    result
}

/// Memory for a chip, filled in.
unsafe fn make(name: *const c_char, count: usize, irq_base: c_uint, reg_base: *mut c_void, handler: Handler) -> *mut Gc {
    let size = size_of::<Gc>() + count * size_of::<irq_chip_type>();
    let gc: *mut Gc = kmalloc(size, GFP_KERNEL | GFP_ZERO).cast();
    if gc.is_null() {
        return gc;
    }
    // SAFETY: just made, of that size; zeroes are the beginning of all of it.
    unsafe {
        (*gc).num_ct = count as c_uint;
        (*gc).irq_base = irq_base;
        (*gc).reg_base = reg_base;
        let list = &raw mut (*gc).list;
        ((*list).next, (*list).prev) = (list, list);
        let first = types(gc);
        (0..count).for_each(|i| (*first.add(i)).chip.name = name);
        if count > 0 {
            (*first).handler = handler;
        }
    }
    gc
}

pub(super) unsafe fn alloc(name: *const c_char, nr_ct: c_int, irq_base: c_uint, reg_base: *mut c_void, handler: Handler) -> *mut Gc {
    // SAFETY: the caller's name and registers.
    unsafe { make(name, nr_ct.max(0) as usize, irq_base, reg_base, handler) }
}

pub(super) unsafe fn devm_alloc(dev: *mut device, name: *const c_char, num_ct: c_int, irq_base: c_uint, reg_base: *mut c_void, handler: Handler) -> *mut Gc {
    // SAFETY: the caller's device, name and registers.
    unsafe {
        let gc = alloc(name, num_ct, irq_base, reg_base, handler);
        let address = gc.expose_provenance();
        let release = move || kfree(ptr::with_exposed_provenance(address));
        if gc.is_null() || devres::add(dev, Key("generic chip", address), release).is_err() {
            return ptr::null_mut();
        }
        gc
    }
}

/// Has the types know where the mask is kept, and what it is if that is wished for.
unsafe fn know_mask(gc: *mut Gc, flags: GcFlags) {
    // SAFETY: the caller's chip and its types.
    unsafe {
        let first = types(gc);
        for i in 0..(*gc).num_ct as usize {
            let ct = first.add(i);
            let own = flags & bindings::IRQ_GC_MASK_CACHE_PER_TYPE != 0;
            let register = if own { (*ct).regs.mask } else { (*first).regs.mask };
            (*ct).mask_cache = if own { &raw mut (*ct).mask_cache_priv } else { &raw mut (*gc).mask_cache };
            if flags & bindings::IRQ_GC_INIT_MASK_CACHE != 0 {
                *(*ct).mask_cache = read(gc, register);
            }
        }
    }
}

/// A line's bit: by the driver's own reckoning, if it has one.
unsafe fn know_bit(ct: *mut irq_chip_type, d: *mut irq_data, number: c_uint, flags: GcFlags) {
    // SAFETY: the caller's type and line.
    unsafe {
        match (*ct).chip.irq_calc_mask {
            _ if flags & bindings::IRQ_GC_NO_MASK != 0 => {}
            Some(f) => f(d),
            None => (*d).mask = 1 << (number % 32),
        }
    }
}

pub(super) unsafe fn set_up(gc: *mut Gc, msk: u32, flags: GcFlags, clr: c_uint, set: c_uint) {
    // SAFETY: the caller's chip, and the lines whose numbers it has.
    unsafe {
        know_mask(gc, flags);
        let ct = types(gc);
        for i in (0..32).filter(|i| msk >> i & 1 != 0) {
            let irq = (*gc).irq_base + i;
            let d = control::get_data(irq);
            if d.is_null() {
                log::error!("irq_setup_generic_chip: there is no interrupt {irq}");
                continue;
            }
            know_bit(ct, d, i, flags);
            control::set_chip_and_handler(irq, &raw const (*ct).chip, (*ct).handler, ptr::null());
            control::set_chip_data(irq, gc.cast());
            control::modify(irq, clr.into(), set.into());
        }
        (*gc).irq_cnt = 32 - msk.leading_zeros();
    }
}

pub(super) unsafe fn devm_set_up(dev: *mut device, gc: *mut Gc, msk: u32, flags: GcFlags, clr: c_uint, set: c_uint) -> c_int {
    // SAFETY: the caller's device and chip.
    unsafe {
        set_up(gc, msk, flags, clr, set);
        let address = gc.expose_provenance();
        let release = move || take_down(ptr::with_exposed_provenance_mut(address), msk, clr, set);
        to_c(devres::add(dev, Key("generic chip's lines", address), release))
    }
}

pub(super) unsafe fn take_down(gc: *mut Gc, msk: u32, clr: c_uint, set: c_uint) {
    // SAFETY: the caller's chip; lines of a domain are looked up there, others are numbered.
    unsafe {
        for i in (0..32).filter(|i| msk >> i & 1 != 0) {
            let virq = if (*gc).domain.is_null() {
                (*gc).irq_base + i
            } else {
                let mut virq = 0;
                if domain::resolve((*gc).domain, ((*gc).irq_base + i).into(), &mut virq).is_null() {
                    continue;
                }
                virq
            };
            control::set_handler(virq, None, 0, ptr::null());
            control::set_chip(virq, line::no_chip());
            control::set_chip_data(virq, ptr::null_mut());
            control::modify(virq, clr.into(), set.into());
        }
    }
}

/// Gives a line the type of its chip that can do this trigger.
pub(super) unsafe fn alternative(d: *mut irq_data, kind: c_uint) -> c_int {
    // SAFETY: the caller's line of such a chip. The line's own data are the outermost.
    unsafe {
        let gc: *mut Gc = (*d).chip_data.cast();
        let first = types(gc);
        for i in 0..(*gc).num_ct as usize {
            let ct = first.add(i);
            if (*ct).type_ & kind != 0 {
                (*d).chip = &raw mut (*ct).chip;
                let desc = line::by_virq((*d).irq);
                (&raw mut (*desc).handle_irq).write_volatile((*ct).handler);
                return 0;
            }
        }
    }
    Errno::EINVAL.to_c()
}

/// The chips of a domain, as an array behind their head.
unsafe fn chips(dgc: *mut irq_domain_chip_generic) -> *mut *mut Gc {
    // SAFETY: the caller's head; the pointers are behind it.
    unsafe { (&raw mut (*dgc).gc).cast() }
}

unsafe fn find(d: *mut irq_domain, hw_irq: c_ulong) -> Result<*mut Gc> {
    // SAFETY: the caller's domain.
    unsafe {
        let dgc = (*d).gc;
        if dgc.is_null() {
            return Err(Errno::ENODEV);
        }
        let index = hw_irq / c_ulong::from((*dgc).irqs_per_chip);
        if index >= (*dgc).num_chips.into() {
            return Err(Errno::EINVAL);
        }
        Ok(*chips(dgc).add(index as usize))
    }
}

pub(super) unsafe fn of_domain(d: *mut irq_domain, hw_irq: c_uint) -> *mut Gc {
    // SAFETY: the caller's domain.
    unsafe { find(d, hw_irq.into()) }.unwrap_or(ptr::null_mut())
}

#[expect(clippy::too_many_arguments, reason = "as in C")]
pub(super) unsafe fn alloc_for_domain(d: *mut irq_domain, irqs_per_chip: c_int, num_ct: c_int, name: *const c_char, handler: Handler, clr: c_uint, set: c_uint, flags: GcFlags) -> c_int {
    // SAFETY: all fields may be zero.
    let mut info: Info = unsafe { core::mem::zeroed() };
    (info.name, info.handler) = (name, handler);
    (info.irqs_per_chip, info.num_ct) = (irqs_per_chip.max(0) as c_uint, num_ct.max(0) as c_uint);
    (info.irq_flags_to_clear, info.irq_flags_to_set, info.gc_flags) = (clr, set, flags);
    // SAFETY: the caller's domain and name.
    unsafe { alloc_by_info(d, &info) }
}

pub(super) unsafe fn alloc_by_info(d: *mut irq_domain, info: *const Info) -> c_int {
    // SAFETY: the caller's domain and description.
    to_c(unsafe { alloc_all(d, &*info) })
}

/// # Errors
/// The domain has chips, or no known size; no memory; or what the driver's function says.
pub(super) unsafe fn alloc_all(d: *mut irq_domain, info: &Info) -> Result<()> {
    // SAFETY: the caller's domain; what is made here is of the sizes that are said.
    unsafe {
        if !(*d).gc.is_null() {
            return Err(Errno::EBUSY);
        }
        if info.irqs_per_chip == 0 || (*d).revmap_size == 0 {
            return Err(Errno::EINVAL);
        }
        let count = (*d).revmap_size.div_ceil(info.irqs_per_chip);
        let size = size_of::<irq_domain_chip_generic>() + count as usize * size_of::<*mut Gc>();
        let dgc: *mut irq_domain_chip_generic = kmalloc(size, GFP_KERNEL | GFP_ZERO).cast();
        if dgc.is_null() {
            return Err(Errno::ENOMEM);
        }
        (*dgc).irqs_per_chip = info.irqs_per_chip;
        (*dgc).irq_flags_to_clear = info.irq_flags_to_clear;
        (*dgc).irq_flags_to_set = info.irq_flags_to_set;
        (*dgc).gc_flags = info.gc_flags;
        (*dgc).exit = info.exit;
        (*d).gc = dgc;
        for i in 0..count {
            let gc = make(info.name, info.num_ct as usize, i * info.irqs_per_chip, ptr::null_mut(), info.handler);
            if gc.is_null() {
                remove_of_domain(d);
                return Err(Errno::ENOMEM);
            }
            (*gc).domain = d;
            if info.gc_flags & bindings::IRQ_GC_BE_IO != 0 {
                (*gc).reg_readl = Some(read_be);
                (*gc).reg_writel = Some(write_be);
            }
            if let Some(init) = info.init
                && let Err(error) = Errno::check(init(gc))
            {
                kfree(gc.cast());
                remove_of_domain(d);
                return Err(error);
            }
            *chips(dgc).add(i as usize) = gc;
            (*dgc).num_chips = i + 1;
        }
    }
    Ok(())
}

pub(super) unsafe fn remove_of_domain(d: *mut irq_domain) {
    // SAFETY: the caller's domain; its chips are those of `alloc_all`.
    unsafe {
        let dgc = (*d).gc;
        if dgc.is_null() {
            return;
        }
        for i in 0..(*dgc).num_chips as usize {
            let gc = *chips(dgc).add(i);
            if let Some(exit) = (*dgc).exit {
                exit(gc);
            }
            let msk = u32::MAX >> (32 - (*dgc).irqs_per_chip.clamp(1, 32));
            take_down(gc, msk, 0, 0);
            kfree(gc.cast());
        }
        (*d).gc = ptr::null_mut();
        kfree(dgc.cast());
    }
}

unsafe fn map_line(d: *mut irq_domain, virq: c_uint, hw_irq: c_ulong) -> Result<()> {
    // SAFETY: the caller's domain and line.
    unsafe {
        let gc = find(d, hw_irq)?;
        let dgc = (*d).gc;
        let number = (hw_irq % c_ulong::from((*dgc).irqs_per_chip)) as c_uint;
        if (*gc).unused >> number & 1 != 0 {
            return Err(Errno::ENOTSUPP);
        }
        if (*gc).installed >> number & 1 != 0 {
            return Err(Errno::EBUSY);
        }
        let ct = types(gc);
        let flags = lock_save(&raw mut (*gc).lock);
        if (*gc).installed == 0 {
            know_mask(gc, (*dgc).gc_flags);
        }
        (*gc).installed |= 1 << number;
        unlock_restore(&raw mut (*gc).lock, flags);
        let handler = (*ct).handler;
        domain::set_info(d, virq, hw_irq, &raw const (*ct).chip, gc.cast(), handler, ptr::null_mut(), ptr::null());
        know_bit(ct, domain::get_irq_data(d, virq), number, (*dgc).gc_flags);
        control::modify(virq, (*dgc).irq_flags_to_clear.into(), (*dgc).irq_flags_to_set.into());
    }
    Ok(())
}

pub(super) unsafe fn map(d: *mut irq_domain, virq: c_uint, hw_irq: c_ulong) -> c_int {
    // SAFETY: the caller's domain and line.
    to_c(unsafe { map_line(d, virq, hw_irq) })
}

pub(super) unsafe fn unmap(d: *mut irq_domain, virq: c_uint) {
    // SAFETY: the caller's domain and line.
    unsafe {
        let data = domain::get_irq_data(d, virq);
        if data.is_null() {
            return;
        }
        let hw_irq = (*data).hwirq;
        if let Ok(gc) = find(d, hw_irq) {
            (*gc).installed &= !(1 << (hw_irq % c_ulong::from((*(*d).gc).irqs_per_chip)));
        }
        domain::set_info(d, virq, hw_irq, line::no_chip(), ptr::null_mut(), None, ptr::null_mut(), ptr::null());
    }
}
