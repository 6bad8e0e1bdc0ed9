// SPDX-License-Identifier: GPL-2.0-only
//! Buffers with frames (Linux: Documentation/networking/skbuff.rst): made, shared, freed. Every one is counted.

use super::pages::{self, PAGE};

use crate::bindings::{
    gfp_t, napi_struct, net_device, netmem_ref, page, sk_buff, sk_buff__bindgen_ty_4__bindgen_ty_2 as Headers, skb_drop_reason,
    skb_shared_info, sock,
};
use crate::slab::{GFP_ATOMIC, GFP_NOWARN, GFP_ZERO, kfree, kmalloc, ksize};
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use core::sync::atomic::Ordering::{AcqRel, Relaxed};
use core::sync::atomic::{AtomicI32, AtomicUsize};

crate::exports! {
    family "net";
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn __alloc_skb(size: c_uint, priority: gfp_t, flags: c_int, node: c_int) -> *mut sk_buff = new_c;
    [any, supported, "net::tests::buffers_around_pieces"]
    fn build_skb(data: *mut c_void, frag_size: c_uint) -> *mut sk_buff = build;
    [any, supported, "net::tests::buffers_around_pieces"]
    fn napi_build_skb(data: *mut c_void, frag_size: c_uint) -> *mut sk_buff = build;
    [any, supported, "net::tests::buffers_around_pieces"]
    fn slab_build_skb(data: *mut c_void) -> *mut sk_buff = build_slab;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn __netdev_alloc_skb(dev: *mut net_device, length: c_uint, gfp_mask: gfp_t) -> *mut sk_buff = new_for;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn napi_alloc_skb(napi: *mut napi_struct, length: c_uint) -> *mut sk_buff = new_for_napi;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn skb_clone(skb: *mut sk_buff, priority: gfp_t) -> *mut sk_buff = share;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn sk_skb_reason_drop(sk: *mut sock, skb: *mut sk_buff, reason: skb_drop_reason) -> () = drop_reason;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn consume_skb(skb: *mut sk_buff) -> () = put;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn napi_consume_skb(skb: *mut sk_buff, budget: c_int) -> () = put_in_poll;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn kfree_skb_list_reason(segs: *mut sk_buff, reason: skb_drop_reason) -> () = put_chain;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn dev_kfree_skb_irq_reason(skb: *mut sk_buff, reason: skb_drop_reason) -> () = put_reason;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn dev_kfree_skb_any_reason(skb: *mut sk_buff, reason: skb_drop_reason) -> () = put_reason;
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn fv_skb_page_put(page: *mut page, recycle: bool) -> () = put_page;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_add_rx_frag_netmem(skb: *mut sk_buff, i: c_int, netmem: netmem_ref, off: c_int, size: c_int, truesize: c_uint) -> () = add_page;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_coalesce_rx_frag(skb: *mut sk_buff, i: c_int, size: c_int, truesize: c_uint) -> () = extend_page;
}

/// Bytes of a line of the cache.
pub(super) const LINE: usize = 64;
/// Room in front of a received frame.
const PAD: usize = 64;
/// Bytes behind the data.
const TAIL: usize = size_of::<skb_shared_info>().next_multiple_of(LINE);

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Buffers that there are. Context: any.
pub fn live() -> usize {
    LIVE.load(Relaxed)
}

/// The part that copies take along.
pub(super) unsafe fn headers<'a>(skb: *mut sk_buff) -> &'a mut Headers {
    // SAFETY: the caller's buffer; both forms of the union are the same.
    unsafe { &mut (*skb).__bindgen_anon_4.headers }
}

/// What lies behind the data.
pub(super) unsafe fn shared<'a>(skb: *const sk_buff) -> &'a mut skb_shared_info {
    // SAFETY: the caller's buffer; there is room behind the end for it.
    unsafe { &mut *(*skb).head.add((*skb).end as usize).cast::<skb_shared_info>() }
}

unsafe fn references<'a>(skb: *mut sk_buff) -> &'a AtomicI32 {
    // SAFETY: a counter of 32 bits, used atomically only.
    unsafe { AtomicI32::from_ptr((&raw mut (*skb).users).cast()) }
}

unsafe fn data_references<'a>(skb: *mut sk_buff) -> &'a AtomicI32 {
    // SAFETY: as above.
    unsafe { AtomicI32::from_ptr(&raw mut shared(skb).dataref.counter) }
}

/// Bytes of the linear part.
pub(super) unsafe fn linear(skb: *const sk_buff) -> usize {
    // SAFETY: the caller's buffer.
    unsafe { ((*skb).len - (*skb).data_len) as usize }
}

/// Bytes in front of the data.
pub(super) unsafe fn headroom(skb: *const sk_buff) -> usize {
    // SAFETY: the caller's buffer.
    unsafe { (*skb).data.addr() - (*skb).head.addr() }
}

