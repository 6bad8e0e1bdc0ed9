// SPDX-License-Identifier: GPL-2.0-only
//! Devices whose callbacks count.

use super::runtime::{ASYNC, AUTO, GET_PUT, Runtime};
use super::{domain, reboot, runtime_c as c};
use crate::bindings::{self, dev_pm_ops, device, device_driver, notifier_block, sys_off_data};
use crate::errno::Errno;
use crate::testing::{release_managed, zeroed};
use core::ffi::{c_int, c_ulong, c_void};
use kernel::power::{self, End};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

/// A device with a driver whose callbacks note what they did in `platform_data`.
struct Board {
    dev: Box<device>,
    calls: Box<Mutex<Vec<&'static str>>>,
}

/// What the suspend callbacks answer.
static REFUSE: AtomicI32 = AtomicI32::new(0);

/// Notes that a callback ran.
///
/// # Safety
/// `dev` must be a board's.
unsafe fn note(dev: *mut device, what: &'static str) {
    // SAFETY: the board has both the device and the list, which `platform_data` leads to.
    let calls = unsafe { &*(*dev).platform_data.cast::<Mutex<Vec<&'static str>>>() };
    calls.lock().unwrap().push(what);
}

unsafe extern "C" fn on_suspend(dev: *mut device) -> c_int {
    // SAFETY: only devices of boards have this callback.
    unsafe { note(dev, "suspend") };
    0
}

unsafe extern "C" fn on_refused_suspend(dev: *mut device) -> c_int {
    // SAFETY: only devices of boards have this callback.
    unsafe { note(dev, "refused") };
    REFUSE.load(SeqCst)
}

unsafe extern "C" fn on_resume(dev: *mut device) -> c_int {
    // SAFETY: only devices of boards have this callback.
    unsafe { note(dev, "resume") };
    0
}

impl Board {
    fn with(suspend: unsafe extern "C" fn(*mut device) -> c_int, parent: Option<&mut Board>) -> Self {
        let calls = Box::new(Mutex::new(Vec::new()));
        let mut dev: Box<device> = Box::new(zeroed());
        let mut ops: dev_pm_ops = zeroed();
        ops.runtime_suspend = Some(suspend);
        ops.runtime_resume = Some(on_resume);
        let mut driver: device_driver = zeroed();
        driver.pm = Box::leak(Box::new(ops));
        dev.driver = Box::leak(Box::new(driver));
        dev.platform_data = (&raw const *calls).cast_mut().cast();
        dev.parent = parent.map_or(core::ptr::null_mut(), |p| &raw mut *p.dev);
        Self { dev, calls }
    }
    fn new() -> Self {
        Self::with(on_suspend, None)
    }
    fn p(&mut self) -> *mut device {
        &raw mut *self.dev
    }
    fn work(&mut self) {
        // SAFETY: the board's device, which is there.
        unsafe { Runtime::of(self.p()) }.run_request();
    }
    fn calls(&self) -> Vec<&'static str> {
        core::mem::take(&mut self.calls.lock().unwrap())
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // SAFETY: the device goes with the board, and no callback runs outside the calls of a test.
        unsafe { super::forget(self.p()) };
    }
}

#[test]
fn management_is_off_until_enabled() {
    let mut b = Board::new();
    assert!(!c::enabled(b.p()) && c::active(b.p()) && !c::suspended(b.p()) && c::status_suspended(b.p()));
    assert_eq!(c::resume(b.p(), 0), Errno::EACCES.to_c());
    c::enable(b.p());
    assert!(c::enabled(b.p()) && c::suspended(b.p()));
    c::disable(b.p(), true);
    c::disable(b.p(), true);
    c::enable(b.p());
    assert!(!c::enabled(b.p()), "disabled twice");
    assert_eq!(b.calls(), [""; 0]);
}

#[test]
fn a_device_is_resumed_by_its_first_use_and_suspended_after_its_last() {
    let mut b = Board::new();
    c::enable(b.p());
    assert_eq!(c::resume(b.p(), GET_PUT), 0);
    assert_eq!(c::resume(b.p(), GET_PUT), 1, "active already");
    assert_eq!(c::idle(b.p(), GET_PUT), 0);
    assert_eq!(c::suspend(b.p(), 0), Errno::EAGAIN.to_c(), "in use");
    assert_eq!(b.calls(), ["resume"]);
    assert_eq!(c::idle(b.p(), GET_PUT), 0);
    assert_eq!(b.calls(), ["suspend"]);
    assert!(c::suspended(b.p()));
    assert_eq!(c::suspend(b.p(), 0), 1, "suspended already");
}

