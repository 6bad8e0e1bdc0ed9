// SPDX-License-Identifier: GPL-2.0-only
//! `fs`: files on disks, for reading.

use alloc::format;
use alloc::vec;
use core::fmt::Write;

use io::fs::{self, File};

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Table, Value, clean};

/// Most bytes that are shown.
const MOST: usize = 64 << 10;
/// Bytes read in one go.
const PIECE: usize = 128 << 10;

const PATH: Param = Param::one("PATH", Kind::Word);

/// `fs`
pub const COMMAND: Command = Command {
    name: "fs",
    summary: "files on disks",
    actions: &[
        Action {
            name: "ls",
            params: &[PATH],
            json: true,
            summary: "list a directory",
            help: "PATH is VOLUME:/PATH, such as mmc0p1:/boot. FAT12, FAT16, FAT32, ext2, ext3 and ext4 are read.",
            run: ls,
        },
        Action {
            name: "cat",
            params: &[PATH],
            json: true,
            summary: "show a file of text, 64 KiB at most",
            help: "",
            run: cat,
        },
        Action {
            name: "hash",
            params: &[PATH],
            json: true,
            summary: "show the SHA-256 of a file",
            help: "",
            run: hash,
        },
        Action {
            name: "load",
            params: &[PATH, Param::one("GUEST", Kind::Guest), Param::one("ADDRESS", Kind::Number)],
            json: true,
            summary: "copy a file into a guest's memory",
            help: "ADDRESS is a guest physical address. 'guest create PATH' makes a guest whose images are files.",
            run: load,
        },
    ],
};

fn ls(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let entries = fs::list(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let mut table = Table::new(&["NAME", "KIND", "SIZE"]);
    for entry in entries {
        let size = if entry.kind == fs::EntryKind::File { entry.size.into() } else { Value::Null };
        table.row([entry.name.into(), entry.kind.name().into(), size]);
    }
    ctx.show(table)
}

fn cat(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let data = fs::read_file(ctx.arg(0).unwrap_or_default(), MOST).map_err(Error::failed)?;
    let text = alloc::string::String::from_utf8_lossy(&data);
    if ctx.json {
        return ctx.show(Record::new().with("text", &*text));
    }
    for line in text.lines() {
        writeln!(ctx, "{}", clean(line))?;
    }
    Ok(())
}

/// What takes the pieces of a file: the offset and the bytes.
type Piece<'a> = dyn FnMut(u64, &[u8]) -> Result<(), Error> + 'a;

/// Reads all of a file, piece by piece.
fn each(file: &mut File, ctx: &mut Ctx<'_>, f: &mut Piece<'_>) -> Result<(), Error> {
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while at < file.size() {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let now = (file.size() - at).min(PIECE as u64) as usize;
        let part = piece.get_mut(..now).unwrap_or_default();
        file.read_at(at, part).map_err(Error::failed)?;
        f(at, part)?;
        at += now as u64;
    }
    Ok(())
}

fn hash(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut file = fs::open(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let (start, mut at, mut reading) = (ctx.shell.now_ns(), 0, 0);
    let found = fs::hash(&mut |to: &mut [u8]| {
        let now = (file.size() - at).min(to.len() as u64) as usize;
        let begin = ctx.shell.now_ns();
        file.read_at(at, to.get_mut(..now).unwrap_or_default())?;
        reading += ctx.shell.now_ns().saturating_sub(begin);
        at += now as u64;
        Ok(now)
    });
    let ns = ctx.shell.now_ns().saturating_sub(start);
    super::block::show_hash(ctx, file.path(), file.size(), found.map_err(Error::failed)?, (ns, reading))
}

fn load(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guest = super::guest::find(ctx.arg(1).unwrap_or_default())?;
    let address = ctx.number(2).unwrap_or_default();
    let mut file = fs::open(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let size = file.size();
    guest.memory().host_range(arch::GuestPhysAddr(address), size.max(1)).map_err(Error::failed)?;
    each(&mut file, ctx, &mut |at, part| {
        guest.memory().write(arch::GuestPhysAddr(address + at), part).map_err(Error::failed)
    })?;
    ctx.done(&format!("{size} bytes loaded at {address:#x}"))
}

#[cfg(test)]
mod tests {
    use crate::fake::output;

    #[test]
    fn without_disks() {
        for (line, sub) in
            [("fs ls mmc0p1:/", "ls"), ("fs cat mmc0p1:/a", "cat"), ("fs hash mmc0p1:/a", "hash")]
        {
            let said = output(line);
            assert!(said.starts_with(&format!("error: fs {sub}: no disk 'mmc0p1': there are ")), "{said}");
        }
        assert!(output("fs load mmc0p1:/a linux0 0").contains("unknown guest"));
    }
}
