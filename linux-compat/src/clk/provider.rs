// SPDX-License-Identifier: GPL-2.0-only
//! `struct clk_ops` as the framework sees it, and the registration of clocks of C drivers.

use super::raw::{core_of, free_handle, handle, hw_of, hw_or_null, new_handle, node};
use crate::bindings::{self, clk, clk_duty, clk_hw, clk_init_data, clk_ops, device, device_node};
use crate::context::Guarded;
use crate::device::{self as devices, devres};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use kernel::clk::{self as ccf, Caps, ClkInit, ClkNode, ClkOps, Duty, Flags, HwId, Local, ParentRef, RateRequest};
use kernel::error::Cause;

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::registration"]
    fn clk_register(dev: *mut device, hw: *mut clk_hw) -> *mut clk = register_clk;
    [sleeps, supported, "clk::tests::registration"]
    fn clk_hw_register(dev: *mut device, hw: *mut clk_hw) -> c_int = register_hw;
    [sleeps, supported, "clk::tests::registration"]
    fn of_clk_hw_register(node: *mut device_node, hw: *mut clk_hw) -> c_int = of_register_hw;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_register(dev: *mut device, hw: *mut clk_hw) -> *mut clk = devm_register_clk;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_hw_register(dev: *mut device, hw: *mut clk_hw) -> c_int = devm_register_hw;
    [sleeps, supported, "clk::tests::registration"]
    fn clk_unregister(clk: *mut clk) -> () = unregister_clk;
    [sleeps, supported, "clk::tests::registration"]
    fn clk_hw_unregister(hw: *mut clk_hw) -> () = unregister_hw;
}

/// A driver's clock.
struct Driver {
    hw: *mut clk_hw,
    ops: *const clk_ops,
    np: Option<Node>,
    /// The device that registered it; may be null.
    device: *const device,
    /// Who the provider's own handle is for, in reports.
    user: Box<str>,
}

// SAFETY: the pointers are handed to the driver's functions only, which Linux calls from any CPU too.
unsafe impl Send for Driver {}
// SAFETY: as above; the framework's locks order the calls.
unsafe impl Sync for Driver {}

/// The framework's form of a C function's result.
fn cause(result: c_int) -> ccf::Result<()> {
    if result < 0 { Err(Cause::Driver(result.wrapping_neg())) } else { Ok(()) }
}

impl Driver {
    fn ops(&self) -> &clk_ops {
        // SAFETY: a driver's table lives as long as its clocks are registered.
        unsafe { &*self.ops }
    }

    /// Has the driver determine a rate by itself.
    fn determine(
        &self,
        f: unsafe extern "C" fn(*mut clk_hw, *mut bindings::clk_rate_request) -> c_int,
        request: &mut RateRequest,
    ) -> ccf::Result<()> {
        // SAFETY: the clock lives while it is registered; a parent that comes back is a registered clock of C.
        unsafe {
            let mut raw = to_raw(request, (*self.hw).core);
            cause(f.guarded(self.device, (self.hw, &raw mut raw)))?;
            from_raw(&raw, request);
        }
        Ok(())
    }
}

/// A request as C has it.
pub(super) fn to_raw(request: &RateRequest, core: *mut bindings::clk_core) -> bindings::clk_rate_request {
    bindings::clk_rate_request {
        core,
        rate: request.rate,
        min_rate: request.min_rate,
        max_rate: request.max_rate,
        best_parent_rate: request.best_parent_rate,
        best_parent_hw: hw_or_null(request.best_parent.as_ref()),
    }
}

/// Takes over what C made of a request.
///
/// # Safety
/// The parent in `raw` is null or a `struct clk_hw` that lives.
pub(super) unsafe fn from_raw(raw: &bindings::clk_rate_request, request: &mut RateRequest) {
    request.rate = raw.rate;
    request.min_rate = raw.min_rate;
    request.max_rate = raw.max_rate;
    request.best_parent_rate = raw.best_parent_rate;
    // SAFETY: the caller's promise.
    request.best_parent = unsafe { node(raw.best_parent_hw) };
}