#[test]
fn requests_wait_for_the_work() {
    let mut b = Board::new();
    c::enable(b.p());
    assert_eq!(c::resume(b.p(), GET_PUT | ASYNC), 0);
    assert_eq!(b.calls(), [""; 0]);
    assert_eq!(c::barrier(b.p()), 1, "a barrier resumes if that was asked for");
    assert_eq!(c::idle(b.p(), GET_PUT | ASYNC), 0);
    assert_eq!(b.calls(), ["resume"]);
    b.work();
    assert_eq!(b.calls(), ["suspend"]);
}

#[test]
fn autosuspend_waits_for_its_delay() {
    let cpu = arch::fake::this_cpu();
    let mut b = Board::new();
    c::set_autosuspend_delay(b.p(), 100);
    c::use_autosuspend(b.p(), true);
    c::enable(b.p());
    c::resume(b.p(), GET_PUT);
    cpu.advance(arch::counter::frequency());
    c::mark_last_busy(b.p());
    assert_eq!(c::suspend(b.p(), GET_PUT | ASYNC | AUTO), 0);
    b.work();
    assert_eq!(b.calls(), ["resume"], "busy a moment ago");
    assert!(c::expiration(b.p()) > 0);
    cpu.advance(arch::counter::frequency() / 5);
    b.work();
    assert_eq!(b.calls(), ["suspend"]);
    c::set_autosuspend_delay(b.p(), -1);
    b.work();
    assert_eq!(b.calls(), ["resume"], "a negative delay forbids it");
    c::use_autosuspend(b.p(), false);
    b.work();
    assert_eq!(b.calls(), ["suspend"]);
    assert_eq!(c::schedule_suspend(b.p(), 10), 1, "suspended already");
}

#[test]
fn uses_are_taken_only_of_what_is_active() {
    let mut b = Board::new();
    assert_eq!(c::get_if_active(b.p()), Errno::EINVAL.to_c());
    c::enable(b.p());
    assert_eq!(c::get_if_active(b.p()), 0);
    c::resume(b.p(), GET_PUT);
    assert_eq!(c::get_if_in_use(b.p()), 1);
    c::put_noidle(b.p());
    c::put_noidle(b.p());
    c::put_noidle(b.p());
    assert_eq!(c::get_if_in_use(b.p()), 0, "active, but nobody uses it");
    assert_eq!(c::get_if_active(b.p()), 1);
    c::get_noresume(b.p());
    assert_eq!(b.dev.power.usage_count.counter, 2);
}

#[test]
fn a_parent_is_active_while_a_child_is() {
    let mut parent = Board::new();
    let mut child = Board::with(on_suspend, Some(&mut parent));
    c::enable(parent.p());
    c::enable(child.p());
    assert_eq!(c::resume(child.p(), GET_PUT), 0);
    assert_eq!((parent.calls(), child.calls()), (vec!["resume"], vec!["resume"]));
    assert_eq!(c::suspend(parent.p(), 0), Errno::EBUSY.to_c());
    c::idle(child.p(), GET_PUT);
    parent.work();
    assert_eq!((parent.calls(), child.calls()), (vec!["suspend"], vec!["suspend"]));
    c::ignore_children(parent.p(), true);
    c::resume(child.p(), GET_PUT);
    assert_eq!(parent.calls(), [""; 0]);
}

#[test]
fn a_callback_s_refusal_keeps_the_device_active_and_its_failure_stops_all() {
    let mut b = Board::with(on_refused_suspend, None);
    c::enable(b.p());
    c::resume(b.p(), 0);
    REFUSE.store(Errno::EBUSY.to_c(), SeqCst);
    assert_eq!(c::suspend(b.p(), 0), Errno::EBUSY.to_c());
    REFUSE.store(Errno::EIO.to_c(), SeqCst);
    assert_eq!(c::suspend(b.p(), 0), Errno::EIO.to_c());
    assert_eq!(c::suspend(b.p(), 0), Errno::EINVAL.to_c(), "until the status is set");
    assert_eq!(c::set_status(b.p(), bindings::RPM_ACTIVE as _), 0);
    REFUSE.store(0, SeqCst);
    assert_eq!(c::suspend(b.p(), 0), 0);
}

#[test]
fn the_status_is_declared_while_management_is_off() {
    let mut b = Board::new();
    assert_eq!(c::set_status(b.p(), bindings::RPM_ACTIVE as _), 0);
    c::enable(b.p());
    assert_eq!(c::resume(b.p(), GET_PUT), 1);
    assert_eq!(c::set_status(b.p(), bindings::RPM_SUSPENDED as _), Errno::EAGAIN.to_c());
    assert_eq!(c::set_status(b.p(), bindings::RPM_RESUMING as _), Errno::EINVAL.to_c());
    assert_eq!(b.calls(), [""; 0]);
}

