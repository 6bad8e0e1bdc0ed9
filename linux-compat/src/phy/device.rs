// SPDX-License-Identifier: GPL-2.0-only
//! `struct phy`: made for a driver of PHYs, and freed when its last consumer has given it back.

use crate::context::Guarded;
use crate::bindings::{device, device_node, phy, phy_ops};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c};
use crate::regulator::consumer as regulator;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr::{null_mut, with_exposed_provenance_mut};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use kernel::error::Cause;
use kernel::phy::{self as phys, Phy, PhyOps};
use kernel::sync::SpinLock;

crate::exports! {
    family "phy";
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_create(dev: *mut device, node: *mut device_node, ops: *const phy_ops) -> *mut phy = create_c;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_phy_create(dev: *mut device, node: *mut device_node, ops: *const phy_ops) -> *mut phy = devm_create;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn phy_destroy(phy: *mut phy) -> () = destroy;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_phy_destroy(dev: *mut device, phy: *mut phy) -> () = devm_destroy;
}

/// What `phy.core` points to.
pub(super) struct Core {
    pub phy: Arc<Phy>,
}

/// A driver's PHY.
struct Driver(*mut phy);

// SAFETY: the pointer is handed to the driver's functions only, one at a time.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

impl Driver {
    fn call(&self, which: fn(&phy_ops) -> Option<unsafe extern "C" fn(*mut phy) -> c_int>) -> phys::Result<()> {
        // SAFETY: a driver's table lives as long as its PHY; the driver's function, called with that.
        let result = unsafe {
            let ops = (*self.0).ops.as_ref().ok_or(Cause::Gone)?;
            which(ops).map_or(0, |f| f.guarded((*self.0).dev.parent, (self.0,)))
        };
        if result < 0 { Err(Cause::Driver(result.wrapping_neg())) } else { Ok(()) }
    }
}

impl PhyOps for Driver {
    fn init(&self) -> phys::Result<()> {
        self.call(|ops| ops.init)
    }

    fn exit(&self) -> phys::Result<()> {
        self.call(|ops| ops.exit)
    }

    fn power_on(&self) -> phys::Result<()> {
        self.call(|ops| ops.power_on)
    }

    fn power_off(&self) -> phys::Result<()> {
        self.call(|ops| ops.power_off)
    }
}

/// The registered PHYs, by address.
static REGISTERED: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// The registered PHY of a node.
pub(super) fn of_node(node: *const device_node) -> Option<*mut phy> {
    let registered = REGISTERED.lock();
    let all = registered.iter().map(|address| with_exposed_provenance_mut::<phy>(*address));
    // SAFETY: a PHY stays while it is in the list.
    all.into_iter().find(|phy| unsafe { core::ptr::eq((**phy).dev.of_node, node) })
}

/// The registry's entry of a PHY.
///
/// # Safety
/// `phy` is one of [`create`], of which the caller holds a reference.
pub(super) unsafe fn core<'a>(phy: *mut phy) -> Result<&'a Arc<Phy>> {
    // SAFETY: the caller's PHY, whose entry stays as long as it does.
    unsafe { (*phy).core.cast::<Core>().as_ref() }.map(|core| &core.phy).ok_or(Errno::ENODEV)
}

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut device) {
    // The device is the first field.
    let phy = dev.cast::<phy>();
    // SAFETY: of `create`; nobody has it any more.
    unsafe {
        if !(*phy).pwr.is_null() {
            regulator::put((*phy).pwr);
        }
        if !(*phy).core.is_null() {
            drop(Box::from_raw((*phy).core.cast::<Core>()));
        }
        drop(Box::from_raw(phy));
    }
}

/// Makes a PHY below a driver's device.
///
/// # Safety
/// `dev` is a device, `node` null or a node, and `ops` lives as long as the PHY.
pub(super) unsafe fn create(dev: *mut device, node: *mut device_node, ops: *const phy_ops) -> Result<*mut phy> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    if dev.is_null() || ops.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: a structure of C, for which zero is the beginning; the caller's device.
    unsafe {
        let phy = Box::into_raw(Box::new(core::mem::zeroed::<phy>()));
        let own = &raw mut (*phy).dev;
        let waiters = &raw mut (*phy).mutex.wait.head;
        ((*waiters).next, (*waiters).prev) = (waiters, waiters);
        (*own).of_node = if node.is_null() { (*dev).of_node } else { node };
        (*own).parent = dev;
        (*own).release = Some(release);
        devices::initialize(own);
        (*phy).id = NEXT.fetch_add(1, Relaxed) as c_int;
        (*phy).ops = ops;
        let name = format!("phy-{}.{}", devices::name(dev).to_string_lossy(), (*phy).id);
        devices::set_name(own, CString::new(name.as_str()).map_err(|_| Errno::EINVAL)?);
        (*phy).pwr = match Errno::check_ptr(regulator::get_optional_c(own, c"phy".as_ptr())) {
            Ok(supply) => supply,
            Err(Errno::EPROBE_DEFER) => {
                // Its parent is held by registered devices only.
                (*own).parent = null_mut();
                devices::put(own);
                return Err(Errno::EPROBE_DEFER);
            }
            Err(_) => null_mut(),
        };
        if let Err(error) = devices::register(own) {
            (*own).parent = null_mut();
            devices::put(own);
            return Err(error);
        }
        (*phy).core = Box::into_raw(Box::new(Core { phy: phys::register(&name, Box::new(Driver(phy))) })).cast();
        REGISTERED.lock().push(phy.expose_provenance());
        if crate::pm::enabled(dev) {
            crate::pm::manage_without_callbacks(own);
        }
        Ok(phy)
    }
}

pub(super) unsafe fn create_c(dev: *mut device, node: *mut device_node, ops: *const phy_ops) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { create(dev, node, ops) })
}

pub(super) unsafe fn destroy(phy: *mut phy) {
    if phy.is_null() {
        return;
    }
    REGISTERED.lock().retain(|address| *address != phy.addr());
    // SAFETY: the caller's PHY; consumers that are left hold references.
    unsafe {
        if let Ok(core) = core(phy) {
            phys::unregister(core);
        }
        let own = &raw mut (*phy).dev;
        if crate::pm::enabled(own) {
            crate::pm::stop_managing(own);
        }
        devices::unregister(own);
    }
}

pub(super) unsafe fn devm_create(dev: *mut device, node: *mut device_node, ops: *const phy_ops) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        create(dev, node, ops).and_then(|phy| {
            let address = phy.expose_provenance();
            devres::add(dev, Key("phy", address), move || destroy(with_exposed_provenance_mut(address)))?;
            Ok(phy)
        })
    })
}

pub(super) unsafe fn devm_destroy(dev: *mut device, phy: *mut phy) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("phy", phy.addr())) } {
        log::warn!("devm_phy_destroy: the device has no such PHY");
    }
}
