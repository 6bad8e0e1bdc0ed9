// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs through the functions that C drivers call: chips of the tests' own, and consumers of their lines.

use super::consumer::{many, old};
use super::{chip, consumer, irqchip, lookup, ranges};
use crate::bindings::{self, device, gpio_chip, gpio_desc, gpiod_lookup, irq_chip};
use crate::errno::Errno;
use crate::testing::{device_at, node, release_managed, zeroed};
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::ptr;
use kernel::irq::virq::{self, Flags, Outcome, Request};
use kernel::pinctrl::config;

const IN: bindings::gpiod_flags = bindings::GPIOD_IN;
const HIGH: bindings::gpiod_flags = bindings::GPIOD_OUT_HIGH;
const LOW: bindings::gpiod_flags = bindings::GPIOD_OUT_LOW;

/// What a chip of eight lines drives and sees.
#[derive(Default)]
pub(super) struct Wires {
    output: [bool; 8],
    level: [bool; 8],
    taken: [bool; 8],
    configs: Vec<c_ulong>,
}

/// The wires of a chip, as its driver finds them.
unsafe fn wires<'a>(gc: *mut gpio_chip) -> &'a mut Wires {
    // SAFETY: each chip of the tests has its own, and a thread of its own.
    unsafe { &mut *chip::data(gc).cast::<Wires>() }
}

unsafe extern "C" fn request(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: a chip of the tests, as for all below.
    unsafe { wires(gc).taken[offset as usize] = true };
    0
}

unsafe extern "C" fn free(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: as above.
    unsafe { wires(gc).taken[offset as usize] = false };
}

unsafe extern "C" fn get_direction(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: as above.
    c_int::from(unsafe { !wires(gc).output[offset as usize] })
}

unsafe extern "C" fn direction_input(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: as above.
    unsafe { wires(gc).output[offset as usize] = false };
    0
}

unsafe extern "C" fn direction_output(gc: *mut gpio_chip, offset: c_uint, value: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        wires(gc).output[offset as usize] = true;
        set(gc, offset, value);
    }
    0
}

unsafe extern "C" fn get(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: as above.
    c_int::from(unsafe { wires(gc).level[offset as usize] })
}

unsafe extern "C" fn set(gc: *mut gpio_chip, offset: c_uint, value: c_int) {
    // SAFETY: as above.
    unsafe { wires(gc).level[offset as usize] = value != 0 };
}

/// Knows how to debounce, and nothing else.
unsafe extern "C" fn set_config(gc: *mut gpio_chip, _: c_uint, packed: c_ulong) -> c_int {
    if packed & 0xff != u64::from(config::INPUT_DEBOUNCE) {
        return Errno::ENOTSUPP.to_c();
    }
    // SAFETY: as above.
    unsafe { wires(gc).configs.push(packed) };
    0
}

/// The last line is not there.
unsafe extern "C" fn mask(_: *mut gpio_chip, valid: *mut c_ulong, lines: c_uint) -> c_int {
    // SAFETY: the caller's mask.
    unsafe { *valid &= !(1 << (lines - 1)) };
    0
}

/// A chip that is not added yet.
pub(super) fn new(label: &'static CStr, path: Option<&str>) -> *mut gpio_chip {
    let mut gc: gpio_chip = zeroed();
    gc.label = label.as_ptr();
    gc.parent = device_at(label.to_str().unwrap(), path);
    gc.base = -1;
    gc.ngpio = 8;
    gc.request = Some(request);
    gc.free = Some(free);
    gc.get_direction = Some(get_direction);
    gc.direction_input = Some(direction_input);
    gc.direction_output = Some(direction_output);
    gc.get = Some(get);
    gc.set = Some(set);
    gc.set_config = Some(set_config);
    gc.init_valid_mask = Some(mask);
    Box::into_raw(Box::new(gc))
}

fn added(label: &'static CStr, path: Option<&str>) -> *mut gpio_chip {
    let gc = new(label, path);
    let data: *mut Wires = Box::into_raw(Box::default());
    // SAFETY: the test's own chip.
    assert_eq!(unsafe { chip::add(gc, data.cast(), ptr::null_mut(), ptr::null_mut()) }, 0);
    gc
}

