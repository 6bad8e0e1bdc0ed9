// SPDX-License-Identifier: GPL-2.0-only
//! `console`: the host console becomes that of a guest.

use alloc::string::String;
use alloc::vec::Vec;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::{Error, suggest};
use crate::value::{Table, clean};

/// `console`
pub const COMMAND: Command = Command {
    name: "console",
    summary: "the consoles of guests",
    actions: &[Action {
        name: "",
        params: &[Param::optional("GUEST[/UART]", Kind::Port)],
        json: true,
        summary: "go to the console of a guest; without a guest: list the consoles",
        help: "The last lines of the guest's output are shown, then all keys go to the guest, Ctrl-C among them.\n\
               One key comes back to the prompt, Ctrl-] unless the board says otherwise; the same key at the empty\n\
               prompt goes to the console seen last, or to the only one.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let Some(name) = ctx.arg(0).map(String::from) else {
        let mut table = Table::new(&["CONSOLE", "WRITTEN", "READ", "WAITING"]);
        for port in io::serial::ports() {
            let stats = port.stats();
            table.row([
                port.name().into(),
                stats.written.into(),
                stats.delivered.into(),
                stats.waiting.into(),
            ]);
        }
        return ctx.show(table);
    };
    match io::serial::find(&name) {
        Ok(port) => ctx.shell.attach(String::from(port.name())),
        Err(_) => {
            let ports = io::serial::ports();
            let names = ports.iter().flat_map(|p| [Some(p.name()), p.name().split('/').next()]).flatten();
            let list = ports.iter().map(|p| p.name()).collect::<Vec<_>>().join(", ");
            return Err(Error::Unknown {
                what: "console",
                found: clean(&name).into_owned(),
                suggestion: suggest(&name, names),
                expected: if list.is_empty() {
                    String::from("a guest that was created: there is none with a serial port")
                } else {
                    alloc::format!("one of: {list}")
                },
            });
        }
    }
    Ok(())
}
