// SPDX-License-Identifier: GPL-2.0-only
//! Linux's error numbers at the border: negative integers, and pointers that carry them.

use crate::bindings;
use core::ffi::{c_int, c_long};

/// An error number of Linux, positive: `Errno(bindings::ENOMEM)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub c_int);

/// What functions behind the border return.
pub type Result<T, E = Errno> = core::result::Result<T, E>;

/// The largest error number that a pointer can carry.
pub const MAX_ERRNO: usize = 4095;

macro_rules! numbers {
    ($($name:ident)*) => {
        impl Errno {
            $(
                #[doc = concat!("Linux's `", stringify!($name), "`.")]
                pub const $name: Errno = Errno(bindings::$name as c_int);
            )*
        }
    };
}

numbers! {
    EPERM ENOENT EIO ENXIO E2BIG EBADF EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST ENODEV EINVAL ENOSPC EROFS ERANGE
    ENODATA ETIME EOVERFLOW EILSEQ EPROTO EMSGSIZE EOPNOTSUPP ETIMEDOUT ENOMEDIUM ESHUTDOWN EALREADY EINPROGRESS
    ENOTSUPP EPROBE_DEFER ENOSYS EREMOTEIO EBADMSG ENOTCONN ECANCELED EMEDIUMTYPE ERESTARTSYS ENOKEY
}

impl Errno {
    /// The negative number that C functions return.
    pub fn to_c(self) -> c_int {
        -self.0
    }

    /// The pointer that carries the error, `ERR_PTR` of C.
    pub fn to_ptr<T>(self) -> *mut T {
        core::ptr::without_provenance_mut((self.0 as usize).wrapping_neg())
    }

    /// The error of a C function's result, if it is one.
    ///
    /// # Errors
    /// `value` is negative: the error it stands for.
    pub fn check(value: c_int) -> Result<c_int> {
        if value < 0 { Err(Errno(value.wrapping_neg())) } else { Ok(value) }
    }

    /// Likewise for a `long`.
    ///
    /// # Errors
    /// `value` is negative: the error it stands for.
    pub fn check_long(value: c_long) -> Result<c_long> {
        if value < 0 { Err(Errno(value.wrapping_neg() as c_int)) } else { Ok(value) }
    }

    /// The error that a pointer carries, if it carries one (`IS_ERR`).
    ///
    /// # Errors
    /// The pointer is an error: which one.
    pub fn check_ptr<T>(pointer: *mut T) -> Result<*mut T> {
        let address = pointer.addr();
        if address > usize::MAX - MAX_ERRNO {
            Err(Errno(address.wrapping_neg() as c_int))
        } else {
            Ok(pointer)
        }
    }
}

/// The C form of a result: 0, or the negative number.
pub fn to_c(result: Result<()>) -> c_int {
    result.err().map_or(0, Errno::to_c)
}

/// The C form of a result with a number of its own, which is not negative.
pub fn int_to_c(result: Result<c_int>) -> c_int {
    result.unwrap_or_else(Errno::to_c)
}

/// The C form of a result with a pointer.
pub fn ptr_to_c<T>(result: Result<*mut T>) -> *mut T {
    result.unwrap_or_else(Errno::to_ptr)
}

impl From<&kernel::error::Error> for Errno {
    fn from(error: &kernel::error::Error) -> Self {
        use kernel::error::Error;
        match error {
            Error::OutOfMemory { .. } => Errno::ENOMEM,
            Error::Invalid { .. } => Errno::EINVAL,
            Error::NoCpu { .. } => Errno::ENODEV,
            Error::Overcommitted { .. } => Errno::EBUSY,
            Error::Ended => Errno::ESHUTDOWN,
            Error::NotPossible { .. } => Errno::EPERM,
            Error::NotFound { .. } => Errno::ENOENT,
            Error::Busy { .. } => Errno::EBUSY,
            Error::Deferred { .. } => Errno::EPROBE_DEFER,
            Error::Unsupported { .. } => Errno::EOPNOTSUPP,
            Error::Driver { errno, .. } => Errno(*errno),
        }
    }
}

impl From<kernel::error::Error> for Errno {
    fn from(error: kernel::error::Error) -> Self {
        Errno::from(&error)
    }
}

impl From<kernel::error::Cause> for Errno {
    fn from(cause: kernel::error::Cause) -> Self {
        use kernel::error::Cause;
        match cause {
            Cause::NotYet => Errno::EPROBE_DEFER,
            Cause::NotFound => Errno::ENOENT,
            Cause::Busy => Errno::EBUSY,
            Cause::Exists => Errno::EEXIST,
            Cause::Invalid => Errno::EINVAL,
            Cause::NotPermitted => Errno::EPERM,
            Cause::Unsupported => Errno::EOPNOTSUPP,
            Cause::Gone => Errno::ENODEV,
            Cause::NotPrepared => Errno::ESHUTDOWN,
            Cause::OutOfMemory => Errno::ENOMEM,
            Cause::Driver(errno) => Errno(errno),
        }
    }
}

/// Faults of devices and the error numbers that stand for them.
const FAULTS: &[(io::Fault, Errno)] = {
    use io::Fault;
    &[
        (Fault::Io, Errno::EIO),
        (Fault::TimedOut, Errno::ETIMEDOUT),
        (Fault::Busy, Errno::EBUSY),
        (Fault::Again, Errno::EAGAIN),
        (Fault::NoDevice, Errno::ENODEV),
        (Fault::NotSupported, Errno::EOPNOTSUPP),
        (Fault::Invalid, Errno::EINVAL),
        (Fault::Range, Errno::ERANGE),
        (Fault::Past, Errno::ETIME),
        (Fault::NoMemory, Errno::ENOMEM),
        (Fault::NoData, Errno::ENODATA),
        (Fault::Protocol, Errno::EPROTO),
        (Fault::Corrupt, Errno::EBADMSG),
        (Fault::NotPermitted, Errno::EPERM),
    ]
};

impl From<io::Fault> for Errno {
    fn from(fault: io::Fault) -> Self {
        match fault {
            io::Fault::Other(code) => Errno(code),
            known => FAULTS.iter().find(|(f, _)| *f == known).map_or(Errno::EIO, |(_, errno)| *errno),
        }
    }
}

impl From<Errno> for io::Fault {
    fn from(errno: Errno) -> Self {
        FAULTS.iter().find(|(_, e)| *e == errno).map_or(io::Fault::Other(errno.0), |(fault, _)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_carry_errors_and_addresses_do_not() {
        assert_eq!(Errno::check_ptr(Errno::ENOMEM.to_ptr::<u8>()), Err(Errno::ENOMEM));
        assert_eq!(Errno::check_ptr(Errno(4095).to_ptr::<u8>()), Err(Errno(4095)));
        let mut byte = 0u8;
        assert_eq!(Errno::check_ptr(&raw mut byte), Ok(&raw mut byte));
        assert_eq!(Errno::check_ptr(core::ptr::null_mut::<u8>()), Ok(core::ptr::null_mut()));
    }

    #[test]
    fn faults_keep_their_number() {
        for code in 1..=MAX_ERRNO as c_int {
            assert_eq!(Errno::from(io::Fault::from(Errno(code))), Errno(code));
        }
    }

    #[test]
    fn results_become_what_c_expects() {
        assert_eq!(to_c(Ok(())), 0);
        assert_eq!(to_c(Err(Errno::EPROBE_DEFER)), -517);
        assert_eq!(int_to_c(Ok(7)), 7);
        assert_eq!(Errno::check(-19), Err(Errno::ENODEV));
    }
}
