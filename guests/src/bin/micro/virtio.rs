// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices: a driver as small as one can be, so that what is counted is the device's.

use crate::pci;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicU64, Ordering, fence};
use guests::cpu::{self, read32, write32};
use guests::gic;
use guests::machine::{Machine, Region};

/// Entries of a queue.
const SIZE: u16 = 8;
/// Where the parts of a ring are in its memory, and the bytes of all.
const AVAIL: u64 = 0x400;
const USED: u64 = 0x800;
pub const RING: u64 = 0x1000;

/// Features of a descriptor.
pub const NEXT: u16 = 1;
pub const WRITE: u16 = 2;

/// Instead of registers: the interrupt is a message.
const MESSAGE: u64 = 1;
/// Where the registers of the device are whose interrupt has the number of the place; 0 for none.
static DEVICES: [AtomicU64; 320] = [const { AtomicU64::new(0) }; 320];

/// Handles a device's interrupt; says whether `intid` is one.
#[inline]
pub fn interrupt(intid: u32) -> bool {
    let base = DEVICES.get(intid as usize).map_or(0, |device| device.load(Relaxed));
    // A message needs no answer.
    if base > MESSAGE {
        let status = read32(base + 0x60);
        write32(base + 0x64, status);
    }
    base != 0
}

/// The registers of the `n`th device of this kind, with its interrupt routed to [`interrupt`].
pub fn find(machine: &Machine<'_>, kind: u32, n: usize) -> Option<u64> {
    let of_kind = |base: u64| read32(base + 4) == 2 && read32(base + 8) == kind;
    let found = machine.virtio.iter().filter(|v| of_kind(v.registers.base)).nth(n)?;
    let (base, intid, edge) = (found.registers.base, found.intid?, found.edge);
    route(base, intid, edge)?;
    Some(base)
}

/// Has the interrupt be handled for a device with these registers. `None` if its number is too high.
fn route(base: u64, intid: u32, edge: bool) -> Option<()> {
    DEVICES.get(intid as usize)?.store(base, Relaxed);
    gic::enable_spi(intid, edge);
    Some(())
}

/// Has the interrupt be handled as a message.
pub fn route_message(intid: u32) -> Option<()> {
    route(MESSAGE, intid, true)
}

/// Resets the device, and agrees on no features but those of version 1.
pub fn begin(base: u64) {
    write32(base + 0x70, 0);
    write32(base + 0x70, 3);
    for (half, features) in [(0, 0), (1, 1)] {
        write32(base + 0x24, half);
        write32(base + 0x20, features);
    }
    write32(base + 0x70, 11);
}

/// The queues are set up; false if the device does not run.
pub fn run(base: u64) -> bool {
    write32(base + 0x70, 15);
    read32(base + 0x70) == 15
}

/// Ends the device's work.
pub fn end(base: u64) {
    write32(base + 0x70, 0);
}

/// Writes zeroes over memory that is the caller's.
pub fn clear(memory: Region) {
    for word in (memory.base..memory.end()).step_by(8) {
        // SAFETY: the caller's memory, aligned.
        unsafe { (word as *mut u64).write_volatile(0) };
    }
}

/// Reads two bytes of memory that is shared with a device.
pub fn get16(at: u64) -> u16 {
    // SAFETY: in the memory that a caller has taken, aligned.
    unsafe { (at as *const u16).read_volatile() }
}

fn set16(at: u64, value: u16) {
    // SAFETY: as in `get16`.
    unsafe { (at as *mut u16).write_volatile(value) };
}

/// A queue, whose ring always offers the chain that begins with descriptor 0.
pub struct Queue {
    /// Where it is notified, and with what.
    bell: u64,
    index: u32,
    ring: u64,
    offered: u16,
}

impl Queue {
    /// Gives the device its queue `index`, with the ring at `ring`: [`RING`] zeroed bytes.
    pub fn new(device: u64, index: u32, ring: u64) -> Self {
        write32(device + 0x30, index);
        write32(device + 0x38, SIZE.into());
        for (register, at) in [(0x80, 0), (0x90, AVAIL), (0xa0, USED)] {
            write32(device + register, (ring + at) as u32);
            write32(device + register + 4, ((ring + at) >> 32) as u32);
        }
        write32(device + 0x44, 1);
        Self { bell: device + 0x50, index, ring, offered: 0 }
    }

    /// Gives a device with the common registers of PCI its queue `index`, which uses its first message.
    pub fn on_pci(registers: u64, index: u16, ring: u64) -> Self {
        let set16 = |offset, value: u16| {
            // SAFETY: a register of the device.
            unsafe { ((registers + offset) as *mut u16).write_volatile(value) };
        };
        set16(0x16, index);
        set16(0x18, SIZE);
        set16(0x1a, 0);
        for (register, at) in [(0x20, 0), (0x28, AVAIL), (0x30, USED)] {
            write32(registers + register, (ring + at) as u32);
            write32(registers + register + 4, ((ring + at) >> 32) as u32);
        }
        set16(0x1c, 1);
        Self { bell: registers + pci::NOTIFY + 4 * u64::from(index), index: index.into(), ring, offered: 0 }
    }

    /// Writes descriptor `n`; the next one is `n + 1`.
    pub fn describe(&self, n: u16, to: u64, len: u32, flags: u16) {
        let at = self.ring + 16 * u64::from(n);
        // SAFETY: in the ring, which is the caller's memory.
        unsafe {
            (at as *mut u64).write_volatile(to);
            let rest = u64::from(len) | u64::from(flags) << 32 | u64::from(n + 1) << 48;
            ((at + 8) as *mut u64).write_volatile(rest);
        }
    }

    /// Offers the chain once more, without a notification.
    #[inline]
    pub fn offer(&mut self) {
        self.offered = self.offered.wrapping_add(1);
        fence(Ordering::Release);
        set16(self.ring + AVAIL + 2, self.offered);
    }

    /// Notifies the device.
    #[inline]
    pub fn notify(&self) {
        fence(Ordering::SeqCst);
        write32(self.bell, self.index);
    }

    /// Sleeps until all that was offered has been answered, and takes the interrupt. Without a hypervisor the device answers
    /// later, and the instructions are the same then.
    #[inline]
    pub fn wait(&self) {
        while !self.done() {
            cpu::wfi();
        }
        cpu::irq_unmask();
        cpu::irq_mask();
    }

    /// Whether all that was offered has been answered.
    #[inline]
    pub fn done(&self) -> bool {
        get16(self.ring + USED + 2) == self.offered
    }
}
