// SPDX-License-Identifier: GPL-2.0-only
//! Pin states of devices for C, and those that the device core puts in force around a probe.

use crate::bindings::{device, pinctrl, pinctrl_state};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::Node;
use alloc::ffi::CString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use kernel::pinctrl::Handle;
use kernel::sync::SpinLock;

crate::exports! {
    family "pinctrl";
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_get(dev: *mut device) -> *mut pinctrl = get;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_put(p: *mut pinctrl) = put;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_lookup_state(p: *mut pinctrl, name: *const c_char) -> *mut pinctrl_state = lookup;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_select_state(p: *mut pinctrl, s: *mut pinctrl_state) -> c_int = select;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn devm_pinctrl_get(dev: *mut device) -> *mut pinctrl = devm_get;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn devm_pinctrl_put(p: *mut pinctrl) = devm_put;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_select_default_state(dev: *mut device) -> c_int = select_default;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_pm_select_default_state(dev: *mut device) -> c_int = select_default;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_pm_select_sleep_state(dev: *mut device) -> c_int = select_sleep;
    [sleeps, supported, "pinctrl::tests::states_of_devices"]
    fn pinctrl_pm_select_idle_state(dev: *mut device) -> c_int = select_idle;
    [sleeps, supported, "pinctrl::tests::a_probe_begins_and_ends_in_its_state"]
    fn pinctrl_bind_pins(dev: *mut device) -> c_int = bind;
    [sleeps, supported, "pinctrl::tests::a_probe_begins_and_ends_in_its_state"]
    fn pinctrl_init_done(dev: *mut device) -> c_int = init_done;
}

/// Names of states, which C holds as states: each once, for ever.
static NAMES: SpinLock<Vec<&'static CStr>> = SpinLock::new(Vec::new());

/// A state as C sees it: its name.
fn state(name: &CStr) -> *mut pinctrl_state {
    let known = NAMES.lock().iter().copied().find(|n| *n == name);
    let name = known.unwrap_or_else(|| {
        let new: &'static CStr = alloc::boxed::Box::leak(CString::from(name).into_boxed_c_str());
        NAMES.lock().push(new);
        new
    });
    name.as_ptr().cast_mut().cast()
}

/// The states of a device.
pub(super) unsafe fn handle(dev: *mut device) -> Result<Arc<Handle>> {
    // SAFETY: the caller's device.
    unsafe {
        let name = crate::device::name(dev).to_string_lossy();
        let node = Node::from_raw((*dev).of_node).map(Node::path);
        kernel::pinctrl::get(&name, node.as_deref()).map_err(|error| {
            if !matches!(error, kernel::error::Error::Deferred { .. }) {
                log::error!("{name}: pins: {error}");
            }
            Errno::from(error)
        })
    }
}

/// The states behind a C pointer.
pub(super) unsafe fn states<'a>(p: *mut pinctrl) -> &'a Handle {
    // SAFETY: made by `get`, and not yet given back.
    unsafe { &*p.cast::<Handle>() }
}

fn to_c_handle(handle: Arc<Handle>) -> *mut pinctrl {
    Arc::into_raw(handle).cast_mut().cast()
}

pub(super) unsafe fn get(dev: *mut device) -> *mut pinctrl {
    if dev.is_null() {
        return Errno::EINVAL.to_ptr();
    }
    // SAFETY: the caller's device.
    ptr_to_c(unsafe { handle(dev) }.map(to_c_handle))
}

pub(super) unsafe fn put(p: *mut pinctrl) {
    // SAFETY: made by `get`; the caller's share of it ends.
    unsafe { drop(Arc::from_raw(p.cast::<Handle>().cast_const())) }
}

pub(super) unsafe fn lookup(p: *mut pinctrl, name: *const c_char) -> *mut pinctrl_state {
    // SAFETY: the caller's states and name.
    unsafe {
        let name = CStr::from_ptr(name);
        if states(p).has(&name.to_string_lossy()) { state(name) } else { Errno::ENODEV.to_ptr() }
    }
}

pub(super) unsafe fn select(p: *mut pinctrl, s: *mut pinctrl_state) -> c_int {
    // SAFETY: the caller's states, and a state of `lookup`.
    unsafe {
        let name = CStr::from_ptr(s.cast_const().cast()).to_string_lossy();
        to_c(put_in_force(states(p), &name))
    }
}