#[test]
fn a_forbidden_device_stays_active() {
    let mut b = Board::new();
    c::enable(b.p());
    c::forbid(b.p());
    c::forbid(b.p());
    assert_eq!(c::suspend(b.p(), 0), Errno::EAGAIN.to_c());
    c::allow(b.p());
    assert_eq!(b.calls(), ["resume", "suspend"]);
}

#[test]
fn switches_are_kept() {
    let mut b = Board::new();
    c::no_callbacks(b.p());
    c::irq_safe(b.p());
    assert!(c::has_no_callbacks(b.p()) && c::is_irq_safe(b.p()));
    c::enable(b.p());
    arch::fake::this_cpu().advance(arch::counter::frequency());
    assert!(c::suspended_time(b.p()) >= 999_000_000);
    assert_eq!(c::resume(b.p(), GET_PUT), 0);
    assert_eq!(b.calls(), [""; 0]);
}

#[test]
fn suspending_by_force_and_back() {
    let mut b = Board::new();
    c::enable(b.p());
    c::resume(b.p(), GET_PUT);
    assert_eq!(c::force_suspend(b.p()), 0);
    assert!(!c::enabled(b.p()) && c::status_suspended(b.p()));
    assert_eq!(c::force_resume(b.p()), 0);
    assert!(c::enabled(b.p()) && c::active(b.p()));
    assert_eq!(b.calls(), ["resume", "suspend", "resume"]);
    assert_eq!((c::generic_suspend(b.p()), c::generic_resume(b.p())), (0, 0));
    assert_eq!(b.calls(), ["suspend", "resume"]);
}

#[test]
fn a_device_that_goes_takes_its_state_along() {
    static LEFT: AtomicI32 = AtomicI32::new(-1);
    unsafe extern "C" fn release(dev: *mut device) {
        // SAFETY: called once, with the device that is to be freed.
        LEFT.store(i32::from(!unsafe { (*dev).power.rpm }.is_null()), SeqCst);
    }
    let mut b = Board::new();
    b.dev.release = Some(release);
    let dev = b.p();
    // SAFETY: the board's device, which has one reference from here on, given back below.
    unsafe { crate::device::initialize(dev) };
    c::enable(dev);
    assert_eq!(c::resume(dev, GET_PUT), 0);
    // A request whose work has not run is dropped with the device.
    assert_eq!(c::idle(dev, GET_PUT | ASYNC), 0);
    // SAFETY: the last reference; the board keeps the memory.
    unsafe { crate::device::put(dev) };
    assert_eq!((LEFT.load(SeqCst), b.calls()), (0, vec!["resume"]));
}

#[test]
fn what_is_managed_is_given_back() {
    let mut b = Board::new();
    assert_eq!(c::managed_enable(b.p()), 0);
    assert!(c::enabled(b.p()));
    release_managed(b.p());
    assert!(!c::enabled(b.p()));
    assert_eq!(c::managed_set_active_enabled(b.p()), 0);
    assert!(c::active(b.p()) && c::enabled(b.p()));
    assert_eq!(c::managed_get_noresume(b.p()), 0);
    release_managed(b.p());
    assert!(c::status_suspended(b.p()) && b.dev.power.usage_count.counter == 0);
}

#[test]
fn a_device_that_names_a_power_domain_waits() {
    let mut b = Board::new();
    assert_eq!(domain::attach(b.p(), true), 0, "it names none");
    assert!(domain::attach_by_id(b.p(), 0).is_null());
    domain::detach(b.p(), true);
}

#[test]
fn a_wake_interrupt_is_kept() {
    let mut b = Board::new();
    assert_eq!(domain::set_wake_irq(b.p(), -1), Errno::EINVAL.to_c());
    assert_eq!(domain::managed_wake_irq(b.p(), 7), 0);
    assert_eq!(domain::set_wake_irq(b.p(), 8), Errno::EEXIST.to_c());
    release_managed(b.p());
    assert_eq!(domain::set_wake_irq(b.p(), 8), 0);
    assert_eq!(domain::dedicated_wake_irq(b.p(), 8), Errno::EOPNOTSUPP.to_c());
}

/// What the handlers of the machine's end were called with; one test at a time.
static ENDS: Mutex<Vec<(&str, u64)>> = Mutex::new(Vec::new());
static ENDING: Mutex<()> = Mutex::new(());

unsafe extern "C" fn heard(_nb: *mut notifier_block, action: c_ulong, _data: *mut c_void) -> c_int {
    ENDS.lock().unwrap().push(("notifier", action));
    0
}

unsafe extern "C" fn off(data: *mut sys_off_data) -> c_int {
    // SAFETY: called with the description of this handler, for the call.
    let tag = unsafe { (*data).cb_data.addr() };
    ENDS.lock().unwrap().push(("off", tag as u64));
    0
}

