// SPDX-License-Identifier: GPL-2.0-only
//! The data of buffers: added, taken away, copied, summed.

use super::pages;
use super::skb::{
    LINE, device, frag_address, headers, headroom, linear, new, page_of, put, release_data, reserve, shared,
};
use crate::bindings::{__be16, __wsum, gfp_t, scatterlist, sk_buff, skb_shared_info};
use crate::errno::{Errno, Result, to_c};
use crate::slab::{GFP_ATOMIC, kfree, kmalloc, ksize};
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "net";
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn skb_put(skb: *mut sk_buff, len: c_uint) -> *mut c_void = append;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn skb_push(skb: *mut sk_buff, len: c_uint) -> *mut c_void = push;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn skb_pull(skb: *mut sk_buff, len: c_uint) -> *mut c_void = pull;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn skb_trim(skb: *mut sk_buff, len: c_uint) -> () = trim;
    [any, supported, "net::tests::frames_in_pages"]
    fn ___pskb_trim(skb: *mut sk_buff, len: c_uint) -> c_int = trim_pages;
    [any, supported, "net::tests::frames_in_pages"]
    fn __pskb_pull_tail(skb: *mut sk_buff, delta: c_int) -> *mut c_void = pull_tail;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn pskb_expand_head(skb: *mut sk_buff, nhead: c_int, ntail: c_int, gfp_mask: gfp_t) -> c_int = expand_c;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_copy_bits(skb: *const sk_buff, offset: c_int, to: *mut c_void, len: c_int) -> c_int = read_c;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_store_bits(skb: *mut sk_buff, offset: c_int, from: *const c_void, len: c_int) -> c_int = write_c;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_copy(skb: *const sk_buff, priority: gfp_t) -> *mut sk_buff = copy;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_copy_expand(skb: *const sk_buff, newheadroom: c_int, newtailroom: c_int, priority: gfp_t) -> *mut sk_buff = copy_expand;
    [any, supported, "net::tests::buffers_grow_and_are_shared"]
    fn __skb_pad(skb: *mut sk_buff, pad: c_int, free_on_error: bool) -> c_int = add_zeroes;
    [any, supported, "net::tests::sums"]
    fn skb_checksum(skb: *const sk_buff, offset: c_int, len: c_int, csum: __wsum) -> __wsum = sum;
    [any, supported, "net::tests::sums"]
    fn skb_checksum_help(skb: *mut sk_buff) -> c_int = finish_sum;
    [any, supported, "net::tests::sums"]
    fn csum_partial(buff: *const c_void, len: c_int, sum: __wsum) -> __wsum = csum_partial;
    [any, supported, "net::tests::sums"]
    fn skb_partial_csum_set(skb: *mut sk_buff, start: u16, off: u16) -> bool = set_partial;
    [any, supported, "net::tests::frames_in_pages"]
    fn skb_to_sgvec(skb: *mut sk_buff, sg: *mut scatterlist, offset: c_int, len: c_int) -> c_int = scatter;
    [any, supported, "net::tests::tags_go_in"]
    fn fv_vlan_insert_tag(skb: *mut sk_buff, vlan_proto: __be16, vlan_tci: u16) -> *mut sk_buff = insert_tag;
}

/// `CHECKSUM_NONE` and the others.
pub(super) const NONE: u8 = 0;
pub(super) const UNNECESSARY: u8 = 1;
pub(super) const PARTIAL: u8 = 3;

pub(super) unsafe fn append(skb: *mut sk_buff, len: c_uint) -> *mut c_void {
    // SAFETY: the caller's buffer, whose room is looked at.
    unsafe {
        let at = (*skb).head.add((*skb).tail as usize);
        if (*skb).data_len != 0 || (*skb).tail.saturating_add(len) > (*skb).end {
            crate::context::fail(format_args!("skb_put of {len} bytes: there is no room"));
        }
        (*skb).tail += len;
        (*skb).len += len;
        at.cast()
    }
}

pub(super) unsafe fn push(skb: *mut sk_buff, len: c_uint) -> *mut c_void {
    // SAFETY: the caller's buffer, whose room is looked at.
    unsafe {
        if headroom(skb) < len as usize {
            crate::context::fail(format_args!("skb_push of {len} bytes: there is no room"));
        }
        (*skb).data = (*skb).data.sub(len as usize);
        (*skb).len += len;
        (*skb).data.cast()
    }
}

