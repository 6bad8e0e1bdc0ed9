// SPDX-License-Identifier: GPL-2.0-only
//! The error type of this crate: what went wrong, where, and what to do about it.

use crate::percpu::CpuId;
use alloc::string::String;
use core::fmt;

/// What the functions of this crate return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why a request to this crate failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No free memory for what was asked, in bytes.
    OutOfMemory {
        /// What the memory was for.
        what: &'static str,
        /// How much was asked for.
        bytes: u64,
    },
    /// A parameter outside of its range.
    Invalid {
        /// Which parameter.
        what: &'static str,
        /// What was given, and what is possible.
        why: String,
    },
    /// No CPU is up that the affinity allows.
    NoCpu {
        /// The affinity, as a mask of CPU numbers.
        affinity: u32,
        /// The CPUs that are up, as a mask.
        online: u32,
    },
    /// A deadline vCPU does not fit beside those which a CPU already promises its time to.
    Overcommitted {
        /// The CPU.
        cpu: CpuId,
        /// What it had to promise, in millionths of its time.
        wanted_ppm: u32,
        /// What it may promise at most.
        limit_ppm: u32,
    },
    /// The vCPU has ended.
    Ended,
    /// This cannot be done to the vCPU of that name.
    NotPossible {
        /// The vCPU.
        vcpu: String,
        /// Why not.
        why: &'static str,
    },
    /// No provider, line, clock or other thing of that name or number.
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Which one was asked for.
        name: String,
    },
    /// Somebody else has it.
    Busy {
        /// What was asked for.
        what: String,
        /// Who has it.
        owner: String,
    },
    /// Its provider is described in the device tree, but no driver has registered it yet: try again later.
    Deferred {
        /// What was asked for.
        what: String,
    },
    /// The provider cannot do this.
    Unsupported {
        /// What was asked for.
        what: &'static str,
    },
    /// A driver's own function failed.
    Driver {
        /// Which of its functions.
        what: &'static str,
        /// Its error, as a positive error number of Linux.
        errno: i32,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfMemory { what, bytes } => {
                write!(
                    f,
                    "out of memory: no {bytes} bytes for {what}; see `host mem` for what holds the memory"
                )
            }
            Self::Invalid { what, why } => write!(f, "invalid {what}: {why}"),
            Self::NoCpu { affinity, online } => {
                write!(f, "affinity {affinity:#x} allows none of the CPUs that are up ({online:#x})")
            }
            Self::Overcommitted { cpu, wanted_ppm, limit_ppm } => write!(
                f,
                "CPU {cpu} would have to promise {}.{:04} % of its time to deadline vCPUs, the limit is {}.{:04} %: \
                 lower a budget, lengthen a period or move a vCPU",
                wanted_ppm / 10_000,
                wanted_ppm % 10_000,
                limit_ppm / 10_000,
                limit_ppm % 10_000
            ),
            Self::Ended => f.write_str("the vCPU has ended"),
            Self::NotPossible { vcpu, why } => write!(f, "vCPU {vcpu}: {why}"),
            Self::NotFound { what, name } => write!(f, "no {what} {name}"),
            Self::Busy { what, owner } => write!(f, "{what} is in use by {owner}"),
            Self::Deferred { what } => write!(f, "{what} is not there yet: its driver has not registered it"),
            Self::Unsupported { what } => write!(f, "the provider does not support {what}"),
            Self::Driver { what, errno } => write!(f, "the driver's {what} failed with error {errno}"),
        }
    }
}

impl core::error::Error for Error {}

/// Why a request for something that drivers share (a clock, a reset line, a regulator ...) failed. The caller knows
/// which one it asked for. It is `Copy` and needs no memory, because it is returned in atomic context too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its provider is in the device tree but has not registered yet: try again later.
    NotYet,
    /// There is no such thing.
    NotFound,
    /// Somebody else's use of it forbids this.
    Busy,
    /// Another one has the name already.
    Exists,
    /// An argument is out of range, or contradicts what others asked for.
    Invalid,
    /// What it is forbids this, or the caller lacks the right to it.
    NotPermitted,
    /// The hardware, or its driver, cannot do this.
    Unsupported,
    /// The provider went away.
    Gone,
    /// A clock was enabled that was not prepared.
    NotPrepared,
    /// No memory.
    OutOfMemory,
    /// The driver said why, with a positive error number of Linux.
    Driver(i32),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotYet => "its provider has not registered yet",
            Self::NotFound => "there is none",
            Self::Busy => "it is in use",
            Self::Exists => "the name is taken",
            Self::Invalid => "the value is out of range",
            Self::NotPermitted => "it is not permitted",
            Self::Unsupported => "the hardware or its driver cannot do it",
            Self::Gone => "its provider is gone",
            Self::NotPrepared => "it is not prepared",
            Self::OutOfMemory => "out of memory",
            Self::Driver(errno) => return write!(f, "the driver refused with error {errno}"),
        })
    }
}

impl core::error::Error for Cause {}
