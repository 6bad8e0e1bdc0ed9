// SPDX-License-Identifier: GPL-2.0-only
//! Who has which channel.

use super::device::{STATE, channels, has, name_of, put_all, release};
use crate::bindings::{self, device, device_node, dma_cap_mask_t, dma_chan, dma_device, dma_filter_fn, dma_slave_caps};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

crate::exports! {
    family "dmaengine";
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn __dma_request_channel(mask: *const dma_cap_mask_t, filter: dma_filter_fn, param: *mut c_void, np: *mut device_node) -> *mut dma_chan = request;
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn dma_request_chan_by_mask(mask: *const dma_cap_mask_t) -> *mut dma_chan = request_by_mask;
    [sleeps, supported, "dmaengine::tests::channels_by_name"]
    fn dma_request_chan(dev: *mut device, name: *const c_char) -> *mut dma_chan = request_by_name;
    [sleeps, supported, "dmaengine::tests::channels_by_name"]
    fn devm_dma_request_chan(dev: *mut device, name: *const c_char) -> *mut dma_chan = managed;
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn dma_release_channel(chan: *mut dma_chan) -> () = release_channel;
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn dma_get_slave_channel(chan: *mut dma_chan) -> *mut dma_chan = slave_channel;
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn dma_get_any_slave_channel(device: *mut dma_device) -> *mut dma_chan = any_slave_channel;
    [any, supported, "dmaengine::tests::channels_say_what_they_can"]
    fn dma_get_slave_caps(chan: *mut dma_chan, caps: *mut dma_slave_caps) -> c_int = slave_caps;
    [sleeps, supported, "dmaengine::tests::public_channels"]
    fn dmaengine_get() -> () = get_public;
    [sleeps, supported, "dmaengine::tests::public_channels"]
    fn dmaengine_put() -> () = put_public;
    [any, supported, "dmaengine::tests::public_channels"]
    fn dma_find_channel(kind: bindings::dma_transaction_type) -> *mut dma_chan = find_public;
    [any, supported, "dmaengine::tests::public_channels"]
    fn dma_issue_pending_all() -> () = issue_all;
}

const PRIVATE: u64 = 1 << bindings::DMA_PRIVATE;

/// Takes a channel, for one more user. Under the lock.
pub(super) unsafe fn get(chan: *mut dma_chan) -> Result<()> {
    // SAFETY: a channel of a registered controller.
    unsafe {
        let device = (*chan).device;
        if (*chan).client_count == 0
            && let Some(alloc) = (*device).device_alloc_chan_resources
        {
            Errno::check(alloc(chan))?;
        }
        (*device).ref_.refcount.refs.counter += 1;
        (*chan).client_count += 1;
    }
    Ok(())
}

/// Gives a channel back. Under the lock.
pub(super) unsafe fn put(chan: *mut dma_chan) {
    // SAFETY: a channel of a controller that is there as long as it has references.
    unsafe {
        let device = (*chan).device;
        if (*chan).client_count == 0 {
            return;
        }
        (*chan).client_count -= 1;
        if (*chan).client_count == 0 {
            if let Some(synchronize) = (*device).device_synchronize {
                synchronize(chan);
            }
            if let Some(free) = (*device).device_free_chan_resources {
                free(chan);
            }
        }
        if let Some(router) = (*chan).router.as_ref()
            && let Some(free) = router.route_free
        {
            free(router.dev, (*chan).route_data);
            (*chan).router = ptr::null_mut();
            (*chan).route_data = ptr::null_mut();
        }
        release(device);
    }
}

/// Takes a channel for one alone. Under the lock.
pub(super) unsafe fn take(chan: *mut dma_chan) -> Result<*mut dma_chan> {
    // SAFETY: a channel of a registered controller.
    unsafe {
        let device = (*chan).device;
        (*device).cap_mask.bits[0] |= PRIVATE;
        (*device).privatecnt += 1;
        get(chan).inspect_err(|error| {
            log::debug!("{}: error {}", name_of(chan), error.0);
            leave(device);
        })?;
    }
    Ok(chan)
}

/// One private user of a controller's fewer. Under the lock.
unsafe fn leave(device: *mut dma_device) {
    // SAFETY: a controller that is there.
    unsafe {
        (*device).privatecnt = (*device).privatecnt.saturating_sub(1);
        if (*device).privatecnt == 0 {
            (*device).cap_mask.bits[0] &= !PRIVATE;
        }
    }
}

