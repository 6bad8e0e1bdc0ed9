// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines through the functions that C drivers call, with a controller of the tests' own.

use super::{bulk, consumer, get, provider};
use crate::bindings::{self, device, reset_control_bulk_data, reset_control_ops, reset_controller_dev};
use crate::device::devres;
use crate::errno::Errno;
use crate::testing::{device_at, node, zeroed};
use core::ffi::{CStr, c_int, c_ulong};
use core::ptr;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// A controller whose lines are the bits of a number: 1 is running.
#[repr(C)]
struct Chip {
    rcdev: reset_controller_dev,
    bits: AtomicU32,
    pulses: AtomicU32,
}

/// The functions of a controller as C would write them: each has the chip around its controller.
macro_rules! callbacks {
    ($(fn $name:ident($chip:ident, $id:ident) -> c_int $body:block)*) => {$(
        unsafe extern "C" fn $name(rcdev: *mut reset_controller_dev, $id: c_ulong) -> c_int {
            // SAFETY: only controllers that are the first field of a chip have these functions; chips are never freed,
            // and what changes in them is atomic.
            let $chip = unsafe { &*rcdev.cast::<Chip>() };
            $body
        }
    )*};
}

callbacks! {
    fn pulse(chip, _id) -> c_int {
        chip.pulses.fetch_add(1, SeqCst);
        0
    }
    fn on(chip, id) -> c_int {
        chip.bits.fetch_and(!(1 << id), SeqCst);
        0
    }
    fn off(chip, id) -> c_int {
        chip.bits.fetch_or(1 << id, SeqCst);
        0
    }
    fn status(chip, id) -> c_int {
        c_int::from(chip.bits.load(SeqCst) & (1 << id) == 0)
    }
}

/// A chip with all lines in reset; it is never freed.
fn new(ops: *const reset_control_ops, path: &str) -> *mut Chip {
    let mut rcdev: reset_controller_dev = zeroed();
    rcdev.ops = ops;
    rcdev.of_node = node(path).as_raw();
    rcdev.nr_resets = 8;
    Box::into_raw(Box::new(Chip { rcdev, bits: AtomicU32::new(0), pulses: AtomicU32::new(0) }))
}

/// A registered controller at `/ccu`; one test has it at a time.
fn with_chip(name: &str, f: impl FnOnce(&Chip, *mut device)) {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    let mut ops: reset_control_ops = zeroed();
    ops.reset = Some(pulse);
    ops.assert = Some(on);
    ops.deassert = Some(off);
    ops.status = Some(status);
    let chip = new(Box::leak(Box::new(ops)), "/ccu");
    // SAFETY: the chip and its functions are never freed; the controller is unregistered once.
    unsafe {
        assert_eq!(provider::register_c(chip.cast()), 0);
        f(&*chip, device_at(name, Some("/consumer")));
        provider::unregister(chip.cast());
    }
}

const SHARED: u32 = bindings::RESET_CONTROL_SHARED;
const EXCLUSIVE: u32 = bindings::RESET_CONTROL_EXCLUSIVE;

#[test]
fn exclusive_lines() {
    // SAFETY: `/ccu` is registered while this runs; `line` is put last; null and errors are what drivers may hand over.
    with_chip("exclusive", |chip, dev| unsafe {
        let line = get::get(dev, c"ahb".as_ptr(), 0, EXCLUSIVE);
        assert_eq!((consumer::status(line), consumer::deassert(line)), (1, 0));
        assert_eq!((chip.bits.load(SeqCst), consumer::status(line)), (2, 0));
        assert_eq!(get::get(dev, c"ahb".as_ptr(), 0, SHARED), Errno::EBUSY.to_ptr());
        assert_eq!((consumer::assert_c(line), chip.bits.load(SeqCst)), (0, 0));
        assert_eq!((consumer::reset_c(line), chip.pulses.load(SeqCst)), (0, 1));
        consumer::put(line);
        let none = ptr::null_mut();
        assert_eq!((consumer::assert_c(none), consumer::deassert(none), consumer::status(none)), (0, 0, 0));
        assert_eq!(consumer::assert_c(Errno::ENOENT.to_ptr()), Errno::EINVAL.to_c());
    });
}