fn put_in_force(handle: &Handle, name: &str) -> Result<()> {
    handle.select(name).map_err(|error| {
        log::error!("{}: pins: {error}", handle.device());
        Errno::from(error)
    })
}

pub(super) unsafe fn devm_get(dev: *mut device) -> *mut pinctrl {
    // SAFETY: the caller's device.
    let got = unsafe {
        handle(dev).and_then(|handle| {
            let p = to_c_handle(handle);
            let address = p.expose_provenance();
            let release = move || put(ptr::with_exposed_provenance_mut(address));
            devres::add(dev, Key("pin states", address), release).map(|()| {
                MANAGED.lock().push((address, dev.expose_provenance()));
                p
            })
        })
    };
    ptr_to_c(got)
}

/// Whose the managed states are: C gives them back without naming the device.
static MANAGED: SpinLock<Vec<(usize, usize)>> = SpinLock::new(Vec::new());

pub(super) unsafe fn devm_put(p: *mut pinctrl) {
    let mut managed = MANAGED.lock();
    let found = managed.iter().rposition(|(address, _)| *address == p.addr()).map(|at| managed.swap_remove(at).1);
    drop(managed);
    if let Some(dev) = found {
        // SAFETY: the device that got them; C gives them back while it lives.
        unsafe { devres::release(ptr::with_exposed_provenance_mut(dev), Key("pin states", p.addr())) };
    }
}

/// The states that the device core holds for bound devices: device, states.
static BOUND: SpinLock<Vec<(usize, Arc<Handle>)>> = SpinLock::new(Vec::new());

fn bound(dev: *mut device) -> Option<Arc<Handle>> {
    BOUND.lock().iter().find(|(d, _)| *d == dev.addr()).map(|(_, h)| Arc::clone(h))
}

/// Puts a state in force that the device core holds, if the device has it.
fn select_named(dev: *mut device, name: &str) -> Result<()> {
    match bound(dev) {
        Some(handle) if handle.has(name) => put_in_force(&handle, name),
        _ => Ok(()),
    }
}

pub(super) unsafe fn select_default(dev: *mut device) -> c_int {
    to_c(select_named(dev, "default"))
}

pub(super) unsafe fn select_sleep(dev: *mut device) -> c_int {
    to_c(select_named(dev, "sleep"))
}

pub(super) unsafe fn select_idle(dev: *mut device) -> c_int {
    to_c(select_named(dev, "idle"))
}

/// Before a probe: `init`, else `default`.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn before_probe(dev: *mut device) -> Result<()> {
    // SAFETY: the caller's device.
    unsafe {
        // A device without settings has nothing to wait for. The controller's own are its driver's affair.
        let Some(node) = Node::from_raw((*dev).of_node) else { return Ok(()) };
        if node.property(b"pinctrl-0").is_none() || own_controller(node) {
            return Ok(());
        }
        let handle = handle(dev)?;
        BOUND.lock().push((dev.expose_provenance(), Arc::clone(&handle)));
        let first = ["init", "default"].into_iter().find(|s| handle.has(s));
        let result = first.map_or(Ok(()), |name| put_in_force(&handle, name));
        result.inspect_err(|_| after_remove(dev))
    }
}

/// Whether the settings of a node are for the controller that it is itself.
fn own_controller(node: Node) -> bool {
    let phandle = node.u32(b"pinctrl-0").unwrap_or(0);
    let config = kernel::dt::tree().and_then(|fdt| kernel::dt::find_phandle(fdt, phandle));
    let path = node.path();
    config.and_then(|c| c.parent()).is_some_and(|parent| alloc::format!("{parent}") == path)
}

/// After a probe that failed, and after a remove.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn after_remove(dev: *mut device) {
    let mut all = BOUND.lock();
    let gone = all.iter().position(|(d, _)| *d == dev.addr()).map(|at| all.swap_remove(at));
    drop(all);
    drop(gone);
}

pub(super) unsafe fn bind(dev: *mut device) -> c_int {
    // SAFETY: the caller's device.
    to_c(unsafe { before_probe(dev) })
}

/// After a probe that succeeded: `default`, if `init` is still in force.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn after_probe(dev: *mut device) -> Result<()> {
    match bound(dev) {
        Some(handle) if handle.current().as_deref() == Some("init") => select_named(dev, "default"),
        _ => Ok(()),
    }
}

pub(super) unsafe fn init_done(dev: *mut device) -> c_int {
    // SAFETY: the C caller's device.
    to_c(unsafe { after_probe(dev) })
}
