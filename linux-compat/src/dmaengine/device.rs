// SPDX-License-Identifier: GPL-2.0-only
//! Registering controllers and their channels.

use super::channel::{get, put};
use super::engine::CEngine;
use crate::bindings::{self, device, dma_chan, dma_chan_dev, dma_device};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::mem::offset_of;
use core::ptr;
use kernel::sync::Mutex;

crate::exports! {
    family "dmaengine";
    [sleeps, supported, "dmaengine::tests::channels_are_given_out"]
    fn dma_async_device_register(device: *mut dma_device) -> c_int = register_c;
    [sleeps, supported, "dmaengine::tests::controllers_come_and_go"]
    fn dmaenginem_async_device_register(device: *mut dma_device) -> c_int = managed;
    [sleeps, supported, "dmaengine::tests::controllers_come_and_go"]
    fn dma_async_device_unregister(device: *mut dma_device) -> () = unregister;
    [sleeps, supported, "dmaengine::tests::controllers_come_and_go"]
    fn dma_async_device_channel_register(device: *mut dma_device, chan: *mut dma_chan, name: *const c_char) -> c_int = register_channel;
    [sleeps, supported, "dmaengine::tests::controllers_come_and_go"]
    fn dma_async_device_channel_unregister(device: *mut dma_device, chan: *mut dma_chan) -> () = unregister_channel;
}

/// A controller, by address, and what stands for it in `io`.
pub(super) struct Known {
    pub(super) device: usize,
    pub(super) shown: Arc<io::dma::Controller>,
}

/// What is guarded by Linux's one lock: the controllers, and who uses their channels.
pub(super) struct State {
    pub(super) all: Vec<Known>,
    /// How many want channels of all that are not private.
    pub(super) publics: u32,
    /// The numbers of controllers that are taken.
    numbers: Vec<c_int>,
}

pub(super) static STATE: Mutex<State> = Mutex::new(State { all: Vec::new(), publics: 0, numbers: Vec::new() });

impl State {
    /// The controllers, in the order in which they came.
    pub(super) fn devices(&self) -> impl Iterator<Item = *mut dma_device> + use<> {
        let all: Vec<usize> = self.all.iter().map(|known| known.device).collect();
        all.into_iter().map(ptr::with_exposed_provenance_mut)
    }
}

/// Whether a mask has a capability.
pub(super) fn has(mask: &bindings::dma_cap_mask_t, cap: bindings::dma_transaction_type) -> bool {
    mask.bits[0] & 1 << cap != 0
}

/// A controller's channels, as the driver has chained them.
///
/// # Safety
/// `device` is a controller whose list is made, and not changed meanwhile.
pub(super) unsafe fn channels(device: *mut dma_device) -> Vec<*mut dma_chan> {
    let mut found = Vec::new();
    // SAFETY: as the caller says.
    unsafe {
        let head = &raw mut (*device).channels;
        let mut at = (*head).next;
        while !at.is_null() && at != head {
            found.push(at.byte_sub(offset_of!(dma_chan, device_node)).cast());
            at = (*at).next;
        }
    }
    found
}

/// The operations without which a controller cannot have a capability.
fn lacks(d: &dma_device) -> Option<&'static str> {
    let wanted = [
        (bindings::DMA_MEMCPY, d.device_prep_dma_memcpy.is_some(), "DMA_MEMCPY"),
        (bindings::DMA_XOR, d.device_prep_dma_xor.is_some(), "DMA_XOR"),
        (bindings::DMA_XOR_VAL, d.device_prep_dma_xor_val.is_some(), "DMA_XOR_VAL"),
        (bindings::DMA_PQ, d.device_prep_dma_pq.is_some(), "DMA_PQ"),
        (bindings::DMA_PQ_VAL, d.device_prep_dma_pq_val.is_some(), "DMA_PQ_VAL"),
        (bindings::DMA_MEMSET, d.device_prep_dma_memset.is_some(), "DMA_MEMSET"),
        (bindings::DMA_INTERRUPT, d.device_prep_dma_interrupt.is_some(), "DMA_INTERRUPT"),
        (bindings::DMA_CYCLIC, d.device_prep_dma_cyclic.is_some(), "DMA_CYCLIC"),
        (bindings::DMA_INTERLEAVE, d.device_prep_interleaved_dma.is_some(), "DMA_INTERLEAVE"),
    ];
    let missing = wanted.into_iter().find(|(cap, there, _)| has(&d.cap_mask, *cap) && !there);
    match (missing, d.device_tx_status, d.device_issue_pending) {
        (Some((_, _, name)), ..) => Some(name),
        (None, None, _) => Some("device_tx_status"),
        (None, _, None) => Some("device_issue_pending"),
        _ => None,
    }
}

