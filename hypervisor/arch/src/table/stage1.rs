// SPDX-License-Identifier: GPL-2.0-only
//! The hypervisor's own map at EL2 (Arm ARM D8.3, D8.5): four levels, 48 bits.

/// `MAIR_EL2`: index 0 Normal write-back, index 1 Device-nGnRE, index 2 Normal non-cacheable.
pub const MAIR: u64 = 0x44_04ff;

/// The level of the first table.
pub const START_LEVEL: u8 = 0;
/// Bits of an address.
pub const INPUT_BITS: u8 = 48;

const ATTR_DEVICE: u64 = 1 << 2;
const ATTR_UNCACHED: u64 = 2 << 2;
const READ_ONLY: u64 = 1 << 7;
const INNER_SHAREABLE: u64 = 3 << 8;
const ACCESSED: u64 = 1 << 10;
const EXECUTE_NEVER: u64 = 1 << 54;
/// AP[1] is RES1 at EL2.
const AP1: u64 = 1 << 6;

/// What a mapping is for; nothing is both writable and executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Code.
    Text,
    /// Constants.
    ReadOnly,
    /// Data, stacks, heap, guests' RAM.
    Data,
    /// Device registers, nGnRE.
    Device,
    /// Memory shared with devices that do not see the caches.
    Uncached,
}

/// The leaf attributes for a use.
pub const fn attributes(kind: Use) -> u64 {
    let normal = INNER_SHAREABLE | ACCESSED | AP1;
    match kind {
        Use::Text => normal | READ_ONLY,
        Use::ReadOnly => normal | READ_ONLY | EXECUTE_NEVER,
        Use::Data => normal | EXECUTE_NEVER,
        Use::Device => ATTR_DEVICE | ACCESSED | AP1 | EXECUTE_NEVER,
        Use::Uncached => ATTR_UNCACHED | normal | EXECUTE_NEVER,
    }
}
