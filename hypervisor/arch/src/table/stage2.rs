// SPDX-License-Identifier: GPL-2.0-only
//! A guest's memory map, stage 2 (Arm ARM D8.4, D8.6.6): it starts at level 1 and spans at most 39 bits.

/// The level of the first table.
pub const START_LEVEL: u8 = 1;

/// Bits of a guest physical address, for a CPU with `physical_bits` of physical address.
pub const fn input_bits(physical_bits: u32) -> u8 {
    if physical_bits < 39 { physical_bits as u8 } else { 39 }
}

/// `VTCR_EL2` for `input_bits` of address and the CPU's `PS` encoding; with 16-bit VMIDs if `vmid16`.
pub const fn vtcr(input_bits: u8, physical_range: u64, vmid16: bool) -> u64 {
    let res1 = 1 << 31;
    let start_level_1 = 1 << 6;
    let write_back_inner_shareable = 3 << 12 | 1 << 10 | 1 << 8;
    res1 | (vmid16 as u64) << 19
        | physical_range << 16
        | write_back_inner_shareable
        | start_level_1
        | (64 - input_bits as u64)
}

/// What a guest's region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// RAM: Normal write-back; the guest's own attributes may weaken it.
    Ram,
    /// RAM that the guest may read and execute only.
    ReadOnlyRam,
    /// Registers of a device passed through: Device-nGnRE, never executed.
    Device,
}

/// The leaf attributes for a use.
pub const fn attributes(kind: Use) -> u64 {
    const ACCESSED: u64 = 1 << 10;
    const INNER_SHAREABLE: u64 = 3 << 8;
    const READ: u64 = 1 << 6;
    const WRITE: u64 = 1 << 7;
    const NORMAL: u64 = 0xf << 2;
    const DEVICE_NGNRE: u64 = 1 << 2;
    const EXECUTE_NEVER: u64 = 1 << 54;
    match kind {
        Use::Ram => NORMAL | INNER_SHAREABLE | ACCESSED | READ | WRITE,
        Use::ReadOnlyRam => NORMAL | INNER_SHAREABLE | ACCESSED | READ,
        Use::Device => DEVICE_NGNRE | ACCESSED | READ | WRITE | EXECUTE_NEVER,
    }
}
