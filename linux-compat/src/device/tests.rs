// SPDX-License-Identifier: GPL-2.0-only
//! The device core through the functions that C drivers call, with devices and drivers of the tests' own.

use super::{bind, bus, class, core as life, devres, devres_c, names};
use crate::bindings::{self, bus_type, device, device_driver};
use crate::errno::Errno;
use core::ffi::{CStr, c_int, c_void};
use core::ptr;
use std::cell::RefCell;
use std::ffi::CString;

/// One test at a time has devices that wait: whoever tries them again tries all, on his own thread.
pub(super) static WAITING: std::sync::Mutex<()> = std::sync::Mutex::new(());

thread_local! {
    /// What happened, in order.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn note(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

pub(super) fn happened() -> Vec<String> {
    LOG.take()
}

unsafe extern "C" fn released(dev: *mut device) {
    // SAFETY: the device of a test.
    note(format!("free {}", unsafe { names::name(dev) }.to_string_lossy()));
}

/// A device on a bus of the test's own.
pub(super) fn make(name: &str, bus: *const bus_type) -> &'static mut device {
    // SAFETY: all fields may be zero; a device that nobody uses yet.
    unsafe {
        let dev: &'static mut device = Box::leak(Box::new(core::mem::zeroed()));
        dev.bus = bus;
        dev.release = Some(released);
        life::initialize(dev);
        names::set_name(dev, CString::new(name).unwrap());
        dev
    }
}

/// A bus whose devices match drivers of the same name up to a dot.
pub(super) fn new_bus() -> &'static bus_type {
    unsafe extern "C" fn matches(dev: *mut device, drv: *const device_driver) -> c_int {
        // SAFETY: called by the core.
        let (dev, drv) = unsafe { (names::name(dev), CStr::from_ptr((*drv).name)) };
        dev.to_bytes().split(|b| *b == b'.').next().is_some_and(|base| base == drv.to_bytes()).into()
    }
    // SAFETY: all fields may be zero.
    let mut bus: bus_type = unsafe { core::mem::zeroed() };
    bus.name = c"testbus".as_ptr();
    bus.match_ = Some(matches);
    Box::leak(Box::new(bus))
}

pub(super) type Probe = unsafe extern "C" fn(*mut device) -> c_int;

