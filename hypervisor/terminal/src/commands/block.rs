// SPDX-License-Identifier: GPL-2.0-only
//! `block`: disks and their partitions, block by block.

mod change;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use io::block::{self, BlockError, Device, Op, Volume};
use io::fs;
use kernel::mm::segment::Buffer;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::hexdump::{self, ROW};
use crate::value::{Record, Table, Value};

/// Most bytes shown at once.
const MOST: u64 = 64 << 10;
/// Bytes that are hashed, copied or filled in one go.
const PIECE: usize = 512 << 10;

const VOLUME: Param = Param::one("VOLUME", Kind::Word);
const BLOCK: Param = Param::one("BLOCK", Kind::Number);
const COUNT: Param = Param::one("COUNT", Kind::Number);
/// Blocks of file systems and tables are written only with this word.
const FORCE: Param = Param::optional("FORCE", Kind::Choice(&["force"]));

/// `block`
pub const COMMAND: Command = Command {
    name: "block",
    summary: "disks and their partitions, block by block",
    actions: &[
        Action {
            name: "list",
            params: &[],
            json: true,
            summary: "list the disks and their partitions",
            help: "A partition is named by its disk, 'p' and its number. Reading a partition table may take a while.",
            run: list,
        },
        Action {
            name: "info",
            params: &[Param::one("DISK", Kind::Word)],
            json: true,
            summary: "show a disk, its work so far, and what is wrong with its partition table",
            help: "",
            run: info,
        },
        Action {
            name: "read",
            params: &[VOLUME, BLOCK, Param::optional("COUNT", Kind::Number)],
            json: true,
            summary: "show the contents of blocks",
            help: "VOLUME is a disk or a partition.",
            run: read,
        },
        Action {
            name: "hash",
            params: &[VOLUME, Param::optional("BLOCK", Kind::Number), Param::optional("COUNT", Kind::Number)],
            json: true,
            summary: "show the SHA-256 of blocks: all, or COUNT from BLOCK on",
            help: "",
            run: hash,
        },
        Action {
            name: "scan",
            params: &[VOLUME, Param::optional("BLOCK", Kind::Number), Param::optional("COUNT", Kind::Number)],
            json: true,
            summary: "read blocks and say how long that took: all, or COUNT from BLOCK on",
            help: "What is read goes nowhere. Ends at the first block that cannot be read, with its number.",
            run: scan,
        },
        Action {
            name: "copy",
            params: &[
                VOLUME,
                BLOCK,
                COUNT,
                Param::one("TARGET", Kind::Word),
                Param::one("AT", Kind::Number),
                FORCE,
            ],
            json: true,
            summary: "copy COUNT blocks of VOLUME from BLOCK on to block AT of TARGET",
            help: "What is there is overwritten. Ends with a flush. The ranges must not overlap.",
            run: change::copy,
        },
        Action {
            name: "write",
            params: &[
                VOLUME,
                BLOCK,
                Param::one("OFFSET", Kind::Number),
                Param::one("BYTES", Kind::Word),
                FORCE,
            ],
            json: true,
            summary: "write bytes, given in hexadecimal digits, from OFFSET bytes into BLOCK on",
            help: "The blocks are read, changed and written back; what is around the bytes stays. Ends with a flush.",
            run: change::write,
        },
        Action {
            name: "fill",
            params: &[VOLUME, BLOCK, COUNT, Param::one("BYTE", Kind::Number), FORCE],
            json: true,
            summary: "fill blocks with a byte",
            help: "Ends with a flush.",
            run: change::fill,
        },
        Action {
            name: "erase",
            params: &[VOLUME, BLOCK, COUNT, FORCE],
            json: true,
            summary: "erase blocks: what they hold is lost",
            help: "What erased blocks read as, the device decides: 'fill' writes zeros.",
            run: change::erase,
        },
        Action {
            name: "flush",
            params: &[Param::one("DISK", Kind::Word)],
            json: true,
            summary: "have everything written so far reach the medium",
            help: "",
            run: change::flush,
        },
    ],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["NAME", "SIZE", "BLOCK", "KIND", "ACCESS", "LABEL"]);
    for device in block::list() {
        let info = device.info();
        let access = if info.read_only { "read only" } else { "read, write" };
        table.row([
            info.name.as_str().into(),
            Value::Bytes(device.bytes()),
            u64::from(info.block_size).into(),
            info.model.as_str().into(),
            access.into(),
            Value::Null,
        ]);
        let Ok(parts) = fs::partitions(&device) else { continue };
        for part in &parts.partitions {
            table.row([
                format!("{}p{}", info.name, part.number).into(),
                Value::Bytes(part.blocks.saturating_mul(u64::from(info.block_size))),
                u64::from(info.block_size).into(),
                part.kind.as_str().into(),
                access.into(),
                if part.label.is_empty() { Value::Null } else { part.label.as_str().into() },
            ]);
        }
    }
    ctx.show(table)
}

fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let device = block::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let parts = fs::partitions(&device);
    let (info, stats) = (device.info(), device.stats());
    let (kind, faults) = match &parts {
        Ok(table) => (table.kind.name(), table.faults.clone()),
        Err(error) => ("unknown", alloc::vec![format!("{error}")]),
    };
    let faults: Vec<Value> = faults.into_iter().map(Value::from).collect();
    ctx.show(
        Record::new()
            .with("name", info.name.as_str())
            .with("model", info.model.as_str())
            .with("size", Value::Bytes(device.bytes()))
            .with("block", u64::from(info.block_size))
            .with("blocks", info.blocks)
            .with("read_only", info.read_only)
            .with("removable", info.removable)
            .with("partitions", kind)
            .with("faults", Value::List(faults))
            .with("reads", stats.reads)
            .with("read_bytes", Value::Bytes(stats.read_bytes))
            .with("writes", stats.writes)
            .with("written_bytes", Value::Bytes(stats.written_bytes))
            .with("flushes", stats.flushes)
            .with("errors", stats.errors)
            .with("merged", stats.merged)
            .with("waited", Value::Nanos(stats.waited_ns)),
    )
}

/// The volume of the argument `n`.
fn volume(ctx: &Ctx<'_>, n: usize) -> Result<Volume, Error> {
    fs::volume(ctx.arg(n).unwrap_or_default()).map_err(Error::failed)
}

/// Checks a range of a volume; gives the first block on the disk.
fn range(volume: &Volume, first: u64, count: u64) -> Result<u64, Error> {
    let inside = first.checked_add(count).is_some_and(|end| end <= volume.blocks);
    if count == 0 || !inside {
        let expected = format!("1 or more blocks of the {} of {}", volume.blocks, volume.name);
        return Err(Error::argument("BLOCK", format!("{count} blocks at {first}"), expected));
    }
    Ok(volume.first.saturating_add(first))
}

fn block_size(device: &Device) -> u64 {
    u64::from(device.info().block_size)
}

fn read(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let (first, count) = (ctx.number(1).unwrap_or_default(), ctx.number(2).unwrap_or(1));
    let at = range(&volume, first, count)?;
    let size = block_size(&volume.device);
    let bytes = count.saturating_mul(size);
    if bytes > MOST {
        return Err(Error::argument("COUNT", format!("{count}"), format!("at most {} blocks", MOST / size)));
    }
    let mut data = alloc::vec![0; bytes as usize];
    volume.device.read(at, &mut data).map_err(|why| fault(&volume, why))?;
    if ctx.json {
        let mut hex = String::new();
        data.iter().try_for_each(|byte| write!(hex, "{byte:02x}"))?;
        return ctx.show(Record::new().with("block", first).with("length", bytes).with("bytes", hex));
    }
    for (n, row) in data.chunks(ROW).enumerate() {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let row: Vec<Option<u8>> = row.iter().map(|byte| Some(*byte)).collect();
        hexdump::row(ctx, first * size + (n * ROW) as u64, &row)?;
    }
    Ok(())
}