pub(super) unsafe fn pull(skb: *mut sk_buff, len: c_uint) -> *mut c_void {
    // SAFETY: the caller's buffer.
    unsafe {
        if len as usize > linear(skb) {
            return null_mut();
        }
        (*skb).len -= len;
        (*skb).data = (*skb).data.add(len as usize);
        (*skb).data.cast()
    }
}

pub(super) unsafe fn trim(skb: *mut sk_buff, len: c_uint) {
    // SAFETY: the caller's buffer.
    unsafe {
        if (*skb).len > len && (*skb).data_len == 0 {
            (*skb).len = len;
            (*skb).tail = headroom(skb) as c_uint + len;
        }
    }
}

/// Cuts a buffer with pages to `len` bytes.
pub(super) unsafe fn trim_pages(skb: *mut sk_buff, len: c_uint) -> c_int {
    // SAFETY: the caller's buffer.
    unsafe {
        if (*skb).cloned() != 0
            && let Err(error) = expand(skb, 0, 0, GFP_ATOMIC)
        {
            return error.to_c();
        }
        let head = linear(skb) as c_uint;
        let info = shared(skb);
        let (mut at, mut kept) = (head, 0);
        for frag in info.frags.iter_mut().take(info.nr_frags.into()) {
            let size = frag.len.min(len.saturating_sub(at));
            at += frag.len;
            if size == 0 {
                pages::put(page_of(frag.netmem));
            } else {
                frag.len = size;
                kept += 1;
            }
        }
        info.nr_frags = kept;
        let head = head.min(len);
        (*skb).tail = headroom(skb) as c_uint + head;
        (*skb).len = len;
        (*skb).data_len = len - head;
        0
    }
}

/// Goes through `len` bytes from `offset` on; `f` gets where they are, and how many.
unsafe fn each(skb: *const sk_buff, offset: usize, len: usize, mut f: impl FnMut(*mut u8, usize)) -> Result<()> {
    // SAFETY: the caller's buffer.
    unsafe {
        if offset.checked_add(len).is_none_or(|end| end > (*skb).len as usize) {
            return Err(Errno::EFAULT);
        }
        let (mut skip, mut left) = (offset, len);
        let mut run = |at: *mut u8, size: usize| {
            let count = size.saturating_sub(skip).min(left);
            if count > 0 {
                f(at.add(skip), count);
                left -= count;
            }
            skip = skip.saturating_sub(size);
        };
        run((*skb).data, linear(skb));
        let info = shared(skb);
        for frag in info.frags.iter().take(info.nr_frags.into()) {
            run(frag_address(frag), frag.len as usize);
        }
        if left == 0 { Ok(()) } else { Err(Errno::EFAULT) }
    }
}

/// The runs of memory that a buffer's frame is in, from `offset` on.
pub(super) unsafe fn runs(skb: *const sk_buff, offset: usize, len: usize, f: impl FnMut(*mut u8, usize)) -> Result<()> {
    // SAFETY: the caller's buffer.
    unsafe { each(skb, offset, len, f) }
}

unsafe fn read(skb: *const sk_buff, offset: usize, mut to: *mut u8, len: usize) -> Result<()> {
    // SAFETY: the caller's buffer, and memory of that size.
    unsafe {
        each(skb, offset, len, |at, count| {
            to.copy_from_nonoverlapping(at, count);
            to = to.add(count);
        })
    }
}

pub(super) unsafe fn read_c(skb: *const sk_buff, offset: c_int, to: *mut c_void, len: c_int) -> c_int {
    if offset < 0 || len < 0 {
        return Errno::EFAULT.to_c();
    }
    // SAFETY: as the caller says.
    to_c(unsafe { read(skb, offset as usize, to.cast(), len as usize) })
}

unsafe fn write_c(skb: *mut sk_buff, offset: c_int, from: *const c_void, len: c_int) -> c_int {
    if offset < 0 || len < 0 {
        return Errno::EFAULT.to_c();
    }
    let mut from = from.cast::<u8>();
    // SAFETY: as the caller says.
    to_c(unsafe {
        each(skb, offset as usize, len as usize, |at, count| {
            at.copy_from_nonoverlapping(from, count);
            from = from.add(count);
        })
    })
}

