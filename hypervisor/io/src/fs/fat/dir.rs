// SPDX-License-Identifier: GPL-2.0-only
//! Directory entries of FAT (sections 6 and 7): short names, and long names in slots in front of them.

use super::{byte_at, u16_at, u32_at};
use alloc::string::String;
use alloc::vec::Vec;

/// Attributes of an entry.
const VOLUME_LABEL: u8 = 0x08;
const DIRECTORY: u8 = 0x10;
const LONG: u8 = 0x0f;
/// UTF-16 units in a slot of a long name, and where they stand.
const UNITS: usize = 13;
const UNIT_AT: [usize; UNITS] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/// Most slots of a long name: 255 units.
const MAX_SLOTS: usize = 20;

/// What 32 bytes of a directory are.
pub(super) enum Slot {
    /// Nothing follows.
    End,
    /// A part of a long name.
    Long,
    /// Deleted, or a label.
    Other,
    /// A file or directory.
    Entry {
        /// Whether it is a directory.
        directory: bool,
        /// Its first cluster.
        cluster: u32,
        /// Bytes of a file.
        size: u32,
    },
}

/// Sorts 32 bytes.
pub(super) fn slot(raw: &[u8]) -> Slot {
    let attributes = byte_at(raw, 11);
    match byte_at(raw, 0) {
        0 => Slot::End,
        0xe5 => Slot::Other,
        _ if attributes & 0x3f == LONG => Slot::Long,
        _ if attributes & VOLUME_LABEL != 0 => Slot::Other,
        _ => Slot::Entry {
            directory: attributes & DIRECTORY != 0,
            cluster: u16_at(raw, 20) << 16 | u16_at(raw, 26),
            size: u32_at(raw, 28),
        },
    }
}

/// The short name: 8 and 3 characters, in lower case if two bits say so.
pub(super) fn short_name(raw: &[u8]) -> String {
    let part = |range: core::ops::Range<usize>, lower: bool| {
        let bytes = raw.get(range).unwrap_or_default();
        let kept = bytes.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1);
        bytes.iter().take(kept).map(move |b| match *b {
            b if lower && b.is_ascii_uppercase() => char::from(b.to_ascii_lowercase()),
            b if b.is_ascii() => char::from(b),
            _ => char::REPLACEMENT_CHARACTER,
        })
    };
    let case = byte_at(raw, 12);
    let mut name: String = part(0..8, case & 0x08 != 0).collect();
    let mut extension = part(8..11, case & 0x10 != 0).peekable();
    if extension.peek().is_some() {
        name.push('.');
        name.extend(extension);
    }
    name
}

/// The sum over a short name that its long name carries.
fn checksum(raw: &[u8]) -> u8 {
    raw.iter().take(11).fold(0u8, |sum, b| sum.rotate_right(1).wrapping_add(*b))
}

/// Collects a long name, whose last part comes first.
#[derive(Default)]
pub(super) struct Names {
    /// Parts so far, the last one first.
    parts: Vec<[u16; UNITS]>,
    /// How many are still to come.
    left: usize,
    sum: u8,
}

impl Names {
    /// Takes a slot of a long name.
    pub(super) fn part(&mut self, raw: &[u8]) {
        let order = byte_at(raw, 0);
        let number = usize::from(order & 0x3f);
        if order & 0x40 != 0 {
            *self = Self { left: number, sum: byte_at(raw, 13), ..Self::default() };
        }
        let fits = number != 0
            && number == self.left
            && self.parts.len() < MAX_SLOTS
            && byte_at(raw, 13) == self.sum;
        if !fits {
            *self = Self::default();
            return;
        }
        self.left -= 1;
        self.parts.push(UNIT_AT.map(|at| u16_at(raw, at) as u16));
    }

    /// The long name of the entry that follows its slots, if it is whole and belongs to it.
    pub(super) fn take(self, raw: &[u8]) -> Option<String> {
        if self.parts.is_empty() || self.left != 0 || self.sum != checksum(raw) {
            return None;
        }
        let units = self.parts.iter().rev().flatten().copied().take_while(|unit| *unit != 0);
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
