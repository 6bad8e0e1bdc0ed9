// SPDX-License-Identifier: GPL-2.0-only
//! Non-volatile memories: fuses, EEPROMs, battery-backed registers, and the cells in them that have a name.
//!
//! A driver implements [`Memory`] and [registers](register) it with the word size and the step of its addresses; everybody
//! else has an [`Nvmem`]. Cells are given by the driver or by the device tree.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use kernel::sync::Mutex;

use crate::Fault;
use crate::sync::Lock;

/// What a driver does for its memory. Called by one thread at a time, which may sleep; offset and length are multiples
/// of step and word size, and inside.
pub trait Memory: Send + Sync {
    /// Reads from `offset` on.
    ///
    /// # Errors
    /// What the device answers.
    fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), Fault>;
    /// Writes from `offset` on.
    ///
    /// # Errors
    /// [`Fault::NotPermitted`] if it can only be read, or what the device answers.
    fn write(&self, _offset: usize, _from: &[u8]) -> Result<(), Fault> {
        Err(Fault::NotPermitted)
    }
}

/// What a driver says about its memory.
#[derive(Clone, Debug)]
pub struct Info {
    /// The device's name; a number is put behind it if another has it.
    pub name: String,
    /// Bytes in all.
    pub size: usize,
    /// Bytes that are read and written at a time, at least 1.
    pub word: usize,
    /// What offsets are multiples of, at least 1.
    pub stride: usize,
    /// Whether it may only be read.
    pub read_only: bool,
    /// Whether only the hypervisor may see it.
    pub secret: bool,
}

/// A part of a memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its name: `mac-address`.
    pub name: String,
    /// First byte.
    pub offset: usize,
    /// Bytes.
    pub bytes: usize,
    /// First bit of the first byte, 0 to 7.
    pub bit: u8,
    /// Bits; 0 for all of the bytes.
    pub bits: usize,
}

/// A registered memory.
pub struct Nvmem {
    info: Info,
    memory: Mutex<Option<Box<dyn Memory>>>,
    cells: Lock<Vec<Cell>>,
}

static MEMORIES: Lock<Vec<Arc<Nvmem>>> = Lock::new(Vec::new());

/// Takes a memory into use. Context: may allocate.
///
/// # Errors
/// [`Fault::Invalid`] if word size or step is 0, or the size no multiple of the word size.
pub fn register(mut info: Info, memory: Box<dyn Memory>) -> Result<Arc<Nvmem>, Fault> {
    if info.word == 0 || info.stride == 0 || !info.size.is_multiple_of(info.word) {
        return Err(Fault::Invalid);
    }
    let mut memories = MEMORIES.lock();
    if memories.iter().any(|m| m.info.name == info.name) {
        let base = info.name.clone();
        let free = (1..usize::MAX).find(|n| {
            info.name = base.clone();
            info.name.push_str(&n.to_string());
            memories.iter().all(|m| m.info.name != info.name)
        });
        free.ok_or(Fault::Busy)?;
    }
    let nvmem = Arc::new(Nvmem { info, memory: Mutex::new(Some(memory)), cells: Lock::new(Vec::new()) });
    memories.push(nvmem.clone());
    Ok(nvmem)
}

/// All memories, in the order of registering. Context: may allocate.
pub fn list() -> Vec<Arc<Nvmem>> {
    MEMORIES.lock().clone()
}

/// The memory of this name. Context: any.
pub fn find(name: &str) -> Option<Arc<Nvmem>> {
    MEMORIES.lock().iter().find(|m| m.info.name == name).cloned()
}

impl Nvmem {
    /// What its driver said about it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Adds a cell. Context: may allocate.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if it is not inside, or starts or ends within a word.
    pub fn add_cell(&self, cell: Cell) -> Result<(), Fault> {
        self.check(&cell)?;
        self.cells.lock().push(cell);
        Ok(())
    }

    /// Whether a cell can be read.
    fn check(&self, cell: &Cell) -> Result<(), Fault> {
        let end = cell.offset.checked_add(cell.bytes);
        let inside = end.is_some_and(|end| end <= self.info.size);
        let fits = usize::from(cell.bit) + cell.bits <= cell.bytes.saturating_mul(8) && cell.bit < 8;
        if inside && fits && cell.bytes != 0 && cell.offset.is_multiple_of(self.info.stride) {
            Ok(())
        } else {
            Err(Fault::Invalid)
        }
    }

    /// The cells. Context: may allocate.
    pub fn cells(&self) -> Vec<Cell> {
        self.cells.lock().clone()
    }

