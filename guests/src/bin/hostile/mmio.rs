// SPDX-License-Identifier: GPL-2.0-only
//! Every offset of every device with every kind of access, and addresses where nothing is.

use crate::run::Runner;
use guests::machine::{Machine, Region};
use guests::mmu::ALIAS;
use guests::read_sysreg;
use guests::rng::Rng;

/// Plain accesses of 1, 2, 4 and 8 bytes: x0 from or to `[x1]`.
const LOADS: [u32; 4] = [0x3940_0020, 0x7940_0020, 0xb940_0020, 0xf940_0020];
const STORES: [u32; 4] = [0x3900_0020, 0x7900_0020, 0xb900_0020, 0xf900_0020];

/// Accesses without (or with an odd) syndrome; the base is x1.
const ODD: [u32; 44] = [
    0x39c0_0020, // ldrsb w0
    0x79c0_0020, // ldrsh w0
    0x3980_0020, // ldrsb x0
    0xb980_0020, // ldrsw x0
    0xf940_003f, // ldr xzr
    0xf900_003f, // str xzr
    0xa940_0820, // ldp x0, x2
    0xa900_0820, // stp x0, x2
    0x2940_0820, // ldp w0, w2
    0x2900_0820, // stp w0, w2
    0x6940_0820, // ldpsw x0, x2
    0xf840_8c20, // ldr x0, [x1, #8]!
    0xf840_8420, // ldr x0, [x1], #8
    0xf800_8c20, // str x0, [x1, #8]!
    0xf800_8420, // str x0, [x1], #8
    0x3840_1c20, // ldrb w0, [x1, #1]!
    0x3800_1420, // strb w0, [x1], #1
    0xb840_4c20, // ldr w0, [x1, #4]!
    0xa9c1_0820, // ldp x0, x2, [x1, #16]!
    0xa881_0820, // stp x0, x2, [x1], #16
    0xf840_0820, // ldtr x0
    0xf800_0820, // sttr x0
    0xc85f_7c20, // ldxr x0
    0xc802_7c20, // stxr w2, x0
    0xc85f_fc20, // ldaxr x0
    0xc87f_0820, // ldxp x0, x2
    0xc823_0820, // stxp w3, x0, x2
    0xc8df_fc20, // ldar x0
    0xc89f_fc20, // stlr x0
    0x08df_fc20, // ldarb w0
    0xf820_0022, // ldadd x0, x2
    0xf820_8022, // swp x0, x2
    0xc8a0_7c22, // cas x0, x2
    0x4820_7c22, // casp x0, x1, x2, x3
    0x3dc0_0020, // ldr q0
    0x3d80_0020, // str q0
    0xfd40_0020, // ldr d0
    0x4c40_7020, // ld1 {v0.16b}
    0x4c40_0020, // ld4
    0xf980_0020, // prfm
    0xd50b_7421, // dc zva, x1
    0xd50b_7a21, // dc cvac, x1
    0xd508_7621, // dc ivac, x1
    0xd50b_7521, // ic ivau, x1
];

/// The most of a device that is swept; behind it, random offsets are tried.
const WINDOW: u64 = 0x4_0000;

/// All offsets of all devices: each width read and written where it is aligned, and one of the other
/// accesses at each offset that is a multiple of four. Then each odd access at many offsets.
pub fn sweep(runner: &mut Runner, machine: &Machine<'_>) {
    runner.enter("mmio", machine);
    let mut rng = runner.rng(0x6d6d_696f);
    for device in machine.devices.iter().copied().filter(|d| usable(machine, *d)) {
        for offset in 0..device.size.min(WINDOW) {
            for (width, (load, store)) in LOADS.into_iter().zip(STORES).enumerate() {
                // Unaligned: to device memory that is the guest's own fault, through the alias not.
                let aligned = offset & ((1 << width) - 1) == 0;
                if !aligned && offset & 0xff0 != 0 {
                    continue;
                }
                let at = device.base + offset + if aligned { 0 } else { ALIAS };
                runner.again(load, [0, at, 0, 0, 0, 0, 0, 0]);
                store_to(runner, store, machine, at, rng.edgy());
            }
            if offset & 3 == 0 {
                odd(runner, &mut rng, machine, device.base + offset);
            }
            runner.progress(machine);
        }
    }
}

