// SPDX-License-Identifier: GPL-2.0-only
//! Generic chips with registers in memory.

use super::{control, domain, flow, generic};
use crate::bindings::{
    self, irq_chip_generic, irq_chip_type, irq_data, irq_domain, irq_domain_chip_generic_info, irq_domain_info,
};
use crate::errno::Errno;
use crate::testing::{device_at, release_managed};
use core::ffi::{c_int, c_uint};
use core::ptr;

const MASK: usize = 0;
const ACK: usize = 1;
const ENABLE: usize = 2;
const DISABLE: usize = 3;
const EOI: usize = 4;

/// Registers, for good.
fn registers() -> *mut u32 {
    Box::leak(Box::new([0u32; 8])).as_mut_ptr()
}

/// The first type of a chip.
unsafe fn first(gc: *mut irq_chip_generic) -> *mut irq_chip_type {
    // SAFETY: the test's chip; types are behind it.
    unsafe { (&raw mut (*gc).chip_types).cast() }
}

unsafe extern "C" fn mask(d: *mut irq_data) {
    // SAFETY: called for a line of the tests.
    unsafe { generic::mask_clear(d) }
}

unsafe extern "C" fn unmask(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { generic::mask_set(d) }
}

/// Where each register is, and that the chip opens lines by its mask.
unsafe fn describe(gc: *mut irq_chip_generic) {
    // SAFETY: the test's chip.
    unsafe {
        let ct = first(gc);
        (*ct).regs.ack = 4 * ACK as u64;
        (*ct).regs.enable = 4 * ENABLE as u64;
        (*ct).regs.disable = 4 * DISABLE as u64;
        (*ct).regs.eoi = 4 * EOI as u64;
        (*ct).chip.irq_mask = Some(mask);
        (*ct).chip.irq_unmask = Some(unmask);
    }
}

/// A chip of four numbered lines, in registers.
unsafe fn numbered(types: c_int) -> (*mut irq_chip_generic, *mut u32, c_uint) {
    let regs = registers();
    // SAFETY: the test's own lines and chip.
    unsafe {
        let base = control::alloc(-1, 1, 4, 0, ptr::null_mut(), ptr::null()) as c_uint;
        let gc = generic::alloc(c"generic".as_ptr(), types, base, regs.cast(), Some(flow::level));
        describe(gc);
        (gc, regs, base)
    }
}

#[test]
fn bits_of_registers() {
    // SAFETY: the test's own chip, lines and registers.
    unsafe {
        let (gc, regs, base) = numbered(1);
        let read = |n: usize| regs.add(n).read();
        regs.add(MASK).write(0x80);
        generic::set_up(gc, 0b1011, bindings::IRQ_GC_INIT_MASK_CACHE, 0, 0);
        assert_eq!(((*gc).irq_cnt, (*gc).mask_cache), (4, 0x80));
        let d = control::get_data(base + 1);
        assert_eq!((*d).mask, 2);
        generic::noop(d);
        generic::mask_set(d);
        assert_eq!(read(MASK), 0x82);
        generic::mask_clear(d);
        assert_eq!(read(MASK), 0x80);
        generic::ack_set(d);
        assert_eq!(read(ACK), 2);
        generic::ack_clear(d);
        assert_eq!(read(ACK), !2);
        generic::unmask_enable(d);
        assert_eq!((read(ENABLE), (*gc).mask_cache), (2, 0x82));
        generic::mask_disable(d);
        assert_eq!((read(DISABLE), (*gc).mask_cache), (2, 0x80));
        generic::unmask_enable(d);
        generic::mask_disable_ack(d);
        assert_eq!((read(ACK), (*gc).mask_cache), (2, 0x80));
        generic::eoi(d);
        assert_eq!(read(EOI), 2);
        assert_eq!(generic::set_wake(d, 1), Errno::EINVAL.to_c(), "it cannot wake anybody");
        (*gc).wake_enabled = 2;
        assert_eq!((generic::set_wake(d, 1), (*gc).wake_active), (0, 2));
        assert_eq!((generic::set_wake(d, 0), (*gc).wake_active), (0, 0));
        generic::take_down(gc, 0b1011, 0, 0);
        assert!((*control::get_data(base)).chip_data.is_null());
    }
}

