// SPDX-License-Identifier: GPL-2.0-only
//! Transfers: waiting for them, what travels with them, and buffers that are unmapped after them.

use crate::bindings::{self, device, dma_async_tx_descriptor, dma_chan, dma_cookie_t, dma_status, dmaengine_unmap_data};
use crate::errno::{Errno, Result};
use core::ffi::{c_int, c_void};
use core::mem::offset_of;
use core::ptr;

crate::exports! {
    family "dmaengine";
    [any, supported, "dmaengine::tests::transfers"]
    fn dma_async_tx_descriptor_init(tx: *mut dma_async_tx_descriptor, chan: *mut dma_chan) -> () = init;
    [any, supported, "dmaengine::tests::transfers"]
    fn dma_run_dependencies(tx: *mut dma_async_tx_descriptor) -> () = run_dependencies;
    [any, supported, "dmaengine::tests::transfers"]
    fn dma_sync_wait(chan: *mut dma_chan, cookie: dma_cookie_t) -> dma_status = sync_wait;
    [any, supported, "dmaengine::tests::transfers"]
    fn dma_wait_for_async_tx(tx: *mut dma_async_tx_descriptor) -> dma_status = wait_for;
    [any, supported, "dmaengine::tests::metadata"]
    fn dmaengine_desc_attach_metadata(desc: *mut dma_async_tx_descriptor, data: *mut c_void, len: usize) -> c_int = attach;
    [any, supported, "dmaengine::tests::metadata"]
    fn dmaengine_desc_get_metadata_ptr(desc: *mut dma_async_tx_descriptor, payload: *mut usize, most: *mut usize) -> *mut c_void = get_pointer;
    [any, supported, "dmaengine::tests::metadata"]
    fn dmaengine_desc_set_metadata_len(desc: *mut dma_async_tx_descriptor, payload: usize) -> c_int = set_length;
    [atomic, supported, "dmaengine::tests::buffers_are_unmapped_with_the_last_user"]
    fn dmaengine_get_unmap_data(dev: *mut device, nr: c_int, flags: bindings::gfp_t) -> *mut dmaengine_unmap_data = new_unmap;
    [atomic, supported, "dmaengine::tests::buffers_are_unmapped_with_the_last_user"]
    fn dmaengine_unmap_put(unmap: *mut dmaengine_unmap_data) -> () = put_unmap;
}

pub(super) unsafe fn init(tx: *mut dma_async_tx_descriptor, chan: *mut dma_chan) {
    // SAFETY: the C caller's transfer.
    unsafe { (*tx).chan = chan };
}

/// No transfer depends on one of another channel, so none waits for `tx`.
pub(super) fn run_dependencies(_tx: *mut dma_async_tx_descriptor) {}

/// How long a transfer is waited for, in nanoseconds.
const PATIENCE: u64 = 5_000_000_000;

/// Waits a little: where the caller may sleep the CPU is free meanwhile, for the tasklet that ends the transfer above all.
fn pause(waited: u64) {
    const LONGEST: u64 = kernel::time::NS_PER_MS;
    if kernel::sched::try_current().is_none() || kernel::percpu::in_atomic_context() {
        arch::cpu::relax();
    } else {
        kernel::sched::sleep_ns((waited / 4).clamp(10_000, LONGEST));
    }
}

pub(super) unsafe fn sync_wait(chan: *mut dma_chan, cookie: dma_cookie_t) -> dma_status {
    // SAFETY: the C caller's channel, whose controller has these functions, or it would not be registered.
    unsafe {
        let d = &*(*chan).device;
        let (Some(issue), Some(status)) = (d.device_issue_pending, d.device_tx_status) else {
            return bindings::DMA_ERROR;
        };
        issue(chan);
        let start = kernel::time::now_ns();
        loop {
            let now = status(chan, cookie, ptr::null_mut());
            if now != bindings::DMA_IN_PROGRESS {
                return now;
            }
            let waited = kernel::time::now_ns().wrapping_sub(start);
            if waited > PATIENCE {
                log::error!("{}: a transfer takes too long", super::device::name_of(chan));
                return bindings::DMA_ERROR;
            }
            pause(waited);
        }
    }
}

/// A transfer whose cookie is `-EBUSY` is not submitted yet.
pub(super) unsafe fn wait_for(tx: *mut dma_async_tx_descriptor) -> dma_status {
    if tx.is_null() {
        return bindings::DMA_COMPLETE;
    }
    let start = kernel::time::now_ns();
    // SAFETY: the C caller's transfer, which another CPU may submit meanwhile.
    unsafe {
        loop {
            let cookie = (&raw const (*tx).cookie).read_volatile();
            if cookie != Errno::EBUSY.to_c() {
                return sync_wait((*tx).chan, cookie);
            }
            let waited = kernel::time::now_ns().wrapping_sub(start);
            if waited > PATIENCE {
                log::error!("{}: a transfer is not submitted", super::device::name_of((*tx).chan));
                return bindings::DMA_ERROR;
            }
            pause(waited);
        }
    }
}

