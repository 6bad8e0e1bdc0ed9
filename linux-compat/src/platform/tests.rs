// SPDX-License-Identifier: GPL-2.0-only
//! Platform and AMBA devices: from the tree, from code, and their drivers.

use super::{amba, bus, device as made, driver, populate, resource};
use crate::bindings::{self, amba_device, amba_driver, amba_id, of_device_id, platform_device, platform_driver};
use crate::device;
use crate::errno::Errno;
use crate::testing::{node, tree};
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use std::sync::{Mutex, MutexGuard, Once};

/// What probes saw.
static PROBED: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// The tests share one bus.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    static ONCE: Once = Once::new();
    tree();
    ONCE.call_once(populate::populate_all);
    PROBED.lock().unwrap().clear();
    guard
}

unsafe extern "C" fn probe(pdev: *mut platform_device) -> c_int {
    // SAFETY: called by the core.
    let name = unsafe { device::name(&raw const (*pdev).dev) }.to_string_lossy().into_owned();
    PROBED.lock().unwrap().push(name);
    0
}

#[expect(clippy::mut_from_ref, reason = "made anew")]
fn new_driver(name: &'static CStr, compatible: &str) -> &'static mut platform_driver {
    // SAFETY: all fields may be zero.
    unsafe {
        let mut table: [of_device_id; 2] = core::mem::zeroed();
        for (to, from) in table[0].compatible.iter_mut().zip(compatible.bytes()) {
            *to = from as c_char;
        }
        let mut driver: platform_driver = core::mem::zeroed();
        driver.driver.name = name.as_ptr();
        driver.driver.of_match_table = Box::leak(Box::new(table)).as_ptr();
        driver.probe = Some(probe);
        Box::leak(Box::new(driver))
    }
}

fn probed() -> Vec<String> {
    let mut list = core::mem::take(&mut *PROBED.lock().unwrap());
    list.sort();
    list
}

#[test]
fn the_tree_becomes_devices() {
    let _alone = alone();
    let find = |path: &str| {
        // SAFETY: a node of the tree.
        unsafe {
            let found = populate::find_by_node(node(path).as_raw());
            let name = found.as_ref().map(|p| device::name(&raw const p.dev).to_string_lossy().into_owned());
            made::put(found);
            name
        }
    };
    assert_eq!(find("/soc/uart@1000").as_deref(), Some("40001000.uart"));
    assert_eq!(find("/soc/off@4000"), None);
    assert_eq!(find("/soc/inner/leaf").as_deref(), Some("leaf"));
    // No bus that needs no driver.
    assert_eq!(find("/island@10/thing@5"), None);
    // There already.
    // SAFETY: a node of the tree.
    unsafe {
        let again = populate::create_c(node("/soc/uart@1000").as_raw(), ptr::null(), ptr::null_mut());
        assert!(again.is_null());
    }
}

#[test]
fn matching() {
    let _alone = alone();
    let driver = new_driver(c"uart-driver", "test,uart");
    // SAFETY: a driver of this test.
    unsafe {
        assert_eq!(driver::register(driver, ptr::null_mut()), 0);
        assert_eq!(probed(), ["100000010.uart", "40001000.uart"]);
        driver::unregister(driver);
        let none = new_driver(c"none", "test,none");
        assert_eq!(driver::probe_once(none, Some(probe), ptr::null_mut()), Errno::ENODEV.to_c());
    }
}

#[test]
fn devices_made_by_code() {
    let _alone = alone();
    let driver = new_driver(c"by-name", "test,nothing");
    // SAFETY: devices and a driver of this test.
    unsafe {
        assert_eq!(driver::register(driver, ptr::null_mut()), 0);
        let plain = made::allocate(c"by-name", 3);
        let mut list: [bindings::resource; 1] = core::mem::zeroed();
        (list[0].start, list[0].end) = (0x7200_0000, 0x7200_00ff);
        list[0].flags = bindings::IORESOURCE_MEM.into();
        assert_eq!(made::add_resources_c(plain, list.as_ptr(), 1), 0);
        assert_eq!(made::add_data_c(plain, c"data".as_ptr().cast(), 5), 0);
        assert_eq!(CStr::from_ptr((*plain).dev.platform_data.cast()), c"data");
        assert_eq!(made::add(plain), Ok(()));
        assert_eq!((*plain).dev.coherent_dma_mask, u64::from(u32::MAX));
        let mut info: bindings::platform_device_info = core::mem::zeroed();
        (info.name, info.id) = (c"by-name".as_ptr(), bindings::PLATFORM_DEVID_NONE);
        let second = Errno::check_ptr(made::register_full(&raw const info)).unwrap();
        assert_eq!(probed(), ["by-name", "by-name.3"]);
        assert_eq!(made::register_full(&raw const info), Errno::EEXIST.to_ptr());
        made::unregister(second);
        made::unregister(plain);
        driver::unregister(driver);
    }
}

#[test]
fn resources() {
    let _alone = alone();
    // SAFETY: a device of the tree.
    unsafe {
        let pdev = populate::find_by_node(node("/soc/uart@1000").as_raw());
        let mem = bindings::IORESOURCE_MEM;
        assert_eq!((*resource::get(pdev, mem, 1)).start, 0x4000_2000);
        assert!(resource::get(pdev, mem, 2).is_null());
        assert_eq!((*resource::get_by_name(pdev, mem, c"extra".as_ptr())).start, 0x4000_2000);
        let mut found = ptr::null_mut();
        let mapped = Errno::check_ptr(resource::get_and_map(pdev, 1, &raw mut found)).unwrap();
        assert_eq!((mapped.addr() & 0xfff, (*found).start), (0, 0x4000_2000));
        assert_eq!(resource::map(pdev, 1), Errno::EBUSY.to_ptr());
        assert_eq!(resource::map(pdev, 9), Errno::EINVAL.to_ptr());
        device::devres::release_all(&raw mut (*pdev).dev);
        made::put(pdev);
    }
}

#[test]
fn interrupts() {
    let _alone = alone();
    // SAFETY: a device of the tree; one of this test.
    unsafe {
        let pdev = populate::find_by_node(node("/soc/uart@1000").as_raw());
        assert_eq!(resource::irq(pdev, 0), Errno::ENXIO.to_c());
        assert_eq!(resource::irq_count(pdev), 0);
        made::put(pdev);
        let other = made::allocate(c"with-irq", 0);
        let mut list: [bindings::resource; 1] = core::mem::zeroed();
        (list[0].start, list[0].end, list[0].name) = (17, 17, c"alarm".as_ptr());
        list[0].flags = bindings::IORESOURCE_IRQ.into();
        assert_eq!(made::add_resources_c(other, list.as_ptr(), 1), 0);
        assert_eq!((resource::irq(other, 0), resource::irq_by_name(other, c"alarm".as_ptr())), (17, 17));
        assert_eq!(resource::irq_by_name_optional(other, c"none".as_ptr()), Errno::ENXIO.to_c());
        made::put(other);
    }
}

#[test]
fn primecells() {
    unsafe extern "C" fn amba_probe(adev: *mut amba_device, id: *const amba_id) -> c_int {
        // SAFETY: called by the bus.
        unsafe {
            assert_eq!(((*adev).periphid, (*id).id), (0x0004_1061, 0x0004_1061));
            PROBED.lock().unwrap().push(device::name(&raw const (*adev).dev).to_string_lossy().into_owned());
        }
        0
    }
    let _alone = alone();
    // SAFETY: all fields may be zero; a driver of this test.
    unsafe {
        let mut table: [amba_id; 2] = core::mem::zeroed();
        (table[0].id, table[0].mask) = (0x0004_1061, 0x000f_ffff);
        let driver: &'static mut amba_driver = Box::leak(Box::new(core::mem::zeroed()));
        driver.drv.name = c"pl061".as_ptr();
        driver.id_table = Box::leak(Box::new(table)).as_ptr();
        assert_eq!(amba::register(driver, ptr::null_mut()), Errno::EINVAL.to_c());
        driver.probe = Some(amba_probe);
        assert_eq!(amba::register(driver, ptr::null_mut()), 0);
        assert_eq!(probed(), ["40005000.cell"]);
        amba::unregister(driver);
    }
}

/// The bus is what C code compares with.
#[test]
fn the_bus_is_named() {
    // SAFETY: static data.
    let name = unsafe { CStr::from_ptr((*bus::bus_pointer()).name) };
    assert_eq!(name, c"platform");
}
