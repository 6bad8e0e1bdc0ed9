// SPDX-License-Identifier: GPL-2.0-only
//! Who has PHYs: providers that the device tree leads to, and the lookups of machines.

use super::device::of_node;
use crate::bindings::{device, device_node, module, of_phandle_args, phy, phy_provider};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c};
use crate::of::{Node, PhandleArgs};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr::with_exposed_provenance_mut;
use kernel::sync::Mutex;

type Xlate = Option<unsafe extern "C" fn(*mut device, *const of_phandle_args) -> *mut phy>;

crate::exports! {
    family "phy";
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn of_phy_simple_xlate(dev: *mut device, args: *const of_phandle_args) -> *mut phy = simple_xlate;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn __of_phy_provider_register(dev: *mut device, children: *mut device_node, owner: *mut module, of_xlate: Xlate) -> *mut phy_provider = register_c;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn __devm_of_phy_provider_register(dev: *mut device, children: *mut device_node, owner: *mut module, of_xlate: Xlate) -> *mut phy_provider = devm_register;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn of_phy_provider_unregister(phy_provider: *mut phy_provider) -> () = unregister;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_of_phy_provider_unregister(dev: *mut device, phy_provider: *mut phy_provider) -> () = devm_unregister;
    [sleeps, supported, "phy::tests::found_by_lookup"]
    fn phy_create_lookup(phy: *mut phy, con_id: *const c_char, dev_id: *const c_char) -> c_int = create_lookup;
    [sleeps, supported, "phy::tests::found_by_lookup"]
    fn phy_remove_lookup(phy: *mut phy, con_id: *const c_char, dev_id: *const c_char) -> () = remove_lookup;
}

/// A PHY for a device without device-tree node.
struct Lookup {
    phy: usize,
    device: CString,
    connection: CString,
}

/// Who has PHYs. Providers are held by address, and stay while they are in the list.
struct Known {
    providers: Vec<usize>,
    lookups: Vec<Lookup>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known { providers: Vec::new(), lookups: Vec::new() });

/// The PHY that a reference of the device tree means, with a reference of the caller's.
///
/// # Errors
/// `EPROBE_DEFER`: its provider is not there yet; `ENODEV`: it is disabled, or the provider has none.
pub(super) fn find(reference: &PhandleArgs) -> Result<*mut phy> {
    // Handled by another core, in Linux too.
    if reference.node.is_compatible(b"usb-nop-xceiv") {
        return Err(Errno::ENODEV);
    }
    let known = KNOWN.lock();
    let wanted = reference.node.as_raw();
    let has = |provider: &&phy_provider| {
        // SAFETY: a provider's device and the node with its children stay while it is registered.
        let (own, children) = unsafe { ((*provider.dev).of_node, Node::from_raw(provider.children)) };
        core::ptr::eq(own, wanted) || children.is_some_and(|node| node.children().any(|child| child == reference.node))
    };
    let all = known.providers.iter();
    // SAFETY: a provider stays while it is in the list.
    let mut all = all.filter_map(|at| unsafe { with_exposed_provenance_mut::<phy_provider>(*at).as_ref() });
    let provider = all.find(has).ok_or(Errno::EPROBE_DEFER)?;
    if !reference.node.is_available() {
        log::warn!("{}: the PHY is disabled", reference.node);
        return Err(Errno::ENODEV);
    }
    let translate = provider.of_xlate.ok_or(Errno::ENODEV)?;
    let args = of_phandle_args { np: wanted, args_count: reference.count as c_int, args: reference.args };
    // SAFETY: the provider's function with its device; a PHY cannot go while the list is locked.
    unsafe { held(translate(provider.dev, &raw const args)) }
}

/// Takes a reference.
unsafe fn held(phy: *mut phy) -> Result<*mut phy> {
    let phy = Errno::check_ptr(phy)?;
    if phy.is_null() {
        return Err(Errno::ENODEV);
    }
    // SAFETY: the caller's PHY.
    unsafe { devices::get(&raw mut (*phy).dev) };
    Ok(phy)
}

