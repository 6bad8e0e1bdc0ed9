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
    actions: &[
        Action {
            name: "",
            params: &[Param::optional("GUEST[/UART]", Kind::Port)],
            json: true,
            summary: "go to the console of a guest; without a guest: list the consoles",
            help: "The last lines of the guest's output are shown, then all keys go to the guest, Ctrl-C among them.\n\
                   One key comes back to the prompt, Ctrl-] unless the board says otherwise; the same key at the empty\n\
                   prompt goes to the console seen last, or to the only one.",
            run,
        },
        #[cfg(feature = "virtio")]
        Action {
            name: "size",
            params: &[
                Param::one("GUEST[/UART]", Kind::Port),
                Param::one("COLUMNS", Kind::Number),
                Param::one("ROWS", Kind::Number),
            ],
            json: true,
            summary: "tell a guest how large the terminal at its console is",
            help: "For ports of virtio consoles; a UART has no way to say it. The size stays until it is set again, also\n\
                   when the guest is reset. The hypervisor does not ask your terminal: 80 columns and 24 rows at first.",
            run: size,
        },
    ],
};

#[cfg(feature = "virtio")]
fn size(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let size = |n| ctx.number(n).and_then(|number| u16::try_from(number).ok()).filter(|&number| number != 0);
    let (Some(columns), Some(rows)) = (size(1), size(2)) else {
        return Err(Error::argument("COLUMNS, ROWS", "others", "numbers from 1 to 65535"));
    };
    let port = find(ctx.arg(0).unwrap_or_default())?;
    if !port.resize(columns, rows) {
        let expected = "a port of a virtio console: a UART cannot tell its guest";
        return Err(Error::argument("GUEST[/UART]", port.name(), expected));
    }
    ctx.done(&alloc::format!("{} is told of {columns} columns and {rows} rows", port.name()))
}

/// The port of this name.
fn find(name: &str) -> Result<alloc::sync::Arc<io::serial::Port>, Error> {
    io::serial::find(name).map_err(|_| {
        let ports = io::serial::ports();
        let names = ports.iter().flat_map(|p| [Some(p.name()), p.name().split('/').next()]).flatten();
        let list = ports.iter().map(|p| p.name()).collect::<Vec<_>>().join(", ");
        Error::Unknown {
            what: "console",
            found: clean(name).into_owned(),
            suggestion: suggest(name, names),
            expected: if list.is_empty() {
                String::from("a guest that was created: there is none with a serial port")
            } else {
                alloc::format!("one of: {list}")
            },
        }
    })
}

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
    let port = find(&name)?;
    ctx.shell.attach(String::from(port.name()));
    Ok(())
}
