// SPDX-License-Identifier: GPL-2.0-only
//! Adapters as devices of another's bus (Linux: Documentation/i2c/slave-interface.rst): a client with an address of ours,
//! whose function is called for what others do with it.

use super::transfer::{lock, unlock};
use crate::bindings::{device, i2c_client, i2c_slave_cb_t, i2c_slave_event};
use crate::errno::Errno;
use crate::of::Node;
use core::ffi::c_int;

crate::exports! {
    family "i2c";
    [sleeps, supported, "i2c::tests::an_adapter_is_a_device_of_another_s_bus"]
    fn i2c_slave_register(client: *mut i2c_client, slave_cb: i2c_slave_cb_t) -> c_int = register;
    [sleeps, supported, "i2c::tests::an_adapter_is_a_device_of_another_s_bus"]
    fn i2c_slave_unregister(client: *mut i2c_client) -> c_int = unregister;
    [any, supported, "i2c::tests::an_adapter_is_a_device_of_another_s_bus"]
    fn i2c_slave_event(client: *mut i2c_client, event: i2c_slave_event, val: *mut u8) -> c_int = event_c;
    [any, supported, "i2c::tests::an_adapter_is_a_device_of_another_s_bus"]
    fn i2c_detect_slave_mode(dev: *mut device) -> bool = is_wanted;
}

/// Bits of a client's flags, and of an address in the device tree.
const TEN_BITS: u16 = 0x10;
const OWN_ADDRESS: u32 = 1 << 30;

/// Whether there is a client behind a pointer.
fn is_client(client: *mut i2c_client) -> bool {
    Errno::check_ptr(client).is_ok_and(|client| !client.is_null())
}

pub(super) unsafe fn register(client: *mut i2c_client, slave_cb: i2c_slave_cb_t) -> c_int {
    if !is_client(client) || slave_cb.is_none() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's client; its adapter's function.
    unsafe {
        // Addresses that the bus has for itself.
        if (*client).flags & TEN_BITS == 0 && !(0x08..=0x77).contains(&(*client).addr) {
            return Errno::EINVAL.to_c();
        }
        let adapter = (*client).adapter;
        let Some(register) = (*adapter).algo.as_ref().and_then(|algo| algo.__bindgen_anon_3.reg_slave) else {
            return Errno::EOPNOTSUPP.to_c();
        };
        (*client).slave_cb = slave_cb;
        lock(adapter, 0);
        let result = register(client);
        unlock(adapter, 0);
        if result != 0 {
            (*client).slave_cb = None;
        }
        result
    }
}

pub(super) unsafe fn unregister(client: *mut i2c_client) -> c_int {
    if !is_client(client) {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's client; its adapter's function.
    unsafe {
        let adapter = (*client).adapter;
        let Some(unregister) = (*adapter).algo.as_ref().and_then(|algo| algo.__bindgen_anon_4.unreg_slave) else {
            return Errno::EOPNOTSUPP.to_c();
        };
        lock(adapter, 0);
        let result = unregister(client);
        unlock(adapter, 0);
        if result == 0 {
            (*client).slave_cb = None;
        }
        result
    }
}

pub(super) unsafe fn event_c(client: *mut i2c_client, event: i2c_slave_event, val: *mut u8) -> c_int {
    // SAFETY: the caller's client, whose function is there as long as it is registered.
    unsafe { (*client).slave_cb.map_or(Errno::EINVAL.to_c(), |call| call(client, event, val)) }
}

pub(super) unsafe fn is_wanted(dev: *mut device) -> bool {
    // SAFETY: the caller's device.
    let node = unsafe { Node::from_raw((*dev).of_node) };
    let has = |child: Node| child.u32(b"reg").is_some_and(|reg| reg & OWN_ADDRESS != 0);
    node.is_some_and(|node| node.children().any(has))
}