/// The PHY that a lookup names for a device, with a reference of the caller's.
///
/// # Errors
/// `ENODEV`: none does.
pub(super) fn look_up(device: &CStr, connection: &CStr) -> Result<*mut phy> {
    let known = KNOWN.lock();
    let named = |l: &&Lookup| l.device.as_c_str() == device && l.connection.as_c_str() == connection;
    let found = known.lookups.iter().find(named).ok_or(Errno::ENODEV)?;
    // SAFETY: whoever added the lookup takes it back before the PHY goes.
    unsafe { held(with_exposed_provenance_mut(found.phy)) }
}

pub(super) unsafe fn simple_xlate(_dev: *mut device, args: *const of_phandle_args) -> *mut phy {
    // SAFETY: as the caller says.
    let node = unsafe { args.as_ref() }.map(|args| args.np);
    node.and_then(|node| of_node(node)).unwrap_or_else(|| Errno::ENODEV.to_ptr())
}

/// Whether a node is another one or below it.
fn is_within(node: Node, other: Node) -> bool {
    core::iter::successors(Some(node), |node| node.parent()).any(|above| above == other)
}

unsafe fn register(
    dev: *mut device,
    children: *mut device_node,
    owner: *mut module,
    of_xlate: Xlate,
) -> Result<*mut phy_provider> {
    if dev.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: the caller's device and node; a structure of C, for which zero is the beginning.
    unsafe {
        let own = (*dev).of_node;
        if let Some(node) = Node::from_raw(children)
            && !Node::from_raw(own).is_some_and(|own| is_within(node, own))
        {
            return Err(Errno::EINVAL);
        }
        let mut provider = Box::new(core::mem::zeroed::<phy_provider>());
        provider.dev = dev;
        provider.children = if children.is_null() { own } else { children };
        provider.owner = owner;
        provider.of_xlate = of_xlate;
        let provider = Box::into_raw(provider);
        KNOWN.lock().providers.push(provider.expose_provenance());
        Ok(provider)
    }
}

pub(super) unsafe fn register_c(
    dev: *mut device,
    children: *mut device_node,
    owner: *mut module,
    of_xlate: Xlate,
) -> *mut phy_provider {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { register(dev, children, owner, of_xlate) })
}

pub(super) unsafe fn unregister(provider: *mut phy_provider) {
    let Ok(provider) = Errno::check_ptr(provider) else { return };
    let mut known = KNOWN.lock();
    let before = known.providers.len();
    known.providers.retain(|address| *address != provider.addr());
    if known.providers.len() < before {
        // SAFETY: of `register`, and in no list any more.
        drop(unsafe { Box::from_raw(provider) });
    }
}

pub(super) unsafe fn devm_register(
    dev: *mut device,
    children: *mut device_node,
    owner: *mut module,
    of_xlate: Xlate,
) -> *mut phy_provider {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        register(dev, children, owner, of_xlate).and_then(|provider| {
            let at = provider.expose_provenance();
            devres::add(dev, Key("phy_provider", at), move || unregister(with_exposed_provenance_mut(at)))?;
            Ok(provider)
        })
    })
}

pub(super) unsafe fn devm_unregister(dev: *mut device, provider: *mut phy_provider) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("phy_provider", provider.addr())) } {
        log::warn!("devm_of_phy_provider_unregister: the device has no such provider");
    }
}

pub(super) unsafe fn create_lookup(phy: *mut phy, con_id: *const c_char, dev_id: *const c_char) -> c_int {
    if phy.is_null() || con_id.is_null() || dev_id.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's C strings.
    let (device, connection) = unsafe { (CStr::from_ptr(dev_id).to_owned(), CStr::from_ptr(con_id).to_owned()) };
    KNOWN.lock().lookups.push(Lookup { phy: phy.expose_provenance(), device, connection });
    0
}

pub(super) unsafe fn remove_lookup(phy: *mut phy, con_id: *const c_char, dev_id: *const c_char) {
    if phy.is_null() || con_id.is_null() || dev_id.is_null() {
        return;
    }
    // SAFETY: the caller's C strings.
    let (device, connection) = unsafe { (CStr::from_ptr(dev_id), CStr::from_ptr(con_id)) };
    let is_it =
        |l: &Lookup| l.phy == phy.addr() && l.device.as_c_str() == device && l.connection.as_c_str() == connection;
    let mut known = KNOWN.lock();
    if let Some(at) = known.lookups.iter().position(is_it) {
        known.lookups.remove(at);
    }
}
