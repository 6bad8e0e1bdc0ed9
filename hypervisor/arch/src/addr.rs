// SPDX-License-Identifier: GPL-2.0-only
//! Addresses as types of their own, so that a guest's address is never taken for the host's.

use core::fmt;
use core::ops::{Add, Sub};

/// Log2 of [`PAGE_SIZE`].
pub const PAGE_SHIFT: usize = 12;
/// Bytes of a page: the 4 KiB granule, for both stages.
pub const PAGE_SIZE: usize = 1 << PAGE_SHIFT;

macro_rules! address {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The address rounded down to a multiple of `align`, a power of two.
            #[inline]
            pub const fn align_down(self, align: $inner) -> Self {
                Self(self.0 & !(align - 1))
            }

            /// The address rounded up to a multiple of `align`, a power of two; wraps at the end of the address space.
            #[inline]
            pub const fn align_up(self, align: $inner) -> Self {
                Self(self.0.wrapping_add(align - 1) & !(align - 1))
            }

            /// Whether the address is a multiple of `align`, a power of two.
            #[inline]
            pub const fn is_aligned(self, align: $inner) -> bool {
                self.0 & (align - 1) == 0
            }

            /// The address `bytes` further on, or `None` past the end of the address space.
            #[inline]
            pub const fn checked_add(self, bytes: $inner) -> Option<Self> {
                match self.0.checked_add(bytes) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }
        }

        impl Add<$inner> for $name {
            type Output = Self;
            #[inline]
            fn add(self, bytes: $inner) -> Self {
                Self(self.0.wrapping_add(bytes))
            }
        }

        impl Sub<$name> for $name {
            type Output = $inner;
            #[inline]
            fn sub(self, other: Self) -> $inner {
                self.0.wrapping_sub(other.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#x})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }
    };
}

address!(
    /// A host physical address.
    PhysAddr(u64)
);
address!(
    /// An address of the hypervisor at EL2. RAM and the image are mapped at their physical addresses.
    VirtAddr(usize)
);
address!(
    /// An address as a guest sees its physical memory (IPA). From a guest it is an allegation: only the
    /// guest's memory map turns it into memory.
    GuestPhysAddr(u64)
);

impl PhysAddr {
    /// Where the hypervisor sees this RAM address (the map is the identity).
    #[inline]
    pub const fn to_virt(self) -> VirtAddr {
        VirtAddr(self.0 as usize)
    }
}

impl VirtAddr {
    /// The address as a pointer.
    #[inline]
    pub const fn as_ptr<T>(self) -> *mut T {
        core::ptr::with_exposed_provenance_mut(self.0)
    }
}