#[expect(clippy::mut_from_ref, reason = "made anew")]
pub(super) fn new_driver(name: &'static CStr, bus: *const bus_type, probe: Probe) -> &'static mut device_driver {
    unsafe extern "C" fn remove(dev: *mut device) -> c_int {
        // SAFETY: the device of a test.
        note(format!("remove {}", unsafe { names::name(dev) }.to_string_lossy()));
        0
    }
    // SAFETY: all fields may be zero.
    let mut driver: device_driver = unsafe { core::mem::zeroed() };
    driver.name = name.as_ptr();
    driver.bus = bus;
    driver.probe = Some(probe);
    driver.remove = Some(remove);
    Box::leak(Box::new(driver))
}

pub(super) unsafe extern "C" fn probe(dev: *mut device) -> c_int {
    // SAFETY: the device of a test.
    unsafe {
        let name = names::name(dev).to_string_lossy().into_owned();
        note(format!("probe {name}"));
        devres::add(dev, devres::Key("test", 1), move || note(format!("resource of {name}"))).unwrap();
        (*dev).driver_data = ptr::without_provenance_mut(0x1000);
    }
    0
}

#[test]
fn drivers_meet_devices() {
    let bus = new_bus();
    let first = make("meet.1", bus);
    // SAFETY: devices and drivers of this test.
    unsafe {
        assert_eq!(life::register(first), Ok(()));
        assert!(!bind::is_bound(first));
        let driver = new_driver(c"meet", bus, probe);
        assert_eq!(bus::driver_register_c(driver), 0);
        assert_eq!(bus::driver_register_c(driver), Errno::EBUSY.to_c());
        assert!(bind::is_bound(first));
        let second = make("meet.2", bus);
        assert_eq!(life::register(second), Ok(()));
        assert_eq!(life::register(make("meet.2", bus)), Err(Errno::EEXIST));
        assert_eq!(life::register(make("other", bus)), Ok(()));
        assert_eq!(happened(), ["probe meet.1", "probe meet.2"]);
        assert_eq!(names::driver_string(second), c"meet");
        bind::detach(second);
        assert_eq!(happened(), ["remove meet.2", "resource of meet.2"]);
        assert!(second.driver.is_null() && second.driver_data.is_null());
        assert_eq!(bind::reprobe(second), 0);
        assert!(ptr::eq(bus::driver_find_c(c"meet".as_ptr(), bus), driver));
        happened();
        bus::driver_unregister_c(driver);
        assert_eq!(happened().iter().filter(|what| what.starts_with("remove")).count(), 2);
        assert!(!bind::is_bound(first));
    }
}

#[test]
fn a_driver_that_binds_by_hand() {
    let bus = new_bus();
    let dev = make("hand.1", bus);
    let driver = new_driver(c"foreign", bus, probe);
    // SAFETY: devices and drivers of this test.
    unsafe {
        assert_eq!(bind::bind_by_hand(ptr::null_mut()), Errno::EINVAL.to_c());
        assert_eq!(life::register(dev), Ok(()));
        assert_eq!(bus::driver_register_c(driver), 0);
        assert_eq!(bind::bind_by_hand(dev), Errno::EINVAL.to_c(), "nobody said which driver");
        dev.driver = driver;
        assert!(!bind::is_bound(dev), "the bus does not match them");
        assert_eq!(bind::bind_by_hand(dev), 0);
        assert!(bind::is_bound(dev));
        assert_eq!(bind::bind_by_hand(dev), Errno::EBUSY.to_c());
        assert!(happened().is_empty(), "no probe is called");
        bind::detach(dev);
        assert_eq!(happened(), ["remove hand.1"]);
        assert!(!bind::is_bound(dev) && dev.driver.is_null());
    }
}

#[test]
fn a_probe_that_fails_leaves_nothing() {
    unsafe extern "C" fn fails(dev: *mut device) -> c_int {
        // SAFETY: the device of a test.
        unsafe { probe(dev) };
        Errno::EIO.to_c()
    }
    let bus = new_bus();
    let dev = make("fails", bus);
    // SAFETY: device and driver of this test.
    unsafe {
        assert_eq!(life::register(dev), Ok(()));
        assert_eq!(bus::driver_register_c(new_driver(c"fails", bus, fails)), 0);
        assert_eq!(happened(), ["probe fails", "resource of fails"]);
        assert!(!bind::is_bound(dev) && dev.driver.is_null() && dev.driver_data.is_null());
    }
}

#[test]
fn a_probe_that_is_put_off() {
    let _alone = WAITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    thread_local!(static READY: RefCell<bool> = const { RefCell::new(false) });
    unsafe extern "C" fn waits(dev: *mut device) -> c_int {
        if READY.with_borrow(|r| *r) {
            // SAFETY: the device of a test.
            return unsafe { probe(dev) };
        }
        // SAFETY: the device of a test.
        unsafe { bind::set_deferred_reason(dev, "no clock yet".into()) };
        Errno::EPROBE_DEFER.to_c()
    }
    let bus = new_bus();
    let dev = make("waits", bus);
    // SAFETY: device and driver of this test.
    unsafe {
        assert_eq!(life::register(dev), Ok(()));
        assert_eq!(bus::driver_register_c(new_driver(c"waits", bus, waits)), 0);
        assert!(!bind::is_bound(dev));
        assert!(bind::deferred().contains(&("waits".into(), "no clock yet".into())));
        READY.set(true);
        // Another test may be trying them at this moment.
        while !bind::is_bound(dev) {
            bind::retry_deferred();
        }
        assert!(bind::deferred().iter().all(|(name, _)| name != "waits"));
        bind::detach(dev);
    }
}

#[test]
fn life_of_a_device() {
    let bus = new_bus();
    let parent = make("life.parent", bus);
    let child = make("life.child", bus);
    child.parent = parent;
    // SAFETY: devices of this test.
    unsafe {
        let unnamed: &mut device = Box::leak(Box::new(core::mem::zeroed()));
        assert_eq!(life::register_c(unnamed), Errno::EINVAL.to_c());
        assert_eq!(life::register(parent), Ok(()));
        assert_eq!(life::register(child), Ok(()));
        life::unregister(parent);
        assert_eq!(happened(), [""; 0]);
        life::get(child);
        life::unregister(child);
        assert_eq!(happened(), [""; 0]);
        life::put(child);
        assert_eq!(happened(), ["free life.child", "free life.parent"]);
    }
}

#[test]
fn children() {
    unsafe extern "C" fn second(dev: *mut device, _data: *mut c_void) -> c_int {
        // SAFETY: the device of a test.
        unsafe {
            note(names::name(dev).to_string_lossy());
            (names::name(dev) == c"kids.2").into()
        }
    }
    let bus = new_bus();
    let parent = make("kids", bus);
    // SAFETY: devices of this test.
    unsafe {
        assert_eq!(life::register(parent), Ok(()));
        for name in ["kids.1", "kids.2", "kids.3"] {
            let child = make(name, bus);
            child.parent = parent;
            assert_eq!(life::register(child), Ok(()));
        }
        assert_eq!(life::for_each_child(parent, ptr::null_mut(), Some(second)), 1);
        assert_eq!(happened(), ["kids.1", "kids.2"]);
        assert_eq!(life::for_each_child_reverse(parent, ptr::null_mut(), Some(second)), 1);
        assert_eq!(happened(), ["kids.3", "kids.2"]);
        let found = life::find_child_by_name(parent, c"kids.3".as_ptr());
        assert_eq!(names::name(found), c"kids.3");
        life::put(found);
        assert!(life::find_child_by_name(parent, c"kids.4".as_ptr()).is_null());
    }
}

#[test]
fn buses() {
    let bus = new_bus();
    // SAFETY: bus and devices of this test.
    unsafe {
        assert_eq!(bus::bus_register_c(bus), 0);
        assert_eq!(bus::bus_register_c(ptr::null()), Errno::EINVAL.to_c());
        let (a, b) = (make("bus.a", bus), make("bus.b", bus));
        assert_eq!((life::register(a), life::register(b)), (Ok(()), Ok(())));
        let find = |start, name: &CStr| {
            let found = bus::find_device(bus, start, name.as_ptr().cast(), Some(match_name));
            life::put(found);
            found
        };
        assert!(ptr::eq(find(ptr::null_mut(), c"bus.b"), b));
        assert!(find(b, c"bus.b").is_null());
        assert!(find(ptr::null_mut(), c"bus.c").is_null());
    }
    unsafe extern "C" fn match_name(dev: *mut device, name: *const c_void) -> c_int {
        // SAFETY: called by the core.
        unsafe { bus::match_name(dev, name) }
    }
}

#[test]
fn classes() {
    unsafe extern "C" fn any(_dev: *mut device, _data: *const c_void) -> c_int {
        1
    }
    // SAFETY: class and devices of this test.
    unsafe {
        let made = class::create(c"testclass".as_ptr());
        assert_eq!(class::register(made), 0);
        let dev = make("classy", ptr::null());
        dev.class = made;
        assert_eq!(life::register(dev), Ok(()));
        let found = class::find(made, ptr::null(), ptr::null(), Some(any));
        assert!(ptr::eq(found, dev));
        life::put(found);
        assert!(class::find(made, dev, ptr::null(), Some(any)).is_null());
        life::unregister(dev);
        assert_eq!(happened(), ["free classy"]);
        class::destroy(made);
    }
}

#[test]
fn names() {
    let dev = make("named", new_bus());
    // SAFETY: a device of this test.
    unsafe {
        assert_eq!((super::name(dev), super::driver_string(dev)), (c"named", c"testbus"));
        assert_eq!(super::name(ptr::null()), c"(null device)");
        dev.init_name = c"first".as_ptr();
        assert_eq!(super::name(dev), c"first");
    }
}

unsafe extern "C" fn c_release(_dev: *mut device, data: *mut c_void) {
    // SAFETY: the data of a test.
    note(format!("c {}", unsafe { *data.cast::<u32>() }));
}

fn c_resource(dev: *mut device, value: u32) -> *mut c_void {
    // SAFETY: the device of a test; data of that size.
    unsafe {
        let data = devres_c::allocate(Some(c_release), 4, 0, 0, ptr::null());
        assert_eq!(*data.cast::<u32>(), 0);
        *data.cast::<u32>() = value;
        devres_c::add(dev, data);
        data
    }
}

#[test]
fn resources_go_in_reverse() {
    let dev = make("reverse", new_bus());
    // SAFETY: a device of this test.
    unsafe {
        c_resource(dev, 1);
        devres::add(dev, devres::Key("test", 2), || note("rust 2")).unwrap();
        c_resource(dev, 3);
        devres::add(dev, devres::Key("test", 4), || note("rust 4")).unwrap();
        assert!(devres::release(dev, devres::Key("test", 2)));
        assert!(!devres::release(dev, devres::Key("test", 2)));
        assert!(devres::forget(dev, devres::Key("test", 4)));
        devres::release_all(dev);
    }
    assert_eq!(happened(), ["rust 2", "c 3", "c 1"]);
}

#[test]
fn resources_are_found() {
    unsafe extern "C" fn is(_dev: *mut device, data: *mut c_void, wanted: *mut c_void) -> c_int {
        // SAFETY: the data of a test.
        (unsafe { *data.cast::<u32>() } as usize == wanted.addr()).into()
    }
    let dev = make("found", new_bus());
    let wanted = |n: usize| ptr::without_provenance_mut::<c_void>(n);
    // SAFETY: a device of this test.
    unsafe {
        let (one, two) = (c_resource(dev, 1), c_resource(dev, 2));
        assert_eq!(devres_c::find(dev, Some(c_release), None, ptr::null_mut()), two);
        assert_eq!(devres_c::find(dev, Some(c_release), Some(is), wanted(1)), one);
        assert!(devres_c::find(dev, None, None, ptr::null_mut()).is_null());
        assert_eq!(devres_c::release_one(dev, Some(c_release), Some(is), wanted(1)), 0);
        assert_eq!(devres_c::destroy(dev, Some(c_release), Some(is), wanted(1)), Errno::ENOENT.to_c());
        let new = devres_c::allocate(Some(c_release), 4, 0, 0, ptr::null());
        assert_eq!(devres_c::get(dev, new, None, ptr::null_mut()), two);
        assert_eq!(devres_c::destroy(dev, Some(c_release), None, ptr::null_mut()), 0);
    }
    assert_eq!(happened(), ["c 1"]);
}

#[test]
fn groups_go_together() {
    let dev = make("groups", new_bus());
    // SAFETY: a device of this test.
    unsafe {
        c_resource(dev, 1);
        let outer = devres_c::open_group(dev, ptr::null_mut(), 0);
        c_resource(dev, 2);
        let inner = devres_c::open_group(dev, ptr::without_provenance_mut(0x500), 0);
        c_resource(dev, 3);
        devres_c::close_group(dev, inner);
        devres_c::remove_group(dev, inner);
        c_resource(dev, 4);
        devres_c::close_group(dev, ptr::null_mut());
        c_resource(dev, 5);
        assert_eq!(devres_c::release_group(dev, outer), 3);
        assert_eq!(happened(), ["c 4", "c 3", "c 2"]);
        assert_eq!(devres_c::release_group(dev, outer), 0);
        devres::release_all(dev);
        assert_eq!(happened(), ["c 5", "c 1"]);
    }
}

#[test]
fn managed_memory() {
    let dev = make("memory", new_bus());
    // SAFETY: a device of this test, and memory of that size.
    unsafe {
        let first = devres_c::kmalloc(dev, 100, 1 << 8).cast::<u8>();
        assert_eq!(first.addr() % 64, 0);
        assert!((0..100).all(|i| *first.add(i) == 0));
        *first = 7;
        let more = devres_c::krealloc(dev, first.cast(), 5000, 0).cast::<u8>();
        assert_eq!(*more, 7);
        let text = devres_c::kstrdup(dev, c"hello".as_ptr(), 0);
        assert_eq!(CStr::from_ptr(text), c"hello");
        assert!(devres_c::kmalloc(dev, usize::MAX - 8, 0).is_null());
        let page = devres_c::get_free_pages(dev, 0, 1) as usize;
        assert_eq!(page % arch::PAGE_SIZE, 0);
        devres_c::free_pages(dev, page as u64);
        devres_c::kfree(dev, more.cast());
        assert_eq!(super::private::with(dev, |p| p.resources.len()), 1);
        devres::release_all(dev);
    }
}

#[test]
fn actions() {
    unsafe extern "C" fn action(data: *mut c_void) {
        note(format!("action {}", data.addr()));
    }
    let dev = make("actions", new_bus());
    let data = |n: usize| ptr::without_provenance_mut::<c_void>(n);
    // SAFETY: a device of this test.
    unsafe {
        for n in 1..=3 {
            assert_eq!(devres_c::add_action(dev, Some(action), data(n), ptr::null()), 0);
        }
        assert_eq!(devres_c::add_action(dev, None, data(0), ptr::null()), Errno::EINVAL.to_c());
        devres_c::remove_action(dev, Some(action), data(2));
        devres_c::release_action(dev, Some(action), data(1));
        devres::release_all(dev);
    }
    assert_eq!(happened(), ["action 1", "action 3"]);
}

#[test]
fn attributes_are_refused() {
    let dev = make("attributes", new_bus());
    let attribute: *const bindings::device_attribute = ptr::null();
    assert_eq!(life::create_file(dev, attribute), Errno::EOPNOTSUPP.to_c());
    life::remove_file(dev, attribute);
}
