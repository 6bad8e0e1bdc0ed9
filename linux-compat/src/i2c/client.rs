// SPDX-License-Identifier: GPL-2.0-only
//! Devices on I2C buses: made of the device tree's nodes, or asked for by drivers.

use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut, with_exposed_provenance_mut};

use io::i2c::Client;
use kernel::irq::virq;
use kernel::sync::SpinLock;

use super::adapter::{core, text};
use super::bus;
use crate::bindings::{
    self, device, device_node, i2c_adapter, i2c_board_info, i2c_client, i2c_device_id, of_device_id,
};
use crate::device as core_device;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::{self, Node};

crate::exports! {
    family "i2c";
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_new_client_device(adap: *mut i2c_adapter, info: *const i2c_board_info) -> *mut i2c_client = new_client;
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_new_dummy_device(adapter: *mut i2c_adapter, address: u16) -> *mut i2c_client = new_dummy;
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn devm_i2c_new_dummy_device(dev: *mut device, adap: *mut i2c_adapter, address: u16) -> *mut i2c_client = new_dummy_managed;
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_new_ancillary_device(client: *mut i2c_client, name: *const c_char, default_addr: u16) -> *mut i2c_client = new_ancillary;
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_unregister_device(client: *mut i2c_client) -> () = unregister;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_verify_client(dev: *mut device) -> *mut i2c_client = verify;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_match_id(id: *const i2c_device_id, client: *const i2c_client) -> *const i2c_device_id = match_id;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_client_get_device_id(client: *const i2c_client) -> *const i2c_device_id = device_id;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_get_match_data(client: *const i2c_client) -> *const c_void = match_data;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_of_match_device(matches: *const of_device_id, client: *mut i2c_client) -> *const of_device_id = of_match;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn of_i2c_get_board_info(dev: *mut device, node: *mut device_node, info: *mut i2c_board_info) -> c_int = board_info_c;
}

/// Registered clients by address.
static CLIENTS: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// Flags in the device tree's addresses.
const TEN_BIT_ADDRESS: u32 = 1 << 31;
const OWN_ADDRESS: u32 = 1 << 30;

/// Frees a client with its last reference.
pub(super) unsafe extern "C" fn release(dev: *mut device) {
    // SAFETY: a client's device, of `new_client`; the core gives it up.
    unsafe {
        if let Some(client) = bus::to_client(dev) {
            drop(Box::from_raw(client));
        }
    }
}

pub(super) unsafe fn ten_bits(client: *const i2c_client) -> bool {
    // SAFETY: the caller's client.
    unsafe { (*client).flags & bindings::I2C_CLIENT_TEN as u16 != 0 }
}

/// The client's first interrupt.
pub(super) unsafe fn irq(client: *mut i2c_client) -> Result<c_int> {
    // SAFETY: the caller's client; its node is null or of the tree.
    let node = unsafe { Node::from_raw((*client).dev.of_node) }.ok_or(Errno::ENXIO)?;
    let host = node.host_node().ok_or(Errno::ENXIO)?;
    if virq::spec::count(&host) == 0 {
        return Err(Errno::ENXIO);
    }
    Ok(virq::domain::map_spec(&virq::spec::of_node(&host, 0)?)?.virq() as c_int)
}

/// Copies a text into a C array, cut if it is too long.
fn put_text(array: &mut [c_char], text: &[u8]) {
    let room = array.len().saturating_sub(1);
    array.fill(0);
    array.iter_mut().zip(text.iter().take(room)).for_each(|(to, from)| *to = *from as c_char);
}

/// An empty description.
fn no_info() -> i2c_board_info {
    // SAFETY: a structure of C, for which zero is the beginning.
    unsafe { core::mem::zeroed() }
}

/// What the device tree says about a device: its name is the first `compatible` without the vendor.
fn board_info(node: Node) -> Result<i2c_board_info> {
    let mut info = no_info();
    let compatible = node.property(b"compatible").and_then(|p| p.strings().next()).ok_or(Errno::ENODEV)?;
    let name = compatible.to_bytes().split(|b| *b == b',').next_back().unwrap_or_default();
    put_text(&mut info.type_, name);
    let address = node.u32(b"reg").ok_or(Errno::EINVAL)?;
    if address & TEN_BIT_ADDRESS != 0 {
        info.flags |= bindings::I2C_CLIENT_TEN as u16;
    }
    if address & OWN_ADDRESS != 0 {
        info.flags |= bindings::I2C_CLIENT_SLAVE as u16;
    }
    if node.property(b"wakeup-source").is_some() {
        info.flags |= bindings::I2C_CLIENT_WAKE as u16;
    }
    info.addr = u16::try_from(address & !(TEN_BIT_ADDRESS | OWN_ADDRESS)).map_err(|_| Errno::EINVAL)?;
    info.of_node = node.as_raw();
    Ok(info)
}

