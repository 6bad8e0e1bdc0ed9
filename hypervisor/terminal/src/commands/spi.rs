// SPDX-License-Identifier: GPL-2.0-only
//! `spi`: devices on the host's SPI buses.

use io::spi;

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `spi`
pub const COMMAND: Command = Command {
    name: "spi",
    summary: "devices on the host's SPI buses",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the devices, by bus and chip select",
        help: "CLOCK is the fastest that the device takes, in hertz; MODE is its polarity and phase, 0 to 3.",
        run: list,
    }],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["BUS", "SELECT", "DEVICE", "CLOCK", "MODE", "DRIVER"]);
    for device in spi::list() {
        let info = device.info();
        table.row([
            info.bus.into(),
            u32::from(info.select).into(),
            info.name.as_str().into(),
            if info.max_hz == 0 { Value::Null } else { info.max_hz.into() },
            u32::from(info.mode).into(),
            device.driver().map_or(Value::Null, Value::from),
        ]);
    }
    ctx.show(table)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use io::Fault;
    use io::spi::{Endpoint, Info, Segment, register, unregister};

    struct Nothing;

    impl Endpoint for Nothing {
        fn transfer(&self, _: &mut [Segment<'_>]) -> Result<(), Fault> {
            Ok(())
        }
    }

    #[test]
    fn devices_are_listed() {
        let info = |select, name: &str, max_hz| Info { bus: 1, select, name: name.into(), max_hz, mode: 3 };
        let rtc = register(info(2, "rtc-ds1302", 0), Box::new(Nothing)).unwrap();
        let flash = register(info(0, "m25p80", 50_000_000), Box::new(Nothing)).unwrap();
        flash.bind(Some("spi-nor".into()));
        assert_eq!(
            crate::fake::output("spi list"),
            "BUS  SELECT  DEVICE         CLOCK  MODE  DRIVER\n  \
               1       0  m25p80      50000000     3  spi-nor\n  \
               1       2  rtc-ds1302         -     3  -\n"
        );
        [&rtc, &flash].into_iter().for_each(unregister);
    }
}
