// SPDX-License-Identifier: GPL-2.0-only
//! A virtio block device: reading 4 KiB, from the notification until the interrupt has been handled and the answer seen.

use crate::report::Report;
use crate::virtio::{self, NEXT, Queue, RING, WRITE};
use guests::machine::{Machine, Region};
use guests::{println, start};

/// Where head, end and data of the request are behind the ring.
const HEAD: u64 = RING;
const DATA: u64 = 2 * RING;
pub const BYTES: u64 = 3 * RING;

/// Takes the figure, if the machine has such a device.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let Some(device) = virtio::find(machine, 2, 0) else { return };
    let Some(memory) = machine.free_ram(BYTES, RING, &start::taken()) else { return };
    virtio::clear(memory);
    virtio::begin(device);
    let queue = Queue::new(device, 0, memory.base);
    if !virtio::run(device) {
        println!("micro: the block device does not start");
        return;
    }
    read(queue, memory, "virtio_blk_read_4k", count, report);
    virtio::end(device);
}

/// Takes the figure `name` of a queue whose ring is at the beginning of `memory`, which has [`BYTES`].
pub fn read(mut queue: Queue, memory: Region, name: &'static str, count: u64, report: &mut Report) {
    queue.describe(0, memory.base + HEAD, 16, NEXT);
    queue.describe(1, memory.base + DATA, 4096, NEXT | WRITE);
    queue.describe(2, memory.base + HEAD + 16, 1, WRITE);
    let pattern = core::array::from_fn(|n| (n as u64 * 0x0101_0101_0101_0101) ^ 0x8040_2010_0804_0201);
    vectors::load(&pattern);
    report.best(name, count, || {
        queue.offer();
        queue.notify();
        queue.wait();
    });
    if vectors::store() != pattern {
        panic!("the vector registers have changed");
    }
    let (data, status) = (virtio::get16(memory.base + DATA), virtio::get16(memory.base + HEAD + 16));
    if status & 0xff != 0 || data != 0 {
        println!("micro: the block device fails: {status:#x}, {data:#x}");
    }
}

/// The first eight vector registers, which the program has no other use for. Whoever copies memory for it may use them, and has to
/// leave them as they were.
mod vectors {
    use core::arch::asm;
    use guests::write_sysreg;

    /// Sets them.
    pub fn load(words: &[u64; 16]) {
        write_sysreg!("cpacr_el1", 3 << 20);
        // SAFETY: nobody else uses these registers.
        unsafe {
            asm!(
                ".arch_extension fp",
                ".arch_extension simd",
                "ldp q0, q1, [{0}]",
                "ldp q2, q3, [{0}, #32]",
                "ldp q4, q5, [{0}, #64]",
                "ldp q6, q7, [{0}, #96]",
                ".arch_extension nosimd",
                ".arch_extension nofp",
                in(reg) words, options(nostack, readonly),
            );
        }
    }

    /// What is in them.
    pub fn store() -> [u64; 16] {
        let mut words = [0; 16];
        // SAFETY: writes the array.
        unsafe {
            asm!(
                ".arch_extension fp",
                ".arch_extension simd",
                "stp q0, q1, [{0}]",
                "stp q2, q3, [{0}, #32]",
                "stp q4, q5, [{0}, #64]",
                "stp q6, q7, [{0}, #96]",
                ".arch_extension nosimd",
                ".arch_extension nofp",
                in(reg) &mut words, options(nostack),
            );
        }
        words
    }
}
