// SPDX-License-Identifier: GPL-2.0-only
//! Buffers of messages, as DMA needs them: mapped for the controller's device, and there where hardware insists.

use super::message::transfers;
use super::setup::THREE_WIRE;
use crate::bindings::{
    self, dma_chan, dma_data_direction, device, sg_table, spi_controller, spi_message, spi_transfer,
};
use crate::dma::table;
use crate::errno::{Errno, Result, to_c};
use crate::scatterlist::pieces;
use crate::slab::{GFP_KERNEL, GFP_ZERO, krealloc};
use core::ffi::{c_int, c_void};

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::buffers_are_mapped"]
    fn spi_map_buf(ctlr: *mut spi_controller, dev: *mut device, sgt: *mut sg_table, buf: *mut c_void, len: usize, dir: dma_data_direction) -> c_int = map_c;
    [sleeps, supported, "spi::tests::buffers_are_mapped"]
    fn spi_unmap_buf(ctlr: *mut spi_controller, dev: *mut device, sgt: *mut sg_table, dir: dma_data_direction) -> () = unmap;
    [sleeps, supported, "spi::tests::messages_that_nobody_waits_for"]
    fn spi_flush_queue(ctlr: *mut spi_controller) -> () = flush;
}

/// Hardware that always receives, or always sends.
const MUST_RX: u16 = 1 << 3;
const MUST_TX: u16 = 1 << 4;
/// The longest piece of a mapped buffer.
const PIECE: usize = 1 << 16;

unsafe fn flush(controller: *mut spi_controller) {
    super::controller::pump(controller);
}

unsafe fn map(
    controller: *mut spi_controller,
    dev: *mut device,
    sgt: *mut sg_table,
    buf: *mut c_void,
    len: usize,
    dir: dma_data_direction,
) -> Result<()> {
    // SAFETY: the caller's buffer and table.
    unsafe {
        let piece = (*controller).max_dma_len.clamp(1, PIECE);
        pieces(sgt, buf, len, piece)?;
        let result = Errno::check(table::map(dev, sgt, dir));
        if result.is_err() {
            crate::scatterlist::free(sgt);
        }
        result.map(drop)
    }
}

pub(super) unsafe fn map_c(
    controller: *mut spi_controller,
    dev: *mut device,
    sgt: *mut sg_table,
    buf: *mut c_void,
    len: usize,
    dir: dma_data_direction,
) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { map(controller, dev, sgt, buf, len, dir) })
}

pub(super) unsafe fn unmap(
    _controller: *mut spi_controller,
    dev: *mut device,
    sgt: *mut sg_table,
    dir: dma_data_direction,
) {
    // SAFETY: a table of `map`.
    unsafe {
        table::unmap(dev, sgt, dir);
        crate::scatterlist::free(sgt);
        (*sgt).orig_nents = 0;
        (*sgt).nents = 0;
    }
}

/// The device that does the DMA: that of the channel, where there is one.
unsafe fn dma_device(controller: *mut spi_controller, channel: *mut dma_chan) -> *mut device {
    // SAFETY: as the caller says; a channel's engine stays as long as it.
    unsafe {
        match channel.as_ref().and_then(|channel| channel.device.as_ref()) {
            Some(engine) => engine.dev,
            None if (*controller).dma_map_dev.is_null() => (*controller).dev.parent,
            None => (*controller).dma_map_dev,
        }
    }
}

/// At least so many bytes of a buffer that nobody looks at.
unsafe fn dummy(buffer: *mut *mut c_void, len: usize) -> Result<()> {
    // SAFETY: the controller's buffer, null at first.
    unsafe {
        let new = krealloc(*buffer, len, GFP_KERNEL | GFP_ZERO);
        if new.is_null() {
            return Err(Errno::ENOMEM);
        }
        *buffer = new;
    }
    Ok(())
}

