// SPDX-License-Identifier: GPL-2.0-only
//! Frames from devices: as buffers they come, from where they are they go to the switch.

use super::data::{PARTIAL, UNNECESSARY, pull, runs};
use super::device;
use super::napi;
use super::skb::{device as device_of, headers, headroom, linear, next, put, shared};
use crate::bindings::{
    GRO_NORMAL, NET_RX_DROP, NET_RX_SUCCESS, SKB_GSO_TCP_ECN, SKB_GSO_TCPV4, SKB_GSO_TCPV6, gro_result_t, list_head,
    napi_struct, net_device, sk_buff,
};
use arch::PhysAddr;
use core::ffi::c_int;
use core::ptr::null_mut;
use io::net::Frame;
use io::net::frame::{Bytes, Pieces, SHORTEST};
use io::net::offload::{Checksum, Kind, Offload, Segments};
use kernel::mm::segment::Segment;
use kernel::sync::SpinLock;

crate::exports! {
    family "net";
    [atomic, supported, "net::tests::frames_reach_the_switch"]
    fn netif_receive_skb(skb: *mut sk_buff) -> c_int = receive;
    [atomic, supported, "net::tests::frames_reach_the_switch"]
    fn netif_receive_skb_core(skb: *mut sk_buff) -> c_int = receive;
    [any, supported, "net::tests::frames_reach_the_switch"]
    fn netif_rx(skb: *mut sk_buff) -> c_int = queue;
    [any, supported, "net::tests::frames_reach_the_switch"]
    fn __netif_rx(skb: *mut sk_buff) -> c_int = queue;
    [atomic, supported, "none"]
    fn netif_receive_skb_list(head: *mut list_head) -> () = receive_list;
    [atomic, supported, "net::tests::frames_reach_the_switch"]
    fn napi_gro_receive(napi: *mut napi_struct, skb: *mut sk_buff) -> gro_result_t = receive_polled;
    [atomic, supported, "none"]
    fn napi_gro_flush(napi: *mut napi_struct, flush_old: bool) -> () = flush;
    [atomic, supported, "net::tests::frames_reach_the_switch"]
    fn eth_type_trans(skb: *mut sk_buff, dev: *mut net_device) -> u16 = type_of;
}

/// Buffers that wait for the tasklet, at most: Linux's `netdev_max_backlog`.
const BACKLOG: usize = 1000;
/// Bytes of both addresses and of the type.
const ETH_HLEN: usize = 14;
/// The pieces of a frame at most: the linear part and all pages.
const PIECES: usize = 18;

struct Waiting {
    first: *mut sk_buff,
    last: *mut sk_buff,
    len: usize,
}

// SAFETY: whoever is in the list belongs to it.
unsafe impl Send for Waiting {}

static WAITING: SpinLock<Waiting> = SpinLock::new(Waiting { first: null_mut(), last: null_mut(), len: 0 });

/// From a hard interrupt handler: the tasklet has it received.
pub(super) unsafe fn queue(skb: *mut sk_buff) -> c_int {
    // SAFETY: the caller's buffer, which is in no list.
    unsafe {
        *next(skb) = null_mut();
        {
            let mut waiting = WAITING.lock();
            if waiting.len < BACKLOG {
                match waiting.last {
                    last if last.is_null() => waiting.first = skb,
                    last => *next(last) = skb,
                }
                waiting.last = skb;
                waiting.len += 1;
                drop(waiting);
                napi::kick();
                return NET_RX_SUCCESS as c_int;
            }
        }
        put(skb);
    }
    NET_RX_DROP as c_int
}

/// Has those received that wait. The tasklet.
pub(super) fn backlog() {
    loop {
        let skb = {
            let mut waiting = WAITING.lock();
            let skb = waiting.first;
            if skb.is_null() {
                return;
            }
            // SAFETY: the list's.
            waiting.first = unsafe { core::mem::replace(next(skb), null_mut()) };
            if waiting.first.is_null() {
                waiting.last = null_mut();
            }
            waiting.len -= 1;
            skb
        };
        // SAFETY: taken out of the list.
        unsafe { receive(skb) };
    }
}

/// Frees those of a device that wait.
pub(super) fn forget(dev: *mut net_device) {
    let mut gone = null_mut();
    {
        let mut waiting = WAITING.lock();
        let mut skb = core::mem::replace(&mut waiting.first, null_mut());
        (waiting.last, waiting.len) = (null_mut(), 0);
        while !skb.is_null() {
            // SAFETY: the list's.
            unsafe {
                let rest = core::mem::replace(next(skb), null_mut());
                if *device_of(skb) == dev {
                    *next(skb) = core::mem::replace(&mut gone, skb);
                } else {
                    match waiting.last {
                        last if last.is_null() => waiting.first = skb,
                        last => *next(last) = skb,
                    }
                    waiting.last = skb;
                    waiting.len += 1;
                }
                skb = rest;
            }
        }
    }
    // SAFETY: taken out of the list.
    unsafe { super::skb::put_chain(gone, 0) };
}

