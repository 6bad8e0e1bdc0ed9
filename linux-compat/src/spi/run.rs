// SPDX-License-Identifier: GPL-2.0-only
//! Carrying a message out: the driver's functions in their order, and, for drivers that do one transfer at a time, what
//! is between transfers.

use super::map;
use super::message::{IN_PROGRESS, append, insert, transfers};
use super::setup::{CS_WORD, change_delay, delay_exec, has_line, name, select};
use crate::bindings::{self, spi_controller, spi_message, spi_transfer};
use crate::errno::{Errno, Result};
use crate::locking::{complete, mutex_lock, mutex_unlock, wait_for_completion, wait_for_completion_timeout};
use crate::pm;
use alloc::vec::Vec;
use core::ffi::c_ulong;

crate::exports! {
    family "spi";
    [any, supported, "spi::tests::messages_reach_the_driver"]
    fn spi_finalize_current_message(ctlr: *mut spi_controller) -> () = finalize_message;
    [any, supported, "spi::tests::transfers_that_take_their_time"]
    fn spi_finalize_current_transfer(ctlr: *mut spi_controller) -> () = finalize_transfer;
}

/// The transfer failed on the bus.
const FAIL_IO: u16 = 1 << 1;
/// It did not begin, and can be tried without DMA.
const FAIL_NO_START: u16 = 1 << 0;

pub(super) unsafe fn finalize_transfer(controller: *mut spi_controller) {
    // SAFETY: the caller's controller.
    unsafe { complete(&raw mut (*controller).xfer_completion) };
}

pub(super) unsafe fn finalize_message(controller: *mut spi_controller) {
    // SAFETY: the caller's controller, which carries a message out. Whoever waits may end it from here on.
    unsafe {
        (*controller).busy = false;
        complete(&raw mut (*controller).cur_msg_completion);
    }
}

/// Carries a message out that was checked; its status says how it went. Context: sleeps.
///
/// # Safety
/// `controller` is one that was registered, and the message one to a device of its bus.
pub(super) unsafe fn run(controller: *mut spi_controller, message: *mut spi_message) {
    // SAFETY: as the caller says; whoever has the mutex is alone with the controller.
    unsafe {
        mutex_lock(&raw mut (*controller).io_mutex);
        (*controller).cur_msg = message;
        if let Err(error) = active(controller, message) {
            (*message).status = error.to_c();
        } else if (*message).status == IN_PROGRESS {
            (*message).status = 0;
        }
        (*controller).cur_msg = core::ptr::null_mut();
        (*message).state = core::ptr::null_mut();
        mutex_unlock(&raw mut (*controller).io_mutex);
    }
}

/// With the controller's device active, and its hardware prepared.
unsafe fn active(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let parent = (*controller).dev.parent;
        let managed = (*controller).auto_runtime_pm;
        if managed && let Err(error) = Errno::check(pm::resume(parent, pm::GET_PUT)) {
            pm::put_noidle(parent);
            return Err(error);
        }
        let ready = (*controller).prepare_transfer_hardware.map_or(0, |prepare| prepare(controller));
        let result = Errno::check(ready).and_then(|_| {
            let result = optimized(controller, message);
            if let Some(unprepare) = (*controller).unprepare_transfer_hardware {
                unprepare(controller);
            }
            result
        });
        if managed {
            pm::idle(parent, pm::GET_PUT | pm::ASYNC);
        }
        result
    }
}

/// With what the driver makes of a message before, unless it has done so already.
unsafe fn optimized(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let pieces = split(message);
        let fresh = !(*message).optimized;
        if fresh && let Some(optimize) = (*controller).optimize_message {
            Errno::check(optimize(message))?;
        }
        let result = prepared(controller, message);
        if fresh && let Some(unoptimize) = (*controller).unoptimize_message {
            unoptimize(message);
        }
        join(message, pieces);
        result
    }
}

/// With the message prepared and its buffers mapped.
unsafe fn prepared(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        if let Some(prepare) = (*controller).prepare_message {
            Errno::check(prepare(controller, message))?;
            (*message).prepared = true;
        }
        let result = map::map_message(controller, message).and_then(|()| {
            let result = carry_out(controller, message);
            map::unmap_message(controller, message);
            result
        });
        if (*message).prepared
            && let Some(unprepare) = (*controller).unprepare_message
        {
            unprepare(controller, message);
        }
        (*message).prepared = false;
        result
    }
}

unsafe fn carry_out(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let Some(whole) = (*controller).transfer_one_message else {
            return one_by_one(controller, message);
        };
        (*controller).cur_msg_completion.done = 0;
        (*controller).busy = true;
        let result = Errno::check(whole(controller, message));
        // A driver that fails may have said that it is done, or not.
        if result.is_ok() {
            wait_for_completion(&raw mut (*controller).cur_msg_completion);
        }
        (*controller).busy = false;
        result.map(drop)
    }
}