#[test]
fn shared_lines() {
    // SAFETY: `/ccu` is registered while this runs; both lines are put last.
    with_chip("shared", |chip, dev| unsafe {
        let [a, b] = [0; 2].map(|_| get::get(dev, c"ahb".as_ptr(), 0, SHARED));
        assert_eq!((consumer::deassert(a), consumer::deassert(b), consumer::assert_c(a)), (0, 0, 0));
        assert_eq!(chip.bits.load(SeqCst), 2);
        assert_eq!((consumer::assert_c(b), chip.bits.load(SeqCst)), (0, 0));
        assert_eq!(consumer::assert_c(b), Errno::EINVAL.to_c());
        assert_eq!((consumer::reset_c(a), consumer::reset_c(b), chip.pulses.load(SeqCst)), (0, 0, 1));
        assert_eq!((consumer::rearm(a), consumer::rearm(b), consumer::rearm(b)), (0, 0, Errno::EINVAL.to_c()));
        [a, b].into_iter().for_each(|line| consumer::put(line));
    });
}

#[test]
fn handed_around() {
    // SAFETY: `/ccu` is registered while this runs; both lines are put last.
    with_chip("handed", |_, dev| unsafe {
        let [a, b] = [0; 2].map(|_| get::get(dev, c"phy".as_ptr(), 0, 0));
        assert_eq!(consumer::deassert(a), Errno::EPERM.to_c());
        assert_eq!((consumer::acquire(a), consumer::acquire(b)), (0, Errno::EBUSY.to_c()));
        consumer::release(a);
        assert_eq!((consumer::acquire(b), consumer::deassert(b)), (0, 0));
        [a, b].into_iter().for_each(|line| consumer::put(line));
    });
}

#[test]
fn found_by_tree() {
    let dev = device_at("early", Some("/consumer"));
    // SAFETY: `/ccu` is registered while this runs; nodes and devices are never freed; `line` is put once.
    with_chip("tree", |chip, dev| unsafe {
        let np = node("/consumer").as_raw();
        let line = get::of_get(np, ptr::null(), 1, EXCLUSIVE);
        assert_eq!((consumer::deassert(line), chip.bits.load(SeqCst)), (0, 4));
        consumer::put(line);
        assert_eq!(get::of_get(np, ptr::null(), 2, EXCLUSIVE), Errno::ENOENT.to_ptr());
        assert_eq!(get::of_get(np, c"none".as_ptr(), 0, EXCLUSIVE), Errno::ENOENT.to_ptr());
        let optional = bindings::RESET_CONTROL_OPTIONAL_EXCLUSIVE;
        assert!(get::of_get(np, c"none".as_ptr(), 0, optional).is_null());
        assert_eq!(get::get(dev, c"ahb".as_ptr(), 0, EXCLUSIVE | SHARED), Errno::EINVAL.to_ptr());
        assert_eq!((get::device_reset(dev, false), chip.pulses.load(SeqCst)), (0, 1));
        assert_eq!(get::device_reset(device_at("bare", Some("/osc")), true), 0);
    });
    // SAFETY: a device that is never freed, and a literal.
    let bare = unsafe { get::get(dev, c"nothing".as_ptr(), 0, EXCLUSIVE) };
    assert_eq!(bare, Errno::ENOENT.to_ptr());
}

