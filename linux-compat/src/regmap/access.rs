// SPDX-License-Identifier: GPL-2.0-only
//! How registers are reached, and how their numbers and values look on the way.

use crate::context::Guarded;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::sync::atomic::{Ordering, fence};

use io::i2c::{Block, Direction, Flags, Functions, Kind};

use crate::bindings::{self, i2c_client, regmap_bus, regmap_config};
use crate::errno::{Errno, Result};
use crate::io_memory::raw;

/// The way to the registers.
pub(super) enum Access {
    /// In memory.
    Memory(*mut u8),
    /// Messages to an I2C device.
    I2c(*mut i2c_client),
    /// SMBus commands to an I2C device whose adapter knows no others.
    Smbus(*mut i2c_client),
    /// Functions of a driver, with its argument.
    Bus(regmap_bus, *mut c_void),
}

/// How numbers and values look.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) reg_bytes: usize,
    pub(super) pad_bytes: usize,
    pub(super) val_bytes: usize,
    big_reg: bool,
    pub(super) big_val: bool,
    read_flags: u32,
    write_flags: u32,
}

/// Whether the most significant byte comes first.
fn big(endian: bindings::regmap_endian, otherwise: bindings::regmap_endian, default: bool) -> bool {
    let pick = |e| match e {
        bindings::REGMAP_ENDIAN_BIG => Some(true),
        bindings::REGMAP_ENDIAN_LITTLE | bindings::REGMAP_ENDIAN_NATIVE => Some(false),
        _ => None,
    };
    pick(endian).or(pick(otherwise)).unwrap_or(default)
}

impl Format {
    /// # Errors
    /// `EINVAL`: not in whole bytes, or more than four.
    pub(super) fn new(config: &regmap_config, access: &Access) -> Result<Self> {
        let bytes = |bits: i32, most: usize| {
            let bits = usize::try_from(bits).map_err(|_| Errno::EINVAL)?;
            if bits <= most * 8 { Ok(bits.div_ceil(8)) } else { Err(Errno::EINVAL) }
        };
        let (reg_default, val_default, flag) = match access {
            Access::Bus(bus, _) => {
                (bus.reg_format_endian_default, bus.val_format_endian_default, bus.read_flag_mask)
            }
            _ => (bindings::REGMAP_ENDIAN_DEFAULT, bindings::REGMAP_ENDIAN_DEFAULT, 0),
        };
        // What has no bytes on the way is as the CPU has it.
        let raw = access.is_raw();
        let own_flags = config.read_flag_mask != 0 || config.write_flag_mask != 0 || config.zero_flag_mask;
        let format = Self {
            reg_bytes: bytes(config.reg_bits, 4)?,
            pad_bytes: bytes(config.pad_bits, 4)?,
            val_bytes: bytes(config.val_bits, 4)?,
            big_reg: big(config.reg_format_endian, reg_default, true),
            big_val: big(config.val_format_endian, val_default, raw),
            read_flags: if own_flags { config.read_flag_mask as u32 } else { flag.into() },
            write_flags: if own_flags { config.write_flag_mask as u32 } else { 0 },
        };
        if format.val_bytes == 0 || (raw && format.reg_bytes == 0) { Err(Errno::EINVAL) } else { Ok(format) }
    }

    fn put(value: u32, bytes: usize, big: bool, into: &mut Vec<u8>) {
        let value = value.to_le_bytes();
        let used = value.iter().take(bytes).copied();
        if big { into.extend(used.rev()) } else { into.extend(used) }
    }

    /// A register's number as it goes over the bus, with padding.
    pub(super) fn register(&self, reg: u32, read: bool) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.reg_bytes + self.pad_bytes);
        Self::put(reg, self.reg_bytes, self.big_reg, &mut bytes);
        let flags = if read { self.read_flags } else { self.write_flags };
        for (n, byte) in bytes.iter_mut().enumerate().take(4) {
            *byte |= (flags >> (8 * n)) as u8;
        }
        bytes.resize(self.reg_bytes + self.pad_bytes, 0);
        bytes
    }

    /// A value as it goes over the bus.
    pub(super) fn value(&self, value: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.val_bytes);
        Self::put(value, self.val_bytes, self.big_val, &mut bytes);
        bytes
    }

    /// The value in bytes from the bus.
    pub(super) fn parse(&self, bytes: &[u8]) -> u32 {
        let add = |n: u32, b: &u8| n << 8 | u32::from(*b);
        if self.big_val { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    }
}