pub(super) unsafe fn board_info_c(_dev: *mut device, node: *mut device_node, info: *mut i2c_board_info) -> c_int {
    // SAFETY: the C caller's node and variable.
    to_c(unsafe { Node::from_raw(node).ok_or(Errno::EINVAL).and_then(board_info).map(|found| info.write(found)) })
}

/// Makes the devices that the tree has below an adapter. One that cannot be made is reported.
pub(super) unsafe fn of_children(adap: *mut i2c_adapter) {
    // SAFETY: the caller's adapter.
    let Some(node) = (unsafe { Node::from_raw((*adap).dev.of_node) }) else { return };
    let node = node.child(b"i2c-bus").unwrap_or(node);
    for child in node.children().filter(|c| c.is_available() && c.property(b"compatible").is_some()) {
        // SAFETY: the caller's adapter.
        let made = board_info(child).and_then(|info| unsafe { make(adap, &info) });
        if let Err(error) = made {
            log::error!("{child}: no device on the bus: error {}", error.0);
        }
    }
}

pub(super) unsafe fn make(adap: *mut i2c_adapter, info: &i2c_board_info) -> Result<*mut i2c_client> {
    // SAFETY: the caller's adapter; a structure of C, for which zero is the beginning.
    unsafe {
        let adapter = core(adap)?;
        let ten = info.flags & bindings::I2C_CLIENT_TEN as u16 != 0;
        let name = text(&info.type_);
        adapter.attach(Client { address: info.addr, ten_bits: ten, name, driver: None })?;
        let client = Box::into_raw(Box::new(core::mem::zeroed::<i2c_client>()));
        (*client).adapter = adap;
        (*client).flags = info.flags;
        (*client).addr = info.addr;
        (*client).name = info.type_;
        (*client).init_irq = info.irq;
        (*client).irq = info.irq;
        let dev = &raw mut (*client).dev;
        (*dev).platform_data = info.platform_data;
        (*dev).parent = &raw mut (*adap).dev;
        (*dev).bus = bus::pointer();
        (*dev).type_ = bus::client_type();
        (*dev).of_node = info.of_node;
        (*dev).fwnode = match Node::from_raw(info.of_node) {
            Some(node) => &raw mut (*node.as_raw()).fwnode,
            None => info.fwnode,
        };
        core_device::initialize(dev);
        let unique = if ten { info.addr | 0xa000 } else { info.addr };
        let name = if info.dev_name.is_null() {
            CString::new(format!("{}-{unique:04x}", adapter.id())).unwrap_or_default()
        } else {
            CString::new(format!("i2c-{}", CStr::from_ptr(info.dev_name).to_string_lossy())).unwrap_or_default()
        };
        core_device::set_name(dev, name);
        if let Err(error) = core_device::register(dev) {
            adapter.detach(info.addr, ten);
            core_device::put(dev);
            return Err(error);
        }
        CLIENTS.lock().push(client.expose_provenance());
        Ok(client)
    }
}

pub(super) unsafe fn new_client(adap: *mut i2c_adapter, info: *const i2c_board_info) -> *mut i2c_client {
    // SAFETY: the C caller's adapter and description.
    ptr_to_c(unsafe { make(adap, &*info) })
}

fn dummy(address: u16) -> i2c_board_info {
    let mut info = no_info();
    put_text(&mut info.type_, b"dummy");
    info.addr = address;
    info
}

pub(super) unsafe fn new_dummy(adap: *mut i2c_adapter, address: u16) -> *mut i2c_client {
    // SAFETY: the C caller's adapter.
    ptr_to_c(unsafe { make(adap, &dummy(address)) })
}

pub(super) unsafe fn new_dummy_managed(dev: *mut device, adap: *mut i2c_adapter, address: u16) -> *mut i2c_client {
    // SAFETY: the C caller's device and adapter.
    unsafe {
        let made = new_dummy(adap, address);
        if Errno::check_ptr(made).is_err() {
            return made;
        }
        let key = made.expose_provenance();
        let release = move || unregister(with_exposed_provenance_mut(key));
        ptr_to_c(devres::add(dev, Key("i2c_dummy", key), release).map(|()| made))
    }
}