/// Any access somewhere in a device, or across its end.
pub fn random(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>) {
    let device = rng.pick(&machine.devices, Region::default());
    if !usable(machine, device) {
        return;
    }
    let offset = match rng.below(4) {
        0 => (device.size - 1).wrapping_sub(rng.below(16)),
        1 => rng.below(device.size.min(0x1000)),
        _ => rng.below(device.size),
    };
    somewhere(runner, rng, machine, device.base + offset);
}

/// Any access, a jump included, to an address that no node names; with the MMU off up to 48 bits.
pub fn wild(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>) {
    let bits = 12 + rng.below(37);
    let at = rng.next_u64() & ((1 << bits) - 1);
    let near = Region { base: at.saturating_sub(0x1000), size: 0x2000 };
    if machine.memory.iter().any(|m| m.overlaps(near)) {
        return;
    }
    if at < ALIAS - 0x1000 {
        somewhere(runner, rng, machine, at);
        return;
    }
    let on = read_sysreg!("sctlr_el1");
    let access = if rng.below(2) == 0 { 0xf940_0022 } else { 0xf900_0022 };
    guests::cpu::irq_mask();
    // msr sctlr_el1, x0; access x2 at [x1]; msr sctlr_el1, x3
    runner.wrapped(0xd518_1000, access, 0xd518_1003, [on & !1, at & !7, 0, on, 0, 0, 0, 0]);
    guests::cpu::irq_unmask();
}

fn somewhere(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>, at: u64) {
    let width = rng.below(4) as usize;
    match rng.below(8) {
        0 | 1 => {
            let load = LOADS[width];
            runner.again(load, [0, at, 0, 0, 0, 0, 0, 0]);
        }
        2 | 3 => store_to(runner, STORES[width], machine, at, rng.edgy()),
        4 if runner.jumps && machine.memory.iter().all(|m| !m.overlaps(Region { base: at, size: 8 })) => {
            runner.jump(at & !3)
        }
        _ => odd(runner, rng, machine, at),
    }
}

/// One of the odd accesses, at the device's own address or through the alias.
fn odd(runner: &mut Runner, rng: &mut Rng, machine: &Machine<'_>, at: u64) {
    let instruction = rng.pick(&ODD, ODD[0]);
    let at = if rng.below(2) == 0 { at } else { at + ALIAS };
    // Up to 64 bytes from a device's end there must be no RAM that the access could destroy.
    let near = Region { base: (at & !ALIAS).saturating_sub(64), size: 192 };
    if machine.memory.iter().any(|m| m.overlaps(near)) || forbidden(machine, near) {
        return;
    }
    runner.again(instruction, [rng.edgy(), at, rng.edgy(), 0, 0, 0, 0, 0]);
}

fn store_to(runner: &mut Runner, store: u32, machine: &Machine<'_>, at: u64, value: u64) {
    let touched = Region { base: at & !ALIAS, size: 8 };
    if !forbidden(machine, touched) && !machine.memory.iter().any(|m| m.overlaps(touched)) {
        runner.again(store, [value, at, 0, 0, 0, 0, 0, 0]);
    }
}

/// Whether a write there would end the guest by design: the control register of a watchdog, which
/// would reset it over and over.
fn forbidden(machine: &Machine<'_>, touched: Region) -> bool {
    machine.watchdogs.iter().any(|w| Region { base: w.base, size: 0x10 }.overlaps(touched))
}

/// Devices that overlap RAM are not swept.
fn usable(machine: &Machine<'_>, device: Region) -> bool {
    device.size != 0 && device.end() <= ALIAS && !machine.memory.iter().any(|m| m.overlaps(device))
}