/// A register of memory, of the width of its type.
///
/// # Safety
/// `at` must be a device register of this width.
unsafe fn load(at: *mut u8, bytes: usize, big: bool) -> Result<u32> {
    // SAFETY: as the caller says.
    let value = unsafe {
        match bytes {
            1 => raw::load(at).into(),
            2 => {
                let value = raw::load(at.cast::<u16>());
                u32::from(if big { value.swap_bytes() } else { value })
            }
            4 => {
                let value = raw::load(at.cast::<u32>());
                if big { value.swap_bytes() } else { value }
            }
            _ => return Err(Errno::EINVAL),
        }
    };
    // What the device wrote before it set the register is seen after this.
    fence(Ordering::SeqCst);
    Ok(value)
}

/// # Safety
/// As [`load`].
unsafe fn store(at: *mut u8, bytes: usize, big: bool, value: u32) -> Result<()> {
    // What was written for the device to find is there before the register says so.
    fence(Ordering::SeqCst);
    // SAFETY: as the caller says.
    unsafe {
        match bytes {
            1 => raw::store(at, value as u8),
            2 => raw::store(at.cast::<u16>(), if big { (value as u16).swap_bytes() } else { value as u16 }),
            4 => raw::store(at.cast::<u32>(), if big { value.swap_bytes() } else { value }),
            _ => return Err(Errno::EINVAL),
        }
    }
    Ok(())
}

fn smbus_kind(format: &Format) -> Result<Kind> {
    match format.val_bytes {
        1 => Ok(Kind::ByteData),
        2 => Ok(Kind::WordData),
        _ => Err(Errno::EOPNOTSUPP),
    }
}

unsafe fn adapter(client: *mut i2c_client) -> Result<alloc::sync::Arc<io::i2c::Adapter>> {
    // SAFETY: the map's client, which outlives it.
    unsafe { io::i2c::get((*(*client).adapter).nr as usize).ok_or(Errno::ENODEV) }
}

impl Access {
    /// The way to an I2C device that its adapter can go.
    ///
    /// # Safety
    /// `client` must be a device that stays.
    pub(super) unsafe fn i2c(client: *mut i2c_client, config: &regmap_config) -> Result<Self> {
        // SAFETY: as the caller says.
        let can = unsafe { adapter(client) }?.functions();
        if can.contains(Functions::I2C) {
            return Ok(Self::I2c(client));
        }
        let word = Functions::READ_WORD_DATA | Functions::WRITE_WORD_DATA;
        let byte = Functions::READ_BYTE_DATA | Functions::WRITE_BYTE_DATA;
        match (config.reg_bits, config.val_bits) {
            (8, 8) if can.contains(byte) => Ok(Self::Smbus(client)),
            (8, 16) if can.contains(word) => Ok(Self::Smbus(client)),
            _ => Err(Errno::EOPNOTSUPP),
        }
    }

    /// Whether it carries bytes, so that several registers may go at once.
    pub(super) fn is_raw(&self) -> bool {
        match self {
            Self::I2c(_) => true,
            Self::Bus(bus, _) => bus.read.is_some() || bus.write.is_some(),
            Self::Memory(_) | Self::Smbus(_) => false,
        }
    }

    /// Whether it sleeps.
    pub(super) fn is_fast(&self) -> bool {
        match self {
            Self::Memory(_) => true,
            Self::Bus(bus, _) => bus.fast_io,
            Self::I2c(_) | Self::Smbus(_) => false,
        }
    }

