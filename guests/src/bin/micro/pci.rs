// SPDX-License-Identifier: GPL-2.0-only
//! A virtio block device on a PCI bus, whose interrupts are messages: a request needs no access but its notification.

use crate::report::Report;
use crate::virtio::{self, Queue};
use crate::{disk, virtio::RING};
use guests::cpu::{read32, write32};
use guests::machine::{Machine, Pci, Region};
use guests::{println, start};

/// Bytes of the configuration space of a device with its eight functions, and of a device's registers.
const SLOT: u64 = 0x8000;
const REGISTERS: u64 = 0x4000;
/// Where the registers for notifications are.
pub const NOTIFY: u64 = 0x3000;
/// Vendor and device of a virtio block device.
const BLOCK: u32 = 0x1042_1af4;
/// The capability MSI-X.
const MSIX: u32 = 0x11;

/// Takes the figure, if the machine has such a device and a frame for messages.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let (Some(bus), Some(frame)) = (machine.pci, machine.messages) else { return };
    let Some(registers) = find(bus, frame) else { return };
    let Some(memory) = machine.free_ram(disk::BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    for status in [0, 3] {
        set8(registers + 0x14, status);
    }
    for (half, features) in [(0, 0), (1, 1)] {
        write32(registers + 0x08, half);
        write32(registers + 0x0c, features);
    }
    set8(registers + 0x14, 11);
    let queue = Queue::on_pci(registers, 0, memory.base);
    set8(registers + 0x14, 15);
    disk::read(queue, memory, "virtio_pci_blk_read_4k", count, report);
    set8(registers + 0x14, 0);
}

fn set8(at: u64, value: u8) {
    // SAFETY: a register of the device.
    unsafe { (at as *mut u8).write_volatile(value) };
}

/// The registers of the first block device on the bus, with its first message routed to its interrupt.
fn find(bus: Pci, frame: Region) -> Option<u64> {
    let slot = (0..32).find(|slot| read32(bus.config.base + SLOT * slot) == BLOCK)?;
    let (config, registers) = (bus.config.base + SLOT * slot, bus.window.base + REGISTERS * slot);
    write32(config + 0x10, registers as u32);
    write32(config + 0x04, 6);
    let mut at = read32(config + 0x34) & 0xfc;
    while read32(config + u64::from(at)) & 0xff != MSIX {
        at = read32(config + u64::from(at)) >> 8 & 0xfc;
        if at == 0 {
            println!("micro: the device on the bus has no messages");
            return None;
        }
    }
    let capability = config + u64::from(at);
    let table = registers + u64::from(read32(capability + 4) & !7);
    let intid = read32(frame.base + 8) >> 16;
    for (word, value) in [(0, frame.base as u32 + 0x40), (1, 0), (2, intid), (3, 0)] {
        write32(table + 4 * word, value);
    }
    write32(capability, read32(capability) | 1 << 31);
    virtio::route_message(intid)?;
    Some(registers)
}
