// SPDX-License-Identifier: GPL-2.0-only
//! `guest dt` and `guest dump`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use dtoolkit::fdt::Fdt;
use vmm::config::{GuestRange, Placement};

use super::guest;
use crate::command::Ctx;
use crate::error::Error;
use crate::hexdump::{self, ROW};
use crate::value::{Record, Value, bytes};

/// Bytes shown unless told otherwise.
const DEFAULT: u64 = 256;
/// Most bytes of one dump: on a serial line of 115200 baud they take half a minute.
const MOST: u64 = 64 << 10;

pub(super) fn dt(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guest = guest(ctx)?;
    let dtb = guest.config().guest_dtb(&Placement::default()).map_err(Error::failed)?;
    let fdt = Fdt::new(&dtb).map_err(Error::failed)?;
    crate::dts::tree(ctx, fdt)?;
    Ok(())
}

pub(super) fn dump(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guest = guest(ctx)?;
    let address = ctx.number(1).unwrap_or_default();
    let length = ctx.number(2).unwrap_or(DEFAULT);
    let range = check(address, length, &guest.config().memory)?;
    // A byte outside of RAM is no error: a dump may begin or end beside it.
    let read = |at: u64| {
        let mut byte = [0];
        guest.memory().read(arch::GuestPhysAddr(at), &mut byte).is_ok().then_some(byte[0])
    };
    show(ctx, range, &read)
}

/// The range of a dump: not empty, not too long, and with some RAM in it.
fn check(address: u64, length: u64, ram: &[GuestRange]) -> Result<GuestRange, Error> {
    if length == 0 || length > MOST {
        return Err(Error::argument("LENGTH", format!("{length}"), format!("1 to {MOST}")));
    }
    let range = GuestRange::new(address, length);
    range.filter(|range| ram.iter().any(|r| r.overlaps(range))).ok_or_else(|| {
        let ram: Vec<String> = ram.iter().map(|r| format!("{:#x}+{}", r.base().0, bytes(r.size()))).collect();
        let expected = format!("an address in the guest's RAM: {}", ram.join(", "));
        Error::argument("ADDRESS", format!("{address:#x}"), expected)
    })
}

fn show(ctx: &mut Ctx<'_>, range: GuestRange, read: &dyn Fn(u64) -> Option<u8>) -> Result<(), Error> {
    let all = range.base().0..range.end().0;
    if ctx.json {
        let mut hex = String::new();
        for at in all {
            match read(at) {
                Some(byte) => write!(hex, "{byte:02x}")?,
                None => hex.push_str("??"),
            }
        }
        let address = Value::Hex(range.base().0);
        return ctx
            .show(Record::new().with("address", address).with("length", range.size()).with("bytes", hex));
    }
    for start in all.clone().step_by(ROW) {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let row: Vec<Option<u8>> = (start..all.end.min(start.saturating_add(ROW as u64))).map(read).collect();
        hexdump::row(ctx, start, &row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_has_to_touch_ram() {
        let ram = [GuestRange::new(0x4000_0000, 0x10_0000).unwrap()];
        assert!(check(0x3fff_fff8, 16, &ram).is_ok());
        assert!(check(0x400f_fff0, 0x100, &ram).is_ok());
        let message = |address, length| check(address, length, &ram).unwrap_err().to_string();
        assert_eq!(
            message(0x1000, 16),
            "ADDRESS: found '0x1000', expected an address in the guest's RAM: 0x40000000+1 MiB"
        );
        assert!(message(u64::MAX, 16).starts_with("ADDRESS"), "no wrap");
        assert!(message(0x4000_0000, 0).starts_with("LENGTH: found '0'"));
        assert!(message(0x4000_0000, 1 << 40).starts_with("LENGTH"));
    }
}