/// Calls a function of the driver's table, if it has it.
macro_rules! call {
    ($self:ident.$f:ident($($arg:expr),*) or $otherwise:expr) => {
        match $self.ops().$f {
            // SAFETY: the driver's function, called with its own clock, which lives while it is registered.
            Some(f) => unsafe { f.guarded($self.device, ($self.hw, $($arg,)*)) },
            None => $otherwise,
        }
    };
}

impl ClkOps for Driver {
    fn caps(&self) -> Caps {
        let ops = self.ops();
        let has = [
            (ops.is_prepared.is_some(), Caps::IS_PREPARED),
            (ops.is_enabled.is_some(), Caps::IS_ENABLED),
            (ops.recalc_rate.is_some(), Caps::RECALC_RATE),
            (ops.determine_rate.is_some() || ops.round_rate.is_some(), Caps::DETERMINE_RATE),
            (ops.determine_rate.is_none(), Caps::ROUNDS_ONLY),
            (ops.enable.is_some(), Caps::ENABLE),
            (ops.set_rate.is_some(), Caps::SET_RATE),
            (ops.set_parent.is_some(), Caps::SET_PARENT),
            (ops.get_parent.is_some(), Caps::GET_PARENT),
            (ops.set_rate_and_parent.is_some(), Caps::SET_RATE_AND_PARENT),
            (ops.recalc_accuracy.is_some(), Caps::RECALC_ACCURACY),
            (ops.get_phase.is_some(), Caps::GET_PHASE),
            (ops.set_phase.is_some(), Caps::SET_PHASE),
            (ops.get_duty_cycle.is_some(), Caps::GET_DUTY_CYCLE),
            (ops.set_duty_cycle.is_some(), Caps::SET_DUTY_CYCLE),
        ];
        has.into_iter().filter(|(has, _)| *has).fold(Caps::empty(), |caps, (_, cap)| caps | cap)
    }

    fn init(&self, clk: &Arc<ClkNode>) -> ccf::Result<()> {
        // SAFETY: the driver's clock, which nobody else uses before it is registered. Its functions may ask for it from
        // here on.
        unsafe {
            (*self.hw).core = core_of(clk);
            (*self.hw).clk = new_handle(clk, &self.user);
        }
        cause(call!(self.init() or 0))
    }

    fn terminate(&self) {
        call!(self.terminate() or ());
    }

    fn prepare(&self) -> ccf::Result<()> {
        cause(call!(self.prepare() or 0))
    }

    fn unprepare(&self) {
        call!(self.unprepare() or ());
    }

    fn is_prepared(&self) -> bool {
        call!(self.is_prepared() or 0) != 0
    }

    fn enable(&self) -> ccf::Result<()> {
        cause(call!(self.enable() or 0))
    }

    fn disable(&self) {
        call!(self.disable() or ());
    }

    fn is_enabled(&self) -> bool {
        call!(self.is_enabled() or 0) != 0
    }

    fn recalc_rate(&self, parent_rate: u64) -> u64 {
        call!(self.recalc_rate(parent_rate) or parent_rate)
    }

    fn determine_rate(&self, _clk: &Arc<ClkNode>, request: &mut RateRequest) -> ccf::Result<()> {
        if let Some(f) = self.ops().determine_rate {
            return self.determine(f, request);
        }
        let rate = call!(self.round_rate(request.rate, &raw mut request.best_parent_rate) or -1);
        request.rate = u64::try_from(rate).map_err(|_| Cause::Driver(rate.wrapping_neg() as c_int))?;
        Ok(())
    }

    fn set_rate(&self, rate: u64, parent_rate: u64) -> ccf::Result<()> {
        cause(call!(self.set_rate(rate, parent_rate) or 0))
    }

    fn set_rate_and_parent(&self, rate: u64, parent_rate: u64, index: u8) -> ccf::Result<()> {
        cause(call!(self.set_rate_and_parent(rate, parent_rate, index) or 0))
    }

    fn set_parent(&self, index: u8) -> ccf::Result<()> {
        cause(call!(self.set_parent(index) or 0))
    }

    fn get_parent(&self) -> u8 {
        call!(self.get_parent() or 0)
    }

