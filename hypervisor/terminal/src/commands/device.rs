// SPDX-License-Identifier: GPL-2.0-only
//! `device`: devices of Linux drivers, and having a driver let go of one and take it again.

use kernel::device::{self, Binder, Device, State};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Table, Value};

const PATH: Param = Param::one("PATH", Kind::Word);

/// `device`
pub const COMMAND: Command = Command {
    name: "device",
    summary: "devices of Linux drivers",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the devices that Linux drivers serve",
            help: "PATH is the node in the device tree. 'host devices' lists all devices.",
            run: list,
        },
        Action {
            name: "unbind",
            params: &[PATH],
            json: true,
            summary: "have the driver let go of a device",
            help: "As 'unbind' in Linux's sysfs: the driver's remove function runs, and what it holds is given\n\
                   back; debug builds name what it left behind. Drivers that cannot let go refuse. Drivers of devices\n\
                   that use it (its pins, clocks, supplies) let go before it, and take them again once it is bound.",
            run: unbind,
        },
        Action {
            name: "bind",
            params: &[PATH],
            json: true,
            summary: "offer a device to the drivers",
            help: "",
            run: bind,
        },
        Action {
            name: "rebind",
            params: &[PATH],
            json: true,
            summary: "unbind and bind a device",
            help: "Also where the probe failed: it is tried again.",
            run: rebind,
        },
    ],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["PATH", "DRIVER", "STATE", "REASON"]);
    for device in device::list().into_iter().filter(|device| device.ported) {
        let (state, reason) = match &device.state {
            State::Bound => ("bound", None),
            State::Failed(why) => ("failed", Some(why.as_str())),
            State::Deferred(why) => ("waits", Some(why.as_str())),
            State::Unbound => ("unbound", None),
        };
        let reason = reason.map_or(Value::Null, Value::from);
        table.row([device.path.as_str().into(), device.driver.as_ref().into(), state.into(), reason]);
    }
    ctx.show(table)
}

fn binder() -> Result<&'static dyn Binder, Error> {
    device::binder().ok_or_else(|| Error::failed("this image has no Linux drivers"))
}

fn path<'a>(ctx: &'a Ctx<'_>) -> &'a str {
    ctx.arg(0).unwrap_or_default()
}

fn unbind(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    binder()?.unbind(path(ctx)).map_err(Error::failed)?;
    ctx.done("device unbound")
}

fn bind(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    binder()?.bind(path(ctx)).map_err(Error::failed)?;
    ctx.done("device bound")
}

fn rebind(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let path = path(ctx);
    // A driver that has failed holds its device still, unless it failed in its probe.
    let held = |d: &Device| matches!(d.state, State::Bound | State::Failed(_)) && d.ported && d.path == path;
    let binder = binder()?;
    if device::list().iter().any(held) && binder.is_bound(path) {
        binder.unbind(path).map_err(Error::failed)?;
    }
    binder.bind(path).map_err(Error::failed)?;
    ctx.done("device bound")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::output;
    use kernel::error;

    struct Fake;

    impl Binder for Fake {
        fn unbind(&self, path: &str) -> error::Result<()> {
            device::note_ported(path.into(), "fake", State::Unbound);
            Ok(())
        }

        fn is_bound(&self, path: &str) -> bool {
            path == "/there"
        }

        fn bind(&self, path: &str) -> error::Result<()> {
            if path != "/there" {
                return Err(error::Error::NotFound { what: "device", name: path.into() });
            }
            device::note_ported(path.into(), "fake", State::Bound);
            Ok(())
        }
    }

    #[test]
    fn devices_are_bound_and_unbound() {
        device::set_binder(&Fake);
        device::note_ported("/there".into(), "fake", State::Failed("error -5".into()));
        assert!(
            output("device list").contains("/there  fake    failed  error -5"),
            "{}",
            output("device list")
        );
        assert!(output("device rebind /there").contains("device bound"));
        assert!(output("device unbind /there").contains("device unbound"));
        assert!(output("device list").contains("unbound"));
        assert!(output("device bind /other").contains("/other"));
    }
}
