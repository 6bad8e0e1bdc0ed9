// SPDX-License-Identifier: GPL-2.0-only
//! A virtio block device: reading 4 KiB, from the notification until the interrupt has been handled and the answer seen.

use crate::report::Report;
use crate::virtio::{self, NEXT, Queue, RING, WRITE};
use core::hint::spin_loop;
use guests::machine::Machine;
use guests::{cpu, println, start, timer};

/// Where head, end and data of the request are behind the ring.
const HEAD: u64 = RING;
const DATA: u64 = 2 * RING;
const BYTES: u64 = 3 * RING;

/// Takes the figure, if the machine has such a device.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let Some(device) = virtio::find(machine, 2, 0) else { return };
    let Some(memory) = machine.free_ram(BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    virtio::begin(device);
    let mut queue = Queue::new(device, 0, memory.base);
    if !virtio::run(device) {
        println!("micro: the block device does not start");
        return;
    }
    queue.describe(0, memory.base + HEAD, 16, NEXT);
    queue.describe(1, memory.base + DATA, 4096, NEXT | WRITE);
    queue.describe(2, memory.base + HEAD + 16, 1, WRITE);
    cpu::irq_unmask();
    let from = timer::now();
    for _ in 0..count {
        queue.offer();
        queue.notify();
        while !queue.done() {
            spin_loop();
        }
    }
    report.mean("virtio_blk_read_4k", timer::now() - from, count);
    cpu::irq_mask();
    let (data, status) = (virtio::get16(memory.base + DATA), virtio::get16(memory.base + HEAD + 16));
    if status & 0xff != 0 || data != 0 {
        println!("micro: the block device fails: {status:#x}, {data:#x}");
    }
    virtio::end(device);
}
