// SPDX-License-Identifier: GPL-2.0-only
//! One list register, in the layout of `ICH_LR<n>_EL2` (IHI 0069, 12.4.8), and its conversion to and from `GICH_LR<n>`
//! (IHI 0048, 5.3.10).

/// A list register's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lr(pub u64);

impl Lr {
    /// No interrupt.
    pub const EMPTY: Lr = Lr(0);
    /// State bit: active.
    pub const ACTIVE: u64 = 1 << 63;
    /// State bit: pending.
    pub const PENDING: u64 = 1 << 62;
    /// The guest's deactivation also deactivates the physical interrupt in bits 44:32.
    pub const HW: u64 = 1 << 61;
    /// Group 1.
    pub const GROUP1: u64 = 1 << 60;
    /// Maintenance interrupt when the guest deactivates it; only without [`HW`](Self::HW).
    pub const EOI: u64 = 1 << 41;
    /// Lowest bit of the priority (8 bits).
    pub const PRIORITY_SHIFT: u32 = 48;
    /// Lowest bit of the physical INTID (13 bits).
    pub const PHYSICAL_SHIFT: u32 = 32;
    /// Lowest bit of the source CPU of a GICv2 SGI (3 bits), part of the virtual INTID.
    pub const SOURCE_SHIFT: u32 = 10;

    /// Whether the interrupt is active.
    #[inline]
    pub const fn active(self) -> bool {
        self.0 & Self::ACTIVE != 0
    }

    /// Whether the interrupt is pending.
    #[inline]
    pub const fn pending(self) -> bool {
        self.0 & Self::PENDING != 0
    }

    /// Whether it is neither, that is, the register holds no interrupt.
    #[inline]
    pub const fn idle(self) -> bool {
        self.0 & (Self::ACTIVE | Self::PENDING) == 0
    }

    /// Whether it stands for a physical interrupt.
    #[inline]
    pub const fn hw(self) -> bool {
        self.0 & Self::HW != 0
    }

    /// Whether the guest has ended an interrupt that asked for notice.
    #[inline]
    pub const fn ended(self) -> bool {
        self.idle() && self.0 & (Self::HW | Self::EOI) == Self::EOI
    }

    /// The virtual INTID, for a GICv2 SGI with the source CPU in bits 12:10.
    #[inline]
    pub const fn key(self) -> u16 {
        (self.0 & 0x1fff) as u16
    }

    /// The physical INTID; only meaningful with [`HW`](Self::HW).
    #[inline]
    pub const fn physical(self) -> u32 {
        (self.0 >> Self::PHYSICAL_SHIFT & 0x1fff) as u32
    }

    /// The priority: 0 is the highest.
    #[inline]
    pub const fn priority(self) -> u8 {
        (self.0 >> Self::PRIORITY_SHIFT & 0xff) as u8
    }

    /// As a `GICH_LR`: priorities lose their lower 3 bits, INTIDs their upper ones.
    #[inline]
    pub const fn to_gich(self) -> u32 {
        let v = self.0;
        let low = if v & Self::HW != 0 {
            v & 0x3ff | (v >> Self::PHYSICAL_SHIFT & 0x3ff) << 10
        } else {
            v & 0x1fff | (v >> 41 & 1) << 19
        };
        (low | (v >> 51 & 0x1f) << 23 | (v >> 62) << 28 | (v >> 60 & 1) << 30 | (v >> 61 & 1) << 31) as u32
    }

    /// From a `GICH_LR`.
    #[inline]
    pub const fn from_gich(lr: u32) -> Self {
        let v = lr as u64;
        let low = if v >> 31 != 0 {
            v & 0x3ff | (v >> 10 & 0x3ff) << Self::PHYSICAL_SHIFT
        } else {
            v & 0x1fff | (v >> 19 & 1) << 41
        };
        Lr(low | (v >> 23 & 0x1f) << 51 | (v >> 28 & 3) << 62 | (v >> 30 & 1) << 60 | (v >> 31 & 1) << 61)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gich_layout() {
        let sgi = Lr(Lr::PENDING | 5 << Lr::SOURCE_SHIFT | 3 | 0xa0 << Lr::PRIORITY_SHIFT);
        assert_eq!(sgi.to_gich(), 1 << 28 | 0x14 << 23 | 5 << 10 | 3);
        let level = Lr(Lr::ACTIVE | Lr::EOI | Lr::GROUP1 | 33);
        assert_eq!(level.to_gich(), 1 << 30 | 2 << 28 | 1 << 19 | 33);
        let hw = Lr(Lr::PENDING | Lr::HW | 27 << Lr::PHYSICAL_SHIFT | 27 | 0xf8 << Lr::PRIORITY_SHIFT);
        assert_eq!(hw.to_gich(), 1 << 31 | 1 << 28 | 0x1f << 23 | 27 << 10 | 27);
    }

    #[test]
    fn gich_and_back_keeps_everything() {
        for state in [0, Lr::PENDING, Lr::ACTIVE, Lr::ACTIVE | Lr::PENDING] {
            for kind in [0, Lr::EOI, Lr::HW | 99 << Lr::PHYSICAL_SHIFT, Lr::GROUP1] {
                for key in [0u64, 15 | 7 << 10, 27, 1019] {
                    let lr = Lr(state | kind | 0x58 << Lr::PRIORITY_SHIFT | key);
                    if !lr.hw() || key < 1024 {
                        assert_eq!(Lr::from_gich(lr.to_gich()), lr);
                    }
                }
            }
        }
    }

    #[test]
    fn ended_needs_notice() {
        assert!(Lr(Lr::EOI | 40).ended());
        assert!(!Lr(Lr::EOI | Lr::ACTIVE | 40).ended());
        assert!(!Lr(Lr::HW | Lr::EOI | 40).ended());
        assert!(!Lr(40).ended());
    }
}
