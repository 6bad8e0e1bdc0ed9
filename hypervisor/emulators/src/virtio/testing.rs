// SPDX-License-Identifier: GPL-2.0-only
//! A model of a driver: sets a device up by its registers, puts requests into rings of either format, and takes the answers.

use super::{FACTORY, device::feature};
use crate::binding_tests::parse;
use crate::testing::{IRQ, Irqs, Power, guest_name};
use alloc::sync::Arc;
use arch::GuestPhysAddr;
use kernel::mm::segment::{Buffer, Segment};
use vmm::device::{Context, Emulator, Error, Factory, Width};
use vmm::ram::GuestRam;

/// Where the guest's RAM begins, and its bytes.
pub(super) const RAM: u64 = 0x4000_0000;
pub(super) const RAM_SIZE: usize = 1 << 20;
/// Where rings are put: each area has 0x4000 bytes, each queue 0x10000.
const RINGS: u64 = RAM;
/// Where indirect tables are put, and where data begins.
const TABLES: u64 = RAM + 0x4_0000;
pub(super) const DATA: u64 = RAM + 0x8_0000;

/// Bits of descriptors.
pub(super) const NEXT: u16 = 1;
pub(super) const WRITE: u16 = 2;
pub(super) const INDIRECT: u16 = 4;

/// A guest with one virtio device.
pub(super) struct Guest {
    pub(super) dev: Arc<dyn Emulator>,
    pub(super) irqs: Arc<Irqs>,
    pub(super) ram: Segment,
    pub(super) name: String,
}

/// One queue from the driver's side.
pub(super) struct Ring {
    pub(super) index: u32,
    pub(super) size: u16,
    pub(super) packed: bool,
    next: u16,
    wrap: bool,
    used: u16,
    used_wrap: bool,
    /// Slots of each identifier, of a packed ring.
    slots: Vec<u16>,
    free: Vec<u16>,
}

/// A piece of memory of a request: where, how long, whether the device writes it.
pub(super) type Piece = (u64, u32, bool);

impl Guest {
    /// A guest whose device has these options in its node.
    pub(super) fn try_new(options: &str) -> Result<Self, Error> {
        let text = format!("disk0 {{ compatible = \"virtio,mmio\"; {options} }};");
        Self::with(&text, &FACTORY, |dev| dev)
    }

    /// A guest with the device of `factory` that these nodes describe, `wrap`ped for a driver that knows the memory bus only.
    pub(super) fn with(
        text: &str,
        factory: &Factory,
        wrap: impl FnOnce(Arc<dyn Emulator>) -> Arc<dyn Emulator>,
    ) -> Result<Self, Error> {
        let name = guest_name();
        let config = parse(&name, text).unwrap_or_else(|error| panic!("{error}"));
        let ram = Buffer::new(RAM_SIZE).unwrap().segment(0, RAM_SIZE);
        let irqs = Irqs::new();
        let regions = [(GuestPhysAddr(RAM), ram.clone())];
        let ctx = Context {
            guest: &name,
            node: &config.devices[0],
            irqs: (0..factory.irqs as u32).map(|n| irqs.line(IRQ + n)).collect(),
            power: Arc::new(Power::default()),
            ram: Arc::new(GuestRam::new(regions.into_iter())),
        };
        let dev = wrap((factory.create)(&ctx)?);
        Ok(Self { dev, irqs, ram, name })
    }

    pub(super) fn r(&self, offset: u64) -> u32 {
        self.dev.read(offset, Width::B4) as u32
    }

    pub(super) fn w(&self, offset: u64, value: u32) {
        self.dev.write(offset, Width::B4, value.into());
    }

    /// All features that are offered.
    pub(super) fn offered(&self) -> u64 {
        self.w(0x14, 0);
        let low = u64::from(self.r(0x10));
        self.w(0x14, 1);
        low | u64::from(self.r(0x10)) << 32
    }

    /// Goes as far as to agree on features; whether the device takes them.
    pub(super) fn agree(&self, features: u64) -> bool {
        self.w(0x70, 0);
        self.w(0x70, 1);
        self.w(0x70, 3);
        for half in 0..2 {
            self.w(0x24, half);
            self.w(0x20, (features >> (32 * half)) as u32);
        }
        self.w(0x70, 11);
        self.r(0x70) & 8 != 0
    }

