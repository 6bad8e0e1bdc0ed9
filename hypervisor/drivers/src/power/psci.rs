// SPDX-License-Identifier: GPL-2.0-only
//! PSCI, the firmware interface of Arm machines (Arm DEN 0022).

use alloc::boxed::Box;
use arch::PhysAddr;
use arch::cpu::Mpidr;
use arch::smccc::{self, Conduit};
use core::fmt;
use kernel::dt::Fdt;
use kernel::dt::machine::{self, Psci as Node};
use kernel::error::Result;
use kernel::power::{Firmware, FirmwareError};

const PSCI_VERSION: u64 = 0x8400_0000;
const SYSTEM_OFF: u64 = 0x8400_0008;
const SYSTEM_RESET: u64 = 0x8400_0009;

/// The firmware's generator of random bits (Arm DEN 0098): its version, and 64 bits in each of three registers.
const TRNG_VERSION: u64 = 0x8400_0050;
const TRNG_RND64: u64 = 0xc400_0053;
const TRNG_MOST_BITS: u64 = 192;

/// The firmware, as the device tree describes it.
struct Psci {
    node: Node,
    /// Major version in bits 31:16, minor in 15:0; 0.1 has no way to tell.
    version: u32,
}

impl Psci {
    fn call(&self, args: [u64; 4]) -> i32 {
        let [result, ..] = self.call_all(args);
        result as i32
    }

    /// All that a call returns.
    fn call_all(&self, [function, a, b, c]: [u64; 4]) -> [u64; 4] {
        let conduit = if self.node.hvc { Conduit::Hvc } else { Conduit::Smc };
        smccc::call(conduit, [function, a, b, c, 0, 0, 0, 0])
    }

    fn system(&self, function: u64) -> FirmwareError {
        if !self.node.v0_2 {
            return FirmwareError::NotSupported;
        }
        FirmwareError::Psci(self.call([function, 0, 0, 0]))
    }
}

impl Firmware for Psci {
    fn cpu_on(&self, mpidr: Mpidr, entry: PhysAddr, context: u64) -> Result<(), FirmwareError> {
        let function = self.node.cpu_on.ok_or(FirmwareError::NotSupported)?;
        match self.call([function.into(), mpidr.0, entry.0, context]) {
            0 => Ok(()),
            code => Err(FirmwareError::Psci(code)),
        }
    }

    fn reset(&self) -> FirmwareError {
        self.system(SYSTEM_RESET)
    }

    fn poweroff(&self) -> FirmwareError {
        self.system(SYSTEM_OFF)
    }

    fn entropy(&self) -> Option<[u64; 3]> {
        // Before PSCI 1.0 firmware need not answer to what it does not know.
        if self.version >> 16 < 1 || self.call([TRNG_VERSION, 0, 0, 0]) < 1 << 16 {
            return None;
        }
        let [result, a, b, c] = self.call_all([TRNG_RND64, TRNG_MOST_BITS, 0, 0]);
        (result == 0).then_some([a, b, c])
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conduit = if self.node.hvc { "HVC" } else { "SMC" };
        write!(f, "PSCI {}.{} by {conduit}", self.version >> 16, self.version & 0xffff)
    }
}

/// Finds PSCI in the device tree; `None` if the machine has none.
///
/// # Errors
/// The node is malformed.
pub fn find(fdt: Fdt<'static>) -> Result<Option<&'static dyn Firmware>> {
    let Some(node) = machine::psci(fdt)? else { return Ok(None) };
    let mut psci = Psci { node, version: 1 };
    if node.v0_2 {
        psci.version = psci.call([PSCI_VERSION, 0, 0, 0]) as u32;
    }
    Ok(Some(Box::leak(Box::new(psci))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn psci(v0_2: bool, cpu_on: Option<u32>) -> Psci {
        Psci { node: Node { hvc: false, cpu_on, v0_2 }, version: 1 << 16 | 1 }
    }

    #[test]
    fn calls_and_codes() {
        smccc::set_firmware(|_, args| match args[..4] {
            [0xc400_0003, 0x101, 0x4020_0000, 7] => [0, 0, 0, 0],
            [0xc400_0003, ..] => [-4i64 as u64, 0, 0, 0],
            [0x84ff_0001, 2, ..] => [0, 0, 0, 0],
            _ => [-1i64 as u64, 0, 0, 0],
        });
        let new = psci(true, Some(0xc400_0003));
        assert_eq!(new.cpu_on(Mpidr(0x101), PhysAddr(0x4020_0000), 7), Ok(()));
        let error = new.cpu_on(Mpidr(0), PhysAddr(0x4020_0000), 7).unwrap_err();
        assert_eq!(error, FirmwareError::Psci(-4));
        assert!(format!("{error}").contains("already on"));
        assert_eq!(new.reset(), FirmwareError::Psci(-1));
        let old = psci(false, Some(0x84ff_0001));
        assert_eq!(old.cpu_on(Mpidr(2), PhysAddr(0), 0), Ok(()));
        assert_eq!(old.poweroff(), FirmwareError::NotSupported);
        assert_eq!(psci(false, None).cpu_on(Mpidr(2), PhysAddr(0), 0), Err(FirmwareError::NotSupported));
    }

    #[test]
    fn random_bits_come_from_firmware_that_has_them() {
        smccc::set_firmware(|_, _| [-1i64 as u64, 0, 0, 0]);
        assert_eq!(psci(true, None).entropy(), None, "firmware that knows nothing");
        smccc::set_firmware(|_, args| match args[..2] {
            [TRNG_VERSION, _] => [1 << 16, 0, 0, 0],
            [TRNG_RND64, 192] => [0, 7, 8, 9],
            _ => [-1i64 as u64, 0, 0, 0],
        });
        assert_eq!(psci(true, None).entropy(), Some([7, 8, 9]));
        assert_eq!(Psci { version: 2, ..psci(true, None) }.entropy(), None, "PSCI 0.2");
        smccc::set_firmware(|_, args| {
            if args[0] == TRNG_VERSION { [1 << 16, 0, 0, 0] } else { [-3i64 as u64, 0, 0, 0] }
        });
        assert_eq!(psci(true, None).entropy(), None, "none at the moment");
    }
}
