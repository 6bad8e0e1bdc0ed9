// SPDX-License-Identifier: GPL-2.0-only
//! Transfers and SMBus commands of C drivers.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_uint, c_ushort};

use io::i2c::{Block, Direction, Flags, Kind, Msg, smbus};

use super::adapter::{core, error};
use crate::bindings::{self, i2c_adapter, i2c_client, i2c_msg, i2c_smbus_data};
use crate::errno::{Errno, Result, int_to_c};

crate::exports! {
    family "i2c";
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_transfer(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int) -> c_int = transfer;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn __i2c_transfer(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int) -> c_int = transfer_unlocked;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_transfer_buffer_flags(client: *const i2c_client, buf: *mut c_char, count: c_int, flags: u16) -> c_int = transfer_buffer;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_xfer(adapter: *mut i2c_adapter, addr: u16, flags: c_ushort, read_write: c_char, command: u8, protocol: c_int, data: *mut i2c_smbus_data) -> i32 = smbus_xfer;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn __i2c_smbus_xfer(adapter: *mut i2c_adapter, addr: u16, flags: c_ushort, read_write: c_char, command: u8, protocol: c_int, data: *mut i2c_smbus_data) -> i32 = smbus_xfer_unlocked;
    [any, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_pec(crc: u8, p: *mut u8, count: usize) -> u8 = pec;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_byte(client: *const i2c_client) -> i32 = read_byte;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_write_byte(client: *const i2c_client, value: u8) -> i32 = write_byte;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_byte_data(client: *const i2c_client, command: u8) -> i32 = read_byte_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_write_byte_data(client: *const i2c_client, command: u8, value: u8) -> i32 = write_byte_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_word_data(client: *const i2c_client, command: u8) -> i32 = read_word_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_write_word_data(client: *const i2c_client, command: u8, value: u16) -> i32 = write_word_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_block_data(client: *const i2c_client, command: u8, values: *mut u8) -> i32 = read_block_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_write_block_data(client: *const i2c_client, command: u8, length: u8, values: *const u8) -> i32 = write_block_data;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_i2c_block_data(client: *const i2c_client, command: u8, length: u8, values: *mut u8) -> i32 = read_i2c_block;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_write_i2c_block_data(client: *const i2c_client, command: u8, length: u8, values: *const u8) -> i32 = write_i2c_block;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_smbus_read_i2c_block_data_or_emulated(client: *const i2c_client, command: u8, length: u8, values: *mut u8) -> i32 = read_i2c_block_or_emulated;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_lock_bus(adapter: *mut i2c_adapter, flags: c_uint) -> () = lock;
    [any, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_trylock_bus(adapter: *mut i2c_adapter, flags: c_uint) -> c_int = try_lock;
    [any, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_unlock_bus(adapter: *mut i2c_adapter, flags: c_uint) -> () = unlock;
}

/// Messages of C, with the buffers that they promise: one whose length the device announces has room for a block more.
pub(super) unsafe fn messages<'a>(msgs: *mut i2c_msg, num: c_int) -> Result<Vec<Msg<'a>>> {
    let count = usize::try_from(num).ok().filter(|n| *n > 0 && !msgs.is_null()).ok_or(Errno::EINVAL)?;
    // SAFETY: the C caller's messages, each with its buffer.
    let raw = unsafe { core::slice::from_raw_parts(msgs, count) };
    raw.iter()
        .map(|m| {
            let flags = Flags::from_bits_retain(m.flags);
            let len = usize::from(m.len);
            let room = if flags.contains(Flags::RECV_LEN) { len + smbus::BLOCK_MAX } else { len };
            let buffer: &mut [u8] = match (room, m.buf.is_null()) {
                (0, _) => &mut [],
                (_, true) => return Err(Errno::EINVAL),
                // SAFETY: as above.
                (_, false) => unsafe { core::slice::from_raw_parts_mut(m.buf, room) },
            };
            Ok(Msg { address: m.addr, flags, buffer, len })
        })
        .collect()
}

pub(super) unsafe fn run(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int, locked: bool) -> Result<c_int> {
    // SAFETY: the C caller's adapter and messages.
    unsafe {
        let adapter = core(adap)?;
        let mut list = messages(msgs, num)?;
        let done = if locked { adapter.transfer_unlocked(&mut list) } else { adapter.transfer(&mut list) };
        let done = done.map_err(error)?;
        for (n, m) in list.iter().enumerate().filter(|(_, m)| m.flags.contains(Flags::RECV_LEN)) {
            (*msgs.add(n)).len = m.len as u16;
        }
        Ok(done as c_int)
    }
}

pub(super) unsafe fn transfer(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int) -> c_int {
    // SAFETY: as the C caller says.
    int_to_c(unsafe { run(adap, msgs, num, false) })
}

pub(super) unsafe fn transfer_unlocked(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int) -> c_int {
    // SAFETY: as the C caller says.
    int_to_c(unsafe { run(adap, msgs, num, true) })
}

/// The number of bytes.
pub(super) unsafe fn transfer_buffer(client: *const i2c_client, buf: *mut c_char, count: c_int, flags: u16) -> c_int {
    // SAFETY: the C caller's client, and a buffer of that size.
    unsafe {
        let Ok(len) = u16::try_from(count) else { return Errno::EINVAL.to_c() };
        let flags = flags | (*client).flags & bindings::I2C_M_TEN as u16;
        let mut msg = i2c_msg { addr: (*client).addr, flags, len, buf: buf.cast() };
        match transfer((*client).adapter, &raw mut msg, 1) {
            1 => count,
            other => other,
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "Linux's function has as many")]
pub(super) unsafe fn command(
    adapter: *mut i2c_adapter,
    address: u16,
    flags: u16,
    read_write: c_char,
    command: u8,
    protocol: c_int,
    data: *mut i2c_smbus_data,
    locked: bool,
) -> Result<c_int> {
    // SAFETY: the C caller's adapter; its data is null or a whole union.
    unsafe {
        let adapter = core(adapter)?;
        let kind = Kind::from_number(protocol as u32).ok_or(Errno::EOPNOTSUPP)?;
        let direction = if read_write == 0 { Direction::Write } else { Direction::Read };
        let flags = Flags::from_bits_retain(flags) & (Flags::TEN | smbus::PEC);
        let mut block = data.as_ref().map_or_else(Block::default, |data| Block(data.block));
        let done = if locked {
            adapter.smbus_unlocked(address, flags, direction, command, kind, &mut block)
        } else {
            adapter.smbus(address, flags, direction, command, kind, &mut block)
        };
        if let (Ok(()), Some(data)) = (&done, data.as_mut()) {
            data.block = block.0;
        }
        done.map(|()| 0).map_err(error)
    }
}

pub(super) unsafe fn smbus_xfer(
    adapter: *mut i2c_adapter,
    addr: u16,
    flags: c_ushort,
    read_write: c_char,
    code: u8,
    protocol: c_int,
    data: *mut i2c_smbus_data,
) -> i32 {
    // SAFETY: as the C caller says.
    int_to_c(unsafe { command(adapter, addr, flags, read_write, code, protocol, data, false) })
}

pub(super) unsafe fn smbus_xfer_unlocked(
    adapter: *mut i2c_adapter,
    addr: u16,
    flags: c_ushort,
    read_write: c_char,
    code: u8,
    protocol: c_int,
    data: *mut i2c_smbus_data,
) -> i32 {
    // SAFETY: as the C caller says.
    int_to_c(unsafe { command(adapter, addr, flags, read_write, code, protocol, data, true) })
}

pub(super) unsafe fn pec(crc: u8, p: *mut u8, count: usize) -> u8 {
    // SAFETY: the C caller's bytes.
    smbus::pec(crc, unsafe { core::slice::from_raw_parts(p, count) })
}

/// A command to a client; what was read.
pub(super) unsafe fn ask(
    client: *const i2c_client,
    direction: Direction,
    command: u8,
    kind: Kind,
    mut data: Block,
) -> Result<Block> {
    // SAFETY: the C caller's client.
    unsafe {
        let flags = Flags::from_bits_retain((*client).flags) & (Flags::TEN | smbus::PEC);
        let adapter = core((*client).adapter)?;
        adapter.smbus((*client).addr, flags, direction, command, kind, &mut data).map_err(error)?;
    }
    Ok(data)
}

pub(super) unsafe fn read_byte(client: *const i2c_client) -> i32 {
    // SAFETY: the C caller's client.
    let read = unsafe { ask(client, Direction::Read, 0, Kind::Byte, Block::default()) };
    int_to_c(read.map(|data| data.byte().into()))
}

pub(super) unsafe fn write_byte(client: *const i2c_client, value: u8) -> i32 {
    // SAFETY: the C caller's client.
    int_to_c(unsafe { ask(client, Direction::Write, value, Kind::Byte, Block::default()) }.map(|_| 0))
}

pub(super) unsafe fn read_byte_data(client: *const i2c_client, command: u8) -> i32 {
    // SAFETY: the C caller's client.
    let read = unsafe { ask(client, Direction::Read, command, Kind::ByteData, Block::default()) };
    int_to_c(read.map(|data| data.byte().into()))
}

pub(super) unsafe fn write_byte_data(client: *const i2c_client, command: u8, value: u8) -> i32 {
    // SAFETY: the C caller's client.
    int_to_c(unsafe { ask(client, Direction::Write, command, Kind::ByteData, Block::of_byte(value)) }.map(|_| 0))
}

pub(super) unsafe fn read_word_data(client: *const i2c_client, command: u8) -> i32 {
    // SAFETY: the C caller's client.
    let read = unsafe { ask(client, Direction::Read, command, Kind::WordData, Block::default()) };
    int_to_c(read.map(|data| data.word().into()))
}

pub(super) unsafe fn write_word_data(client: *const i2c_client, command: u8, value: u16) -> i32 {
    // SAFETY: the C caller's client.
    int_to_c(unsafe { ask(client, Direction::Write, command, Kind::WordData, Block::of_word(value)) }.map(|_| 0))
}

/// The bytes of a block go to the C caller; their number is the result.
pub(super) unsafe fn hand_out(data: &Block, values: *mut u8) -> c_int {
    let bytes = data.block();
    // SAFETY: the C caller has room for as many as it asked for, or for a whole block.
    unsafe { values.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    bytes.len() as c_int
}

/// A block of the C caller's, cut to what fits as in Linux.
pub(super) unsafe fn take_in(length: u8, values: *const u8) -> Block {
    let len = usize::from(length).min(smbus::BLOCK_MAX);
    // SAFETY: the C caller has that many bytes.
    Block::of_block(unsafe { core::slice::from_raw_parts(values, len) }).unwrap_or_default()
}

pub(super) unsafe fn read_block_data(client: *const i2c_client, command: u8, values: *mut u8) -> i32 {
    // SAFETY: as the C caller says.
    unsafe {
        let read = ask(client, Direction::Read, command, Kind::BlockData, Block::default());
        int_to_c(read.map(|data| hand_out(&data, values)))
    }
}

pub(super) unsafe fn write_block_data(client: *const i2c_client, command: u8, length: u8, values: *const u8) -> i32 {
    // SAFETY: as the C caller says.
    unsafe {
        let data = take_in(length, values);
        int_to_c(ask(client, Direction::Write, command, Kind::BlockData, data).map(|_| 0))
    }
}

pub(super) unsafe fn read_i2c_block(client: *const i2c_client, command: u8, length: u8, values: *mut u8) -> i32 {
    let length = length.min(smbus::BLOCK_MAX as u8);
    // SAFETY: as the C caller says.
    unsafe {
        let read = ask(client, Direction::Read, command, Kind::I2cBlockData, Block::of_byte(length));
        int_to_c(read.map(|data| hand_out(&data, values)))
    }
}

pub(super) unsafe fn write_i2c_block(client: *const i2c_client, command: u8, length: u8, values: *const u8) -> i32 {
    // SAFETY: as the C caller says.
    unsafe {
        let data = take_in(length, values);
        int_to_c(ask(client, Direction::Write, command, Kind::I2cBlockData, data).map(|_| 0))
    }
}

/// As a block, else word by word and byte by byte.
pub(super) unsafe fn read_i2c_block_or_emulated(client: *const i2c_client, first: u8, length: u8, values: *mut u8) -> i32 {
    use io::i2c::Functions;
    let length = length.min(smbus::BLOCK_MAX as u8);
    // SAFETY: as the C caller says.
    unsafe {
        let can = match core((*client).adapter) {
            Ok(adapter) => adapter.functions(),
            Err(error) => return error.to_c(),
        };
        if can.contains(Functions::READ_I2C_BLOCK) {
            return read_i2c_block(client, first, length, values);
        }
        if !can.contains(Functions::READ_BYTE_DATA) {
            return Errno::EOPNOTSUPP.to_c();
        }
        for n in 0..length {
            let byte = read_byte_data(client, first.wrapping_add(n));
            if byte < 0 {
                return byte;
            }
            values.add(n.into()).write(byte as u8);
        }
        length.into()
    }
}

pub(super) unsafe fn lock(adapter: *mut i2c_adapter, _flags: c_uint) {
    // SAFETY: the C caller's adapter.
    if let Ok(adapter) = unsafe { core(adapter) } {
        adapter.lock();
    }
}

pub(super) unsafe fn try_lock(adapter: *mut i2c_adapter, _flags: c_uint) -> c_int {
    // SAFETY: the C caller's adapter.
    unsafe { core(adapter) }.is_ok_and(|adapter| adapter.try_lock()).into()
}

pub(super) unsafe fn unlock(adapter: *mut i2c_adapter, _flags: c_uint) {
    // SAFETY: the C caller's adapter.
    if let Ok(adapter) = unsafe { core(adapter) } {
        adapter.unlock();
    }
}
