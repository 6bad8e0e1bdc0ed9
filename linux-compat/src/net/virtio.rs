// SPDX-License-Identifier: GPL-2.0-only
//! Headers of virtio's frames and what they say of buffers (virtio 1.2, 5.1.6).

use super::data::{PARTIAL, UNNECESSARY, set_partial};
use super::skb::{headers, headroom, linear, shared};
use crate::bindings::{
    SKB_GSO_TCP_ECN, SKB_GSO_TCPV4, SKB_GSO_TCPV6, VIRTIO_NET_HDR_F_DATA_VALID, VIRTIO_NET_HDR_F_NEEDS_CSUM,
    VIRTIO_NET_HDR_GSO_ECN, VIRTIO_NET_HDR_GSO_NONE, VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6, sk_buff,
    virtio_net_hdr,
};
use crate::errno::{Errno, Result, to_c};
use core::ffi::c_int;

crate::exports! {
    family "net";
    [any, partial, "net::tests::virtio_s_headers"]
    fn fv_virtio_net_hdr_to_skb(skb: *mut sk_buff, hdr: *const virtio_net_hdr) -> c_int = to_buffer;
    [any, supported, "net::tests::virtio_s_headers"]
    fn fv_virtio_net_hdr_from_skb(skb: *const sk_buff, hdr: *mut virtio_net_hdr, has_data_valid: bool, vlan_hlen: c_int) -> c_int = from_buffer;
}

unsafe fn note(skb: *mut sk_buff, hdr: &virtio_net_hdr) -> Result<()> {
    // SAFETY: the caller's buffer, which begins with the frame's first byte.
    unsafe {
        headers(skb).mac_header = headroom(skb) as u16;
        let sums = u32::from(hdr.flags) & VIRTIO_NET_HDR_F_NEEDS_CSUM != 0;
        if sums && !set_partial(skb, u16::from_le(hdr.csum_start), u16::from_le(hdr.csum_offset)) {
            return Err(Errno::EINVAL);
        }
        if u32::from(hdr.gso_type) == VIRTIO_NET_HDR_GSO_NONE {
            return Ok(());
        }
        let mut kind = match u32::from(hdr.gso_type) & !VIRTIO_NET_HDR_GSO_ECN {
            VIRTIO_NET_HDR_GSO_TCPV4 => SKB_GSO_TCPV4,
            VIRTIO_NET_HDR_GSO_TCPV6 => SKB_GSO_TCPV6,
            _ => return Err(Errno::EINVAL),
        };
        let size = u16::from_le(hdr.gso_size);
        // Segments without a sum to be filled in are none that a device makes.
        if size == 0 || !sums || usize::from(u16::from_le(hdr.csum_start)) + 20 > linear(skb) {
            return Err(Errno::EINVAL);
        }
        if u32::from(hdr.gso_type) & VIRTIO_NET_HDR_GSO_ECN != 0 {
            kind |= SKB_GSO_TCP_ECN;
        }
        let info = shared(skb);
        (info.gso_size, info.gso_type, info.gso_segs) = (size, kind, 0);
        Ok(())
    }
}

pub(super) unsafe fn to_buffer(skb: *mut sk_buff, hdr: *const virtio_net_hdr) -> c_int {
    // SAFETY: the caller's buffer and header.
    to_c(unsafe { note(skb, &*hdr) })
}

pub(super) unsafe fn from_buffer(skb: *const sk_buff, hdr: *mut virtio_net_hdr, has_data_valid: bool, vlan_hlen: c_int) -> c_int {
    // SAFETY: the caller's buffer and header.
    unsafe {
        hdr.write_bytes(0, 1);
        let (h, info) = (headers(skb.cast_mut()), shared(skb));
        if info.gso_size != 0 {
            let mut kind = match info.gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6) {
                t if t == SKB_GSO_TCPV4 => VIRTIO_NET_HDR_GSO_TCPV4,
                t if t == SKB_GSO_TCPV6 => VIRTIO_NET_HDR_GSO_TCPV6,
                _ => return Errno::EINVAL.to_c(),
            };
            if info.gso_type & SKB_GSO_TCP_ECN != 0 {
                kind |= VIRTIO_NET_HDR_GSO_ECN;
            }
            (*hdr).gso_type = kind as u8;
            (*hdr).hdr_len = (linear(skb) as u16).to_le();
            (*hdr).gso_size = info.gso_size.to_le();
        }
        match h.ip_summed() {
            PARTIAL => {
                let places = h.__bindgen_anon_1.__bindgen_anon_1;
                let start = places.csum_start.wrapping_sub(headroom(skb) as u16).wrapping_add(vlan_hlen as u16);
                (*hdr).flags = VIRTIO_NET_HDR_F_NEEDS_CSUM as u8;
                (*hdr).csum_start = start.to_le();
                (*hdr).csum_offset = places.csum_offset.to_le();
            }
            UNNECESSARY if has_data_valid => (*hdr).flags = VIRTIO_NET_HDR_F_DATA_VALID as u8,
            _ => {}
        }
        0
    }
}
