// SPDX-License-Identifier: GPL-2.0-only
//! Handlers for C (Linux: Documentation/core-api/genericirq.rst).

use super::control::errno;
use super::line::note_action;
use crate::bindings::{self, device};
use crate::context::ledger::{self, Kind};
use crate::context::{self, Role};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::irq::virq::{self, Flags, Mode, Outcome, Request, desc};
use kernel::sync::SpinLock;

/// `irq_handler_t`.
type CHandler = Option<unsafe extern "C" fn(c_int, *mut c_void) -> bindings::irqreturn_t>;

crate::exports! {
    family "irq";
    [sleeps, supported, "irq::tests::handlers_of_c"]
    fn request_threaded_irq(irq: c_uint, handler: CHandler, thread_fn: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> c_int = threaded;
    [sleeps, supported, "irq::tests::handlers_of_devices"]
    fn request_any_context_irq(irq: c_uint, handler: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> c_int = any_context;
    [sleeps, supported, "irq::tests::handlers_of_c"]
    fn free_irq(irq: c_uint, dev: *mut c_void) -> *const c_void = free;
    [sleeps, supported, "irq::tests::handlers_of_devices"]
    fn devm_request_threaded_irq(dev: *mut device, irq: c_uint, handler: CHandler, thread_fn: CHandler, flags: c_ulong, name: *const c_char, dev_id: *mut c_void) -> c_int = devm_threaded;
    [sleeps, supported, "irq::tests::handlers_of_devices"]
    fn devm_request_any_context_irq(dev: *mut device, irq: c_uint, handler: CHandler, flags: c_ulong, name: *const c_char, dev_id: *mut c_void) -> c_int = devm_any_context;
    [sleeps, supported, "irq::tests::handlers_of_devices"]
    fn devm_free_irq(dev: *mut device, irq: c_uint, dev_id: *mut c_void) = devm_free;
    [any, supported, "irq::tests::handlers_of_c"]
    fn irq_has_action(irq: c_uint) -> bool = has_action;
    [any, supported, "irq::tests::handlers_of_c"]
    fn irq_wake_thread(irq: c_uint, dev: *mut c_void) = wake_thread;
}

/// A handler of C.
struct Action {
    irq: c_uint,
    /// Its argument, as a number.
    id: usize,
    /// The name as C gave it, which `free_irq()` gives back.
    name: usize,
    /// The device that asked for it, as a number; 0 where that is not known.
    device: usize,
}

static ACTIONS: SpinLock<Vec<Action>> = SpinLock::new(Vec::new());

/// What a handler gives whose call has failed; none of Linux's.
const FAILED: bindings::irqreturn_t = bindings::irqreturn_t::MAX;

/// Masks the interrupts of a device whose driver has failed, but for those that others share. Context: any.
pub(crate) fn mask_of(dev: *const device) {
    let actions = ACTIONS.lock();
    let lines = actions.iter().filter(|action| action.device == dev.addr()).map(|action| action.irq);
    let of_others = |irq: &c_uint| actions.iter().any(|a| a.irq == *irq && a.device != dev.addr());
    let alone: Vec<c_uint> = lines.filter(|irq| !of_others(irq)).collect();
    drop(actions);
    alone.into_iter().for_each(mask);
}

/// Masks an interrupt whose handler has failed.
pub(super) fn mask(irq: c_uint) {
    if let Err(error) = virq::disable_nosync(irq) {
        log::error!("interrupt {irq} of a failed driver: {error}");
    }
}

/// A C handler as a Rust one.
fn handler(f: CHandler, role: Role, name: *const c_char, dev: *mut c_void) -> Option<virq::Handler> {
    let f = f?;
    let (dev, name) = (dev.expose_provenance(), name.expose_provenance());
    let device = context::device().expose_provenance();
    Some(Box::new(move |irq| {
        let (device, name) = (ptr::with_exposed_provenance(device), ptr::with_exposed_provenance(name));
        let result = context::run_for(device, role, name, f as usize, FAILED, || {
            // SAFETY: the driver's handler with its argument, which it keeps until it has freed the interrupt.
            unsafe { f(irq as c_int, ptr::with_exposed_provenance_mut(dev)) }
        });
        match result {
            bindings::IRQ_NONE => Outcome::None,
            bindings::IRQ_HANDLED => Outcome::Handled,
            FAILED => {
                // At once: it may come again before anything else runs.
                if ACTIONS.lock().iter().filter(|action| action.irq == irq).count() == 1 {
                    mask(irq);
                }
                Outcome::None
            }
            _ => Outcome::WakeThread,
        }
    }))
}

fn request(irq: c_uint, hard: CHandler, soft: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> Result<()> {
    if irq == bindings::IRQ_NOTCONNECTED {
        return Err(Errno::ENOTCONN);
    }
    // SAFETY: null or the driver's name for it.
    let label = if name.is_null() { c"?" } else { unsafe { CStr::from_ptr(name) } };
    let line = desc::get(irq).ok_or(Errno::EINVAL)?;
    let wanted = Request {
        name: &label.to_string_lossy(),
        flags: Flags::from_bits_truncate(flags as u32),
        handler: handler(hard, Role::Interrupt, name, dev),
        thread: handler(soft, Role::Thread, name, dev),
        id: dev.addr(),
    };
    virq::request(irq, wanted).map_err(|error| {
        log::warn!("{}: {error}", label.to_string_lossy());
        errno(error)
    })?;
    let device = context::device().addr();
    ACTIONS.lock().push(Action { irq, id: dev.addr(), name: name.expose_provenance(), device });
    ledger::took(Kind::Interrupt, mixed(irq, dev.addr()), irq as usize);
    note_action(&line);
    Ok(())
}

pub(super) unsafe fn threaded(irq: c_uint, hard: CHandler, soft: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> c_int {
    crate::errno::to_c(request(irq, hard, soft, flags, name, dev))
}

fn request_any(irq: c_uint, f: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> Result<c_int> {
    if irq == bindings::IRQ_NOTCONNECTED {
        return Err(Errno::ENOTCONN);
    }
    let line = desc::get(irq).ok_or(Errno::EINVAL)?;
    if line.mode().contains(Mode::NESTED_THREAD) {
        request(irq, None, f, flags, name, dev)?;
        return Ok(bindings::IRQC_IS_NESTED as c_int);
    }
    request(irq, f, None, flags, name, dev)?;
    Ok(bindings::IRQC_IS_HARDIRQ as c_int)
}

pub(super) unsafe fn any_context(irq: c_uint, f: CHandler, flags: c_ulong, name: *const c_char, dev: *mut c_void) -> c_int {
    int_to_c(request_any(irq, f, flags, name, dev))
}

/// Takes the handler away, and gives the name that it came with.
fn take(irq: c_uint, dev: usize) -> *const c_void {
    if let Err(error) = virq::release(irq, dev) {
        log::error!("free_irq({irq}): {error}");
        return ptr::null();
    }
    ledger::gave(Kind::Interrupt, mixed(irq, dev));
    if let Some(line) = desc::get(irq) {
        note_action(&line);
    }
    let mut actions = ACTIONS.lock();
    let at = actions.iter().position(|action| (action.irq, action.id) == (irq, dev));
    at.map_or(ptr::null(), |at| ptr::with_exposed_provenance(actions.swap_remove(at).name))
}

pub(super) unsafe fn free(irq: c_uint, dev: *mut c_void) -> *const c_void {
    take(irq, dev.addr())
}

/// One number for an interrupt and its handler's argument.
fn mixed(irq: c_uint, dev: usize) -> usize {
    dev.rotate_left(16) ^ irq as usize
}

/// What a managed handler is found again by.
fn key(irq: c_uint, dev: usize) -> Key {
    Key("irq", mixed(irq, dev))
}

/// Has a handler freed with its device.
pub(super) unsafe fn manage(dev: *mut device, irq: c_uint, id: *mut c_void) -> Result<()> {
    let id = id.addr();
    let release = move || {
        take(irq, id);
    };
    // SAFETY: the caller's device.
    unsafe { devres::add(dev, key(irq, id), release) }
}

/// The name that is given, or the device's.
pub(super) unsafe fn name_or(dev: *mut device, name: *const c_char) -> *const c_char {
    // SAFETY: the caller's device; its name stays as long as it.
    if name.is_null() { unsafe { crate::device::name(dev) }.as_ptr() } else { name }
}

pub(super) unsafe fn devm_threaded(dev: *mut device, irq: c_uint, hard: CHandler, soft: CHandler, flags: c_ulong, name: *const c_char, id: *mut c_void) -> c_int {
    // SAFETY: the caller's device and handlers.
    let result = unsafe {
        request(irq, hard, soft, flags, name_or(dev, name), id).and_then(|()| manage(dev, irq, id))
    };
    crate::errno::to_c(result)
}

pub(super) unsafe fn devm_any_context(dev: *mut device, irq: c_uint, f: CHandler, flags: c_ulong, name: *const c_char, id: *mut c_void) -> c_int {
    // SAFETY: the caller's device and handler.
    let result = unsafe {
        request_any(irq, f, flags, name_or(dev, name), id)
            .and_then(|kind| manage(dev, irq, id).map(|()| kind))
    };
    int_to_c(result)
}

pub(super) unsafe fn devm_free(dev: *mut device, irq: c_uint, id: *mut c_void) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, key(irq, id.addr())) } {
        log::error!("devm_free_irq({irq}): the device has not requested it");
    }
}

pub(super) unsafe fn has_action(irq: c_uint) -> bool {
    desc::get(irq).is_some_and(|line| !virq::request::owners(&line).is_empty())
}

pub(super) unsafe fn wake_thread(irq: c_uint, dev: *mut c_void) {
    if let Err(error) = virq::request::wake_thread_of(irq, dev.addr()) {
        log::error!("irq_wake_thread({irq}): {error}");
    }
}