    /// Reads from `offset` on, up to the end at most; says how many bytes. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if `offset` is no multiple of the step or behind the end, else what the device answers.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<usize, Fault> {
        let len = into.len().min(self.room(offset)?);
        let memory = self.memory.lock();
        let memory = memory.as_deref().ok_or(Fault::NoDevice)?;
        let Some(whole) = into.get_mut(..len) else { return Err(Fault::Invalid) };
        if len.is_multiple_of(self.info.word) {
            memory.read(offset, whole)?;
            return Ok(len);
        }
        // The last word is read whole, and its beginning taken.
        let mut words = vec![0; len.next_multiple_of(self.info.word)];
        memory.read(offset, &mut words)?;
        whole.iter_mut().zip(&words).for_each(|(to, from)| *to = *from);
        Ok(len)
    }

    /// Writes from `offset` on, up to the end at most; says how many bytes. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::NotPermitted`] if it can only be read, [`Fault::Invalid`] if `offset` or the length is no multiple of
    /// step or word size or the end is reached, else what the device answers.
    pub fn write(&self, offset: usize, from: &[u8]) -> Result<usize, Fault> {
        if self.info.read_only {
            return Err(Fault::NotPermitted);
        }
        let len = from.len().min(self.room(offset)?);
        if !len.is_multiple_of(self.info.word) {
            return Err(Fault::Invalid);
        }
        let memory = self.memory.lock();
        memory.as_deref().ok_or(Fault::NoDevice)?.write(offset, from.get(..len).unwrap_or_default())?;
        Ok(len)
    }

    fn room(&self, offset: usize) -> Result<usize, Fault> {
        if !offset.is_multiple_of(self.info.stride) {
            return Err(Fault::Invalid);
        }
        match self.info.size.checked_sub(offset) {
            None | Some(0) => Err(Fault::Invalid),
            Some(room) => Ok(room),
        }
    }

    /// What a cell holds; bits are moved to the bottom, little end first. Context: may sleep.
    ///
    /// # Errors
    /// As [`add_cell`](Self::add_cell) and [`read`](Self::read).
    pub fn read_cell(&self, cell: &Cell) -> Result<Vec<u8>, Fault> {
        self.check(cell)?;
        let mut bytes = vec![0; cell.bytes];
        if self.read(cell.offset, &mut bytes)? != cell.bytes {
            return Err(Fault::Io);
        }
        if cell.bit != 0 || cell.bits != 0 {
            shift_down(&mut bytes, cell);
        }
        Ok(bytes)
    }

    /// Sets a cell of whole words; one of bits keeps the bits around it. Context: may sleep.
    ///
    /// # Errors
    /// [`Fault::Invalid`] if `value` has another size than the cell, else as [`write`](Self::write).
    pub fn write_cell(&self, cell: &Cell, value: &[u8]) -> Result<(), Fault> {
        self.check(cell)?;
        let bytes = if cell.bit == 0 && cell.bits == 0 {
            if value.len() != cell.bytes {
                return Err(Fault::Invalid);
            }
            value.to_vec()
        } else {
            if value.len() != cell.bits.div_ceil(8) {
                return Err(Fault::Invalid);
            }
            let mut bytes = vec![0; cell.bytes];
            self.read(cell.offset, &mut bytes)?;
            for n in 0..cell.bits {
                let from = value.get(n / 8).is_some_and(|b| b >> (n % 8) & 1 != 0);
                let at = n + usize::from(cell.bit);
                if let Some(byte) = bytes.get_mut(at / 8) {
                    *byte = *byte & !(1 << (at % 8)) | u8::from(from) << (at % 8);
                }
            }
            bytes
        };
        if self.write(cell.offset, &bytes)? == bytes.len() { Ok(()) } else { Err(Fault::Io) }
    }

    /// The device goes: from now on every request is refused. Context: may sleep.
    pub fn unregister(&self) {
        MEMORIES.lock().retain(|m| !core::ptr::eq(&**m, self));
        let memory = self.memory.lock().take();
        drop(memory);
    }
}

/// Moves a cell's bits to the bottom, and leaves as many bytes as they take.
fn shift_down(bytes: &mut Vec<u8>, cell: &Cell) {
    let bits = if cell.bits == 0 { bytes.len() * 8 - usize::from(cell.bit) } else { cell.bits };
    let get = |n: usize| bytes.get(n / 8).is_some_and(|b| b >> (n % 8) & 1 != 0);
    let mut moved = vec![0_u8; bits.div_ceil(8)];
    for n in 0..bits {
        if let (true, Some(byte)) = (get(n + usize::from(cell.bit)), moved.get_mut(n / 8)) {
            *byte |= 1 << (n % 8);
        }
    }
    *bytes = moved;
}