    /// Tells the device where a ring is.
    pub(super) fn set_ring(&self, queue: u32, size: u16, addresses: [u64; 3]) {
        self.w(0x30, queue);
        self.w(0x38, size.into());
        for (area, address) in addresses.into_iter().enumerate() {
            self.w(0x80 + 0x10 * area as u64, address as u32);
            self.w(0x84 + 0x10 * area as u64, (address >> 32) as u32);
        }
        self.w(0x44, 1);
    }

    /// Brings the device up with one queue of `size` places, with all common features that are wanted.
    pub(super) fn start(&self, features: u64, size: u16) -> Ring {
        assert!(self.agree(features | feature::VERSION_1));
        let ring = self.add_ring(0, features, size);
        self.w(0x70, 15);
        assert_eq!(self.r(0x70), 15);
        ring
    }

    /// Sets up one queue.
    pub(super) fn add_ring(&self, index: u32, features: u64, size: u16) -> Ring {
        let ring = Ring {
            index,
            size,
            packed: features & feature::PACKED != 0,
            next: 0,
            wrap: true,
            used: 0,
            used_wrap: true,
            slots: vec![0; size.into()],
            free: (0..size).rev().collect(),
        };
        self.ram.zero((RINGS - RAM) as usize + 0x1_0000 * index as usize, 0x1_0000);
        self.set_ring(index, size, ring.areas());
        assert_eq!(self.r(0x44), 1, "{}", self.dev.info());
        ring
    }

    pub(super) fn put(&self, at: u64, bytes: &[u8]) {
        assert!(self.ram.write((at - RAM) as usize, bytes));
    }

    pub(super) fn get(&self, at: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        assert!(self.ram.read((at - RAM) as usize, &mut bytes));
        bytes
    }

    pub(super) fn u16(&self, at: u64) -> u16 {
        u16::from_le_bytes(self.get(at, 2).try_into().unwrap())
    }

    pub(super) fn set_u16(&self, at: u64, value: u16) {
        self.put(at, &value.to_le_bytes());
    }

    /// Notifies the device of a queue.
    pub(super) fn kick(&self, ring: &Ring) {
        self.w(0x50, ring.index);
    }

    /// Writes a descriptor: `tail` is what follows the length.
    pub(super) fn describe(&self, at: u64, to: u64, len: u32, tail: [u16; 2]) {
        self.put(at, &to.to_le_bytes());
        self.put(at + 8, &len.to_le_bytes());
        self.set_u16(at + 12, tail[0]);
        self.set_u16(at + 14, tail[1]);
    }

    /// Puts a request into a ring without a notification; gives its identifier.
    pub(super) fn offer(&self, ring: &mut Ring, pieces: &[Piece], indirect: bool) -> u16 {
        let id = *ring.free.last().unwrap();
        if indirect {
            let table = TABLES + 0x1000 * u64::from(id % 64);
            for (n, (at, len, write)) in pieces.iter().enumerate() {
                let more = if n + 1 < pieces.len() { NEXT } else { 0 };
                let flags = if *write { WRITE } else { 0 };
                let tail = if ring.packed { [0, flags] } else { [flags | more, n as u16 + 1] };
                self.describe(table + 16 * n as u64, *at, *len, tail);
            }
            let all = [(table, 16 * pieces.len() as u32, INDIRECT)];
            return self.offer_raw(ring, &all);
        }
        let all: Vec<_> =
            pieces.iter().map(|(at, len, write)| (*at, *len, if *write { WRITE } else { 0 })).collect();
        self.offer_raw(ring, &all)
    }

    /// As [`offer`](Self::offer), with the flags of each descriptor but for NEXT.
    pub(super) fn offer_raw(&self, ring: &mut Ring, pieces: &[(u64, u32, u16)]) -> u16 {
        let [table, driver, _] = ring.areas();
        let id = ring.free.pop().unwrap();
        let mut index = id;
        let first = (ring.next, ring.wrap);
        for (n, (at, len, flags)) in pieces.iter().enumerate() {
            let more = if n + 1 < pieces.len() { NEXT } else { 0 };
            if ring.packed {
                let place = table + 16 * u64::from(ring.next);
                // The first descriptor is made available last.
                let mine = if n == 0 { !ring.wrap } else { ring.wrap };
                self.describe(place, *at, *len, [id, flags | more | available(mine)]);
                ring.step();
            } else {
                let next = if more != 0 { ring.free.pop().unwrap() } else { 0 };
                self.describe(table + 16 * u64::from(index), *at, *len, [flags | more, next]);
                index = next;
            }
        }
        ring.slots[usize::from(id)] = pieces.len() as u16;
        if ring.packed {
            let place = table + 16 * u64::from(first.0) + 14;
            let flags = self.u16(place) & !(1 << 7 | 1 << 15);
            self.set_u16(place, flags | available(first.1));
        } else {
            self.set_u16(driver + 4 + 2 * u64::from(ring.next % ring.size), id);
            ring.next = ring.next.wrapping_add(1);
            self.set_u16(driver + 2, ring.next);
        }
        id
    }

