// SPDX-License-Identifier: GPL-2.0-only
//! Messages: rings of transfers, checked, and carried out now or by the queue.

use super::controller::{SUSPENDED, enqueue, pump, ring};
use super::run;
use super::setup::{self, NO_RX, NO_TX, RX_DUAL, RX_OCTAL, RX_QUAD, THREE_WIRE, TX_DUAL, TX_OCTAL, TX_QUAD};
use crate::bindings::{completion, list_head, spi_controller, spi_device, spi_message, spi_transfer};
use crate::errno::{Errno, Result, to_c};
use crate::locking::{complete, mutex_lock, mutex_unlock, wait_for_completion};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint, c_void};
use core::mem::offset_of;

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::messages_reach_the_driver"]
    fn spi_sync(spi: *mut spi_device, message: *mut spi_message) -> c_int = sync;
    [sleeps, supported, "spi::tests::a_locked_bus"]
    fn spi_sync_locked(spi: *mut spi_device, message: *mut spi_message) -> c_int = sync_locked;
    [any, supported, "spi::tests::messages_that_nobody_waits_for"]
    fn spi_async(spi: *mut spi_device, message: *mut spi_message) -> c_int = asynchronous;
    [sleeps, supported, "spi::tests::a_locked_bus"]
    fn spi_bus_lock(ctlr: *mut spi_controller) -> c_int = bus_lock;
    [sleeps, supported, "spi::tests::a_locked_bus"]
    fn spi_bus_unlock(ctlr: *mut spi_controller) -> c_int = bus_unlock;
    [sleeps, supported, "spi::tests::messages_reach_the_driver"]
    fn spi_write_then_read(spi: *mut spi_device, txbuf: *const c_void, n_tx: c_uint, rxbuf: *mut c_void, n_rx: c_uint) -> c_int = write_then_read;
    [sleeps, partial, "spi::tests::messages_reach_the_driver"]
    fn spi_optimize_message(spi: *mut spi_device, msg: *mut spi_message) -> c_int = optimize;
    [any, partial, "spi::tests::messages_reach_the_driver"]
    fn spi_unoptimize_message(msg: *mut spi_message) -> () = unoptimize;
}

/// Not begun yet.
pub(super) const IN_PROGRESS: c_int = Errno::EINPROGRESS.0.wrapping_neg();
/// What a controller cannot do.
const HALF_DUPLEX: u16 = 1 << 0;
const CANNOT_RX: u16 = 1 << 1;
const CANNOT_TX: u16 = 1 << 2;

/// An empty message.
pub(super) unsafe fn begin(message: *mut spi_message) {
    // SAFETY: the caller's, zeroed.
    unsafe {
        ring(&raw mut (*message).transfers);
        ring(&raw mut (*message).resources);
    }
}

/// Puts an entry before another, or at the end of a ring.
pub(super) unsafe fn insert(entry: *mut list_head, before: *mut list_head) {
    // SAFETY: the caller's ring and entry.
    unsafe {
        let last = (*before).prev;
        ((*entry).next, (*entry).prev) = (before, last);
        (*last).next = entry;
        (*before).prev = entry;
    }
}

/// Puts a transfer at the end of a message.
pub(super) unsafe fn append(message: *mut spi_message, transfer: *mut spi_transfer) {
    // SAFETY: the caller's message and transfer.
    unsafe { insert(&raw mut (*transfer).transfer_list, &raw mut (*message).transfers) };
}

/// The transfers of a message.
pub(super) unsafe fn transfers(message: *mut spi_message) -> Vec<*mut spi_transfer> {
    let mut found = Vec::new();
    // SAFETY: the caller's message, a ring.
    unsafe {
        let head = &raw mut (*message).transfers;
        let mut at = (*head).next;
        while at != head {
            found.push(at.wrapping_byte_sub(offset_of!(spi_transfer, transfer_list)).cast());
            at = (*at).next;
        }
    }
    found
}

/// Whether a device and a transfer agree on how many lines carry the data.
fn lines(mode: u32, bits: u32, none: u32, dual: u32, quad: u32, octal: u32) -> bool {
    mode & none == 0
        && match bits {
            1 => true,
            2 => mode & (dual | quad | octal) != 0,
            4 => mode & (quad | octal) != 0,
            8 => mode & octal != 0,
            _ => false,
        }
}