/// What the device left to be done, places counted from the type.
unsafe fn offload(skb: *mut sk_buff, front: usize) -> Option<Offload> {
    // SAFETY: the caller's buffer.
    unsafe {
        let (h, info) = (headers(skb), shared(skb));
        let mut offload = Offload { verified: h.ip_summed() == UNNECESSARY, ..Offload::default() };
        if h.ip_summed() == PARTIAL {
            let places = h.__bindgen_anon_1.__bindgen_anon_1;
            let start = usize::from(places.csum_start).checked_sub(headroom(skb) - front + 12)?;
            offload.checksum = Some(Checksum { start: start as u16, offset: places.csum_offset });
        }
        if info.gso_size != 0 {
            let kind = match info.gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6) {
                t if t == SKB_GSO_TCPV4 => Kind::Tcp4,
                t if t == SKB_GSO_TCPV6 => Kind::Tcp6,
                _ => return None,
            };
            let ecn = info.gso_type & SKB_GSO_TCP_ECN != 0;
            let headers = offload.checksum?.start + 20;
            offload.segments = Some(Segments { kind, size: info.gso_size, headers, ecn });
        }
        Some(offload)
    }
}

/// The frame with the tag that stood beside it.
fn tagged<'a>(frame: Frame<'a>, tci: Option<u16>) -> Frame<'a> {
    let Some(tci) = tci else { return frame };
    let mut frame = frame.with_vid(Some(tci & 0xfff));
    frame.tag = Some(tci);
    frame
}

/// Hands a frame to the switch.
unsafe fn hand_on(skb: *mut sk_buff) -> Option<usize> {
    // SAFETY: the caller's buffer, whose frame begins at its MAC header.
    unsafe {
        let nic = device::nic(*device_of(skb))?;
        let front = headroom(skb).checked_sub(headers(skb).mac_header.into())?;
        let offload = offload(skb, front)?;
        let start = (*skb).data.sub(front);
        let head = front + linear(skb);
        if front + ((*skb).len as usize) < SHORTEST {
            return None;
        }
        let tag = headers(skb).__bindgen_anon_2.__bindgen_anon_1;
        let tci = (tag.vlan_proto != 0).then_some(tag.vlan_tci);
        if (*skb).data_len == 0 {
            let bytes = core::slice::from_raw_parts(start, head);
            return Some(nic.receive(&tagged(Frame::new(Bytes::Own(bytes), offload)?, tci)));
        }
        let mut pieces: [Segment; PIECES] = core::array::from_fn(|_| Segment::new(PhysAddr(0), 0));
        let mut count = 1;
        *pieces.first_mut()? = Segment::new(PhysAddr(start.addr() as u64), head);
        let pages = (*skb).data_len as usize;
        runs(skb, linear(skb), pages, |at, bytes| {
            if let Some(piece) = pieces.get_mut(count) {
                *piece = Segment::new(PhysAddr(at.addr() as u64), bytes);
                count += 1;
            }
        })
        .ok()?;
        let pieces = Pieces(pieces.get(..count)?);
        Some(nic.receive(&tagged(Frame::new(Bytes::Shared(&pieces), offload)?, tci)))
    }
}

/// Takes a buffer whose frame's body begins at its data. Context: atomic.
pub(super) unsafe fn receive(skb: *mut sk_buff) -> c_int {
    // SAFETY: the caller's buffer, which this one frees.
    unsafe {
        let reached = hand_on(skb);
        put(skb);
        if reached.is_some() { NET_RX_SUCCESS as c_int } else { NET_RX_DROP as c_int }
    }
}

unsafe fn receive_polled(_napi: *mut napi_struct, skb: *mut sk_buff) -> gro_result_t {
    // SAFETY: as the caller says.
    unsafe { receive(skb) };
    GRO_NORMAL
}

unsafe fn receive_list(head: *mut list_head) {
    // SAFETY: the caller's list of buffers, linked by their first field.
    unsafe {
        let mut at = (*head).next;
        ((*head).next, (*head).prev) = (head, head);
        while at != head {
            let after = (*at).next;
            receive(at.cast());
            at = after;
        }
    }
}

/// Frames are not held back, so none can be flushed.
fn flush(_napi: *mut napi_struct, _flush_old: bool) {}

/// Notes where the frame begins, whom it is for, and gives its type in network order.
pub(super) unsafe fn type_of(skb: *mut sk_buff, dev: *mut net_device) -> u16 {
    const HOST: u8 = 0;
    const BROADCAST: u8 = 1;
    const MULTICAST: u8 = 2;
    const OTHER: u8 = 3;
    // SAFETY: the caller's buffer and device.
    unsafe {
        *device_of(skb) = dev;
        headers(skb).mac_header = headroom(skb) as u16;
        if linear(skb) < ETH_HLEN {
            return 0;
        }
        let header = (*skb).data.cast::<[u8; ETH_HLEN]>().read_unaligned();
        pull(skb, ETH_HLEN as u32);
        let [d0, d1, d2, d3, d4, d5, .., t0, t1] = header;
        let own = (*dev).dev_addr;
        let kind = match [d0, d1, d2, d3, d4, d5] {
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => BROADCAST,
            _ if d0 & 1 != 0 => MULTICAST,
            to if !own.is_null() && to == own.cast::<[u8; 6]>().read_unaligned() => HOST,
            _ => OTHER,
        };
        headers(skb).set_pkt_type(kind);
        match u16::from_be_bytes([t0, t1]) {
            0x600.. => u16::from_ne_bytes([t0, t1]),
            _ => 4u16.to_be(),
        }
    }
}
