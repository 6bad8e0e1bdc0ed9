// SPDX-License-Identifier: GPL-2.0-only
//! What goes over an I2C bus, and what an adapter can do.

use bitflags::bitflags;

bitflags! {
    /// What is special about a message; values as in Linux's `struct i2c_msg`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Flags: u16 {
        /// From device to host.
        const READ = 0x0001;
        /// The address has ten bits.
        const TEN = 0x0010;
        /// The buffer may be used for DMA.
        const DMA_SAFE = 0x0200;
        /// The first byte read says how many follow.
        const RECV_LEN = 0x0400;
        /// No acknowledge after a byte read.
        const NO_RD_ACK = 0x0800;
        /// A missing acknowledge is taken as one.
        const IGNORE_NAK = 0x1000;
        /// The direction bit is turned round.
        const REV_DIR_ADDR = 0x2000;
        /// No start and no address before this message.
        const NOSTART = 0x4000;
        /// A stop after this message.
        const STOP = 0x8000;
        const _ = !0;
    }
}

bitflags! {
    /// What an adapter can do; values as in Linux's `I2C_FUNC_*`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Functions: u32 {
        /// Plain I2C messages.
        const I2C = 0x0000_0001;
        /// Addresses of ten bits.
        const TEN_BIT = 0x0000_0002;
        /// The flags `IGNORE_NAK`, `REV_DIR_ADDR`, `NO_RD_ACK`, `STOP`.
        const MANGLING = 0x0000_0004;
        /// SMBus packet error checks.
        const PEC = 0x0000_0008;
        /// The flag `NOSTART`.
        const NOSTART = 0x0000_0010;
        /// SMBus quick command.
        const QUICK = 0x0001_0000;
        /// SMBus receive byte.
        const READ_BYTE = 0x0002_0000;
        /// SMBus send byte.
        const WRITE_BYTE = 0x0004_0000;
        /// SMBus read byte.
        const READ_BYTE_DATA = 0x0008_0000;
        /// SMBus write byte.
        const WRITE_BYTE_DATA = 0x0010_0000;
        /// SMBus read word.
        const READ_WORD_DATA = 0x0020_0000;
        /// SMBus write word.
        const WRITE_WORD_DATA = 0x0040_0000;
        /// SMBus process call.
        const PROC_CALL = 0x0080_0000;
        /// SMBus read block.
        const READ_BLOCK_DATA = 0x0100_0000;
        /// SMBus write block.
        const WRITE_BLOCK_DATA = 0x0200_0000;
        /// Block read without length.
        const READ_I2C_BLOCK = 0x0400_0000;
        /// Block write without length.
        const WRITE_I2C_BLOCK = 0x0800_0000;
        const _ = !0;
    }
}

/// A message of a transfer.
#[derive(Debug)]
pub struct Msg<'a> {
    /// The device's address, 7 or 10 bits.
    pub address: u16,
    /// Direction and the rest.
    pub flags: Flags,
    /// What is sent, or room for what is received.
    pub buffer: &'a mut [u8],
    /// How many bytes of the buffer count; with `RECV_LEN` how many beside those that the device announces, and
    /// afterwards all.
    pub len: usize,
}

impl<'a> Msg<'a> {
    /// Sends `buffer`.
    pub fn write(address: u16, buffer: &'a mut [u8]) -> Self {
        Self { address, flags: Flags::empty(), len: buffer.len(), buffer }
    }

    /// Fills `buffer`.
    pub fn read(address: u16, buffer: &'a mut [u8]) -> Self {
        Self { address, flags: Flags::READ, len: buffer.len(), buffer }
    }

    /// Whether it goes from device to host.
    pub fn is_read(&self) -> bool {
        self.flags.contains(Flags::READ)
    }

    /// The bytes that count.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or(self.buffer)
    }
}

/// What an adapter cannot do although its kind can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Most messages of a transfer; 0 for no limit.
    pub max_messages: usize,
    /// Most bytes of a message that is sent; 0 for no limit.
    pub max_write: usize,
    /// Most bytes of a message that is received; 0 for no limit.
    pub max_read: usize,
    /// Most bytes of the first of two messages; 0 for no limit.
    pub max_first: usize,
    /// Most bytes of the second of two messages; 0 for no limit.
    pub max_second: usize,
    /// Two messages at most, of which `max_first` and `max_second` hold.
    pub combined: bool,
    /// The first of two messages must be sent.
    pub write_first: bool,
    /// The second of two messages must be received.
    pub read_second: bool,
    /// Both messages must go to the same device.
    pub same_address: bool,
    /// No empty message may be received.
    pub no_empty_read: bool,
    /// No empty message may be sent.
    pub no_empty_write: bool,
    /// No second start: one message at a time.
    pub no_repeated_start: bool,
}

impl Quirks {
    /// Whether the adapter can do these messages as one transfer.
    pub fn allow(&self, messages: &[Msg<'_>]) -> bool {
        let within = |limit: usize, len: usize| limit == 0 || len <= limit;
        if self.combined
            && let [first, second] = messages
            && ((self.write_first && first.is_read())
                || (self.read_second && !second.is_read())
                || (self.same_address && first.address != second.address)
                || !within(self.max_first, first.len)
                || !within(self.max_second, second.len))
        {
            return false;
        }
        let most = if self.combined { 2 } else { self.max_messages };
        if !within(most, messages.len()) || (self.no_repeated_start && messages.len() > 1) {
            return false;
        }
        let combined = self.combined && messages.len() == 2;
        messages.iter().all(|m| {
            let (limit, no_empty) = if m.is_read() {
                (self.max_read, self.no_empty_read)
            } else {
                (self.max_write, self.no_empty_write)
            };
            // Of two combined messages the lengths were checked above.
            (combined || within(limit, m.len)) && !(no_empty && m.len == 0)
        })
    }
}