#[test]
fn found_by_lookup() {
    // SAFETY: `/ccu` is registered while this runs, and `lookup` is copied; `line` is put last.
    with_chip("lookup", |chip, _| unsafe {
        let dev = device_at("by-lookup", None);
        let mut lookup: bindings::reset_control_lookup = zeroed();
        (lookup.provider, lookup.index) = (c"ccu".as_ptr(), 5);
        (lookup.dev_id, lookup.con_id) = (c"by-lookup".as_ptr(), c"con".as_ptr());
        provider::add_lookup(&raw mut lookup, 1);
        let line = get::get(dev, c"con".as_ptr(), 0, EXCLUSIVE);
        assert_eq!((consumer::deassert(line), chip.bits.load(SeqCst)), (0, 32));
        assert_eq!(get::get_count(dev), 1);
        assert_eq!(get::get(dev, ptr::null(), 0, EXCLUSIVE), Errno::ENOENT.to_ptr());
        consumer::put(line);
    });
}

#[test]
fn arrays() {
    // SAFETY: `/ccu` is registered while this runs; the first array is put before the second is got, and the device gives
    // that back.
    with_chip("array", |chip, dev| unsafe {
        assert_eq!(get::get_count(dev), 2);
        let all = get::of_array_get(node("/consumer").as_raw(), EXCLUSIVE);
        assert_eq!((consumer::deassert(all), chip.bits.load(SeqCst)), (0, 6));
        assert_eq!((consumer::assert_c(all), chip.bits.load(SeqCst)), (0, 0));
        assert_eq!(consumer::status(all), Errno::EINVAL.to_c());
        consumer::put(all);
        let all = get::devm_array_get(dev, EXCLUSIVE);
        assert_eq!((consumer::reset_c(all), chip.pulses.load(SeqCst)), (0, 2));
        devres::release_all(dev);
    });
}

fn data(id: &'static CStr) -> reset_control_bulk_data {
    reset_control_bulk_data { id: id.as_ptr(), rstc: ptr::null_mut() }
}

#[test]
fn bulk() {
    // SAFETY: `/ccu` is registered while this runs; the arrays have two places, as the calls say, until all is given back.
    with_chip("bulk", |chip, dev| unsafe {
        let mut lines = [data(c"ahb"), data(c"phy")];
        let all = lines.as_mut_ptr();
        assert_eq!((bulk::bulk_get(dev, 2, all, EXCLUSIVE), bulk::deassert(2, all)), (0, 0));
        assert_eq!(chip.bits.load(SeqCst), 6);
        assert_eq!((bulk::assert_all(2, all), bulk::reset(2, all), chip.bits.load(SeqCst)), (0, 0, 0));
        assert_eq!((chip.pulses.load(SeqCst), bulk::acquire(2, all)), (2, 0));
        bulk::release(2, all);
        assert_eq!(bulk::deassert(2, all), Errno::EPERM.to_c());
        bulk::put(2, all);
        let mut wrong = [data(c"ahb"), data(c"none")];
        assert_eq!(bulk::bulk_get(dev, 2, wrong.as_mut_ptr(), EXCLUSIVE), Errno::ENOENT.to_c());
        let deasserted = bindings::RESET_CONTROL_EXCLUSIVE_DEASSERTED;
        assert_eq!((bulk::devm_bulk_get(dev, 2, all, deasserted), chip.bits.load(SeqCst)), (0, 6));
        devres::release_all(dev);
        assert_eq!(chip.bits.load(SeqCst), 0);
    });
}

#[test]
fn managed() {
    // SAFETY: `/ccu` is registered while this runs; `own` is never freed, and the device gives it back.
    with_chip("managed", |chip, dev| unsafe {
        let line = get::devm_get(dev, c"ahb".as_ptr(), 0, bindings::RESET_CONTROL_EXCLUSIVE_DEASSERTED);
        assert!(Errno::check_ptr(line).is_ok());
        assert_eq!(chip.bits.load(SeqCst), 2);
        devres::release_all(dev);
        assert_eq!(chip.bits.load(SeqCst), 0);
        let own = new(chip.rcdev.ops, "/ccu2");
        assert_eq!(provider::devm_register(dev, own.cast()), 0);
        assert!(kernel::reset::by_name("ccu2").is_ok());
        devres::release_all(dev);
        assert!(kernel::reset::by_name("ccu2").is_err());
    });
}