/// Its device.
pub(super) unsafe fn device<'a>(skb: *mut sk_buff) -> &'a mut *mut net_device {
    // SAFETY: the caller's buffer, in no tree.
    unsafe { &mut (*skb).__bindgen_anon_1.__bindgen_anon_1.__bindgen_anon_1.dev }
}

/// The next one of a list.
pub(super) unsafe fn next<'a>(skb: *mut sk_buff) -> &'a mut *mut sk_buff {
    // SAFETY: the caller's buffer, in no tree.
    unsafe { &mut (*skb).__bindgen_anon_1.__bindgen_anon_1.next }
}

unsafe fn around(data: *mut c_void, room: usize, in_page: bool, gfp: gfp_t) -> *mut sk_buff {
    let skb = kmalloc(size_of::<sk_buff>(), gfp | GFP_ZERO).cast::<sk_buff>();
    if skb.is_null() {
        return skb;
    }
    // SAFETY: a new buffer, and memory with room for both parts.
    unsafe {
        (*skb).head = data.cast();
        (*skb).data = data.cast();
        (*skb).end = (room - TAIL) as c_uint;
        (*skb).truesize = (room + size_of::<sk_buff>().next_multiple_of(LINE)) as c_uint;
        (*skb).set_head_frag(in_page.into());
        references(skb).store(1, Relaxed);
        let h = headers(skb);
        (h.mac_header, h.transport_header) = (u16::MAX, u16::MAX);
        (shared(skb) as *mut skb_shared_info).write_bytes(0, 1);
        data_references(skb).store(1, Relaxed);
    }
    LIVE.fetch_add(1, Relaxed);
    skb
}

/// An empty buffer with room for `size` bytes, or null. Context: any.
pub(super) fn new(size: usize, gfp: gfp_t) -> *mut sk_buff {
    let room = size.next_multiple_of(LINE) + TAIL;
    let data = kmalloc(room, gfp);
    if data.is_null() {
        return null_mut();
    }
    // SAFETY: new memory of that size.
    unsafe {
        let skb = around(data, room, false, gfp);
        if skb.is_null() {
            kfree(data);
        }
        skb
    }
}

fn new_c(size: c_uint, priority: gfp_t, _flags: c_int, _node: c_int) -> *mut sk_buff {
    new(size as usize, priority)
}

unsafe fn new_for(dev: *mut net_device, length: c_uint, gfp_mask: gfp_t) -> *mut sk_buff {
    let skb = new(length as usize + PAD, gfp_mask);
    if !skb.is_null() {
        // SAFETY: a new buffer with that room.
        unsafe {
            reserve(skb, PAD);
            *device(skb) = dev;
        }
    }
    skb
}

unsafe fn new_for_napi(napi: *mut napi_struct, length: c_uint) -> *mut sk_buff {
    // SAFETY: the caller's.
    unsafe { new_for((*napi).dev, length, GFP_ATOMIC | GFP_NOWARN) }
}

/// Moves the beginning of an empty buffer.
pub(super) unsafe fn reserve(skb: *mut sk_buff, bytes: usize) {
    // SAFETY: the caller's buffer, with that room.
    unsafe {
        (*skb).data = (*skb).data.add(bytes);
        (*skb).tail += bytes as c_uint;
    }
}

pub(super) unsafe fn build(data: *mut c_void, frag_size: c_uint) -> *mut sk_buff {
    // SAFETY: the caller's memory.
    unsafe {
        match frag_size {
            0 => build_slab(data),
            size if (size as usize) < TAIL => null_mut(),
            size => around(data, size as usize, true, GFP_ATOMIC),
        }
    }
}

pub(super) unsafe fn build_slab(data: *mut c_void) -> *mut sk_buff {
    // SAFETY: the caller's memory, of `kmalloc`.
    unsafe { if ksize(data) < TAIL { null_mut() } else { around(data, ksize(data) / LINE * LINE, false, GFP_ATOMIC) } }
}

/// Another buffer with the same data. Context: any.
///
/// # Safety
/// `skb` is a buffer.
pub(super) unsafe fn share(skb: *mut sk_buff, gfp: gfp_t) -> *mut sk_buff {
    let clone = kmalloc(size_of::<sk_buff>(), gfp).cast::<sk_buff>();
    if clone.is_null() {
        return clone;
    }
    // SAFETY: the caller's buffer and a new one.
    unsafe {
        (*skb).set_cloned(1);
        clone.copy_from_nonoverlapping(skb, 1);
        *next(clone) = null_mut();
        (*clone).sk = null_mut();
        (*clone).__bindgen_anon_3.__bindgen_anon_1.destructor = None;
        references(clone).store(1, Relaxed);
        data_references(skb).fetch_add(1, Relaxed);
    }
    LIVE.fetch_add(1, Relaxed);
    clone
}

unsafe fn put_page(page: *mut page, _recycle: bool) {
    // SAFETY: the caller's hold. Pages know their pool themselves.
    unsafe { pages::put(page) };
}