/// A transfer's functions for what travels with it, in one of the two ways.
unsafe fn metadata<'a>(
    desc: *mut dma_async_tx_descriptor,
    mode: bindings::dma_desc_metadata_mode,
) -> Result<&'a bindings::dma_descriptor_metadata_ops> {
    // SAFETY: the C caller's transfer.
    unsafe {
        let desc = desc.as_mut().ok_or(Errno::EINVAL)?;
        if desc.desc_metadata_mode == bindings::DESC_METADATA_NONE {
            let supported = desc.chan.as_ref().is_some_and(|c| (*c.device).desc_metadata_modes & mode != 0);
            if !supported {
                return Err(Errno::ENOTSUPP);
            }
            desc.desc_metadata_mode = mode;
        } else if desc.desc_metadata_mode != mode {
            return Err(Errno::EINVAL);
        }
        desc.metadata_ops.as_ref().ok_or(Errno::ENOTSUPP)
    }
}

pub(super) unsafe fn attach(desc: *mut dma_async_tx_descriptor, data: *mut c_void, len: usize) -> c_int {
    // SAFETY: the C caller's transfer and data; the driver's function.
    unsafe {
        let ops = metadata(desc, bindings::DESC_METADATA_CLIENT);
        match ops.and_then(|ops| ops.attach.ok_or(Errno::ENOTSUPP)) {
            Ok(attach) => attach(desc, data, len),
            Err(error) => error.to_c(),
        }
    }
}

pub(super) unsafe fn get_pointer(
    desc: *mut dma_async_tx_descriptor,
    payload: *mut usize,
    most: *mut usize,
) -> *mut c_void {
    // SAFETY: the C caller's transfer and places for the answer; the driver's function.
    unsafe {
        let ops = metadata(desc, bindings::DESC_METADATA_ENGINE);
        match ops.and_then(|ops| ops.get_ptr.ok_or(Errno::ENOTSUPP)) {
            Ok(get) => get(desc, payload, most),
            Err(error) => error.to_ptr(),
        }
    }
}

pub(super) unsafe fn set_length(desc: *mut dma_async_tx_descriptor, payload: usize) -> c_int {
    // SAFETY: the C caller's transfer; the driver's function.
    unsafe {
        let ops = metadata(desc, bindings::DESC_METADATA_ENGINE);
        match ops.and_then(|ops| ops.set_len.ok_or(Errno::ENOTSUPP)) {
            Ok(set) => set(desc, payload),
            Err(error) => error.to_c(),
        }
    }
}

/// Room for `nr` addresses, at most 255; null if there is no memory, or for more.
pub(super) unsafe fn new_unmap(dev: *mut device, nr: c_int, flags: bindings::gfp_t) -> *mut dmaengine_unmap_data {
    let Ok(count) = u8::try_from(nr) else { return ptr::null_mut() };
    let size = offset_of!(dmaengine_unmap_data, addr) + usize::from(count) * size_of::<bindings::dma_addr_t>();
    let made: *mut dmaengine_unmap_data = crate::slab::kmalloc(size, flags).cast();
    if !made.is_null() {
        // SAFETY: just made, of that size.
        unsafe {
            made.cast::<u8>().write_bytes(0, size);
            (*made).kref.refcount.refs.counter = 1;
            (*made).dev = dev;
            (*made).map_cnt = count;
        }
    }
    made
}

/// Gives one reference back; with the last one the buffers are unmapped.
pub(super) unsafe fn put_unmap(unmap: *mut dmaengine_unmap_data) {
    if unmap.is_null() {
        return;
    }
    // SAFETY: the C caller's reference; the count is one word, used atomically only.
    unsafe {
        let count = core::sync::atomic::AtomicI32::from_ptr(&raw mut (*unmap).kref.refcount.refs.counter);
        if count.fetch_sub(1, core::sync::atomic::Ordering::AcqRel) != 1 {
            return;
        }
        let addresses: *const bindings::dma_addr_t = (&raw const (*unmap).addr).cast();
        let kinds = [
            ((*unmap).to_cnt, bindings::DMA_TO_DEVICE),
            ((*unmap).from_cnt, bindings::DMA_FROM_DEVICE),
            ((*unmap).bidi_cnt, bindings::DMA_BIDIRECTIONAL),
        ];
        let mut at = 0;
        for (count, direction) in kinds {
            for _ in 0..count {
                let address = *addresses.add(at);
                at += 1;
                if address != 0 || direction != bindings::DMA_BIDIRECTIONAL {
                    crate::dma::unmap((*unmap).dev, address, (*unmap).len, direction);
                }
            }
        }
        crate::slab::kfree(unmap.cast());
    }
}