/// A channel of the controller that is free and that the filter likes.
unsafe fn candidate(
    device: *mut dma_device,
    mask: *const dma_cap_mask_t,
    filter: dma_filter_fn,
    param: *mut c_void,
) -> Option<*mut dma_chan> {
    // SAFETY: a registered controller, under the lock; the caller's mask and filter.
    unsafe {
        let own = (*device).cap_mask.bits[0];
        if mask.as_ref().is_some_and(|m| m.bits[0] & !own != 0) {
            return None;
        }
        let list = channels(device);
        // Once some are public, all of them are.
        let public = own & PRIVATE == 0 && list.len() > 1;
        if public && list.iter().any(|chan| (**chan).client_count > 0) {
            return None;
        }
        let likes = |chan: *mut dma_chan| filter.is_none_or(|f| f(chan, param));
        list.into_iter().find(|chan| (**chan).client_count == 0 && !(**chan).dev.is_null() && likes(*chan))
    }
}

pub(super) unsafe fn request(
    mask: *const dma_cap_mask_t,
    filter: dma_filter_fn,
    param: *mut c_void,
    np: *mut device_node,
) -> *mut dma_chan {
    let state = STATE.lock();
    for device in state.devices() {
        // SAFETY: registered; the C caller's mask, filter and node.
        unsafe {
            let of = (*(*device).dev).of_node;
            if !np.is_null() && !of.is_null() && np != of {
                continue;
            }
            if let Some(chan) = candidate(device, mask, filter, param)
                && let Ok(chan) = take(chan)
            {
                return chan;
            }
        }
    }
    ptr::null_mut()
}

pub(super) unsafe fn request_by_mask(mask: *const dma_cap_mask_t) -> *mut dma_chan {
    if mask.is_null() {
        return Errno::ENODEV.to_ptr();
    }
    // SAFETY: the C caller's mask.
    let chan = unsafe { request(mask, None, ptr::null_mut(), ptr::null_mut()) };
    if !chan.is_null() {
        return chan;
    }
    if STATE.lock().all.is_empty() { Errno::EPROBE_DEFER.to_ptr() } else { Errno::ENODEV.to_ptr() }
}

/// By the device tree, if the image has Linux's helper for that.
#[cfg(linked)]
unsafe fn by_tree(np: *mut device_node, name: *const c_char) -> *mut dma_chan {
    unsafe extern "C" {
        fn fv_of_dma_request(np: *mut device_node, name: *const c_char) -> *mut dma_chan;
    }
    // SAFETY: the caller's node and name.
    unsafe { fv_of_dma_request(np, name) }
}

#[cfg(not(linked))]
unsafe fn by_tree(_: *mut device_node, _: *const c_char) -> *mut dma_chan {
    Errno::ENODEV.to_ptr()
}

/// By the tables of controllers whose machines have no device tree.
unsafe fn by_table(dev: *mut device, name: *const c_char) -> Result<*mut dma_chan> {
    let state = STATE.lock();
    let mut result = Err(Errno::EPROBE_DEFER);
    for device in state.devices() {
        // SAFETY: registered; tables and names are the drivers' and the caller's.
        unsafe {
            let filter = &(*device).filter;
            let named = (0..filter.mapcnt.max(0) as usize).map(|i| &*filter.map.add(i)).find(|map| {
                CStr::from_ptr(map.devname) == devices::name(dev) && CStr::from_ptr(map.slave) == CStr::from_ptr(name)
            });
            let Some(map) = named else { continue };
            let mask = dma_cap_mask_t { bits: [1 << bindings::DMA_SLAVE] };
            result = candidate(device, &mask, filter.fn_, map.param).ok_or(Errno::EPROBE_DEFER).and_then(|c| take(c));
            if result.is_ok() {
                break;
            }
        }
    }
    result
}

pub(super) unsafe fn request_by_name(dev: *mut device, name: *const c_char) -> *mut dma_chan {
    if dev.is_null() || name.is_null() {
        return Errno::ENODEV.to_ptr();
    }
    // SAFETY: the C caller's device and name.
    unsafe {
        let np = (*dev).of_node;
        let mut found = if np.is_null() { ptr::null_mut() } else { by_tree(np, name) };
        if Errno::check_ptr(found).is_ok_and(|c| c.is_null()) || found == Errno::ENODEV.to_ptr() {
            let of_tree = found;
            found = ptr_to_c(by_table(dev, name));
            // The tree is the judge of devices in it: what it does not name will not come.
            if found == Errno::EPROBE_DEFER.to_ptr() && !of_tree.is_null() {
                found = of_tree;
            }
        }
        if Errno::check_ptr(found).is_ok() {
            (*found).slave = dev;
        }
        found
    }
}

