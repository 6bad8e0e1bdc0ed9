// SPDX-License-Identifier: GPL-2.0-only
//! What a device or its driver answers instead of a result.

use core::fmt;

/// Why a driver could not do what was asked of its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A transfer failed.
    Io,
    /// The device did not answer in time.
    TimedOut,
    /// The device or its bus is in use.
    Busy,
    /// It did not work this time: arbitration was lost, for instance. Another attempt may.
    Again,
    /// No device is there, or none answers.
    NoDevice,
    /// The device cannot do this.
    NotSupported,
    /// A value that the device does not take.
    Invalid,
    /// A value outside of the device's range.
    Range,
    /// A moment that has passed already.
    Past,
    /// No memory.
    NoMemory,
    /// The device has no such data.
    NoData,
    /// The device answered against the protocol.
    Protocol,
    /// A check sum is wrong.
    Corrupt,
    /// Not allowed: the device may only be read, for instance.
    NotPermitted,
    /// A code of the driver's own.
    Other(i32),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Io => "the transfer failed",
            Fault::TimedOut => "the device did not answer in time",
            Fault::Busy => "the device is busy",
            Fault::Again => "it did not work this time, try again",
            Fault::NoDevice => "no device answers",
            Fault::NotSupported => "the device cannot do this",
            Fault::Invalid => "the device does not take this value",
            Fault::Range => "the value is outside of the device's range",
            Fault::Past => "that moment has passed",
            Fault::NoMemory => "no memory",
            Fault::NoData => "the device has no such data",
            Fault::Protocol => "the device broke the protocol",
            Fault::Corrupt => "the check sum is wrong",
            Fault::NotPermitted => "not permitted",
            Fault::Other(code) => return write!(f, "the driver says {code}"),
        })
    }
}

impl core::error::Error for Fault {}
