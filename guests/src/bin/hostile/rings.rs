// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices with everything wrong that a driver can do: damaged rings, registers in any order, resets amid requests.
//!
//! What a device may write to is either scratch memory or no memory at all, so that this program stays whole.

use crate::run::{self, Runner};
use guests::cpu::{read32, write32};
use guests::machine::{Machine, Region};
use guests::rng::Rng;
use guests::{println, start};

/// Scratch memory: rings in its first pages, buffers behind them.
pub const BYTES: u64 = 0x4_0000;
pub const RINGS: u64 = 0x1_0000;
/// Queues that are touched of a device.
pub const QUEUES: u64 = 6;

/// Does as much of it as there are operations left.
pub fn sweep(runner: &mut Runner, machine: &Machine<'_>, total: u64) {
    let Some(scratch) = machine.free_ram(BYTES, 0x1000, &start::taken()) else { return };
    let mut devices = [0; 8];
    let mut count = 0;
    let used = |base: u64| read32(base) == 0x7472_6976 && read32(base + 8) != 0;
    let found = machine.virtio.iter().map(|device| device.registers.base).filter(|base| used(*base));
    for (place, base) in devices.iter_mut().zip(found) {
        *place = base;
        count += 1;
    }
    let devices = devices.get(..count).unwrap_or_default();
    if devices.is_empty() {
        println!("hostile: no virtio devices");
        return;
    }
    runner.enter("rings", machine);
    let mut rng = runner.rng(0x7269_6e67);
    let end = run::operations() + total;
    while run::operations() < end {
        let base = rng.pick(devices, scratch.base);
        match rng.below(32) {
            0 => bring_up(base, scratch, &mut rng),
            1 => poke(base, &mut rng),
            2 => write32(base + 0x70, rng.pick(&[0, 1, 3, 4, 11, 15, 64, 128, 255], 0)),
            3 => reset_queue(base, scratch, &mut rng),
            4..=15 => describe(scratch, &mut rng),
            16..=23 => offer(scratch, &mut rng),
            _ => write32(base + 0x50, notified(&mut rng)),
        }
        run::count();
        runner.progress(machine);
    }
    for base in devices {
        write32(base + 0x70, 0);
    }
}

/// A queue's number, mostly of one there is.
pub fn notified(rng: &mut Rng) -> u32 {
    if rng.below(16) == 0 { rng.edgy() as u32 } else { rng.below(QUEUES) as u32 }
}

/// Where the rings of a queue begin.
pub fn ring(scratch: Region, queue: u64) -> u64 {
    scratch.base + 0x2000 * queue
}

/// Agrees on some features and sets all queues up, mostly as it should be.
fn bring_up(base: u64, scratch: Region, rng: &mut Rng) {
    for status in [0, 1, 3] {
        write32(base + 0x70, status);
    }
    let wanted = [u64::MAX, 0, rng.next_u64()][rng.below(3) as usize % 3] | 1 << 32;
    for half in 0..2 {
        write32(base + 0x14, half);
        let offered = u64::from(read32(base + 0x10)) << (32 * half);
        let bits = if rng.below(16) == 0 { rng.edgy() } else { offered & wanted };
        write32(base + 0x24, half);
        write32(base + 0x20, (bits >> (32 * half)) as u32);
    }
    write32(base + 0x70, 11);
    for queue in 0..QUEUES {
        set_up(base, scratch, queue, rng);
    }
    write32(base + 0x70, 15);
}

/// Gives the device a queue, one time in eight with something that cannot be.
fn set_up(base: u64, scratch: Region, queue: u64, rng: &mut Rng) {
    let at = ring(scratch, queue);
    for word in (at..at + 0x2000).step_by(8) {
        poke_memory(word, 0);
    }
    write32(base + 0x30, queue as u32);
    let size = if rng.below(8) == 0 { rng.edgy() as u32 } else { 32 };
    write32(base + 0x38, size);
    for (register, offset) in [(0x80, 0), (0x90, 0x400), (0xa0, 0x800)] {
        // Wild addresses are far above all memory.
        let address = if rng.below(32) == 0 { rng.edgy() | 1 << 50 } else { at + offset };
        write32(base + register, address as u32);
        write32(base + register + 4, (address >> 32) as u32);
    }
    write32(base + 0x44, 1);
}

/// Resets one queue amid its requests, and sets it up anew.
fn reset_queue(base: u64, scratch: Region, rng: &mut Rng) {
    let queue = rng.below(QUEUES);
    write32(base + 0x30, queue as u32);
    write32(base + 0xc0, 1);
    let _ = read32(base + 0xc0);
    if rng.below(4) != 0 {
        set_up(base, scratch, queue, rng);
    }
}

