// SPDX-License-Identifier: GPL-2.0-only
//! Networks: virtual switches of layer 2, whose ports are guests' network devices and the host's own.
//!
//! A frame stays where its sender has it until the receiving port takes it: between guests it is copied once.

mod fdb;
pub mod frame;
pub mod limit;
mod mac;
pub mod nic;
pub mod offload;
pub mod port;
pub mod switch;
pub mod vlan;

pub use frame::Frame;
pub use mac::Mac;
pub use port::{Endpoint, Port};
pub use switch::{Switch, find, list};

#[cfg(test)]
mod tests;
