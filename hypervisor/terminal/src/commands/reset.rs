// SPDX-License-Identifier: GPL-2.0-only
//! `reset`: the whole machine starts anew. `reset list`: the reset lines of its devices.

#[cfg(feature = "devices")]
use kernel::reset::{self, Mode};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
#[cfg(feature = "devices")]
use crate::value::{Table, Value};

/// `reset`
pub const COMMAND: Command = Command {
    name: "reset",
    summary: "start the whole machine anew; list the reset lines of its devices",
    actions: &[
        Action {
            name: "",
            params: &[],
            json: false,
            summary: "reset the machine at once, guests and all",
            help: "'guest reset' resets one guest. Guests are not asked: shut them down before, if they have disks.",
            run,
        },
        #[cfg(feature = "devices")]
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the reset lines that drivers use",
            help: "IN RESET says what the hardware says. A shared line stays deasserted while one of its users wants\n\
                   it so: WANTED says how many do.",
            run: list,
        },
    ],
};

#[cfg(feature = "devices")]
fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["CONTROLLER", "LINE", "IN RESET", "USE", "WANTED", "USERS"]);
    for r in reset::list() {
        let mode = match r.mode {
            Mode::Exclusive => "exclusive",
            Mode::Released => "in turn",
            Mode::Shared => "shared",
        };
        table.row([
            r.controller.into(),
            r.line.into(),
            r.asserted.map_or(Value::Null, Value::from),
            mode.into(),
            if r.mode == Mode::Shared { r.deasserts.into() } else { Value::Null },
            Value::List(r.users.into_iter().map(Value::from).collect()),
        ]);
    }
    ctx.show(table)
}

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    ctx.done("resetting")?;
    kernel::power::announce(kernel::power::End::Restart);
    Err(Error::failed(kernel::power::reset()))
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use kernel::reset::{Caps, Mode, Reset, ResetOps, Result, register};

    struct Up;
    impl ResetOps for Up {
        fn caps(&self) -> Caps {
            Caps::STATUS
        }
        fn status(&self, line: u32) -> Result<bool> {
            Ok(line == 3)
        }
    }

    #[test]
    fn lists_lines_in_use() {
        let controller = register("ccu", 0, 8, Box::new(Up));
        let _a = Reset::new(&controller, 5, Mode::Exclusive, "mmc0:ahb").unwrap();
        let _b = Reset::new(&controller, 3, Mode::Shared, "usb0").unwrap();
        let _c = Reset::new(&controller, 3, Mode::Shared, "usb1").unwrap();
        assert_eq!(
            crate::fake::output("reset list"),
            "CONTROLLER  LINE  IN RESET  USE        WANTED  USERS\n\
             ccu            3  yes       shared          0  usb0, usb1\n\
             ccu            5  no        exclusive       -  mmc0:ahb\n"
        );
    }

    #[test]
    fn says_why_the_machine_stays_up() {
        assert_eq!(
            crate::fake::output("reset"),
            "resetting\nerror: reset: the firmware lacks the function\n"
        );
    }
}