pub(super) unsafe fn managed(dev: *mut device, name: *const c_char) -> *mut dma_chan {
    // SAFETY: the C caller's device and name.
    unsafe {
        let chan = request_by_name(dev, name);
        if Errno::check_ptr(chan).is_err() {
            return chan;
        }
        let address = chan.expose_provenance();
        let release = move || release_channel(ptr::with_exposed_provenance_mut(address));
        ptr_to_c(devres::add(dev, Key("dma_chan", address), release).map(|()| chan))
    }
}

pub(super) unsafe fn release_channel(chan: *mut dma_chan) {
    if Errno::check_ptr(chan).is_err() || chan.is_null() {
        return;
    }
    let _state = STATE.lock();
    // SAFETY: the C caller's channel, which it has taken.
    unsafe {
        if (*chan).client_count != 1 {
            log::error!("{}: released, though {} use it", name_of(chan), (*chan).client_count);
        }
        (*chan).slave = ptr::null_mut();
        leave((*chan).device);
        put(chan);
    }
}

pub(super) unsafe fn slave_channel(chan: *mut dma_chan) -> *mut dma_chan {
    let _state = STATE.lock();
    // SAFETY: the C caller's channel.
    unsafe { if (*chan).client_count == 0 { take(chan).unwrap_or(ptr::null_mut()) } else { ptr::null_mut() } }
}

pub(super) unsafe fn any_slave_channel(device: *mut dma_device) -> *mut dma_chan {
    let mask = dma_cap_mask_t { bits: [1 << bindings::DMA_SLAVE] };
    let _state = STATE.lock();
    // SAFETY: the C caller's controller.
    let found = unsafe { candidate(device, &mask, None, ptr::null_mut()).map(|chan| take(chan)) };
    found.and_then(Result::ok).unwrap_or(ptr::null_mut())
}

pub(super) unsafe fn slave_caps(chan: *mut dma_chan, caps: *mut dma_slave_caps) -> c_int {
    if chan.is_null() || caps.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the C caller's channel and place for the answer.
    unsafe {
        let d = &*(*chan).device;
        let serves = has(&d.cap_mask, bindings::DMA_SLAVE) || has(&d.cap_mask, bindings::DMA_CYCLIC);
        // Without directions the controller cannot tell.
        if !serves || d.directions == 0 {
            return Errno::ENXIO.to_c();
        }
        caps.write(dma_slave_caps {
            src_addr_widths: d.src_addr_widths,
            dst_addr_widths: d.dst_addr_widths,
            directions: d.directions,
            min_burst: d.min_burst,
            max_burst: d.max_burst,
            max_sg_burst: d.max_sg_burst,
            cmd_pause: d.device_pause.is_some(),
            cmd_resume: d.device_resume.is_some(),
            cmd_terminate: d.device_terminate_all.is_some(),
            residue_granularity: d.residue_granularity,
            descriptor_reuse: d.descriptor_reuse,
        });
        if let Some(own) = d.device_caps {
            own(chan, caps);
        }
    }
    to_c(Ok(()))
}

/// The controllers whose channels are shared.
unsafe fn publics() -> impl Iterator<Item = *mut dma_device> {
    // SAFETY: registered.
    STATE.lock().devices().filter(|d| unsafe { !has(&(**d).cap_mask, bindings::DMA_PRIVATE) })
}

pub(super) fn get_public() {
    // SAFETY: registered controllers, under the lock.
    unsafe {
        let list: alloc::vec::Vec<_> = publics().collect();
        let mut state = STATE.lock();
        state.publics += 1;
        for chan in list.into_iter().flat_map(|d| channels(d)) {
            if let Err(error) = get(chan) {
                log::debug!("{}: error {}", name_of(chan), error.0);
            }
        }
    }
}

pub(super) fn put_public() {
    // SAFETY: as above.
    unsafe {
        let list: alloc::vec::Vec<_> = publics().collect();
        let mut state = STATE.lock();
        state.publics = state.publics.saturating_sub(1);
        list.into_iter().for_each(|d| put_all(d));
    }
}

/// The first shared channel of the kind, while somebody has asked for shared ones.
pub(super) fn find_public(kind: bindings::dma_transaction_type) -> *mut dma_chan {
    // SAFETY: registered controllers.
    unsafe {
        publics()
            .filter(|d| has(&(**d).cap_mask, kind))
            .flat_map(|d| channels(d))
            .find(|chan| (**chan).client_count > 0)
            .unwrap_or(ptr::null_mut())
    }
}

pub(super) fn issue_all() {
    // SAFETY: as above; the driver's function.
    unsafe {
        for chan in publics().flat_map(|d| channels(d)).filter(|chan| (**chan).client_count > 0) {
            if let Some(issue) = (*(*chan).device).device_issue_pending {
                issue(chan);
            }
        }
    }
}