/// Puts buffers where hardware must have some.
unsafe fn fill(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let flags = (*controller).flags;
        if flags & (MUST_RX | MUST_TX) == 0 || (*(*message).spi).mode & THREE_WIRE != 0 {
            return Ok(());
        }
        let all = transfers(message);
        let longest = |lacks: fn(&spi_transfer) -> bool| {
            let lens = all.iter().map(|transfer| &**transfer).filter(|transfer| lacks(transfer));
            lens.map(|transfer| transfer.len as usize).max().unwrap_or(0)
        };
        let tx = if flags & MUST_TX != 0 { longest(|transfer| transfer.tx_buf.is_null()) } else { 0 };
        let rx = if flags & MUST_RX != 0 { longest(|transfer| transfer.rx_buf.is_null()) } else { 0 };
        if tx > 0 {
            dummy(&raw mut (*controller).dummy_tx, tx)?;
        }
        if rx > 0 {
            dummy(&raw mut (*controller).dummy_rx, rx)?;
        }
        for transfer in all.into_iter().filter(|transfer| (**transfer).len > 0) {
            if tx > 0 && (*transfer).tx_buf.is_null() {
                (*transfer).tx_buf = (*controller).dummy_tx;
            }
            if rx > 0 && (*transfer).rx_buf.is_null() {
                (*transfer).rx_buf = (*controller).dummy_rx;
            }
        }
    }
    Ok(())
}

/// Maps the buffers of transfers that are to be done by DMA.
pub(super) unsafe fn map_message(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        fill(controller, message)?;
        let Some(can_dma) = (*controller).can_dma else { return Ok(()) };
        let (to, from) = (dma_device(controller, (*controller).dma_tx), dma_device(controller, (*controller).dma_rx));
        for transfer in transfers(message) {
            if !can_dma(controller, (*message).spi, transfer) {
                continue;
            }
            let len = (*transfer).len as usize;
            if !(*transfer).tx_buf.is_null() {
                let (table, buffer) = (&raw mut (*transfer).tx_sg, (*transfer).tx_buf.cast_mut());
                map(controller, to, table, buffer, len, bindings::DMA_TO_DEVICE).inspect_err(|_| {
                    unmap_message(controller, message);
                })?;
                (*transfer).tx_sg_mapped = true;
            }
            if !(*transfer).rx_buf.is_null() {
                let (table, buffer) = (&raw mut (*transfer).rx_sg, (*transfer).rx_buf);
                map(controller, from, table, buffer, len, bindings::DMA_FROM_DEVICE).inspect_err(|_| {
                    unmap_message(controller, message);
                })?;
                (*transfer).rx_sg_mapped = true;
            }
        }
        (*controller).cur_rx_dma_dev = from;
        (*controller).cur_tx_dma_dev = to;
    }
    Ok(())
}

/// Undoes [`map_message`].
pub(super) unsafe fn unmap_message(controller: *mut spi_controller, message: *mut spi_message) {
    // SAFETY: as the caller says.
    unsafe {
        let (to, from) = (dma_device(controller, (*controller).dma_tx), dma_device(controller, (*controller).dma_rx));
        for transfer in transfers(message) {
            if (*transfer).rx_sg_mapped {
                unmap(controller, from, &raw mut (*transfer).rx_sg, bindings::DMA_FROM_DEVICE);
                (*transfer).rx_sg_mapped = false;
            }
            if (*transfer).tx_sg_mapped {
                unmap(controller, to, &raw mut (*transfer).tx_sg, bindings::DMA_TO_DEVICE);
                (*transfer).tx_sg_mapped = false;
            }
            // What was put there for the hardware.
            if (*transfer).tx_buf == (*controller).dummy_tx.cast_const() {
                (*transfer).tx_buf = core::ptr::null();
            }
            if (*transfer).rx_buf == (*controller).dummy_rx {
                (*transfer).rx_buf = core::ptr::null_mut();
            }
        }
    }
}
