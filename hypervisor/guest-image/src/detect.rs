// SPDX-License-Identifier: GPL-2.0-only
//! What a file is, by its first bytes; and the header of an arm64 `Image` (Linux, arm64 booting, section 4).

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

/// Text offset of kernels that do not say.
const OLD_TEXT_OFFSET: u64 = 0x8_0000;
/// "ARM\x64", at byte 56 of an `Image`.
const MAGIC: [u8; 4] = *b"ARM\x64";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An arm64 Linux `Image`.
    Image(ImageHeader),
    /// A gzip file.
    Gzip,
    /// An ELF file.
    Elf,
    /// None of these.
    Raw,
}

impl Kind {
    /// An ELF file counts as raw: only an `Image`, plain or in gzip, is wanted.
    pub(super) fn or_gzip(self) -> Self {
        match self {
            Kind::Elf => Kind::Raw,
            other => other,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Image(_) => "an arm64 Image",
            Kind::Gzip => "a gzip file",
            Kind::Elf => "an ELF file",
            Kind::Raw => "raw data",
        })
    }
}

/// The part of an `Image`'s header that matters to whoever loads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageHeader {
    /// Distance of the image from a multiple of 2 MiB.
    pub text_offset: u64,
    /// Memory that the kernel needs from its first byte on, in bytes; 0 if it does not say.
    pub image_size: u64,
    /// Bit 0: big endian; bits 2:1: page size; bit 3: may lie anywhere.
    pub flags: u64,
}

/// The sizes of pages that stage 1 of a CPU supports (ID_AA64MMFR0_EL1.TGran4, TGran16, TGran64).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granules {
    /// 4 KiB pages.
    pub k4: bool,
    /// 16 KiB pages.
    pub k16: bool,
    /// 64 KiB pages.
    pub k64: bool,
}

impl Granules {
    /// Every size: for checks away from the machine.
    pub const ALL: Self = Self { k4: true, k16: true, k64: true };
}

impl ImageHeader {
    /// Reads the header at the beginning of `data`, if there is one.
    fn read(data: &[u8]) -> Option<Self> {
        let header = data.get(..64)?;
        let number = |at: usize| Some(u64::from_le_bytes(header.get(at..at + 8)?.try_into().ok()?));
        if header.get(56..60)? != MAGIC {
            return None;
        }
        let image_size = number(16)?;
        let text_offset = if image_size == 0 { OLD_TEXT_OFFSET } else { number(8)? };
        Some(Self { text_offset, image_size, flags: number(24)? })
    }

    /// Refuses a kernel that these CPUs, or this hypervisor, cannot run: what was found and what is expected.
    pub(super) fn check(&self, granules: Granules) -> Result<(), (String, &'static str)> {
        let (page, supported) = match self.flags >> 1 & 3 {
            1 => ("4 KiB", granules.k4),
            2 => ("16 KiB", granules.k16),
            3 => ("64 KiB", granules.k64),
            _ => ("unknown", true),
        };
        if self.flags & 1 != 0 {
            Err(("a big-endian kernel".to_string(), "a little-endian one"))
        } else if !supported {
            Err((format!("a kernel with {page} pages"), "a page size that the CPU has"))
        } else if self.text_offset >= super::IMAGE_ALIGN || !self.text_offset.is_multiple_of(4096) {
            Err((format!("a text offset of {:#x}", self.text_offset), "a multiple of 4 KiB below 2 MiB"))
        } else {
            Ok(())
        }
    }

    /// Bytes of memory to keep for a kernel whose file has `length` bytes. One that does not say gets as much again
    /// for its uninitialized data.
    pub(super) fn memory(&self, length: u64) -> u64 {
        match self.image_size {
            0 => length.saturating_mul(2),
            size => size.max(length),
        }
    }
}

/// What the file that begins with `data` is.
pub fn detect(data: &[u8]) -> Kind {
    if let Some(header) = ImageHeader::read(data) {
        Kind::Image(header)
    } else if data.starts_with(&[0x1f, 0x8b]) {
        Kind::Gzip
    } else if data.starts_with(b"\x7fELF") {
        Kind::Elf
    } else {
        Kind::Raw
    }
}