/// Fills in what a transfer leaves to its device, and checks it.
unsafe fn check(spi: *mut spi_device, transfer: &mut spi_transfer) -> Result<()> {
    // SAFETY: as the caller says.
    let (spi, controller) = unsafe { (&*spi, &*(*spi).controller) };
    transfer.effective_speed_hz = 0;
    if transfer.bits_per_word == 0 {
        transfer.bits_per_word = spi.bits_per_word;
    }
    if transfer.speed_hz == 0 {
        transfer.speed_hz = spi.max_speed_hz;
    }
    if controller.max_speed_hz > 0 {
        transfer.speed_hz = transfer.speed_hz.min(controller.max_speed_hz);
    }
    let word = match transfer.bits_per_word {
        ..=8 => 1,
        9..=16 => 2,
        _ => 4,
    };
    let slow = transfer.speed_hz > 0 && transfer.speed_hz < controller.min_speed_hz;
    if !setup::can_do(controller, transfer.bits_per_word) || !transfer.len.is_multiple_of(word) || slow {
        return Err(Errno::EINVAL);
    }
    let (sends, receives) = (!transfer.tx_buf.is_null(), !transfer.rx_buf.is_null());
    if controller.flags & HALF_DUPLEX != 0 || spi.mode & THREE_WIRE != 0 {
        let cannot = (controller.flags & CANNOT_TX != 0 && sends) || (controller.flags & CANNOT_RX != 0 && receives);
        if cannot || sends && receives {
            return Err(Errno::EINVAL);
        }
    }
    if sends {
        transfer.set_tx_nbits(transfer.tx_nbits().max(1));
        if !lines(spi.mode, transfer.tx_nbits(), NO_TX, TX_DUAL, TX_QUAD, TX_OCTAL) {
            return Err(Errno::EINVAL);
        }
    }
    if receives {
        transfer.set_rx_nbits(transfer.rx_nbits().max(1));
        if !lines(spi.mode, transfer.rx_nbits(), NO_RX, RX_DUAL, RX_QUAD, RX_OCTAL) {
            return Err(Errno::EINVAL);
        }
    }
    let (mut own, mut device) = (transfer.word_delay, spi.word_delay);
    // SAFETY: delays of this function.
    let times = unsafe {
        let transfer = core::ptr::from_mut(transfer);
        (setup::delay_to_ns(&raw mut own, transfer), setup::delay_to_ns(&raw mut device, transfer))
    };
    if times.0 < 0 || times.1 < 0 {
        return Err(Errno::EINVAL);
    }
    if times.0 < times.1 {
        transfer.word_delay = spi.word_delay;
    }
    Ok(())
}

unsafe fn validate(spi: *mut spi_device, message: *mut spi_message) -> Result<()> {
    // SAFETY: the caller's device and message.
    unsafe {
        let all = transfers(message);
        if all.is_empty() {
            return Err(Errno::EINVAL);
        }
        (*message).spi = spi;
        (*message).frame_length = 0;
        for transfer in all {
            check(spi, &mut *transfer)?;
            (*message).frame_length += (*transfer).len;
        }
        (*message).actual_length = 0;
        (*message).status = IN_PROGRESS;
        Ok(())
    }
}

/// Says that the controller's own queue is done with a message.
unsafe extern "C" fn done(context: *mut c_void) {
    // SAFETY: the completion of `wait_for_driver`.
    unsafe { complete(context.cast()) };
}

/// Has a controller that queues messages by itself carry one out.
unsafe fn wait_for_driver(
    transfer: unsafe extern "C" fn(*mut spi_device, *mut spi_message) -> c_int,
    message: *mut spi_message,
) -> Result<()> {
    // SAFETY: a structure of C, for which zero is the beginning; the driver's function.
    unsafe {
        let end = Box::into_raw(Box::new(core::mem::zeroed::<completion>()));
        ring(&raw mut (*end).wait.head);
        (*message).complete = Some(done);
        (*message).context = end.cast();
        let result = Errno::check(transfer((*message).spi, message));
        if result.is_ok() {
            wait_for_completion(end);
        }
        (*message).complete = None;
        (*message).context = core::ptr::null_mut();
        drop(Box::from_raw(end));
        result?;
        Errno::check((*message).status).map(drop)
    }
}

