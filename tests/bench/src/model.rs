// SPDX-License-Identifier: GPL-2.0-only
//! What a register model is, and what it can do to the machine around it.

use crate::{events, interrupts, memory, registers, trace};
use std::collections::BTreeMap;

/// A device: registers, and what happens when they are accessed.
///
/// Models are called with interrupts masked, one at a time; a line that one raises is taken when the access is over.
pub trait Model: Send + 'static {
    /// The driver reads `bytes` (1, 2, 4, or 8) at `offset` from the start of the registers.
    fn read(&mut self, io: &mut Io, offset: u64, bytes: usize) -> u64;

    /// The driver writes.
    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64);

    /// The time that [`Io::after`] was asked for has come.
    fn event(&mut self, io: &mut Io, what: u32) {
        let _ = (io, what);
    }

    /// A register's name, for traces.
    fn register(&self, offset: u64) -> Option<&'static str> {
        let _ = offset;
        None
    }

    /// Whether an access of 8 bytes is one; otherwise it comes as two of 4.
    fn wide(&self) -> bool {
        false
    }
}

/// What a model acts on.
pub struct Io {
    /// Which model this is.
    pub(crate) model: usize,
}

impl Io {
    /// The time in nanoseconds since the bench started.
    pub fn now(&self) -> u64 {
        kernel::time::now_ns()
    }

    /// Raises an interrupt line: number `line` of `interrupts = <0 line ...>`. It stays up until [`Io::lower`].
    pub fn raise(&mut self, line: u32) {
        interrupts::set_level(line, true);
    }

    /// Lowers an interrupt line.
    pub fn lower(&mut self, line: u32) {
        interrupts::set_level(line, false);
    }

    /// Raises or lowers an interrupt line.
    pub fn set_line(&mut self, line: u32, up: bool) {
        interrupts::set_level(line, up);
    }

    /// Has [`Model::event`] called with `what` in `ns` nanoseconds.
    pub fn after(&mut self, ns: u64, what: u32) {
        events::add(self.model, ns, what);
    }

    /// Takes back every event of that number.
    pub fn cancel(&mut self, what: u32) {
        events::cancel(self.model, what);
    }

    /// Reads memory as the device does.
    ///
    /// # Panics
    /// Where there is no memory, or none that a driver owns: the device would have read whatever is there.
    pub fn dma_read(&mut self, address: u64, into: &mut [u8]) {
        memory::check(address, into.len(), "reads");
        trace::dma(self.model, false, address, into.len());
        // SAFETY: checked; nobody else runs.
        unsafe { memory::at(address).copy_to_nonoverlapping(into.as_mut_ptr(), into.len()) };
    }

    /// Writes memory as the device does.
    ///
    /// # Panics
    /// As [`Io::dma_read`].
    pub fn dma_write(&mut self, address: u64, from: &[u8]) {
        memory::check(address, from.len(), "writes");
        trace::dma(self.model, true, address, from.len());
        // SAFETY: checked; nobody else runs.
        unsafe { memory::at(address).copy_from_nonoverlapping(from.as_ptr(), from.len()) };
    }

    /// A little-endian word of memory, as the device reads it.
    pub fn dma_read32(&mut self, address: u64) -> u32 {
        let mut bytes = [0; 4];
        self.dma_read(address, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// Writes a little-endian word to memory.
    pub fn dma_write32(&mut self, address: u64, value: u32) {
        self.dma_write(address, &value.to_le_bytes());
    }

    /// Puts a line into the trace.
    pub fn note(&mut self, text: &str) {
        trace::note(&registers::name(self.model), text);
    }
}

/// Registers that keep what is written to them: for the parts of a device that do not matter to a test.
#[derive(Default)]
pub struct Plain {
    words: BTreeMap<u64, u32>,
}

impl Plain {
    /// Registers that are all zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Some of them with another value: offset (a multiple of 4), value.
    pub fn with(words: &[(u64, u32)]) -> Self {
        Self { words: words.iter().copied().collect() }
    }

    /// The register of 4 bytes at `offset`.
    pub fn get(&self, offset: u64) -> u32 {
        self.words.get(&(offset & !3)).copied().unwrap_or(0)
    }

    /// Sets it.
    pub fn set(&mut self, offset: u64, value: u32) {
        self.words.insert(offset & !3, value);
    }

    /// Reads 1, 2 or 4 bytes of a register.
    pub fn load(&self, offset: u64, bytes: usize) -> u64 {
        u64::from(self.get(offset)) >> (8 * (offset & 3)) & mask(bytes)
    }

    /// Writes 1, 2 or 4 bytes of a register.
    pub fn store(&mut self, offset: u64, bytes: usize, value: u64) {
        let shift = 8 * (offset & 3);
        let kept = u64::from(self.get(offset)) & !(mask(bytes) << shift);
        self.set(offset, (kept | (value & mask(bytes)) << shift) as u32);
    }
}

/// As many ones as that many bytes have bits.
pub(crate) fn mask(bytes: usize) -> u64 {
    if bytes >= 8 { u64::MAX } else { (1 << (8 * bytes)) - 1 }
}

impl Model for Plain {
    fn read(&mut self, _: &mut Io, offset: u64, bytes: usize) -> u64 {
        self.load(offset, bytes)
    }
    fn write(&mut self, _: &mut Io, offset: u64, bytes: usize, value: u64) {
        self.store(offset, bytes, value);
    }
}
