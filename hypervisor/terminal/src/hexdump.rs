// SPDX-License-Identifier: GPL-2.0-only
//! Memory as hexadecimal bytes and characters, sixteen a line.

use core::fmt::{Result, Write};

/// Bytes of a line.
pub const ROW: usize = 16;

/// Writes one line for up to [`ROW`] bytes; `None` stands for a byte that cannot be read.
///
/// # Errors
/// Those of `out`.
pub fn row(out: &mut dyn Write, address: u64, bytes: &[Option<u8>]) -> Result {
    write!(out, "{address:012x} ")?;
    for n in 0..ROW {
        if n == ROW / 2 {
            out.write_char(' ')?;
        }
        match bytes.get(n) {
            Some(Some(b)) => write!(out, " {b:02x}")?,
            Some(None) => out.write_str(" ??")?,
            None => out.write_str("   ")?,
        }
    }
    out.write_str("  |")?;
    for b in bytes.iter().take(ROW) {
        let shown = b.filter(|b| (0x20..0x7f).contains(b));
        out.write_char(shown.map_or('.', char::from))?;
    }
    out.write_str("|\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(address: u64, bytes: &[Option<u8>]) -> String {
        let mut out = String::new();
        row(&mut out, address, bytes).unwrap();
        out
    }

    #[test]
    fn a_whole_row_and_a_short_one() {
        let full: Vec<Option<u8>> = b"ARM\x64 Image\0\x01\x7f~}|".iter().map(|b| Some(*b)).collect();
        assert_eq!(
            text(0x4000_0000, &full),
            "000040000000  41 52 4d 64 20 49 6d 61  67 65 00 01 7f 7e 7d 7c  |ARMd Image...~}||\n"
        );
        assert_eq!(
            text(0x10, &[Some(0x41), None]),
            format!("000000000010  41 ??{}  |A.|\n", " ".repeat(14 * 3 + 1))
        );
    }
}