unsafe extern "C" fn released(dev: *mut device) {
    // SAFETY: the device of a `dma_chan_dev` that `add_channel` made; this was its last reference.
    unsafe { drop(Box::from_raw(dev.byte_sub(offset_of!(dma_chan_dev, device)).cast::<dma_chan_dev>())) };
}

/// The lowest number that none has.
fn free_number(taken: &[c_int]) -> c_int {
    (0..).find(|n| !taken.contains(n)).unwrap_or(0)
}

unsafe fn add_channel(device: *mut dma_device, chan: *mut dma_chan, name: Option<CString>) -> Result<()> {
    // SAFETY: the caller's controller and channel; the device is made here.
    unsafe {
        let taken: Vec<c_int> =
            channels(device).into_iter().filter(|c| !(**c).dev.is_null()).map(|c| (*c).chan_id).collect();
        (*chan).chan_id = free_number(&taken);
        let name = name
            .or_else(|| CString::new(format!("dma{}chan{}", (*device).dev_id, (*chan).chan_id)).ok())
            .unwrap_or_default();
        let made: *mut dma_chan_dev = Box::into_raw(Box::new(core::mem::zeroed()));
        (*made).chan = chan;
        (*made).dev_id = (*device).dev_id;
        let dev = &raw mut (*made).device;
        devices::initialize(dev);
        (*dev).parent = (*device).dev;
        (*dev).release = Some(released);
        devices::set_name(dev, name);
        if let Err(error) = devices::register(dev) {
            devices::put(dev);
            return Err(error);
        }
        (*chan).device = device;
        (*chan).dev = made;
        (*chan).client_count = 0;
        (*device).chancnt += 1;
    }
    Ok(())
}

unsafe fn remove_channel(device: *mut dma_device, chan: *mut dma_chan) {
    // SAFETY: the caller's controller and channel.
    unsafe {
        let dev = (*chan).dev;
        if dev.is_null() {
            return;
        }
        if (*chan).client_count > 0 && (*device).device_release.is_none() {
            log::error!("{}: a channel goes that {} use", name_of(chan), (*chan).client_count);
        }
        (*device).chancnt = (*device).chancnt.saturating_sub(1);
        (*dev).chan = ptr::null_mut();
        (*chan).dev = ptr::null_mut();
        devices::unregister(&raw mut (*dev).device);
    }
}

/// A channel's name.
pub(super) unsafe fn name_of(chan: *mut dma_chan) -> String {
    // SAFETY: the caller's channel, whose device is null or there.
    unsafe {
        match (*chan).dev.as_ref() {
            Some(dev) => devices::name(&raw const dev.device).to_string_lossy().into_owned(),
            None => String::from("?"),
        }
    }
}

