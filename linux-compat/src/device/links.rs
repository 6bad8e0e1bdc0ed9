// SPDX-License-Identifier: GPL-2.0-only
//! Drivers let go after those that use what they provide: tests.

use super::tests::{WAITING, happened, make, new_bus, new_driver, note, probe};
use super::{bind, bus, core as life, link, names, supplier};
use super::link::flag;
use crate::bindings::{bus_type, device};
use crate::testing::node;
use core::ffi::c_int;
use core::ptr;
use kernel::device::Binder as _;

/// A registered device at a node of `/links`.
fn at(name: &str, path: &str, bus: *const bus_type) -> &'static mut device {
    let dev = make(name, bus);
    dev.of_node = node(&format!("/links/{path}")).as_raw();
    // SAFETY: a device of the test.
    unsafe { life::register(dev).unwrap() };
    dev
}

fn removed() -> Vec<String> {
    happened().into_iter().filter(|what| what.starts_with("remove") || what.starts_with("probe")).collect()
}

#[test]
fn consumers_let_go_first_and_come_back() {
    let _alone = WAITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let bus = new_bus();
    let driver = new_driver(c"tied", bus, probe);
    // SAFETY: devices and drivers of this test.
    unsafe {
        assert_eq!(bus::driver_register_c(driver), 0);
        let provider = at("tied.p", "provider", bus);
        let inner = at("tied.inner", "inner-user", bus);
        let supplied = at("tied.s", "supplied", bus);
        let chained = at("tied.c", "chained", bus);
        let other = at("tied.other", "stranger", bus);
        happened();
        // The chain hangs on one that hangs on the provider; a group of the provider's is the provider's.
        crate::device::BINDER.unbind("/links/provider").unwrap();
        assert_eq!(removed(), ["remove tied.c", "remove tied.s", "remove tied.inner", "remove tied.p"]);
        assert!(bind::is_bound(other));
        // They wait, and are not even tried.
        bind::retry_deferred();
        assert_eq!(removed(), Vec::<String>::new());
        assert!(bind::deferred().iter().any(|(name, why)| name == "tied.s" && why == "tied.p has no driver"));
        crate::device::BINDER.bind("/links/provider").unwrap();
        assert!([&*provider, inner, supplied, chained].into_iter().all(|d| bind::is_bound(ptr::from_ref(d).cast_mut())));
        assert_eq!(removed().first().map(String::as_str), Some("probe tied.p"));
        // A consumer alone: nobody else lets go.
        crate::device::BINDER.unbind("/links/inner-user").unwrap();
        assert_eq!(removed(), ["remove tied.inner"]);
        bus::driver_unregister_c(driver);
        for dev in [&raw mut *provider, inner, supplied, chained, other] {
            life::del(dev);
        }
    }
}

#[test]
fn a_consumer_that_stays_keeps_its_provider() {
    let _alone = WAITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (bus, staying) = (new_bus(), new_bus());
    let driver = new_driver(c"kept", bus, probe);
    let stays = new_driver(c"stays", staying, probe);
    stays.suppress_bind_attrs = true;
    // SAFETY: devices and drivers of this test.
    unsafe {
        assert_eq!((bus::driver_register_c(driver), bus::driver_register_c(stays)), (0, 0));
        let provider = at("kept.p", "kept-provider", bus);
        let user = at("stays.u", "kept-user", staying);
        let error = crate::device::BINDER.unbind("/links/kept-provider").unwrap_err().to_string();
        assert!(error.contains("stays.u") && error.contains("lets go of no device"), "{error}");
        assert!(bind::is_bound(provider) && bind::is_bound(user));
        // A clock alone is no reason: its consumer's clocks become orphans for a while.
        let (clocks, of_clocks) = (at("kept.c", "kept-clocks", bus), at("stays.c", "kept-clock-user", staying));
        crate::device::BINDER.unbind("/links/kept-clocks").unwrap();
        assert!(!bind::is_bound(clocks) && bind::is_bound(of_clocks));
        for dev in [&raw mut *of_clocks, clocks] {
            life::del(dev);
        }
        for dev in [&raw mut *user, provider] {
            life::del(dev);
        }
    }
}

#[test]
fn links_by_hand() {
    let _alone = WAITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    unsafe extern "C" fn waits(dev: *mut device) -> c_int {
        // SAFETY: the device of a test.
        note(format!("try {}", unsafe { names::name(dev) }.to_string_lossy()));
        0
    }
    let (bus, later) = (new_bus(), new_bus());
    let driver = new_driver(c"hand", bus, waits);
    let of_supplier = new_driver(c"late", later, waits);
    let (consumer, supplier) = (make("hand.c", bus), make("late.s", later));
    // SAFETY: devices, links and drivers of this test.
    unsafe {
        assert_eq!((life::register(consumer), life::register(supplier)), (Ok(()), Ok(())));
        let made = link::add(consumer, supplier, flag::AUTOREMOVE_CONSUMER);
        assert!(!made.is_null() && (*made).flags & flag::MANAGED != 0);
        assert!(ptr::eq(link::add(consumer, supplier, flag::AUTOREMOVE_CONSUMER), made));
        // The other way round there would be no order; these flags contradict each other.
        assert!(link::add(supplier, consumer, 0).is_null());
        assert!(link::add(consumer, supplier, flag::RPM_ACTIVE).is_null());
        let both = flag::STATELESS | flag::AUTOREMOVE_SUPPLIER;
        assert!(link::add(consumer, supplier, both).is_null());
        // No probe before the supplier's.
        assert_eq!(bus::driver_register_c(driver), 0);
        assert!(!bind::is_bound(consumer) && supplier::missing(consumer).is_some());
        assert_eq!(bus::driver_register_c(of_supplier), 0);
        bind::then_retry(|| ());
        assert_eq!(happened(), ["try late.s", "try hand.c"]);
        link::del(made);
        bind::detach(supplier);
        assert_eq!(happened(), ["remove hand.c", "remove late.s"]);
        // It went with the consumer's driver.
        assert!(!link::linked(consumer, supplier));
        let plain = link::add(consumer, supplier, flag::STATELESS);
        assert!(ptr::eq(link::add(consumer, supplier, flag::STATELESS), plain));
        assert_eq!(((*plain).uses, link::linked(consumer, supplier)), (2, false));
        link::remove((&raw mut *consumer).cast(), supplier);
        link::del(plain);
        assert!(link::add(consumer, supplier, flag::STATELESS | 1 << 20).is_null());
        for dev in [&raw mut *consumer, supplier] {
            life::del(dev);
        }
    }
}