#[test]
fn chips_of_numbers() {
    // SAFETY: the test's own chip, lines and device.
    unsafe {
        let (gc, _, base) = numbered(2);
        let (level, edge) = (first(gc), first(gc).add(1));
        ((*level).type_, (*edge).type_) = (bindings::IRQ_TYPE_LEVEL_HIGH, bindings::IRQ_TYPE_EDGE_RISING);
        (*edge).handler = Some(flow::edge);
        let dev = device_at("generic-owner", None);
        assert_eq!(generic::devm_set_up(dev, gc, 1, bindings::IRQ_GC_MASK_CACHE_PER_TYPE, 0, 0), 0);
        assert!((*level).mask_cache == &raw mut (*level).mask_cache_priv && (*level).mask_cache != (*edge).mask_cache);
        let d = control::get_data(base);
        assert_eq!(generic::alternative(d, bindings::IRQ_TYPE_EDGE_RISING), 0);
        assert!((*d).chip == &raw mut (*edge).chip);
        assert_eq!(generic::alternative(d, bindings::IRQ_TYPE_EDGE_FALLING), Errno::EINVAL.to_c());
        release_managed(dev);
        assert!((*d).chip_data.is_null(), "the lines go with the device");
        let managed = generic::devm_alloc(dev, c"managed".as_ptr(), 1, base, ptr::null_mut(), Some(flow::level));
        assert_eq!((*managed).num_ct, 1);
        release_managed(dev);
    }
}

/// Whose registers the chips of a domain are.
static REGISTERS: std::sync::Mutex<Vec<usize>> = std::sync::Mutex::new(Vec::new());

unsafe extern "C" fn init(gc: *mut irq_chip_generic) -> c_int {
    let regs = registers();
    REGISTERS.lock().unwrap().push(regs.expose_provenance());
    // SAFETY: called for a chip that was just made.
    unsafe {
        (*gc).reg_base = regs.cast();
        (*gc).unused = 1 << 3;
        describe(gc);
    }
    0
}

#[test]
fn chips_of_domains() {
    // SAFETY: all fields may be zero.
    let (mut info, mut chips): (irq_domain_info, irq_domain_chip_generic_info) = unsafe { core::mem::zeroed() };
    chips.name = c"of-domain".as_ptr();
    chips.handler = Some(flow::level);
    chips.init = Some(init);
    (chips.irqs_per_chip, chips.num_ct, chips.gc_flags) = (4, 1, bindings::IRQ_GC_BE_IO);
    (info.size, info.hwirq_max, info.ops) = (6, 6, &raw const generic::data::irq_generic_chip_ops);
    info.dgc_info = &raw mut chips;
    // SAFETY: the test's own domain, chips and lines.
    unsafe {
        let d: *mut irq_domain = domain::make(&info).unwrap();
        let second = generic::of_domain(d, 5);
        assert_eq!(((*(*d).gc).num_chips, (*second).irq_base, (*second).domain), (2, 4, d));
        assert!(generic::of_domain(d, 8).is_null());
        assert_eq!(generic::alloc_by_info(d, &chips), Errno::EBUSY.to_c());
        let virq = domain::create_mapping(d, 5, ptr::null());
        assert!(virq != 0 && (*second).installed == 2);
        assert_eq!(generic::map(d, virq, 5), Errno::EBUSY.to_c());
        assert_eq!(domain::create_mapping(d, 3, ptr::null()), 0, "a line that is not there");
        let data = control::get_data(virq);
        assert_eq!(((*data).mask, (*data).chip_data), (2, second.cast()));
        generic::mask_set(data);
        let regs: *const u32 = ptr::with_exposed_provenance(REGISTERS.lock().unwrap()[1]);
        assert_eq!(regs.read(), 2u32.to_be(), "the highest byte comes first");
        domain::dispose(virq);
        assert_eq!((*second).installed, 0);
        generic::remove_of_domain(d);
        assert!((*d).gc.is_null() && generic::of_domain(d, 0).is_null());
        let level = Some(flow::level as unsafe extern "C" fn(_));
        assert_eq!(generic::alloc_for_domain(d, 32, 1, c"old".as_ptr(), level, 0, 0, 0), 0);
        assert_eq!((*(*d).gc).num_chips, 1);
        generic::remove_of_domain(d);
        domain::remove(d);
    }
}
