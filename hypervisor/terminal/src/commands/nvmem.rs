// SPDX-License-Identifier: GPL-2.0-only
//! `nvmem`: the host's non-volatile memories.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;

use io::nvmem::{self, Nvmem};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::hexdump::{self, ROW};
use crate::value::{Record, Table, Value, clean};

/// Most bytes that are shown at a time.
const MOST: usize = 4096;

/// `nvmem`
pub const COMMAND: Command = Command {
    name: "nvmem",
    summary: "the host's non-volatile memories: fuses, EEPROMs, battery-backed registers",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the memories and the cells in them",
            help: "",
            run: list,
        },
        Action {
            name: "read",
            params: &[
                Param::one("MEMORY", Kind::Word),
                Param::optional("OFFSET", Kind::Number),
                Param::optional("COUNT", Kind::Number),
            ],
            json: true,
            summary: "show what a memory holds",
            help: "At most 4096 bytes at a time.",
            run: read,
        },
    ],
};

fn find(ctx: &Ctx<'_>) -> Result<Arc<Nvmem>, Error> {
    let name = ctx.arg(0).unwrap_or_default();
    nvmem::find(name)
        .ok_or_else(|| Error::argument("MEMORY", clean(name), "a memory that 'nvmem list' shows"))
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["MEMORY", "SIZE", "WORD", "WRITABLE", "CELLS"]);
    for memory in nvmem::list() {
        let info = memory.info();
        let cells = memory.cells().into_iter().map(|c| Value::from(c.name)).collect();
        table.row([
            info.name.as_str().into(),
            Value::Bytes(info.size as u64),
            info.word.into(),
            (!info.read_only).into(),
            Value::List(cells),
        ]);
    }
    ctx.show(table)
}

fn read(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let memory = find(ctx)?;
    let at = |n| ctx.number(n).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let offset = at(1).unwrap_or(0);
    let mut bytes = vec![0; at(2).unwrap_or(memory.info().size.saturating_sub(offset)).min(MOST)];
    let count = memory.read(offset, &mut bytes).map_err(Error::failed)?;
    bytes.truncate(count);
    if ctx.json {
        let mut hex = String::new();
        bytes.iter().try_for_each(|b| write!(hex, "{b:02x}"))?;
        return ctx.show(Record::new().with("offset", Value::Hex(offset as u64)).with("bytes", hex));
    }
    for (n, row) in bytes.chunks(ROW).enumerate() {
        let row: Vec<Option<u8>> = row.iter().copied().map(Some).collect();
        hexdump::row(ctx, (offset + n * ROW) as u64, &row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::fake::output;
    use io::Fault;
    use io::nvmem::{Info, Memory};

    struct Fuses;

    impl Memory for Fuses {
        fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), Fault> {
            into.iter_mut().enumerate().for_each(|(n, b)| *b = (offset + n) as u8);
            Ok(())
        }
    }

    #[test]
    fn memories_are_listed_and_read() {
        let info =
            Info { name: "fuses".into(), size: 64, word: 4, stride: 4, read_only: true, secret: false };
        io::nvmem::register(info, Box::new(Fuses)).unwrap();
        assert!(output("nvmem list").contains("fuses   64 B     4  no        -"));
        assert_eq!(output("nvmem read fuses 8 4 --json"), "{\"offset\":\"0x8\",\"bytes\":\"08090a0b\"}\n");
        assert_eq!(output("nvmem read fuses").lines().count(), 4);
        assert!(output("nvmem read fuses 64").starts_with("error: nvmem read"));
    }
}
