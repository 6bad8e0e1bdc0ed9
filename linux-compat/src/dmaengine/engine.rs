// SPDX-License-Identifier: GPL-2.0-only
//! A controller with a driver in C, for Rust.

use super::channel::{release_channel, take};
use super::device::{STATE, channels, has, name_of};
use super::transfer;
use crate::bindings::{self, dma_device};
use crate::context::Guarded;
use crate::device as devices;
use crate::errno::Errno;
use alloc::string::String;
use alloc::vec::Vec;
use core::ptr;
use io::Fault;
use io::dma::{Channel, Engine};

/// A controller's address. It is taken off the list of `io` before it goes.
pub(super) struct CEngine(pub(super) usize);

impl CEngine {
    fn device(&self) -> *mut dma_device {
        ptr::with_exposed_provenance_mut(self.0)
    }

    fn known(&self) -> bool {
        STATE.lock().all.iter().any(|known| known.device == self.0)
    }
}

impl Engine for CEngine {
    fn channels(&self) -> Vec<Channel> {
        if !self.known() {
            return Vec::new();
        }
        // SAFETY: registered; users are devices that are there as long as they have the channel.
        unsafe {
            let user = |chan: *mut bindings::dma_chan| match ((*chan).client_count, (*chan).slave) {
                (0, _) => None,
                (_, dev) if dev.is_null() => Some(String::new()),
                (_, dev) => Some(devices::name(dev).to_string_lossy().into_owned()),
            };
            channels(self.device()).into_iter().map(|c| Channel { name: name_of(c), user: user(c) }).collect()
        }
    }

    fn copy(&self, to: u64, from: u64, len: usize) -> Result<(), Fault> {
        self.transfer(None, to, from, len)
    }

    fn copy_bytes(&self, channel: &str, to: &mut [u8], from: &[u8]) -> Result<(), Fault> {
        let len = to.len();
        if len == 0 || from.len() != len {
            return Err(Fault::Invalid);
        }
        if !self.known() {
            return Err(Fault::NoDevice);
        }
        // SAFETY: registered, with a device; the bytes are the caller's until both are given back.
        unsafe {
            let dev = (*self.device()).dev;
            let source = crate::dma::map(dev, from.as_ptr().cast_mut(), len, bindings::DMA_TO_DEVICE);
            let source = source.ok_or(Fault::NoMemory)?;
            let target = crate::dma::map(dev, to.as_mut_ptr(), len, bindings::DMA_FROM_DEVICE);
            let result = match target {
                Some(target) => self.transfer(Some(channel), target, source, len),
                None => Err(Fault::NoMemory),
            };
            if let Some(target) = target {
                crate::dma::unmap(dev, target, len, bindings::DMA_FROM_DEVICE);
            }
            crate::dma::unmap(dev, source, len, bindings::DMA_TO_DEVICE);
            result
        }
    }
}

impl CEngine {
    /// Takes a channel for the time of one copy: the one of that name, or one that is free.
    unsafe fn take_channel(&self, name: Option<&str>) -> Result<*mut bindings::dma_chan, Fault> {
        let state = STATE.lock();
        if !state.all.iter().any(|known| known.device == self.0) {
            return Err(Fault::NoDevice);
        }
        // SAFETY: registered, under the lock, and channels of it.
        unsafe {
            let all = channels(self.device());
            let free = match name {
                Some(name) => {
                    let named = all.into_iter().find(|c| name_of(*c) == name).ok_or(Fault::NoDevice)?;
                    Some(named).filter(|c| (**c).client_count == 0)
                }
                None => all.into_iter().find(|c| (**c).client_count == 0),
            };
            take(free.ok_or(Fault::Busy)?).map_err(Fault::from)
        }
    }

    fn transfer(&self, name: Option<&str>, to: u64, from: u64, len: usize) -> Result<(), Fault> {
        // SAFETY: registered, and channels of it; the driver's functions.
        unsafe {
            if !self.known() {
                return Err(Fault::NoDevice);
            }
            let d = self.device();
            let dev = (*d).dev;
            let prepare = (*d).device_prep_dma_memcpy.filter(|_| has(&(*d).cap_mask, bindings::DMA_MEMCPY));
            let prepare = prepare.ok_or(Fault::NotSupported)?;
            let chan = self.take_channel(name)?;
            let flags = bindings::DMA_PREP_INTERRUPT | bindings::DMA_CTRL_ACK;
            let tx = prepare.guarded(dev, (chan, to, from, len, flags.into()));
            let result = match tx.as_ref().and_then(|t| t.tx_submit) {
                None => Err(Fault::Invalid),
                Some(submit) => Errno::check(submit.guarded(dev, (tx,))).map_err(Fault::from).and_then(|cookie| {
                    match transfer::sync_wait(chan, cookie) {
                        bindings::DMA_COMPLETE => Ok(()),
                        _ => Err(Fault::Io),
                    }
                }),
            };
            if result.is_err()
                && let Some(terminate) = (*d).device_terminate_all
            {
                terminate.guarded(dev, (chan,));
            }
            release_channel(chan);
            result
        }
    }
}
