// SPDX-License-Identifier: GPL-2.0-only
//! gzip files (RFC 1952), inflated piece by piece: the only memory taken is the window of 32 KiB that the format needs
//! and the decoder's tables.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// Size of the window; deflate refers back at most this far (RFC 1951, 2).
const WINDOW: usize = 32 << 10;
/// Deflate cannot do better than 1032 to 1: a bigger claim means that the file was cut off.
const MAX_RATIO: u64 = 1032;
/// Bits of the header's flags (RFC 1952, 2.3.1).
const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// A gzip file that is being inflated.
pub(super) struct Inflater<'a> {
    input: &'a [u8],
    claimed: u64,
    decoder: Box<DecompressorOxide>,
    window: Vec<u8>,
    /// Length of the current chunk, at the beginning of the window.
    length: usize,
    total: u64,
    crc: u32,
    finished: bool,
}

impl<'a> Inflater<'a> {
    /// Reads the header of a gzip file; the error says what was found.
    pub(super) fn new(file: &'a [u8]) -> Result<Self, String> {
        let input =
            skip_header(file).ok_or_else(|| "a gzip header that is cut off or unknown".to_string())?;
        let last: [u8; 4] =
            file.last_chunk().copied().ok_or_else(|| "a gzip file without an end".to_string())?;
        let claimed = u64::from(u32::from_le_bytes(last));
        if claimed > MAX_RATIO * file.len() as u64 {
            return Err(format!("a gzip file of {} bytes that claims to hold {claimed}", file.len()));
        }
        Ok(Self {
            input,
            claimed,
            decoder: Box::default(),
            window: alloc::vec![0; WINDOW],
            length: 0,
            total: 0,
            crc: !0,
            finished: false,
        })
    }

    /// How many bytes the file says that it holds.
    pub(super) fn claimed_length(&self) -> u64 {
        self.claimed
    }

    /// The current chunk.
    pub(super) fn chunk(&self) -> &[u8] {
        self.window.get(..self.length).unwrap_or_default()
    }

    /// Inflates the next chunk, at most 32 KiB; `None` at the end, when length and checksum have been found right.
    pub(super) fn next_chunk(&mut self) -> Result<Option<&[u8]>, String> {
        if self.finished {
            self.length = 0;
            return Ok(None);
        }
        let (status, consumed, written) = decompress(&mut self.decoder, self.input, &mut self.window, 0, 0);
        self.input = self.input.get(consumed..).unwrap_or_default();
        self.length = written;
        self.total += written as u64;
        self.crc = update_crc(self.crc, self.window.get(..written).unwrap_or_default());
        match status {
            TINFLStatus::HasMoreOutput if written > 0 => {}
            TINFLStatus::Done => {
                self.finished = true;
                self.check_trailer()?;
            }
            other => return Err(format!("damaged gzip data after {} bytes ({other:?})", self.total)),
        }
        Ok((self.length > 0).then(|| self.window.get(..self.length)).flatten())
    }

    /// Compares checksum and length with the file's (RFC 1952, 2.3).
    fn check_trailer(&self) -> Result<(), String> {
        let number = |at: usize| Some(u32::from_le_bytes(self.input.get(at..at + 4)?.try_into().ok()?));
        match (number(0), number(4)) {
            (Some(crc), Some(size)) if crc == !self.crc && size == self.total as u32 => Ok(()),
            (Some(crc), Some(size)) => Err(format!(
                "{} bytes with checksum {:#010x} where the gzip file says {size} with {crc:#010x}",
                self.total, !self.crc
            )),
            _ => Err("a gzip file that is cut off".to_string()),
        }
    }
}

/// What follows the header (RFC 1952, 2.3).
fn skip_header(file: &[u8]) -> Option<&[u8]> {
    let ([0x1f, 0x8b, 8, flags, ..], mut rest) = (file.get(..10)?, file.get(10..)?) else {
        return None;
    };
    if flags & RESERVED != 0 {
        return None;
    }
    if flags & FEXTRA != 0 {
        let length = u16::from_le_bytes(rest.get(..2)?.try_into().ok()?);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for text in [FNAME, FCOMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & FHCRC != 0 { rest.get(2..) } else { Some(rest) }
}

/// Carries the checksum (RFC 1952, 8) on over `data`.
fn update_crc(crc: u32, data: &[u8]) -> u32 {
    data.iter().fold(crc, |crc, byte| {
        let entry = TABLE.get((crc ^ u32::from(*byte)) as usize & 0xff).copied().unwrap_or_default();
        entry ^ crc >> 8
    })
}

/// The checksum of each single byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 != 0 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};
