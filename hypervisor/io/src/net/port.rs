// SPDX-License-Identifier: GPL-2.0-only
//! Ports of a switch.

use super::frame::Frame;
use super::limit::Rate;
use super::offload::Features;
use super::vlan::Vlans;
use super::{Mac, fdb};
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicU64};

/// Ports of a switch at most.
pub const MAX_PORTS: usize = fdb::PORTS;

/// What became of a frame at its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// There is no room for it now.
    NoRoom,
    /// It is not wanted: the receiver filters, or is down.
    Unwanted,
}

/// What is attached to a port.
pub trait Endpoint: Send + Sync {
    /// Takes a frame, or lets it go. The frame is gone with the call. Context: atomic, interrupts masked or not; several CPUs
    /// at once; no lock of the switch is held, and the receiver may send frames itself.
    fn deliver(&self, frame: &Frame<'_>) -> Delivery;

    /// What it finishes itself of frames that it takes ([`Offload`](super::offload::Offload)). Context: any.
    fn features(&self) -> Features {
        Features::empty()
    }
}

/// How a port is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortConfig {
    /// Its name, one of its kind on the switch.
    pub name: String,
    /// Its VLANs.
    pub vlans: Vlans,
    /// It hears and reaches no other isolated port.
    pub isolated: bool,
    /// The only station that may be behind it; others' frames are dropped.
    pub station: Option<Mac>,
    /// Frames for stations that nobody knows are sent to it.
    pub flood: bool,
    /// What may come from it in bytes.
    pub ingress: Option<Rate>,
    /// What may leave by it in bytes.
    pub egress: Option<Rate>,
    /// What may come from it for groups, for all and for unknown stations, in frames.
    pub storm: Option<Rate>,
}

impl PortConfig {
    /// A port without limits that does not look at tags.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            vlans: Vlans::Transparent,
            isolated: false,
            station: None,
            flood: true,
            ingress: None,
            egress: None,
            storm: None,
        }
    }
}

/// Why frames do not go on; the index into a port's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Too short, too long, or from a group.
    Malformed,
    /// The VLAN is not one of the port's.
    Vlan,
    /// Over the port's rate.
    Rate,
    /// Over the port's rate for groups and unknown stations.
    Storm,
    /// From a station that must not be behind the port.
    Station,
    /// The receiver had no room.
    NoRoom,
}

/// All of them, in the order of the counts, with their names.
pub const DROPS: [(Dropped, &str); 6] = [
    (Dropped::Malformed, "malformed"),
    (Dropped::Vlan, "vlan"),
    (Dropped::Rate, "rate"),
    (Dropped::Storm, "storm"),
    (Dropped::Station, "station"),
    (Dropped::NoRoom, "no_room"),
];

/// Counts of a port. From the switch's sight: what came in by the port, and what went out.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub frames_in: AtomicU64,
    pub bytes_in: AtomicU64,
    pub groups_in: AtomicU64,
    pub frames_out: AtomicU64,
    pub bytes_out: AtomicU64,
    pub dropped: [AtomicU64; DROPS.len()],
}

/// Counts of a port, as they are at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Frames that its endpoint sent, those that were dropped included.
    pub frames_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Those of them for groups or all.
    pub groups_in: u64,
    /// Frames that its endpoint took.
    pub frames_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Frames that were dropped, at this port, by reason ([`DROPS`]).
    pub dropped: [u64; DROPS.len()],
}

impl Statistics {
    /// Frames that the endpoint had no room for.
    pub fn lost(&self) -> u64 {
        self.dropped.get(Dropped::NoRoom as usize).copied().unwrap_or(0)
    }
}

/// A port.
pub struct Port {
    pub(super) config: PortConfig,
    pub(super) index: u8,
    pub(super) endpoint: Arc<dyn Endpoint>,
    pub(super) counts: Counts,
    /// No frame passes any more.
    pub(super) closed: AtomicBool,
}

impl Port {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Its place in the switch.
    pub fn index(&self) -> u8 {
        self.index
    }

    /// How it is.
    pub fn config(&self) -> &PortConfig {
        &self.config
    }

    /// What has passed. Context: any.
    pub fn statistics(&self) -> Statistics {
        let c = &self.counts;
        let mut dropped = [0; DROPS.len()];
        for (to, from) in dropped.iter_mut().zip(&c.dropped) {
            *to = from.load(Relaxed);
        }
        Statistics {
            frames_in: c.frames_in.load(Relaxed),
            bytes_in: c.bytes_in.load(Relaxed),
            groups_in: c.groups_in.load(Relaxed),
            frames_out: c.frames_out.load(Relaxed),
            bytes_out: c.bytes_out.load(Relaxed),
            dropped,
        }
    }

    /// Counts a frame that is none, of which the switch is not told. Context: any.
    pub fn refuse(&self) {
        self.counts.frames_in.fetch_add(1, Relaxed);
        self.drop_frame(Dropped::Malformed);
    }

    #[inline(never)]
    pub(super) fn drop_frame(&self, why: Dropped) {
        if let Some(count) = self.counts.dropped.get(why as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Hands a frame to the endpoint.
    #[inline(always)]
    pub(super) fn deliver(&self, frame: &Frame<'_>) {
        if self.closed.load(Relaxed) {
            return;
        }
        match super::offload::deliver(frame, &*self.endpoint) {
            Delivery::Taken => {
                self.counts.frames_out.fetch_add(1, Relaxed);
                self.counts.bytes_out.fetch_add(frame.len() as u64, Relaxed);
            }
            Delivery::NoRoom => self.drop_frame(Dropped::NoRoom),
            Delivery::Unwanted => {}
        }
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Port({})", self.name())
    }
}
