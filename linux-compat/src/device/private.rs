// SPDX-License-Identifier: GPL-2.0-only
//! Rust's part of a device.

use super::devres::Resource;
use crate::bindings::{device, device_driver};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use kernel::sync::SpinLock;

/// How a device stands with drivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// No driver has it.
    #[default]
    Free,
    /// A driver's probe runs.
    Probing,
    /// A driver has it.
    Bound,
    /// A driver's remove runs.
    Removing,
}

/// What is behind a device's field `p`.
#[derive(Default)]
pub(crate) struct Private {
    pub resources: Vec<Resource>,
    pub children: Vec<Device>,
    /// The name that `kobj.name` points to.
    pub name: Option<CString>,
    pub state: State,
    /// When its driver took it: a number that grows from device to device.
    pub bound: u32,
    /// Why the last probe was put off.
    pub deferred: Option<String>,
}

/// A device as an address that may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device(pub *mut device);

// SAFETY: an address; those who follow it hold a reference and take the device's locks.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

/// A driver, likewise. Drivers live until they are unregistered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Driver(pub *mut device_driver);

// SAFETY: an address; drivers are static data of C.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

/// Guards the making of `p`.
static MAKING: SpinLock<()> = SpinLock::new(());

/// Calls `f` with Rust's part of the device, which is made at the first use, under its lock. Context: atomic.
///
/// # Safety
/// `dev` is a device whose fields were zero before it was first used.
pub(crate) unsafe fn with<R>(dev: *mut device, f: impl FnOnce(&mut Private) -> R) -> R {
    // SAFETY: the caller's device; `p` is ours alone, and is set once, under the lock.
    let private: &SpinLock<Private> = unsafe {
        let _making = MAKING.lock();
        if (*dev).p.is_null() {
            let made: Box<SpinLock<Private>> = Box::new(SpinLock::new(Private::default()));
            (*dev).p = Box::into_raw(made).cast();
        }
        &*(*dev).p.cast()
    };
    f(&mut private.lock())
}

/// Frees Rust's part. The name in `kobj` is gone with it.
///
/// # Safety
/// Nobody uses the device any more. `private` was its field `p`.
pub(crate) unsafe fn free(private: *mut crate::bindings::device_private) {
    if !private.is_null() {
        // SAFETY: made by `with`; the caller gives it up.
        drop(unsafe { Box::from_raw(private.cast::<SpinLock<Private>>()) });
    }
}

/// The device's node in the tree, if it has one.
///
/// # Safety
/// `dev` is a device.
pub(crate) unsafe fn node(dev: *const device) -> Option<crate::of::Node> {
    // SAFETY: the caller's device; its node is null or of the tree.
    unsafe { crate::of::Node::from_raw((*dev).of_node) }
}
