// SPDX-License-Identifier: GPL-2.0-only
//! DMA controllers that serve other devices: those who provide channels, and those who use them (Linux:
//! Documentation/driver-api/dmaengine). All of them are in [`io::dma`], too. What is by the device tree does Linux's own
//! of-dma.c, and queues of transfers virt-dma.c: both are folders of `ported-drivers/`.

use crate::export::Export;

mod channel;
mod device;
mod engine;
mod transfer;

#[cfg(test)]
mod tests;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[channel::EXPORTS, device::EXPORTS, transfer::EXPORTS];