    /// Reads bytes from register `reg` on.
    pub(super) fn read_raw(&self, format: &Format, reg: u32, into: &mut [u8]) -> Result<()> {
        let mut number = format.register(reg, true);
        match self {
            // SAFETY: the map's client.
            Self::I2c(client) => unsafe {
                let ten = (**client).flags & Flags::TEN.bits();
                debug_assert!(ten == 0, "register maps of devices with ten address bits");
                Ok(adapter(*client)?.write_read((**client).addr, &mut number, into)?)
            },
            Self::Bus(regmap_bus { read: Some(read), .. }, context) => {
                // SAFETY: the driver's function, with as many bytes as it is told.
                let code = unsafe {
                    read.guarded(core::ptr::null(), (*context, number.as_ptr().cast(), number.len() as _, into.as_mut_ptr().cast(), into.len() as _))
                };
                Errno::check(code).map(|_| ())
            }
            _ => Err(Errno::EOPNOTSUPP),
        }
    }

    /// Writes bytes from register `reg` on.
    pub(super) fn write_raw(&self, format: &Format, reg: u32, from: &[u8]) -> Result<()> {
        let mut bytes = format.register(reg, false);
        match self {
            // SAFETY: the map's client.
            Self::I2c(client) => unsafe {
                bytes.extend_from_slice(from);
                Ok(adapter(*client)?.write_read((**client).addr, &mut bytes, &mut [])?)
            },
            Self::Bus(bus, context) => {
                // SAFETY: the driver's function, with as many bytes as it is told.
                let code = unsafe {
                    match (bus.gather_write, bus.write) {
                        (Some(gather), _) => {
                            gather.guarded(core::ptr::null(), (*context, bytes.as_ptr().cast(), bytes.len() as _, from.as_ptr().cast(), from.len() as _))
                        }
                        (None, Some(write)) => {
                            bytes.extend_from_slice(from);
                            write.guarded(core::ptr::null(), (*context, bytes.as_ptr().cast(), bytes.len() as _))
                        }
                        (None, None) => return Err(Errno::EOPNOTSUPP),
                    }
                };
                Errno::check(code).map(|_| ())
            }
            _ => Err(Errno::EOPNOTSUPP),
        }
    }

    /// Reads one register.
    pub(super) fn read(&self, format: &Format, reg: u32) -> Result<u32> {
        match self {
            // SAFETY: the map's registers; the number was checked.
            Self::Memory(base) => unsafe { load(base.add(reg as usize), format.val_bytes, format.big_val) },
            Self::Smbus(client) => {
                let (kind, mut data) = (smbus_kind(format)?, Block::default());
                // SAFETY: the map's client.
                let (bus, address) = unsafe { (adapter(*client)?, (**client).addr) };
                bus.smbus(address, Flags::empty(), Direction::Read, reg as u8, kind, &mut data)?;
                let word = if format.big_val { data.word().swap_bytes() } else { data.word() };
                Ok(if kind == Kind::ByteData { data.byte().into() } else { word.into() })
            }
            Self::Bus(regmap_bus { reg_read: Some(read), .. }, context) => {
                let mut value = 0;
                // SAFETY: the driver's function.
                Errno::check(unsafe { read.guarded(core::ptr::null(), (*context, reg, &raw mut value)) })?;
                Ok(value)
            }
            _ => {
                let mut bytes = vec![0; format.val_bytes];
                self.read_raw(format, reg, &mut bytes)?;
                Ok(format.parse(&bytes))
            }
        }
    }

    /// Writes one register.
    pub(super) fn write(&self, format: &Format, reg: u32, value: u32) -> Result<()> {
        match self {
            // SAFETY: the map's registers; the number was checked.
            Self::Memory(base) => unsafe {
                store(base.add(reg as usize), format.val_bytes, format.big_val, value)
            },
            Self::Smbus(client) => {
                let kind = smbus_kind(format)?;
                let word = if format.big_val { (value as u16).swap_bytes() } else { value as u16 };
                let mut data =
                    if kind == Kind::ByteData { Block::of_byte(value as u8) } else { Block::of_word(word) };
                // SAFETY: the map's client.
                let (bus, address) = unsafe { (adapter(*client)?, (**client).addr) };
                Ok(bus.smbus(address, Flags::empty(), Direction::Write, reg as u8, kind, &mut data)?)
            }
            Self::Bus(regmap_bus { reg_write: Some(write), .. }, context) => {
                // SAFETY: the driver's function.
                Errno::check(unsafe { write.guarded(core::ptr::null(), (*context, reg, value)) }).map(|_| ())
            }
            _ => self.write_raw(format, reg, &format.value(value)),
        }
    }
}