/// One transfer after the other, with the chip select between them as they say.
unsafe fn one_by_one(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let spi = (*message).spi;
        let all = transfers(message);
        let mut keep = false;
        let mut result = Ok(());
        if let Some(first) = all.first() {
            select(spi, (**first).cs_off() == 0, false);
        }
        for (at, transfer) in all.iter().enumerate() {
            let transfer = *transfer;
            result = one(controller, message, transfer);
            if result.is_err() || (*message).status != IN_PROGRESS {
                break;
            }
            delay_exec(&raw mut (*transfer).delay, transfer);
            let off = (*transfer).cs_off() != 0;
            match all.get(at + 1) {
                None => keep = (*transfer).cs_change() != 0,
                Some(next) => {
                    let next_off = (**next).cs_off() != 0;
                    if (*transfer).cs_change() != 0 {
                        if !off {
                            select(spi, false, false);
                        }
                        change_delay(message, transfer);
                        if !next_off {
                            select(spi, true, false);
                        }
                    } else if off != next_off {
                        select(spi, off, false);
                    }
                }
            }
            (*message).actual_length += (*transfer).len;
        }
        let status = result.and_then(|()| match (*message).status {
            IN_PROGRESS => Ok(()),
            status => Errno::check(status).map(drop),
        });
        if status.is_err() || !keep {
            select(spi, false, false);
        }
        if let Err(error) = status {
            (*message).status = error.to_c();
            log::error!("{}: an SPI transfer failed: error {}", name(spi), error.0);
            if let Some(handle) = (*controller).handle_err {
                handle(controller, message);
            }
        }
        status
    }
}

/// One transfer, until it is done.
unsafe fn one(controller: *mut spi_controller, message: *mut spi_message, transfer: *mut spi_transfer) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let nothing = (*transfer).tx_buf.is_null() && (*transfer).rx_buf.is_null();
        if nothing || (*transfer).len == 0 {
            return Ok(());
        }
        let go = (*controller).transfer_one.ok_or(Errno::EINVAL)?;
        (*controller).xfer_completion.done = 0;
        let mut result = go(controller, (*message).spi, transfer);
        let mapped = (*transfer).tx_sg_mapped || (*transfer).rx_sg_mapped;
        if result < 0 && mapped && (*transfer).error & FAIL_NO_START != 0 {
            map::unmap_message(controller, message);
            (*controller).fallback = true;
            (*transfer).error &= !FAIL_NO_START;
            result = go(controller, (*message).spi, transfer);
        }
        match Errno::check(result)? {
            0 => Ok(()),
            _ => wait(controller, transfer),
        }
    }
}

/// Waits for a transfer, for twice as long as it takes and a fifth of a second.
unsafe fn wait(controller: *mut spi_controller, transfer: *mut spi_transfer) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let hz = match (*transfer).speed_hz {
            0 => 100_000,
            hz => u64::from(hz),
        };
        let ms = 2 * (8 * 1000 * u64::from((*transfer).len) / hz) + 200;
        let jiffies = (ms * u64::from(bindings::HZ)).div_ceil(1000) as c_ulong;
        if wait_for_completion_timeout(&raw mut (*controller).xfer_completion, jiffies) == 0 {
            return Err(Errno::ETIMEDOUT);
        }
        if (*transfer).error & FAIL_IO != 0 { Err(Errno::EIO) } else { Ok(()) }
    }
}

/// What became of a message's transfers: those that it had, and the pieces that they were cut into.
#[derive(Default)]
struct Pieces {
    before: Vec<*mut spi_transfer>,
    all: Vec<spi_transfer>,
}

/// Cuts transfers that the controller cannot do as a whole, or whose words need a chip select each.
unsafe fn split(message: *mut spi_message) -> Pieces {
    // SAFETY: as the caller says.
    unsafe {
        let (spi, before) = ((*message).spi, transfers(message));
        let controller = (*spi).controller;
        let mut most = (*controller).max_transfer_size.map_or(usize::MAX, |most| most(spi));
        most = most.min((*controller).max_message_size.map_or(usize::MAX, |most| most(spi)));
        let words = (*spi).mode & CS_WORD != 0 && ((*controller).mode_bits & CS_WORD == 0 || has_line(spi));
        let room = |transfer: &spi_transfer| {
            let word = usize::from(transfer.bits_per_word).div_ceil(8).next_power_of_two().max(1);
            if words { word } else { (most / word).max(1).saturating_mul(word) }
        };
        if before.iter().all(|transfer| (**transfer).len as usize <= room(&**transfer)) {
            return Pieces::default();
        }
        let mut all: Vec<spi_transfer> = Vec::new();
        for transfer in before.iter().map(|transfer| &**transfer) {
            let (room, len) = (room(transfer), transfer.len as usize);
            let mut at = 0;
            while at < len || at == 0 {
                let mut piece: spi_transfer = core::ptr::read(transfer);
                let size = room.min(len - at);
                piece.len = size as u32;
                if !piece.tx_buf.is_null() {
                    piece.tx_buf = piece.tx_buf.byte_add(at);
                }
                if !piece.rx_buf.is_null() {
                    piece.rx_buf = piece.rx_buf.byte_add(at);
                }
                at += size.max(1);
                if at < len {
                    piece.set_cs_change(u32::from(words));
                    piece.delay.value = 0;
                }
                all.push(piece);
            }
        }
        super::message::begin(message);
        all.iter_mut().for_each(|piece| append(message, piece));
        Pieces { before, all }
    }
}

/// Gives a message its transfers back.
unsafe fn join(message: *mut spi_message, pieces: Pieces) {
    if pieces.all.is_empty() {
        return;
    }
    // SAFETY: the message's own transfers.
    unsafe {
        let head = &raw mut (*message).transfers;
        super::controller::ring(head);
        for transfer in &pieces.before {
            insert(&raw mut (**transfer).transfer_list, head);
        }
    }
}
