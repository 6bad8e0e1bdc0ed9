// SPDX-License-Identifier: GPL-2.0-only
//! A virtio block device: reading 4 KiB, from the notification until the interrupt has been handled and the answer seen.
//! The driver is as small as one can be, so that what is counted is the device's.

use crate::report::Report;
use core::hint::spin_loop;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use guests::cpu::{self, read32, write32};
use guests::machine::{Machine, Region};
use guests::{gic, println, start, timer};

/// Where the device's registers are, and its interrupt; 0 for none.
static BASE: AtomicU64 = AtomicU64::new(0);
static INTID: AtomicU32 = AtomicU32::new(0);

/// Entries of the queue.
const SIZE: u16 = 8;
/// Where the parts of the ring and the request are in the memory that is used: 4 KiB each.
const AVAIL: u64 = 0x1000;
const USED: u64 = 0x2000;
const HEAD: u64 = 0x3000;
const DATA: u64 = 0x4000;
const BYTES: u64 = 0x5000;

/// Handles the device's interrupt; says whether `intid` is it.
#[inline]
pub fn interrupt(intid: u32) -> bool {
    if intid != INTID.load(Relaxed) || intid == 0 {
        return false;
    }
    let base = BASE.load(Relaxed);
    let status = read32(base + 0x60);
    write32(base + 0x64, status);
    true
}

fn set16(at: u64, value: u16) {
    // SAFETY: in the memory that `run` has taken, aligned.
    unsafe { (at as *mut u16).write_volatile(value) };
}

fn get16(at: u64) -> u16 {
    // SAFETY: as in `set16`.
    unsafe { (at as *const u16).read_volatile() }
}

fn descriptor(at: u64, to: u64, len: u32, flags: u16, next: u16) {
    // SAFETY: as in `set16`.
    unsafe {
        (at as *mut u64).write_volatile(to);
        ((at + 8) as *mut u64)
            .write_volatile(u64::from(len) | u64::from(flags) << 32 | u64::from(next) << 48);
    }
}

/// Brings the device up with its ring in `memory`; false if it will not.
fn start(base: u64, memory: Region) -> bool {
    write32(base + 0x70, 0);
    write32(base + 0x70, 3);
    for (half, features) in [(0, 0), (1, 1)] {
        write32(base + 0x24, half);
        write32(base + 0x20, features);
    }
    write32(base + 0x70, 11);
    write32(base + 0x30, 0);
    write32(base + 0x38, SIZE.into());
    for (register, at) in [(0x80, 0), (0x90, AVAIL), (0xa0, USED)] {
        write32(base + register, (memory.base + at) as u32);
        write32(base + register + 4, ((memory.base + at) >> 32) as u32);
    }
    write32(base + 0x44, 1);
    write32(base + 0x70, 15);
    read32(base + 0x70) == 15
}

/// Takes the figure, if the machine has such a device.
pub fn run(machine: &Machine<'_>, count: u64, report: &mut Report) {
    let (Some(device), Some(intid)) = (machine.virtio, machine.virtio_intid) else { return };
    if read32(device.base + 4) != 2 || read32(device.base + 8) != 2 {
        return;
    }
    let Some(memory) = machine.free_ram(BYTES, 4096, &start::taken()) else { return };
    for word in (memory.base..memory.end()).step_by(8) {
        // SAFETY: free memory, which nobody else uses.
        unsafe { (word as *mut u64).write_volatile(0) };
    }
    BASE.store(device.base, Relaxed);
    INTID.store(intid, Relaxed);
    gic::enable_spi(intid);
    if !start(device.base, memory) {
        println!("micro: the block device does not start");
        return;
    }
    descriptor(memory.base, memory.base + HEAD, 16, 1, 1);
    descriptor(memory.base + 16, memory.base + DATA, 4096, 3, 2);
    descriptor(memory.base + 32, memory.base + HEAD + 16, 1, 2, 0);
    cpu::irq_unmask();
    let from = timer::now();
    for round in 0..count {
        let next = (round as u16).wrapping_add(1);
        // The ring's entries all say 0, the head of the only chain.
        fence(Ordering::Release);
        set16(memory.base + AVAIL + 2, next);
        fence(Ordering::SeqCst);
        write32(device.base + 0x50, 0);
        while get16(memory.base + USED + 2) != next {
            spin_loop();
        }
    }
    report.mean("virtio_blk_read_4k", timer::now() - from, count);
    cpu::irq_mask();
    let (data, status) = (get16(memory.base + DATA), get16(memory.base + HEAD + 16));
    if status & 0xff != 0 || data != 0 {
        println!("micro: the block device fails: {status:#x}, {data:#x}");
    }
    write32(device.base + 0x70, 0);
}