    fn recalc_accuracy(&self, parent_accuracy: u64) -> u64 {
        call!(self.recalc_accuracy(parent_accuracy) or parent_accuracy)
    }

    fn get_phase(&self) -> ccf::Result<u32> {
        let phase = call!(self.get_phase() or 0);
        u32::try_from(phase).map_err(|_| Cause::Driver(phase.wrapping_neg()))
    }

    fn set_phase(&self, degrees: u32) -> ccf::Result<()> {
        cause(call!(self.set_phase(degrees.cast_signed()) or 0))
    }

    fn get_duty_cycle(&self) -> ccf::Result<Duty> {
        let mut duty = clk_duty { num: 1, den: 2 };
        cause(call!(self.get_duty_cycle(&raw mut duty) or 0))?;
        Ok(Duty { num: duty.num, den: duty.den })
    }

    fn set_duty_cycle(&self, duty: Duty) -> ccf::Result<Duty> {
        let mut duty = clk_duty { num: duty.num, den: duty.den };
        cause(call!(self.set_duty_cycle(&raw mut duty) or 0))?;
        Ok(Duty { num: duty.num, den: duty.den })
    }

    fn find_parent(&self, local: &Local) -> ccf::Result<Arc<ClkNode>> {
        let np = self.np.ok_or(Cause::NotFound)?;
        let name = local.name.as_deref().map(str::as_bytes);
        match super::of::find(np, local.index.map_or(-1, |i| i as c_int), name) {
            Ok(Some(clk)) => Ok(clk),
            Ok(None) => Err(Cause::NotYet),
            Err(Errno::EPROBE_DEFER) => Err(Cause::NotYet),
            // The name may also be one of clkdev's.
            Err(_) => super::clkdev::find_node(None, name).ok_or(Cause::NotFound),
        }
    }
}

/// A C string's text; `None` for null. Bytes that are no UTF-8 are replaced.
///
/// # Safety
/// `s` is null or a C string.
pub(super) unsafe fn text(s: *const c_char) -> Option<Box<str>> {
    if s.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { CStr::from_ptr(s) }.to_string_lossy().into())
}

/// The parents that a clock is registered with.
///
/// # Safety
/// The lists of `init` are as long as it says.
pub(super) unsafe fn parents(init: &clk_init_data) -> Result<Vec<ParentRef>> {
    let named_by = |hw: *const clk_hw| HwId(hw.expose_provenance());
    let parent = |i: usize| {
        // SAFETY: within the lists, as the caller says; the first list that is there is meant.
        unsafe {
            if !init.parent_names.is_null() {
                let name = text(*init.parent_names.add(i)).ok_or(Errno::EINVAL)?;
                return Ok(ParentRef { name: Some(name), ..ParentRef::default() });
            }
            if let Some(data) = init.parent_data.add(i).as_ref().filter(|_| !init.parent_data.is_null()) {
                let (name, index) = (text(data.fw_name), u32::try_from(data.index).ok());
                let local = (name.is_some() || index.is_some()).then_some(Local { name, index });
                let hw = (!data.hw.is_null()).then(|| named_by(data.hw));
                return Ok(ParentRef { hw, local, name: text(data.name) });
            }
            if init.parent_hws.is_null() {
                return Err(Errno::EINVAL);
            }
            Ok(ParentRef::hw(named_by(*init.parent_hws.add(i))))
        }
    };
    (0..usize::from(init.num_parents)).map(parent).collect()
}