#[test]
fn chips_and_their_lines() {
    let gc = added(c"chip-alone", None);
    // SAFETY: the test's own chip and its lines.
    unsafe {
        assert!(chip::is_valid(gc, 6) && !chip::is_valid(gc, 7));
        let gdev = (*gc).gpiodev;
        assert_eq!((chip::device_chip(gdev), chip::device_base(gdev)), (gc, (*gc).base));
        assert!(chip::dup_label(gc, 2).is_null(), "nobody has it");
        assert_eq!(chip::dup_label(gc, 9), Errno::EINVAL.to_ptr());
        let own = chip::request_own(gc, 2, c"own".as_ptr(), bindings::GPIO_ACTIVE_LOW, HIGH);
        assert!(wires(gc).taken[2] && wires(gc).output[2] && !wires(gc).level[2], "high is low on this wire");
        assert_eq!(CStr::from_ptr(chip::dup_label(gc, 2)), c"own");
        assert_eq!(chip::request_own(gc, 2, c"two".as_ptr(), 0, IN), Errno::EBUSY.to_ptr());
        assert!(Errno::check_ptr(chip::request_own(gc, 7, c"none".as_ptr(), 0, IN)).is_err());
        assert_eq!((chip::desc_chip(own), chip::desc_device(own)), (gc, gdev));
        // An output is no interrupt; an input is, and then no output.
        assert_eq!(chip::lock_as_irq(gc, 2), Errno::EIO.to_c());
        assert_eq!(consumer::set_input(own), 0);
        assert_eq!((chip::lock_as_irq(gc, 2), chip::is_irq(gc, 2)), (0, true));
        chip::enable_irq(gc, 2);
        assert!(consumer::set_output(own, 1) < 0, "it is used as an interrupt");
        chip::disable_irq(gc, 2);
        chip::unlock_as_irq(gc, 2);
        assert!(!chip::is_irq(gc, 2));
        assert!(chip::is_persistent(gc, 2) && !chip::is_open_drain(gc, 2) && !chip::is_open_source(gc, 2));
        chip::free_own(own);
        assert!(!wires(gc).taken[2]);
        let drain = chip::request_own(gc, 1, c"bus".as_ptr(), bindings::GPIO_OPEN_DRAIN, HIGH);
        assert!(chip::is_open_drain(gc, 1) && !wires(gc).output[1], "high is let go");
        assert_eq!(consumer::set_value(drain, 0), 0);
        assert!(wires(gc).output[1] && !wires(gc).level[1]);
        chip::free_own(drain);
        chip::remove(gc);
        assert!((*gc).gpiodev.is_null() && chip::data(gc).is_null());
        let owner = device_at("chip-owner", None);
        let managed = new(c"chip-managed", None);
        assert_eq!(chip::devm_add(owner, managed, ptr::null_mut(), ptr::null_mut(), ptr::null_mut()), 0);
        release_managed(owner);
        assert!((*managed).gpiodev.is_null());
    }
}