    /// Takes the next answer: identifier and bytes written.
    pub(super) fn take(&self, ring: &mut Ring) -> Option<(u16, u32)> {
        let [table, _, device] = ring.areas();
        if ring.packed {
            let place = table + 16 * u64::from(ring.used);
            let flags = self.u16(place + 14);
            let (avail, used) = (flags & 1 << 7 != 0, flags & 1 << 15 != 0);
            if avail != used || used != ring.used_wrap {
                return None;
            }
            let id = self.u16(place + 12);
            ring.used += ring.slots[usize::from(id)];
            if ring.used >= ring.size {
                ring.used -= ring.size;
                ring.used_wrap = !ring.used_wrap;
            }
            ring.free.push(id);
            return Some((id, u32::from_le_bytes(self.get(place + 8, 4).try_into().unwrap())));
        }
        if self.u16(device + 2) == ring.used {
            return None;
        }
        let entry = self.get(device + 4 + 8 * u64::from(ring.used % ring.size), 8);
        ring.used = ring.used.wrapping_add(1);
        let id = u32::from_le_bytes(entry[..4].try_into().unwrap()) as u16;
        // The chain's descriptors are free again.
        let mut index = id;
        for _ in 0..ring.slots[usize::from(id)] {
            ring.free.push(index);
            index = self.u16(table + 16 * u64::from(index) + 14);
        }
        Some((id, u32::from_le_bytes(entry[4..].try_into().unwrap())))
    }

    /// Whether the device wants to be notified of what was offered since `old`.
    pub(super) fn wants_kick(&self, ring: &Ring) -> u16 {
        let [_, _, device] = ring.areas();
        self.u16(if ring.packed { device } else { device + 4 + 8 * u64::from(ring.size) })
    }

    /// Asks for an interrupt at the `n`th answer from now on, from 0; with the event index.
    pub(super) fn want_interrupt_after(&self, ring: &Ring, n: u16) {
        let [_, driver, _] = ring.areas();
        if ring.packed {
            let (mut at, mut wrap) = (ring.used + n, ring.used_wrap);
            if at >= ring.size {
                (at, wrap) = (at - ring.size, !wrap);
            }
            self.set_u16(driver, at | u16::from(wrap) << 15);
            self.set_u16(driver + 2, 2);
        } else {
            self.set_u16(driver + 4 + 2 * u64::from(ring.size), ring.used.wrapping_add(n));
        }
    }

    /// Wants no interrupts; without the event index.
    pub(super) fn want_no_interrupts(&self, ring: &Ring) {
        let [_, driver, _] = ring.areas();
        self.set_u16(if ring.packed { driver + 2 } else { driver }, 1);
    }

    /// Whether the interrupt is raised; and lowers it.
    pub(super) fn interrupt(&self) -> u32 {
        let status = self.r(0x60);
        assert_eq!(status != 0, self.irqs.level(IRQ));
        self.w(0x64, status);
        assert_eq!((self.r(0x60), self.irqs.level(IRQ)), (0, false));
        status
    }
}

/// The flags of a descriptor that is the device's, in a lap.
fn available(wrap: bool) -> u16 {
    if wrap { 1 << 7 } else { 1 << 15 }
}

impl Ring {
    /// Where its parts are.
    pub(super) fn areas(&self) -> [u64; 3] {
        [0, 1, 2].map(|area| RINGS + 0x1_0000 * u64::from(self.index) + 0x4000 * area)
    }

    /// How many descriptors are free.
    pub(super) fn room(&self) -> usize {
        self.free.len()
    }

    /// Which place comes next.
    pub(super) fn place(&self) -> u16 {
        if self.packed { self.next | u16::from(self.wrap) << 15 } else { self.next }
    }

    fn step(&mut self) {
        self.next += 1;
        if self.next == self.size {
            self.next = 0;
            self.wrap = !self.wrap;
        }
    }
}
