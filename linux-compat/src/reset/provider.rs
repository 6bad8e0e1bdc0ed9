// SPDX-License-Identifier: GPL-2.0-only
//! Controllers of reset lines of C drivers, and the lookups that machines add.

use crate::context::Guarded;
use crate::bindings::{device, list_head, of_phandle_args, reset_control_lookup, reset_control_ops, reset_controller_dev};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::borrow::ToOwned;
use alloc::ffi::CString;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uint, c_ulong};
use core::ptr;
use kernel::error::Cause;
use kernel::reset::{self, Caps, Controller, ResetOps};
use kernel::sync::SpinLock;

crate::exports! {
    family "reset";
    [sleeps, supported, "reset::tests::found_by_tree"]
    fn reset_controller_register(rcdev: *mut reset_controller_dev) -> c_int = register_c;
    [sleeps, supported, "reset::tests::found_by_tree"]
    fn reset_controller_unregister(rcdev: *mut reset_controller_dev) -> () = unregister;
    [sleeps, supported, "reset::tests::managed"]
    fn devm_reset_controller_register(dev: *mut device, rcdev: *mut reset_controller_dev) -> c_int = devm_register;
    [atomic, supported, "reset::tests::found_by_lookup"]
    fn reset_controller_add_lookup(lookup: *mut reset_control_lookup, num: c_uint) -> () = add_lookup;
}

/// A controller of C.
struct Driver(*mut reset_controller_dev);

// SAFETY: the pointer is handed to the driver's functions only, which Linux calls from any CPU too.
unsafe impl Send for Driver {}
// SAFETY: as above; the driver has its own locks.
unsafe impl Sync for Driver {}

type Call = Option<unsafe extern "C" fn(*mut reset_controller_dev, c_ulong) -> c_int>;

impl Driver {
    fn ops(&self) -> &reset_control_ops {
        // SAFETY: a driver's controller and table live as long as it is registered.
        unsafe { &*(*self.0).ops }
    }

    fn call(&self, f: Call, line: u32) -> reset::Result<c_int> {
        let f = f.ok_or(Cause::Unsupported)?;
        // SAFETY: the driver's function, called with its own controller.
        let result = unsafe { f.guarded((*self.0).dev, (self.0, line.into())) };
        if result < 0 { Err(Cause::Driver(result.wrapping_neg())) } else { Ok(result) }
    }
}

impl ResetOps for Driver {
    fn caps(&self) -> Caps {
        let ops = self.ops();
        let has = [
            (ops.reset, Caps::RESET),
            (ops.assert, Caps::ASSERT),
            (ops.deassert, Caps::DEASSERT),
            (ops.status, Caps::STATUS),
        ];
        has.into_iter().filter(|(f, _)| f.is_some()).fold(Caps::empty(), |caps, (_, cap)| caps | cap)
    }

    fn reset(&self, line: u32) -> reset::Result<()> {
        self.call(self.ops().reset, line).map(|_| ())
    }

    fn assert(&self, line: u32) -> reset::Result<()> {
        self.call(self.ops().assert, line).map(|_| ())
    }

    fn deassert(&self, line: u32) -> reset::Result<()> {
        self.call(self.ops().deassert, line).map(|_| ())
    }

    fn status(&self, line: u32) -> reset::Result<bool> {
        self.call(self.ops().status, line).map(|asserted| asserted > 0)
    }

    fn translate(&self, lines: u32, args: &[u32]) -> reset::Result<u32> {
        // SAFETY: the driver's controller, as above.
        unsafe {
            let rcdev = &*self.0;
            if usize::try_from(rcdev.of_reset_n_cells) != Ok(args.len()) {
                return Err(Cause::Invalid);
            }
            let Some(translate) = rcdev.of_xlate else {
                return args.first().copied().filter(|line| *line < lines).ok_or(Cause::Invalid);
            };
            let mut raw = of_phandle_args { np: rcdev.of_node, args_count: args.len() as c_int, args: [0; 16] };
            raw.args.iter_mut().zip(args).for_each(|(slot, arg)| *slot = *arg);
            let line = translate(self.0, &raw const raw);
            u32::try_from(line).map_err(|_| Cause::Driver(line.wrapping_neg()))
        }
    }
}