/// Makes room in front and behind, with data that nobody shares.
unsafe fn expand(skb: *mut sk_buff, front: usize, behind: usize, gfp: gfp_t) -> Result<()> {
    // SAFETY: the caller's buffer; what is copied lies in both.
    unsafe {
        let tail = size_of::<skb_shared_info>().next_multiple_of(LINE);
        let end = ((*skb).end as usize + front + behind).next_multiple_of(LINE);
        let memory = kmalloc(end + tail, gfp).cast::<u8>();
        if memory.is_null() {
            return Err(Errno::ENOMEM);
        }
        let room = ksize(memory.cast()).min(end + tail) - tail;
        memory.add(front).copy_from_nonoverlapping((*skb).head, (*skb).tail as usize);
        let info = memory.add(room).cast::<skb_shared_info>();
        info.copy_from_nonoverlapping(shared(skb), 1);
        if (*skb).cloned() != 0 {
            let pages = (*info).nr_frags;
            (*info).frags.iter().take(pages.into()).for_each(|frag| pages::get(page_of(frag.netmem)));
            release_data(skb);
        } else if (*skb).head_frag() != 0 {
            pages::put(pages::descriptor((*skb).head.expose_provenance()));
        } else {
            kfree((*skb).head.cast());
        }
        let at = headroom(skb) + front;
        (*skb).head = memory;
        (*skb).data = memory.add(at);
        (*skb).tail += front as c_uint;
        (*skb).end = room as c_uint;
        (*skb).set_head_frag(0);
        (*skb).set_cloned(0);
        (*info).dataref.counter = 1;
        let h = headers(skb);
        for place in [&mut h.mac_header, &mut h.transport_header] {
            if *place != u16::MAX {
                *place += front as u16;
            }
        }
        h.network_header += front as u16;
        if h.ip_summed() == PARTIAL {
            h.__bindgen_anon_1.__bindgen_anon_1.csum_start += front as u16;
        }
        Ok(())
    }
}

