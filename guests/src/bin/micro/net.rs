// SPDX-License-Identifier: GPL-2.0-only
//! Two virtio network devices on a switch: a frame of 64 bytes, from the sender's notification until the receiver's interrupt
//! has been handled and the frame seen. The sender wants no interrupts, as drivers do not mostly.

use crate::report::Report;
use crate::virtio::{self, Queue, RING, WRITE};
use guests::machine::{Machine, Region};
use guests::{println, start};

/// Where the rings, the frame to be sent and the buffer are.
pub const SENDER: u64 = RING;
const FRAME: u64 = 2 * RING;
const BUFFER: u64 = 3 * RING;
pub const BYTES: u64 = 4 * RING;
/// The header in front of a frame, and the frame.
const HEADER: u64 = 12;
const LEN: u32 = 64;
/// Where a driver says that it wants no interrupts.
const NO_INTERRUPT: u64 = 0x400;

/// Takes the figure, if the machine has such devices.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let (Some(from), Some(to)) = (virtio::find(machine, 1, 0), virtio::find(machine, 1, 1)) else { return };
    let Some(memory) = machine.free_ram(BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    virtio::begin(from);
    virtio::begin(to);
    let receive = Queue::new(to, 0, memory.base);
    let send = Queue::new(from, 1, memory.base + SENDER);
    if !virtio::run(from) || !virtio::run(to) {
        println!("micro: the network devices do not start");
        return;
    }
    pass(send, receive, memory, "virtio_net_frame", count, report);
    virtio::end(from);
    virtio::end(to);
}

/// Takes the figure `name` of two queues, the receiver's ring at the beginning of `memory`, which has [`BYTES`], the sender's at
/// [`SENDER`].
pub fn pass(
    mut send: Queue,
    mut receive: Queue,
    memory: Region,
    name: &'static str,
    count: u64,
    report: &mut Report,
) {
    // To all, so that the switch needs nothing to learn; from the sender's own address.
    let frame = memory.base + FRAME + HEADER;
    let addresses = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];
    for (n, byte) in addresses.into_iter().enumerate() {
        // SAFETY: in the memory that was taken.
        unsafe { ((frame + n as u64) as *mut u8).write_volatile(byte) };
    }
    // SAFETY: in the sender's ring.
    unsafe { ((memory.base + SENDER + NO_INTERRUPT) as *mut u16).write_volatile(1) };
    receive.describe(0, memory.base + BUFFER, 2048, WRITE);
    send.describe(0, memory.base + FRAME, HEADER as u32 + LEN, 0);
    report.best(name, count, || {
        receive.offer();
        send.offer();
        send.notify();
        receive.wait();
    });
    let kind = virtio::get16(memory.base + BUFFER + HEADER + 12);
    if kind != u16::from_le_bytes([0x88, 0xb5]) {
        println!("micro: the frame does not arrive: {kind:#x}");
    }
}