#[test]
fn consumers_of_the_tree() {
    let dev = device_at("user", Some("/lines/user"));
    let enable = c"enable".as_ptr();
    // SAFETY: the test's own chip and device, and lines of both.
    unsafe {
        assert_eq!(consumer::get(dev, enable, HIGH), Errno::EPROBE_DEFER.to_ptr(), "its chip may still come");
        let gc = added(c"chip-of-tree", Some("/lines/bank-a"));
        assert_eq!((consumer::count(dev, enable), consumer::count(dev, c"led".as_ptr())), (1, 2));
        assert_eq!(consumer::count(dev, c"none".as_ptr()), Errno::ENOENT.to_c());
        let d = consumer::get(dev, enable, HIGH);
        assert!(wires(gc).output[3] && !wires(gc).level[3], "active low by the tree");
        assert_eq!((consumer::value(d), consumer::raw_value(d), consumer::direction(d)), (1, 0, 0));
        assert_eq!((consumer::set_value(d, 0), wires(gc).level[3]), (0, true));
        assert_eq!((consumer::set_raw_value(d, 0), consumer::value(d)), (0, 1));
        assert_eq!((consumer::is_active_low(d), consumer::can_sleep(d)), (1, 0));
        consumer::toggle_active_low(d);
        assert_eq!((consumer::is_active_low(d), consumer::value(d)), (0, 0));
        assert_eq!((consumer::set_input(d), consumer::direction(d)), (0, 1));
        assert_eq!((consumer::set_output(d, 1), wires(gc).level[3]), (0, true));
        assert_eq!((consumer::set_output_raw(d, 0), wires(gc).level[3]), (0, false));
        assert_eq!(consumer::set_debounce(d, 50), 0);
        assert_eq!(wires(gc).configs, [u64::from(config::INPUT_DEBOUNCE) | 50 << 8]);
        assert_eq!(consumer::set_config(d, config::BIAS_PULL_UP.into()), Errno::ENOTSUPP.to_c());
        assert!(consumer::to_irq(d) < 0, "the chip has no interrupts");
        assert_eq!(consumer::set_name(d, c"renamed".as_ptr()), 0);
        assert_eq!(CStr::from_ptr(chip::dup_label(gc, 3)), c"renamed");
        assert_eq!(consumer::get(dev, enable, IN), Errno::EBUSY.to_ptr());
        let number = consumer::number(d);
        assert_eq!((number, consumer::by_number(number as c_uint)), ((*gc).base + 3, d));
        assert_eq!(consumer::named(node("/lines/user").as_raw(), c"enable-gpios".as_ptr(), 0), number);
        consumer::put(d);
        // What is not there is an error, or nothing if it is optional.
        let none = c"none".as_ptr();
        assert_eq!(consumer::get(dev, none, IN), Errno::ENOENT.to_ptr());
        assert!(consumer::get_optional(dev, none, IN).is_null());
        assert!(consumer::get_index_optional(dev, c"led".as_ptr(), 2, IN).is_null());
        let nothing: *mut gpio_desc = ptr::null_mut();
        assert_eq!((consumer::set_value(nothing, 1), consumer::value(nothing)), (0, 0));
        let second = consumer::get_index(dev, c"led".as_ptr(), 1, IN);
        assert!(wires(gc).taken[5] && consumer::is_active_low(second) == 1);
        consumer::put(second);
        managed(dev, gc);
        arrays(dev, gc);
        chip::remove(gc);
    }
}

/// Lines that go with their device, and those that were taken out of that.
unsafe fn managed(dev: *mut device, gc: *mut gpio_chip) {
    let enable = c"enable".as_ptr();
    // SAFETY: the caller's chip and device.
    unsafe {
        let taken = |offset: usize| wires(gc).taken[offset];
        assert!(Errno::check_ptr(consumer::devm_get(dev, enable, IN)).is_ok());
        assert!(Errno::check_ptr(consumer::devm_get_index(dev, c"led".as_ptr(), 0, LOW)).is_ok());
        release_managed(dev);
        assert!(!taken(3) && !taken(4));
        let early = consumer::devm_get_optional(dev, enable, IN);
        consumer::devm_put(dev, early);
        assert!(!taken(3));
        assert!(consumer::devm_get_index_optional(dev, c"led".as_ptr(), 7, IN).is_null());
        let kept = consumer::devm_get(dev, enable, IN);
        consumer::unhinge(dev, kept);
        release_managed(dev);
        assert!(taken(3), "it is not the device's any more");
        consumer::put(kept);
        let fwnode = &raw mut (*node("/lines/user").as_raw()).fwnode;
        let by_node = consumer::fwnode_get(fwnode, c"led".as_ptr(), 1, LOW, c"label".as_ptr());
        assert_eq!(CStr::from_ptr(chip::dup_label(gc, 5)), c"label");
        consumer::put(by_node);
        assert!(Errno::check_ptr(consumer::devm_fwnode_get(dev, fwnode, enable, 0, IN, ptr::null())).is_ok());
        release_managed(dev);
        assert!(!taken(3));
    }
}

