// SPDX-License-Identifier: GPL-2.0-only
//! One load or store of a device register: on the driver bench it goes to a model.

/// What registers are wide.
pub(crate) trait Word: Copy {
    /// The value of a register.
    #[cfg(feature = "bench")]
    fn of(value: u64) -> Self;
    /// The value for a register.
    #[cfg(feature = "bench")]
    fn value(self) -> u64;
}

macro_rules! words {
    ($($type:ty)*) => {$(
        impl Word for $type {
            #[cfg(feature = "bench")]
            fn of(value: u64) -> Self {
                value as Self
            }
            #[cfg(feature = "bench")]
            fn value(self) -> u64 {
                self.into()
            }
        }
    )*};
}
words!(u8 u16 u32 u64);

/// # Safety
/// `at` is a device register of this width.
#[inline(always)]
pub(crate) unsafe fn load<T: Word>(at: *const T) -> T {
    #[cfg(feature = "bench")]
    return T::of(crate::bench::read(at.addr(), size_of::<T>()));
    #[cfg(not(feature = "bench"))]
    // SAFETY: as the caller says.
    unsafe {
        at.read_volatile()
    }
}

/// # Safety
/// As [`load`].
#[inline(always)]
pub(crate) unsafe fn store<T: Word>(at: *mut T, value: T) {
    #[cfg(feature = "bench")]
    return crate::bench::write(at.addr(), size_of::<T>(), value.value());
    #[cfg(not(feature = "bench"))]
    // SAFETY: as the caller says.
    unsafe {
        at.write_volatile(value)
    }
}
