// SPDX-License-Identifier: GPL-2.0-only
//! The firmware under the hypervisor: starting CPUs, reset and power-off of the machine.

use arch::PhysAddr;
use arch::cpu::Mpidr;
use core::fmt;
use spin::Once;

/// What firmware answered, if it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmwareError {
    /// There is no firmware to call, or it lacks the function.
    NotSupported,
    /// A PSCI error code (Arm DEN 0022, 5.2.2).
    Psci(i32),
}

impl fmt::Display for FirmwareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self {
            FirmwareError::NotSupported => return f.write_str("the firmware lacks the function"),
            FirmwareError::Psci(code) => *code,
        };
        let name = match code {
            -1 => "not supported",
            -2 => "invalid parameters",
            -3 => "denied",
            -4 => "already on",
            -5 => "on pending",
            -6 => "internal failure",
            -7 => "not present",
            -8 => "disabled",
            -9 => "invalid address",
            _ => "unknown error",
        };
        write!(f, "the firmware says: {name} ({code})")
    }
}

/// What firmware offers.
pub trait Firmware: Sync {
    /// Starts the CPU `mpidr` at the physical address `entry` with `context` in its x0.
    ///
    /// # Errors
    /// The firmware refused.
    fn cpu_on(&self, mpidr: Mpidr, entry: PhysAddr, context: u64) -> Result<(), FirmwareError>;
    /// Resets the machine. Returns only if that failed.
    fn reset(&self) -> FirmwareError;
    /// Switches the machine off. Returns only if that failed.
    fn poweroff(&self) -> FirmwareError;
    /// A name and version for reports.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

static FIRMWARE: Once<&'static dyn Firmware> = Once::new();

/// Makes `firmware` the one that is called. Boot only; the first call counts.
pub fn set_firmware(firmware: &'static dyn Firmware) {
    FIRMWARE.call_once(|| firmware);
}

/// The firmware, if there is any.
pub fn firmware() -> Option<&'static dyn Firmware> {
    FIRMWARE.get().copied()
}

/// Starts a CPU by firmware. Context: boot.
///
/// # Errors
/// There is no firmware, or it refused.
pub fn cpu_on(mpidr: Mpidr, entry: PhysAddr, context: u64) -> Result<(), FirmwareError> {
    firmware().ok_or(FirmwareError::NotSupported)?.cpu_on(mpidr, entry, context)
}

/// Resets the machine. Returns, with the reason, only if that is impossible. Context: any.
pub fn reset() -> FirmwareError {
    firmware().map_or(FirmwareError::NotSupported, Firmware::reset)
}

/// Switches the machine off. Returns, with the reason, only if that is impossible. Context: any.
pub fn poweroff() -> FirmwareError {
    firmware().map_or(FirmwareError::NotSupported, Firmware::poweroff)
}
