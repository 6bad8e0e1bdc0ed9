// SPDX-License-Identifier: GPL-2.0-only
//! A controller with a driver in C, for Rust.

use super::channel::{release_channel, take};
use super::device::{STATE, channels, has, name_of};
use super::transfer;
use crate::bindings::{self, dma_device};
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
        // SAFETY: registered, and channels of it; the driver's functions.
        unsafe {
            let state = STATE.lock();
            let d = self.device();
            if !state.all.iter().any(|known| known.device == self.0) {
                return Err(Fault::NoDevice);
            }
            let prepare = (*d).device_prep_dma_memcpy.filter(|_| has(&(*d).cap_mask, bindings::DMA_MEMCPY));
            let prepare = prepare.ok_or(Fault::NotSupported)?;
            let free = channels(d).into_iter().find(|c| (**c).client_count == 0).ok_or(Fault::Busy)?;
            let chan = take(free).map_err(Fault::from)?;
            drop(state);
            let flags = bindings::DMA_PREP_INTERRUPT | bindings::DMA_CTRL_ACK;
            let tx = prepare(chan, to, from, len, flags.into());
            let result = match tx.as_ref().and_then(|t| t.tx_submit) {
                None => Err(Fault::Invalid),
                Some(submit) => Errno::check(submit(tx)).map_err(Fault::from).and_then(|cookie| {
                    match transfer::sync_wait(chan, cookie) {
                        bindings::DMA_COMPLETE => Ok(()),
                        _ => Err(Fault::Io),
                    }
                }),
            };
            if result.is_err()
                && let Some(terminate) = (*d).device_terminate_all
            {
                terminate(chan);
            }
            release_channel(chan);
            result
        }
    }
}
