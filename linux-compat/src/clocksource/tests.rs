// SPDX-License-Identifier: GPL-2.0-only
//! Counters and timers of the tests' own.

use super::{counter, event, scale};
use crate::bindings::{self, clock_event_device, clocksource, device_node};
use crate::errno::Errno;
use core::ffi::{c_char, c_int, c_ulong, c_void};

use kernel::clocksource::{Kind, named};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};

#[test]
fn factors() {
    for (from, seconds) in [(24_000_000, 178), (1_000_000_000, 4), (32_768, 600), (1, 1)] {
        let (mult, shift) = scale::factor(from, 1_000_000_000, seconds);
        let second = (u128::from(from) * u128::from(mult)) >> shift;
        assert!(second.abs_diff(1_000_000_000) < 1000, "{from} Hz: a second has {second} ns");
        assert!(u128::from(from) * u128::from(seconds) * u128::from(mult) < 1 << 64, "{from} Hz overflows");
    }
    let (mut mult, mut shift, mut cycles) = (0, 0, 0);
    // SAFETY: places for the answers, and a timer of this function.
    unsafe {
        scale::calc(&mut mult, &mut shift, 24_000_000, 1_000_000_000, 178);
        let most = scale::most_ns(mult, shift, 0, u32::MAX.into(), &mut cycles);
        assert_eq!((most / 1_000_000_000, cycles), (89, u32::MAX.into()));
        let mut timer: clock_event_device = core::mem::zeroed();
        (timer.mult, timer.shift) = scale::factor(1_000_000_000, 24_000_000, 178);
        let ns = scale::delta_to_ns(24_000, &mut timer);
        assert!(ns.abs_diff(1_000_000) < 100, "{ns}");
        assert_eq!(scale::delta_to_ns(0, &mut timer), 1000);
    }
}

static VALUE: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" fn read(_: *mut clocksource) -> u64 {
    VALUE.load(SeqCst)
}

#[test]
fn counters() {
    // SAFETY: the test's counter, which is unregistered in the end.
    unsafe {
        let mut cs: clocksource = core::mem::zeroed();
        (cs.name, cs.mask, cs.rating) = (c"test-counter".as_ptr(), u32::MAX.into(), 200);
        assert_eq!(counter::add(&mut cs, 1, 24_000_000), Errno::EINVAL.to_c(), "it cannot be read");
        cs.read = Some(read);
        assert_eq!(counter::add(&mut cs, 1, 24_000_000), 0);
        VALUE.store(0x1_0000_0005, SeqCst);
        let source = named("test-counter").unwrap();
        let Kind::Counter(shown) = &source.kind else { panic!("it is no counter") };
        assert_eq!((shown.read(), shown.mask(), source.rating), (5, u32::MAX.into(), 200));
        assert!(shown.frequency().abs_diff(24_000_000) < 5, "{}", shown.frequency());
        assert!(cs.max_idle_ns > 70_000_000_000 && cs.freq_khz == 24_000);
        counter::set_frequency(&mut cs, 1000, 12_000);
        assert!(shown.frequency().abs_diff(12_000_000) < 5, "{}", shown.frequency());
        counter::mark_unstable(&mut cs);
        assert_eq!((named("test-counter").unwrap().rating, cs.rating), (0, 0));
        assert_eq!(counter::remove(&mut cs), 0);
        assert!(named("test-counter").is_err());
    }
}

static STATE: Mutex<Vec<&str>> = Mutex::new(Vec::new());

unsafe extern "C" fn oneshot(_: *mut clock_event_device) -> c_int {
    STATE.lock().unwrap().push("oneshot");
    0
}

unsafe extern "C" fn shutdown(_: *mut clock_event_device) -> c_int {
    STATE.lock().unwrap().push("shutdown");
    0
}

/// Comes at once; the ticks are noted.
static TICKS: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" fn next(ticks: c_ulong, dev: *mut clock_event_device) -> c_int {
    TICKS.store(ticks, SeqCst);
    // SAFETY: the test's timer, as its interrupt would do it.
    unsafe { (*dev).event_handler.unwrap()(dev) };
    0
}

#[test]
fn timers() {
    crate::machine::machine().run(|| {
        // SAFETY: the test's timer, which is unbound in the end.
        unsafe {
            let dev: *mut clock_event_device = Box::into_raw(Box::new(core::mem::zeroed()));
            (*dev).name = c"test-timer".as_ptr();
            (*dev).rating = 300;
            (*dev).features = bindings::CLOCK_EVT_FEAT_ONESHOT;
            (*dev).set_state_oneshot = Some(oneshot);
            (*dev).set_state_shutdown = Some(shutdown);
            (*dev).set_next_event = Some(next);
            event::configure_and_add(dev, 1_000_000, 2, 0xffff_ffff);
            assert_eq!(*STATE.lock().unwrap(), ["shutdown"]);
            let source = named("test-timer").unwrap();
            let Kind::Event(shown) = &source.kind else { panic!("it is no timer") };
            assert!(shown.range_ns().0.abs_diff(2000) < 2 && shown.range_ns().1 > 4_000_000_000_000);
            assert!(shown.once(5_000_000).unwrap() < 1_000_000_000);
            assert!(TICKS.load(SeqCst).abs_diff(5000) <= 1, "{TICKS:?}");
            assert_eq!(*STATE.lock().unwrap(), ["shutdown", "oneshot", "shutdown"]);
            assert_eq!(event::update(dev, 2_000_000), 0);
            shown.once(5_000_000).unwrap();
            assert!(TICKS.load(SeqCst).abs_diff(10_000) <= 1, "{TICKS:?}");
            assert_eq!(event::unbind(dev, 0), 0);
            assert_eq!(event::unbind(dev, 0), Errno::ENODEV.to_c());
            assert!(named("test-timer").is_err() && shown.once(5_000_000).is_err());
        }
    });
}

static BEGUN: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn begin(np: *mut device_node) -> c_int {
    // SAFETY: a node of the tests' tree.
    assert_eq!(unsafe { crate::of::Node::from_raw(np) }.unwrap().path(), "/clocksource/timer");
    BEGUN.fetch_add(1, SeqCst);
    0
}

#[test]
fn declared_timers_are_begun() {
    crate::testing::tree();
    let mut entry: bindings::of_device_id = crate::testing::zeroed();
    entry.compatible.iter_mut().zip(b"test,timer").for_each(|(to, from)| *to = *from as c_char);
    entry.data = begin as *const c_void;
    let table = [entry, crate::testing::zeroed()];
    // SAFETY: a table with an empty entry at its end.
    unsafe { event::begin(table.as_ptr()) };
    assert_eq!(BEGUN.load(SeqCst), 1);
}