/// Registers a controller with the channels that it has.
///
/// # Safety
/// `device` is a controller that is filled in, and stays until it is unregistered.
unsafe fn register(device: *mut dma_device) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let d = device.as_mut().ok_or(Errno::ENODEV)?;
        if d.dev.is_null() {
            log::error!("a DMA controller without device");
            return Err(Errno::EIO);
        }
        let name = devices::name(d.dev).to_string_lossy().into_owned();
        if let Some(what) = lacks(d) {
            log::error!("{name}: a DMA controller without {what}");
            return Err(Errno::EIO);
        }
        d.owner = (*d.dev).driver.as_ref().map_or(ptr::null_mut(), |driver| driver.owner);
        d.ref_.refcount.refs.counter = 1;
        {
            let mut state = STATE.lock();
            d.dev_id = free_number(&state.numbers);
            state.numbers.push(d.dev_id);
        }
        let list = channels(device);
        for (done, chan) in list.iter().enumerate() {
            if let Err(error) = add_channel(device, *chan, None) {
                list.iter().take(done).for_each(|chan| remove_channel(device, *chan));
                STATE.lock().numbers.retain(|n| *n != d.dev_id);
                return Err(error);
            }
        }
        let mut state = STATE.lock();
        if has(&d.cap_mask, bindings::DMA_PRIVATE) {
            d.privatecnt += 1;
        } else if state.publics > 0 {
            list.iter().filter_map(|chan| get(*chan).err()).for_each(|e| log::debug!("{name}: error {}", e.0));
        }
        let copies = has(&d.cap_mask, bindings::DMA_MEMCPY);
        let shown = io::dma::register(name, copies, Box::new(CEngine(device.expose_provenance())));
        state.all.push(Known { device: device.addr(), shown });
    }
    Ok(())
}

pub(super) unsafe fn register_c(device: *mut dma_device) -> c_int {
    // SAFETY: the C caller's controller.
    to_c(unsafe { register(device) })
}

pub(super) unsafe fn unregister(device: *mut dma_device) {
    let known = {
        let mut state = STATE.lock();
        let at = state.all.iter().position(|known| known.device == device.addr());
        at.map(|at| state.all.remove(at))
    };
    let Some(known) = known else { return };
    io::dma::unregister(&known.shown);
    // SAFETY: it was registered, and the C caller gives it up.
    unsafe {
        for chan in channels(device) {
            remove_channel(device, chan);
        }
        let mut state = STATE.lock();
        state.numbers.retain(|n| *n != (*device).dev_id);
        (*device).cap_mask.bits[0] |= 1 << bindings::DMA_PRIVATE;
        drop(state);
        release(device);
    }
}

/// Gives one reference of a controller back; with the last one the driver may free it.
pub(super) unsafe fn release(device: *mut dma_device) {
    // SAFETY: the caller's reference; the count is changed under the lock or as the controller goes.
    unsafe {
        let count = &raw mut (*device).ref_.refcount.refs.counter;
        *count -= 1;
        if *count == 0
            && let Some(release) = (*device).device_release
        {
            release(device);
        }
    }
}

pub(super) unsafe fn managed(device: *mut dma_device) -> c_int {
    // SAFETY: the C caller's controller, whose device outlives what is managed.
    unsafe {
        let result = register(device).and_then(|()| {
            let address = device.expose_provenance();
            devres::add((*device).dev, Key("dma_device", address), move || {
                unregister(ptr::with_exposed_provenance_mut(address));
            })
        });
        to_c(result)
    }
}

pub(super) unsafe fn register_channel(device: *mut dma_device, chan: *mut dma_chan, name: *const c_char) -> c_int {
    // SAFETY: the C caller's controller, channel and name.
    unsafe {
        let name = if name.is_null() { None } else { Some(CString::from(CStr::from_ptr(name))) };
        to_c(add_channel(device, chan, name))
    }
}

pub(super) unsafe fn unregister_channel(device: *mut dma_device, chan: *mut dma_chan) {
    // SAFETY: the C caller's controller and channel.
    unsafe { remove_channel(device, chan) };
}

/// Lets go of all public channels of a controller.
pub(super) unsafe fn put_all(device: *mut dma_device) {
    // SAFETY: a registered controller, under the lock.
    unsafe { channels(device).into_iter().for_each(|chan| put(chan)) };
}