/// The controllers of C drivers, by address.
static CONTROLLERS: SpinLock<Vec<(usize, Arc<Controller>)>> = SpinLock::new(Vec::new());

pub(super) unsafe fn register(rcdev: *mut reset_controller_dev) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let rc = rcdev.as_mut().ok_or(Errno::EINVAL)?;
        if rc.ops.is_null() || !rc.of_node.is_null() && !rc.of_args.is_null() {
            return Err(Errno::EINVAL);
        }
        let args = rc.of_args.as_ref();
        let node = Node::from_raw(args.map_or(rc.of_node, |a| a.np));
        if rc.of_xlate.is_none() {
            rc.of_reset_n_cells = 1;
        }
        let head = &raw mut rc.reset_control_head;
        head.write(list_head { next: head, prev: head });
        let name: String = match node {
            _ if !rc.dev.is_null() => devices::name(rc.dev).to_string_lossy().into(),
            Some(node) => node.full_name().to_string_lossy().into(),
            None => "?".into(),
        };
        let phandle = node.map_or(0, Node::phandle);
        let controller = reset::register(&name, phandle, rc.nr_resets, Box::new(Driver(rcdev)));
        CONTROLLERS.lock().push((rcdev.expose_provenance(), controller));
    }
    Ok(())
}

pub(super) unsafe fn register_c(rcdev: *mut reset_controller_dev) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(rcdev) })
}

pub(super) unsafe fn unregister(rcdev: *mut reset_controller_dev) {
    let mut controllers = CONTROLLERS.lock();
    let at = controllers.iter().position(|(address, _)| *address == rcdev.addr());
    let found = at.map(|at| controllers.swap_remove(at).1);
    drop(controllers);
    if let Some(controller) = found {
        reset::unregister(&controller);
    }
}

pub(super) unsafe fn devm_register(dev: *mut device, rcdev: *mut reset_controller_dev) -> c_int {
    // SAFETY: as the caller says; the controller lives as long as the device is bound.
    unsafe {
        to_c(register(rcdev).and_then(|()| {
            let address = rcdev.expose_provenance();
            devres::add(dev, Key("reset_controller", address), move || {
                unregister(ptr::with_exposed_provenance_mut(address));
            })
        }))
    }
}

/// A line of a device without device-tree node.
struct Lookup {
    provider: String,
    line: u32,
    device: CString,
    connection: Option<CString>,
}

static LOOKUPS: SpinLock<Vec<Lookup>> = SpinLock::new(Vec::new());

pub(super) unsafe fn add_lookup(lookup: *mut reset_control_lookup, num: c_uint) {
    for i in 0..num as usize {
        // SAFETY: the caller's array of `num` elements, whose texts are null or C strings.
        unsafe {
            let entry = &*lookup.add(i);
            if entry.dev_id.is_null() || entry.provider.is_null() {
                log::warn!("a lookup of a reset line lacks device or provider");
                continue;
            }
            let connection = (!entry.con_id.is_null()).then(|| CStr::from_ptr(entry.con_id).to_owned());
            LOOKUPS.lock().push(Lookup {
                provider: CStr::from_ptr(entry.provider).to_string_lossy().into(),
                line: entry.index,
                device: CStr::from_ptr(entry.dev_id).to_owned(),
                connection,
            });
        }
    }
}

/// The line that a lookup names for a device.
///
/// # Errors
/// `ENOENT`: none does; `EPROBE_DEFER`: the controller is not there yet.
pub(super) fn look_up(device: &CStr, connection: Option<&CStr>) -> Result<(Arc<Controller>, u32)> {
    let lookups = LOOKUPS.lock();
    let named = |l: &&Lookup| l.device.as_c_str() == device && l.connection.as_deref() == connection;
    let found = lookups.iter().find(named).ok_or(Errno::ENOENT)?;
    Ok((reset::by_name(&found.provider)?, found.line))
}

/// How many lines lookups name for a device.
pub(super) fn count(device: &CStr) -> usize {
    LOOKUPS.lock().iter().filter(|l| l.device.as_c_str() == device).count()
}