/// Any register and the configuration space, read or written in any width.
fn poke(base: u64, rng: &mut Rng) {
    let (offset, value) = (rng.below(0x200), rng.edgy());
    // SAFETY: registers of a device that is there, aligned; where the rings may be by them is scratch or no memory, unless the
    // value makes it so, and then a device finds nothing there but what `address` allows.
    unsafe {
        match rng.below(6) {
            0 => _ = ((base + offset) as *const u8).read_volatile(),
            1 => _ = ((base + (offset & !1)) as *const u16).read_volatile(),
            2 => _ = ((base + (offset & !3)) as *const u32).read_volatile(),
            3 => _ = ((base + (offset & !7)) as *const u64).read_volatile(),
            4 if offset >= 0x100 => ((base + offset) as *mut u8).write_volatile(value as u8),
            _ if offset & !3 == 0x50 || offset >= 0x100 => write32(base + (offset & !3), value as u32),
            _ => {}
        }
    }
}

/// An address for a device: scratch memory behind the rings, or no memory at all, and the bytes there.
fn address(scratch: Region, rng: &mut Rng) -> (u64, u32) {
    let buffers = scratch.base + RINGS;
    match rng.below(16) {
        0 => (rng.next_u64() | 1 << 50, rng.edgy() as u32),
        1 => (u64::MAX - rng.below(0x1000), rng.edgy() as u32),
        2 => (0, rng.edgy() as u32),
        3 => (buffers + rng.below(0x1000), u32::MAX - rng.below(0x1000) as u32),
        4 => (buffers + rng.below(0x1_0000), [0, 1, 12, 16, 17][rng.below(5) as usize % 5]),
        _ => (buffers + 0x200 * rng.below(0x80), rng.pick(&[1, 8, 12, 16, 64, 512, 1526, 4096], 16)),
    }
}

/// Writes a descriptor of some queue, of a split or a packed ring.
pub fn describe(scratch: Region, rng: &mut Rng) {
    let at = ring(scratch, rng.below(QUEUES)) + 16 * rng.below(32);
    let (to, len) = address(scratch, rng);
    let flags = match rng.below(8) {
        0 => rng.edgy() & 0xffff,
        1 => 4,
        _ => rng.below(4) | [0, 0x80, 0x8000, 0x8080][rng.below(4) as usize % 4],
    };
    let other = if rng.below(16) == 0 { rng.edgy() & 0xffff } else { rng.below(32) };
    let tail = if rng.below(2) == 0 { flags | other << 16 } else { other | flags << 16 };
    poke_memory(at, to);
    poke_memory(at + 8, u64::from(len) | tail << 32);
    // The head of a request to a disk, or of a frame.
    let kind = rng.pick(&[0, 1, 4, 8, 11, 13, 99], 0);
    let head = scratch.base + RINGS + 0x200 * rng.below(0x80);
    poke_memory(head, kind);
    poke_memory(head + 8, if rng.below(4) == 0 { rng.edgy() } else { rng.below(2048) });
    if rng.below(4) == 0 {
        packet(head, rng);
    }
}

/// The head of a packet of a socket device with CID 3, mostly to port 23 of the hypervisor.
fn packet(head: u64, rng: &mut Rng) {
    let port = 22 + rng.below(2);
    let kind = if rng.below(16) == 0 { 2 } else { 1 };
    let op = rng.pick(&[1, 1, 1, 2, 3, 4, 5, 5, 6, 7, 8, 0], 1);
    let words = [
        if rng.below(16) == 0 { rng.edgy() } else { 3 },
        rng.pick(&[2, 2, 2, 2, 3, 4], 2),
        port | rng.pick(&[23, 23, 22], 23) << 32,
        rng.below(128) | (kind | op << 16) << 32,
        rng.below(4) | rng.pick(&[0, 64, 4096, 0xffff_ffff], 64) << 32,
        if rng.below(4) == 0 { rng.edgy() & 0xffff_ffff } else { 0 },
    ];
    for (n, word) in words.into_iter().enumerate() {
        poke_memory(head + 8 * n as u64, word);
    }
}

/// Offers chains: the next entry of an available ring, or whatever.
pub fn offer(scratch: Region, rng: &mut Rng) {
    let avail = ring(scratch, rng.below(QUEUES)) + 0x400;
    // SAFETY: in the scratch memory, aligned.
    let index = unsafe { ((avail + 2) as *const u16).read_volatile() };
    let (entry, step) = match rng.below(16) {
        0 => (rng.edgy() as u16, rng.edgy() as u16),
        _ => (rng.below(32) as u16, 1),
    };
    // SAFETY: as above.
    unsafe {
        ((avail + 4 + 2 * u64::from(index % 32)) as *mut u16).write_volatile(entry);
        ((avail + 2) as *mut u16).write_volatile(index.wrapping_add(step));
    }
}

pub fn poke_memory(at: u64, value: u64) {
    // SAFETY: callers give aligned addresses in the scratch memory.
    unsafe { (at as *mut u64).write_volatile(value) };
}
