// SPDX-License-Identifier: GPL-2.0-only
//! Ethernet's part of a device: lengths and addresses.

use super::addresses::set_address;
use super::device::state;
use crate::bindings::{
    self, __LINK_STATE_START, IFF_BROADCAST, IFF_LIVE_ADDR_CHANGE, IFF_MULTICAST, IFF_TX_SKB_SHARING, device, header_ops,
    net_device, sk_buff, sockaddr,
};
use crate::errno::{Errno, to_c};
use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::Ordering::Relaxed;

crate::exports! {
    family "net";
    [any, supported, "net::tests::a_device_is_a_port"]
    fn ether_setup(dev: *mut net_device) -> () = setup;
    [any, supported, "net::tests::addresses"]
    fn eth_prepare_mac_addr_change(dev: *mut net_device, p: *mut c_void) -> c_int = prepare;
    [any, supported, "net::tests::addresses"]
    fn eth_commit_mac_addr_change(dev: *mut net_device, p: *mut c_void) -> () = commit;
    [any, supported, "net::tests::addresses"]
    fn eth_mac_addr(dev: *mut net_device, p: *mut c_void) -> c_int = change;
    [any, supported, "net::tests::addresses"]
    fn eth_validate_addr(dev: *mut net_device) -> c_int = validate;
    [any, supported, "none"]
    fn eth_header_parse_protocol(skb: *const sk_buff) -> u16 = protocol;
    [sleeps, supported, "none"]
    fn device_get_mac_address(dev: *mut device, addr: *mut c_char) -> c_int = address_of;
    [sleeps, supported, "none"]
    fn device_get_ethdev_address(dev: *mut device, netdev: *mut net_device) -> c_int = address_to;
    [sleeps, supported, "none"]
    fn platform_get_ethdev_address(dev: *mut device, netdev: *mut net_device) -> c_int = address_to;
    [sleeps, supported, "none"]
    fn eth_platform_get_mac_address(dev: *mut device, mac_addr: *mut u8) -> c_int = address_of_platform;
}

crate::exports_data! {
    family "net";
    [any, supported, "none"]
    static eth_header_ops: header_ops = header_ops { create: None, parse: None, validate: None, parse_protocol: None };
}

pub(super) unsafe extern "C" fn setup(dev: *mut net_device) {
    // SAFETY: the caller's new device.
    unsafe {
        (*dev).header_ops = &raw const eth_header_ops;
        (*dev).type_ = 1;
        (*dev).hard_header_len = 14;
        (*dev).min_header_len = 14;
        (*dev).mtu = 1500;
        (*dev).min_mtu = 68;
        (*dev).max_mtu = 1500;
        (*dev).addr_len = 6;
        (*dev).tx_queue_len = 1000;
        (*dev).flags = IFF_BROADCAST | IFF_MULTICAST;
        (*dev).set_priv_flags(IFF_TX_SKB_SHARING as u64);
        (*dev).broadcast.iter_mut().take(6).for_each(|byte| *byte = 0xff);
    }
}

fn is_station(address: [u8; 6]) -> bool {
    address[0] & 1 == 0 && address != [0; 6]
}

/// The address behind the family.
unsafe fn wanted(p: *mut c_void) -> [u8; 6] {
    // SAFETY: the caller's `sockaddr`.
    unsafe { p.byte_add(core::mem::offset_of!(sockaddr, __bindgen_anon_1)).cast::<[u8; 6]>().read_unaligned() }
}

unsafe fn prepare(dev: *mut net_device, p: *mut c_void) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe {
        let live = (*dev).priv_flags() & IFF_LIVE_ADDR_CHANGE as u64 != 0;
        if !live && state(dev).load(Relaxed) & 1 << __LINK_STATE_START != 0 {
            return Errno::EBUSY.to_c();
        }
        if is_station(wanted(p)) { 0 } else { -(bindings::EADDRNOTAVAIL as c_int) }
    }
}

unsafe fn commit(dev: *mut net_device, p: *mut c_void) {
    // SAFETY: the caller's device and address.
    unsafe { set_address(dev, 0, wanted(p).as_ptr().cast(), 6) };
}

pub(super) unsafe fn change(dev: *mut net_device, p: *mut c_void) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe {
        let code = prepare(dev, p);
        if code == 0 {
            commit(dev, p);
        }
        code
    }
}

pub(super) unsafe fn validate(dev: *mut net_device) -> c_int {
    // SAFETY: the caller's device.
    let address = unsafe { (*dev).dev_addr.cast::<[u8; 6]>().read_unaligned() };
    if is_station(address) { 0 } else { -(bindings::EADDRNOTAVAIL as c_int) }
}

unsafe fn protocol(skb: *const sk_buff) -> u16 {
    // SAFETY: the caller's buffer.
    unsafe {
        let at = usize::from(super::skb::headers(skb.cast_mut()).mac_header) + 12;
        (*skb).head.add(at).cast::<u16>().read_unaligned()
    }
}

unsafe fn address_of_node(dev: *mut device, to: *mut u8) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe { crate::ethtool::mac_address((*dev).of_node, to) }
}

unsafe fn address_of(dev: *mut device, addr: *mut c_char) -> c_int {
    // SAFETY: as the caller says.
    unsafe { address_of_node(dev, addr.cast()) }
}

unsafe fn address_of_platform(dev: *mut device, mac_addr: *mut u8) -> c_int {
    // SAFETY: as the caller says.
    unsafe { address_of_node(dev, mac_addr) }
}

unsafe fn address_to(dev: *mut device, netdev: *mut net_device) -> c_int {
    let mut address = [0; 6];
    // SAFETY: as the caller says.
    unsafe {
        let code = address_of_node(dev, address.as_mut_ptr());
        if code == 0 {
            set_address(netdev, 0, address.as_ptr().cast(), 6);
        }
        to_c(Errno::check(code).map(drop))
    }
}
