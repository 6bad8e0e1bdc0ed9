// SPDX-License-Identifier: GPL-2.0-only
//! Arm PL031 real-time clock (DDI 0224): the time, without the alarm.

use alloc::boxed::Box;
use alloc::string::{String, ToString};

use io::Fault;
use io::rtc::{self, Clock, Info, Range};
use kernel::device::Driver;
use kernel::dt::Node;
use kernel::error::Result;
use kernel::mm::space;
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite};

/// The driver.
pub(super) const DRIVER: Driver = Driver { name: "pl031", compatible: &["arm,pl031"], probe };

#[repr(C)]
struct Registers {
    /// RTCDR (3.3.1): seconds since 1970, by convention.
    data: ReadOnly<u32>,
    _match: u32,
    /// RTCLR (3.3.3): what RTCDR goes on from.
    load: ReadWrite<u32>,
}

struct Pl031(&'static Registers);

// SAFETY: aligned accesses to device registers are atomic, and each method makes one.
unsafe impl Send for Pl031 {}
// SAFETY: as above.
unsafe impl Sync for Pl031 {}

impl Clock for Pl031 {
    fn read(&self) -> core::result::Result<i64, Fault> {
        Ok(self.0.data.get().into())
    }

    fn set(&self, seconds: i64) -> core::result::Result<(), Fault> {
        self.0.load.set(u32::try_from(seconds).map_err(|_| Fault::Range)?);
        Ok(())
    }
}

fn probe(node: &Node<'static>) -> Result<()> {
    let reg = node.reg(0)?;
    let mmio = space::map_device(reg.base, reg.size)?.leak();
    // SAFETY: the device's registers, mapped as such; this driver is the only one that uses them.
    if let Some(registers) = unsafe { mmio.registers::<Registers>(0) } {
        let info = Info {
            name: node.name().to_string(),
            driver: String::from("pl031"),
            alarm: false,
            minutes: false,
            range: Range::new(0, u32::MAX.into(), None),
        };
        rtc::register(info, Box::new(Pl031(registers)));
    }
    Ok(())
}
