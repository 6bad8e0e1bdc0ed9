// SPDX-License-Identifier: GPL-2.0-only
//! What changes blocks. Those of a file system or a partition table are refused unless the last word is `force`.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use io::block::{self, Op, Volume};
use io::{fs, partition};
use kernel::mm::segment::Buffer;

use super::{PIECE, block_size, fault, range, volume};
use crate::command::Ctx;
use crate::error::Error;

/// Checks that blocks of a volume may be changed; gives the first of them on the disk. `force` is the place of that word
/// among the arguments.
fn target(ctx: &Ctx<'_>, volume: &Volume, first: u64, count: u64, force: usize) -> Result<u64, Error> {
    let at = range(volume, first, count)?;
    if volume.device.info().read_only {
        return Err(fault(volume, block::BlockError::ReadOnly));
    }
    if ctx.arg(force).is_none()
        && let Some(what) = fs::occupant(&volume.device, at, count).map_err(Error::failed)?
    {
        return Err(Error::failed(format!("this would damage {what}: add 'force' if that is meant")));
    }
    Ok(at)
}

/// The end of a change: what was written reaches the medium, and partitions are looked for anew.
fn ended(volume: &Volume) -> Result<(), Error> {
    partition::forget(&volume.device);
    volume.device.flush().map_err(|why| fault(volume, why))
}

pub(super) fn copy(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let (from, to) = (volume(ctx, 0)?, volume(ctx, 3)?);
    let (first, count) = (ctx.number(1).unwrap_or_default(), ctx.number(2).unwrap_or_default());
    let source = range(&from, first, count)?;
    let target = target(ctx, &to, ctx.number(4).unwrap_or_default(), count, 5)?;
    let size = block_size(&from.device);
    if size != block_size(&to.device) {
        return Err(Error::failed("the disks have blocks of different sizes"));
    }
    let same = core::ptr::eq(&*from.device, &*to.device);
    if same && source < target.saturating_add(count) && target < source.saturating_add(count) {
        return Err(Error::failed("the ranges overlap"));
    }
    let buffer = Buffer::new(PIECE).map_err(Error::failed)?;
    let start = ctx.shell.now_ns();
    let mut done = 0;
    while done < count {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let now = (count - done).min(PIECE as u64 / size);
        let segment = || alloc::vec![buffer.segment(0, (now * size) as usize)];
        let read = from.device.transfer(Op::Read, source + done, now, segment());
        read.map_err(|why| fault(&from, why))?;
        let written = to.device.transfer(Op::Write, target + done, now, segment());
        written.map_err(|why| fault(&to, why))?;
        done += now;
    }
    ended(&to)?;
    let ns = ctx.shell.now_ns().saturating_sub(start);
    ctx.done(&format!("{count} blocks copied in {} ms", ns / 1_000_000))
}

/// Bytes given as hexadecimal digits, two each.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let pairs = digits.filter(|digits| !digits.is_empty() && digits.len().is_multiple_of(2))?;
    Some(pairs.chunks_exact(2).map(|pair| pair.iter().fold(0, |all, digit| all << 4 | digit)).collect())
}

pub(super) fn write(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let text = ctx.arg(3).unwrap_or_default();
    let Some(bytes) = bytes(text) else {
        return Err(Error::argument("BYTES", text.to_string(), "pairs of hexadecimal digits".to_string()));
    };
    let size = block_size(&volume.device);
    let (first, offset) = (ctx.number(1).unwrap_or_default(), ctx.number(2).unwrap_or_default());
    if offset >= size {
        let expected = format!("less than the {size} bytes of a block");
        return Err(Error::argument("OFFSET", format!("{offset}"), expected));
    }
    let count = (offset + bytes.len() as u64).div_ceil(size);
    let at = target(ctx, &volume, first, count, 4)?;
    let mut data = alloc::vec![0; (count * size) as usize];
    volume.device.read(at, &mut data).map_err(|why| fault(&volume, why))?;
    for (to, from) in data.iter_mut().skip(offset as usize).zip(&bytes) {
        *to = *from;
    }
    volume.device.write(at, &data).map_err(|why| fault(&volume, why))?;
    ended(&volume)?;
    ctx.done(&format!("{} bytes written", bytes.len()))
}

pub(super) fn fill(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let (first, count) = (ctx.number(1).unwrap_or_default(), ctx.number(2).unwrap_or_default());
    let byte = ctx.number(3).unwrap_or_default();
    let Ok(byte) = u8::try_from(byte) else {
        return Err(Error::argument("BYTE", format!("{byte}"), "0 to 255".to_string()));
    };
    let at = target(ctx, &volume, first, count, 4)?;
    let size = block_size(&volume.device);
    let buffer = Buffer::new(PIECE).map_err(Error::failed)?;
    buffer.write(0, &alloc::vec![byte; PIECE]);
    let mut done = 0;
    while done < count {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let now = (count - done).min(PIECE as u64 / size);
        let segments = alloc::vec![buffer.segment(0, (now * size) as usize)];
        volume.device.transfer(Op::Write, at + done, now, segments).map_err(|why| fault(&volume, why))?;
        done += now;
    }
    ended(&volume)?;
    ctx.done(&format!("{count} blocks filled"))
}

pub(super) fn erase(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let volume = volume(ctx, 0)?;
    let (first, count) = (ctx.number(1).unwrap_or_default(), ctx.number(2).unwrap_or_default());
    let at = target(ctx, &volume, first, count, 3)?;
    volume.device.erase(at, count).map_err(|why| fault(&volume, why))?;
    ended(&volume)?;
    ctx.done(&format!("{count} blocks erased"))
}

pub(super) fn flush(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let device = block::find(ctx.arg(0).unwrap_or_default()).map_err(Error::failed)?;
    let flushed = device.flush();
    flushed.map_err(|why| Error::failed(io::Error::Disk { name: device.name().to_string(), why }))?;
    ctx.done("flushed")
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn digits_become_bytes() {
        assert_eq!(bytes("55aA00"), Some(vec![0x55, 0xaa, 0]));
        for wrong in ["", "5", "5g", "0x55", "55 aa"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