unsafe fn arrays(dev: *mut device, gc: *mut gpio_chip) {
    let led = c"led".as_ptr();
    // SAFETY: the caller's chip and device; the group's lines are behind its head.
    unsafe {
        let group = many::get_array(dev, led, LOW);
        assert_eq!((*group).ndescs, 2);
        let lines: *mut *mut gpio_desc = (&raw mut (*group).desc).cast();
        let mut bits: c_ulong = 0b11;
        assert_eq!(many::set_values(2, lines, ptr::null_mut(), &mut bits), 0);
        assert_eq!((wires(gc).level[4], wires(gc).level[5]), (true, false), "the second is active low");
        bits = 0;
        assert_eq!(many::get_values(2, lines, ptr::null_mut(), &mut bits), 0);
        assert_eq!(bits, 0b11);
        assert_eq!(many::get_array(dev, led, LOW), Errno::EBUSY.to_ptr());
        many::put_array(group);
        assert!(!wires(gc).taken[4] && !wires(gc).taken[5]);
        assert!(many::get_array_optional(dev, c"none".as_ptr(), LOW).is_null());
        assert!(many::devm_get_array_optional(dev, c"none".as_ptr(), LOW).is_null());
        let group = many::devm_get_array(dev, led, IN);
        many::devm_put_array(dev, group);
        assert!(!wires(gc).taken[4]);
        assert!(Errno::check_ptr(many::devm_get_array(dev, led, IN)).is_ok());
        release_managed(dev);
        assert!(!wires(gc).taken[4]);
    }
}

#[test]
fn lines_by_number() {
    let gc = added(c"chip-of-numbers", None);
    let dev = device_at("old-driver", None);
    // SAFETY: the test's own chip and device.
    unsafe {
        let number = (*gc).base as c_uint;
        let label = c"old".as_ptr();
        assert_eq!(old::request_number(number, label), 0);
        assert_eq!(old::request_number(number, label), Errno::EBUSY.to_c());
        old::free_number(number);
        assert_eq!(old::request_number(0xffff_0000, label), Errno::EPROBE_DEFER.to_c());
        // GPIOF_OUT_INIT_HIGH.
        assert_eq!(old::request_one(number + 1, 2, label), 0);
        assert!(wires(gc).output[1] && wires(gc).level[1]);
        old::free_number(number + 1);
        assert_eq!(old::devm_request(dev, number, label), 0);
        assert_eq!(old::devm_request_one(dev, number + 2, 1, label), 0);
        assert!(wires(gc).taken[0] && wires(gc).taken[2] && !wires(gc).output[2]);
        release_managed(dev);
        assert!(!wires(gc).taken[0] && !wires(gc).taken[2]);
        chip::remove(gc);
    }
}

/// As C lays out a `struct gpiod_lookup_table` with two entries.
#[repr(C)]
struct Table {
    list: bindings::list_head,
    dev_id: *const c_char,
    entries: [gpiod_lookup; 3],
}

#[test]
fn lookup_tables() {
    let gc = added(c"chip-of-tables", None);
    let dev = device_at("boarddev", None);
    let mut named: gpiod_lookup = zeroed();
    (named.key, named.chip_hwnum, named.con_id) = (c"chip-of-tables".as_ptr(), 3, c"power".as_ptr());
    named.flags = bindings::GPIO_ACTIVE_LOW.into();
    let mut absent = named;
    (absent.key, absent.con_id) = (c"chip-of-nobody".as_ptr(), c"absent".as_ptr());
    let list = bindings::list_head { next: ptr::null_mut(), prev: ptr::null_mut() };
    let mut table = Table { list, dev_id: c"boarddev".as_ptr(), entries: [named, absent, zeroed()] };
    // SAFETY: the test's own chip, device and table, which stays until it is removed.
    unsafe {
        let raw: *mut bindings::gpiod_lookup_table = (&raw mut table).cast();
        assert_eq!(consumer::get(dev, c"power".as_ptr(), HIGH), Errno::ENOENT.to_ptr());
        lookup::add(raw);
        let d = consumer::get(dev, c"power".as_ptr(), HIGH);
        assert!(wires(gc).output[3] && !wires(gc).level[3]);
        consumer::put(d);
        assert_eq!(consumer::get(dev, c"absent".as_ptr(), IN), Errno::EPROBE_DEFER.to_ptr());
        lookup::remove(raw);
        assert_eq!(consumer::get(dev, c"power".as_ptr(), HIGH), Errno::ENOENT.to_ptr());
        let mut both = [raw];
        lookup::add_all(both.as_mut_ptr(), 1);
        assert!(Errno::check_ptr(consumer::get(dev, c"power".as_ptr(), IN)).is_ok());
        lookup::remove(raw);
        chip::remove(gc);
    }
}