/// Takes a C driver's clock into the registry.
///
/// # Errors
/// `EINVAL` for data that make no sense, `EEXIST` for a name that is taken, and those of the driver's functions.
///
/// # Safety
/// `hw` and what its `init` points to are as Linux documents; `hw` and its functions live until it is unregistered.
pub(super) unsafe fn register(dev: *mut device, np: Option<Node>, hw: *mut clk_hw) -> Result<*mut clk> {
    // SAFETY: the caller's promise.
    let (init, name) = unsafe {
        let init = (*hw).init;
        // Not to be used after registration: drivers must not either.
        (*hw).init = ptr::null();
        let init = init.as_ref().ok_or(Errno::EINVAL)?;
        (init, text(init.name).ok_or(Errno::EINVAL)?)
    };
    if init.ops.is_null() {
        log::warn!("clock {name}: registered without functions");
        return Err(Errno::EINVAL);
    }
    // SAFETY: the caller's promise.
    let (parents, user) = unsafe {
        let user = if dev.is_null() { "its provider".into() } else { devices::name(dev).to_string_lossy().into() };
        (parents(init)?, user)
    };
    let id = HwId(hw.expose_provenance());
    if ccf::hw::by_hw(id).is_some() {
        return Err(Errno::EEXIST);
    }
    // SAFETY: as above; nobody uses a clock before it is registered.
    unsafe { ((*hw).core, (*hw).clk) = (ptr::null_mut(), ptr::null_mut()) };
    let ops = Box::new(Driver { hw, ops: init.ops, np, device: dev, user });
    let flags = Flags::from_bits_retain(init.flags);
    let result = ccf::register(ClkInit { name, parents, flags, hw: id, ops });
    // SAFETY: as above; `init` of the driver has set both fields, if it was reached.
    unsafe {
        if let Err(cause) = result {
            free_handle((*hw).clk);
            ((*hw).core, (*hw).clk) = (ptr::null_mut(), ptr::null_mut());
            return Err(cause.into());
        }
        Ok((*hw).clk)
    }
}

/// Ends [`register`].
///
/// # Safety
/// `hw` is null or a `struct clk_hw` that lives.
pub(super) unsafe fn unregister(hw: *mut clk_hw) {
    // SAFETY: the caller's promise. The handle goes last: it is the clock's own.
    unsafe {
        let Some(clk) = node(hw) else { return };
        if let Err(cause) = ccf::unregister(&clk) {
            log::warn!("clock {}: cannot be unregistered: {cause}", clk.name());
            return;
        }
        free_handle((*hw).clk);
        (*hw).clk = ptr::null_mut();
        (*hw).core = ptr::null_mut();
    }
}

/// The node of a device, or of the device above it.
///
/// # Safety
/// `dev` is null or a device.
pub(super) unsafe fn node_of(dev: *mut device) -> Option<Node> {
    // SAFETY: the caller's promise.
    unsafe {
        let dev = dev.as_ref()?;
        let above = || dev.parent.as_ref().and_then(|p| Node::from_raw(p.of_node));
        Node::from_raw(dev.of_node).or_else(above)
    }
}

pub(super) unsafe fn register_clk(dev: *mut device, hw: *mut clk_hw) -> *mut clk {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { register(dev, node_of(dev), hw) })
}

pub(super) unsafe fn register_hw(dev: *mut device, hw: *mut clk_hw) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(dev, node_of(dev), hw) }.map(|_| ()))
}

pub(super) unsafe fn of_register_hw(np: *mut device_node, hw: *mut clk_hw) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(ptr::null_mut(), Node::from_raw(np), hw) }.map(|_| ()))
}

/// Registers a clock until the driver lets go of `dev`.
pub(super) unsafe fn managed(dev: *mut device, hw: *mut clk_hw) -> Result<*mut clk> {
    // SAFETY: as the caller says; the clock lives as long as the device is bound.
    unsafe {
        let clk = register(dev, node_of(dev), hw)?;
        let address = hw.expose_provenance();
        devres::add(dev, devres::Key("clk_hw", address), move || unregister(ptr::with_exposed_provenance_mut(address)))?;
        Ok(clk)
    }
}

pub(super) unsafe fn devm_register_clk(dev: *mut device, hw: *mut clk_hw) -> *mut clk {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { managed(dev, hw) })
}

pub(super) unsafe fn devm_register_hw(dev: *mut device, hw: *mut clk_hw) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { managed(dev, hw) }.map(|_| ()))
}

pub(super) unsafe fn unregister_clk(clk: *mut clk) {
    // SAFETY: as the caller says.
    unsafe {
        if let Some(handle) = handle(clk) {
            unregister(hw_of(handle.clk.node()));
        }
    }
}

pub(super) unsafe fn unregister_hw(hw: *mut clk_hw) {
    // SAFETY: as the caller says.
    unsafe { unregister(hw) };
}
