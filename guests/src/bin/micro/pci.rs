// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices on a PCI bus, whose interrupts are messages: a request needs no access but its notification.

use crate::report::Report;
use crate::virtio::{self, Queue, RING};
use crate::{disk, net};
use guests::cpu::{read32, write32};
use guests::machine::{Machine, Pci, Region};
use guests::{println, start};

/// Bytes of the configuration space of a device with its eight functions, and of a device's registers.
const SLOT: u64 = 0x8000;
const REGISTERS: u64 = 0x4000;
/// Where the registers for notifications are.
pub const NOTIFY: u64 = 0x3000;
/// Where the device's configuration is.
pub const CONFIG: u64 = 0x2000;
/// Vendor and device of virtio network and block devices.
const NETWORK: u32 = 0x1041_1af4;
const BLOCK: u32 = 0x1042_1af4;
/// The capability MSI-X.
const MSIX: u32 = 0x11;

/// Takes the figures, if the machine has such devices and a frame for messages.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let (Some(bus), Some(frame)) = (machine.pci, machine.messages) else { return };
    if let Some(disk) = Function::find(bus, BLOCK, 0) {
        read(machine, &disk, frame, count, report);
    }
    if let (Some(from), Some(to)) = (Function::find(bus, NETWORK, 0), Function::find(bus, NETWORK, 1)) {
        send(machine, &from, &to, frame, count, report);
    }
}

fn read(machine: &Machine<'_>, disk: &Function, frame: Region, count: u64, report: &mut Report) {
    let Some(memory) = machine.free_ram(disk::BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    if disk.route_message(frame, 0).is_none() {
        return;
    }
    disk.begin(0);
    let queue = Queue::on_pci(disk.registers, 0, memory.base);
    disk.run();
    disk::read(queue, memory, "virtio_pci_blk_read_4k", count, report);
    disk.end();
}

fn send(
    machine: &Machine<'_>,
    from: &Function,
    to: &Function,
    frame: Region,
    count: u64,
    report: &mut Report,
) {
    let Some(memory) = machine.free_ram(net::BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    // The sender wants no interrupts.
    if to.route_message(frame, 1).is_none() {
        return;
    }
    from.begin(0);
    to.begin(0);
    let receive = Queue::on_pci(to.registers, 0, memory.base);
    let send = Queue::on_pci(from.registers, 1, memory.base + net::SENDER);
    from.run();
    to.run();
    net::pass(send, receive, memory, "virtio_pci_net_frame", count, report);
    from.end();
    to.end();
}

fn set8(at: u64, value: u8) {
    // SAFETY: a register of the device.
    unsafe { (at as *mut u8).write_volatile(value) };
}

/// A device on the bus.
pub struct Function {
    config: u64,
    pub registers: u64,
}

impl Function {
    /// The `n`th device with this vendor and device, with its registers in the window.
    pub fn find(bus: Pci, id: u32, n: usize) -> Option<Self> {
        let slot = (0..32).filter(|slot| read32(bus.config.base + SLOT * slot) == id).nth(n)?;
        let (config, registers) = (bus.config.base + SLOT * slot, bus.window.base + REGISTERS * slot);
        write32(config + 0x10, registers as u32);
        write32(config + 0x04, 6);
        Some(Self { config, registers })
    }

    /// Has the device's first message be the frame's `n`th interrupt, which is handled.
    pub fn route_message(&self, frame: Region, n: u32) -> Option<()> {
        let mut at = read32(self.config + 0x34) & 0xfc;
        while read32(self.config + u64::from(at)) & 0xff != MSIX {
            at = read32(self.config + u64::from(at)) >> 8 & 0xfc;
            if at == 0 {
                println!("micro: the device on the bus has no messages");
                return None;
            }
        }
        let capability = self.config + u64::from(at);
        let table = self.registers + u64::from(read32(capability + 4) & !7);
        let intid = (read32(frame.base + 8) >> 16) + n;
        for (word, value) in [(0, frame.base as u32 + 0x40), (1, 0), (2, intid), (3, 0)] {
            write32(table + 4 * word, value);
        }
        write32(capability, read32(capability) | 1 << 31);
        virtio::route_message(intid)
    }

    /// Resets the device, and agrees on version 1 and on these features.
    pub fn begin(&self, features: u32) {
        for status in [0, 3] {
            set8(self.registers + 0x14, status);
        }
        for (half, features) in [(0, features), (1, 1)] {
            write32(self.registers + 0x08, half);
            write32(self.registers + 0x0c, features);
        }
        set8(self.registers + 0x14, 11);
    }

    /// The queues are set up.
    pub fn run(&self) {
        set8(self.registers + 0x14, 15);
    }

    /// Ends the device's work.
    fn end(&self) {
        set8(self.registers + 0x14, 0);
    }
}