/// Another address of the same chip: what the tree names so, else `default_addr`.
pub(super) unsafe fn new_ancillary(client: *mut i2c_client, name: *const c_char, default_addr: u16) -> *mut i2c_client {
    // SAFETY: the C caller's client and string.
    unsafe {
        let wanted = CStr::from_ptr(name);
        let named = Node::from_raw((*client).dev.of_node).and_then(|node| {
            let at = node.property(b"reg-names")?.strings().position(|n| n == wanted)?;
            node.property(b"reg")?.cells().nth(at)
        });
        let address = named.and_then(|a| u16::try_from(a).ok()).unwrap_or(default_addr);
        new_dummy((*client).adapter, address)
    }
}

pub(super) unsafe fn unregister(client: *mut i2c_client) {
    if Errno::check_ptr(client).is_err() || client.is_null() {
        return;
    }
    // SAFETY: the C caller's client.
    unsafe {
        CLIENTS.lock().retain(|c| *c != client.addr());
        if let Ok(adapter) = core((*client).adapter) {
            adapter.detach((*client).addr, ten_bits(client));
        }
        core_device::unregister(&raw mut (*client).dev);
    }
}

/// Takes all devices off an adapter's bus.
pub(super) unsafe fn remove_all(adap: *mut i2c_adapter) {
    loop {
        let next = CLIENTS.lock().iter().rev().find_map(|c| {
            let client = with_exposed_provenance_mut::<i2c_client>(*c);
            // SAFETY: registered, so it is there while the list is locked.
            (unsafe { (*client).adapter } == adap).then_some(client)
        });
        match next {
            // SAFETY: found above.
            Some(client) => unsafe { unregister(client) },
            None => return,
        }
    }
}

/// The first registered client that `is_it`, with a reference.
pub(super) fn find(is_it: impl Fn(&i2c_client) -> bool) -> *mut i2c_client {
    let clients = CLIENTS.lock();
    for address in clients.iter() {
        let client = with_exposed_provenance_mut::<i2c_client>(*address);
        // SAFETY: registered, so it is there while the list is locked.
        unsafe {
            if is_it(&*client) {
                core_device::get(&raw mut (*client).dev);
                return client;
            }
        }
    }
    null_mut()
}

pub(super) unsafe fn verify(dev: *mut device) -> *mut i2c_client {
    // SAFETY: the C caller's device.
    unsafe { bus::to_client(dev) }.unwrap_or(null_mut())
}

/// The entry of a table that has the client's name.
pub(super) unsafe fn match_id(table: *const i2c_device_id, client: *const i2c_client) -> *const i2c_device_id {
    let mut entry = table;
    // SAFETY: the driver's table ends in an empty name; the C caller's client.
    unsafe {
        if client.is_null() {
            return null();
        }
        let name = text(&(*client).name);
        while let Some(id) = entry.as_ref().filter(|id| id.name.first().is_some_and(|c| *c != 0)) {
            if text(&id.name) == name {
                return entry;
            }
            entry = entry.add(1);
        }
    }
    null()
}

pub(super) unsafe fn device_id(client: *const i2c_client) -> *const i2c_device_id {
    // SAFETY: the C caller's client; its driver is null or of this bus.
    unsafe {
        let driver = (*client).dev.driver;
        if driver.is_null() {
            return null();
        }
        let driver = driver.wrapping_byte_sub(core::mem::offset_of!(bindings::i2c_driver, driver));
        match_id((*driver.cast::<bindings::i2c_driver>()).id_table, client)
    }
}

pub(super) unsafe fn of_match(matches: *const of_device_id, client: *mut i2c_client) -> *const of_device_id {
    // SAFETY: the C caller's table and client.
    unsafe { Node::from_raw((*client).dev.of_node).map_or(null(), |node| of::match_table(matches, node)) }
}

/// The data of the entry by which the driver was chosen.
pub(super) unsafe fn match_data(client: *const i2c_client) -> *const c_void {
    // SAFETY: the C caller's client; its driver is null or of this bus.
    unsafe {
        let driver = (*client).dev.driver.as_ref();
        let node = Node::from_raw((*client).dev.of_node);
        if let (Some(driver), Some(node)) = (driver, node)
            && let Some(entry) = of::match_table(driver.of_match_table, node).as_ref()
            && !entry.data.is_null()
        {
            return entry.data;
        }
        device_id(client).as_ref().map_or(null(), |id| core::ptr::without_provenance(id.driver_data as usize))
    }
}
