// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices behind a PCI host bridge: their configuration space at random, addresses that overlap or are nowhere, and
//! their rings damaged, by way of the bus.

use crate::rings::{self, BYTES, QUEUES};
use crate::run::{self, Runner};
use guests::cpu::{read32, write32};
use guests::machine::{Machine, Pci, Region};
use guests::rng::Rng;
use guests::{println, start};

/// Bytes of the configuration space of a device with its eight functions, and of a device's registers.
const SLOT: u64 = 0x8000;
const REGISTERS: u64 = 0x4000;
/// Device numbers that are touched.
const SLOTS: u64 = 8;
/// Registers of the configuration space: command, base address, and the way to the registers, which ends in data.
const COMMAND: u64 = 0x04;
const ADDRESS: u64 = 0x10;
const WAY: u64 = 0x84;
const WAY_DATA: u64 = WAY + 16;
/// Common registers with addresses of rings: only what the device may write to is put there.
const ADDRESSES: core::ops::Range<u64> = 0x20..0x38;

/// Does as much of it as there are operations left.
pub fn sweep(runner: &mut Runner, machine: &Machine<'_>, total: u64) {
    let (Some(pci), Some(scratch)) = (machine.pci, machine.free_ram(BYTES, 0x1000, &start::taken())) else {
        println!("hostile: no PCI host bridge");
        return;
    };
    runner.enter("pci", machine);
    let mut rng = runner.rng(0x7063_6900);
    let end = run::operations() + total;
    while run::operations() < end {
        let slot = rng.below(SLOTS);
        let config = pci.config.base + SLOT * slot;
        // Where it is if nothing was changed.
        let base = pci.window.base + REGISTERS * slot;
        match rng.below(64) {
            0 => bring_up(config, base, scratch, &mut rng),
            1..=6 => configure(config, pci, &mut rng),
            7 => through_the_way(config, &mut rng),
            8 => poke(base, &mut rng),
            9 => anywhere(pci, &mut rng),
            10..=31 => rings::describe(scratch, &mut rng),
            32..=47 => rings::offer(scratch, &mut rng),
            _ => write32(base + 0x3000 + 4 * u64::from(rings::notified(&mut rng) & 0x3ff), 0),
        }
        run::count();
        runner.progress(machine);
    }
    for slot in 0..SLOTS {
        place(pci.config.base + SLOT * slot, pci.window.base + REGISTERS * slot);
        store(pci.window.base + REGISTERS * slot + 0x14, 0, 0);
    }
}

/// A write of 1, 2, 4 or 8 bytes, by the logarithm of that, at the next lower multiple of it.
fn store(at: u64, width: u64, value: u64) {
    // SAFETY: callers give addresses of the bridge, where values that name memory go to no register.
    unsafe {
        match width {
            0 => (at as *mut u8).write_volatile(value as u8),
            1 => ((at & !1) as *mut u16).write_volatile(value as u16),
            2 => ((at & !3) as *mut u32).write_volatile(value as u32),
            _ => ((at & !7) as *mut u64).write_volatile(value),
        }
    }
}

/// A read, likewise.
fn load(at: u64, width: u64) -> u64 {
    // SAFETY: reading a device at an aligned address.
    unsafe {
        match width {
            0 => (at as *const u8).read_volatile().into(),
            1 => ((at & !1) as *const u16).read_volatile().into(),
            2 => ((at & !3) as *const u32).read_volatile().into(),
            _ => ((at & !7) as *const u64).read_volatile(),
        }
    }
}

/// Gives a device an address, and lets it do everything.
fn place(config: u64, base: u64) {
    write32(config + ADDRESS, base as u32);
    store(config + COMMAND, 1, 6);
}

