// SPDX-License-Identifier: GPL-2.0-only
//! Reset lines through the functions that C drivers call, with a controller of the tests' own.
#![allow(clippy::undocumented_unsafe_blocks, reason = "all of it is the C side of the border")]

use super::{bulk, consumer, get, provider};
use crate::bindings::{self, device, reset_control_bulk_data, reset_control_ops, reset_controller_dev};
use crate::device::{self as devices, devres};
use crate::errno::Errno;
use crate::testing::node;
use core::ffi::{CStr, c_int, c_ulong};
use core::ptr;
use std::ffi::CString;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// A controller whose lines are the bits of a number: 1 is running.
#[repr(C)]
struct Chip {
    rcdev: reset_controller_dev,
    bits: AtomicU32,
    pulses: AtomicU32,
}

unsafe fn chip<'a>(rcdev: *mut reset_controller_dev) -> &'a Chip {
    unsafe { &*rcdev.cast::<Chip>() }
}
unsafe extern "C" fn pulse(r: *mut reset_controller_dev, _: c_ulong) -> c_int {
    unsafe { chip(r) }.pulses.fetch_add(1, SeqCst);
    0
}
unsafe extern "C" fn on(r: *mut reset_controller_dev, id: c_ulong) -> c_int {
    unsafe { chip(r) }.bits.fetch_and(!(1 << id), SeqCst);
    0
}
unsafe extern "C" fn off(r: *mut reset_controller_dev, id: c_ulong) -> c_int {
    unsafe { chip(r) }.bits.fetch_or(1 << id, SeqCst);
    0
}
unsafe extern "C" fn status(r: *mut reset_controller_dev, id: c_ulong) -> c_int {
    c_int::from(unsafe { chip(r) }.bits.load(SeqCst) & (1 << id) == 0)
}

fn device_at(name: &str, path: Option<&str>) -> *mut device {
    unsafe {
        let dev: &'static mut device = Box::leak(Box::new(core::mem::zeroed()));
        devices::initialize(dev);
        devices::set_name(dev, CString::new(name).unwrap());
        dev.of_node = path.map_or(ptr::null_mut(), |p| node(p).as_raw());
        dev
    }
}

/// A registered controller at `/ccu`; one test has it at a time.
fn with_chip(name: &str, f: impl FnOnce(&Chip, *mut device)) {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    unsafe {
        let mut ops: reset_control_ops = core::mem::zeroed();
        ops.reset = Some(pulse);
        ops.assert = Some(on);
        ops.deassert = Some(off);
        ops.status = Some(status);
        let chip: *mut Chip = Box::into_raw(Box::new(core::mem::zeroed()));
        (*chip).rcdev.ops = Box::leak(Box::new(ops));
        (*chip).rcdev.of_node = node("/ccu").as_raw();
        (*chip).rcdev.nr_resets = 8;
        assert_eq!(provider::register_c(chip.cast()), 0);
        f(&*chip, device_at(name, Some("/consumer")));
        provider::unregister(chip.cast());
    }
}

const SHARED: u32 = bindings::RESET_CONTROL_SHARED;
const EXCLUSIVE: u32 = bindings::RESET_CONTROL_EXCLUSIVE;

#[test]
fn exclusive_lines() {
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
    let bare = unsafe { get::get(dev, c"nothing".as_ptr(), 0, EXCLUSIVE) };
    assert_eq!(bare, Errno::ENOENT.to_ptr());
}

#[test]
fn found_by_lookup() {
    with_chip("lookup", |chip, _| unsafe {
        let dev = device_at("by-lookup", None);
        let mut lookup: bindings::reset_control_lookup = core::mem::zeroed();
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
    with_chip("managed", |chip, dev| unsafe {
        let line = get::devm_get(dev, c"ahb".as_ptr(), 0, bindings::RESET_CONTROL_EXCLUSIVE_DEASSERTED);
        assert!(Errno::check_ptr(line).is_ok());
        assert_eq!(chip.bits.load(SeqCst), 2);
        devres::release_all(dev);
        assert_eq!(chip.bits.load(SeqCst), 0);
        let own: *mut Chip = Box::into_raw(Box::new(core::mem::zeroed()));
        (*own).rcdev.ops = chip.rcdev.ops;
        (*own).rcdev.of_node = node("/ccu2").as_raw();
        assert_eq!(provider::devm_register(dev, own.cast()), 0);
        assert!(kernel::reset::by_name("ccu2").is_ok());
        devres::release_all(dev);
        assert!(kernel::reset::by_name("ccu2").is_err());
    });
}