unsafe fn carry_out(spi: *mut spi_device, message: *mut spi_message) -> Result<()> {
    // SAFETY: the caller's device and message.
    unsafe {
        let controller = (*spi).controller;
        if (*controller).flags & SUSPENDED != 0 {
            return Err(Errno::ESHUTDOWN);
        }
        validate(spi, message)?;
        if let Some(transfer) = (*controller).transfer {
            return wait_for_driver(transfer, message);
        }
        // Those that came before go first.
        pump(controller);
        run::run(controller, message);
        Errno::check((*message).status).map(drop)
    }
}

pub(super) unsafe fn sync_locked(spi: *mut spi_device, message: *mut spi_message) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { carry_out(spi, message) })
}

pub(super) unsafe fn sync(spi: *mut spi_device, message: *mut spi_message) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let bus = &raw mut (*(*spi).controller).bus_lock_mutex;
        mutex_lock(bus);
        let result = sync_locked(spi, message);
        mutex_unlock(bus);
        result
    }
}

pub(super) unsafe fn asynchronous(spi: *mut spi_device, message: *mut spi_message) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe {
        validate(spi, message).and_then(|()| {
            let controller = (*spi).controller;
            if (*controller).bus_lock_flag {
                return Err(Errno::EBUSY);
            }
            match (*controller).transfer {
                Some(transfer) => Errno::check(transfer(spi, message)).map(drop),
                None => enqueue(controller, message),
            }
        })
    })
}

pub(super) unsafe fn bus_lock(controller: *mut spi_controller) -> c_int {
    // SAFETY: the caller's controller.
    unsafe {
        mutex_lock(&raw mut (*controller).bus_lock_mutex);
        (*controller).bus_lock_flag = true;
    }
    0
}

pub(super) unsafe fn bus_unlock(controller: *mut spi_controller) -> c_int {
    // SAFETY: the caller's controller, whose bus it has locked.
    unsafe {
        (*controller).bus_lock_flag = false;
        mutex_unlock(&raw mut (*controller).bus_lock_mutex);
    }
    0
}

pub(super) unsafe fn write_then_read(
    spi: *mut spi_device,
    txbuf: *const c_void,
    n_tx: c_uint,
    rxbuf: *mut c_void,
    n_rx: c_uint,
) -> c_int {
    let (sends, receives) = (n_tx as usize, n_rx as usize);
    // SAFETY: the caller's buffers of those sizes; structures of C, for which zero is the beginning. DMA goes to and
    // from the heap, since the caller's buffers may be anywhere.
    unsafe {
        let mut buffer = alloc::vec![0u8; sends + receives];
        if sends > 0 {
            core::ptr::copy_nonoverlapping(txbuf.cast::<u8>(), buffer.as_mut_ptr(), sends);
        }
        let (mut out, mut back): (spi_transfer, spi_transfer) = (core::mem::zeroed(), core::mem::zeroed());
        let mut message: spi_message = core::mem::zeroed();
        begin(&raw mut message);
        if sends > 0 {
            (out.tx_buf, out.len) = (buffer.as_ptr().cast(), n_tx);
            append(&raw mut message, &raw mut out);
        }
        if receives > 0 {
            (back.rx_buf, back.len) = (buffer.as_mut_ptr().add(sends).cast(), n_rx);
            append(&raw mut message, &raw mut back);
        }
        let result = sync(spi, &raw mut message);
        if result == 0 && receives > 0 {
            core::ptr::copy_nonoverlapping(buffer.as_ptr().add(sends), rxbuf.cast::<u8>(), receives);
        }
        result
    }
}

/// Checks a message for the times that it is used later; they check it again.
pub(super) unsafe fn optimize(spi: *mut spi_device, message: *mut spi_message) -> c_int {
    // SAFETY: as the caller says; the driver's function.
    to_c(unsafe {
        validate(spi, message).and_then(|()| {
            if let Some(optimize) = (*(*spi).controller).optimize_message {
                Errno::check(optimize(message))?;
            }
            (*message).optimized = true;
            (*message).pre_optimized = true;
            Ok(())
        })
    })
}

pub(super) unsafe fn unoptimize(message: *mut spi_message) {
    // SAFETY: the caller's message, which was optimized; the driver's function.
    unsafe {
        if let Some(unoptimize) = (*(*(*message).spi).controller).unoptimize_message
            && (*message).optimized
        {
            unoptimize(message);
        }
        (*message).optimized = false;
        (*message).pre_optimized = false;
        (*message).opt_state = core::ptr::null_mut();
    }
}
