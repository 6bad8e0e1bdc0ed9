// SPDX-License-Identifier: GPL-2.0-only
//! The control queue of a network device (virtio 1.2, 5.1.6.5).

use super::filter::{MOST, Mode};
use super::{CTRL_MAC_ADDR, GUEST_CSUM, Mac, Net, OFFLOADS};
use crate::virtio::device::Backend;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Relaxed, Release};
use vmm::ram::GuestRam;
use vmm::virtqueue::{Chain, Malformed};

// Classes and commands.
const RX: u8 = 0;
const MAC: u8 = 1;
const MAC_TABLE_SET: u8 = 0;
const MAC_ADDR_SET: u8 = 1;
const VLAN: u8 = 2;
const VLAN_ADD: u8 = 0;
const VLAN_DEL: u8 = 1;
const MULTI_QUEUE: u8 = 4;
const PAIRS_SET: u8 = 0;
const OFFLOAD: u8 = 5;
const OFFLOADS_SET: u8 = 0;

/// How a command ends.
const OK: u8 = 0;
const ERROR: u8 = 1;

/// Commands of one notification at most: what more there is waits for the next.
const BUDGET: usize = 16;
/// Addresses of a table that are read at most; a driver may send more.
const TABLE: usize = MOST + 1;

/// What follows a command.
struct Arguments<'a> {
    ram: &'a GuestRam,
    chain: &'a Chain,
    at: usize,
}

impl Arguments<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.chain.read(self.ram, self.at, &mut bytes).then(|| {
            self.at += N;
            bytes
        })
    }

    /// A list of addresses: their number, and then they.
    fn addresses(&mut self) -> Option<Vec<Mac>> {
        let count = u32::from_le_bytes(self.take()?) as usize;
        let end = self.at.checked_add(count.checked_mul(6)?)?;
        if end > self.chain.readable() {
            return None;
        }
        let mut all = Vec::with_capacity(count.min(TABLE));
        for _ in 0..count.min(TABLE) {
            all.push(super::Mac(self.take()?));
        }
        self.at = end;
        Some(all)
    }
}

impl Net {
    /// Carries out commands.
    pub(super) fn control(&self) -> Result<(), Malformed> {
        let shared = &*self.station.shared;
        let Some(queue) = shared.queue(self.control_queue()) else { return Ok(()) };
        let mut queue = queue.lock();
        let mut done = false;
        for _ in 0..BUDGET {
            if !queue.pop(&shared.ram)? {
                break;
            }
            let chain = &queue.chain;
            let mut arguments = Arguments { ram: &shared.ram, chain, at: 0 };
            let command: Option<[u8; 2]> = arguments.take();
            let (Some(command), true) = (command, chain.writable() > 0) else {
                return Err("a command without head or end");
            };
            let ack = if self.command(command, &mut arguments).is_some() { OK } else { ERROR };
            chain.write(&shared.ram, chain.writable() - 1, &[ack]);
            let len = chain.writable() as u32;
            queue.answer(len);
            done = true;
        }
        if done && queue.wants_interrupt() {
            shared.answered(self.control_queue());
        }
        Ok(())
    }

    /// Carries out one command; `None` if it cannot be.
    fn command(&self, [class, command]: [u8; 2], with: &mut Arguments<'_>) -> Option<()> {
        let station = &self.station;
        match (class, command) {
            (RX, command) => {
                let mode = Mode::from_command(command)?;
                let [on] = with.take()?;
                (on < 2).then(|| station.filter(|filter| filter.set(mode, on == 1)))
            }
            (MAC, MAC_TABLE_SET) => {
                let (unicast, multicast) = (with.addresses()?, with.addresses()?);
                station.filter(|filter| filter.set_addresses(unicast, multicast));
                Some(())
            }
            (MAC, MAC_ADDR_SET) if self.features() & CTRL_MAC_ADDR != 0 => {
                let mac = super::Mac(with.take()?);
                mac.is_station().then(|| station.filter(|filter| filter.set_mac(mac)))
            }
            (VLAN, VLAN_ADD | VLAN_DEL) => {
                let vid = u16::from_le_bytes(with.take()?);
                station.filter(|filter| filter.set_vlan(vid, command == VLAN_ADD)).then_some(())
            }
            (MULTI_QUEUE, PAIRS_SET) if self.pairs > 1 => {
                let pairs = usize::from(u16::from_le_bytes(with.take()?));
                let known = (1..=self.pairs).contains(&pairs);
                known.then(|| self.station.wishes.pairs.store(pairs, Release))
            }
            (OFFLOAD, OFFLOADS_SET) => {
                let wanted = u64::from_le_bytes(with.take()?);
                let features = &self.station.wishes.features;
                let before = features.load(Relaxed);
                // Segments come with checksums to be made.
                let sound = wanted & !OFFLOADS == 0 && (wanted == 0 || wanted & GUEST_CSUM != 0);
                sound.then(|| features.store(before & !OFFLOADS | wanted, Release))
            }
            _ => None,
        }
    }
}
