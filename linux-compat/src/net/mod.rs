// SPDX-License-Identifier: GPL-2.0-only
//! Network devices: `linux/netdevice.h`, `linux/skbuff.h` and what goes with them (Linux: Documentation/networking). A device that
//! a driver registers is one of `io::net::nic`, a port of a switch: there is no protocol above it, those are the guests'.

mod addresses;
mod config;
mod data;
mod device;
mod ether;
mod napi;
mod notify;
mod outgoing;
mod pages;
mod pool;
mod receive;
mod refused;
mod skb;
mod stats;
#[cfg(test)]
mod tests;
mod virtio;
mod watchdog;

use crate::export::Export;

pub use skb::live as live_buffers;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    addresses::EXPORTS,
    config::EXPORTS,
    data::EXPORTS,
    device::EXPORTS,
    ether::EXPORTS,
    ether::DATA,
    napi::EXPORTS,
    notify::EXPORTS,
    outgoing::EXPORTS,
    pages::EXPORTS,
    pool::EXPORTS,
    receive::EXPORTS,
    refused::EXPORTS,
    skb::EXPORTS,
    stats::EXPORTS,
    virtio::EXPORTS,
];
