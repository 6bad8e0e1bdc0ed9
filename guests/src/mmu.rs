// SPDX-License-Identifier: GPL-2.0-only
//! Stage-1 tables: the first 256 GiB at VA = PA, RAM as normal memory, the rest as device memory
//! (Arm ARM D8). All of it shows a second time from [`ALIAS`] on as normal memory: there an access
//! that device memory would refuse at stage 1 (unaligned, exclusive) reaches stage 2. Nothing is
//! execute-never: the hostile guest jumps everywhere.

use crate::machine::{Machine, Region};
use crate::{read_sysreg, write_sysreg};
use core::arch::asm;
use core::cell::UnsafeCell;
use core::ptr::from_ref;

/// A table of 512 descriptors.
#[repr(C, align(4096))]
struct Table(UnsafeCell<[u64; 512]>);
// SAFETY: written by the first CPU alone, before any other CPU runs.
unsafe impl Sync for Table {}

/// Level 2 tables for the GiB that are RAM only in part.
const PARTIAL: usize = 8;

static ROOT: Table = Table(UnsafeCell::new([0; 512]));
static LEVEL2: [Table; PARTIAL] = [const { Table(UnsafeCell::new([0; 512])) }; PARTIAL];

const BLOCK: u64 = 0b01;
const TABLE: u64 = 0b11;
const ACCESS: u64 = 1 << 10;
const INNER_SHAREABLE: u64 = 0b11 << 8;
const DEVICE: u64 = BLOCK | ACCESS;
const NORMAL: u64 = BLOCK | ACCESS | INNER_SHAREABLE | 1 << 2;
/// Attribute 0: device nGnRE; attribute 1: normal, write-back, allocating.
const MAIR: u64 = 0xff04;
/// Where the first 256 GiB are mapped once more, as normal memory.
pub const ALIAS: u64 = 256 * GIB;
const GIB: u64 = 1 << 30;
const MIB2: u64 = 2 << 20;

/// Builds the tables and turns the MMU and the caches on. For the first CPU.
pub fn enable(machine: &Machine<'_>) {
    let inside = |r: Region| machine.memory.iter().any(|m| m.base <= r.base && r.end() <= m.end());
    let touches = |r: Region| machine.memory.iter().any(|m| m.overlaps(r));
    // SAFETY: nobody else runs and the MMU does not walk the tables yet.
    let root = unsafe { &mut *ROOT.0.get() };
    let mut spare = LEVEL2.iter();
    for (index, entry) in root.iter_mut().enumerate() {
        if index as u64 * GIB >= ALIAS {
            *entry = (index as u64 * GIB - ALIAS) | NORMAL;
            continue;
        }
        let whole = Region { base: index as u64 * GIB, size: GIB };
        *entry = if inside(whole) {
            whole.base | NORMAL
        } else if touches(whole)
            && let Some(table) = spare.next()
        {
            // SAFETY: as above; each spare table is handed out once.
            let level2 = unsafe { &mut *table.0.get() };
            for (n, slot) in level2.iter_mut().enumerate() {
                let part = Region { base: whole.base + n as u64 * MIB2, size: MIB2 };
                *slot = part.base | if inside(part) { NORMAL } else { DEVICE };
            }
            from_ref(table) as u64 | TABLE
        } else {
            whole.base | DEVICE
        };
    }
    let range = read_sysreg!("id_aa64mmfr0_el1") & 0xf;
    // 39-bit VA, 4 KiB granule, walks cached and inner shareable, TTBR1 off.
    let tcr = 25 | 0b01 << 8 | 0b01 << 10 | 0b11 << 12 | 1 << 23 | range.min(5) << 32;
    write_sysreg!("mair_el1", MAIR);
    write_sysreg!("tcr_el1", tcr);
    write_sysreg!("ttbr0_el1", from_ref(&ROOT) as u64);
    // SAFETY: no stale translation may survive from before.
    unsafe { asm!("dsb sy", "tlbi vmalle1", "ic iallu", "dsb sy", "isb", options(nostack)) };
    // M, C, I; alignment check off; RES1 bits of Armv8.0.
    write_sysreg!("sctlr_el1", 0x30d0_0800 | 1 | 1 << 2 | 1 << 12);
}