/// The page of a piece.
pub(super) fn page_of(netmem: netmem_ref) -> *mut page {
    with_exposed_provenance_mut(netmem as usize)
}

/// Gives the data of a buffer back, if it has them for itself.
pub(super) unsafe fn release_data(skb: *mut sk_buff) {
    // SAFETY: the caller's buffer, whose data it uses no more.
    unsafe {
        if (*skb).cloned() != 0 && data_references(skb).fetch_sub(1, AcqRel) != 1 {
            return;
        }
        let info = shared(skb);
        for frag in info.frags.iter().take(info.nr_frags.into()) {
            pages::put(page_of(frag.netmem));
        }
        put_chain(info.frag_list, 0);
        if (*skb).head_frag() != 0 {
            pages::put(pages::descriptor((*skb).head.expose_provenance()));
        } else {
            kfree((*skb).head.cast());
        }
    }
}

/// Gives a reference back; null is fine. Context: any.
///
/// # Safety
/// The caller has one.
pub(super) unsafe fn put(skb: *mut sk_buff) {
    // SAFETY: as the caller says.
    unsafe {
        if skb.is_null() || references(skb).fetch_sub(1, AcqRel) != 1 {
            return;
        }
        if let Some(destructor) = (*skb).__bindgen_anon_3.__bindgen_anon_1.destructor {
            destructor(skb);
        }
        release_data(skb);
        kfree(skb.cast());
    }
    LIVE.fetch_sub(1, Relaxed);
}

unsafe fn drop_reason(_sk: *mut sock, skb: *mut sk_buff, _reason: skb_drop_reason) {
    // SAFETY: as the caller says.
    unsafe { put(skb) };
}

unsafe fn put_in_poll(skb: *mut sk_buff, _budget: c_int) {
    // SAFETY: as the caller says.
    unsafe { put(skb) };
}

unsafe fn put_reason(skb: *mut sk_buff, _reason: skb_drop_reason) {
    // SAFETY: as the caller says. Memory is given back in any context.
    unsafe { put(skb) };
}

/// Gives all buffers of a chain back.
pub(super) unsafe fn put_chain(mut skb: *mut sk_buff, _reason: skb_drop_reason) {
    while !skb.is_null() {
        // SAFETY: the caller's chain.
        unsafe {
            let rest = core::mem::replace(next(skb), null_mut());
            put(skb);
            skb = rest;
        }
    }
}

pub(super) unsafe fn add_page(skb: *mut sk_buff, i: c_int, netmem: netmem_ref, off: c_int, size: c_int, truesize: c_uint) {
    // SAFETY: the caller's buffer and page.
    unsafe {
        if let Some(frag) = shared(skb).frags.get_mut(i as usize) {
            (frag.netmem, frag.offset, frag.len) = (netmem, off as c_uint, size as c_uint);
            shared(skb).nr_frags = i as u8 + 1;
            grew(skb, size, truesize);
        } else {
            log::error!("skb_add_rx_frag: there is no piece {i} of a buffer");
            pages::put(page_of(netmem));
        }
    }
}

unsafe fn grew(skb: *mut sk_buff, size: c_int, truesize: c_uint) {
    // SAFETY: the caller's buffer.
    unsafe {
        (*skb).len = (*skb).len.wrapping_add_signed(size);
        (*skb).data_len = (*skb).data_len.wrapping_add_signed(size);
        (*skb).truesize = (*skb).truesize.wrapping_add(truesize);
    }
}

unsafe fn extend_page(skb: *mut sk_buff, i: c_int, size: c_int, truesize: c_uint) {
    // SAFETY: the caller's buffer.
    unsafe {
        if let Some(frag) = shared(skb).frags.get_mut(i as usize) {
            frag.len = frag.len.wrapping_add_signed(size);
            grew(skb, size, truesize);
        }
    }
}

/// Adds a new page at the end, with `bytes` in it; where they are to be written. Context: any.
pub(super) unsafe fn append_page(skb: *mut sk_buff, bytes: usize) -> Option<*mut u8> {
    // SAFETY: the caller's buffer.
    unsafe {
        let at = c_int::from(shared(skb).nr_frags);
        if at as usize >= shared(skb).frags.len() || bytes > PAGE {
            return None;
        }
        let memory = kmalloc(PAGE, GFP_ATOMIC | GFP_NOWARN);
        if memory.is_null() {
            return None;
        }
        let page = pages::descriptor(memory.expose_provenance());
        add_page(skb, at, page.addr() as netmem_ref, 0, bytes as c_int, PAGE as c_uint);
        Some(memory.cast())
    }
}

/// The memory of a piece.
pub(super) fn frag_address(frag: &crate::bindings::skb_frag) -> *mut u8 {
    with_exposed_provenance_mut::<u8>(pages::address(page_of(frag.netmem)) + frag.offset as usize)
}