pub(super) unsafe fn expand_c(skb: *mut sk_buff, nhead: c_int, ntail: c_int, gfp_mask: gfp_t) -> c_int {
    if nhead < 0 || ntail < 0 {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's buffer.
    to_c(unsafe { expand(skb, nhead as usize, ntail as usize, gfp_mask) })
}

/// Moves `delta` bytes of the pages into the linear part.
pub(super) unsafe fn pull_tail(skb: *mut sk_buff, delta: c_int) -> *mut c_void {
    // SAFETY: the caller's buffer.
    unsafe {
        let count = delta.max(0) as usize;
        let room = ((*skb).end - (*skb).tail) as usize;
        if count > (*skb).data_len as usize
            || (room < count || (*skb).cloned() != 0)
                && expand(skb, 0, count.saturating_sub(room), GFP_ATOMIC).is_err()
        {
            return null_mut();
        }
        let to = (*skb).head.add((*skb).tail as usize);
        if read(skb, linear(skb), to, count).is_err() {
            return null_mut();
        }
        let (info, mut left, mut kept) = (shared(skb), count as c_uint, 0);
        for n in 0..usize::from(info.nr_frags) {
            let Some(mut frag) = info.frags.get(n).copied() else { break };
            let gone = left.min(frag.len);
            left -= gone;
            frag.offset += gone;
            frag.len -= gone;
            if frag.len == 0 {
                pages::put(page_of(frag.netmem));
            } else if let Some(place) = info.frags.get_mut(kept) {
                *place = frag;
                kept += 1;
            }
        }
        info.nr_frags = kept as u8;
        (*skb).tail += count as c_uint;
        (*skb).data_len -= count as c_uint;
        (*skb).head.add((*skb).tail as usize).cast()
    }
}

/// A buffer with data of its own, all linear.
unsafe fn copy_expand(skb: *const sk_buff, newheadroom: c_int, newtailroom: c_int, gfp: gfp_t) -> *mut sk_buff {
    // SAFETY: the caller's buffer, and a new one with room for its frame.
    unsafe {
        let (front, len) = (newheadroom.max(0) as usize, (*skb).len as usize);
        let to = new(front + len + newtailroom.max(0) as usize, gfp);
        if to.is_null() {
            return to;
        }
        reserve(to, front);
        append(to, (*skb).len);
        if read(skb, 0, (*to).data, len).is_err() {
            put(to);
            return null_mut();
        }
        let from = skb.cast_mut();
        *headers(to) = *headers(from);
        *device(to) = *device(from);
        (*to).cb = (*skb).cb;
        (*to).queue_mapping = (*skb).queue_mapping;
        (*to).mac_len = (*skb).mac_len;
        let shift = front.wrapping_sub(headroom(skb)) as u16;
        let h = headers(to);
        for place in [&mut h.mac_header, &mut h.transport_header] {
            if *place != u16::MAX {
                *place = place.wrapping_add(shift);
            }
        }
        h.network_header = h.network_header.wrapping_add(shift);
        if h.ip_summed() == PARTIAL {
            let start = &mut h.__bindgen_anon_1.__bindgen_anon_1.csum_start;
            *start = start.wrapping_add(shift);
        }
        let (info, before) = (shared(to), shared(skb));
        (info.gso_size, info.gso_segs, info.gso_type) = (before.gso_size, before.gso_segs, before.gso_type);
        info.tx_flags = before.tx_flags;
        to
    }
}

pub(super) unsafe fn copy(skb: *const sk_buff, gfp: gfp_t) -> *mut sk_buff {
    // SAFETY: the caller's buffer.
    unsafe { copy_expand(skb, headroom(skb) as c_int, 0, gfp) }
}

/// Zeroes behind the frame, which does not get longer.
pub(super) unsafe fn add_zeroes(skb: *mut sk_buff, pad: c_int, free_on_error: bool) -> c_int {
    // SAFETY: the caller's buffer.
    unsafe {
        let count = pad.max(0) as usize;
        let all = (*skb).data_len as c_int;
        let done = (all == 0 || !pull_tail(skb, all).is_null())
            && ((((*skb).end - (*skb).tail) as usize >= count && (*skb).cloned() == 0)
                || expand(skb, 0, count, GFP_ATOMIC).is_ok());
        if !done {
            if free_on_error {
                put(skb);
            }
            return Errno::ENOMEM.to_c();
        }
        (*skb).head.add((*skb).tail as usize).write_bytes(0, count);
        0
    }
}

/// Adds bytes to a sum of words in network order, of which `odd` bytes came before.
fn add(mut sum: u64, bytes: &[u8], odd: bool) -> u64 {
    let (first, bytes) = if odd { bytes.split_at(bytes.len().min(1)) } else { (&[][..], bytes) };
    sum += first.iter().map(|&byte| u64::from(byte) << 8).sum::<u64>();
    let mut words = bytes.chunks_exact(2);
    for word in &mut words {
        sum += u64::from(u16::from_ne_bytes([word[0], word[1]]));
    }
    sum + words.remainder().iter().map(|&byte| u64::from(byte)).sum::<u64>()
}

fn fold(mut sum: u64) -> u32 {
    while sum > u64::from(u32::MAX) {
        sum = (sum & u64::from(u32::MAX)) + (sum >> 32);
    }
    sum as u32
}

pub(super) unsafe fn csum_partial(buff: *const c_void, len: c_int, sum: __wsum) -> __wsum {
    // SAFETY: the caller's memory.
    let bytes = unsafe { core::slice::from_raw_parts(buff.cast::<u8>(), len.max(0) as usize) };
    fold(add(sum.into(), bytes, false))
}

pub(super) unsafe fn sum(skb: *const sk_buff, offset: c_int, len: c_int, csum: __wsum) -> __wsum {
    let (mut sum, mut odd) = (u64::from(csum), false);
    // SAFETY: the caller's buffer.
    let _ = unsafe {
        each(skb, offset.max(0) as usize, len.max(0) as usize, |at, count| {
            sum = add(sum, core::slice::from_raw_parts(at, count), odd);
            odd ^= count % 2 != 0;
        })
    };
    fold(sum)
}

/// Fills in the sum that was left to the device.
pub(super) unsafe fn finish_sum(skb: *mut sk_buff) -> c_int {
    // SAFETY: the caller's buffer.
    unsafe {
        let h = headers(skb);
        if h.ip_summed() != PARTIAL {
            return 0;
        }
        let places = h.__bindgen_anon_1.__bindgen_anon_1;
        let start = usize::from(places.csum_start).wrapping_sub(headroom(skb));
        let at = start + usize::from(places.csum_offset);
        if start >= linear(skb) || at + 2 > linear(skb) {
            return Errno::EINVAL.to_c();
        }
        if (*skb).cloned() != 0
            && let Err(error) = expand(skb, 0, 0, GFP_ATOMIC)
        {
            return error.to_c();
        }
        let all = sum(skb, start as c_int, ((*skb).len as usize - start) as c_int, 0);
        let half = (all & 0xffff) + (all >> 16);
        let sum = !((half + (half >> 16)) as u16);
        let sum = if sum == 0 { 0xffff } else { sum };
        (*skb).data.add(at).copy_from_nonoverlapping(sum.to_ne_bytes().as_ptr(), 2);
        headers(skb).set_ip_summed(NONE);
        0
    }
}

/// Leaves a sum to the device: false if it lies outside.
pub(super) unsafe fn set_partial(skb: *mut sk_buff, start: u16, off: u16) -> bool {
    // SAFETY: the caller's buffer.
    unsafe {
        let from = headroom(skb) + usize::from(start);
        if usize::from(start) + usize::from(off) + 2 > linear(skb) || from >= usize::from(u16::MAX) {
            return false;
        }
        let h = headers(skb);
        h.set_ip_summed(PARTIAL);
        h.__bindgen_anon_1.__bindgen_anon_1.csum_start = from as u16;
        h.__bindgen_anon_1.__bindgen_anon_1.csum_offset = off;
        h.transport_header = from as u16;
        true
    }
}

/// Entries of a scatter list for part of the frame, the last one marked; how many.
unsafe fn scatter(skb: *mut sk_buff, sg: *mut scatterlist, offset: c_int, len: c_int) -> c_int {
    const CHAIN: u64 = 1;
    const END: u64 = 2;
    let mut count = 0;
    let mut marked = false;
    // SAFETY: the caller's buffer and list; the list has room for all pieces, or ends by its mark.
    unsafe {
        let all = each(skb, offset.max(0) as usize, len.max(0) as usize, |at, bytes| {
            if marked {
                count = -1;
                return;
            }
            let entry = &mut *sg.add(count as usize);
            let address = at.expose_provenance();
            marked = entry.page_link & END != 0;
            entry.page_link = entry.page_link & (CHAIN | END) | pages::descriptor(address).addr() as u64;
            entry.offset = (address % super::pages::PAGE) as c_uint;
            entry.length = bytes as c_uint;
            count += 1;
        });
        if all.is_err() || count <= 0 {
            return Errno::EMSGSIZE.to_c();
        }
        let last = &mut *sg.add(count as usize - 1);
        last.page_link = (last.page_link | END) & !CHAIN;
    }
    count
}

/// Puts a tag behind the addresses. The buffer is freed if there is no memory.
pub(super) unsafe fn insert_tag(skb: *mut sk_buff, vlan_proto: __be16, vlan_tci: u16) -> *mut sk_buff {
    // SAFETY: the caller's buffer.
    unsafe {
        if (headroom(skb) < 4 || (*skb).cloned() != 0) && expand(skb, LINE, 0, GFP_ATOMIC).is_err() || linear(skb) < 12 {
            put(skb);
            return null_mut();
        }
        let data = (*skb).data.sub(4);
        data.copy_from((*skb).data, 12);
        data.add(12).copy_from_nonoverlapping(vlan_proto.to_ne_bytes().as_ptr(), 2);
        data.add(14).copy_from_nonoverlapping(vlan_tci.to_be_bytes().as_ptr(), 2);
        (*skb).data = data;
        (*skb).len += 4;
        let h = headers(skb);
        if h.mac_header != u16::MAX {
            h.mac_header -= 4;
        }
        skb
    }
}
