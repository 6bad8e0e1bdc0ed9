// SPDX-License-Identifier: GPL-2.0-only
//! The stack's end of its switch port.

use crate::Result;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use io::net::frame::Bytes;
use io::net::offload::Offload;
use io::net::port::{Delivery, Endpoint};
use io::net::{Frame, Mac, Port, Switch};
use kernel::sync::{SpinLock, WaitQueue};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// Frames that wait for the stack at most.
pub const QUEUE: usize = 64;
/// Bytes of the longest frame: that of Ethernet without tags. The stack is in no VLAN.
const LONGEST: usize = 1514;

/// Frames that came.
pub(crate) struct Inbox {
    mac: Mac,
    frames: SpinLock<VecDeque<Vec<u8>>>,
    /// There is something to do.
    kicked: AtomicBool,
    runner: WaitQueue,
}

impl Inbox {
    pub fn new(mac: Mac) -> Result<Self> {
        let mut frames = VecDeque::new();
        let bytes = QUEUE * size_of::<Vec<u8>>();
        frames
            .try_reserve_exact(QUEUE)
            .map_err(|_| kernel::error::Error::OutOfMemory { what: "frames", bytes: bytes as u64 })?;
        Ok(Self {
            mac,
            frames: SpinLock::new(frames),
            kicked: AtomicBool::new(false),
            runner: WaitQueue::new(),
        })
    }

    /// Has the stack look at once. Context: any.
    pub fn kick(&self) {
        self.kicked.store(true, Release);
        self.runner.wake_one();
    }

    /// Waits until somebody kicks, or for so long. Context: the stack's vCPU.
    pub fn wait(&self, ns: u64) {
        self.runner.wait_until_timeout(ns, || self.kicked.load(Acquire));
        self.kicked.swap(false, AcqRel);
    }

    fn take(&self) -> Option<Vec<u8>> {
        self.frames.lock().pop_front()
    }
}

impl Endpoint for Inbox {
    fn deliver(&self, frame: &Frame<'_>) -> Delivery {
        let ours = frame.destination() == self.mac || frame.is_for_group();
        if !ours || frame.vid().is_some() || frame.len() > LONGEST {
            return Delivery::Unwanted;
        }
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(frame.len()).is_err() {
            return Delivery::NoRoom;
        }
        bytes.resize(frame.len(), 0);
        let read = frame.read(0, &mut bytes);
        bytes.truncate(read);
        {
            let mut frames = self.frames.lock();
            if frames.len() >= QUEUE {
                return Delivery::NoRoom;
            }
            frames.push_back(bytes);
        }
        self.kick();
        Delivery::Taken
    }
}

/// The port as smoltcp wants it.
pub(crate) struct SwitchPort {
    switch: Arc<Switch>,
    port: Arc<Port>,
    inbox: Arc<Inbox>,
}

impl SwitchPort {
    pub fn new(switch: Arc<Switch>, port: Arc<Port>, inbox: Arc<Inbox>) -> Self {
        Self { switch, port, inbox }
    }

    /// Sends a frame; says how many ports it was handed to.
    pub fn send(&self, frame: &Frame<'_>) -> usize {
        self.switch.transmit(&self.port, frame)
    }
}

/// A frame that came.
pub(crate) struct Received(Vec<u8>);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Room for a frame to send.
pub(crate) struct Room<'a>(&'a SwitchPort);

impl TxToken for Room<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut bytes = vec![0; len];
        let result = f(&mut bytes);
        if let Some(frame) = Frame::new(Bytes::Own(&bytes), Offload::default()) {
            self.0.send(&frame);
        }
        result
    }
}

impl Device for SwitchPort {
    type RxToken<'a> = Received;
    type TxToken<'a> = Room<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Room<'_>)> {
        Some((Received(self.inbox.take()?), Room(self)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Room<'_>> {
        Some(Room(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = LONGEST;
        capabilities
    }
}