/// Places a device, agrees on some features and sets all queues up, mostly as it should be.
fn bring_up(config: u64, base: u64, scratch: Region, rng: &mut Rng) {
    if read32(config) == u32::MAX {
        return;
    }
    place(config, base);
    for status in [0, 1, 3] {
        store(base + 0x14, 0, status);
    }
    let wanted = [u64::MAX, 0, rng.next_u64()][rng.below(3) as usize % 3] | 1 << 32;
    for half in 0..2 {
        write32(base, half);
        let offered = u64::from(read32(base + 0x04)) << (32 * half);
        write32(base + 0x08, half);
        write32(base + 0x0c, ((offered & wanted) >> (32 * half)) as u32);
    }
    store(base + 0x14, 0, 11);
    for queue in 0..QUEUES {
        let at = rings::ring(scratch, queue);
        for word in (at..at + 0x2000).step_by(8) {
            rings::poke_memory(word, 0);
        }
        store(base + 0x16, 1, queue);
        store(base + 0x18, 1, if rng.below(8) == 0 { rng.edgy() } else { 32 });
        for (register, offset) in [(0x20, 0), (0x28, 0x400), (0x30, 0x800)] {
            // Wild addresses are far above all memory.
            let address = if rng.below(32) == 0 { rng.edgy() | 1 << 50 } else { at + offset };
            write32(base + register, address as u32);
            write32(base + register + 4, (address >> 32) as u32);
        }
        store(base + 0x1c, 1, 1);
    }
    store(base + 0x14, 0, 15);
}

/// Any register of the configuration space but the end of the way, in any width: with anything, or with an address that makes
/// sense.
fn configure(config: u64, pci: Pci, rng: &mut Rng) {
    let function = if rng.below(8) == 0 { rng.below(8) << 12 } else { 0 };
    let (mask, width) = ([0xfff, 0xff, 0xff, 0xff][rng.below(4) as usize % 4], rng.below(4));
    let offset = rng.below(0x1000) & mask;
    let ends = (offset & !((1 << width) - 1)) + (1 << width) > WAY_DATA && offset < WAY_DATA + 8;
    match rng.below(8) {
        0 => write32(config + ADDRESS, (pci.window.base + REGISTERS * rng.below(2 * SLOTS)) as u32),
        1 => write32(config + ADDRESS, rng.edgy() as u32),
        2 => store(config + COMMAND, 1, rng.edgy()),
        3..=5 if !ends => store(config + function + offset, width, rng.edgy()),
        _ => _ = load(config + function + offset, width),
    }
}

/// A register by way of the configuration space, of any length, there or not.
fn through_the_way(config: u64, rng: &mut Rng) {
    let mut offset = [rng.below(0x40), rng.below(REGISTERS), rng.edgy()][rng.below(3) as usize % 3];
    if ADDRESSES.contains(&(offset & 0xffff_ffff)) {
        offset = 0x14;
    }
    write32(config + WAY + 4, if rng.below(8) == 0 { rng.edgy() as u32 } else { 0 });
    write32(config + WAY + 8, offset as u32);
    write32(config + WAY + 12, if rng.below(4) == 0 { rng.edgy() as u32 } else { 1 << rng.below(3) });
    match rng.below(2) {
        0 => _ = load(config + WAY_DATA, rng.below(4)),
        _ => store(config + WAY_DATA, rng.below(4), rng.edgy()),
    }
}

/// Any register of a device where it should be, but those that say where rings are.
fn poke(base: u64, rng: &mut Rng) {
    let offset = 0x1000 * rng.below(4) + (rng.below(0x1000) & [0x3f, 0xfff][rng.below(2) as usize % 2]);
    if rng.below(2) == 0 || ADDRESSES.contains(&(offset & 0xfff)) {
        _ = load(base + offset, rng.below(4));
    } else {
        store(base + offset, rng.below(3), rng.edgy());
    }
}

/// Anywhere in the configuration space and in the window, to read.
fn anywhere(pci: Pci, rng: &mut Rng) {
    let region = if rng.below(2) == 0 { pci.config } else { pci.window };
    _ = load(region.base + rng.below(region.size), rng.below(4));
}
