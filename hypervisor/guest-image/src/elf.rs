// SPDX-License-Identifier: GPL-2.0-only
//! ELF files for AArch64: the segments to load and where the guest starts.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use elf::ElfBytes;
use elf::abi::{EM_AARCH64, ET_DYN, ET_EXEC, PT_LOAD};
use elf::endian::LittleEndian;
use elf::file::Class;

/// Most segments of a file.
const MAX_SEGMENTS: usize = 64;

/// One segment to load.
pub(super) struct Segment<'a> {
    /// Physical address of its first byte.
    pub(super) at: u64,
    /// Its bytes in the file.
    pub(super) data: &'a [u8],
    /// Its size in memory, at least that of `data`; what is beyond is zero.
    pub(super) size: u64,
}

/// What there is to load.
pub(super) struct Parsed<'a> {
    /// The segments, at least one.
    pub(super) segments: Vec<Segment<'a>>,
    /// Physical address of the entry point.
    pub(super) entry: u64,
}

/// Reads an ELF file; on failure, what was found and what is expected.
pub(super) fn parse(data: &[u8]) -> Result<Parsed<'_>, (String, &'static str)> {
    let expected = "an ELF64 file for AArch64, little endian, linked to run at fixed addresses";
    let malformed = |error: elf::ParseError| (format!("a malformed ELF file ({error})"), expected);
    let file = ElfBytes::<LittleEndian>::minimal_parse(data).map_err(malformed)?;
    let header = &file.ehdr;
    if header.class != Class::ELF64
        || header.e_machine != EM_AARCH64
        || ![ET_EXEC, ET_DYN].contains(&header.e_type)
    {
        let bits = if header.class == Class::ELF64 { 64 } else { 32 };
        let found = format!("an ELF{bits} file of type {} for machine {}", header.e_type, header.e_machine);
        return Err((found, expected));
    }
    let mut segments = Vec::new();
    let mut entry = header.e_entry;
    for program in file.segments().into_iter().flatten().filter(|program| program.p_type == PT_LOAD) {
        if program.p_memsz == 0 {
            continue;
        }
        if program.p_filesz > program.p_memsz || program.p_paddr.checked_add(program.p_memsz).is_none() {
            let found = format!(
                "a segment of {:#x} bytes, {:#x} in memory, at {:#x}",
                program.p_filesz, program.p_memsz, program.p_paddr
            );
            return Err((
                found,
                "one that is no bigger in the file than in memory, within the address space",
            ));
        }
        if segments.len() >= MAX_SEGMENTS {
            return Err((format!("more than {MAX_SEGMENTS} segments"), "fewer"));
        }
        let within = header.e_entry.checked_sub(program.p_vaddr).filter(|offset| *offset < program.p_memsz);
        if let Some(offset) = within {
            entry = program.p_paddr.saturating_add(offset);
        }
        let bytes = file.segment_data(&program).map_err(malformed)?;
        segments.push(Segment { at: program.p_paddr, data: bytes, size: program.p_memsz });
    }
    match segments.is_empty() {
        true => Err(("no segment to load".to_string(), expected)),
        false => Ok(Parsed { segments, entry }),
    }
}
