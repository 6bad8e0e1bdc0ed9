// SPDX-License-Identifier: GPL-2.0-only
//! Arm PL031 real-time clock (DDI 0224): read once.

use kernel::device::Driver;
use kernel::dt::Node;
use kernel::error::Result;
use kernel::mm::space;
use tock_registers::interfaces::Readable;
use tock_registers::registers::ReadOnly;

/// The driver.
pub(super) const DRIVER: Driver = Driver { name: "pl031", compatible: &["arm,pl031"], probe };

/// RTCDR (3.3.1): seconds since 1970, by convention.
#[repr(C)]
struct Registers {
    data: ReadOnly<u32>,
}

fn probe(node: &Node<'static>) -> Result<()> {
    let reg = node.reg(0)?;
    let mmio = space::map_device(reg.base, reg.size)?;
    // SAFETY: the device's registers, mapped as such; a read of RTCDR has no effect.
    if let Some(registers) = unsafe { mmio.registers::<Registers>(0) } {
        super::note_time(u64::from(registers.data.get()));
    }
    Ok(())
}