unsafe extern "C" fn reqres(d: *mut bindings::irq_data) -> c_int {
    // SAFETY: called for a line of the tests' chip, as below.
    unsafe { irqchip::reqres(d) }
}

unsafe extern "C" fn relres(d: *mut bindings::irq_data) {
    // SAFETY: as above.
    unsafe { irqchip::relres(d) }
}

unsafe extern "C" fn quiet(_: *mut bindings::irq_data) {}

unsafe extern "C" fn flow(desc: *mut bindings::irq_desc) {
    // SAFETY: called for a line, which is in the table by its number.
    let virq = unsafe { (*desc).irq_data.irq };
    virq::flow::simple(&virq::desc::get(virq).unwrap(), true);
}

#[test]
fn interrupts_of_lines() {
    // SAFETY: all fields may be zero.
    let mut own: irq_chip = unsafe { core::mem::zeroed() };
    own.name = c"gpio-irqs".as_ptr();
    own.flags = 1 << 11;
    own.irq_request_resources = Some(reqres);
    own.irq_release_resources = Some(relres);
    own.irq_mask = Some(quiet);
    own.irq_unmask = Some(quiet);
    let gc = new(c"chip-with-irqs", None);
    // SAFETY: the test's own chips and lines.
    unsafe {
        (*gc).irq.chip = Box::into_raw(Box::new(own));
        (*gc).irq.handler = Some(flow);
        let data: *mut Wires = Box::into_raw(Box::default());
        assert_eq!(chip::add(gc, data.cast(), ptr::null_mut(), ptr::null_mut()), 0);
        let d = chip::request_own(gc, 4, c"button".as_ptr(), 0, IN);
        let irq = consumer::to_irq(d);
        assert!(irq > 0 && consumer::to_irq(d) == irq);
        assert_eq!(consumer::to_irq(ptr::null()), Errno::EINVAL.to_c());
        let wanted = Request {
            name: "button",
            flags: Flags::empty(),
            handler: Some(Box::new(|_| Outcome::Handled)),
            thread: None,
            id: 1,
        };
        virq::request(irq as u32, wanted).unwrap();
        assert!(chip::is_irq(gc, 4) && consumer::set_output(d, 1) < 0);
        let domain = crate::irq::domain_of((*gc).irq.domain).unwrap();
        assert!(domain.handle(4));
        assert_eq!(virq::list().iter().find(|r| r.virq == irq as u32).map(|r| r.count), Some(1));
        virq::release(irq as u32, 1).unwrap();
        assert!(!chip::is_irq(gc, 4));
        chip::free_own(d);
        chip::remove(gc);
        assert!((*gc).irq.domain.is_null());
        let other = added(c"chip-with-domain", None);
        assert_eq!(irqchip::add_domain(other, ptr::null_mut()), Errno::EINVAL.to_c());
        chip::remove(other);
    }
}

/// A chip none of whose lines are pins has nothing to ask a pin controller; `pinctrl::tests` has one that does.
#[test]
fn lines_without_pins() {
    let gc = added(c"chip-without-pins", None);
    // SAFETY: the test's own chip.
    unsafe {
        assert_eq!(ranges::generic_request(gc, 0), 0);
        ranges::generic_free(gc, 0);
        assert_eq!(ranges::set_line_config(gc, 0, config::BIAS_PULL_UP.into()), Errno::ENOTSUPP.to_c());
        let missing = ranges::add(gc, c"no-controller".as_ptr(), 0, 0, 8);
        assert_eq!(missing, Errno::EPROBE_DEFER.to_c());
        assert_eq!(ranges::add_group(gc, ptr::null_mut(), 0, c"g".as_ptr()), Errno::EINVAL.to_c());
        chip::remove(gc);
    }
}
