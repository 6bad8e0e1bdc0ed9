// SPDX-License-Identifier: GPL-2.0-only
//! Ranges of a guest's physical addresses, and the guest memory map: where things go that the DTS does not place.

use core::fmt;

use arch::GuestPhysAddr;

/// Size of a page of stage 2, in bytes: the unit of RAM and pass-through regions.
pub const PAGE: u64 = 4096;

/// GIC distributor, both versions.
pub const GICD_BASE: u64 = 0x0800_0000;
/// GICv2 CPU interface.
pub const GICC_BASE: u64 = 0x0801_0000;
/// GICv3 redistributors, 128 KiB for each vCPU.
pub const GICR_BASE: u64 = 0x080a_0000;
/// First address that is assigned to a device.
pub const DEVICE_BASE: u64 = 0x0900_0000;
/// First address beyond those that are assigned to devices.
pub const DEVICE_END: u64 = 0x4000_0000;
/// Distance of assigned devices: a guest with 64 KiB pages can map each by itself.
pub const DEVICE_STEP: u64 = 0x1_0000;
/// Where RAM lies if its node has no `reg`.
pub const RAM_BASE: u64 = 0x4000_0000;
/// Size of the GICv3 distributor.
pub const GICD_SIZE_V3: u64 = 0x1_0000;
/// Size of the two redistributor frames of one vCPU.
pub const GICR_STRIDE: u64 = 0x2_0000;
/// Size of the GICv2 distributor.
pub const GICD_SIZE_V2: u64 = 0x1000;
/// Size of the GICv2 CPU interface, with GICC_DIR in its second page.
pub const GICC_SIZE: u64 = 0x2000;

/// A range of guest physical addresses that is not empty and does not wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuestRange {
    base: u64,
    size: u64,
}

impl GuestRange {
    /// The `size` bytes from `base`; `None` if that is none or passes the end of the 64-bit address space.
    pub const fn new(base: u64, size: u64) -> Option<Self> {
        match base.checked_add(size) {
            Some(_) if size > 0 => Some(Self { base, size }),
            _ => None,
        }
    }

    /// The first address.
    pub const fn base(&self) -> GuestPhysAddr {
        GuestPhysAddr(self.base)
    }

    /// Number of bytes, at least 1.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The first address beyond the range.
    pub const fn end(&self) -> GuestPhysAddr {
        GuestPhysAddr(self.base + self.size)
    }

    /// The first `size` bytes of the range, which is not made longer nor empty.
    pub const fn first(&self, size: u64) -> Self {
        match size {
            1.. if size < self.size => Self { base: self.base, size },
            _ => *self,
        }
    }

    /// Whether the two have an address in common.
    pub const fn overlaps(&self, other: &GuestRange) -> bool {
        self.base < other.base + other.size && other.base < self.base + self.size
    }

    /// Whether all of `other` lies in this range.
    pub const fn contains(&self, other: &GuestRange) -> bool {
        self.base <= other.base && other.base + other.size <= self.base + self.size
    }

    /// Whether first address and size are multiples of `align`, a power of two.
    pub const fn is_aligned(&self, align: u64) -> bool {
        (self.base | self.size) & (align - 1) == 0
    }
}

impl fmt::Display for GuestRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}..{:#x}", self.base, self.base + self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let a = GuestRange::new(0x1000, 0x1000).unwrap();
        let b = GuestRange::new(0x2000, 0x1000).unwrap();
        assert!(!a.overlaps(&b) && !b.overlaps(&a));
        assert!(a.overlaps(&GuestRange::new(0x1fff, 1).unwrap()));
        assert!(a.contains(&a) && !a.contains(&b));
        assert_eq!(GuestRange::new(0, 0), None);
        assert_eq!(GuestRange::new(u64::MAX, 2), None);
        assert_eq!(a.to_string(), "0x1000..0x2000");
        assert!(a.is_aligned(PAGE));
        assert_eq!(a.first(8).to_string(), "0x1000..0x1008");
        assert_eq!((a.first(0x2000), a.first(0)), (a, a));
    }
}