#[test]
fn notifiers_hear_of_the_end() {
    let _one = ENDING.lock().unwrap();
    ENDS.lock().unwrap().clear();
    let mut nb = notifier_block { notifier_call: Some(heard), next: core::ptr::null_mut(), priority: 5 };
    // SAFETY: the block is taken out before this function ends, and nobody else announces (`ENDING`).
    assert_eq!(unsafe { reboot::register_notifier(&raw mut nb) }, 0);
    power::announce(End::Restart);
    power::announce(End::PowerOff);
    assert_eq!(*ENDS.lock().unwrap(), [("notifier", 1), ("notifier", 3)]);
    assert_eq!(reboot::unregister_notifier(&raw mut nb), 0);
    assert_eq!(reboot::unregister_notifier(&raw mut nb), Errno::ENOENT.to_c());
    // SAFETY: as above; it is in no list now.
    assert_eq!(unsafe { reboot::register_restart(&raw mut nb) }, 0);
    power::announce(End::Restart);
    power::reset();
    assert_eq!(ENDS.lock().unwrap().len(), 3);
    reboot::unregister_notifier(&raw mut nb);
    let mut b = Board::new();
    // SAFETY: as above: the board gives it back next.
    assert_eq!(unsafe { reboot::managed_notifier(b.p(), &raw mut nb) }, 0);
    release_managed(b.p());
    power::announce(End::Restart);
    assert_eq!(ENDS.lock().unwrap().len(), 3);
}

/// It only acts: nobody is told before, and it comes back if nobody can.
#[test]
fn an_emergency_asks_nobody() {
    let _one = ENDING.lock().unwrap();
    ENDS.lock().unwrap().clear();
    let block = || notifier_block { notifier_call: Some(heard), next: core::ptr::null_mut(), priority: 5 };
    let (mut told, mut acts) = (block(), block());
    // SAFETY: the blocks are taken out before this function ends, and nobody else ends the machine (`ENDING`).
    unsafe {
        assert_eq!((reboot::register_notifier(&raw mut told), reboot::register_restart(&raw mut acts)), (0, 0));
    }
    reboot::emergency();
    assert_eq!(*ENDS.lock().unwrap(), [("notifier", bindings::REBOOT_COLD as u64)]);
    reboot::unregister_notifier(&raw mut told);
    reboot::unregister_notifier(&raw mut acts);
}

#[test]
fn an_orderly_end_is_announced() {
    let _one = ENDING.lock().unwrap();
    ENDS.lock().unwrap().clear();
    let mut told = notifier_block { notifier_call: Some(heard), next: core::ptr::null_mut(), priority: 5 };
    // SAFETY: the block is taken out before this function ends, and nobody else ends the machine (`ENDING`).
    unsafe {
        assert_eq!(reboot::register_notifier(&raw mut told), 0);
        reboot::restart(core::ptr::null_mut());
        assert_eq!(ENDS.lock().unwrap().len(), 1);
        reboot::protect(c"too hot".as_ptr(), 0);
    }
    reboot::power_off();
    reboot::orderly_power_off(true);
    reboot::orderly_restart();
    assert_eq!(ENDS.lock().unwrap().len(), 5, "each is told");
    reboot::unregister_notifier(&raw mut told);
}

#[test]
fn off_handlers_are_called_by_mode() {
    let _one = ENDING.lock().unwrap();
    ENDS.lock().unwrap().clear();
    let tag = |n: usize| core::ptr::without_provenance_mut::<c_void>(n);
    let mode = bindings::SYS_OFF_MODE_POWER_OFF;
    // SAFETY: `off` takes any data; it is taken out below.
    let handler = unsafe { reboot::register_off(mode, 0, Some(off), tag(1)) };
    assert!(Errno::check_ptr(handler).is_ok());
    let mut b = Board::new();
    let restart = bindings::SYS_OFF_MODE_RESTART;
    // SAFETY: as above; the board gives it back below.
    assert_eq!(unsafe { reboot::managed_off(b.p(), restart, 200, Some(off), tag(2)) }, 0);
    power::poweroff();
    power::reset();
    assert_eq!(*ENDS.lock().unwrap(), [("off", 1), ("off", 2)]);
    // SAFETY: registered above, and taken out once.
    unsafe { reboot::unregister_off(handler) };
    release_managed(b.p());
    power::poweroff();
    power::reset();
    assert_eq!(ENDS.lock().unwrap().len(), 2);
    // SAFETY: `off` takes any data.
    let wrong = unsafe { reboot::register_off(99, 0, Some(off), tag(0)) };
    assert!(Errno::check_ptr(wrong).is_err());
}