/// Shows a hash, and the nanoseconds that it took altogether and for reading alone.
pub(super) fn show_hash(
    ctx: &mut Ctx<'_>,
    name: &str,
    bytes: u64,
    hash: [u8; 32],
    (time, reading): (u64, u64),
) -> Result<(), Error> {
    let mut text = String::new();
    hash.iter().try_for_each(|byte| write!(text, "{byte:02x}"))?;
    ctx.show(
        Record::new()
            .with("name", name)
            .with("bytes", bytes)
            .with("sha256", text)
            .with("time", Value::Nanos(time))
            .with("reading", Value::Nanos(reading)),
    )
}

fn hash(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let first = ctx.number(1).unwrap_or_default();
    let count = ctx.number(2).unwrap_or(volume.blocks.saturating_sub(first));
    let at = range(&volume, first, count)?;
    let (size, start) = (block_size(&volume.device), ctx.shell.now_ns());
    let buffer = Buffer::new(PIECE).map_err(Error::failed)?;
    let (mut done, mut reading, mut stopped) = (0, 0, false);
    // What is in the buffer, and how much of it was taken.
    let (mut filled, mut taken) = (0, 0);
    let found = fs::hash(&mut |to: &mut [u8]| {
        if taken == filled {
            stopped |= ctx.shell.interrupted();
            let now = (count - done).min(PIECE as u64 / size);
            if stopped || now == 0 {
                return Ok(0);
            }
            let begin = ctx.shell.now_ns();
            (filled, taken) = ((now * size) as usize, 0);
            let segments = alloc::vec![buffer.segment(0, filled)];
            let fault = |why| io::Error::Disk { name: volume.name.clone(), why };
            volume.device.transfer(Op::Read, at + done, now, segments).map_err(fault)?;
            reading += ctx.shell.now_ns().saturating_sub(begin);
            done += now;
        }
        let len = to.len().min(filled - taken);
        buffer.read(taken, to.get_mut(..len).unwrap_or_default());
        taken += len;
        Ok(len)
    });
    if stopped {
        return Err(Error::Interrupted);
    }
    let ns = ctx.shell.now_ns().saturating_sub(start);
    show_hash(ctx, &volume.name, count * size, found.map_err(Error::failed)?, (ns, reading))
}

fn scan(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let first = ctx.number(1).unwrap_or_default();
    let count = ctx.number(2).unwrap_or(volume.blocks.saturating_sub(first));
    let at = range(&volume, first, count)?;
    let size = block_size(&volume.device);
    let buffer = Buffer::new(PIECE).map_err(Error::failed)?;
    let start = ctx.shell.now_ns();
    let mut done = 0;
    while done < count {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let now = (count - done).min(PIECE as u64 / size);
        let segments = alloc::vec![buffer.segment(0, (now * size) as usize)];
        let read = volume.device.transfer(Op::Read, at + done, now, segments);
        read.map_err(|why| {
            Error::failed(format!("{}: {why}: {now} blocks at {}", volume.name, first + done))
        })?;
        done += now;
    }
    let ns = ctx.shell.now_ns().saturating_sub(start);
    let bytes = count * size;
    ctx.show(
        Record::new()
            .with("name", volume.name.as_str())
            .with("bytes", Value::Bytes(bytes))
            .with("time", Value::Nanos(ns))
            .with(
                "per_second",
                Value::Bytes((u128::from(bytes) * 1_000_000_000 / u128::from(ns.max(1))) as u64),
            ),
    )
}

/// The error of a disk, with the name of the volume.
fn fault(volume: &Volume, why: BlockError) -> Error {
    Error::failed(io::Error::Disk { name: volume.name.clone(), why })
}

#[cfg(test)]
mod tests;
